//! What each statement says to a request: whom, what, on what, under which conditions. Whom a
//! principal means and whether a condition holds is asked of [`crate::iam`], so that an explanation
//! says what the verdict means.

use std::collections::BTreeMap;

use crate::bucket::{AccessPoint, BucketState, Observed};
use crate::escape::quoted;
use crate::explain::question::bucket_resource;
use crate::explain::{
    ElementTold, Holder, PolicyText, PolicyTold, Question, StatementTold, condition, three_valued,
    words,
};
use crate::iam::{
    Clause, Document, Effect, Glob, Principal, Request, Requester, Statement, Version,
    any_partition, is_meant,
};

/// What the policies on the request's way say.
pub(super) fn policies(
    state: &BucketState,
    point: Option<&AccessPoint>,
    question: &Question,
) -> Vec<PolicyTold> {
    let mut policies = Vec::new();
    if let Some(point) = point {
        let of = Holder::AccessPoint(point.name.clone());
        policies.push(policy(of, &point.policy, &question.resource, question, state));
    }
    let resource = bucket_resource(state, question.key.as_deref());
    policies.push(policy(Holder::Bucket, &state.policy, &resource, question, state));
    policies
}

fn policy(
    of: Holder,
    policy: &Observed<Option<Document>>,
    resource: &str,
    question: &Question,
    state: &BucketState,
) -> PolicyTold {
    let document = match policy {
        Observed::Known(Some(document)) => document,
        Observed::Known(None) => return without(of, PolicyText::Absent, Some(false)),
        Observed::Unknown(error) => {
            return without(of, PolicyText::Unreadable(error.clone()), None);
        }
    };
    let asked = Asked::of(question, resource, state);
    let statements: Vec<StatementTold> = document
        .statements
        .iter()
        .enumerate()
        .map(|(index, statement)| asked.told(index, statement, document.version))
        .collect();
    let applies = |effect| {
        let of_effect = statements.iter().filter(move |statement| statement.effect == effect);
        three_valued::any(of_effect.map(|statement| statement.applies))
    };
    let (allows, denies) = (applies(Effect::Allow), applies(Effect::Deny));
    PolicyTold { of, text: PolicyText::Read, statements, allows, denies }
}

fn without(of: Holder, text: PolicyText, applies: Option<bool>) -> PolicyTold {
    PolicyTold { of, text, statements: Vec::new(), allows: applies, denies: applies }
}

/// A question as one policy is asked it.
struct Asked<'a> {
    question: &'a Question,
    state: &'a BucketState,
    /// The request by each ARN that its principal goes by.
    requests: Vec<Request>,
    context: BTreeMap<String, Vec<String>>,
    resource: &'a str,
}

impl<'a> Asked<'a> {
    fn of(question: &'a Question, resource: &'a str, state: &'a BucketState) -> Self {
        let context: BTreeMap<String, Vec<String>> = question
            .context
            .iter()
            .map(|carried| (carried.key.to_ascii_lowercase(), carried.values.clone()))
            .collect();
        let requests = requesters(question)
            .into_iter()
            .map(|requester| Request {
                requester,
                action: question.action,
                resource: resource.to_owned(),
                context: BTreeMap::new(),
            })
            .collect();
        Self { question, state, requests, context, resource }
    }

    fn told(&self, index: usize, statement: &Statement, version: Version) -> StatementTold {
        let mut elements = vec![
            self.principal(&statement.principal),
            self.action(&statement.action),
            self.resource(&statement.resource, version),
        ];
        elements.extend(
            statement
                .conditions
                .iter()
                .map(|one| condition::told(one, version, self.question, &self.context)),
        );
        StatementTold {
            index,
            sid: statement.sid.clone(),
            effect: statement.effect,
            applies: three_valued::all(elements.iter().map(|element| element.met)),
            elements,
        }
    }

    fn principal(&self, clause: &Clause<Principal>) -> ElementTold {
        let judge = |principal: &Principal| Judged {
            text: words::principal_text(principal),
            met: self.means(principal),
            how: match principal {
                Principal::Everyone => Some("`*` is everyone, signed or not".to_owned()),
                Principal::Account(account) => {
                    Some(format!("account {account} is named: every principal in it"))
                }
                Principal::AnyIdentity
                | Principal::Identity { .. }
                | Principal::OriginAccessIdentity(_)
                | Principal::CanonicalUser(_)
                | Principal::Service(_)
                | Principal::WebIdentity(_)
                | Principal::Saml { .. }
                | Principal::Nobody(_)
                | Principal::Other(_) => None,
            },
            unsure: "whether that is this principal is not known here",
        };
        let asked = words::requester_text(&self.question.requester);
        element(["Principal", "NotPrincipal"], clause, asked, judge)
    }

    /// Whether `principal` is who asks.
    fn means(&self, principal: &Principal) -> Option<bool> {
        if self.requests.iter().any(|request| is_meant(principal, request)) {
            return Some(true);
        }
        let signed = match &self.question.requester {
            Requester::Identity { .. }
            | Requester::CanonicalUser(_)
            | Requester::OriginAccessIdentity(_) => true,
            Requester::Anonymous | Requester::Service(_) => false,
        };
        match principal {
            Principal::CanonicalUser(id) => self.has_canonical_id(id),
            Principal::Account(_)
            | Principal::Identity { .. }
            | Principal::OriginAccessIdentity(_) => match &self.question.requester {
                Requester::CanonicalUser(id) => self.is_behind(principal, id),
                Requester::Anonymous
                | Requester::Identity { .. }
                | Requester::OriginAccessIdentity(_)
                | Requester::Service(_) => Some(false),
            },
            // who signed in there is not seen in a request
            Principal::WebIdentity(_) | Principal::Saml { .. } if signed => None,
            Principal::Other(_) => None,
            Principal::WebIdentity(_)
            | Principal::Saml { .. }
            | Principal::Everyone
            | Principal::AnyIdentity
            | Principal::Service(_)
            | Principal::Nobody(_) => Some(false),
        }
    }

