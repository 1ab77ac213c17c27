//! From the record of a run to the messages that people get.

use serde_json::Value;

use crate::event::Trigger;
use crate::ports::{Failure, Target};
use crate::report::Run;

/// A message to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Where it goes.
    pub topic: Topic,
    /// Printable ASCII, fewer than 100 characters, on one line.
    pub subject: String,
    /// Plain text for a person.
    pub text: String,
    /// The same for a machine.
    pub report: Value,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Whoever is on call.
    Page,
}

/// The messages that a run owes; none where its decision asks for none and all went well.
#[must_use]
pub fn compose(trigger: &Trigger, run: &Run) -> Vec<Message> {
    let _ = (trigger, run);
    Vec::new()
}

/// The message about what could not be looked at at all: a bucket, or (`target` is `None`) the
/// whole scope of the trigger.
#[must_use]
pub fn compose_blind(trigger: &Trigger, target: Option<&Target>, failure: &Failure) -> Message {
    let _ = (trigger, target, failure);
    Message { topic: Topic::Page, subject: String::new(), text: String::new(), report: Value::Null }
}

impl Message {
    /// What SNS gets: the text, a marker line, the report as JSON; under 256 KB.
    #[must_use]
    pub fn body(&self) -> String {
        String::new()
    }
}
