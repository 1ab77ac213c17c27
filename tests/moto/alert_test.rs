//! `alert test`: a test page arrives, and a topic that reaches nobody is found out.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::account::{Account, REGION};
use crate::support::moto::moto;

fn test(account: &Account, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_s3-guardrail"))
        .args([&["alert", "test"], arguments].concat())
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", format!("FUNC{}", account.id))
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", REGION)
        .env("AWS_ENDPOINT_URL", moto().url())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned();
    (status.code(), text + &String::from_utf8_lossy(&stderr))
}

#[tokio::test]
async fn a_test_page_arrives_and_closes_itself() {
    let account = Account::new().await;
    let (chat, chat_queue) = account.topic("chat").await;
    let (status, text) = test(&account, &["--page-topic", &account.topic, "--chat-topic", &chat]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("a test was published") && text.contains("confirmed"), "{text}");
    let pages = account.messages().await;
    let told: Vec<_> = pages
        .iter()
        .map(|page| {
            let alarm: Value = serde_json::from_str(&page.text).unwrap();
            assert_eq!(alarm["guardrail"]["test"], true);
            assert!(page.subject.contains(": TEST of s3-guardrail"), "{}", page.subject);
            alarm["NewStateValue"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(told, ["ALARM", "OK"]);
    assert_eq!(account.received(&chat_queue).await.len(), 1);
}

#[tokio::test]
async fn a_dead_topic_is_found_before_the_night() {
    let account = Account::new().await;
    let unheard = account.topic_without_anybody("unheard").await;
    let (status, text) = test(&account, &["--page-topic", &unheard]);
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("nobody is subscribed") && text.contains("a topic is dead"), "{text}");
    let gone = format!("arn:aws:sns:{REGION}:{}:gone", account.id);
    let (status, text) = test(&account, &["--page-topic", &gone]);
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("NOT published"), "{text}");
    let (status, text) = test(&account, &[]);
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("--page-topic"), "{text}");
}
