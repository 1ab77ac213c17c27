//! Organizations: calls by which accounts gain or lose Block Public Access without an event of
//! their own.

use serde_json::Value;

use super::record::Record;
use super::{Event, Scope, Source, catalogue, field};
use crate::bucket::AccountId;
use crate::name::shown;

/// Reads a record of Organizations. Which policy it was is in no record but those that create one:
/// where it may have been an S3 policy, the account it was for is looked at, else the event's own.
pub(super) fn read(record: Record) -> Event {
    let name = record.info.name.as_str();
    if !catalogue::ORGANIZATIONS_EVENTS.contains(&name) {
        let reason = format!("`{}` changes nobody's Block Public Access", shown(name));
        return record.ignored(reason);
    }
    if let Some(kind) = policy_type(&record).filter(|kind| *kind != "S3_POLICY") {
        let reason = format!("a policy of type `{}`, not an S3 policy", shown(kind));
        return record.ignored(reason);
    }
    let target = field::text(record.parameters, "targetId");
    let scope = match target.and_then(AccountId::of) {
        Some(account) => Scope::Account { account, region: record.info.region.clone() },
        None => record.whole_account(),
    };
    record.trigger(Source::Organizations, scope)
}

fn policy_type<'a>(record: &Record<'a>) -> Option<&'a str> {
    let asked = ["type", "policyType"].iter().find_map(|key| field::text(record.parameters, key));
    let answered = record.response.pointer("/policy/policySummary/type").and_then(Value::as_str);
    asked.or(answered)
}
