//! Written → read until two reads in a row agree → evaluated → closed, or still open.

use std::time::Duration;

use crate::bucket::BucketState;
use crate::episode::{Prints, prints};
use crate::exposure::{Verdict, evaluate};
use crate::guardrail::{Guardrail, Past, RuleAction, decide};
use crate::ports::{Reading, Target, World};
use crate::report::Applied;

/// Reads after a write before it is given up as not verified. With the waits between them 9 s.
const READS: u32 = 9;

/// Wait before the second of these reads; doubled before each further one.
const FIRST_WAIT_MS: u64 = 100;

/// The longest wait between them.
const LONGEST_WAIT_MS: u64 = 2_000;

/// What was there after a write.
pub(super) struct Afterwards {
    pub(super) verdict: Verdict,
    /// What is open still and not exempt.
    pub(super) open: Prints,
    /// Whether two reads in a row agreed and showed every setting that was written.
    pub(super) holds: bool,
    /// Whether nothing is left open that was to be closed.
    pub(super) closed: bool,
}

/// Reads until two reads in a row agree and show every setting that was written, or the bound is
/// reached. S3's bucket configuration is eventually consistent: one good read proves nothing.
/// `None` where nothing was written, or nothing could be read.
pub(super) async fn verify(
    target: &Target,
    applied: &[Applied],
    guardrail: &Guardrail,
    past: &Past,
    world: &impl World,
) -> Option<Afterwards> {
    let (state, holds) = read_until_settled(target, applied, world).await?;
    let verdict = evaluate(&state, &guardrail.trust);
    let left = decide(&verdict, &state, guardrail, past, world.now());
    let open = prints(&verdict, &left);
    Some(Afterwards { verdict, open, holds, closed: left.action != RuleAction::Contain })
}

async fn read_until_settled(
    target: &Target,
    applied: &[Applied],
    world: &impl World,
) -> Option<(BucketState, bool)> {
    let written: Vec<_> = applied
        .iter()
        .filter(|applied| applied.result.is_ok())
        .flat_map(|applied| applied.remedy.settings())
        .collect();
    if written.is_empty() {
        return None;
    }
    let mut last: Option<BucketState> = None;
    for attempt in 0..READS {
        if let Some(doublings) = attempt.checked_sub(1) {
            let wait_ms = (FIRST_WAIT_MS << doublings.min(8)).min(LONGEST_WAIT_MS);
            world.pause(Duration::from_millis(wait_ms)).await;
        }
        let Ok(Reading::State(state)) = world.read(target).await else { continue };
        let agrees = last.as_ref() == Some(&*state);
        let shows = state
            .settings
            .known()
            .is_some_and(|settings| written.iter().all(|setting| settings.has(**setting)));
        if agrees && shows {
            return Some((*state, true));
        }
        last = Some(*state);
    }
    last.map(|state| (state, false))
}
