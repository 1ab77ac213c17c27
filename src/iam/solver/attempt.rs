//! One shape of requests for one kind of target, against what the policies ask.

use std::cell::Cell;

use crate::iam::action::{Actions, On};
use crate::iam::caller::Caller;
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::principal::Principal;
use crate::iam::solver::pick::Constraint;
use crate::iam::solver::policies::{PROVIDER, Ready};
use crate::iam::solver::principals::{Meant, meant};
use crate::iam::solver::rules::Rule;
use crate::iam::solver::search::{Demand, Means, Point, Untold, find};
use crate::iam::solver::shape::{ARN, KEY, Shape};
use crate::iam::text::Found;

/// Steps that reading one rule for one shape takes.
const STEPS_A_RULE: usize = 10;

/// One shape of requests for one kind of target, and what stands against them.
#[derive(Debug)]
pub struct Attempt<'q> {
    ready: &'q Ready<'q>,
    target: On,
    /// Whether a principal that is a pattern means whoever it may mean.
    lenient: bool,
    /// The variable of the identity provider.
    provider: Option<usize>,
    /// What the Allows of the policy behind ask, where there is one.
    behind: Option<Vec<Demand<'q>>>,
    denies: Vec<Demand<'q>>,
    /// What rests on a principal of which it cannot be told whether it means the one who asks.
    untold: Cell<Option<Untold>>,
}

impl<'q> Attempt<'q> {
    /// `None` where there is no fuel to read the policies.
    pub fn of(
        ready: &'q Ready<'q>,
        shape: &Shape<'q>,
        target: On,
        lenient: bool,
        fuel: &Fuel,
    ) -> Option<Self> {
        let provider = ready.keys.position(PROVIDER);
        let provider = provider.and_then(|key| shape.slots.get(key)).map(|slot| slot.0);
        let (behind, denies, untold) = (None, Vec::new(), Cell::new(None));
        let mut attempt = Self { ready, target, lenient, provider, behind, denies, untold };
        for rules in [Some(&ready.own), ready.behind.as_ref()].into_iter().flatten() {
            for rule in rules.denies_for(&shape.who) {
                if !fuel.burn(STEPS_A_RULE + rule.principal.weight(&shape.who)) {
                    return None;
                }
                let demand = attempt.demand(rule, shape, false, false);
                attempt.denies.extend(demand);
            }
        }
        if let Some(rules) = &ready.behind {
            let weights = rules.allows.iter().map(|rule| rule.principal.weight(&shape.who));
            if !fuel.burn(STEPS_A_RULE * rules.allows.len() + weights.sum::<usize>()) {
                return None;
            }
            let allows = rules.allows.iter();
            attempt.behind =
                Some(allows.filter_map(|rule| attempt.demand(rule, shape, true, false)).collect());
        }
        Some(attempt)
    }

    fn demand(
        &self,
        rule: &'q Rule<'q>,
        shape: &Shape<'q>,
        allow: bool,
        surely: bool,
    ) -> Option<Demand<'q>> {
        let wide = self.ready.is_generous(allow);
        let (lenient, provider, untold) = (self.lenient, self.provider, &self.untold);
        Demand::of(rule, shape, self.target, Means { surely, wide, lenient, provider, untold })
    }

    /// What an offer asks; `None` where it cannot mean requests of this shape. `meant`: it is known
    /// to mean the one who asks.
    pub fn wanted(&self, offer: &Offer, meant: bool, shape: &Shape<'q>) -> Option<Demand<'q>> {
        match offer {
            Offer::Statement(index) => {
                self.demand(self.ready.own.allow(*index)?, shape, true, meant)
            }
            Offer::Unconditional(index) => {
                let mut wanted = self.demand(self.ready.own.allow(*index)?, shape, true, meant)?;
                wanted.asks.retain(|ask| [ARN, KEY].contains(&ask.variable));
                Some(wanted)
            }
            Offer::Grant { principal, actions } => {
                let is_meant = meant || is_meant(principal, shape);
                Some(Demand::bare(actions.on(self.target))).filter(|_| is_meant)
            }
        }
    }

    /// A request for some of `actions` that gets through, and meets `extra` besides.
    pub fn find(
        &self,
        shape: &Shape<'q>,
        wanted: &Demand<'q>,
        extra: &[(usize, Constraint<'q>)],
        actions: Actions,
        fuel: &Fuel,
    ) -> Found<Point> {
        find(&shape.domains, actions, (wanted, extra), self.behind.as_deref(), &self.denies, fuel)
    }

    /// What is taken to be so of a Deny that is left out, or an Allow that counts, where it cannot
    /// be told whom it means.
    pub fn untold(&self) -> Option<Untold> {
        self.untold.get()
    }

    /// Whether it matters which account the one who asks is, where that cannot be told.
    pub fn rests_on_account(&self, wanted: &Demand<'q>, shape: &Shape<'q>) -> bool {
        let is_of_identity = |variable: usize| variable == ARN || Some(variable) == self.provider;
        let is_asked =
            |demand: &Demand<'_>| demand.asks.iter().any(|ask| is_of_identity(ask.variable));
        matches!(shape.asking.caller, Caller::CanonicalUser(_))
            && self.demands(wanted).any(is_asked)
    }

    /// Whether a principal is a pattern, of which the meaning is not documented.
    pub fn is_by_pattern(&self, wanted: &Demand<'q>) -> bool {
        self.demands(wanted).any(|demand| demand.unsure)
    }

    /// All that is asked, for and against.
    fn demands<'a>(&'a self, wanted: &'a Demand<'q>) -> impl Iterator<Item = &'a Demand<'q>> {
        self.denies.iter().chain(self.behind.iter().flatten()).chain([wanted])
    }
}

/// Whether a grant means the one who asks.
fn is_meant(principal: &Principal, shape: &Shape<'_>) -> bool {
    match meant([principal].into_iter(), false, &shape.who, true, true) {
        Meant::Surely(is) => is,
        Meant::ByArn(_)
        | Meant::ByAccount(_)
        | Meant::ByProvider(_)
        | Meant::ByPattern(_)
        | Meant::Unsure => false,
    }
}
