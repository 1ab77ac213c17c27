//! A value for one key that meets all that is asked of it, or the proof that there is none.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::iam::arn::bound_account;
use crate::iam::atom::Atom;
use crate::iam::compare::Comparison;
use crate::iam::fuel::Fuel;
use crate::iam::part::Part;
use crate::iam::solver::domain::{Domain, Language, Texts};
use crate::iam::text::{Class, Found, Piece, Union, shortest};

/// What is asked of a key: that a condition on a part of it holds, or that it does not.
#[derive(Debug, Clone)]
pub struct Asked<'q> {
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

impl Asked<'_> {
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
                comparisons.is_empty()
            }
            Atom::Values { comparisons, .. } => {
                comparisons.iter().any(Comparison::is_met_by_everything)
            }
        }
    }

    /// Whether `value` passes, or fails, as asked.
    fn takes(&self, value: &str) -> bool {
        self.part.of(value).is_some_and(|part| self.atom.passes(&part) == self.holds)
    }

    /// Whether it is about every value of a key that carries several, and not about one of them.
    fn is_for_all(&self) -> bool {
        self.atom.is_for_all() == self.holds
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

/// What a request may carry out of `domain` so that everything `asked` is met.
pub fn carried(domain: &Domain<'_>, asked: &[&Asked<'_>], fuel: &Fuel) -> Found<Carried> {
    if domain.absent && asked.iter().all(|asked| asked.is_met_by(&None)) {
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
    let (all, some): (Vec<&Asked<'_>>, Vec<&Asked<'_>>) =
        asked.iter().copied().partition(|asked| asked.is_for_all());
    let mut values: Vec<String> = Vec::new();
    let each: Vec<Option<&Asked<'_>>> =
        if some.is_empty() { vec![None] } else { some.into_iter().map(Some).collect() };
    for wanted in each {
        if wanted.is_some_and(|wanted| values.iter().any(|value| wanted.takes(value))) {
            continue;
        }
        let with: Vec<&Asked<'_>> = all.iter().copied().chain(wanted).collect();
        match one(texts, &with, fuel) {
            Found::Example(value) => values.push(value),
            Found::Nothing => return Found::Nothing,
            Found::GaveUp => return Found::GaveUp,
        }
    }
    Found::Example(Some(values))
}

/// One value that passes all of `asked`.
fn one(texts: &Texts<'_>, asked: &[&Asked<'_>], fuel: &Fuel) -> Found<String> {
    let cost: usize = asked.iter().map(|asked| asked.weight()).sum();
    let takes = |value: &str| asked.iter().all(|asked| asked.takes(value));
    let fits = |value: &str| fuel.burn(cost) && takes(value) && texts.has(value);
    // a sample is of the right form
    let suits = |value: &&str| fuel.burn(cost) && takes(value) && !texts.leaves_out(value);
    let settled = |found: Option<&str>| match found {
        Some(value) => Found::Example(value.to_owned()),
        None if fuel.left() == 0 => Found::GaveUp,
        None => Found::Nothing,
    };
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
        Texts::Language(language) => language.samples.iter().map(AsRef::as_ref).find(suits),
        Texts::Only(_) | Texts::OneOf(_) => None,
    };
    if let Some(sample) = sample {
        return Found::Example(sample.to_owned());
    }
    if let Texts::Language(language) = texts {
        match by_parts(language, asked, &fits, fuel) {
            Some(Found::Example(value)) => return Found::Example(value),
            Some(Found::Nothing) if fuel.left() > 0 => return Found::Nothing,
            Some(Found::Nothing | Found::GaveUp) => return Found::GaveUp,
            None => {}
        }
    }
    typed(texts, asked, &fits).unwrap_or_else(|| match texts {
        Texts::Language(language) => text(language, asked, &fits, fuel),
        Texts::Only(_)
        | Texts::OneOf(_)
        | Texts::Addresses(_)
        | Texts::Numbers
        | Texts::Moments => {
            // an address, a number or a time of which a text is asked
            let near = instances(asked).find(|value| fits(value));
            near.map_or(Found::GaveUp, Found::Example)
        }
    })
}

/// The values of which `asked` takes one, where it names them.
fn only_these<'a>(asked: &'a Asked<'_>) -> Option<Vec<&'a str>> {
    match asked.comparisons() {
        Some((list, true)) if asked.part == Part::Whole => {
            let lists: Option<Vec<Vec<&str>>> = list.iter().map(Comparison::only).collect();
            Some(lists?.concat())
        }
        Some(_) | None => None,
    }
}

