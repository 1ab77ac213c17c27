//! Records in memory: as the table of episodes keeps them, for as long as the process lasts.

use std::collections::BTreeMap;

use crate::bucket::{AccountId, BucketName};
use crate::episode::{EpisodeId, Memory, PreImage};
use crate::ports::Kept;

/// What is remembered of buckets, and what was there before writes.
#[derive(Debug, Clone, Default)]
pub struct Records {
    memories: BTreeMap<(AccountId, BucketName), Memory>,
    pre_images: BTreeMap<EpisodeId, PreImage>,
}

impl Records {
    /// What is remembered of a bucket.
    #[must_use]
    pub fn recall(&self, account: AccountId, bucket: &BucketName) -> Memory {
        self.memories.get(&(account, bucket.clone())).cloned().unwrap_or_default()
    }

    /// Remembers `memory` on top of the version before it.
    pub fn remember(&mut self, account: AccountId, bucket: &BucketName, memory: &Memory) -> Kept {
        let before = self.recall(account, bucket).version;
        if before.checked_add(1) != Some(memory.version) {
            return Kept::Overtaken;
        }
        self.memories.insert((account, bucket.clone()), memory.clone());
        Kept::Written
    }

    /// Keeps what was there before the first write of an episode.
    pub fn keep(&mut self, pre_image: &PreImage) {
        let episode = pre_image.episode.clone();
        self.pre_images.entry(episode).or_insert_with(|| pre_image.clone());
    }

    /// What was there before the first write of an episode.
    #[must_use]
    pub fn pre_image(&self, episode: &EpisodeId) -> Option<PreImage> {
        self.pre_images.get(episode).cloned()
    }
}
