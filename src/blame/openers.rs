//! Who opened each way in: who wrote the grant, and who took away what had kept it closed. Three
//! sources, the surest first: the event itself, its parameters held against the live state; what is
//! remembered of earlier events; CloudTrail's history of the bucket. An author is named only where
//! what they wrote is what is there.

use super::with_shield;
use crate::bucket::{BucketState, Observed, Ownership, Settings};
use crate::change::Change;
use crate::episode::Mark;
use crate::episode::openers::{
    Openers, access_point_policy, acl_print, ownership_print, point_print, policy_print,
    settings_print,
};
use crate::event::{Source, Trigger};
use crate::exposure::{Class, Verdict, Via, evaluate};
use crate::ports::Failure;
use crate::trust::Trust;

/// How one open path came to be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The path: through what,
    pub via: Via,
    /// and which class it reaches.
    pub exposure: Class,
    /// Who wrote what lets in; or why that is not known.
    pub grant: Result<Share, NotKnown>,
    /// Who took away what had kept it closed; `None`: nobody that is known of.
    pub shield: Option<Share>,
}

/// A change that has its share in an opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The change.
    pub mark: Mark,
    /// How it is known.
    pub by: KnownBy,
}

/// How a change is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// It is the event of this run.
    Event,
    /// It is remembered from an event before.
    Memory,
    /// CloudTrail's history has it.
    History,
}

/// Why an author is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotKnown {
    /// No event told of it since this bucket is remembered, and nobody was asked.
    NotRemembered,
    /// CloudTrail's history could not be read.
    HistoryUnread(Failure),
    /// The history, 90 days, has no such change.
    NotInHistory,
    /// The last such change in it put something else there than is there now.
    AnotherSince(Mark),
}

/// How every open path of `verdict` came to be open, as far as the event of this run and what is
/// remembered tell.
#[must_use]
pub fn openings(
    trigger: &Trigger,
    state: &BucketState,
    verdict: &Verdict,
    trust: &Trust,
    memory: &Openers,
) -> Vec<Opening> {
    let event = Step::of(trigger, KnownBy::Event);
    let unshielded = event.without_its_part(state).map(|before| evaluate(&before, trust));
    let remembered =
        remembered_shield(state, memory).map(|(share, before)| (share, evaluate(&before, trust)));
    let open = verdict.paths.iter().filter(|path| path.is_open() && path.exposure != Class::None);
    open.map(|path| {
        let grant = event.wrote(state, &path.via).or_else(|| from_memory(state, memory, &path.via));
        let by_event = unshielded.as_ref().filter(|before| before.closes(path));
        let by_memory = remembered.as_ref().filter(|(_, before)| before.closes(path));
        Opening {
            via: path.via.clone(),
            exposure: path.exposure,
            grant: grant.ok_or(NotKnown::NotRemembered),
            shield: by_event
                .map(|_| event.share())
                .or_else(|| by_memory.map(|(share, _)| share.clone())),
        }
    })
    .collect()
}

/// Whether somebody could be asked for what is not known.
#[must_use]
pub fn is_incomplete(openings: &[Opening]) -> bool {
    openings.iter().any(|opening| opening.grant == Err(NotKnown::NotRemembered))
}

/// Fills in what `history` tells, the changes of the bucket, the newest first.
pub fn complete(
    openings: &mut [Opening],
    state: &BucketState,
    history: &Result<Vec<Trigger>, Failure>,
) {
    let steps = history.as_ref().map(|changes| {
        let steps = changes.iter().map(|change| Step::of(change, KnownBy::History));
        steps.collect::<Vec<_>>()
    });
    for opening in openings {
        if opening.grant.is_ok() {
            continue;
        }
        opening.grant = match &steps {
            Err(failure) => Err(NotKnown::HistoryUnread((*failure).clone())),
            Ok(steps) => from_history(steps, state, &opening.via),
        };
        if let (None, Ok(steps)) = (&opening.shield, &steps) {
            let took = steps.iter().find(|step| step.touches_shield());
            opening.shield =
                took.filter(|step| step.without_its_part(state).is_some()).map(Step::share);
        }
    }
}

fn from_history(steps: &[Step<'_>], state: &BucketState, via: &Via) -> Result<Share, NotKnown> {
    let Some(last) = steps.iter().find(|step| step.touches(via)) else {
        return Err(NotKnown::NotInHistory);
    };
    last.wrote(state, via).ok_or_else(|| NotKnown::AnotherSince(Mark::of(last.trigger)))
}

/// A change, what it put there, and how it is known.
struct Step<'a> {
    trigger: &'a Trigger,
    change: Change,
    by: KnownBy,
}

