//! A condition made ready to be asked of many requests.

use std::borrow::Cow;

use crate::iam::compare::Comparison;
use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::variable::{Bindings, Terms};

/// One condition, with how it is read where its meaning is not documented already settled.
#[derive(Debug, Clone, PartialEq)]
pub enum Atom<'a> {
    /// Holds, or does not, whatever the request carries.
    Constant(bool),
    /// Asks whether the key is there.
    Presence {
        /// Whether it holds for a request with the key.
        with: bool,
        /// Whether it holds for one without.
        without: bool,
    },
    /// Asks about the values.
    Values {
        /// What a value may meet.
        comparisons: Vec<Comparison<'a>>,
        /// Whether a value must meet none of them.
        negated: bool,
        /// How several values are taken together.
        quantifier: Quantifier,
        /// Whether it holds for a request without the key.
        without: bool,
    },
}

impl<'a> Atom<'a> {
    /// Reads `condition`: `wide`, so that it holds at least where it should, or narrow, so that it
    /// holds at most there. Both are the same but for what is not documented. `bindings` are those
    /// of the variables, `None` where `${…}` is text.
    #[must_use]
    pub fn of(condition: &'a Condition, wide: bool, bindings: Option<&Bindings>) -> Self {
        let operator = &condition.operator;
        match operator.test {
            Test::Unknown => return Self::Constant(wide),
            Test::Null => {
                return match operator.quantifier {
                    Quantifier::ForAllValues => Self::Constant(true),
                    Quantifier::ForAnyValue => Self::Constant(false),
                    Quantifier::One => Self::Presence {
                        with: condition.values.iter().any(|v| v.eq_ignore_ascii_case("false")),
                        without: condition.values.iter().any(|v| v.eq_ignore_ascii_case("true")),
                    },
                };
            }
            _ => {}
        }
        let negated = operator.negated;
        let terms = Terms { generous: wide != negated, bindings };
        if condition.is_met_by_none_of_nothing() {
            let comparisons = if wide { Vec::new() } else { vec![Comparison::Everything] };
            let quantifier = operator.quantifier;
            return Self::Values { comparisons, negated, quantifier, without: true };
        }
        let values = condition.values.iter();
        let comparisons = values.filter_map(|value| Comparison::of(operator.test, value, terms));
        let comparisons = together(comparisons.collect());
        Self::Values {
            comparisons,
            negated,
            quantifier: operator.quantifier,
            without: operator.holds_without_the_key(),
        }
    }

    /// Asks that the value be one of these.
    #[must_use]
    pub fn among(comparisons: Vec<Comparison<'a>>) -> Self {
        let quantifier = Quantifier::One;
        Self::Values { comparisons, negated: false, quantifier, without: false }
    }

    /// Whether it holds for a request without the key.
    #[must_use]
    pub fn holds_without(&self) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::Presence { without, .. } | Self::Values { without, .. } => *without,
        }
    }

    /// Whether it holds wherever `narrower` does, as far as their patterns show.
    #[must_use]
    pub fn covers(&self, narrower: &Atom<'_>) -> bool {
        match (self, narrower) {
            (
                Self::Values { comparisons: own, negated: false, quantifier, without },
                Atom::Values { comparisons, negated: false, quantifier: others, without: absent },
            ) => {
                let is_covered = |one: &Comparison<'_>| own.iter().any(|wider| wider.covers(one));
                (quantifier, without) == (others, absent) && comparisons.iter().all(is_covered)
            }
            _ => false,
        }
    }

    /// Whether `value` by itself passes, taken out of those that the request carries.
    #[must_use]
    pub fn passes(&self, value: &str) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::Presence { with, .. } => *with,
            Self::Values { comparisons, negated, .. } => {
                comparisons.iter().any(|comparison| comparison.is_met_by(value)) != *negated
            }
        }
    }

    /// Whether every value of a request must pass, rather than one.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        match self {
            Self::Constant(_) | Self::Presence { .. } => false,
            Self::Values { quantifier, .. } => *quantifier == Quantifier::ForAllValues,
        }
    }

    /// Whether it holds for a request that carries `values`; `None`: not the key.
    #[must_use]
    pub fn holds(&self, values: Option<&[String]>) -> bool {
        match values {
            None => self.holds_without(),
            Some(values) if self.is_for_all() => values.iter().all(|value| self.passes(value)),
            Some(values) => values.iter().any(|value| self.passes(value)),
        }
    }
}

/// Many texts as one list of them.
pub fn together(comparisons: Vec<Comparison<'_>>) -> Vec<Comparison<'_>> {
    if comparisons.len() < MANY {
        return comparisons;
    }
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for comparison in comparisons {
        match comparison {
            Comparison::Text(Cow::Borrowed(text)) => texts.push(text),
            other => others.push(other),
        }
    }
    texts.sort_unstable();
    texts.dedup();
    others.extend((!texts.is_empty()).then_some(Comparison::OneOf(texts)));
    others
}

/// From this many texts on it is worth sorting them.
const MANY: usize = 9;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Atom;
    use crate::iam::condition::Condition;

    fn covers(wider: &serde_json::Value, narrower: &serde_json::Value) -> bool {
        let read = |value| Condition::read_all(value, "Condition").unwrap().remove(0);
        let (wider, narrower) = (read(wider), read(narrower));
        Atom::of(&wider, false, None).covers(&Atom::of(&narrower, false, None))
    }

    #[test]
    fn what_the_patterns_show_is_seen() {
        let like = |value| json!({"StringLike": {"aws:Referer": value}});
        for (wider, narrower, shown) in [
            (json!("*1/*"), json!("*11/*"), true),
            (json!("*11/*"), json!("*1/*"), false),
            (json!("*1/*"), json!("1/x"), true),
            (json!("a?"), json!("a*"), false),
            (json!("a*"), json!("a?"), true),
            (json!(["a*", "b*"]), json!(["b1", "a1*"]), true),
            (json!(["a*", "b*"]), json!(["a1", "c1"]), false),
            (json!("ab"), json!("ab"), true),
            (json!("ab"), json!("a*"), false),
        ] {
            assert_eq!(covers(&like(wider.clone()), &like(narrower.clone())), shown, "{wider}");
        }
    }

    #[test]
    fn what_holds_of_other_requests_is_not_covered() {
        let narrower = json!({"StringLike": {"aws:TagKeys": "a"}});
        for operator in
            ["StringNotLike", "StringLikeIfExists", "ForAllValues:StringLike", "StringEquals"]
        {
            let wider = json!({operator: {"aws:TagKeys": "a*"}});
            assert!(!covers(&wider, &narrower), "{operator}");
            assert!(!covers(&narrower, &wider), "{operator}");
        }
        assert!(!covers(&json!({"Null": {"aws:TagKeys": "true"}}), &narrower));
    }
}
