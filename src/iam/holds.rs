//! Whether conditions can hold, and whether they must, over all requests of a caller.
//!
//! A sound, simple rule: each condition is judged by itself. Of an Allow, what is not proved narrow
//! counts as wide ([`can_hold`] errs towards yes); of a Deny, what is not proved effective counts
//! as absent ([`must_hold`] errs towards no).

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::iam::arn::{Arn, bound_account};
use crate::iam::carried::{Carried, Values};
use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::pattern::Glob;

/// Whether some request that carries `carried` meets `condition`.
#[must_use]
pub fn can_hold(condition: &Condition, carried: &Carried) -> bool {
    outcomes(condition, carried).hold
}

/// Whether every request that carries `carried` meets `condition`.
#[must_use]
pub fn must_hold(condition: &Condition, carried: &Carried) -> bool {
    !outcomes(condition, carried).fail
}

/// Which outcomes there are among the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcomes {
    hold: bool,
    fail: bool,
}

impl Outcomes {
    const EITHER: Self = Self { hold: true, fail: true };

    fn certain(holds: bool) -> Self {
        Self { hold: holds, fail: !holds }
    }

    fn or(self, other: Self) -> Self {
        Self { hold: self.hold || other.hold, fail: self.fail || other.fail }
    }

    fn turned(self) -> Self {
        Self { hold: self.fail, fail: self.hold }
    }
}

fn outcomes(condition: &Condition, carried: &Carried) -> Outcomes {
    let operator = &condition.operator;
    if operator.test == Test::Unknown {
        return Outcomes::EITHER;
    }
    let about_presence = operator.test == Test::Null;
    let present = carried.values.as_ref().map(|values| {
        if about_presence {
            null(condition, false)
        } else if operator.negated {
            matched(condition, values).turned()
        } else {
            matched(condition, values)
        }
    });
    let absent = carried.absent.then(|| {
        if about_presence {
            null(condition, true)
        } else {
            Outcomes::certain(operator.holds_without_the_key())
        }
    });
    match (present, absent) {
        (Some(present), Some(absent)) => present.or(absent),
        (Some(outcome), None) | (None, Some(outcome)) => outcome,
        (None, None) => Outcomes::EITHER,
    }
}

fn null(condition: &Condition, absent: bool) -> Outcomes {
    Outcomes::certain(match condition.operator.quantifier {
        Quantifier::ForAllValues => true,
        Quantifier::ForAnyValue => false,
        Quantifier::One => {
            let wanted = if absent { "true" } else { "false" };
            condition.values.iter().any(|value| value.eq_ignore_ascii_case(wanted))
        }
    })
}

/// Whether a value of the set can be one of the condition's, and whether it can be none of them.
fn matched(condition: &Condition, values: &Values) -> Outcomes {
    match values {
        Values::UnnamedAddress | Values::PublicAddress => addresses(condition, values),
        Values::Exactly(_)
        | Values::Any
        | Values::Unnamed
        | Values::ArnOf(_)
        | Values::ArnOfNoAccount
        | Values::PathIn(_)
        | Values::NotOf(_)
        | Values::Matching(_) => condition
            .values
            .iter()
            .map(|pattern| text(condition, values, pattern))
            .reduce(|one, other| Outcomes {
                hold: one.hold || other.hold,
                fail: one.fail && other.fail,
            })
            // no value to be equal to
            .unwrap_or(Outcomes::certain(false)),
    }
}

