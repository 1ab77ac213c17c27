//! Whether anybody would hear: a marked test page to a topic, and the state of each subscription.

use time::OffsetDateTime;

use super::clients::Clients;
use super::publish::publish_on;
use super::refusal::Refusal;
use crate::alert::test_messages;
use crate::ports::{Failure, Topic};
use crate::topic::TopicArn;

/// Pages of subscriptions that are read, 100 each.
const PAGES: usize = 10;

/// What became of a test of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The topic.
    pub topic: TopicArn,
    /// What kind of message it got.
    pub kind: Topic,
    /// Whether SNS took the test messages.
    pub published: Result<(), Failure>,
    /// Who is subscribed, as far as it can be read.
    pub subscriptions: Result<Vec<Subscription>, Failure>,
}

/// A subscription of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `https`, `sqs`.
    pub protocol: String,
    /// Its address, without what may be a secret in it.
    pub endpoint: String,
    /// Whether it gets anything.
    pub state: SubscriptionState,
}

/// Whether a subscription gets anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    /// It gets what is published.
    Confirmed,
    /// Nobody has confirmed it: it gets nothing.
    Pending,
    /// It was deleted, and shows for three days more: it gets nothing.
    Deleted,
}

impl Tested {
    /// Whether a message to this topic would reach nobody.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        let heard = self.subscriptions.as_ref().is_ok_and(|all| {
            all.iter().any(|subscription| subscription.state == SubscriptionState::Confirmed)
        });
        self.published.is_err() || (self.subscriptions.is_ok() && !heard)
    }
}

impl Clients {
    /// Publishes a test on `topic` and asks who is subscribed.
    pub async fn test_topic(&self, kind: Topic, topic: &TopicArn, now: OffsetDateTime) -> Tested {
        let mut published = Ok(());
        for message in test_messages(kind, topic, now) {
            published = publish_on(self, topic, &message).await;
            if published.is_err() {
                break;
            }
        }
        let subscriptions = self.subscriptions(topic).await;
        Tested { topic: topic.clone(), kind, published, subscriptions }
    }

    async fn subscriptions(&self, topic: &TopicArn) -> Result<Vec<Subscription>, Failure> {
        let (mut all, mut next) = (Vec::new(), None);
        for _ in 0..PAGES {
            let call = self.sns(topic).list_subscriptions_by_topic().topic_arn(topic.as_str());
            let answer = call.set_next_token(next).send().await.map_err(|error| {
                let what_to_do = format!("allow `sns:ListSubscriptionsByTopic` on `{topic}`");
                Refusal::from(error).into_failure(&what_to_do)
            })?;
            all.extend(answer.subscriptions().iter().map(|subscription| Subscription {
                protocol: subscription.protocol().unwrap_or_default().to_owned(),
                endpoint: address(subscription.endpoint().unwrap_or_default()),
                state: state(subscription.subscription_arn().unwrap_or_default()),
            }));
            next = answer.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(all)
    }
}

/// Source: SNS API reference, Subscription: in place of an ARN `PendingConfirmation` or `Deleted`.
fn state(arn: &str) -> SubscriptionState {
    match arn {
        "PendingConfirmation" | "pending confirmation" | "" => SubscriptionState::Pending,
        "Deleted" => SubscriptionState::Deleted,
        _ => SubscriptionState::Confirmed,
    }
}

/// An address of the web without its path: a pager's is a key by which anybody may page.
fn address(endpoint: &str) -> String {
    match endpoint.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}/...")
        }
        None => endpoint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SubscriptionState, address, state};

    #[test]
    fn a_pagers_key_is_not_shown() {
        let shown = address("https://events.pagerduty.com/integration/0123abcd/enqueue");
        assert_eq!(shown, "https://events.pagerduty.com/...");
        assert_eq!(address("https://user:word@example.com?key=1"), "https://example.com/...");
        assert_eq!(address("oncall@example.com"), "oncall@example.com");
    }

    #[test]
    fn a_subscription_counts_once_it_is_confirmed() {
        assert_eq!(state("PendingConfirmation"), SubscriptionState::Pending);
        assert_eq!(state("Deleted"), SubscriptionState::Deleted);
        let arn = "arn:aws:sns:eu-west-1:111122223333:pages:0d2b";
        assert_eq!(state(arn), SubscriptionState::Confirmed);
    }
}
