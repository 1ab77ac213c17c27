//! Messages, over SNS.

use super::clients::{Clients, sdk_region};
use super::refusal::Refusal;
use crate::ports::{Failure, Message, Topic};
use crate::topic::TopicArn;

/// Whether there is a topic for messages of this kind.
pub(super) fn hears(clients: &Clients, topic: Topic) -> bool {
    match topic {
        // that there is none for pages is told by a failure
        Topic::Page => true,
        Topic::Chat => clients.options.chat_topic.is_some(),
    }
}

/// Publishes `message` on its topic.
pub(super) async fn publish(clients: &Clients, message: &Message) -> Result<(), Failure> {
    let (default, variable) = match message.topic {
        Topic::Page => (&clients.options.page_topic, "PAGE_TOPIC_ARN"),
        Topic::Chat => (&clients.options.chat_topic, "CHAT_TOPIC_ARN"),
    };
    let Some(topic) = message.to.as_ref().or(default.as_ref()) else {
        let message = format!("there is no topic to publish on; set `{variable}`");
        return Err(Failure { code: "NoTopic".to_owned(), message });
    };
    publish_on(clients, topic, message).await
}

/// Publishes `message` on `topic`.
pub(super) async fn publish_on(
    clients: &Clients,
    topic: &TopicArn,
    message: &Message,
) -> Result<(), Failure> {
    let wire = message.wire();
    let sns = clients.sns(topic);
    let call = sns
        .publish()
        .topic_arn(topic.as_str())
        .subject(&message.subject)
        .message(wire.message)
        .set_message_structure(wire.per_protocol.then(|| "json".to_owned()));
    call.send().await.map(|_| ()).map_err(|error| {
        let what_to_do = format!(
            "let the function's role `sns:Publish` on `{topic}`, and use its KMS key if it has one"
        );
        Refusal::from(error).into_failure(&what_to_do)
    })
}

impl Clients {
    /// A client for the Region of `topic`. All share one pool of connections.
    pub(super) fn sns(&self, topic: &TopicArn) -> aws_sdk_sns::Client {
        let config = aws_sdk_sns::config::Builder::from(&self.config);
        aws_sdk_sns::Client::from_conf(config.region(sdk_region(topic.region())).build())
    }
}
