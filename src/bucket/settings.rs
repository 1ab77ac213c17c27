//! The four Block Public Access settings.

use serde::{Deserialize, Serialize};

/// One of the four settings.
///
/// `BlockPublicAcls` and `BlockPublicPolicy` refuse later writes and change no access of today;
/// `IgnorePublicAcls` and `RestrictPublicBuckets` do.
///
/// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Setting {
    /// Refuses writes of a public ACL.
    BlockPublicAcls,
    /// Ignores public grants of ACLs on the bucket and its objects.
    IgnorePublicAcls,
    /// Refuses writes of a public policy.
    BlockPublicPolicy,
    /// While the policy is public, lets in only AWS services and the owner's account.
    RestrictPublicBuckets,
}

impl Setting {
    /// All four, in AWS's order.
    pub const ALL: [Self; 4] = [
        Self::BlockPublicAcls,
        Self::IgnorePublicAcls,
        Self::BlockPublicPolicy,
        Self::RestrictPublicBuckets,
    ];

    /// AWS's name of the setting.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockPublicAcls => "BlockPublicAcls",
            Self::IgnorePublicAcls => "IgnorePublicAcls",
            Self::BlockPublicPolicy => "BlockPublicPolicy",
            Self::RestrictPublicBuckets => "RestrictPublicBuckets",
        }
    }
}

/// The settings of one level (account, bucket or access point). A configuration that is absent and
/// a member that is missing count as false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's own shape is four booleans")]
pub struct Settings {
    /// Refuses writes of a public ACL.
    pub block_public_acls: bool,
    /// Ignores public grants of ACLs.
    pub ignore_public_acls: bool,
    /// Refuses writes of a public policy.
    pub block_public_policy: bool,
    /// Cuts outsiders off while the policy is public.
    pub restrict_public_buckets: bool,
}

impl Settings {
    /// All four on.
    pub const ALL_ON: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    /// Whether `setting` is on.
    #[must_use]
    pub fn has(self, setting: Setting) -> bool {
        match setting {
            Setting::BlockPublicAcls => self.block_public_acls,
            Setting::IgnorePublicAcls => self.ignore_public_acls,
            Setting::BlockPublicPolicy => self.block_public_policy,
            Setting::RestrictPublicBuckets => self.restrict_public_buckets,
        }
    }

    /// These settings with `more` on too.
    #[must_use]
    pub fn with(self, more: &[Setting]) -> Self {
        Self {
            block_public_acls: self.block_public_acls || more.contains(&Setting::BlockPublicAcls),
            ignore_public_acls: self.ignore_public_acls
                || more.contains(&Setting::IgnorePublicAcls),
            block_public_policy: self.block_public_policy
                || more.contains(&Setting::BlockPublicPolicy),
            restrict_public_buckets: self.restrict_public_buckets
                || more.contains(&Setting::RestrictPublicBuckets),
        }
    }

    /// The settings that are on, in AWS's order.
    #[must_use]
    pub fn on(self) -> Vec<Setting> {
        Setting::ALL.into_iter().filter(|setting| self.has(*setting)).collect()
    }

    /// The settings that are off, in AWS's order.
    #[must_use]
    pub fn off(self) -> Vec<Setting> {
        Setting::ALL.into_iter().filter(|setting| !self.has(*setting)).collect()
    }
}
