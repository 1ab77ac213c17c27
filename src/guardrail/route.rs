//! Whom a page goes to: the owner that a bucket's tag names, the topic of the first route that
//! fits, and what the page points to.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::bucket::{AccountId, BucketName, Observed};
use crate::guardrail::file::{MatchTable, at, no_name_twice};
use crate::guardrail::fit::{TagsUnread, fits_parts};
use crate::guardrail::value::{Checked, FromText, Text, Wrong, not};
use crate::guardrail::{FileError, Match, Urgency};
use crate::topic::{TopicArn, TopicError};

/// How people are told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Telling {
    /// The tag whose value names a bucket's owner.
    pub owner_tag: Option<String>,
    /// What a page points to beside its own steps, an `https` address.
    pub runbook: Option<String>,
    /// What people call accounts.
    pub account_names: BTreeMap<AccountId, String>,
    /// Topics in place of the default one, in the order in which they are tried.
    pub routes: Vec<Route>,
}

/// A topic for some of the pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Its name, for people.
    pub name: String,
    /// Where the pages go.
    pub topic: TopicArn,
    /// Only those that are this urgent; `None`: all.
    pub urgency: Option<Urgency>,
    /// Which buckets it is for.
    pub matches: Match,
}

/// What a page is about, as far as routes and owners go.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The bucket's owner.
    pub account: AccountId,
    /// The bucket; `None` where it is about a whole account.
    pub bucket: Option<&'a BucketName>,
    /// The bucket's tags.
    pub tags: &'a Observed<BTreeMap<String, String>>,
}

/// Who answers for a bucket, as its tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// The guardrail file names no tag for it.
    NotAsked,
    /// This tag has this value.
    Named {
        /// The tag's key.
        tag: &'a str,
        /// Its value, a stranger's words.
        name: &'a str,
    },
    /// The bucket has no such tag.
    NoTag(&'a str),
    /// Its tags could not be read.
    Unread(&'a str),
}

impl Subject<'_> {
    fn fits(&self, matches: &Match) -> bool {
        let bucket = self.bucket.map(BucketName::as_str);
        fits_parts(matches, &self.account, bucket, self.tags, TagsUnread::DoNotMatch)
    }
}

impl Telling {
    /// The first route that fits. What could not be read fits no route that asks for tags.
    #[must_use]
    pub fn route(&self, subject: &Subject<'_>, urgency: Urgency) -> Option<&Route> {
        let fit = |route: &&Route| {
            route.urgency.is_none_or(|asked| asked == urgency) && subject.fits(&route.matches)
        };
        self.routes.iter().find(fit)
    }

    /// Who answers for a bucket.
    #[must_use]
    pub fn owner<'a>(&'a self, tags: &'a Observed<BTreeMap<String, String>>) -> Owner<'a> {
        let Some(tag) = self.owner_tag.as_deref() else { return Owner::NotAsked };
        match tags {
            Observed::Unknown(_) => Owner::Unread(tag),
            Observed::Known(tags) => match tags.get(tag).map(|name| name.trim()) {
                Some(name) if !name.is_empty() => Owner::Named { tag, name },
                Some(_) | None => Owner::NoTag(tag),
            },
        }
    }

    /// What people call an account.
    #[must_use]
    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        self.account_names.get(&account).map(String::as_str)
    }
}

/// A route as the file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    name: Spanned<Checked<Text>>,
    topic: Checked<TopicArn>,
    urgency: Option<Checked<Urgency>>,
    #[serde(default, rename = "match")]
    matches: MatchTable,
}

/// The name of a tag's key.
pub(super) struct TagKey(String);

/// An `https` address without a user, a space or anything that a viewer could take for markup.
pub(super) struct Link(String);

/// The keys of a guardrail file that say how people are told.
pub(super) struct TellingTable {
    pub(super) owner_tag: Option<Checked<TagKey>>,
    pub(super) runbook: Option<Checked<Link>>,
    pub(super) account_names: BTreeMap<Spanned<String>, Checked<Text>>,
    pub(super) routes: Vec<Spanned<RouteTable>>,
}

impl TellingTable {
    /// # Errors
    ///
    /// [`FileError`] for a route's name that is given twice, and for what names no account.
    pub(super) fn read(self, text: &str) -> Result<Telling, FileError> {
        no_name_twice(text, "route", self.routes.iter().map(|route| &route.as_ref().name))?;
        let mut account_names = BTreeMap::new();
        for (account, name) in self.account_names {
            let span = account.span();
            let account = AccountId::from_text(account.as_ref()).map_err(|Wrong(what)| {
                let reason = format!("{what}, expected {}", AccountId::EXPECTED);
                at(text, Some(span), &reason)
            })?;
            account_names.insert(account, name.0.0);
        }
        Ok(Telling {
            owner_tag: self.owner_tag.map(|key| key.0.0),
            runbook: self.runbook.map(|link| link.0.0),
            account_names,
            routes: self.routes.into_iter().map(|route| route.into_inner().into()).collect(),
        })
    }
}

impl From<RouteTable> for Route {
    fn from(table: RouteTable) -> Self {
        Self {
            name: table.name.into_inner().0.0,
            topic: table.topic.0,
            urgency: table.urgency.map(|urgency| urgency.0),
            matches: table.matches.into(),
        }
    }
}

impl FromText for TopicArn {
    const EXPECTED: &str =
        "the ARN of a standard SNS topic, such as `arn:aws:sns:eu-west-1:111122223333:clinic`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        Self::parse(text).map_err(|error| match error {
            TopicError::Form(_) => not("the ARN of a topic", text),
            TopicError::Fifo(_) => not("a topic that mail and pagers can subscribe to", text),
        })
    }
}

