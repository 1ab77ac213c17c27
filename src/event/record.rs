//! A CloudTrail record: what is the same in all of them, of whatever year and service. The kinds of
//! wrong that a sender cannot make (an account that is not the envelope's) are refused; everything
//! that AWS spells in more than one way is taken in each.

use serde_json::Value;

use super::envelope::Envelope;
use super::{Actor, Event, EventInfo, Refused, Scope, Source, Trigger, field, identity};
use crate::bucket::AccountId;
use crate::name::shown;

/// One record.
pub(super) struct Record<'a> {
    /// What identifies it.
    pub(super) info: EventInfo,
    /// Who acted.
    pub(super) actor: Actor,
    /// `requestParameters`; null where the record has none.
    pub(super) parameters: &'a Value,
    /// `responseElements`; null for most calls.
    pub(super) response: &'a Value,
    /// `resources`.
    pub(super) resources: Vec<Resource<'a>>,
    /// The record itself.
    detail: &'a Value,
}

/// A resource that a record names.
pub(super) struct Resource<'a> {
    /// Its type, `AWS::S3::Bucket`.
    pub(super) kind: &'a str,
    /// Its ARN, or the beginning that the ARNs of several have in common.
    pub(super) arn: &'a str,
    /// Its owner.
    pub(super) account: Option<AccountId>,
}

impl<'a> Record<'a> {
    /// Reads the record within `envelope`, of the service `service` (`s3.amazonaws.com`).
    ///
    /// # Errors
    ///
    /// [`Refused`] where envelope and record do not belong together, or the record lacks a name.
    pub(super) fn read(envelope: &Envelope<'a>, service: &str) -> Result<Self, Refused> {
        let detail = envelope.object()?;
        let expected = format!("aws.{}", service.strip_suffix(".amazonaws.com").unwrap_or(service));
        if envelope.source != expected {
            let [source, service, expected] = [&envelope.source, service, &expected].map(shown);
            let reason = format!("`{source}` around a record of `{service}`");
            return Err(Refused::new("source", format!("{reason}, `{expected}` was expected")));
        }
        let account = &envelope.info.account;
        let recipient = detail.get("recipientAccountId").filter(|recipient| !recipient.is_null());
        if let Some(other) = recipient.filter(|it| it.as_str() != Some(account.as_str())) {
            let other = shown(other.as_str().unwrap_or("no text"));
            let reason = format!("`{other}` in an event of account `{account}`");
            return Err(Refused::new("detail.recipientAccountId", reason));
        }
        let name = field::text(detail, "eventName").ok_or_else(|| {
            Refused::new("detail.eventName", "missing, the name of a call was expected")
        })?;
        let region = field::region(detail, "awsRegion", "detail")?;
        let info = EventInfo {
            id: envelope.info.id.clone(),
            name: field::bounded(name),
            time: field::time(detail, "eventTime").or(envelope.info.time),
            account: *account,
            region: region.unwrap_or_else(|| envelope.info.region.clone()),
        };
        Ok(Self {
            info,
            actor: identity::actor(detail),
            parameters: detail.get("requestParameters").unwrap_or(&Value::Null),
            response: detail.get("responseElements").unwrap_or(&Value::Null),
            resources: resources(detail),
            detail,
        })
    }

    /// Why the call changed nothing; `None` where it may have.
    pub(super) fn changed_nothing(&self) -> Option<String> {
        if let Some(code) = field::text(self.detail, "errorCode") {
            return Some(format!("the call failed (`{}`): it changed nothing", shown(code)));
        }
        if field::text(self.detail, "eventCategory") == Some("NetworkActivity") {
            return Some("a VPC endpoint's record of its traffic: it changed nothing".to_owned());
        }
        if field::flag(self.detail, "readOnly") == Some(true) {
            let name = shown(&self.info.name);
            return Some(format!("`{name}` is a read: it changed nothing"));
        }
        None
    }

    /// Whether the call went to S3 on Outposts, whose bucket names are a namespace of their own.
    pub(super) fn is_outposts(&self) -> bool {
        self.detail.get("edgeDeviceDetails").is_some_and(|device| !device.is_null())
            || self.resources.iter().any(|resource| resource.kind.starts_with("AWS::S3Outposts::"))
    }

    /// Whether CloudTrail left the parameters out for their length.
    pub(super) fn parameters_are_omitted(&self) -> bool {
        field::flag(self.parameters, "omitted") == Some(true)
    }

    /// Every bucket of the event's account.
    pub(super) fn whole_account(&self) -> Scope {
        let (account, region) = (self.info.account, self.info.region.clone());
        Scope::Account { account, region }
    }

    /// The record as a trigger.
    pub(super) fn trigger(self, source: Source, scope: Scope) -> Event {
        let parameters = self.parameters.clone();
        let (event, actor) = (self.info, Some(self.actor));
        Event::Trigger(Box::new(Trigger { event, source, actor, scope, parameters }))
    }

    /// The record as none of our business.
    pub(super) fn ignored(self, reason: impl Into<String>) -> Event {
        Event::Ignored { event: Some(self.info), actor: Some(self.actor), reason: reason.into() }
    }
}

fn resources(detail: &Value) -> Vec<Resource<'_>> {
    let list = detail.get("resources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let resource = |resource| {
        let either = |keys: [&str; 3]| keys.iter().find_map(|key| field::text(resource, key));
        Some(Resource {
            kind: field::text(resource, "type")?,
            arn: either(["ARN", "arn", "ARNPrefix"])?,
            account: either(["accountId", "accountid", "accountID"]).and_then(AccountId::of),
        })
    };
    list.iter().filter_map(resource).collect()
}
