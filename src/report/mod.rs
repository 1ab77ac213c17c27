//! The record of one run.

mod cause;
pub mod published;

use std::collections::BTreeMap;

pub use self::cause::Cause;
use crate::blame::openers::Opening;
use crate::bucket::{AccountId, Observed, Region, Settings};
use crate::episode::{Episode, News, Settled};
use crate::event::{Actor, EventInfo, Trigger};
use crate::exposure::Verdict;
use crate::guardrail::{Decision, Mode, RuleAction, Urgency};
use crate::ports::{Failure, Message, Target, Topic};
use crate::remedy::Remedy;

/// What became of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The event, where it could be made out.
    pub event: Option<EventInfo>,
    /// Who acted.
    pub actor: Option<Actor>,
    /// The account's own settings, where a rule speaks of them.
    pub account: Option<AccountRun>,
    /// One entry a bucket.
    pub runs: Vec<Run>,
    /// Why the scope of the event could not be looked at at all.
    pub blind: Option<Failure>,
    /// Every alert, with what became of it.
    pub alerts: Vec<Sent>,
    /// Why the event was none of our business.
    pub ignored: Option<String>,
}

/// What became of the settings of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRun {
    /// The account.
    pub account: AccountId,
    /// The Region whose endpoint was asked.
    pub region: Region,
    /// The account rules that speak of it.
    pub rules: Vec<String>,
    /// The highest urgency of those rules.
    pub urgency: Urgency,
    /// How it went; a failure where they could not be read.
    pub outcome: Result<AccountJudged, Failure>,
}

/// The settings of an account that were judged.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountJudged {
    /// The effective settings as they were found.
    pub before: Settings,
    /// What the rules ask for where one of them is off.
    pub action: RuleAction,
    /// The guardrail's mode.
    pub mode: Mode,
    /// What was written.
    pub applied: Vec<Applied>,
    /// Whether two reads in a row showed all four on; `None` where nothing was written.
    pub verified: Option<bool>,
}

/// What became of one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The bucket.
    pub target: Target,
    /// How it went.
    pub outcome: Outcome,
}

/// How it went with one bucket.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There is no such bucket of that account any more.
    Gone(String),
    /// It could not be looked at at all.
    Blind(Failure),
    /// It was judged, and dealt with.
    Judged(Box<Judged>),
}

/// A bucket that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The verdict on what was found.
    pub before: Verdict,
    /// What the guardrail asks for.
    pub decision: Decision,
    /// What was written.
    pub applied: Vec<Applied>,
    /// Whether the writes were seen to hold, and nothing is left open that was to be closed; `None`
    /// where nothing was written.
    pub verified: Option<bool>,
    /// The verdict on what is there afterwards; `None` where nothing was written.
    pub after: Option<Verdict>,
    /// Whether two reads in a row showed the settings that were written.
    pub seen: bool,
    /// Whether people are to be told, and what of.
    pub settled: Settled,
    /// The episode that this run is part of.
    pub episode: Option<Episode>,
    /// Why nothing could be remembered.
    pub forgotten: Option<Failure>,
    /// The bucket's tags, by which its owner and the route of its pages are found.
    pub tags: Observed<BTreeMap<String, String>>,
    /// How each open path came to be open, where people are to be told.
    pub openings: Vec<Opening>,
}

/// One write and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The write.
    pub remedy: Remedy,
    /// What became of it.
    pub result: Result<(), Failure>,
}

/// One alert and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The alert.
    pub message: Message,
    /// What became of it.
    pub result: Result<(), Failure>,
}

impl Sent {
    /// Whether nobody took a page: it must come again. A chat that did not take its message is no
    /// reason to wake anybody twice.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.message.topic == Topic::Page && self.result.is_err()
    }
}

impl Report {
    /// The report on an event that asked for nothing.
    #[must_use]
    pub fn ignored(event: Option<EventInfo>, actor: Option<Actor>, reason: String) -> Self {
        Self {
            event,
            actor,
            account: None,
            runs: Vec::new(),
            blind: None,
            alerts: Vec::new(),
            ignored: Some(reason),
        }
    }

    /// The report on a trigger, still empty.
    #[must_use]
    pub fn of(trigger: &Trigger) -> Self {
        Self {
            event: Some(trigger.event.clone()),
            actor: trigger.actor.clone(),
            account: None,
            runs: Vec::new(),
            blind: None,
            alerts: Vec::new(),
            ignored: None,
        }
    }
}

impl AccountRun {
    /// Whether the settings could not be read, or a write failed or was not seen to hold.
    #[must_use]
    pub fn failed(&self) -> bool {
        match &self.outcome {
            Err(_) => true,
            Ok(judged) => !judged.applied.is_empty() && judged.verified != Some(true),
        }
    }
}

impl Judged {
    /// What people are to be told of.
    #[must_use]
    pub fn news(&self) -> Option<News> {
        match self.settled {
            Settled::Tell(news) => Some(news),
            Settled::Told | Settled::Busy => None,
        }
    }

    /// Whether another delivery of the same event is telling people, or died over it.
    #[must_use]
    pub fn told_elsewhere(&self) -> bool {
        self.settled == Settled::Busy
    }

    /// Whether a write failed, or was not seen to hold, or left open what it should have closed.
    #[must_use]
    pub fn containment_failed(&self) -> bool {
        let unseen = !self.applied.is_empty() && self.verified != Some(true);
        unseen || self.applied.iter().any(|applied| applied.result.is_err())
    }
}
