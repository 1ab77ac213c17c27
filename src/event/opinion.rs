//! Second opinions: findings of Access Analyzer, Config and GuardDuty. They come minutes to hours
//! later and name no actor; each is one more reason to look, also one that calls the bucket closed.
//! They may be about another account than the envelope's, when they come from an administrator's.

use std::collections::BTreeSet;

use serde_json::Value;

use super::arn::Arn;
use super::envelope::Envelope;
use super::{Event, Refused, Scope, Source, field};
use crate::bucket::{AccountId, BucketName, Region};
use crate::name::shown;

/// Reads a finding of IAM Access Analyzer.
///
/// # Errors
///
/// [`Refused`] where it is about a bucket and names none.
pub(super) fn access_analyzer(envelope: &Envelope) -> Result<Event, Refused> {
    let detail = envelope.object()?;
    let kind = field::text(detail, "resourceType").unwrap_or(BUCKET);
    if kind != BUCKET {
        return Ok(envelope.ignored(format!("a finding on `{}`, not on a bucket", shown(kind))));
    }
    let arn = field::text(detail, "resource").unwrap_or_default();
    let name = Arn::parse(arn).and_then(|arn| arn.bucket()).ok_or_else(|| {
        let reason = format!("`{}` is not the ARN of a bucket, one was expected", shown(arn));
        Refused::new("detail.resource", reason)
    })?;
    let at = At::read(envelope, detail, "detail", ["accountId", "region"])?;
    let bucket = bucket_name(name, "detail.resource")?;
    Ok(envelope.trigger(Source::AccessAnalyzer, None, at.bucket(bucket)))
}

/// Reads the change of a verdict of a Config rule.
///
/// # Errors
///
/// [`Refused`] where it is about a bucket and names none.
pub(super) fn config_compliance(envelope: &Envelope) -> Result<Event, Refused> {
    let detail = envelope.object()?;
    let at = At::read(envelope, detail, "detail", CONFIG_KEYS)?;
    config(envelope, detail, &at, "detail")
}

/// Reads a resource that Config recorded anew.
///
/// # Errors
///
/// [`Refused`] where it is about a bucket and names none.
pub(super) fn config_item(envelope: &Envelope) -> Result<Event, Refused> {
    let detail = envelope.object()?;
    let item = ["configurationItem", "configurationItemSummary"]
        .iter()
        .find_map(|key| detail.get(key).filter(|item| item.is_object()))
        .ok_or_else(|| {
            Refused::new("detail.configurationItem", "missing, the resource was expected in it")
        })?;
    let at = At::read(envelope, item, "detail.configurationItem", CONFIG_KEYS)?;
    config(envelope, item, &at, "detail.configurationItem")
}

/// Reads a finding of GuardDuty. One on several buckets asks for a look at all of the account.
///
/// # Errors
///
/// [`Refused`] where it is about a bucket and names none.
pub(super) fn guard_duty(envelope: &Envelope) -> Result<Event, Refused> {
    const PLACE: &str = "detail.resource.s3BucketDetails";
    let detail = envelope.object()?;
    let kind = field::text(detail, "type").unwrap_or_default();
    let Some(finding) = kind.strip_prefix("Policy:S3/") else {
        let reason = format!("a finding `{}`, not on the exposure of a bucket", shown(kind));
        return Ok(envelope.ignored(reason));
    };
    let at = At::read(envelope, detail, "detail", ["accountId", "region"])?;
    if finding.starts_with("Account") {
        return Ok(envelope.trigger(Source::GuardDuty, None, at.account()));
    }
    let buckets = detail.pointer("/resource/s3BucketDetails").and_then(Value::as_array);
    let names: BTreeSet<_> =
        buckets.into_iter().flatten().filter_map(|bucket| field::text(bucket, "name")).collect();
    let scope = match (names.first(), names.len()) {
        (None, _) => return Err(Refused::new(PLACE, "names no bucket, one was expected")),
        (Some(name), 1) => at.bucket(bucket_name(name, PLACE)?),
        (Some(_), _) => at.account(),
    };
    Ok(envelope.trigger(Source::GuardDuty, None, scope))
}

const BUCKET: &str = "AWS::S3::Bucket";
const CONFIG_KEYS: [&str; 2] = ["awsAccountId", "awsRegion"];

fn config(envelope: &Envelope, resource: &Value, at: &At, place: &str) -> Result<Event, Refused> {
    let kind = field::text(resource, "resourceType").unwrap_or_default();
    let scope = match kind {
        BUCKET => {
            let name = field::text(resource, "resourceId").unwrap_or_default();
            at.bucket(bucket_name(name, &format!("{place}.resourceId"))?)
        }
        "AWS::S3::AccountPublicAccessBlock" => at.account(),
        _ => {
            let reason = format!("Config on `{}`, not on a bucket or its account", shown(kind));
            return Ok(envelope.ignored(reason));
        }
    };
    Ok(envelope.trigger(Source::Config, None, scope))
}

/// Account and Region that a finding is about.
struct At {
    account: AccountId,
    region: Region,
}

impl At {
    fn read(
        envelope: &Envelope,
        finding: &Value,
        place: &str,
        [account, region]: [&str; 2],
    ) -> Result<Self, Refused> {
        let account = field::account(finding, account, place)?;
        // Config records what belongs to no Region as of `global`
        let region = match field::text(finding, region) {
            Some("global") => None,
            Some(_) | None => field::region(finding, region, place)?,
        };
        Ok(Self {
            account: account.unwrap_or(envelope.info.account),
            region: region.unwrap_or_else(|| envelope.info.region.clone()),
        })
    }

    fn bucket(&self, bucket: BucketName) -> Scope {
        let (account, region) = (self.account, self.region.clone());
        Scope::Bucket { bucket, account, region, object: None }
    }

    fn account(&self) -> Scope {
        Scope::Account { account: self.account, region: self.region.clone() }
    }
}

fn bucket_name(name: &str, place: &str) -> Result<BucketName, Refused> {
    BucketName::parse(name).map_err(|error| Refused::new(place, error.to_string()))
}
