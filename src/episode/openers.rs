//! Who wrote what on a bucket, as far as its events told: so that a page months later can name the
//! author of a policy whose protection somebody else took away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Mark;
use super::print::hash;
use crate::bucket::{BucketState, Observed, snapshot};
use crate::change::Change;
use crate::event::Trigger;

/// Access points whose authors are remembered.
const ACCESS_POINTS: usize = 20;

/// The last change of each part of a bucket that can open it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Openers {
    /// Of the bucket policy.
    pub policy: Option<Wrote>,
    /// Of the bucket's ACL.
    pub acl: Option<Wrote>,
    /// Of its Block Public Access settings.
    pub settings: Option<Wrote>,
    /// Of Object Ownership.
    pub ownership: Option<Wrote>,
    /// Of the policies of its access points, by their names.
    pub access_points: BTreeMap<String, Wrote>,
}

/// A change, and what it put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrote {
    /// The change.
    pub mark: Mark,
    /// The print of what it put there: whoever wrote something else since, this one did not.
    pub print: String,
}

impl Openers {
    /// Notes the change that `trigger` tells of. Events come in any order: an older one than is
    /// known changes nothing.
    pub fn note(&mut self, trigger: &Trigger) {
        if let Some((name, policy)) = access_point_policy(trigger) {
            let known = self.access_points.remove(&name);
            let wrote = later(known, Wrote { mark: Mark::of(trigger), print: policy });
            if self.access_points.len() < ACCESS_POINTS {
                self.access_points.insert(name, wrote);
            }
        }
        let change = Change::of(trigger);
        let Some(then) = then(trigger, &change) else { return };
        let note = |slot: &mut Option<Wrote>, print: Option<String>| {
            if let Some(print) = print {
                *slot = Some(later(slot.take(), Wrote { mark: Mark::of(trigger), print }));
            }
        };
        note(&mut self.policy, change.policy.is_some().then(|| policy_print(&then)).flatten());
        note(&mut self.acl, change.acl.is_some().then(|| acl_print(&then)).flatten());
        note(
            &mut self.settings,
            change.settings.is_some().then(|| settings_print(&then)).flatten(),
        );
        note(
            &mut self.ownership,
            change.ownership.is_some().then(|| ownership_print(&then)).flatten(),
        );
    }
}

/// The later of two changes.
fn later(known: Option<Wrote>, new: Wrote) -> Wrote {
    match known {
        Some(known) if known.mark.time > new.mark.time => known,
        Some(_) | None => new,
    }
}

/// An otherwise empty bucket after the change; `None` where it is about none.
fn then(trigger: &Trigger, change: &Change) -> Option<BucketState> {
    let crate::event::Scope::Bucket { bucket, account, region, .. } = &trigger.scope else {
        return None;
    };
    Some(change.onto(&BucketState::empty(bucket.clone(), *account, Some(region.clone()))))
}

/// The name of the access point whose policy `trigger` tells of, and the print of the policy.
#[must_use]
pub fn access_point_policy(trigger: &Trigger) -> Option<(String, String)> {
    if trigger.event.name != "PutAccessPointPolicy" {
        return None;
    }
    let name = trigger.parameters.get("name")?.as_str()?;
    let policy = trigger.parameters.get("PutAccessPointPolicyRequest")?.get("Policy")?;
    let policy = match snapshot::policy(Some(policy)) {
        Observed::Known(Some(policy)) => policy.to_json(),
        Observed::Known(None) | Observed::Unknown(_) => return None,
    };
    (name.len() <= 64).then(|| (name.to_owned(), hash(policy.to_string().as_bytes())))
}

/// The print of a bucket policy; `None` where there is none, or it was not read.
#[must_use]
pub fn policy_print(state: &BucketState) -> Option<String> {
    let policy = state.policy.known()?.as_ref()?;
    Some(hash(policy.to_json().to_string().as_bytes()))
}

/// The print of the grants of an ACL to anybody but its owner, which S3 adds by itself.
#[must_use]
pub fn acl_print(state: &BucketState) -> Option<String> {
    let acl = state.acl.known()?;
    let owner = acl.owner.as_deref();
    let others = acl.grants.iter().filter(|grant| match &grant.grantee {
        crate::acl::Grantee::CanonicalUser(id) => Some(id.as_str()) != owner,
        crate::acl::Grantee::Email(_)
        | crate::acl::Grantee::AllUsers
        | crate::acl::Grantee::AuthenticatedUsers
        | crate::acl::Grantee::LogDelivery
        | crate::acl::Grantee::UnknownGroup(_) => true,
    });
    let mut others: Vec<String> =
        others.map(|grant| format!("{:?} {}", grant.grantee, grant.permission.name())).collect();
    others.sort();
    others.dedup();
    (!others.is_empty()).then(|| hash(others.join("\n").as_bytes()))
}

/// The print of a bucket's settings.
#[must_use]
pub fn settings_print(state: &BucketState) -> Option<String> {
    let settings = state.settings.known()?;
    Some(hash(serde_json::to_string(settings).unwrap_or_default().as_bytes()))
}

/// The print of Object Ownership.
#[must_use]
pub fn ownership_print(state: &BucketState) -> Option<String> {
    state.ownership.known().map(|ownership| hash(format!("{ownership:?}").as_bytes()))
}

/// The print of an access point's policy.
#[must_use]
pub fn point_print(state: &BucketState, name: &str) -> Option<String> {
    let points = state.access_points.known()?;
    let policy = points.iter().find(|point| point.name == name)?.policy.known()?.as_ref()?;
    Some(hash(policy.to_json().to_string().as_bytes()))
}