fn text(condition: &Condition, values: &Values, pattern: &str) -> Outcomes {
    let test = condition.operator.test;
    if pattern.contains("${") {
        return Outcomes::EITHER;
    }
    match values {
        Values::Exactly(value) => exactly(test, pattern, value),
        Values::Any => Outcomes { hold: true, fail: !takes_everything(test, pattern) },
        Values::Unnamed
        | Values::ArnOf(_)
        | Values::ArnOfNoAccount
        | Values::PathIn(_)
        | Values::NotOf(_)
        | Values::Matching(_)
            if !test.compares_texts() || is_no_arn(test, pattern) =>
        {
            Outcomes::EITHER
        }
        Values::NotOf(account) => {
            let own = pattern == account.as_str()
                || bound_account(pattern, true).as_ref() == Some(account);
            Outcomes { hold: !own, fail: !takes_everything(test, pattern) }
        }
        Values::Matching(known) => {
            let pattern = Glob::new(pattern);
            Outcomes { hold: pattern.meets(known), fail: !pattern.covers(known) }
        }
        Values::Unnamed => Outcomes {
            hold: !is_bounded(condition, pattern),
            fail: !takes_everything(test, pattern),
        },
        Values::ArnOf(account) => {
            let bound = bound_account(pattern, test != Test::StringLike);
            let other = match bound {
                Some(bound) => bound != *account,
                None => Glob::new(pattern).is_literal(),
            };
            Outcomes { hold: !other, fail: !takes_everything(test, pattern) }
        }
        Values::ArnOfNoAccount => Outcomes {
            hold: bound_account(pattern, test != Test::StringLike).is_none(),
            fail: true,
        },
        Values::PathIn(organization) => {
            let first = pattern.split('/').next().unwrap_or(pattern);
            Outcomes { hold: Glob::new(first).matches(organization), fail: true }
        }
        Values::UnnamedAddress | Values::PublicAddress => Outcomes::EITHER,
    }
}

/// Whether an ARN is asked for by a pattern that is none: what IAM makes of it is not documented.
fn is_no_arn(test: Test, pattern: &str) -> bool {
    test == Test::Arn && Arn::split(pattern).is_none() && !Glob::new(pattern).is_literal()
}

fn exactly(test: Test, pattern: &str, value: &str) -> Outcomes {
    match test {
        Test::StringEquals => Outcomes::certain(pattern == value),
        Test::StringEqualsIgnoreCase | Test::Bool => {
            Outcomes::certain(pattern.eq_ignore_ascii_case(value))
        }
        Test::StringLike => Outcomes::certain(Glob::new(pattern).matches(value)),
        Test::Arn => match (Arn::split(pattern), Arn::split(value)) {
            (Some(pattern), Some(value)) => Outcomes::certain(pattern.matches(value)),
            // another text is not met, whatever IAM makes of what is no ARN
            _ if Glob::new(pattern).is_literal() && pattern != value => Outcomes::certain(false),
            _ => Outcomes::EITHER,
        },
        Test::IpAddress
        | Test::Numeric(_)
        | Test::Date(_)
        | Test::Binary
        | Test::Null
        | Test::Unknown => Outcomes::EITHER,
    }
}

fn takes_everything(test: Test, pattern: &str) -> bool {
    test == Test::StringLike && !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
}

/// Whether a value, under the condition's test, means a bounded set of callers: whoever is in none
/// of the sets that policies name does not meet it.
///
/// `StringEquals` takes wildcards as letters for IAM, while S3's meaning of public takes them as
/// wildcards: a value with one is not proved narrow.
#[must_use]
pub fn is_bounded(condition: &Condition, value: &str) -> bool {
    if value.contains("${") {
        return false;
    }
    if Glob::new(value).is_literal() {
        return true;
    }
    let test = condition.operator.test;
    match condition.key.to_ascii_lowercase().as_str() {
        // `AROA…:*`, the sessions of one role
        "aws:userid" => {
            value.split_once(':').is_some_and(|(id, _)| id.len() > 16 && Glob::new(id).is_literal())
        }
        "s3:dataaccesspointarn" => bound_account(value, true).is_some(),
        "aws:principalarn" | "aws:sourcearn" => bound_account(value, test == Test::Arn).is_some(),
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" => {
            test == Test::StringLike
                && value.split_once('/').is_some_and(|(id, _)| Glob::new(id).is_literal())
        }
        _ => false,
    }
}

/// The ranges of an `IpAddress` value. A bare address is a range of one.
#[must_use]
pub fn range(value: &str) -> Option<IpNet> {
    value.parse::<IpNet>().or_else(|_| value.parse::<IpAddr>().map(IpNet::from)).ok()
}

