//! Events as CloudTrail and EventBridge would send them.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::account::{Account, REGION};

/// An EventBridge event of an API call on S3 by `alice`, now, with an id of its own.
pub fn call(account: &Account, name: &str, parameters: &Value) -> Value {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let id = format!("1fe67712-a749-4f76-be3d-{}{number:04}", &account.id[4..]);
    let time = time::OffsetDateTime::now_utc() - time::Duration::seconds(3);
    let time = time.replace_nanosecond(0).unwrap();
    let time = time.format(&time::format_description::well_known::Rfc3339).unwrap();
    let owner = &account.id;
    json!({
        "version": "0",
        "id": format!("503d7cb5-eedb-4739-bd3c-{}{number:04}", &account.id[4..]),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.s3",
        "account": owner,
        "time": time,
        "region": REGION,
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDACKCEVSQ6C2EXAMPLE",
                "arn": format!("arn:aws:iam::{owner}:user/alice"),
                "accountId": owner,
                "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                "userName": "alice"
            },
            "eventTime": time,
            "eventSource": "s3.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "sourceIPAddress": "198.51.100.213",
            "userAgent": "[aws-cli/2.27.41]",
            "requestParameters": parameters,
            "responseElements": null,
            "requestID": "SNW4TDVRRFW2CSRM",
            "eventID": id,
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": owner,
            "eventCategory": "Management"
        }
    })
}

/// An event of a call on `bucket`.
pub fn on_bucket(account: &Account, name: &str, bucket: &str) -> Value {
    let host = format!("{bucket}.s3.{REGION}.amazonaws.com");
    call(account, name, &json!({"bucketName": bucket, "Host": host}))
}

/// An SQS batch of bodies; the ids of its messages are `m0`, `m1`, ….
pub fn batch(bodies: &[String]) -> Value {
    let record = |(number, body): (usize, &String)| {
        json!({
            "messageId": format!("m{number}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185"
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:111122223333:s3-guardrail"),
            "awsRegion": REGION
        })
    };
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}
