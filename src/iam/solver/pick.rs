//! A value for one key that meets all that is asked of it, or the proof that there is none.

mod addresses;
mod ordered;
mod texts;

use std::borrow::Cow;

use crate::iam::atom::Atom;
use crate::iam::compare::Comparison;
use crate::iam::fuel::Fuel;
use crate::iam::part::Part;
use crate::iam::solver::domain::{Domain, Texts};
use crate::iam::solver::pick::addresses::addresses;
use crate::iam::solver::pick::ordered::ordered;
use crate::iam::solver::pick::texts::{by_digits, by_parts, instances, may_be_met, text};
use crate::iam::text::Found;

/// What is asked of a key: that a condition on a part of it holds, or that it does not.
#[derive(Debug, Clone)]
pub struct Constraint<'q> {
    pub part: Part,
    pub atom: Cow<'q, Atom<'q>>,
    pub holds: bool,
}

/// What a request carries for a key.
pub type Carried = Option<Vec<String>>;

/// Addresses that belong to nobody (RFC 5737, RFC 3849), to be tried first.
const ADDRESSES: [&str; 4] = ["203.0.113.7", "198.51.100.9", "192.0.2.55", "2001:db8:77::1"];
const NUMBERS: [&str; 2] = ["1", "1000"];
const MOMENTS: [&str; 1] = ["2026-11-20T09:14:07Z"];

/// Steps that a look may take which saves a search, or saves nothing.
const AT_A_GLANCE: usize = 256;

