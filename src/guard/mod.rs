//! The flow, from a trigger to its report.
//!
//! ```text
//! event → trigger → read → evaluate → decide → remember → contain → verify → remember → alert
//! ```

mod account;
mod book;
mod tell;
mod verify;

use futures_util::{StreamExt, future, stream};

use self::account::guard_account;
use self::book::Book;
use self::tell::{publish, told};
use self::verify::{Afterwards, verify};
use crate::alert::{compose, compose_blind};
use crate::bucket::BucketState;
use crate::episode::{Begun, Settled};
use crate::event::Trigger;
use crate::exposure::Verdict;
use crate::guardrail::{Decision, Guardrail};
use crate::ports::{Failure, Reading, Target, World};
use crate::remedy::{Remedy, plan};
use crate::report::{Applied, Judged, Outcome, Report, Run, Sent};

/// Buckets of one account that are looked at side by side.
const BUCKETS_AT_ONCE: usize = 16;

/// Runs one trigger through the whole flow.
pub async fn guard(trigger: &Trigger, guardrail: &Guardrail, world: &impl World) -> Report {
    let mut report = Report::of(trigger);
    // one write may close every bucket: it goes first
    if let Some((run, alerts)) = guard_account(trigger, guardrail, world).await {
        report.account = Some(run);
        report.alerts = alerts;
    }
    let targets = match world.locate(&trigger.scope).await {
        Ok(targets) => targets,
        Err(failure) => {
            let messages = compose_blind(trigger, None, &failure, &guardrail.telling);
            report.alerts.extend(publish(told(guardrail, messages), world).await);
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

/// A bucket as it was found, and what the guardrail asks for.
struct Found {
    state: BucketState,
    verdict: Verdict,
    decision: Decision,
}

/// The flow for one bucket.
async fn guard_bucket(
    trigger: &Trigger,
    mut target: Target,
    guardrail: &Guardrail,
    world: &impl World,
) -> (Run, Vec<Sent>) {
    let opened = Book::open(trigger, target.clone(), guardrail, world);
    let (reading, mut book) = future::join(world.read(&target), opened).await;
    let state = match reading {
        Ok(Reading::State(state)) => *state,
        Ok(Reading::Gone(why)) => return (Run { target, outcome: Outcome::Gone(why) }, Vec::new()),
        Err(failure) => {
            let alerts = book.blind(&failure).await;
            return (Run { target, outcome: Outcome::Blind(failure) }, alerts);
        }
    };
    if let Some(region) = &state.region {
        target.region = region.clone();
    }
    let found = book.find(state);
    let (begun, found) = book.begin(found).await;
    let applied = match begun {
        Begun::Unfinished => assumed(plan(&found.state, &found.decision)),
        Begun::Concern | Begun::Nothing | Begun::Closed | Begun::Transient | Begun::Exempt => {
            contain(plan(&found.state, &found.decision), world).await
        }
    };
    let afterwards = verify(&target, &applied, guardrail, &book.past(), world).await;
    let (mut judged, state) = judged(found, applied, afterwards.as_ref());
    book.settle(&mut judged, begun, afterwards).await;
    if judged.news().is_some() {
        judged.openings = book.openings(&target, &state, &judged.before).await;
    }
    let run = Run { target, outcome: Outcome::Judged(Box::new(judged)) };
    let alerts = publish(compose(trigger, &run, &guardrail.telling), world).await;
    book.told(&alerts).await;
    (run, alerts)
}

async fn contain(remedies: Vec<Remedy>, world: &impl World) -> Vec<Applied> {
    future::join_all(remedies.into_iter().map(|remedy| async move {
        let result = world.apply(&remedy).await;
        Applied { remedy, result }
    }))
    .await
}

/// Remedies that a run before this one carried out.
fn assumed(remedies: Vec<Remedy>) -> Vec<Applied> {
    remedies.into_iter().map(|remedy| Applied { remedy, result: Ok(()) }).collect()
}

/// The judgement of a run, of which nobody is to be told yet, and the state that it is about.
fn judged(
    found: Found,
    applied: Vec<Applied>,
    afterwards: Option<&Afterwards>,
) -> (Judged, BucketState) {
    let judged = Judged {
        before: found.verdict,
        decision: found.decision,
        applied,
        verified: afterwards.map(|afterwards| afterwards.holds && afterwards.closed),
        after: afterwards.map(|afterwards| afterwards.verdict.clone()),
        seen: afterwards.is_some_and(|afterwards| afterwards.holds),
        settled: Settled::Told,
        episode: None,
        forgotten: None,
        tags: found.state.tags.clone(),
        openings: Vec::new(),
    };
    (judged, found.state)
}

/// Whether anything of `report` must come again.
#[must_use]
pub fn failure(report: &Report) -> Option<(&'static str, String)> {
    let runs = || report.runs.iter().map(|run| (&run.target.bucket, &run.outcome));
    let text = |failure: &Failure| failure.to_string();
    if let Some(blind) = &report.blind {
        return Some(("ReadFailed", text(blind)));
    }
    if let Some(run) = report.account.as_ref().filter(|run| run.failed()) {
        let message = format!("the settings of account `{}` are not contained", run.account);
        return Some(("ContainmentFailed", message));
    }
    for (bucket, outcome) in runs() {
        match outcome {
            Outcome::Judged(judged) if judged.containment_failed() => {
                return Some(("ContainmentFailed", format!("bucket `{bucket}` is not contained")));
            }
            Outcome::Judged(judged) if judged.told_elsewhere() => {
                let message = format!("another run is telling of bucket `{bucket}`");
                return Some(("ToldElsewhere", message));
            }
            Outcome::Blind(failure) => return Some(("ReadFailed", text(failure))),
            Outcome::Judged(_) | Outcome::Gone(_) => {}
        }
    }
    let mut lost = report.alerts.iter().filter(|sent| sent.is_lost());
    let unsent = lost.find_map(|sent| sent.result.as_ref().err());
    unsent.map(|failure| ("AlertFailed", text(failure)))
}
