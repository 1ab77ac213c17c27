//! Why a bucket is not fixed, in words, and what to do about each cause.

use crate::alert::next_steps::{Step, of};
use crate::ports::Target;
use crate::report::Cause;

/// What stands in the way, in a sentence.
pub(super) fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::ServiceControlPolicy => {
            "A service control policy of your organization denies the write to the guardrail's role."
        }
        Cause::ResourceControlPolicy => {
            "A resource control policy of your organization denies the write to the guardrail's \
             role."
        }
        Cause::BucketPolicy => "The bucket's own policy denies the write to the guardrail's role.",
        Cause::OtherPolicy => {
            "An explicit Deny that is neither the bucket's nor the organization's (a permissions \
             boundary, a session policy, an endpoint policy) forbids the write to the guardrail's \
             role."
        }
        Cause::OrganizationPolicy => {
            "Your organization manages Block Public Access here, and does not let accounts change \
             it."
        }
        Cause::PermissionMissing => "No policy of the guardrail's role allows the write.",
        Cause::Denied => {
            "The write is denied, and S3 does not say by what: the bucket policy, a service control \
             policy, or a permission that is missing."
        }
        Cause::Conflict => {
            "S3 refused the write because another change of this bucket was under way (409). It is \
             tried again when the event comes again."
        }
        Cause::Throttled => {
            "S3 takes no more calls of this account for the moment. It is tried again when the \
             event comes again."
        }
        Cause::Unreachable => {
            "S3 could not be reached, or failed. It is tried again when the event comes again."
        }
        Cause::NotSeen => {
            "S3 took the write, but two reads in a row that show it were not to be had."
        }
        Cause::NoSettingCloses => {
            "Every setting that could close it is on, and it is open all the same: only a change of \
             the grant itself closes it."
        }
        Cause::WouldCut => {
            "Held, as your rules ask: to close it would cut off somebody whom they name."
        }
        Cause::WritesSpent => {
            "Held: the settings of this bucket were written so often within the hour that a loop is \
             likely."
        }
        Cause::Other => "The write failed for a reason of its own, see above.",
    }
}

/// What to do about it; `None` where the steps that every page has are all there is.
pub(super) fn step(cause: Cause, target: &Target) -> Option<Step> {
    let what = match cause {
        Cause::ServiceControlPolicy | Cause::ResourceControlPolicy => {
            "Exempt the guardrail's role from that policy: to its statement that denies \
             `s3:PutBucketPublicAccessBlock` add a condition `ArnNotLike` on `aws:PrincipalArn` \
             with the role's ARN (the Terraform output `exemption` is that condition)"
        }
        Cause::BucketPolicy => {
            "Take the statement that denies `s3:PutBucketPublicAccessBlock` out of the bucket \
             policy, or exempt the guardrail's role in it. Where the policy locks everybody out, \
             the account's root user can delete it"
        }
        Cause::OtherPolicy | Cause::PermissionMissing | Cause::Denied => {
            "Let the guardrail's role write it: allow `s3:PutBucketPublicAccessBlock` in its role, \
             and see that no permissions boundary, endpoint policy, service control policy or \
             bucket policy denies it"
        }
        Cause::OrganizationPolicy => {
            "Ask whoever runs the organization to turn Block Public Access on in its S3 policy for \
             this account: nothing in the account can"
        }
        Cause::WouldCut => {
            "Agree with those who would be cut off, then take the public grant away; or turn Block \
             Public Access on by hand and cut them off"
        }
        Cause::WritesSpent => {
            "Find what turns Block Public Access off again (the principal and the tool below), stop \
             it, and take the setting out of its code"
        }
        Cause::NotSeen => "Read the settings again in a minute",
        Cause::Conflict
        | Cause::Throttled
        | Cause::Unreachable
        | Cause::NoSettingCloses
        | Cause::Other => return None,
    };
    let lines = match cause {
        Cause::NotSeen => vec![format!("aws s3api get-public-access-block {}", of(target))],
        Cause::BucketPolicy => {
            vec![format!("aws s3api get-bucket-policy {} --query Policy --output text", of(target))]
        }
        Cause::ServiceControlPolicy
        | Cause::ResourceControlPolicy
        | Cause::OtherPolicy
        | Cause::OrganizationPolicy
        | Cause::PermissionMissing
        | Cause::Denied
        | Cause::Conflict
        | Cause::Throttled
        | Cause::Unreachable
        | Cause::NoSettingCloses
        | Cause::WouldCut
        | Cause::WritesSpent
        | Cause::Other => Vec::new(),
    };
    Some(Step { what: what.to_owned(), lines })
}
