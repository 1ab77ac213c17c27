//! The state of a bucket: everything read about it at one time, as AWS gave it, before any meaning
//! is drawn from it.

mod settings;
pub mod snapshot;

use std::collections::BTreeMap;

pub use self::settings::{Setting, Settings};
use crate::acl::Acl;
use crate::iam::Document;
pub use crate::iam::NetworkOrigin;
pub use crate::name::{AccountId, BucketName, NameError, Region};

/// What a read gave: the thing (absence included), or the reason why it is not known. What is not
/// known is never taken for absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed<T> {
    /// It was read.
    Known(T),
    /// It may exist and could not be read, or not be understood: the error, its code first.
    Unknown(String),
}

impl<T> Observed<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The error, where it is not known.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(error) => Some(error),
        }
    }
}

/// Everything read about one bucket at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketState {
    /// The bucket.
    pub bucket: BucketName,
    /// The account that owns it.
    pub account: AccountId,
    /// Its Region, where known.
    pub region: Option<Region>,
    /// The bucket's ACL. With `IgnorePublicAcls` on, AWS shows it without its public grants.
    pub acl: Observed<Acl>,
    /// Object Ownership.
    pub ownership: Observed<Ownership>,
    /// The bucket policy.
    pub policy: Observed<Option<Document>>,
    /// `IsPublic` of `GetBucketPolicyStatus`: AWS's own opinion of the policy, where there is one.
    pub policy_status: Observed<Option<bool>>,
    /// The bucket's own Block Public Access settings.
    pub settings: Observed<Settings>,
    /// The account's effective settings, an organization's included.
    pub account_settings: Observed<Settings>,
    /// The account's access points to this bucket.
    pub access_points: Observed<Vec<AccessPoint>>,
    /// The ACLs of the objects that an event named.
    pub object_acls: Observed<Vec<ObjectAcl>>,
    /// The bucket's tags.
    pub tags: Observed<BTreeMap<String, String>>,
    /// Whether static website hosting is on. It adds no permission.
    pub website: Observed<bool>,
    /// Further parts that a snapshot says could not be read, by a name of its own.
    pub other_unreadable: BTreeMap<String, String>,
    /// What the reader of this state should be told of how it was put together.
    pub notes: Vec<String>,
}

/// Object Ownership: whether ACLs take part in authorization.
///
/// Source: S3 User Guide, "Controlling ownership of objects". Without ownership controls a bucket
/// behaves as with `ObjectWriter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// ACLs are off.
    BucketOwnerEnforced,
    /// ACLs are in force.
    BucketOwnerPreferred,
    /// ACLs are in force.
    ObjectWriter,
}

/// An access point of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPoint {
    /// Its name, unique in the account and Region.
    pub name: String,
    /// The account that owns it, where it says so; else the bucket's.
    pub account: Option<AccountId>,
    /// Where requests may come from.
    pub origin: NetworkOrigin,
    /// Its own settings, fixed when it was created.
    pub settings: Observed<Settings>,
    /// Its policy.
    pub policy: Observed<Option<Document>>,
}

/// The ACL of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectAcl {
    /// The object's key.
    pub key: String,
    /// Its ACL.
    pub acl: Acl,
}

/// A part of the state that is read by itself, and so can be unreadable by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The ACL.
    Acl,
    /// Object Ownership.
    OwnershipControls,
    /// The bucket policy.
    Policy,
    /// AWS's opinion of the policy.
    PolicyStatus,
    /// The bucket's settings.
    PublicAccessBlockConfiguration,
    /// The account's settings.
    AccountPublicAccessBlockConfiguration,
    /// Access points, their settings and policies.
    AccessPoints,
    /// ACLs of objects.
    ObjectAcls,
    /// Tags.
    Tags,
    /// Website hosting.
    WebsiteConfiguration,
}

