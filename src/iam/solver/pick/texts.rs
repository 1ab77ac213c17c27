//! Texts: by what is asked of a part, by the patterns that are asked for, or by reading all
//! patterns at once.

use std::borrow::Cow;

use crate::iam::arn::bound_account;
use crate::iam::compare::Comparison;
use crate::iam::condition::Order;
use crate::iam::fuel::Fuel;
use crate::iam::part::Part;
use crate::iam::solver::domain::{Language, Texts};
use crate::iam::solver::form::Form;
use crate::iam::solver::pick::Constraint;
use crate::iam::solver::pick::ordered::ordered;
use crate::iam::text::{Class, Found, Piece, Union, letters, shortest};

/// A value by what is asked of a part of it; `None` where nothing is, or where the part alone does
/// not decide.
pub fn by_parts(
    language: &Language<'_>,
    asked: &[&Constraint<'_>],
    fits: &dyn Fn(&str) -> bool,
    fuel: &Fuel,
) -> Option<Found<String>> {
    let of_parts = || asked.iter().filter(|asked| !matches!(asked.part, Part::Whole | Part::Epoch));
    // a part that is the same in all of them
    let is_refused = |asked: &&Constraint<'_>| {
        language.form.fixed(asked.part).is_some_and(|own| asked.atom.passes(own) != asked.holds)
    };
    if of_parts().any(is_refused) {
        return Some(Found::Nothing);
    }
    let sample = &language.samples.first;
    let named = of_parts().find_map(|asked| {
        let lists = asked.wanted()?.iter().map(|one| only(asked.part, one));
        Some((asked.part, lists.collect::<Option<Vec<_>>>()?.concat()))
    });
    let Some((part, list)) = named else {
        let near = of_parts().filter_map(|asked| Some((asked.part, asked.comparisons()?.0)));
        let mut near = near.flat_map(|(part, list)| {
            ordered(list.iter(), false).filter_map(move |text| part.put(sample, &spelt(part, text)))
        });
        return near.find(|value| fits(value)).map(Found::Example);
    };
    // no other is of the form
    let own = language.form.fixed(part);
    let list = own.map_or(list, |own| vec![Cow::Borrowed(own)]);
    let mut undecided = false;
    for text in list {
        if fuel.left() == 0 {
            return Some(Found::GaveUp);
        }
        if language.except.is_left_out(part, &text) {
            continue;
        }
        // no part is such a text
        let Some(value) = part.put(sample, &text) else { continue };
        if fits(&value) {
            return Some(Found::Example(value));
        }
        // with another text around it the part may do
        let same = |asked: &&&Constraint<'_>| asked.part == part;
        let refused = asked.iter().filter(same).any(|asked| !asked.takes(&value));
        undecided |= !refused && language.form.may_have(part, &text, false);
    }
    if undecided { None } else { Some(Found::Nothing) }
}

/// The parts that meet a comparison, where they can be told.
fn only<'a>(part: Part, comparison: &'a Comparison<'_>) -> Option<Vec<Cow<'a, str>>> {
    match comparison {
        Comparison::Number(Order::Equal, number) if part == Part::Account => {
            Some(vec![spelt(part, number.to_string()).into()])
        }
        other => Some(other.only()?.into_iter().map(Cow::Borrowed).collect()),
    }
}

/// A number as a part is written: accounts have twelve digits.
fn spelt(part: Part, number: String) -> String {
    if part == Part::Account { format!("{number:0>12}") } else { number }
}

/// Texts that meet `wanted`, the wildcards of patterns filled with something, with nothing, and,
/// where there is one, with the account of `sample`; or `sample`, and what else the pattern asks
/// for behind it.
pub fn instances<'a>(
    wanted: impl Iterator<Item = &'a Comparison<'a>>,
    sample: Option<&'a str>,
) -> impl Iterator<Item = String> {
    let account = sample.and_then(|sample| Part::Account.of(sample));
    let filled = move |pattern: &str| {
        let behind = || {
            let (head, tail) = pattern.split_once('*')?;
            // a `*` in the part of the account, or behind it, is filled with that
            let crosses = head.matches(':').count() < 4 && !tail.is_empty();
            let sample = sample.filter(|sample| crosses && sample.starts_with(head))?;
            Some([sample, &tail.replace('*', "/x").replace('?', "x")].concat())
        };
        let with = |run: Option<&str>| Some(pattern.replace('*', run?).replace('?', "x"));
        [with(Some("x")), with(Some("")), with(account.as_deref()), behind()]
    };
    wanted
        .flat_map(move |comparison| match comparison {
            Comparison::Glob(pattern) => filled(pattern),
            Comparison::Arn(pattern) => filled(pattern),
            Comparison::Text(text) => [Some(text.clone().into_owned()), None, None, None],
            Comparison::Folded(text) => [Some((*text).to_owned()), None, None, None],
            Comparison::OneOf(_)
            | Comparison::Filled(_)
            | Comparison::Open(..)
            | Comparison::Net(_)
            | Comparison::Number(..)
            | Comparison::Moment(..)
            | Comparison::Everything => [None, None, None, None],
        })
        .flatten()
}

