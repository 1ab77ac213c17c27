//! Confused deputies: AWS services that a policy lets in on behalf of whoever makes them call.
//!
//! Source: IAM User Guide, "The confused deputy problem".

use std::collections::BTreeMap;

use crate::iam::{
    Arn, Caller, Clause, Condition, Document, Policies, Principal, Reach, Requester, Statement,
    Through, is_bounded, is_owners_account,
};
use crate::name::AccountId;

/// A sentence for each such service. `reached` says who gets through each Allow of the policy of
/// the bucket, or of the access point `point`.
pub(super) fn confused_deputies(
    policies: &Policies<'_>,
    document: &Document,
    point: Option<&str>,
    reached: &[(usize, Reach)],
) -> Vec<String> {
    let of = point.map_or_else(String::new, |name| format!(" of access point `{name}`"));
    let mut sentences = Vec::new();
    for (index, reach) in reached {
        let Some(allow) = document.statements.get(*index) else { continue };
        let Clause::In(principals) = &allow.principal else { continue };
        if is_fixed(allow, &policies.place.owner, document.version.has_variables()) {
            continue;
        }
        let alone = reach.bounded.iter().filter_map(|(callers, through)| match callers.as_ref() {
            [caller @ Caller::Service { on_behalf_of: None, .. }] => Some((caller, through)),
            _ => None,
        });
        let services: BTreeMap<&Caller, &Through> = alone.collect();
        for principal in principals {
            let (caller, name) = match principal {
                Principal::Service(name) => {
                    let caller = Caller::Service { name: name.clone(), on_behalf_of: None };
                    (caller, format!("`{name}`"))
                }
                Principal::Everyone => {
                    let any = Caller::any_service();
                    let one = services.get(&any).and_then(|through| named(through, policies));
                    (any, one.unwrap_or_else(|| "every AWS service".to_owned()))
                }
                _ => continue,
            };
            if services.contains_key(&caller) {
                sentences.push(format!(
                    "statement {index}{of} lets in {name} on behalf of anyone who makes that \
                     service call (confused deputy): fix `aws:SourceAccount` or `aws:SourceArn`"
                ));
            }
        }
    }
    sentences
}

/// The service of which a request gets through, where policies name it: others do not then.
fn named(through: &Through, policies: &Policies<'_>) -> Option<String> {
    match &through.request.as_ref()?.requester {
        Requester::Service(name) if policies.names_service(name) => Some(format!("`{name}`")),
        _ => None,
    }
}

/// Whether a condition fixes for whom a service calls.
fn is_fixed(allow: &Statement, owner: &AccountId, variables: bool) -> bool {
    let source = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid"];
    let names_owner = |condition: &Condition, value: &String| {
        (is_bounded(condition, value) && is_of_owner(value, owner))
            || (variables && is_of_resource(value))
    };
    allow.conditions.iter().any(|condition| {
        source.iter().any(|key| condition.is_about(key))
            && condition.operator.asks_for_a_value()
            && condition.values.iter().all(|value| names_owner(condition, value))
    })
}

/// Whether a source is the owner's account, a resource of it, or (as the ARN of a bucket) of an
/// account that it does not say.
fn is_of_owner(value: &str, owner: &AccountId) -> bool {
    value == owner.as_str()
        || Arn::split(value).is_some_and(|arn| [owner.as_str(), ""].contains(&arn.account()))
}

/// Whether a source is whatever the bucket is of: its account, or its organization.
fn is_of_resource(value: &str) -> bool {
    is_owners_account(value) || value.eq_ignore_ascii_case("${aws:ResourceOrgID}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::bucket::snapshot;
    use crate::exposure::evaluate;
    use crate::trust::Trust;

    fn is_warned_of(principal: &Value, condition: &Value) -> bool {
        let snapshot = json!({
            "Bucket": "clinic-reports", "Account": "111122223333",
            "Policy": {"Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Principal": principal, "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::clinic-reports/*", "Condition": condition}},
        });
        let state = snapshot::read(&snapshot.to_string()).unwrap();
        let warnings = evaluate(&state, &Trust::default()).warnings;
        warnings.iter().any(|warning| warning.contains("(confused deputy)"))
    }

    #[test]
    fn a_service_that_calls_for_whoever_makes_it_is_warned_of() {
        let service = json!({"Service": "sns.amazonaws.com"});
        for open in [
            json!({}),
            json!({"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}),
            json!({"StringLike": {"aws:SourceAccount": "*"}}),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:topic"}}),
            json!({"StringEquals": {"aws:SourceAccount": ["111122223333", "444455556666"]}}),
        ] {
            assert!(is_warned_of(&service, &open), "{open}");
        }
        for fixed in [
            json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:topic"}}),
            json!({"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}),
            json!({"StringEquals": {"aws:SourceOrgID": "${aws:ResourceOrgID}"}}),
            // the ARN of a bucket does not say whose it is
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::clinic-source"}}),
        ] {
            assert!(!is_warned_of(&service, &fixed), "{fixed}");
        }
        assert!(!is_warned_of(&json!({"AWS": "444455556666"}), &json!({})));
    }
}
