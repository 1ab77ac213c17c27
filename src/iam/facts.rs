//! Whom and what policies name: callers that are none of these are strangers.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::iam::atom::together;
use crate::iam::caller::{Caller, OWNERS_ORGANIZATION};
use crate::iam::compare::{Comparison, range};
use crate::iam::condition::{Condition, Test};
use crate::iam::document::{Clause, Document, Effect, Statement};
use crate::iam::named::{
    is_bounded, is_broad, is_owners_account, is_owners_organization, is_private, sources,
    told_apart,
};
use crate::iam::pattern::is_literal;
use crate::iam::principal::Principal;
use crate::iam::solver::{Unproved, carried};
use crate::name::AccountId;

/// What the policies in force at one place name.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Organizations.
    pub organizations: BTreeSet<String>,
    /// Callers, by principals and by conditions.
    pub callers: BTreeSet<Caller>,
    /// The names of services that are among them, in small letters.
    services: BTreeSet<String>,
    /// Whether a Deny is for all but such, and others.
    pub spares_services: bool,
    /// Narrow ranges of addresses.
    pub ranges: Vec<IpNet>,
    /// Whether a principal is one user, role or session, or an identity provider.
    pub names_identities: bool,
    /// Whether a principal is a pattern, or something that S3 does not take.
    pub names_patterns: bool,
    /// Every condition.
    pub conditions: Vec<&'a Condition>,
    /// What means a bounded set, by the key.
    bounded: BTreeMap<String, Vec<Comparison<'a>>>,
}

impl<'a> Facts<'a> {
    /// What `documents` name. `owner` is no stranger either.
    pub fn of(documents: impl Iterator<Item = &'a Document>, owner: &AccountId) -> Self {
        let mut facts = Self::default();
        facts.accounts.insert(*owner);
        let (mut ranges, mut callers) = (Vec::new(), Vec::new());
        for statement in documents.flat_map(|document| &document.statements) {
            facts.add_principals(statement, &mut callers);
            for condition in &statement.conditions {
                facts.add_condition(condition, &mut callers);
                let test = condition.operator.test;
                let is_of_addresses = test == Test::IpAddress || test.compares_texts();
                if is_of_addresses && condition.is_about("aws:sourceip") {
                    ranges.extend(condition.values.iter().filter_map(|value| range(value)));
                }
                facts.conditions.push(condition);
            }
        }
        facts.bounded = bounded(&facts.conditions, owner);
        facts.callers = callers.into_iter().collect();
        let named = || facts.callers.iter();
        facts.accounts.extend(named().filter_map(Caller::account));
        let organizations = named().filter_map(Caller::as_organization);
        facts.organizations.extend(organizations.map(str::to_owned));
        let services = named().filter_map(Caller::as_service);
        facts.services = services.map(str::to_ascii_lowercase).collect();
        // together, neighbours may be broader than each by itself
        ranges.retain(|range| !is_private(range));
        facts.ranges = IpNet::aggregate(&ranges);
        facts.ranges.retain(|range| !is_broad(range));
        facts
    }

    fn add_principals(&mut self, statement: &Statement, callers: &mut Vec<Caller>) {
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        let spares =
            statement.effect == Effect::Deny && matches!(statement.principal, Clause::NotIn(_));
        for principal in list {
            self.spares_services |= spares && matches!(principal, Principal::Service(_));
            self.names_identities |= matches!(
                principal,
                Principal::Identity { .. }
                    | Principal::WebIdentity(_)
                    | Principal::Saml { .. }
                    | Principal::Other(_)
            );
            self.names_patterns |= matches!(principal, Principal::Other(_));
            let named = Caller::named_by(principal).into_iter();
            callers.extend(named.filter(|caller| !caller.is_everyone()));
        }
    }

    fn add_condition(&mut self, condition: &Condition, callers: &mut Vec<Caller>) {
        let key = condition.key.to_ascii_lowercase();
        let names = condition.operator.test != Test::Null;
        if names && ["aws:vpceorgid", "aws:vpceorgpaths"].contains(&key.as_str()) {
            let first = |value: &String| value.split('/').next().map(str::to_ascii_lowercase);
            let owners = condition.values.iter().any(|value| is_owners_organization(value));
            self.organizations.extend(owners.then(|| OWNERS_ORGANIZATION.to_owned()));
            let ids = condition.values.iter().filter_map(first);
            self.organizations.extend(ids.filter(|id| is_literal(id)));
        }
        callers.extend(told_apart(condition));
        callers.extend(sources(condition));
    }

    /// The organization of the bucket's owner; `None`: it may be one that the policies name.
    pub fn owners_organization(&self) -> Option<&'static str> {
        const KEYS: [&str; 2] = ["aws:resourceorgid", "aws:resourceorgpaths"];
        let is_named = |one: &&Condition| KEYS.iter().any(|key| one.is_about(key));
        let mut named = self.conditions.iter().copied().filter(is_named);
        let is_variable = |one: &Condition| one.values.iter().all(|value| value.contains("${"));
        named.all(is_variable).then_some(OWNERS_ORGANIZATION)
    }

    /// Why it cannot be told whether a principal means the one who asks.
    pub fn why_unsure(&self) -> Unproved {
        let is_canonical = |caller: &Caller| matches!(caller, Caller::CanonicalUser(_));
        if self.names_patterns || !self.callers.iter().any(is_canonical) {
            Unproved::Undocumented
        } else {
            Unproved::Untold
        }
    }

    /// Whether a condition is about the account for which a service calls.
    pub fn asks_for_source_accounts(&self) -> bool {
        const KEYS: [&str; 2] = ["aws:sourceaccount", "aws:sourceowner"];
        self.conditions.iter().any(|one| KEYS.iter().any(|key| one.is_about(key)))
    }

    /// The services that are principals, in small letters.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(String::as_str)
    }

    /// Whether a principal is this service.
    pub fn names_service(&self, service: &str) -> bool {
        self.services.contains(&service.to_ascii_lowercase())
    }

    /// The values, of those that conditions ask of `key`, in small letters, that mean a bounded
    /// set, where the key tells places apart.
    pub fn bounded(&self, key: &str) -> &[Comparison<'a>] {
        self.bounded.get(key).map_or(&[], Vec::as_slice)
    }
}

/// Those of each key; the account of `owner` may stand there as a variable.
fn bounded<'a>(
    conditions: &[&'a Condition],
    owner: &AccountId,
) -> BTreeMap<String, Vec<Comparison<'a>>> {
    let mut all: BTreeMap<String, Vec<Comparison<'a>>> = BTreeMap::new();
    for condition in conditions {
        let key = condition.key.to_ascii_lowercase();
        if !carried::tells_places_apart(&key) {
            continue;
        }
        let bounded = condition.values.iter().filter(|value| is_bounded(condition, value));
        let bounded = bounded.map(|value| match condition.operator.test {
            Test::Arn => Comparison::Arn(value),
            Test::StringEqualsIgnoreCase => Comparison::Folded(value),
            _ if is_literal(value) => Comparison::Text(value.into()),
            _ => Comparison::Glob(value.into()),
        });
        let owners = condition.values.iter().filter(|value| is_owners_account(value));
        // before version 2012-10-17 it is but text
        let owners = owners
            .flat_map(|value| [value.into(), owner.as_str().to_owned().into()])
            .map(Comparison::Text);
        all.entry(key).or_default().extend(bounded.chain(owners));
    }
    all.into_iter().map(|(key, list)| (key, together(list))).collect()
}
