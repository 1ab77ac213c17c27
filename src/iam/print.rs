//! Policy documents printed in the grammar that they are read from: every list as a list, every
//! condition under the operator's name as written.

use serde_json::{Map, Value};

use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Document, Effect, Statement, Version};
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;

impl Document {
    /// The document as JSON. Read again, a document that was read is the same one.
    ///
    /// A document that no policy can write is printed as what comes nearest:
    /// [`Principal::AnyIdentity`] as everyone, principals sorted by kind, and of two conditions
    /// with one operator name and one key the values of both.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let version = match self.version {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        };
        let statements = self.statements.iter().map(statement).collect();
        object([("Version", version.into()), ("Statement", Value::Array(statements))])
    }
}

fn statement(statement: &Statement) -> Value {
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let sid = statement.sid.as_ref().map(|sid| ("Sid", sid.as_str().into()));
    let elements = [
        ("Effect", effect.into()),
        clause(&statement.principal, ["Principal", "NotPrincipal"], principals),
        clause(&statement.action, ["Action", "NotAction"], globs),
        clause(&statement.resource, ["Resource", "NotResource"], globs),
        ("Condition", conditions(&statement.conditions)),
    ];
    object(sid.into_iter().chain(elements))
}

fn clause<T>(
    clause: &Clause<T>,
    [name, inverse]: [&'static str; 2],
    print: fn(&[T]) -> Value,
) -> (&'static str, Value) {
    match clause {
        Clause::In(list) => (name, print(list)),
        Clause::NotIn(list) => (inverse, print(list)),
    }
}

fn globs(list: &[Glob]) -> Value {
    list.iter().map(Glob::as_str).collect()
}

fn principals(list: &[Principal]) -> Value {
    let mut kinds = Map::new();
    let mut kind = "AWS";
    for principal in list {
        let text;
        (kind, text) = named(principal, kind);
        append(&mut kinds, kind, [text]);
    }
    Value::Object(kinds)
}

/// The kind and the text that a principal is written with, after one of kind `before`.
fn named(principal: &Principal, before: &'static str) -> (&'static str, String) {
    match principal {
        Principal::Everyone | Principal::AnyIdentity => ("AWS", "*".to_owned()),
        Principal::Account(account) => ("AWS", account.to_string()),
        Principal::Identity { arn: text, .. }
        | Principal::OriginAccessIdentity(text)
        | Principal::Nobody(text) => ("AWS", text.clone()),
        Principal::CanonicalUser(id) => ("CanonicalUser", id.clone()),
        Principal::Service(name) => ("Service", name.clone()),
        Principal::WebIdentity(name) | Principal::Saml { arn: name, .. } => {
            ("Federated", name.clone())
        }
        Principal::Other(text) => {
            let aws = Principal::aws(text) == *principal;
            let federated = Principal::federated(text) == *principal;
            // where both would read so, the one that leaves the list in its order
            let kind = if aws && (before == "AWS" || !federated) { "AWS" } else { "Federated" };
            (kind, text.clone())
        }
    }
}

fn conditions(list: &[Condition]) -> Value {
    let mut operators = Map::new();
    for condition in list {
        let keys = operators
            .entry(condition.operator_name.as_str())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = keys {
            append(keys, &condition.key, condition.values.iter().cloned());
        }
    }
    Value::Object(operators)
}

/// Adds `texts` to the list that `object` has under `key`.
fn append(object: &mut Map<String, Value>, key: &str, texts: impl IntoIterator<Item = String>) {
    let list = object.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.extend(texts.into_iter().map(Value::String));
    }
}

