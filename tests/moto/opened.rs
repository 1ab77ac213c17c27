//! A bucket is opened, in each way there is: it is closed again, seen to be closed, and told.

use aws_sdk_s3::types::{ObjectCannedAcl, Tag, Tagging};
use serde_json::{Value, json};

use crate::support::account::{Account, REGION, everyone_reads};
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

/// The one bucket of a report.
fn only(report: &Value) -> &Value {
    let buckets = report["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 1, "{report:#}");
    &buckets[0]
}

/// Sees that `bucket` was open to everyone by `via`, was closed by one write, and was paged once.
async fn assert_contained(account: &Account, bucket: &str, report: &Value, via: &str) {
    let run = only(report);
    assert_eq!(run["before"]["exposure"], "anonymous", "{run:#}");
    let paths = run["before"]["paths"].as_array().unwrap();
    let open: Vec<_> = paths.iter().filter(|path| path["open"] == true).collect();
    assert!(open.iter().any(|path| path["via"]["kind"] == via), "{run:#}");
    assert_eq!(run["applied"][0]["result"], "applied", "{run:#}");
    assert_eq!((&run["verified"], &run["after"]["exposure"]), (&json!(true), &json!("none")));
    assert!(account.is_blocked(bucket).await);
    assert_eq!(account.writes(), [block(bucket)]);
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert!(pages[0].text.contains(bucket) && pages[0].text.contains("alice"), "{pages:#?}");
    assert!(pages[0].subject.len() < 100 && pages[0].subject.is_ascii(), "{pages:#?}");
}

#[tokio::test]
async fn by_its_policy() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_contained(&account, &bucket, &report, "policy").await;
    let path = format!("/{bucket}");
    for request in account.requests().iter().filter(|request| request.path == path) {
        assert_eq!(request.expected_owner.as_ref(), Some(&account.id), "{request:?}");
        assert!(!request.body.contains("false"), "{request:?}");
    }
    let records = function.records();
    let run = records.iter().find(|record| record["message"] == "run").unwrap();
    assert_eq!(run["buckets"], *bucket);
    assert_eq!(
        (&run["exposure_before"], &run["exposure_after"]),
        (&json!("anonymous"), &json!("none"))
    );
    assert_eq!((&run["decision"], &run["applied_count"]), (&json!("contain"), &json!(1)));
    assert!((0..30_000).contains(&run["event_age_ms"].as_i64().unwrap()), "{run}");
}

#[tokio::test]
async fn by_its_acl() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_acl(&bucket).await;
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketAcl", &bucket)).answer();
    assert_contained(&account, &bucket, &report, "acl").await;
}

#[tokio::test]
async fn by_taking_its_settings_away() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.open_by_policy(&bucket).await;
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let closed = function.invoke(&event).answer();
    assert_eq!(only(&closed)["before"]["exposure"], "none", "{closed:#}");
    assert_eq!(account.pages().await.len(), 0);
    account.unblock(&bucket).await;
    let event = events::on_bucket(&account, "DeleteBucketPublicAccessBlock", &bucket);
    let report = function.invoke(&event).answer();
    assert_contained(&account, &bucket, &report, "policy").await;
}

