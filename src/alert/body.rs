//! A message as SNS takes it, within the size that SNS takes: what does not fit is cut at fields
//! that are known, with a note, and never refused.
//!
//! Source: SNS API reference, Publish: 262,144 bytes, attributes included; with `MessageStructure`
//! `json` the values of all protocols together, each a string, `default` among them. Message
//! attributes do not travel with it, so nothing relies on any.

use serde_json::{Value, json};

use crate::escape::kept;
use crate::ports::{Message, Topic};
use crate::report::published;

/// Bytes of the longest message; what SNS takes, less some room for what goes with it.
const LONGEST_BYTES: usize = 256_000;

/// Bytes of the longest text.
const LONGEST_TEXT_BYTES: usize = 64_000;

/// Entries that are left of a list that is cut.
const LEFT: usize = 20;

/// What is cut from a page, in the order in which it is.
const CUTS: [Cut; 10] = [
    Cut::List("paths"),
    Cut::List("actions"),
    Cut::List("warnings"),
    Cut::List("held"),
    Cut::List("cuts"),
    Cut::List("unreadable"),
    Cut::List("opened_by"),
    Cut::Field("after"),
    Cut::Field("before"),
    Cut::Field("buckets"),
];

/// A cut.
#[derive(Clone, Copy)]
enum Cut {
    /// Every list of that name keeps its first entries.
    List(&'static str),
    /// Every field of that name goes.
    Field(&'static str),
}

/// What goes to SNS as `Message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// The message.
    pub message: String,
    /// Whether it is an object of protocols (`MessageStructure` is `json`): machines get the
    /// `default`, mail and telephones texts of their own.
    pub per_protocol: bool,
}

impl Message {
    /// What SNS gets, under 256 KB.
    #[must_use]
    pub fn wire(&self) -> Wire {
        match self.topic {
            Topic::Page => Wire { message: page(self), per_protocol: true },
            Topic::Chat => Wire { message: line(&self.json), per_protocol: false },
        }
    }
}

/// A page: the alarm for machines, the text for mail, a line for telephones.
fn page(message: &Message) -> String {
    let text = shortened(&message.text, LONGEST_TEXT_BYTES);
    let mut alarm = message.json.clone();
    let mut whole = protocols(&alarm, &text, &message.short);
    for cut in CUTS {
        if whole.len() <= LONGEST_BYTES {
            return whole;
        }
        apply(&mut alarm, cut);
        note(&mut alarm, cut);
        whole = protocols(&alarm, &text, &message.short);
    }
    if whole.len() > LONGEST_BYTES {
        // control characters and quotes count twice and thrice on the wire
        let text = shortened(&message.text, LONGEST_TEXT_BYTES / 8);
        if let Some(guardrail) = alarm.get_mut("guardrail") {
            *guardrail = json!({"cut": ["all but the alarm's own fields"]});
        }
        whole = protocols(&alarm, &text, &message.short);
    }
    whole
}

fn protocols(alarm: &Value, text: &str, short: &str) -> String {
    line(&json!({"default": line(alarm), "email": text, "sms": short}))
}

/// One line in which mail and chat find no markup either.
fn line(value: &Value) -> String {
    published::line(value).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// `text` cut to so many bytes, with a note.
pub(super) fn shortened(text: &str, most_bytes: usize) -> String {
    if text.len() <= most_bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most_bytes);
    let kept = text.get(..end).unwrap_or_default();
    format!("{kept}\n... (cut: the text was longer than {most_bytes} bytes)\n")
}

/// `value` with every string in it, and every name of a field, cleaned: tools show them to people.
pub(super) fn cleaned(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(kept(text)),
        Value::Array(list) => list.iter().map(cleaned).collect(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| (kept(key), cleaned(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn apply(value: &mut Value, cut: Cut) {
    match value {
        Value::Object(object) => {
            if let Cut::Field(name) = cut {
                object.remove(name);
            }
            for (key, value) in object {
                if let (Cut::List(name), Value::Array(list)) = (cut, &mut *value)
                    && key == name
                {
                    list.truncate(LEFT);
                }
                apply(value, cut);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| apply(value, cut)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says in the page what was cut.
fn note(page: &mut Value, cut: Cut) {
    let Some(Value::Object(guardrail)) = page.get_mut("guardrail") else { return };
    let noted = guardrail.entry("cut").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = noted {
        list.push(Value::String(match cut {
            Cut::List(name) => format!("{name}: no more than {LEFT} are given"),
            Cut::Field(name) => format!("{name}: left out"),
        }));
    }
}
