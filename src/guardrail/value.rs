//! The single values of a guardrail file, each checked where it stands, so that an error has the
//! place of the value and says what was expected.

use std::fmt;
use std::marker::PhantomData;

use ipnet::IpNet;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use time::{Date, Month};
use toml::Value;

use crate::bucket::AccountId;
use crate::exposure::Class;
use crate::guardrail::{Contain, Mode, RuleAction, Threshold, Urgency};
use crate::iam::{Access, Actions, Glob};

/// A value that the file writes as a string of its own form.
pub(super) struct Checked<T>(pub(super) T);

/// What [`Checked`] checks.
pub(super) trait FromText: Sized {
    /// What is expected, for an error: `a date such as …`.
    const EXPECTED: &str;

    /// The value that `text` writes.
    fn from_text(text: &str) -> Result<Self, Wrong>;
}

/// What is wrong with a value, without what was expected.
pub(super) struct Wrong(pub(super) String);

/// A text for people, not blank.
pub(super) struct Text(pub(super) String);
/// Organization id.
pub(super) struct Organization(pub(super) String);
/// Canonical user id.
pub(super) struct CanonicalUser(pub(super) String);
/// VPC id.
pub(super) struct Vpc(pub(super) String);
/// VPC endpoint id.
pub(super) struct VpcEndpoint(pub(super) String);
/// Public address range.
pub(super) struct Network(pub(super) IpNet);
/// Glob over bucket names.
pub(super) struct BucketGlob(pub(super) Glob);
/// Glob over action names.
pub(super) struct ActionGlob(pub(super) Glob);
/// Glob over ARNs of principals.
pub(super) struct PrincipalGlob(pub(super) Glob);
/// A whole number from 1 to 3650.
pub(super) struct Whole(pub(super) u16);
/// Class up to which an exemption reaches.
pub(super) struct ExemptClass(pub(super) Class);
/// A local date.
pub(super) struct Day(pub(super) Date);
/// One glob, or a list of them.
pub(super) struct Globs(pub(super) Vec<Glob>);

impl<'de, T: FromText> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData)).map(Self)
    }
}

/// Checks while it reads: only then does the error get the place of the value itself.
struct TextVisitor<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text)
            .map_err(|Wrong(what)| E::custom(format_args!("{what}, expected {}", T::EXPECTED)))
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GlobsVisitor)
    }
}

struct GlobsVisitor;

impl<'de> Visitor<'de> for GlobsVisitor {
    type Value = Globs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag's value or a list of values")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Globs, E> {
        Ok(Globs(vec![Glob::new(value)]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Globs, A::Error> {
        let mut globs = Vec::new();
        while let Some(value) = list.next_element::<String>()? {
            globs.push(Glob::new(value));
        }
        if globs.is_empty() {
            return Err(de::Error::custom("the list is empty, expected at least one value"));
        }
        Ok(Globs(globs))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "expected a date without quotes or time, such as 2027-01-31";
        let Value::Datetime(moment) = Value::deserialize(deserializer)? else {
            return Err(de::Error::custom(format_args!("not a date, {EXPECTED}")));
        };
        let (Some(date), None, None) = (moment.date, moment.time, moment.offset) else {
            return Err(de::Error::custom(format_args!("`{moment}` has a time, {EXPECTED}")));
        };
        Month::try_from(date.month)
            .and_then(|month| Date::from_calendar_date(date.year.into(), month, date.day))
            .map(Self)
            .map_err(|_| de::Error::custom(format_args!("there is no day `{moment}`, {EXPECTED}")))
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 1 to 3650")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Whole, E> {
        let fit = u16::try_from(number).ok().filter(|number| (1..=3650).contains(number));
        fit.map(Whole).ok_or_else(|| {
            E::custom(format_args!("`{number}` is out of range, expected 1 to 3650"))
        })
    }
}

impl FromText for Contain {
    const EXPECTED: &str = "`all` or `by-cause`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        [Self::All, Self::ByCause]
            .into_iter()
            .find(|contain| contain.name() == text)
            .ok_or_else(|| not("a way to contain", text))
    }
}

impl FromText for PrincipalGlob {
    const EXPECTED: &str = "the ARN of a principal, such as `arn:aws:iam::111122223333:role/Data*`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        let form = text.starts_with("arn:") && text.split(':').count() >= 6;
        if form { Ok(Self(Glob::new(text))) } else { Err(not("the ARN of a principal", text)) }
    }
}

impl FromText for Mode {
    const EXPECTED: &str = "`observe`, `notify` or `enforce`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        [Self::Observe, Self::Notify, Self::Enforce]
            .into_iter()
            .find(|mode| mode.name() == text)
            .ok_or_else(|| not("a mode", text))
    }
}

impl FromText for RuleAction {
    const EXPECTED: &str = "`contain`, `alert` or `ignore`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        [Self::Contain, Self::Alert, Self::Ignore]
            .into_iter()
            .find(|action| action.name() == text)
            .ok_or_else(|| not("an action of a rule", text))
    }
}

