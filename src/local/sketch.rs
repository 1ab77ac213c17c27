//! A bucket as far as one event tells of it. For `replay` without a snapshot only: what an event
//! says is never the ground for anything real.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::snapshot::{self, ownership_named};
use crate::bucket::{
    AccessPoint, BucketState, NetworkOrigin, ObjectAcl, Observed, Ownership, Settings,
};
use crate::event::{Scope, Trigger};
use crate::iam::Document;

/// The bucket that `trigger` names, with what the change put there; `None` where the event names no
/// bucket, or deleted it.
pub(super) fn bucket(trigger: &Trigger) -> Option<BucketState> {
    let Scope::Bucket { bucket, account, region, object } = &trigger.scope else { return None };
    if trigger.event.name == "DeleteBucket" {
        return None;
    }
    let parameters = &trigger.parameters;
    let mut state = BucketState::empty(bucket.clone(), *account, Some(region.clone()));
    state.notes.push(
        "this state was put together from the event alone: what else the bucket holds is not known \
         here"
            .to_owned(),
    );
    if parameters.get("omitted").is_some() {
        // CloudTrail leaves parameters over 100 KB out
        let omitted = "the event leaves its parameters out, they were too large";
        state.policy = Observed::Unknown(omitted.to_owned());
        state.acl = Observed::Unknown(omitted.to_owned());
    }
    if let Some(policy) = parameters.get("bucketPolicy") {
        state.policy = document(policy);
    }
    if let Some(settings) = settings(parameters) {
        state.settings = Observed::Known(settings);
    }
    if let Some(ownership) = ownership(parameters) {
        state.ownership = Observed::Known(ownership);
    }
    match (acl(parameters), object) {
        (Some(acl), None) => state.acl = Observed::Known(acl),
        (Some(acl), Some(key)) => {
            state.object_acls = Observed::Known(vec![ObjectAcl { key: key.clone(), acl }]);
        }
        (None, _) => {}
    }
    if let Some(tags) = tags(parameters) {
        state.tags = Observed::Known(tags);
    }
    if let Some(point) = access_point(parameters) {
        state.access_points = Observed::Known(vec![point]);
    }
    Some(state)
}

/// An empty document is how an event writes none.
fn document(policy: &Value) -> Observed<Option<Document>> {
    let empty = policy.as_object().is_some_and(serde_json::Map::is_empty);
    snapshot::policy(Some(policy).filter(|_| !empty))
}

fn settings(parameters: &Value) -> Option<Settings> {
    serde_json::from_value(parameters.get("PublicAccessBlockConfiguration")?.clone()).ok()
}

fn ownership(parameters: &Value) -> Option<Ownership> {
    let rule = parameters.get("OwnershipControls").and_then(|controls| controls.get("Rule"));
    let rule = rule.and_then(|rule| rule.get("ObjectOwnership"));
    ownership_named(text(rule.or(parameters.get("x-amz-object-ownership"))?)?)
}

/// A string, or the one string of a list (records of before 2020).
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Array(list) => list.first().and_then(Value::as_str),
        _ => value.as_str(),
    }
}

/// One value, or each of a list: XML with one child becomes an object, with several a list.
fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

/// The ACL of a change in one of its three forms: canned, headers, XML.
fn acl(parameters: &Value) -> Option<Acl> {
    if let Some(canned) = parameters.get("x-amz-acl").and_then(text) {
        return Some(Acl { owner: None, grants: canned_grants(canned) });
    }
    if let Some(Value::Object(headers)) = parameters.get("accessControlList") {
        let grants = headers.iter().flat_map(|(header, value)| header_grants(header, value));
        return Some(Acl { owner: None, grants: grants.collect() });
    }
    let policy = parameters.get("AccessControlPolicy")?;
    let owner = policy.get("Owner").and_then(|owner| owner.get("ID")).and_then(Value::as_str);
    let list = policy.get("AccessControlList").and_then(|list| list.get("Grant"));
    let grants = each(list).into_iter().filter_map(|grant| {
        let grantee = grant.get("Grantee")?;
        let uri = grantee.get("URI").and_then(text).map(Grantee::from_uri);
        let id = grantee.get("ID").and_then(text).map(|id| Grantee::CanonicalUser(id.to_owned()));
        let permission = Permission::from_name(grant.get("Permission").and_then(text)?)?;
        Some(Grant { grantee: uri.or(id)?, permission })
    });
    Some(Acl { owner: owner.map(str::to_owned), grants: grants.collect() })
}

/// Source: ACL overview, "Canned ACL".
fn canned_grants(name: &str) -> Vec<Grant> {
    let grant = |grantee, permission| Grant { grantee, permission };
    match name {
        "public-read" => vec![grant(Grantee::AllUsers, Permission::Read)],
        "public-read-write" => vec![
            grant(Grantee::AllUsers, Permission::Read),
            grant(Grantee::AllUsers, Permission::Write),
        ],
        "authenticated-read" => vec![grant(Grantee::AuthenticatedUsers, Permission::Read)],
        "log-delivery-write" => vec![
            grant(Grantee::LogDelivery, Permission::Write),
            grant(Grantee::LogDelivery, Permission::ReadAcp),
        ],
        _ => Vec::new(),
    }
}

/// `x-amz-grant-read: uri="…", id="…"`.
fn header_grants(header: &str, value: &Value) -> Vec<Grant> {
    let permission = match header.to_ascii_lowercase().as_str() {
        "x-amz-grant-read" => Permission::Read,
        "x-amz-grant-write" => Permission::Write,
        "x-amz-grant-read-acp" => Permission::ReadAcp,
        "x-amz-grant-write-acp" => Permission::WriteAcp,
        "x-amz-grant-full-control" => Permission::FullControl,
        _ => return Vec::new(),
    };
    let grantees = text(value).unwrap_or_default().split(',').filter_map(|entry| {
        let (kind, name) = entry.trim().split_once('=')?;
        let name = name.trim_matches('"');
        match kind {
            "uri" => Some(Grantee::from_uri(name)),
            "id" => Some(Grantee::CanonicalUser(name.to_owned())),
            "emailAddress" => Some(Grantee::Email(name.to_owned())),
            _ => None,
        }
    });
    grantees.map(|grantee| Grant { grantee, permission }).collect()
}

/// Values come coerced: `true` for `<Value>true</Value>`.
fn tags(parameters: &Value) -> Option<BTreeMap<String, String>> {
    let set = parameters.get("Tagging")?.get("TagSet")?;
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    let tags = each(set.get("Tag")).into_iter().filter_map(|tag| {
        Some((word(tag.get("Key")?), tag.get("Value").map(word).unwrap_or_default()))
    });
    Some(tags.collect())
}

fn access_point(parameters: &Value) -> Option<AccessPoint> {
    let request = parameters.get("CreateAccessPointRequest")?;
    let vpc = request.get("VpcConfiguration");
    let id = vpc.and_then(|vpc| vpc.get("VpcId")).and_then(text).map(str::to_owned);
    Some(AccessPoint {
        name: parameters.get("name").and_then(text)?.to_owned(),
        account: None,
        origin: if vpc.is_some() { NetworkOrigin::Vpc(id) } else { NetworkOrigin::Internet },
        settings: Observed::Known(settings(request).unwrap_or(Settings::ALL_ON)),
        policy: Observed::Known(None),
    })
}
