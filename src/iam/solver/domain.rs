//! The values that requests may carry for one key.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::iam::compare::{Comparison, moment, number};
use crate::iam::part::Part;
use crate::iam::solver::form::Form;
use crate::iam::text::{Union, letters};
use crate::name::AccountId;

/// What the requests of one shape carry for one key.
#[derive(Debug, Clone)]
pub struct Domain<'q> {
    /// Whether some come without it.
    pub absent: bool,
    /// The values that others come with; `None`: none comes with it.
    pub values: Option<Texts<'q>>,
    /// Whether one request may carry several values.
    pub several: bool,
}

/// A set of values.
#[derive(Debug, Clone)]
pub enum Texts<'q> {
    /// This one.
    Only(Cow<'q, str>),
    /// These.
    OneOf(&'static [&'static str]),
    /// Public addresses outside these ranges.
    Addresses(&'q [IpNet]),
    /// Numbers.
    Numbers,
    /// Times.
    Moments,
    /// Texts.
    Language(Language<'q>),
}

/// Texts of some form.
#[derive(Debug, Clone)]
pub struct Language<'q> {
    /// Their form.
    pub form: Form<'q>,
    /// Which of them are left out.
    pub except: Except<'q>,
    /// Some that read well, to be tried first.
    pub samples: Samples<'q>,
}

/// Values that read well; there is always one.
#[derive(Debug, Clone)]
pub struct Samples<'q> {
    /// The one to be tried before all others.
    pub first: Cow<'q, str>,
    pub others: &'static [&'static str],
}

/// Which texts are left out.
#[derive(Debug, Clone)]
pub enum Except<'q> {
    /// None.
    Nothing,
    /// ARNs of these accounts.
    Accounts(&'q BTreeSet<AccountId>),
    /// ARNs of this account.
    Account(&'q AccountId),
    /// Texts before whose first `/` stands one of these, which have no capitals, in whatever
    /// capitals.
    Starts(&'q BTreeSet<String>),
    /// Texts that meet one of these.
    Meeting(&'q [Comparison<'q>]),
}

impl<'q> Domain<'q> {
    pub fn never() -> Self {
        Self { absent: true, values: None, several: false }
    }

    pub fn always(values: Texts<'q>) -> Self {
        Self { absent: false, values: Some(values), several: false }
    }

    pub fn sometimes(values: Texts<'q>) -> Self {
        Self { absent: true, values: Some(values), several: false }
    }

    /// The key with exactly this value, or without.
    pub fn bound(value: Option<&'q str>) -> Self {
        match value {
            Some(value) => Self::always(Texts::Only(Cow::Borrowed(value))),
            None => Self::never(),
        }
    }
}

impl Samples<'_> {
    /// Each, in the order in which they are tried.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.first.as_ref()).chain(self.others.iter().copied())
    }
}

impl Samples<'static> {
    pub const fn of(first: &'static str, others: &'static [&'static str]) -> Self {
        Self { first: Cow::Borrowed(first), others }
    }
}

impl<'q, T: Into<Cow<'q, str>>> From<T> for Samples<'q> {
    fn from(only: T) -> Self {
        Self { first: only.into(), others: &[] }
    }
}

impl<'q> Texts<'q> {
    /// Any text; these read well.
    pub fn any(samples: impl Into<Samples<'q>>) -> Self {
        Self::unnamed(samples, &[])
    }

    /// Any text that meets none of `named`.
    pub fn unnamed(samples: impl Into<Samples<'q>>, named: &'q [Comparison<'q>]) -> Self {
        let (form, except) = (Form::Any, Except::Meeting(named));
        Self::Language(Language { form, except, samples: samples.into() })
    }

    /// Keys of objects.
    pub fn keys() -> Self {
        Self::Language(Language {
            form: Form::NotEmpty,
            except: Except::Nothing,
            samples: "x".into(),
        })
    }

    /// What a part of all of them is, where it is one text.
    pub fn fixed(&self, part: Part) -> Option<Cow<'_, str>> {
        match self {
            Self::Only(only) => part.of(only),
            Self::Language(language) => language.form.fixed(part).map(Cow::Borrowed),
            Self::OneOf(_) | Self::Addresses(_) | Self::Numbers | Self::Moments => None,
        }
    }

    /// Whether `value`, which is of their form, is left out.
    pub fn leaves_out(&self, value: &str) -> bool {
        match self {
            Self::Language(language) => language.except.has(value),
            Self::Addresses(_) => !self.has(value),
            Self::Only(_) | Self::OneOf(_) | Self::Numbers | Self::Moments => false,
        }
    }

    /// Whether `value` is one of them.
    pub fn has(&self, value: &str) -> bool {
        match self {
            Self::Only(only) => only == value,
            Self::OneOf(list) => list.contains(&value),
            Self::Addresses(except) => value
                .parse::<IpAddr>()
                .is_ok_and(|ip| is_public(&ip) && !except.iter().any(|range| range.contains(&ip))),
            Self::Numbers => number(value).is_some(),
            Self::Moments => moment(value).is_some(),
            Self::Language(language) => language.form.has(value) && !self.leaves_out(value),
        }
    }
}

impl Except<'_> {
    /// Whether every value of which the part is `text` is left out.
    pub fn is_left_out(&self, part: Part, text: &str) -> bool {
        match (self, part) {
            (Self::Accounts(accounts), Part::Account) => {
                AccountId::of(text).is_some_and(|account| accounts.contains(&account))
            }
            (Self::Account(account), Part::Account) => account.as_str() == text,
            (Self::Starts(starts), Part::FirstStep) => starts.contains(&text.to_ascii_lowercase()),
            (
                Self::Nothing
                | Self::Accounts(_)
                | Self::Account(_)
                | Self::Starts(_)
                | Self::Meeting(_),
                _,
            ) => false,
        }
    }

    /// Whether `value` is left out.
    fn has(&self, value: &str) -> bool {
        match self {
            Self::Meeting(named) => named.iter().any(|named| named.is_met_by(value)),
            Self::Nothing | Self::Accounts(_) | Self::Account(_) | Self::Starts(_) => {
                self.part_of(value).is_some()
            }
        }
    }

    /// The part of `value` by which it is left out.
    fn part_of<'v>(&self, value: &'v str) -> Option<(Part, Cow<'v, str>)> {
        let part = match self {
            Self::Nothing | Self::Meeting(_) => return None,
            Self::Accounts(_) | Self::Account(_) => Part::Account,
            Self::Starts(_) => Part::FirstStep,
        };
        let text = part.of(value).filter(|text| self.is_left_out(part, text))?;
        Some((part, text))
    }

    /// Texts left out of which `value` is one.
    pub fn which(&self, value: &str) -> Option<Union> {
        if let Self::Meeting(named) = self {
            return match named.iter().find(|named| named.is_met_by(value))? {
                Comparison::OneOf(_) => Some(Union::of(letters(value).collect())),
                met => met.union(),
            };
        }
        let (part, text) = self.part_of(value)?;
        // whatever its capitals
        part.values(Union { fold: true, ..Union::of(letters(&text).collect()) })
    }
}

/// Whether a request over the internet may come from `ip`. Shared address space of carriers counts.
pub fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, ..] = ip.octets();
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local())
                && first != 0
                && first < 224
        }
        IpAddr::V6(ip) => {
            let [first, ..] = ip.segments();
            !(ip.is_loopback() || ip.is_unspecified())
                && first & 0xfe00 != 0xfc00
                && first & 0xffc0 != 0xfe80
                && first & 0xff00 != 0xff00
        }
    }
}
