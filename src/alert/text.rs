//! The page as plain text, for a person who was asleep a minute ago: what is open to whom, how it
//! stands, who did it and who opened it, how to see it, since when, how far it reaches, who loses
//! by the fix, what is not known, what to do.

use crate::alert::case::Case;
use crate::alert::next_steps::{Step, blind_steps, steps};
use crate::alert::situation::{Situation, Standing, is_reminder};
use crate::alert::{proof, state, who, window, words};
use crate::bucket::Part;
use crate::escape::{quoted, sentence};
use crate::exposure::{Class, Closer, Exposure};
use crate::guardrail::Urgency;
use crate::ports::{Failure, Target};
use crate::topic::TopicArn;

/// Paths, warnings and unread parts that are told before the rest is counted only.
pub(super) const TOLD: usize = 20;

/// The page on a bucket that was judged.
pub(super) fn page(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let Some(target) = case.target else { return String::new() };
    let mut sections = vec![
        what(case, situation),
        state::now(situation),
        who::acted(case.trigger),
        who::opened(situation),
        proofs(target, situation),
        window::section(case),
        reach(situation),
        state::cut_off(situation),
        let_be(situation),
        not_read(situation),
        warnings(situation),
        next(&steps(case.trigger, target, situation)),
        more_about(case),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n") + "\n"
}

/// The short message that an incident is over that the page before it opened.
pub(super) fn twin(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let over = match situation.standing {
        Standing::Fixed => "The guardrail closed it, read it again twice, and saw it closed.",
        Standing::LetBe => "It is open, and an exemption of your guardrail file lets it be.",
        Standing::Closed | Standing::Passed => {
            "It was closed again before the guardrail looked: nothing of it is open now."
        }
        Standing::NotFixed | Standing::WouldFix | Standing::Open | Standing::Unknown => {
            "Nothing of it is open now."
        }
    };
    let sections = [
        format!("{}: {}\n{over}", situation.standing.name(), case.place()),
        "This ends the incident that the page just before it opened (pagers close it by \
         themselves). Who opened the bucket, and what to do so that it stays closed, is in that page."
            .to_owned(),
        more_about(case),
    ];
    sections.join("\n\n") + "\n"
}

/// The page on what could not be looked at at all.
pub(super) fn blind_page(case: &Case<'_>, failure: &Failure) -> String {
    let mut first = vec![
        format!("NOT READ: {} could not be looked at", case.place()),
        "Whether it is open cannot be said. Nothing was written.".to_owned(),
        urgency_line(crate::alert::situation::BLIND_URGENCY).to_owned(),
    ];
    first.extend(case.owner_line());
    let sections = [
        first.join("\n"),
        section("WHY", &[format!("{}: {}", quoted(&failure.code), sentence(&failure.message))]),
        who::acted(case.trigger),
        next(&blind_steps(case.trigger, case.target)),
        more_about(case),
    ];
    sections.join("\n\n") + "\n"
}

/// What a page says that did not go where its route leads.
pub(super) fn rerouted(topic: &TopicArn, failure: &Failure) -> String {
    format!(
        "NOTE: this page was meant for topic {topic} of a route in your guardrail file, which \
         refused it ({}: {}). Nobody there knows of it: pass it on, and mend the route.",
        quoted(&failure.code),
        sentence(&failure.message)
    )
}

/// Where to read on, and by what name this is known.
pub(super) fn more_about(case: &Case<'_>) -> String {
    let mut lines = vec![format!("Runbook: {}", case.runbook())];
    lines.extend(case.console().map(|link| format!("Console: {link}")));
    lines.push(format!(
        "Episode: {} (all messages about this opening carry this id; pagers and chats group by it)",
        quoted(&case.key())
    ));
    section("MORE", &lines)
}

pub(super) fn urgency_line(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::High => "Urgency: high, act now.",
        Urgency::Low => "Urgency: low, the next working day will do.",
    }
}

/// What is (was) open to whom.
fn what(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let still = if case.news.is_some_and(is_reminder) { "STILL " } else { "" };
    let mut lines = vec![format!("{still}{}: {}", situation.standing.name(), case.place())];
    lines.extend(glance(situation));
    lines.push(urgency_line(situation.urgency()).to_owned());
    lines.extend(case.owner_line());
    lines.join("\n")
}

/// Who can (could) do what, a line a class.
pub(super) fn glance(situation: &Situation<'_>) -> Vec<String> {
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
        return vec![line.to_owned()];
    }
    let verb = match situation.standing {
        Standing::Fixed => "could",
        Standing::NotFixed
        | Standing::WouldFix
        | Standing::Open
        | Standing::Unknown
        | Standing::Closed
        | Standing::Passed
        | Standing::LetBe => "can",
    };
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
    lines
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
        if let Some(then) = situation.closed_since(path.way_in()) {
            let closers: Vec<_> = then.closed_by.iter().copied().map(Closer::name).collect();
            lines.push(format!("   closed now by {}", words::joined(&closers)));
        }
        if let Some(witness) = &path.witness {
            lines.push(format!("   Request: {}", words::request(witness)));
            lines.extend(proof::command(path, target).map(|command| format!("   {command}")));
        }
    }
    lines.extend(more(situation.uncovered.len()));
    section(
        "HOW (each way in, with a request that proves it; statements and grants count from 0)",
        &lines,
    )
}

/// What is closed today by a setting alone: whoever turns that off opens it.
fn reach(situation: &Situation<'_>) -> String {
    let latent = situation.latent();
    let mut lines: Vec<_> = latent
        .iter()
        .take(TOLD)
        .map(|path| {
            let closers: Vec<_> = path.closed_by.iter().copied().map(Closer::name).collect();
            format!(
                "{}: would let in {} to {}; closed by {}",
                capital(&words::via(&path.via)),
                words::reached(path),
                words::does(path.actions),
                words::joined(&closers)
            )
        })
        .collect();
    lines.extend(more(latent.len()));
    section("CLOSED TODAY BY A SETTING ALONE (whoever turns it off opens this too)", &lines)
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

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
