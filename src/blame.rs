//! Which change opened a bucket: what its event says was put there, held against the live state;
//! and, in `openers`, who has a share in each way in.

pub mod openers;

use time::{Duration, OffsetDateTime};

use crate::acl::Acl;
use crate::bucket::{BucketState, Observed, Ownership, Settings};
use crate::change::Change;
use crate::event::Trigger;
use crate::exposure::{Class, Verdict, evaluate};
use crate::guardrail::{Guardrail, Past, RuleAction, decide};
use crate::trust::Trust;

/// How old an event may be to be told of where all is closed by now.
const TOLD_WITHIN: Duration = Duration::DAY;

/// When `trigger` opened what `verdict` finds open in `state`; `None` where it did not, or does not
/// say when: what is open was there before.
#[must_use]
pub fn opened_at(
    trigger: &Trigger,
    state: &BucketState,
    verdict: &Verdict,
    trust: &Trust,
) -> Option<OffsetDateTime> {
    let without = without(&Change::of(trigger), state)?;
    let before = evaluate(&without, trust).exposure.at_least();
    trigger.event.time.filter(|_| before < verdict.exposure.at_least())
}

/// When `trigger` opened what is closed in `state` again, as far as its event and the rest of the
/// state tell; `None` where it opened nothing that the rules speak of, or too long ago.
#[must_use]
pub fn passed_at(
    trigger: &Trigger,
    state: &BucketState,
    guardrail: &Guardrail,
    past: &Past,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    let time = trigger.event.time.filter(|time| now - *time < TOLD_WITHIN)?;
    let then = as_it_was(&Change::of(trigger), state);
    if then == *state {
        return None;
    }
    let verdict = evaluate(&then, &guardrail.trust);
    let opened = verdict.paths.iter().any(|path| path.is_open() && path.exposure != Class::None);
    let decision = decide(&verdict, &then, guardrail, past, now);
    (opened && decision.action != RuleAction::Ignore).then_some(time)
}

/// `state` as `change` left it. A public policy or ACL can be put only where the setting that
/// refuses it is off: what is on now was turned on since.
fn as_it_was(change: &Change, state: &BucketState) -> BucketState {
    let mut then = change.onto(state);
    let (Some(settings), None) = (state.settings.known().copied(), change.settings) else {
        return then;
    };
    let mut was = settings;
    if change.policy.is_some() && settings.block_public_policy {
        (was.block_public_policy, was.restrict_public_buckets) = (false, false);
    }
    if (change.acl.is_some() || change.object_acl.is_some()) && settings.block_public_acls {
        (was.block_public_acls, was.ignore_public_acls) = (false, false);
    }
    then.settings = Observed::Known(was);
    then
}

/// `state` without what `change` put there and what is there still; `None` where nothing of it is.
fn without(change: &Change, state: &BucketState) -> Option<BucketState> {
    let mut before = with_shield(change, state);
    if change.policy.as_ref() == Some(&state.policy) {
        before.policy = Observed::Known(None);
        before.policy_status = Observed::Known(None);
    }
    let grants = |acl: &Observed<Acl>| acl.known().map(|acl| acl.grants.clone());
    if let Some(acl) = &change.acl
        && grants(acl).is_some_and(|put| put_there(&put, grants(&state.acl)))
    {
        before.acl = Observed::Known(Acl { owner: None, grants: Vec::new() });
    }
    if let (Some(object), Observed::Known(objects)) = (&change.object_acl, &state.object_acls) {
        let others = objects.iter().filter(|other| other.key != object.key);
        before.object_acls = Observed::Known(others.cloned().collect());
    }
    if let (Some(point), Observed::Known(points)) = (&change.access_point, &state.access_points) {
        let others = points.iter().filter(|other| other.name != point.name);
        before.access_points = Observed::Known(others.cloned().collect());
    }
    (before != *state).then_some(before)
}

/// `state` with the protection that `change` took away and that is still gone.
fn with_shield(change: &Change, state: &BucketState) -> BucketState {
    let mut before = state.clone();
    if change.settings.is_some() && change.settings == state.settings.known().copied() {
        before.settings = Observed::Known(Settings::ALL_ON);
    }
    if change.ownership.is_some() && change.ownership == state.ownership.known().copied() {
        before.ownership = Observed::Known(Ownership::BucketOwnerEnforced);
    }
    before
}

/// Whether all that was `put` is there; S3 adds the owner's own grant.
fn put_there<T: PartialEq>(put: &[T], live: Option<Vec<T>>) -> bool {
    !put.is_empty() && live.is_some_and(|live| put.iter().all(|grant| live.contains(grant)))
}
