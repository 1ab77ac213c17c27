//! What else a reader of an explanation should know: who decides beside, what the request could not
//! carry, what it lacks.

use crate::bucket::BucketState;
use crate::escape::quoted;
use crate::explain::{Answer, Carried, PolicyText, PolicyTold, Question, words};
use crate::iam::Requester;

/// Keys that unsigned requests never carry.
///
/// Source: IAM User Guide, "AWS global condition context keys".
const OF_THE_SIGNED: [&str; 9] = [
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalisawsservice",
    "aws:username",
    "aws:multifactorauthpresent",
    "aws:tokenissuetime",
    "aws:sourceidentity",
    "aws:federatedprovider",
];

/// Keys that only services carry, to say for whom they call.
const OF_SERVICES: [&str; 5] = [
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
];

/// What else should be known.
pub(super) fn notes(
    state: &BucketState,
    question: &Question,
    policies: &[PolicyTold],
    answer: Answer,
) -> Vec<String> {
    let mut notes: Vec<String> = who_decides_beside(state, question, answer).into_iter().collect();
    let given = || question.context.iter().filter(|carried| !carried.assumed);
    notes.extend(given().filter_map(|carried| impossible(carried, question)));
    let has = |key: &str| question.carried(key).is_some();
    if has("aws:SourceIp") && (has("aws:SourceVpc") || has("aws:SourceVpce")) {
        notes.push(
            "no request carries `aws:SourceIp` beside a VPC: one through a VPC endpoint has none"
                .to_owned(),
        );
    }
    // of a witness all is given, and all of it is asked about
    if question.context.iter().any(|carried| carried.assumed) {
        notes.extend(given().filter_map(|carried| unasked(carried, policies)));
        notes.extend(lacking(question, policies));
    }
    notes
}

fn who_decides_beside(state: &BucketState, question: &Question, answer: Answer) -> Option<String> {
    match &question.requester {
        _ if answer == Answer::Refused => None,
        Requester::Anonymous | Requester::Service(_) | Requester::OriginAccessIdentity(_) => None,
        Requester::Identity { account, .. } if *account == state.account => Some(
            "this principal is of the bucket's own account: its IAM policies decide beside, and \
             were not looked at"
                .to_owned(),
        ),
        Requester::Identity { account, .. } => Some(format!(
            "account {account} must let its principal ask as well: its IAM policies were not \
             looked at"
        )),
        Requester::CanonicalUser(_) => Some(
            "whose canonical id that is is not known here: keys of the principal count as absent \
             unless given"
                .to_owned(),
        ),
    }
}

/// A key that no request of this requester carries.
fn impossible(carried: &Carried, question: &Question) -> Option<String> {
    let key = carried.key.to_ascii_lowercase();
    let of_services = OF_SERVICES.contains(&key.as_str());
    let (never, who) = match &question.requester {
        Requester::Anonymous => {
            let of_a_principal = key.starts_with("aws:principaltag/");
            let signed = OF_THE_SIGNED.contains(&key.as_str()) || of_a_principal;
            (signed || of_services, "an unsigned request")
        }
        Requester::Identity { .. }
        | Requester::CanonicalUser(_)
        | Requester::OriginAccessIdentity(_) => (of_services, "a principal that is no AWS service"),
        Requester::Service(_) => (false, ""),
    };
    let key = quoted(&carried.key);
    never.then(|| format!("{who} never carries {key}: AWS would not see this request"))
}

/// A key that was given and that nothing asks about: perhaps misspelt.
fn unasked(carried: &Carried, policies: &[PolicyTold]) -> Option<String> {
    let all_read = policies.iter().all(|policy| !matches!(policy.text, PolicyText::Unreadable(_)));
    let asked = keys(policies).any(|(key, _)| key.eq_ignore_ascii_case(&carried.key));
    (all_read && !asked).then(|| format!("no policy here asks about {}", quoted(&carried.key)))
}

/// The keys that are asked about and absent, and that the requester may carry.
fn lacking(question: &Question, policies: &[PolicyTold]) -> Option<String> {
    let may_carry = |key: &&String| {
        let of_principal = key.to_ascii_lowercase().starts_with("aws:principal");
        !(of_principal && question.requester == Requester::Anonymous)
    };
    let mut absent: Vec<String> = keys(policies)
        .filter(|(_, is_there)| !is_there)
        .map(|(key, _)| key)
        .filter(may_carry)
        .cloned()
        .collect();
    absent.sort_by_key(|key| key.to_ascii_lowercase());
    absent.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    (!absent.is_empty()).then(|| {
        format!("it lacks {}; to ask with it: --context KEY=VALUE", words::listed(&absent))
    })
}

/// The condition keys of the policies, and whether the request carries them.
fn keys(policies: &[PolicyTold]) -> impl Iterator<Item = (&String, bool)> {
    let elements = policies.iter().flat_map(|p| &p.statements).flat_map(|s| &s.elements);
    elements.filter_map(|element| Some((element.key.as_ref()?, element.request.is_some())))
}
