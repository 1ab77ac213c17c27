//! From the record of a run to the messages that people get.
//!
//! `situation` says how things stand, `case` what it is about. `text` lays out the page for a
//! person (with `who`, `window`, `proof`, `state`, and `next_steps` with `lasting` and `approval`),
//! `alarm` the same for pagers, `card` for chats; `body` keeps each within what SNS takes.
//!
//! An episode's first message is an `ALARM`. As soon as nothing is open that nobody approved, an
//! `OK` of the same name follows, at once where that is so already: a pager opens one incident, and
//! closes it by itself.

mod account;
mod alarm;
mod approval;
mod body;
mod brief;
mod card;
mod case;
mod causes;
mod lasting;
mod next_steps;
mod proof;
mod situation;
mod state;
mod subject;
mod test_page;
mod text;
mod who;
mod window;
pub mod words;

#[cfg(test)]
pub(crate) mod examples;

pub use self::body::Wire;
use self::case::Case;
use self::situation::Situation;
pub use self::test_page::test_messages;
use crate::event::Trigger;
use crate::guardrail::{Telling, Urgency};
use crate::ports::{Failure, Message, Target, Topic};
use crate::report::{AccountRun, Outcome, Run, published};
use crate::topic::TopicArn;

/// How something stands that is no bucket, for machines.
struct Stated {
    outcome: &'static str,
    urgency: Urgency,
    /// In sentences.
    why: String,
}

/// The messages that a run owes; none where it has nothing to tell.
#[must_use]
pub fn compose(trigger: &Trigger, run: &Run, telling: &Telling) -> Vec<Message> {
    let judged = match &run.outcome {
        Outcome::Judged(judged) => judged,
        Outcome::Gone(_) => return Vec::new(),
        Outcome::Blind(failure) => {
            return compose_blind(trigger, Some(&run.target), failure, telling);
        }
    };
    let Some(news) = judged.news() else { return Vec::new() };
    let situation = Situation::of(judged);
    let case = Case::of(trigger, run, judged, telling);
    let report = published::alert(trigger, run);
    let mut messages = vec![page(&case, &situation, &report)];
    if situation::is_first(news) && situation.standing.is_settled() {
        messages.push(twin(&case, &situation));
    }
    messages.push(card::of(&case, &situation));
    messages
}

fn page(case: &Case<'_>, situation: &Situation<'_>, report: &serde_json::Value) -> Message {
    let subject = subject::of(case, situation);
    let text = text::page(case, situation);
    Message {
        topic: Topic::Page,
        to: case.topic(situation.urgency()),
        is_twin: false,
        short: brief::short(&subject, case),
        json: alarm::of(case, situation, &subject, &text, report),
        subject,
        text,
    }
}

/// The end of an incident that the page before it opened.
fn twin(case: &Case<'_>, situation: &Situation<'_>) -> Message {
    let subject = subject::of_twin(case, situation);
    let text = text::twin(case, situation);
    Message {
        topic: Topic::Page,
        to: case.topic(situation.urgency()),
        is_twin: true,
        short: subject.clone(),
        json: alarm::of_twin(case, situation, &subject, &text),
        subject,
        text,
    }
}

/// The messages about what could not be looked at at all: a bucket, or (`target` is `None`) the
/// whole scope of the trigger.
#[must_use]
pub fn compose_blind(
    trigger: &Trigger,
    target: Option<&Target>,
    failure: &Failure,
    telling: &Telling,
) -> Vec<Message> {
    let report = match target {
        None => published::blind_alert(trigger, failure),
        Some(target) => {
            let outcome = Outcome::Blind(failure.clone());
            published::alert(trigger, &Run { target: target.clone(), outcome })
        }
    };
    let case = Case::blind(trigger, target, telling);
    let subject = subject::of_blind(&case);
    let text = text::blind_page(&case, failure);
    let card = card::of_blind(&case, &subject, failure);
    let page = Message {
        topic: Topic::Page,
        to: case.topic(situation::BLIND_URGENCY),
        is_twin: false,
        short: brief::short(&subject, &case),
        json: alarm::of_blind(&case, failure, &subject, &text, &report),
        subject,
        text,
    };
    vec![page, card]
}

/// The messages that a look at an account's own settings owes; none where all four are on.
#[must_use]
pub fn compose_account(trigger: &Trigger, run: &AccountRun, telling: &Telling) -> Vec<Message> {
    account::messages(trigger, run, telling)
}

/// `message` for the default topic, saying that the topic of its route refused it.
#[must_use]
pub fn rerouted(message: &Message, topic: &TopicArn, failure: &Failure) -> Message {
    let note = text::rerouted(topic, failure);
    let mut message = Message { to: None, ..message.clone() };
    message.text = format!("{note}\n\n{}", message.text);
    alarm::add_note(&mut message.json, &note);
    message
}
