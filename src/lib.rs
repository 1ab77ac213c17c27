//! A guardrail for S3 exposure: one event opens a bucket, one run closes it and names who did it.
//!
//! ```text
//! event ──► trigger ──► read ──► evaluate ──► decide ──► contain ──► verify ──► record ──► alert
//!  JSON     bucket,     state    exposure     decision    AWS write   state      episode    SNS
//!           actor, when          + paths      + why                   exposure
//! ```
//!
//! The event says where to look, who acted and when; only the live state says what is. The whole
//! flow is one function, [`guard::guard`].
//!
//! | module | what it holds |
//! |---|---|
//! | [`event`] | event JSON → triggers: bucket, actor, change, time |
//! | [`name`], [`bucket`], [`acl`] | names safe to use; the state, its parts, what was not read |
//! | [`iam`] | the policy language and who is let in by it; could be a crate of its own |
//! | [`trust`] | whom the user calls their own |
//! | [`exposure`] | `evaluate`: state → verdict: exposure, paths, witnesses, public |
//! | [`mod@explain`] | `explain`: why a request gets through, or does not |
//! | [`guardrail`] | the TOML file; `decide`: verdict → decision |
//! | [`remedy`] | `plan`: decision → writes, which only ever turn blocks on |
//! | [`change`], [`blame`] | what an event says was put there; which change opened what is open |
//! | [`episode`] | one exposure from opened to closed: what is remembered, what of it is news |
//! | [`mod@undo`] | `plan`: what a person's undo puts back |
//! | [`report`] | the record of one run, and its published form |
//! | [`alert`] | `compose`: record → messages to people |
//! | [`ports`], [`topic`] | what is asked of the world; where messages go |
//! | [`guard`] | the flow |
//! | [`aws`], [`local`] | the world: the AWS SDK, or an account in memory |
//! | [`strict_json`], [`escape`] | JSON without a key twice; strangers' words, safe to show |
//!
//! Invariants, held by `tests/tidy.rs` and `tests/properties.rs`:
//!
//! 1. Outside [`aws`] and the binaries nothing names `aws_*`, `tokio`, the environment, the file
//!    system or a clock.
//! 2. `evaluate`, `explain`, `decide`, `plan` and `compose` are pure and total: no `async`, no
//!    `Result`, no panic.
//! 3. No code path of the Lambda writes a `false` into a Block Public Access setting that was true,
//!    or could have been. There is no such remedy; a person's `undo` in the CLI lives apart.
//! 4. What could not be read is `Unknown`, never absent and never private; it alerts.
//! 5. Of an Allow, whatever is not proved narrow counts as wide; of a Deny, whatever is not proved
//!    effective counts as absent. What the search gave up counts as getting through.
//! 6. Exemptions fail closed: unreadable tags, an expired date or an exposure beyond the scope mean
//!    "not exempt".

pub mod acl;
pub mod alert;
pub mod aws;
pub mod blame;
pub mod bucket;
pub mod change;
pub mod episode;
pub mod escape;
pub mod event;
pub mod explain;
pub mod exposure;
pub mod guard;
pub mod guardrail;
pub mod iam;
pub mod local;
pub mod name;
pub mod ports;
pub mod remedy;
pub mod report;
pub mod strict_json;
pub mod topic;
pub mod trust;
pub mod undo;
