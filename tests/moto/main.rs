//! The built function against moto, an AWS that nobody here wrote: events in, state and pages out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stderr, clippy::string_slice)]

#[path = "../support/mod.rs"]
mod support;

mod account_settings;
mod accounts;
mod alert_test;
mod batches;
mod episodes;
mod faults;
mod opened;
mod pages;
mod quiet;
mod rules;
mod starting;
mod undo;
mod unreadable;

/// A guardrail that closes what strangers reach, and tells what cannot be read.
const ENFORCE: &str = r#"
mode = "enforce"

[[rules]]
name     = "nothing is open to the world"
exposure = "authenticated"
action   = "contain"
urgency  = "high"

[[rules]]
name     = "what cannot be read is told"
exposure = "unknown"
action   = "alert"
urgency  = "high"
"#;

/// The only write there is, on `bucket`.
fn block(bucket: &str) -> String {
    format!("s3:PutBucketPublicAccessBlock /{bucket}")
}
