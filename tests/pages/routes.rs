//! A page goes where its route leads, and to the default topic where that refuses it.

use std::sync::Mutex;
use std::time::Duration;

use s3_guardrail::bucket::{AccountId, Region, Settings};
use s3_guardrail::episode::{EpisodeId, Memory, PreImage};
use s3_guardrail::event::Scope;
use s3_guardrail::guard::{failure, guard};
use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::local::LocalAccount;
use s3_guardrail::ports::{Failure, Kept, Message, Reading, Target, Topic, World};
use s3_guardrail::remedy::Remedy;
use serde_json::json;
use time::OffsetDateTime;

use crate::world::{ENFORCE, account, everyone_reads, now, put_policy};

/// An account whose topics refuse what `refuses` says, so many times.
struct Deaf {
    account: LocalAccount,
    refuses: fn(&Message) -> bool,
    times: Mutex<usize>,
}

impl World for Deaf {
    async fn locate(&self, scope: &Scope) -> Result<Vec<Target>, Failure> {
        self.account.locate(scope).await
    }

    async fn account_settings(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Settings, Failure> {
        self.account.account_settings(account, region).await
    }

    async fn read(&self, target: &Target) -> Result<Reading, Failure> {
        self.account.read(target).await
    }

    async fn apply(&self, remedy: &Remedy) -> Result<(), Failure> {
        self.account.apply(remedy).await
    }

    async fn recall(&self, target: &Target) -> Result<Memory, Failure> {
        self.account.recall(target).await
    }

    async fn remember(&self, target: &Target, memory: &Memory) -> Result<Kept, Failure> {
        self.account.remember(target, memory).await
    }

    async fn keep(&self, pre_image: &PreImage) -> Result<(), Failure> {
        self.account.keep(pre_image).await
    }

    async fn pre_image(&self, episode: &EpisodeId) -> Result<Option<PreImage>, Failure> {
        self.account.pre_image(episode).await
    }

    fn hears(&self, topic: Topic) -> bool {
        self.account.hears(topic)
    }

    async fn publish(&self, message: &Message) -> Result<(), Failure> {
        {
            let mut times = self.times.lock().unwrap();
            if *times > 0 && (self.refuses)(message) {
                *times -= 1;
                let message = "Topic does not exist".to_owned();
                return Err(Failure { code: "NotFound".to_owned(), message });
            }
        }
        self.account.publish(message).await
    }

    fn now(&self) -> OffsetDateTime {
        self.account.now()
    }

    async fn pause(&self, duration: Duration) {
        self.account.pause(duration).await;
    }
}

fn deaf(refuses: fn(&Message) -> bool, times: usize) -> Deaf {
    let account =
        account(&json!({"Policy": everyone_reads(), "Tags": {"owner": "web-team", "team": "web"}}));
    Deaf { account, refuses, times: Mutex::new(times) }
}

const ROUTED: &str = r#"
owner_tag = "owner"
[[routes]]
name  = "web"
topic = "arn:aws:sns:eu-west-1:111122223333:web"
match = { tags = { team = "web" } }
"#;

fn guardrail() -> Guardrail {
    // keys before the first table
    let (mode, rules) = ENFORCE.split_once("[[rules]]").unwrap();
    let (owner, routes) = ROUTED.split_once("[[routes]]").unwrap();
    let file = format!("{mode}{owner}[[rules]]{rules}[[routes]]{routes}");
    Guardrail::parse(&file).unwrap()
}

#[test]
fn a_page_goes_where_its_route_leads_and_names_the_owner() {
    let world = deaf(|_| false, 0);
    now(guard(&put_policy("alice", "2026-11-20T09:14:07Z"), &guardrail(), &world));
    let published = world.account.published();
    let to: Vec<_> = published
        .iter()
        .map(|message| message.to.as_ref().map_or("default", |topic| topic.as_str()))
        .collect();
    let web = "arn:aws:sns:eu-west-1:111122223333:web";
    assert_eq!(to, [web, web, "default"], "chat messages have no routes");
    assert!(published[0].text.contains("Owner: `web-team` (tag `owner`)"));
    assert_eq!(published[0].json["guardrail"]["owner"], "web-team");
}

#[test]
fn what_a_routes_topic_refuses_goes_to_the_default_and_says_so() {
    let world = deaf(|message| message.to.is_some(), usize::MAX);
    let report = now(guard(&put_policy("alice", "2026-11-20T09:14:07Z"), &guardrail(), &world));
    assert_eq!(failure(&report), None);
    let published = world.account.published();
    assert_eq!(published.len(), 3);
    assert!(published[0].text.starts_with("NOTE: this page was meant for topic arn:aws:sns:"));
    let note = published[0].json["guardrail"]["note"].as_str().unwrap();
    assert!(note.contains("`NotFound`: Topic does not exist"), "{note}");
}

#[test]
fn a_page_that_nobody_takes_comes_again_and_is_one_page() {
    let world = deaf(|message| message.topic == Topic::Page, 1);
    let unrouted = Guardrail::parse(ENFORCE).unwrap();
    let trigger = put_policy("alice", "2026-11-20T09:14:07Z");
    let first = now(guard(&trigger, &unrouted, &world));
    assert_eq!(failure(&first).map(|(kind, _)| kind), Some("AlertFailed"));
    assert_eq!(world.account.published(), [], "nothing is told before the page is");
    let second = now(guard(&trigger, &unrouted, &world));
    assert_eq!(failure(&second), None);
    let states: Vec<_> = world
        .account
        .published()
        .iter()
        .map(|message| message.json["NewStateValue"].as_str().unwrap_or("chat").to_owned())
        .collect();
    assert_eq!(states, ["ALARM", "OK", "chat"]);
    now(guard(&trigger, &unrouted, &world));
    assert_eq!(world.account.published().len(), 3, "whoever was told is not told again");
}

#[test]
fn a_chat_that_does_not_take_its_message_wakes_nobody_twice() {
    let world = deaf(|message| message.topic == Topic::Chat, usize::MAX);
    let unrouted = Guardrail::parse(ENFORCE).unwrap();
    let trigger = put_policy("alice", "2026-11-20T09:14:07Z");
    let report = now(guard(&trigger, &unrouted, &world));
    assert_eq!(failure(&report), None);
    assert!(report.alerts.iter().any(|sent| sent.result.is_err()), "the report says so");
    now(guard(&trigger, &unrouted, &world));
    assert_eq!(world.account.published().len(), 2);
}
