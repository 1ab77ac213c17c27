//! One offer, whom it names, and who gets through it so far.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use crate::iam::action::Actions;
use crate::iam::alike::Alike;
use crate::iam::caller::Caller;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Statement};
use crate::iam::named::{names_all, on_behalf_of_others, told_apart};
use crate::iam::offer::Offer;
use crate::iam::principal::Principal;
use crate::iam::reach::Reach;
use crate::iam::solver::{Policies, Through};

/// Services and the accounts for which they may call are asked about in pairs, so many at most.
const MANY_PAIRS: usize = 400;

/// One offer, whom it names, and who gets through it so far.
pub(super) struct Asked<'o> {
    pub offer: &'o Offer,
    conditions: &'o [Condition],
    /// Whether it names everyone, or every AWS identity.
    pub everyone: bool,
    /// Callers that it names, and its conditions.
    pub named: BTreeSet<Caller>,
    /// Those of them that it surely means.
    pub meant: BTreeSet<Caller>,
    bounds: Bounds,
    /// One service for each account for which it calls, where there are too many to be asked
    /// about.
    pub stand_ins: Vec<Caller>,
    /// What callers may do, from anywhere or not, of whom the same is true: of which actions that
    /// was asked, and the answer.
    pub alike: BTreeMap<(bool, Alike<'o>), (Actions, Through)>,
    /// What members of organizations that it names may do, but for those by an account alone that
    /// the policies name.
    pub members: Actions,
    pub reach: Reach,
}

/// Of what its conditions name all that get through.
#[derive(Debug, Clone, Copy, Default)]
struct Bounds {
    accounts: bool,
    organizations: bool,
    /// Accounts for which services call.
    sources: bool,
}

impl<'o> Asked<'o> {
    /// `offer`, a part of `policies` or beside them, before anybody is asked.
    pub fn of<'a: 'o>(policies: &Policies<'a>, offer: &'o Offer) -> Self {
        let statement = match offer {
            Offer::Statement(index) | Offer::Unconditional(index) => policies.statement(*index),
            Offer::Grant { .. } => None,
        };
        let (mut named, mut meant) = (Vec::new(), Vec::new());
        for principal in principals(offer, statement) {
            let callers = Caller::named_by(principal);
            if is_plain(principal) {
                meant.extend(callers.iter().cloned());
            }
            named.extend(callers);
        }
        let mut meant: BTreeSet<Caller> = meant.into_iter().collect();
        if meant.contains(&Caller::Stranger) {
            // everyone is these too
            named.retain(|caller| caller.as_account().is_none());
        }
        let mut named: BTreeSet<Caller> = named.into_iter().collect();
        if statement.is_some_and(|statement| matches!(statement.principal, Clause::NotIn(_))) {
            named = [Caller::Anonymous, Caller::Stranger].into();
            meant.clear();
        }
        let everyone = named.contains(&Caller::Stranger);
        let conditions = statement.map_or(&[] as &[Condition], |statement| &statement.conditions);
        Self {
            offer,
            conditions,
            everyone,
            named,
            meant,
            bounds: if everyone { Bounds::of(offer, conditions) } else { Bounds::default() },
            stand_ins: Vec::new(),
            alike: BTreeMap::new(),
            members: Actions::NONE,
            reach: Reach::default(),
        }
    }

    /// Those of `callers`, which are sorted, that the offer does not name.
    pub fn but_named(&self, callers: &Rc<[Caller]>) -> Rc<[Caller]> {
        let any = if callers.len() < self.named.len() {
            callers.iter().any(|caller| self.named.contains(caller))
        } else {
            self.named.iter().any(|caller| callers.binary_search(caller).is_ok())
        };
        if any {
            callers.iter().filter(|caller| !self.named.contains(caller)).cloned().collect()
        } else {
            Rc::clone(callers)
        }
    }

    /// Those of `callers`, which are sorted, that the offer does not name and may let in.
    pub fn strangers_to(&self, callers: &Rc<[Caller]>) -> Rc<[Caller]> {
        let unnamed = self.but_named(callers);
        if unnamed.iter().any(|caller| self.keeps_out(caller, false)) {
            unnamed.iter().filter(|caller| !self.keeps_out(caller, false)).cloned().collect()
        } else {
            unnamed
        }
    }

