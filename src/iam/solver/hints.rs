//! What variables may stand for, by a request that gets through where they stand for anything: what
//! it carries for their keys, and what its texts have where a policy has the variable.

use std::collections::BTreeMap;

use crate::iam::document::{Clause, Document};
use crate::iam::pattern::Glob;
use crate::iam::solver::policies::Policies;

/// What one request carries, and the texts of it that met a value with a variable.
#[derive(Debug, Default)]
pub struct Hints<'q> {
    /// What it carries, by the keys in small letters.
    context: BTreeMap<String, Vec<String>>,
    /// Values with variables, each with the text that met it.
    met: Vec<(&'q str, String)>,
}

impl<'q> Hints<'q> {
    /// The hints of a request that carries `context`, for the object with the key `object`, or for
    /// the bucket itself.
    pub fn of(
        policies: &'q Policies<'_>,
        context: BTreeMap<String, Vec<String>>,
        object: Option<&str>,
    ) -> Self {
        let mut met = Vec::new();
        for condition in &policies.facts.conditions {
            let carried = context.get(&condition.key.to_ascii_lowercase());
            for value in condition.values.iter().filter(|value| value.contains("${")) {
                met.extend(
                    carried.into_iter().flatten().map(|text| (value.as_str(), text.clone())),
                );
            }
        }
        for (document, place) in policies.documents() {
            let text = match object {
                Some(key) => [place.objects.as_str(), key].concat(),
                None => place.bucket.clone(),
            };
            met.extend(resources(document).map(|pattern| (pattern, text.clone())));
        }
        Self { context, met }
    }

    /// Texts that the variable of `key` may stand for, the likeliest first.
    pub fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        let carried = self.context.get(key).filter(|values| values.len() == 1);
        let met = self.met.iter().filter_map(move |(value, text)| stands_for(value, key, text));
        carried.into_iter().flatten().map(String::as_str).chain(met)
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
