//! One request against one policy, by the letter of semantics.md §4: the oracle. It reads raw JSON
//! and shares nothing with the library.

use std::net::IpAddr;

use Truth::{No, Unknown, Yes};
use ipnet::IpNet;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::request::{Principal, Request};

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

/// Literal `*` and `?` inside a pattern: what a variable stood for.
const LITERAL: [(char, char); 2] = [('*', '\u{1}'), ('?', '\u{2}')];

pub fn decide(policy: &Value, request: &Request, reading: Reading) -> Decision {
    let judge = Judge { request, variables: policy["Version"] == "2012-10-17" };
    let mut decision = Decision::Neither;
    for statement in list(&policy["Statement"]) {
        let holds = judge.statement(statement);
        let holds = |unknown| holds == Yes || (holds == Unknown && reading == unknown);
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
        let mut holds = either(statement, "Principal", |value, _| match value.as_object() {
            None => self.principal("AWS", value.as_str().unwrap_or_default()),
            Some(kinds) => any(kinds.iter().flat_map(|(kind, names)| {
                texts(names).into_iter().map(|name| self.principal(kind, &name))
            })),
        });
        let action = self.request.action.to_lowercase();
        holds = holds.min(either(statement, "Action", |value, _| {
            any(texts(value).iter().map(|one| truth(glob(&one.to_lowercase(), &action))))
        }));
        let resource = first_partition(&self.request.resource);
        holds = holds.min(either(statement, "Resource", |value, negated| {
            any(texts(value).iter().map(|one| match self.pattern(&first_partition(one)) {
                Some(pattern) => truth(glob(&pattern, &resource)),
                None => {
                    if negated {
                        Unknown
                    } else {
                        No
                    }
                }
            }))
        }));
        for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                holds = holds.min(self.condition(&operator.to_lowercase(), key, &texts(values)));
            }
        }
        holds
    }

    fn principal(&self, kind: &str, name: &str) -> Truth {
        let root = name.strip_suffix(":root").and_then(|arn| arn.rsplit("::").next());
        let provider = self.request.context.get("aws:federatedprovider").map_or("", |one| &one[0]);
        let (matches, caller) = match (kind, &self.request.principal) {
            ("AWS", _) if name == "*" => return Yes,
            ("AWS", Principal::Aws { account, arn }) => {
                (name == account || root == Some(account) || name == arn, arn.as_str())
            }
            ("Federated", Principal::Aws { .. }) => (name == provider, provider),
            ("CanonicalUser", Principal::CanonicalUser(id)) => (name == id, id.as_str()),
            ("Service", Principal::Service(id)) => (name.eq_ignore_ascii_case(id), id.as_str()),
            _ => return No,
        };
        // a wildcard in a principal is refused at write time
        if !matches && glob(name, caller) { Unknown } else { truth(matches) }
    }

    fn condition(&self, operator: &str, key: &str, values: &[String]) -> Truth {
        let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
        let test = rest.strip_suffix("ifexists").unwrap_or(rest);
        let (if_exists, positive) = (test != rest, test.replacen("not", "", 1));
        let (every, negated) = (quantifier == "forallvalues", positive != test);
        let known = OPERATORS.split_whitespace().any(|operator| operator == test);
        if !known || !(every || matches!(quantifier, "" | "foranyvalue")) || rest == "nullifexists"
        {
            return Unknown;
        }
        let carried = self.request.context.get(&key.to_lowercase());
        match carried {
            _ if test == "null" && quantifier.is_empty() => any(values.iter().map(|value| {
                let absent = value.to_lowercase().parse::<bool>();
                absent.map_or(Unknown, |absent| truth(absent == carried.is_none()))
            })),
            _ if test == "null" => truth(every),
            None => truth(if_exists || every || (negated && quantifier.is_empty())),
            // documented to match absence alone; whether negated too is not said
            Some(_) if every && values.is_empty() => {
                if negated {
                    Unknown
                } else {
                    No
                }
            }
            Some(carried) => {
                let passes = carried.iter().map(|one| {
                    let compare = |value: &String| self.compare(&positive, negated, value, one);
                    let met = any(values.iter().map(compare));
                    if negated { not(met) } else { met }
                });
                if every { passes.min().unwrap_or(Yes) } else { any(passes) }
            }
        }
    }

    fn compare(&self, test: &str, negated: bool, value: &str, one: &str) -> Truth {
        if !test.starts_with("string") && !test.starts_with("arn") {
            return compare_typed(test, value, one, self.variables);
        }
        let Some(pattern) = self.pattern(value) else {
            return if negated { Unknown } else { No };
        };
        let [(_, star), (_, mark)] = LITERAL;
        let literal = pattern.replace(star, "*").replace(mark, "?");
        match test {
            "stringequals" => truth(literal == one),
            "stringequalsignorecase" => truth(literal.to_lowercase() == one.to_lowercase()),
            "stringlike" => truth(glob(&pattern, one)),
            _ => {
                let pattern: Vec<_> = pattern.splitn(6, ':').collect();
                let one: Vec<_> = one.splitn(6, ':').collect();
                if pattern.len() < 6 && pattern.iter().any(|part| part.contains(['*', '?'])) {
                    return Unknown;
                }
                let arns = pattern.len() == 6 && one.len() == 6 && one[0] == "arn";
                truth(arns && pattern.iter().zip(one).all(|(pattern, one)| glob(pattern, one)))
            }
        }
    }

    /// `None` when a variable has no value.
    fn pattern(&self, text: &str) -> Option<String> {
        let Some((before, after)) = text.split_once("${").filter(|_| self.variables) else {
            return Some(text.to_owned());
        };
        let (name, after) = after.split_once('}')?;
        let (key, default) = name.split_once(',').unwrap_or((name, ""));
        let value = match self.request.context.get(&key.trim().to_lowercase()).map(Vec::as_slice) {
            _ if ["*", "?", "$"].contains(&name) => name.to_owned(),
            Some([value]) => value.clone(),
            _ => default.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned(),
        };
        let value =
            LITERAL.iter().fold(value, |text, (wild, mark)| text.replace(*wild, &mark.to_string()));
        Some(format!("{before}{value}{}", self.pattern(after)?))
    }
}

