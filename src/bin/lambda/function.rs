//! One invocation: what it brought is opened, read, run through the flow and answered.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use futures_util::{StreamExt, stream};
use lambda_runtime::{Context, Diagnostic};
use s3_guardrail::aws::delivery::{self, Delivery, Message};
use s3_guardrail::aws::{Aws, Clients};
use s3_guardrail::event::{self, Event, Refused, Trigger};
use s3_guardrail::guard::{failure, guard};
use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::report::{Report, published};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::batch::{self, Job};
use crate::record;

/// Buckets of a batch that are worked on side by side.
const LANES_AT_ONCE: usize = 8;

/// Bytes of an answer; Lambda takes 6 MB.
const ANSWER_LIMIT: usize = 5_000_000;

/// The function, kept from one invocation to the next.
pub(crate) struct Function {
    pub(crate) guardrail: Guardrail,
    pub(crate) clients: Arc<Clients>,
}

/// Why an invocation failed, so that the event comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// A stable name: `EventRefused`, `ReadFailed`, `ContainmentFailed`, `AlertFailed`,
    /// `ToldElsewhere`, `NoTimeLeft`, `AnswerFailed`.
    kind: &'static str,
    message: String,
}

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        Self { error_type: failed.kind.to_owned(), error_message: failed.message }
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self { kind: "EventRefused", message: refused.to_string() }
    }
}

/// Ids of messages that are to come again, each with what failed.
type Again = Vec<(String, Failed)>;

/// The world and the time of one invocation.
struct Invocation<'a> {
    aws: Aws,
    request_id: &'a str,
    /// When three quarters of its time are over.
    late: Option<Instant>,
}

impl Function {
    /// Answers one invocation: a batch with the messages that are to come again, a single event
    /// with its report.
    pub(crate) async fn invoke(
        &self,
        payload: &str,
        context: &Context,
    ) -> Result<Box<RawValue>, Failed> {
        let invocation = Invocation {
            aws: Aws::new(Arc::clone(&self.clients), &context.invoked_function_arn),
            request_id: &context.request_id,
            late: late(context.deadline()),
        };
        let opened = delivery::open(payload);
        match opened.inspect_err(|refused| record::refused(refused, None, invocation.request_id))? {
            Delivery::Single(text) => self.single(&text, &invocation).await,
            Delivery::Batch(messages) => answer(self.batch(messages, &invocation).await),
        }
    }

    async fn single(
        &self,
        text: &str,
        invocation: &Invocation<'_>,
    ) -> Result<Box<RawValue>, Failed> {
        let read = event::read(text);
        match read.inspect_err(|refused| record::refused(refused, None, invocation.request_id))? {
            Event::Ignored { event, actor, reason } => {
                let report = Report::ignored(event, actor, reason);
                record::ignored(&report, invocation.request_id);
                answer_with(&report)
            }
            Event::Trigger(trigger) => answer_with(&self.run(&trigger, invocation).await?),
        }
    }

    /// Runs a batch and gives the ids of the messages that are to come again, and why.
    async fn batch(&self, messages: Vec<Message>, invocation: &Invocation<'_>) -> Again {
        let read = messages.into_iter().map(|message| (message.id, event::read(&message.body)));
        let batch = batch::arrange(read);
        for report in &batch.ignored {
            record::ignored(report, invocation.request_id);
        }
        let mut again = Vec::new();
        for (message, refused) in batch.refused {
            record::refused(&refused, Some(&message), invocation.request_id);
            again.push((message, refused.into()));
        }
        let lanes = batch.lanes.into_iter().map(|lane| self.jobs(lane, invocation));
        let lanes: Vec<_> = stream::iter(lanes).buffer_unordered(LANES_AT_ONCE).collect().await;
        again.extend(lanes.into_iter().flatten());
        again.extend(self.jobs(batch.last, invocation).await);
        again
    }

