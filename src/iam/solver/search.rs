//! The search for a request that gets through: from one point of the product of sets to the next,
//! away from each Deny that hits it.
//!
//! A point is hit by a Deny where all that the Deny asks is met. To get away, one of these must be
//! missed, or the actions left to those that the Deny is not about: each of these is tried in turn,
//! with those before it kept. A Deny that was got away from never hits a point further down, so the
//! search ends, and if it ends without a point there is none.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use crate::iam::action::{Actions, On};
use crate::iam::atom::Atom;
use crate::iam::document::Clause;
use crate::iam::fuel::Fuel;
use crate::iam::part::Part;
use crate::iam::solver::domain::Domain;
use crate::iam::solver::pick::{Carried, Constraint, are_met_without, carried, priced};
use crate::iam::solver::principals::Meant;
use crate::iam::solver::rules::{OnObjects, Rule};
use crate::iam::solver::shape::{ARN, KEY, Shape};
use crate::iam::text::Found;

/// What one statement asks of a request of one shape.
#[derive(Debug)]
pub struct Demand<'q> {
    pub actions: Actions,
    /// All of these must be met.
    pub asks: Vec<Ask<'q>>,
    /// Whether a principal in it has no documented meaning.
    pub unsure: bool,
}

/// What is asked of a variable, and the same turned round.
#[derive(Debug)]
pub struct Ask<'q> {
    pub variable: usize,
    met: Constraint<'q>,
    missed: Constraint<'q>,
    /// Whether it is about a value of which the meaning is not known.
    open: bool,
    /// A value that misses it, where nothing else is asked of the variable.
    away: OnceCell<Found<Carried>>,
}

/// Whom a rule means.
#[derive(Debug, Clone, Copy)]
pub struct Means<'m> {
    /// The one who asks, surely.
    pub surely: bool,
    /// Where what is written there has no documented meaning: the one who asks.
    pub wide: bool,
    /// By a principal that is a pattern: whoever it may mean, and not those alone whose ARN it
    /// matches.
    pub lenient: bool,
    /// The variable of the identity provider.
    pub provider: Option<usize>,
    /// Set where it cannot be told whether a principal means the one who asks.
    pub untold: &'m Cell<Option<Untold>>,
}

/// What is taken to be so where nobody can tell whether a principal means the one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// That it means another.
    Another,
    /// That it means the one who asks.
    Same,
    /// The one here, the other there: nobody may be so.
    Both,
}

impl Means<'_> {
    fn tell(&self, untold: Untold) {
        let known = self.untold.get().unwrap_or(untold);
        self.untold.set(Some(if known == untold { known } else { Untold::Both }));
    }
}

/// A request that gets through: for which actions, and what it carries for each variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub actions: Actions,
    pub values: Vec<Carried>,
}

impl Point {
    /// The first value that it carries for a variable.
    pub fn first(&self, variable: usize) -> Option<&str> {
        self.values.get(variable)?.as_ref()?.first().map(String::as_str)
    }
}

impl<'q> Demand<'q> {
    /// What `rule` asks of requests of `shape` on `target`; `None` where it is not about them.
    pub fn of(rule: &'q Rule<'_>, shape: &Shape<'q>, target: On, means: Means<'_>) -> Option<Self> {
        let actions = rule.actions.on(target);
        if actions.is_empty() {
            return None;
        }
        let mut demand = Self { actions, asks: Vec::new(), unsure: false };
        let whom = if means.surely {
            Meant::Surely(true)
        } else {
            rule.principal.mean(&shape.who, means.lenient, means.wide)
        };
        match whom {
            Meant::Surely(true) => {}
            Meant::ByArn(atom) => demand.ask(ARN, Part::Whole, atom),
            Meant::ByAccount(atom) => demand.ask(ARN, Part::Account, atom),
            Meant::ByPattern(atom) if means.wide => {
                demand.unsure = true;
                demand.ask(ARN, Part::Whole, atom);
            }
            Meant::ByProvider(atom) => demand.ask(means.provider?, Part::Whole, atom),
            Meant::Unsure => {
                let negated = matches!(rule.principal.clause, Clause::NotIn(_));
                let untold = if means.wide == negated { Untold::Another } else { Untold::Same };
                means.tell(untold);
                if !means.wide {
                    return None;
                }
            }
            Meant::ByPattern(_) => {
                means.tell(Untold::Another);
                return None;
            }
            Meant::Surely(false) => return None,
        }
        match (target, &rule.on_objects) {
            (On::Bucket, _) | (On::Object, OnObjects::All) => {}
            (On::Object, OnObjects::None) => return None,
            (On::Object, OnObjects::Some(atom)) => {
                let atom: Cow<'q, Atom<'q>> = Cow::Borrowed(atom);
                demand.asks.push(Ask::of(KEY, Part::Whole, atom));
            }
        }
        for (key, atom) in &rule.atoms {
            let (variable, part) = *shape.slots.get(*key)?;
            demand.asks.push(Ask::of(variable, part, Cow::Borrowed(atom)));
        }
        Some(demand)
    }

