//! Who gets through: an offer (an Allow statement, or a grant of an ACL), less whatever the Denies
//! of the policies in force are proved to take away.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::iam::action::{Action, On};
use crate::iam::arn::bound_account;
use crate::iam::caller::{ANY_SERVICE, Caller, may_be_meant, surely_is_meant};
use crate::iam::carried::carried;
use crate::iam::condition::{Condition, Test};
use crate::iam::document::{Clause, Document, Effect, Statement};
use crate::iam::holds::{can_hold, must_hold};
use crate::iam::offer::{Offer, Place, clause_has, covers};
use crate::iam::pattern::Glob;
use crate::name::AccountId;

/// A policy in force at a place. Without a document nothing is allowed and nothing denied.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    /// The policy, if there is one.
    pub document: Option<&'a Document>,
    /// Where.
    pub place: &'a Place,
    /// What was found out of it so far.
    pub memo: &'a Memo,
}

/// What was found out of one policy in force: every offer of it, or through it, asks about the same
/// callers.
#[derive(Debug, Default)]
pub struct Memo {
    /// Indexes of the Denies that keep out every request of a caller.
    denies: RefCell<BTreeMap<Caller, Rc<[usize]>>>,
    /// The actions that some Allow lets a caller do.
    admitted: RefCell<BTreeMap<Caller, Rc<BTreeSet<Action>>>>,
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

impl InForce<'_> {
    /// The Denies that keep out every request of `caller`, as far as it is for their actions and
    /// resources.
    fn denies(&self, caller: &Caller) -> Vec<&Statement> {
        let known = self.memo.denies.borrow().get(caller).cloned();
        let indexes = known.unwrap_or_else(|| {
            let found: Rc<[usize]> = self
                .statements()
                .iter()
                .enumerate()
                .filter(|(_, statement)| statement.effect == Effect::Deny)
                .filter(|(_, deny)| surely_applies(deny, caller, self.place))
                .map(|(index, _)| index)
                .collect();
            self.memo.denies.borrow_mut().insert(caller.clone(), Rc::clone(&found));
            found
        });
        indexes.iter().filter_map(|index| self.statements().get(*index)).collect()
    }

    /// The actions that some Allow of the policy lets `caller` do.
    fn admitted(&self, caller: &Caller) -> Rc<BTreeSet<Action>> {
        let known = self.memo.admitted.borrow().get(caller).cloned();
        known.unwrap_or_else(|| {
            let allows = self.document.into_iter().flat_map(Document::allows);
            let offers = allows.map(|(_, allow)| Offer::of_statement(allow, self.place));
            let found = Rc::new(offers.flat_map(|offer| passes(&offer, caller, *self)).collect());
            self.memo.admitted.borrow_mut().insert(caller.clone(), Rc::clone(&found));
            found
        })
    }

    fn statements(&self) -> &[Statement] {
        self.document.map_or(&[], |document| &document.statements)
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
            let admitted = behind.admitted(caller);
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
    if !may_apply(offer, caller, own.place) {
        return BTreeSet::new();
    }
    let mut actions = offer.actions.clone();
    for deny in own.denies(caller) {
        let (bucket, objects) = (OnceCell::new(), OnceCell::new());
        actions.retain(|action| {
            let covered = match action.on() {
                On::Bucket => &bucket,
                On::Object => &objects,
            };
            let denied = clause_has(&deny.action, |glob| glob.matches_ignoring_case(action.name()));
            !(denied && *covered.get_or_init(|| covers(&deny.resource, offer.resources(*action))))
        });
    }
    actions
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
    if offer.conditions.iter().any(|condition| names_only(condition, &own.place.owner)) {
        return BTreeSet::new();
    }
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

/// Whether a condition lets in nobody but principals of `owner`.
fn names_only(condition: &Condition, owner: &AccountId) -> bool {
    let by_principal = ["aws:principalaccount", "aws:principalarn"];
    let test = condition.operator.test;
    let own = |value: &String| {
        let bound = || bound_account(value, test != Test::StringLike);
        !value.contains("${") && (value == owner.as_str() || bound().as_ref() == Some(owner))
    };
    condition.operator.asks_for_a_value()
        && test.compares_texts()
        && by_principal.iter().any(|key| condition.is_about(key))
        && !condition.values.is_empty()
        && condition.values.iter().all(own)
}

/// A service, once for each account that the conditions ask it to call for. Everyone is every
/// service too.
fn on_behalf_of_others(caller: &Caller, conditions: &[Condition]) -> Vec<Caller> {
    let name = match caller {
        Caller::Service { name, .. } => name,
        Caller::Anonymous => ANY_SERVICE,
        Caller::Stranger
        | Caller::Located { .. }
        | Caller::Account { .. }
        | Caller::Organization(_)
        | Caller::CanonicalUser(_)
        | Caller::OriginAccessIdentity(_) => return Vec::new(),
    };
    let source = ["aws:sourceaccount", "aws:sourceowner", "aws:sourcearn"];
    conditions
        .iter()
        .filter(|condition| source.iter().any(|key| condition.is_about(key)))
        .filter(|condition| condition.operator.asks_for_a_value())
        .flat_map(told_apart)
        .filter_map(|other| {
            let on_behalf_of = Some(other.as_account()?.clone());
            Some(Caller::Service { name: name.to_owned(), on_behalf_of })
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
        // the name of an access point has no colon that a `*` could cross
        "s3:dataaccesspointarn" => bound_account(value, true),
        "aws:principalarn" | "aws:sourcearn" => {
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
