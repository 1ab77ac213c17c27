//! One value of a condition against one value of a request.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use crate::iam::arn::Arn;
use crate::iam::condition::{Order, Test};
use crate::iam::pattern::{covers, matches};
use crate::iam::text::{Class, Piece, Union, letters, pieces};
use crate::iam::variable::{Filled, Terms, colons, fill};

/// What a condition's value asks of a request's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison<'a> {
    /// To be this text.
    Text(Cow<'a, str>),
    /// To be one of these texts, which are sorted.
    OneOf(Vec<&'a str>),
    /// To be this text, ASCII capitals not counting.
    Folded(&'a str),
    /// To match this pattern with `*` and `?`.
    Glob(Cow<'a, str>),
    /// To match this pattern for an ARN, part by part.
    Arn(&'a str),
    /// To be one of these texts: a pattern with variables put in.
    Filled(Union),
    /// To be what this value with variables means in the request. It is not known which text that
    /// is: where more should be met it is any of these, else there are none here.
    Open(Union, Source<'a>),
    /// To be an address in this range.
    Net(IpNet),
    /// To be a number that lies so to this one.
    Number(Order, f64),
    /// To be a time that lies so to this one, in nanoseconds since 1970.
    Moment(Order, i128),
    /// To be there: nothing is asked of the value.
    Everything,
}

/// A value with variables, and the test that it stands under. In one request the same means the
/// same.
#[derive(Debug, Clone, PartialEq)]
pub struct Source<'a> {
    test: Test,
    value: Cow<'a, str>,
}

impl<'a> Source<'a> {
    /// A pattern without a wildcard of its own asks for one text, and so does that of an ARN if it
    /// has all parts of one whatever the variables bring: with fewer nothing would meet it.
    #[must_use]
    pub fn of(test: Test, value: Cow<'a, str>) -> Self {
        let is_text = test == Test::StringLike || test == Test::Arn && colons(&value) >= 5;
        let is_plain = is_text && !value.contains(['*', '?']);
        Self { test: if is_plain { Test::StringEquals } else { test }, value }
    }

    /// Whether whatever meets `narrower` meets it too, as far as can be told.
    fn covers(&self, narrower: &Source<'_>) -> bool {
        let folds = |test| test == Test::StringEqualsIgnoreCase;
        let is_wider = folds(self.test) && narrower.test == Test::StringEquals;
        self.value == narrower.value && (self.test == narrower.test || is_wider)
    }
}

impl<'a> Comparison<'a> {
    /// What `value` asks for under `test`; `None`: nothing meets it.
    #[must_use]
    pub fn of(test: Test, value: &'a str, terms: Terms<'_>) -> Option<Self> {
        if test.compares_texts() && terms.bindings.is_some() && value.contains("${") {
            return filled(test, value, terms);
        }
        let unsure = terms.generous.then_some(Self::Everything);
        if terms.bindings.is_some() && value.contains("${") {
            // no variable is put in here
            return unsure;
        }
        match test {
            Test::StringEquals | Test::Binary => Some(Self::Text(Cow::Borrowed(value))),
            Test::StringEqualsIgnoreCase => Some(Self::folded(value)),
            Test::Bool if is_bool(value) => Some(Self::Folded(value)),
            Test::StringLike if !value.contains(['*', '?']) => {
                Some(Self::Text(Cow::Borrowed(value)))
            }
            Test::StringLike => Some(Self::Glob(Cow::Borrowed(value))),
            Test::Arn if Arn::split(value).is_some() => Some(Self::Arn(value)),
            // a text that is no ARN is none; what IAM makes of `*` is not documented
            Test::Arn if value.contains(['*', '?']) => unsure,
            Test::Arn => None,
            Test::IpAddress => range(value).map(Self::Net).or(unsure),
            Test::Numeric(order) => number(value).map(|to| Self::Number(order, to)).or(unsure),
            Test::Date(order) => moment(value).map(|to| Self::Moment(order, to)).or(unsure),
            Test::Bool | Test::Null | Test::Unknown => unsure,
        }
    }

    /// What asks for `text`, ASCII capitals not counting, where it has letters.
    fn folded(text: &'a str) -> Self {
        if has_letters(text) { Self::Folded(text) } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// About how many steps it takes to ask it.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(_)
            | Self::OneOf(_)
            | Self::Folded(_)
            | Self::Number(..)
            | Self::Everything => 3,
            Self::Net(_) | Self::Moment(..) => 6,
            // one that begins with a `*` looks at all of the text
            Self::Glob(pattern) if pattern.starts_with('*') => 7 + pattern.len() / 8,
            Self::Glob(pattern) => 3 + pattern.len() / 8,
            Self::Arn(pattern) => 6 + pattern.len() / 8,
            Self::Filled(union) | Self::Open(union, _) => {
                3 + union.patterns.iter().map(Vec::len).sum::<usize>() * 4
            }
        }
    }

    /// Whether whatever meets `narrower` meets it too, as far as their texts show.
    #[must_use]
    pub fn covers(&self, narrower: &Comparison<'_>) -> bool {
        match (self, narrower) {
            (Self::Everything, _) => true,
            (Self::Open(_, own), Comparison::Open(_, other)) => own.covers(other),
            (Self::Glob(own), Comparison::Glob(other) | Comparison::Text(other)) => {
                covers(own, other)
            }
            (own, other) => own == other,
        }
    }

    /// Whether a request's `value` meets it.
    #[must_use]
    pub fn is_met_by(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => text == value,
            Self::OneOf(texts) => texts.binary_search(&value).is_ok(),
            Self::Folded(text) => text.eq_ignore_ascii_case(value),
            Self::Glob(pattern) => matches(pattern, value),
            Self::Arn(pattern) => match (Arn::split(pattern), Arn::split(value)) {
                (Some(pattern), Some(arn)) => pattern.matches(arn),
                (None, _) | (_, None) => false,
            },
            Self::Filled(union) | Self::Open(union, _) => union.has(value),
            Self::Net(range) => value.parse::<IpAddr>().is_ok_and(|ip| range.contains(&ip)),
            Self::Number(order, to) => {
                number(value).and_then(|own| own.partial_cmp(to)).is_some_and(|is| order.is(is))
            }
            Self::Moment(order, to) => moment(value).is_some_and(|own| order.is(own.cmp(to))),
            Self::Everything => true,
        }
    }

    /// The texts that meet it, where it compares texts.
    #[must_use]
    pub fn union(&self) -> Option<Union> {
        let of = |pieces: Vec<Piece>| Some(Union::of(pieces));
        match self {
            Self::Text(text) => of(letters(text).collect()),
            Self::OneOf(texts) => {
                let patterns = texts.iter().map(|text| letters(text).collect()).collect();
                Some(Union { patterns, fold: false })
            }
            Self::Folded(text) => Some(Union { fold: true, ..Union::of(letters(text).collect()) }),
            Self::Glob(pattern) => of(pieces(pattern, Class::Any).collect()),
            Self::Arn(pattern) => {
                of(arn_pieces(pattern, |part, class| pieces(part, class).collect()))
            }
            Self::Filled(union) | Self::Open(union, _) => Some(union.clone()),
            Self::Everything => of(vec![Piece::Run(Class::Any)]),
            Self::Net(_) | Self::Number(..) | Self::Moment(..) => None,
        }
    }

    /// Whether no text is known to meet it.
    #[must_use]
    pub fn is_met_by_nothing(&self) -> bool {
        matches!(self, Self::Filled(texts) | Self::Open(texts, _) if texts.patterns.is_empty())
    }

    /// Whether what meets it is not known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(..))
    }

    /// Whether every text meets it.
    #[must_use]
    pub fn is_met_by_everything(&self) -> bool {
        match self {
            Self::Everything => true,
            Self::Glob(pattern) => !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*'),
            Self::Text(_)
            | Self::OneOf(_)
            | Self::Folded(_)
            | Self::Arn(_)
            | Self::Filled(_)
            | Self::Open(..)
            | Self::Net(_)
            | Self::Number(..)
            | Self::Moment(..) => false,
        }
    }

    /// The one text that meets it, in some capitals or in any.
    #[must_use]
    pub fn spelling(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Folded(text) => Some(text),
            Self::OneOf(_)
            | Self::Glob(_)
            | Self::Arn(_)
            | Self::Filled(_)
            | Self::Open(..)
            | Self::Net(_)
            | Self::Number(..)
            | Self::Moment(..)
            | Self::Everything => None,
        }
    }

    /// The texts that meet it, where they can be told, capitals counting.
    #[must_use]
    pub fn only(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text(text) => Some(vec![text]),
            Self::OneOf(texts) => Some(texts.clone()),
            Self::Arn(pattern) if !pattern.contains(['*', '?']) => Some(vec![pattern]),
            Self::Folded(_)
            | Self::Glob(_)
            | Self::Arn(_)
            | Self::Filled(_)
            | Self::Open(..)
            | Self::Net(_)
            | Self::Number(..)
            | Self::Moment(..)
            | Self::Everything => None,
        }
    }
}

