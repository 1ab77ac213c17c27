//! One concrete request against one policy: allowed, denied, or neither.
//!
//! Source: IAM User Guide, "Policy evaluation logic". Where the meaning of a condition is not known
//! for sure (an operator that IAM does not have, a variable of which the request does not tell the
//! value), an Allow does not hold and a Deny does: what this lets through is let through.

use std::collections::BTreeMap;

use crate::iam::action::Action;
use crate::iam::arn::any_partition;
use crate::iam::atom::Atom;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Document, Effect, Statement, Version};
use crate::iam::pattern::{Glob, matches};
use crate::iam::principal::Principal;
use crate::iam::variable::{Binding, Bindings, Terms, resource};
use crate::name::AccountId;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub requester: Requester,
    /// For what.
    pub action: Action,
    /// Of what, by the ARN that the policy's place gives it.
    pub resource: String,
    /// The condition keys that it carries, in small letters, each with its values.
    pub context: BTreeMap<String, Vec<String>>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requester {
    /// Nobody: unsigned.
    Anonymous,
    /// A principal of an account.
    Identity {
        /// Its account.
        account: AccountId,
        /// Its ARN.
        arn: String,
    },
    /// An account by its canonical id.
    CanonicalUser(String),
    /// A CloudFront origin access identity, by its ARN.
    OriginAccessIdentity(String),
    /// An AWS service.
    Service(String),
}

/// What a policy says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<'a> {
    /// No statement applies.
    Neither,
    /// An Allow applies, and no Deny.
    Allowed,
    /// This Deny applies.
    DeniedBy(&'a Statement),
}

impl Document {
    /// What the policy says to `request`.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer<'_> {
        let bindings = bindings(&request.context);
        let bindings = self.version.has_variables().then_some(&bindings);
        let applies = |statement: &&Statement| applies(statement, request, bindings);
        if let Some(deny) = self.denies().find(applies) {
            return Answer::DeniedBy(deny);
        }
        if self.allows().any(|(_, allow)| applies(&allow)) {
            return Answer::Allowed;
        }
        Answer::Neither
    }
}

fn applies(statement: &Statement, request: &Request, bindings: Option<&Bindings>) -> bool {
    let unsure = statement.effect == Effect::Deny;
    (unsure || !statement.is_all_but_nothing())
        && means(&statement.principal, request, unsure)
        && means_action(&statement.action, request.action)
        && means_resource(&statement.resource, &request.resource, unsure, bindings)
        && statement.conditions.iter().all(|condition| {
            Atom::of(condition, unsure, bindings).holds(values(condition, &request.context))
        })
}

/// Whether a statement's actions are for `action`.
fn means_action(clause: &Clause<Glob>, action: Action) -> bool {
    clause.has(|glob| glob.matches_ignoring_case(action.name()))
}

/// Whether a statement's resources are for `arn`. What is not known is taken as `unsure` says.
fn means_resource(
    clause: &Clause<Glob>,
    arn: &str,
    unsure: bool,
    bindings: Option<&Bindings>,
) -> bool {
    let negated = matches!(clause, Clause::NotIn(_));
    let terms = Terms { generous: unsure != negated, bindings };
    let arn = any_partition(arn);
    clause.has(|glob| {
        let pattern = any_partition(glob.as_str());
        if bindings.is_some() && pattern.contains("${") {
            return resource(&pattern, terms).is_some_and(|texts| texts.has(&arn));
        }
        matches(&pattern, &arn)
    })
}

/// Whether `principal` is surely the one who asks.
#[must_use]
pub fn is_meant(principal: &Principal, request: &Request) -> bool {
    is(principal, request, false)
}

/// Whether a statement's principals are for the one who asks. What is not known is taken as
/// `unsure` says.
fn means(clause: &Clause<Principal>, request: &Request, unsure: bool) -> bool {
    let unsure = unsure != matches!(clause, Clause::NotIn(_));
    clause.has(|principal| is(principal, request, unsure))
}

