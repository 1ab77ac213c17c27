//! Names that go into requests: accounts, Regions, buckets. Whatever an event or a file calls them
//! is checked here once; after that a name can neither point a request at another host nor break a
//! line of a page.

use std::fmt;

use serde::{Serialize, Serializer};

/// An AWS account, 12 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

/// A Region such as `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Region(String);

/// A general purpose bucket, by today's naming rules or those of before 2018 (capitals,
/// underscores, up to 255 characters).
///
/// Source: S3 User Guide, "Bucket naming rules".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct BucketName(String);

/// Why a name is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not 12 digits.
    #[error("account `{0}` is not 12 digits")]
    Account(String),
    /// Not of the form of a Region.
    #[error("Region `{0}` is not of the form `eu-west-1`")]
    Region(String),
    /// Against the rules for bucket names.
    #[error("`{0}` is not a bucket name: {1}")]
    Bucket(String, &'static str),
}

impl AccountId {
    /// # Errors
    ///
    /// [`NameError::Account`] unless `text` is 12 digits.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        Self::of(text).ok_or_else(|| NameError::Account(shown(text)))
    }

    /// The account that `text` is, where it may be something else.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let digits = <[u8; 12]>::try_from(text.as_bytes()).ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // digits are text
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Region {
    /// # Errors
    ///
    /// [`NameError::Region`] unless `text` has the form of a Region: a name with a dot or a slash
    /// in it would choose the host that a request goes to.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.split('-').collect();
        let lower = |part: &&str| {
            (2..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        let valid = match parts.as_slice() {
            [names @ .., number] if (2..=4).contains(&names.len()) => {
                names.iter().all(lower)
                    && (1..=2).contains(&number.len())
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ => false,
        };
        if valid { Ok(Self(text.to_owned())) } else { Err(NameError::Region(shown(text))) }
    }

    /// The name, `eu-west-1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition whose ARNs this Region's resources carry.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        const PREFIXES: [(&str, &str); 6] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("eusc-", "aws-eusc"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("us-iso-", "aws-iso"),
        ];
        PREFIXES
            .iter()
            .find(|(prefix, _)| self.0.starts_with(prefix))
            .map_or("aws", |(_, partition)| partition)
    }
}

impl BucketName {
    /// # Errors
    ///
    /// [`NameError::Bucket`] with the rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match broken_rule(text) {
            None => Ok(Self(text.to_owned())),
            Some(rule) => Err(NameError::Bucket(shown(text), rule)),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn broken_rule(text: &str) -> Option<&'static str> {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !(3..=255).contains(&text.len()) {
        return Some("3 to 63 characters (255 before 2018) are");
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
        return Some("letters, digits, `.`, `-` and `_` only are");
    }
    if !edge(text.bytes().next()) || !edge(text.bytes().last()) {
        return Some("one begins and ends with a letter or a digit");
    }
    if text.contains("..") {
        return Some("two dots never stand together in one");
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("it is an IP address");
    }
    if text.starts_with("xn--")
        || ["-s3alias", "--ol-s3", ".mrap", "--x-s3"].iter().any(|suffix| text.ends_with(suffix))
    {
        return Some("its prefix or suffix is kept for aliases and other kinds of bucket");
    }
    None
}

/// At most 80 characters of what was given, safe to print.
pub(crate) fn shown(text: &str) -> String {
    let escaped: String = text.chars().take(80).flat_map(char::escape_default).collect();
    if text.chars().count() > 80 { escaped + "…" } else { escaped }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({:?})", self.as_str())
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, BucketName, Region};

    #[test]
    fn a_region_cannot_name_a_host() {
        for good in
            ["us-east-1", "us-gov-west-1", "ap-southeast-12", "eusc-de-east-1", "us-iso-east-1"]
        {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "us-west-2.attacker.example#",
            "us-west-2/",
            "us_west_2",
            "US-WEST-2",
            "us-west-x",
            "west-2",
        ] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Region::parse("cn-north-1").unwrap().partition(), "aws-cn");
        assert_eq!(Region::parse("us-iso-east-1").unwrap().partition(), "aws-iso");
    }

    #[test]
    fn a_bucket_name_is_a_bucket_name() {
        for good in ["clinic-reports", "www.clinic.example", "Old_Style_Bucket", "abc"] {
            assert!(BucketName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "a/../b",
            "a..b",
            "192.168.5.4",
            "a\nb1",
            "buckеt-homoglyph",
            "demo--usw2-az1--x-s3",
            "arn:aws:s3:::b",
            "-abc",
            "ap-alias-s3alias",
        ] {
            assert!(BucketName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_account_is_twelve_digits() {
        assert!(AccountId::parse("111122223333").is_ok());
        for bad in ["", "11112222333", "anonymous", "１１１１２２２２３３３３"] {
            assert!(AccountId::parse(bad).is_err(), "{bad}");
        }
    }
}
