//! The parts of a bucket's state, each by the call that reads it.

use std::collections::BTreeMap;

use super::clients::Regional;
use super::convert;
use super::refusal::Refusal;
use crate::acl::Acl;
use crate::bucket::{ObjectAcl, Observed, Ownership, Settings};
use crate::iam::Document;
use crate::ports::Target;

/// What a call was answered: the part (known, or not understood), or a refusal.
pub(super) type Asked<T> = Result<Observed<T>, Refusal>;

/// A bucket, and whom to ask about it.
pub(super) struct Parts<'a> {
    regional: &'a Regional,
    target: &'a Target,
    bucket: &'a str,
    owner: &'a str,
}

impl<'a> Parts<'a> {
    /// The parts of `target`, asked for through `regional`.
    pub(super) fn new(regional: &'a Regional, target: &'a Target) -> Self {
        Self { regional, target, bucket: target.bucket.as_str(), owner: target.account.as_str() }
    }

    pub(super) async fn acl(&self) -> Asked<Acl> {
        let call = self.regional.s3.get_bucket_acl();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        answer.map(|acl| convert::acl(acl.owner, acl.grants)).map_err(Refusal::from)
    }

    pub(super) async fn ownership(&self) -> Asked<Ownership> {
        let call = self.regional.s3.get_bucket_ownership_controls();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|answer| convert::ownership(answer.ownership_controls.as_ref()));
        or_absent(asked, "OwnershipControlsNotFoundError", Ownership::ObjectWriter)
    }

    pub(super) async fn policy(&self) -> Asked<Option<Document>> {
        let call = self.regional.s3.get_bucket_policy();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|answer| convert::policy(answer.policy.as_deref()));
        or_absent(asked, "NoSuchBucketPolicy", None)
    }

    /// AWS's opinion of the policy; an S3 that does not know the call has none.
    pub(super) async fn policy_status(&self) -> Asked<Option<bool>> {
        let call = self.regional.s3.get_bucket_policy_status();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|answer| {
            Observed::Known(answer.policy_status.and_then(|status| status.is_public))
        });
        match or_absent(asked, "NoSuchBucketPolicy", None) {
            Err(refusal) if refusal.unsupported() => {
                tracing::warn!(bucket = self.bucket, %refusal, "GetBucketPolicyStatus is unknown");
                Ok(Observed::Known(None))
            }
            asked => asked,
        }
    }

    pub(super) async fn settings(&self) -> Asked<Settings> {
        let call = self.regional.s3.get_public_access_block();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|answer| {
            let block = answer.public_access_block_configuration;
            Observed::Known(convert::bucket_settings(block.as_ref()))
        });
        or_absent(asked, "NoSuchPublicAccessBlockConfiguration", Settings::default())
    }

    pub(super) async fn tags(&self) -> Asked<BTreeMap<String, String>> {
        let call = self.regional.s3.get_bucket_tagging();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|answer| Observed::Known(convert::tags(answer.tag_set)));
        or_absent(asked, "NoSuchTagSet", BTreeMap::new())
    }

    pub(super) async fn website(&self) -> Asked<bool> {
        let call = self.regional.s3.get_bucket_website();
        let answer = call.bucket(self.bucket).expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|_| Observed::Known(true));
        or_absent(asked, "NoSuchWebsiteConfiguration", false)
    }

    /// The ACL of the object that the event named; an object that is gone has none.
    pub(super) async fn object_acls(&self) -> Asked<Vec<ObjectAcl>> {
        let Some(key) = &self.target.object else { return Ok(Observed::Known(Vec::new())) };
        let call = self.regional.s3.get_object_acl().bucket(self.bucket).key(key);
        let answer = call.expected_bucket_owner(self.owner).send().await;
        let asked = answer.map(|acl| match convert::acl(acl.owner, acl.grants) {
            Observed::Known(acl) => Observed::Known(vec![ObjectAcl { key: key.clone(), acl }]),
            Observed::Unknown(error) => Observed::Unknown(error),
        });
        or_absent(asked, "NoSuchKey", Vec::new())
    }
}

/// The answer, where `code` means that there is nothing: `nothing`.
///
/// Source: the errors of each call in the S3 API reference. By any other code it is unknown.
pub(super) fn or_absent<T, E>(asked: Result<Observed<T>, E>, code: &str, nothing: T) -> Asked<T>
where
    Refusal: From<E>,
{
    match asked.map_err(Refusal::from) {
        Err(refusal) if refusal.is(code) => Ok(Observed::Known(nothing)),
        asked => asked,
    }
}
