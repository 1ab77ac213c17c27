//! Buckets in memory, events on them, and what became of them.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use s3_guardrail::bucket::{BucketState, snapshot};
use s3_guardrail::event::{self, Event, Trigger};
use s3_guardrail::guard::guard;
use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::local::LocalAccount;
use s3_guardrail::ports::{Message, Topic};
use s3_guardrail::report::Report;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2026-11-20 09:14:09 UTC);

pub const ENFORCE: &str = r#"
mode = "enforce"
[[rules]]
name     = "nothing is open to the world"
exposure = "authenticated"
action   = "contain"
urgency  = "high"
"#;

/// The world's in-memory account never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the in-memory account waited");
    };
    output
}

pub fn run(account: &LocalAccount, trigger: &Trigger, guardrail: &str) -> Report {
    now(guard(trigger, &Guardrail::parse(guardrail).unwrap(), account))
}

pub fn everyone_reads() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow",
        "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::clinic-reports/*"}]})
}

/// The bucket `clinic-reports` with these parts of a snapshot.
pub fn bucket(parts: &Value) -> BucketState {
    let mut whole = json!({"Bucket": "clinic-reports", "Account": "111122223333",
        "Region": "eu-west-1",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}});
    for (key, value) in parts.as_object().unwrap() {
        whole[key] = value.clone();
    }
    snapshot::read(&whole.to_string()).unwrap()
}

pub fn account(parts: &Value) -> LocalAccount {
    LocalAccount::from_states(vec![bucket(parts)], NOW).with_chat()
}

/// A call on the bucket by the IAM user `by` at `time`.
pub fn call(name: &str, by: &str, time: &str, parameters: &Value) -> Trigger {
    let mut parameters = parameters.clone();
    parameters["bucketName"] = json!("clinic-reports");
    let event = json!({
        "version": "0", "id": "00000000-0000-4000-8000-000000000001",
        "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
        "account": "111122223333", "time": time, "region": "eu-west-1", "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE",
                "arn": format!("arn:aws:iam::111122223333:user/{by}"),
                "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE", "userName": by},
            "eventTime": time, "eventSource": "s3.amazonaws.com", "eventName": name,
            "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.9",
            "userAgent": "aws-cli/2.31.0", "requestParameters": parameters,
            "responseElements": null, "eventID": format!("{name}-{by}-{time}"),
            "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
            "recipientAccountId": "111122223333", "eventCategory": "Management"
        }
    });
    match event::read(&event.to_string()).unwrap() {
        Event::Trigger(trigger) => *trigger,
        Event::Ignored { reason, .. } => panic!("{reason}"),
    }
}

pub fn put_policy(by: &str, time: &str) -> Trigger {
    call("PutBucketPolicy", by, time, &json!({"bucketPolicy": everyone_reads()}))
}

pub fn remove_block(by: &str, time: &str) -> Trigger {
    call("DeleteBucketPublicAccessBlock", by, time, &json!({"publicAccessBlock": ""}))
}

pub fn all_on() -> Value {
    json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true,
        "RestrictPublicBuckets": true})
}

/// The messages for pagers of a report.
pub fn pages(report: &Report) -> Vec<&Message> {
    let messages = report.alerts.iter().map(|sent| &sent.message);
    messages.filter(|message| message.topic == Topic::Page).collect()
}
