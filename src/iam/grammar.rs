//! The elements that policy documents are made of, taken out of JSON, and what is said where one is
//! not as it should be.

use serde_json::{Map, Value};

/// A document that cannot be judged: where in it and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct DocumentError {
    /// Such as `Statement[2].Condition`.
    pub place: String,
    /// What is wrong there, and what was expected.
    pub reason: String,
}

/// One string or a list of strings.
pub(super) fn strings(value: &Value, place: &str) -> Result<Vec<String>, DocumentError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(at(place, "expected a string or a list of strings")),
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        _ => Ok(vec![one(value)?]),
    }
}

pub(super) fn object<'v>(
    value: &'v Value,
    place: &str,
) -> Result<&'v Map<String, Value>, DocumentError> {
    value.as_object().ok_or_else(|| at(place, "expected an object"))
}

pub(super) fn at(place: &str, reason: impl Into<String>) -> DocumentError {
    DocumentError { place: place.to_owned(), reason: reason.into() }
}

pub(super) fn inside(place: &str, name: &str) -> String {
    let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    format!("{place}.{shown}")
}
