//! The condition keys that a request carries, and the values worth trying for one.

use std::collections::BTreeMap;

use crate::iam::{Condition, Glob, Place, Requester, Route, range};
use crate::name::AccountId;

/// An address that belongs to nobody (RFC 5737), and others for policies that name it.
const ADDRESSES: [&str; 4] = ["203.0.113.7", "198.51.100.9", "192.0.2.55", "2001:db8:77::1"];

/// What every request of the requester carries.
pub(super) fn base(requester: &Requester, place: &Place) -> BTreeMap<String, Vec<String>> {
    let owner = place.owner.as_str();
    let mut context: Vec<(&str, &str)> = vec![
        ("aws:securetransport", "true"),
        ("aws:sourceip", "203.0.113.7"),
        ("aws:viaawsservice", "false"),
        ("aws:resourceaccount", owner),
        ("s3:resourceaccount", owner),
        ("aws:currenttime", "2026-11-20T09:14:07Z"),
        ("aws:requestedregion", "us-east-1"),
        ("aws:useragent", "curl/8.5.0"),
        ("s3:tlsversion", "1.3"),
    ];
    match requester {
        Requester::Anonymous => context.extend([
            ("aws:principalaccount", "anonymous"),
            ("aws:userid", "anonymous"),
            ("aws:principaltype", "Anonymous"),
        ]),
        Requester::Identity { account, arn } => context.extend([
            ("aws:principalaccount", account.as_str()),
            ("aws:principalarn", arn.as_str()),
            ("aws:principaltype", "AssumedRole"),
            ("aws:userid", "AROAEXAMPLEXAMPLEX:x"),
            ("aws:principalisawsservice", "false"),
            ("s3:authtype", "REST-HEADER"),
            ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ]),
        Requester::CanonicalUser(_) => {
            context.extend([
                ("s3:authtype", "REST-HEADER"),
                ("s3:signatureversion", "AWS4-HMAC-SHA256"),
            ]);
        }
        Requester::Service(name) => context.extend([
            ("aws:principalisawsservice", "true"),
            ("aws:principalservicename", name.as_str()),
        ]),
    }
    if let Route::AccessPoint { account, arn, origin } = &place.route {
        context.extend([
            ("s3:dataaccesspointaccount", account.as_str()),
            ("s3:dataaccesspointarn", arn.as_str()),
            ("s3:accesspointnetworkorigin", *origin),
        ]);
    }
    context.into_iter().map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).collect()
}

/// Sets a key, and drops what cannot come with it: no source address through a VPC endpoint.
pub(super) fn set(context: &mut BTreeMap<String, Vec<String>>, key: &str, value: Option<String>) {
    match value {
        None => {
            context.remove(key);
        }
        Some(value) => {
            let by_endpoint = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];
            let of_endpoint = |key: &str| by_endpoint.contains(&key) || key.starts_with("aws:vpce");
            if of_endpoint(key) {
                context.remove("aws:sourceip");
            } else if key == "aws:sourceip" {
                context.retain(|key, _| !of_endpoint(key));
            }
            context.insert(key.to_owned(), vec![value]);
        }
    }
}

/// Values worth trying for a condition's key; `None`: to come without it. `account` is the
/// requester's, for ARNs of any account.
pub(super) fn candidates(
    condition: &Condition,
    account: Option<&AccountId>,
) -> Vec<Option<String>> {
    let mut tried = vec![None];
    let mut near = Vec::new();
    for value in &condition.values {
        tried.extend(account.and_then(|account| of_account(value, account)).map(Some));
        tried.extend(instances(&Glob::new(value.as_str())).map(Some));
        tried.extend(range(value).map(|range| Some(range.addr().to_string())));
        if let Ok(number) = value.parse::<f64>() {
            near.extend([number - 1.0, number + 1.0].map(|near| Some(near.to_string())));
        }
    }
    let others =
        ["true", "false", "x", "1.0", "1.1", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"];
    tried.extend(others.into_iter().chain(ADDRESSES).map(|value| Some(value.to_owned())));
    tried.extend(near);
    tried
}

/// An ARN of `account` by a pattern that leaves the account open.
fn of_account(pattern: &str, account: &AccountId) -> Option<String> {
    let mut parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let part = parts.get_mut(4).filter(|part| !Glob::new(**part).is_literal())?;
    *part = account.as_str();
    instances(&Glob::new(parts.join(":"))).next()
}

/// Texts that a pattern matches.
pub(super) fn instances(pattern: &Glob) -> impl Iterator<Item = String> {
    let fill = |star: &str| pattern.as_str().replace('*', star).replace('?', "x");
    [fill("x"), fill("")].into_iter()
}
