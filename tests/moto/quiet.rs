//! When nothing is to be done, nothing is done.

use serde_json::json;

use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

async fn open(account: &Account) -> String {
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    bucket
}

#[tokio::test]
async fn observing_neither_writes_nor_tells() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    let function = Function::start(&account, &ENFORCE.replace("enforce", "observe"));
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(report["buckets"][0]["before"]["exposure"], "anonymous", "{report:#}");
    assert_eq!(account.writes(), [""; 0]);
    assert_eq!(account.pages().await.len(), 0);
    // nor where it can look at nothing
    moto().fault(&account.id, "s3:ListAllMyBuckets", json!({}));
    let (kind, _) = function
        .invoke(&events::call(&account, "DeleteAccountPublicAccessBlock", &json!({})))
        .error();
    assert_eq!(kind, "ReadFailed");
    assert_eq!(account.pages().await.len(), 0);
    assert!(account.requests().iter().all(|request| request.action != "sns:Publish"));
}

#[tokio::test]
async fn notifying_tells_and_does_not_write() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    let function = Function::start(&account, &ENFORCE.replace("enforce", "notify"));
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(report["buckets"][0]["applied"], json!([]), "{report:#}");
    assert_eq!(account.writes(), [""; 0]);
    assert_eq!(account.pages().await.len(), 1);
    assert!(!account.is_blocked(&bucket).await);
}

#[tokio::test]
async fn the_event_of_its_own_write_changes_nothing_more() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    let function = Function::start(&account, ENFORCE);
    function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(account.pages().await.len(), 1);
    for name in ["PutBucketPublicAccessBlock", "PutBucketPolicy"] {
        let report = function.invoke(&events::on_bucket(&account, name, &bucket)).answer();
        assert_eq!(report["buckets"][0]["before"]["exposure"], "none", "{report:#}");
        assert_eq!(report["alerts"], json!([]), "{report:#}");
    }
    assert_eq!(account.writes(), [block(&bucket)]);
    assert_eq!(account.pages().await.len(), 0);
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_let_be() {
    let account = Account::new().await;
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", "clinic-deleted");
    let report = function.invoke(&event).answer();
    assert_eq!(report["alerts"], json!([]), "{report:#}");
    assert_eq!(account.pages().await.len(), 0);
    assert_eq!(function.records().last().unwrap()["gone_count"], 1);
}

#[tokio::test]
async fn a_bucket_that_is_someone_elses_now_is_let_be() {
    let (account, someone) = (Account::new().await, Account::new().await);
    let bucket = open(&someone).await;
    // a name that begins alike is another name
    account.bucket(&bucket).await;
    let function = Function::start(&account, ENFORCE);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    assert_eq!(report["alerts"], json!([]), "{report:#}");
    assert_eq!(account.writes(), [""; 0]);
    assert_eq!(account.pages().await.len(), 0);
    assert_eq!(function.records().last().unwrap()["gone_count"], 1);
}