fn is(principal: &Principal, request: &Request, unsure: bool) -> bool {
    let carries = |key: &str, value: &str| {
        request.context.get(key).is_some_and(|values| values.iter().any(|own| own == value))
    };
    match (principal, &request.requester) {
        (Principal::Everyone, _) => true,
        (_, Requester::Anonymous) | (Principal::Nobody(_), _) => false,
        (Principal::AnyIdentity, requester) => !matches!(requester, Requester::Service(_)),
        (Principal::Service(named), Requester::Service(name)) => named.eq_ignore_ascii_case(name),
        (Principal::Service(_), _) | (_, Requester::Service(_)) => false,
        (Principal::CanonicalUser(named), Requester::CanonicalUser(id)) => named == id,
        (Principal::OriginAccessIdentity(named), Requester::OriginAccessIdentity(arn)) => {
            named == arn
        }
        (Principal::WebIdentity(name) | Principal::Saml { arn: name, .. }, _) => {
            carries("aws:federatedprovider", name)
        }
        // whose account has that canonical id is not known
        (Principal::CanonicalUser(_), _) | (_, Requester::CanonicalUser(_)) => unsure,
        (Principal::OriginAccessIdentity(_), _) | (_, Requester::OriginAccessIdentity(_)) => false,
        (Principal::Account(named), Requester::Identity { account, .. }) => named == account,
        (Principal::Identity { arn: named, .. }, Requester::Identity { arn, .. }) => {
            named == arn || carries("aws:principalarn", named)
        }
        (Principal::Other(_), Requester::Identity { account, .. }) => {
            unsure && principal.account().is_none_or(|named| named == *account)
        }
    }
}

/// What variables stand for in a request; a key that is not there stands for nothing.
fn bindings(context: &BTreeMap<String, Vec<String>>) -> Bindings {
    let one = |(key, values): (&String, &Vec<String>)| match values.as_slice() {
        [value] => Some((key.clone(), Binding::Text(value.clone()))),
        _ => None,
    };
    Bindings { told: context.iter().filter_map(one).collect(), others: Binding::Absent }
}

fn values<'c>(
    condition: &Condition,
    context: &'c BTreeMap<String, Vec<String>>,
) -> Option<&'c [String]> {
    let values = context.get(&condition.key.to_ascii_lowercase())?;
    (!values.is_empty()).then_some(values)
}

