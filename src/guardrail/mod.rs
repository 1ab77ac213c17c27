//! The user's guardrail: what is contained, what is told, what is let be.

mod contain;
mod decide;
mod exempt;
mod file;
mod fit;
mod route;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::Date;

pub use self::decide::decide;
pub use self::route::{Owner, Route, Subject, Telling};
use crate::bucket::{AccountId, Setting};
use crate::exposure::{Class, Parties, Path, Via, WayIn};
use crate::iam::{Access, Actions, Glob};
use crate::trust::Trust;

/// The guardrail file as a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    /// What may be done at all.
    pub mode: Mode,
    /// Whom the user calls their own.
    pub trust: Trust,
    /// The rules; order does not matter.
    pub rules: Vec<Rule>,
    /// The exemptions.
    pub exemptions: Vec<Exemption>,
    /// Accounts whose own Block Public Access settings are kept on.
    pub accounts: Vec<AccountRule>,
    /// How episodes are counted and kept.
    pub episodes: Limits,
    /// How people are told.
    pub telling: Telling,
}

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Write nothing, alert nothing, log.
    Observe,
    /// Alert, write nothing.
    Notify,
    /// Contain and alert.
    Enforce,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, for people.
    pub name: String,
    /// What it is about.
    pub exposure: Threshold,
    /// What is to be done.
    pub action: RuleAction,
    /// How loudly it is told.
    pub urgency: Urgency,
    /// Which settings a containment turns on.
    pub contain: Contain,
    /// Whom a containment must not cut off.
    pub hold: Hold,
    /// Which buckets it is for.
    pub matches: Match,
}

/// Which settings a containment turns on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contain {
    /// Those that close what is open: the pair on ACLs, the pair on policies.
    ByCause,
    /// All four.
    All,
}

/// Whom a containment must not cut off: where it would, it is held, and a person is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// These accounts.
    pub accounts: Vec<AccountId>,
    /// These organizations.
    pub organizations: Vec<String>,
    /// These canonical users.
    pub canonical_users: Vec<String>,
    /// Whoever an exemption lets be.
    pub exempted: bool,
}

/// A rule on the Block Public Access settings of accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRule {
    /// Its name, for people.
    pub name: String,
    /// Which accounts it is for; empty: all.
    pub accounts: Vec<AccountId>,
    /// What is to be done where one of the four is off: alert or contain.
    pub action: RuleAction,
    /// How loudly it is told.
    pub urgency: Urgency,
}

/// How episodes are counted and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days that a record is kept after its last change.
    pub keep_days: u16,
    /// Openings of one bucket within `fight_window_h` that make a fight.
    pub fight_after: u16,
    /// Hours, see `fight_after`.
    pub fight_window_h: u16,
    /// Writes on one bucket in an hour, after which a person is called instead.
    pub writes_per_hour: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { keep_days: 400, fight_after: 3, fight_window_h: 24, writes_per_hour: 12 }
    }
}

/// From which exposure on a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// This class or a wider one.
    AtLeast(Class),
    /// What could not be read, and that alone.
    Unknown,
}

/// What a rule asks for, from the least protective to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleAction {
    /// Let it be.
    Ignore,
    /// Tell.
    Alert,
    /// Turn Block Public Access on, and tell.
    Contain,
}

/// How loudly an exposure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// In working hours.
    Low,
    /// Now.
    High,
}

/// Which buckets a rule is for: those that every part fits, by any value of it; an empty part fits
/// all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Match {
    /// Accounts.
    pub accounts: Vec<AccountId>,
    /// Globs over bucket names.
    pub buckets: Vec<Glob>,
    /// Tag keys and globs over their values.
    pub tags: BTreeMap<String, Vec<Glob>>,
}

/// An exception with owner, reason, expiry and scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemption {
    /// Its name, for people.
    pub name: String,
    /// Which buckets it is for.
    pub matches: Match,
    /// Up to this class.
    pub exposure: Class,
    /// No more than these access levels.
    pub access: Vec<Access>,
    /// Where given, no more than these actions, globs.
    pub actions: Vec<Glob>,
    /// Where given, the tags count only if one of these principals set them, globs over ARNs.
    pub tag_setters: Vec<Glob>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Its last day, UTC.
    pub expires: Date,
}

