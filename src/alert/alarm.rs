//! The page as pagers take it: one JSON object in the shape of a CloudWatch alarm's message, which
//! nearly every on-call tool reads from SNS without code of anybody's own, with Rootly's keys
//! beside it and all that we know under `guardrail`.
//!
//! Sources: CloudWatch User Guide, "Notify users on alarm changes"; Rootly, "AWS SNS"
//! (docs.rootly.com/integrations/aws-sns). Of Rootly's keys `labels` and `urgency` are optional and
//! of a form that is the account's own: they are left out.

use serde::Serialize;
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, UtcOffset};

use crate::alert::body::{self, cleaned};
use crate::alert::case::Case;
use crate::alert::situation::{BLIND_URGENCY, Situation, is_first};
use crate::alert::{Stated, brief, window};
use crate::guardrail::Urgency;
use crate::ports::Failure;

/// The version of `guardrail`: a number that grows when a key changes its meaning.
const SCHEMA: u8 = 1;

/// The version of the keys that are Rootly's.
const ROOTLY_VERSION: &str = "1.0";

/// Characters of a name, and of a description and a reason, that CloudWatch allows.
const NAME_CHARS: usize = 255;
const DESCRIPTION_CHARS: usize = 1_023;

/// Bytes of the text for people that goes with it.
const TEXT_BYTES: usize = 40_000;

/// An alarm as SNS carries it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "CloudWatch's own names")]
struct Alarm {
    alarm_name: String,
    alarm_description: String,
    #[serde(rename = "AWSAccountId")]
    account_id: String,
    new_state_value: &'static str,
    old_state_value: &'static str,
    new_state_reason: String,
    state_change_time: Option<String>,
    region: String,
    alarm_arn: String,
    trigger: Value,
    #[serde(rename = "version")]
    version: &'static str,
    #[serde(rename = "status")]
    status: &'static str,
    #[serde(rename = "summary")]
    summary: String,
    #[serde(rename = "external_id")]
    external_id: String,
    #[serde(rename = "guardrail")]
    guardrail: Value,
}

/// How an alarm stands and came to stand.
struct Stands {
    old: &'static str,
    new: &'static str,
    at: Option<OffsetDateTime>,
    outcome: &'static str,
    urgency: Urgency,
}

/// The page on a bucket that was judged.
pub(super) fn of(
    case: &Case<'_>,
    situation: &Situation<'_>,
    subject: &str,
    text: &str,
    report: &Value,
) -> Value {
    let first = case.news.is_some_and(is_first);
    let new = if first { "ALARM" } else { situation.standing.alarm_state() };
    let closed = case.episode.and_then(|episode| episode.closed_at);
    let stands = Stands {
        old: if first { "OK" } else { "ALARM" },
        new,
        at: if new == "OK" { closed.or(case.trigger.event.time) } else { case.trigger.event.time },
        outcome: situation.standing.key(),
        urgency: situation.urgency(),
    };
    let mut more = report_of(case, report);
    more.insert("text".to_owned(), body::shortened(text, TEXT_BYTES).into());
    let reason = brief::reason(situation);
    alarm(case, &stands, subject, &brief::description(case, situation), &reason, more)
}

/// The end of the incident that the page before it opened.
pub(super) fn of_twin(
    case: &Case<'_>,
    situation: &Situation<'_>,
    subject: &str,
    text: &str,
) -> Value {
    let stands = Stands {
        old: "ALARM",
        new: "OK",
        at: case.episode.and_then(|episode| episode.closed_at).or(case.trigger.event.time),
        outcome: situation.standing.key(),
        urgency: situation.urgency(),
    };
    let mut more = Map::new();
    more.insert("twin".to_owned(), true.into());
    more.insert("text".to_owned(), text.into());
    let reason = brief::reason(situation);
    alarm(case, &stands, subject, &brief::description(case, situation), &reason, more)
}

/// The page on what could not be looked at.
pub(super) fn of_blind(
    case: &Case<'_>,
    failure: &Failure,
    subject: &str,
    text: &str,
    report: &Value,
) -> Value {
    let stands = Stands {
        old: "OK",
        new: "ALARM",
        at: case.trigger.event.time,
        outcome: "not_read",
        urgency: BLIND_URGENCY,
    };
    let mut more = report_of(case, report);
    more.insert("text".to_owned(), body::shortened(text, TEXT_BYTES).into());
    let reason = brief::blind_reason(failure);
    alarm(case, &stands, subject, &brief::blind_description(case), &reason, more)
}

/// The page on an account's own settings, or its end; with subject, glance and text.
pub(super) fn of_account(
    case: &Case<'_>,
    stated: &Stated,
    is_twin: bool,
    [subject, glance, text]: [&String; 3],
    report: &Value,
) -> Value {
    let (old, new) = if is_twin { ("ALARM", "OK") } else { ("OK", "ALARM") };
    let (outcome, urgency) = (stated.outcome, stated.urgency);
    let stands = Stands { old, new, at: case.trigger.event.time, outcome, urgency };
    let mut more = Map::new();
    if is_twin {
        more.insert("twin".to_owned(), true.into());
    } else {
        let report = report_of(case, report).into_iter();
        // the name `account` is taken by the id
        more.extend(report.map(|(key, value)| match key.as_str() {
            "account" => ("account_settings".to_owned(), value),
            _ => (key, value),
        }));
    }
    more.insert("text".to_owned(), body::shortened(text, TEXT_BYTES).into());
    let description = format!("{glance} Runbook: {}", case.runbook());
    alarm(case, &stands, subject, &description, &stated.why, more)
}

