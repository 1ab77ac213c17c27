//! A policy document.

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {}

/// Why a document does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a policy document")]
pub struct DocumentError;

impl Document {
    /// # Errors
    ///
    /// [`DocumentError`] where `text` is not a policy document.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        crate::strict_json::parse(text).map(|_| Self {}).map_err(|_| DocumentError)
    }
}
