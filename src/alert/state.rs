//! How a bucket stands after a run, in words: what was written, what was seen, why it is not fixed,
//! who lost access by it.

use crate::alert::situation::{Situation, Standing};
use crate::alert::text::{TOLD, capital, more, section};
use crate::alert::{causes, words};
use crate::escape::{quoted, sentence};
use crate::guardrail::{Cut, RuleAction};
use crate::report::Judged;

/// What was done, or why not.
pub(super) fn now(situation: &Situation<'_>) -> String {
    let judged = situation.judged;
    let mut lines = Vec::new();
    for applied in &judged.applied {
        let settings = words::settings(applied.remedy.settings());
        lines.push(match &applied.result {
            Ok(()) => format!("Turned on: {settings}."),
            Err(failure) => format!(
                "Could not turn on {settings}: {} failed with {}: {}",
                applied.remedy.action(),
                quoted(&failure.code),
                sentence(&failure.message)
            ),
        });
    }
    lines.extend(seen(situation));
    lines.extend(decided(judged));
    section("STATE NOW", &lines)
}

/// By which rules; nothing where none of them asks for anything.
fn decided(judged: &Judged) -> Option<String> {
    if judged.decision.action == RuleAction::Ignore {
        return None;
    }
    let rules: Vec<_> = judged.decision.rules.iter().map(|rule| quoted(rule)).collect();
    let because = match rules.as_slice() {
        [] => "no rule speaks of what could not be read, so it is told".to_owned(),
        [rule] => format!("rule {rule}"),
        rules => format!("rules {}", words::joined(rules)),
    };
    Some(format!(
        "Decided by: {because} (action {}, urgency {}, mode {}).",
        judged.decision.action.name(),
        judged.decision.urgency.name(),
        judged.decision.mode.name()
    ))
}

fn seen(situation: &Situation<'_>) -> Vec<String> {
    let judged = situation.judged;
    let wrote = judged.applied.iter().any(|applied| applied.result.is_ok());
    let mut lines = Vec::new();
    match situation.standing {
        Standing::Fixed => {
            lines.push("Read again twice, and verified.".to_owned());
        }
        Standing::NotFixed if situation.nothing_left() => {}
        Standing::NotFixed => lines.push(
            match (wrote, &judged.after) {
                (true, Some(_)) => "S3 took the write, but the bucket did not read back as closed.",
                (true, None) => "S3 took the write, but the bucket could not be read again.",
                (false, _) => "Nothing was written.",
            }
            .to_owned(),
        ),
        Standing::WouldFix => lines.push(format!(
            "Nothing was written: the mode is {}. In mode enforce it would turn on {}.",
            judged.decision.mode.name(),
            words::settings(situation.held_by_mode())
        )),
        Standing::Open => lines.push(
            "Nothing was written: your rules ask for an alert here, not for containment."
                .to_owned(),
        ),
        Standing::Unknown | Standing::Closed | Standing::Passed | Standing::LetBe => {
            lines.push("Nothing was written.".to_owned());
        }
    }
    lines.extend(situation.cause().map(|cause| causes::why(cause).to_owned()));
    lines.extend(fight(judged));
    if let Some(failure) = &judged.forgotten {
        lines.push(format!(
            "This episode could not be remembered ({}): you may be told of it again, and `undo` \
             does not know it.",
            quoted(&failure.code)
        ));
    }
    let not_closed = match situation.standing {
        Standing::NotFixed | Standing::WouldFix => situation.only_named_parties_left(),
        Standing::Fixed
        | Standing::Open
        | Standing::Unknown
        | Standing::Closed
        | Standing::Passed
        | Standing::LetBe => false,
    };
    if not_closed {
        lines.push(
            "Block Public Access does not close access granted to named parties: take the grant \
             itself away."
                .to_owned(),
        );
    }
    if let Some(after) = &judged.after {
        let open: Vec<_> = after.paths.iter().filter(|path| path.is_open()).collect();
        for path in open.iter().take(TOLD) {
            lines.push(format!("Still open: {} ({})", words::reached(path), words::via(&path.via)));
        }
        lines.extend(more(open.len()));
        if open.is_empty() {
            lines.push(format!("Exposure now: {}.", after.exposure.name()));
        }
    }
    lines
}

/// Who else loses access by the containment.
pub(super) fn cut_off(situation: &Situation<'_>) -> String {
    let title = match (situation.standing, &situation.judged.after) {
        (Standing::Fixed | Standing::NotFixed, Some(_)) => "WHO ELSE LOST ACCESS BY THE FIX",
        (Standing::WouldFix, _) => "WHO ELSE WOULD LOSE ACCESS BY THE FIX",
        (Standing::NotFixed, None) if situation.is_held() => {
            "WHO ELSE WOULD LOSE ACCESS BY THE FIX"
        }
        (Standing::Fixed | Standing::NotFixed, None)
        | (
            Standing::Open
            | Standing::Unknown
            | Standing::Closed
            | Standing::Passed
            | Standing::LetBe,
            _,
        ) => return String::new(),
    };
    let cut_off = situation.cut_off();
    let mut lines: Vec<_> = cut_off.iter().take(TOLD).map(|lost| cut(lost)).collect();
    lines.extend(more(cut_off.len()));
    if lines.is_empty() {
        lines.push("Nobody whom the policy or the ACL names.".to_owned());
    }
    section(title, &lines)
}

fn cut(cut: &Cut) -> String {
    let by_exemption = match &cut.exemption {
        Some(name) => format!(
            ", let be by exemption {}: what is open beside it cannot be closed without it",
            quoted(name)
        ),
        None => String::new(),
    };
    format!(
        "{} ({}{by_exemption}): {}",
        capital(&words::reached_by(cut.exposure, &cut.parties)),
        words::via(&cut.via),
        words::does(cut.actions)
    )
}

/// That somebody opens it again and again.
fn fight(judged: &Judged) -> Option<String> {
    let episode = judged.episode.as_ref()?;
    let times = episode.fight?;
    let by = |text: &Option<String>| text.as_deref().map_or("not said".to_owned(), quoted);
    Some(format!(
        "SOMEBODY FIGHTS THE GUARDRAIL: this bucket was opened {times} times of late, now by {} \
         with {}. Take the setting out of that tool's code, or approve an exemption: the guardrail \
         goes on closing it.",
        by(&episode.event.principal),
        by(&episode.event.user_agent)
    ))
}
