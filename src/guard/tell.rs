//! Who opened what is looked up, and people are told: pages first, chats after them.

use crate::alert::rerouted;
use crate::blame::openers::{Opening, complete, is_incomplete};
use crate::bucket::BucketState;
use crate::guardrail::{Guardrail, Mode};
use crate::ports::{Message, Target, World};
use crate::report::Sent;

/// Who opened what was found open in a bucket, as far as that is known.
pub(super) struct Blame {
    pub(super) openings: Vec<Opening>,
    /// The bucket as it was found; `None` where nobody is to be asked.
    pub(super) state: Option<BucketState>,
}

impl Blame {
    /// Asks for what neither the event nor the memory tells. Only a page waits for that, no write.
    pub(super) async fn ask(&mut self, target: &Target, world: &impl World) {
        if let Some(state) = self.state.take().filter(|_| is_incomplete(&self.openings)) {
            complete(&mut self.openings, &state, &world.history(target).await);
        }
    }
}

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