    /// Names those besides whom the conditions ask for.
    pub fn name_more(&mut self, places: bool, services: bool) {
        let conditions = self.conditions;
        let is_service = |one: &&Caller| matches!(one, Caller::Service { .. });
        let count = self.named.iter().filter(is_service).count();
        let values: usize = conditions.iter().map(|condition| condition.values.len()).sum();
        let mut more: Vec<Caller> = if count.saturating_mul(values) > MANY_PAIRS {
            // they call for the same accounts
            let first = self.named.iter().find(is_service);
            self.stand_ins = first.map_or(Vec::new(), |one| on_behalf_of_others(one, conditions));
            self.stand_ins.clone()
        } else {
            self.named.iter().flat_map(|one| on_behalf_of_others(one, conditions)).collect()
        };
        if count > 0 {
            more.extend(
                conditions.iter().filter(|one| is_of_organizations(one)).flat_map(told_apart),
            );
        }
        if self.everyone {
            more.extend(conditions.iter().flat_map(told_apart));
            more.extend(services.then(Caller::any_service));
            if places {
                more.extend([false, true].map(|signed| Caller::Located { signed }));
            }
        }
        let mut more: BTreeSet<Caller> = more.into_iter().collect();
        self.named.append(&mut more);
    }

    /// Whom it names, but everyone; afterwards it knows that only where it names everyone.
    pub fn take_named(&mut self) -> Vec<Caller> {
        if self.everyone {
            self.named.iter().filter(|caller| !caller.is_everyone()).cloned().collect()
        } else {
            mem::take(&mut self.named).into_iter().collect()
        }
    }

    /// Whether the conditions keep out `caller`, which they do not name; `anywhere`: and which is
    /// in no organization that a policy names.
    pub fn keeps_out(&self, caller: &Caller, anywhere: bool) -> bool {
        let Bounds { accounts, organizations, sources } = self.bounds;
        match caller {
            Caller::Account { .. } => accounts || anywhere && organizations,
            // whichever of its accounts gets through is named itself
            Caller::Organization(_) => organizations || accounts,
            Caller::Service { on_behalf_of: Some(_), .. } => sources,
            Caller::Anonymous
            | Caller::Stranger
            | Caller::Located { .. }
            | Caller::CanonicalUser(_)
            | Caller::OriginAccessIdentity(_)
            | Caller::Service { on_behalf_of: None, .. } => false,
        }
    }

    /// What whoever is at some place may do.
    pub fn located(&self) -> Actions {
        let located = self
            .reach
            .bounded
            .iter()
            .filter(|(callers, _)| matches!(callers.as_ref(), [Caller::Located { .. }]));
        located.fold(Actions::NONE, |all, (_, through)| all | through.actions)
    }
}

impl Bounds {
    fn of(offer: &Offer, conditions: &[Condition]) -> Self {
        if matches!(offer, Offer::Unconditional(_)) {
            return Self::default();
        }
        Self {
            accounts: names_all(conditions, "aws:principalaccount"),
            organizations: names_all(conditions, "aws:principalorgid"),
            sources: names_all(conditions, "aws:sourceaccount"),
        }
    }
}

fn principals<'a>(offer: &'a Offer, statement: Option<&'a Statement>) -> &'a [Principal] {
    match (offer, statement) {
        (Offer::Grant { principal, .. }, _) => std::slice::from_ref(principal),
        (Offer::Statement(_) | Offer::Unconditional(_), Some(statement)) => {
            let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
            list
        }
        (Offer::Statement(_) | Offer::Unconditional(_), None) => &[],
    }
}

/// Whether a condition says for members of which organizations services call.
fn is_of_organizations(condition: &Condition) -> bool {
    ["aws:sourceorgid", "aws:sourceorgpaths"].iter().any(|key| condition.is_about(key))
        && condition.operator.names_values()
}

/// Whether all callers that a principal stands for are meant by it, whatever they carry.
fn is_plain(principal: &Principal) -> bool {
    match principal {
        Principal::Everyone
        | Principal::AnyIdentity
        | Principal::Account(_)
        | Principal::Identity { .. }
        | Principal::OriginAccessIdentity(_)
        | Principal::CanonicalUser(_)
        | Principal::Service(_) => true,
        Principal::WebIdentity(_)
        | Principal::Saml { .. }
        | Principal::Nobody(_)
        | Principal::Other(_) => false,
    }
}
