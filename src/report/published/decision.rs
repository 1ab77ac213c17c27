//! The published form of a decision, and of the episode that it is part of.

use serde::Serialize;

use super::verdict::PublishedVia;
use super::{names, rfc3339};
use crate::bucket::AccountId;
use crate::episode::{Episode, News};
use crate::guardrail::{Cut, Decision, Held};
use crate::iam::Action;

#[derive(Serialize)]
pub(super) struct PublishedDecision<'a> {
    mode: &'static str,
    action: &'static str,
    urgency: &'static str,
    rules: &'a [String],
    apply: Vec<&'static str>,
    held: Vec<PublishedHeld<'a>>,
    cuts: Vec<PublishedCut<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
enum PublishedHeld<'a> {
    Mode {
        settings: Vec<&'static str>,
    },
    Exemption {
        /// The path that is let be, and which class it reaches.
        via: PublishedVia<'a>,
        exposure: &'static str,
        exemption: &'a str,
        expires: String,
    },
    WouldCut {
        settings: Vec<&'static str>,
    },
    WritesSpent {
        settings: Vec<&'static str>,
    },
    NothingLeftToTurnOn,
}

/// Who else loses access by the containment, done or held.
#[derive(Serialize)]
struct PublishedCut<'a> {
    via: PublishedVia<'a>,
    exposure: &'static str,
    accounts: Vec<&'a str>,
    organizations: Vec<&'a str>,
    canonical_users: Vec<&'a str>,
    others: Vec<&'a str>,
    actions: Vec<&'static str>,
    exemption: Option<&'a str>,
}

/// The episode that a run is part of, as it stands after it.
#[derive(Serialize)]
pub(super) struct PublishedEpisode<'a> {
    id: String,
    state: &'static str,
    cause: Option<&'a str>,
    /// It was closed then, as far as is known, and open at `opened_not_after`.
    opened_not_before: Option<String>,
    opened_not_after: Option<String>,
    closed_at: Option<String>,
    /// Openings within the window that make a fight, where people are told of it.
    fight: Option<u32>,
    /// What people are told of by this run.
    news: Option<News>,
}

impl<'a> PublishedDecision<'a> {
    pub(super) fn of(decision: &'a Decision) -> Self {
        Self {
            mode: decision.mode.name(),
            action: decision.action.name(),
            urgency: decision.urgency.name(),
            rules: &decision.rules,
            apply: names(&decision.apply),
            held: decision.held.iter().map(PublishedHeld::of).collect(),
            cuts: decision.cuts.iter().map(PublishedCut::of).collect(),
        }
    }
}

impl<'a> PublishedHeld<'a> {
    pub(super) fn of(held: &'a Held) -> Self {
        match held {
            Held::ByMode(settings) => Self::Mode { settings: names(settings) },
            Held::ByExemption { via, exposure, exemption, expires, services: _, by_tags: _ } => {
                Self::Exemption {
                    via: PublishedVia::of(via),
                    exposure: exposure.name(),
                    exemption,
                    expires: expires.to_string(),
                }
            }
            Held::ByCut(settings) => Self::WouldCut { settings: names(settings) },
            Held::ByWrites(settings) => Self::WritesSpent { settings: names(settings) },
            Held::NothingLeftToTurnOn => Self::NothingLeftToTurnOn,
        }
    }
}

impl<'a> PublishedCut<'a> {
    pub(super) fn of(cut: &'a Cut) -> Self {
        Self {
            via: PublishedVia::of(&cut.via),
            exposure: cut.exposure.name(),
            accounts: cut.parties.accounts.iter().map(AccountId::as_str).collect(),
            organizations: cut.parties.organizations.iter().map(String::as_str).collect(),
            canonical_users: cut.parties.canonical_users.iter().map(String::as_str).collect(),
            others: cut.parties.others.iter().map(String::as_str).collect(),
            actions: cut.actions.iter().map(Action::name).collect(),
            exemption: cut.exemption.as_deref(),
        }
    }
}

impl<'a> PublishedEpisode<'a> {
    pub(super) fn of(episode: &'a Episode, news: Option<News>) -> Self {
        Self {
            id: episode.id.to_string(),
            state: episode.state.name(),
            cause: episode.cause.as_deref(),
            opened_not_before: episode.opened.not_before.and_then(rfc3339),
            opened_not_after: rfc3339(episode.opened.not_after),
            closed_at: episode.closed_at.and_then(rfc3339),
            fight: episode.fight,
            news,
        }
    }
}
