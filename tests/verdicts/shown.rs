//! A verdict in few words.

use std::fmt::Write as _;

use s3_guardrail::bucket::snapshot;
use s3_guardrail::exposure::evaluate;
use s3_guardrail::report::published;
use s3_guardrail::trust::Trust;
use serde_json::Value;

/// The published verdict of `snapshot`.
pub fn published(snapshot: &Value, trust: &Trust) -> Value {
    let state = snapshot::read(&snapshot.to_string()).unwrap();
    serde_json::to_value(published::verdict(&evaluate(&state, trust))).unwrap()
}

/// The verdict in some lines: what is public, then each path, then the warnings.
pub fn verdict(snapshot: &Value, trust: &Trust) -> String {
    let verdict = published(snapshot, trust);
    let mut shown = format!("  {} public {}", word(&verdict["exposure"]), verdict["public"]);
    for field in ["policy_is_public", "policy_is_public_with_deny", "acl_is_public"] {
        let _ = write!(shown, ", {field} {}", verdict[field]);
    }
    for field in ["external_accounts", "external_orgs", "external_canonical_users"] {
        if verdict[field] != Value::Array(Vec::new()) {
            let _ = write!(shown, ", {}", verdict[field]);
        }
    }
    shown.push('\n');
    for path in verdict["paths"].as_array().unwrap() {
        let _ = writeln!(shown, "  {}", self::path(path));
    }
    for warning in verdict["warnings"].as_array().unwrap() {
        let _ = writeln!(shown, "  ! {}", word(warning));
    }
    for unread in verdict["unreadable"].as_array().unwrap() {
        let _ = writeln!(shown, "  unread {unread}");
    }
    shown
}

/// A path on one line.
pub fn path(path: &Value) -> String {
    let via = &path["via"];
    let number = if via["grant"].is_null() { &via["statement"] } else { &via["grant"] };
    let mut shown = format!("{} {number}: {}", word(&via["kind"]), word(&path["exposure"]));
    let _ = write!(shown, " {}", actions(path));
    for list in path["parties"].as_object().unwrap().values() {
        for one in list.as_array().unwrap() {
            let _ = write!(shown, " <{}>", word(one));
        }
    }
    for closer in path["closed_by"].as_array().unwrap() {
        let _ = write!(shown, " -{}", word(closer));
    }
    let _ = write!(shown, "\n    {}", witness(&path["witness"]));
    if let Some(reason) = path["unproved"].as_str() {
        let _ = write!(shown, " UNPROVED {}", reason.split(' ').next_back().unwrap_or_default());
    }
    shown
}

/// The names of few actions; of many how many they are, by their access levels.
fn actions(path: &Value) -> String {
    let names: Vec<&str> =
        path["actions"].as_array().unwrap().iter().map(|name| &word(name)[3..]).collect();
    if names.len() > 5 {
        let levels: Vec<&str> = path["access"].as_array().unwrap().iter().map(word).collect();
        return format!("{} actions ({})", names.len(), levels.join(" "));
    }
    names.join(" ")
}

fn witness(witness: &Value) -> String {
    if witness.is_null() {
        return "no witness".to_owned();
    }
    let principal = match &witness["principal"] {
        Value::String(name) => name.clone(),
        other => other["arn"].as_str().map_or_else(|| other.to_string(), str::to_owned),
    };
    let mut shown =
        format!("{principal} {} {}", word(&witness["action"]), word(&witness["resource"]));
    for (key, values) in witness["context"].as_object().unwrap() {
        let _ = write!(
            shown,
            " {key}={}",
            values.as_str().map_or_else(|| values.to_string(), str::to_owned)
        );
    }
    shown
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
