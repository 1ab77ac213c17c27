//! `alert test`: a marked test page to every topic, and who is subscribed, so that a dead topic is
//! found before the night.

use std::env;
use std::io::{Write, stdout};

use anyhow::{Context, bail};
use s3_guardrail::aws::{Clients, Options, SubscriptionState, Tested};
use s3_guardrail::escape::{sentence, shown};
use s3_guardrail::ports::Topic;
use s3_guardrail::topic::TopicArn;
use time::OffsetDateTime;

use super::Test;
use crate::{Ended, complain, input};

/// With credentials and Region of the environment.
pub(super) fn run(asked: &Test) -> anyhow::Result<Ended> {
    let topics = topics(asked)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let now = OffsetDateTime::now_utc();
    let all = runtime.block_on(async {
        let clients = Clients::from_environment(Options::default()).await.context(
            "`AWS_REGION`; credentials come from the environment too: try `eval \"$(aws configure \
             export-credentials --format env)\"`",
        )?;
        let mut all = Vec::new();
        for (kind, topic) in &topics {
            all.push(clients.test_topic(*kind, topic, now).await);
        }
        anyhow::Ok(all)
    })?;
    let mut out = stdout().lock();
    for tested in &all {
        write!(out, "{}", told(tested))?;
    }
    out.flush()?;
    if all.iter().any(Tested::is_dead) {
        complain("a topic is dead: what is published there reaches nobody");
        return Ok(Ended::BadInput);
    }
    Ok(Ended::Well)
}

/// Every topic once: of pages, of chat messages, of routes.
fn topics(asked: &Test) -> anyhow::Result<Vec<(Topic, TopicArn)>> {
    let mut topics = Vec::new();
    for (kind, given, variable) in [
        (Topic::Page, &asked.page_topic, "PAGE_TOPIC_ARN"),
        (Topic::Chat, &asked.chat_topic, "CHAT_TOPIC_ARN"),
    ] {
        let set = || env::var(variable).ok().filter(|arn| !arn.is_empty());
        if let Some(arn) = given.clone().or_else(set) {
            topics.push((kind, TopicArn::parse(&arn)?));
        }
    }
    if let Some(file) = &asked.guardrail {
        let routes = input::guardrail(Some(file))?.telling.routes;
        topics.extend(routes.into_iter().map(|route| (Topic::Page, route.topic)));
    }
    if topics.is_empty() {
        bail!("no topic to test; give `--page-topic ARN`, or set `PAGE_TOPIC_ARN`");
    }
    let mut seen = Vec::new();
    topics.retain(|(_, topic)| {
        let new = !seen.contains(topic);
        seen.push(topic.clone());
        new
    });
    Ok(topics)
}

fn told(tested: &Tested) -> String {
    let mut lines = vec![format!("{} {}", tested.kind.name(), tested.topic)];
    lines.push(match &tested.published {
        Ok(()) => "  a test was published".to_owned(),
        Err(failure) => format!("  NOT published: {}", sentence(&failure.to_string())),
    });
    match &tested.subscriptions {
        Ok(all) if all.is_empty() => lines.push("  nobody is subscribed".to_owned()),
        Ok(all) => lines.extend(all.iter().map(|subscription| {
            let state = match subscription.state {
                SubscriptionState::Confirmed => "confirmed",
                SubscriptionState::Pending => "pending: not confirmed, gets nothing",
                SubscriptionState::Deleted => "deleted: gets nothing",
            };
            format!(
                "  {:<8} {} {state}",
                shown(&subscription.protocol),
                shown(&subscription.endpoint)
            )
        })),
        Err(failure) => lines.push(format!(
            "  who is subscribed could not be read: {}",
            sentence(&failure.to_string())
        )),
    }
    lines.join("\n") + "\n"
}