    /// Runs jobs one after the other, and hands back those for which no time is left: Lambda ends
    /// the function at its deadline, and then the whole batch comes again, done or not.
    async fn jobs(&self, jobs: Vec<Job>, invocation: &Invocation<'_>) -> Again {
        let mut again = Vec::new();
        for job in jobs {
            let run = if invocation.late.is_some_and(|late| Instant::now() > late) {
                record::handed_back(&job.trigger.event, invocation.request_id);
                let message = "most of the invocation's time was over before its turn";
                Err(Failed { kind: "NoTimeLeft", message: message.to_owned() })
            } else {
                self.run(&job.trigger, invocation).await
            };
            if let Err(failed) = run {
                again.extend(job.messages.into_iter().map(|message| (message, failed.clone())));
            }
        }
        again
    }

    async fn run(&self, trigger: &Trigger, invocation: &Invocation<'_>) -> Result<Report, Failed> {
        let begun = Instant::now();
        let begun_at = SystemTime::now();
        let report = Box::pin(guard(trigger, &self.guardrail, &invocation.aws)).await;
        let failure = failure(&report);
        let times = record::Times { begun_at, took: begun.elapsed() };
        record::run(trigger, &report, failure.as_ref(), &times, invocation.request_id);
        match failure {
            None => Ok(report),
            Some((kind, message)) => Err(Failed { kind, message }),
        }
    }
}

/// The answer to a batch. A message without an id cannot be listed in it: its sender takes no such
/// answer, and the invocation fails in its place.
fn answer(again: Again) -> Result<Box<RawValue>, Failed> {
    if let Some((_, failed)) = again.iter().find(|(message, _)| message.is_empty()) {
        return Err(failed.clone());
    }
    let mut answer = SqsBatchResponse::default();
    answer.set_failures(again.into_iter().map(|(message, _)| message));
    json(&answer)
}

/// The answer to a single event: its report, but for the buckets of an account so large that Lambda
/// would not take it.
fn answer_with(report: &Report) -> Result<Box<RawValue>, Failed> {
    let answer = json(&published::replay(report))?;
    if answer.get().len() <= ANSWER_LIMIT {
        return Ok(answer);
    }
    let reason = "done; the report is larger than Lambda takes, its record is in the log";
    let (event, actor) = (report.event.clone(), report.actor.clone());
    json(&published::replay(&Report::ignored(event, actor, reason.to_owned())))
}

fn json(answer: &impl Serialize) -> Result<Box<RawValue>, Failed> {
    to_raw_value(answer)
        .map_err(|error| Failed { kind: "AnswerFailed", message: error.to_string() })
}

/// When three quarters of the time until `deadline` are over; `None` where there is no deadline.
fn late(deadline: SystemTime) -> Option<Instant> {
    let left = deadline.duration_since(SystemTime::now()).ok()?;
    Instant::now().checked_add(left * 3 / 4)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant, SystemTime};

    use lambda_runtime::Diagnostic;
    use s3_guardrail::event::Refused;

    use super::{Failed, answer, late};

    #[test]
    fn a_failure_has_a_stable_name() {
        let refused = Refused { place: "detail".to_owned(), reason: "is missing".to_owned() };
        let diagnostic = Diagnostic::from(Failed::from(refused));
        assert_eq!(diagnostic.error_type, "EventRefused");
        assert_eq!(diagnostic.error_message, "detail: is missing");
    }

    #[test]
    fn what_failed_is_listed_and_what_cannot_be_listed_fails_all() {
        let failed = Failed { kind: "ReadFailed", message: "no".to_owned() };
        let listed = answer(vec![("m1".to_owned(), failed.clone())]).unwrap();
        let expected = r#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#;
        assert_eq!(listed.get(), expected);
        assert_eq!(answer(Vec::new()).unwrap().get(), r#"{"batchItemFailures":[]}"#);
        let unlisted = vec![("m1".to_owned(), failed.clone()), (String::new(), failed.clone())];
        assert_eq!(answer(unlisted).unwrap_err(), failed);
    }

    #[test]
    fn it_is_late_after_three_quarters_of_the_time() {
        let now = Instant::now();
        let late = late(SystemTime::now() + Duration::from_secs(40)).unwrap();
        let after = late.duration_since(now);
        assert!((Duration::from_secs(29)..Duration::from_secs(31)).contains(&after), "{after:?}");
        assert!(super::late(SystemTime::UNIX_EPOCH).is_none());
    }
}
