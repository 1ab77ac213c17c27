//! What is remembered of one bucket, and how a run turns it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::openers::Openers;
use super::{Claim, Episode, EpisodeId, News, Opened, Outcome, Settled, Sight, State, Told};
use crate::bucket::{AccountId, BucketName};
use crate::change::Change;
use crate::event::Trigger;
use crate::exposure::Class;
use crate::guardrail::{Exemption, Limits, Match, Past, TagSet};
use crate::iam::{Access, Glob};

/// Events that are remembered to have been told of, and openings of the bucket.
const EVENTS: usize = 50;

/// For how long it is told once that a bucket cannot be looked at at all.
const BLIND: Duration = Duration::hours(4);

/// How long a promise to tell holds. A run that was killed comes again later than that: a queue
/// gives a message back after six times the function's time.
const CLAIM: Duration = Duration::seconds(45);

/// What is remembered of one bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// How often it was written. A write succeeds only on top of the version that it was read in.
    pub version: u64,
    /// Until when it is kept; `None`: as long as its episode lasts.
    pub keep_until: Option<Moment>,
    /// Episodes so far.
    pub episodes: u32,
    /// The last of them.
    pub episode: Option<Episode>,
    /// When the last ones opened.
    pub openings: Vec<Moment>,
    /// When people were last told of a fight.
    pub fight_told: Option<Moment>,
    /// When the last writes were made.
    pub writes: Vec<Moment>,
    /// Ids of the last events of which people were told.
    pub events: Vec<String>,
    /// When people were told that it cannot be looked at at all.
    pub blind_since: Option<Moment>,
    /// Who set which tag to what, as far as events told.
    pub tag_setters: BTreeMap<String, TagSet>,
    /// The last undo.
    pub undone: Option<Undone>,
    /// Who wrote what, as far as events told.
    pub openers: Openers,
}

/// A point in time, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(#[serde(with = "time::serde::rfc3339")] pub OffsetDateTime);

/// A containment that a person undid, and what is let be until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The episode.
    pub episode: EpisodeId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Until when what was open then is let be.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// Why.
    pub reason: String,
    /// ARN of whoever did it.
    pub by: String,
    /// Up to this class.
    pub exposure: Class,
    /// No more than these access levels.
    pub access: Vec<Access>,
}

/// What a look at a bucket is, in the light of what is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Nothing to do or to tell.
    Nothing,
    /// Something is open that the rules speak of.
    Concern,
    /// A run before this one closed it, and did not come to an end.
    Unfinished,
    /// What was open is closed, and not by us.
    Closed,
    /// What the event opened was closed again before anybody looked.
    Transient,
    /// What is open is let be.
    Exempt,
}

impl Memory {
    /// What bears on a decision at `now`.
    #[must_use]
    pub fn past(&self, account: AccountId, bucket: &BucketName, now: OffsetDateTime) -> Past {
        let undone = self.undone.as_ref().filter(|undone| now < undone.until);
        Past {
            tag_setters: self.tag_setters.clone(),
            writes_within_hour: within(&self.writes, now, Duration::HOUR).count(),
            undone: undone.map(|undone| undone.exemption(account, bucket)),
        }
    }

    /// Notes who set which tags, where `trigger` tells. Whoever writes a tag anew with the value
    /// that it had did not set it.
    pub fn note_tags(&mut self, trigger: &Trigger) {
        let change = Change::of(trigger);
        let by = trigger.actor.as_ref().and_then(|actor| actor.principal.clone());
        let mut before = self.tag_setters.clone();
        if change.tags.is_some() {
            self.tag_setters.clear();
        }
        for (key, value) in change.tags.into_iter().flatten().chain(change.more_tags) {
            let known = before.remove(&key).filter(|known| known.value == value);
            match known.or_else(|| by.clone().map(|by| TagSet { value, by })) {
                Some(set) => self.tag_setters.insert(key, set),
                None => self.tag_setters.remove(&key),
            };
        }
    }

