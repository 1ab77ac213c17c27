//! Policies made ready for the search: what each statement asks, read once for all callers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::iam::action::{Actions, On};
use crate::iam::arn::any_partition;
use crate::iam::atom::Atom;
use crate::iam::compare::{self, Comparison, Source};
use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::document::{Clause, Document, Effect, Statement};
use crate::iam::offer::Place;
use crate::iam::pattern::{Glob, matches};
use crate::iam::principal::Principal;
use crate::iam::solver::carried::Told;
use crate::iam::solver::principals::{Principals, Who};
use crate::iam::text::{Class, Piece, Union, pieces};
use crate::iam::variable::{Bindings, Filled, Terms, fill};
use crate::name::AccountId;

/// How what is not documented is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// So that more gets through: an Allow holds, a Deny does not.
    Wide,
    /// So that what gets through surely does: an Allow does not hold, a Deny does.
    Skeptical,
}

/// The condition keys that policies mention, in small letters, each with the name that the first
/// mention gives it.
#[derive(Debug, Default)]
pub struct Keys<'a> {
    /// By their indexes: in small letters, and as they are written.
    names: Vec<(String, Cow<'a, str>)>,
    /// The indexes behind the fingerprints, sorted.
    prints: Vec<(u32, usize)>,
    /// What some of them tell apart.
    pub told: Told,
}

/// One policy, ready.
#[derive(Debug, Default)]
pub struct Rules<'a> {
    /// In the document's order.
    pub allows: Vec<Rule<'a>>,
    pub denies: Vec<Rule<'a>>,
    /// Whether something in it is not documented, or is a variable.
    pub unsure: bool,
    /// The Denies, by their indexes, that name nobody but some accounts; and the others.
    of_accounts: BTreeMap<&'a AccountId, Vec<usize>>,
    general: Vec<usize>,
}

/// One statement, ready.
#[derive(Debug)]
pub struct Rule<'a> {
    /// Its index in the document.
    pub statement: usize,
    pub principal: Principals<'a>,
    pub actions: Actions,
    /// Whether it is about the bucket (or the access point) itself.
    pub on_bucket: bool,
    pub on_objects: OnObjects<'a>,
    /// Its conditions, each with the index of its key.
    pub atoms: Vec<(usize, Atom<'a>)>,
}

/// Which objects a statement is about.
#[derive(Debug)]
pub enum OnObjects<'a> {
    None,
    All,
    /// Those whose key meets this.
    Some(Atom<'a>),
}

impl<'a> Keys<'a> {
    /// The index of a key.
    pub fn index(&mut self, name: impl Into<Cow<'a, str>>) -> usize {
        let name = name.into();
        self.position(&name).unwrap_or_else(|| {
            let (key, index) = (name.to_ascii_lowercase(), self.names.len());
            self.told.add(&key);
            let print = (fingerprint(&name), index);
            let at = self.prints.partition_point(|known| *known < print);
            self.prints.insert(at, print);
            self.names.push((key, name));
            index
        })
    }

