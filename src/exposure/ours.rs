//! Whether nobody gets in but by what is ours: from the networks, VPCs and endpoints, or as the
//! accounts and organizations, of the zone of trust. The same policies are asked again with Denies
//! of all that is ours: who gets in then is outside.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::iam::{Caller, Document, Fuel, Offer, Policies, Reach, Route, Statement, Version};
use crate::trust::Trust;

/// Keys by which a request says whose it is, or where it comes from.
const ORGANIZATIONS: [&str; 3] = ["aws:PrincipalOrgID", "aws:SourceOrgID", "aws:VpceOrgID"];
const ACCOUNTS: [&str; 4] =
    ["aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceOwner", "aws:VpceAccount"];
/// The account of an access point. Through one of ours whoever comes carries it.
const POINTS: &str = "s3:DataAccessPointAccount";

/// The policy of `policies` with Denies of all that is ours; `None` where nothing of that is asked
/// for.
pub(super) fn but_ours(policies: &Policies<'_>, trust: &Trust) -> Option<Document> {
    let at_point = policies.place.route != Route::Direct;
    let asked = |key: &str| {
        !(at_point && key == POINTS)
            && policies.keys().any(|(own, _)| own.eq_ignore_ascii_case(key))
    };
    let denies: Vec<Statement> = ours(trust)
        .into_iter()
        .filter(|(key, _, values)| !values.is_empty() && asked(key))
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

/// What is ours: keys, each with an operator and the values that are ours.
fn ours(trust: &Trust) -> Vec<(&'static str, &'static str, Vec<Value>)> {
    let texts = |list: &BTreeSet<String>| list.iter().map(|one| json!(one)).collect();
    let accounts: Vec<Value> = trust.accounts.iter().map(|one| json!(one.as_str())).collect();
    let networks = trust.networks.iter().map(|one| json!(one.to_string())).collect();
    let mut all = vec![
        ("aws:SourceIp", "IpAddress", networks),
        ("aws:SourceVpc", "StringEquals", texts(&trust.vpcs)),
        ("aws:SourceVpce", "StringEquals", texts(&trust.vpc_endpoints)),
        (POINTS, "StringEquals", accounts.clone()),
    ];
    all.extend(ORGANIZATIONS.map(|key| (key, "StringEquals", texts(&trust.organizations))));
    all.extend(ACCOUNTS.map(|key| (key, "StringEquals", accounts.clone())));
    all
}

/// Whether none of those whom `reach` bounds gets in by `offer` past `but_ours`.
pub(super) fn is_all_there_is(
    but_ours: &Policies<'_>,
    offer: &Offer,
    reach: &Reach,
    is_outside: impl Fn(&Caller) -> bool,
    fuel: &Fuel,
) -> bool {
    reach.bounded.iter().all(|(callers, through)| {
        let Some(caller) = callers.iter().find(|caller| is_outside(caller)) else { return true };
        let asker = but_ours.asker(caller, false);
        asker.ask(offer, true, through.actions, fuel).actions.is_empty()
    })
}
