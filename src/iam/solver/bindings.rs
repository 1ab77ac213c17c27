//! The variables of policies: which there are, and what a request carries for them to stand for it.

use std::borrow::Cow;

use crate::iam::atom::Atom;
use crate::iam::compare::Comparison;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Document};
use crate::iam::part::Part;
use crate::iam::pattern::Glob;
use crate::iam::solver::pick::Constraint;
use crate::iam::solver::rules::Keys;
use crate::iam::solver::shape::{Asking, Shape};
use crate::iam::variable::{self, Binding, Bindings};

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

/// What a request must carry for its variables to stand for `bound`.
pub fn asked<'q>(
    bound: &Bindings,
    keys: &Keys<'_>,
    shape: &Shape<'_>,
) -> Vec<(usize, Constraint<'q>)> {
    let ask = |(key, binding): (&String, &Binding)| {
        let (variable, part) = *shape.slots.get(keys.position(key)?)?;
        let (part, atom) = match binding {
            Binding::Text(text) => {
                (part, Atom::among(vec![Comparison::Text(Cow::Owned(text.clone()))]))
            }
            Binding::Absent => (Part::Whole, Atom::Presence { with: false, without: true }),
            Binding::Maybe(_) | Binding::Open => return None,
        };
        Some((variable, Constraint { part, atom: Cow::Owned(atom), holds: true }))
    };
    bound.told.iter().filter_map(ask).collect()
}
