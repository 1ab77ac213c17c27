//! Which rule of `infra/` each sample event of `events/` matches, by moto's matching of patterns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use s3_guardrail::aws::delivery::{Delivery, open};
use s3_guardrail::event::{self, Event, Source};
use serde_json::{Map, Value, json};

use crate::support::moto::moto;

/// Events that a rule takes, by the beginning of their files' names. All others are taken by none:
/// they were denied, only read, are none of S3's, or come by no bus.
const TAKEN: &[(&str, &[&str])] = &[
    (
        "buckets",
        &[
            "create-access-point",
            "create-bucket",
            "create-multi-region-access-point",
            "delete-",
            "envelope.china",
            "envelope.replay",
            "hostile.another-recipient",
            "hostile.bucket-name-",
            "hostile.failed-call-null-code",
            "hostile.key-twice",
            "hostile.list-of-20000",
            "hostile.look-alike-role",
            "hostile.markup-in-agent",
            "hostile.no-bucket",
            "hostile.no-identity",
            "hostile.region-as-host",
            "hostile.two-buckets",
            "put-access-point-",
            "put-account-",
            "put-bucket-abac",
            "put-bucket-acl.",
            "put-bucket-logging",
            "put-bucket-ownership-",
            "put-bucket-policy.another-account",
            "put-bucket-policy.omitted",
            "put-bucket-policy.public",
            "put-bucket-public-",
            "put-bucket-replication",
            "put-bucket-tagging",
            "put-bucket-website",
            "tag-resource",
            "untag-resource",
        ],
    ),
    ("findings", &["access-analyzer.", "config.", "guard-duty."]),
    ("object-acl-updated", &["object-acl-updated"]),
    ("objects", &["copy-object", "create-multipart-upload", "put-object"]),
    ("organizations", &["organizations."]),
];

fn files(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.map(named).collect()
}

fn patterns() -> Value {
    let patterns = files("infra/patterns").into_iter();
    Value::Object(patterns.map(|(name, text)| (name, json!(text))).collect::<Map<_, _>>())
}

fn expected(file: &str) -> Vec<&'static str> {
    let begins = |(_, names): &&(&str, &[&str])| names.iter().any(|name| file.starts_with(name));
    TAKEN.iter().filter(begins).map(|(rule, _)| *rule).collect()
}

#[test]
fn each_sample_matches_the_rule_that_is_meant_for_it_and_no_other() {
    let patterns = patterns();
    assert_eq!(patterns.as_object().unwrap().len(), TAKEN.len());
    let (mut taken, mut left) = (0, 0);
    for (file, text) in files("events") {
        // what is no JSON object comes by no bus
        let Ok(event @ Value::Object(_)) = serde_json::from_str::<Value>(&text) else { continue };
        let matched = moto().matching(&patterns, &event);
        assert_eq!(matched, expected(&file), "{file}");
        if matched.is_empty() { left += 1 } else { taken += 1 }
    }
    assert!(taken > 50 && left > 10, "{taken} taken, {left} left");
    for (rule, names) in TAKEN {
        for name in *names {
            let files = files("events");
            assert!(files.keys().any(|file| file.starts_with(name)), "{rule}: no sample `{name}`");
        }
    }
}

/// What the code would look at, some rule takes; schedules put theirs on the queue by themselves.
#[test]
fn whatever_the_code_looks_at_is_taken() {
    let patterns = patterns();
    let mut looked_at = 0;
    for (file, text) in files("events") {
        let Ok(Delivery::Single(body)) = open(&text) else { continue };
        let Ok(Event::Trigger(trigger)) = event::read(&body) else { continue };
        let event = serde_json::from_str(&body).unwrap();
        let matched = moto().matching(&patterns, &event);
        assert_eq!(matched.is_empty(), trigger.source == Source::Schedule, "{file}: {matched:?}");
        looked_at += 1;
    }
    assert!(looked_at > 40, "{looked_at}");
}

#[test]
fn a_call_that_was_denied_or_only_reads_wakes_nobody() {
    let patterns = patterns();
    let text = &files("events")["put-bucket-policy.public"];
    let event: Value = serde_json::from_str(text).unwrap();
    assert_eq!(moto().matching(&patterns, &event), ["buckets"]);
    for (key, value) in [
        ("errorCode", json!("AccessDenied")),
        ("eventName", json!("GetBucketPolicy")),
        ("eventSource", json!("s3express.amazonaws.com")),
    ] {
        let mut other = event.clone();
        other["detail"][key] = value;
        assert_eq!(moto().matching(&patterns, &other), [""; 0], "{key}");
    }
    let mut forged = event;
    forged["source"] = json!("com.example.clinic");
    assert_eq!(moto().matching(&patterns, &forged), [""; 0]);
}