/// What the guardrail asks for in one case, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The guardrail's mode.
    pub mode: Mode,
    /// The most protective action that a matching rule asks for.
    pub action: RuleAction,
    /// The highest urgency of the rules that ask for it.
    pub urgency: Urgency,
    /// The names of those rules; empty where unreadable state alone asks for an alert.
    pub rules: Vec<String>,
    /// The settings to turn on now.
    pub apply: Vec<Setting>,
    /// Who else would lose access by the containment that the rules ask for, done or held.
    pub cuts: Vec<Cut>,
    /// What is not done, and why.
    pub held: Vec<Held>,
}

/// A path that a containment closes beside those that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Through what it leads,
    pub via: Via,
    /// which class it reaches,
    pub exposure: Class,
    /// whether services come by it,
    pub services: bool,
    /// whom, where that is a bounded set,
    pub parties: Arc<Parties>,
    /// and to do what.
    pub actions: Actions,
    /// The exemption that lets it be.
    pub exemption: Option<String>,
}

/// A tag as an event told of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct TagSet {
    /// The value.
    pub value: String,
    /// The principal who set it, an ARN.
    pub by: String,
}

/// What is remembered of a bucket that bears on a decision.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// Who set its tags to what, by the tag's key, as far as events told.
    pub tag_setters: BTreeMap<String, TagSet>,
    /// Writes on it within the last hour.
    pub writes_within_hour: usize,
    /// The exemption that an undo opened, while it lasts.
    pub undone: Option<Exemption>,
}

/// Something that is not done.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// These settings would be turned on in mode `enforce`.
    ByMode(Vec<Setting>),
    /// This path is let be by this exemption.
    ByExemption {
        /// The path: through what,
        via: Via,
        /// which class it reaches,
        exposure: Class,
        /// and whether services come by it.
        services: bool,
        /// The exemption's name.
        exemption: String,
        /// Its last day.
        expires: Date,
        /// Whether it rests on the bucket's tags.
        by_tags: bool,
    },
    /// These settings would cut off somebody whom the rules say to ask about first.
    ByCut(Vec<Setting>),
    /// These settings were written so often within the hour that a person must look.
    ByWrites(Vec<Setting>),
    /// All four settings are on already and the path is open all the same: settings cannot close
    /// it.
    NothingLeftToTurnOn,
}

impl Cut {
    /// Which way in is cut off.
    #[must_use]
    pub fn way_in(&self) -> WayIn<'_> {
        WayIn { via: &self.via, exposure: self.exposure, services: self.services }
    }
}

impl Held {
    /// The exemption by which this lets `path` be, where it does.
    #[must_use]
    pub fn exempts(&self, path: &Path) -> Option<&str> {
        match self {
            Self::ByExemption { via, exposure, services, exemption, .. } => {
                let own = WayIn { via, exposure: *exposure, services: *services };
                (own == path.way_in()).then_some(exemption)
            }
            Self::ByMode(_) | Self::ByCut(_) | Self::ByWrites(_) | Self::NothingLeftToTurnOn => {
                None
            }
        }
    }
}

impl Mode {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Notify => "notify",
            Self::Enforce => "enforce",
        }
    }
}

impl RuleAction {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Alert => "alert",
            Self::Contain => "contain",
        }
    }
}

impl Urgency {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
        }
    }
}

impl Contain {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ByCause => "by-cause",
            Self::All => "all",
        }
    }
}

impl Decision {
    /// Whether people are to be told.
    #[must_use]
    pub fn alerts(&self) -> bool {
        self.mode != Mode::Observe && self.action != RuleAction::Ignore
    }
}

/// A guardrail file that cannot be used: where in it, what is wrong, what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct FileError {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub reason: String,
}

/// The built-in guardrail file: mode `notify`, `authenticated` or wider contained, `external` and
/// `unknown` told.
pub const DEFAULT: &str = include_str!("default.toml");