impl Order {
    /// Whether a request's value that lies so to the policy's is as the order asks.
    #[must_use]
    pub fn is(self, found: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
        }
    }
}

/// The ranges of an `IpAddress` value. A bare address is a range of one.
#[must_use]
pub fn range(value: &str) -> Option<IpNet> {
    value.parse::<IpNet>().or_else(|_| value.parse::<IpAddr>().map(IpNet::from)).ok()
}

/// A number as conditions write it.
#[must_use]
pub fn number(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A time as conditions write it, in nanoseconds since 1970: RFC 3339, a date, a date with hours
/// and minutes, or seconds since 1970.
#[must_use]
pub fn moment(value: &str) -> Option<i128> {
    if let Ok(time) = OffsetDateTime::parse(value, &Rfc3339) {
        return Some(time.unix_timestamp_nanos());
    }
    if let Some(seconds) = number(value) {
        #[allow(clippy::cast_possible_truncation)] // to what the type holds
        return Some((seconds * 1e9) as i128);
    }
    let date = format_description!("[year]-[month]-[day]");
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
    let midnight = Date::parse(value, date).map(Date::midnight);
    let time = midnight.or_else(|_| PrimitiveDateTime::parse(value, minutes)).ok()?;
    Some(time.assume_utc().unix_timestamp_nanos())
}

/// The pieces of a pattern for an ARN, of which `fill` makes those of each part.
fn arn_pieces(pattern: &str, fill: impl Fn(&str, Class) -> Vec<Piece>) -> Vec<Piece> {
    let mut made = Vec::new();
    for (index, part) in pattern.splitn(6, ':').enumerate() {
        if index > 0 {
            made.push(Piece::Letter(':'));
        }
        let class = if index < 5 { Class::NotColon } else { Class::Any };
        made.extend(fill(part, class));
    }
    made
}

/// Whether there are capitals that may or may not count.
fn has_letters(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A pattern with its variables put in.
fn filled<'a>(test: Test, value: &'a str, terms: Terms<'_>) -> Option<Comparison<'a>> {
    let Filled { texts, open } = fill(test, value, terms)?;
    let colons =
        |pieces: &Vec<Piece>| pieces.iter().filter(|piece| **piece == Piece::Letter(':')).count();
    let source = || Source::of(test, value.into());
    if test == Test::Arn && texts.as_ref().is_some_and(|pieces| colons(pieces) < 5) {
        // as of an ARN without variables; what a variable brings has no wildcards
        let is_letter = |piece: &Piece| matches!(piece, Piece::Letter(_));
        let plain = texts.iter().flatten().all(is_letter);
        let wild = if open { value.contains(['*', '?']) } else { !plain };
        if wild {
            return terms.generous.then_some(Comparison::Everything);
        }
        let arns = arn_pieces("arn:*:*:*:*:*", |part, class| pieces(part, class).collect());
        return open.then(|| Comparison::Open(Union::of(arns), source()));
    }
    let fold = test == Test::StringEqualsIgnoreCase;
    if open {
        let texts = Union { patterns: texts.into_iter().collect(), fold };
        return Some(Comparison::Open(texts, source()));
    }
    let pieces = texts?;
    let of_letter =
        |piece: &Piece| if let Piece::Letter(letter) = piece { Some(*letter) } else { None };
    let plain = pieces.iter().map(of_letter).collect::<Option<String>>();
    match plain.filter(|plain| test != Test::Arn && !(fold && has_letters(plain))) {
        Some(plain) => Some(Comparison::Text(Cow::Owned(plain))),
        None => Some(Comparison::Filled(Union { patterns: vec![pieces], fold })),
    }
}

/// Whether it is documented what a value without variables asks for under `test`.
#[must_use]
pub fn is_sure(test: Test, value: &str) -> bool {
    match test {
        Test::Arn => !value.contains(['*', '?']) || Arn::split(value).is_some(),
        Test::IpAddress => range(value).is_some(),
        Test::Numeric(_) => number(value).is_some(),
        Test::Date(_) => moment(value).is_some(),
        Test::Bool => is_bool(value),
        Test::Unknown => false,
        Test::StringEquals
        | Test::StringEqualsIgnoreCase
        | Test::StringLike
        | Test::Binary
        | Test::Null => true,
    }
}

fn is_bool(value: &str) -> bool {
    ["true", "false"].iter().any(|one| one.eq_ignore_ascii_case(value))
}