impl Constraint<'_> {
    /// Whether a request that carries `values` is as asked.
    pub fn is_met_by(&self, values: &Carried) -> bool {
        let holds = match (values, self.part) {
            (None, _) => self.atom.holds_without(),
            (Some(values), Part::Whole) => self.atom.holds(Some(values)),
            (Some(values), part) => {
                let parts: Vec<String> =
                    values.iter().filter_map(|value| part.of(value)).map(Cow::into_owned).collect();
                self.atom.holds(if parts.is_empty() { None } else { Some(&parts) })
            }
        };
        holds == self.holds
    }

    /// Whether whatever meets it meets `other` too, as far as short patterns show.
    pub fn implies(&self, other: &Constraint<'_>, fuel: &Fuel) -> bool {
        let pairs = self.weight() * other.weight();
        let may = self.part == other.part && self.holds && other.holds && pairs <= AT_A_GLANCE;
        may && fuel.burn(pairs) && other.atom.covers(self.atom.as_ref())
    }

    /// About how many steps it takes to ask it.
    pub fn weight(&self) -> usize {
        self.comparisons()
            .map_or(1, |(list, _)| 2 + list.iter().map(Comparison::weight).sum::<usize>())
    }

    /// Whether no request with the key, whatever its value, is as asked.
    fn is_never_met_with_the_key(&self) -> bool {
        match self.atom.as_ref() {
            Atom::Constant(holds) | Atom::Presence { with: holds, .. } => *holds != self.holds,
            Atom::Values { comparisons, negated, .. } if *negated != self.holds => {
                comparisons.iter().all(Comparison::is_met_by_nothing)
            }
            Atom::Values { comparisons, .. } => {
                comparisons.iter().any(Comparison::is_met_by_everything)
            }
        }
    }

    /// Whether every request with the key, whatever its value, is as asked.
    fn is_always_met_with_the_key(&self) -> bool {
        match self.comparisons() {
            None => true,
            Some((list, true)) => list.iter().any(Comparison::is_met_by_everything),
            Some((list, false)) => list.iter().all(Comparison::is_met_by_nothing),
        }
    }

    /// Whether it asks for what a value with variables means, and it is not known which.
    pub fn is_open(&self) -> bool {
        self.comparisons().is_some_and(|(list, _)| list.iter().any(Comparison::is_open))
    }

    /// Whether every value of `texts` that is as asked here `passes` the other too, or fails it,
    /// even where it is not known which texts the two mean: by what is written, one asks for the
    /// other.
    pub fn settles(&self, other: &Constraint<'_>, passes: bool, texts: &Texts<'_>) -> bool {
        let (Some((own, wanted)), Some((others, others_wanted))) =
            (self.comparisons(), other.comparisons())
        else {
            return false;
        };
        let within = |some: &[Comparison<'_>], wider: &[Comparison<'_>]| {
            let is_covered = |one: &Comparison<'_>| wider.iter().any(|wider| wider.covers(one));
            !some.is_empty()
                && some.iter().all(|one| is_covered(one) || !may_be_met(texts, self.part, one))
        };
        self.part == other.part
            && match (wanted, others_wanted == passes) {
                (true, true) => within(own, others),
                (false, false) => within(others, own),
                (true, false) | (false, true) => false,
            }
    }

    /// The texts of which it asks for one, in some capitals or in any.
    fn spellings(&self) -> Option<Vec<&str>> {
        match self.comparisons() {
            Some((list, true)) if self.part == Part::Whole => {
                list.iter().map(Comparison::spelling).collect()
            }
            Some(_) | None => None,
        }
    }

    /// Whether it reads addresses, numbers and times for what they mean.
    fn is_by_meaning(&self) -> bool {
        let list = self.comparisons().map_or(&[] as &[Comparison<'_>], |(list, _)| list);
        list.iter().all(|one| one.union().is_none())
    }

    /// Whether `value` passes, or fails, as asked.
    fn takes(&self, value: &str) -> bool {
        self.part.of(value).is_some_and(|part| self.atom.passes(&part) == self.holds)
    }

    /// Whether it is about every value of a key that carries several, and not about one of them.
    fn is_for_all(&self) -> bool {
        self.atom.is_for_all() == self.holds
    }

    /// What a value must meet one of, where it asks for that.
    fn wanted(&self) -> Option<&[Comparison<'_>]> {
        self.comparisons().and_then(|(list, wanted)| wanted.then_some(list))
    }

    /// What a value must meet one of (`true`), or none of.
    fn comparisons(&self) -> Option<(&[Comparison<'_>], bool)> {
        match self.atom.as_ref() {
            Atom::Constant(_) | Atom::Presence { .. } => None,
            Atom::Values { comparisons, negated, .. } => {
                Some((comparisons, *negated != self.holds))
            }
        }
    }
}

/// Steps that it takes to ask a value of some length what costs `weight` to ask a short one.
pub fn priced(weight: usize, length: usize) -> usize {
    weight.saturating_mul(1 + length / 48)
}

/// Whether a request without the key meets everything `asked`.
pub fn are_met_without(asked: &[&Constraint<'_>]) -> bool {
    asked.iter().all(|asked| asked.is_met_by(&None))
}

/// What a request may carry out of `domain` so that everything `asked` is met.
pub fn carried(domain: &Domain<'_>, asked: &[&Constraint<'_>], fuel: &Fuel) -> Found<Carried> {
    match looked_for(domain, asked, fuel) {
        // not all was looked at
        Found::Nothing if fuel.left() == 0 => Found::GaveUp,
        found => found,
    }
}

fn looked_for(domain: &Domain<'_>, asked: &[&Constraint<'_>], fuel: &Fuel) -> Found<Carried> {
    if domain.absent && are_met_without(asked) {
        return Found::Example(None);
    }
    let Some(texts) = &domain.values else { return Found::Nothing };
    if asked.iter().any(|asked| asked.is_never_met_with_the_key()) {
        return Found::Nothing;
    }
    if !domain.several {
        return match one(texts, asked, fuel) {
            Found::Example(value) => Found::Example(Some(vec![value])),
            Found::Nothing => Found::Nothing,
            Found::GaveUp => Found::GaveUp,
        };
    }
    let (all, some): (Vec<&Constraint<'_>>, Vec<&Constraint<'_>>) =
        asked.iter().copied().partition(|asked| asked.is_for_all());
    let mut values: Vec<String> = Vec::new();
    let each: Vec<Option<&Constraint<'_>>> =
        if some.is_empty() { vec![None] } else { some.into_iter().map(Some).collect() };
    for wanted in each {
        if wanted.is_some_and(|wanted| values.iter().any(|value| wanted.takes(value))) {
            continue;
        }
        let with: Vec<&Constraint<'_>> = all.iter().copied().chain(wanted).collect();
        match one(texts, &with, fuel) {
            Found::Example(value) => values.push(value),
            Found::Nothing => return Found::Nothing,
            Found::GaveUp => return Found::GaveUp,
        }
    }
    Found::Example(Some(values))
}

/// One value that passes all of `asked`.
fn one(texts: &Texts<'_>, asked: &[&Constraint<'_>], fuel: &Fuel) -> Found<String> {
    let cost: usize = asked.iter().map(|asked| asked.weight()).sum();
    // long lists are walked more than once
    fuel.burn(cost);
    let takes = |value: &str| asked.iter().all(|asked| asked.takes(value));
    let may = |value: &str| fuel.burn(priced(cost, value.len()));
    let fits = |value: &str| may(value) && takes(value) && texts.has(value);
    // a sample is of the right form
    let suits = |value: &&str| may(value) && takes(value) && !texts.leaves_out(value);
    let settled =
        |found: Option<&str>| found.map_or(Found::Nothing, |one| Found::Example(one.to_owned()));
    // that anything meets what is not known says nothing
    let open = asked.len() > 1 && asked.iter().any(|asked| asked.is_open());
    if open && are_at_odds(texts, asked, fuel) {
        return Found::Nothing;
    }
    match texts {
        Texts::Only(only) => return settled(Some(only.as_ref()).filter(|only| fits(only))),
        Texts::OneOf(list) => return settled(list.iter().copied().find(|value| fits(value))),
        Texts::Addresses(_) | Texts::Numbers | Texts::Moments | Texts::Language(_) => {}
    }
    if let Some(list) = asked.iter().find_map(|asked| only_these(asked)) {
        return settled(list.into_iter().find(|value| fits(value)));
    }
    let sample = match texts {
        Texts::Addresses(_) => ADDRESSES.into_iter().find(suits),
        Texts::Numbers => NUMBERS.into_iter().find(suits),
        Texts::Moments => MOMENTS.into_iter().find(suits),
        Texts::Language(language) => language.samples.iter().find(suits),
        Texts::Only(_) | Texts::OneOf(_) => None,
    };
    if let Some(sample) = sample {
        return Found::Example(sample.to_owned());
    }
    if !open && are_at_odds(texts, asked, fuel) {
        return Found::Nothing;
    }
    if let Texts::Language(language) = texts
        && let Some(found) = by_parts(language, asked, &fits, fuel)
    {
        return found;
    }
    typed(texts, asked, &fits, fuel).unwrap_or_else(|| match texts {
        Texts::Language(language) => text(language, asked, &fits, fuel),
        Texts::Only(_)
        | Texts::OneOf(_)
        | Texts::Addresses(_)
        | Texts::Numbers
        | Texts::Moments => {
            // an address, a number or a time of which a text is asked
            let whole = asked.iter().filter(|asked| asked.part == Part::Whole);
            let near = instances(whole.filter_map(|asked| asked.wanted()).flatten(), None);
            // a number may be written otherwise
            let all = asked.iter().filter_map(|asked| asked.comparisons()).flat_map(|one| one.0);
            let respelt = ordered(all, false).map(|number| number + ".0");
            let near = near.chain(by_digits(asked)).chain(respelt).find(|value| fits(value));
            let nothing = if is_spelt(texts, asked) { Found::Nothing } else { Found::GaveUp };
            near.map_or(nothing, Found::Example)
        }
    })
}

