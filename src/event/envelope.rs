//! The envelope that EventBridge puts round an event. It stamps source, account and Region itself;
//! the detail of a custom event is whatever its sender wrote, so only AWS's own sources count.

use serde_json::Value;

use super::{Actor, Event, EventInfo, Refused, Scope, Source, Trigger, field};
use crate::bucket::{AccountId, Region};
use crate::name::shown;
use crate::strict_json;

/// The longest event that is read: what an SQS message can hold at most. EventBridge passes on no
/// CloudTrail record above 256 KB.
const LONGEST_EVENT_BYTES: usize = 1_048_576;

/// The longest list within an event: no request of S3 has one of more than 1,000.
const LONGEST_LIST: usize = 10_000;

/// An event in its envelope.
pub(super) struct Envelope<'a> {
    /// Who and when, as the envelope says; the detail type for a name.
    pub(super) info: EventInfo,
    /// The service, `aws.s3`.
    pub(super) source: String,
    /// What the service says.
    pub(super) detail: &'a Value,
}

/// Reads JSON within bounds.
///
/// # Errors
///
/// [`Refused`] where `text` is too long, too wide, too deep, no JSON, or names a key twice.
pub(super) fn parse(text: &str) -> Result<Value, Refused> {
    let refuse = |reason: String| Refused::new("event", reason);
    if text.len() > LONGEST_EVENT_BYTES {
        let size = text.len();
        return Err(refuse(format!("{size} bytes long, at most {LONGEST_EVENT_BYTES} are read")));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = strict_json::parse(text).map_err(|error| {
        let error: String =
            error.to_string().chars().take(200).flat_map(char::escape_default).collect();
        refuse(format!("not the JSON of an event: {error}"))
    })?;
    if has_long_list(&value) {
        return Err(refuse(format!("a list of more than {LONGEST_LIST} values, no event has one")));
    }
    Ok(value)
}

impl<'a> Envelope<'a> {
    /// # Errors
    ///
    /// [`Refused`] where `value` is no event of an AWS service, or its account or Region is none.
    pub(super) fn open(value: &'a Value) -> Result<Self, Refused> {
        if !value.is_object() {
            return Err(Refused::new("event", "not an object, an EventBridge event was expected"));
        }
        let required = |key: &str, expected: &str| {
            let missing = || Refused::new(key, format!("missing, {expected} was expected"));
            field::text(value, key).ok_or_else(missing)
        };
        let source = required("source", "the source of an AWS service, such as `aws.s3`,")?;
        if !source.starts_with("aws.") {
            let source = shown(source);
            let reason = format!("`{source}` is no AWS service, only AWS's own events are taken");
            return Err(Refused::new("source", reason));
        }
        let name = required("detail-type", "a detail type")?;
        let account = AccountId::parse(required("account", "an account of 12 digits")?)
            .map_err(|error| Refused::new("account", error.to_string()))?;
        let region = Region::parse(required("region", "a Region such as `eu-west-1`")?)
            .map_err(|error| Refused::new("region", error.to_string()))?;
        let detail = value.get("detail").filter(|detail| !detail.is_null());
        let detail = detail
            .ok_or_else(|| Refused::new("detail", "missing, what happened was expected in it"))?;
        let id = match field::text(detail, "eventID") {
            Some(id) => id,
            None => required("id", "the id of the event")?,
        };
        let info = EventInfo {
            id: field::bounded(id),
            name: field::bounded(name),
            time: field::time(value, "time"),
            account,
            region,
        };
        Ok(Self { info, source: source.to_owned(), detail })
    }

    /// Whether the detail is a CloudTrail record.
    pub(super) fn is_cloudtrail(&self) -> bool {
        self.info.name.ends_with(" via CloudTrail")
    }

    /// The detail, which must be an object.
    pub(super) fn object(&self) -> Result<&'a Value, Refused> {
        let expected = || Refused::new("detail", "not an object, what happened was expected in it");
        Some(self.detail).filter(|detail| detail.is_object()).ok_or_else(expected)
    }

    /// The event as a trigger.
    pub(super) fn trigger(&self, source: Source, actor: Option<Actor>, scope: Scope) -> Event {
        let event = self.info.clone();
        Event::Trigger(Box::new(Trigger { event, source, actor, scope, parameters: Value::Null }))
    }

    /// The event as a trigger for every bucket of its account.
    pub(super) fn sweep(&self, source: Source) -> Event {
        let (account, region) = (self.info.account, self.info.region.clone());
        self.trigger(source, None, Scope::Account { account, region })
    }

    /// The event as none of our business.
    pub(super) fn ignored(&self, reason: impl Into<String>) -> Event {
        Event::Ignored { event: Some(self.info.clone()), actor: None, reason: reason.into() }
    }
}

fn has_long_list(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.len() > LONGEST_LIST || list.iter().any(has_long_list),
        Value::Object(object) => object.values().any(has_long_list),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
