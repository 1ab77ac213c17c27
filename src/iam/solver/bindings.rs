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
const VALUES: usize = 5;
const SETS: usize = 16;

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

/// What `variables` may stand for together in requests of one shape.
pub fn candidates(
    asking: Asking<'_>,
    variables: &[String],
    place: &Place,
    hints: &Hints<'_>,
    fuel: &Fuel,
) -> Vec<Bindings> {
    let mut sets = vec![Bindings::OPEN];
    for key in variables {
        let values = match fixed(asking, key) {
            Some(Binding::Maybe(text)) => vec![Binding::Text(text), Binding::Absent],
            Some(binding) => vec![binding],
            None => values(asking, key, place, hints, fuel),
        };
        sets = sets
            .iter()
            .flat_map(|set| {
                values.iter().map(|value| {
                    let mut set = set.clone();
                    set.told.insert(key.clone(), value.clone());
                    set
                })
            })
            .take(SETS)
            .collect();
    }
    sets
}

fn values(
    asking: Asking<'_>,
    key: &str,
    place: &Place,
    hints: &Hints<'_>,
    fuel: &Fuel,
) -> Vec<Binding> {
    let (variable, part) = asking.link(key);
    let domain = asking.domain(variable);
    let absent = domain.absent;
    let mut found: Vec<Binding> = Vec::new();
    let mut add = |value: &str| {
        let binding = Binding::Text(value.to_owned());
        if found.len() < VALUES && !found.contains(&binding) {
            found.push(binding);
        }
    };
    hints.texts(key).for_each(&mut add);
    if let Some(texts) = domain.values {
        let present = Domain { absent: false, values: Some(texts), several: false };
        if let Found::Example(Some(values)) = carried(&present, &[], fuel) {
            values.iter().filter_map(|value| part.of(value)).for_each(|value| add(&value));
        }
        // a resource may name its bucket by a variable
        add(place.bucket.rsplit([':', '/']).next().unwrap_or_default());
        let pattern = format!("${{{key}}}");
        for condition in &asking.scene.facts.conditions {
            let own = condition.key.to_ascii_lowercase();
            if condition.values.iter().any(|value| value.eq_ignore_ascii_case(&pattern)) {
                // what the other key carries, or would carry anyway
                hints.texts(&own).for_each(&mut add);
                let (other, part) = asking.link(&own);
                let mut domain = asking.domain(other);
                domain.absent = false;
                if let Found::Example(Some(values)) = carried(&domain, &[], fuel) {
                    values.iter().filter_map(|value| part.of(value)).for_each(|value| add(&value));
                }
            }
            if own == key {
                for value in &condition.values {
                    match variable::variables(value).next() {
                        Some(other) => hints.texts(&other).for_each(&mut add),
                        None => add(value),
                    }
                }
            }
        }
    }
    if absent {
        found.push(Binding::Absent);
    }
    found
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
