//! What one condition says to a request, and why.

use std::collections::BTreeMap;

use crate::escape::quoted;
use crate::explain::{Carried, ElementTold, Question, words};
use crate::iam::{Condition, Operator, Quantifier, Test, Version, holds};

/// What `condition`, in a policy of this version, says to `question`, whose context is `context`,
/// its keys in small letters.
pub(super) fn told(
    condition: &Condition,
    version: Version,
    question: &Question,
    context: &BTreeMap<String, Vec<String>>,
) -> ElementTold {
    let carried = question.carried(&condition.key).filter(|carried| !carried.values.is_empty());
    let met = holds(condition, version, context);
    ElementTold {
        element: "Condition",
        operator: Some(words::operator(condition)),
        key: Some(condition.key.clone()),
        policy: condition.values.clone(),
        request: carried.map(|carried| carried.values.clone()),
        met,
        why: why(condition, version, carried, met),
    }
}

fn why(
    condition: &Condition,
    version: Version,
    carried: Option<&Carried>,
    met: Option<bool>,
) -> String {
    if condition.operator.test == Test::Unknown {
        return "IAM has no such operator: what it makes of it is not documented".to_owned();
    }
    let operator = words::operator(condition);
    let holds = if met == Some(true) { "holds" } else { "does not hold" };
    if condition.operator.test == Test::Null {
        return null(condition, carried.is_some(), &operator, holds);
    }
    let Some(carried) = carried else {
        return format!("key absent: {operator} {holds} without the key");
    };
    let assumed = if carried.assumed { " (assumed)" } else { "" };
    let request = format!("the request carries {}{assumed}", words::listed(&carried.values));
    if met.is_none() {
        let variable =
            version.has_variables() && condition.values.iter().any(|value| value.contains("${"));
        let reason = if variable {
            "not documented for this request: what the variable stands for is not judged"
        } else {
            "not documented: what IAM makes of these two is not known"
        };
        return format!("{request}; {reason}");
    }
    let compared = compared(condition, version, &carried.values);
    let turned = condition.operator.negated || condition.operator.quantifier != Quantifier::One;
    let so = if turned { format!(": {operator} {holds}") } else { String::new() };
    format!("{request}, which {compared}{so}")
}

fn null(condition: &Condition, is_there: bool, operator: &str, holds: &str) -> String {
    let there = if is_there { "key there" } else { "key absent" };
    let asked: Vec<&str> = condition
        .values
        .iter()
        .map(|value| match value.to_ascii_lowercase().as_str() {
            "true" => "absent",
            "false" => "there",
            _ => "neither there nor absent",
        })
        .collect();
    match condition.operator.quantifier {
        Quantifier::One => format!("{there}: the policy asks for it to be {}", asked.join(" or ")),
        Quantifier::ForAllValues | Quantifier::ForAnyValue => {
            format!("{there}: {operator} {holds} with the key or without")
        }
    }
}

/// How the values of the request lie to those of the policy.
fn compared(condition: &Condition, version: Version, carried: &[String]) -> String {
    let (lies, lies_not) = words::lies(condition.operator.test);
    let meeting = |value: &String| {
        let meets = |wanted: &&String| meets(condition, version, wanted, value) == Some(true);
        condition.values.iter().find(meets)
    };
    let met: Vec<(&String, &String)> =
        carried.iter().filter_map(|value| Some((value, meeting(value)?))).collect();
    match (carried, met.as_slice()) {
        ([_], [(_, wanted)]) => format!("{lies} {}", quoted(wanted)),
        (_, []) => match condition.values.as_slice() {
            [] => "has nothing to be compared with".to_owned(),
            [one] => format!("{lies_not} {}", quoted(one)),
            _ => format!("{lies_not} any of these"),
        },
        (_, met) if met.len() == carried.len() => "all meet the policy's values".to_owned(),
        (_, [(value, wanted), ..]) => format!(
            "meet the policy's values only in part: {} {lies} {}",
            quoted(value),
            quoted(wanted)
        ),
    }
}

/// Whether one value meets one of the policy's by the condition's test, not turned round.
fn meets(condition: &Condition, version: Version, wanted: &str, value: &str) -> Option<bool> {
    let operator = Operator {
        quantifier: Quantifier::One,
        negated: false,
        if_exists: false,
        ..condition.operator.clone()
    };
    let single = Condition { operator, values: vec![wanted.to_owned()], ..condition.clone() };
    let key = condition.key.to_ascii_lowercase();
    holds(&single, version, &BTreeMap::from([(key, vec![value.to_owned()])]))
}
