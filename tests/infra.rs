//! The EventBridge patterns of `infra/` let through what the code reads, and nothing else.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use s3_guardrail::event::catalogue::{Asks, NOTICES, Notice, ORGANIZATIONS_EVENTS, S3_EVENTS};
use serde_json::Value;

/// EventBridge's limit.
const PATTERN_CHARACTERS: usize = 2_048;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/patterns");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn pattern(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/patterns").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

fn s3_events(of_objects: bool) -> BTreeSet<&'static str> {
    let about_object = |asks: Asks| matches!(asks, Asks::ObjectAcl | Asks::Upload);
    let events = S3_EVENTS.iter().filter(|(_, asks)| about_object(*asks) == of_objects);
    events.map(|(name, _)| *name).collect()
}

#[test]
fn the_rules_name_the_calls_that_the_code_reads() {
    for (file, of_objects) in [("buckets.json", false), ("objects.json", true)] {
        let pattern = pattern(file);
        assert_eq!(words(&pattern["detail"]["eventName"]), s3_events(of_objects), "{file}");
        assert_eq!(words(&pattern["source"]), ["aws.s3"].into());
    }
    let organizations = pattern("organizations.json");
    let calls = ORGANIZATIONS_EVENTS.iter().copied().collect();
    assert_eq!(words(&organizations["detail"]["eventName"]), calls);
}

#[test]
fn the_rules_name_the_notices_that_the_code_reads() {
    let findings = pattern("findings.json");
    let alternatives = findings["$or"].as_array().unwrap();
    let updated = pattern("object-acl-updated.json");
    let ours: BTreeSet<(&str, &str)> = alternatives
        .iter()
        .chain([&updated])
        .flat_map(|one| {
            let source = one["source"][0].as_str().unwrap();
            words(&one["detail-type"]).into_iter().map(move |detail_type| (source, detail_type))
        })
        .collect();
    // schedules are rules of their own, without a pattern
    let read = NOTICES.iter().filter(|(_, _, notice)| *notice != Notice::Schedule);
    assert_eq!(ours, read.map(|(source, detail_type, _)| (*source, *detail_type)).collect());
}

#[test]
fn a_failed_call_wakes_nobody_and_no_pattern_is_too_long() {
    for file in files() {
        let pattern: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert!(pattern.to_string().len() <= PATTERN_CHARACTERS, "{}", file.display());
        if pattern["detail-type"][0] == "AWS API Call via CloudTrail" {
            assert_eq!(pattern["detail"]["errorCode"][0]["exists"], false, "{}", file.display());
        }
    }
}