    /// Notes that the bucket could not be looked at at all, and says whether that is news.
    pub fn blind(&mut self, now: OffsetDateTime) -> bool {
        let told = self.blind_since.is_some_and(|told| now - told.0 < BLIND);
        if !told {
            self.blind_since = Some(Moment(now));
        }
        !told
    }

    /// Begins or goes on with an episode.
    pub fn begin(&mut self, sight: &Sight, limits: Limits, now: OffsetDateTime) -> Begun {
        self.blind_since = None;
        if sight.concern {
            return self.begin_concern(sight, limits, now);
        }
        let told_of = self.events.contains(&sight.event.id);
        match &self.episode {
            Some(episode) if episode.is_unfinished() => Begun::Unfinished,
            // somebody promised to tell, and may have died over it
            Some(Episode { state: State::Closed, claim: Some(_), .. }) => Begun::Closed,
            Some(Episode { state: State::Exempt, claim, .. }) if sight.exempt => match claim {
                Some(_) => Begun::Exempt,
                None => Begun::Nothing,
            },
            Some(episode) if !episode.state.is_over() && sight.exempt => Begun::Exempt,
            Some(episode) if !episode.state.is_over() => Begun::Closed,
            Some(_) | None if sight.tagged_exempt && !told_of => {
                self.start(sight, State::Exempt, limits, now);
                Begun::Exempt
            }
            Some(episode) if episode.covers(sight.transient) => Begun::Nothing,
            Some(_) | None if sight.transient.is_some() && !told_of => {
                self.start(sight, State::Closed, limits, now);
                Begun::Transient
            }
            Some(_) | None => Begun::Nothing,
        }
    }

    fn begin_concern(&mut self, sight: &Sight, limits: Limits, now: OffsetDateTime) -> Begun {
        let goes_on = self.episode.as_ref().is_some_and(|episode| {
            // what a fix left open was told with it
            !episode.state.is_over() || sight.open.is_subset(&episode.open)
        });
        if !goes_on {
            self.start(sight, State::Open, limits, now);
        }
        let Some(episode) = &mut self.episode else { return Begun::Concern };
        if sight.writes.is_empty() {
            let left = episode.state.is_over() && episode.claim.is_none();
            return if left { Begun::Nothing } else { Begun::Concern };
        }
        episode.state = State::Containing;
        for setting in &sight.writes {
            if !episode.written.contains(setting) {
                episode.written.push(*setting);
            }
        }
        self.writes = within(&self.writes, now, Duration::HOUR).chain([Moment(now)]).collect();
        Begun::Concern
    }

    /// A new episode.
    fn start(&mut self, sight: &Sight, state: State, limits: Limits, now: OffsetDateTime) {
        let closed_before = self.episode.as_ref().and_then(|episode| episode.closed_at);
        self.episodes = self.episodes.saturating_add(1);
        let id = EpisodeId::new(
            sight.account,
            &sight.bucket,
            self.episodes,
            &sight.open,
            &sight.event.id,
        );
        let opened_at = sight.transient.or(sight.opened);
        let mut fight = None;
        if sight.concern {
            let window = Duration::hours(limits.fight_window_h.into());
            let more = self.openings.len().saturating_sub(EVENTS);
            self.openings.drain(..more);
            self.openings = within(&self.openings, now, window).chain([Moment(now)]).collect();
            let told = self.fight_told.is_some_and(|told| now - told.0 < window);
            let times = self.openings.len();
            if times >= usize::from(limits.fight_after) && !told {
                self.fight_told = Some(Moment(now));
                fight = u32::try_from(times).ok();
            }
        }
        self.episode = Some(Episode {
            id,
            state,
            cause: None,
            open: sight.open.clone(),
            opened: Opened {
                not_before: opened_at.or(closed_before),
                not_after: opened_at.unwrap_or(now),
            },
            event: sight.event.clone(),
            closed_at: None,
            written: Vec::new(),
            fight,
            told: None,
            claim: None,
        });
    }

