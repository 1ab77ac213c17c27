//! From what a function is invoked with to single events.

use crate::event::Refused;

/// What a payload holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// One event.
    Single(String),
    /// The messages of a batch.
    Batch(Vec<Message>),
}

/// One message of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// SQS's `messageId`.
    pub id: String,
    /// The event.
    pub body: String,
}

/// Opens a payload.
///
/// # Errors
///
/// [`Refused`].
pub fn open(payload: &str) -> Result<Delivery, Refused> {
    Ok(Delivery::Single(payload.to_owned()))
}
