//! What is asked of the world. `aws` answers with the AWS SDK, `local` from memory.

use std::future::{Future, ready};
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::bucket::{AccountId, BucketName, BucketState, Region, Settings};
use crate::episode::{EpisodeId, Memory, PreImage};
use crate::event::{Scope, Trigger};
use crate::remedy::Remedy;
use crate::topic::TopicArn;

/// A bucket to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The bucket.
    pub bucket: BucketName,
    /// The account that must own it.
    pub account: AccountId,
    /// The Region to ask first.
    pub region: Region,
    /// The object whose ACL is to be read too.
    pub object: Option<String>,
}

/// What looking at a bucket gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Its state, parts of it perhaps unknown.
    State(Box<BucketState>),
    /// There is no such bucket of that account any more.
    Gone(String),
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// The service's error code, such as `AccessDenied`.
    pub code: String,
    /// What it says, and what to do.
    pub message: String,
}

/// A message to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Where it goes.
    pub topic: Topic,
    /// The topic of a route in place of the default one of `topic`.
    pub to: Option<TopicArn>,
    /// Whether it only says that what the message before it told of is over.
    pub is_twin: bool,
    /// Printable ASCII, fewer than 100 characters, on one line.
    pub subject: String,
    /// Plain text for a person: mail.
    pub text: String,
    /// One line for a telephone.
    pub short: String,
    /// What machines get: pagers and chats.
    pub json: Value,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Whoever is on call: pagers and mail.
    Page,
    /// Whoever reads along: chat rooms.
    Chat,
}

impl Topic {
    /// The name in records and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Chat => "chat",
        }
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was written.
    Written,
    /// Another run wrote in between: read it, and write on top.
    Overtaken,
}

/// What the flow asks of the world.
pub trait World: Sync {
    /// The buckets that a scope means: one, the one behind an access point, or all of an account.
    /// None where the access point is gone.
    ///
    /// # Errors
    ///
    /// [`Failure`] where they cannot be listed.
    fn locate(&self, scope: &Scope) -> impl Future<Output = Result<Vec<Target>, Failure>> + Send;

    /// The effective Block Public Access settings of an account, an organization's included.
    ///
    /// # Errors
    ///
    /// [`Failure`] where they cannot be read.
    fn account_settings(
        &self,
        account: AccountId,
        region: &Region,
    ) -> impl Future<Output = Result<Settings, Failure>> + Send;

    /// The live state of a bucket.
    ///
    /// # Errors
    ///
    /// [`Failure`] only where nothing at all can be asked (no credentials for the account); a part
    /// that cannot be read is unknown in the state.
    fn read(&self, target: &Target) -> impl Future<Output = Result<Reading, Failure>> + Send;

    /// Carries a remedy out.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it was not carried out, or may not have been.
    fn apply(&self, remedy: &Remedy) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What is remembered of a bucket; nothing at first.
    ///
    /// # Errors
    ///
    /// [`Failure`] where that cannot be read.
    fn recall(&self, target: &Target) -> impl Future<Output = Result<Memory, Failure>> + Send;

    /// Remembers `memory`, on top of the version before it and of no other.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it was not written, or may not have been.
    fn remember(
        &self,
        target: &Target,
        memory: &Memory,
    ) -> impl Future<Output = Result<Kept, Failure>> + Send;

    /// Keeps what was there before the first write of an episode. What is kept of that episode
    /// already stays.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it is not kept, or may not be.
    fn keep(&self, pre_image: &PreImage) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What was there before the first write of an episode, where that was kept.
    ///
    /// # Errors
    ///
    /// [`Failure`] where that cannot be read.
    fn pre_image(
        &self,
        episode: &EpisodeId,
    ) -> impl Future<Output = Result<Option<PreImage>, Failure>> + Send;

    /// The changes of a bucket that are on record, the newest first.
    ///
    /// # Errors
    ///
    /// [`Failure`] where nothing keeps such a record, or it cannot be read in good time.
    fn history(
        &self,
        target: &Target,
    ) -> impl Future<Output = Result<Vec<Trigger>, Failure>> + Send {
        let message = format!("nothing here keeps the history of `{}`", target.bucket);
        ready(Err(Failure { code: "NotKept".to_owned(), message }))
    }

    /// Whether anybody is to get messages of this kind.
    fn hears(&self, topic: Topic) -> bool;

    /// Publishes an alert.
    ///
    /// # Errors
    ///
    /// [`Failure`] where nobody took it.
    fn publish(&self, message: &Message) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The time, UTC.
    fn now(&self) -> OffsetDateTime;

    /// Waits.
    fn pause(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}
