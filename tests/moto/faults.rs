//! AWS does not do what it is asked: it is asked again, or it is told and the event comes again.

use serde_json::json;

use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

async fn open() -> (Account, String) {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    (account, bucket)
}

const PUT: &str = "s3:PutBucketPublicAccessBlock";

#[tokio::test]
async fn a_write_that_is_denied_is_told_and_comes_again() {
    let (account, bucket) = open().await;
    moto().fault(&account.id, PUT, json!({"status": 403}));
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let (kind, message) = function.invoke(&event).error();
    assert_eq!(kind, "ContainmentFailed", "{message}");
    assert_eq!(account.writes(), [block(&bucket)], "what is denied is not tried again at once");
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert!(pages[0].text.contains(PUT), "{pages:#?}");
    assert!(pages[0].subject.contains("NOT"), "{pages:#?}");
}

#[tokio::test]
async fn a_write_that_meets_another_one_is_tried_again() {
    let (account, bucket) = open().await;
    let busy = json!({"status": 409, "code": "OperationAborted", "times": 2,
        "message": "A conflicting conditional operation is currently in progress"});
    moto().fault(&account.id, PUT, busy);
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"][0]["verified"], true, "{report:#}");
    assert_eq!(account.writes().len(), 3);
}

#[tokio::test]
async fn what_is_slowed_down_is_tried_again() {
    let (account, bucket) = open().await;
    for action in ["s3:GetBucketAcl", "s3:GetBucketPolicy", PUT] {
        let slow = json!({"status": 503, "code": "SlowDown", "times": 2});
        moto().fault(&account.id, action, slow);
    }
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"][0]["before"]["unreadable"], json!([]), "{report:#}");
    assert_eq!(report["buckets"][0]["verified"], true, "{report:#}");
}

#[tokio::test]
async fn settings_that_do_not_show_are_not_verified() {
    let (account, bucket) = open().await;
    // S3 goes on to show what was there before
    let gone = json!({"status": 404, "code": "NoSuchPublicAccessBlockConfiguration"});
    moto().fault(&account.id, "s3:GetBucketPublicAccessBlock", gone);
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let (kind, _) = function.invoke(&event).error();
    assert_eq!(kind, "ContainmentFailed");
    assert_eq!(account.pages().await.len(), 1);
}

#[tokio::test]
async fn a_page_that_nobody_takes_comes_again() {
    let (account, bucket) = open().await;
    moto().fault(&account.id, "sns:Publish", json!({"code": "AuthorizationError", "times": 1}));
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let (kind, message) = function.invoke(&event).error();
    assert_eq!(kind, "AlertFailed", "{message}");
    assert!(message.contains("`sns:Publish`") && message.contains(&account.topic), "{message}");
    assert!(account.is_blocked(&bucket).await, "the bucket is closed all the same");
}

#[tokio::test]
async fn a_bucket_about_which_nobody_answers_comes_again() {
    let (account, bucket) = open().await;
    for part in ["Acl", "Policy", "PublicAccessBlock", "OwnershipControls", "Tagging", "Website"] {
        let down = json!({"status": 503, "code": "ServiceUnavailable"});
        moto().fault(&account.id, &format!("s3:GetBucket{part}"), down);
    }
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let (kind, message) = function.invoke(&event).error();
    assert_eq!(kind, "ReadFailed", "{message}");
    assert!(message.contains("ServiceUnavailable"), "{message}");
    assert_eq!(account.pages().await.len(), 1);
}
