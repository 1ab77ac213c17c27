//! Batches of a queue: one message's failure is no other's.

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

async fn open(account: &Account, name: &str) -> String {
    let bucket = account.bucket(name).await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    bucket
}

fn failures(answer: &Value) -> Vec<&str> {
    let listed = answer["batchItemFailures"].as_array().unwrap();
    listed.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_poisoned_message_comes_again_alone() {
    let account = Account::new().await;
    let (one, other) = (open(&account, "clinic-one").await, open(&account, "clinic-other").await);
    let function = Function::start(&account, ENFORCE);
    let first = events::on_bucket(&account, "PutBucketPolicy", &one).to_string();
    let batch = events::batch(&[
        first.clone(),
        "{\"detail\": [".to_owned(),
        events::on_bucket(&account, "GetBucketPolicy", &one).to_string(),
        first,
        events::on_bucket(&account, "PutBucketPolicy", &other).to_string(),
    ]);
    let answer = function.invoke(&batch).answer();
    assert_eq!(failures(&answer), ["m1"]);
    let mut writes = account.writes();
    writes.sort();
    assert_eq!(writes, [block(&one), block(&other)]);
    assert_eq!(account.pages().await.len(), 2, "the same event tells once");
    let records = function.records();
    let of = |message: &str| records.iter().filter(|record| record["message"] == message).count();
    assert_eq!((of("run"), of("refused"), of("ignored")), (2, 1, 1), "{records:#?}");
}

#[tokio::test]
async fn events_of_one_bucket_run_one_after_the_other() {
    let account = Account::new().await;
    let bucket = open(&account, "clinic").await;
    let function = Function::start(&account, ENFORCE);
    let names = ["PutBucketPolicy", "PutBucketAcl", "DeleteBucketPublicAccessBlock"];
    let bodies = names.map(|name| events::on_bucket(&account, name, &bucket).to_string());
    assert_eq!(function.invoke(&events::batch(&bodies)).answer(), json!({"batchItemFailures": []}));
    assert_eq!(account.writes(), [block(&bucket)]);
    assert_eq!(account.pages().await.len(), 1);
}

#[tokio::test]
async fn a_run_that_fails_comes_again_with_all_its_messages() {
    let account = Account::new().await;
    let (one, other) = (open(&account, "clinic-one").await, open(&account, "clinic-other").await);
    let denied = json!({"status": 403, "path": format!("/{one}")});
    moto().fault(&account.id, "s3:PutBucketPublicAccessBlock", denied);
    let function = Function::start(&account, ENFORCE);
    let failing = events::on_bucket(&account, "PutBucketPolicy", &one).to_string();
    let batch = events::batch(&[
        failing.clone(),
        events::on_bucket(&account, "PutBucketPolicy", &other).to_string(),
        failing,
    ]);
    let answer = function.invoke(&batch).answer();
    assert_eq!(failures(&answer), ["m0", "m2"]);
    assert!(account.is_blocked(&other).await);
}
