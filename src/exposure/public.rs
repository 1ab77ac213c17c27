//! AWS's own meaning of a public policy: a rule on the text, "public until shown fixed". Kept apart
//! from who can really get in.
//!
//! Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of
//! public".

use crate::iam::{
    Actions, Caller, Clause, Condition, Document, Fuel, Glob, Offer, Policies, Principal,
    Statement, Test, is_broad, is_private, range,
};
use crate::name::AccountId;

/// Whose policy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyOf {
    /// A bucket.
    Bucket,
    /// An access point: there the access-point keys fix nothing.
    AccessPoint,
}

/// Whether AWS calls the policy public. One public statement makes it so; Deny statements are not
/// counted (whether AWS counts them is not documented, and leaving them out errs to the wide side).
#[must_use]
pub fn is_public(document: &Document, of: PolicyOf) -> bool {
    document.allows().any(|(_, statement)| is_public_statement(statement, of))
}

/// The same where Deny statements count: whether they leave anything of a public statement to
/// callers whom no policy names. Its own conditions, which show nothing, count as met.
#[must_use]
pub fn is_public_with_deny(
    document: &Document,
    of: PolicyOf,
    policies: &Policies<'_>,
    fuel: &Fuel,
) -> bool {
    let mut public = document.allows().filter(|(_, statement)| is_public_statement(statement, of));
    if document.denies().next().is_none() {
        return public.next().is_some();
    }
    let callers = [Caller::Anonymous, Caller::Stranger];
    let askers = callers.each_ref().map(|caller| policies.asker(caller, true));
    public.any(|(index, _)| {
        let offer = Offer::Unconditional(index);
        askers.iter().any(|asker| !asker.reach(&offer, false, Actions::ALL, fuel).is_empty())
    })
}

/// Whether one Allow statement makes a policy public.
#[must_use]
pub fn is_public_statement(statement: &Statement, of: PolicyOf) -> bool {
    let fixed = match &statement.principal {
        // no principal: no effect
        Clause::In(list) => list.iter().all(is_fixed),
        Clause::NotIn(_) => false,
    };
    !fixed && !statement.conditions.iter().any(|condition| pins(condition, of))
}

fn is_fixed(principal: &Principal) -> bool {
    match principal {
        Principal::Account(_)
        | Principal::Identity { .. }
        | Principal::OriginAccessIdentity(_)
        | Principal::Saml { .. }
        | Principal::Nobody(_) => true,
        Principal::CanonicalUser(name) | Principal::Service(name) => is_literal(name),
        Principal::Everyone
        | Principal::AnyIdentity
        | Principal::WebIdentity(_)
        | Principal::Other(_) => false,
    }
}

/// Keys of which fixed values make a statement non-public. `aws:PrincipalOrgPaths` is not on AWS's
/// list; every other tool takes it as a peer of `aws:PrincipalOrgID`.
const PINNING: [&str; 13] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether one condition shows the statement to be non-public: a listed key, an operator that asks
/// for a value, and nothing but fixed values.
fn pins(condition: &Condition, of: PolicyOf) -> bool {
    let operator = &condition.operator;
    let about = |keys: &[&str]| keys.iter().any(|key| condition.is_about(key));
    let by_access_point = about(&["s3:dataaccesspointaccount", "s3:dataaccesspointarn"]);
    if !operator.asks_for_a_value()
        || condition.values.is_empty()
        || (by_access_point && of == PolicyOf::AccessPoint)
    {
        return false;
    }
    let fixed = |value: &String| {
        is_literal(value) || (about(&["s3:dataaccesspointarn"]) && names_one_account(value))
    };
    if operator.test == Test::IpAddress {
        about(&["aws:sourceip"]) && condition.values.iter().all(|value| is_narrow(value))
    } else {
        operator.test.compares_texts() && about(&PINNING) && condition.values.iter().all(fixed)
    }
}

fn is_literal(value: &str) -> bool {
    !value.is_empty() && !value.contains("${") && Glob::new(value).is_literal()
}

/// Each range is judged by itself; private ranges are left out of the judgement.
fn is_narrow(value: &str) -> bool {
    range(value).is_some_and(|range| is_private(&range) || !is_broad(&range))
}

/// `arn:aws:s3:*:111122223333:accesspoint/*`: the name, and the Region, may be a wildcard.
fn names_one_account(value: &str) -> bool {
    if value.contains("${") {
        return false;
    }
    let Some(("arn", rest)) = value.split_once(':') else { return false };
    match rest.splitn(5, ':').collect::<Vec<_>>().as_slice() {
        [partition, "s3", _, account, resource] => {
            is_literal(partition)
                && AccountId::of(account).is_some()
                && resource.starts_with("accesspoint/")
        }
        _ => false,
    }
}
