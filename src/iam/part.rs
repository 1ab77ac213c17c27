//! Keys that are parts of one another: the account in the ARN of a principal or of an access point,
//! the organization at the start of its path, the name at the end of a user's ARN, the second of a
//! time. One value is chosen, and what is asked of a part is asked of it.

use std::borrow::Cow;

use crate::iam::compare::moment;
use crate::iam::text::{Class, Piece, Union};

/// Which part of a value a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The account of an ARN.
    Account,
    /// What comes before the first `/`.
    FirstStep,
    /// What comes after the last `/`.
    LastStep,
    /// Seconds since 1970 of a time.
    Epoch,
}

impl Part {
    /// The part of `value`.
    #[must_use]
    pub fn of(self, value: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Whole => Some(Cow::Borrowed(value)),
            Self::Account => value.split(':').nth(4).map(Cow::Borrowed),
            Self::FirstStep => value.split('/').next().map(Cow::Borrowed),
            Self::LastStep => value.rsplit('/').next().map(Cow::Borrowed),
            Self::Epoch => moment(value).map(|time| Cow::Owned((time / 1_000_000_000).to_string())),
        }
    }

    /// `value` with another text for the part.
    #[must_use]
    pub fn put(self, value: &str, text: &str) -> Option<String> {
        match self {
            Self::Whole => Some(text.to_owned()),
            Self::Account | Self::FirstStep | Self::LastStep if text.contains([':', '/']) => None,
            Self::Account => {
                let mut parts: Vec<&str> = value.split(':').collect();
                *parts.get_mut(4)? = text;
                Some(parts.join(":"))
            }
            Self::FirstStep => Some(format!("{text}/{}", value.split_once('/')?.1)),
            Self::LastStep => Some(format!("{}/{text}", value.rsplit_once('/')?.0)),
            Self::Epoch => None,
        }
    }

    /// The values of which the part is in `texts`; `None` where that is no set of texts.
    #[must_use]
    pub fn values(self, texts: Union) -> Option<Union> {
        let (class, border) = match self {
            Self::Whole => return Some(texts),
            Self::Account => (Class::NotColon, ':'),
            Self::FirstStep | Self::LastStep => (Class::NotSlash, '/'),
            Self::Epoch => return None,
        };
        let fits = |pattern: &Vec<Piece>| !pattern.contains(&Piece::Letter(border));
        let within = |piece: Piece| match piece {
            Piece::One(Class::Any) => Piece::One(class),
            Piece::Run(Class::Any) => Piece::Run(class),
            piece => piece,
        };
        let patterns = texts.patterns.into_iter().filter(fits).map(|pattern| {
            let mut whole = Vec::with_capacity(pattern.len() + 10);
            match self {
                Self::Account => {
                    for _ in 0..4 {
                        whole.extend([Piece::Run(class), Piece::Letter(border)]);
                    }
                }
                Self::LastStep => {
                    whole.extend([Piece::Run(Class::Any), Piece::Letter(border)]);
                }
                Self::Whole | Self::FirstStep | Self::Epoch => {}
            }
            whole.extend(pattern.into_iter().map(within));
            if self != Self::LastStep {
                whole.extend([Piece::Letter(border), Piece::Run(Class::Any)]);
            }
            whole
        });
        Some(Union { patterns: patterns.collect(), fold: texts.fold })
    }
}