/// A value by the texts that are asked of a part of it; `None` where none are, or where the part
/// alone does not decide.
fn by_parts(
    language: &Language<'_>,
    asked: &[&Asked<'_>],
    fits: &dyn Fn(&str) -> bool,
    fuel: &Fuel,
) -> Option<Found<String>> {
    let sample = language.samples.first()?;
    let (part, list) = asked.iter().find_map(|asked| match asked.comparisons() {
        Some((list, true)) if asked.part != Part::Whole && asked.part != Part::Epoch => {
            let lists: Option<Vec<Vec<&str>>> = list.iter().map(Comparison::only).collect();
            Some((asked.part, lists?.concat()))
        }
        Some(_) | None => None,
    })?;
    let mut open = false;
    // a part that is the same in all of them is looked for alone
    let own = language.form.fixed(part);
    let list = match own {
        Some(own) => list.into_iter().filter(|text| *text == own).take(1).collect(),
        None => list,
    };
    for text in list {
        if fuel.left() == 0 {
            return Some(Found::GaveUp);
        }
        if language.except.is_left_out(part, text) {
            continue;
        }
        // no part is such a text
        let Some(value) = part.put(sample, text) else { continue };
        if fits(&value) {
            return Some(Found::Example(value));
        }
        let same = |asked: &&&Asked<'_>| asked.part == part;
        let refused = asked.iter().filter(same).any(|asked| !asked.takes(&value));
        open |= !refused && language.form.has(&value) && language.except.which(&value).is_none();
    }
    if open { None } else { Some(Found::Nothing) }
}

/// Texts that match a pattern that is asked for.
fn instances<'a>(asked: &'a [&Asked<'_>]) -> impl Iterator<Item = String> + 'a {
    let positive = asked.iter().filter(|asked| asked.part == Part::Whole);
    let lists = positive.filter_map(|asked| asked.comparisons().filter(|(_, wanted)| *wanted));
    lists
        .flat_map(|(list, _)| list)
        .flat_map(|comparison| match comparison {
            Comparison::Glob(pattern) => filled(pattern),
            Comparison::Arn(pattern) => filled(pattern),
            Comparison::Text(text) => [Some(text.clone().into_owned()), None],
            Comparison::Folded(text) => [Some((*text).to_owned()), None],
            Comparison::OneOf(_)
            | Comparison::Filled(_)
            | Comparison::Net(_)
            | Comparison::Number(..)
            | Comparison::Moment(..)
            | Comparison::Everything => [None, None],
        })
        .flatten()
}

/// A pattern with its wildcards filled in, with something and with nothing.
fn filled(pattern: &str) -> [Option<String>; 2] {
    ["x", ""].map(|run| Some(pattern.replace('*', run).replace('?', "x")))
}

/// A value by what is asked of it as an address, a number or a time; `None` where nothing such
/// decides.
fn typed(
    texts: &Texts<'_>,
    asked: &[&Asked<'_>],
    fits: &dyn Fn(&str) -> bool,
) -> Option<Found<String>> {
    let all =
        || asked.iter().filter_map(|asked| asked.comparisons().map(|(list, _)| list)).flatten();
    let is_net = |comparison: &Comparison<'_>| matches!(comparison, Comparison::Net(_));
    let is_ordered = |comparison: &Comparison<'_>| {
        matches!(comparison, Comparison::Number(..) | Comparison::Moment(..))
    };
    let found = if all().any(is_net) {
        addresses(texts, asked).into_iter().find(|value| fits(value))
    } else if all().any(is_ordered) {
        ordered(all()).find(|value| fits(value))
    } else {
        return None;
    };
    let wants = |is: &dyn Fn(&Comparison<'_>) -> bool| {
        asked.iter().any(|asked| {
            asked.comparisons().is_some_and(|(list, wanted)| wanted && list.iter().all(is))
        })
    };
    match found {
        Some(value) => Some(Found::Example(value)),
        // the candidates stand for every address, number or time
        None if all().all(|c| is_net(c)) && (wants(&is_net) || is_addresses(texts)) => {
            Some(Found::Nothing)
        }
        None if all().all(|c| is_ordered(c)) && (wants(&is_ordered) || is_ordinal(texts)) => {
            Some(Found::Nothing)
        }
        None => None,
    }
}

fn is_addresses(texts: &Texts<'_>) -> bool {
    matches!(texts, Texts::Addresses(_))
}

fn is_ordinal(texts: &Texts<'_>) -> bool {
    matches!(texts, Texts::Numbers | Texts::Moments)
}

/// Numbers and times that stand for all that the comparisons tell apart: each bound, what is next
/// to it, and what is between two.
fn ordered<'a>(
    comparisons: impl Iterator<Item = &'a Comparison<'a>>,
) -> impl Iterator<Item = String> {
    let (mut numbers, mut moments) = (Vec::new(), Vec::new());
    for comparison in comparisons {
        match comparison {
            Comparison::Number(_, bound) => {
                numbers.extend([bound.floor() - 1.0, bound.ceil() + 1.0, *bound, bound.floor()]);
                #[allow(clippy::cast_possible_truncation)]
                moments.push((bound * 1e9) as i128);
            }
            Comparison::Moment(_, bound) => moments.push(*bound),
            Comparison::Text(_)
            | Comparison::OneOf(_)
            | Comparison::Folded(_)
            | Comparison::Glob(_)
            | Comparison::Arn(_)
            | Comparison::Filled(_)
            | Comparison::Net(_)
            | Comparison::Everything => {}
        }
    }
    numbers.sort_by(f64::total_cmp);
    let between: Vec<f64> = numbers.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0).collect();
    numbers.extend(between);
    moments.sort_unstable();
    let mut times: Vec<i128> =
        moments.iter().flat_map(|at| [at - SECOND, *at, at + SECOND]).collect();
    times.extend(moments.windows(2).map(|pair| pair.iter().sum::<i128>() / 2));
    let times = times.into_iter().filter_map(|at| {
        let time = OffsetDateTime::from_unix_timestamp_nanos(at).ok()?;
        time.format(&Rfc3339).ok()
    });
    numbers.into_iter().map(|number| number.to_string()).chain(times)
}