/// A page that says nothing is open: a test of the way to whoever is on call.
pub(super) fn of_test(
    account: &str,
    region: &str,
    partition: &str,
    key: &str,
    parts: &super::test_page::Parts<'_>,
) -> Value {
    let alarm = Alarm {
        alarm_name: format!("S3 exposure: TEST ({account}) {key}"),
        alarm_description: parts.text.to_owned(),
        account_id: account.to_owned(),
        new_state_value: parts.new,
        old_state_value: parts.old,
        new_state_reason: "A person tests the way of the pages. Nothing is open.".to_owned(),
        state_change_time: Some(cloudwatch_time(parts.now)),
        region: region.to_owned(),
        alarm_arn: arn(partition, region, account, key),
        trigger: trigger("TEST"),
        version: ROOTLY_VERSION,
        status: status(parts.new),
        summary: summary(parts.subject),
        external_id: key.to_owned(),
        guardrail: json!({"schema": SCHEMA, "test": true, "episode": key, "outcome": "test",
            "urgency": "low", "text": parts.text}),
    };
    serde_json::to_value(&alarm).unwrap_or_default()
}

/// Says in a page that went another way than it should have.
pub(super) fn add_note(page: &mut Value, note: &str) {
    if let Some(Value::Object(guardrail)) = page.get_mut("guardrail") {
        guardrail.insert("note".to_owned(), note.into());
    }
    if let Some(Value::String(description)) = page.get_mut("AlarmDescription") {
        *description = brief::bounded(&format!("{note} {description}"), DESCRIPTION_CHARS);
    }
}

/// The parts of the published report that a page carries, cleaned.
fn report_of(case: &Case<'_>, report: &Value) -> Map<String, Value> {
    let mut more = Map::new();
    if let Value::Object(report) = cleaned(report) {
        more.extend(report);
    }
    if let Some(episode) = case.episode {
        let (least, most) = window::seconds(episode);
        more.insert("open_seconds".to_owned(), json!({"at_least": least, "at_most": most}));
    }
    more
}

fn alarm(
    case: &Case<'_>,
    stands: &Stands,
    subject: &str,
    description: &str,
    reason: &str,
    more: Map<String, Value>,
) -> Value {
    let (account, region, key) = (case.account(), case.region(), case.key());
    let mut guardrail = Map::new();
    let owner = case.owner().map(crate::escape::shown);
    for (name, value) in [
        ("schema", json!(SCHEMA)),
        ("episode", json!(key)),
        ("outcome", json!(stands.outcome)),
        ("urgency", json!(stands.urgency.name())),
        ("account", json!(account.as_str())),
        ("account_name", json!(case.telling.name_of(account).map(crate::escape::shown))),
        ("region", json!(region.as_str())),
        ("bucket", json!(case.bucket().map(crate::bucket::BucketName::as_str))),
        ("owner", json!(owner)),
        ("runbook", json!(case.runbook())),
        ("console", json!(case.console())),
    ] {
        guardrail.insert(name.to_owned(), value);
    }
    guardrail.extend(more);
    let alarm = Alarm {
        alarm_name: alarm_name(case, &key),
        alarm_description: brief::bounded(description, DESCRIPTION_CHARS),
        account_id: account.as_str().to_owned(),
        new_state_value: stands.new,
        old_state_value: stands.old,
        new_state_reason: brief::bounded(reason, DESCRIPTION_CHARS),
        state_change_time: stands.at.map(cloudwatch_time),
        region: region.as_str().to_owned(),
        alarm_arn: arn(region.partition(), region.as_str(), account.as_str(), &key),
        trigger: trigger(case.name()),
        version: ROOTLY_VERSION,
        status: status(stands.new),
        summary: summary(subject),
        external_id: key,
        guardrail: Value::Object(guardrail),
    };
    serde_json::to_value(&alarm).unwrap_or_default()
}

/// What a pager shows as title and, in most, takes for the key of the incident: the same in all
/// messages of one episode, and of no other.
fn alarm_name(case: &Case<'_>, key: &str) -> String {
    let last = key.rsplit('/').next().unwrap_or_default();
    let around = format!("S3 exposure:  ({}) {last}", case.account());
    let room = NAME_CHARS.saturating_sub(around.len());
    let name: String = case.name().chars().take(room).collect();
    format!("S3 exposure: {name} ({}) {last}", case.account())
}

/// No alarm of CloudWatch's, but of the form of one: tools that group by it find it the same in all
/// messages of an episode.
fn arn(partition: &str, region: &str, account: &str, key: &str) -> String {
    format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:s3-guardrail/{key}")
}

fn trigger(bucket: &str) -> Value {
    json!({
        "MetricName": "Exposure",
        "Namespace": "S3Guardrail",
        "Dimensions": [{"name": "BucketName", "value": bucket}],
    })
}

fn status(state: &str) -> &'static str {
    if state == "OK" { "resolved" } else { "triggered" }
}

fn summary(subject: &str) -> String {
    subject.split_once(": ").map_or(subject, |(_, rest)| rest).to_owned()
}

/// `2026-11-20T09:14:07.000+0000`, as CloudWatch writes it.
fn cloudwatch_time(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = time.to_hms();
    let millisecond = time.millisecond();
    format!("{}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}+0000", time.date())
}
