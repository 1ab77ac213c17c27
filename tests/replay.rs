//! `replay` as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/command.rs"]
mod command;

use command::Ran;
use serde_json::{Value, json};

fn run(arguments: &[&str], input: &str) -> Ran {
    command::run(&[&["replay"], arguments].concat(), input)
}

fn reports(arguments: &[&str], input: &str) -> Vec<Value> {
    let ran = run(&[&["--format", "json"], arguments].concat(), input);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A file of this test run; its path.
fn file(name: &str, content: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow",
        "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::clinic-reports/*"}]})
}

fn event(name: &str) -> String {
    json!({
        "version": "0", "id": "00000000-0000-4000-8000-000000000001",
        "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
        "account": "111122223333", "time": "2026-11-20T09:14:10Z", "region": "eu-west-1",
        "resources": [],
        "detail": {
            "eventVersion": "1.10",
            "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE",
                "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333",
                "accessKeyId": "AKIAEXAMPLE", "userName": "alice"},
            "eventTime": "2026-11-20T09:14:07Z", "eventSource": "s3.amazonaws.com",
            "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.9",
            "userAgent": "aws-cli/2.31.0",
            "requestParameters": {"bucketName": "clinic-reports", "bucketPolicy": policy(),
                "Host": "s3.eu-west-1.amazonaws.com", "policy": ""},
            "responseElements": null,
            "eventID": "e0000000-0000-4000-8000-000000000001", "readOnly": false,
            "eventType": "AwsApiCall", "managementEvent": true,
            "recipientAccountId": "111122223333", "eventCategory": "Management"
        }
    })
    .to_string()
}

fn snapshot() -> String {
    json!({"Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Policy": policy()})
    .to_string()
}

#[test]
fn the_whole_story_is_told_as_json() {
    let snapshot = file("open.json", &snapshot());
    let reports = reports(&["-", "--snapshot", &snapshot], &event("PutBucketPolicy"));
    let [report] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!(report["event"]["name"], "PutBucketPolicy");
    assert_eq!(report["event"]["time"], "2026-11-20T09:14:07Z");
    assert_eq!(report["actor"]["kind"], "iam_user");
    assert_eq!(report["actor"]["principal"], "arn:aws:iam::111122223333:user/alice");
    let bucket = &report["buckets"][0];
    assert_eq!(bucket["before"]["exposure"], "anonymous");
    assert_eq!(bucket["decision"]["mode"], "enforce");
    assert_eq!(bucket["applied"][0]["result"], "applied");
    assert_eq!(bucket["verified"], true);
    assert_eq!(bucket["after"]["exposure"], "none");
    assert_eq!(bucket["after"]["paths"][0]["closed_by"], json!(["bucket.RestrictPublicBuckets"]));
    let alert = &report["alerts"][0];
    assert_eq!(alert["subject"], "ALARM: clinic-reports FIXED, was open to anyone (111122223333)");
    assert_eq!(alert["message"]["guardrail"]["buckets"][0]["bucket"], "clinic-reports");
    let end = &report["alerts"][1];
    assert_eq!(
        (&alert["message"]["NewStateValue"], &end["message"]["NewStateValue"]),
        (&json!("ALARM"), &json!("OK"))
    );
    assert_eq!(alert["message"]["AlarmName"], end["message"]["AlarmName"]);
    assert_eq!(report["alerts"].as_array().unwrap().len(), 2);
    assert_eq!(report["ignored"], Value::Null);
}

#[test]
fn the_whole_story_is_told_as_text() {
    let snapshot = file("text.json", &snapshot());
    let ran = run(&["-", "--snapshot", &snapshot], &event("PutBucketPolicy"));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let first = "replayed on an account in memory with the built-in rules in mode enforce: \
                 nothing real is read or written";
    assert_eq!(ran.out.lines().next(), Some(first));
    let steps = [
        "event ",
        "actor ",
        "bucket ",
        "found ",
        "decided ",
        "written ",
        "verified ",
        "after ",
        "alert ",
    ];
    let mut lines = ran.out.lines();
    for step in steps {
        assert!(lines.any(|line| line.starts_with(step)), "{step} in {}", ran.out);
    }
    assert!(ran.out.contains("  | FIXED: bucket `clinic-reports`"), "{}", ran.out);
    assert!(ran.out.contains("  |    Try it (200: open; "), "{}", ran.out);
}

