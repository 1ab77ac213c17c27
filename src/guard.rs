//! The flow, from a trigger to its report.
//!
//! ```text
//! event → trigger → read → evaluate → decide → contain → verify → record → alert
//! ```

use std::time::Duration;

use futures_util::{StreamExt, future, stream};

use crate::alert::{compose, compose_blind};
use crate::bucket::BucketState;
use crate::event::Trigger;
use crate::exposure::evaluate;
use crate::guardrail::{Guardrail, Mode, RuleAction, decide};
use crate::ports::{Failure, Message, Reading, Target, World};
use crate::remedy::{Remedy, plan};
use crate::report::{Applied, Judged, Outcome, Report, Run, Sent};

/// Buckets of one account that are looked at side by side.
const BUCKETS_AT_ONCE: usize = 16;

/// Reads after a write before it is given up as not verified. With the waits between them 9 s.
const VERIFYING_READS: u32 = 9;

/// Wait before the second of these reads; doubled before each further one.
const FIRST_WAIT_MS: u64 = 100;

/// The longest wait between them.
const LONGEST_WAIT_MS: u64 = 2_000;

/// Runs one trigger through the whole flow.
pub async fn guard(trigger: &Trigger, guardrail: &Guardrail, world: &impl World) -> Report {
    let mut report = Report::of(trigger);
    let targets = match world.locate(&trigger.scope).await {
        Ok(targets) => targets,
        Err(failure) => {
            let message = compose_blind(trigger, None, &failure);
            report.alerts = publish(told(guardrail, vec![message]), world).await;
            report.blind = Some(failure);
            return report;
        }
    };
    if targets.is_empty() {
        report.ignored = Some("there is nothing there any more that could be open".to_owned());
    }
    let runs: Vec<_> =
        targets.into_iter().map(|target| guard_bucket(trigger, target, guardrail, world)).collect();
    let mut runs: Vec<_> = stream::iter(runs).buffer_unordered(BUCKETS_AT_ONCE).collect().await;
    runs.sort_by(|(one, _), (other, _)| one.target.cmp(&other.target));
    for (run, alerts) in runs {
        report.runs.push(run);
        report.alerts.extend(alerts);
    }
    report
}

/// The flow for one bucket.
async fn guard_bucket(
    trigger: &Trigger,
    mut target: Target,
    guardrail: &Guardrail,
    world: &impl World,
) -> (Run, Vec<Sent>) {
    let state = match world.read(&target).await {
        Ok(Reading::State(state)) => state,
        Ok(Reading::Gone(why)) => return (Run { target, outcome: Outcome::Gone(why) }, Vec::new()),
        Err(failure) => {
            let message = compose_blind(trigger, Some(&target), &failure);
            let alerts = publish(told(guardrail, vec![message]), world).await;
            return (Run { target, outcome: Outcome::Blind(failure) }, alerts);
        }
    };
    if let Some(region) = &state.region {
        target.region = region.clone();
    }
    let before = evaluate(&state, &guardrail.trust);
    let decision = decide(&before, &state, guardrail, world.now());
    let applied = contain(plan(&state, &decision), world).await;
    let judged = match verify(&target, &applied, world).await {
        None => Judged { before, decision, applied, verified: None, after: None },
        Some(Afterwards { state, holds }) => {
            let after = evaluate(&state, &guardrail.trust);
            let left = decide(&after, &state, guardrail, world.now());
            let verified = Some(holds && left.action != RuleAction::Contain);
            Judged { before, decision, applied, verified, after: Some(after) }
        }
    };
    let run = Run { target, outcome: Outcome::Judged(Box::new(judged)) };
    let alerts = publish(compose(trigger, &run), world).await;
    (run, alerts)
}

async fn contain(remedies: Vec<Remedy>, world: &impl World) -> Vec<Applied> {
    future::join_all(remedies.into_iter().map(|remedy| async move {
        let result = world.apply(&remedy).await;
        Applied { remedy, result }
    }))
    .await
}

/// What was there after a write.
struct Afterwards {
    state: BucketState,
    holds: bool,
}

/// Reads until two reads in a row agree and show every setting that was written, or the bound is
/// reached. S3's bucket configuration is eventually consistent: one good read proves nothing.
/// `None` where nothing was written.
async fn verify(target: &Target, applied: &[Applied], world: &impl World) -> Option<Afterwards> {
    if !applied.iter().any(|applied| applied.result.is_ok()) {
        return None;
    }
    let mut last: Option<BucketState> = None;
    for attempt in 0..VERIFYING_READS {
        if let Some(doublings) = attempt.checked_sub(1) {
            let wait_ms = (FIRST_WAIT_MS << doublings.min(8)).min(LONGEST_WAIT_MS);
            world.pause(Duration::from_millis(wait_ms)).await;
        }
        let Ok(Reading::State(state)) = world.read(target).await else { continue };
        let agrees = last.as_ref() == Some(&*state);
        let written = state.settings.known().is_some_and(|settings| settings.off().is_empty());
        if agrees && written {
            return Some(Afterwards { state: *state, holds: true });
        }
        last = Some(*state);
    }
    last.map(|state| Afterwards { state, holds: false })
}

async fn publish(messages: Vec<Message>, world: &impl World) -> Vec<Sent> {
    future::join_all(messages.into_iter().map(|message| async move {
        let result = world.publish(&message).await;
        Sent { message, result }
    }))
    .await
}

/// In mode `observe` nothing is told.
fn told(guardrail: &Guardrail, messages: Vec<Message>) -> Vec<Message> {
    match guardrail.mode {
        Mode::Observe => Vec::new(),
        Mode::Notify | Mode::Enforce => messages,
    }
}

/// Whether anything of `report` must come again.
#[must_use]
pub fn failure(report: &Report) -> Option<(&'static str, String)> {
    let runs = || report.runs.iter().map(|run| (&run.target.bucket, &run.outcome));
    let text = |failure: &Failure| failure.to_string();
    if let Some(blind) = &report.blind {
        return Some(("ReadFailed", text(blind)));
    }
    for (bucket, outcome) in runs() {
        match outcome {
            Outcome::Judged(judged) if judged.containment_failed() => {
                return Some(("ContainmentFailed", format!("bucket `{bucket}` is not contained")));
            }
            Outcome::Blind(failure) => return Some(("ReadFailed", text(failure))),
            Outcome::Judged(_) | Outcome::Gone(_) => {}
        }
    }
    let unsent = report.alerts.iter().find_map(|sent| sent.result.as_ref().err());
    unsent.map(|failure| ("AlertFailed", text(failure)))
}