/// The element `name`, or the contrary of `Not…`; a statement without either matches nothing.
fn either(statement: &Value, name: &str, matches: impl Fn(&Value, bool) -> Truth) -> Truth {
    match (statement.get(name), statement.get(format!("Not{name}"))) {
        (Some(value), _) => matches(value, false),
        (None, Some(value)) => not(matches(value, true)),
        (None, None) => No,
    }
}

fn compare_typed(test: &str, value: &str, one: &str, variables: bool) -> Truth {
    let scale = if test.starts_with("date") { date } else { number };
    match test {
        _ if variables && value.contains("${") => Unknown,
        "bool" => truth(value.eq_ignore_ascii_case(one)),
        "binaryequals" => truth(value == one),
        "ipaddress" => {
            let range =
                value.parse::<IpNet>().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
            let Ok(range) = range else { return Unknown };
            truth(one.parse::<IpAddr>().is_ok_and(|address| range.contains(&address)))
        }
        _ => match (scale(value), scale(one)) {
            (None, _) => Unknown,
            (Some(_), None) => No,
            (Some(limit), Some(one)) => truth(
                (test.contains("less") && one < limit)
                    || (test.contains("greater") && one > limit)
                    || (test.ends_with("equals") && one.total_cmp(&limit).is_eq()),
            ),
        },
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn date(text: &str) -> Option<f64> {
    let minute = format!("{}:00Z", text.trim_end_matches('Z'));
    let forms = [text, &format!("{text}T00:00:00Z"), &minute];
    let date = forms.iter().find_map(|form| OffsetDateTime::parse(form, &Rfc3339).ok());
    date.map_or_else(|| number(text), |date| number(&date.unix_timestamp().to_string()))
}

fn glob(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    let mut letters = text.chars();
    match first {
        '*' => text.char_indices().any(|(at, _)| glob(rest, &text[at..])) || glob(rest, ""),
        '?' => letters.next().is_some() && glob(rest, letters.as_str()),
        mark => {
            let letter =
                LITERAL.iter().find(|(_, one)| *one == mark).map_or(mark, |(wild, _)| *wild);
            letters.next() == Some(letter) && glob(rest, letters.as_str())
        }
    }
}

/// Buckets have one name in all partitions.
fn first_partition(arn: &str) -> String {
    match arn.splitn(4, ':').collect::<Vec<_>>()[..] {
        ["arn", _, "s3", rest] => format!("arn:aws:s3:{rest}"),
        _ => arn.to_owned(),
    }
}

fn truth(holds: bool) -> Truth {
    if holds { Yes } else { No }
}

fn not(truth: Truth) -> Truth {
    [Yes, Unknown, No][truth as usize]
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    truths.max().unwrap_or(No)
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn texts(value: &Value) -> Vec<String> {
    let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    list(value).into_iter().map(text).collect()
}
