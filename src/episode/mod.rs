//! Episodes: one exposure of one bucket from opened to closed, told once however many events bring
//! it. What is remembered of a bucket, and what of it is news.

mod id;
mod memory;
mod news;
pub mod openers;
mod pre_image;
mod print;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use self::id::{EpisodeId, NoEpisodeId};
pub use self::memory::{Begun, Memory, Moment, Undone};
pub use self::news::{News, Outcome, Settled, Sight};
pub use self::pre_image::PreImage;
pub use self::print::{Prints, prints};
use crate::bucket::Setting;

/// One exposure of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Its id, the key by which pagers tell one from another.
    pub id: EpisodeId,
    /// How it stands.
    pub state: State,
    /// Why it is not fixed, by a stable name.
    pub cause: Option<String>,
    /// What is open in it, as last seen.
    pub open: Prints,
    /// When it opened.
    pub opened: Opened,
    /// The event that led to it.
    pub event: Mark,
    /// When it was seen closed, verified.
    #[serde(with = "time::serde::rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
    /// The settings that were written, or were about to be.
    pub written: Vec<Setting>,
    /// How often the bucket was opened of late, where that makes a fight that nobody was told of.
    pub fight: Option<u32>,
    /// What people were told last.
    pub told: Option<Told>,
    /// Who is telling them now.
    pub claim: Option<Claim>,
}

/// How an episode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Open, and not for us to close.
    Open,
    /// A write is under way.
    Containing,
    /// Closed by our write, verified.
    Contained,
    /// It was to be closed and is not.
    NotFixed,
    /// Open, and let be by an exemption.
    Exempt,
    /// Closed by somebody else.
    Closed,
}

/// Between which moments something opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// It was closed then, as far as is known.
    #[serde(with = "time::serde::rfc3339::option")]
    pub not_before: Option<OffsetDateTime>,
    /// It was open then.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
}

/// An event, as far as an episode has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// CloudTrail's `eventID`.
    pub id: String,
    /// CloudTrail's `eventName`.
    pub name: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339::option")]
    pub time: Option<OffsetDateTime>,
    /// The offending principal.
    pub principal: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
}

/// What people were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How it stood.
    pub state: State,
    /// Why it was not fixed.
    pub cause: Option<String>,
    /// What was open.
    pub open: Prints,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How often they were reminded of it.
    #[serde(default)]
    pub reminders: u32,
}

/// A promise to tell: whoever finds it unkept past its time takes it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The event whose run made it.
    pub event: String,
    /// How what is told stands.
    pub state: State,
    /// Why it is not fixed.
    pub cause: Option<String>,
    /// Until when it holds.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl State {
    /// The name in records and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Containing => "containing",
            Self::Contained => "contained",
            Self::NotFixed => "not-fixed",
            Self::Exempt => "exempt",
            Self::Closed => "closed",
        }
    }

    /// Whether the exposure is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Contained | Self::Closed => true,
            Self::Open | Self::Containing | Self::NotFixed | Self::Exempt => false,
        }
    }
}
