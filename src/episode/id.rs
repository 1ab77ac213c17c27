//! Names of episodes: `111122223333/clinic-reports/9f86d081884c7d65`. Made of what two instances
//! that see the same thing agree on, so that both give one episode one name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::print::{Prints, hash};
use crate::bucket::{AccountId, BucketName};

/// Hexadecimal digits of the last part.
const DIGITS: usize = 16;

/// The id of an episode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EpisodeId {
    account: AccountId,
    bucket: BucketName,
    digits: String,
}

/// A text that is no id of an episode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the id of an episode; a page shows it, as in \
     `111122223333/clinic-reports/9f86d081884c7d65`"
)]
pub struct NoEpisodeId(String);

impl EpisodeId {
    /// The episode number `ordinal` of a bucket, in which `open` was found open on account of the
    /// event with the id `event`.
    #[must_use]
    pub fn new(
        account: AccountId,
        bucket: &BucketName,
        ordinal: u32,
        open: &Prints,
        event: &str,
    ) -> Self {
        let open: Vec<&str> = open.iter().map(String::as_str).collect();
        let ordinal = ordinal.to_string();
        let parts = [account.as_str(), bucket.as_str(), &ordinal, event, &open.join(",")];
        let digits = hash(parts.join("\n").as_bytes()).chars().take(DIGITS).collect();
        Self { account, bucket: bucket.clone(), digits }
    }

    /// # Errors
    ///
    /// [`NoEpisodeId`] for any other text than an id.
    pub fn parse(text: &str) -> Result<Self, NoEpisodeId> {
        let refuse = || NoEpisodeId(text.escape_debug().take(120).collect());
        let parts: Vec<&str> = text.split('/').collect();
        let [account, bucket, digits] = parts.as_slice() else { return Err(refuse()) };
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() != DIGITS || !digits.bytes().all(hexadecimal) {
            return Err(refuse());
        }
        Ok(Self {
            account: AccountId::parse(account).map_err(|_| refuse())?,
            bucket: BucketName::parse(bucket).map_err(|_| refuse())?,
            digits: (*digits).to_owned(),
        })
    }

    /// The account that owns the bucket.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }
}

impl fmt::Display for EpisodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.bucket, self.digits)
    }
}

impl TryFrom<String> for EpisodeId {
    type Error = NoEpisodeId;

    fn try_from(text: String) -> Result<Self, NoEpisodeId> {
        Self::parse(&text)
    }
}

impl From<EpisodeId> for String {
    fn from(id: EpisodeId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::EpisodeId;
    use crate::bucket::{AccountId, BucketName};
    use crate::episode::Prints;

    fn id(ordinal: u32, event: &str, open: &[&str]) -> EpisodeId {
        let open: Prints = open.iter().map(|print| (*print).to_owned()).collect();
        let bucket = BucketName::parse("clinic-reports").unwrap();
        EpisodeId::new(AccountId::parse("111122223333").unwrap(), &bucket, ordinal, &open, event)
    }

    #[test]
    fn what_is_the_same_has_one_name_and_what_differs_another() {
        assert_eq!(id(1, "e1", &["a", "b"]), id(1, "e1", &["b", "a"]));
        for other in [id(2, "e1", &["a"]), id(1, "e2", &["a"]), id(1, "e1", &["a", "b"])] {
            assert_ne!(id(1, "e1", &["a"]), other);
        }
    }

    #[test]
    fn a_name_is_read_as_it_was_written_and_nothing_else_is() {
        let id = id(1, "e1", &["a"]);
        assert_eq!(EpisodeId::parse(&id.to_string()), Ok(id.clone()));
        let text = id.to_string();
        for wrong in [
            "",
            "clinic-reports",
            "111122223333/clinic-reports",
            "111122223333/clinic-reports/9F86D081884C7D65",
            "111122223333/../9f86d081884c7d65",
            &text.replace("1111", "111"),
            &format!("{text}/x"),
        ] {
            let error = EpisodeId::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("a page shows it"), "{wrong}: {error}");
        }
    }
}