impl FromText for Urgency {
    const EXPECTED: &str = "`high` or `low`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        [Self::High, Self::Low]
            .into_iter()
            .find(|urgency| urgency.name() == text)
            .ok_or_else(|| not("an urgency", text))
    }
}

impl FromText for Access {
    const EXPECTED: &str = "`list`, `read`, `write`, `tagging` or `permissions`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        [Self::List, Self::Read, Self::Write, Self::Tagging, Self::Permissions]
            .into_iter()
            .find(|access| access.name() == text)
            .ok_or_else(|| not("an access level", text))
    }
}

impl FromText for Threshold {
    const EXPECTED: &str = "`anonymous`, `authenticated`, `external`, `trusted` or `unknown`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        match text {
            "unknown" => Ok(Self::Unknown),
            "none" => Err(Wrong("`none` lets nobody in and would match nothing".to_owned())),
            _ => class(text).map(Self::AtLeast).ok_or_else(|| not("a class of exposure", text)),
        }
    }
}

impl FromText for ExemptClass {
    const EXPECTED: &str = "`anonymous`, `authenticated`, `external` or `trusted`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        match text {
            "unknown" => Err(Wrong("what is unknown cannot be exempted".to_owned())),
            "none" => Err(Wrong("`none` lets nobody in and would exempt nothing".to_owned())),
            _ => class(text).map(Self).ok_or_else(|| not("a class of exposure", text)),
        }
    }
}

impl FromText for Text {
    const EXPECTED: &str = "some words for people";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        match text.trim() {
            "" => Err(Wrong("the text is empty".to_owned())),
            trimmed => Ok(Self(trimmed.to_owned())),
        }
    }
}

impl FromText for AccountId {
    const EXPECTED: &str = "12 digits in quotes, such as \"111122223333\"";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        Self::parse(text).map_err(|_| not("an account id", text))
    }
}

impl FromText for Organization {
    const EXPECTED: &str = "an organization id such as `o-exampleorgid`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        with_prefix(text, "o-").map(Self).ok_or_else(|| not("an organization id", text))
    }
}

impl FromText for Vpc {
    const EXPECTED: &str = "a VPC id such as `vpc-0a1b2c3d`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        with_prefix(text, "vpc-").map(Self).ok_or_else(|| not("a VPC id", text))
    }
}

impl FromText for VpcEndpoint {
    const EXPECTED: &str = "a VPC endpoint id such as `vpce-0a1b2c3d`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        with_prefix(text, "vpce-").map(Self).ok_or_else(|| not("a VPC endpoint id", text))
    }
}

impl FromText for CanonicalUser {
    const EXPECTED: &str = "64 hexadecimal digits, as in `Owner.ID` of an ACL";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        // what anonymous callers upload belongs to this one
        const ANONYMOUS: &str = "65a011a29cdf8ec533ec3d1ccaae921c";
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if plain && text != ANONYMOUS && AccountId::parse(text).is_err() {
            return Ok(Self(text.to_owned()));
        }
        Err(not("the canonical id of an account", text))
    }
}

impl FromText for Network {
    const EXPECTED: &str = "an address range such as `198.51.100.0/24`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        let network: IpNet = text.parse().map_err(|_| not("an address range", text))?;
        if network != network.trunc() {
            return Err(Wrong(format!("`{network}` is not the start of a range")));
        }
        // what AWS calls public: S3 User Guide, "The meaning of public"
        let widest = match network {
            IpNet::V4(_) => 8,
            IpNet::V6(_) => 32,
        };
        if network.prefix_len() < widest {
            return Err(Wrong(format!("`{network}` is wider than anybody's own /{widest}")));
        }
        Ok(Self(network))
    }
}

impl FromText for BucketGlob {
    const EXPECTED: &str = "a bucket name or a glob, such as `clinic-*`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        let possible = |byte: u8| byte.is_ascii_alphanumeric() || b".-_*?".contains(&byte);
        if !text.is_empty() && text.bytes().all(possible) {
            return Ok(Self(Glob::new(text)));
        }
        Err(Wrong(format!("`{}` matches no bucket", text.escape_debug())))
    }
}

impl FromText for ActionGlob {
    const EXPECTED: &str = "an action or a glob, such as `s3:GetObject`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        let glob = Glob::new(text);
        if !Actions::matching(&glob).is_empty() {
            return Ok(Self(glob));
        }
        Err(Wrong(format!("`{}` matches no action that S3 can grant", text.escape_debug())))
    }
}

/// The class of that name; not `none`, which nothing is opened by.
fn class(text: &str) -> Option<Class> {
    [Class::Trusted, Class::External, Class::Authenticated, Class::Anonymous]
        .into_iter()
        .find(|class| class.name() == text)
}

fn with_prefix(text: &str, prefix: &str) -> Option<String> {
    let rest = text.strip_prefix(prefix)?;
    let plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| text.to_owned())
}

/// What is wrong with `text`, which is not `what`.
pub(super) fn not(what: &str, text: &str) -> Wrong {
    Wrong(format!("`{}` is not {what}", text.escape_debug()))
}
