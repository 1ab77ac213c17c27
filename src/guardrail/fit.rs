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
    fits_parts(matches, &state.account, Some(state.bucket.as_str()), &state.tags, unread)
}

/// The same for what is known of a bucket, or of an account as a whole: no glob fits that.
pub(super) fn fits_parts(
    matches: &Match,
    account: &AccountId,
    bucket: Option<&str>,
    tags: &Observed<BTreeMap<String, String>>,
    unread: TagsUnread,
) -> bool {
    let is_it = |glob: &Glob| bucket.is_some_and(|bucket| glob.matches(bucket));
    (matches.accounts.is_empty() || matches.accounts.contains(account))
        && (matches.buckets.is_empty() || matches.buckets.iter().any(is_it))
        && tags_fit(&matches.tags, tags, unread)
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
