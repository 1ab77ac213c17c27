//! Which open paths an exemption lets be.

use time::{OffsetDateTime, UtcOffset};

use crate::bucket::BucketState;
use crate::exposure::{Path, Verdict};
use crate::guardrail::fit::{TagsUnread, fits};
use crate::guardrail::{Exemption, Held, Past};

/// The open paths that an exemption covers, and those that none does.
pub(super) fn exempt<'a>(
    verdict: &'a Verdict,
    state: &BucketState,
    exemptions: &[Exemption],
    past: &Past,
    now: OffsetDateTime,
) -> (Vec<Held>, Vec<&'a Path>) {
    let mut held = Vec::new();
    let mut uncovered = Vec::new();
    for path in verdict.paths.iter().filter(|path| path.is_open()) {
        let covering = exemptions
            .iter()
            .chain(&past.undone)
            .filter(|exemption| covers(exemption, path, state, now))
            .filter(|exemption| set_by_right_hands(exemption, state, past))
            .max_by_key(|exemption| exemption.expires);
        match covering {
            Some(exemption) => held.push(Held::ByExemption {
                via: path.via.clone(),
                exposure: path.exposure,
                services: path.services,
                exemption: exemption.name.clone(),
                expires: exemption.expires,
                by_tags: !exemption.matches.tags.is_empty(),
            }),
            None => uncovered.push(path),
        }
    }
    (held, uncovered)
}

/// Whether `path` lies wholly within `exemption`. A path without actions cannot be shown to.
fn covers(exemption: &Exemption, path: &Path, state: &BucketState, now: OffsetDateTime) -> bool {
    let in_force = now.to_offset(UtcOffset::UTC).date() <= exemption.expires;
    let actions = |name: &str| {
        exemption.actions.is_empty()
            || exemption.actions.iter().any(|glob| glob.matches_ignoring_case(name))
    };
    in_force
        && path.exposure <= exemption.exposure
        && !path.actions.is_empty()
        && path.access().iter().all(|access| exemption.access.contains(access))
        && path.actions.iter().all(|action| actions(action.name()))
        && fits(&exemption.matches, state, TagsUnread::DoNotMatch)
}

/// Whether every tag that `exemption` rests on was set to what it is by one of those who may. Of a
/// tag that no event told about nobody knows who set it, and it does not count.
fn set_by_right_hands(exemption: &Exemption, state: &BucketState, past: &Past) -> bool {
    let right = |key: &String| {
        let value = state.tags.known().and_then(|tags| tags.get(key));
        past.tag_setters
            .get(key)
            .filter(|set| Some(&set.value) == value)
            .is_some_and(|set| exemption.tag_setters.iter().any(|glob| glob.matches(&set.by)))
    };
    exemption.tag_setters.is_empty() || exemption.matches.tags.keys().all(right)
}
