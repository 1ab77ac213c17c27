//! Conditions: operators, keys and values, as written. What they mean for a request is in
//! `request` (one request) and `atom` (all requests of a caller).
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Creating a
//! condition with multiple keys or values".

use std::collections::BTreeSet;

use serde_json::Value;

use crate::iam::grammar::{DocumentError, Position, object};

/// One condition: an operator, a key, and values of which any may be met (for a negated operator:
/// none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The operator's name as written: capitals, `ArnEquals` beside `ArnLike`, and names that IAM
    /// does not have. Has no meaning; what is printed is what was read.
    pub operator_name: String,
    /// The key as written; capitals do not count.
    pub key: String,
    /// The values. Numbers and booleans as their text.
    pub values: Vec<String>,
}

/// A condition operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// How the values that a request carries for the key are taken together.
    pub quantifier: Quantifier,
    /// The comparison.
    pub test: Test,
    /// Whether the comparison is turned round (`…Not…`).
    pub negated: bool,
    /// Whether a request without the key passes (`…IfExists`).
    pub if_exists: bool,
}

/// How the values that a request carries for a key are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// There is one.
    One,
    /// One of them is enough; false without the key.
    ForAnyValue,
    /// All of them must; true without the key.
    ForAllValues,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// The same text.
    StringEquals,
    /// The same text, capitals not counting.
    StringEqualsIgnoreCase,
    /// A pattern, `*` crossing everything.
    StringLike,
    /// A pattern for each part of an ARN. `ArnEquals` and `ArnLike` are the same.
    Arn,
    /// An address in a range.
    IpAddress,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric(Order),
    /// A point in time.
    Date(Order),
    /// Bytes, in base 64.
    Binary,
    /// Whether the key is absent.
    Null,
    /// An operator that IAM does not have.
    Unknown,
}

/// How the request's value lies to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// The same.
    Equal,
    /// Below.
    Less,
    /// Below or the same.
    LessOrEqual,
    /// Above.
    Greater,
    /// Above or the same.
    GreaterOrEqual,
}

impl Test {
    /// Whether texts are compared, ARNs among them.
    #[must_use]
    pub fn compares_texts(self) -> bool {
        match self {
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike | Self::Arn => {
                true
            }
            Self::IpAddress
            | Self::Bool
            | Self::Numeric(_)
            | Self::Date(_)
            | Self::Binary
            | Self::Null
            | Self::Unknown => false,
        }
    }
}

