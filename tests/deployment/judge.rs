//! The project's own policy engine as IAM: whether a policy lets a call through.

use std::collections::BTreeMap;

use s3_guardrail::iam::{Clause, Document, Effect, Principal, Statement, Version, holds};
use serde_json::{Value, json};

/// A call as a policy sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub action: String,
    pub resource: String,
    /// Condition keys, in small letters.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Call {
    pub fn new(action: &str, resource: &str, context: &[(&str, &str)]) -> Self {
        let context =
            context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        Self {
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: context.collect(),
        }
    }
}

/// A policy, of a role or of a resource.
#[derive(Debug, Clone)]
pub struct Policy(Document);

impl Policy {
    /// A resource's policy.
    #[track_caller]
    pub fn of_resource(text: &str) -> Self {
        Self(Document::parse(text).unwrap())
    }

    /// The policy of a role, whose statements are about the role and do not say so.
    #[track_caller]
    pub fn of_role(text: &str) -> Self {
        let mut policy: Value = serde_json::from_str(text).unwrap();
        for statement in policy["Statement"].as_array_mut().unwrap() {
            statement["Principal"] = json!("*");
        }
        Self(Document::from_json(&policy).unwrap())
    }

    /// Whether the role may do `call`: a statement allows it and none denies it.
    pub fn allows(&self, call: &Call) -> bool {
        self.allows_by(call, |_| true)
    }

    /// Whether the service named so may do `call`.
    pub fn allows_service(&self, service: &str, call: &Call) -> bool {
        let is = |principal: &Principal| match principal {
            Principal::Service(name) => name == service,
            _ => false,
        };
        self.allows_by(call, |statement| statement.principal.has(is))
    }

    /// Whether principals of `account` may do `call` where their own policies let them.
    pub fn delegates_to(&self, account: &str, call: &Call) -> bool {
        let is = |principal: &Principal| match principal {
            Principal::Account(id) => id.as_str() == account,
            _ => false,
        };
        self.allows_by(call, |statement| statement.principal.has(is))
    }

    fn allows_by(&self, call: &Call, about: impl Fn(&Statement) -> bool) -> bool {
        let applies = |statement: &&Statement| about(statement) && applies(statement, call);
        self.0.allows().any(|(_, allow)| applies(&allow))
            && !self.0.denies().any(|deny| applies(&deny))
    }

    /// Every action that a statement names to allow it.
    pub fn allowed_actions(&self) -> Vec<String> {
        let named = |statement: &Statement| match &statement.action {
            Clause::In(list) => list.iter().map(|glob| glob.as_str().to_owned()).collect(),
            Clause::NotIn(_) => vec!["NotAction".to_owned()],
        };
        self.0.allows().flat_map(|(_, statement)| named(statement)).collect()
    }

    /// The same policy without allowing `action`.
    pub fn without(&self, action: &str) -> Self {
        let mut document = self.0.clone();
        for statement in &mut document.statements {
            if let (Effect::Allow, Clause::In(list)) = (statement.effect, &mut statement.action) {
                list.retain(|glob| glob.as_str() != action);
            }
        }
        Self(document)
    }
}

fn applies(statement: &Statement, call: &Call) -> bool {
    statement.action.has(|glob| glob.matches_ignoring_case(&call.action))
        && statement.resource.has(|glob| glob.matches(&call.resource))
        && statement.conditions.iter().all(|condition| {
            holds(condition, Version::V2012, &call.context)
                .expect("a condition whose meaning is documented")
        })
}

/// The engine itself, where it knows the action, must agree.
#[test]
fn the_judge_reads_as_the_engine_does() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:Get*"], "Resource": ["arn:aws:s3:::*"],
         "Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}},
        {"Effect": "Deny", "Action": ["s3:GetObject*"], "Resource": ["*"]},
    ]});
    let policy = Policy::of_role(&policy.to_string());
    let mut allowed = 0;
    for action in s3_guardrail::iam::Action::all() {
        for account in ["111122223333", "444455556666"] {
            let context =
                BTreeMap::from([("aws:resourceaccount".to_owned(), vec![account.to_owned()])]);
            let request = s3_guardrail::iam::Request {
                requester: s3_guardrail::iam::Requester::Anonymous,
                action,
                resource: "arn:aws:s3:::clinic-reports".to_owned(),
                context: context.clone(),
            };
            let call = Call {
                action: action.name().to_owned(),
                resource: request.resource.clone(),
                context,
            };
            let answer = policy.0.answer(&request) == s3_guardrail::iam::Answer::Allowed;
            assert_eq!(policy.allows(&call), answer, "{call:?}");
            allowed += usize::from(answer);
        }
    }
    assert!(allowed > 10, "{allowed}");
}
