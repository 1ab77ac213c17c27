//! One caller against an offer and the policies around it: which actions get through, and a request
//! that shows it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::iam::action::{Action, Actions, On};
use crate::iam::caller::Caller;
use crate::iam::compare::{Binding, Bindings};
use crate::iam::document::{Clause, Document, Statement};
use crate::iam::facts::Facts;
use crate::iam::fuel::Fuel;
use crate::iam::offer::{Offer, Place};
use crate::iam::principal::Principal;
use crate::iam::request::Request;
use crate::iam::solver::domain::Texts;
use crate::iam::solver::pick::Asked;
use crate::iam::solver::rules::{Keys, Reading, Rule, Rules};
use crate::iam::solver::search::{Demand, Point, find};
use crate::iam::solver::shape::{ARN, Asking, KEY, Scene, Shape, askings};
use crate::iam::solver::{bindings, witness};
use crate::iam::text::Found;

/// Steps for one question, and those that every question has even where the verdict's are used up.
const STEPS: usize = 60_000;
const LEAST: usize = 600;

/// Policies at the place where they are in force, ready to be asked about callers.
#[derive(Debug)]
pub struct Policies<'a> {
    /// The policy that an offer is part of, or stands beside.
    pub own: Option<&'a Document>,
    /// Where it is in force.
    pub place: &'a Place,
    /// Whom and what the policies name.
    pub(in crate::iam) facts: Facts<'a>,
    behind: Option<Behind<'a>>,
    wide: Ready<'a>,
    skeptical: OnceCell<Ready<'a>>,
    /// Keys, in small letters, that variables stand for.
    variables: Vec<String>,
    /// Read wide for requests that carry these of the variables' keys.
    by_carried: RefCell<BTreeMap<Vec<bool>, Rc<Ready<'a>>>>,
}

/// The policy that must let the same request through as well, and where; without a policy nothing
/// gets through.
pub type Behind<'a> = (Option<&'a Document>, &'a Place);

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

/// Policies read one way.
#[derive(Debug)]
pub struct Ready<'a> {
    pub keys: Keys<'a>,
    pub own: Rules<'a>,
    pub behind: Option<Rules<'a>>,
    pub reading: Reading,
}

/// One shape of requests for one kind of target, and what every one of them must carry besides.
struct Attempt<'t, 'q> {
    ready: &'q Ready<'q>,
    shape: &'t Shape<'q>,
    target: On,
    extra: &'t [(usize, Asked<'q>)],
}

impl<'a> Ready<'a> {
    fn of(
        own: Option<&'a Document>,
        place: &Place,
        behind: Option<Behind<'a>>,
        reading: Reading,
        bindings: Option<&Bindings>,
        variables: &[String],
    ) -> Self {
        let mut keys = Keys::default();
        let documents = || own.into_iter().chain(behind.and_then(|(document, _)| document));
        if documents().any(names_providers) {
            keys.index(PROVIDER);
        }
        for key in variables {
            keys.index(key.clone());
        }
        let mut read = |document: Option<&'a Document>, place: &Place| match document {
            Some(document) => Rules::of(document, place, reading, bindings, &mut keys),
            None => Rules::default(),
        };
        let own = read(own, place);
        let behind = behind.map(|(document, place)| read(document, place));
        Self { keys, own, behind, reading }
    }

    fn unsure(&self) -> bool {
        self.own.unsure || self.behind.as_ref().is_some_and(|behind| behind.unsure)
    }

    /// Whether a rule of which the principal has no documented meaning counts.
    fn is_generous(&self, allow: bool) -> bool {
        allow == (self.reading == Reading::Wide)
    }
}

impl<'a> Policies<'a> {
    /// Reads `own` at `place`, and the policy behind.
    #[must_use]
    pub fn of(own: Option<&'a Document>, place: &'a Place, behind: Option<Behind<'a>>) -> Self {
        let documents = || own.into_iter().chain(behind.and_then(|(document, _)| document));
        let variables = bindings::variables(documents());
        let wide = Ready::of(own, place, behind, Reading::Wide, None, &variables);
        let facts = Facts::of(documents(), &place.owner);
        let (skeptical, by_carried) = (OnceCell::new(), RefCell::default());
        Self { own, place, facts, behind, wide, skeptical, variables, by_carried }
    }