/// Whether `range` holds private addresses of RFC 1918 alone, which no request carries.
#[must_use]
pub fn is_private(range: &IpNet) -> bool {
    const PRIVATE: [(Ipv4Addr, u8); 3] = [
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    match range {
        IpNet::V4(range) => PRIVATE.iter().any(|(address, length)| {
            Ipv4Net::new(*address, *length).is_ok_and(|private| private.contains(range))
        }),
        IpNet::V6(_) => false,
    }
}

/// Whether `range` is broader than what AWS still counts as a network: /8 of IPv4, /32 of IPv6.
///
/// Source: S3 User Guide, "The meaning of public".
#[must_use]
pub fn is_broad(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => range.prefix_len() < 8,
        IpNet::V6(range) => range.prefix_len() < 32,
    }
}

fn addresses(condition: &Condition, values: &Values) -> Outcomes {
    if condition.operator.test != Test::IpAddress {
        return Outcomes::EITHER;
    }
    let ranges: Option<Vec<IpNet>> = condition.values.iter().map(|value| range(value)).collect();
    let Some(ranges) = ranges else { return Outcomes::EITHER };
    // together, neighbours may be broader than each by itself
    let ranges = IpNet::aggregate(&ranges);
    let everything = ranges.contains(&IpNet::V4(Ipv4Net::default()))
        && ranges.contains(&IpNet::V6(Ipv6Net::default()));
    let anywhere = *values == Values::UnnamedAddress;
    let hold =
        ranges.iter().any(|range| if anywhere { is_broad(range) } else { !is_private(range) });
    Outcomes { hold, fail: !everything }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Outcomes, outcomes};
    use crate::iam::carried::{Carried, Values};
    use crate::iam::condition::Condition;

    fn with(
        operator: &str,
        value: &serde_json::Value,
        absent: bool,
        values: Option<Values>,
    ) -> (bool, bool) {
        let block = json!({ operator: { "aws:PrincipalArn": value } });
        let condition = Condition::read_all(&block, "Condition").unwrap().remove(0);
        let Outcomes { hold, fail } = outcomes(&condition, &Carried { absent, values });
        (hold, fail)
    }

    #[test]
    fn an_absent_key_fails_a_positive_test_and_passes_a_negated_one() {
        let absent = |operator| with(operator, &json!("x"), true, None);
        assert_eq!(absent("StringEquals"), (false, true));
        assert_eq!(absent("StringNotEquals"), (true, false));
        assert_eq!(absent("StringEqualsIfExists"), (true, false));
        assert_eq!(absent("ForAllValues:StringEquals"), (true, false));
        assert_eq!(absent("ForAnyValue:StringNotEquals"), (false, true));
        assert_eq!(with("Null", &json!("true"), true, None), (true, false));
        assert_eq!(with("Null", &json!(false), true, None), (false, true));
    }

    #[test]
    fn a_pattern_lets_the_unnamed_in_and_a_value_does_not() {
        let unnamed = |operator, value: serde_json::Value| {
            with(operator, &value, false, Some(Values::Unnamed))
        };
        assert_eq!(unnamed("ArnLike", json!("arn:aws:iam::444455556666:role/*")), (false, true));
        assert_eq!(unnamed("ArnLike", json!("arn:aws:iam::*:role/x")), (true, true));
        assert_eq!(unnamed("StringLike", json!("arn:*:444455556666:*")), (true, true));
        assert_eq!(unnamed("StringLike", json!("*")), (true, false));
        assert_eq!(unnamed("StringNotLike", json!("*")), (false, true));
        assert_eq!(unnamed("StringEquals", json!([])), (false, true));
        assert_eq!(unnamed("StringEquals", json!("${aws:x}")), (true, true));
    }

    #[test]
    fn two_halves_of_the_internet_are_the_internet() {
        let block = json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}});
        let condition = Condition::read_all(&block, "Condition").unwrap().remove(0);
        let carried = Carried { absent: true, values: Some(Values::UnnamedAddress) };
        assert!(outcomes(&condition, &carried).hold);
        let sixteen: Vec<String> = (16..32).map(|first| format!("{first}.0.0.0/8")).collect();
        let block = json!({"IpAddress": {"aws:SourceIp": sixteen}});
        let condition = Condition::read_all(&block, "Condition").unwrap().remove(0);
        assert!(outcomes(&condition, &carried).hold);
    }
}
