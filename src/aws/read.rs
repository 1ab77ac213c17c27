//! The live state of a bucket: every part asked for at once, in one round.

use std::collections::BTreeMap;

use super::access_points::access_points;
use super::list;
use super::parts::{Asked, Parts};
use super::refusal::Refusal;
use super::world::Aws;
use crate::acl::Acl;
use crate::bucket::{AccessPoint, BucketState, ObjectAcl, Observed, Ownership, Region, Settings};
use crate::iam::Document;
use crate::ports::{Failure, Reading, Target};

/// Reads `target`, and once more in another Region where S3 says that the bucket is there.
pub(super) async fn read(aws: &Aws, target: &Target) -> Result<Reading, Failure> {
    let mut region = target.region.clone();
    let mut answers = ask(aws, target, &region).await?;
    if let Some(elsewhere) = answers.elsewhere(&region) {
        region = elsewhere;
        answers = ask(aws, target, &region).await?;
    }
    let (account, bucket) = (&target.account, &target.bucket);
    match answers.seen() {
        Seen::Bucket => {}
        Seen::NoBucket => {
            return Ok(Reading::Gone(format!("there is no bucket `{bucket}` any more")));
        }
        Seen::Nothing(refusal) => return Err(refusal.into_failure("it is tried again")),
        Seen::Denied => {
            if let Ok(false) = list::owns(aws, account, bucket, &region).await {
                let why = format!("bucket `{bucket}` belongs to someone else now");
                return Ok(Reading::Gone(why));
            }
        }
    }
    Ok(Reading::State(Box::new(answers.into_state(target, region))))
}

/// The answers to one round of reads.
struct Answers {
    acl: Asked<Acl>,
    ownership: Asked<Ownership>,
    policy: Asked<Option<Document>>,
    policy_status: Asked<Option<bool>>,
    settings: Asked<Settings>,
    account_settings: Asked<Settings>,
    access_points: Asked<Vec<AccessPoint>>,
    object_acls: Asked<Vec<ObjectAcl>>,
    tags: Asked<BTreeMap<String, String>>,
    website: Asked<bool>,
}

/// What the answers say of the bucket as a whole.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// It is there, though parts of it may be unknown.
    Bucket,
    /// It is not there.
    NoBucket,
    /// Every call was denied: it is another account's, or we may not look.
    Denied,
    /// Nobody answered.
    Nothing(Refusal),
}

/// Asks for every part of `target` in `region`, all at once.
async fn ask(aws: &Aws, target: &Target, region: &Region) -> Result<Answers, Failure> {
    let regional = aws.regional(&target.account, region).await?;
    let parts = Parts::new(&regional, target);
    let account = aws.settings_for_buckets(&target.account, region);
    let answers = tokio::join!(
        Box::pin(parts.acl()),
        Box::pin(parts.ownership()),
        Box::pin(parts.policy()),
        Box::pin(parts.policy_status()),
        Box::pin(parts.settings()),
        Box::pin(parts.tags()),
        Box::pin(parts.website()),
        Box::pin(parts.object_acls()),
        Box::pin(access_points(&regional, target)),
        Box::pin(account),
    );
    let (acl, ownership, policy, policy_status, settings, tags, website, ..) = answers;
    let (.., object_acls, access_points, account_settings) = answers;
    Ok(Answers {
        acl,
        ownership,
        policy,
        policy_status,
        settings,
        account_settings: account_settings.map(Observed::Known),
        access_points,
        object_acls,
        tags,
        website,
    })
}

impl Answers {
    /// The calls that S3 refuses alike for a bucket that is not there, or not ours. The status of
    /// the policy is not among them, as some S3 do not know it, nor is an object's ACL.
    fn refusals(&self) -> [Option<&Refusal>; 6] {
        [
            self.acl.as_ref().err(),
            self.ownership.as_ref().err(),
            self.policy.as_ref().err(),
            self.settings.as_ref().err(),
            self.tags.as_ref().err(),
            self.website.as_ref().err(),
        ]
    }

    fn elsewhere(&self, asked: &Region) -> Option<Region> {
        let named = self.refusals().into_iter().flatten().find_map(Refusal::elsewhere);
        named.filter(|named| *named != asked).cloned()
    }

