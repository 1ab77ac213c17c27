//! One caller against an offer and the policies around it: which actions get through, and a request
//! that shows it.

use crate::iam::action::{Action, Actions, On};
use crate::iam::caller::Caller;
use crate::iam::compare::Bindings;
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::request::Request;
use crate::iam::solver::attempt::Attempt;
use crate::iam::solver::policies::Policies;
use crate::iam::solver::rules::Reading;
use crate::iam::solver::shape::{Asking, Shape, askings};
use crate::iam::solver::{bindings, witness};
use crate::iam::text::Found;

/// Steps for one question, and those that every question has even where the verdict's are used up.
const STEPS: usize = 60_000;
const LEAST: usize = 600;

/// What is asked of policies.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// Who asks.
    pub caller: &'q Caller,
    /// Whether it comes from no place that a policy names.
    pub anywhere: bool,
    /// By what.
    pub offer: &'q Offer,
    /// Whether the offer is known to mean the caller.
    pub meant: bool,
    /// For which actions.
    pub actions: Actions,
}

/// What a caller may do by an offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Through {
    /// The actions that get through.
    pub actions: Actions,
    /// A request that does.
    pub request: Option<Request>,
    /// Why the request is no proof, or why there is none; `None`: it proves that it gets through.
    pub unproved: Option<Unproved>,
}

/// Why it is not proved that something gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unproved {
    /// It rests on something of which the meaning is not documented.
    Undocumented,
    /// The search was given up.
    GivenUp,
}

impl Unproved {
    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Undocumented => {
                "it rests on something in the policy of which the meaning is not documented"
            }
            Self::GivenUp => "the search for a request was given up: the policy is too involved",
        }
    }
}

impl Policies<'_> {
    /// What the caller may do of the actions that are asked for.
    #[must_use]
    pub fn ask(&self, question: Question<'_>, fuel: &Fuel) -> Through {
        let allowed = fuel.left().clamp(LEAST, STEPS);
        let own = Fuel::new(allowed);
        let mut asked = Asked::default();
        for asking in self.askings(question) {
            self.ask_shape(question, asking, &mut asked, &own);
        }
        let mut through = asked.through();
        if self.are_unsure() || through.unproved == Some(Unproved::Undocumented) {
            self.prove(question, &mut through, &own);
        }
        fuel.burn(allowed - own.left());
        through
    }

    fn askings<'q>(&'q self, question: Question<'q>) -> Vec<Asking<'q>> {
        askings(question.caller, question.anywhere, self.scene(), &self.wide.keys)
    }

    /// Asks for the requests of one shape.
    fn ask_shape(
        &self,
        question: Question<'_>,
        asking: Asking<'_>,
        asked: &mut Asked,
        fuel: &Fuel,
    ) {
        let by_variables = (!self.variables.is_empty()).then(|| self.where_carried(asking));
        let ready = by_variables.as_deref().unwrap_or(&self.wide);
        for (target, lenient) in self.targets() {
            let left = question.actions.on(target) - asked.actions;
            if left.is_empty() {
                continue;
            }
            let shape = Shape::of(asking, &ready.keys, self.objects());
            let attempt = Attempt { ready, shape: &shape, target, lenient, extra: &[] };
            let Some(demands) = attempt.demands(question.offer, question.meant) else { continue };
            let mut left = left & demands.actions();
            while !left.is_empty() {
                match attempt.find(&demands, left, fuel) {
                    Found::Example(point) => {
                        left = left - point.actions;
                        let unsure = demands.untold || demands.are_unsure();
                        let unproved = unsure.then_some(Unproved::Undocumented);
                        asked.add(point.actions, unproved, || {
                            // a request that a Deny may mean shows nothing
                            let shows = !demands.untold;
                            shows.then(|| {
                                witness::request(&shape, &ready.keys, &point, self.place, target)
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

    /// What requests are for; and whether a principal that is a pattern means whoever it may mean,
    /// or those alone whose ARN it matches, which are asked about first.
    fn targets(&self) -> impl Iterator<Item = (On, bool)> + use<> {
        let lenient: &[bool] = if self.facts.names_patterns { &[false, true] } else { &[true] };
        lenient.iter().flat_map(|lenient| [On::Object, On::Bucket].map(|on| (on, *lenient)))
    }

    /// Looks for a request that gets through whatever is not documented comes to, and for variables
    /// that stand for something; else for one that shows at least what the exposure rests on.
    fn prove(&self, question: Question<'_>, through: &mut Through, fuel: &Fuel) {
        if through.actions.is_empty() || through.unproved == Some(Unproved::GivenUp) {
            return;
        }
        through.unproved = Some(Unproved::Undocumented);
        if !self.variables.is_empty() {
            through.request = None;
        }
        let question = Question { actions: through.actions, ..question };
        for reading in [Reading::Skeptical, Reading::Wide] {
            if reading == Reading::Wide && self.variables.is_empty() {
                return;
            }
            for asking in self.askings(question) {
                for bound in bindings::candidates(asking, &self.variables, self.place, fuel) {
                    let found = self.with_bindings(question, asking, reading, &bound, fuel);
                    if let Some(request) = found {
                        through.request = Some(request);
                        let proves = reading == Reading::Skeptical;
                        through.unproved = (!proves).then_some(Unproved::Undocumented);
                        return;
                    }
                }
            }
        }
    }

    fn with_bindings(
        &self,
        question: Question<'_>,
        asking: Asking<'_>,
        reading: Reading,
        bound: &Bindings,
        fuel: &Fuel,
    ) -> Option<Request> {
        let built = if self.variables.is_empty() {
            None
        } else if fuel.burn(self.weight()) {
            Some(self.read(reading, bound))
        } else {
            return None;
        };
        let ready = built.as_ref().unwrap_or_else(|| self.skeptical());
        for (target, lenient) in self.targets() {
            let actions = question.actions.on(target);
            let shape = Shape::of(asking, &ready.keys, self.objects());
            let extra = bindings::asked(bound, &ready.keys, &shape);
            let attempt = Attempt { ready, shape: &shape, target, lenient, extra: &extra };
            let Some(demands) = attempt.demands(question.offer, question.meant) else { continue };
            if reading == Reading::Wide && demands.untold {
                continue;
            }
            if let Found::Example(point) = attempt.find(&demands, actions, fuel) {
                return Some(witness::request(&shape, &ready.keys, &point, self.place, target));
            }
        }
        None
    }
}

/// What was found so far.
#[derive(Default)]
struct Asked {
    actions: Actions,
    /// The request that shows most, how much it shows, and why it proves nothing.
    best: Option<(usize, Option<Request>, Option<Unproved>)>,
    gave_up: bool,
}

impl Asked {
    fn add(
        &mut self,
        actions: Actions,
        unproved: Option<Unproved>,
        request: impl FnOnce() -> Option<Request>,
    ) {
        self.actions |= actions;
        // a request that proves something comes first, then one that a person would try first
        let rank = rank(actions) + if unproved.is_some() { 100 } else { 0 };
        if self.best.as_ref().is_none_or(|(known, ..)| rank < *known) {
            self.best = Some((rank, request(), unproved));
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

/// Which of some actions a person would try first: the lower, the better.
fn rank(actions: Actions) -> usize {
    let first = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"];
    let is_in = |name: &str| Action::from_name(name).is_some_and(|action| actions.contains(action));
    first.into_iter().position(is_in).unwrap_or(first.len())
}
