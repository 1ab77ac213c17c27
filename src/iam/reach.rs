//! Who gets through: an offer (an Allow statement, or a grant of an ACL), less whatever the Denies
//! of the policies in force are proved to take away.

use std::collections::{BTreeMap, BTreeSet};

use crate::iam::action::{Action, On};
use crate::iam::arn::bound_account;
use crate::iam::caller::{Caller, may_be_meant, surely_is_meant};
use crate::iam::carried::{Route, carried};
use crate::iam::condition::{Condition, Test};
use crate::iam::document::{Clause, Document, Statement};
use crate::iam::holds::{can_hold, must_hold};
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;
use crate::name::AccountId;

/// Where a policy is in force: whose bucket, by which route, and by which ARNs the policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account that owns the bucket.
    pub owner: AccountId,
    /// How requests come.
    pub route: Route,
    /// The bucket (or access point) itself.
    pub bucket: Glob,
    /// The objects in it.
    pub objects: Glob,
}

/// A policy in force at a place. Without a document nothing is allowed and nothing denied.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    /// The policy, if there is one.
    pub document: Option<&'a Document>,
    /// Where.
    pub place: &'a Place,
}

/// Something that lets callers in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Whom.
    pub principal: Clause<Principal>,
    /// To which actions, each on which resources.
    pub actions: BTreeMap<Action, Vec<Glob>>,
    /// Under which conditions.
    pub conditions: &'a [Condition],
}

/// Who gets through an offer. No class repeats an action that a wider one may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What everyone may do.
    pub anonymous: BTreeSet<Action>,
    /// What every AWS identity may do beside.
    pub authenticated: BTreeSet<Action>,
    /// What bounded sets of callers may do beside. Services only with nobody else.
    pub bounded: BTreeMap<Caller, BTreeSet<Action>>,
}

impl Place {
    /// The place of the bucket policy of `bucket`.
    #[must_use]
    pub fn of_bucket(bucket: &str, owner: &AccountId, route: Route) -> Self {
        Self {
            owner: owner.clone(),
            route,
            bucket: Glob::new(format!("arn:aws:s3:::{bucket}")),
            objects: Glob::new(format!("arn:aws:s3:::{bucket}/*")),
        }
    }

    /// The place of an access point's own policy; `arn` may have a `*` for a Region that is not
    /// known.
    #[must_use]
    pub fn of_access_point(arn: &str, owner: &AccountId, route: Route) -> Self {
        Self {
            owner: owner.clone(),
            route,
            bucket: Glob::new(arn),
            objects: Glob::new(format!("{arn}/object/*")),
        }
    }

    fn target(&self, on: On) -> &Glob {
        match on {
            On::Bucket => &self.bucket,
            On::Object => &self.objects,
        }
    }
}

impl<'a> Offer<'a> {
    /// What an Allow statement offers at `place`.
    #[must_use]
    pub fn of_statement(statement: &'a Statement, place: &Place) -> Self {
        let in_bucket = on_resources(&statement.resource, &place.bucket);
        let in_objects = on_resources(&statement.resource, &place.objects);
        let actions = Action::all()
            .filter(|action| {
                clause_has(&statement.action, |glob| glob.matches_ignoring_case(action.name()))
            })
            .map(|action| match action.on() {
                On::Bucket => (action, in_bucket.clone()),
                On::Object => (action, in_objects.clone()),
            })
            .filter(|(_, resources)| !resources.is_empty())
            .collect();
        Self { principal: statement.principal.clone(), actions, conditions: &statement.conditions }
    }

    /// What a grant offers: `actions` on everything at `place`, without conditions.
    #[must_use]
    pub fn of_grant(principal: Principal, actions: &[&str], place: &Place) -> Self {
        let actions = actions
            .iter()
            .filter_map(|name| Action::from_name(name))
            .map(|action| (action, vec![place.target(action.on()).clone()]))
            .collect();
        Self { principal: Clause::In(vec![principal]), actions, conditions: &[] }
    }
}

