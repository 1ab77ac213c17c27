//! From what arrives to what it asks for: which bucket to look at, who acted and when. Nothing an
//! event says about the state of a bucket is believed.

mod actor;
mod arn;
pub mod catalogue;
mod cloudtrail;
mod envelope;
mod field;
mod foreign;
mod identity;
mod object;
mod opinion;
mod organization;
mod record;
mod scope;

use serde_json::Value;
use time::OffsetDateTime;

pub use self::actor::{Actor, ActorKind, Confidence};
use self::envelope::Envelope;
pub use self::foreign::refuse_foreign;
use crate::bucket::{AccountId, BucketName, Region, shown};

/// An event that asks for a look at a bucket, or at all buckets of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// The event itself.
    pub event: EventInfo,
    /// What it came from.
    pub source: Source,
    /// Who acted; `None` where the source does not know (a finding, a schedule).
    pub actor: Option<Actor>,
    /// Where to look.
    pub scope: Scope,
    /// `requestParameters` as the event has them: the change that was asked for. Never the ground
    /// for a write.
    pub parameters: Value,
}

/// What identifies an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventInfo {
    /// CloudTrail's `eventID`, the same on every bus and at every delivery; else the envelope's id.
    pub id: String,
    /// CloudTrail's `eventName`, else the detail type.
    pub name: String,
    /// When it happened, UTC; `None` where the event does not say it readably.
    pub time: Option<OffsetDateTime>,
    /// The account whose bucket it is about.
    pub account: AccountId,
    /// The Region whose endpoint served the call.
    pub region: Region,
}

/// What an event came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// An API call by CloudTrail.
    CloudTrail,
    /// S3's own notification.
    S3Notification,
    /// A schedule.
    Schedule,
    /// A finding of IAM Access Analyzer.
    AccessAnalyzer,
    /// A compliance or configuration change of AWS Config.
    Config,
    /// A finding of GuardDuty.
    GuardDuty,
    /// A change of an Organizations policy.
    Organizations,
}

/// Where an event says to look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One bucket, and one object of it where the event names one.
    Bucket {
        /// The bucket.
        bucket: BucketName,
        /// Its owner.
        account: AccountId,
        /// The Region whose endpoint served the call: mostly the bucket's.
        region: Region,
        /// Key of the object.
        object: Option<String>,
    },
    /// The bucket behind an access point.
    AccessPoint {
        /// Name of the access point.
        name: String,
        /// Its owner.
        account: AccountId,
        /// Its Region.
        region: Region,
    },
    /// Every bucket of an account.
    Account {
        /// The account.
        account: AccountId,
        /// The Region that the event came from.
        region: Region,
    },
}

/// What an event turned out to be.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, taken apart at once")]
pub enum Event {
    /// It asks for a look.
    Trigger(Box<Trigger>),
    /// It is none of our business.
    Ignored {
        /// What could be made out of it.
        event: Option<EventInfo>,
        /// Who acted, where it says so.
        actor: Option<Actor>,
        /// Why nothing is done.
        reason: String,
    },
}

/// An event that cannot be used, and must not be lost: where in it and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Refused {
    /// The place, such as `detail.requestParameters.bucketName`.
    pub place: String,
    /// What is wrong there, and what was expected.
    pub reason: String,
}

/// Reads one EventBridge event.
///
/// # Errors
///
/// [`Refused`] when `text` is not an event, or does not say which bucket it is about.
pub fn read(text: &str) -> Result<Event, Refused> {
    use catalogue::Notice;

    let value = envelope::parse(text)?;
    if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        let reason = "S3's test event, sent when notifications are set up: nothing happened";
        return Ok(Event::Ignored { event: None, actor: None, reason: reason.to_owned() });
    }
    if let Some(refused) = refuse_foreign(&value) {
        return Err(refused);
    }
    let envelope = Envelope::open(&value)?;
    if envelope.is_cloudtrail() {
        return cloudtrail::read(&envelope);
    }
    match catalogue::notice(&envelope.source, &envelope.info.name) {
        Some(Notice::Schedule) => Ok(envelope.sweep(Source::Schedule)),
        Some(Notice::ObjectAclUpdated) => object::acl_updated(&envelope),
        Some(Notice::AccessAnalyzerFinding) => opinion::access_analyzer(&envelope),
        Some(Notice::ConfigCompliance) => opinion::config_compliance(&envelope),
        Some(Notice::ConfigItem) => opinion::config_item(&envelope),
        Some(Notice::GuardDutyFinding) => opinion::guard_duty(&envelope),
        None => Ok(envelope.ignored(format!(
            "`{}` of `{}` says nothing of who can reach a bucket",
            shown(&envelope.info.name),
            shown(&envelope.source)
        ))),
    }
}

impl Refused {
    fn new(place: &str, reason: impl Into<String>) -> Self {
        Self { place: place.to_owned(), reason: reason.into() }
    }
}