/// Whether one thing asked rules out another, by what is written.
fn are_at_odds(texts: &Texts<'_>, asked: &[&Constraint<'_>], fuel: &Fuel) -> bool {
    asked.iter().any(|one| {
        asked.iter().any(|other| {
            // most pairs are of two kinds, or differ in the first letters
            let pairs = one.weight() * other.weight() / 8;
            pairs <= AT_A_GLANCE && fuel.burn(pairs) && one.settles(other, false, texts)
        })
    })
}

/// Whether certain texts are asked for, in whatever capitals, and capitals make no difference to
/// the rest: then those as written stand for all.
fn is_spelt(texts: &Texts<'_>, asked: &[&Constraint<'_>]) -> bool {
    asked.iter().enumerate().any(|(index, one)| {
        let others = || asked.iter().enumerate().filter(move |(other, _)| *other != index);
        one.spellings().is_some_and(|spellings| {
            spellings.iter().all(|text| !texts.has(text))
                || others().all(|(_, other)| other.is_by_meaning())
        })
    })
}

/// The values of which `asked` takes one, where it names them.
fn only_these<'a>(asked: &'a Constraint<'_>) -> Option<Vec<&'a str>> {
    match asked.comparisons() {
        Some((list, true)) if asked.part == Part::Whole => {
            let lists: Option<Vec<Vec<&str>>> = list.iter().map(Comparison::only).collect();
            Some(lists?.concat())
        }
        Some(_) | None => None,
    }
}