    /// Asks for nothing but the actions.
    pub fn bare(actions: Actions) -> Self {
        Self { actions, asks: Vec::new(), unsure: false }
    }

    fn ask(&mut self, variable: usize, part: Part, atom: Atom<'q>) {
        self.asks.push(Ask::of(variable, part, Cow::Owned(atom)));
    }
}

impl<'q> Ask<'q> {
    fn of(variable: usize, part: Part, atom: Cow<'q, Atom<'q>>) -> Self {
        let missed = Constraint { part, atom: atom.clone(), holds: false };
        let met = Constraint { part, atom, holds: true };
        let open = met.is_open();
        Self { variable, met, missed, open, away: OnceCell::new() }
    }

    /// A value out of `domain` that misses it and meets all of `asked`, of which the miss is the
    /// last. Many searches ask for nothing else.
    fn away(&self, domain: &Domain<'_>, asked: &[&Constraint<'_>], fuel: &Fuel) -> Found<Carried> {
        if asked.len() > 1 {
            if asked.iter().any(|asked| asked.implies(&self.met, fuel)) {
                return Found::Nothing;
            }
            return carried(domain, asked, fuel);
        }
        if let Some(known) = self.away.get() {
            return known.clone();
        }
        let found = carried(domain, asked, fuel);
        if found != Found::GaveUp {
            let _ = self.away.set(found.clone());
        }
        found
    }
}

/// Looks for a request for some of `actions` that meets `wanted` and, where there is a policy
/// behind, one of `behind`, and that none of `denies` hits.
pub fn find<'q>(
    domains: &[Domain<'q>],
    actions: Actions,
    wanted: (&Demand<'q>, &[(usize, Constraint<'q>)]),
    behind: Option<&[Demand<'q>]>,
    denies: &[Demand<'q>],
    fuel: &Fuel,
) -> Found<Point> {
    let search = Search { domains, denies, fuel };
    let (wanted, extra) = wanted;
    let Some(behind) = behind else {
        return search.from(actions & wanted.actions, &[wanted], extra);
    };
    let mut gave_up = false;
    for allow in behind {
        let actions = actions & wanted.actions & allow.actions;
        match search.from(actions, &[wanted, allow], extra) {
            Found::Example(point) => return Found::Example(point),
            Found::GaveUp => gave_up = true,
            Found::Nothing => {}
        }
    }
    if gave_up { Found::GaveUp } else { Found::Nothing }
}

/// Steps that choosing a value takes, beside what is asked of it.
const STEPS_A_VALUE: usize = 5;

struct Search<'s, 'q> {
    domains: &'s [Domain<'q>],
    denies: &'s [Demand<'q>],
    fuel: &'s Fuel,
}