fn object(elements: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    elements.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};

    use super::Document;
    use crate::iam::{Clause, Principal};

    fn texts(choices: &[&str]) -> impl Strategy<Value = Value> + use<> {
        let choices: Vec<String> = choices.iter().map(|&text| text.to_owned()).collect();
        let text = prop_oneof![8 => select(choices), 1 => ".{0,8}"];
        prop_oneof![1 => text.clone().prop_map(Value::from), 2 => vec(text, 0..4).prop_map(Value::from)]
    }

    fn principal() -> impl Strategy<Value = Value> {
        let aws = || {
            texts(&[
                "*",
                "111122223333",
                "arn:aws:iam::111122223333:root",
                "arn:aws:iam::111122223333:user/a",
                "arn:aws:sts::111122223333:assumed-role/r/s",
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
                "arn:aws:iam::1231231234:root",
                "arn:aws:iam::*:root",
                "arn:aws:iam::strange:saml-provider/x",
                "AIDAEXAMPLEDELETEDUSER1",
                "${aws:username}",
                "somebody",
            ])
        };
        let kinds = [
            texts(&["cloudtrail.amazonaws.com", "*"]).boxed(),
            texts(&["facade", "111122223333", "*"]).boxed(),
            texts(&[
                "accounts.google.com",
                "arn:aws:iam::111122223333:saml-provider/idp",
                "arn:aws:iam::strange:saml-provider/x",
                "arn:aws:iam::123:saml-provider/x",
                "arn:aws:iam::cloudfront:saml-provider/x",
                "*",
            ])
            .boxed(),
            aws().boxed(),
        ];
        let object = kinds.map(option::of).prop_map(|[service, user, federated, aws]| {
            let kinds = [
                ("Service", service),
                ("CanonicalUser", user),
                ("Federated", federated),
                ("AWS", aws),
            ];
            kinds
                .into_iter()
                .filter_map(|(kind, list)| Some((kind.to_owned(), list?)))
                .collect::<Value>()
        });
        let one = aws().prop_map(|text| if text.is_array() { json!("*") } else { text });
        prop_oneof![1 => one, 3 => object]
    }

    fn condition() -> impl Strategy<Value = Value> {
        let quantifier =
            select(vec!["", "", "ForAnyValue:", "ForAllValues:", "forallvalues:", "Some:"]);
        let tests = select(vec![
            "StringEquals",
            "stringequals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
            "ArnEquals",
            "ArnLike",
            "ArnNotEquals",
            "ArnNotLike",
            "IpAddress",
            "NotIpAddress",
            "Bool",
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
            "BinaryEquals",
            "Null",
            "NoSuchOperator",
            "",
        ]);
        let operator = (quantifier, tests, select(vec!["", "", "IfExists", "ifexists"]))
            .prop_map(|(quantifier, test, exists)| format!("{quantifier}{test}{exists}"));
        let key = select(vec!["aws:SourceIp", "s3:prefix", "made:up", ""]).prop_map(str::to_owned);
        let one = || {
            prop_oneof![
                any::<bool>().prop_map(Value::from),
                any::<i64>().prop_map(Value::from),
                (-1e9..1e9).prop_map(|number: f64| json!(number)),
                select(vec!["10.0.0.0/8", "*", "${aws:username}", ""]).prop_map(Value::from),
            ]
        };
        let values = prop_oneof![one(), vec(one(), 0..4).prop_map(Value::from)];
        btree_map(operator, btree_map(key, values, 0..3), 0..4).prop_map(|block| json!(block))
    }

    fn documents() -> impl Strategy<Value = Value> {
        let globs = || texts(&["s3:*", "s3:GetObject", "arn:aws:s3:::b/*", "*", "?", ""]);
        let statement = (
            option::of(select(vec!["", "Sid1"])),
            select(vec!["Allow", "Deny"]),
            (principal(), globs(), globs()),
            any::<[bool; 3]>(),
            option::of(condition()),
        );
        let statement = statement.prop_map(|(sid, effect, (principal, action, resource), not, condition)| {
            let [principals, actions, resources] = not.map(|not| if not { "Not" } else { "" });
            let mut statement = json!({"Effect": effect, format!("{principals}Principal"): principal,
                                       format!("{actions}Action"): action,
                                       format!("{resources}Resource"): resource});
            for (name, value) in [("Sid", sid.map(Value::from)), ("Condition", condition)] {
                if let Some(value) = value {
                    statement[name] = value;
                }
            }
            statement
        });
        let version = option::of(select(vec!["2008-10-17", "2012-10-17"]));
        (version, vec(statement, 0..4)).prop_map(|(version, mut statements)| {
            let statements = match (statements.pop(), statements.is_empty()) {
                (Some(one), true) => one,
                (last, _) => {
                    statements.extend(last);
                    Value::from(statements)
                }
            };
            let mut document = json!({"Statement": statements, "Id": "x"});
            if let Some(version) = version {
                document["Version"] = version.into();
            }
            document
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 5_000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_document_printed_and_read_is_the_same(document in documents()) {
            let read = Document::from_json(&document).unwrap();
            let printed = read.to_json();
            prop_assert_eq!(Document::from_json(&printed), Ok(read.clone()));
            prop_assert_eq!(Document::parse(&printed.to_string()), Ok(read));
        }
    }

    #[test]
    fn what_no_policy_can_write_is_printed_as_what_comes_nearest() {
        let text = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"Bool":{"a":true}}}}"#;
        let mut document = Document::parse(text).unwrap();
        let mut statement = document.statements.remove(0);
        statement.principal = Clause::In(vec![Principal::AnyIdentity]);
        let mut other = statement.conditions[0].clone();
        other.values = vec!["false".to_owned()];
        statement.conditions.push(other);
        document.statements.push(statement);
        let printed = document.to_json();
        assert_eq!(printed["Statement"][0]["Principal"], json!({"AWS": ["*"]}));
        assert_eq!(printed["Statement"][0]["Condition"], json!({"Bool": {"a": ["true", "false"]}}));
    }
}
