//! The way back: what an undo of a containment puts there again, and what of it the guardrail must
//! know so as not to fight it. A person's command in the CLI carries it out; the Lambda has neither
//! the code nor the permission to lower a setting.

use std::fmt;

use time::{Duration, OffsetDateTime};

use crate::bucket::{BucketState, Setting, Settings};
use crate::episode::{Memory, PreImage, State, Undone};
use crate::exposure::{Class, Path, Verdict, evaluate};
use crate::trust::Trust;

/// What an undo would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The settings as they were before the guardrail wrote.
    pub puts_back: Settings,
    /// Who gets in then, if the rest of the bucket is as it was.
    pub verdict: Verdict,
}

/// Why nothing is put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The record is not whole.
    #[error("what was there before episode `{0}` does not fit its checksum; nothing is put back")]
    Damaged(String),
    /// The settings of before are not known.
    #[error(
        "the settings before the guardrail wrote could not be read then: {0}; set by hand what you \
         want there"
    )]
    NotKnown(String),
    /// The settings of now are not known.
    #[error("the settings of now cannot be read: {0}; let your credentials read them")]
    Unreadable(String),
    /// Somebody else wrote since.
    #[error(
        "the settings are not what the guardrail wrote, somebody changed them since: {0}; set by \
         hand what you want there"
    )]
    Changed(Difference),
}

/// Settings that differ from what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    wrote: Settings,
    found: Settings,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differing = Setting::ALL
            .into_iter()
            .filter(|setting| self.wrote.has(*setting) != self.found.has(*setting))
            .map(|setting| {
                let is = if self.found.has(setting) { "on" } else { "off" };
                let was = if self.wrote.has(setting) { "on" } else { "off" };
                format!("{} is {is} and was left {was}", setting.name())
            });
        f.write_str(&differing.collect::<Vec<_>>().join(", "))
    }
}

/// What undoing the containment of `pre_image`, which turned `written` on, would write on a bucket
/// that is in state `live` now.
///
/// # Errors
///
/// [`Refused`] unless the settings are still what the guardrail wrote.
pub fn plan(
    pre_image: &PreImage,
    written: &[Setting],
    live: &BucketState,
    trust: &Trust,
) -> Result<Undo, Refused> {
    let before =
        pre_image.state().ok_or_else(|| Refused::Damaged(pre_image.episode.to_string()))?;
    let was = match (before.settings.known(), before.settings.error()) {
        (Some(was), _) => *was,
        (None, error) => return Err(Refused::NotKnown(error.unwrap_or_default().to_owned())),
    };
    let found = match (live.settings.known(), live.settings.error()) {
        (Some(found), _) => *found,
        (None, error) => return Err(Refused::Unreadable(error.unwrap_or_default().to_owned())),
    };
    let wrote = was.with(written);
    if found != wrote {
        return Err(Refused::Changed(Difference { wrote, found }));
    }
    let mut then = live.clone();
    then.settings = before.settings.clone();
    // with `IgnorePublicAcls` on, S3 shows the ACL without what comes back with it
    then.acl = before.acl.clone();
    let verdict = evaluate(&then, trust);
    Ok(Undo { puts_back: was, verdict })
}

/// Notes an undo in what is remembered of the bucket: until `until`, what is open then is let be,
/// and no more.
pub fn note(
    memory: &mut Memory,
    pre_image: &PreImage,
    undo: &Undo,
    reason: &str,
    by: &str,
    at: OffsetDateTime,
    lasts: Duration,
) {
    let open = || undo.verdict.paths.iter().filter(|path| path.is_open());
    let mut access: Vec<_> = open().flat_map(Path::access).collect();
    access.sort_unstable();
    access.dedup();
    memory.undone = Some(Undone {
        episode: pre_image.episode.clone(),
        at,
        until: at + lasts,
        reason: reason.to_owned(),
        by: by.to_owned(),
        exposure: open().map(|path| path.exposure).max().unwrap_or(Class::None),
        access,
    });
    if let Some(episode) = &mut memory.episode
        && episode.id == pre_image.episode
    {
        episode.state = State::Exempt;
        episode.closed_at = None;
        episode.claim = None;
        // whoever undoes it knows
        if let Some(told) = &mut episode.told {
            told.state = State::Exempt;
        }
    }
    memory.version = memory.version.saturating_add(1);
    memory.keep_until = None;
}
