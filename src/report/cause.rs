//! Why a bucket is not fixed, as far as error codes and texts tell.
//!
//! Source: IAM User Guide, "Troubleshoot access denied error messages"; S3 API Reference, "List of
//! error codes".

use crate::guardrail::Held;
use crate::ports::Failure;
use crate::report::Judged;

/// Why a bucket is not fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A service control policy denies the write.
    ServiceControlPolicy,
    /// A resource control policy denies it.
    ResourceControlPolicy,
    /// The bucket policy denies it.
    BucketPolicy,
    /// A permissions boundary, a session policy, an endpoint policy or the role's own policy
    /// denies it.
    OtherPolicy,
    /// An organization manages the setting.
    OrganizationPolicy,
    /// No policy of the role allows it.
    PermissionMissing,
    /// It is denied, and S3 does not say by what.
    Denied,
    /// Another change of the bucket was under way all the time (409).
    Conflict,
    /// Too many calls.
    Throttled,
    /// S3 could not be reached, or failed.
    Unreachable,
    /// S3 took the write, and the reads after it did not show it.
    NotSeen,
    /// Every setting that could close it is on, and it is open.
    NoSettingCloses,
    /// It would cut off somebody whom the rules say to ask about first.
    WouldCut,
    /// It was written so often within the hour that a person must look.
    WritesSpent,
    /// Something else.
    Other,
}

impl Cause {
    /// Why `judged` is not fixed; `None` where there was nothing to fix, or it is.
    #[must_use]
    pub fn of(judged: &Judged) -> Option<Self> {
        let failed = judged.applied.iter().find_map(|applied| applied.result.as_ref().err());
        if let Some(failure) = failed {
            return Some(Self::of_failure(failure));
        }
        if !judged.applied.is_empty() {
            return match (judged.verified, judged.seen) {
                (Some(true), _) => None,
                (_, true) => Some(Self::NoSettingCloses),
                (_, false) => Some(Self::NotSeen),
            };
        }
        judged.decision.held.iter().find_map(|held| match held {
            Held::NothingLeftToTurnOn => Some(Self::NoSettingCloses),
            Held::ByCut(_) => Some(Self::WouldCut),
            Held::ByWrites(_) => Some(Self::WritesSpent),
            Held::ByMode(_) | Held::ByExemption { .. } => None,
        })
    }

    /// Why a write failed.
    #[must_use]
    pub fn of_failure(failure: &Failure) -> Self {
        let text = failure.message.to_ascii_lowercase();
        let says = |words: &str| text.contains(words);
        match failure.code.as_str() {
            "OperationAborted" | "ConflictingOperation" | "Http409" => Self::Conflict,
            "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "Http429" => Self::Throttled,
            "TimedOut" | "NotReached" | "InternalError" | "ServiceUnavailable" | "Http500"
            | "Http502" | "Http503" | "Http504" | "RequestTimeout" => Self::Unreachable,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedAccess" | "Http403" => {
                if says("service control policy") {
                    Self::ServiceControlPolicy
                } else if says("resource control policy") {
                    Self::ResourceControlPolicy
                } else if says("in a resource-based policy") {
                    Self::BucketPolicy
                } else if says("organization") {
                    Self::OrganizationPolicy
                } else if says("with an explicit deny") {
                    Self::OtherPolicy
                } else if says("because no ") {
                    Self::PermissionMissing
                } else {
                    Self::Denied
                }
            }
            _ => Self::Other,
        }
    }

    /// The name in records and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceControlPolicy => "service-control-policy",
            Self::ResourceControlPolicy => "resource-control-policy",
            Self::BucketPolicy => "bucket-policy",
            Self::OtherPolicy => "other-policy",
            Self::OrganizationPolicy => "organization-policy",
            Self::PermissionMissing => "permission-missing",
            Self::Denied => "denied",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::NotSeen => "not-seen",
            Self::NoSettingCloses => "no-setting-closes",
            Self::WouldCut => "would-cut",
            Self::WritesSpent => "writes-spent",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;
    use crate::ports::Failure;

    #[test]
    fn denials_are_told_apart_by_what_aws_says() {
        let cause = |code: &str, message: &str| {
            Cause::of_failure(&Failure { code: code.to_owned(), message: message.to_owned() })
        };
        let denied = |reason: &str| {
            let message = format!(
                "User: arn:aws:sts::111122223333:assumed-role/guardrail/x is not authorized to \
                 perform: s3:PutBucketPublicAccessBlock on resource: \"arn:aws:s3:::clinic\" {reason}"
            );
            cause("AccessDenied", &message)
        };
        let by = |kind: &str| denied(&format!("with an explicit deny in a {kind}"));
        assert_eq!(by("service control policy"), Cause::ServiceControlPolicy);
        assert_eq!(by("resource control policy"), Cause::ResourceControlPolicy);
        assert_eq!(by("resource-based policy"), Cause::BucketPolicy);
        assert_eq!(by("VPC endpoint policy"), Cause::OtherPolicy);
        assert_eq!(
            denied("because no service control policy allows the action"),
            Cause::ServiceControlPolicy
        );
        assert_eq!(
            denied("because no identity-based policy allows the action"),
            Cause::PermissionMissing
        );
        let managed = "Public Access Block is managed by an organization S3 policy";
        assert_eq!(cause("AccessDenied", managed), Cause::OrganizationPolicy);
        assert_eq!(cause("AccessDenied", "Access Denied"), Cause::Denied);
        assert_eq!(cause("OperationAborted", "try again"), Cause::Conflict);
        assert_eq!(cause("SlowDown", "reduce your rate"), Cause::Throttled);
        assert_eq!(cause("NotReached", "refused"), Cause::Unreachable);
        assert_eq!(cause("MalformedXML", "no"), Cause::Other);
    }
}
