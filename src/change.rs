//! What one change put there, as far as its event tells. What an event says is never the ground for
//! a write: it tells how long something was open that is closed by now, who opened it, and, for
//! `replay` without a snapshot, what the bucket may look like.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::snapshot::{self, ownership_named};
use crate::bucket::{
    AccessPoint, BucketState, NetworkOrigin, ObjectAcl, Observed, Ownership, Settings,
};
use crate::event::{Scope, Trigger};
use crate::iam::Document;

/// What a change put in place of what was there before; `None`: it did not touch that part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The bucket policy.
    pub policy: Option<Observed<Option<Document>>>,
    /// The ACL.
    pub acl: Option<Observed<Acl>>,
    /// The ACL of one object.
    pub object_acl: Option<ObjectAcl>,
    /// The bucket's own settings.
    pub settings: Option<Settings>,
    /// Object Ownership.
    pub ownership: Option<Ownership>,
    /// The tags, all of them.
    pub tags: Option<BTreeMap<String, String>>,
    /// Tags beside those that are there.
    pub more_tags: BTreeMap<String, String>,
    /// A new access point.
    pub access_point: Option<AccessPoint>,
}

impl Change {
    /// The change that `trigger` tells of; nothing where it is about no single bucket.
    #[must_use]
    pub fn of(trigger: &Trigger) -> Self {
        let Scope::Bucket { object, .. } = &trigger.scope else { return Self::default() };
        let parameters = &trigger.parameters;
        let mut change = Self {
            policy: parameters.get("bucketPolicy").map(document),
            settings: settings(parameters),
            ownership: ownership(parameters),
            tags: parameters.pointer("/Tagging/TagSet").map(tags),
            more_tags: parameters.pointer("/TagResourceRequest/Tags").map(tags).unwrap_or_default(),
            access_point: access_point(parameters),
            ..Self::default()
        };
        match (acl(parameters), object) {
            (Some(acl), None) => change.acl = Some(Observed::Known(acl)),
            (Some(acl), Some(key)) => {
                change.object_acl = Some(ObjectAcl { key: key.clone(), acl });
            }
            (None, _) => {}
        }
        if parameters.get("omitted").is_some() {
            // CloudTrail leaves parameters over 100 KB out
            let omitted = "the event leaves its parameters out, they were too large";
            change.policy = Some(Observed::Unknown(omitted.to_owned()));
            change.acl = Some(Observed::Unknown(omitted.to_owned()));
        }
        match trigger.event.name.as_str() {
            "DeleteBucketPolicy" => change.policy = Some(Observed::Known(None)),
            "DeleteBucketPublicAccessBlock" => change.settings = Some(Settings::default()),
            "DeleteBucketOwnershipControls" => change.ownership = Some(Ownership::ObjectWriter),
            "DeleteBucketTagging" => change.tags = Some(BTreeMap::new()),
            _ => {}
        }
        change
    }

    /// `state` as the change would leave it.
    #[must_use]
    pub fn onto(&self, state: &BucketState) -> BucketState {
        let mut state = state.clone();
        if let Some(policy) = &self.policy {
            state.policy = policy.clone();
            // AWS's opinion was of another policy
            state.policy_status = Observed::Known(None);
        }
        if let Some(acl) = &self.acl {
            state.acl = acl.clone();
        }
        if let Some(object) = &self.object_acl {
            state.object_acls = Observed::Known(vec![object.clone()]);
        }
        if let Some(settings) = self.settings {
            state.settings = Observed::Known(settings);
        }
        if let Some(ownership) = self.ownership {
            state.ownership = Observed::Known(ownership);
        }
        if let Some(tags) = &self.tags {
            state.tags = Observed::Known(tags.clone());
        }
        if let Observed::Known(tags) = &mut state.tags {
            tags.extend(self.more_tags.clone());
        }
        if let Some(point) = &self.access_point {
            state.access_points = Observed::Known(vec![point.clone()]);
        }
        state
    }
}

/// The bucket that `trigger` names, with what the change put there and nothing else; `None` where
/// the event names no bucket, or deleted it.
#[must_use]
pub fn sketch(trigger: &Trigger) -> Option<BucketState> {
    let Scope::Bucket { bucket, account, region, .. } = &trigger.scope else { return None };
    if trigger.event.name == "DeleteBucket" {
        return None;
    }
    let mut state = BucketState::empty(bucket.clone(), *account, Some(region.clone()));
    state.notes.push(
        "this state was put together from the event alone: what else the bucket holds is not known \
         here"
            .to_owned(),
    );
    Some(Change::of(trigger).onto(&state))
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
fn tags(set: &Value) -> BTreeMap<String, String> {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    let tags = each(set.get("Tag")).into_iter().filter_map(|tag| {
        Some((word(tag.get("Key")?), tag.get("Value").map(word).unwrap_or_default()))
    });
    tags.collect()
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