    /// One answer is enough to know that the bucket is there.
    fn seen(&self) -> Seen {
        let Some(refusals) = self.refusals().into_iter().collect::<Option<Vec<_>>>() else {
            return Seen::Bucket;
        };
        if refusals.iter().any(|refusal| refusal.is("NoSuchBucket")) {
            return Seen::NoBucket;
        }
        if refusals.iter().all(|refusal| refusal.denied()) {
            return Seen::Denied;
        }
        match refusals.first().filter(|_| refusals.iter().all(|refusal| refusal.transient())) {
            Some(refusal) => Seen::Nothing((*refusal).clone()),
            None => Seen::Bucket,
        }
    }

    fn into_state(self, target: &Target, region: Region) -> BucketState {
        BucketState {
            bucket: target.bucket.clone(),
            account: target.account,
            region: Some(region),
            acl: observed(self.acl),
            ownership: observed(self.ownership),
            policy: observed(self.policy),
            policy_status: observed(self.policy_status),
            settings: observed(self.settings),
            account_settings: observed(self.account_settings),
            access_points: observed(self.access_points),
            object_acls: observed(self.object_acls),
            tags: observed(self.tags),
            website: observed(self.website),
            other_unreadable: BTreeMap::new(),
            notes: Vec::new(),
        }
    }
}

/// What was refused is unknown, never absent.
fn observed<T>(asked: Asked<T>) -> Observed<T> {
    asked.unwrap_or_else(|refusal| Observed::Unknown(refusal.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Answers, Seen};
    use crate::acl::Acl;
    use crate::aws::refusal::Refusal;
    use crate::aws::refusal::tests::answered;
    use crate::bucket::{AccountId, BucketName, Observed, Ownership, Region, Settings};
    use crate::ports::Target;

    fn refusal(code: &str) -> Refusal {
        let status = match code {
            "NoSuchBucket" => 404,
            "SlowDown" => 503,
            _ => 403,
        };
        answered(status, code, "no", None)
    }

    fn all(refused: &Refusal) -> Answers {
        Answers {
            acl: Err(refused.clone()),
            ownership: Err(refused.clone()),
            policy: Err(refused.clone()),
            policy_status: Ok(Observed::Known(None)),
            settings: Err(refused.clone()),
            account_settings: Ok(Observed::Known(Settings::ALL_ON)),
            access_points: Ok(Observed::Known(Vec::new())),
            object_acls: Ok(Observed::Known(Vec::new())),
            tags: Err(refused.clone()),
            website: Err(refused.clone()),
        }
    }

    #[test]
    fn a_bucket_is_gone_only_where_no_call_says_otherwise() {
        let mut answers = all(&refusal("NoSuchBucket"));
        assert_eq!(answers.seen(), Seen::NoBucket);
        answers.tags = Err(refusal("AccessDenied"));
        assert_eq!(answers.seen(), Seen::NoBucket);
        answers.acl = Ok(Observed::Known(Acl::default()));
        assert_eq!(answers.seen(), Seen::Bucket);
    }

    #[test]
    fn all_denied_is_told_from_nobody_answering_and_from_a_mixture() {
        assert_eq!(all(&refusal("AccessDenied")).seen(), Seen::Denied);
        assert_eq!(all(&refusal("SlowDown")).seen(), Seen::Nothing(refusal("SlowDown")));
        let mut answers = all(&refusal("AccessDenied"));
        answers.policy = Err(refusal("SlowDown"));
        assert_eq!(answers.seen(), Seen::Bucket);
        answers.ownership = Ok(Observed::Known(Ownership::ObjectWriter));
        assert_eq!(answers.seen(), Seen::Bucket);
    }

    #[test]
    fn what_was_refused_is_unknown_and_never_absent() {
        let target = Target {
            bucket: BucketName::parse("clinic-reports").unwrap(),
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            object: None,
        };
        let region = Region::parse("eu-south-1").unwrap();
        let mut answers = all(&refusal("AccessDenied"));
        answers.tags = Ok(Observed::Known(BTreeMap::new()));
        let state = answers.into_state(&target, region.clone());
        assert_eq!(state.region, Some(region));
        let unreadable: Vec<_> = state.unreadable().into_iter().map(|(part, _)| part).collect();
        let expected = [
            "Acl",
            "OwnershipControls",
            "Policy",
            "PublicAccessBlockConfiguration",
            "WebsiteConfiguration",
        ];
        assert_eq!(unreadable, expected);
        assert_eq!(state.policy, Observed::Unknown("AccessDenied: no".to_owned()));
    }
}
