//! What an evaluation says: the exposure, every path, and how far it can be known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bucket::{AccountId, BucketName, Setting};
use crate::iam::{Access, Action, Actions, Requester, Unproved};

/// Who gets in, from the narrowest class to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nobody from outside the owner's account.
    None,
    /// Outsiders who are all inside the zone of trust.
    Trusted,
    /// A bounded set of outsiders: accounts, organizations, canonical users, networks.
    External,
    /// Every AWS identity of the world.
    Authenticated,
    /// Everyone.
    Anonymous,
}

/// The exposure of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exposure {
    /// The widest class that gets in.
    Known(Class),
    /// Something could not be read that may let in a wider class than this one.
    Unknown(Class),
}

/// The judgement of one bucket at one time. Published form: contracts, "Verdict".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The bucket.
    pub bucket: BucketName,
    /// Its owner.
    pub account: AccountId,
    /// AWS's own meaning of public, of what is in force; `None` when an unreadable part could
    /// change it.
    pub public: Option<bool>,
    /// What AWS says, or would say, of the bucket policy alone; `None` without a policy, or where
    /// neither it nor AWS's answer could be read. Its Deny statements do not count, unless AWS's
    /// live answer shows that they do.
    pub policy_is_public: Option<bool>,
    /// Our own reading of the same where Deny statements count: whether they leave anything public.
    pub policy_is_public_with_deny: Option<bool>,
    /// Of the ACL alone; `None` where it could not be read.
    pub acl_is_public: Option<bool>,
    /// Who can really get in.
    pub exposure: Exposure,
    /// Whom `external` names, over all open paths.
    pub external: Parties,
    /// Every way in, open or latent: bucket policy, ACL, access points, object ACLs.
    pub paths: Vec<Path>,
    /// What could not be read: part and error.
    pub unreadable: Vec<(String, String)>,
    /// What a reader should know beside.
    pub warnings: Vec<String>,
    /// Our reading of the policy and AWS's live one, where they differ.
    pub disagreement: Option<Disagreement>,
}

/// `GetBucketPolicyStatus` and our own reading of the same policy differ; the wider one is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreement {
    /// AWS's `IsPublic`.
    pub aws: bool,
    /// Ours.
    pub ours: bool,
}

/// Outsiders by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties {
    /// Accounts other than the owner's.
    pub accounts: BTreeSet<AccountId>,
    /// Organization ids.
    pub organizations: BTreeSet<String>,
    /// Canonical user ids.
    pub canonical_users: BTreeSet<String>,
    /// Whatever else bounds who gets in, as the policy writes it: address ranges, VPCs, endpoints,
    /// user ids, origin access identities.
    pub others: BTreeSet<String>,
}

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Through what.
    pub via: Via,
    /// The widest class that the path reaches.
    pub exposure: Class,
    /// Whether it is AWS services that come by it, on behalf of those whom it reaches.
    pub services: bool,
    /// The actions that get through.
    pub actions: Actions,
    /// Whom it reaches, where that is a bounded set.
    pub parties: Arc<Parties>,
    /// What closes it today; empty: it is open.
    pub closed_by: Vec<Closer>,
    /// A request that the path lets through.
    pub witness: Option<Witness>,
    /// Why the witness proves nothing, or why there is none; `None`: it proves the path.
    pub unproved: Option<Unproved>,
}

/// Which way in a path is: the same in every verdict on one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayIn<'p> {
    /// Through what.
    pub via: &'p Via,
    /// The class that it reaches.
    pub exposure: Class,
    /// Whether services come by it.
    pub services: bool,
}

