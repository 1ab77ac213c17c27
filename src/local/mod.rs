//! The ports on an in-memory account: the embedded default of `replay`, and the world of tests over
//! thousands of states. Nothing here leaves the process.

mod records;

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

pub use self::records::Records;
use crate::bucket::{AccountId, BucketName, BucketState, Observed, Region, Settings};
use crate::change::sketch;
use crate::episode::{EpisodeId, Memory, PreImage};
use crate::event::{Scope, Trigger};
use crate::ports::{Failure, Kept, Message, Reading, Target, Topic, World};
use crate::remedy::Remedy;

/// An account's buckets in memory.
#[derive(Debug)]
pub struct LocalAccount {
    content: Mutex<Content>,
}

#[derive(Debug)]
struct Content {
    now: OffsetDateTime,
    buckets: BTreeMap<BucketName, BucketState>,
    records: Records,
    published: Vec<Message>,
    writes: Vec<Remedy>,
    /// The changes on record, the newest first.
    history: Option<Vec<Trigger>>,
    /// Whether there is a chat.
    chat: bool,
}

impl LocalAccount {
    /// An account, or several, with these buckets. The time goes on by what is waited alone.
    #[must_use]
    pub fn from_states(states: Vec<BucketState>, now: OffsetDateTime) -> Self {
        let buckets = states.into_iter().map(|state| (state.bucket.clone(), state)).collect();
        let (published, writes, records) = (Vec::new(), Vec::new(), Records::default());
        let (history, chat) = (None, false);
        let content = Content { now, buckets, records, published, writes, history, chat };
        Self { content: Mutex::new(content) }
    }

    /// The account as far as an event tells of it: the bucket that it names, with what the change
    /// put there and nothing else.
    #[must_use]
    pub fn from_event(trigger: &Trigger, now: OffsetDateTime) -> Self {
        Self::from_states(sketch(trigger).into_iter().collect(), now)
    }

    /// The writes so far.
    #[must_use]
    pub fn writes(&self) -> Vec<Remedy> {
        self.content().writes.clone()
    }

    /// The messages so far.
    #[must_use]
    pub fn published(&self) -> Vec<Message> {
        self.content().published.clone()
    }

    /// What is remembered of a bucket.
    #[must_use]
    pub fn memory(&self, account: AccountId, bucket: &BucketName) -> Memory {
        self.content().records.recall(account, bucket)
    }

    /// The same account with a chat that hears of it too.
    #[must_use]
    pub fn with_chat(self) -> Self {
        self.content().chat = true;
        self
    }

    /// The same account with these changes on record, the newest first.
    #[must_use]
    pub fn with_history(self, changes: Vec<Trigger>) -> Self {
        self.content().history = Some(changes);
        self
    }

    /// Puts a bucket there in place of what was.
    pub fn put(&self, state: BucketState) {
        self.content().buckets.insert(state.bucket.clone(), state);
    }

    /// A bucket as it is now.
    #[must_use]
    pub fn state(&self, bucket: &BucketName) -> Option<BucketState> {
        self.content().buckets.get(bucket).cloned()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn targets(&self, scope: &Scope) -> Vec<Target> {
        let content = self.content();
        let of = |account: &AccountId, region: &Region| {
            let (account, region) = (*account, region.clone());
            content
                .buckets
                .values()
                .filter(move |state| state.account == account)
                .map(move |state| (state, target(state, &region)))
        };
        match scope {
            Scope::Bucket { bucket, account, region, object } => vec![Target {
                bucket: bucket.clone(),
                account: *account,
                region: region.clone(),
                object: object.clone(),
            }],
            Scope::AccessPoint { name, account, region } => of(account, region)
                .filter(|(state, _)| {
                    let mut points = state.access_points.known().into_iter().flatten();
                    points.any(|point| point.name == *name)
                })
                .map(|(_, target)| target)
                .collect(),
            Scope::Account { account, region } => {
                of(account, region).map(|(_, target)| target).collect()
            }
        }
    }
}

fn target(state: &BucketState, region: &Region) -> Target {
    Target {
        bucket: state.bucket.clone(),
        account: state.account,
        region: state.region.clone().unwrap_or_else(|| region.clone()),
        object: None,
    }
}

impl World for LocalAccount {
    fn locate(&self, scope: &Scope) -> impl Future<Output = Result<Vec<Target>, Failure>> + Send {
        ready(Ok(self.targets(scope)))
    }

