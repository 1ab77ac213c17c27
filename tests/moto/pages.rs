//! Pages and chat messages as they arrive by SNS, in the shapes that their receivers take.

use aws_sdk_s3::types::{Tag, Tagging};
use serde_json::{Value, json};

use crate::ENFORCE;
use crate::support::account::{Account, REGION, everyone_reads};
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::moto;

async fn open(account: &Account) -> String {
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    bucket
}

fn start(account: &Account, guardrail: &str, more: &[(&str, &str)]) -> Function {
    let file = account.folder.path().join("guardrail.toml");
    std::fs::write(&file, guardrail).unwrap();
    let file = ("GUARDRAIL_FILE", file.to_str().unwrap());
    Function::start_with(account, &[&[file], more].concat())
}

#[tokio::test]
async fn an_alarm_its_end_and_a_card_arrive() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    let (chat, chat_queue) = account.topic("chat").await;
    let function = start(&account, ENFORCE, &[("CHAT_TOPIC_ARN", &chat)]);
    function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();

    let messages = account.messages().await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    let alarms: Vec<Value> =
        messages.iter().map(|page| serde_json::from_str(&page.text).unwrap()).collect();
    let prefix = format!("ALARM: {bucket} FIXED, ");
    assert!(messages[0].subject.starts_with(&prefix), "{messages:#?}");
    assert!(messages[1].subject.starts_with("OK: "), "{messages:#?}");
    assert_eq!(
        (&alarms[0]["NewStateValue"], &alarms[1]["NewStateValue"]),
        (&json!("ALARM"), &json!("OK"))
    );
    assert_eq!(alarms[0]["AlarmName"], alarms[1]["AlarmName"]);
    assert_eq!(alarms[0]["external_id"], alarms[1]["external_id"]);
    assert_eq!(alarms[0]["AWSAccountId"], *account.id);
    assert_eq!(alarms[0]["Region"], REGION);
    let text = alarms[0]["guardrail"]["text"].as_str().unwrap();
    assert!(text.contains("WHAT TO DO NEXT") && text.contains("user/alice"), "{text}");

    let cards = account.received(&chat_queue).await;
    assert_eq!(cards.len(), 1, "{cards:#?}");
    let card: Value = serde_json::from_str(&cards[0].text).unwrap();
    assert_eq!((&card["version"], &card["source"]), (&json!("1.0"), &json!("custom")));
    assert_eq!(card["metadata"]["threadId"], alarms[0]["external_id"]);
    assert!(card["content"]["description"].as_str().unwrap().contains(&bucket));
}

#[tokio::test]
async fn a_page_that_fails_first_is_one_page() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    moto().fault(&account.id, "sns:Publish", json!({"code": "AuthorizationError", "times": 1}));
    let function = Function::start(&account, ENFORCE);
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    let (kind, _) = function.invoke(&event).error();
    assert_eq!(kind, "AlertFailed");
    assert!(account.is_blocked(&bucket).await, "it is closed all the same");
    assert_eq!(account.messages().await.len(), 0);
    function.invoke(&event).answer();
    let states: Vec<_> = account
        .messages()
        .await
        .iter()
        .map(|page| page.subject.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["ALARM", "OK"]);
    function.invoke(&event).answer();
    assert_eq!(account.messages().await.len(), 0, "whoever was told is not told again");
}

#[tokio::test]
async fn a_route_leads_to_its_topic_and_a_dead_one_back() {
    let account = Account::new().await;
    let bucket = open(&account).await;
    let tag = Tag::builder().key("team").value("web").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    account.s3.put_bucket_tagging().bucket(&bucket).tagging(tags).send().await.unwrap();
    let (web, web_queue) = account.topic("web").await;
    let routed = |topic: &str| {
        format!(
            "{ENFORCE}\n[[routes]]\nname = \"web\"\ntopic = \"{topic}\"\n\
             match = {{ tags = {{ team = \"web\" }} }}\n"
        )
    };
    let event = events::on_bucket(&account, "PutBucketPolicy", &bucket);
    start(&account, &routed(&web), &[]).invoke(&event).answer();
    assert_eq!(account.messages().await.len(), 0);
    assert_eq!(account.received(&web_queue).await.len(), 2);

    account.unblock(&bucket).await;
    let nowhere = format!("arn:aws:sns:{REGION}:{}:nowhere", account.id);
    let event = events::on_bucket(&account, "DeleteBucketPublicAccessBlock", &bucket);
    start(&account, &routed(&nowhere), &[]).invoke(&event).answer();
    let back = account.messages().await;
    assert_eq!(back.len(), 2, "{back:#?}");
    assert!(back[0].text.contains("NOTE: this page was meant for topic"), "{back:#?}");
}

#[tokio::test]
async fn a_situation_of_300_kilobytes_arrives_below_256() {
    let account = Account::new().await;
    let bucket = account.bucket("clinic-reports").await;
    account.unblock(&bucket).await;
    // as many statements as a policy of 20 KB holds, each twice a path, named and quoted at length
    let statement = |number: usize| {
        json!({"Sid": format!("S{number}"), "Effect": "Allow", "Principal": "*",
            "Action": "s3:*", "Resource": [format!("arn:aws:s3:::{bucket}/{number}/*"),
                format!("arn:aws:s3:::{bucket}")]})
    };
    let mut policy = everyone_reads(&format!("arn:aws:s3:::{bucket}/*"));
    policy["Statement"] = (0..110).map(statement).collect();
    let put = account.s3.put_bucket_policy().bucket(&bucket).policy(policy.to_string());
    put.send().await.unwrap();
    let function = Function::start(&account, &ENFORCE.replace("enforce", "notify"));
    let report = function.invoke(&events::on_bucket(&account, "PutBucketPolicy", &bucket)).answer();
    let whole = report["buckets"].to_string().len();
    assert!(whole > 300_000, "{whole} bytes");
    let messages = account.messages().await;
    assert_eq!(messages.len(), 1);
    assert!(messages[0].text.len() < 262_144, "{}", messages[0].text.len());
    let alarm: Value = serde_json::from_str(&messages[0].text).unwrap();
    assert!(alarm["guardrail"]["cut"].is_array(), "{:#}", alarm["guardrail"]["cut"]);
    let publish = account.requests();
    let sent = publish.iter().find(|request| request.action == "sns:Publish").unwrap();
    assert!(sent.query.is_empty(), "the message goes in the body");
}

#[tokio::test]
async fn a_history_that_cannot_be_asked_or_is_empty_leaves_the_author_open() {
    for denied in [true, false] {
        let account = Account::new().await;
        let bucket = open(&account).await;
        if denied {
            let fault = json!({"status": 400, "code": "AccessDeniedException"});
            moto().fault(&account.id, "cloudtrail:LookupEvents", fault);
        }
        let function = Function::start(&account, ENFORCE);
        let event = events::on_bucket(&account, "DeleteBucketPublicAccessBlock", &bucket);
        function.invoke(&event).answer();
        let messages = account.messages().await;
        let alarm: Value = serde_json::from_str(&messages[0].text).unwrap();
        let text = alarm["guardrail"]["text"].as_str().unwrap();
        assert!(text.contains("who wrote the policy is not known: "), "{text}");
        let asked = text.contains("CloudTrail's history was not to be had");
        assert_eq!(asked, denied, "{text}");
        assert!(text.contains("; protection removed by `arn:aws:iam::"), "{text}");
    }
}