impl Ownership {
    /// Whether ACLs take part in authorization.
    #[must_use]
    pub fn acls_in_force(self) -> bool {
        match self {
            Self::BucketOwnerEnforced => false,
            Self::BucketOwnerPreferred | Self::ObjectWriter => true,
        }
    }
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 10] = [
        Self::Acl,
        Self::OwnershipControls,
        Self::Policy,
        Self::PolicyStatus,
        Self::PublicAccessBlockConfiguration,
        Self::AccountPublicAccessBlockConfiguration,
        Self::AccessPoints,
        Self::ObjectAcls,
        Self::Tags,
        Self::WebsiteConfiguration,
    ];

    /// The part's name in a snapshot and in a verdict.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acl => "Acl",
            Self::OwnershipControls => "OwnershipControls",
            Self::Policy => "Policy",
            Self::PolicyStatus => "PolicyStatus",
            Self::PublicAccessBlockConfiguration => "PublicAccessBlockConfiguration",
            Self::AccountPublicAccessBlockConfiguration => "AccountPublicAccessBlockConfiguration",
            Self::AccessPoints => "AccessPoints",
            Self::ObjectAcls => "ObjectAcls",
            Self::Tags => "Tags",
            Self::WebsiteConfiguration => "WebsiteConfiguration",
        }
    }

    /// The IAM actions that reading the part asks for.
    ///
    /// Source: Service Authorization Reference, "Actions, resources, and condition keys for
    /// Amazon S3".
    #[must_use]
    pub fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Acl => &["s3:GetBucketAcl"],
            Self::OwnershipControls => &["s3:GetBucketOwnershipControls"],
            Self::Policy => &["s3:GetBucketPolicy"],
            Self::PolicyStatus => &["s3:GetBucketPolicyStatus"],
            Self::PublicAccessBlockConfiguration => &["s3:GetBucketPublicAccessBlock"],
            Self::AccountPublicAccessBlockConfiguration => &["s3:GetAccountPublicAccessBlock"],
            Self::AccessPoints => {
                &["s3:ListAccessPoints", "s3:GetAccessPoint", "s3:GetAccessPointPolicy"]
            }
            Self::ObjectAcls => &["s3:GetObjectAcl"],
            Self::Tags => &["s3:GetBucketTagging"],
            Self::WebsiteConfiguration => &["s3:GetBucketWebsite"],
        }
    }
}

impl BucketState {
    /// A bucket about which nothing but its name is known to be there: no policy, no settings, an
    /// ACL without grants.
    #[must_use]
    pub fn empty(bucket: BucketName, account: AccountId, region: Option<Region>) -> Self {
        Self {
            bucket,
            account,
            region,
            acl: Observed::Known(Acl::default()),
            ownership: Observed::Known(Ownership::ObjectWriter),
            policy: Observed::Known(None),
            policy_status: Observed::Known(None),
            settings: Observed::Known(Settings::default()),
            account_settings: Observed::Known(Settings::default()),
            access_points: Observed::Known(Vec::new()),
            object_acls: Observed::Known(Vec::new()),
            tags: Observed::Known(BTreeMap::new()),
            website: Observed::Known(false),
            other_unreadable: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Every part that could not be read, with its error, in the order of [`Part::ALL`]; an access
    /// point's own parts under [`Part::AccessPoints`].
    #[must_use]
    pub fn unreadable(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for part in Part::ALL {
            let error = match part {
                Part::Acl => self.acl.error(),
                Part::OwnershipControls => self.ownership.error(),
                Part::Policy => self.policy.error(),
                Part::PolicyStatus => self.policy_status.error(),
                Part::PublicAccessBlockConfiguration => self.settings.error(),
                Part::AccountPublicAccessBlockConfiguration => self.account_settings.error(),
                Part::AccessPoints => self.access_points.error(),
                Part::ObjectAcls => self.object_acls.error(),
                Part::Tags => self.tags.error(),
                Part::WebsiteConfiguration => self.website.error(),
            };
            if let Some(error) = error {
                found.push((part.name().to_owned(), error.to_owned()));
            }
            if part == Part::AccessPoints {
                found.extend(self.unreadable_in_access_points());
            }
        }
        found.extend(self.other_unreadable.clone());
        found
    }

    fn unreadable_in_access_points(&self) -> Vec<(String, String)> {
        let points = self.access_points.known().map_or(&[][..], Vec::as_slice);
        points
            .iter()
            .flat_map(|point| {
                [point.settings.error(), point.policy.error()].into_iter().flatten().map(|error| {
                    (Part::AccessPoints.name().to_owned(), format!("{}: {error}", point.name))
                })
            })
            .collect()
    }
}
