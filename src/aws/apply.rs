//! The writes: Block Public Access settings of a bucket, on. All four, and no value is passed in
//! that could be `false`; or some beside those that reads just before show on. S3 has no
//! conditional write: what somebody turns on between those reads and the write could be lost, and
//! nothing else can. Where a read fails, all four are written.

use std::time::Duration;

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::clients::Regional;
use super::convert;
use super::refusal::Refusal;
use super::world::Aws;
use crate::bucket::{AccountId, BucketName, Setting, Settings};
use crate::ports::Failure;
use crate::remedy::Remedy;

/// Waits between attempts while another write on the bucket is under way (409 `OperationAborted`),
/// which the SDK does not try again; 7.4 s in all, then the event comes again.
const CONFLICT_WAITS_MS: [u64; 5] = [100, 300, 1_000, 2_000, 4_000];

/// Carries `remedy` out.
pub(super) async fn apply(aws: &Aws, remedy: &Remedy) -> Result<(), Failure> {
    let (account, region) = match remedy {
        Remedy::BlockPublicAccess { account, region, .. }
        | Remedy::AddBlocks { account, region, .. } => (account, region.as_ref()),
        Remedy::BlockAccountPublicAccess { account, region, .. } => (account, Some(region)),
    };
    let region = region.unwrap_or(&aws.clients.home);
    let regional = aws.regional(account, region).await?;
    match remedy {
        Remedy::BlockPublicAccess { bucket, .. } => {
            write(&regional, bucket, account, &all_on()).await
        }
        Remedy::BlockAccountPublicAccess { .. } => write_account(&regional, account).await,
        Remedy::AddBlocks { bucket, turns_on, .. } => {
            match settings_now(&regional, bucket, account).await {
                Some(on) => write(&regional, bucket, account, &at_least(on, turns_on)).await,
                None => write(&regional, bucket, account, &all_on()).await,
            }
        }
    }
}

/// The settings of the bucket right now; `None` where they cannot be read.
async fn settings_now(
    regional: &Regional,
    bucket: &BucketName,
    account: &AccountId,
) -> Option<Settings> {
    let read = || async {
        let call = regional.s3.get_public_access_block().bucket(bucket.as_str());
        let answer = call.expected_bucket_owner(account.as_str()).send().await;
        match answer.map_err(Refusal::from) {
            Ok(answer) => {
                Some(convert::bucket_settings(answer.public_access_block_configuration.as_ref()))
            }
            Err(refusal) if refusal.is("NoSuchPublicAccessBlockConfiguration") => {
                Some(Settings::default())
            }
            Err(_) => None,
        }
    };
    // a stale answer shows less than there is: what either of two reads shows stays on
    let (one, other) = (read().await?, read().await?);
    Some(one.with(&other.on()))
}

async fn write(
    regional: &Regional,
    bucket: &BucketName,
    account: &AccountId,
    configuration: &PublicAccessBlockConfiguration,
) -> Result<(), Failure> {
    let mut waits = CONFLICT_WAITS_MS.into_iter();
    loop {
        let answer = regional
            .s3_writes
            .put_public_access_block()
            .bucket(bucket.as_str())
            .expected_bucket_owner(account.as_str())
            .public_access_block_configuration(configuration.clone())
            .send()
            .await;
        let Err(refusal) = answer.map_err(Refusal::from) else { return Ok(()) };
        match waits.next().filter(|_| refusal.is("OperationAborted")) {
            Some(wait_ms) => tokio::time::sleep(Duration::from_millis(wait_ms)).await,
            None => return Err(refusal.into_failure("")),
        }
    }
}

async fn write_account(regional: &Regional, account: &AccountId) -> Result<(), Failure> {
    let all_on = aws_sdk_s3control::types::PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    let call = regional.s3control.put_public_access_block().account_id(account.as_str());
    let answer = call.public_access_block_configuration(all_on).send().await;
    answer.map(|_| ()).map_err(|error| Refusal::from(error).into_failure(""))
}

/// What is `on`, and `more`: nothing goes off.
fn at_least(on: Settings, more: &[Setting]) -> PublicAccessBlockConfiguration {
    let then = on.with(more);
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(then.block_public_acls)
        .ignore_public_acls(then.ignore_public_acls)
        .block_public_policy(then.block_public_policy)
        .restrict_public_buckets(then.restrict_public_buckets)
        .build()
}

fn all_on() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}
