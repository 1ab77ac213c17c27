//! The published form of a look at an account's own settings.

use serde::Serialize;

use super::{PublishedApplied, names};
use crate::report::AccountRun;

#[derive(Serialize)]
pub(super) struct PublishedAccount<'a> {
    account: &'a str,
    region: &'a str,
    rules: &'a [String],
    action: Option<&'static str>,
    mode: Option<&'static str>,
    /// The settings that were off.
    off: Vec<&'static str>,
    applied: Vec<PublishedApplied>,
    verified: Option<bool>,
    error: Option<String>,
}

impl<'a> PublishedAccount<'a> {
    pub(super) fn of(run: &'a AccountRun) -> Self {
        let judged = run.outcome.as_ref().ok();
        Self {
            account: run.account.as_str(),
            region: run.region.as_str(),
            rules: &run.rules,
            action: judged.map(|judged| judged.action.name()),
            mode: judged.map(|judged| judged.mode.name()),
            off: judged.map(|judged| names(&judged.before.off())).unwrap_or_default(),
            applied: judged
                .map(|judged| judged.applied.iter().map(PublishedApplied::of).collect())
                .unwrap_or_default(),
            verified: judged.and_then(|judged| judged.verified),
            error: run.outcome.as_ref().err().map(ToString::to_string),
        }
    }
}