const SECOND: i128 = 1_000_000_000;

/// The first address of every stretch of addresses that meets what is asked of them as addresses.
fn addresses(texts: &Texts<'_>, asked: &[&Asked<'_>]) -> Vec<String> {
    let mut left = Stretches::everything();
    if let Texts::Addresses(except) = texts {
        left.keep(&Stretches::public());
        left.drop(&Stretches::of(except.iter()));
    }
    for asked in asked {
        let Some((list, wanted)) = asked.comparisons() else { continue };
        let ranges: Option<Vec<&IpNet>> = list
            .iter()
            .map(
                |comparison| {
                    if let Comparison::Net(range) = comparison { Some(range) } else { None }
                },
            )
            .collect();
        let Some(ranges) = ranges else { continue };
        let ranges = Stretches::of(ranges.into_iter());
        if wanted { left.keep(&ranges) } else { left.drop(&ranges) }
    }
    left.first_of_each()
}

/// Disjoint stretches of addresses, sorted: those of IPv4, and those of IPv6.
struct Stretches([Vec<(u128, u128)>; 2]);

impl Stretches {
    fn everything() -> Self {
        Self([vec![(0, u128::from(u32::MAX))], vec![(0, u128::MAX)]])
    }

    fn of<'n>(ranges: impl Iterator<Item = &'n IpNet>) -> Self {
        let mut stretches = Self([Vec::new(), Vec::new()]);
        let [four, six] = &mut stretches.0;
        for range in ranges {
            match range {
                IpNet::V4(range) => {
                    four.push((
                        u32::from(range.network()).into(),
                        u32::from(range.broadcast()).into(),
                    ));
                }
                IpNet::V6(range) => six.push((range.network().into(), range.broadcast().into())),
            }
        }
        for family in &mut stretches.0 {
            family.sort_unstable();
            let mut merged: Vec<(u128, u128)> = Vec::with_capacity(family.len());
            for &(from, to) in family.iter() {
                match merged.last_mut() {
                    Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                    Some(_) | None => merged.push((from, to)),
                }
            }
            *family = merged;
        }
        stretches
    }

    /// Addresses that requests over the internet come from, as `domain::is_public` says.
    fn public() -> Self {
        let four = |from: [u8; 4], to: [u8; 4]| {
            (u32::from(Ipv4Addr::from(from)).into(), u32::from(Ipv4Addr::from(to)).into())
        };
        let six = |first: u16, last: u16| {
            let from = u128::from(first) << 112;
            (from, (u128::from(last) << 112) | (u128::MAX >> 16))
        };
        let mut beginning = six(0, 0xfbff);
        // neither `::` nor `::1`
        beginning.0 = 2;
        Self([
            vec![
                four([1, 0, 0, 0], [9, 255, 255, 255]),
                four([11, 0, 0, 0], [126, 255, 255, 255]),
                four([128, 0, 0, 0], [169, 253, 255, 255]),
                four([169, 255, 0, 0], [172, 15, 255, 255]),
                four([172, 32, 0, 0], [192, 167, 255, 255]),
                four([192, 169, 0, 0], [223, 255, 255, 255]),
            ],
            vec![beginning, six(0xfe00, 0xfe7f), six(0xfec0, 0xfeff)],
        ])
    }

    fn keep(&mut self, others: &Self) {
        for (own, others) in self.0.iter_mut().zip(&others.0) {
            let mut kept = Vec::new();
            let mut others = others.iter().peekable();
            for &(from, to) in own.iter() {
                while let Some(&&(start, end)) = others.peek() {
                    if start > to {
                        break;
                    }
                    if end >= from {
                        kept.push((from.max(start), to.min(end)));
                    }
                    if end > to {
                        break;
                    }
                    others.next();
                }
            }
            *own = kept;
        }
    }

    fn drop(&mut self, others: &Self) {
        let mut rest = Self::everything();
        for (rest, others) in rest.0.iter_mut().zip(&others.0) {
            let last = rest.first().map_or(0, |all| all.1);
            let mut gaps = Vec::new();
            let mut next = Some(0);
            for &(from, to) in others {
                if let Some(start) = next.filter(|start| *start < from) {
                    gaps.push((start, from - 1));
                }
                next = if to < last { Some(to + 1) } else { None };
            }
            gaps.extend(next.map(|start| (start, last)));
            *rest = gaps;
        }
        self.keep(&rest);
    }

    fn first_of_each(&self) -> Vec<String> {
        let [four, six] = &self.0;
        let four = four.iter().flat_map(|(from, to)| [*from, (from + 7).min(*to)]);
        let four =
            four.filter_map(|ip| u32::try_from(ip).ok()).map(|ip| Ipv4Addr::from(ip).to_string());
        let six = six.iter().map(|(from, _)| Ipv6Addr::from(*from).to_string());
        four.chain(six).collect()
    }
}

