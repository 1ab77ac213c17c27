//! Pages, over SNS.

use super::clients::Clients;
use super::refusal::Refusal;
use crate::ports::{Failure, Message, Topic};

/// Publishes `message` on its topic.
pub(super) async fn publish(clients: &Clients, message: &Message) -> Result<(), Failure> {
    let (topic, variable) = match message.topic {
        Topic::Page => (&clients.options.page_topic, "PAGE_TOPIC_ARN"),
    };
    let (Some(sns), Some(topic)) = (&clients.sns, topic) else {
        let message = format!("there is no topic to publish on; set `{variable}`");
        return Err(Failure { code: "NoTopic".to_owned(), message });
    };
    let call = sns
        .publish()
        .topic_arn(topic.as_str())
        .subject(&message.subject)
        .message(message.body())
        .send();
    call.await.map(|_| ()).map_err(|error| {
        let what_to_do = format!(
            "let the function's role `sns:Publish` on `{}`, and use its KMS key if it has one",
            topic
        );
        Refusal::from(error).into_failure(&what_to_do)
    })
}
