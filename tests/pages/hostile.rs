//! Whatever strangers write into events, nothing of it is obeyed by who shows it: over all sample
//! events, ours and the shared ones, and over states that hold the same words.

use std::path::Path;

use s3_guardrail::alert::compose_blind;
use s3_guardrail::aws::delivery::{Delivery, open};
use s3_guardrail::event::{self, Event, Trigger};
use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::local::LocalAccount;
use s3_guardrail::ports::{Failure, Message, Topic};
use s3_guardrail::report::published;
use serde_json::{Value, json};

use crate::world::{ENFORCE, NOW, bucket, everyone_reads, run};

/// Letters that are not seen, or that move what is seen.
fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}' | '\u{590}'..='\u{8ff}')
}

/// Every string in a value, names of fields included.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        Value::Object(object) => object
            .iter()
            .flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn assert_harmless(file: &str, message: &Message) {
    let subject = &message.subject;
    assert!(subject.len() < 100 && !subject.contains(is_hostile), "{file}: {subject:?}");
    assert!(subject.is_ascii() && !subject.contains(['<', '>', '&', '`']), "{file}: {subject}");
    let wire = message.wire().message;
    assert!(wire.len() < 262_144, "{file}: {} bytes", wire.len());
    assert!(!wire.contains(is_hostile) && !wire.contains(['<', '>', '&']), "{file}: {wire}");
    let mail = [message.text.clone(), message.short.clone()];
    for text in mail.iter().chain(&strings(&message.json)) {
        let lines = |text: &str| text.replace('\n', " ");
        assert!(!lines(text).contains(is_hostile), "{file}: {text:?}");
        // ours are the addresses of commands, runbooks and consoles
        let foreign = text.split("://").skip(1).all(|rest| {
            let ours = ["s3.", "docs.aws.amazon.com", "policy.json", "access-point-policy.json"];
            let console = rest.contains(".console.aws.amazon.com/")
                || rest.contains(".console.amazonaws.cn/")
                || rest.contains(".console.amazonaws-us-gov.com/");
            console || ours.iter().any(|start| rest.starts_with(start))
        });
        assert!(foreign, "{file}: a link that is not ours in {text}");
        let words = lines(text).to_ascii_lowercase();
        for markup in ["<!", "<script", "<a ", "<http", "<@", "javascript:", "]("] {
            assert!(!words.contains(markup), "{file}: `{markup}` in {text}");
        }
        // in a chat, as many backticks as end what they begin
        for line in text.replace("```", "").lines().filter(|_| message.topic == Topic::Chat) {
            assert!(line.matches('`').count() % 2 == 0, "{file}: {line}");
        }
    }
    // a terminal gets lines of JSON, or the text
    assert!(!published::line(&message.json).contains(is_hostile), "{file}");
}

fn told(file: &str, trigger: &Trigger) -> usize {
    let account = LocalAccount::from_event(trigger, NOW).with_chat();
    let mut messages: Vec<Message> =
        run(&account, trigger, ENFORCE).alerts.into_iter().map(|sent| sent.message).collect();
    // and as if a bucket that it means were open, and as if it could not be looked at
    let open = bucket(&json!({"Policy": everyone_reads()}));
    let account = LocalAccount::from_states(vec![open], NOW).with_chat();
    messages.extend(run(&account, trigger, ENFORCE).alerts.into_iter().map(|sent| sent.message));
    let telling = Guardrail::parse(ENFORCE).unwrap().telling;
    let failure =
        Failure { code: trigger.event.name.clone(), message: trigger.parameters.to_string() };
    messages.extend(compose_blind(trigger, None, &failure, &telling));
    for message in &messages {
        assert_harmless(file, message);
    }
    messages.len()
}

/// How many messages the events of `folder` came to.
fn walk(folder: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if name == "index.json" || path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let bodies = match open(&text) {
            Ok(Delivery::Single(body)) => vec![body],
            Ok(Delivery::Batch(messages)) => {
                messages.into_iter().map(|message| message.body).collect()
            }
            Err(_) => continue,
        };
        for body in bodies {
            if let Ok(Event::Trigger(trigger)) = event::read(&body) {
                count += told(&name, &trigger);
            }
        }
    }
    count
}

#[test]
fn nothing_in_our_sample_events_is_obeyed() {
    assert!(walk(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/events"))) > 50);
}

#[test]
fn nothing_in_the_shared_events_is_obeyed() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/events"));
    if !folder.join("index.json").is_file() {
        assert!(std::env::var_os("CI").is_none(), "shared facts absent: {}", folder.display());
        println!("skipped, shared facts absent: {}", folder.display());
        return;
    }
    assert!(walk(folder) > 200);
}
