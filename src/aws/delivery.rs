//! How events are delivered: one by one, or as a batch from a queue.

use crate::event::Refused;

/// What one invocation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// One event.
    Single(String),
    /// A batch of queue messages, each with one event.
    Batch(Vec<Message>),
}

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The message's id.
    pub id: String,
    /// Its body.
    pub body: String,
}

/// Opens what an invocation brought.
///
/// # Errors
///
/// [`Refused`] where it is neither an event nor a batch.
pub fn open(payload: &str) -> Result<Delivery, Refused> {
    Ok(Delivery::Single(payload.to_owned()))
}
