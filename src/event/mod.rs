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
use crate::bucket::{AccountId, BucketName, Region};
use crate::name::shown;

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

impl Trigger {
    /// Whether it tells of a change of tags.
    #[must_use]
    pub fn changes_tags(&self) -> bool {
        let name = self.event.name.as_str();
        ["PutBucketTagging", "DeleteBucketTagging", "TagResource", "UntagResource"].contains(&name)
    }
}

impl Refused {
    fn new(place: &str, reason: impl Into<String>) -> Self {
        Self { place: place.to_owned(), reason: reason.into() }
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` where it is needed")]
mod tests {
    use serde_json::{Value, json};

    use super::catalogue::{Asks, ORGANIZATIONS_EVENTS, S3_EVENTS};
    use super::{Event, Refused, Scope, Source, read};

    fn record(name: &str, parameters: Value) -> Value {
        json!({"eventSource": "s3.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1",
               "eventID": "e1", "eventTime": "2026-11-20T09:14:07Z",
               "recipientAccountId": "111122223333", "requestParameters": parameters})
    }

    fn event(detail: Value) -> Value {
        json!({"id": "a1", "source": "aws.s3", "detail-type": "AWS API Call via CloudTrail",
               "account": "111122223333", "region": "eu-west-1", "detail": detail})
    }

    fn notice(source: &str, detail_type: &str, detail: Value) -> Result<Event, Refused> {
        let mut event = event(detail);
        (event["source"], event["detail-type"]) = (json!(source), json!(detail_type));
        read(&event.to_string())
    }

    fn call(name: &str, parameters: Value) -> Result<Event, Refused> {
        read(&event(record(name, parameters)).to_string())
    }

    fn scope(event: Result<Event, Refused>) -> Scope {
        match event {
            Ok(Event::Trigger(trigger)) => trigger.scope,
            other => panic!("{other:?}"),
        }
    }

    fn reason(event: Result<Event, Refused>) -> String {
        match event {
            Ok(Event::Ignored { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn shown(scope: &Scope) -> String {
        match scope {
            Scope::Bucket { bucket, account, object, .. } => {
                format!("{bucket} of {account}{}", object.clone().unwrap_or_default())
            }
            Scope::AccessPoint { name, account, region } => format!("{name} in {account} {region}"),
            Scope::Account { account, .. } => format!("all of {account}"),
        }
    }

    #[test]
    fn every_call_of_the_catalogue_asks_for_a_look() {
        let parameters = json!({
            "bucketName": "clinic-reports", "name": "lab", "key": "k", "x-amz-acl": "public-read",
            "CreateAccessPointRequest": {"Bucket": "clinic-reports"},
        });
        for (name, asks) in S3_EVENTS {
            let expected = match asks {
                Asks::Bucket | Asks::NewAccessPoint | Asks::Tags => {
                    "clinic-reports of 111122223333"
                }
                Asks::ObjectAcl | Asks::Upload => "clinic-reports of 111122223333k",
                Asks::AccessPoint => "lab in 111122223333 eu-west-1",
                Asks::AccountSettings | Asks::MultiRegionAccessPoint => "all of 111122223333",
            };
            assert_eq!(shown(&scope(call(name, parameters.clone()))), expected, "{name}");
        }
        for name in ORGANIZATIONS_EVENTS {
            let mut detail = record(name, json!({"targetId": "ou-clin-1", "policyId": "p-1"}));
            detail["eventSource"] = json!("organizations.amazonaws.com");
            let event = notice("aws.organizations", "AWS API Call via CloudTrail", detail);
            assert_eq!(shown(&scope(event)), "all of 111122223333", "{name}");
        }
    }

    #[test]
    fn the_bucket_is_found_wherever_it_is_named_and_in_one_place_only() {
        let listed = |parameters: Value, resources: Value| {
            let mut detail = record("PutObjectAcl", parameters);
            detail["resources"] = resources;
            read(&event(detail).to_string())
        };
        let bucket = |name: &str| {
            json!({"type": "AWS::S3::Bucket", "accountId": "111122223333",
                                         "ARN": format!("arn:aws:s3:::{name}")})
        };
        let of_list = "clinic-reports of 111122223333";
        for parameters in [
            json!(null),
            json!({"omitted": "true"}),
            json!({"bucketName": null}),
            json!({"bucket": "clinic-reports"}),
            json!({"bucketName": "clinic-reports"}),
            json!({"bucketName": "lab-0123456789-s3alias"}),
            json!({"bucketName": "arn:aws:s3:eu-west-1:111122223333:accesspoint/lab"}),
        ] {
            let found = listed(parameters.clone(), json!([bucket("clinic-reports")]));
            assert_eq!(shown(&scope(found)), of_list, "{parameters}");
        }
        let prefix = json!([{"type": "AWS::S3::Bucket", "ARNPrefix": "arn:aws:s3:::clinic-reports",
                             "accountid": "111122223333"}]);
        assert_eq!(shown(&scope(listed(json!(null), prefix))), of_list);

        let named = json!({"bucketName": "clinic-reports"});
        for resources in [
            json!([bucket("clinic-website")]),
            json!([bucket("clinic-reports"), bucket("clinic-website")]),
        ] {
            let refused = listed(named.clone(), resources.clone()).unwrap_err();
            assert_eq!(refused.place, "detail.resources", "{resources}");
        }
        let both = json!([bucket("clinic-reports"), bucket("clinic-website")]);
        assert!(listed(json!(null), both.clone()).is_err());
        let copy = json!({"bucketName": "clinic-reports", "x-amz-copy-source": "clinic-website/k"});
        assert_eq!(shown(&scope(listed(copy, both))), of_list);
    }

    #[test]
    fn what_names_no_bucket_is_refused() {
        for name in [
            json!(""),
            json!(7),
            json!(true),
            json!({"x": 1}),
            json!(["clinic-reports"]),
            json!("a/../b"),
            json!("arn:aws:s3:::clinic-reports"),
            json!("10.0.0.1"),
            json!("clinic\nreports"),
            json!("lab-0123456789-s3alias"),
            json!("clіnic"),
        ] {
            let refused = call("PutBucketPolicy", json!({ "bucketName": name })).unwrap_err();
            assert_eq!(refused.place, "detail.requestParameters.bucketName", "{name}");
            assert!(!refused.to_string().contains('\n'), "{refused}");
        }
        assert!(call("PutBucketPolicy", json!(null)).is_err());
        assert!(call("TagResource", json!({"resourceArn": "clinic-reports"})).is_err());
        assert!(call("PutAccessPointPolicy", json!({"name": "../lab"})).is_err());
        let long = json!({"bucketName": "clinic-reports", "key": "k".repeat(1_025)});
        assert!(call("PutObjectAcl", long).is_err());
    }

    #[test]
    fn access_points_are_found_by_name_or_arn() {
        let arn = "arn:aws:s3:eu-west-2:444455556666:accesspoint/lab";
        for (name, parameters, expected) in [
            ("PutAccessPointPolicy", json!({"name": arn}), "lab in 444455556666 eu-west-2"),
            ("PutAccessPointPolicy", json!({"odd": 1}), "all of 111122223333"),
            ("TagResource", json!({"resourceArn": arn}), "lab in 444455556666 eu-west-2"),
            ("PutObjectAcl", json!({"bucketName": arn}), "lab in 444455556666 eu-west-2"),
            (
                "PutObjectAcl",
                json!({"bucketName": "arn:aws:s3::111122223333:accesspoint/m1.mrap"}),
                "all of 111122223333",
            ),
            (
                "CreateAccessPoint",
                json!({"name": "lab", "CreateAccessPointRequest": {"Bucket": 1234}}),
                "lab in 111122223333 eu-west-1",
            ),
            (
                "CreateAccessPoint",
                json!({"CreateAccessPointRequest":
                       {"Bucket": "clinic-reports", "BucketAccountId": 12_345}}),
                "clinic-reports of 000000012345",
            ),
        ] {
            assert_eq!(shown(&scope(call(name, parameters.clone()))), expected, "{parameters}");
        }
        let region = "arn:aws:s3:eu-west-2.example.com:444455556666:accesspoint/lab";
        assert!(call("PutAccessPointPolicy", json!({ "name": region })).is_err());
    }

    #[test]
    fn an_upload_counts_only_with_a_public_acl() {
        let group = "http://acs.amazonaws.com/groups/global/AllUsers";
        for headers in [
            json!({"x-amz-acl": "public-read-write"}),
            json!({"x-amz-acl": ["authenticated-read"]}),
            json!({"X-Amz-Acl": "Public-Read"}),
            json!({"accessControlList": {"x-amz-grant-read": format!("id=\"c\", uri={group}")}}),
            json!({"x-amz-grant-read-acp": [format!("uri={group}")]}),
            json!({"omitted": true}),
        ] {
            let mut parameters = json!({"bucketName": "clinic-reports", "key": "k"});
            parameters.as_object_mut().unwrap().extend(headers.as_object().unwrap().clone());
            let found = shown(&scope(call("PutObject", parameters)));
            assert_eq!(found, "clinic-reports of 111122223333k", "{headers}");
        }
        for headers in [
            json!({"x-amz-acl": "private"}),
            json!({"x-amz-acl": 7}),
            json!({"accessControlList": {"x-amz-grant-read": "id=\"c1\""}}),
            json!({"accessControlList": "x", "key": group}),
        ] {
            assert!(reason(call("PutObject", headers)).contains("no public ACL"));
        }
    }

    #[test]
    fn what_changed_nothing_is_ignored_with_its_reason() {
        let with = |key: &str, value: Value| {
            let mut detail = record("PutBucketPolicy", json!({"bucketName": ""}));
            detail[key] = value;
            read(&event(detail).to_string())
        };
        assert!(reason(with("errorCode", json!("NoSuchBucket"))).contains("`NoSuchBucket`"));
        assert!(reason(with("readOnly", json!("true"))).contains("read"));
        assert!(reason(with("eventCategory", json!("NetworkActivity"))).contains("endpoint"));
        assert!(reason(with("edgeDeviceDetails", json!({}))).contains("Outposts"));
        assert!(reason(with("eventSource", json!("ec2.amazonaws.com"))).contains("ec2"));
        for harmless in [json!(null), json!("")] {
            assert!(with("errorCode", harmless).is_err(), "it is read on, to the bucket's name");
        }
        let express = json!({"bucketName": "clinic--euw1-az1--x-s3"});
        assert!(reason(call("PutBucketPolicy", express)).contains("directory bucket"));
        assert!(reason(call("PutBucketCors", json!({}))).contains("`PutBucketCors`"));
        assert!(reason(call("JobCreated", json!(null))).contains("`JobCreated`"));
        let tags = json!({"resourceArn": "arn:aws:s3:eu-west-1:111122223333:storage-lens-group/x"});
        assert!(reason(call("TagResource", tags)).contains("something else"));
    }

    #[test]
    fn all_four_true_is_the_only_account_setting_that_is_ignored() {
        let names =
            ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        let put = |value: Value, left_out: Option<&str>| {
            let settings: serde_json::Map<_, _> = names
                .iter()
                .filter(|name| Some(**name) != left_out)
                .map(|name| ((*name).to_owned(), value.clone()))
                .collect();
            let settings = json!({ "PublicAccessBlockConfiguration": settings });
            call("PutAccountPublicAccessBlock", settings)
        };
        assert!(reason(put(json!(true), None)).contains("opens nothing"));
        assert!(reason(put(json!("true"), None)).contains("opens nothing"));
        for name in names {
            assert_eq!(shown(&scope(put(json!(true), Some(name)))), "all of 111122223333");
        }
        scope(put(json!(1), None));
        scope(call("PutAccountPublicAccessBlock", json!({"omitted": true})));
    }

    #[test]
    fn envelope_and_record_must_belong_together() {
        let mut changed = Vec::new();
        for (place, value) in [
            ("/source", json!("com.example")),
            ("/source", json!("aws.partner/example.com")),
            ("/source", json!(1)),
            ("/account", json!("11112222333")),
            ("/account", json!(111_122_223_333_u64)),
            ("/region", json!("eu-west-1.example.com#")),
            ("/detail", json!([])),
            ("/detail", json!(null)),
            ("/detail/eventID", json!("")),
            ("/detail/eventSource", json!(null)),
            ("/detail/eventName", json!(["PutBucketPolicy"])),
            ("/detail/recipientAccountId", json!("444455556666")),
            ("/detail/recipientAccountId", json!(111_122_223_333_u64)),
            ("/detail/awsRegion", json!("eu-west-1/../x")),
        ] {
            let parameters = json!({"bucketName": "clinic-reports"});
            let mut event = event(record("PutBucketPolicy", parameters));
            event.as_object_mut().unwrap().remove("id");
            *event.pointer_mut(place).unwrap() = value.clone();
            changed.push((place, value, read(&event.to_string())));
        }
        for (place, value, read) in changed {
            assert!(read.is_err(), "{place} = {value}: {read:?}");
        }
    }

    #[test]
    fn second_opinions_name_bucket_or_account() {
        let config = "Config Configuration Item Change";
        for (source, detail_type, detail, expected) in [
            (
                "aws.access-analyzer",
                "Access Analyzer Finding",
                json!({"resource": "arn:aws:s3:::clinic-reports", "accountId": "444455556666",
                       "resourceType": "AWS::S3::Bucket", "status": "RESOLVED"}),
                "clinic-reports of 444455556666",
            ),
            (
                "aws.config",
                config,
                json!({"configurationItemSummary": {"resourceType": "AWS::S3::Bucket",
                       "resourceId": "clinic-reports", "awsRegion": "global"}}),
                "clinic-reports of 111122223333",
            ),
            (
                "aws.guardduty",
                "GuardDuty Finding",
                json!({"type": "Policy:S3/BucketPublicAccessGranted", "resource":
                       {"s3BucketDetails": [{"name": "clinic-a"}, {"name": "clinic-b"}]}}),
                "all of 111122223333",
            ),
        ] {
            let event = notice(source, detail_type, detail);
            assert_eq!(shown(&scope(event)), expected, "{source}");
        }
        let other = json!({"resourceType": "AWS::IAM::Role", "resource": "x"});
        assert!(
            reason(notice("aws.access-analyzer", "Access Analyzer Finding", other))
                .contains("AWS::IAM::Role")
        );
        let stealth = json!({"type": "Stealth:S3/ServerAccessLoggingDisabled"});
        assert!(reason(notice("aws.guardduty", "GuardDuty Finding", stealth)).contains("Stealth"));
        let nameless = json!({"type": "Policy:S3/BucketPublicAccessGranted", "resource": {}});
        assert!(notice("aws.guardduty", "GuardDuty Finding", nameless).is_err());
        assert!(notice("aws.config", config, json!({"configurationItem": []})).is_err());
        assert!(notice("aws.s3", "Object ACL Updated", json!({"bucket": "x"})).is_err());
        assert!(reason(notice("aws.s3", "Object Created", json!({}))).contains("Object Created"));
    }

    #[test]
    fn a_schedule_sweeps_whatever_its_detail() {
        for source in ["aws.events", "aws.scheduler"] {
            for detail in [json!({}), json!("{}"), json!([])] {
                let event = notice(source, "Scheduled Event", detail);
                assert_eq!(shown(&scope(event)), "all of 111122223333");
            }
        }
        let Ok(Event::Trigger(trigger)) = notice("aws.events", "Scheduled Event", json!({})) else {
            panic!("a schedule is a trigger")
        };
        assert_eq!((trigger.source, trigger.actor), (Source::Schedule, None));
    }

    #[test]
    fn hostile_texts_are_read_within_bounds() {
        let of = |padding: Value| {
            event(record("PutBucketPolicy", json!({"bucketName": "clinic-reports", "p": padding})))
                .to_string()
        };
        assert!(read(&of(json!("x".repeat(1_000_000)))).is_ok());
        assert!(read(&of(json!("x".repeat(1_048_576)))).is_err());
        assert!(read(&of(json!(vec![0; 10_000]))).is_ok());
        assert!(read(&of(json!(vec![0; 10_001]))).is_err());
        let deep = of(json!("DEEP"))
            .replace("\"DEEP\"", &format!("{}{}", "[".repeat(400), "]".repeat(400)));
        assert!(read(&deep).unwrap_err().reason.contains("recursion limit"));
        let twice = of(json!(1)).replace("\"p\":1", "\"p\":1,\"p\":2");
        assert!(read(&twice).unwrap_err().reason.contains("duplicate key"));
        let marked = format!("\u{feff}{}", of(json!(1)));
        assert!(read(&marked).is_ok());
        for text in ["", " ", "null", "\"x\"", "[]", "7", "{}", "{", "{\"detail\": \"\\ud800\"}"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_callers_copy_of_a_call_on_anothers_bucket_is_left_to_the_owners_copy() {
        let mut detail = record("PutBucketPolicy", json!({"bucketName": "partner-bucket"}));
        detail["resources"] = json!([{"type": "AWS::S3::Bucket", "accountId": "444455556666",
                                      "ARN": "arn:aws:s3:::partner-bucket"}]);
        let Ok(Event::Ignored { reason, .. }) = read(&event(detail).to_string()) else { panic!() };
        assert!(reason.contains("the bucket is of account `444455556666`"), "{reason}");
    }
}
