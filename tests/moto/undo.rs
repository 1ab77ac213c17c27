//! A person undoes a containment with the command line, and the guardrail does not fight it.

use std::process::{Command, Output};

use crate::ENFORCE;
use crate::support::account::{Account, REGION, Table};
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;

fn undo(account: &Account, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s3-guardrail"))
        .arg("undo")
        .args(arguments)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", format!("PERS{}", account.id))
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", REGION)
        .env("AWS_ENDPOINT_URL", moto().url())
        .env("EPISODE_TABLE", "episodes")
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// An account with a bucket that the guardrail closed, and the episode.
async fn contained() -> (Account, String, Table, Function, String) {
    let account = Account::new().await;
    let bucket = account.bucket("clinic").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    let table = account.table().await;
    let file = account.folder.path().join("guardrail.toml");
    std::fs::write(&file, ENFORCE).unwrap();
    let more = [("GUARDRAIL_FILE", file.to_str().unwrap()), ("EPISODE_TABLE", "episodes")];
    let function = Function::start_with(&account, &more);
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    let episode = report["buckets"][0]["episode"]["id"].as_str().unwrap().to_owned();
    assert!(account.is_blocked(&bucket).await);
    assert_eq!(account.pages().await.len(), 1);
    (account, bucket, table, function, episode)
}

#[tokio::test]
async fn without_execute_it_shows_and_writes_nothing() {
    let (account, bucket, table, _function, episode) = contained().await;
    let before = table.memory(&bucket).await;
    for arguments in [&[episode.as_str()][..], &[&episode, "--dry-run"]] {
        let shown = undo(&account, arguments);
        assert!(shown.status.success(), "{}", err(&shown));
        let text = out(&shown);
        assert!(text.contains("RestrictPublicBuckets: on, would be off"), "{text}");
        assert!(text.contains("anonymous") && text.contains("nothing was written"), "{text}");
    }
    assert!(account.is_blocked(&bucket).await);
    assert_eq!(table.memory(&bucket).await, before);
}

#[tokio::test]
async fn it_puts_back_what_was_there_and_the_guardrail_lets_it_be() {
    let (account, bucket, table, function, episode) = contained().await;
    let without = undo(&account, &[&episode, "--execute"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(err(&without).contains("needs `--reason`"), "{}", err(&without));
    let done = undo(&account, &[&episode, "--execute", "--reason", "it is the website"]);
    assert!(done.status.success(), "{}", err(&done));
    assert!(!account.is_blocked(&bucket).await);
    let memory = table.memory(&bucket).await;
    assert_eq!(memory["undone"]["reason"], "it is the website", "{memory:#}");
    assert_eq!(memory["episode"]["state"], "exempt", "{memory:#}");
    let writes = account.writes().len();
    for name in ["PutBucketPublicAccessBlock", "PutBucketTagging"] {
        let report = function.invoke(&events::on_bucket(&account, name, &bucket)).answer();
        assert_eq!(
            report["buckets"][0]["decision"]["held"][0]["reason"], "exemption",
            "{report:#}"
        );
    }
    assert_eq!(account.writes().len(), writes);
    assert!(account.pages().await.is_empty());
    // more than was open then is not let be
    account.open_by_acl(&bucket).await;
    let ownership = account.s3.delete_bucket_ownership_controls().bucket(&bucket);
    ownership.send().await.unwrap();
    let report = function.invoke(&events::on_bucket(&account, "PutBucketAcl", &bucket)).answer();
    assert!(account.is_blocked(&bucket).await, "{report:#}");
    assert_eq!(account.pages().await.len(), 1);
}

#[tokio::test]
async fn what_somebody_changed_since_is_not_undone() {
    let (account, bucket, table, _function, episode) = contained().await;
    let some = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder()
        .ignore_public_acls(true)
        .restrict_public_buckets(true);
    let call = account.s3.put_public_access_block().bucket(&bucket);
    call.public_access_block_configuration(some.build()).send().await.unwrap();
    let before = table.memory(&bucket).await;
    let refused = undo(&account, &[&episode, "--execute", "--reason", "why not"]);
    assert_eq!(refused.status.code(), Some(2));
    let text = err(&refused);
    assert!(text.contains("BlockPublicAcls is off and was left on"), "{text}");
    assert!(!text.contains("IgnorePublicAcls"), "{text}");
    assert_eq!(table.memory(&bucket).await, before);
}

#[tokio::test]
async fn an_episode_that_nobody_knows_is_said_to_be_none() {
    let (account, bucket, ..) = contained().await;
    let unknown = format!("{}/{bucket}/0123456789abcdef", account.id);
    for (episode, said) in [(unknown.as_str(), "has no record of"), ("clinic", "is not the id")] {
        let refused = undo(&account, &[episode, "--execute", "--reason", "x"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains(said), "{}", err(&refused));
    }
}
