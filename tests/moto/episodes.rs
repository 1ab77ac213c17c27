//! One exposure is told once and contained whatever happens: the built function with a table.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::account::{Account, Table};
use crate::support::events;
use crate::support::lambda::{Function, Outcome};
use crate::support::moto::moto;
use crate::{ENFORCE, block};

const PUT: &str = "s3:PutBucketPublicAccessBlock";

async fn open(name: &str) -> (Account, String, Table) {
    let account = Account::new().await;
    let bucket = account.bucket(name).await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    let table = account.table().await;
    (account, bucket, table)
}

fn start(account: &Account, guardrail: &str) -> Function {
    let file = account.folder.path().join("guardrail.toml");
    std::fs::write(&file, guardrail).unwrap();
    let more = [("GUARDRAIL_FILE", file.to_str().unwrap()), ("EPISODE_TABLE", "episodes")];
    Function::start_with(account, &more)
}

fn puts(account: &Account) -> usize {
    account.writes().len()
}

#[tokio::test]
async fn fifty_duplicates_on_two_instances_are_one_page() {
    let (account, bucket, table) = open("clinic").await;
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket).to_string();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let function = start(&account, ENFORCE);
                for _ in 0..25 {
                    function.invoke(&event).answer();
                }
            });
        }
    });
    assert!((1..=2).contains(&puts(&account)), "{:?}", account.writes());
    assert_eq!(account.pages().await.len(), 1);
    assert!(account.is_blocked(&bucket).await);
    let memory = table.memory(&bucket).await;
    assert_eq!(memory["episode"]["state"], "contained", "{memory:#}");
    assert_eq!(memory["episodes"], 1, "{memory:#}");
}

#[tokio::test]
async fn every_order_of_opened_closed_and_reopened_ends_right() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (account, bucket, table) = open("clinic").await;
        let policy = crate::support::account::everyone_reads(&format!("arn:aws:s3:::{bucket}/*"));
        let parameters = json!({"bucketName": bucket, "bucketPolicy": policy});
        let given = [
            events::call(&account, "PutBucketPolicy", &parameters),
            events::on_bucket(&account, "DeleteBucketPolicy", &bucket),
            events::call(&account, "PutBucketPolicy", &parameters),
        ];
        let function = start(&account, ENFORCE);
        for index in order {
            function.invoke(&given[index]).answer();
        }
        assert_eq!(account.pages().await.len(), 1, "{order:?}");
        assert_eq!(account.writes(), [block(&bucket)], "{order:?}");
        assert_eq!(table.memory(&bucket).await["episode"]["state"], "contained", "{order:?}");
    }
}

#[tokio::test]
async fn killed_at_every_request_it_converges_when_the_event_comes_again() {
    let requests = {
        let (account, bucket, _) = open("clinic").await;
        let function = start(&account, ENFORCE);
        function.invoke(&events::on_bucket(&account, "GetBucketPolicy", &bucket)).answer();
        let before = account.requests().len();
        function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
        account.requests().len() - before
    };
    assert!(requests > 20, "{requests}");
    for at in 0..requests {
        for after in [false, true] {
            let (account, bucket, table) = open("clinic").await;
            let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
            {
                let killed = start(&account, ENFORCE);
                // what it asks at its start is over once it has answered something
                killed.invoke(&events::on_bucket(&account, "GetBucketPolicy", &bucket)).answer();
                moto().hold(&account.id, at, after);
                killed.hand(&event);
                while !moto().held(&account.id) {
                    assert!(killed.outcome().is_none(), "it ended before request {at}");
                    thread::sleep(Duration::from_millis(5));
                }
            }
            let held = account.requests().pop().unwrap().action;
            let place = format!("killed at request {at}, {held}, after its effect: {after}");
            let told_before = account.pages().await.len();
            table.let_claims_expire(&bucket).await;
            let function = start(&account, ENFORCE);
            if let Outcome::Error { kind, message } = function.invoke(&event) {
                panic!("{place}: {kind}: {message}");
            }
            assert!(account.is_blocked(&bucket).await, "{place}");
            let pages = account.pages().await;
            let told = told_before + pages.len();
            // a page that was out before anybody could note it goes out again
            let unnoted = told_before == 1 && !(after && held == "dynamodb:PutItem");
            assert_eq!(told, if unnoted { 2 } else { 1 }, "{place}");
            for page in pages {
                assert!(page.text.contains("Sid `PublicRead`"), "{place}: {}", page.text);
            }
            let memory = table.memory(&bucket).await;
            assert_eq!(memory["episode"]["state"], "contained", "{place}: {memory:#}");
            let kept = table.pre_image(&bucket).await.unwrap_or_else(|| panic!("{place}"));
            let was = &kept["snapshot"]["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"];
            assert_eq!(*was, false, "{place}");
        }
    }
}

#[tokio::test]
async fn a_conflict_that_lasts_is_told_once_and_told_again_when_it_is_over() {
    let (account, bucket, table) = open("clinic").await;
    let busy = json!({"status": 409, "code": "OperationAborted", "times": 12,
        "message": "A conflicting conditional operation is currently in progress"});
    moto().fault(&account.id, PUT, busy);
    let function = start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    for _ in 0..2 {
        assert_eq!(function.invoke(&event).error().0, "ContainmentFailed");
    }
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert!(pages[0].text.contains("another change of this bucket"), "{}", pages[0].text);
    assert_eq!(table.memory(&bucket).await["episode"]["cause"], "conflict");
    assert_eq!(puts(&account), 12, "six tries a delivery, with waits between them");
    function.invoke(&event).answer();
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert_eq!(table.memory(&bucket).await["episode"]["state"], "contained");
}

