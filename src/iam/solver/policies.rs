//! Policies at the place where they are in force, read once and asked about many callers.

use std::cell::OnceCell;

use crate::iam::action::Actions;
use crate::iam::alike::{Alike, Apart};
use crate::iam::caller::Caller;
use crate::iam::document::{Clause, Document, Statement};
use crate::iam::facts::Facts;
use crate::iam::fuel::Fuel;
use crate::iam::offer::{Offer, Place};
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;
use crate::iam::solver::bindings;
use crate::iam::solver::domain::Texts;
use crate::iam::solver::rules::{Keys, Reading, Rules};
use crate::iam::solver::shape::{Asking, Scene};
use crate::iam::variable::{Binding, Bindings};

/// Policies at the place where they are in force, ready to be asked about callers.
#[derive(Debug)]
pub struct Policies<'a> {
    /// The policy that an offer is part of, or stands beside.
    pub own: Option<&'a Document>,
    /// Where it is in force.
    pub place: &'a Place,
    /// Whom and what the policies name.
    pub(in crate::iam) facts: Facts<'a>,
    /// By what they tell callers apart, found out when it is first asked for.
    apart: OnceCell<Apart<'a>>,
    behind: Option<Behind<'a>>,
    pub(super) wide: Ready<'a>,
    skeptical: OnceCell<Ready<'a>>,
    /// Keys, in small letters, that variables stand for.
    pub(super) variables: Vec<String>,
    /// Read wide for requests of which the variables stand for something fixed.
    by_binding: Chain<'a>,
}

/// Readings made so far, each with what it was made for.
#[derive(Debug, Default)]
struct Chain<'a>(OnceCell<Box<(Bindings, Ready<'a>, Chain<'a>)>>);

impl<'a> Chain<'a> {
    fn get(
        &self,
        bindings: Bindings,
        make: impl FnOnce(&Bindings) -> Option<Ready<'a>>,
    ) -> Option<&Ready<'a>> {
        match self.0.get() {
            Some(link) if link.0 == bindings => Some(&link.1),
            Some(link) => link.2.get(bindings, make),
            None => {
                let ready = make(&bindings)?;
                Some(&self.0.get_or_init(|| Box::new((bindings, ready, Chain::default()))).1)
            }
        }
    }
}

/// The policy that must let the same request through as well, and where; without a policy nothing
/// gets through.
pub type Behind<'a> = (Option<&'a Document>, &'a Place);

/// Policies read one way.
#[derive(Debug)]
pub struct Ready<'a> {
    pub keys: Keys<'a>,
    pub own: Rules<'a>,
    pub behind: Option<Rules<'a>>,
    pub reading: Reading,
}

/// The key that says by which identity provider a principal signed in.
pub const PROVIDER: &str = "aws:FederatedProvider";

impl<'a> Policies<'a> {
    /// Reads `own` at `place`, and the policy behind.
    #[must_use]
    pub fn of(own: Option<&'a Document>, place: &'a Place, behind: Option<Behind<'a>>) -> Self {
        let documents = || own.into_iter().chain(behind.and_then(|(document, _)| document));
        let facts = Facts::of(documents(), &place.owner);
        let variables = bindings::variables(documents());
        let reading = Reading::Wide;
        let wide = Ready::of(own, place, behind, reading, &Bindings::OPEN);
        let (apart, skeptical, by_binding) = (OnceCell::new(), OnceCell::new(), Chain::default());
        Self { own, place, facts, apart, behind, wide, skeptical, variables, by_binding }
    }

