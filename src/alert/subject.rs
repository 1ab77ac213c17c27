//! The subject of a page: `ALARM: ` or `OK: ` as pagers ask, then bucket and outcome; printable
//! ASCII, fewer than 100 characters, on one line, as SNS asks.

use crate::alert::case::Case;
use crate::alert::situation::{Situation, Standing, is_reminder};
use crate::exposure::Class;

/// Characters of the longest subject.
const LONGEST_CHARS: usize = 99;

/// `ALARM: clinic-reports NOT FIXED, open to anyone (111122223333)`.
pub(super) fn of(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let first = case.news.is_some_and(crate::alert::situation::is_first);
    let prefix = if first { "ALARM" } else { situation.standing.alarm_state() };
    let still = if case.news.is_some_and(is_reminder) { "STILL " } else { "" };
    let outcome = format!("{still}{}{}", situation.standing.name(), to_whom(situation));
    fitted(prefix, case.name(), &outcome, case.account().as_str())
}

/// `OK: clinic-reports FIXED and verified (111122223333)`.
pub(super) fn of_twin(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let outcome = match situation.standing {
        Standing::Fixed => "FIXED, closed and verified",
        Standing::LetBe => "EXEMPTED, let be as your file says",
        Standing::Closed
        | Standing::Passed
        | Standing::NotFixed
        | Standing::WouldFix
        | Standing::Open
        | Standing::Unknown => "CLOSED, nothing is open now",
    };
    fitted("OK", case.name(), outcome, case.account().as_str())
}

/// `ALARM: clinic-reports NOT READ, may be open to anyone (111122223333)`.
pub(super) fn of_blind(case: &Case<'_>) -> String {
    fitted("ALARM", case.name(), "NOT READ, may be open to anyone", case.account().as_str())
}

fn to_whom(situation: &Situation<'_>) -> String {
    let to = match situation.widest() {
        Class::None => "could not be read in full",
        Class::Trusted => "open to your zone of trust",
        Class::External => "open to outside parties",
        Class::Authenticated => "open to any AWS account",
        Class::Anonymous => "open to anyone",
    };
    let was = if situation.widest() == Class::None { "" } else { "was " };
    match situation.standing {
        Standing::Fixed => format!(", {was}{to}"),
        Standing::Closed => ", not by the guardrail".to_owned(),
        Standing::Passed => ", was open for a while".to_owned(),
        Standing::LetBe => ", open and let be".to_owned(),
        Standing::NotFixed | Standing::WouldFix | Standing::Open | Standing::Unknown => {
            format!(", {to}")
        }
    }
}

/// The name of the bucket is what is cut where all is too long: the page has it whole.
pub(super) fn fitted(prefix: &str, name: &str, outcome: &str, account: &str) -> String {
    let around = format!("{prefix}:  {outcome} ({account})").len();
    let room = LONGEST_CHARS.saturating_sub(around);
    let name = if name.len() > room {
        name.chars().take(room.saturating_sub(2)).collect::<String>() + ".."
    } else {
        name.to_owned()
    };
    format!("{prefix}: {name} {outcome} ({account})")
}
