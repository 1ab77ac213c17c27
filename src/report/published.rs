//! The published form of verdicts and reports: what scripts and pipelines rely on, apart from the
//! model behind it. Fields may be added; names, types and meanings stay.

mod account;
mod decision;
mod explanation;
mod opening;
mod verdict;

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

use self::account::PublishedAccount;
use self::decision::{PublishedDecision, PublishedEpisode};
use self::explanation::PublishedExplanations;
use self::opening::PublishedOpening;
use self::verdict::PublishedVerdict;
use crate::bucket::Setting;
use crate::escape::is_hidden;
use crate::event::{Actor, ActorKind, Confidence, EventInfo, Trigger};
use crate::explain::Explanation;
use crate::exposure::Verdict;
use crate::ports::Failure;
use crate::report::{AccountRun, Applied, Judged, Outcome, Report, Run, Sent};

/// A verdict as `evaluate` gives it.
#[must_use]
pub fn verdict(verdict: &Verdict) -> impl Serialize + '_ {
    PublishedVerdict::of(verdict)
}

/// What `explain` gives: the paths of `verdict` by these indexes, and the explanation of a request.
#[must_use]
pub fn explanation<'a>(
    verdict: &'a Verdict,
    paths: impl Iterator<Item = usize>,
    explanation: Option<&'a Explanation>,
) -> impl Serialize + 'a {
    PublishedExplanations::of(verdict, paths, explanation)
}

/// A report as `replay` and the Lambda give it.
#[must_use]
pub fn replay(report: &Report) -> impl Serialize + '_ {
    let buckets: Vec<_> = report.runs.iter().filter_map(PublishedRun::of).collect();
    let gone = report.runs.iter().find_map(|run| match &run.outcome {
        Outcome::Gone(reason) => Some(reason.as_str()),
        Outcome::Blind(_) | Outcome::Judged(_) => None,
    });
    PublishedReport {
        event: report.event.as_ref().map(PublishedEvent::of),
        actor: report.actor.as_ref().map(PublishedActor::of),
        account: report.account.as_ref().map(PublishedAccount::of),
        ignored: report.ignored.as_deref().or(gone.filter(|_| buckets.is_empty())),
        buckets,
        alerts: report.alerts.iter().map(PublishedAlert::of).collect(),
        error: report.blind.as_ref().map(Failure::to_string),
    }
}

/// What an alert carries of one run: the event, the actor and the bucket, named as in [`replay`].
#[must_use]
pub fn alert(trigger: &Trigger, run: &Run) -> Value {
    to_value(&PublishedCase {
        event: PublishedEvent::of(&trigger.event),
        actor: trigger.actor.as_ref().map(PublishedActor::of),
        account: None,
        buckets: PublishedRun::of(run).into_iter().collect(),
        error: None,
    })
}

/// What an alert carries of a look at an account's own settings.
#[must_use]
pub fn account_alert(trigger: &Trigger, run: &AccountRun) -> Value {
    to_value(&PublishedCase {
        event: PublishedEvent::of(&trigger.event),
        actor: trigger.actor.as_ref().map(PublishedActor::of),
        account: Some(PublishedAccount::of(run)),
        buckets: Vec::new(),
        error: None,
    })
}

/// What an alert carries where nothing of a trigger's scope could be looked at.
#[must_use]
pub fn blind_alert(trigger: &Trigger, failure: &Failure) -> Value {
    to_value(&PublishedCase {
        event: PublishedEvent::of(&trigger.event),
        actor: trigger.actor.as_ref().map(PublishedActor::of),
        account: None,
        buckets: Vec::new(),
        error: Some(failure.to_string()),
    })
}

/// `value` as JSON on one line. What a terminal would obey or hide is escaped; the strings that it
/// stands for are the same.
pub fn line(value: &impl Serialize) -> String {
    safe(&serde_json::to_string(value).unwrap_or_default())
}

/// JSON on one line with what a terminal would obey or hide escaped.
#[must_use]
pub fn safe(json: &str) -> String {
    let mut line = String::new();
    for letter in json.chars() {
        if is_hidden(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(letter);
        }
    }
    line
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[derive(Serialize)]
struct PublishedReport<'a> {
    event: Option<PublishedEvent<'a>>,
    actor: Option<PublishedActor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<PublishedAccount<'a>>,
    buckets: Vec<PublishedRun<'a>>,
    alerts: Vec<PublishedAlert<'a>>,
    ignored: Option<&'a str>,
    error: Option<String>,
}

#[derive(Serialize)]
struct PublishedCase<'a> {
    event: PublishedEvent<'a>,
    actor: Option<PublishedActor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<PublishedAccount<'a>>,
    buckets: Vec<PublishedRun<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct PublishedEvent<'a> {
    id: &'a str,
    name: &'a str,
    time: Option<String>,
    account: &'a str,
    region: &'a str,
}

