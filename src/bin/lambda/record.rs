//! The wide record: one JSON line a run, flat, so that a metric filter or a query finds every field
//! by its name.

use std::time::{Duration, SystemTime};

use s3_guardrail::event::{EventInfo, Refused, Trigger};
use s3_guardrail::exposure::{Exposure, Verdict};
use s3_guardrail::guardrail::{Mode, RuleAction};
use s3_guardrail::report::{Judged, Outcome, Report};
use tracing_subscriber::EnvFilter;

/// Names in one field at most; a sweep may have thousands.
const NAMES: usize = 20;

/// When a run began, and how long it took.
pub(crate) struct Times {
    pub(crate) begun_at: SystemTime,
    pub(crate) took: Duration,
}

/// Sends records to standard output, where Lambda takes them from; `RUST_LOG` chooses which.
pub(crate) fn to_standard_output() {
    let ours = "warn,s3_guardrail=info,s3_guardrail_lambda=info";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(ours));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

/// Records one run.
pub(crate) fn run(
    trigger: &Trigger,
    report: &Report,
    failure: Option<&(&'static str, String)>,
    times: &Times,
    request_id: &str,
) {
    let event = &trigger.event;
    let judged = || report.runs.iter().filter_map(|run| judged(&run.outcome));
    let gone = report.runs.iter().filter(|run| matches!(run.outcome, Outcome::Gone(_)));
    let before = widest(judged().map(|judged| &judged.before));
    let after = widest(judged().filter_map(|judged| judged.after.as_ref()));
    let decision = judged().map(|judged| &judged.decision).max_by_key(|decision| decision.action);
    let applied = || judged().flat_map(|judged| &judged.applied);
    let verified = judged().filter_map(|judged| judged.verified).reduce(|one, other| one && other);
    // which settings were off is the way back where the table was down
    let turned_on = applied().flat_map(|applied| applied.remedy.settings());
    let turned_on = turned_on.map(|setting| setting.name().to_owned());
    let episodes = || judged().filter_map(|judged| judged.episode.as_ref());
    let forgotten = judged().find_map(|judged| judged.forgotten.as_ref());
    let verdicts = judged().map(|judged| &judged.before);
    let disagreements = verdicts.filter(|verdict| verdict.disagreement.is_some());
    let disagreements = disagreements.map(|verdict| verdict.bucket.to_string());
    let unreadable = judged().flat_map(|judged| &judged.before.unreadable);
    tracing::info!(
        request_id,
        event_id = event.id,
        event_name = event.name,
        event_source = ?trigger.source,
        account = event.account.as_str(),
        region = event.region.as_str(),
        buckets = names(report.runs.iter().map(|run| run.target.bucket.to_string())),
        bucket_count = report.runs.len(),
        gone_count = gone.count(),
        exposure_before = before.map(Exposure::name),
        exposure_after = after.map(Exposure::name),
        mode = decision.map(|decision| mode(decision.mode)),
        decision = decision.map(|decision| action(decision.action)),
        applied_count = applied().filter(|applied| applied.result.is_ok()).count(),
        applied_failed_count = applied().filter(|applied| applied.result.is_err()).count(),
        turned_on = names(turned_on),
        verified,
        episodes = names(episodes().map(|episode| episode.id.to_string())),
        episode_states = names(episodes().map(|episode| episode.state.name().to_owned())),
        not_fixed_causes = names(episodes().filter_map(|episode| episode.cause.clone())),
        forgotten = forgotten.map(ToString::to_string),
        unreadable = names(unreadable.map(|(part, _)| part.clone())),
        policy_status_disagreements = names(disagreements),
        alert_count = report.alerts.iter().filter(|sent| sent.result.is_ok()).count(),
        alert_failed_count = report.alerts.iter().filter(|sent| sent.result.is_err()).count(),
        ignored = report.ignored,
        failure = failure.map(|(kind, _)| *kind),
        failure_message = failure.map(|(_, message)| message.as_str()),
        event_age_ms = event_age_ms(event, times.begun_at),
        run_ms = u64::try_from(times.took.as_millis()).unwrap_or(u64::MAX),
        "run"
    );
}

/// Records an event that was none of our business.
pub(crate) fn ignored(report: &Report, request_id: &str) {
    let event = report.event.as_ref();
    tracing::info!(
        request_id,
        event_id = event.map(|event| event.id.as_str()),
        event_name = event.map(|event| event.name.as_str()),
        account = event.map(|event| event.account.as_str()),
        region = event.map(|event| event.region.as_str()),
        ignored = report.ignored,
        "ignored"
    );
}

/// Records an event that could not be used, and of which queue message it was.
pub(crate) fn refused(refused: &Refused, message_id: Option<&str>, request_id: &str) {
    tracing::error!(
        request_id,
        message_id,
        failure = "EventRefused",
        failure_message = refused.to_string(),
        "refused"
    );
}

/// Records an event for which no time was left.
pub(crate) fn handed_back(event: &EventInfo, request_id: &str) {
    tracing::warn!(
        request_id,
        event_id = event.id,
        event_name = event.name,
        "handed back, as most of the invocation's time is over"
    );
}

fn judged(outcome: &Outcome) -> Option<&Judged> {
    match outcome {
        Outcome::Judged(judged) => Some(judged),
        Outcome::Gone(_) | Outcome::Blind(_) => None,
    }
}

/// The widest exposure; of two that reach as far, the one that may reach farther.
fn widest<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Option<Exposure> {
    let unknown = |exposure: &Exposure| match exposure {
        Exposure::Known(_) => false,
        Exposure::Unknown(_) => true,
    };
    let exposures = verdicts.map(|verdict| verdict.exposure);
    exposures.max_by_key(|exposure| (exposure.at_least(), unknown(exposure)))
}

/// The first names, separated by spaces, and how many more there are.
fn names(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join(" ")
}

/// How old the event was when its run began: the way from the change to us. It is negative where
/// the clocks differ.
fn event_age_ms(event: &EventInfo, begun_at: SystemTime) -> Option<i64> {
    let since_epoch = begun_at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let begun_ms = i64::try_from(since_epoch.as_millis()).ok()?;
    let happened_ms = i64::try_from(event.time?.unix_timestamp_nanos() / 1_000_000).ok()?;
    Some(begun_ms - happened_ms)
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Observe => "observe",
        Mode::Notify => "notify",
        Mode::Enforce => "enforce",
    }
}

fn action(action: RuleAction) -> &'static str {
    match action {
        RuleAction::Ignore => "ignore",
        RuleAction::Alert => "alert",
        RuleAction::Contain => "contain",
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use s3_guardrail::bucket::{AccountId, Region};
    use s3_guardrail::event::EventInfo;
    use time::macros::datetime;

    use super::{event_age_ms, names};

    #[test]
    fn a_field_of_names_is_bounded() {
        assert_eq!(names(["a", "b"].map(str::to_owned).into_iter()), "a b");
        let many = names((0..1_000).map(|number| number.to_string()));
        assert!(many.ends_with("19 and 980 more"), "{many}");
        assert_eq!(names(std::iter::empty()), "");
    }

    #[test]
    fn the_age_of_an_event_is_in_milliseconds() {
        let event = EventInfo {
            id: "e1".to_owned(),
            name: "PutBucketPolicy".to_owned(),
            time: Some(datetime!(1970-01-01 00:00:10 UTC)),
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
        };
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(event_age_ms(&event, at(13)), Some(3_000));
        assert_eq!(event_age_ms(&event, at(9)), Some(-1_000));
        assert_eq!(event_age_ms(&EventInfo { time: None, ..event }, at(9)), None);
    }
}
