//! What a run has to tell.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::{Mark, Prints, State, Told};
use crate::bucket::{AccountId, BucketName, Setting};

/// What one look at a bucket saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The bucket's owner.
    pub account: AccountId,
    /// The bucket.
    pub bucket: BucketName,
    /// The event that led to the look.
    pub event: Mark,
    /// What is open and not exempt.
    pub open: Prints,
    /// Whether the rules ask for an alert or a containment.
    pub concern: bool,
    /// The settings that are about to be written.
    pub writes: Vec<Setting>,
    /// Whether something is open that an exemption lets be.
    pub exempt: bool,
    /// Whether it does so by tags, and the event changed the tags.
    pub tagged_exempt: bool,
    /// When the event opened what is open.
    pub opened: Option<OffsetDateTime>,
    /// When the event opened what is closed again.
    pub transient: Option<OffsetDateTime>,
}

/// How a run ended for an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How the episode stands.
    pub state: State,
    /// Why it is not fixed, by a stable name.
    pub cause: Option<String>,
    /// What is open now.
    pub open: Prints,
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// An exposure that they know nothing of.
    Opened,
    /// It stands otherwise than they were told, or more is open.
    Changed,
    /// What they were told of is over, and not by our write.
    Closed,
    /// What they were told of is let be by an exemption now.
    Exempted,
    /// It was open and closed again before anybody looked.
    Transient,
    /// A change of its tags exempts a bucket that is open.
    ExemptedByTag,
    /// It is not fixed still.
    Reminder,
}

/// After how many hours people are reminded of what is not fixed: once, twice, and then each time.
const REMINDERS_H: [i64; 4] = [1, 4, 12, 24];

/// Whether this run tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// People know, or another run is telling them.
    Told,
    /// Another delivery of the same event is telling them, or died over it.
    Busy,
    /// This run tells.
    Tell(News),
}

impl Outcome {
    /// What it is to people who were told `last`; `None`: nothing new.
    #[must_use]
    pub fn news(&self, last: Option<&Told>, now: OffsetDateTime) -> Option<News> {
        let Some(last) = last else {
            return match self.state {
                State::Closed => Some(News::Transient),
                State::Exempt => Some(News::ExemptedByTag),
                State::Open | State::Containing | State::Contained | State::NotFixed => {
                    Some(News::Opened)
                }
            };
        };
        let same = (last.state, &last.cause) == (self.state, &self.cause);
        match self.state {
            State::NotFixed if same && self.open.is_subset(&last.open) => {
                last.reminder_due(now).then_some(News::Reminder)
            }
            _ if same && self.open.is_subset(&last.open) => None,
            State::Closed => Some(News::Closed),
            State::Exempt => Some(News::Exempted),
            State::Open | State::Containing | State::Contained | State::NotFixed => {
                Some(News::Changed)
            }
        }
    }
}

impl Told {
    fn reminder_due(&self, now: OffsetDateTime) -> bool {
        let index = usize::try_from(self.reminders).unwrap_or(usize::MAX);
        let wait_h = REMINDERS_H.get(index).or(REMINDERS_H.last()).copied().unwrap_or_default();
        now - self.at >= Duration::hours(wait_h)
    }
}

impl Mark {
    /// Of the event that led here.
    #[must_use]
    pub fn of(trigger: &crate::event::Trigger) -> Self {
        let actor = trigger.actor.as_ref();
        Self {
            id: trigger.event.id.clone(),
            name: trigger.event.name.clone(),
            time: trigger.event.time,
            principal: actor.and_then(|actor| actor.principal.clone()),
            user_agent: actor.and_then(|actor| actor.user_agent.clone()),
        }
    }
}
