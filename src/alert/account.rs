//! The messages about an account's own Block Public Access settings.

use crate::alert::case::Case;
use crate::alert::text::{more_about, section, urgency_line};
use crate::alert::{Stated, alarm, brief, card, causes, subject, who, words};
use crate::escape::{quoted, sentence};
use crate::event::Trigger;
use crate::guardrail::{Mode, RuleAction, Telling, Urgency};
use crate::ports::{Message, Topic};
use crate::report::{AccountJudged, AccountRun, Cause, published};

/// How the settings stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Fixed,
    NotFixed,
    WouldFix,
    Off,
    NotRead,
}

fn standing(run: &AccountRun) -> Option<Standing> {
    let Ok(judged) = &run.outcome else { return Some(Standing::NotRead) };
    if judged.before.off().is_empty() {
        return None;
    }
    Some(match (judged.verified, judged.action, judged.mode) {
        (Some(true), ..) => Standing::Fixed,
        (_, RuleAction::Contain, Mode::Enforce) => Standing::NotFixed,
        (_, RuleAction::Contain, Mode::Notify | Mode::Observe) => Standing::WouldFix,
        (_, RuleAction::Alert | RuleAction::Ignore, _) => Standing::Off,
    })
}

/// A page, its end where it was fixed at once, and a card; none where all four settings are on.
pub(super) fn messages(trigger: &Trigger, run: &AccountRun, telling: &Telling) -> Vec<Message> {
    let Some(standing) = standing(run) else { return Vec::new() };
    let (state, key, says) = match standing {
        Standing::Fixed => ("FIXED", "fixed", "had Block Public Access off"),
        Standing::NotFixed => ("NOT FIXED", "not_fixed", "has Block Public Access off"),
        Standing::WouldFix => ("WOULD FIX", "would_fix", "has Block Public Access off"),
        Standing::Off => ("OFF", "off", "has Block Public Access off"),
        Standing::NotRead => ("NOT READ", "not_read", "may have Block Public Access off"),
    };
    let urgency = match standing {
        Standing::NotFixed | Standing::NotRead => Urgency::High,
        Standing::WouldFix | Standing::Off => run.urgency,
        Standing::Fixed => Urgency::Low,
    };
    let case = Case::of_account(trigger, telling);
    let why = state_now(run, standing).join(" ");
    let stated = Stated { outcome: key, urgency, why };
    let outcome = format!("{state}, {says}");
    let glance = format!("{state}: {} {says}.", case.place());
    let text = page(&case, run, standing, &format!("{state}: {} {says}", case.place()), urgency);
    let report = published::account_alert(trigger, run);
    let message = |prefix: &str, is_twin: bool| {
        let subject = subject::fitted(prefix, "account", &outcome, run.account.as_str());
        Message {
            topic: Topic::Page,
            to: case.topic(urgency),
            is_twin,
            short: brief::short(&subject, &case),
            json: alarm::of_account(&case, &stated, is_twin, [&subject, &glance, &text], &report),
            subject,
            text: text.clone(),
        }
    };
    let mut messages = vec![message("ALARM", false)];
    if standing == Standing::Fixed {
        messages.push(message("OK", true));
    }
    messages.push(card::of_account(&case, &stated, &outcome, &glance));
    messages
}

fn page(
    case: &Case<'_>,
    run: &AccountRun,
    standing: Standing,
    what: &str,
    urgency: Urgency,
) -> String {
    let what = format!(
        "{what}\nWith all four of its own settings on, no bucket of the account can be open to the \
         world.\n{}",
        urgency_line(urgency)
    );
    let sections = [
        what,
        section("STATE NOW", &state_now(run, standing)),
        who::acted(case.trigger),
        section("WHAT TO DO NEXT", &next(run)),
        more_about(case),
    ];
    sections.join("\n\n") + "\n"
}

fn state_now(run: &AccountRun, standing: Standing) -> Vec<String> {
    let mut lines = match &run.outcome {
        Err(failure) => {
            vec![format!("{}: {}", quoted(&failure.code), sentence(&failure.message))]
        }
        Ok(judged) => written(judged, standing),
    };
    let rules: Vec<_> = run.rules.iter().map(|rule| quoted(rule)).collect();
    lines.push(format!("Decided by: account rule {}.", words::joined(&rules)));
    lines
}

fn written(judged: &AccountJudged, standing: Standing) -> Vec<String> {
    let off = words::settings(&judged.before.off());
    let mut lines = vec![format!("Found off: {off}.")];
    for applied in &judged.applied {
        lines.push(match &applied.result {
            Ok(()) => "All four were turned on.".to_owned(),
            Err(failure) => format!(
                "They could not be turned on: {}: {}",
                quoted(&failure.code),
                sentence(&failure.message)
            ),
        });
        let cause = applied.result.as_ref().err().map(Cause::of_failure);
        lines.extend(cause.map(|cause| causes::why(cause).to_owned()));
    }
    lines.push(
        match standing {
            Standing::Fixed => "Read again twice, and verified.",
            Standing::NotFixed => "They do not read back as on.",
            Standing::WouldFix => "Nothing was written: in mode enforce they would be turned on.",
            Standing::Off | Standing::NotRead => "Nothing was written.",
        }
        .to_owned(),
    );
    lines
}

fn next(run: &AccountRun) -> Vec<String> {
    let account = run.account;
    let mut lines = vec![
        format!("1. See for yourself, with credentials of account {account}:"),
        format!(
            "   aws s3control get-public-access-block --account-id {account} --region {}",
            run.region
        ),
        "2. Turn them on by hand:".to_owned(),
        format!(
            "   aws s3control put-public-access-block --account-id {account} --region {} \\",
            run.region
        ),
        "     --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,\
         BlockPublicPolicy=true,RestrictPublicBuckets=true"
            .to_owned(),
    ];
    let failed =
        run.outcome.as_ref().ok().and_then(|judged| {
            judged.applied.iter().find_map(|applied| applied.result.as_ref().err())
        });
    if failed.map(Cause::of_failure) == Some(Cause::OrganizationPolicy) {
        lines.push(
            "3. Your organization manages these settings: ask whoever runs it, nothing in the \
             account can change them"
                .to_owned(),
        );
    }
    lines
}
