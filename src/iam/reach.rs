//! Who gets through an offer: every class of callers, asked one by one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::iam::action::Actions;
use crate::iam::caller::Caller;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Statement};
use crate::iam::fuel::Fuel;
use crate::iam::named::{on_behalf_of_others, told_apart};
use crate::iam::offer::Offer;
use crate::iam::principal::Principal;
use crate::iam::request::Requester;
use crate::iam::solver::{Policies, Question, Through};

/// Who gets through an offer. No class repeats an action that a wider one may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What everyone may do.
    pub anonymous: Through,
    /// What every AWS identity may do beside.
    pub authenticated: Through,
    /// What bounded sets of callers may do beside. Services only with nobody else.
    pub bounded: BTreeMap<Caller, Through>,
}

impl Policies<'_> {
    /// Who gets through `offer`.
    #[must_use]
    pub fn reach(&self, offer: &Offer, fuel: &Fuel) -> Reach {
        let statement = match offer {
            Offer::Statement(index) | Offer::Unconditional(index) => self.statement(*index),
            Offer::Grant { .. } => None,
        };
        let conditions: &[Condition] = statement.map_or(&[], |statement| &statement.conditions);
        let (mut named, mut meant) = (BTreeSet::new(), BTreeSet::new());
        for principal in principals(offer, statement) {
            let callers = Caller::named_by(principal);
            if is_plain(principal) {
                meant.extend(callers.iter().cloned());
            }
            named.extend(callers);
        }
        if statement.is_some_and(|statement| matches!(statement.principal, Clause::NotIn(_))) {
            named = [Caller::Anonymous, Caller::Stranger].into();
            meant.clear();
        }
        let search = Search { policies: self, offer, fuel, meant, like: RefCell::default() };
        search.all(named, conditions)
    }
}

fn principals<'a>(offer: &'a Offer, statement: Option<&'a Statement>) -> &'a [Principal] {
    match (offer, statement) {
        (Offer::Grant { principal: Clause::In(list) | Clause::NotIn(list), .. }, _) => list,
        (Offer::Statement(_) | Offer::Unconditional(_), Some(statement)) => {
            let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
            list
        }
        (Offer::Statement(_) | Offer::Unconditional(_), None) => &[],
    }
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

/// The callers of one offer, asked one after the other.
struct Search<'s, 'a> {
    policies: &'s Policies<'a>,
    offer: &'s Offer,
    fuel: &'s Fuel,
    /// Callers that the offer surely means.
    meant: BTreeSet<Caller>,
    /// What accounts may do that nothing tells apart: the accounts as a whole, and one principal.
    like: RefCell<[Option<Through>; 2]>,
}

impl Search<'_, '_> {
    fn all(&self, mut named: BTreeSet<Caller>, conditions: &[Condition]) -> Reach {
        let mut reach = Reach::default();
        let everyone = named.contains(&Caller::Stranger);
        if named.remove(&Caller::Anonymous) {
            reach.anonymous = self.ask(&Caller::Anonymous, true, Actions::ALL);
            named.extend(on_behalf_of_others(&Caller::Anonymous, conditions));
        }
        if named.remove(&Caller::Stranger) {
            let left = Actions::ALL - reach.anonymous.actions;
            reach.authenticated = self.ask(&Caller::Stranger, true, left);
        }
        let services: Vec<Caller> =
            named.iter().flat_map(|caller| on_behalf_of_others(caller, conditions)).collect();
        named.extend(services);
        if everyone {
            named.extend(conditions.iter().flat_map(told_apart));
            named.extend([Caller::Located { signed: false }, Caller::Located { signed: true }]);
        }
        for caller in &named {
            let through = self.ask(caller, false, Actions::ALL - reach.wider(caller));
            reach.add(caller, through);
        }
        if everyone {
            self.elsewhere(&named, &mut reach);
        }
        reach
    }

    /// Asks those whom other statements name. They count for what accounts that no policy names
    /// cannot do: members of an organization, or whoever is at some place.
    fn elsewhere(&self, named: &BTreeSet<Caller>, reach: &mut Reach) {
        let by = |is: &dyn Fn(&Caller, &Through) -> bool| {
            let callers = reach.bounded.iter().filter(|(caller, one)| is(caller, one));
            callers.fold(Actions::NONE, |all, (_, one)| all | one.actions)
        };
        let located = by(&|caller, _| matches!(caller, Caller::Located { .. }));
        let members = by(&|caller, one| self.is_of_unnamed_members(caller, one));
        for caller in &self.policies.facts.callers {
            let asked = [&Caller::Anonymous, &Caller::Stranger].contains(&caller);
            let service = matches!(caller, Caller::Service { .. });
            if asked || service || named.contains(caller) {
                continue;
            }
            let left = Actions::ALL - reach.wider(caller) - members;
            let mut through = self.ask(caller, true, left);
            if through.actions.is_empty() {
                through = self.ask(caller, false, left - located);
            }
            reach.add(caller, through);
        }
    }

    /// Whether these are members of an organization, and not by an account alone that is named.
    fn is_of_unnamed_members(&self, caller: &Caller, through: &Through) -> bool {
        let named = |requester: &Requester| {
            matches!(requester, Requester::Identity { account, .. }
                if self.policies.facts.accounts.contains(account))
        };
        matches!(caller, Caller::Organization(_))
            && !through.request.as_ref().is_some_and(|request| named(&request.requester))
    }

    fn ask(&self, caller: &Caller, anywhere: bool, actions: Actions) -> Through {
        let owner = &self.policies.place.owner;
        match caller {
            Caller::Account { account, .. }
            | Caller::Service { on_behalf_of: Some(account), .. }
                if account == owner =>
            {
                return Through::default();
            }
            _ if actions.is_empty() => return Through::default(),
            _ => {}
        }
        let meant = self.meant.contains(caller);
        let question = Question { caller, anywhere, offer: self.offer, meant, actions };
        let ask = || self.policies.ask(question, self.fuel);
        let Caller::Account { account, arn } = caller else { return ask() };
        if !meant || self.policies.facts.tells_apart(account) {
            return ask();
        }
        let like = usize::from(arn.is_some());
        if let Some(Some(known)) = self.like.borrow().get(like) {
            return known.clone();
        }
        let through = ask();
        if let Some(place) = self.like.borrow_mut().get_mut(like) {
            // its request is not theirs
            *place = Some(Through { request: None, ..through.clone() });
        }
        through
    }
}

impl Reach {
    /// What wider classes than this caller may do.
    fn wider(&self, caller: &Caller) -> Actions {
        let signed = caller.is_signed().then_some(self.authenticated.actions);
        self.anonymous.actions | signed.unwrap_or_default()
    }

    fn add(&mut self, caller: &Caller, through: Through) {
        if !through.actions.is_empty() {
            self.bounded.insert(caller.clone(), through);
        }
    }
}
