//! Names of principals, operators and statements in words. What strangers wrote comes out quoted.

use crate::alert::words::joined;
use crate::escape::quoted;
use crate::explain::{Holder, PolicyTold, Question, StatementTold};
use crate::iam::{Condition, Order, Principal, Requester, Test};

/// Names that are listed before the rest is counted only.
const LISTED: usize = 4;

/// Texts of a policy, quoted, the first few.
pub(super) fn listed(texts: &[String]) -> String {
    let mut names: Vec<String> = texts.iter().take(LISTED).map(|text| quoted(text)).collect();
    if let Some(more) = texts.len().checked_sub(LISTED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    if names.is_empty() { "nothing".to_owned() } else { joined(&names) }
}

/// Who asks: `an unsigned request`.
pub(super) fn requester(requester: &Requester) -> String {
    match requester {
        Requester::Anonymous => "an unsigned request".to_owned(),
        Requester::Identity { account, arn } if arn.ends_with(":root") => {
            format!("account {account}, as its root user {}", quoted(arn))
        }
        Requester::Identity { account, arn } => {
            format!("{} of account {account}", quoted(arn))
        }
        Requester::CanonicalUser(id) => format!("canonical user {}", quoted(id)),
        Requester::OriginAccessIdentity(arn) => quoted(arn),
        Requester::Service(name) => format!("AWS service {}", quoted(name)),
    }
}

/// The request in one line.
pub(super) fn request(question: &Question) -> String {
    let by = match &question.access_point {
        Some(name) => format!(" through access point {}", quoted(name)),
        None => String::new(),
    };
    let (asker, resource) = (requester(&question.requester), quoted(&question.resource));
    format!("{asker} for {} on {resource}{by}", question.action)
}

/// Who asks, as it was written.
pub(super) fn requester_text(requester: &Requester) -> String {
    match requester {
        Requester::Anonymous => "anonymous".to_owned(),
        Requester::Identity { arn, .. } | Requester::OriginAccessIdentity(arn) => arn.clone(),
        Requester::CanonicalUser(id) => format!("canonical:{id}"),
        Requester::Service(name) => format!("service:{name}"),
    }
}

/// A principal of a policy, as it was written.
pub(super) fn principal_text(principal: &Principal) -> String {
    match principal {
        Principal::Everyone => "*".to_owned(),
        Principal::AnyIdentity => "any AWS identity".to_owned(),
        Principal::Account(account) => account.to_string(),
        Principal::Saml { account, .. } => format!("SAML provider of {account}"),
        Principal::Identity { arn, .. } => arn.clone(),
        Principal::OriginAccessIdentity(text)
        | Principal::CanonicalUser(text)
        | Principal::Service(text)
        | Principal::WebIdentity(text)
        | Principal::Nobody(text)
        | Principal::Other(text) => text.clone(),
    }
}

/// ``statement 1 (Sid `OfficeOnly`) of the bucket policy``.
pub(super) fn statement(statement: &StatementTold, policy: &PolicyTold) -> String {
    format!("{} of {}", statement_name(statement), holder(&policy.of))
}

/// ``statement 1 (Sid `OfficeOnly`)``.
pub(super) fn statement_name(statement: &StatementTold) -> String {
    match &statement.sid {
        Some(sid) => format!("statement {} (Sid {})", statement.index, quoted(sid)),
        None => format!("statement {}", statement.index),
    }
}

/// Whose policy.
pub(super) fn holder(of: &Holder) -> String {
    match of {
        Holder::Bucket => "the bucket policy".to_owned(),
        Holder::AccessPoint(name) => format!("the policy of access point {}", quoted(name)),
    }
}

/// A condition's operator as the policy writes it.
pub(super) fn operator(condition: &Condition) -> String {
    match condition.operator.test {
        Test::Unknown => quoted(&condition.operator_name),
        Test::StringEquals
        | Test::StringEqualsIgnoreCase
        | Test::StringLike
        | Test::Arn
        | Test::IpAddress
        | Test::Bool
        | Test::Numeric(_)
        | Test::Date(_)
        | Test::Binary
        | Test::Null => condition.operator_name.clone(),
    }
}

/// How a value lies to the policy's that it meets, and that it does not: `is in`, `is not in`.
pub(super) fn lies(test: Test) -> (&'static str, &'static str) {
    match test {
        Test::StringEquals | Test::Bool | Test::Binary | Test::Null | Test::Unknown => {
            ("equals", "does not equal")
        }
        Test::StringEqualsIgnoreCase => ("equals, capitals apart,", "does not equal"),
        Test::StringLike | Test::Arn => ("matches", "does not match"),
        Test::IpAddress => ("is in", "is not in"),
        Test::Numeric(order) => match order {
            Order::Equal => ("equals", "does not equal"),
            Order::Less => ("is less than", "is not less than"),
            Order::LessOrEqual => ("is at most", "is more than"),
            Order::Greater => ("is more than", "is not more than"),
            Order::GreaterOrEqual => ("is at least", "is less than"),
        },
        Test::Date(order) => match order {
            Order::Equal => ("is", "is not"),
            Order::Less => ("is before", "is not before"),
            Order::LessOrEqual => ("is not after", "is after"),
            Order::Greater => ("is after", "is not after"),
            Order::GreaterOrEqual => ("is not before", "is before"),
        },
    }
}
