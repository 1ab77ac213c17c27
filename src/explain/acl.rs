//! What the grants of the ACLs say to a request.
//!
//! Source: S3 User Guide, "Access control list (ACL) overview", "Controlling ownership of objects".

use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::{BucketState, Setting};
use crate::escape::quoted;
use crate::explain::{AclTold, GrantTold, Question, three_valued};
use crate::iam::Requester;

/// The service that S3's group for log delivery stands for.
const LOG_DELIVERY: &str = "logging.s3.amazonaws.com";

/// What the ACLs say.
pub(super) fn told(state: &BucketState, question: &Question) -> AclTold {
    let off = state.ownership.known().is_some_and(|ownership| !ownership.acls_in_force());
    let muted = off || ignored_at(state).next().is_some();
    let asked = Asked { state, question, off };
    let mut grants = Vec::new();
    let mut not_seen = Vec::new();
    match state.acl.known() {
        Some(acl) => grants.extend(asked.grants(acl, None)),
        None => not_seen.push("the bucket's ACL could not be read".to_owned()),
    }
    let by_own_acl = Permission::FullControl.object_actions();
    if let Some(key) = question.key.as_ref()
        && by_own_acl.contains(&question.action.name())
    {
        let objects = state.object_acls.known();
        match objects.and_then(|objects| objects.iter().find(|object| object.key == *key)) {
            Some(object) => grants.extend(asked.grants(&object.acl, Some(key))),
            None if objects.is_none() => {
                not_seen.push("the ACLs of its objects could not be read".to_owned());
            }
            None => not_seen.push("the object's own ACL is not in the snapshot".to_owned()),
        }
    }
    // an unseen list lets nobody in without a name where public grants are muted
    let may_be_named = match question.requester {
        Requester::Anonymous | Requester::Service(_) => !muted,
        Requester::Identity { .. }
        | Requester::CanonicalUser(_)
        | Requester::OriginAccessIdentity(_) => !off,
    };
    if !may_be_named {
        not_seen.clear();
    }
    let unseen = (!not_seen.is_empty()).then_some(None);
    let lets_in = three_valued::any(grants.iter().map(|grant| grant.lets_in).chain(unseen));
    AclTold { off, grants, not_seen, lets_in }
}

/// Where `IgnorePublicAcls` is known to be on.
fn ignored_at(state: &BucketState) -> impl Iterator<Item = &'static str> {
    let levels = [("account", &state.account_settings), ("bucket", &state.settings)];
    levels
        .into_iter()
        .filter(|(_, settings)| {
            settings.known().is_some_and(|settings| settings.has(Setting::IgnorePublicAcls))
        })
        .map(|(level, _)| level)
}

struct Asked<'a> {
    state: &'a BucketState,
    question: &'a Question,
    off: bool,
}