    /// The condition keys that the policies mention, in small letters, each as it is written.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wide.keys.written()
    }

    /// The Allow of the own policy with this index.
    #[must_use]
    pub fn statement(&self, index: usize) -> Option<&'a Statement> {
        self.own.and_then(|document| document.statements.get(index))
    }

    /// What `caller` may do of `actions` by `offer`. `meant`: the offer is known to mean it.
    #[must_use]
    pub fn ask(
        &self,
        caller: &Caller,
        offer: &Offer,
        meant: bool,
        actions: Actions,
        fuel: &Fuel,
    ) -> Through {
        let own_fuel = Fuel::new(fuel.left().clamp(LEAST, STEPS));
        let through = self.ask_within(caller, offer, meant, actions, &own_fuel);
        fuel.burn(fuel.left().clamp(LEAST, STEPS) - own_fuel.left());
        through
    }

    fn ask_within(
        &self,
        caller: &Caller,
        offer: &Offer,
        meant: bool,
        actions: Actions,
        fuel: &Fuel,
    ) -> Through {
        let mut through = Through::default();
        let mut best = None;
        for asking in askings(caller, self.scene(), &self.wide.keys) {
            let by_variables;
            let ready = if self.variables.is_empty() {
                &self.wide
            } else {
                by_variables = self.where_carried(asking);
                &*by_variables
            };
            for target in [On::Object, On::Bucket] {
                let mut left = actions.on(target) - through.actions;
                if left.is_empty() {
                    continue;
                }
                let shape = Shape::of(asking, &ready.keys, self.objects());
                let attempt = Attempt { ready, shape: &shape, target, extra: &[] };
                let Some(demands) = attempt.demands(offer, meant) else { continue };
                while !left.is_empty() {
                    match attempt.find(&demands, left, fuel) {
                        Found::Example(point) => {
                            through.actions |= point.actions;
                            left = left - point.actions;
                            let rank = rank(point.actions);
                            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                                let request =
                                    witness::request(&shape, &ready.keys, &point, self.place, target);
                                through.unproved = demands.unsure().then_some(Unproved::Undocumented);
                                best = Some((rank, request));
                            }
                        }
                        Found::Nothing => break,
                        Found::GaveUp => {
                            through.actions |= left;
                            if best.is_none() {
                                through.unproved = Some(Unproved::GivenUp);
                            }
                            break;
                        }
                    }
                }
            }
        }
        through.request = best.map(|(_, request)| request);
        if through.actions.is_empty() {
            return through;
        }
        if self.wide.unsure() || through.unproved == Some(Unproved::Undocumented) {
            self.prove(caller, offer, meant, &mut through, fuel);
        }
        through
    }

    /// Looks for a request that gets through whatever is not documented comes to, and for variables
    /// that stand for something; else for one that shows at least what the exposure rests on.
    fn prove(
        &self,
        caller: &Caller,
        offer: &Offer,
        meant: bool,
        through: &mut Through,
        fuel: &Fuel,
    ) {
        through.unproved = Some(Unproved::Undocumented);
        let variables = &self.variables;
        if !variables.is_empty() {
            through.request = None;
        }
        for reading in [Reading::Skeptical, Reading::Wide] {
            if reading == Reading::Wide && variables.is_empty() {
                return;
            }
            for asking in askings(caller, self.scene(), &self.wide.keys) {
                for bound in bindings::candidates(asking, variables, self.place, fuel) {
                    let found = self.with_bindings(asking, reading, &bound, offer, meant, through, fuel);
                    if let Some(request) = found {
                        through.request = Some(request);
                        if reading == Reading::Skeptical {
                            through.unproved = None;
                        }
                        return;
                    }
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn with_bindings(
        &self,
        asking: Asking<'_>,
        reading: Reading,
        bound: &Bindings,
        offer: &Offer,
        meant: bool,
        through: &Through,
        fuel: &Fuel,
    ) -> Option<Request> {
        let built;
        let ready = if bound.told.is_empty() && reading == Reading::Skeptical {
            self.skeptical.get_or_init(|| {
                Ready::of(self.own, self.place, self.behind, reading, None, &[])
            })
        } else {
            if !fuel.burn(self.weight()) {
                return None;
            }
            let bound = Some(bound);
            let variables = &self.variables;
            built = Ready::of(self.own, self.place, self.behind, reading, bound, variables);
            &built
        };
        let keys = &ready.keys;
        for target in [On::Object, On::Bucket] {
            let actions = through.actions.on(target);
            let shape = Shape::of(asking, keys, self.objects());
            let extra = bindings::asked(bound, keys, &shape);
            let attempt = Attempt { ready, shape: &shape, target, extra: &extra };
            let Some(demands) = attempt.demands(offer, meant) else { continue };
            if let Found::Example(point) = attempt.find(&demands, actions, fuel) {
                return Some(witness::request(&shape, keys, &point, self.place, target));
            }
        }
        None
    }

    /// The policies read wide for the requests of a shape: a variable whose key they never carry
    /// stands for nothing.
    fn where_carried(&self, asking: Asking<'_>) -> Rc<Ready<'a>> {
        let carries = |key: &String| asking.domain(asking.link(key).0).values.is_some();
        let carried: Vec<bool> = self.variables.iter().map(carries).collect();
        let known = self.by_carried.borrow().get(&carried).cloned();
        known.unwrap_or_else(|| {
            let absent = self.variables.iter().zip(&carried).filter(|(_, carried)| !**carried);
            let told = absent.map(|(key, _)| (key.clone(), Binding::Absent)).collect();
            let bindings = Bindings { told, others: Binding::Open };
            let (bindings, variables) = (Some(&bindings), &self.variables);
            let reading = Reading::Wide;
            let ready =
                Ready::of(self.own, self.place, self.behind, reading, bindings, variables);
            let ready = Rc::new(ready);
            self.by_carried.borrow_mut().insert(carried, Rc::clone(&ready));
            ready
        })
    }

    /// About how many steps it takes to read the policies.
    fn weight(&self) -> usize {
        let statements = self.documents().flat_map(|document| &document.statements);
        statements
            .map(|statement| {
                let values = statement.conditions.iter().map(|one| 5 + one.values.len());
                20 + 10 * values.sum::<usize>()
            })
            .sum()
    }

    fn documents(&self) -> impl Iterator<Item = &'a Document> {
        self.own.into_iter().chain(self.behind.and_then(|(document, _)| document))
    }

    fn scene(&self) -> Scene<'_> {
        Scene { owner: &self.place.owner, route: &self.place.route, facts: &self.facts }
    }

    /// The keys of the objects that are asked for.
    fn objects(&self) -> Texts<'_> {
        match &self.place.key {
            Some(key) => Texts::Only(key.as_str().into()),
            None => Texts::keys(),
        }
    }
}

/// What the offer, the policy behind and the Denies ask.
struct Demands<'q> {
    wanted: Demand<'q>,
    behind: Option<Vec<Demand<'q>>>,
    denies: Vec<Demand<'q>>,
}

