//! Which buckets a scope means.

use aws_sdk_s3::types::Bucket;

use super::refusal::Refusal;
use super::world::Aws;
use crate::bucket::{AccountId, BucketName, Region};
use crate::event::Scope;
use crate::ports::{Failure, Target};

/// Buckets asked for in one page: an account may have a million, and those with a raised quota are
/// answered in pages only.
const PAGE: i32 = 1_000;
/// Pages before an account is given up as too large for one run.
const PAGES: usize = 1_000;

/// The buckets that `scope` means.
pub(super) async fn locate(aws: &Aws, scope: &Scope) -> Result<Vec<Target>, Failure> {
    match scope {
        Scope::Bucket { bucket, account, region, object } => Ok(vec![Target {
            bucket: bucket.clone(),
            account: *account,
            region: region.clone(),
            object: object.clone(),
        }]),
        Scope::AccessPoint { name, account, region } => {
            let target = behind_access_point(aws, name, account, region).await?;
            Ok(target.into_iter().collect())
        }
        Scope::Account { account, region } => {
            aws.ask_account_in(account, region);
            let buckets = buckets(aws, account, region, None).await?;
            Ok(buckets.iter().filter_map(|bucket| target(bucket, account, region)).collect())
        }
    }
}

/// Whether `account` owns `bucket`, by the account's own list.
pub(super) async fn owns(
    aws: &Aws,
    account: &AccountId,
    bucket: &BucketName,
    region: &Region,
) -> Result<bool, Failure> {
    let found = buckets(aws, account, region, Some(bucket)).await?;
    Ok(found.iter().any(|found| found.name() == Some(bucket.as_str())))
}

/// The buckets of `account`, or those whose names begin with that of `bucket`.
async fn buckets(
    aws: &Aws,
    account: &AccountId,
    region: &Region,
    bucket: Option<&BucketName>,
) -> Result<Vec<Bucket>, Failure> {
    let regional = aws.regional(account, region).await?;
    let mut found = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let call = regional
            .s3
            .list_buckets()
            .max_buckets(PAGE)
            .set_prefix(bucket.map(|bucket| bucket.as_str().to_owned()))
            .set_continuation_token(token);
        let page = call.send().await.map_err(|error| {
            Refusal::from(error).into_failure("let the function's role `s3:ListAllMyBuckets`")
        })?;
        found.extend(page.buckets.unwrap_or_default());
        token = page.continuation_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
    Err(Failure {
        code: "TooManyBuckets".to_owned(),
        message: format!(
            "account `{account}` has more than {} buckets, more than one run can look at",
            found.len()
        ),
    })
}

/// A bucket of the account's list as a target, in its own Region where the list says it.
fn target(bucket: &Bucket, account: &AccountId, region: &Region) -> Option<Target> {
    let name = BucketName::parse(bucket.name().unwrap_or_default());
    let name = name.inspect_err(|error| tracing::error!(%error, "a bucket is left out")).ok()?;
    let own = bucket.bucket_region().and_then(|region| Region::parse(region).ok());
    let region = own.unwrap_or_else(|| region.clone());
    Some(Target { bucket: name, account: *account, region, object: None })
}

/// The bucket behind an access point, which may be another account's; `None` where the access point
/// is gone.
async fn behind_access_point(
    aws: &Aws,
    name: &str,
    account: &AccountId,
    region: &Region,
) -> Result<Option<Target>, Failure> {
    let regional = aws.regional(account, region).await?;
    let call = regional.s3control.get_access_point().account_id(account.as_str()).name(name);
    let point = match call.send().await.map_err(Refusal::from) {
        Ok(point) => point,
        Err(refusal) if refusal.is("NoSuchAccessPoint") => return Ok(None),
        Err(refusal) => {
            return Err(refusal.into_failure("let the function's role `s3:GetAccessPoint`"));
        }
    };
    let not_a_bucket = |error: crate::bucket::NameError| Failure {
        code: "AccessPointNotUnderstood".to_owned(),
        message: format!("the access point's bucket: {error}"),
    };
    let bucket = BucketName::parse(point.bucket().unwrap_or_default()).map_err(not_a_bucket)?;
    let owner = point.bucket_account_id().map(AccountId::parse).transpose();
    let account = owner.map_err(not_a_bucket)?.unwrap_or(*account);
    Ok(Some(Target { bucket, account, region: region.clone(), object: None }))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::Bucket;

    use super::target;
    use crate::bucket::{AccountId, Region};

    #[test]
    fn a_bucket_is_asked_in_its_own_region() {
        let account = AccountId::parse("111122223333").unwrap();
        let here = Region::parse("eu-west-1").unwrap();
        let bucket = Bucket::builder().name("clinic-reports");
        let there = bucket.clone().bucket_region("eu-south-2").build();
        assert_eq!(target(&there, &account, &here).unwrap().region.as_str(), "eu-south-2");
        assert_eq!(target(&bucket.build(), &account, &here).unwrap().region, here);
        assert!(target(&Bucket::builder().build(), &account, &here).is_none());
    }
}
