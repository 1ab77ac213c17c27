//! A report as the steps that the flow took, for a terminal.

use s3_guardrail::alert::words;
use s3_guardrail::escape::{quoted, sentence};
use s3_guardrail::event::{Actor, EventInfo};
use s3_guardrail::exposure::Verdict;
use s3_guardrail::guardrail::{Decision, Held};
use s3_guardrail::report::{Applied, Judged, Outcome, Report, Run, Sent};

use crate::verdict_text;

/// Every step, one a line with its name in front, ending with a line break.
pub(crate) fn of(report: &Report) -> String {
    let mut steps = Vec::new();
    steps.extend(report.event.iter().map(|event| step("event", &happened(event))));
    steps.extend(report.actor.iter().map(|actor| step("actor", &acted(actor))));
    steps.extend(report.ignored.iter().map(|reason| step("ignored", &sentence(reason))));
    steps.extend(report.blind.iter().map(|failure| {
        step("not read", &format!("{}: {}", quoted(&failure.code), sentence(&failure.message)))
    }));
    steps.extend(report.runs.iter().flat_map(run));
    steps.extend(report.alerts.iter().flat_map(alert));
    steps.join("\n") + "\n"
}

fn happened(event: &EventInfo) -> String {
    let when = event.time.map_or_else(|| "at an unknown time".to_owned(), words::moment);
    format!(
        "{}, {when}, account {}, Region {}, id {}",
        quoted(&event.name),
        event.account,
        event.region,
        quoted(&event.id)
    )
}

fn acted(actor: &Actor) -> String {
    let mut parts = vec![words::kind(actor.kind).to_owned()];
    let said = [
        ("", &actor.principal),
        ("name ", &actor.name),
        ("from ", &actor.source_ip),
        ("through ", &actor.via),
        ("with ", &actor.user_agent),
    ];
    for (what, text) in said {
        parts.extend(text.as_ref().map(|text| format!("{what}{}", quoted(text))));
    }
    parts.extend(actor.mfa.map(|mfa| if mfa { "MFA" } else { "no MFA" }.to_owned()));
    parts.join(", ")
}

fn run(run: &Run) -> Vec<String> {
    let target = &run.target;
    let mut steps = vec![step(
        "bucket",
        &format!("{}, account {}, Region {}", target.bucket, target.account, target.region),
    )];
    match &run.outcome {
        Outcome::Gone(reason) => steps.push(step("gone", &sentence(reason))),
        Outcome::Blind(failure) => steps.push(step(
            "not read",
            &format!("{}: {}", quoted(&failure.code), sentence(&failure.message)),
        )),
        Outcome::Judged(judged) => steps.extend(judgement(judged)),
    }
    steps
}

fn judgement(judged: &Judged) -> Vec<String> {
    let mut steps = found("found", &judged.before);
    steps.extend(decided(&judged.decision));
    steps.extend(judged.applied.iter().map(written));
    if judged.applied.is_empty() {
        steps.push(step("written", "nothing"));
    }
    steps.extend(judged.verified.map(|verified| {
        let words = if verified {
            "yes: read again twice, and what was to be closed is closed"
        } else {
            "no: the bucket did not read back as closed"
        };
        step("verified", words)
    }));
    steps.extend(judged.after.iter().flat_map(|after| found("after", after)));
    steps
}

fn found(name: &str, verdict: &Verdict) -> Vec<String> {
    let headline = step(name, &verdict_text::headline(verdict));
    let details = verdict_text::details(verdict).into_iter().map(|line| step("", &line));
    std::iter::once(headline).chain(details).collect()
}

fn decided(decision: &Decision) -> Vec<String> {
    let rules: Vec<_> = decision.rules.iter().map(|rule| quoted(rule)).collect();
    let because =
        if rules.is_empty() { String::new() } else { format!(" by {}", words::joined(&rules)) };
    let headline = format!(
        "{} (urgency {}, mode {}){because}",
        decision.action.name(),
        decision.urgency.name(),
        decision.mode.name()
    );
    let held = decision.held.iter().map(|held| {
        step(
            "",
            &match held {
                Held::ByMode(settings) => {
                    format!("held by the mode: would turn on {}", words::settings(settings))
                }
                Held::ByExemption { via, exemption, expires, .. } => format!(
                    "let be by exemption {} until {expires}: {}",
                    quoted(exemption),
                    words::via(via)
                ),
                Held::ByCut(settings) => format!(
                    "held, it would cut off somebody whom your rules name: would turn on {}",
                    words::settings(settings)
                ),
                Held::ByWrites(settings) => format!(
                    "held, too many writes within the hour: would turn on {}",
                    words::settings(settings)
                ),
                Held::NothingLeftToTurnOn => {
                    "every setting that could close it is on already and does not".to_owned()
                }
            },
        )
    });
    std::iter::once(step("decided", &headline)).chain(held).collect()
}

fn written(applied: &Applied) -> String {
    let settings = words::settings(applied.remedy.settings());
    let result = match &applied.result {
        Ok(()) => "applied".to_owned(),
        Err(failure) => {
            format!("failed with {}: {}", quoted(&failure.code), sentence(&failure.message))
        }
    };
    step("written", &format!("{}: {settings}: {result}", applied.remedy.action()))
}

/// The whole page, set off from the steps.
fn alert(sent: &Sent) -> Vec<String> {
    let result = match &sent.result {
        Ok(()) => String::new(),
        Err(failure) => format!(" (not sent: {})", sentence(&failure.to_string())),
    };
    let mut steps = vec![step("alert", &format!("{}{result}", sent.message.subject))];
    steps.extend(sent.message.text.lines().map(|line| format!("  | {line}").trim_end().to_owned()));
    steps
}

fn step(name: &str, what: &str) -> String {
    format!("{name:<9} {what}").trim_end().to_owned()
}