/// Who gets through `offer`, which is made by the policy `own` (or stands beside it, for a grant),
/// where `behind` must let the same request through as well (the bucket policy behind an access
/// point).
#[must_use]
pub fn reach(offer: &Offer<'_>, own: InForce<'_>, behind: Option<InForce<'_>>) -> Reach {
    let ask = |caller: &Caller| {
        let mut actions = passes(offer, caller, own);
        if let Some(behind) = behind {
            let admitted = admitted(caller, behind);
            actions.retain(|action| admitted.contains(action));
        }
        actions
    };
    let named = named_callers(offer, own, behind);
    let asked =
        |caller: &Caller| if named.contains(caller) { ask(caller) } else { BTreeSet::new() };
    let anonymous = asked(&Caller::Anonymous);
    let authenticated: BTreeSet<Action> =
        asked(&Caller::Stranger).difference(&anonymous).copied().collect();
    let bounded = named
        .iter()
        .filter(|caller| !matches!(caller, Caller::Anonymous | Caller::Stranger))
        .map(|caller| {
            let wider = |action: &Action| {
                anonymous.contains(action) || (caller.is_signed() && authenticated.contains(action))
            };
            (caller.clone(), ask(caller).into_iter().filter(|action| !wider(action)).collect())
        })
        .filter(|(_, actions): &(Caller, BTreeSet<Action>)| !actions.is_empty())
        .collect();
    Reach { anonymous, authenticated, bounded }
}

/// The actions of `offer` that `caller` may do: the offer means some of its requests, and no Deny
/// keeps all of them out.
fn passes(offer: &Offer<'_>, caller: &Caller, own: InForce<'_>) -> BTreeSet<Action> {
    let place = own.place;
    if !may_apply(offer, caller, place) {
        return BTreeSet::new();
    }
    let denies: Vec<&Statement> = own
        .document
        .into_iter()
        .flat_map(Document::denies)
        .filter(|deny| surely_applies(deny, caller, place))
        .collect();
    offer
        .actions
        .iter()
        .filter(|(action, resources)| {
            !denies.iter().any(|deny| takes_away(deny, **action, resources))
        })
        .map(|(action, _)| *action)
        .collect()
}

/// The actions that some Allow of `policy` lets `caller` do.
fn admitted(caller: &Caller, policy: InForce<'_>) -> BTreeSet<Action> {
    policy
        .document
        .into_iter()
        .flat_map(Document::allows)
        .flat_map(|(_, statement)| {
            passes(&Offer::of_statement(statement, policy.place), caller, policy)
        })
        .collect()
}

fn may_apply(offer: &Offer<'_>, caller: &Caller, place: &Place) -> bool {
    may_be_meant(&offer.principal, caller)
        && offer.conditions.iter().all(|condition| {
            can_hold(condition, &carried(&condition.key, caller, &place.route, &place.owner))
        })
}

fn surely_applies(deny: &Statement, caller: &Caller, place: &Place) -> bool {
    surely_is_meant(&deny.principal, caller)
        && deny.conditions.iter().all(|condition| {
            must_hold(condition, &carried(&condition.key, caller, &place.route, &place.owner))
        })
}

fn takes_away(deny: &Statement, action: Action, resources: &[Glob]) -> bool {
    clause_has(&deny.action, |glob| glob.matches_ignoring_case(action.name()))
        && resources.iter().all(|resource| match &deny.resource {
            Clause::In(list) => list.iter().any(|glob| surely_covers(glob, resource)),
            Clause::NotIn(list) => !list.iter().any(|glob| as_wide_as_may_be(glob).meets(resource)),
        })
}

/// The part of `target` that a resource element names, as patterns; empty where it names none.
fn on_resources(resource: &Clause<Glob>, target: &Glob) -> Vec<Glob> {
    match resource {
        Clause::In(list) => list
            .iter()
            .map(as_wide_as_may_be)
            .filter(|glob| glob.meets(target))
            .map(|glob| if glob.covers(target) { target.clone() } else { glob })
            .collect(),
        Clause::NotIn(list) => {
            let nothing_left = list.iter().any(|glob| surely_covers(glob, target));
            if nothing_left { Vec::new() } else { vec![target.clone()] }
        }
    }
}

/// A resource with a variable is whatever the variable may stand for, and surely nothing.
fn surely_covers(glob: &Glob, resource: &Glob) -> bool {
    !glob.as_str().contains("${") && any_partition(glob).covers(resource)
}

fn as_wide_as_may_be(glob: &Glob) -> Glob {
    let mut pieces = glob.as_str().split("${");
    let mut wide = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        wide.push('*');
        wide.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    any_partition(&Glob::new(wide))
}

