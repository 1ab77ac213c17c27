//! An account's own settings, where an account rule speaks of them.

use serde_json::{Value, json};

use crate::ENFORCE;
use crate::support::account::Account;
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;

const PUT: &str = "s3:PutAccountPublicAccessBlock";

fn with_rule(action: &str) -> String {
    format!(
        "{ENFORCE}\n[[account_rules]]\nname = \"accounts stay closed\"\naction = \"{action}\"\n\
         urgency = \"high\"\n"
    )
}

/// An account without settings of its own, with a bucket that is open.
async fn open() -> (Account, String) {
    let account = Account::new().await;
    let bucket = account.bucket("clinic").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    (account, bucket)
}

fn weakened(account: &Account) -> Value {
    events::call(account, "DeleteAccountPublicAccessBlock", &json!({}))
}

#[tokio::test]
async fn weakened_settings_of_an_account_are_turned_on_and_close_its_buckets() {
    let (account, bucket) = open().await;
    let function = Function::start(&account, &with_rule("contain"));
    let report = function.invoke(&weakened(&account)).answer();
    assert_eq!(report["account"]["verified"], true, "{report:#}");
    assert_eq!(report["buckets"][0]["before"]["exposure"], "none", "{report:#}");
    let writes: Vec<_> = account.requests();
    let writes: Vec<_> = writes.iter().filter(|request| request.writes_to_s3()).collect();
    assert_eq!(writes.len(), 1, "{writes:#?}");
    assert_eq!(writes[0].action, PUT);
    assert!(!writes[0].body.contains("false"), "{}", writes[0].body);
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert!(pages[0].subject.contains("FIXED") && pages[0].subject.contains(&account.id));
    // its own event comes back
    let own = events::call(&account, "PutAccountPublicAccessBlock", &json!({}));
    function.invoke(&own).answer();
    assert_eq!((account.writes().len(), account.pages().await.len()), (1, 0));
    assert!(!account.is_blocked(&bucket).await, "the bucket's own settings are as they were");
}

#[tokio::test]
async fn without_a_rule_for_them_they_are_let_be_and_with_an_alert_told() {
    let (account, bucket) = open().await;
    let function = Function::start(&account, ENFORCE);
    function.invoke(&weakened(&account)).answer();
    assert!(account.is_blocked(&bucket).await);
    assert!(account.requests().iter().all(|request| request.action != PUT));

    let (account, _) = open().await;
    let function = Function::start(&account, &with_rule("alert"));
    let report = function.invoke(&weakened(&account)).answer();
    assert_eq!(report["account"]["applied"], json!([]), "{report:#}");
    assert_eq!(account.pages().await.len(), 2, "of the account, and of its bucket");
}

#[tokio::test]
async fn settings_that_the_organization_manages_are_told_as_such() {
    let (account, bucket) = open().await;
    let managed = "Block Public Access settings are managed by an organization S3 policy";
    moto().fault(&account.id, PUT, json!({"status": 403, "message": managed}));
    let function = Function::start(&account, &with_rule("contain"));
    let (kind, _) = function.invoke(&weakened(&account)).error();
    assert_eq!(kind, "ContainmentFailed");
    assert!(account.is_blocked(&bucket).await, "what can be closed is");
    let pages = account.pages().await;
    let page = pages.iter().find(|page| page.subject.contains("NOT FIXED")).unwrap();
    assert!(page.text.contains("whoever runs it"), "{}", page.text);
}

#[tokio::test]
async fn notifying_does_not_write_them() {
    let (account, _) = open().await;
    let notify = with_rule("contain").replace("mode = \"enforce\"", "mode = \"notify\"");
    let function = Function::start(&account, &notify);
    function.invoke(&weakened(&account)).answer();
    assert_eq!(account.writes(), [""; 0]);
    let pages = account.pages().await;
    assert!(pages.iter().any(|page| page.subject.contains("account WOULD FIX")), "{pages:#?}");
}