impl<'q> Search<'_, 'q> {
    fn from(
        &self,
        actions: Actions,
        demands: &[&Demand<'q>],
        extra: &[(usize, Constraint<'q>)],
    ) -> Found<Point> {
        if actions.is_empty() {
            return Found::Nothing;
        }
        let mut asked: Vec<Vec<&Constraint<'q>>> =
            self.domains.iter().map(|_| Vec::new()).collect();
        let all = demands.iter().flat_map(|demand| &demand.asks);
        let all = all.map(|ask| (ask.variable, &ask.met));
        for (variable, wanted) in all.chain(extra.iter().map(|(variable, one)| (*variable, one))) {
            if let Some(list) = asked.get_mut(variable) {
                list.push(wanted);
            }
        }
        // where a key is asked for that nothing carries, no other has to be looked for
        let mut all = self.domains.iter().zip(&asked);
        if all.any(|(domain, asked)| domain.values.is_none() && !are_met_without(asked)) {
            return Found::Nothing;
        }
        let mut values = Vec::with_capacity(asked.len());
        let mut gave_up = false;
        for (domain, asked) in self.domains.iter().zip(&asked) {
            if !self.fuel.burn(STEPS_A_VALUE) {
                return Found::GaveUp;
            }
            match carried(domain, asked, self.fuel) {
                Found::Example(value) => values.push(value),
                Found::Nothing => return Found::Nothing,
                // there may be none for another key
                Found::GaveUp => gave_up = true,
            }
        }
        if gave_up {
            return Found::GaveUp;
        }
        self.away(&mut asked, Point { actions, values })
    }

    /// Whether `deny` hits `point`: by the values that it carries, or by what is `asked` of them.
    fn is_hit(&self, point: &Point, asked: &[Vec<&Constraint<'q>>], deny: &Demand<'q>) -> bool {
        if (deny.actions & point.actions).is_empty() {
            return false;
        }
        deny.asks.iter().all(|ask| {
            let values = point.values.get(ask.variable);
            let length = values.into_iter().flatten().flatten().map(String::len).sum();
            if !self.fuel.burn(priced(ask.met.weight(), length)) {
                return true;
            }
            let Some(values) = values else { return true };
            let is_settled = || {
                let domain = self.domains.get(ask.variable).filter(|domain| !domain.several);
                let texts = domain.and_then(|domain| domain.values.as_ref());
                let mut others = asked.get(ask.variable).into_iter().flatten();
                values.is_some()
                    && texts.is_some_and(|texts| {
                        others.any(|other| other.settles(&ask.met, true, texts))
                    })
            };
            ask.met.is_met_by(values) || ask.open && is_settled()
        })
    }

    /// Gets away from the first Deny that hits `point`, and so on.
    fn away<'a>(
        &'a self,
        asked: &mut Vec<Vec<&'a Constraint<'q>>>,
        mut point: Point,
    ) -> Found<Point> {
        let mut gave_up = false;
        loop {
            let deny = self.denies.iter().find(|deny| self.is_hit(&point, asked, deny));
            if self.fuel.left() == 0 {
                return Found::GaveUp;
            }
            let Some(deny) = deny else { return Found::Example(point) };
            let mut kept = Vec::new();
            for ask in &deny.asks {
                match self.turn(asked, &point, ask) {
                    Found::Example(found) => return Found::Example(found),
                    Found::GaveUp => gave_up = true,
                    Found::Nothing => {}
                }
                // one that is met by what is written would have no text that is known to meet it
                if let Some(list) = asked.get_mut(ask.variable).filter(|_| !ask.open) {
                    list.push(&ask.met);
                    kept.push(ask.variable);
                }
            }
            for variable in kept {
                asked.get_mut(variable).and_then(Vec::pop);
            }
            // what is left are the actions that this Deny is not about
            point.actions = point.actions - deny.actions;
            if point.actions.is_empty() {
                return if gave_up { Found::GaveUp } else { Found::Nothing };
            }
        }
    }

    /// Goes on from `point` with another value for a variable, so that `ask` is missed as well.
    fn turn<'a>(
        &'a self,
        asked: &mut Vec<Vec<&'a Constraint<'q>>>,
        point: &Point,
        ask: &'a Ask<'q>,
    ) -> Found<Point> {
        let variable = ask.variable;
        let (Some(domain), Some(list)) = (self.domains.get(variable), asked.get_mut(variable))
        else {
            return Found::Nothing;
        };
        self.fuel.burn(2 * point.values.len());
        list.push(&ask.missed);
        let found = match ask.away(domain, list, self.fuel) {
            Found::Example(value) => {
                let mut next = point.clone();
                if let Some(place) = next.values.get_mut(variable) {
                    *place = value;
                }
                self.away(asked, next)
            }
            Found::Nothing => Found::Nothing,
            Found::GaveUp => Found::GaveUp,
        };
        if let Some(list) = asked.get_mut(variable) {
            list.pop();
        }
        found
    }
}
