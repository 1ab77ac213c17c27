//! The shared sample events, each against what their index says of it. Skipped where they are
//! absent, which CI does not accept.

#[path = "support/shared.rs"]
mod shared;

use std::collections::BTreeMap;

use s3_guardrail::aws::delivery::{Delivery, open};
use s3_guardrail::event::{self, Event, Refused, Scope};
use serde::Deserialize;

/// A row of the index.
#[derive(Deserialize)]
struct Row {
    file: String,
    bucket: Option<String>,
    actor: String,
    outcome: String,
    expected: String,
}

/// What an event may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Trigger,
    Ignored,
    Refused,
}

use Outcome::{Ignored, Refused as Turned, Trigger};

/// Rows whose words leave the choice to us: what we chose, and why.
const JUDGED: &[(&str, Outcome, &str)] = &[
    ("envelope.china-detail-type.json", Trigger, "`accept` is `evaluate`"),
    ("envelope.service-event-detail-type.json", Ignored, "a batch job's own ACL calls are logged"),
    ("envelope.cloudtrail-log-file-records.json", Turned, "no envelope stamped by EventBridge"),
    ("envelope.cloudwatch-logs-subscription.json", Turned, "the same"),
    ("hostile.array-bomb-50000.json", Turned, "bounded: no genuine event has such a list"),
    ("hostile.bucket-name-access-point-arn.json", Trigger, "the access point is looked up"),
    ("hostile.bucket-name-resource-mismatch.json", Turned, "two buckets: nothing on a guess"),
    ("hostile.event-version-2.json", Trigger, "the live state decides"),
    ("hostile.utf8-bom.json", Trigger, "the mark is stripped"),
    ("put-account-public-access-block.all-true.json", Ignored, "it can open nothing"),
    ("put-bucket-abac.enabled.json", Trigger, "tags mean something else from now on"),
    ("put-bucket-logging.enable-2024.json", Trigger, "like its opposite"),
    ("put-bucket-website.index-and-error.json", Trigger, "a website goes with opening a bucket"),
    ("put-access-point-configuration-for-object-lambda.json", Ignored, "out of scope"),
    ("s3-outposts.put-bucket-policy.json", Ignored, "out of scope"),
    ("s3tables.put-table-bucket-policy.json", Ignored, "out of scope"),
    ("s3vectors.put-vector-bucket-policy.json", Ignored, "out of scope"),
];

/// Rows that say something of bucket or actor that the event does not.
const DEPARTURES: &[(&str, &str)] = &[
    ("envelope.service-event-detail-type.json", "its identity says which service acted, no role"),
    ("envelope.sqs-batch-two.json", "one row for two events, on two buckets by two roles"),
];

#[test]
fn every_row_of_the_index_holds() {
    let Some(index) = shared::shared("events/index.json") else { return };
    let folder = index.parent().unwrap();
    let index = std::fs::read_to_string(&index).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&index).unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let text = std::fs::read_to_string(folder.join(&row.file)).unwrap();
        wrong.extend(deviations(row, &read_all(&text)));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    for (file, _, _) in JUDGED {
        assert!(rows.iter().any(|row| row.file == *file), "`{file}` is in no row any more");
    }
}

/// Every event of a payload; the same event delivered twice counts once.
fn read_all(text: &str) -> Vec<Result<Event, Refused>> {
    let bodies = match open(text) {
        Ok(Delivery::Single(body)) => vec![body],
        Ok(Delivery::Batch(messages)) => messages.into_iter().map(|message| message.body).collect(),
        Err(refused) => return vec![Err(refused)],
    };
    let mut seen = Vec::new();
    let mut events = Vec::new();
    for event in bodies.iter().map(|body| event::read(body)) {
        let id = match &event {
            Ok(Event::Trigger(trigger)) => Some(trigger.event.id.clone()),
            Ok(Event::Ignored { .. }) | Err(_) => None,
        };
        if id.is_none() || !seen.contains(&id) {
            events.push(event);
        }
        seen.push(id);
    }
    events
}

fn deviations(row: &Row, events: &[Result<Event, Refused>]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(format!("{}: {what}", row.file));
    let allowed = allowed(row);
    let count = if row.expected == "evaluate both" { 2 } else { 1 };
    if events.len() != count {
        say(format!("{} events instead of {count}", events.len()));
    }
    for event in events {
        let (outcome, actor) = match event {
            Ok(Event::Trigger(trigger)) => (Trigger, trigger.actor.as_ref()),
            Ok(Event::Ignored { actor, .. }) => (Ignored, actor.as_ref()),
            Err(_) => (Turned, None),
        };
        if !allowed.contains(&outcome) {
            say(format!("{outcome:?} instead of {allowed:?} ({}): {event:?}", row.expected));
        }
        if DEPARTURES.iter().any(|(file, _)| *file == row.file) {
            continue;
        }
        if let Ok(Event::Trigger(trigger)) = event
            && bucket(&trigger.scope) != row.bucket.as_deref()
        {
            say(format!("{:?} instead of bucket {:?}", trigger.scope, row.bucket));
        }
        let principal = actor.and_then(|actor| actor.principal.as_deref());
        if outcome != Turned && !principal_agrees(row, principal) {
            say(format!("principal {principal:?} instead of {}", row.actor));
        }
    }
    wrong
}

fn bucket(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::Bucket { bucket, .. } => Some(bucket.as_str()),
        Scope::AccessPoint { .. } | Scope::Account { .. } => None,
    }
}

/// Whether the principal is that of the index, wherever the index claims to know it.
fn principal_agrees(row: &Row, principal: Option<&str>) -> bool {
    match row.actor.as_str() {
        // of hostile rows it says nothing; of an event without an identity there is nothing
        "unknown" if row.file.starts_with("hostile.") => true,
        "unknown" | "none" => principal.is_none(),
        actor => principal == Some(actor.strip_prefix("account:").unwrap_or(actor)),
    }
}

/// What the index's words ask for: the first of them, or each where it says `or`.
fn allowed(row: &Row) -> Vec<Outcome> {
    const WORDS: [(&str, Outcome); 14] = [
        ("ignore", Ignored),
        ("no-op", Ignored),
        ("nothing to do", Ignored),
        ("evidence collection", Ignored),
        ("object-level: not public", Ignored),
        ("record", Ignored),
        ("reject", Turned),
        ("evaluate", Trigger),
        ("live state decides", Trigger),
        ("live ACL decides", Trigger),
        ("sweep", Trigger),
        ("re-read", Trigger),
        ("close finding", Trigger),
        ("object-level exposure", Trigger),
    ];
    if let Some((_, outcome, _)) = JUDGED.iter().find(|(file, _, _)| *file == row.file) {
        return vec![*outcome];
    }
    if row.outcome.starts_with("failed:") {
        return vec![Ignored];
    }
    let found = WORDS.iter().filter_map(|(word, it)| Some((row.expected.find(word)?, *it)));
    let found: BTreeMap<usize, Outcome> = found.collect();
    let words = if row.expected.contains(" or ") { found.len() } else { 1 };
    found.into_values().take(words).collect()
}
