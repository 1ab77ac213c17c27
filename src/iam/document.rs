//! Policy documents: every legal form of the grammar into one shape.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language". `Statement` may be one object
//! or a list, and every list may be a single value. What the grammar does not know is refused: a
//! document that was understood by half is no ground for a verdict.

use serde_json::{Map, Value};

use crate::iam::condition::Condition;
use crate::iam::grammar::{DocumentError, Position, object, strings};
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;
use crate::strict_json;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The language's version, which decides whether `${…}` is a variable.
    pub version: Version,
    /// The statements, in the document's order.
    pub statements: Vec<Statement>,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// `2008-10-17`, or none: `${…}` is text.
    V2008,
    /// `2012-10-17`: `${…}` is a variable.
    V2012,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name; has no meaning.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Whom it is about.
    pub principal: Clause<Principal>,
    /// Which actions it is about; patterns, capitals not counting.
    pub action: Clause<Glob>,
    /// Which resources it is about; patterns, capitals counting.
    pub resource: Clause<Glob>,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
}

/// What a statement does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Lets in.
    Allow,
    /// Keeps out, whatever any Allow says.
    Deny,
}

/// `Action` or `NotAction`, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause<T> {
    /// These.
    In(Vec<T>),
    /// All but these.
    NotIn(Vec<T>),
}

impl Version {
    /// Whether `${…}` is a variable.
    #[must_use]
    pub fn has_variables(self) -> bool {
        match self {
            Self::V2008 => false,
            Self::V2012 => true,
        }
    }
}

impl<T> Clause<T> {
    /// Whether the clause has what `is` says, or, turned round, has it not.
    pub fn has(&self, is: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::In(list) => list.iter().any(is),
            Self::NotIn(list) => !list.iter().any(is),
        }
    }
}

impl Statement {
    /// Whether it is about all principals, actions or resources but an empty list of them: by AWS's
    /// policy checks such a list has no effect, and what that is turned round they do not say.
    #[must_use]
    pub fn is_all_but_nothing(&self) -> bool {
        matches!(&self.principal, Clause::NotIn(list) if list.is_empty())
            || matches!(&self.action, Clause::NotIn(list) if list.is_empty())
            || matches!(&self.resource, Clause::NotIn(list) if list.is_empty())
    }
}

impl Document {
    /// Reads a document from JSON text.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] for bad JSON, an element named twice, and whatever the grammar does not
    /// know.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let value = strict_json::parse(text)
            .map_err(|error| Position::from("policy").error(error.to_string()))?;
        Self::from_json(&value)
    }

    /// Reads a document from JSON in which no object names a key twice.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub fn from_json(value: &Value) -> Result<Self, DocumentError> {
        let object = object(value, &Position::from("policy"))?;
        let known = |key: &str| ["Version", "Id", "Statement"].contains(&key);
        if let Some(key) = object.keys().find(|key| !known(key)) {
            return Err(
                Position::from(key.as_str()).error("the policy grammar has no such element")
            );
        }
        let version = match object.get("Version") {
            None => Version::V2008,
            Some(Value::String(version)) if version == "2012-10-17" => Version::V2012,
            Some(Value::String(version)) if version == "2008-10-17" => Version::V2008,
            Some(_) => {
                return Err(
                    Position::from("Version").error("expected `2012-10-17` or `2008-10-17`")
                );
            }
        };
        let place = Position::from("Statement");
        let statements = match object.get("Statement") {
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .map(|(index, statement)| read_statement(statement, &place.index(index)))
                .collect::<Result<_, _>>()?,
            Some(statement) => vec![read_statement(statement, &place)?],
            None => return Err(place.error("missing; expected one statement or a list")),
        };
        Ok(Self { version, statements })
    }

    /// The statements that let in, with their indexes.
    pub fn allows(&self) -> impl Iterator<Item = (usize, &Statement)> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.effect == Effect::Allow)
    }

    /// The statements that keep out.
    pub fn denies(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.effect == Effect::Deny)
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn read_statement(value: &Value, place: &Position<'_>) -> Result<Statement, DocumentError> {
    let object = object(value, place)?;
    if let Some(key) = object.keys().find(|key| !ELEMENTS.contains(&key.as_str())) {
        return Err(place.key(key).error("the policy grammar has no such element"));
    }
    let effect = match object.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(_) | None => return Err(place.key("Effect").error("expected `Allow` or `Deny`")),
    };
    let sid = match object.get("Sid") {
        None => None,
        Some(Value::String(sid)) if sid.is_empty() => None,
        Some(Value::String(sid)) => Some(sid.clone()),
        Some(_) => return Err(place.key("Sid").error("expected a string")),
    };
    Ok(Statement {
        sid,
        effect,
        principal: clause(object, place, ["Principal", "NotPrincipal"], |value, place| {
            Principal::read_all(value, place)
        })?,
        action: clause(object, place, ["Action", "NotAction"], globs)?,
        resource: clause(object, place, ["Resource", "NotResource"], globs)?,
        conditions: match object.get("Condition") {
            None => Vec::new(),
            Some(value) => Condition::read_all(value, place.key("Condition"))?,
        },
    })
}

