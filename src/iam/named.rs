//! Whom the values of conditions name: bounded sets of callers, accounts, organizations, ranges of
//! addresses.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::iam::arn::bound_account;
use crate::iam::caller::{ANY_SERVICE, Caller, OWNERS_ORGANIZATION};
use crate::iam::condition::{Condition, Test};
use crate::iam::pattern::is_literal;
use crate::name::AccountId;

/// Whether a value, under the condition's test, means a bounded set of callers: whoever is in none
/// of the sets that policies name does not meet it.
///
/// `StringEquals` takes wildcards as letters for IAM, while S3's meaning of public takes them as
/// wildcards: a value with one is not proved narrow.
#[must_use]
pub fn is_bounded(condition: &Condition, value: &str) -> bool {
    if value.contains("${") {
        return false;
    }
    if is_literal(value) {
        return true;
    }
    let test = condition.operator.test;
    match condition.key.to_ascii_lowercase().as_str() {
        // `AROA…:*`, the sessions of one role
        "aws:userid" => {
            value.split_once(':').is_some_and(|(id, _)| id.len() > 16 && is_literal(id))
        }
        "aws:sourcearn" => bound_account(value, test == Test::Arn).is_some(),
        _ => false,
    }
}

/// Whether the conditions ask for one of a list of whole values of `key`, in small letters: whoever
/// carries another is kept out.
pub fn names_all(conditions: &[Condition], key: &str) -> bool {
    conditions.iter().filter(|condition| condition.is_about(key)).any(|condition| {
        let is_whole = |value: &String| is_literal(value) && !value.contains("${");
        condition.operator.asks_for_a_value()
            && condition.operator.test.compares_texts()
            && condition.values.iter().all(is_whole)
    })
}

/// Whether `range` holds private addresses of RFC 1918 alone, which no request carries.
#[must_use]
pub fn is_private(range: &IpNet) -> bool {
    const PRIVATE: [(Ipv4Addr, u8); 3] = [
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    match range {
        IpNet::V4(range) => PRIVATE.iter().any(|(address, length)| {
            Ipv4Net::new(*address, *length).is_ok_and(|private| private.contains(range))
        }),
        IpNet::V6(_) => false,
    }
}

/// Whether `range` is broader than what AWS still counts as a network: /8 of IPv4, /32 of IPv6.
///
/// Source: S3 User Guide, "The meaning of public".
#[must_use]
pub fn is_broad(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => range.prefix_len() < 8,
        IpNet::V6(range) => range.prefix_len() < 32,
    }
}

/// Keys that say for which account a service calls.
const SOURCES: [&str; 3] = ["aws:sourceaccount", "aws:sourceowner", "aws:sourcearn"];

/// A service, once for each account that the conditions let it call for, or through whose access
/// points it may come. Everyone is every service too; who comes through the access points of an
/// account is that account then.
pub fn on_behalf_of_others(caller: &Caller, conditions: &[Condition]) -> Vec<Caller> {
    const POINTS: [&str; 2] = ["s3:dataaccesspointaccount", "s3:dataaccesspointarn"];
    let (name, points) = match caller {
        Caller::Service { name, .. } => (name.as_str(), POINTS.as_slice()),
        Caller::Anonymous => (ANY_SERVICE, &[] as &[&str]),
        Caller::Stranger
        | Caller::Located { .. }
        | Caller::Account { .. }
        | Caller::Organization(_)
        | Caller::CanonicalUser(_)
        | Caller::OriginAccessIdentity(_) => return Vec::new(),
    };
    let keys = || SOURCES.iter().chain(points);
    conditions
        .iter()
        .filter(|condition| keys().any(|key| condition.is_about(key)))
        .filter(|condition| condition.operator.names_values())
        .flat_map(told_apart)
        .filter_map(|other| {
            let on_behalf_of = Some(*other.as_account()?);
            Some(Caller::Service { name: name.to_owned(), on_behalf_of })
        })
        .collect()
}

/// Whichever service, for each account for which a condition says that one calls.
pub fn sources(condition: &Condition) -> impl Iterator<Item = Caller> + use<> {
    let is_source = SOURCES.iter().any(|key| condition.is_about(key));
    let named = if is_source { told_apart(condition) } else { Vec::new() };
    named.into_iter().filter_map(|caller| {
        let on_behalf_of = Some(*caller.as_account()?);
        Some(Caller::Service { name: ANY_SERVICE.to_owned(), on_behalf_of })
    })
}

/// Whether a value is the account of the bucket's owner, as a variable.
#[must_use]
pub fn is_owners_account(value: &str) -> bool {
    const VARIABLES: [&str; 2] = ["${aws:ResourceAccount}", "${s3:ResourceAccount}"];
    VARIABLES.iter().any(|variable| value.eq_ignore_ascii_case(variable))
}

/// Whether a value begins with the organization of the bucket's owner, as a variable.
#[must_use]
pub fn is_owners_organization(value: &str) -> bool {
    value
        .get(.."${aws:resourceorg".len())
        .is_some_and(|start| start.eq_ignore_ascii_case("${aws:resourceorg"))
}

/// The accounts and organizations that a condition names.
pub fn told_apart(condition: &Condition) -> Vec<Caller> {
    // that asks whether there is a value, and for none
    if condition.operator.test == Test::Null {
        return Vec::new();
    }
    let key = condition.key.to_ascii_lowercase();
    let account = |value: &String| match key.as_str() {
        "aws:principalaccount"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "s3:dataaccesspointaccount" => AccountId::of(value),
        // the name of an access point has no colon that a `*` could cross
        "s3:dataaccesspointarn" => bound_account(value, true),
        "aws:principalarn" | "aws:sourcearn" => value.split(':').find_map(AccountId::of),
        _ => None,
    };
    let organization = |value: &String| match key.as_str() {
        "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:sourceorgid"
        | "aws:sourceorgpaths"
            if is_owners_organization(value) =>
        {
            Some(OWNERS_ORGANIZATION.to_owned())
        }
        // their ids have no capitals
        "aws:principalorgid" | "aws:sourceorgid" | "aws:resourceorgid" => {
            Some(value.to_ascii_lowercase())
        }
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:resourceorgpaths" => {
            value.split('/').next().map(str::to_ascii_lowercase)
        }
        _ => None,
    };
    let accounts = condition.values.iter().filter_map(account);
    let organizations = condition
        .values
        .iter()
        .filter_map(organization)
        .filter(|id| !id.contains("${") && is_literal(id));
    accounts
        .map(|account| Caller::Account { account, arn: None })
        .chain(organizations.map(Caller::Organization))
        .collect()
}