    /// The index of a key, capitals not counting, if it is there.
    pub fn position(&self, name: &str) -> Option<usize> {
        if self.names.is_empty() {
            return None;
        }
        let own = fingerprint(name);
        let from = self.prints.partition_point(|(print, _)| *print < own);
        let behind = self.prints.iter().skip(from).take_while(|(print, _)| *print == own);
        let is_named = |index: &usize| {
            self.names.get(*index).is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        behind.map(|(_, index)| *index).find(is_named)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The keys in small letters, in the order of their indexes.
    pub fn lower(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(key, _)| key.as_str())
    }

    /// The name of a key as it is written, if it is there.
    pub fn as_written(&self, key: &str) -> Option<&str> {
        let (_, name) = self.names.get(self.position(key)?)?;
        Some(name)
    }
}

/// The same for the same name in any capitals, and hardly for two others.
fn fingerprint(name: &str) -> u32 {
    name.bytes().fold(0, |all, byte| {
        all.wrapping_mul(31).wrapping_add(u32::from(byte.to_ascii_lowercase()))
    })
}

impl<'a> Rules<'a> {
    /// Reads `document` at `place`.
    pub fn of(
        document: &'a Document,
        place: &Place,
        reading: Reading,
        bindings: &Bindings,
        keys: &mut Keys<'a>,
    ) -> Self {
        let bindings = document.version.has_variables().then_some(bindings);
        let mut rules = Self::default();
        for (index, statement) in document.statements.iter().enumerate() {
            let void = statement.is_all_but_nothing();
            rules.unsure |= void || !is_sure(statement, bindings.is_some());
            let wide = (statement.effect == Effect::Allow) == (reading == Reading::Wide);
            if void && !wide {
                continue;
            }
            let rule = rule(index, statement, place, wide, bindings, keys);
            match statement.effect {
                Effect::Allow => rules.allows.push(rule),
                Effect::Deny => rules.add_deny(rule),
            }
        }
        rules
    }

    fn add_deny(&mut self, rule: Rule<'a>) {
        let index = self.denies.len();
        let named: Option<Vec<&'a AccountId>> = match rule.principal.clause {
            Clause::In(list) => list.iter().map(Principal::named_account).collect(),
            Clause::NotIn(_) => None,
        };
        self.denies.push(rule);
        let Some(accounts) = named else { return self.general.push(index) };
        for account in accounts {
            let indexes = self.of_accounts.entry(account).or_default();
            if indexes.last() != Some(&index) {
                indexes.push(index);
            }
        }
    }

    /// The Allow with this index in the document.
    pub fn allow(&self, statement: usize) -> Option<&Rule<'a>> {
        let at = self.allows.binary_search_by_key(&statement, |rule| rule.statement);
        self.allows.get(at.ok()?)
    }

    /// The Denies that may mean `who`.
    pub fn denies_for(&self, who: &Who<'_>) -> Vec<&Rule<'a>> {
        let own: &[usize] = match who {
            // whichever account it is
            Who::Anyone { .. } | Who::CanonicalUser { .. } => return self.denies.iter().collect(),
            Who::Identity { account: Some(account), .. } => {
                self.of_accounts.get(account).map_or(&[], Vec::as_slice)
            }
            Who::Nobody
            | Who::Identity { account: None, .. }
            | Who::OriginAccessIdentity(_)
            | Who::Service(_) => &[],
        };
        let indexes = self.general.iter().chain(own);
        indexes.filter_map(|index| self.denies.get(*index)).collect()
    }
}

fn rule<'a>(
    index: usize,
    statement: &'a Statement,
    place: &Place,
    wide: bool,
    bindings: Option<&Bindings>,
    keys: &mut Keys<'a>,
) -> Rule<'a> {
    let (on_bucket, on_objects) = resources(&statement.resource, place, wide, bindings);
    let atoms = statement.conditions.iter();
    let atoms = atoms
        .map(|condition| (keys.index(condition.key.as_str()), Atom::of(condition, wide, bindings)));
    let mut rule = Rule {
        statement: index,
        principal: Principals::of(&statement.principal),
        actions: actions(&statement.action),
        on_bucket,
        on_objects,
        atoms: atoms.collect(),
    };
    if !rule.on_bucket {
        rule.actions = rule.actions.on(On::Object);
    }
    if matches!(rule.on_objects, OnObjects::None) {
        rule.actions = rule.actions.on(On::Bucket);
    }
    rule
}

fn actions(clause: &Clause<Glob>) -> Actions {
    let (Clause::In(globs) | Clause::NotIn(globs)) = clause;
    let named = Actions::matching_any(globs);
    match clause {
        Clause::In(_) => named,
        Clause::NotIn(_) => Actions::ALL - named,
    }
}

