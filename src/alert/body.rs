//! A message within the size that SNS takes.
//!
//! Source: SNS API reference, Publish: 262,144 bytes, attributes included.

use serde_json::Value;

use crate::ports::Message;
use crate::report::published;

/// Bytes of the longest body; what SNS takes, less some room for what goes with it.
const LONGEST_BYTES: usize = 256_000;

/// Bytes of the longest text.
const LONGEST_TEXT_BYTES: usize = 96_000;

/// Between the text for people and the report for machines.
const MARKER: &str = "--- report (JSON) ---";

/// Entries that are left of a list that is cut.
const LEFT: usize = 20;

/// The lists of a report that may be cut, in the order in which they are.
const CUT_FIRST: [&str; 5] = ["paths", "actions", "warnings", "held", "unreadable"];

/// The text, the marker line and the report on one line.
pub(super) fn of(message: &Message) -> String {
    let text = shortened(&message.text);
    let room = LONGEST_BYTES.saturating_sub(text.len());
    let mut report = message.report.clone();
    let mut line = report_line(&report);
    for name in CUT_FIRST {
        if line.len() <= room {
            break;
        }
        cut(&mut report, name);
        note(&mut report, name);
        line = report_line(&report);
    }
    if line.len() > room {
        line = String::from(r#"{"cut":["report"]}"#);
    }
    format!("{text}\n{MARKER}\n{line}\n")
}

/// One line in which mail and chat find no markup either.
fn report_line(report: &Value) -> String {
    published::line(report).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST_TEXT_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LONGEST_TEXT_BYTES);
    let kept = text.get(..end).unwrap_or_default();
    format!("{kept}\n... (cut: the text was longer than {LONGEST_TEXT_BYTES} bytes)\n")
}

/// Leaves the first entries of every list of that name.
fn cut(value: &mut Value, name: &str) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if key == name
                    && let Value::Array(list) = value
                {
                    list.truncate(LEFT);
                }
                cut(value, name);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| cut(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says in the report what was cut.
fn note(report: &mut Value, name: &str) {
    let Value::Object(object) = report else { return };
    let noted = object.entry("cut").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = noted {
        list.push(Value::String(format!("{name}: no more than {LEFT} are given")));
    }
}