    /// What is so of `caller` and of all that are like it; `None`: nothing is known to be so.
    pub(in crate::iam) fn alike(&self, caller: &Caller) -> Option<Alike<'_>> {
        if caller.is_everyone() || self.facts.callers.len() < 2 {
            return None;
        }
        let statements = || self.documents().flat_map(|(document, _)| &document.statements);
        self.apart.get_or_init(|| Apart::of(statements())).alike(caller, &self.variables)
    }

    /// The same with another policy in the place of its own.
    #[must_use]
    pub fn with<'b>(&self, own: &'b Document) -> Policies<'b>
    where
        'a: 'b,
    {
        Policies::of(Some(own), self.place, self.behind)
    }

    /// The name that the policies give the condition key `key`, where they mention it.
    pub fn as_written(&self, key: &str) -> Option<&str> {
        self.wide.keys.as_written(key)
    }

    /// Whether the policies mention where requests come from, or for whom services call: whoever is
    /// at some place is asked about then.
    pub(in crate::iam) fn tells_places_apart(&self) -> bool {
        self.wide.keys.told.places
    }

    /// Whether the policies mention what services alone carry, or deny all but some: whichever is
    /// asked about then.
    pub(in crate::iam) fn tells_services_apart(&self) -> bool {
        self.wide.keys.told.services || self.facts.spares_services
    }

    /// Whether a principal is this service.
    #[must_use]
    pub fn names_service(&self, service: &str) -> bool {
        self.facts.names_service(service)
    }

    /// The statement of the own policy with this index.
    #[must_use]
    pub fn statement(&self, index: usize) -> Option<&'a Statement> {
        self.own.and_then(|document| document.statements.get(index))
    }

    /// The actions that an offer is for.
    pub(in crate::iam) fn offered(&self, offer: &Offer) -> Actions {
        match offer {
            Offer::Statement(index) | Offer::Unconditional(index) => {
                self.wide.own.allow(*index).map_or(Actions::NONE, |rule| rule.actions)
            }
            Offer::Grant { actions, .. } => *actions,
        }
    }

    /// The policies read one way, with what their variables stand for.
    pub(super) fn read(&self, reading: Reading, bindings: &Bindings) -> Ready<'a> {
        Ready::of(self.own, self.place, self.behind, reading, bindings)
    }

    /// The policies read so that what gets through surely does. They have no variables.
    pub(super) fn skeptical(&self) -> &Ready<'a> {
        self.skeptical.get_or_init(|| self.read(Reading::Skeptical, &Bindings::OPEN))
    }

    /// The policies read wide for the requests of a shape, their variables put in where the shape
    /// leaves no choice; `None` where there is no fuel to read them.
    pub(super) fn where_carried(&self, asking: Asking<'_>, fuel: &Fuel) -> Option<&Ready<'a>> {
        if self.variables.is_empty() {
            return Some(&self.wide);
        }
        let told = self.variables.iter();
        let told = told.filter_map(|key| Some((key.clone(), bindings::fixed(asking, key)?)));
        let bindings = Bindings { told: told.collect(), others: Binding::Open };
        let read = |bindings: &Bindings| {
            fuel.burn(self.weight()).then(|| self.read(Reading::Wide, bindings))
        };
        self.by_binding.get(bindings, read)
    }

    /// Whether something in the policies has no documented meaning, or is a variable.
    pub(super) fn are_unsure(&self) -> bool {
        self.wide.own.unsure || self.wide.behind.as_ref().is_some_and(|behind| behind.unsure)
    }

    /// Each policy, and the place where it is in force.
    pub fn documents(&self) -> impl Iterator<Item = (&'a Document, &'a Place)> {
        let own = self.own.map(|document| (document, self.place));
        own.into_iter().chain(self.behind.and_then(|(document, place)| Some((document?, place))))
    }

    /// About how many steps it takes to read the policies.
    pub(super) fn weight(&self) -> usize {
        let statements = self.documents().flat_map(|(document, _)| &document.statements);
        let statements = statements.map(|statement| {
            let conditions = statement.conditions.iter();
            let values = conditions.map(|one| 50 + weight(one.values.iter(), 10));
            let (Clause::In(principals) | Clause::NotIn(principals)) = &statement.principal;
            let (Clause::In(globs) | Clause::NotIn(globs)) = &statement.resource;
            let (Clause::In(actions) | Clause::NotIn(actions)) = &statement.action;
            let globs = weight(globs.iter().map(Glob::as_str), 20);
            20 + values.sum::<usize>() + 5 * principals.len() + globs + 20 * actions.len()
        });
        10 * self.variables.len() + statements.sum::<usize>()
    }

    pub(super) fn scene(&self) -> Scene<'_> {
        Scene { owner: &self.place.owner, route: &self.place.route, facts: &self.facts }
    }

    /// The keys of the objects that are asked for.
    pub(super) fn objects(&self) -> Texts<'_> {
        match &self.place.key {
            Some(key) => Texts::Only(key.as_str().into()),
            None => Texts::keys(),
        }
    }
}

impl<'a> Ready<'a> {
    fn of(
        own: Option<&'a Document>,
        place: &Place,
        behind: Option<Behind<'a>>,
        reading: Reading,
        bindings: &Bindings,
    ) -> Self {
        let mut keys = Keys::default();
        let mut read = |document: Option<&'a Document>, place: &Place| match document {
            Some(document) => Rules::of(document, place, reading, bindings, &mut keys),
            None => Rules::default(),
        };
        let own_rules = read(own, place);
        let behind_rules = behind.map(|(document, place)| read(document, place));
        for document in own.into_iter().chain(behind.and_then(|(document, _)| document)) {
            if names_providers(document) {
                keys.index(PROVIDER);
            }
            for key in bindings::mentioned(document) {
                keys.index(key);
            }
        }
        Self { keys, own: own_rules, behind: behind_rules, reading }
    }

    /// Whether a rule of which the principal has no documented meaning counts.
    pub fn is_generous(&self, allow: bool) -> bool {
        allow == (self.reading == Reading::Wide)
    }
}

/// About how many steps it takes to read texts, each at least so many.
fn weight<T: AsRef<str>>(texts: impl Iterator<Item = T>, least: usize) -> usize {
    texts.map(|text| least + text.as_ref().len() / 8).sum()
}

fn names_providers(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        let is =
            |one: &Principal| matches!(one, Principal::WebIdentity(_) | Principal::Saml { .. });
        list.iter().any(is)
    })
}
