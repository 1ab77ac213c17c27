//! A request that proves what was found: one that gets through whatever is not documented comes to,
//! and with values for the variables.

use std::cell::OnceCell;

use crate::iam::action::{Actions, On};
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::request::Request;
use crate::iam::solver::asker::{Asker, Prepared, Requests, Through, Unproved};
use crate::iam::solver::attempt::Attempt;
use crate::iam::solver::candidates::{Candidates, SETS};
use crate::iam::solver::hints::Hints;
use crate::iam::solver::policies::Policies;
use crate::iam::solver::rules::Reading;
use crate::iam::solver::shape::{Asking, KEY, Shape};
use crate::iam::solver::{bindings, witness};
use crate::iam::text::Found;
use crate::iam::variable::Bindings;

/// One kind of requests, and what the variables may stand for in them.
type Tried<'k, 'q> = (&'k Requests<'q>, OnceCell<Option<Candidates<'q>>>);

impl<'q> Asker<'q, '_> {
    /// Looks for a request that gets through whatever is not documented comes to, and for variables
    /// that stand for something; else for one that shows at least what the exposure rests on.
    pub(super) fn prove(&self, offer: &Offer, meant: bool, through: &mut Through, fuel: &Fuel) {
        if through.actions.is_empty() {
            return;
        }
        let reason = through.unproved.unwrap_or(Unproved::Undocumented);
        through.unproved = Some(reason);
        let variables = &self.policies.variables;
        if !variables.is_empty() {
            through.request = None;
        }
        let wanted = (offer, meant, through.actions);
        let kinds: Vec<_> = self.kinds.iter().map(|kind| (kind, OnceCell::new())).collect();
        for reading in [Reading::Skeptical, Reading::Wide] {
            if reading == Reading::Wide && variables.is_empty() {
                return;
            }
            // some is kept for the other reading, where there is one
            let is_first = reading == Reading::Skeptical && !variables.is_empty();
            let allowed = if is_first { fuel.left() / 2 } else { fuel.left() };
            let found = fuel.lend(allowed, |own| self.proof(reading, &kinds, wanted, own));
            if let Some((request, rests)) = found {
                through.request = Some(Box::new(request));
                through.unproved = match reading {
                    Reading::Wide => rests.or(Some(reason)),
                    Reading::Skeptical => rests,
                };
                return;
            }
        }
    }

    /// A request that gets through as the policies are read, and what about the one who asks it
    /// rests on: the likeliest values of the variables first, whatever the kind of request.
    fn proof(
        &self,
        reading: Reading,
        kinds: &[Tried<'_, 'q>],
        wanted: (&Offer, bool, Actions),
        fuel: &Fuel,
    ) -> Option<(Request, Option<Unproved>)> {
        for rank in 0..SETS {
            for (kind, candidates) in kinds {
                let known = match candidates.get() {
                    Some(known) => known,
                    None => match self.candidates(kind, wanted, fuel) {
                        // not all was looked at
                        None if fuel.left() == 0 => return None,
                        found => candidates.get_or_init(|| found),
                    },
                };
                let bound = known.as_ref().and_then(|known| known.get(rank));
                let Some(bound) = bound else { continue };
                let found = self.with_bindings(kind.0, reading, &bound, wanted, fuel);
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// What the variables may stand for in requests of one kind; `None`: none of them was found to
    /// get through, whatever they stand for.
    fn candidates(
        &self,
        kind: &Requests<'q>,
        wanted: (&Offer, bool, Actions),
        fuel: &Fuel,
    ) -> Option<Candidates<'q>> {
        let Policies { variables, place, .. } = self.policies;
        let hints =
            if variables.is_empty() { Hints::default() } else { self.hints(kind, wanted, fuel)? };
        Candidates::of(kind.0, variables, place, &hints, fuel)
    }

    /// The hints of a request that gets through where variables stand for anything; `None`: no such
    /// request was found.
    fn hints(
        &self,
        kind: &Requests<'q>,
        (offer, meant, actions): (&Offer, bool, Actions),
        fuel: &Fuel,
    ) -> Option<Hints<'q>> {
        // to see what met what is about as long as reading the policies
        if !fuel.burn(self.policies.weight()) {
            return None;
        }
        let prepared = self.policies.prepared(kind, fuel)?;
        let Prepared { ready, shape, attempts } = prepared;
        attempts.iter().find_map(|(about, cell)| {
            let attempt = prepared.attempt(*about, cell, fuel)?;
            let wanted = attempt.wanted(offer, meant, shape)?;
            match attempt.find(shape, &wanted, &[], actions.on(about.0), fuel) {
                Found::Example(point) => {
                    let context = witness::context(shape, &ready.keys, &point);
                    let object = point.first(KEY).filter(|_| about.0 == On::Object);
                    Some(Hints::of(self.policies, context, object))
                }
                Found::Nothing | Found::GaveUp => None,
            }
        })
    }

    /// A request that gets through where the variables stand for what is `bound`, and what about
    /// the one who asks it rests on.
    fn with_bindings(
        &self,
        asking: Asking<'_>,
        reading: Reading,
        bound: &Bindings,
        (offer, meant, actions): (&Offer, bool, Actions),
        fuel: &Fuel,
    ) -> Option<(Request, Option<Unproved>)> {
        let policies = self.policies;
        let built = if policies.variables.is_empty() {
            None
        } else if fuel.burn(policies.weight()) {
            Some(policies.read(reading, bound))
        } else {
            return None;
        };
        let ready = built.as_ref().unwrap_or_else(|| policies.skeptical());
        let shape = Shape::of(asking, &ready.keys, policies.objects());
        let extra = bindings::asked(bound, &ready.keys, &shape);
        for (target, lenient) in policies.targets() {
            let attempt = Attempt::of(ready, &shape, target, lenient, fuel)?;
            let Some(wanted) = attempt.wanted(offer, meant, &shape) else { continue };
            if reading == Reading::Wide && !self.shows(attempt.untold()) {
                continue;
            }
            let actions = actions.on(target);
            if let Found::Example(point) = attempt.find(&shape, &wanted, &extra, actions, fuel) {
                let rests = attempt.rests_on_account(&wanted, &shape);
                let place = policies.place;
                let request = witness::request(&shape, &ready.keys, &point, place, target, rests);
                let untold = reading == Reading::Wide && attempt.untold().is_some();
                let untold = untold.then(|| policies.facts.why_unsure());
                return Some((request, untold.or(rests.then_some(Unproved::Untold))));
            }
        }
        None
    }
}
