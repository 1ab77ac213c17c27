//! Every event that can change who reaches a bucket, and what each asks for: the one list, from
//! which the EventBridge patterns are made too.
//!
//! Source: S3 User Guide, "Amazon S3 CloudTrail events"; Organizations User Guide, "Amazon S3
//! policies".

/// What an S3 call of the list asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asks {
    /// A look at the bucket that it names.
    Bucket,
    /// A look at every bucket of the account: its Block Public Access went, or may have.
    AccountSettings,
    /// A look at the bucket that the body of the request names.
    NewAccessPoint,
    /// A look at the bucket behind an access point.
    AccessPoint,
    /// A look at every bucket of the account: a multi-Region access point spans several, and its
    /// completion is not logged.
    MultiRegionAccessPoint,
    /// A look at the bucket, or the access point, whose ARN it names.
    Tags,
    /// A look at the ACL of an object.
    ObjectAcl,
    /// The same, and only if its header asks for a public ACL.
    Upload,
}

/// An event that is no CloudTrail record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// It is time for a look at every bucket.
    Schedule,
    /// S3's own word that the ACL of an object changed.
    ObjectAclUpdated,
    /// A finding of IAM Access Analyzer.
    AccessAnalyzerFinding,
    /// A Config rule judged a resource anew.
    ConfigCompliance,
    /// Config recorded a resource anew.
    ConfigItem,
    /// A finding of GuardDuty.
    GuardDutyFinding,
}

/// S3 calls by CloudTrail's `eventName`. Block Public Access has other names here than in the SDKs;
/// there is no `PutPublicAccessBlock`.
pub const S3_EVENTS: &[(&str, Asks)] = &[
    ("CreateBucket", Asks::Bucket),
    ("DeleteBucket", Asks::Bucket),
    ("PutBucketAcl", Asks::Bucket),
    ("PutBucketPolicy", Asks::Bucket),
    ("DeleteBucketPolicy", Asks::Bucket),
    ("PutBucketPublicAccessBlock", Asks::Bucket),
    ("DeleteBucketPublicAccessBlock", Asks::Bucket),
    ("PutBucketOwnershipControls", Asks::Bucket),
    ("DeleteBucketOwnershipControls", Asks::Bucket),
    ("PutBucketWebsite", Asks::Bucket),
    ("DeleteBucketWebsite", Asks::Bucket),
    ("PutBucketTagging", Asks::Bucket),
    ("DeleteBucketTagging", Asks::Bucket),
    ("PutBucketAbac", Asks::Bucket),
    ("PutBucketReplication", Asks::Bucket),
    ("PutBucketLogging", Asks::Bucket),
    ("TagResource", Asks::Tags),
    ("UntagResource", Asks::Tags),
    ("PutAccountPublicAccessBlock", Asks::AccountSettings),
    ("DeleteAccountPublicAccessBlock", Asks::AccountSettings),
    ("CreateAccessPoint", Asks::NewAccessPoint),
    ("DeleteAccessPoint", Asks::AccessPoint),
    ("PutAccessPointPolicy", Asks::AccessPoint),
    ("DeleteAccessPointPolicy", Asks::AccessPoint),
    ("PutAccessPointScope", Asks::AccessPoint),
    ("DeleteAccessPointScope", Asks::AccessPoint),
    ("CreateMultiRegionAccessPoint", Asks::MultiRegionAccessPoint),
    ("DeleteMultiRegionAccessPoint", Asks::MultiRegionAccessPoint),
    ("PutMultiRegionAccessPointPolicy", Asks::MultiRegionAccessPoint),
    ("SubmitMultiRegionAccessPointRoutes", Asks::MultiRegionAccessPoint),
    ("PutObjectAcl", Asks::ObjectAcl),
    ("PutObject", Asks::Upload),
    ("CopyObject", Asks::Upload),
    ("CreateMultipartUpload", Asks::Upload),
];

/// Organizations calls, logged in the management account and in us-east-1 only, by which member
/// accounts gain or lose Block Public Access.
pub const ORGANIZATIONS_EVENTS: &[&str] = &[
    "CreatePolicy",
    "UpdatePolicy",
    "DeletePolicy",
    "AttachPolicy",
    "DetachPolicy",
    "EnablePolicyType",
    "DisablePolicyType",
];

/// The other events, by source and detail type.
pub const NOTICES: &[(&str, &str, Notice)] = &[
    ("aws.events", "Scheduled Event", Notice::Schedule),
    ("aws.scheduler", "Scheduled Event", Notice::Schedule),
    ("aws.s3", "Object ACL Updated", Notice::ObjectAclUpdated),
    ("aws.access-analyzer", "Access Analyzer Finding", Notice::AccessAnalyzerFinding),
    ("aws.config", "Config Rules Compliance Change", Notice::ConfigCompliance),
    ("aws.config", "Config Configuration Item Change", Notice::ConfigItem),
    ("aws.guardduty", "GuardDuty Finding", Notice::GuardDutyFinding),
];

/// What the S3 call `name` asks for; `None` where it changes nobody's access.
#[must_use]
pub fn asks(name: &str) -> Option<Asks> {
    S3_EVENTS.iter().find(|(event, _)| *event == name).map(|(_, asks)| *asks)
}

/// The kind of notice that `source` sends under `detail_type`.
#[must_use]
pub fn notice(source: &str, detail_type: &str) -> Option<Notice> {
    let found = NOTICES.iter().find(|(from, of, _)| *from == source && *of == detail_type);
    found.map(|(_, _, notice)| *notice)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Asks, S3_EVENTS, asks};

    #[test]
    fn every_name_stands_there_once() {
        let names: BTreeSet<_> = S3_EVENTS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), S3_EVENTS.len());
    }

    #[test]
    fn names_of_the_sdk_are_not_names_of_cloudtrail() {
        assert_eq!(asks("PutBucketPublicAccessBlock"), Some(Asks::Bucket));
        assert_eq!(asks("PutPublicAccessBlock"), None);
        assert_eq!(asks("putbucketpolicy"), None);
        assert_eq!(asks("GetBucketPolicy"), None);
    }
}
