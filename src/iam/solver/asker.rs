//! One caller against an offer and the policies around it: which actions get through, and a request
//! that shows it.

mod proof;

use std::cell::OnceCell;

use crate::iam::action::{Actions, On};
use crate::iam::caller::Caller;
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::request::Request;
use crate::iam::solver::attempt::Attempt;
use crate::iam::solver::policies::{Policies, Ready};
use crate::iam::solver::search::Untold;
use crate::iam::solver::shape::{Asking, Shape, askings};
use crate::iam::solver::witness;
use crate::iam::text::Found;

/// Steps for one question, and those that every question has even where the verdict's are used up.
const STEPS: usize = 100_000;
const LEAST: usize = 300;
/// Steps that it takes to say what requests of one shape may carry for one key.
const STEPS_A_KEY: usize = 8;

/// One caller, ready to be asked about offers: what its requests look like, and what stands against
/// them, is found out once.
#[derive(Debug)]
pub struct Asker<'q, 'a> {
    policies: &'q Policies<'a>,
    /// The kinds of requests that it may send, each made ready when it is first needed.
    kinds: Vec<Requests<'q>>,
}

/// One kind of requests, and what is prepared for it once it is needed.
type Requests<'q> = (Asking<'q>, OnceCell<Prepared<'q>>);

/// Requests of one shape.
#[derive(Debug)]
struct Prepared<'q> {
    ready: &'q Ready<'q>,
    shape: Shape<'q>,
    /// One for each kind of target and each lenience, made when it is first needed.
    attempts: Vec<((On, bool), OnceCell<Attempt<'q>>)>,
}

/// What a caller may do by an offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Through {
    /// The actions that get through.
    pub actions: Actions,
    /// A request that does.
    pub request: Option<Box<Request>>,
    /// Why the request is no proof, or why there is none; `None`: it proves that it gets through.
    pub unproved: Option<Unproved>,
}

/// Why it is not proved that something gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unproved {
    /// It rests on something of which the meaning is not documented.
    Undocumented,
    /// It rests on which account has some canonical id.
    Untold,
    /// The search was given up.
    GivenUp,
}

impl Through {
    /// What counts as getting through where there was no time to find out.
    #[must_use]
    pub fn given_up(actions: Actions) -> Self {
        Self { actions, request: None, unproved: Some(Unproved::GivenUp) }
    }

    /// What may be done one way, or another, with the request of the two that shows more.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |one: &Self| {
            let nothing = one.actions.is_empty();
            (nothing, one.unproved.is_some(), one.request.is_none(), one.actions.plainest().0)
        };
        let actions = self.actions | other.actions;
        Self { actions, ..if rank(&other) < rank(&self) { other } else { self } }
    }

    /// The same of somebody else, who would send another request.
    #[must_use]
    pub fn of_another(&self) -> Self {
        Self { request: None, ..*self }
    }
}

impl Unproved {
    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Undocumented => {
                "it rests on something in the policy of which the meaning is not documented"
            }
            Self::Untold => {
                "it rests on which account the canonical user is, which cannot be told from here"
            }
            Self::GivenUp => "the search for a request was given up: the policy is too involved",
        }
    }
}

impl<'a> Policies<'a> {
    /// Makes `caller` ready to be asked about. `anywhere`: it comes from no place, and its account
    /// is in no organization, that a policy names.
    #[must_use]
    pub fn asker<'q>(&'q self, caller: &'q Caller, anywhere: bool) -> Asker<'q, 'a> {
        let askings = askings(caller, anywhere, self.scene(), &self.wide.keys);
        let kinds = askings.into_iter().map(|asking| (asking, OnceCell::new())).collect();
        Asker { policies: self, kinds }
    }

    fn prepare<'q>(&'q self, asking: Asking<'q>, fuel: &Fuel) -> Option<Prepared<'q>> {
        let ready = self.where_carried(asking, fuel)?;
        if !fuel.burn(STEPS_A_KEY * (ready.keys.len() + 2)) {
            return None;
        }
        let shape = Shape::of(asking, &ready.keys, self.objects());
        let attempts = self.targets().map(|about| (about, OnceCell::new())).collect();
        Some(Prepared { ready, shape, attempts })
    }

    /// Requests of one kind; `None` where there is no fuel to prepare them.
    fn prepared<'q, 'p>(
        &'q self,
        (asking, cell): &'p Requests<'q>,
        fuel: &Fuel,
    ) -> Option<&'p Prepared<'q>> {
        if cell.get().is_none() {
            let _ = cell.set(self.prepare(*asking, fuel)?);
        }
        cell.get()
    }

    /// Whether a principal that is a pattern means whoever it may mean, or those alone whose ARN it
    /// matches, who are asked about first.
    fn lenience(&self) -> &'static [bool] {
        if self.facts.names_patterns { &[false, true] } else { &[true] }
    }

    /// What requests are for, with each lenience.
    fn targets(&self) -> impl Iterator<Item = (On, bool)> + use<> {
        let both = self.lenience().iter();
        both.flat_map(|lenient| [On::Object, On::Bucket].map(|on| (on, *lenient)))
    }
}

impl<'q> Prepared<'q> {
    /// The attempt that `cell` is for; `None` where there is no fuel to make it.
    fn attempt<'p>(
        &self,
        (target, lenient): (On, bool),
        cell: &'p OnceCell<Attempt<'q>>,
        fuel: &Fuel,
    ) -> Option<&'p Attempt<'q>> {
        if cell.get().is_none() {
            let _ = cell.set(Attempt::of(self.ready, &self.shape, target, lenient, fuel)?);
        }
        cell.get()
    }
}