/// Through what a path leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// A statement of the bucket policy, by its index.
    Policy {
        /// Index of the statement, from 0.
        statement: usize,
        /// Its `Sid`, if it has one.
        sid: Option<String>,
    },
    /// A grant of the bucket's ACL, by its index.
    Acl {
        /// Index of the grant, from 0.
        grant: usize,
    },
    /// A statement of an access point's policy.
    AccessPoint {
        /// The access point.
        name: String,
        /// Index of the statement, from 0.
        statement: usize,
        /// Its `Sid`, if it has one.
        sid: Option<String>,
    },
    /// A grant of an object's ACL.
    ObjectAcl {
        /// The object's key.
        key: String,
        /// Index of the grant, from 0.
        grant: usize,
    },
}

/// What closes a path today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Closer {
    /// A setting of the account.
    Account(Setting),
    /// A setting of the bucket.
    Bucket(Setting),
    /// A setting of the access point.
    AccessPoint(Setting),
    /// ACLs take no part.
    ObjectOwnership,
    /// The access point answers one VPC only.
    NetworkOrigin,
}

/// A concrete request that gets through. Published form: contracts, "A witness".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Who asks.
    pub principal: Requester,
    /// The action.
    pub action: Action,
    /// The ARN that is asked for.
    pub resource: String,
    /// The condition keys that the request carries, by the name that the policy gives them.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Class {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Trusted => "trusted",
            Self::External => "external",
            Self::Authenticated => "authenticated",
            Self::Anonymous => "anonymous",
        }
    }
}

impl Exposure {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Known(class) => class.name(),
            Self::Unknown(_) => "unknown",
        }
    }

    /// The widest class that is known to get in.
    #[must_use]
    pub fn at_least(self) -> Class {
        match self {
            Self::Known(class) | Self::Unknown(class) => class,
        }
    }
}

impl Verdict {
    /// Whether `path`, which another verdict on the same bucket has, is closed in this one.
    #[must_use]
    pub fn closes(&self, path: &Path) -> bool {
        let mut open = self.paths.iter().filter(|then| then.is_open());
        !open.any(|then| then.way_in() == path.way_in())
    }
}

impl Path {
    /// Which way in it is.
    #[must_use]
    pub fn way_in(&self) -> WayIn<'_> {
        WayIn { via: &self.via, exposure: self.exposure, services: self.services }
    }

    /// Whether nothing closes it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed_by.is_empty()
    }

    /// AWS's access levels of its actions.
    #[must_use]
    pub fn access(&self) -> BTreeSet<Access> {
        self.actions.iter().map(Action::access).collect()
    }
}

impl Closer {
    /// The name in reports, such as `bucket.RestrictPublicBuckets`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Account(setting) => format!("account.{}", setting.name()),
            Self::Bucket(setting) => format!("bucket.{}", setting.name()),
            Self::AccessPoint(setting) => format!("access_point.{}", setting.name()),
            Self::ObjectOwnership => "ObjectOwnership".to_owned(),
            Self::NetworkOrigin => "NetworkOrigin".to_owned(),
        }
    }
}

impl Parties {
    /// Adds `other`'s names to these.
    pub fn extend(&mut self, other: &Self) {
        self.accounts.extend(other.accounts.iter().copied());
        self.organizations.extend(other.organizations.iter().cloned());
        self.canonical_users.extend(other.canonical_users.iter().cloned());
        self.others.extend(other.others.iter().cloned());
    }

    /// The names of many, which may have the same.
    pub(super) fn of_all(all: &[&Arc<Self>]) -> Self {
        Self {
            accounts: all.iter().flat_map(|one| &one.accounts).copied().collect(),
            organizations: all.iter().flat_map(|one| &one.organizations).cloned().collect(),
            canonical_users: all.iter().flat_map(|one| &one.canonical_users).cloned().collect(),
            others: all.iter().flat_map(|one| &one.others).cloned().collect(),
        }
    }

    /// Every name, accounts first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let accounts = self.accounts.iter().map(AccountId::as_str);
        let rest = [&self.organizations, &self.canonical_users, &self.others];
        accounts.chain(rest.into_iter().flatten().map(String::as_str))
    }
}
