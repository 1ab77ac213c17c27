//! The user's guardrail: what is contained, what is told, what is let be.

mod decide;
mod file;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

pub use self::decide::decide;
use crate::bucket::{AccountId, Setting};
use crate::exposure::{Class, Via};
use crate::iam::{Access, Glob};
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
    /// Which buckets it is for.
    pub matches: Match,
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
    /// What is not done, and why.
    pub held: Vec<Held>,
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
        /// and which class it reaches.
        exposure: Class,
        /// The exemption's name.
        exemption: String,
        /// Its last day.
        expires: Date,
    },
    /// All four settings are on already and the path is open all the same: settings cannot close
    /// it.
    NothingLeftToTurnOn,
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
