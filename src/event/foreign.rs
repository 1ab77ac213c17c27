//! What reaches a function by a wrong wire: JSON that is no EventBridge event, and what to do
//! about it.

use serde_json::Value;

use super::Refused;

/// The refusal of a payload known to be something else than an EventBridge event; `None` for all
/// others.
#[must_use]
pub fn refuse_foreign(payload: &Value) -> Option<Refused> {
    let has = |key: &str| payload.get(key).is_some();
    let first = payload.get("Records").and_then(|records| records.get(0));
    let of_first = |key: &str| first.and_then(|record| record.get(key)).and_then(Value::as_str);
    let reason = if payload.pointer("/awslogs/data").is_some() {
        "a CloudWatch Logs subscription, make an EventBridge rule its trigger instead"
    } else if of_first("eventSource") == Some("aws:s3") {
        "a bucket's event notification, make an EventBridge rule its trigger instead"
    } else if of_first("eventVersion").and(of_first("eventName")).is_some() {
        "a CloudTrail log file, make an EventBridge rule its trigger instead"
    } else if has("requestPayload") && has("requestContext") {
        "a record of a Lambda destination, send what is in its `requestPayload`"
    } else if has("eventVersion") && has("eventName") && !has("detail") {
        "a CloudTrail record without its envelope, take the input path or transformer off the \
         target of the EventBridge rule"
    } else if has("TopicArn") && has("SubscribeURL") {
        "SNS asks to confirm a subscription, a queue or a function subscribes without it"
    } else {
        return None;
    };
    Some(Refused::new("event", reason))
}
