//! A concrete request that a path lets through, so that nobody has to take our word for it.
//!
//! The request is put together from what the Allow asks for and mended where a Deny hits it; then
//! the policies themselves are asked. Where no request is found within [`MENDS`] mends the path has
//! no witness: exposed, not proved.

mod asker;
mod context;

use std::collections::{BTreeMap, BTreeSet};

use self::asker::{Asker, askers};
use crate::exposure::way::Way;
use crate::exposure::{Class, Parties, Via, Witness, WitnessPrincipal};
use crate::iam::{
    Action, Answer, Arn, Caller, Carried, Clause, Condition, Document, Effect, Glob, Request,
    Requester, Statement, Values, carried, holds, is_bounded, is_broad, is_private, range,
};
use crate::name::AccountId;

/// How often a request is mended before it is given up.
const MENDS: usize = 24;

/// Actions tried for one caller, and callers tried for one path.
const TRIES: usize = 6;

/// Finds a request of `class` (for a bounded class: by one of `parties`) for one of `actions` that
/// gets along `way`.
pub(super) fn find(
    class: Class,
    parties: &Parties,
    actions: &BTreeSet<Action>,
    way: &Way<'_>,
) -> Option<Witness> {
    let first = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"];
    let rank = |action: &&Action| first.iter().position(|name| *name == action.name()).unwrap_or(9);
    let mut ordered: Vec<&Action> = actions.iter().collect();
    ordered.sort_by_key(rank);
    for asker in askers(class, parties, way).into_iter().take(TRIES) {
        for action in ordered.iter().take(TRIES) {
            let found = Attempt::new(&asker, **action, way).and_then(Attempt::run);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// One request in the making.
struct Attempt<'a> {
    way: &'a Way<'a>,
    caller: &'a Caller,
    request: Request,
    /// The ARN by which the policy behind an access point names the same thing.
    behind_resource: String,
}

impl<'a> Attempt<'a> {
    fn new(asker: &'a Asker, action: Action, way: &'a Way<'a>) -> Option<Self> {
        let place = way.own.place;
        let wanted = way.offer.resources(action);
        let targets = [&place.bucket, &place.objects];
        let resource = match &way.via {
            // a key may hold what looks like a wildcard
            Via::ObjectAcl { key, .. } => format!("{}/{key}", place.bucket),
            Via::Policy { .. } | Via::Acl { .. } | Via::AccessPoint { .. } => wanted
                .iter()
                .flat_map(context::instances)
                .map(|arn| arn.replace("arn:aws:s3:x:", "arn:aws:s3:us-east-1:"))
                .find(|arn| targets.iter().any(|target| target.matches(arn)))?,
        };
        let behind_resource =
            way.behind.map_or_else(String::new, |behind| match resource.split_once("/object/") {
                Some((_, key)) => behind.place.objects.as_str().replace('*', key),
                None => behind.place.bucket.as_str().to_owned(),
            });
        let requester = asker.requester.clone();
        let context = context::base(&requester, place);
        let request = Request { requester, action, resource, context };
        Some(Self { way, caller: &asker.caller, request, behind_resource })
    }

    /// Mends the request until the policies let it through.
    fn run(mut self) -> Option<Witness> {
        for condition in self.way.offer.conditions {
            self.mend(condition, true)?;
        }
        for _ in 0..MENDS {
            match self.obstacle() {
                Obstacle::None => return Some(self.witness()),
                Obstacle::Deny(deny) => {
                    let spared = deny.conditions.iter().any(|condition| {
                        let before = self.request.context.clone();
                        let kept = self.mend(condition, false).is_some() && self.offer_holds();
                        if !kept {
                            self.request.context = before;
                        }
                        kept
                    });
                    if !spared {
                        return None;
                    }
                }
                Obstacle::NoAllow(document) => {
                    let before = self.request.context.clone();
                    let helped = document.allows().any(|(_, allow)| {
                        let met = allow.conditions.iter().all(|c| self.mend(c, true).is_some());
                        let kept = met && self.offer_holds();
                        if !kept {
                            self.request.context.clone_from(&before);
                        }
                        kept && before != self.request.context
                    });
                    if !helped {
                        return None;
                    }
                }
            }
        }
        None
    }

    fn account(&self) -> Option<&AccountId> {
        match &self.request.requester {
            Requester::Identity { account, .. } => Some(account),
            Requester::Anonymous | Requester::CanonicalUser(_) | Requester::Service(_) => None,
        }
    }

    fn offer_holds(&self) -> bool {
        let context = &self.request.context;
        self.way.offer.conditions.iter().all(|condition| holds(condition, context) == Some(true))
    }

    /// What keeps the request out. An offer that is no statement (a grant) needs no Allow.
    fn obstacle(&self) -> Obstacle<'a> {
        let by_statement = match self.way.via {
            Via::Policy { .. } | Via::AccessPoint { .. } => true,
            Via::Acl { .. } | Via::ObjectAcl { .. } => false,
        };
        match self.way.own.document.map(|document| document.answer(&self.request)) {
            Some(Answer::DeniedBy(deny)) => return Obstacle::Deny(deny),
            Some(Answer::Neither) if by_statement => return Obstacle::Deny(NEVER),
            Some(Answer::Neither | Answer::Allowed) | None => {}
        }
        let Some(behind) = self.way.behind else { return Obstacle::None };
        let Some(document) = behind.document else { return Obstacle::Deny(NEVER) };
        let request = Request { resource: self.behind_resource.clone(), ..self.request.clone() };
        match document.answer(&request) {
            Answer::Allowed => Obstacle::None,
            Answer::Neither => Obstacle::NoAllow(document),
            Answer::DeniedBy(deny) => Obstacle::Deny(deny),
        }
    }

    /// Sets the condition's key so that the condition holds, or does not. `None` where the caller
    /// cannot.
    fn mend(&mut self, condition: &Condition, hold: bool) -> Option<()> {
        if holds(condition, &self.request.context) == Some(hold) {
            return Some(());
        }
        let key = condition.key.to_ascii_lowercase();
        let place = self.way.own.place;
        let may = carried(&key, self.caller, &place.route, &place.owner);
        for value in context::candidates(condition, self.account()) {
            let mut carried_keys = self.request.context.clone();
            let usable = match &value {
                None => may.absent,
                Some(value) => self.may_carry(&key, value, &may),
            };
            if !usable {
                continue;
            }
            context::set(&mut carried_keys, &key, value);
            if holds(condition, &carried_keys) == Some(hold) {
                self.request.context = carried_keys;
                return Some(());
            }
        }
        None
    }

    /// Whether the requester can come with this value: one that the caller may choose, and for keys
    /// of the principal one that belongs to the same principal.
    fn may_carry(&self, key: &str, value: &str, may: &Carried) -> bool {
        let chosen = match &may.values {
            None => false,
            Some(Values::Exactly(only)) => only == value,
            Some(Values::UnnamedAddress | Values::PublicAddress) => {
                range(value).is_some_and(|range| !is_private(&range))
            }
            Some(Values::PathIn(organization)) => {
                value.strip_prefix(organization.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            Some(
                Values::Any
                | Values::Unnamed
                | Values::ArnOf(_)
                | Values::ArnOfNoAccount
                | Values::NotOf(_)
                | Values::Matching(_),
            ) => true,
        };
        let unnamed = matches!(may.values, Some(Values::Unnamed | Values::UnnamedAddress));
        chosen
            && !(unnamed && self.is_named(key, value))
            && match (&self.request.requester, key) {
                (Requester::Identity { account, .. }, "aws:principalaccount") => {
                    account.as_str() == value
                }
                (Requester::Identity { account, .. }, "aws:principalarn") => match self.caller {
                    Caller::Account { arn: Some(only), .. } => only == value,
                    _ => Arn::split(value).is_some_and(|arn| arn.account() == account.as_str()),
                },
                // services alone say for whom they call
                (Requester::Identity { .. }, key) if key.starts_with("aws:source") => {
                    !["aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:sourceorgid"]
                        .contains(&key)
                }
                _ => true,
            }
    }

    /// Whether a policy names the value, or the narrow range that it is in: then it is not that of
    /// somebody whom no policy names.
    fn is_named(&self, key: &str, value: &str) -> bool {
        let documents =
            self.way.own.document.into_iter().chain(self.way.behind.and_then(|b| b.document));
        documents
            .flat_map(|document| &document.statements)
            .flat_map(|statement| &statement.conditions)
            .filter(|condition| condition.is_about(key))
            .flat_map(|condition| condition.values.iter().map(move |named| (condition, named)))
            .any(|(condition, named)| match (range(named), range(value)) {
                (Some(named), Some(value)) => !is_broad(&named) && named.contains(&value),
                _ => is_bounded(condition, named) && Glob::new(named.as_str()).matches(value),
            })
    }

    fn witness(self) -> Witness {
        let mentioned = |key: &str| {
            let documents =
                self.way.own.document.into_iter().chain(self.way.behind.and_then(|b| b.document));
            documents
                .flat_map(|document| &document.statements)
                .flat_map(|statement| &statement.conditions)
                .find(|condition| condition.is_about(key))
                .map(|condition| condition.key.clone())
        };
        // a grant has no conditions: its request says what a Deny asks about, and no more
        let by_grant = matches!(self.way.via, Via::Acl { .. } | Via::ObjectAcl { .. });
        let context: BTreeMap<String, Vec<String>> = self
            .request
            .context
            .iter()
            .filter_map(|(key, values)| {
                let name = match key.as_str() {
                    "aws:securetransport" if !by_grant => Some("aws:SecureTransport".to_owned()),
                    "aws:sourceip" if !by_grant => Some("aws:SourceIp".to_owned()),
                    _ => mentioned(key),
                };
                Some((name?, values.clone()))
            })
            .collect();
        let principal_arn =
            self.request.context.get("aws:principalarn").and_then(|arn| arn.first());
        let principal = match self.request.requester {
            Requester::Anonymous => WitnessPrincipal::Anonymous,
            Requester::CanonicalUser(id) => WitnessPrincipal::CanonicalUser(id),
            Requester::Service(name) => WitnessPrincipal::Service(name),
            Requester::Identity { account, arn } => {
                WitnessPrincipal::Aws { account, arn: principal_arn.cloned().unwrap_or(arn) }
            }
        };
        Witness { principal, action: self.request.action, resource: self.request.resource, context }
    }
}

enum Obstacle<'a> {
    None,
    Deny(&'a Statement),
    NoAllow(&'a Document),
}

/// Stands for a refusal that no mending helps against: it has no condition to break.
const NEVER: &Statement = &Statement {
    sid: None,
    effect: Effect::Deny,
    principal: Clause::In(Vec::new()),
    action: Clause::In(Vec::new()),
    resource: Clause::In(Vec::new()),
    conditions: Vec::new(),
};
