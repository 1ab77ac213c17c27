//! The labelled cases of exposure: our own, and the shared corpus where it lies beside the project.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

#[path = "support/shared.rs"]
mod shared;

use std::fs;
use std::path::Path;

use s3_guardrail::bucket::snapshot;
use s3_guardrail::exposure::{Class, Exposure, Verdict, Via, evaluate};
use s3_guardrail::trust::Trust;
use serde_json::Value;

/// One line of a corpus file.
struct Case {
    id: String,
    /// Documented or seen on AWS, and not ambiguous: held to.
    confident: bool,
    ambiguous: bool,
    strict: bool,
    expect: Value,
    verdict: Verdict,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = text.lines().filter(|line| !line.is_empty()).map(case).collect();
    assert!(!cases.is_empty(), "{} holds no case", path.display());
    cases
}

fn case(line: &str) -> Case {
    let line: Value = serde_json::from_str(line).unwrap();
    let id = line["id"].as_str().unwrap().to_owned();
    let state = snapshot::read(&line["snapshot"].to_string())
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    Case {
        confident: ["documented", "tested-against-aws"]
            .contains(&line["confidence"].as_str().unwrap()),
        ambiguous: line["tags"].as_array().unwrap().contains(&"ambiguous".into()),
        strict: line["expect"]["exposure_strict"] == true,
        expect: line["expect"].clone(),
        verdict: evaluate(&state, &Trust::default()),
        id,
    }
}

fn class(name: &Value) -> Class {
    [Class::None, Class::Trusted, Class::External, Class::Authenticated, Class::Anonymous]
        .into_iter()
        .find(|class| name == class.name())
        .unwrap_or_else(|| panic!("no class {name}"))
}

/// The fields of `case` that are not as labelled.
fn wrong(case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let Case { expect, verdict, .. } = case;
    if expect["public"].as_bool() != verdict.public {
        wrong.push(format!("public: {:?}, labelled {}", verdict.public, expect["public"]));
    }
    if let Some(label) = expect["policy_is_public"].as_bool()
        && verdict.policy_is_public != Some(label)
    {
        wrong.push(format!("policy_is_public: {:?}, labelled {label}", verdict.policy_is_public));
    }
    wrong
}

fn exposure(case: &Case) -> Class {
    match case.verdict.exposure {
        Exposure::Known(class) => class,
        Exposure::Unknown(_) => Class::Anonymous,
    }
}

fn parties(case: &Case) -> Vec<String> {
    let own = &case.verdict.external;
    let ours = [
        ("external_accounts", own.accounts.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ("external_orgs", own.organizations.iter().cloned().collect()),
        ("external_canonical_users", own.canonical_users.iter().cloned().collect()),
    ];
    ours.into_iter()
        .filter(|(field, ours)| {
            case.expect[field].as_array().is_some_and(|label| {
                label.iter().map(|one| one.as_str().unwrap()).ne(ours.iter().map(String::as_str))
            })
        })
        .map(|(field, ours)| format!("{field}: {ours:?}, labelled {}", case.expect[field]))
        .collect()
}

fn hold(path: &Path) {
    let cases = cases(path);
    let mut missed = Vec::new();
    let (mut strict, mut right) = (0_u32, 0_u32);
    for case in &cases {
        let label = class(&case.expect["exposure"]);
        let ours = exposure(case);
        let held = case.confident && !case.ambiguous;
        if held {
            missed.extend(wrong(case).into_iter().map(|text| format!("{}: {text}", case.id)));
        } else {
            let grey = wrong(case);
            println!("grey {}: {:?} (labelled {label:?}) {grey:?}", case.id, ours);
        }
        // a label that is not strict is the letter of the policy, not whom it reaches
        if held && !case.strict && ours < label {
            println!("letter {}: exposure {ours:?} narrower than {label:?}", case.id);
        }
        for path in case.verdict.paths.iter().filter(|path| path.unproved.is_some()) {
            println!("not proved {}: {:?} {:?}", case.id, path.via, path.exposure);
        }
        if held && case.strict {
            strict += 1;
            let parties = parties(case);
            if ours == label && parties.is_empty() {
                right += 1;
            } else {
                missed.push(format!("{}: {ours:?}, labelled {label:?} {parties:?}", case.id));
            }
        }
    }
    let paths = || cases.iter().flat_map(|case| &case.verdict.paths);
    let by_policy =
        paths().filter(|path| matches!(path.via, Via::Policy { .. } | Via::AccessPoint { .. }));
    let (total, proved) = by_policy.fold((0, 0), |(total, proved), path| {
        (total + 1, proved + usize::from(path.witness.is_some() && path.unproved.is_none()))
    });
    println!("{}: {} cases, {right} of {strict} strict right", path.display(), cases.len());
    println!("{proved} of {total} paths through a policy are proved by a witness");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn our_own_cases_are_judged_as_labelled() {
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/exposure.jsonl"));
}

#[test]
fn the_shared_corpus_is_judged_as_labelled() {
    if let Some(path) = shared::shared("corpus/exposure.jsonl") {
        hold(&path);
    }
}
