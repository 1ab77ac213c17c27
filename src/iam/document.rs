//! A policy document.

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {}
