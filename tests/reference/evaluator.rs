//! The oracle: one request against one policy by semantics.md §4, apart from the library.

use Truth::{No, Unknown, Yes};
use serde_json::Value;

use crate::request::{Principal, Request};
use crate::values::{first_partition, glob, list, plain, text, typed};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    Denied,
    Neither,
}

/// What is not documented: an Allow does not hold and a Deny does, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Skeptical,
    Wide,
}

/// Ordered, so that the least of some is that all hold and the greatest that any does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    Unknown,
    Yes,
}

const OPERATORS: &str = "null bool binaryequals ipaddress notipaddress \
    stringequals stringnotequals stringequalsignorecase stringnotequalsignorecase \
    stringlike stringnotlike arnequals arnnotequals arnlike arnnotlike \
    numericequals numericnotequals numericlessthan numericlessthanequals numericgreaterthan \
    numericgreaterthanequals dateequals datenotequals datelessthan datelessthanequals \
    dategreaterthan dategreaterthanequals";

pub fn decide(policy: &Value, request: &Request, reading: Reading) -> Decision {
    let judge = Judge { request, variables: policy["Version"] == "2012-10-17" };
    let mut decision = Decision::Neither;
    for statement in list(&policy["Statement"]) {
        let truth = judge.statement(statement);
        let holds = |unknown| truth == Yes || (truth == Unknown && reading == unknown);
        match statement["Effect"].as_str() {
            Some("Deny") if holds(Reading::Skeptical) => return Decision::Denied,
            Some("Allow") if holds(Reading::Wide) => decision = Decision::Allowed,
            _ => {}
        }
    }
    decision
}

struct Judge<'a> {
    request: &'a Request,
    variables: bool,
}

impl Judge<'_> {
    fn statement(&self, statement: &Value) -> Truth {
        let action = self.request.action.to_lowercase();
        let resource = first_partition(&self.request.resource);
        let mut truth = element(statement, "Principal", |kind, name| self.principal(kind, name))
            .min(element(statement, "Action", |_, one| glob(&one.to_lowercase(), &action).into()))
            .min(element(statement, "Resource", |_, one| {
                // with a variable that has no value it matches nothing
                let pattern = self.pattern(&first_partition(one));
                pattern.map_or(No, |pattern| glob(&pattern, &resource).into())
            }));
        for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                truth = truth.min(self.condition(&operator.to_lowercase(), key, list(values)));
            }
        }
        truth
    }

    fn principal(&self, kind: &str, name: &str) -> Truth {
        let root = name.strip_suffix(":root").and_then(|arn| arn.rsplit("::").next());
        let provider = self.request.one("aws:federatedprovider").unwrap_or_default();
        let (is, caller) = match (kind, &self.request.principal) {
            ("AWS", _) if name == "*" => return Yes,
            ("AWS", Principal::Aws { account, arn }) => {
                let whole = if name.contains(':') { arn } else { account };
                (name == account || root == Some(account) || name == arn, whole.as_str())
            }
            ("Federated", Principal::Aws { .. }) => (name == provider, provider),
            ("CanonicalUser", Principal::CanonicalUser(id)) => (name == id, id.as_str()),
            ("Service", Principal::Service(id)) => (name.eq_ignore_ascii_case(id), id.as_str()),
            _ => return No,
        };
        // wildcards are refused at write time: what stored ones match is not documented
        if !is && glob(name, caller) { Unknown } else { is.into() }
    }

    fn condition(&self, operator: &str, key: &str, values: &[Value]) -> Truth {
        let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
        let test = rest.strip_suffix("ifexists").unwrap_or(rest);
        let (if_exists, positive) = (test != rest, test.replacen("not", "", 1));
        let (every, negated) = (quantifier == "forallvalues", positive != test);
        let known = OPERATORS.split_whitespace().any(|one| one == test) && rest != "nullifexists";
        if !known || !(every || matches!(quantifier, "" | "foranyvalue")) {
            return Unknown;
        }
        let carried = self.request.context.get(&key.to_lowercase());
        match carried {
            _ if test == "null" && quantifier.is_empty() => any(values.iter().map(|value| {
                let absent = text(value).to_lowercase().parse::<bool>();
                absent.map_or(Unknown, |absent| (absent == carried.is_none()).into())
            })),
            _ if test == "null" => every.into(),
            None => (if_exists || every || (negated && quantifier.is_empty())).into(),
            // documented to match absence alone; of negated tests nothing is said
            Some(_) if every && values.is_empty() => {
                if negated {
                    Unknown
                } else {
                    No
                }
            }
            Some(carried) => {
                let passes = carried.iter().map(|one| {
                    let met = |value| self.compare(&positive, &text(value), one);
                    let met = any(values.iter().map(met));
                    if negated { not(met) } else { met }
                });
                if every { passes.min().unwrap_or(Yes) } else { any(passes) }
            }
        }
    }

    fn compare(&self, test: &str, value: &str, one: &str) -> Truth {
        if !test.starts_with("string") && !test.starts_with("arn") {
            return if self.variables && value.contains("${") {
                None
            } else {
                typed(test, value, one)
            }
            .map_or(Unknown, Truth::from);
        }
        // nothing is equal to, or like, a variable that has no value
        let Some(pattern) = self.pattern(value) else { return No };
        let literal: String = pattern.chars().map(plain).collect();
        if test.starts_with("string") {
            let like = test == "stringlike" && glob(&pattern, one);
            let alike = test.ends_with("case") && literal.to_lowercase() == one.to_lowercase();
            return (like || alike || (test == "stringequals" && literal == one)).into();
        }
        let [wild, given] = [&pattern, one].map(|arn| arn.splitn(6, ':').collect::<Vec<_>>());
        if wild.len() < 6 && pattern.contains(['*', '?']) {
            return Unknown;
        }
        let are_arns = wild.len() == 6 && given.len() == 6 && given[0] == "arn";
        (are_arns && wild.iter().zip(given).all(|(wild, given)| glob(wild, given))).into()
    }

    /// `None` when a variable has no value.
    fn pattern(&self, text: &str) -> Option<String> {
        let Some((before, after)) = text.split_once("${").filter(|_| self.variables) else {
            return Some(text.to_owned());
        };
        let (name, after) = after.split_once('}')?;
        let (key, default) = name.split_once(',').unwrap_or((name, ""));
        let value = match self.request.context.get(&key.trim().to_lowercase()).map(Vec::as_slice) {
            _ if ["*", "?", "$"].contains(&name) => name,
            Some([value]) => value,
            _ => default.trim().strip_prefix('\'')?.strip_suffix('\'')?,
        };
        let value = value.replace('*', "\u{1}").replace('?', "\u{2}");
        Some(format!("{before}{value}{}", self.pattern(after)?))
    }
}

/// Whether the element `name` or its `Not…` matches; without either a statement matches nothing.
fn element(statement: &Value, name: &str, matches: impl Fn(&str, &str) -> Truth) -> Truth {
    let (element, negated) = match (statement.get(name), statement.get(format!("Not{name}"))) {
        (Some(element), _) => (element, false),
        (None, Some(element)) => (element, true),
        (None, None) => return No,
    };
    let of = |kind: &str, values| any(list(values).iter().map(|one| matches(kind, &text(one))));
    let met = match element.as_object() {
        Some(kinds) => any(kinds.iter().map(|(kind, values)| of(kind, values))),
        None => of("AWS", element),
    };
    if negated { not(met) } else { met }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Yes } else { No }
    }
}

fn not(truth: Truth) -> Truth {
    [Yes, Unknown, No][truth as usize]
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    truths.max().unwrap_or(No)
}