impl<'a> Step<'a> {
    fn of(trigger: &'a Trigger, by: KnownBy) -> Self {
        Self { trigger, change: Change::of(trigger), by }
    }

    /// Whether it is a change of what `via` leads through.
    fn touches(&self, via: &Via) -> bool {
        let change = &self.change;
        match via {
            Via::Policy { .. } => change.policy.is_some(),
            Via::Acl { .. } => change.acl.is_some(),
            Via::ObjectAcl { key, .. } => {
                change.object_acl.as_ref().is_some_and(|object| object.key == *key)
            }
            Via::AccessPoint { name, .. } => {
                access_point_policy(self.trigger).is_some_and(|(of, _)| of == *name)
            }
        }
    }

    fn touches_shield(&self) -> bool {
        self.change.settings.is_some() || self.change.ownership.is_some()
    }

    fn share(&self) -> Share {
        Share { mark: Mark::of(self.trigger), by: self.by }
    }

    /// Its share in the grant of `via`, where what it wrote is what is there.
    fn wrote(&self, state: &BucketState, via: &Via) -> Option<Share> {
        let change = &self.change;
        let then = change.onto(&BucketState::empty(
            state.bucket.clone(),
            state.account,
            state.region.clone(),
        ));
        let same = |then: Option<String>, now: Option<String>| then.is_some() && then == now;
        let is_it = match via {
            Via::Policy { .. } => {
                change.policy.is_some()
                    && (change.policy.as_ref() == Some(&state.policy)
                        || same(policy_print(&then), policy_print(state)))
            }
            Via::Acl { grant } => {
                let there = state.acl.known().and_then(|acl| acl.grants.get(*grant));
                let put = change.acl.as_ref().and_then(Observed::known);
                put.zip(there).is_some_and(|(put, there)| put.grants.contains(there))
            }
            Via::ObjectAcl { key, grant } => {
                let objects = state.object_acls.known();
                let live = objects.and_then(|all| all.iter().find(|object| object.key == *key));
                let there = live.and_then(|object| object.acl.grants.get(*grant));
                let put = change.object_acl.as_ref().filter(|object| object.key == *key);
                put.zip(there).is_some_and(|(put, there)| put.acl.grants.contains(there))
            }
            Via::AccessPoint { name, .. } => {
                let put = access_point_policy(self.trigger).filter(|(of, _)| of == name);
                same(put.map(|(_, print)| print), point_print(state, name))
            }
        };
        is_it.then(|| self.share())
    }

    /// `state` as it would be with the protection that the change took away; `None` where it took
    /// none.
    fn without_its_part(&self, state: &BucketState) -> Option<BucketState> {
        let mut before = with_shield(&self.change, state);
        let of_account = self.trigger.source == Source::Organizations
            || ["PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"]
                .contains(&self.trigger.event.name.as_str());
        if of_account {
            before.account_settings = Observed::Known(Settings::ALL_ON);
        }
        (before != *state).then_some(before)
    }
}

fn from_memory(state: &BucketState, memory: &Openers, via: &Via) -> Option<Share> {
    let (wrote, print) = match via {
        Via::Policy { .. } => (memory.policy.as_ref()?, policy_print(state)?),
        Via::Acl { .. } => (memory.acl.as_ref()?, acl_print(state)?),
        Via::AccessPoint { name, .. } => {
            (memory.access_points.get(name)?, point_print(state, name)?)
        }
        Via::ObjectAcl { .. } => return None,
    };
    (wrote.print == print).then(|| Share { mark: wrote.mark.clone(), by: KnownBy::Memory })
}

/// Whoever changed the settings or Object Ownership last, as remembered, where what they left is
/// what is there; and the bucket with that protection.
fn remembered_shield(state: &BucketState, memory: &Openers) -> Option<(Share, BucketState)> {
    let mut before = state.clone();
    let settings = memory.settings.as_ref().zip(settings_print(state));
    let ownership = memory.ownership.as_ref().zip(ownership_print(state));
    let last = if let Some((wrote, _)) = settings.filter(|(wrote, now)| wrote.print == *now) {
        before.settings = Observed::Known(Settings::ALL_ON);
        wrote
    } else {
        let (wrote, _) = ownership.filter(|(wrote, now)| wrote.print == *now)?;
        before.ownership = Observed::Known(Ownership::BucketOwnerEnforced);
        wrote
    };
    let share = Share { mark: last.mark.clone(), by: KnownBy::Memory };
    (before != *state).then_some((share, before))
}