#[derive(Serialize)]
struct PublishedActor<'a> {
    kind: ActorKind,
    principal: Option<&'a str>,
    arn: Option<&'a str>,
    account: Option<&'a str>,
    name: Option<&'a str>,
    name_confidence: Confidence,
    issuer_arn: Option<&'a str>,
    source_identity: Option<&'a str>,
    identity_center_user: Option<&'a str>,
    mfa: Option<bool>,
    source_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    via: Option<&'a str>,
    access_key_id: Option<&'a str>,
}

#[derive(Serialize)]
struct PublishedRun<'a> {
    bucket: &'a str,
    account: &'a str,
    region: &'a str,
    before: Option<PublishedVerdict<'a>>,
    decision: Option<PublishedDecision<'a>>,
    applied: Vec<PublishedApplied>,
    verified: Option<bool>,
    after: Option<PublishedVerdict<'a>>,
    episode: Option<PublishedEpisode<'a>>,
    /// Who opened what, where people are told.
    opened_by: Vec<PublishedOpening<'a>>,
    /// Why nothing could be remembered of it.
    forgotten: Option<String>,
    error: Option<String>,
}

#[derive(Serialize)]
struct PublishedApplied {
    action: &'static str,
    settings: Vec<&'static str>,
    result: &'static str,
    error: Option<String>,
}

#[derive(Serialize)]
struct PublishedAlert<'a> {
    topic: &'static str,
    subject: &'a str,
    message: &'a Value,
    text: &'a str,
    result: &'static str,
    error: Option<String>,
}

impl<'a> PublishedEvent<'a> {
    fn of(event: &'a EventInfo) -> Self {
        Self {
            id: &event.id,
            name: &event.name,
            time: event.time.and_then(rfc3339),
            account: event.account.as_str(),
            region: event.region.as_str(),
        }
    }
}

impl<'a> PublishedActor<'a> {
    fn of(actor: &'a Actor) -> Self {
        Self {
            kind: actor.kind,
            principal: actor.principal.as_deref(),
            arn: actor.arn.as_deref(),
            account: actor.account.as_deref(),
            name: actor.name.as_deref(),
            name_confidence: actor.confidence,
            issuer_arn: actor.issuer_arn.as_deref(),
            source_identity: actor.source_identity.as_deref(),
            identity_center_user: actor.identity_center_user.as_deref(),
            mfa: actor.mfa,
            source_ip: actor.source_ip.as_deref(),
            user_agent: actor.user_agent.as_deref(),
            via: actor.via.as_deref(),
            access_key_id: actor.access_key_id.as_deref(),
        }
    }
}

impl<'a> PublishedRun<'a> {
    /// `None` for a bucket that is gone: there is nothing to say of it.
    fn of(run: &'a Run) -> Option<Self> {
        let mut published = Self {
            bucket: run.target.bucket.as_str(),
            account: run.target.account.as_str(),
            region: run.target.region.as_str(),
            before: None,
            decision: None,
            applied: Vec::new(),
            verified: None,
            after: None,
            episode: None,
            opened_by: Vec::new(),
            forgotten: None,
            error: None,
        };
        match &run.outcome {
            Outcome::Gone(_) => return None,
            Outcome::Blind(failure) => published.error = Some(failure.to_string()),
            Outcome::Judged(judged) => published.judge(judged),
        }
        Some(published)
    }

    fn judge(&mut self, judged: &'a Judged) {
        self.before = Some(PublishedVerdict::of(&judged.before));
        self.decision = Some(PublishedDecision::of(&judged.decision));
        self.applied = judged.applied.iter().map(PublishedApplied::of).collect();
        self.verified = judged.verified;
        self.after = judged.after.as_ref().map(PublishedVerdict::of);
        self.episode =
            judged.episode.as_ref().map(|episode| PublishedEpisode::of(episode, judged.news()));
        self.opened_by = judged.openings.iter().map(PublishedOpening::of).collect();
        self.forgotten = judged.forgotten.as_ref().map(ToString::to_string);
    }
}

impl PublishedApplied {
    fn of(applied: &Applied) -> Self {
        let (result, error) = outcome(&applied.result, "applied");
        let settings = names(applied.remedy.settings());
        Self { action: applied.remedy.action(), settings, result, error }
    }
}

impl<'a> PublishedAlert<'a> {
    fn of(sent: &'a Sent) -> Self {
        let (result, error) = outcome(&sent.result, "sent");
        Self {
            topic: sent.message.topic.name(),
            subject: &sent.message.subject,
            message: &sent.message.json,
            text: &sent.message.text,
            result,
            error,
        }
    }
}