/// ARNs of every partition as those of `aws`: a bucket lies in one, and its policy names no other.
fn any_partition(glob: &Glob) -> Glob {
    match glob
        .as_str()
        .split_once(":s3:")
        .and_then(|(start, rest)| start.strip_prefix("arn:aws-").map(|_| rest))
    {
        Some(rest) => Glob::new(format!("arn:aws:s3:{rest}")),
        None => glob.clone(),
    }
}

fn clause_has<T>(clause: &Clause<T>, is: impl Fn(&T) -> bool) -> bool {
    match clause {
        Clause::In(list) => list.iter().any(is),
        Clause::NotIn(list) => !list.iter().any(is),
    }
}

/// The callers to ask about: those that the offer names, and where it names everyone also those
/// that its conditions name; where these let unnamed callers in, those that any statement tells
/// apart.
fn named_callers(
    offer: &Offer<'_>,
    own: InForce<'_>,
    behind: Option<InForce<'_>>,
) -> BTreeSet<Caller> {
    let mut callers: BTreeSet<Caller> = match &offer.principal {
        Clause::In(list) => list.iter().flat_map(Caller::named_by).collect(),
        Clause::NotIn(_) => [Caller::Anonymous, Caller::Stranger].into(),
    };
    let services: Vec<Caller> =
        callers.iter().flat_map(|caller| on_behalf_of_others(caller, offer.conditions)).collect();
    callers.extend(services);
    if callers.contains(&Caller::Stranger) {
        callers.extend([Caller::Located { signed: false }, Caller::Located { signed: true }]);
        let lets_unnamed_in = callers.iter().any(|caller| may_apply(offer, caller, own.place));
        callers.extend(offer.conditions.iter().flat_map(told_apart));
        if lets_unnamed_in {
            let denies = own.document.into_iter().flat_map(Document::denies);
            let behind = behind.and_then(|policy| policy.document).into_iter();
            let statements = denies.chain(behind.flat_map(|document| &document.statements));
            let others = statements.flat_map(named_in);
            callers.extend(others.filter(|caller| !matches!(caller, Caller::Service { .. })));
        }
    }
    callers.retain(|caller| {
        !matches!(
            caller,
            Caller::Account { account, .. } | Caller::Service { on_behalf_of: Some(account), .. }
                if *account == own.place.owner
        )
    });
    callers
}

/// The callers that a statement names, as principals or in conditions.
fn named_in(statement: &Statement) -> impl Iterator<Item = Caller> {
    let (Clause::In(principals) | Clause::NotIn(principals)) = &statement.principal;
    let named = principals.iter().flat_map(Caller::named_by);
    named.chain(statement.conditions.iter().flat_map(told_apart))
}

/// A service, once for each account that the conditions ask it to call for.
fn on_behalf_of_others(caller: &Caller, conditions: &[Condition]) -> Vec<Caller> {
    let Caller::Service { name, .. } = caller else { return Vec::new() };
    let source = ["aws:sourceaccount", "aws:sourceowner", "aws:sourcearn"];
    conditions
        .iter()
        .filter(|condition| source.iter().any(|key| condition.is_about(key)))
        .filter(|condition| condition.operator.asks_for_a_value())
        .flat_map(told_apart)
        .filter_map(|other| {
            let on_behalf_of = Some(other.as_account()?.clone());
            Some(Caller::Service { name: name.clone(), on_behalf_of })
        })
        .collect()
}

/// The accounts and organizations that a condition names.
fn told_apart(condition: &Condition) -> Vec<Caller> {
    let key = condition.key.to_ascii_lowercase();
    let account = |value: &String| match key.as_str() {
        "aws:principalaccount"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "s3:dataaccesspointaccount" => AccountId::parse(value).ok(),
        "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => {
            bound_account(value, condition.operator.test != Test::StringLike)
        }
        _ => None,
    };
    let organization = |value: &String| match key.as_str() {
        "aws:principalorgid" | "aws:sourceorgid" => Some(value.clone()),
        "aws:principalorgpaths" | "aws:sourceorgpaths" => {
            value.split('/').next().map(str::to_owned)
        }
        _ => None,
    };
    let accounts = condition.values.iter().filter_map(account);
    let organizations = condition
        .values
        .iter()
        .filter_map(organization)
        .filter(|id| !id.contains("${") && Glob::new(id.as_str()).is_literal());
    accounts
        .map(|account| Caller::Account { account, arn: None })
        .chain(organizations.map(Caller::Organization))
        .collect()
}