impl Demands<'_> {
    fn unsure(&self) -> bool {
        let all = self.denies.iter().chain(self.behind.iter().flatten()).chain([&self.wanted]);
        all.into_iter().any(|demand| demand.unsure)
    }
}

impl<'t, 'q> Attempt<'t, 'q> {
    /// `None` where the offer or the policy behind cannot mean requests of this shape.
    fn demands(&self, offer: &Offer, meant: bool) -> Option<Demands<'q>>
    where
        't: 'q,
    {
        let provider = self.ready.keys.position(&PROVIDER.to_ascii_lowercase());
        let provider = provider.and_then(|key| self.shape.slots.get(key)).map(|slot| slot.0);
        let allow = self.ready.is_generous(true);
        let demand = |rule: &'q Rule<'_>, wide, meant| {
            Demand::of(rule, self.shape, self.target, wide, provider, meant)
        };
        let mut wanted = match offer {
            Offer::Statement(index) => demand(self.ready.own.allow(*index)?, allow, meant)?,
            Offer::Unconditional(index) => {
                let mut wanted = demand(self.ready.own.allow(*index)?, allow, meant)?;
                wanted.asks.retain(|(variable, _)| [ARN, KEY].contains(variable));
                wanted
            }
            Offer::Grant { actions, .. } => Demand::bare(actions.on(self.target)),
        };
        wanted.asks.extend(self.extra.iter().cloned());
        let behind = match &self.ready.behind {
            None => None,
            Some(rules) => {
                let allows = rules.allows.iter().filter_map(|rule| demand(rule, allow, false));
                Some(allows.collect::<Vec<_>>())
            }
        };
        let wide = self.ready.is_generous(false);
        let rules = [Some(&self.ready.own), self.ready.behind.as_ref()];
        let denies = rules
            .into_iter()
            .flatten()
            .flat_map(|rules| rules.denies_for(&self.shape.who))
            .filter_map(|rule| demand(rule, wide, false))
            .collect();
        Some(Demands { wanted, behind, denies })
    }

    fn find(&self, demands: &Demands<'q>, actions: Actions, fuel: &Fuel) -> Found<Point> {
        let behind = demands.behind.as_deref();
        find(&self.shape.domains, actions, &demands.wanted, behind, &demands.denies, fuel)
    }
}

/// The key that says by which identity provider a principal signed in.
const PROVIDER: &str = "aws:FederatedProvider";

fn names_providers(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        let is = |one: &Principal| matches!(one, Principal::WebIdentity(_) | Principal::Saml { .. });
        list.iter().any(is)
    })
}

/// Which of some actions a person would try first: the lower, the better.
fn rank(actions: Actions) -> usize {
    let first = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"];
    let is_in = |name: &&str| Action::from_name(name).is_some_and(|action| actions.contains(action));
    first.iter().position(|name| is_in(&name)).unwrap_or(first.len())
}
