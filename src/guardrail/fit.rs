//! Which buckets a rule or an exemption is for.

use std::collections::BTreeMap;

use crate::bucket::{AccountId, BucketState, Observed};
use crate::guardrail::Match;
use crate::iam::Glob;

/// What a match by tags means where the tags could not be read.
#[derive(Clone, Copy)]
pub(super) enum TagsUnread {
    Match,
    DoNotMatch,
}

pub(super) fn fits(matches: &Match, state: &BucketState, unread: TagsUnread) -> bool {
    let account = |own: &AccountId| own == &state.account;
    let bucket = |glob: &Glob| glob.matches(state.bucket.as_str());
    (matches.accounts.is_empty() || matches.accounts.iter().any(account))
        && (matches.buckets.is_empty() || matches.buckets.iter().any(bucket))
        && tags_fit(&matches.tags, &state.tags, unread)
}

fn tags_fit(
    wanted: &BTreeMap<String, Vec<Glob>>,
    tags: &Observed<BTreeMap<String, String>>,
    unread: TagsUnread,
) -> bool {
    if wanted.is_empty() {
        return true;
    }
    match (tags, unread) {
        (Observed::Unknown(_), TagsUnread::Match) => true,
        (Observed::Unknown(_), TagsUnread::DoNotMatch) => false,
        (Observed::Known(tags), TagsUnread::Match | TagsUnread::DoNotMatch) => {
            wanted.iter().all(|(key, globs)| {
                tags.get(key).is_some_and(|value| globs.iter().any(|glob| glob.matches(value)))
            })
        }
    }
}