/// Reads the one of `names` (the second inverts) that the statement has.
fn clause<T>(
    statement: &Map<String, Value>,
    place: &Position<'_>,
    names: [&str; 2],
    read: impl Fn(&Value, Position<'_>) -> Result<Vec<T>, DocumentError>,
) -> Result<Clause<T>, DocumentError> {
    let [name, inverse] = names;
    match (statement.get(name), statement.get(inverse)) {
        (Some(value), None) => Ok(Clause::In(read(value, place.key(name))?)),
        (None, Some(value)) => Ok(Clause::NotIn(read(value, place.key(inverse))?)),
        (Some(_), Some(_)) => Err(place.error(format!("has both `{name}` and `{inverse}`"))),
        (None, None) => Err(place.error(format!("has neither `{name}` nor `{inverse}`"))),
    }
}

fn globs(value: &Value, place: Position<'_>) -> Result<Vec<Glob>, DocumentError> {
    strings(value, &place, |text| Glob::new(text))
}

#[cfg(test)]
mod tests {
    use super::{Clause, Document, Effect, Version};

    #[test]
    fn single_values_and_lists_are_one_shape() {
        let short = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#;
        let long = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},
            "Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"],"Condition":{}}]}"#;
        assert_eq!(Document::parse(short), Document::parse(long));
        let document = Document::parse(short).unwrap();
        assert_eq!(document.version, Version::V2012);
        assert_eq!(document.statements[0].effect, Effect::Allow);
        assert!(matches!(&document.statements[0].action, Clause::In(list) if list.len() == 1));
    }

    #[test]
    fn a_name_that_is_empty_is_none() {
        let sid = |sid: &str| {
            let text = format!(
                r#"{{"Statement":{{"Sid":"{sid}","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}}}"#
            );
            Document::parse(&text).unwrap().statements.remove(0).sid
        };
        assert_eq!(sid(""), None);
        assert_eq!(sid("Closed"), Some("Closed".to_owned()));
    }

    #[test]
    fn what_the_grammar_does_not_know_is_refused_with_its_place() {
        let cases = [
            ("[]", "policy: expected an object"),
            ("{}", "Statement: missing"),
            (r#"{"Statement":[null]}"#, "Statement[0]: expected an object"),
            (r#"{"Statement":[{"Effect":"allow"}]}"#, "Statement[0].Effect"),
            (r#"{"Statement":[{"Effect":"Allow","Principle":"*"}]}"#, "Statement[0].Principle"),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}"#,
                "has neither `Resource` nor `NotResource`",
            ),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":5,"Action":"*","Resource":"*"}}"#,
                "Statement.Principal",
            ),
            (r#"{"Statement":[],"Statement":[]}"#, "duplicate key `Statement`"),
            (r#"{"Version":"2011-10-17","Statement":[]}"#, "Version: expected `2012-10-17`"),
            (r#"{"Statement":[],"statement":[]}"#, "statement: the policy grammar has no such"),
            (r#"{"Version":2012,"Statement":[]}"#, "Version: expected `2012-10-17`"),
            (r#"{"Statement":{"Effect":"Allow","Sid":5}}"#, "Statement.Sid: expected a string"),
        ];
        for (text, expected) in cases {
            let error = Document::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
