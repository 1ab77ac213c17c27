//! From what a function is invoked with to single events: an event as it is, a batch of SQS, SNS's
//! notifications, a list of Pipes. A message that is no event stays in the batch and is refused
//! when it is read, so that it harms no other.

use aws_lambda_events::sqs::SqsMessage;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::event::{Refused, refuse_foreign};

/// What a payload holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// One event, or what is to be refused as one: failing fails the invocation.
    Single(String),
    /// The messages of a batch, each of which may fail alone.
    Batch(Vec<Message>),
}

/// One message of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// SQS's `messageId`, for `batchItemFailures`. Empty where the sender takes no such answer
    /// (SNS, Pipes): if one of those fails, the invocation must.
    pub id: String,
    /// The event.
    pub body: String,
}

/// Opens a payload.
///
/// # Errors
///
/// [`Refused`] where it is known to be something else than events: log files, subscriptions of
/// CloudWatch Logs, bucket notifications, records of Lambda destinations, bare CloudTrail records.
pub fn open(payload: &str) -> Result<Delivery, Refused> {
    let payload = payload.strip_prefix('\u{feff}').unwrap_or(payload);
    let records = match serde_json::from_str::<Records>(payload) {
        Ok(Records { records }) if records.iter().any(|record| Carrier::of(record).is_some()) => {
            records
        }
        Ok(Records { records }) if records.is_empty() => return Ok(Delivery::Batch(Vec::new())),
        Ok(_) | Err(_) => match serde_json::from_str::<Vec<Box<RawValue>>>(payload) {
            Ok(list) => list,
            Err(_) => return single(payload),
        },
    };
    let mut messages: Vec<_> = records.iter().map(|record| message(record)).collect();
    match (messages.pop(), messages.is_empty()) {
        // SNS invokes with one notification at a time
        (Some(Message { id, body }), true) if id.is_empty() => Ok(Delivery::Single(body)),
        (last, _) => {
            messages.extend(last);
            Ok(Delivery::Batch(messages))
        }
    }
}

#[derive(Deserialize)]
struct Records {
    #[serde(rename = "Records")]
    records: Vec<Box<RawValue>>,
}

/// Who delivers a record.
enum Carrier {
    Sqs,
    Sns,
}

impl Carrier {
    fn of(record: &RawValue) -> Option<Self> {
        #[derive(Deserialize)]
        struct Named {
            #[serde(rename = "eventSource", alias = "EventSource")]
            source: String,
        }
        match serde_json::from_str::<Named>(record.get()).ok()?.source.as_str() {
            "aws:sqs" => Some(Self::Sqs),
            "aws:sns" => Some(Self::Sns),
            _ => None,
        }
    }
}

/// A notification of SNS, within SQS or within Lambda's record. The crate's own type wants the
/// signature too, which notifications of FIFO topics do not have.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Notification {
    #[serde(rename = "Type")]
    kind: String,
    message: String,
}

fn single(payload: &str) -> Result<Delivery, Refused> {
    let value = serde_json::from_str::<Value>(payload).ok();
    match value.as_ref().and_then(refuse_foreign) {
        Some(refused) => Err(refused),
        None => Ok(Delivery::Single(payload.to_owned())),
    }
}

fn message(record: &RawValue) -> Message {
    let whole = || record.get().to_owned();
    match Carrier::of(record) {
        Some(Carrier::Sqs) => sqs_message(record),
        Some(Carrier::Sns) => {
            let text = serde_json::from_str::<Value>(record.get()).ok();
            let text = text.and_then(|record| Some(record.get("Sns")?.to_string()));
            Message {
                id: String::new(),
                body: text.and_then(|text| notified(&text)).unwrap_or_else(whole),
            }
        }
        None => Message { id: String::new(), body: whole() },
    }
}

fn sqs_message(record: &RawValue) -> Message {
    let message = serde_json::from_str::<SqsMessage>(record.get()).unwrap_or_else(|_| {
        let record = serde_json::from_str::<Value>(record.get()).unwrap_or_default();
        let text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut message = SqsMessage::default();
        (message.message_id, message.body) = (text("messageId"), text("body"));
        message
    });
    let body = message.body.unwrap_or_default();
    let body = notified(&body).unwrap_or(body);
    Message { id: message.message_id.unwrap_or_default(), body }
}