#[tokio::test]
async fn each_way_to_be_denied_is_told_with_its_own_next_step() {
    let deny = |by: &str| {
        format!(
            "User: arn:aws:sts::111122223333:assumed-role/s3-guardrail/s3-guardrail is not \
             authorized to perform: {PUT} on resource: \"arn:aws:s3:::clinic\" with an explicit \
             deny in a {by}"
        )
    };
    let managed =
        "Block Public Access settings are managed by an organization S3 policy".to_owned();
    for (message, cause, step) in [
        (deny("service control policy"), "service-control-policy", "ArnNotLike"),
        (deny("resource control policy"), "resource-control-policy", "ArnNotLike"),
        (deny("resource-based policy"), "bucket-policy", "out of the bucket policy"),
        (managed, "organization-policy", "whoever runs the organization"),
    ] {
        let (account, bucket, table) = open("clinic").await;
        moto().fault(&account.id, PUT, json!({"status": 403, "message": message}));
        let function = start(&account, ENFORCE);
        let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
        for _ in 0..3 {
            assert_eq!(function.invoke(&event).error().0, "ContainmentFailed");
        }
        assert_eq!(puts(&account), 3, "what is denied is tried once a delivery");
        let pages = account.pages().await;
        assert_eq!(pages.len(), 1, "{pages:#?}");
        assert!(pages[0].text.contains(step), "{cause}: {}", pages[0].text);
        assert_eq!(table.memory(&bucket).await["episode"]["cause"], cause);
    }
}

#[tokio::test]
async fn stale_reads_after_the_write_are_waited_for() {
    for stale in [1, 3] {
        let (account, bucket, _) = open("clinic").await;
        // the read before the write is one of them
        let gone = json!({"status": 404, "code": "NoSuchPublicAccessBlockConfiguration",
            "times": stale + 1});
        moto().fault(&account.id, "s3:GetBucketPublicAccessBlock", gone);
        let function = start(&account, ENFORCE);
        let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
        let report = function.invoke(&event).answer();
        assert_eq!(report["buckets"][0]["verified"], true, "{report:#}");
        assert_eq!((account.pages().await.len(), puts(&account)), (1, 1));
    }
}

#[tokio::test]
async fn with_the_table_down_it_contains_and_pages() {
    let (account, bucket, _) = open("clinic").await;
    for action in ["dynamodb:GetItem", "dynamodb:PutItem"] {
        moto().fault(
            &account.id,
            action,
            json!({"status": 400, "code": "ResourceNotFoundException"}),
        );
    }
    let function = start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"][0]["verified"], true, "{report:#}");
    let pages = account.pages().await;
    assert_eq!(pages.len(), 1);
    assert!(pages[0].text.contains("could not be remembered"), "{}", pages[0].text);
}

#[tokio::test]
async fn with_topic_and_table_down_it_contains_and_the_page_comes_later() {
    for table_too in [false, true] {
        let (account, bucket, table) = open("clinic").await;
        moto().fault(&account.id, "sns:Publish", json!({"code": "AuthorizationError", "times": 2}));
        if table_too {
            // once at the start, and in two runs, which do not write after it
            let gone = json!({"status": 400, "code": "ResourceNotFoundException", "times": 3});
            moto().fault(&account.id, "dynamodb:GetItem", gone);
        }
        let function = start(&account, ENFORCE);
        let policy = crate::support::account::everyone_reads(&format!("arn:aws:s3:::{bucket}/*"));
        let parameters = json!({"bucketName": bucket, "bucketPolicy": policy});
        let event = events::call(&account, "PutBucketPolicy", &parameters);
        for _ in 0..2 {
            assert_eq!(function.invoke(&event).error().0, "AlertFailed");
            assert!(account.is_blocked(&bucket).await);
        }
        for _ in 0..3 {
            function.invoke(&event).answer();
        }
        assert_eq!(account.pages().await.len(), 1, "table too: {table_too}");
        assert_eq!(puts(&account), 1);
        assert!(table.memory(&bucket).await["episode"]["told"].is_object());
    }
}

#[tokio::test]
async fn by_cause_turns_on_what_closes_it_and_leaves_what_is_on() {
    let (account, bucket, _) = open("clinic").await;
    let some =
        aws_sdk_s3::types::PublicAccessBlockConfiguration::builder().ignore_public_acls(true);
    let call = account.s3.put_public_access_block().bucket(&bucket);
    call.public_access_block_configuration(some.build()).send().await.unwrap();
    let by_cause = ENFORCE.replacen(
        "action   = \"contain\"",
        "action   = \"contain\"\ncontain  = \"by-cause\"",
        1,
    );
    let function = start(&account, &by_cause);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let report = function.invoke(&event).answer();
    assert_eq!(report["buckets"][0]["verified"], true, "{report:#}");
    let call = account.s3.get_public_access_block().bucket(&bucket).send().await.unwrap();
    let on = call.public_access_block_configuration.unwrap();
    assert_eq!(on.block_public_acls, Some(false));
    assert_eq!(on.ignore_public_acls, Some(true));
    assert_eq!(on.block_public_policy, Some(true));
    assert_eq!(on.restrict_public_buckets, Some(true));
}