#[test]
fn no_mode_but_enforce_writes() {
    let snapshot = file("modes.json", &snapshot());
    let guardrail = file(
        "notify.toml",
        &s3_guardrail::guardrail::DEFAULT.replace("mode = \"enforce\"", "mode = \"notify\""),
    );
    for arguments in [
        vec!["-", "--snapshot", &snapshot, "--mode", "notify"],
        vec!["-", "--snapshot", &snapshot, "--mode", "observe"],
        vec!["-", "--snapshot", &snapshot, "--guardrail", &guardrail],
    ] {
        let reports = reports(&arguments, &event("PutBucketPolicy"));
        let bucket = &reports[0]["buckets"][0];
        assert_eq!((&bucket["applied"], &bucket["after"]), (&json!([]), &Value::Null));
        assert_eq!(bucket["decision"]["held"][0]["reason"], "mode");
        let told = reports[0]["alerts"].as_array().unwrap().len();
        assert_eq!(told, usize::from(!arguments.contains(&"observe")));
    }
}

#[test]
fn without_a_snapshot_the_event_says_what_was_put_there() {
    let reports = reports(&["-"], &event("PutBucketPolicy"));
    assert_eq!(reports[0]["buckets"][0]["before"]["exposure"], "anonymous");
    assert_eq!(reports[0]["buckets"][0]["verified"], true);
}

#[test]
fn an_event_of_a_whole_account_asks_for_a_snapshot() {
    let schedule = json!({
        "version": "0", "id": "00000000-0000-4000-8000-000000000002",
        "detail-type": "Scheduled Event", "source": "aws.events", "account": "111122223333",
        "time": "2026-11-20T09:14:07Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:111122223333:rule/sweep"], "detail": {}
    })
    .to_string();
    let said = "the account in memory has no bucket";
    let ran = run(&["-"], &schedule);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains(said) && ran.out.contains("`--snapshot FILE`"), "{}", ran.out);
    let snapshot = file("account.json", &snapshot());
    let ran = run(&["-", "--snapshot", &snapshot], &schedule);
    assert!(!ran.out.contains(said) && ran.out.contains("clinic-reports"), "{}", ran.out);
    let ran = run(&["-"], &event("GetBucketPolicy"));
    assert!(!ran.out.contains(said), "{}", ran.out);
    assert!(!run(&["-", "--format", "json"], &schedule).out.contains(said));
}

#[test]
fn what_is_none_of_our_business_says_why() {
    let reports = reports(&["-"], &event("GetBucketPolicy"));
    assert_eq!(reports[0]["buckets"], json!([]));
    assert!(reports[0]["ignored"].is_string(), "{reports:?}");
}

#[test]
fn a_batch_gives_a_report_an_event_and_a_bad_one_stops_no_other() {
    let record = |id: &str, body: &str| {
        json!({"messageId": id, "receiptHandle": "r", "body": body, "attributes": {},
            "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:events",
            "awsRegion": "eu-west-1"})
    };
    let batch = json!({"Records": [
        record("m-1", &event("PutBucketPolicy")),
        record("m-2", "not an event"),
        record("m-3", &event("DeleteBucketPolicy")),
    ]});
    let ran = run(&["-", "--format", "json"], &batch.to_string());
    assert_eq!(ran.status, 2);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    assert!(ran.err.starts_with("standard input: message 2 `m-2`: "), "{}", ran.err);
}

#[test]
fn what_is_no_event_is_refused_with_its_place() {
    let path = file("no.json", "{\"detail\": []}");
    let ran = run(&[&path, "--format", "json"], "");
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with(&format!("{path}: ")), "{}", ran.err);
    let snapshot = file("bad-snapshot.json", "{\"Bucket\": 1}");
    let ran = run(&["-", "--snapshot", &snapshot], &event("PutBucketPolicy"));
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with(&format!("{snapshot}:1: ")), "{}", ran.err);
}