    fn account_settings(
        &self,
        account: AccountId,
        _: &Region,
    ) -> impl Future<Output = Result<Settings, Failure>> + Send {
        let content = self.content();
        let own = content.buckets.values().find(|state| state.account == account);
        let settings = own.and_then(|state| state.account_settings.known().copied());
        ready(Ok(settings.unwrap_or_default()))
    }

    fn read(&self, target: &Target) -> impl Future<Output = Result<Reading, Failure>> + Send {
        let reading = match self.content().buckets.get(&target.bucket) {
            Some(state) if state.account == target.account => {
                Reading::State(Box::new(state.clone()))
            }
            Some(state) => {
                Reading::Gone(format!("`{}` belongs to another account now", state.bucket))
            }
            None => Reading::Gone(format!("there is no bucket `{}`", target.bucket)),
        };
        ready(Ok(reading))
    }

    fn apply(&self, remedy: &Remedy) -> impl Future<Output = Result<(), Failure>> + Send {
        let mut content = self.content();
        if let Remedy::BlockAccountPublicAccess { account, .. } = remedy {
            let own = content.buckets.values_mut().filter(|state| state.account == *account);
            own.for_each(|state| state.account_settings = Observed::Known(Settings::ALL_ON));
        }
        let bucket = remedy.bucket().and_then(|bucket| content.buckets.get_mut(bucket));
        if let Some(state) = bucket {
            // what could not be read is written whole
            let on = state.settings.known().map(|settings| settings.with(remedy.settings()));
            state.settings = Observed::Known(on.unwrap_or(Settings::ALL_ON));
        }
        content.writes.push(remedy.clone());
        ready(Ok(()))
    }

    fn recall(&self, target: &Target) -> impl Future<Output = Result<Memory, Failure>> + Send {
        ready(Ok(self.content().records.recall(target.account, &target.bucket)))
    }

    fn remember(
        &self,
        target: &Target,
        memory: &Memory,
    ) -> impl Future<Output = Result<Kept, Failure>> + Send {
        ready(Ok(self.content().records.remember(target.account, &target.bucket, memory)))
    }

    fn keep(&self, pre_image: &PreImage) -> impl Future<Output = Result<(), Failure>> + Send {
        self.content().records.keep(pre_image);
        ready(Ok(()))
    }

    fn pre_image(
        &self,
        episode: &EpisodeId,
    ) -> impl Future<Output = Result<Option<PreImage>, Failure>> + Send {
        ready(Ok(self.content().records.pre_image(episode)))
    }

    fn history(
        &self,
        target: &Target,
    ) -> impl Future<Output = Result<Vec<Trigger>, Failure>> + Send {
        let content = self.content();
        let message = format!("nothing in memory keeps the history of `{}`", target.bucket);
        let none = Failure { code: "NotKept".to_owned(), message };
        ready(content.history.clone().ok_or(none))
    }

    fn hears(&self, topic: Topic) -> bool {
        match topic {
            Topic::Page => true,
            Topic::Chat => self.content().chat,
        }
    }

    fn publish(&self, message: &Message) -> impl Future<Output = Result<(), Failure>> + Send {
        self.content().published.push(message.clone());
        ready(Ok(()))
    }

    fn now(&self) -> OffsetDateTime {
        self.content().now
    }

    fn pause(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.content().now += duration;
        ready(())
    }
}