impl FromText for TagKey {
    const EXPECTED: &str = "the key of a tag, such as `owner`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        // Source: Tagging AWS resources, "Tag naming limits and requirements"
        let fit = !text.trim().is_empty() && text.chars().count() <= 128;
        if fit { Ok(Self(text.to_owned())) } else { Err(not("the key of a tag", text)) }
    }
}

impl FromText for Link {
    const EXPECTED: &str = "an address such as `https://wiki.example.com/s3`";

    fn from_text(text: &str) -> Result<Self, Wrong> {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#=%+,;".contains(&byte);
        let rest = text.strip_prefix("https://").filter(|rest| !rest.is_empty());
        if rest.is_some() && text.len() <= 500 && text.bytes().all(safe) {
            return Ok(Self(text.to_owned()));
        }
        Err(not("an `https` address of plain characters", text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Owner, Subject};
    use crate::bucket::{AccountId, BucketName, Observed};
    use crate::guardrail::{Guardrail, Urgency};

    const FILE: &str = r#"
mode      = "enforce"
owner_tag = "owner"
runbook   = "https://wiki.example.com/s3#open"

[account_names]
"111122223333" = "clinic-prod"

[[routes]]
name    = "clinic at night"
topic   = "arn:aws:sns:eu-west-1:111122223333:clinic-night"
urgency = "high"
match   = { tags = { team = "clinic" } }

[[routes]]
name    = "clinic"
topic   = "arn:aws:sns:eu-west-1:111122223333:clinic"
match   = { accounts = ["111122223333"], buckets = ["clinic-*"] }
"#;

    fn tags(pairs: &[(&str, &str)]) -> Observed<BTreeMap<String, String>> {
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Observed::Known(pairs.iter().map(pair).collect())
    }

    #[test]
    fn the_first_route_that_fits_is_taken() {
        let guardrail = Guardrail::parse(FILE).unwrap();
        let telling = &guardrail.telling;
        let account = AccountId::parse("111122223333").unwrap();
        let bucket = BucketName::parse("clinic-reports").unwrap();
        let route = |tags: &Observed<_>, bucket: Option<&BucketName>, urgency| {
            let subject = Subject { account, bucket, tags };
            telling.route(&subject, urgency).map(|route| route.name.as_str())
        };
        let team = tags(&[("team", "clinic")]);
        assert_eq!(route(&team, Some(&bucket), Urgency::High), Some("clinic at night"));
        assert_eq!(route(&team, Some(&bucket), Urgency::Low), Some("clinic"));
        assert_eq!(route(&tags(&[]), Some(&bucket), Urgency::High), Some("clinic"));
        let unread = Observed::Unknown("AccessDenied".to_owned());
        assert_eq!(route(&unread, Some(&bucket), Urgency::High), Some("clinic"));
        let other = BucketName::parse("other").unwrap();
        assert_eq!(route(&unread, Some(&other), Urgency::High), None);
        assert_eq!(route(&tags(&[]), None, Urgency::High), None);
    }

    #[test]
    fn the_owner_is_whom_the_tag_names() {
        let guardrail = Guardrail::parse(FILE).unwrap();
        let telling = &guardrail.telling;
        let named = tags(&[("owner", " web-team@example.com ")]);
        let owner = Owner::Named { tag: "owner", name: "web-team@example.com" };
        assert_eq!(telling.owner(&named), owner);
        assert_eq!(telling.owner(&tags(&[("owner", "")])), Owner::NoTag("owner"));
        let unread = Observed::Unknown("AccessDenied".to_owned());
        assert_eq!(telling.owner(&unread), Owner::Unread("owner"));
        let account = AccountId::parse("111122223333").unwrap();
        assert_eq!(telling.name_of(account), Some("clinic-prod"));
        assert_eq!(
            Guardrail::parse("mode = \"notify\"").unwrap().telling.owner(&named),
            Owner::NotAsked
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (from, to, expected) in [
            (
                "111122223333:clinic\"",
                "111122223333:clinic.fifo\"",
                "line 17, column 11: `arn:aws:sns:eu-west-1:111122223333:clinic.fifo` is not a \
                 topic that mail and pagers can subscribe to, expected the ARN of a standard SNS \
                 topic, such as `arn:aws:sns:eu-west-1:111122223333:clinic`",
            ),
            (
                "\"111122223333\" = ",
                "\"1111\" = ",
                "line 7, column 1: `1111` is not an account id, expected 12 digits in quotes, such \
                 as \"111122223333\"",
            ),
            (
                "https://wiki",
                "http://wiki",
                "line 4, column 13: `http://wiki.example.com/s3#open` is not an `https` address \
                 of plain characters, expected an address such as `https://wiki.example.com/s3`",
            ),
            (
                "\"clinic at night\"",
                "\"clinic\"",
                "line 16, column 11: another route is named `clinic` already, expected a name of \
                 its own",
            ),
            (
                "urgency = \"high\"",
                "priority = \"high\"",
                "line 12, column 1: unknown field `priority`, expected one of `name`, `topic`, \
                 `urgency`, `match`",
            ),
            (
                "\"owner\"",
                "\"\"",
                "line 3, column 13: `` is not the key of a tag, expected the key of a tag, such as \
                 `owner`",
            ),
        ] {
            assert!(FILE.contains(from), "{from}");
            let error = Guardrail::parse(&FILE.replacen(from, to, 1)).unwrap_err().to_string();
            assert_eq!(error, expected);
        }
    }
}