/// What SNS was given to say.
fn notified(text: &str) -> Option<String> {
    let notification = serde_json::from_str::<Notification>(text).ok()?;
    (notification.kind == "Notification").then_some(notification.message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Delivery, Message, open};

    const EVENT: &str = r#"{"detail-type": "Scheduled Event", "a": 1, "a": 2}"#;

    fn sqs(id: &str, body: &str) -> serde_json::Value {
        json!({"messageId": id, "body": body, "eventSource": "aws:sqs", "attributes": {}})
    }

    fn notification() -> String {
        json!({"Type": "Notification", "MessageId": "n", "Message": EVENT}).to_string()
    }

    fn message(id: &str, body: &str) -> Message {
        Message { id: id.to_owned(), body: body.to_owned() }
    }

    #[test]
    fn an_event_stays_as_it_is() {
        for payload in [EVENT, "", "null", "\"hello\"", "{", "{}", "12"] {
            assert_eq!(open(payload), Ok(Delivery::Single(payload.to_owned())), "{payload}");
        }
    }

    #[test]
    fn a_batch_keeps_its_ids_and_every_message() {
        let odd = json!({"messageId": "3", "body": 7, "eventSource": "aws:sqs"});
        let odder = json!({"messageId": "4", "body": EVENT, "eventSource": "aws:sqs",
                           "attributes": [1]});
        let batch = json!({"Records": [sqs("1", EVENT), sqs("2", &notification()), odd, odder, 5]});
        let expected = vec![
            message("1", EVENT),
            message("2", EVENT),
            message("3", ""),
            message("4", EVENT),
            message("", "5"),
        ];
        assert_eq!(open(&batch.to_string()), Ok(Delivery::Batch(expected)));
        let empty = json!({"Records": []}).to_string();
        assert_eq!(open(&empty), Ok(Delivery::Batch(Vec::new())));
        let one = json!({"Records": [sqs("1", "")]}).to_string();
        assert_eq!(open(&one), Ok(Delivery::Batch(vec![message("1", "")])));
    }

    #[test]
    fn sns_is_unwrapped_and_has_no_ids() {
        let sns: serde_json::Value = serde_json::from_str(&notification()).unwrap();
        let record = json!({"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns});
        let one = json!({"Records": [record]}).to_string();
        assert_eq!(open(&one), Ok(Delivery::Single(EVENT.to_owned())));
        let two = json!({"Records": [record, record]}).to_string();
        let expected = vec![message("", EVENT), message("", EVENT)];
        assert_eq!(open(&two), Ok(Delivery::Batch(expected)));
    }

    #[test]
    fn a_list_of_pipes_is_a_batch_of_the_very_texts() {
        let list = format!("[{EVENT}, {EVENT}]");
        let expected = vec![message("", EVENT), message("", EVENT)];
        assert_eq!(open(&list), Ok(Delivery::Batch(expected)));
        let list = json!([sqs("1", EVENT)]).to_string();
        assert_eq!(open(&list), Ok(Delivery::Batch(vec![message("1", EVENT)])));
    }

    #[test]
    fn what_comes_by_a_wrong_wire_is_refused_with_what_to_do() {
        let record = json!({"eventVersion": "1.11", "eventName": "PutBucketPolicy",
                            "eventSource": "s3.amazonaws.com"});
        let notice = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"});
        for (payload, word) in [
            (json!({"awslogs": {"data": "H4sI"}}), "CloudWatch Logs"),
            (json!({ "Records": [record] }), "log file"),
            (json!({ "Records": [notice] }), "notification"),
            (json!({"requestContext": {}, "requestPayload": {}}), "requestPayload"),
            (record.clone(), "without its envelope"),
        ] {
            let refused = open(&payload.to_string()).unwrap_err();
            assert!(refused.reason.contains(word), "{refused}");
        }
    }
}
