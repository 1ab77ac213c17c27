//! The published form of a verdict and its paths.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bucket::AccountId;
use crate::exposure::{Closer, Parties, Path, Verdict, Via, Witness};
use crate::iam::{Access, Action, Requester, Unproved};

#[derive(Serialize)]
pub(super) struct PublishedVerdict<'a> {
    bucket: &'a str,
    account: &'a str,
    public: Option<bool>,
    policy_is_public: Option<bool>,
    policy_is_public_with_deny: Option<bool>,
    acl_is_public: Option<bool>,
    exposure: &'static str,
    /// The widest class that is known to get in, where `exposure` is `unknown`.
    exposure_at_least: &'static str,
    external_accounts: &'a BTreeSet<AccountId>,
    external_orgs: &'a BTreeSet<String>,
    external_canonical_users: &'a BTreeSet<String>,
    external_others: &'a BTreeSet<String>,
    paths: Vec<PublishedPath<'a>>,
    unreadable: Vec<PublishedUnreadable<'a>>,
    warnings: &'a [String],
    /// What AWS says of the policy and what we say, where they differ.
    disagreement: Option<PublishedDisagreement>,
}

#[derive(Serialize)]
pub(super) struct PublishedPath<'a> {
    via: PublishedVia<'a>,
    exposure: &'static str,
    actions: Vec<&'static str>,
    access: Vec<Access>,
    open: bool,
    closed_by: Vec<String>,
    parties: PublishedParties<'a>,
    witness: Option<PublishedWitness<'a>>,
    unproved: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum PublishedVia<'a> {
    Policy { statement: usize, sid: Option<&'a str> },
    Acl { grant: usize },
    AccessPoint { name: &'a str, statement: usize, sid: Option<&'a str> },
    ObjectAcl { key: &'a str, grant: usize },
}

#[derive(Serialize)]
struct PublishedParties<'a> {
    accounts: &'a BTreeSet<AccountId>,
    organizations: &'a BTreeSet<String>,
    canonical_users: &'a BTreeSet<String>,
    others: &'a BTreeSet<String>,
}

#[derive(Serialize)]
struct PublishedWitness<'a> {
    principal: PublishedPrincipal<'a>,
    action: &'static str,
    resource: &'a str,
    context: BTreeMap<&'a str, OneOrMany<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum PublishedPrincipal<'a> {
    Name(&'static str),
    Aws { account: &'a str, arn: &'a str },
    CanonicalUser { canonical_user: &'a str },
    Service { service: &'a str },
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<'a> {
    One(&'a str),
    Many(&'a [String]),
}

#[derive(Serialize)]
struct PublishedUnreadable<'a> {
    part: &'a str,
    error: &'a str,
}

#[derive(Serialize)]
struct PublishedDisagreement {
    aws: bool,
    ours: bool,
}

impl<'a> PublishedVerdict<'a> {
    pub(super) fn of(verdict: &'a Verdict) -> Self {
        Self {
            bucket: verdict.bucket.as_str(),
            account: verdict.account.as_str(),
            public: verdict.public,
            policy_is_public: verdict.policy_is_public,
            policy_is_public_with_deny: verdict.policy_is_public_with_deny,
            acl_is_public: verdict.acl_is_public,
            exposure: verdict.exposure.name(),
            exposure_at_least: verdict.exposure.at_least().name(),
            external_accounts: &verdict.external.accounts,
            external_orgs: &verdict.external.organizations,
            external_canonical_users: &verdict.external.canonical_users,
            external_others: &verdict.external.others,
            paths: verdict.paths.iter().map(PublishedPath::of).collect(),
            unreadable: verdict
                .unreadable
                .iter()
                .map(|(part, error)| PublishedUnreadable { part, error })
                .collect(),
            warnings: &verdict.warnings,
            disagreement: verdict.disagreement.map(|differing| PublishedDisagreement {
                aws: differing.aws,
                ours: differing.ours,
            }),
        }
    }
}

impl<'a> PublishedPath<'a> {
    pub(super) fn of(path: &'a Path) -> Self {
        Self {
            via: PublishedVia::of(&path.via),
            exposure: path.exposure.name(),
            actions: path.actions.iter().map(Action::name).collect(),
            access: path.access().into_iter().collect(),
            open: path.is_open(),
            closed_by: path.closed_by.iter().copied().map(Closer::name).collect(),
            parties: PublishedParties::of(&path.parties),
            witness: path.witness.as_ref().map(PublishedWitness::of),
            unproved: path.unproved.map(Unproved::reason),
        }
    }
}

impl<'a> PublishedVia<'a> {
    pub(super) fn of(via: &'a Via) -> Self {
        match via {
            Via::Policy { statement, sid } => {
                Self::Policy { statement: *statement, sid: sid.as_deref() }
            }
            Via::Acl { grant } => Self::Acl { grant: *grant },
            Via::AccessPoint { name, statement, sid } => {
                Self::AccessPoint { name, statement: *statement, sid: sid.as_deref() }
            }
            Via::ObjectAcl { key, grant } => Self::ObjectAcl { key, grant: *grant },
        }
    }
}

impl<'a> PublishedParties<'a> {
    fn of(parties: &'a Parties) -> Self {
        Self {
            accounts: &parties.accounts,
            organizations: &parties.organizations,
            canonical_users: &parties.canonical_users,
            others: &parties.others,
        }
    }
}

impl<'a> PublishedWitness<'a> {
    fn of(witness: &'a Witness) -> Self {
        Self {
            principal: PublishedPrincipal::of_requester(&witness.principal),
            action: witness.action.name(),
            resource: &witness.resource,
            context: witness
                .context
                .iter()
                .map(|(key, values)| (key.as_str(), OneOrMany::of(values)))
                .collect(),
        }
    }
}

impl<'a> PublishedPrincipal<'a> {
    pub(super) fn of_requester(requester: &'a Requester) -> Self {
        match requester {
            Requester::Anonymous => Self::Name("anonymous"),
            Requester::Identity { account, arn } => Self::Aws { account: account.as_str(), arn },
            Requester::CanonicalUser(canonical_user) => Self::CanonicalUser { canonical_user },
            Requester::OriginAccessIdentity(arn) => Self::Aws { account: "cloudfront", arn },
            Requester::Service(service) => Self::Service { service },
        }
    }
}

impl<'a> OneOrMany<'a> {
    pub(super) fn of(values: &'a [String]) -> Self {
        match values {
            [one] => Self::One(one),
            many => Self::Many(many),
        }
    }
}