    /// The owner's canonical id; no other account's is known.
    fn owner(&self) -> Option<&String> {
        self.state.acl.known().and_then(|acl| acl.owner.as_ref())
    }

    /// Whether who asks, who is no canonical user of this id, has it all the same.
    fn has_canonical_id(&self, id: &String) -> Option<bool> {
        let Requester::Identity { account, .. } = &self.question.requester else {
            return Some(false);
        };
        let is_owner = *account == self.state.account;
        match self.owner() {
            Some(owner) if owner == id => Some(is_owner),
            Some(_) if is_owner => Some(false),
            Some(_) | None => None,
        }
    }

    /// Whether the canonical user is the account that is named.
    fn is_behind(&self, principal: &Principal, id: &String) -> Option<bool> {
        let (whole, of_owner) = match principal {
            Principal::Account(account) => (true, *account == self.state.account),
            Principal::Identity { account, .. } => (false, *account == self.state.account),
            Principal::Everyone
            | Principal::AnyIdentity
            | Principal::OriginAccessIdentity(_)
            | Principal::CanonicalUser(_)
            | Principal::Service(_)
            | Principal::WebIdentity(_)
            | Principal::Saml { .. }
            | Principal::Nobody(_)
            | Principal::Other(_) => return None,
        };
        match self.owner().map(|owner| owner == id) {
            Some(true) if whole || !of_owner => Some(of_owner),
            Some(false) if of_owner => Some(false),
            Some(_) | None => None,
        }
    }

    fn action(&self, clause: &Clause<Glob>) -> ElementTold {
        let asked = self.question.action.name();
        element(["Action", "NotAction"], clause, asked.to_owned(), |glob| {
            Judged::of_pattern(glob, asked, Some(glob.matches_ignoring_case(asked)))
        })
    }

    fn resource(&self, clause: &Clause<Glob>, version: Version) -> ElementTold {
        let asked = any_partition(self.resource);
        element(["Resource", "NotResource"], clause, self.resource.to_owned(), |glob| {
            let variable = version.has_variables() && glob.as_str().contains("${");
            let pattern = Glob::new(any_partition(glob.as_str()));
            let met = (!variable).then(|| pattern.matches(&asked));
            Judged::of_pattern(glob, self.resource, met)
        })
    }
}

/// The principals that one who asks goes by: itself, and the role of a session.
fn requesters(question: &Question) -> Vec<Requester> {
    let mut requesters = vec![question.requester.clone()];
    if let Requester::Identity { account, arn } = &question.requester {
        let carried = question.carried("aws:PrincipalArn").and_then(|c| c.values.first());
        let role = carried.filter(|role| *role != arn).cloned();
        requesters.extend(role.map(|arn| Requester::Identity { account: *account, arn }));
    }
    requesters
}

/// One entry of a clause.
struct Judged {
    text: String,
    met: Option<bool>,
    /// How it is met.
    how: Option<String>,
    /// Why it is not known.
    unsure: &'static str,
}

impl Judged {
    fn of_pattern(glob: &Glob, asked: &str, met: Option<bool>) -> Self {
        let text = glob.as_str().to_owned();
        let exact = text.eq_ignore_ascii_case(asked);
        let how = (!exact).then(|| format!("{} matches", quoted(&text)));
        Self { text, met, how, unsure: "what its variable stands for is not judged" }
    }
}

fn element<T>(
    [name, inverse]: [&'static str; 2],
    clause: &Clause<T>,
    asked: String,
    judge: impl Fn(&T) -> Judged,
) -> ElementTold {
    let (Clause::In(list) | Clause::NotIn(list)) = clause;
    let judged: Vec<Judged> = list.iter().map(judge).collect();
    let named = three_valued::any(judged.iter().map(|entry| entry.met));
    let texts: Vec<String> = judged.iter().map(|entry| entry.text.clone()).collect();
    let deciding = judged.iter().find(|entry| entry.met == named);
    let how = match (named, deciding) {
        (Some(true), Some(entry)) => {
            entry.how.clone().unwrap_or_else(|| format!("{} is named", quoted(&entry.text)))
        }
        (None, Some(entry)) => format!("{}: {}", quoted(&entry.text), entry.unsure),
        (Some(true) | None, None) => String::new(),
        (Some(false), _) => match texts.as_slice() {
            [] => "nothing is named".to_owned(),
            [one] => format!("{} does not match {}", quoted(&asked), quoted(one)),
            some => format!("{} matches none of {}", quoted(&asked), words::listed(some)),
        },
    };
    let (element, met, why) = match clause {
        Clause::In(_) => (name, named, how),
        Clause::NotIn(_) => {
            let why = match named {
                Some(true) => format!("leaves out: {how}"),
                Some(false) => format!("leaves out only {}", words::listed(&texts)),
                None => format!("may leave out: {how}"),
            };
            (inverse, three_valued::not(named), why)
        }
    };
    let request = Some(vec![asked]);
    ElementTold { element, operator: None, key: None, policy: texts, request, met, why }
}
