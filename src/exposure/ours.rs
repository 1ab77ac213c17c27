//! Who gets in by nothing but what is ours: from the networks, VPCs and endpoints, or as the
//! accounts and organizations, of the zone of trust. The same policies are asked again with Denies
//! of all that is ours: who gets in then is outside.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::iam::{Document, Policies, Route, Statement, Version};
use crate::trust::Trust;

/// The account of an access point. Through one of ours whoever comes carries it.
const POINTS: &str = "s3:DataAccessPointAccount";

/// A key, the operator that asks it for what is ours, and that.
type Own = (&'static str, &'static str, fn(&Trust) -> Vec<Value>);

/// Keys by which a request says whose it is, or where it comes from.
const OURS: [Own; 11] = [
    ("aws:SourceIp", "IpAddress", networks),
    ("aws:SourceVpc", "StringEquals", |trust| texts(&trust.vpcs)),
    ("aws:SourceVpce", "StringEquals", |trust| texts(&trust.vpc_endpoints)),
    ("aws:PrincipalOrgID", "StringEquals", |trust| texts(&trust.organizations)),
    ("aws:SourceOrgID", "StringEquals", |trust| texts(&trust.organizations)),
    ("aws:VpceOrgID", "StringEquals", |trust| texts(&trust.organizations)),
    ("aws:PrincipalAccount", "StringEquals", accounts),
    ("aws:SourceAccount", "StringEquals", accounts),
    ("aws:SourceOwner", "StringEquals", accounts),
    ("aws:VpceAccount", "StringEquals", accounts),
    (POINTS, "StringEquals", accounts),
];

fn networks(trust: &Trust) -> Vec<Value> {
    trust.networks.iter().map(|one| json!(one.to_string())).collect()
}

fn accounts(trust: &Trust) -> Vec<Value> {
    trust.accounts.iter().map(|one| json!(one.as_str())).collect()
}

fn texts(list: &BTreeSet<String>) -> Vec<Value> {
    list.iter().map(|one| json!(one)).collect()
}

/// The policy of `policies` with Denies of all that is ours; `None` where nothing of that is asked
/// for.
pub(super) fn but_ours(policies: &Policies<'_>, trust: &Trust) -> Option<Document> {
    let at_point = policies.place.route != Route::Direct;
    let asked = |key: &str| !(at_point && key == POINTS) && policies.as_written(key).is_some();
    let denies: Vec<Statement> = OURS
        .into_iter()
        .filter(|(key, _, _)| asked(key))
        .map(|(key, operator, ours)| (key, operator, ours(trust)))
        .filter(|(_, _, values)| !values.is_empty())
        .flat_map(|(key, operator, values)| {
            let deny = json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": "*", "Condition": {operator: {key: values}}}});
            Document::from_json(&deny).map_or(Vec::new(), |document| document.statements)
        })
        .collect();
    if denies.is_empty() {
        return None;
    }
    let none = Document { version: Version::V2012, statements: Vec::new() };
    let mut document = policies.own.cloned().unwrap_or(none);
    document.statements.extend(denies);
    Some(document)
}
