//! The policy language: documents, principals, actions, resources, conditions, patterns, and who
//! is let in by them. Knows nothing of a bucket's settings, of guardrails, events or alerts.

mod action;
mod document;
mod pattern;

pub use self::action::{Access, Action};
pub use self::document::{Document, DocumentError};
pub use self::pattern::Glob;
