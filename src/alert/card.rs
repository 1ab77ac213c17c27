//! The message as Amazon Q Developer in chat applications takes it: its schema of custom
//! notifications, outside which it drops everything without a word.
//!
//! Source: Amazon Q Developer in chat applications, "Custom notifications"
//! (docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html). It publishes no lengths that
//! we could find: what is here stays below what Slack takes in one block (3,000 characters).

use serde_json::{Value, json};

use crate::alert::brief::{self, bounded};
use crate::alert::case::Case;
use crate::alert::next_steps::{self, Step};
use crate::alert::situation::{BLIND_URGENCY, Situation};
use crate::alert::{Stated, causes, subject, text};
use crate::escape::{plain, quoted};
use crate::guardrail::Urgency;
use crate::ports::{Failure, Message, Topic};

/// Characters of a description, of one step, and of the other texts.
const DESCRIPTION_CHARS: usize = 2_800;
const STEP_CHARS: usize = 1_200;
const TITLE_CHARS: usize = 200;

/// Lines of who gets in that are told; the page has the rest.
const GLANCE: usize = 4;

/// The card on a bucket that was judged.
pub(super) fn of(case: &Case<'_>, situation: &Situation<'_>) -> Message {
    let subject = subject::of(case, situation);
    let title = without_state(&subject);
    let mut lines = vec![format!("*{}*: {}", situation.standing.name(), case.place())];
    lines.extend(text::glance(situation).into_iter().take(GLANCE));
    lines.extend(situation.cause().map(|cause| format!("*Why*: {}", causes::why(cause))));
    lines.extend(brief::actor(case).map(|actor| format!("*Who*: {actor}")));
    lines.extend(brief::opened_by(situation).map(|opened| format!("*Opened*: {opened}")));
    lines.extend(case.owner_line());
    let steps = case.target.map(|target| next_steps::three(case.trigger, target, situation));
    let steps = steps.unwrap_or_default();
    card(case, title, situation.standing.key(), situation.urgency(), lines, &steps)
}

/// The card on what could not be looked at.
pub(super) fn of_blind(case: &Case<'_>, subject: &str, failure: &Failure) -> Message {
    let mut lines = vec![
        format!("*NOT READ*: {} could not be looked at.", case.place()),
        format!("*Why*: {}: {}", quoted(&failure.code), plain(&failure.message)),
    ];
    lines.extend(brief::actor(case).map(|actor| format!("*Who*: {actor}")));
    let steps = next_steps::blind_steps(case.trigger, case.target);
    card(case, without_state(subject), "not_read", BLIND_URGENCY, lines, &steps)
}

/// The card on an account's own settings.
pub(super) fn of_account(case: &Case<'_>, stated: &Stated, outcome: &str, glance: &str) -> Message {
    let mut lines = vec![glance.to_owned(), plain(&stated.why)];
    lines.extend(brief::actor(case).map(|actor| format!("*Who*: {actor}")));
    let title = format!("account {outcome} ({})", case.account());
    card(case, title, stated.outcome, stated.urgency, lines, &[])
}

/// A chat shows no alarms: whether it is one is in the words.
fn without_state(subject: &str) -> String {
    subject.split_once(": ").map_or(subject, |(_, rest)| rest).to_owned()
}

fn card(
    case: &Case<'_>,
    title: String,
    outcome: &str,
    urgency: Urgency,
    mut lines: Vec<String>,
    steps: &[Step],
) -> Message {
    lines.push(format!("*Urgency*: {}", urgency.name()));
    let key = case.key();
    let description = bounded(&lines.join("\n"), DESCRIPTION_CHARS);
    let mut next: Vec<String> = steps.iter().map(step).collect();
    next.push(format!("Runbook: {}", case.runbook()));
    let json = json!({
        "version": "1.0",
        "source": "custom",
        "id": format!("{key}/{outcome}"),
        "content": {
            "textType": "client-markdown",
            "title": bounded(&title, TITLE_CHARS),
            "description": description,
            "nextSteps": next,
            "keywords": [bounded(case.name(), TITLE_CHARS), outcome, urgency.name()],
        },
        "metadata": {
            "threadId": key,
            "summary": bounded(&title, TITLE_CHARS),
            "eventType": format!("s3-guardrail.{outcome}"),
            "relatedResources": case.arn().into_iter().collect::<Vec<_>>(),
            "additionalContext": {
                "account": case.account().as_str(),
                "region": case.region().as_str(),
                "urgency": urgency.name(),
            },
        },
    });
    Message {
        topic: Topic::Chat,
        to: None,
        is_twin: false,
        subject: title,
        text: description,
        short: String::new(),
        json,
    }
}

/// A step on one line, or with its lines as a block to copy; without them where they are too long
/// to be copied whole.
fn step(step: &Step) -> String {
    let lines = step.lines.join("\n");
    let whole = match step.lines.as_slice() {
        [] => step.what.clone(),
        [only] => format!("{}: `{only}`", step.what),
        _ => format!("{}:\n```\n{lines}\n```", step.what),
    };
    if whole.chars().count() > STEP_CHARS || lines.contains('`') {
        return format!("{} (the page has the lines to copy)", bounded(&step.what, TITLE_CHARS));
    }
    whole
}

/// A card that says nothing is open.
pub(super) fn of_test(key: &str, title: &str, text: &str) -> Value {
    json!({
        "version": "1.0",
        "source": "custom",
        "id": key,
        "content": {"textType": "client-markdown", "title": title, "description": text,
            "nextSteps": ["Nothing is to be done: this is a test"], "keywords": ["test"]},
        "metadata": {"threadId": key, "summary": title, "eventType": "s3-guardrail.test"},
    })
}
