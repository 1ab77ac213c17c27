//! How the evaluator compares one value of a policy with one of a request.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// `None` when `value` is no value of its type.
pub fn typed(test: &str, value: &str, one: &str) -> Option<bool> {
    let scale = if test.starts_with("date") { date } else { number };
    match test {
        "bool" => {
            let is_bool = value.to_lowercase().parse::<bool>().is_ok();
            return is_bool.then_some(value.eq_ignore_ascii_case(one));
        }
        "binaryequals" => return Some(value == one),
        "ipaddress" => {
            let range =
                value.parse::<IpNet>().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
            return range
                .ok()
                .map(|range| one.parse().is_ok_and(|one: IpAddr| range.contains(&one)));
        }
        _ => {}
    }
    let limit = scale(value)?;
    let of_limit = scale(one).and_then(|one| one.partial_cmp(&limit));
    Some(of_limit.is_some_and(|order| {
        (order.is_lt() && test.contains("less"))
            || (order.is_gt() && test.contains("greater"))
            || (order.is_eq() && test.ends_with("equals"))
    }))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn date(text: &str) -> Option<f64> {
    let minute = format!("{}:00Z", text.trim_end_matches('Z'));
    let forms = [text, &format!("{text}T00:00:00Z"), &minute];
    let date = forms.iter().find_map(|form| OffsetDateTime::parse(form, &Rfc3339).ok());
    number(&date.map_or(text.to_owned(), |date| date.unix_timestamp().to_string()))
}

pub fn glob(pattern: &str, text: &str) -> bool {
    let (mut rest, mut letters) = (pattern.chars(), text.chars());
    match (rest.next(), letters.next()) {
        (None, first) => first.is_none(),
        (Some('*'), first) => {
            glob(rest.as_str(), text) || (first.is_some() && glob(pattern, letters.as_str()))
        }
        (Some(one), Some(first)) if one == '?' || plain(one) == first => {
            glob(rest.as_str(), letters.as_str())
        }
        _ => false,
    }
}

/// What a letter of a pattern stands for that came out of a variable.
pub fn plain(letter: char) -> char {
    ['*', '?'].get((letter as usize).wrapping_sub(1)).copied().unwrap_or(letter)
}

/// Buckets have one name in all partitions.
pub fn first_partition(arn: &str) -> String {
    match arn.splitn(4, ':').collect::<Vec<_>>()[..] {
        ["arn", _, "s3", rest] => format!("arn:aws:s3:{rest}"),
        _ => arn.to_owned(),
    }
}

/// Every list may be a single value.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