fn outcome(result: &Result<(), Failure>, well: &'static str) -> (&'static str, Option<String>) {
    match result {
        Ok(()) => (well, None),
        Err(failure) => ("failed", Some(failure.to_string())),
    }
}

fn names(settings: &[Setting]) -> Vec<&'static str> {
    settings.iter().map(|setting| setting.name()).collect()
}

fn rfc3339(time: OffsetDateTime) -> Option<String> {
    time.to_offset(UtcOffset::UTC).format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{line, replay};
    use crate::alert::examples;
    use crate::report::{Outcome, Report, Run, Sent};

    fn report(runs: Vec<Run>) -> Report {
        Report { runs, ..Report::of(&examples::trigger()) }
    }

    fn published(report: &Report) -> Value {
        serde_json::from_str(&line(&replay(report))).unwrap()
    }

    #[test]
    fn keys_come_in_the_order_of_the_contract() {
        let text = line(&replay(&report(vec![examples::fixed()])));
        let keys = [
            "{\"event\":{\"id\":",
            "\"name\":",
            "\"time\":\"2026-11-20T09:14:07Z\"",
            "\"account\":",
            "\"region\":",
            "\"actor\":{\"kind\":\"assumed_role\"",
            "\"mfa\":false",
            "\"buckets\":[",
            "\"before\":{",
            "\"decision\":{\"mode\":\"enforce\"",
            "\"apply\":[\"BlockPublicAcls\"",
            "\"held\":[]",
            "\"applied\":[",
            "\"verified\":true",
            "\"after\":{",
            "\"alerts\":[]",
            "\"ignored\":null",
        ];
        let mut rest = text.as_str();
        for key in keys {
            rest = rest.split_once(key).unwrap_or_else(|| panic!("{key} in {text}")).1;
        }
    }

    #[test]
    fn a_write_is_published_with_what_became_of_it() {
        let applied = |run| published(&report(vec![run]))["buckets"][0]["applied"][0].clone();
        let settings = json!([
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets"
        ]);
        assert_eq!(
            applied(examples::fixed()),
            json!({"action": "s3:PutBucketPublicAccessBlock", "settings": settings,
                "result": "applied", "error": null})
        );
        let denied = applied(examples::denied());
        assert_eq!(denied["result"], "failed");
        assert!(denied["error"].as_str().unwrap().starts_with("AccessDenied: "));
    }

    #[test]
    fn what_is_held_says_why() {
        let held = |run| published(&report(vec![run]))["buckets"][0]["decision"]["held"][0].clone();
        assert_eq!(held(examples::would_fix())["reason"], "mode");
        assert_eq!(held(examples::nothing_left()), json!({"reason": "nothing_left_to_turn_on"}));
        assert_eq!(
            held(examples::exempted_and_cut()),
            json!({"reason": "exemption", "exemption": "clinic website", "expires": "2027-01-31",
                "exposure": "anonymous",
                "via": {"kind": "policy", "statement": 0, "sid": "PublicRead"}})
        );
    }

    #[test]
    fn what_is_gone_is_left_out_and_what_was_not_seen_says_so() {
        let gone = || Run {
            target: examples::target(),
            outcome: Outcome::Gone("there is no such bucket".to_owned()),
        };
        let blind = Run {
            target: examples::target(),
            outcome: Outcome::Blind(examples::failure("AccessDenied", "no role")),
        };
        let only = published(&report(vec![gone()]));
        assert_eq!(
            (&only["buckets"], &only["ignored"]),
            (&json!([]), &json!("there is no such bucket"))
        );
        let both = published(&report(vec![gone(), blind]));
        assert_eq!(both["ignored"], Value::Null);
        let entry = &both["buckets"][0];
        assert_eq!((&entry["before"], &entry["decision"]), (&Value::Null, &Value::Null));
        assert_eq!(entry["error"], "AccessDenied: no role");
        let whole = Report { blind: Some(examples::failure("Expired", "old")), ..report(vec![]) };
        assert_eq!(published(&whole)["error"], "Expired: old");
    }

    #[test]
    fn an_alert_is_published_with_its_report() {
        let message = examples::page(&examples::trigger(), &examples::fixed());
        let mut report = report(vec![examples::fixed()]);
        report.alerts = vec![Sent { message, result: Ok(()) }];
        let alert = &published(&report)["alerts"][0];
        assert_eq!((&alert["topic"], &alert["result"]), (&json!("page"), &json!("sent")));
        assert!(alert["subject"].as_str().unwrap().starts_with("ALARM: clinic-reports FIXED, "));
        assert_eq!(alert["message"]["guardrail"]["buckets"][0]["bucket"], "clinic-reports");
    }

    #[test]
    fn hidden_letters_are_escaped_and_mean_the_same() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{e0041}ä";
        let line = line(&text);
        assert_eq!(line, r#""a\u001b\u009b\u202e\udb40\udc41ä""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
