//! The subject of a page: printable ASCII, fewer than 100 characters, on one line, as SNS asks.

use crate::alert::situation::{Situation, Standing};
use crate::event::{Scope, Trigger};
use crate::exposure::Class;
use crate::ports::Target;

/// Characters of the longest subject.
const LONGEST_CHARS: usize = 99;

/// `S3 NOT FIXED: clinic-reports open to anyone (111122223333)`.
pub(super) fn of(target: &Target, situation: &Situation<'_>) -> String {
    let to = match situation.widest() {
        Class::None => "could not be read in full",
        Class::Trusted => "open to your zone of trust",
        Class::External => "open to outside parties",
        Class::Authenticated => "open to any AWS account",
        Class::Anonymous => "open to anyone",
    };
    let (state, was) = match situation.standing {
        Standing::Fixed => ("S3 FIXED", "was "),
        Standing::NotFixed => ("S3 NOT FIXED", ""),
        Standing::WouldFix => ("S3 WOULD FIX", ""),
        Standing::Open => ("S3 OPEN", ""),
        Standing::Unknown => ("S3 UNKNOWN", ""),
        Standing::Closed => ("S3 CLOSED", ""),
        Standing::Passed => ("S3 CLOSED AGAIN", ""),
        Standing::LetBe => ("S3 EXEMPTED", ""),
    };
    let to = match situation.standing {
        Standing::Closed => "is closed now, not by the guardrail",
        Standing::Passed => "was open and is closed again",
        Standing::LetBe => "is open and let be by an exemption",
        Standing::Fixed
        | Standing::NotFixed
        | Standing::WouldFix
        | Standing::Open
        | Standing::Unknown => to,
    };
    let was = if situation.widest() == Class::None { "" } else { was };
    fitted(state, target.bucket.as_str(), &format!("{was}{to}"), target.account.as_str())
}

/// `S3 NOT READ: clinic-reports may be open to anyone (111122223333)`.
pub(super) fn of_blind(trigger: &Trigger, target: Option<&Target>) -> String {
    let (name, account) = match (target, &trigger.scope) {
        (Some(target), _) => (target.bucket.as_str(), &target.account),
        (None, Scope::Bucket { bucket, account, .. }) => (bucket.as_str(), account),
        (None, Scope::AccessPoint { account, .. }) => ("the bucket of an access point", account),
        (None, Scope::Account { account, .. }) => ("every bucket", account),
    };
    fitted("S3 NOT READ", name, "may be open to anyone", account.as_str())
}

/// `S3 FIXED: account had Block Public Access off (111122223333)`.
pub(super) fn of_account(state: &str, account: &str, says: &str) -> String {
    fitted(state, "account", says, account)
}

fn fitted(state: &str, name: &str, to: &str, account: &str) -> String {
    let around = format!("{state}:   {to} ({account})").len().saturating_sub(1);
    let room = LONGEST_CHARS.saturating_sub(around);
    let name = if name.len() > room {
        name.chars().take(room.saturating_sub(2)).collect::<String>() + ".."
    } else {
        name.to_owned()
    };
    format!("{state}: {name} {to} ({account})")
}