/// Whether ARNs are asked for that are all of accounts of which no value is.
fn is_of_others(language: &Language<'_>, asked: &Asked<'_>) -> bool {
    let of_other = |comparison: &Comparison<'_>| {
        let account = match comparison {
            Comparison::Arn(pattern) => bound_account(pattern, true),
            Comparison::Glob(pattern) => bound_account(pattern, false),
            Comparison::Text(text) => bound_account(text, false),
            Comparison::OneOf(_)
            | Comparison::Folded(_)
            | Comparison::Filled(_)
            | Comparison::Net(_)
            | Comparison::Number(..)
            | Comparison::Moment(..)
            | Comparison::Everything => None,
        };
        account.is_some_and(|account| {
            let own = language.form.fixed(Part::Account);
            own.is_some_and(|own| own != account.as_str())
                || language.except.is_left_out(Part::Account, account.as_str())
        })
    };
    match asked.comparisons() {
        Some((list, true)) if asked.part == Part::Whole => list.iter().all(of_other),
        Some(_) | None => false,
    }
}

/// A text by the forms that are asked for.
fn text(
    language: &Language<'_>,
    asked: &[&Asked<'_>],
    fits: &dyn Fn(&str) -> bool,
    fuel: &Fuel,
) -> Found<String> {
    let of_others =
        |asked: &&&Asked<'_>| fuel.burn(asked.weight()) && is_of_others(language, asked);
    if asked.iter().any(|asked| of_others(&asked)) {
        return Found::Nothing;
    }
    if let Some(value) = instances(asked).find(|value| fits(value)) {
        return Found::Example(value);
    }
    let union = |asked: &Asked<'_>, list: &[Comparison<'_>]| {
        let unions: Option<Vec<Union>> = list.iter().map(Comparison::union).collect();
        let unions = unions?;
        // of one list all count capitals, or none does
        let fold = unions.iter().any(|union| union.fold);
        let patterns = unions.into_iter().flat_map(|union| union.patterns).collect();
        asked.part.values(Union { patterns, fold })
    };
    let anything = || Union::of(vec![Piece::Run(Class::Any)]);
    let mut within = vec![language.form.union().unwrap_or_else(anything)];
    let mut complete = true;
    for asked in asked {
        match asked.comparisons() {
            Some((list, true)) => match union(asked, list) {
                Some(union) => within.push(union),
                None => complete = false,
            },
            Some((_, false)) | None => {}
        }
    }
    let mut without: Vec<Union> = Vec::new();
    loop {
        let value = match shortest(&within, &without, fuel) {
            Found::Example(value) => value,
            // fewer are asked for than are wanted: nothing here is nothing at all
            other => return other,
        };
        if fits(&value) {
            return Found::Example(value);
        }
        let refused = asked.iter().find(|asked| !asked.takes(&value)).and_then(|asked| {
            let (list, wanted) = asked.comparisons()?;
            if wanted { None } else { union(asked, list) }
        });
        match refused.or_else(|| language.except.which(&value)) {
            Some(union) if !without.contains(&union) => without.push(union),
            // what refuses is no set of texts, or the search cannot get past it
            Some(_) | None => return Found::GaveUp,
        }
        if !complete && fuel.left() == 0 {
            return Found::GaveUp;
        }
    }
}
