//! One concrete request against one policy: allowed, denied, or neither.
//!
//! Source: IAM User Guide, "Policy evaluation logic". Where the meaning of a condition is not known
//! for sure (an operator that IAM does not have, a policy variable), an Allow does not hold and a
//! Deny does: what this lets through is let through.

use std::collections::BTreeMap;
use std::net::IpAddr;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::iam::action::Action;
use crate::iam::arn::Arn;
use crate::iam::condition::{Condition, Order, Quantifier, Test};
use crate::iam::document::{Clause, Document, Effect, Statement};
use crate::iam::holds::range;
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;
use crate::name::AccountId;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub requester: Requester,
    /// For what.
    pub action: Action,
    /// Of what, by the ARN that the policy's place gives it.
    pub resource: String,
    /// The condition keys that it carries, in small letters, each with its values.
    pub context: BTreeMap<String, Vec<String>>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requester {
    /// Nobody: unsigned.
    Anonymous,
    /// A principal of an account.
    Identity {
        /// Its account.
        account: AccountId,
        /// Its ARN.
        arn: String,
    },
    /// An account by its canonical id.
    CanonicalUser(String),
    /// An AWS service.
    Service(String),
}

/// What a policy says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<'a> {
    /// No statement applies.
    Neither,
    /// An Allow applies, and no Deny.
    Allowed,
    /// This Deny applies.
    DeniedBy(&'a Statement),
}

impl Document {
    /// What the policy says to `request`.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer<'_> {
        let applies = |statement: &&Statement| applies(statement, request);
        if let Some(deny) = self.denies().find(applies) {
            return Answer::DeniedBy(deny);
        }
        if self.allows().any(|(_, allow)| applies(&allow)) {
            return Answer::Allowed;
        }
        Answer::Neither
    }
}

fn applies(statement: &Statement, request: &Request) -> bool {
    let unsure = statement.effect == Effect::Deny;
    meant(&statement.principal, |principal| is(principal, &request.requester))
        && meant(&statement.action, |glob| glob.matches_ignoring_case(request.action.name()))
        && names_resource(&statement.resource, &request.resource, unsure)
        && statement
            .conditions
            .iter()
            .all(|condition| holds(condition, &request.context).unwrap_or(unsure))
}

fn meant<T>(clause: &Clause<T>, is: impl Fn(&T) -> bool) -> bool {
    match clause {
        Clause::In(list) => list.iter().any(is),
        Clause::NotIn(list) => !list.iter().any(is),
    }
}

/// What a variable stands for is not known: an Allow does not hold by it, a Deny does.
fn names_resource(resource: &Clause<Glob>, arn: &str, unsure: bool) -> bool {
    let variable = |glob: &Glob| glob.as_str().contains("${");
    match resource {
        Clause::In(list) => {
            list.iter().any(|glob| if variable(glob) { unsure } else { glob.matches(arn) })
        }
        Clause::NotIn(list) => {
            !list.iter().any(|glob| if variable(glob) { !unsure } else { glob.matches(arn) })
        }
    }
}

fn is(principal: &Principal, requester: &Requester) -> bool {
    match requester {
        Requester::Anonymous => *principal == Principal::Everyone,
        Requester::CanonicalUser(id) => {
            matches!(principal, Principal::Everyone | Principal::AnyIdentity)
                || matches!(principal, Principal::CanonicalUser(named) if named == id)
        }
        Requester::Service(name) => {
            matches!(principal, Principal::Everyone)
                || principal.service().is_some_and(|named| named.eq_ignore_ascii_case(name))
        }
        Requester::Identity { account, arn } => match principal {
            Principal::Everyone | Principal::AnyIdentity => true,
            Principal::Account(named) => named == account,
            Principal::Identity { arn: named, .. } | Principal::OriginAccessIdentity(named) => {
                named == arn
            }
            Principal::CanonicalUser(_)
            | Principal::Service(_)
            | Principal::WebIdentity(_)
            | Principal::Saml(_)
            | Principal::Nobody(_)
            | Principal::Other(_) => false,
        },
    }
}

/// Whether `condition` holds; `None` where that is not known.
#[must_use]
pub fn holds(condition: &Condition, context: &BTreeMap<String, Vec<String>>) -> Option<bool> {
    let operator = &condition.operator;
    let carried = context.get(&condition.key.to_ascii_lowercase()).filter(|list| !list.is_empty());
    if operator.test == Test::Null {
        let wanted = if carried.is_none() { "true" } else { "false" };
        return match operator.quantifier {
            Quantifier::One => {
                Some(condition.values.iter().any(|v| v.eq_ignore_ascii_case(wanted)))
            }
            Quantifier::ForAllValues => Some(true),
            Quantifier::ForAnyValue => Some(false),
        };
    }
    if operator.test == Test::Unknown {
        return None;
    }
    let Some(carried) = carried else { return Some(operator.holds_without_the_key()) };
    let met: Option<Vec<bool>> = carried
        .iter()
        .map(|value| {
            let met: Option<Vec<bool>> = condition
                .values
                .iter()
                .map(|pattern| compares(operator.test, pattern, value))
                .collect();
            met.map(|met| met.contains(&true) != operator.negated)
        })
        .collect();
    met.map(|met| match operator.quantifier {
        Quantifier::ForAllValues => met.iter().all(|met| *met),
        Quantifier::One | Quantifier::ForAnyValue => met.contains(&true),
    })
}

fn compares(test: Test, pattern: &str, value: &str) -> Option<bool> {
    if pattern.contains("${") {
        return None;
    }
    match test {
        Test::StringEquals => Some(pattern == value),
        Test::StringEqualsIgnoreCase | Test::Bool => Some(pattern.eq_ignore_ascii_case(value)),
        Test::StringLike => Some(Glob::new(pattern).matches(value)),
        Test::Arn => Some(Arn::split(pattern)?.matches(Arn::split(value)?)),
        Test::IpAddress => Some(range(pattern)?.contains(&value.parse::<IpAddr>().ok()?)),
        Test::Numeric(order) => {
            let (value, pattern) = (value.parse::<f64>().ok()?, pattern.parse::<f64>().ok()?);
            Some(in_order(order, value.partial_cmp(&pattern)?))
        }
        Test::Date(order) => {
            let time = |text| OffsetDateTime::parse(text, &Rfc3339).ok();
            Some(in_order(order, time(value)?.cmp(&time(pattern)?)))
        }
        Test::Binary | Test::Null | Test::Unknown => None,
    }
}

fn in_order(order: Order, found: std::cmp::Ordering) -> bool {
    match order {
        Order::Equal => found.is_eq(),
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    }
}