/// Whether `condition`, in a document of this version, holds; `None` where that is not documented.
#[must_use]
pub fn holds(
    condition: &Condition,
    version: Version,
    context: &BTreeMap<String, Vec<String>>,
) -> Option<bool> {
    let bindings = bindings(context);
    let bindings = version.has_variables().then_some(&bindings);
    let holds = |wide| Atom::of(condition, wide, bindings).holds(values(condition, context));
    let (wide, narrow) = (holds(true), holds(false));
    (wide == narrow).then_some(wide)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Answer, Request, Requester};
    use crate::iam::{Action, Document};
    use crate::name::AccountId;

    #[test]
    fn a_variable_in_a_resource_is_what_the_request_carries() {
        let account = AccountId::parse("444455556666").unwrap();
        let arn = "arn:aws:iam::444455556666:user/alice".to_owned();
        let request = |key: &str, name: Option<&str>| Request {
            requester: Requester::Identity { account, arn: arn.clone() },
            action: Action::from_name("s3:GetObject").unwrap(),
            resource: format!("arn:aws:s3:::clinic-reports/{key}"),
            context: name
                .map(|name| ("aws:username".to_owned(), vec![name.to_owned()]))
                .into_iter()
                .collect(),
        };
        let policy = |effect: &str| {
            let home = "arn:aws:s3:::clinic-reports/${aws:username}/*";
            let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": effect,
                "Principal": "*", "Action": "s3:GetObject", "Resource": home}});
            Document::from_json(&policy).unwrap()
        };
        let allowed = policy("Allow");
        assert_eq!(allowed.answer(&request("alice/x", Some("alice"))), Answer::Allowed);
        assert_eq!(allowed.answer(&request("bob/x", Some("alice"))), Answer::Neither);
        assert_eq!(allowed.answer(&request("alice/x", None)), Answer::Neither);
        let denied = policy("Deny");
        let by_it = |key| denied.answer(&request(key, Some("alice"))) != Answer::Neither;
        assert!(by_it("alice/x") && !by_it("bob/x"));
    }

    fn identity(account: &str, name: &str) -> Requester {
        let arn = format!("arn:aws:iam::{account}:{name}");
        Requester::Identity { account: AccountId::parse(account).unwrap(), arn }
    }

    /// Whether an Allow of this statement, and a Deny of it, are for the request.
    fn are_for(mut statement: Value, request: &Request) -> [bool; 2] {
        ["Allow", "Deny"].map(|effect| {
            statement["Effect"] = json!(effect);
            let policy = json!({"Version": "2012-10-17", "Statement": statement});
            Document::from_json(&policy).unwrap().answer(request) != Answer::Neither
        })
    }

    #[test]
    fn a_principal_means_whom_it_names_and_turned_round_all_others() {
        let request = |requester, context| Request {
            requester,
            action: Action::from_name("s3:GetObject").unwrap(),
            resource: "arn:aws:s3:::clinic-reports/x".to_owned(),
            context,
        };
        let reader = json!({"AWS": "arn:aws:iam::444455556666:role/Reader"});
        let any_role = json!({"AWS": "arn:aws:iam::444455556666:role/*"});
        let google = json!({"Federated": "accounts.google.com"});
        let (id, other_id) = ("ab".repeat(32), "cd".repeat(32));
        let user = json!({"CanonicalUser": id});
        let sqs = json!({"Service": "sqs.amazonaws.com"});
        let service = |name: &str| Requester::Service(format!("{name}.amazonaws.com"));
        let carried = |key: &str, value: &str| [(key.to_owned(), vec![value.to_owned()])].into();
        let role = "arn:aws:iam::444455556666:role/Reader";
        let (yes, no, unsure) = (Some(true), Some(false), None);
        for (principal, requester, context, means) in [
            (&reader, identity("444455556666", "role/Reader"), [].into(), yes),
            (&reader, identity("444455556666", "role/x"), [].into(), no),
            (&reader, identity("444455556666", "x"), carried("aws:principalarn", role), yes),
            (&reader, identity("444455556666", "x"), carried("aws:principalarn", "x"), no),
            (&reader, Requester::Anonymous, [].into(), no),
            (&any_role, identity("444455556666", "role/x"), [].into(), unsure),
            (&any_role, identity("777788889999", "role/x"), [].into(), no),
            (&google, identity("444455556666", "x"), [].into(), no),
            (
                &google,
                identity("444455556666", "x"),
                carried("aws:federatedprovider", "accounts.google.com"),
                yes,
            ),
            (&user, Requester::CanonicalUser(id.clone()), [].into(), yes),
            (&user, Requester::CanonicalUser(other_id), [].into(), no),
            (&user, identity("444455556666", "user/alice"), [].into(), unsure),
            (&user, service("sqs"), [].into(), no),
            (&sqs, service("sqs"), [].into(), yes),
            (&sqs, service("sns"), [].into(), no),
            (&sqs, identity("444455556666", "user/alice"), [].into(), no),
        ] {
            let about = format!("{principal} {requester:?}");
            let request = request(requester, context);
            let statement =
                |element: &str| json!({element: principal, "Action": "*", "Resource": "*"});
            let straight = means.map_or([false, true], |means| [means; 2]);
            let turned = means.map_or([false, true], |means| [!means; 2]);
            assert_eq!(are_for(statement("Principal"), &request), straight, "{about}");
            assert_eq!(are_for(statement("NotPrincipal"), &request), turned, "not {about}");
        }
    }

    #[test]
    fn actions_and_resources_turned_round_are_all_others() {
        let request = Request {
            requester: identity("444455556666", "user/alice"),
            action: Action::from_name("s3:GetObject").unwrap(),
            resource: "arn:aws:s3:::clinic-reports/alice/x".to_owned(),
            context: [("aws:username".to_owned(), vec!["alice".to_owned()])].into(),
        };
        let home = "arn:aws:s3:::clinic-reports/${aws:username}/*";
        for (element, value, means) in [
            ("Action", "s3:Get*", true),
            ("Action", "s3:Put*", false),
            ("Resource", "arn:aws:s3:::clinic-reports/alice/?", true),
            ("Resource", "arn:aws:s3:::clinic-reports/alice/??", false),
            ("Resource", home, true),
        ] {
            for turned in [false, true] {
                let mut statement = json!({"Principal": "*", "Action": "*", "Resource": "*"});
                statement.as_object_mut().unwrap().remove(element);
                let name = if turned { format!("Not{element}") } else { element.to_owned() };
                statement[&name] = json!(value);
                assert_eq!(are_for(statement, &request), [means != turned; 2], "{name} {value}");
            }
        }
    }

    #[test]
    fn an_allow_of_all_but_nothing_lets_nobody_in_for_sure() {
        let request = Request {
            requester: Requester::Anonymous,
            action: Action::from_name("s3:GetObject").unwrap(),
            resource: "arn:aws:s3:::clinic-reports/x".to_owned(),
            context: [].into(),
        };
        for (element, nothing) in
            [("Principal", json!({"AWS": []})), ("Action", json!([])), ("Resource", json!([]))]
        {
            let mut statement = json!({"Effect": "Allow", "Principal": "*",
                "Action": "s3:GetObject", "Resource": "*"});
            statement.as_object_mut().unwrap().remove(element);
            statement[format!("Not{element}")] = nothing;
            let policy = json!({"Version": "2012-10-17", "Statement": statement});
            let document = Document::from_json(&policy).unwrap();
            assert_eq!(document.answer(&request), Answer::Neither, "{element}");
        }
    }
}
