//! The elements that policy documents are made of, taken out of JSON, and what is said where one is
//! not as it should be.

use std::fmt;

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

/// A position in a document, put into words only where something is wrong there.
#[derive(Clone, Copy)]
pub(super) struct Position<'a> {
    before: Option<&'a Position<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> From<&'a str> for Position<'a> {
    fn from(name: &'a str) -> Self {
        Self { before: None, step: Step::Key(name) }
    }
}

impl Position<'_> {
    pub(super) fn key<'b>(&'b self, key: &'b str) -> Position<'b> {
        Position { before: Some(self), step: Step::Key(key) }
    }

    pub(super) fn index(&self, index: usize) -> Position<'_> {
        Position { before: Some(self), step: Step::Index(index) }
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> DocumentError {
        DocumentError { place: self.to_string(), reason: reason.into() }
    }
}

impl fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(before) = self.before {
            before.fmt(f)?;
        }
        match self.step {
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => {
                if self.before.is_some() {
                    f.write_str(".")?;
                }
                key.chars().take(80).flat_map(char::escape_debug).try_for_each(|c| write!(f, "{c}"))
            }
        }
    }
}

/// One string or a list of strings, each as what `make` makes of it.
pub(super) fn strings<T>(
    value: &Value,
    place: &Position<'_>,
    make: impl Fn(&str) -> T,
) -> Result<Vec<T>, DocumentError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(make(text)),
        _ => Err(place.error("expected a string or a list of strings")),
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        _ => Ok(vec![one(value)?]),
    }
}

pub(super) fn object<'v>(
    value: &'v Value,
    place: &Position<'_>,
) -> Result<&'v Map<String, Value>, DocumentError> {
    value.as_object().ok_or_else(|| place.error("expected an object"))
}
