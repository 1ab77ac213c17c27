//! The page as plain text, for a person who was asleep a minute ago: what is open to whom, how it
//! stands, the proof, who did it, who loses by the fix, what is not known, what to do.

use crate::alert::next_steps::{Step, blind_steps, steps};
use crate::alert::situation::{Situation, Standing};
use crate::alert::{proof, state, words};
use crate::bucket::Part;
use crate::escape::{quoted, sentence};
use crate::event::{Actor, Confidence, Scope, Trigger};
use crate::exposure::{Class, Closer, Exposure};
use crate::ports::{Failure, Target};

/// Paths, warnings and unread parts that are told before the rest is counted only.
pub(super) const TOLD: usize = 20;

/// The page on a bucket that was judged.
pub(super) fn page(trigger: &Trigger, target: &Target, situation: &Situation<'_>) -> String {
    let mut sections = vec![
        what(target, situation),
        state::now(situation),
        proofs(target, situation),
        who_and_when(trigger),
        state::cut_off(situation),
        let_be(situation),
        not_read(situation),
        warnings(situation),
        next(&steps(trigger, target, situation)),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n") + "\n"
}

/// The page on what could not be looked at at all.
pub(super) fn blind_page(trigger: &Trigger, target: Option<&Target>, failure: &Failure) -> String {
    let place = match (target, &trigger.scope) {
        (Some(target), _) => place(target),
        (None, Scope::Bucket { bucket, account, region, .. }) => {
            format!("bucket `{bucket}` (account {account}, Region {region})")
        }
        (None, Scope::AccessPoint { name, account, region }) => format!(
            "the bucket behind access point {} (account {account}, Region {region})",
            quoted(name)
        ),
        (None, Scope::Account { account, .. }) => format!("every bucket of account {account}"),
    };
    let sections = [
        format!(
            "NOT READ: {place} could not be looked at\n\
             Whether it is open cannot be said. Nothing was written."
        ),
        section("WHY", &[format!("{}: {}", quoted(&failure.code), sentence(&failure.message))]),
        who_and_when(trigger),
        next(&blind_steps(trigger, target)),
    ];
    sections.join("\n\n") + "\n"
}

/// What is (was) open to whom.
fn what(target: &Target, situation: &Situation<'_>) -> String {
    let (state, verb) = match situation.standing {
        Standing::Fixed => ("FIXED", "could"),
        Standing::NotFixed => ("NOT FIXED", "can"),
        Standing::WouldFix => ("WOULD FIX", "can"),
        Standing::Open => ("OPEN", "can"),
        Standing::Unknown => ("UNKNOWN", "can"),
        Standing::Closed => ("CLOSED", "can"),
        Standing::Passed => ("CLOSED AGAIN", "can"),
        Standing::LetBe => ("EXEMPTED", "can"),
    };
    let quiet = match situation.standing {
        Standing::Closed => Some("What you were told of is closed, and not by the guardrail."),
        Standing::Passed => Some(
            "The change below opened it, as far as its event and the rest of the bucket tell. It \
             was closed again before the guardrail looked.",
        ),
        Standing::LetBe => Some("It is open, and an exemption of yours lets it be."),
        Standing::Fixed
        | Standing::NotFixed
        | Standing::WouldFix
        | Standing::Open
        | Standing::Unknown => None,
    };
    if let Some(line) = quiet {
        return format!("{state}: {}\n{line}", place(target));
    }
    let mut lines = Vec::new();
    for class in [Class::Anonymous, Class::Authenticated, Class::External, Class::Trusted] {
        let paths = situation.uncovered.iter().filter(|path| path.exposure == class);
        let actions = paths.clone().flat_map(|path| path.actions.iter()).collect();
        if paths.clone().next().is_some() {
            let whom = words::reached_together(class, paths.copied());
            lines.push(format!("{} {verb} {}.", capital(&whom), words::does(actions)));
        }
    }
    if lines.is_empty() {
        lines.push(at_a_glance(situation, verb));
    }
    format!("{state}: {}\n{}", place(target), lines.join("\n"))
}

/// Who gets in, where no path says it.
fn at_a_glance(situation: &Situation<'_>, verb: &str) -> String {
    match (situation.widest(), situation.judged.before.exposure) {
        (Class::None, Exposure::Unknown(_)) => {
            "Who gets in cannot be said: not everything could be read.".to_owned()
        }
        (Class::None, Exposure::Known(Class::None)) => {
            "As far as could be read, nobody from outside gets in; not everything could be read."
                .to_owned()
        }
        // only what an exemption covers is known to be open
        (
            Class::None,
            Exposure::Known(
                class
                @ (Class::Trusted | Class::External | Class::Authenticated | Class::Anonymous),
            ),
        ) => format!(
            "As far as could be read, {} {verb} get in, let be by your exemptions; not everything \
             could be read.",
            words::class(class)
        ),
        (
            class @ (Class::Trusted | Class::External | Class::Authenticated | Class::Anonymous),
            Exposure::Known(_) | Exposure::Unknown(_),
        ) => format!("{} {verb} get in.", capital(words::class(class))),
    }
}

/// Every path with its request.
fn proofs(target: &Target, situation: &Situation<'_>) -> String {
    let mut lines = Vec::new();
    for (number, path) in situation.uncovered.iter().take(TOLD).enumerate() {
        lines.push(format!("{}. {}", number.saturating_add(1), capital(&words::via(&path.via))));
        lines.push(format!(
            "   lets in {}: {}",
            words::reached(path),
            words::actions(path.actions)
        ));
        if let Some(then) = situation.closed_since(&path.via, path.exposure) {
            let closers: Vec<_> = then.closed_by.iter().copied().map(Closer::name).collect();
            lines.push(format!("   closed now by {}", words::joined(&closers)));
        }
        if let Some(witness) = &path.witness {
            lines.push(format!("   Request: {}", words::request(witness)));
            lines.extend(proof::command(path, target).map(|command| format!("   {command}")));
        }
    }
    lines.extend(more(situation.uncovered.len()));
    section("PROOF (statements and grants are counted from 0)", &lines)
}

pub(super) fn who_and_when(trigger: &Trigger) -> String {
    let mut lines = match &trigger.actor {
        Some(actor) => who(actor),
        None => vec!["The event does not say who acted.".to_owned()],
    };
    let when = match trigger.event.time {
        Some(time) => format!("On {}", words::moment(time)),
        None => "At a time that the event does not say".to_owned(),
    };
    lines.push(format!(
        "{when}: {}, id {} ({})",
        quoted(&trigger.event.name),
        quoted(&trigger.event.id),
        words::source(trigger.source)
    ));
    let title = match trigger.actor {
        Some(_) => "WHO AND WHEN (the change that led here; what is open may be older)",
        None => "WHEN",
    };
    section(title, &lines)
}

fn who(actor: &Actor) -> Vec<String> {
    let or_not_said = |text: &Option<String>| match text {
        Some(text) => quoted(text),
        None => "not said".to_owned(),
    };
    let mut lines = vec![format!(
        "Principal: {} ({}, account {})",
        or_not_said(&actor.principal),
        words::kind(actor.kind),
        or_not_said(&actor.account)
    )];
    let vouched = match actor.confidence {
        Confidence::High => "AWS vouches for this name",
        Confidence::Low => "a name that the caller chose: a hint, no proof",
        Confidence::None => "no name of a human",
    };
    match &actor.name {
        Some(name) => lines.push(format!("Name: {} ({vouched})", quoted(name))),
        None => lines.push("Name: not said".to_owned()),
    }
    let mfa = match actor.mfa {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    };
    lines.push(format!("From: {}, MFA: {mfa}", or_not_said(&actor.source_ip)));
    lines.push(format!("Tool: {}", or_not_said(&actor.user_agent)));
    let further = [
        ("Session", &actor.arn),
        ("Acted through", &actor.via),
        ("Source identity", &actor.source_identity),
        ("Identity Center user", &actor.identity_center_user),
        ("Access key", &actor.access_key_id),
    ];
    for (what, text) in further {
        if text.is_some() && *text != actor.principal {
            lines.push(format!("{what}: {}", or_not_said(text)));
        }
    }
    lines
}

fn let_be(situation: &Situation<'_>) -> String {
    let lines: Vec<_> = situation
        .exempted
        .iter()
        .take(TOLD)
        .map(|(path, name)| {
            format!("{}: exemption {}", capital(&words::via(&path.via)), quoted(name))
        })
        .chain(more(situation.exempted.len()))
        .collect();
    section("LET BE BY YOUR EXEMPTIONS", &lines)
}

fn not_read(situation: &Situation<'_>) -> String {
    let verdict = &situation.judged.before;
    let mut lines: Vec<_> = verdict
        .unreadable
        .iter()
        .take(TOLD)
        .map(|(part, error)| {
            let part = Part::ALL.into_iter().find(|known| known.name() == part).map_or_else(
                || quoted(part),
                |known| format!("{} (needs {})", known.name(), known.permissions().join(", ")),
            );
            format!("{part}: {}", sentence(error))
        })
        .chain(more(verdict.unreadable.len()))
        .collect();
    if let Some(differing) = verdict.disagreement {
        let public = |is: bool| if is { "public" } else { "not public" };
        lines.push(format!(
            "AWS calls the bucket policy {}, we call it {}: the wider reading is used. Please \
             report it.",
            public(differing.aws),
            public(differing.ours)
        ));
    }
    section("NOT KNOWN", &lines)
}

fn warnings(situation: &Situation<'_>) -> String {
    let warnings = &situation.judged.before.warnings;
    let lines: Vec<_> = warnings
        .iter()
        .take(TOLD)
        .map(|warning| capital(&sentence(warning)))
        .chain(more(warnings.len()))
        .collect();
    section("WARNINGS", &lines)
}

fn next(steps: &[Step]) -> String {
    let mut lines = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let colon = if step.lines.is_empty() { "" } else { ":" };
        lines.push(format!("{}. {}{colon}", number.saturating_add(1), step.what));
        lines.extend(step.lines.iter().map(|line| format!("   {line}")));
    }
    section("WHAT TO DO NEXT", &lines)
}

/// A heading and its lines; nothing without lines.
pub(super) fn section(title: &str, lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("{title}\n{}", lines.join("\n")) }
}

/// How many there are beyond those that are told.
pub(super) fn more(count: usize) -> Option<String> {
    let left_out = count.saturating_sub(TOLD);
    (left_out > 0).then(|| format!("... and {left_out} more"))
}

fn place(target: &Target) -> String {
    format!("bucket `{}` (account {}, Region {})", target.bucket, target.account, target.region)
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