/// Addresses, numbers and times that match a pattern that is asked for, as far as they are found by
/// filling in digits.
pub fn by_digits<'a>(asked: &'a [&Constraint<'_>]) -> impl Iterator<Item = String> + 'a {
    const RUNS: [&str; 6] = ["7", "7.7", "7.7.7", "::7", "7::7", "0"];
    let wanted = asked.iter().filter_map(|asked| asked.wanted()).flatten();
    let patterns = wanted.filter_map(|comparison| match comparison {
        Comparison::Glob(pattern) => Some(pattern),
        _ => None,
    });
    patterns.flat_map(|pattern| RUNS.map(|run| pattern.replace('*', run).replace('?', "7")))
}

/// Whether some value out of `texts` may meet a comparison with `part`: not where all that meets it
/// are others', or of another form.
pub fn may_be_met(texts: &Texts<'_>, part: Part, comparison: &Comparison<'_>) -> bool {
    let Texts::Language(language) = texts else { return true };
    let fold = matches!(comparison, Comparison::Folded(_));
    let is_of_form =
        comparison.spelling().is_none_or(|text| language.form.may_have(part, text, fold));
    is_of_form && !is_of_others(language, part, comparison)
}

/// Whether no value meets a comparison with `part` by whose it is, or how it starts.
fn is_of_others(language: &Language<'_>, part: Part, comparison: &Comparison<'_>) -> bool {
    if part != Part::Whole {
        let left_out = |text| language.except.is_left_out(part, text);
        return comparison.spelling().is_some_and(left_out);
    }
    let account = match comparison {
        Comparison::Arn(pattern) => bound_account(pattern, true),
        // no part of the ARN of an access point has a colon that a `*` could cross
        Comparison::Glob(pattern) => bound_account(pattern, language.form == Form::AccessPoints),
        Comparison::Text(text) => bound_account(text, false),
        Comparison::Folded(text) => return is_left_out(language, text),
        Comparison::OneOf(_)
        | Comparison::Filled(_)
        | Comparison::Open(..)
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
}

/// Whether no value is this text, in whatever capitals, by what it starts with or whose it is.
fn is_left_out(language: &Language<'_>, text: &str) -> bool {
    [Part::Account, Part::FirstStep].into_iter().any(|part| {
        part.of(text).is_some_and(|own| {
            let fixed = language.form.fixed(part);
            fixed.is_some_and(|fixed| !fixed.eq_ignore_ascii_case(&own))
                || language.except.is_left_out(part, &own)
        })
    })
}

/// A text by the forms that are asked for.
pub fn text(
    language: &Language<'_>,
    asked: &[&Constraint<'_>],
    fits: &dyn Fn(&str) -> bool,
    fuel: &Fuel,
) -> Found<String> {
    // what values may meet of what is asked for
    let mut wanted: Vec<(Part, Vec<&Comparison<'_>>)> = Vec::new();
    for asked in asked {
        let Some(list) = asked.wanted() else { continue };
        if !fuel.burn(asked.weight()) {
            return Found::GaveUp;
        }
        let may_be_met = |one: &&Comparison<'_>| !is_of_others(language, asked.part, one);
        let list: Vec<&Comparison<'_>> = list.iter().filter(may_be_met).collect();
        if list.is_empty() {
            return Found::Nothing;
        }
        wanted.push((asked.part, list));
    }
    let whole = wanted.iter().filter(|(part, _)| *part == Part::Whole);
    let whole = whole.flat_map(|(_, list)| list.iter().copied());
    let mut near = instances(whole, Some(&language.samples.first)).take_while(|_| fuel.left() > 0);
    if let Some(value) = near.find(|value| fits(value)) {
        return Found::Example(value);
    }
    if fuel.left() == 0 {
        return Found::GaveUp;
    }
    let union = |part: Part, list: &[&Comparison<'_>]| {
        let unions: Option<Vec<Union>> = list.iter().map(|one| one.union()).collect();
        let unions = unions?;
        // of one list all count capitals, or none does
        let fold = unions.iter().any(|union| union.fold);
        let patterns = unions.into_iter().flat_map(|union| union.patterns).collect();
        part.values(Union { patterns, fold })
    };
    let anything = || Union::of(vec![Piece::Run(Class::Any)]);
    let form = language.form.union().unwrap_or_else(anything);
    let wanted = wanted.iter().filter_map(|(part, list)| union(*part, list));
    let within: Vec<Union> = std::iter::once(form).chain(wanted).collect();
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
            let of_all = || union(asked.part, &list.iter().collect::<Vec<_>>());
            // of what it means, this text at least
            (!wanted).then(|| of_all().unwrap_or_else(|| Union::of(letters(&value).collect())))
        });
        match refused.or_else(|| language.except.which(&value)) {
            Some(union) if !without.contains(&union) => without.push(union),
            // what is asked for is no set of texts, or the search cannot get past what refuses
            Some(_) | None => return Found::GaveUp,
        }
    }
}
