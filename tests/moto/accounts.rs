//! Events of other accounts than the function's own.

use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;
use crate::{ENFORCE, block};

#[tokio::test]
async fn another_account_is_told_where_no_role_is_named() {
    let (hub, member) = (Account::new().await, Account::new().await);
    let bucket = member.bucket("clinic-reports").await;
    let function = Function::start(&hub, ENFORCE);
    let event = events::on_bucket(&member, "PutBucketPolicy", &bucket);
    let (kind, message) = function.invoke(&event).error();
    assert_eq!(kind, "ReadFailed");
    assert!(message.contains("AccountNotCovered") && message.contains(&member.id), "{message}");
    let pages = hub.pages().await;
    assert_eq!(pages.len(), 1);
    assert!(pages[0].text.contains("MEMBER_ROLE_NAME"), "{pages:#?}");
}

#[tokio::test]
async fn another_account_is_entered_by_its_role() {
    let (hub, member) = (Account::new().await, Account::new().await);
    let bucket = member.bucket("clinic-reports").await;
    member.unblock(&bucket).await;
    member.open_by_policy(&bucket).await;
    let file = hub.folder.path().join("guardrail.toml");
    std::fs::write(&file, ENFORCE).unwrap();
    let environment =
        [("GUARDRAIL_FILE", file.to_str().unwrap()), ("MEMBER_ROLE_NAME", "s3-guardrail-member")];
    let function = Function::start_with(&hub, &environment);
    for _ in 0..2 {
        let event = events::on_bucket(&member, "PutBucketPolicy", &bucket);
        function.invoke(&event).answer();
    }
    assert!(member.is_blocked(&bucket).await);
    assert_eq!(member.writes(), [block(&bucket)]);
    assert_eq!(hub.writes(), [""; 0]);
    assert_eq!(hub.pages().await.len(), 1);
    let assumed = hub.requests().into_iter().filter(|request| request.action == "sts:AssumeRole");
    assert_eq!(assumed.count(), 1, "the session is kept");
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told() {
    let (hub, member) = (Account::new().await, Account::new().await);
    let bucket = member.bucket("clinic-reports").await;
    moto().fault(&hub.id, "sts:AssumeRole", serde_json::json!({"status": 403}));
    let file = hub.folder.path().join("guardrail.toml");
    std::fs::write(&file, ENFORCE).unwrap();
    let environment =
        [("GUARDRAIL_FILE", file.to_str().unwrap()), ("MEMBER_ROLE_NAME", "s3-guardrail-member")];
    let function = Function::start_with(&hub, &environment);
    let event = events::on_bucket(&member, "PutBucketPolicy", &bucket);
    let (kind, message) = function.invoke(&event).error();
    assert_eq!(kind, "ReadFailed");
    let role = format!("arn:aws:iam::{}:role/s3-guardrail-member", member.id);
    assert!(message.contains("AccessDenied") && message.contains(&role), "{message}");
    assert_eq!(hub.pages().await.len(), 1);
}
