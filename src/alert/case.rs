//! What a page is about, besides how things stand: which bucket, whose, by what name pagers know
//! it, where it goes and what it points to.

use std::collections::BTreeMap;

use crate::bucket::{AccountId, BucketName, Observed, Region};
use crate::episode::{Episode, News};
use crate::escape::quoted;
use crate::event::{Scope, Trigger};
use crate::guardrail::{Owner, Subject, Telling, Urgency};
use crate::ports::Target;
use crate::report::{Judged, Run};
use crate::topic::TopicArn;

/// Where a page points to that has no runbook of the user's own.
const AWS_RUNBOOK: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/\
                           access-control-block-public-access.html";

/// What a page is about.
pub(super) struct Case<'a> {
    pub(super) trigger: &'a Trigger,
    /// `None`: everything that the trigger means.
    pub(super) target: Option<&'a Target>,
    pub(super) telling: &'a Telling,
    pub(super) episode: Option<&'a Episode>,
    pub(super) news: Option<News>,
    tags: Observed<BTreeMap<String, String>>,
    /// Whether it is about the account's own settings.
    is_account: bool,
}

impl<'a> Case<'a> {
    pub(super) fn of(
        trigger: &'a Trigger,
        run: &'a Run,
        judged: &'a Judged,
        telling: &'a Telling,
    ) -> Self {
        let target = Some(&run.target);
        let (episode, news) = (judged.episode.as_ref(), judged.news());
        let tags = judged.tags.clone();
        Self { trigger, target, telling, episode, news, tags, is_account: false }
    }

    pub(super) fn blind(
        trigger: &'a Trigger,
        target: Option<&'a Target>,
        telling: &'a Telling,
    ) -> Self {
        let tags = Observed::Unknown("not read".to_owned());
        Self { trigger, target, telling, episode: None, news: None, tags, is_account: false }
    }

    /// About an account's own settings.
    pub(super) fn of_account(trigger: &'a Trigger, telling: &'a Telling) -> Self {
        Self { is_account: true, ..Self::blind(trigger, None, telling) }
    }

    /// The account that the page is about.
    pub(super) fn account(&self) -> AccountId {
        match (self.target, &self.trigger.scope) {
            (Some(target), _) => target.account,
            (
                None,
                Scope::Bucket { account, .. }
                | Scope::AccessPoint { account, .. }
                | Scope::Account { account, .. },
            ) => *account,
        }
    }

    pub(super) fn region(&self) -> &Region {
        match (self.target, &self.trigger.scope) {
            (Some(target), _) => &target.region,
            (
                None,
                Scope::Bucket { region, .. }
                | Scope::AccessPoint { region, .. }
                | Scope::Account { region, .. },
            ) => region,
        }
    }

    /// The bucket, where it is about one whose name is known.
    pub(super) fn bucket(&self) -> Option<&BucketName> {
        match (self.target, &self.trigger.scope) {
            (Some(target), _) => Some(&target.bucket),
            (None, Scope::Bucket { bucket, .. }) => Some(bucket),
            (None, Scope::AccessPoint { .. } | Scope::Account { .. }) => None,
        }
    }

    /// ``bucket `clinic-reports` (account 111122223333 `clinic-prod`, Region eu-west-1)``.
    pub(super) fn place(&self) -> String {
        let name = self.telling.name_of(self.account()).map(|name| format!(" {}", quoted(name)));
        let account = format!("account {}{}", self.account(), name.unwrap_or_default());
        match (self.bucket(), &self.trigger.scope) {
            _ if self.is_account => account,
            (Some(bucket), _) => format!("bucket `{bucket}` ({account}, Region {})", self.region()),
            (None, Scope::AccessPoint { name, .. }) => format!(
                "the bucket behind access point {} ({account}, Region {})",
                quoted(name),
                self.region()
            ),
            (None, Scope::Bucket { .. } | Scope::Account { .. }) => {
                format!("every bucket of {account}")
            }
        }
    }

    /// What the subject calls it, printable ASCII.
    pub(super) fn name(&self) -> &str {
        match (self.bucket(), &self.trigger.scope) {
            _ if self.is_account => "account",
            (Some(bucket), _) => bucket.as_str(),
            (None, Scope::AccessPoint { .. }) => "the bucket of an access point",
            (None, Scope::Bucket { .. } | Scope::Account { .. }) => "every bucket",
        }
    }

    /// The key by which pagers and chats tell one episode from another, the same in all of its
    /// messages. What is not part of an episode has one a bucket.
    pub(super) fn key(&self) -> String {
        match (self.episode, self.bucket(), &self.trigger.scope) {
            _ if self.is_account => format!("{}/account/settings", self.account()),
            (Some(episode), ..) => episode.id.to_string(),
            (None, Some(bucket), _) => format!("{}/{bucket}/not-read", self.account()),
            (None, None, Scope::AccessPoint { .. }) => {
                format!("{}/access-point/not-read", self.account())
            }
            (None, None, Scope::Bucket { .. } | Scope::Account { .. }) => {
                format!("{}/all-buckets/not-read", self.account())
            }
        }
    }

    /// Who answers for it, in a line; `None` where the guardrail file does not ask.
    pub(super) fn owner_line(&self) -> Option<String> {
        match self.telling.owner(&self.tags) {
            Owner::NotAsked => None,
            Owner::Named { tag, name } => {
                Some(format!("Owner: {} (tag {})", quoted(name), quoted(tag)))
            }
            Owner::NoTag(tag) => {
                Some(format!("Owner: not known, the bucket has no tag {}", quoted(tag)))
            }
            Owner::Unread(tag) => {
                Some(format!("Owner: not known, its tags (wanted: {}) were not read", quoted(tag)))
            }
        }
    }

    /// Who answers for it, by name.
    pub(super) fn owner(&self) -> Option<&str> {
        match self.telling.owner(&self.tags) {
            Owner::Named { name, .. } => Some(name),
            Owner::NotAsked | Owner::NoTag(_) | Owner::Unread(_) => None,
        }
    }

    /// The topic of the route that it takes; `None`: the default one.
    pub(super) fn topic(&self, urgency: Urgency) -> Option<TopicArn> {
        let subject = Subject { account: self.account(), bucket: self.bucket(), tags: &self.tags };
        self.telling.route(&subject, urgency).map(|route| route.topic.clone())
    }

    pub(super) fn runbook(&self) -> &str {
        self.telling.runbook.as_deref().unwrap_or(AWS_RUNBOOK)
    }

    /// The bucket's permissions in the AWS console; `None` where the console has another address.
    pub(super) fn console(&self) -> Option<String> {
        let bucket = self.bucket()?;
        let region = self.region();
        let domain = match region.partition() {
            "aws" => "console.aws.amazon.com",
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            _ => return None,
        };
        Some(format!("https://{region}.{domain}/s3/buckets/{bucket}?tab=permissions"))
    }

    /// ARN of the bucket.
    pub(super) fn arn(&self) -> Option<String> {
        let partition = self.region().partition();
        self.bucket().map(|bucket| format!("arn:{partition}:s3:::{bucket}"))
    }
}
