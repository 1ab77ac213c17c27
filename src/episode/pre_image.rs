//! What was there before the first write: the way back, and the proof of what was open. After
//! `IgnorePublicAcls` is on, S3 shows an ACL without its public grants.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::print::hash;
use super::{EpisodeId, Mark};
use crate::bucket::{BucketState, Setting, snapshot};

/// A bucket as it was before the first write of an episode, and what was about to be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreImage {
    /// The episode.
    pub episode: EpisodeId,
    /// The event that led to the write.
    pub event: Mark,
    /// When it was taken.
    #[serde(with = "time::serde::rfc3339")]
    pub taken_at: OffsetDateTime,
    /// Until when it is kept.
    #[serde(with = "time::serde::rfc3339")]
    pub keep_until: OffsetDateTime,
    /// The settings that the write turns on.
    pub turns_on: Vec<Setting>,
    /// The state as a snapshot (contracts, "Bucket snapshot").
    pub snapshot: Value,
    /// SHA-256 of the snapshot as JSON without white space, its keys in order.
    pub sha256: String,
}

impl PreImage {
    /// Of `state`, as it is now.
    #[must_use]
    pub fn of(
        state: &BucketState,
        episode: EpisodeId,
        event: Mark,
        turns_on: Vec<Setting>,
        taken_at: OffsetDateTime,
        keep_days: u16,
    ) -> Self {
        let snapshot = snapshot::write(state);
        let sha256 = hash(snapshot.to_string().as_bytes());
        let keep_until = taken_at + Duration::days(keep_days.into());
        Self { episode, event, taken_at, keep_until, turns_on, snapshot, sha256 }
    }

    /// The state; `None` where the record does not fit its hash, or is none.
    #[must_use]
    pub fn state(&self) -> Option<BucketState> {
        let text = self.snapshot.to_string();
        (hash(text.as_bytes()) == self.sha256).then(|| snapshot::read(&text).ok()).flatten()
    }
}