impl Asked<'_> {
    fn grants(&self, acl: &Acl, key: Option<&String>) -> impl Iterator<Item = GrantTold> {
        acl.grants.iter().enumerate().map(move |(index, grant)| self.grant(index, grant, key))
    }

    fn grant(&self, index: usize, grant: &Grant, key: Option<&String>) -> GrantTold {
        let actions = match key {
            None => grant.permission.bucket_actions(),
            Some(_) => grant.permission.object_actions(),
        };
        let permits = actions.contains(&self.question.action.name());
        let (named, whom) = self.names(&grant.grantee);
        let grants = three_valued::all([named, Some(permits)]);
        let permission = grant.permission.name();
        let why = match grants {
            Some(false) if named == Some(true) => {
                format!("{permission} is not for {}", self.question.action)
            }
            Some(true) => format!("{whom}, and {permission} is for this action"),
            Some(false) | None => whom,
        };
        let muted_by = self.muted_by(&grant.grantee).filter(|_| grants != Some(false));
        let lets_in = if muted_by.is_some() { Some(false) } else { grants };
        GrantTold {
            key: key.cloned(),
            index,
            grantee: grantee_text(&grant.grantee),
            permission,
            grants,
            muted_by,
            lets_in,
            why,
        }
    }

    /// What keeps a grant to `grantee` from having any effect.
    fn muted_by(&self, grantee: &Grantee) -> Option<String> {
        if self.off {
            return Some("ACLs are off by Object Ownership".to_owned());
        }
        let levels: Vec<&str> =
            ignored_at(self.state).filter(|_| grantee.is_surely_public()).collect();
        (!levels.is_empty())
            .then(|| format!("IgnorePublicAcls of the {} is on", levels.join(" and ")))
    }

    /// Whether the grantee is who asks, and why.
    fn names(&self, grantee: &Grantee) -> (Option<bool>, String) {
        let requester = &self.question.requester;
        match grantee {
            Grantee::AllUsers => (Some(true), "everyone, signed or not".to_owned()),
            Grantee::UnknownGroup(_) => {
                (Some(true), "a group that AWS does not document: counted as everyone".to_owned())
            }
            Grantee::AuthenticatedUsers => match requester {
                Requester::Identity { .. }
                | Requester::CanonicalUser(_)
                | Requester::OriginAccessIdentity(_) => {
                    (Some(true), "everyone with an AWS account".to_owned())
                }
                Requester::Anonymous => {
                    (Some(false), "signed requests alone, and this one is not".to_owned())
                }
                Requester::Service(_) => {
                    (Some(false), "AWS accounts, and this is a service".to_owned())
                }
            },
            Grantee::LogDelivery => {
                let is = matches!(requester, Requester::Service(name) if name == LOG_DELIVERY);
                (Some(is), "S3's log delivery alone".to_owned())
            }
            Grantee::CanonicalUser(id) | Grantee::Email(id) => self.names_user(id),
        }
    }

    fn names_user(&self, id: &str) -> (Option<bool>, String) {
        let owner = self.state.acl.known().and_then(|acl| acl.owner.as_deref());
        let is_owner = owner == Some(id);
        match &self.question.requester {
            Requester::CanonicalUser(asker) if asker == id => {
                (Some(true), "this canonical user".to_owned())
            }
            Requester::CanonicalUser(_) => (Some(false), "another canonical user".to_owned()),
            Requester::OriginAccessIdentity(_) => {
                (None, "whether it has this canonical id is not known here".to_owned())
            }
            Requester::Anonymous | Requester::Service(_) => {
                (Some(false), "one canonical user alone".to_owned())
            }
            Requester::Identity { account, .. } => match (is_owner, *account == self.state.account)
            {
                (true, true) => (Some(true), "the bucket's owner".to_owned()),
                (true, false) => (Some(false), "the bucket's owner, an other account".to_owned()),
                (false, true) if owner.is_some() => {
                    (Some(false), "a canonical user other than the bucket's owner".to_owned())
                }
                (false, _) => (
                    None,
                    format!(
                        "whether account {account} has this canonical id is not known here: ask \
                         with its own, as `canonical:ID`"
                    ),
                ),
            },
        }
    }
}

fn grantee_text(grantee: &Grantee) -> String {
    match grantee {
        Grantee::AllUsers => "AllUsers".to_owned(),
        Grantee::AuthenticatedUsers => "AuthenticatedUsers".to_owned(),
        Grantee::LogDelivery => "LogDelivery".to_owned(),
        Grantee::CanonicalUser(text) | Grantee::Email(text) | Grantee::UnknownGroup(text) => {
            text.clone()
        }
    }
}

/// ``grant 0 (`AllUsers`, READ) of the bucket's ACL``.
pub(super) fn grant_name(grant: &GrantTold) -> String {
    let of = match &grant.key {
        None => "the bucket's ACL".to_owned(),
        Some(key) => format!("the ACL of object {}", quoted(key)),
    };
    format!("grant {} ({}, {}) of {of}", grant.index, quoted(&grant.grantee), grant.permission)
}
