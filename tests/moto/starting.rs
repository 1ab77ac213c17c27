//! What the function does before and around its events.

use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::{Function, refusal_to_start};

#[tokio::test]
async fn a_bad_guardrail_file_keeps_it_from_starting() {
    let account = Account::new().await;
    let file = account.folder.path().join("guardrail.toml");
    std::fs::write(&file, "mode = \"enforce\"\nmood = \"good\"\n").unwrap();
    let (status, text) = refusal_to_start(&account, &[("GUARDRAIL_FILE", file.to_str().unwrap())]);
    assert!(!status.success(), "{text}");
    assert!(text.contains("guardrail.toml") && text.contains("line 2"), "{text}");
}

#[tokio::test]
async fn without_a_topic_it_starts_only_to_observe() {
    let account = Account::new().await;
    let file = account.folder.path().join("guardrail.toml");
    let file = file.to_str().unwrap();
    let environment = [("GUARDRAIL_FILE", file), ("PAGE_TOPIC_ARN", "")];
    std::fs::write(file, "mode = \"notify\"\n").unwrap();
    let (status, text) = refusal_to_start(&account, &environment);
    assert!(!status.success() && text.contains("`PAGE_TOPIC_ARN` is not set"), "{text}");
    std::fs::write(file, "mode = \"observe\"\n").unwrap();
    let function = Function::start_with(&account, &environment);
    let bucket = account.bucket("clinic").await;
    function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
}

#[tokio::test]
async fn its_start_changes_nothing() {
    let account = Account::new().await;
    let function = Function::start(&account, "mode = \"enforce\"\n");
    let (kind, _) = function.invoke(&"{}").error();
    assert_eq!(kind, "EventRefused");
    let asked: Vec<_> = account.requests().into_iter().map(|request| request.action).collect();
    assert!(asked.contains(&"s3:ListAllMyBuckets".to_owned()), "{asked:?}");
    assert!(asked.contains(&"s3:GetAccountPublicAccessBlock".to_owned()), "{asked:?}");
    assert!(account.writes().is_empty(), "{:?}", account.writes());
}
