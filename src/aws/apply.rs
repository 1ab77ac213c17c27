//! The one write: all four Block Public Access settings of a bucket, on. No value is passed in, so
//! none can be `false`.

use std::time::Duration;

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::refusal::Refusal;
use super::world::Aws;
use crate::bucket::{AccountId, BucketName, Region};
use crate::ports::Failure;
use crate::remedy::Remedy;

/// Waits between attempts while another write on the bucket is under way (409 `OperationAborted`),
/// which the SDK does not try again; 7.4 s in all, then the event comes again.
const CONFLICT_WAITS_MS: [u64; 5] = [100, 300, 1_000, 2_000, 4_000];

/// What a person can look at when the write is refused.
const WHAT_TO_DO: &str = "let the function's role `s3:PutBucketPublicAccessBlock`, and see that no \
    service control policy, resource control policy or bucket policy denies it";

/// Carries `remedy` out.
pub(super) async fn apply(aws: &Aws, remedy: &Remedy) -> Result<(), Failure> {
    match remedy {
        Remedy::BlockPublicAccess { bucket, account, region, turns_on: _ } => {
            let region = region.as_ref().unwrap_or(&aws.clients.home);
            block_public_access(aws, bucket, account, region).await
        }
    }
}

async fn block_public_access(
    aws: &Aws,
    bucket: &BucketName,
    account: &AccountId,
    region: &Region,
) -> Result<(), Failure> {
    let regional = aws.regional(account, region).await?;
    let mut waits = CONFLICT_WAITS_MS.into_iter();
    loop {
        let answer = regional
            .s3_writes
            .put_public_access_block()
            .bucket(bucket.as_str())
            .expected_bucket_owner(account.as_str())
            .public_access_block_configuration(all_on())
            .send()
            .await;
        let Err(refusal) = answer.map_err(Refusal::from) else { return Ok(()) };
        match waits.next().filter(|_| refusal.is("OperationAborted")) {
            Some(wait_ms) => tokio::time::sleep(Duration::from_millis(wait_ms)).await,
            None if refusal.denied() => return Err(refusal.into_failure(WHAT_TO_DO)),
            None => return Err(refusal.into_failure("")),
        }
    }
}

fn all_on() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}
