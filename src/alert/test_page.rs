//! A page that tells nothing but that the way works: an alarm that nobody ever saw arriving is as
//! good as none.

use serde_json::Value;
use time::OffsetDateTime;

use crate::alert::words::moment;
use crate::alert::{alarm, card, subject};
use crate::ports::{Message, Topic};
use crate::topic::TopicArn;

/// What a test page is made of.
pub(super) struct Parts<'a> {
    pub(super) old: &'static str,
    pub(super) new: &'static str,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) now: OffsetDateTime,
}

/// A test page for `topic`, and its `OK`, which ends the incident that it opened; or a test card.
#[must_use]
pub fn test_messages(kind: Topic, topic: &TopicArn, now: OffsetDateTime) -> Vec<Message> {
    let account = topic.as_str().split(':').nth(4).unwrap_or_default();
    let key = format!("{account}/test/{}", now.unix_timestamp());
    let text = format!(
        "TEST: nothing is open. A person sent this on {} to see whether pages of s3-guardrail \
         arrive by topic {topic}. If you were woken by it, the way works; pagers close it by \
         themselves.\n",
        moment(now)
    );
    match kind {
        Topic::Page => vec![
            page(topic, account, &key, &text, now, "ALARM"),
            page(topic, account, &key, &text, now, "OK"),
        ],
        Topic::Chat => {
            let title = "TEST of s3-guardrail: nothing is open";
            vec![Message {
                topic: kind,
                to: Some(topic.clone()),
                is_twin: false,
                subject: title.to_owned(),
                json: card::of_test(&key, title, &text),
                text,
                short: String::new(),
            }]
        }
    }
}

fn page(
    topic: &TopicArn,
    account: &str,
    key: &str,
    text: &str,
    now: OffsetDateTime,
    new: &'static str,
) -> Message {
    let subject = subject::fitted(new, "TEST", "of s3-guardrail, nothing is open", account);
    let old = if new == "OK" { "ALARM" } else { "OK" };
    let region = topic.region();
    let parts = Parts { old, new, subject: &subject, text, now };
    let json: Value = alarm::of_test(account, region.as_str(), region.partition(), key, &parts);
    Message {
        topic: Topic::Page,
        to: Some(topic.clone()),
        is_twin: new == "OK",
        short: subject.clone(),
        text: text.to_owned(),
        json,
        subject,
    }
}
