//! Every sample event with every value in it replaced by odd ones, in turn: reading never panics,
//! and what it says of the event stays on one line.

use std::path::Path;

use s3_guardrail::aws::delivery::{Delivery, open};
use s3_guardrail::event::{self, Event};
use serde_json::{Value, json};

/// Samples that are long on purpose would take minutes.
const LONGEST_SAMPLE_BYTES: usize = 16_384;

#[test]
fn no_odd_value_breaks_the_reader() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1.5e63),
        json!(""),
        json!("\u{1b}[2J\n`\u{202e}*"),
        json!("arn:aws:s3:::"),
        json!("x".repeat(3_000)),
        json!([[]]),
        json!({"a": {}}),
    ];
    let mut read = 0;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("events")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Ok(sample) = serde_json::from_str::<Value>(&text) else { continue };
        if text.len() > LONGEST_SAMPLE_BYTES {
            continue;
        }
        for (index, place) in places(&sample, String::new()).into_iter().enumerate() {
            // a third of them a place, another third at the next: all of them in a few seconds
            for value in odd.iter().skip(index % 3).step_by(3) {
                let mut changed = sample.clone();
                *changed.pointer_mut(&place).unwrap() = value.clone();
                check(&changed.to_string(), &place);
                read += 1;
            }
        }
    }
    assert!(read > 10_000, "{read}");
}

fn check(payload: &str, place: &str) {
    let bodies = match open(payload) {
        Ok(Delivery::Single(body)) => vec![body],
        Ok(Delivery::Batch(messages)) => messages.into_iter().map(|message| message.body).collect(),
        Err(refused) => return one_line(&refused.to_string(), place),
    };
    for body in bodies {
        match event::read(&body) {
            Ok(Event::Trigger(_)) => {}
            Ok(Event::Ignored { reason, .. }) => one_line(&reason, place),
            Err(refused) => one_line(&refused.to_string(), place),
        }
    }
}

fn one_line(text: &str, place: &str) {
    assert!(!text.is_empty() && text.len() < 1_000, "{place}: {text}");
    assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{place}: {text:?}");
}

/// JSON pointers to every value within `value`; of long lists to the first ten.
fn places(value: &Value, at: String) -> Vec<String> {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let within: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (escaped(key), value)).collect(),
        Value::Array(list) => list
            .iter()
            .take(10)
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let mut all: Vec<_> =
        within.into_iter().flat_map(|(key, value)| places(value, format!("{at}/{key}"))).collect();
    all.push(at);
    all
}
