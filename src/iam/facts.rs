//! Whom and what policies name: callers that are none of these are strangers.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::iam::caller::Caller;
use crate::iam::compare::{Comparison, range};
use crate::iam::condition::{Condition, Test};
use crate::iam::document::{Clause, Document, Statement};
use crate::iam::named::{is_bounded, is_broad, is_private, told_apart};
use crate::iam::principal::Principal;
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
    /// Narrow ranges of addresses.
    pub ranges: Vec<IpNet>,
    /// Whether a principal is one user, role or session, or an identity provider.
    pub names_identities: bool,
    /// Whether a principal is a pattern, or something that S3 does not take.
    pub names_patterns: bool,
    /// Accounts that some statement names as principals.
    named_once: BTreeSet<AccountId>,
    /// Accounts that more than one statement names, or a condition.
    told_apart: BTreeSet<AccountId>,
    /// Whether conditions ask for the account or the kind of a principal.
    asks_for_principals: bool,
    /// Every condition.
    pub conditions: Vec<&'a Condition>,
}

impl<'a> Facts<'a> {
    /// What `documents` name. `owner` is no stranger either.
    pub fn of(documents: impl Iterator<Item = &'a Document>, owner: &AccountId) -> Self {
        let mut facts = Self::default();
        facts.accounts.insert(owner.clone());
        let mut ranges = Vec::new();
        for statement in documents.flat_map(|document| &document.statements) {
            facts.add_principals(statement);
            for condition in &statement.conditions {
                facts.asks_for_principals |= asks_for_principals(&condition.key);
                for caller in told_apart(condition) {
                    facts.told_apart.extend(caller.as_account().cloned());
                    facts.callers.insert(caller);
                }
                if condition.operator.test == Test::IpAddress && condition.is_about("aws:sourceip")
                {
                    ranges.extend(condition.values.iter().filter_map(|value| range(value)));
                }
                facts.conditions.push(condition);
            }
        }
        for caller in &facts.callers {
            match caller {
                Caller::Account { account, .. }
                | Caller::Service { on_behalf_of: Some(account), .. } => {
                    facts.accounts.insert(account.clone());
                }
                Caller::Organization(id) => {
                    facts.organizations.insert(id.clone());
                }
                Caller::Anonymous
                | Caller::Stranger
                | Caller::Located { .. }
                | Caller::CanonicalUser(_)
                | Caller::OriginAccessIdentity(_)
                | Caller::Service { on_behalf_of: None, .. } => {}
            }
        }
        // together, neighbours may be broader than each by itself
        ranges.retain(|range| !is_private(range));
        facts.ranges = IpNet::aggregate(&ranges);
        facts.ranges.retain(|range| !is_broad(range));
        facts
    }

    fn add_principals(&mut self, statement: &Statement) {
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        let mut here = BTreeSet::new();
        for principal in list {
            self.names_identities |= matches!(
                principal,
                Principal::Identity { .. }
                    | Principal::WebIdentity(_)
                    | Principal::Saml { .. }
                    | Principal::Other(_)
            );
            self.names_patterns |= matches!(principal, Principal::Other(_));
            for caller in Caller::named_by(principal) {
                here.extend(caller.as_account().cloned());
                self.callers.insert(caller);
            }
        }
        let again = here.iter().filter(|account| self.named_once.contains(*account));
        self.told_apart.extend(again.cloned());
        self.named_once.extend(here);
    }

    /// Whether something may tell `account` apart from others that its statement names.
    pub fn tells_apart(&self, account: &AccountId) -> bool {
        self.asks_for_principals || self.told_apart.contains(account)
    }

    /// The values, of those that conditions ask of `key`, that mean a bounded set.
    pub fn bounded(&self, key: &str) -> Vec<Comparison<'a>> {
        let about = self.conditions.iter().filter(|condition| condition.is_about(key));
        about
            .flat_map(|condition| {
                let bounded = |value: &&'a String| is_bounded(condition, value);
                condition.values.iter().filter(bounded).map(|value| match condition.operator.test {
                    Test::Arn => Comparison::Arn(value),
                    _ => Comparison::Glob(value.into()),
                })
            })
            .collect()
    }
}

/// Whether a key may tell the principals of one account from those of another, or from each other.
fn asks_for_principals(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let others = ["aws:userid", "aws:username", "aws:sourceidentity", "aws:federatedprovider"];
    key.starts_with("aws:principal") || others.contains(&key.as_str())
}
