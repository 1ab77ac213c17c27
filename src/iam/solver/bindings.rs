//! What policy variables may stand for: values that the request carries for their keys.

use std::borrow::Cow;

use crate::iam::atom::Atom;
use crate::iam::compare::Comparison;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Document};
use crate::iam::fuel::Fuel;
use crate::iam::offer::Place;
use crate::iam::part::Part;
use crate::iam::pattern::Glob;
use crate::iam::solver::domain::Domain;
use crate::iam::solver::hints::Hints;
use crate::iam::solver::pick::{Asked, carried};
use crate::iam::solver::rules::Keys;
use crate::iam::solver::shape::{Asking, Shape};
use crate::iam::text::Found;
use crate::iam::variable::{self, Binding, Bindings};

/// Values tried for one variable, and sets of them tried for one shape.
const VALUES: usize = 6;
const SETS: usize = 32;

/// The keys of the variables in `documents`, in small letters.
pub fn variables<'a>(documents: impl Iterator<Item = &'a Document>) -> Vec<String> {
    let documents = documents.filter(|document| document.version.has_variables());
    let mut keys: Vec<String> = documents.flat_map(|document| keys_in(document, true)).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The keys that a document mentions between `${` and `}`, whether or not that is a variable there.
pub fn mentioned(document: &Document) -> impl Iterator<Item = String> {
    keys_in(document, false)
}

fn keys_in(document: &Document, variables: bool) -> impl Iterator<Item = String> {
    document.statements.iter().flat_map(move |statement| {
        let (Clause::In(globs) | Clause::NotIn(globs)) = &statement.resource;
        let taken =
            move |condition: &&Condition| !variables || condition.operator.test.compares_texts();
        let values = statement.conditions.iter().filter(taken).flat_map(|one| &one.values);
        let texts = globs.iter().map(Glob::as_str).chain(values.map(String::as_str));
        texts.filter(|text| text.contains("${")).flat_map(variable::variables)
    })
}

/// What a variable stands for in all requests of `asking` in which it stands for something, where
/// that is one thing.
pub fn fixed(asking: Asking<'_>, key: &str) -> Option<Binding> {
    let (variable, part) = asking.link(key);
    let domain = asking.domain(variable);
    let Some(texts) = &domain.values else { return Some(Binding::Absent) };
    let text = texts.fixed(part).filter(|_| !domain.several)?.into_owned();
    Some(if domain.absent { Binding::Maybe(text) } else { Binding::Text(text) })
}

/// What `variables` may stand for together in requests of one shape, the likeliest first.
pub fn candidates(
    asking: Asking<'_>,
    variables: &[String],
    place: &Place,
    hints: &Hints<'_>,
    fuel: &Fuel,
) -> Vec<Bindings> {
    let mut sets = vec![(0, Bindings::OPEN)];
    for key in variables {
        let values = match fixed(asking, key) {
            Some(Binding::Maybe(text)) => vec![Binding::Text(text), Binding::Absent],
            Some(binding) => vec![binding],
            None => values(asking, key, place, hints, fuel),
        };
        let with = |(rank, set): &(usize, Bindings), (next, value): (usize, &Binding)| {
            let mut set = set.clone();
            set.told.insert(key.clone(), value.clone());
            (rank + next, set)
        };
        let all = sets.iter().flat_map(|set| values.iter().enumerate().map(|one| with(set, one)));
        sets = all.collect();
        sets.sort_by_key(|(rank, _)| *rank);
        sets.truncate(SETS);
    }
    sets.into_iter().map(|(_, set)| set).collect()
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
    let mut add = |value: &str| {
        if !found.iter().any(|known| known == value) {
            found.push(value.to_owned());
        }
    };
    hints.texts(key).for_each(&mut add);
    if domain.values.is_some() {
        for value in usual(asking, key, fuel) {
            add(&value);
        }
        // a resource may name its bucket by a variable
        add(place.bucket.rsplit([':', '/']).next().unwrap_or_default());
        let conditions = &asking.scene.facts.conditions;
        let compared = conditions.iter().filter(|one| compares(one, key));
        let mut kin: Vec<String> = compared.map(|one| one.key.to_ascii_lowercase()).collect();
        kin.push(key.to_owned());
        for condition in conditions {
            let own = condition.key.to_ascii_lowercase();
            if !kin.contains(&own) {
                continue;
            }
            // what the other key carries, or would carry anyway
            hints.texts(&own).for_each(&mut add);
            for value in usual(asking, &own, fuel) {
                add(&value);
            }
            for value in &condition.values {
                match variable::variables(value).next() {
                    Some(other) => hints.texts(&other).for_each(&mut add),
                    None => add(value),
                }
            }
        }
    }
    // where capitals count for one condition, and not for another
    let respelt: Vec<String> = found.iter().filter_map(|value| respelt(value)).collect();
    let found = found.into_iter().take(VALUES).chain(respelt.into_iter().take(VALUES));
    let absent = domain.absent.then_some(Binding::Absent);
    found.map(Binding::Text).chain(absent).collect()
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

/// `text` with the first letter in the other case.
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

/// Whether a condition has the variable of `key` among its values.
fn compares(condition: &Condition, key: &str) -> bool {
    condition.values.iter().flat_map(|value| variable::variables(value)).any(|own| own == key)
}

/// What a request must carry for its variables to stand for `bound`.
pub fn asked<'q>(bound: &Bindings, keys: &Keys<'_>, shape: &Shape<'_>) -> Vec<(usize, Asked<'q>)> {
    let ask = |(key, binding): (&String, &Binding)| {
        let (variable, part) = *shape.slots.get(keys.position(key)?)?;
        let (part, atom) = match binding {
            Binding::Text(text) => {
                (part, Atom::among(vec![Comparison::Text(Cow::Owned(text.clone()))]))
            }
            Binding::Absent => (Part::Whole, Atom::Presence { with: false, without: true }),
            Binding::Maybe(_) | Binding::Open => return None,
        };
        Some((variable, Asked { part, atom: Cow::Owned(atom), holds: true }))
    };
    bound.told.iter().filter_map(ask).collect()
}
