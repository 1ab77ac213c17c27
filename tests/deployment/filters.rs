//! CloudWatch's patterns for JSON logs, as far as `infra/alarms.tf` uses them: terms joined by
//! `&&`, each `$.field = "text"`, `$.field > number` or `$.field NOT EXISTS`.
//!
//! Source: CloudWatch Logs User Guide, "Filter pattern syntax".

use serde_json::Value;

/// Whether `pattern` counts `record`.
#[track_caller]
pub fn counts(pattern: &str, record: &Value) -> bool {
    let inner = pattern.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.unwrap_or_else(|| panic!("`{pattern}` is no pattern for JSON"));
    inner.split("&&").all(|term| holds(term.trim(), record))
}

fn holds(term: &str, record: &Value) -> bool {
    let words: Vec<_> = term.splitn(3, ' ').collect();
    let field = words[0].strip_prefix("$.").unwrap_or_else(|| panic!("`{term}` names no field"));
    let value = record.get(field).filter(|value| !value.is_null());
    match (words[1], words[2]) {
        ("=", text) => value.and_then(Value::as_str) == Some(text.trim_matches('"')),
        (">", number) => {
            let bound: f64 = number.parse().unwrap();
            value.and_then(Value::as_f64).is_some_and(|value| value > bound)
        }
        ("NOT", "EXISTS") => value.is_none(),
        _ => panic!("`{term}` is not understood"),
    }
}
