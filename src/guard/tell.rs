//! People are told: pages first, chats after them.

use crate::alert::rerouted;
use crate::guardrail::{Guardrail, Mode};
use crate::ports::{Message, World};
use crate::report::Sent;

/// Publishes `messages` in their order. What a route's topic refuses goes to the default one; after
/// a page that nobody took there is nothing to add, for all of them come again.
pub(super) async fn publish(messages: Vec<Message>, world: &impl World) -> Vec<Sent> {
    let mut all = Vec::new();
    for message in messages.into_iter().filter(|message| world.hears(message.topic)) {
        let mut sent = Sent { result: world.publish(&message).await, message };
        if let (Some(topic), Err(failure)) = (&sent.message.to, &sent.result) {
            let message = rerouted(&sent.message, topic, failure);
            sent = Sent { result: world.publish(&message).await, message };
        }
        let lost = sent.is_lost();
        all.push(sent);
        if lost {
            break;
        }
    }
    all
}

/// In mode `observe` nothing is told.
pub(super) fn told(guardrail: &Guardrail, messages: Vec<Message>) -> Vec<Message> {
    match guardrail.mode {
        Mode::Observe => Vec::new(),
        Mode::Notify | Mode::Enforce => messages,
    }
}
