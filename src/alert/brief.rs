//! The page in few words: for a telephone's lock screen, and for the fields that pagers show first.

use crate::alert::case::Case;
use crate::alert::next_steps;
use crate::alert::situation::Situation;
use crate::alert::{state, text, who};
use crate::blame::openers::{KnownBy, Opening};
use crate::escape::{quoted, sentence};
use crate::ports::Failure;

/// Characters of one SMS in its own alphabet.
///
/// Source: SNS Developer Guide, "Publishing SMS messages".
const SMS_CHARS: usize = 140;

/// The subject and who did it.
pub(super) fn short(subject: &str, case: &Case<'_>) -> String {
    let actor = case.trigger.actor.as_ref();
    let who = actor.and_then(|actor| actor.name.as_deref().or(actor.principal.as_deref()));
    let who: String = who
        .unwrap_or("not known")
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || " -_.@/:=+,".contains(*letter))
        .collect();
    // no dot that a telephone makes a link of
    let who = who.replace("www.", "www_").replace("://", "_");
    format!("{subject} by {who}").chars().take(SMS_CHARS).collect()
}

/// What, who, and what to do first.
pub(super) fn description(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let mut parts = vec![format!("{}: {}.", situation.standing.name(), case.place())];
    parts.extend(text::glance(situation));
    parts.extend(actor(case));
    parts.extend(opened_by(situation));
    parts.extend(case.owner_line().map(|owner| owner + "."));
    if let Some(target) = case.target {
        parts.push(format!("See it: {}.", next_steps::verify(target)));
    }
    parts.push(format!("Runbook: {}", case.runbook()));
    parts.join(" ")
}

/// How it stands, and why.
pub(super) fn reason(situation: &Situation<'_>) -> String {
    let lines = state::now(situation);
    lines.lines().skip(1).collect::<Vec<_>>().join(" ")
}

pub(super) fn blind_description(case: &Case<'_>) -> String {
    let mut parts = vec![format!(
        "NOT READ: {} could not be looked at: whether it is open cannot be said.",
        case.place()
    )];
    parts.extend(actor(case));
    parts.push(format!("Runbook: {}", case.runbook()));
    parts.join(" ")
}

pub(super) fn blind_reason(failure: &Failure) -> String {
    format!("{}: {}", quoted(&failure.code), sentence(&failure.message))
}

/// Who acted, in a sentence.
pub(super) fn actor(case: &Case<'_>) -> Option<String> {
    let actor = case.trigger.actor.as_ref()?;
    let principal = actor.principal.as_deref().map_or("an unknown principal".to_owned(), quoted);
    let name = actor.name.as_deref().map_or(String::new(), |name| {
        format!(" as {} ({})", quoted(name), who::vouched(actor.confidence))
    });
    let from =
        actor.source_ip.as_deref().map_or(String::new(), |ip| format!(" from {}", quoted(ip)));
    Some(format!("{} by {principal}{name}{from}.", quoted(&case.trigger.event.name)))
}

/// Who opened it, where that was not simply the actor.
pub(super) fn opened_by(situation: &Situation<'_>) -> Option<String> {
    let told = |opening: &&Opening| match (&opening.grant, &opening.shield) {
        (Ok(share), None) => share.by != KnownBy::Event,
        (Ok(_), Some(_)) | (Err(_), _) => true,
    };
    let opening = situation.judged.openings.iter().find(told)?;
    Some(format!("{}.", text::capital(&who::history(opening))))
}

/// `text` cut to so many characters; what a backtick began is ended.
pub(super) fn bounded(text: &str, most_chars: usize) -> String {
    if text.chars().count() <= most_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most_chars.saturating_sub(4)).collect();
    let begun = kept.lines().last().is_some_and(|line| line.matches('`').count() % 2 == 1);
    kept + if begun { "`..." } else { "..." }
}
