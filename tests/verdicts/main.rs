//! Whole verdicts as golden files: of every case of our own, and of tables of small policies that
//! differ in one thing. Whoever changes what is judged sees here what else changes by it.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test verdicts`, and read the
//! difference line by line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::string_slice, clippy::needless_pass_by_value, clippy::unreadable_literal)]

mod shown;
mod tables;
#[path = "../../benches/verdict/worst.rs"]
mod worst;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use s3_guardrail::trust::Trust;
use serde_json::Value;

#[test]
fn cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/exposure.jsonl");
    let mut golden = String::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let verdict = shown::verdict(&case["snapshot"], &Trust::default());
        let id = case["id"].as_str().unwrap();
        let _ = writeln!(golden, "{id}: {}\n{verdict}", case["why"]);
    }
    hold("cases", &golden);
}

#[test]
fn conditions_of_an_allow() {
    hold("conditions_of_an_allow", &tables::conditions::conditions("Allow"));
}

#[test]
fn conditions_of_a_deny() {
    hold("conditions_of_a_deny", &tables::conditions::conditions("Deny"));
}

#[test]
fn principals() {
    hold("principals", &tables::callers::principals());
}

#[test]
fn resources() {
    hold("resources", &tables::targets::resources());
}

#[test]
fn variables() {
    hold("variables", &tables::conditions::variables());
}

#[test]
fn pairs_of_statements() {
    hold("pairs_of_statements", &tables::pairs::pairs());
}

#[test]
fn access_points() {
    hold("access_points", &tables::pairs::access_points());
}

#[test]
fn trusted_conditions() {
    hold("trusted_conditions", &tables::callers::trusted());
}

#[test]
fn what_could_not_be_read() {
    hold("what_could_not_be_read", &tables::states::unreadable());
}

#[test]
fn several_conditions() {
    hold("several_conditions", &tables::conditions::several_conditions());
}

#[test]
fn several_callers() {
    hold("several_callers", &tables::callers::several_callers());
}

#[test]
fn callers_that_are_alike() {
    hold("callers_that_are_alike", &tables::alike::alike());
}

#[test]
fn callers_whom_others_name() {
    hold("callers_whom_others_name", &tables::elsewhere::elsewhere());
}

#[test]
fn actions() {
    hold("actions", &tables::targets::actions());
}

#[test]
fn policies_built_to_take_long() {
    let mut golden = String::new();
    for (name, snapshot) in worst::cases() {
        let cell = tables::cell(&snapshot, &Trust::default());
        // of hundreds of paths their kinds are enough
        let shown: String = cell.chars().take(300).collect();
        let _ = writeln!(golden, "{name}: {shown} ({} letters)", cell.len());
    }
    hold("policies_built_to_take_long", &golden);
}

#[test]
fn settings() {
    hold("settings", &tables::states::settings());
}

fn hold(name: &str, golden: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, golden);
    });
}