    /// Takes in how a run ended, and says whether people are to be told by this one. If so, the
    /// promise to tell them stands in the episode.
    pub fn settle(&mut self, outcome: &Outcome, event: &str, now: OffsetDateTime) -> Settled {
        let Some(episode) = &mut self.episode else { return Settled::Told };
        if outcome.state.is_over() && episode.closed_at.is_none() {
            episode.closed_at = Some(now);
        }
        episode.state = outcome.state;
        episode.cause.clone_from(&outcome.cause);
        episode.open.clone_from(&outcome.open);
        let Some(news) = outcome.news(episode.told.as_ref(), now) else {
            episode.claim = None;
            return Settled::Told;
        };
        if let Some(claim) = &episode.claim
            && claim.until > now
            && (claim.state, &claim.cause) == (outcome.state, &outcome.cause)
        {
            return if claim.event == event { Settled::Busy } else { Settled::Told };
        }
        episode.claim = Some(Claim {
            event: event.to_owned(),
            state: outcome.state,
            cause: outcome.cause.clone(),
            until: now + CLAIM,
        });
        Settled::Tell(news)
    }

    /// Notes that people were told of `outcome`.
    pub fn told(&mut self, outcome: &Outcome, event: &str, now: OffsetDateTime) {
        if !self.events.iter().any(|known| known == event) {
            let more = self.events.len().saturating_add(1).saturating_sub(EVENTS);
            self.events.drain(..more);
            self.events.push(event.to_owned());
        }
        let Some(episode) = &mut self.episode else { return };
        let reminded = outcome.news(episode.told.as_ref(), now) == Some(News::Reminder);
        let before = episode.told.as_ref().filter(|_| reminded);
        episode.told = Some(Told {
            reminders: before.map_or(0, |told| told.reminders.saturating_add(1)),
            state: outcome.state,
            cause: outcome.cause.clone(),
            open: outcome.open.clone(),
            at: now,
        });
        episode.claim = None;
    }

    /// Takes a promise to tell back: nobody took the message.
    pub fn untold(&mut self, event: &str) {
        if let Some(episode) = &mut self.episode
            && let Some(claim) = &mut episode.claim
            && claim.event == event
        {
            claim.until = OffsetDateTime::UNIX_EPOCH;
        }
    }

    /// Until when it is kept; `None`: as long as its episode lasts.
    #[must_use]
    pub fn keep_until(&self) -> Option<OffsetDateTime> {
        self.keep_until.map(|moment| moment.0)
    }

    /// Sets until when it is kept: for ever while something is open.
    pub fn keep(&mut self, limits: Limits, now: OffsetDateTime) {
        let over = self.episode.as_ref().is_none_or(|episode| episode.state.is_over());
        self.keep_until = over.then(|| Moment(now + Duration::days(limits.keep_days.into())));
    }
}

impl Episode {
    /// Whether a run wrote, or was about to, and did not come to tell of it.
    fn is_unfinished(&self) -> bool {
        match self.state {
            State::Containing => true,
            State::Contained => self.claim.is_some(),
            State::Open | State::NotFixed | State::Exempt | State::Closed => false,
        }
    }

    /// Whether something that opened at `moment` opened before this episode was over: it is part
    /// of it.
    fn covers(&self, moment: Option<OffsetDateTime>) -> bool {
        match (moment, self.closed_at) {
            (Some(moment), Some(closed_at)) => moment <= closed_at,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

impl Undone {
    fn exemption(&self, account: AccountId, bucket: &BucketName) -> Exemption {
        Exemption {
            name: format!("undo of {}", self.episode),
            matches: Match {
                accounts: vec![account],
                buckets: vec![Glob::new(bucket.as_str())],
                tags: BTreeMap::new(),
            },
            exposure: self.exposure,
            access: self.access.clone(),
            actions: Vec::new(),
            tag_setters: Vec::new(),
            owner: self.by.clone(),
            reason: self.reason.clone(),
            expires: self.until.date(),
        }
    }
}

fn within(
    moments: &[Moment],
    now: OffsetDateTime,
    window: Duration,
) -> impl Iterator<Item = Moment> {
    moments.iter().copied().filter(move |moment| now - moment.0 < window)
}
