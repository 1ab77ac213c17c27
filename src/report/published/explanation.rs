//! The published form of an explanation.

use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::{OneOrMany, PublishedPath, PublishedPrincipal};
use crate::explain::{
    Carried, ElementTold, Explanation, GrantTold, Holder, PolicyText, PolicyTold, Question,
    SettingTold, StatementTold,
};
use crate::exposure::Verdict;
use crate::iam::Effect;

#[derive(Serialize)]
pub(super) struct PublishedExplanations<'a> {
    bucket: &'a str,
    account: &'a str,
    exposure: &'static str,
    /// The path that is explained; all of them where nothing was asked; else none.
    paths: Vec<IndexedPath<'a>>,
    /// Of the request that was asked about, or of the path's witness.
    explanation: Option<PublishedExplanation<'a>>,
}

#[derive(Serialize)]
struct IndexedPath<'a> {
    index: usize,
    #[serde(flatten)]
    path: PublishedPath<'a>,
}

#[derive(Serialize)]
struct PublishedExplanation<'a> {
    request: PublishedRequest<'a>,
    answer: &'static str,
    because: &'a str,
    policies: Vec<PublishedPolicy<'a>>,
    acl: PublishedAcl<'a>,
    settings: Vec<PublishedSetting<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct PublishedRequest<'a> {
    principal: PublishedPrincipal<'a>,
    action: &'static str,
    resource: &'a str,
    access_point: Option<&'a str>,
    context: BTreeMap<&'a str, OneOrMany<'a>>,
    /// The keys of `context` that nobody gave.
    assumed: Vec<&'a str>,
}

#[derive(Serialize)]
struct PublishedPolicy<'a> {
    of: PublishedHolder<'a>,
    state: &'static str,
    error: Option<&'a str>,
    allows: Option<bool>,
    denies: Option<bool>,
    statements: Vec<PublishedStatement<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PublishedHolder<'a> {
    Bucket,
    AccessPoint { name: &'a str },
}

#[derive(Serialize)]
struct PublishedStatement<'a> {
    statement: usize,
    sid: Option<&'a str>,
    effect: &'static str,
    applies: Option<bool>,
    elements: Vec<PublishedElement<'a>>,
}

#[derive(Serialize)]
struct PublishedElement<'a> {
    element: &'static str,
    operator: Option<&'a str>,
    key: Option<&'a str>,
    policy: &'a [String],
    /// null: the request lacks the key.
    request: Option<&'a [String]>,
    met: Option<bool>,
    why: &'a str,
}

#[derive(Serialize)]
struct PublishedAcl<'a> {
    off: bool,
    lets_in: Option<bool>,
    grants: Vec<PublishedGrant<'a>>,
    not_seen: &'a [String],
}

#[derive(Serialize)]
struct PublishedGrant<'a> {
    /// null: of the bucket's ACL.
    key: Option<&'a str>,
    grant: usize,
    grantee: &'a str,
    permission: &'static str,
    muted_by: Option<&'a str>,
    lets_in: Option<bool>,
    why: &'a str,
}

#[derive(Serialize)]
struct PublishedSetting<'a> {
    setting: &'static str,
    on_at: &'a [&'static str],
    cuts: Option<bool>,
    why: &'a str,
}

impl<'a> PublishedExplanations<'a> {
    pub(super) fn of(
        verdict: &'a Verdict,
        paths: impl Iterator<Item = usize>,
        explanation: Option<&'a Explanation>,
    ) -> Self {
        let indexed = |index| {
            let path = verdict.paths.get(index)?;
            Some(IndexedPath { index, path: PublishedPath::of(path) })
        };
        Self {
            bucket: verdict.bucket.as_str(),
            account: verdict.account.as_str(),
            exposure: verdict.exposure.name(),
            paths: paths.filter_map(indexed).collect(),
            explanation: explanation.map(PublishedExplanation::of),
        }
    }
}

impl<'a> PublishedExplanation<'a> {
    fn of(explanation: &'a Explanation) -> Self {
        let acl = &explanation.acl;
        Self {
            request: PublishedRequest::of(&explanation.question),
            answer: explanation.answer.name(),
            because: &explanation.because,
            policies: explanation.policies.iter().map(PublishedPolicy::of).collect(),
            acl: PublishedAcl {
                off: acl.off,
                lets_in: acl.lets_in,
                grants: acl.grants.iter().map(PublishedGrant::of).collect(),
                not_seen: &acl.not_seen,
            },
            settings: explanation.settings.iter().map(PublishedSetting::of).collect(),
            notes: &explanation.notes,
        }
    }
}

impl<'a> PublishedRequest<'a> {
    fn of(question: &'a Question) -> Self {
        let pair = |carried: &'a Carried| (carried.key.as_str(), OneOrMany::of(&carried.values));
        let assumed = question.context.iter().filter(|carried| carried.assumed);
        Self {
            principal: PublishedPrincipal::of_requester(&question.requester),
            action: question.action.name(),
            resource: &question.resource,
            access_point: question.access_point.as_deref(),
            context: question.context.iter().map(pair).collect(),
            assumed: assumed.map(|carried| carried.key.as_str()).collect(),
        }
    }
}

impl<'a> PublishedPolicy<'a> {
    fn of(policy: &'a PolicyTold) -> Self {
        let (state, error) = match &policy.text {
            PolicyText::Read => ("read", None),
            PolicyText::Absent => ("absent", None),
            PolicyText::Unreadable(error) => ("unreadable", Some(error.as_str())),
        };
        Self {
            of: match &policy.of {
                Holder::Bucket => PublishedHolder::Bucket,
                Holder::AccessPoint(name) => PublishedHolder::AccessPoint { name },
            },
            state,
            error,
            allows: policy.allows,
            denies: policy.denies,
            statements: policy.statements.iter().map(PublishedStatement::of).collect(),
        }
    }
}

impl<'a> PublishedStatement<'a> {
    fn of(statement: &'a StatementTold) -> Self {
        Self {
            statement: statement.index,
            sid: statement.sid.as_deref(),
            effect: match statement.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
            applies: statement.applies,
            elements: statement.elements.iter().map(PublishedElement::of).collect(),
        }
    }
}

impl<'a> PublishedElement<'a> {
    fn of(element: &'a ElementTold) -> Self {
        Self {
            element: element.element,
            operator: element.operator.as_deref(),
            key: element.key.as_deref(),
            policy: &element.policy,
            request: element.request.as_deref(),
            met: element.met,
            why: &element.why,
        }
    }
}

impl<'a> PublishedGrant<'a> {
    fn of(grant: &'a GrantTold) -> Self {
        Self {
            key: grant.key.as_deref(),
            grant: grant.index,
            grantee: &grant.grantee,
            permission: grant.permission,
            muted_by: grant.muted_by.as_deref(),
            lets_in: grant.lets_in,
            why: &grant.why,
        }
    }
}

impl<'a> PublishedSetting<'a> {
    fn of(setting: &'a SettingTold) -> Self {
        Self { setting: setting.name, on_at: &setting.on_at, cuts: setting.cuts, why: &setting.why }
    }
}
