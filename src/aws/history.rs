//! Who changed a bucket in the last 90 days, from CloudTrail's event history. Optional: a role that
//! may not ask, a service that answers too late or too much leaves the author unknown, and says so.
//!
//! Source: CloudTrail API reference, `LookupEvents`: two calls a second for each account and
//! Region; one attribute a call; 50 events a page, the newest first.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout};

use super::clients::sdk_region;
use super::refusal::Refusal;
use super::world::Aws;
use crate::bucket::{AccountId, Region};
use crate::event::{self, Event, Trigger};
use crate::ports::{Failure, Target};

/// For how long a page waits for it.
const LIMIT: Duration = Duration::from_millis(2_500);
/// Between two calls of this process.
const SPACING: Duration = Duration::from_millis(550);
/// Pages of answers that are read.
const PAGES: usize = 4;

/// When this process may ask again, and whom it need not ask.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    next: Mutex<Option<Instant>>,
    /// Accounts that let the role ask nothing.
    denied: Mutex<HashSet<AccountId>>,
}

impl Lookups {
    /// The next free turn; `None` where so many wait that it would come too late.
    fn turn(&self) -> Option<Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let turn = next.map_or(now, |next| next.max(now));
        if turn > now + LIMIT {
            return None;
        }
        *next = Some(turn + SPACING);
        Some(turn)
    }

    fn is_denied(&self, account: AccountId) -> bool {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).contains(&account)
    }

    fn note_denied(&self, account: AccountId) {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).insert(account);
    }
}

/// A client that asks once: the history is no reason to keep a page waiting.
pub(super) fn client(config: &SdkConfig, region: &Region) -> aws_sdk_cloudtrail::Client {
    let config = aws_sdk_cloudtrail::config::Builder::from(config)
        .region(sdk_region(region))
        .retry_config(RetryConfig::disabled());
    aws_sdk_cloudtrail::Client::from_conf(config.build())
}

/// The changes of a bucket that CloudTrail has, the newest first.
pub(super) async fn history(aws: &Aws, target: &Target) -> Result<Vec<Trigger>, Failure> {
    let lookups = &aws.clients.lookups;
    if lookups.is_denied(target.account) {
        return Err(denied());
    }
    match timeout(LIMIT, ask(aws, target)).await {
        Ok(Err(failure)) if failure.code == denied().code => {
            lookups.note_denied(target.account);
            Err(denied())
        }
        Ok(answer) => answer,
        Err(_) => Err(Failure {
            code: "TimedOut".to_owned(),
            message: format!("CloudTrail did not answer within {LIMIT:?}"),
        }),
    }
}

fn denied() -> Failure {
    Failure {
        code: "AccessDenied".to_owned(),
        message: "to have authors looked up, let the guardrail's role cloudtrail:LookupEvents"
            .to_owned(),
    }
}

fn too_many() -> Failure {
    Failure {
        code: "TooMany".to_owned(),
        message: "more authors were to be looked up at once than CloudTrail answers in good time"
            .to_owned(),
    }
}

async fn ask(aws: &Aws, target: &Target) -> Result<Vec<Trigger>, Failure> {
    let regional = aws.regional(&target.account, &target.region).await?;
    let (mut changes, mut next) = (Vec::new(), None);
    for _ in 0..PAGES {
        let Some(turn) = aws.clients.lookups.turn() else { return Err(too_many()) };
        sleep_until(turn).await;
        let by_name = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::ResourceName)
            .attribute_value(target.bucket.as_str())
            .build()
            .map_err(|error| Failure {
                code: "RequestNotMade".to_owned(),
                message: error.to_string(),
            })?;
        let call = regional.cloudtrail.lookup_events().lookup_attributes(by_name);
        let answer = call.max_results(50).set_next_token(next).send().await.map_err(|error| {
            let refusal = Refusal::from(error);
            let denied_ = refusal.is("AccessDeniedException") || refusal.denied();
            if denied_ { denied() } else { refusal.into_failure("") }
        })?;
        let records = answer.events().iter().filter_map(|event| event.cloud_trail_event());
        changes.extend(records.filter_map(|record| change(record, target)));
        next = answer.next_token;
        if next.is_none() {
            break;
        }
    }
    Ok(changes)
}

/// A record as the event that it was, where it tells of a change of `target`.
fn change(record: &str, target: &Target) -> Option<Trigger> {
    let record: Value = serde_json::from_str(record).ok()?;
    let event = json!({
        "version": "0",
        "id": record.get("eventID")?,
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.s3",
        "account": target.account.as_str(),
        "time": record.get("eventTime")?,
        "region": record.get("awsRegion")?,
        "resources": [],
        "detail": record,
    });
    match event::read(&event.to_string()).ok()? {
        Event::Trigger(trigger) => Some(*trigger),
        Event::Ignored { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Lookups, SPACING, change};
    use crate::bucket::{AccountId, BucketName, Region};
    use crate::change::Change;
    use crate::ports::Target;

    fn target() -> Target {
        Target {
            bucket: BucketName::parse("clinic-reports").unwrap(),
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            object: None,
        }
    }

    #[test]
    fn a_record_is_read_as_the_event_that_it_was() {
        let record = |name: &str| {
            json!({"eventSource": "s3.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1",
                "eventID": "e1", "eventTime": "2026-09-02T08:00:00Z",
                "userIdentity": {"type": "IAMUser", "userName": "carol",
                    "arn": "arn:aws:iam::111122223333:user/carol", "accountId": "111122223333"},
                "requestParameters": {"bucketName": "clinic-reports",
                    "bucketPolicy": {"Version": "2012-10-17", "Statement": []}}})
            .to_string()
        };
        let trigger = change(&record("PutBucketPolicy"), &target()).unwrap();
        assert!(Change::of(&trigger).policy.is_some());
        let by = trigger.actor.and_then(|actor| actor.principal);
        assert_eq!(by.as_deref(), Some("arn:aws:iam::111122223333:user/carol"));
        assert_eq!(change(&record("GetBucketPolicy"), &target()), None);
        assert_eq!(change("no record", &target()), None);
    }

    #[tokio::test]
    async fn calls_keep_their_distance() {
        let lookups = Lookups::default();
        let (first, second) = (lookups.turn().unwrap(), lookups.turn().unwrap());
        assert!(second - first >= SPACING);
        let waiting = std::iter::from_fn(|| lookups.turn()).take(100).count();
        assert!(waiting < 10, "{waiting} wait in vain");
        let account = AccountId::parse("111122223333").unwrap();
        assert!(!lookups.is_denied(account));
        lookups.note_denied(account);
        assert!(lookups.is_denied(account));
    }
}