#[tokio::test]
async fn by_taking_the_accounts_settings_away() {
    let account = Account::new().await;
    let mut open = Vec::new();
    for number in 0..5 {
        let bucket = account.bucket(&format!("clinic-{number}")).await;
        account.unblock(&bucket).await;
        if number != 2 {
            account.open_by_policy(&bucket).await;
            open.push(block(&bucket));
        }
    }
    moto().page_size(&account.id, 2);
    let function = Function::start(&account, ENFORCE);
    let host = format!("{}.s3-control.{REGION}.amazonaws.com", account.id);
    let event = events::call(&account, "DeleteAccountPublicAccessBlock", &json!({"Host": host}));
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"].as_array().unwrap().len(), 5, "{report:#}");
    let mut writes = account.writes();
    writes.sort();
    assert_eq!(writes, open);
    assert_eq!(account.pages().await.len(), 4);
    let asked = account.requests();
    let count = |action| asked.iter().filter(|request| request.action == action).count();
    // one for the run beside those that opened connections, which list no second page
    assert_eq!(count("s3:GetAccountPublicAccessBlock"), 1 + 2);
    let later = asked.iter().filter(|request| request.query.contains("continuation-token"));
    assert_eq!(later.count(), 2);
}

#[tokio::test]
async fn by_an_access_point() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let mut delegation = everyone_reads(&format!("arn:aws:s3:::{bucket}/*"));
    delegation["Statement"][0]["Condition"] =
        json!({"StringEquals": {"s3:DataAccessPointAccount": account.id}});
    let call = account.s3.put_bucket_policy().bucket(&bucket).policy(delegation.to_string());
    call.send().await.unwrap();
    let open = aws_sdk_s3control::types::PublicAccessBlockConfiguration::builder()
        .block_public_acls(false)
        .ignore_public_acls(false)
        .block_public_policy(false)
        .restrict_public_buckets(false)
        .build();
    let control = &account.s3control;
    let create = control.create_access_point().account_id(&account.id).name("lab").bucket(&bucket);
    create.public_access_block_configuration(open).send().await.unwrap();
    let function = Function::start(&account, ENFORCE);
    let event = events::call(&account, "PutAccessPointPolicy", &json!({"name": "lab"}));
    let report = function.invoke(&event).answer();
    assert_eq!(only(&report)["before"]["exposure"], "none", "{report:#}");

    let resource = format!("arn:aws:s3:{REGION}:{}:accesspoint/lab/object/*", account.id);
    let policy = everyone_reads(&resource).to_string();
    let put = control.put_access_point_policy().account_id(&account.id).name("lab").policy(policy);
    put.send().await.unwrap();
    let event = events::call(&account, "PutAccessPointPolicy", &json!({"name": "lab"}));
    let report = function.invoke(&event).answer();
    assert_contained(&account, &bucket, &report, "access_point").await;

    let event = events::call(&account, "PutAccessPointPolicy", &json!({"name": "gone"}));
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"], json!([]), "{report:#}");
    assert!(report["ignored"].is_string(), "{report:#}");
}

#[tokio::test]
async fn by_an_objects_acl() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    let key = "exports/2026 11/pätients+1.csv";
    let put = account.s3.put_object().bucket(&bucket).key(key).body(b"a".to_vec().into());
    put.acl(ObjectCannedAcl::PublicRead).send().await.unwrap();
    let function = Function::start(&account, ENFORCE);
    let parameters =
        json!({"bucketName": bucket, "key": key, "x-amz-acl": "public-read", "acl": ""});
    let report = function.invoke(&events::call(&account, "PutObjectAcl", &parameters)).answer();
    assert_contained(&account, &bucket, &report, "object_acl").await;
}

#[tokio::test]
async fn by_a_change_of_tags_that_ends_an_exemption() {
    let exempted = format!(
        r#"{ENFORCE}
[[exemptions]]
name     = "clinic website"
buckets  = ["www-*"]
tags     = {{ purpose = "website" }}
exposure = "anonymous"
access   = ["read"]
owner    = "web-team@example.com"
reason   = "public website, approved in SEC-112"
expires  = 2999-01-31
"#
    );
    let account = Account::new().await;
    let bucket = account.bucket("www-clinic").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    let tag = Tag::builder().key("purpose").value("website").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    account.s3.put_bucket_tagging().bucket(&bucket).tagging(tags).send().await.unwrap();
    let function = Function::start(&account, &exempted);
    let event = events::on_bucket(&account, "PutBucketTagging", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(only(&report)["before"]["exposure"], "anonymous", "{report:#}");
    assert_eq!(account.writes(), [""; 0]);
    assert_eq!(account.pages().await.len(), 1, "who sets a tag that exempts is told of");

    account.s3.delete_bucket_tagging().bucket(&bucket).send().await.unwrap();
    let event = events::on_bucket(&account, "DeleteBucketTagging", &bucket);
    let report = function.invoke(&event).answer();
    assert_contained(&account, &bucket, &report, "policy").await;
}

#[tokio::test]
async fn in_another_region_than_the_event_says() {
    let account = Account::new().await;
    let bucket = account.open_bucket_elsewhere("clinic-milan", "eu-south-1").await;
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(account.writes(), [block(&bucket)], "{report:#}");
    let requests = account.requests();
    let write = requests.iter().find(|request| request.writes_to_s3()).unwrap();
    assert_eq!(write.region, "eu-south-1");
    let asked_there = requests.iter().filter(|request| {
        request.action == "s3:ListAccessPoints" && request.region == "eu-south-1"
    });
    // once to judge, twice to verify
    assert_eq!(asked_there.count(), 3);
}