impl Condition {
    /// Reads the value of `Condition`.
    pub(super) fn read_all<'p>(
        value: &Value,
        place: impl Into<Position<'p>>,
    ) -> Result<Vec<Self>, DocumentError> {
        let place = place.into();
        let mut conditions = Vec::new();
        for (name, keys) in object(value, &place)? {
            let place = place.key(name);
            let keys = object(keys, &place)?;
            let mut seen = BTreeSet::new();
            for (key, value) in keys {
                let place = place.key(key);
                if keys.len() > 1 && !seen.insert(key.to_ascii_lowercase()) {
                    return Err(place.error("the same key stands there twice, in other capitals"));
                }
                conditions.push(Self {
                    operator: Operator::read(name),
                    operator_name: name.clone(),
                    key: key.clone(),
                    values: values(value, &place)?,
                });
            }
        }
        Ok(conditions)
    }

    /// Whether every value must be none of an empty list. Of a test that is not turned round it is
    /// documented that it holds without the key; of this it is not.
    #[must_use]
    pub fn is_met_by_none_of_nothing(&self) -> bool {
        let Operator { quantifier, negated, .. } = self.operator;
        quantifier == Quantifier::ForAllValues && negated && self.values.is_empty()
    }

    /// Whether the condition is about `key` (in small letters).
    #[must_use]
    pub fn is_about(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

impl Operator {
    /// Reads an operator's name, capitals not counting. One that IAM does not have becomes
    /// [`Test::Unknown`].
    #[must_use]
    pub fn read(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let (quantifier, rest) = match lower.split_once(':') {
            None => (Some(Quantifier::One), lower.as_str()),
            Some(("foranyvalue", rest)) => (Some(Quantifier::ForAnyValue), rest),
            Some(("forallvalues", rest)) => (Some(Quantifier::ForAllValues), rest),
            Some((_, rest)) => (None, rest),
        };
        let (test_name, if_exists) = match rest.strip_suffix("ifexists") {
            Some(test_name) => (test_name, true),
            None => (rest, false),
        };
        match (quantifier, test(test_name)) {
            (Some(quantifier), Some((test, negated))) => {
                Self { quantifier, test, negated, if_exists }
            }
            _ => Self {
                quantifier: Quantifier::One,
                test: Test::Unknown,
                negated: false,
                if_exists: false,
            },
        }
    }

    /// Whether the operator holds only for requests that carry the key with one of the values.
    #[must_use]
    pub fn asks_for_a_value(&self) -> bool {
        self.names_values() && !self.if_exists && self.quantifier != Quantifier::ForAllValues
    }

    /// Whether the operator, of requests that carry the key, holds for those alone with one of the
    /// values.
    #[must_use]
    pub fn names_values(&self) -> bool {
        let compares = match self.test {
            Test::Null | Test::Unknown => false,
            Test::StringEquals
            | Test::StringEqualsIgnoreCase
            | Test::StringLike
            | Test::Arn
            | Test::IpAddress
            | Test::Bool
            | Test::Numeric(_)
            | Test::Date(_)
            | Test::Binary => true,
        };
        compares && !self.negated
    }

    /// Whether the operator, [`Test::Null`] apart, holds for a request without the key.
    #[must_use]
    pub fn holds_without_the_key(&self) -> bool {
        self.if_exists
            || match self.quantifier {
                Quantifier::ForAllValues => true,
                Quantifier::ForAnyValue => false,
                Quantifier::One => self.negated,
            }
    }
}

/// The test that a name in small letters stands for, and whether it is turned round.
fn test(name: &str) -> Option<(Test, bool)> {
    Some(match name {
        "stringequals" => (Test::StringEquals, false),
        "stringnotequals" => (Test::StringEquals, true),
        "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
        "stringlike" => (Test::StringLike, false),
        "stringnotlike" => (Test::StringLike, true),
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "ipaddress" => (Test::IpAddress, false),
        "notipaddress" => (Test::IpAddress, true),
        "bool" => (Test::Bool, false),
        "numericequals" => (Test::Numeric(Order::Equal), false),
        "numericnotequals" => (Test::Numeric(Order::Equal), true),
        "numericlessthan" => (Test::Numeric(Order::Less), false),
        "numericlessthanequals" => (Test::Numeric(Order::LessOrEqual), false),
        "numericgreaterthan" => (Test::Numeric(Order::Greater), false),
        "numericgreaterthanequals" => (Test::Numeric(Order::GreaterOrEqual), false),
        "dateequals" => (Test::Date(Order::Equal), false),
        "datenotequals" => (Test::Date(Order::Equal), true),
        "datelessthan" => (Test::Date(Order::Less), false),
        "datelessthanequals" => (Test::Date(Order::LessOrEqual), false),
        "dategreaterthan" => (Test::Date(Order::Greater), false),
        "dategreaterthanequals" => (Test::Date(Order::GreaterOrEqual), false),
        "binaryequals" => (Test::Binary, false),
        "null" => (Test::Null, false),
        _ => return None,
    })
}

/// One value or a list; numbers and booleans count as their text.
fn values(value: &Value, place: &Position<'_>) -> Result<Vec<String>, DocumentError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(place.error("expected a string, a number, a boolean, or a list of these"))
        }
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        _ => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Condition, Operator, Quantifier, Test};

    #[test]
    fn operators_are_read_whatever_their_capitals() {
        let operator = Operator::read("ForAllValues:ARNEqualsIfExists");
        assert_eq!(operator.quantifier, Quantifier::ForAllValues);
        assert_eq!(operator.test, Test::Arn);
        assert!(operator.if_exists && !operator.negated && !operator.asks_for_a_value());
        assert!(Operator::read("StringEquals").asks_for_a_value());
        assert!(Operator::read("NotIpAddress").negated);
        for unknown in ["StringUnknown", "ForAnyValues:StringEquals", "", "IfExists"] {
            assert_eq!(Operator::read(unknown).test, Test::Unknown, "{unknown}");
        }
    }

    #[test]
    fn numbers_and_booleans_are_values_and_the_rest_is_not() {
        let read = |value| Condition::read_all(&value, "Condition");
        let conditions = read(json!({"Bool": {"aws:SecureTransport": false}})).unwrap();
        assert_eq!(conditions[0].values, ["false"]);
        let conditions = read(json!({"NumericLessThan": {"s3:TlsVersion": 1.2}})).unwrap();
        assert_eq!(conditions[0].values, ["1.2"]);
        assert!(read(json!({"Bool": {"aws:SecureTransport": null}})).is_err());
        assert!(read(json!({"StringEquals": {"aws:userid": "a", "AWS:UserId": "b"}})).is_err());
        assert!(read(json!({"StringEquals": "x"})).is_err());
    }
}