impl<'q> Asker<'q, '_> {
    /// What the caller may do of `actions` by `offer`, with proof. `meant`: the offer is known to
    /// mean it.
    #[must_use]
    pub fn ask(&self, offer: &Offer, meant: bool, actions: Actions, fuel: &Fuel) -> Through {
        let actions = actions & self.policies.offered(offer);
        fuel.lend(share(fuel), |own| {
            let mut through = self.decide((offer, meant, actions), own);
            let is_proved = !self.policies.are_unsure() && through.unproved.is_none();
            if !is_proved && through.unproved != Some(Unproved::GivenUp) {
                self.prove(offer, meant, &mut through, own);
            }
            through
        })
    }

    /// The same without proof.
    #[must_use]
    pub fn reach(&self, offer: &Offer, meant: bool, actions: Actions, fuel: &Fuel) -> Actions {
        let actions = actions & self.policies.offered(offer);
        fuel.lend(share(fuel), |own| self.decide((offer, meant, actions), own).actions)
    }

    fn decide(&self, wanted: (&Offer, bool, Actions), fuel: &Fuel) -> Through {
        let mut asked = Tally::default();
        for &lenient in self.policies.lenience() {
            for kind in &self.kinds {
                let left = wanted.2 - asked.actions;
                if left.is_empty() {
                    break;
                }
                match self.policies.prepared(kind, fuel) {
                    Some(prepared) => self.ask_shape(prepared, lenient, wanted, &mut asked, fuel),
                    None => asked.give_up(left),
                }
            }
        }
        asked.through()
    }

    /// Asks for the requests of one shape.
    fn ask_shape(
        &self,
        prepared: &Prepared<'q>,
        lenience: bool,
        (offer, meant, actions): (&Offer, bool, Actions),
        asked: &mut Tally,
        fuel: &Fuel,
    ) {
        let Prepared { ready, shape, attempts } = prepared;
        for (about, cell) in attempts {
            let &(target, lenient) = about;
            if lenient != lenience {
                continue;
            }
            let left = actions.on(target) - asked.actions;
            if left.is_empty() {
                continue;
            }
            let Some(attempt) = prepared.attempt(*about, cell, fuel) else {
                asked.give_up(left);
                continue;
            };
            let Some(wanted) = attempt.wanted(offer, meant, shape) else { continue };
            fuel.burn(wanted.asks.len());
            let untold = attempt.untold();
            let unsure = untold.is_some() || attempt.is_by_pattern(&wanted);
            let unsure = unsure.then(|| self.policies.facts.why_unsure());
            let rests = attempt.rests_on_account(&wanted, shape);
            let unproved = unsure.or(rests.then_some(Unproved::Untold));
            let shows = self.shows(untold);
            let mut left = left & wanted.actions;
            while !left.is_empty() {
                match attempt.find(shape, &wanted, &[], left, fuel) {
                    Found::Example(point) => {
                        left = left - point.actions;
                        asked.add(point.actions, unproved, || {
                            shows.then(|| {
                                let place = self.policies.place;
                                witness::request(shape, &ready.keys, &point, place, target, rests)
                            })
                        });
                    }
                    Found::Nothing => break,
                    Found::GaveUp => {
                        asked.give_up(left);
                        break;
                    }
                }
            }
        }
    }

    /// Whether a request is something to show: not where it rests on one being whom a pattern may
    /// mean, or on one both being and not being a canonical user.
    fn shows(&self, untold: Option<Untold>) -> bool {
        match untold {
            None | Some(Untold::Another) => true,
            Some(Untold::Same) => !self.policies.facts.names_patterns,
            Some(Untold::Both) => false,
        }
    }
}

/// What one question may take of the steps of a verdict.
fn share(all: &Fuel) -> usize {
    all.left().clamp(LEAST, STEPS)
}

/// Whether a request proves nothing, and how many actions a person would try before its own: the
/// lower, the more it shows.
type Rank = (bool, usize);

/// What was found so far.
#[derive(Default)]
struct Tally {
    actions: Actions,
    /// The request that shows most, how much it shows, and why it proves nothing.
    best: Option<(Rank, Option<Box<Request>>, Option<Unproved>)>,
    gave_up: bool,
}

impl Tally {
    fn add(
        &mut self,
        actions: Actions,
        unproved: Option<Unproved>,
        request: impl FnOnce() -> Option<Request>,
    ) {
        self.actions |= actions;
        // a request that proves something comes first, then one that a person would try first
        let rank = (unproved.is_some(), actions.plainest().0);
        if self.best.as_ref().is_none_or(|(known, ..)| rank < *known) {
            self.best = Some((rank, request().map(Box::new), unproved));
        }
    }

    /// What was not decided counts as getting through.
    fn give_up(&mut self, actions: Actions) {
        self.actions |= actions;
        self.gave_up = true;
    }

    fn through(self) -> Through {
        let given_up = self.gave_up.then_some(Unproved::GivenUp);
        let (request, unproved) = match self.best {
            Some((_, request, unproved)) => (request, unproved),
            None => (None, given_up),
        };
        Through { actions: self.actions, request, unproved }
    }
}
