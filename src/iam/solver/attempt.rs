//! One shape of requests for one kind of target, against what the policies ask.

use std::cell::Cell;

use crate::iam::action::{Actions, On};
use crate::iam::document::Clause;
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::principal::Principal;
use crate::iam::solver::pick::Asked;
use crate::iam::solver::policies::{PROVIDER, Ready};
use crate::iam::solver::principals::{self, Meant};
use crate::iam::solver::rules::Rule;
use crate::iam::solver::search::{Demand, Means, Point, find};
use crate::iam::solver::shape::{ARN, KEY, Shape};
use crate::iam::text::Found;

/// One shape of requests for one kind of target, and what every one of them must carry besides.
pub struct Attempt<'t, 'q> {
    pub ready: &'q Ready<'q>,
    pub shape: &'t Shape<'q>,
    pub target: On,
    /// Whether a principal that is a pattern means whoever it may mean.
    pub lenient: bool,
    pub extra: &'t [(usize, Asked<'q>)],
}

/// What the offer, the policy behind and the Denies ask.
pub struct Demands<'q> {
    wanted: Demand<'q>,
    behind: Option<Vec<Demand<'q>>>,
    denies: Vec<Demand<'q>>,
    /// Whether it cannot be told of some principal whether it means the one who asks.
    pub untold: bool,
}

impl Demands<'_> {
    /// The actions that the offer is for.
    pub fn actions(&self) -> Actions {
        self.wanted.actions
    }

    /// Whether a principal in them is a pattern, of which the meaning is not documented.
    pub fn are_unsure(&self) -> bool {
        let all = self.denies.iter().chain(self.behind.iter().flatten()).chain([&self.wanted]);
        all.into_iter().any(|demand| demand.unsure)
    }
}

impl<'q> Attempt<'_, 'q> {
    /// `None` where the offer or the policy behind cannot mean requests of this shape.
    pub fn demands(&self, offer: &Offer, meant: bool) -> Option<Demands<'q>> {
        let provider = self.ready.keys.position(&PROVIDER.to_ascii_lowercase());
        let provider = provider.and_then(|key| self.shape.slots.get(key)).map(|slot| slot.0);
        let untold = Cell::new(false);
        let demand = |rule: &'q Rule<'_>, is_allow, surely| {
            let wide = self.ready.is_generous(is_allow);
            let means = Means { surely, wide, lenient: self.lenient, provider, untold: &untold };
            Demand::of(rule, self.shape, self.target, means)
        };
        let mut wanted = match offer {
            Offer::Statement(index) => demand(self.ready.own.allow(*index)?, true, meant)?,
            Offer::Unconditional(index) => {
                let mut wanted = demand(self.ready.own.allow(*index)?, true, meant)?;
                wanted.asks.retain(|(variable, _)| [ARN, KEY].contains(variable));
                wanted
            }
            Offer::Grant { principal, actions } => {
                let is_meant = meant || self.is_meant(principal);
                Some(Demand::bare(actions.on(self.target))).filter(|_| is_meant)?
            }
        };
        wanted.asks.extend(self.extra.iter().cloned());
        let behind = self.ready.behind.as_ref().map(|rules| {
            rules.allows.iter().filter_map(|rule| demand(rule, true, false)).collect()
        });
        let rules = [Some(&self.ready.own), self.ready.behind.as_ref()];
        let denies = rules
            .into_iter()
            .flatten()
            .flat_map(|rules| rules.denies_for(&self.shape.who))
            .filter_map(|rule| demand(rule, false, false))
            .collect();
        Some(Demands { wanted, behind, denies, untold: untold.get() })
    }

    /// Whether a grant means the one who asks.
    fn is_meant(&self, principal: &Clause<Principal>) -> bool {
        match principals::meant(principal, &self.shape.who, true) {
            Meant::Surely(is) => is,
            Meant::ByArn(_)
            | Meant::ByAccount(_)
            | Meant::ByProvider(_)
            | Meant::ByPattern(_)
            | Meant::Unsure => false,
        }
    }

    /// A request for some of `actions` that gets through.
    pub fn find(&self, demands: &Demands<'q>, actions: Actions, fuel: &Fuel) -> Found<Point> {
        let behind = demands.behind.as_deref();
        find(&self.shape.domains, actions, &demands.wanted, behind, &demands.denies, fuel)
    }
}