/// A value by what is asked of it as an address, a number or a time; `None` where nothing such
/// decides.
fn typed(
    texts: &Texts<'_>,
    asked: &[&Constraint<'_>],
    fits: &dyn Fn(&str) -> bool,
    fuel: &Fuel,
) -> Option<Found<String>> {
    let is_net = |comparison: &Comparison<'_>| matches!(comparison, Comparison::Net(_));
    let is_ordered = |comparison: &Comparison<'_>| {
        matches!(comparison, Comparison::Number(..) | Comparison::Moment(..))
    };
    let deciding = || asked.iter().filter(|asked| !asked.is_always_met_with_the_key());
    let meant = || deciding().filter(|asked| asked.is_by_meaning());
    let all = || meant().filter_map(|asked| asked.comparisons()).flat_map(|(list, _)| list);
    let found: Vec<String> = if all().any(is_net) {
        addresses(texts, asked)
    } else if all().any(is_ordered) {
        ordered(all(), matches!(texts, Texts::Moments)).collect()
    } else {
        return None;
    };
    if let Some(value) = found.iter().find(|value| fits(value)) {
        return Some(Found::Example(value.clone()));
    }
    if fuel.left() == 0 {
        return Some(Found::GaveUp);
    }
    // the candidates are whole values
    let are_whole = meant().all(|asked| matches!(asked.part, Part::Whole | Part::Epoch));
    let wants = |is: &dyn Fn(&Comparison<'_>) -> bool| {
        meant().any(|asked| {
            asked.comparisons().is_some_and(|(list, wanted)| wanted && list.iter().all(is))
        })
    };
    // the candidates stand for every address, number or time
    let are_all = all().all(is_net) && (wants(&is_net) || is_addresses(texts))
        || all().all(is_ordered) && (wants(&is_ordered) || is_ordinal(texts));
    // where texts are asked for besides, one that is not written so may mean the same
    let is_meant = |value: &String| texts.has(value) && meant().all(|asked| asked.takes(value));
    let by_meaning_alone = || deciding().all(|asked| asked.is_by_meaning());
    let are_none = are_whole && are_all && (by_meaning_alone() || !found.iter().any(is_meant));
    are_none.then_some(Found::Nothing)
}

fn is_addresses(texts: &Texts<'_>) -> bool {
    matches!(texts, Texts::Addresses(_))
}

fn is_ordinal(texts: &Texts<'_>) -> bool {
    matches!(texts, Texts::Numbers | Texts::Moments)
}