/// Whether a statement is about the bucket itself, and about which objects.
fn resources<'a>(
    clause: &'a Clause<Glob>,
    place: &Place,
    wide: bool,
    bindings: Option<&Bindings>,
) -> (bool, OnObjects<'a>) {
    let (Clause::In(globs) | Clause::NotIn(globs)) = clause;
    let negated = matches!(clause, Clause::NotIn(_));
    let terms = Terms { generous: wide != negated, bindings };
    let (mut bucket, mut some) = (false, Vec::new());
    for glob in globs {
        let pattern = any_partition(glob.as_str());
        if bindings.is_some() && pattern.contains("${") {
            // what has a variable without a value matches no resource
            let Some(Filled { texts, open }) = fill(Test::StringLike, &pattern, terms) else {
                continue;
            };
            let union = Union { patterns: texts.into_iter().collect(), fold: false };
            bucket |= union.has(&place.bucket);
            let keys = union.after(&place.objects);
            some.push(if open {
                // the same text asks for other keys elsewhere
                let at = [place.objects.as_str(), " ", &pattern].concat();
                Comparison::Open(keys, Source::of(Test::StringLike, at.into()))
            } else {
                Comparison::Filled(keys)
            });
            continue;
        }
        bucket |= matches(&pattern, &place.bucket);
        some.extend(keys_of(pattern, &place.objects));
    }
    let every = some.iter().any(Comparison::is_met_by_everything);
    let objects = match (every, some.is_empty(), negated) {
        (true, _, false) | (false, true, true) => OnObjects::All,
        (true, _, true) | (false, true, false) => OnObjects::None,
        (false, false, _) => {
            let quantifier = Quantifier::One;
            let without = negated;
            OnObjects::Some(Atom::Values { comparisons: some, negated, quantifier, without })
        }
    };
    (bucket != negated, objects)
}

/// What a pattern for ARNs asks of the keys of objects, whose ARNs begin with `objects`.
fn keys_of<'a>(pattern: Cow<'a, str>, objects: &str) -> Option<Comparison<'a>> {
    if pattern == "*" {
        return Some(Comparison::Everything);
    }
    if pattern.starts_with(objects) {
        // no wildcard stands before the key
        let rest = match pattern {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(objects.len()..)?),
            Cow::Owned(text) => Cow::Owned(text.get(objects.len()..)?.to_owned()),
        };
        return Some(if rest.contains(['*', '?']) {
            Comparison::Glob(rest)
        } else {
            Comparison::Text(rest)
        });
    }
    if !pattern.contains(['*', '?']) || !may_begin(&pattern, objects) {
        return None;
    }
    let rest = Union::of(pieces(&pattern, Class::Any).collect()).after(objects);
    let is_all = |pattern: &Vec<Piece>| *pattern == [Piece::Run(Class::Any)];
    if rest.patterns.iter().any(is_all) {
        return Some(Comparison::Everything);
    }
    (!rest.patterns.is_empty()).then_some(Comparison::Filled(rest))
}

/// Whether a pattern without a wildcard before its end may match something that begins so.
fn may_begin(glob: &str, prefix: &str) -> bool {
    let literal = glob.split(['*', '?']).next().unwrap_or_default();
    literal.bytes().zip(prefix.bytes()).all(|(own, other)| own == other)
}

/// Whether everything in a statement has a documented meaning, and no variable.
fn is_sure(statement: &Statement, variables: bool) -> bool {
    let (Clause::In(globs) | Clause::NotIn(globs)) = &statement.resource;
    let plain = |text: &str| !(variables && text.contains("${"));
    globs.iter().all(|glob| plain(glob.as_str()))
        && statement.conditions.iter().all(|condition: &Condition| {
            let Condition { operator, values, .. } = condition;
            operator.test != Test::Unknown
                && !condition.is_met_by_none_of_nothing()
                && values.iter().all(|value| plain(value) && compare::is_sure(operator.test, value))
        })
}
