//! Access control lists: who they name and what they grant.
//!
//! Source: S3 User Guide, "Access control list (ACL) overview".

/// An access control list of a bucket or an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acl {
    /// Canonical id of the owner, where the list says it.
    pub owner: Option<String>,
    /// The grants, in the list's order.
    pub grants: Vec<Grant>,
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub grantee: Grantee,
    /// What.
    pub permission: Permission,
}

/// Whom a grant names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// One account, by its canonical id.
    CanonicalUser(String),
    /// One account, by an address that S3 has not yet turned into an id.
    Email(String),
    /// Everyone, signed or not.
    AllUsers,
    /// Every AWS account of the world.
    AuthenticatedUsers,
    /// S3's log delivery service.
    LogDelivery,
    /// A group that AWS does not document: counted as everyone.
    UnknownGroup(String),
}

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// On a bucket: list it. On an object: read it.
    Read,
    /// On a bucket: create objects. On an object: nothing.
    Write,
    /// Read the ACL.
    ReadAcp,
    /// Write the ACL, and so give oneself the rest.
    WriteAcp,
    /// All of these.
    FullControl,
}

impl Grantee {
    /// The group that a URI names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Self {
        match uri.rsplit_once("/groups/").map(|(_, group)| group) {
            Some("global/AllUsers") => Self::AllUsers,
            Some("global/AuthenticatedUsers") => Self::AuthenticatedUsers,
            Some("s3/LogDelivery") => Self::LogDelivery,
            _ => Self::UnknownGroup(uri.to_owned()),
        }
    }

    /// Whether AWS calls a list with this grantee public.
    #[must_use]
    pub fn is_public(&self) -> bool {
        match self {
            Self::AllUsers | Self::AuthenticatedUsers | Self::UnknownGroup(_) => true,
            Self::CanonicalUser(_) | Self::Email(_) | Self::LogDelivery => false,
        }
    }
}

impl Grantee {
    /// Whether `IgnorePublicAcls` surely mutes a grant to it: of a group that is not known, that is
    /// not documented.
    #[must_use]
    pub fn is_surely_public(&self) -> bool {
        match self {
            Self::AllUsers | Self::AuthenticatedUsers => true,
            Self::UnknownGroup(_) | Self::CanonicalUser(_) | Self::Email(_) | Self::LogDelivery => {
                false
            }
        }
    }
}

impl Permission {
    /// The permission by AWS's name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "READ" => Self::Read,
            "WRITE" => Self::Write,
            "READ_ACP" => Self::ReadAcp,
            "WRITE_ACP" => Self::WriteAcp,
            "FULL_CONTROL" => Self::FullControl,
            _ => return None,
        })
    }

    /// AWS's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadAcp => "READ_ACP",
            Self::WriteAcp => "WRITE_ACP",
            Self::FullControl => "FULL_CONTROL",
        }
    }

    /// The actions that the permission on a bucket's own ACL allows.
    ///
    /// Source: ACL overview, "Mapping of ACL permissions and access policy permissions".
    #[must_use]
    pub fn bucket_actions(self) -> &'static [&'static str] {
        match self {
            Self::Read => {
                &["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"]
            }
            // deleting and overwriting stay with the owner of the object
            Self::Write => &["s3:PutObject"],
            Self::ReadAcp => &["s3:GetBucketAcl"],
            Self::WriteAcp => &["s3:PutBucketAcl"],
            Self::FullControl => &[
                "s3:GetBucketAcl",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:ListBucketVersions",
                "s3:PutBucketAcl",
                "s3:PutObject",
            ],
        }
    }

    /// The actions that the permission on an object's ACL allows. Source: as above.
    #[must_use]
    pub fn object_actions(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["s3:GetObject", "s3:GetObjectVersion"],
            Self::Write => &[],
            Self::ReadAcp => &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
            Self::WriteAcp => &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            Self::FullControl => &[
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:PutObjectAcl",
                "s3:PutObjectVersionAcl",
            ],
        }
    }
}

impl Acl {
    /// Whether AWS calls this list public, whatever settings or ownership make of it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.is_public())
    }
}
