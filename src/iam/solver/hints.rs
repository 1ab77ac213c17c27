//! What variables may stand for, by a request that gets through where they stand for anything: what
//! it carries for their keys, and what its texts have where a policy has the variable.

use std::collections::BTreeMap;

use crate::iam::document::{Clause, Document};
use crate::iam::pattern::Glob;
use crate::iam::solver::policies::Policies;
use crate::iam::variable::variables;

/// What one request carries, the texts of it that met a value with a variable, and what the
/// policies ask of its keys. All keys are in small letters.
#[derive(Debug, Default)]
pub struct Hints<'q> {
    /// What it carries.
    context: BTreeMap<String, Vec<String>>,
    /// By the key of a variable: the values with it, each with a text that met it.
    met: BTreeMap<String, Vec<(&'q str, String)>>,
    /// By the key of a variable: the keys that conditions compare with it.
    kin: BTreeMap<String, Vec<String>>,
    /// By the key of a condition: what it is asked to be.
    asked: BTreeMap<String, Vec<&'q str>>,
}

impl<'q> Hints<'q> {
    /// The hints of a request that carries `context`, for the object with the key `object`, or for
    /// the bucket itself.
    pub fn of(
        policies: &'q Policies<'_>,
        context: BTreeMap<String, Vec<String>>,
        object: Option<&str>,
    ) -> Self {
        let mut hints = Self::default();
        for condition in &policies.facts.conditions {
            let key = condition.key.to_ascii_lowercase();
            for value in &condition.values {
                for variable in variables(value) {
                    for text in context.get(&key).into_iter().flatten() {
                        hints.met_by(&variable, value, text);
                    }
                    hints.kin.entry(variable).or_default().push(key.clone());
                }
            }
            hints.asked.entry(key).or_default().extend(condition.values.iter().map(String::as_str));
        }
        for (document, place) in policies.documents() {
            let text = match object {
                Some(key) => [place.objects.as_str(), key].concat(),
                None => place.bucket.clone(),
            };
            for pattern in resources(document) {
                variables(pattern).for_each(|variable| hints.met_by(&variable, pattern, &text));
            }
        }
        Self { context, ..hints }
    }

    fn met_by(&mut self, variable: &str, value: &'q str, text: &str) {
        self.met.entry(variable.to_owned()).or_default().push((value, text.to_owned()));
    }

    /// Texts that the variable of `key` may stand for, the likeliest first.
    pub fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        let carried = self.context.get(key).filter(|values| values.len() == 1);
        let met = self.met.get(key).into_iter().flatten();
        let met = met.filter_map(move |(value, text)| stands_for(value, key, text));
        carried.into_iter().flatten().map(String::as_str).chain(met)
    }

    /// The keys that conditions compare with the variable of `key`.
    pub fn kin(&self, key: &str) -> impl Iterator<Item = &str> {
        self.kin.get(key).into_iter().flatten().map(String::as_str)
    }

    /// What conditions ask of `key`.
    pub fn asked(&self, key: &str) -> impl Iterator<Item = &'q str> {
        self.asked.get(key).into_iter().flatten().copied()
    }
}

/// The resources of a document that have variables.
fn resources(document: &Document) -> impl Iterator<Item = &str> {
    document.statements.iter().flat_map(|statement| {
        let (Clause::In(globs) | Clause::NotIn(globs)) = &statement.resource;
        globs.iter().map(Glob::as_str).filter(|text| text.contains("${"))
    })
}

/// What the variable of `key` stands for in `value`, if `text` is what the value means: what is
/// between the plain text before it and the plain text after it.
fn stands_for<'t>(value: &str, key: &str, text: &'t str) -> Option<&'t str> {
    const NOT_PLAIN: [char; 4] = ['*', '?', '$', '}'];
    let mut from = 0;
    loop {
        let (before, rest) = value.get(from..)?.split_once("${")?;
        let (inside, after) = rest.split_once('}')?;
        from += before.len() + 3 + inside.len();
        let name = inside.split(',').next().unwrap_or_default();
        if !name.trim().eq_ignore_ascii_case(key) {
            continue;
        }
        let start =
            value.get(..from)?.strip_suffix('}')?.strip_suffix(inside)?.strip_suffix("${")?;
        let anchor = start.rsplit(NOT_PLAIN).next().unwrap_or_default();
        let found = if anchor.len() == start.len() {
            text.strip_prefix(start)?
        } else {
            text.split_once(anchor)?.1
        };
        let end = after.split(NOT_PLAIN).next().unwrap_or_default();
        return match (end, after) {
            ("", "") => Some(found),
            ("", _) => found.split('/').next(),
            (end, _) => found.split_once(end).map(|(found, _)| found),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::stands_for;

    #[test]
    fn a_variable_stands_for_what_is_between_its_neighbours() {
        for (value, text, found) in [
            ("${aws:username}", "alice", Some("alice")),
            ("${AWS:UserName, 'none'}", "alice", Some("alice")),
            ("home/${aws:username}/*", "home/alice/x/y", Some("alice")),
            ("home/${aws:username}*", "home/alice/x", Some("alice")),
            ("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/bob", Some("bob")),
            ("${aws:userid}/${aws:username}.html", "a/b.html", Some("b")),
            ("home/${aws:username}/*", "public/x", None),
            ("${aws:userid}/x", "a/x", None),
            ("plain", "plain", None),
        ] {
            assert_eq!(stands_for(value, "aws:username", text), found, "{value} {text}");
        }
    }
}
