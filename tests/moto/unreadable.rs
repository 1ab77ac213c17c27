//! What may not be read is unknown and told by the name of the permission, never taken for absent.

use serde_json::{Value, json};

use crate::support::account::{Account, REGION};
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

/// A bucket that is closed by its own settings alone, with a part that may not be read; gives the
/// exposure that is seen, the parts that are said to be unreadable, and the pages.
async fn without(action: &str, object: Option<&str>) -> (Value, Vec<String>, Vec<String>) {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let mut parameters = json!({"bucketName": bucket});
    if let Some(key) = object {
        let put = account.s3.put_object().bucket(&bucket).key(key).body(b"a".to_vec().into());
        put.send().await.unwrap();
        parameters["key"] = json!(key);
    }
    let control = &account.s3control;
    let point = control.create_access_point().account_id(&account.id).name("lab").bucket(&bucket);
    point.send().await.unwrap();
    moto().fault(&account.id, action, json!({"status": 403}));
    let function = Function::start(&account, ENFORCE);
    let name = if object.is_some() { "PutObjectAcl" } else { "PutBucketPolicy" };
    let report = function.invoke(&events::call(&account, name, &parameters)).answer();
    let before = &report["buckets"][0]["before"];
    let unreadable = before["unreadable"].as_array().unwrap();
    let named = |entry: &Value| entry["part"].as_str().unwrap().to_owned();
    for entry in unreadable {
        assert!(entry["error"].as_str().unwrap().contains("AccessDenied: User: "), "{entry}");
    }
    assert_eq!(account.writes(), [""; 0], "{report:#}");
    let pages = account.pages().await.into_iter().map(|page| page.text).collect();
    (before["exposure"].clone(), unreadable.iter().map(named).collect(), pages)
}

#[tokio::test]
async fn a_grant_that_may_not_be_read_makes_the_exposure_unknown() {
    for (action, part, object) in [
        ("s3:GetBucketAcl", "Acl", None),
        ("s3:GetBucketPolicy", "Policy", None),
        ("s3:ListAccessPoints", "AccessPoints", None),
        ("s3:GetAccessPointPolicy", "AccessPoints", None),
        ("s3:GetObjectAcl", "ObjectAcls", Some("patients.csv")),
    ] {
        let (exposure, unreadable, pages) = without(action, object).await;
        assert_eq!(exposure, "unknown", "{action}");
        assert_eq!(unreadable, [part], "{action}");
        assert_eq!(pages.len(), 1, "{action}: {pages:#?}");
        assert!(pages[0].contains(action), "{action}: {pages:#?}");
    }
}

#[tokio::test]
async fn a_setting_that_may_not_be_read_is_named_and_told() {
    for (action, part) in [
        ("s3:GetBucketPublicAccessBlock", "PublicAccessBlockConfiguration"),
        ("s3:GetAccountPublicAccessBlock", "AccountPublicAccessBlockConfiguration"),
        ("s3:GetBucketOwnershipControls", "OwnershipControls"),
        ("s3:GetAccessPoint", "AccessPoints"),
        ("s3:GetBucketTagging", "Tags"),
        ("s3:GetBucketWebsite", "WebsiteConfiguration"),
        ("s3:GetBucketPolicyStatus", "PolicyStatus"),
    ] {
        let (_, unreadable, pages) = without(action, None).await;
        assert_eq!(unreadable, [part], "{action}");
        assert_eq!(pages.len(), 1, "{action}: {pages:#?}");
        assert!(pages[0].contains(action), "{action}: {pages:#?}");
    }
}

/// What closes a bucket and may not be read closes nothing: it is contained all the same.
#[tokio::test]
async fn settings_that_may_not_be_read_close_nothing() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    moto().fault(&account.id, "s3:GetAccountPublicAccessBlock", json!({"status": 403}));
    let function = Function::start(&account, ENFORCE);
    function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(account.writes(), [block(&bucket)]);
}

/// A bucket of ours about which nothing may be read is no bucket of somebody else.
#[tokio::test]
async fn a_bucket_that_denies_everything_is_told_and_not_let_be() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    for part in [
        "Acl",
        "Policy",
        "PolicyStatus",
        "PublicAccessBlock",
        "OwnershipControls",
        "Tagging",
        "Website",
    ] {
        moto().fault(&account.id, &format!("s3:GetBucket{part}"), json!({"status": 403}));
    }
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(report["buckets"][0]["before"]["exposure"], "unknown", "{report:#}");
    assert_eq!(account.pages().await.len(), 1);
}

/// A policy that no two parsers read alike is no policy that we know.
#[tokio::test]
async fn a_policy_that_does_not_parse_is_unknown() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let twice = r#"{"Version": "2012-10-17", "Statement": [], "Statement": []}"#;
    moto().fault(&account.id, "s3:GetBucketPolicy", json!({"status": 200, "body": twice}));
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    let before = &report["buckets"][0]["before"];
    assert_eq!(before["exposure"], "unknown", "{report:#}");
    let error = before["unreadable"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("does not parse: "), "{error}");
}

#[tokio::test]
async fn aws_opinion_of_a_policy_is_heard() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", account.id)},
        "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/*")
    }]});
    let put = account.s3.put_bucket_policy().bucket(&bucket).policy(policy.to_string());
    put.send().await.unwrap();
    let body = "<PolicyStatus><IsPublic>TRUE</IsPublic></PolicyStatus>";
    let body = body.replace("TRUE", "true");
    moto().fault(&account.id, "s3:GetBucketPolicyStatus", json!({"status": 200, "body": body}));
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(report["buckets"][0]["before"]["policy_is_public"], true, "{report:#}");
    let records = function.records();
    assert_eq!(records.last().unwrap()["policy_status_disagreements"], *bucket, "{records:#?}");
}

/// S3 Control has an endpoint of its own, and what is not reached is not absent.
#[tokio::test]
async fn an_endpoint_that_is_not_reached_is_told() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let file = account.folder.path().join("guardrail.toml");
    std::fs::write(&file, ENFORCE).unwrap();
    let environment = [
        ("GUARDRAIL_FILE", file.to_str().unwrap()),
        ("AWS_ENDPOINT_URL_S3_CONTROL", "http://127.0.0.1:9"),
    ];
    let function = Function::start_with(&account, &environment);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    let before = &report["buckets"][0]["before"];
    assert_eq!(before["exposure"], "unknown", "{report:#}");
    let parts: Vec<_> =
        before["unreadable"].as_array().unwrap().iter().map(|entry| &entry["part"]).collect();
    assert_eq!(parts, ["AccountPublicAccessBlockConfiguration", "AccessPoints"], "{report:#}");
    assert_eq!(report["buckets"][0]["region"], REGION);
}
