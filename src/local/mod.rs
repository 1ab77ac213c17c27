//! The ports on an in-memory account.
