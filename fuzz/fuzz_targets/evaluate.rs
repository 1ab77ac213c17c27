//! Snapshots judged: text that begins with `{` as it is, any other bytes as a recipe of a bucket
//! made of the words that the engine decides by. Nothing panics, the verdict is the same twice and
//! after its policy was printed, and what it proves is a request.

#![no_main]

mod recipe;

use std::sync::LazyLock;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use s3_guardrail::bucket::{BucketState, Observed, snapshot};
use s3_guardrail::exposure::evaluate;
use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::iam::Document;
use s3_guardrail::report::published;
use s3_guardrail::trust::Trust;
use serde_json::Value;

/// A zone of trust that holds some of a recipe's words.
static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let text = r#"
        mode = "notify"
        [trust]
        accounts = ["444455556666"]
        organizations = ["o-exampleorgid"]
        networks = ["203.0.113.0/24"]
        vpcs = ["vpc-1a2b3c4d"]
    "#;
    Guardrail::parse(text).expect("a guardrail").trust
});

fuzz_target!(|bytes: &[u8]| {
    let text = if bytes.first() == Some(&b'{') {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        text.to_owned()
    } else {
        let Ok(snapshot) = recipe::snapshot(&mut Unstructured::new(bytes)) else { return };
        snapshot.to_string()
    };
    let Ok(state) = snapshot::read(&text) else {
        assert!(text.as_bytes() == bytes, "a recipe makes a snapshot: {text}");
        return;
    };
    let mut printed = state.clone();
    if let Observed::Known(Some(document)) = &state.policy {
        let document = Document::from_json(&document.to_json()).expect("what was printed is read");
        printed.policy = Observed::Known(Some(document));
    }
    for trust in [&Trust::default(), &*TRUST] {
        let verdict = evaluate(&state, trust);
        assert_eq!(verdict, evaluate(&printed, trust), "{text}");
        let line = published::line(&published::verdict(&verdict));
        let published: Value = serde_json::from_str(&line).expect("what is published is JSON");
        for path in published["paths"].as_array().expect("paths") {
            is_well_formed(&state, path);
        }
    }
});

/// A witness as the contract has it.
fn is_well_formed(state: &BucketState, path: &Value) {
    let witness = &path["witness"];
    if witness.is_null() {
        return;
    }
    let actions = path["actions"].as_array().expect("actions");
    assert!(actions.contains(&witness["action"]), "not of the path's actions: {path}");
    let resource = witness["resource"].as_str().expect("a resource");
    assert!(resource.starts_with("arn:"), "no ARN: {path}");
    if path["via"]["kind"] == "policy" {
        let bucket = resource.split_once(":::").and_then(|(_, rest)| rest.split('/').next());
        assert_eq!(bucket, Some(state.bucket.as_str()), "another bucket: {path}");
    }
    let principal = &witness["principal"];
    // of a bounded class the one who asks may be either
    match path["exposure"].as_str() {
        Some("anonymous") => assert_eq!(principal, "anonymous", "class: {path}"),
        Some("authenticated") => assert_ne!(principal, "anonymous", "class: {path}"),
        _ => {}
    }
    if let Some(account) = principal["account"].as_str() {
        let arn = principal["arn"].as_str().expect("an ARN");
        assert!(arn.contains(account), "an ARN of another account: {path}");
        assert_ne!(account, state.account.as_str(), "an insider: {path}");
    }
    let context = witness["context"].as_object().expect("a context");
    let has = |wanted: &str| context.keys().any(|key| key.eq_ignore_ascii_case(wanted));
    assert!(has("aws:SecureTransport") || path["via"]["kind"] != "policy", "no transport: {path}");
    assert!(!(has("aws:SourceIp") && has("aws:SourceVpce")), "an address in an endpoint: {path}");
    for (key, value) in context {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        assert!(values.iter().all(Value::is_string), "{key}: {path}");
    }
}
