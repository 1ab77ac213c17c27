//! Values that policy variables may stand for, to be tried: what a request that nearly gets through
//! carries, what conditions ask for, and the same in other capitals.

use std::borrow::Cow;

use crate::iam::fuel::Fuel;
use crate::iam::offer::Place;
use crate::iam::solver::bindings::fixed;
use crate::iam::solver::domain::Domain;
use crate::iam::solver::hints::Hints;
use crate::iam::solver::pick::carried;
use crate::iam::solver::shape::Asking;
use crate::iam::text::Found;
use crate::iam::variable::{Binding, Bindings, variables};

/// Values tried for one variable as they are found, and so many in other capitals.
const VALUES: usize = 6;
/// Sets of values tried for one kind of requests, at most.
pub const SETS: usize = 32;
/// Variables of which each value is tried with each of the others.
const FEW: usize = 3;

/// Steps that finding the values of one variable takes.
const STEPS_A_VARIABLE: usize = 40;

/// What variables may stand for together in requests of one kind, the likeliest first.
#[derive(Debug)]
pub struct Candidates<'q> {
    /// The variables' keys, each with its values.
    values: Vec<(&'q str, Vec<Binding>)>,
    /// Which value of each is tried together.
    sets: Vec<Vec<usize>>,
}

impl<'q> Candidates<'q> {
    /// Of `variables` in requests of `asking`; `None` where there is no fuel to find them.
    pub fn of(
        asking: Asking<'_>,
        variables: &'q [String],
        place: &Place,
        hints: &Hints<'_>,
        fuel: &Fuel,
    ) -> Option<Self> {
        if !fuel.burn(STEPS_A_VARIABLE * variables.len()) {
            return None;
        }
        let values = variables.iter().map(|key| {
            let values = match fixed(asking, key) {
                Some(Binding::Maybe(text)) => vec![Binding::Text(text), Binding::Absent],
                Some(binding) => vec![binding],
                None => values(asking, key, place, hints, fuel),
            };
            (key.as_str(), values)
        });
        let values: Vec<_> = values.collect();
        let counts: Vec<usize> = values.iter().map(|(_, values)| values.len()).collect();
        Some(Self { values, sets: sets(&counts) })
    }

    /// The set of this rank.
    pub fn get(&self, rank: usize) -> Option<Bindings> {
        let set = self.sets.get(rank)?;
        let told = self.values.iter().zip(set).filter_map(|((key, values), index)| {
            Some(((*key).to_owned(), values.get(*index)?.clone()))
        });
        Some(Bindings { told: told.collect(), ..Bindings::OPEN })
    }
}

/// Which values are tried together of variables that have so many: of few variables each with each;
/// of more the first of all, the second of all, and so on.
fn sets(counts: &[usize]) -> Vec<Vec<usize>> {
    if counts.contains(&0) {
        return Vec::new();
    }
    if counts.len() > FEW {
        let most = counts.iter().copied().max().unwrap_or(0);
        let each = |rank: usize| counts.iter().map(|count| rank.min(count - 1)).collect();
        return (0..most).map(each).take(SETS).collect();
    }
    let mut sets = vec![Vec::new()];
    for count in counts {
        let with = |set: &[usize], at: usize| [set, &[at]].concat();
        sets = sets.iter().flat_map(|set| (0..*count).map(move |at| with(set, at))).collect();
        sets.sort_by_key(|set| set.iter().sum::<usize>());
        sets.truncate(SETS);
    }
    sets
}

/// What one variable may stand for, the likeliest first.
fn values(
    asking: Asking<'_>,
    key: &str,
    place: &Place,
    hints: &Hints<'_>,
    fuel: &Fuel,
) -> Vec<Binding> {
    let domain = asking.domain(asking.link(key).0);
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        if found.len() < 2 * VALUES && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    };
    hints.texts(key).take(VALUES).for_each(&mut add);
    if domain.values.is_some() {
        usual(asking, key, fuel).iter().map(String::as_str).for_each(&mut add);
        // a resource may name its bucket by a variable
        place.bucket.rsplit([':', '/']).take(1).for_each(&mut add);
        for own in std::iter::once(key).chain(hints.kin(key)).take(VALUES) {
            // what the other key carries, or would carry anyway
            hints.texts(own).take(VALUES).for_each(&mut add);
            usual(asking, own, fuel).iter().map(String::as_str).for_each(&mut add);
            for value in hints.asked(own).take(2 * VALUES) {
                match variables(value).next() {
                    Some(other) => hints.texts(&other).take(VALUES).for_each(&mut add),
                    None => add(value),
                }
            }
        }
    }
    // where capitals count for one condition, and not for another
    let others: Vec<String> = found.iter().filter_map(|text| respelt(text)).take(VALUES).collect();
    let mut values: Vec<Binding> =
        found.into_iter().take(VALUES).chain(others).map(Binding::Text).collect();
    if domain.absent {
        values.insert(values.len().min(2), Binding::Absent);
    }
    values
}

/// What a request carries for a key of which nothing is asked.
fn usual(asking: Asking<'_>, key: &str, fuel: &Fuel) -> Vec<String> {
    let (variable, part) = asking.link(key);
    let domain = Domain { absent: false, ..asking.domain(variable) };
    match carried(&domain, &[], fuel) {
        Found::Example(Some(values)) => {
            values.iter().filter_map(|value| part.of(value)).map(Cow::into_owned).collect()
        }
        Found::Example(None) | Found::Nothing | Found::GaveUp => Vec::new(),
    }
}

/// `text` with its first letter in the other case.
fn respelt(text: &str) -> Option<String> {
    let at = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let mut respelt = text.to_owned();
    let letter = respelt.get_mut(at..=at)?;
    if letter.bytes().all(|byte| byte.is_ascii_uppercase()) {
        letter.make_ascii_lowercase();
    } else {
        letter.make_ascii_uppercase();
    }
    Some(respelt)
}

#[cfg(test)]
mod tests {
    use super::{FEW, SETS, respelt, sets};

    #[test]
    fn few_variables_are_tried_each_with_each() {
        assert_eq!(sets(&[]), [[0_usize; 0]]);
        assert_eq!(sets(&[2, 3]), [[0, 0], [0, 1], [1, 0], [0, 2], [1, 1], [1, 2]]);
        let most = sets(&[13; FEW]);
        let ranks: Vec<usize> = most.iter().map(|set| set.iter().sum()).collect();
        assert_eq!((most.len(), ranks[0], ranks[3], ranks[4]), (SETS, 0, 1, 2));
        assert!(ranks.is_sorted());
        assert!(sets(&[2, 0]).is_empty());
    }

    #[test]
    fn many_variables_are_tried_all_at_once() {
        assert_eq!(sets(&[1, 2, 3, 1]), [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 2, 0]]);
        assert!(sets(&[1, 2, 3, 0]).is_empty());
    }

    #[test]
    fn another_spelling_differs_in_one_letter() {
        for (text, other) in [
            ("blue", Some("Blue")),
            ("-Ab", Some("-ab")),
            ("\u{e9}z", Some("\u{e9}Z")),
            ("1", None),
        ] {
            assert_eq!(respelt(text).as_deref(), other);
        }
    }
}
