//! Where a CloudTrail record says to look. Two parts of a record that name different buckets are
//! no ground for a look at either: nothing is remedied on a guess.

use serde_json::Value;

use super::arn::Arn;
use super::record::{Record, Resource};
use super::{Refused, Scope, field};
use crate::bucket::{AccountId, BucketName, NameError, Region};
use crate::name::shown;

const BUCKET: &str = "AWS::S3::Bucket";
const BUCKET_NAME: &str = "detail.requestParameters.bucketName";

/// The bucket that `record` is about; the access point instead, where the call named only that.
///
/// # Errors
///
/// [`Refused`] where there is none, it is no bucket name, or two are named.
pub(super) fn bucket(record: &Record, object: Option<String>) -> Result<Scope, Refused> {
    let listed: Vec<_> = record.resources.iter().filter_map(listed_bucket).collect();
    let Some(name) = requested(record)? else {
        return match only(&listed) {
            Some((name, owner)) => in_account(record, name, owner, object),
            None if listed.is_empty() => Err(Refused::new(
                BUCKET_NAME,
                "missing, and `resources` names no bucket either: the name of one was expected",
            )),
            None => Err(disagreement(None, &listed)),
        };
    };
    if let Some(arn) = Arn::parse(name).filter(|arn| arn.access_point().is_some()) {
        return match only(&listed) {
            Some((name, owner)) => in_account(record, name, owner, object),
            None => from_access_point_arn(record, &arn, BUCKET_NAME),
        };
    }
    // the alias of an access point stands where the name of a bucket does
    let alias = only(&listed).filter(|_| name.ends_with("-s3alias"));
    let (name, owner) = match alias.or_else(|| listed.iter().find(|(it, _)| *it == name).copied()) {
        Some((name, owner)) => (name, owner),
        None if listed.is_empty() => (name, None),
        None => return Err(disagreement(Some(name), &listed)),
    };
    // a copy lists the bucket that it copies from too
    let copies = record.parameters.get("x-amz-copy-source").is_some();
    if !copies && only(&listed).is_none() && !listed.is_empty() {
        return Err(disagreement(Some(name), &listed));
    }
    in_account(record, name, owner, object)
}

/// The bucket behind a new access point, of which the body tells name and owner. Where it was taken
/// for a number on the way (CloudTrail does that to bodies), the access point is asked.
///
/// # Errors
///
/// [`Refused`] where the name is no bucket name.
pub(super) fn new_access_point(record: &Record) -> Result<Scope, Refused> {
    let body = record.parameters.get("CreateAccessPointRequest").unwrap_or(&Value::Null);
    let place = "detail.requestParameters.CreateAccessPointRequest";
    let Some(name) = body.get("Bucket").and_then(Value::as_str) else {
        return access_point(record);
    };
    let bucket = bucket_name(name, &format!("{place}.Bucket"))?;
    let number = body.get("BucketAccountId").and_then(Value::as_u64);
    let owner = match number.map(|number| AccountId::parse(&format!("{number:012}"))) {
        Some(owner) => {
            let refuse = |error: NameError| Refused::new(place, error.to_string());
            Some(owner.map_err(refuse)?)
        }
        None => field::account(body, "BucketAccountId", place)?,
    };
    let account = owner.unwrap_or(record.info.account);
    Ok(Scope::Bucket { bucket, account, region: record.info.region.clone(), object: None })
}

/// The access point that `record` is about, or, where it names none, every bucket of the account:
/// no public record shows what these calls look like.
///
/// # Errors
///
/// [`Refused`] where the name is no name of an access point.
pub(super) fn access_point(record: &Record) -> Result<Scope, Refused> {
    const PLACE: &str = "detail.requestParameters.name";
    let resources = record.resources.iter().map(|resource| resource.arn);
    let arn = resources.filter_map(Arn::parse).find(|arn| arn.access_point().is_some());
    let name = field::text(record.parameters, "name");
    match (name, name.and_then(Arn::parse).or(arn.filter(|_| name.is_none()))) {
        (_, Some(arn)) => from_access_point_arn(record, &arn, PLACE),
        (Some(name), None) => {
            let (account, region) = (record.info.account, record.info.region.clone());
            Ok(Scope::AccessPoint { name: access_point_name(name, PLACE)?, account, region })
        }
        (None, None) => Ok(record.whole_account()),
    }
}

/// The bucket or the access point whose tags changed; `None` where it was something else.
///
/// # Errors
///
/// [`Refused`] where the ARN is none.
pub(super) fn tagged(record: &Record) -> Result<Option<Scope>, Refused> {
    const PLACE: &str = "detail.requestParameters.resourceArn";
    let Some(text) = field::text(record.parameters, "resourceArn") else {
        return bucket(record, None).map(Some);
    };
    let arn = Arn::parse(text).ok_or_else(|| {
        Refused::new(
            PLACE,
            format!("`{}` is not an ARN, that of a bucket was expected", shown(text)),
        )
    })?;
    if let Some(name) = arn.bucket() {
        let bucket = bucket_name(name, PLACE)?;
        let (account, region) = (record.info.account, record.info.region.clone());
        return Ok(Some(Scope::Bucket { bucket, account, region, object: None }));
    }
    arn.access_point().map(|_| from_access_point_arn(record, &arn, PLACE)).transpose()
}

/// Whether `record` is about a directory bucket, or an access point of one.
pub(super) fn names_directory_bucket(record: &Record) -> bool {
    let named = ["bucketName", "bucket", "name", "resourceArn"]
        .iter()
        .filter_map(|key| field::text(record.parameters, key));
    let listed = record.resources.iter();
    listed.clone().any(|resource| resource.kind.starts_with("AWS::S3Express::"))
        || named.chain(listed.map(|resource| resource.arn)).any(|name| {
            name.ends_with("--x-s3") || name.ends_with("--xa-s3") || name.contains(":s3express:")
        })
}

/// The bucket that the request names.
fn requested<'a>(record: &Record<'a>) -> Result<Option<&'a str>, Refused> {
    let mut given = ["bucketName", "bucket"].iter().filter_map(|key| record.parameters.get(key));
    let Some(given) = given.find(|given| !given.is_null()) else {
        return Ok(None);
    };
    let name = given.as_str().ok_or_else(|| {
        let given = shown(&given.to_string());
        Refused::new(BUCKET_NAME, format!("`{given}` is no text, a bucket name was expected"))
    })?;
    Ok(Some(name))
}

fn in_account(
    record: &Record,
    name: &str,
    account: Option<&AccountId>,
    object: Option<String>,
) -> Result<Scope, Refused> {
    let bucket = bucket_name(name, BUCKET_NAME)?;
    let account = *account.unwrap_or(&record.info.account);
    Ok(Scope::Bucket { bucket, account, region: record.info.region.clone(), object })
}

/// Name and owner of a bucket among the resources.
fn listed_bucket<'a>(resource: &'a Resource) -> Option<(&'a str, Option<&'a AccountId>)> {
    let arn = Arn::parse(resource.arn).filter(|_| resource.kind == BUCKET)?;
    Some((arn.bucket()?, resource.account.as_ref()))
}

/// The bucket of the list, where it names no other.
fn only<'a>(
    listed: &[(&'a str, Option<&'a AccountId>)],
) -> Option<(&'a str, Option<&'a AccountId>)> {
    let first = *listed.first()?;
    listed.iter().all(|(name, _)| *name == first.0).then_some(first)
}

/// The ARN of a multi-Region access point has no Region, and several buckets behind it.
fn from_access_point_arn(record: &Record, arn: &Arn, place: &str) -> Result<Scope, Refused> {
    let refuse = |error: NameError| Refused::new(place, error.to_string());
    let account = AccountId::parse(arn.account).map_err(refuse)?;
    if arn.region.is_empty() {
        return Ok(Scope::Account { account, region: record.info.region.clone() });
    }
    let region = Region::parse(arn.region).map_err(refuse)?;
    let name = access_point_name(arn.access_point().unwrap_or_default(), place)?;
    Ok(Scope::AccessPoint { name, account, region })
}

/// Source: S3 User Guide, "Access points naming rules".
fn access_point_name(name: &str, place: &str) -> Result<String, Refused> {
    let inner =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let edges = !name.starts_with('-') && !name.ends_with('-');
    if inner && edges && (3..=50).contains(&name.len()) {
        return Ok(name.to_owned());
    }
    let name = shown(name);
    let expected = "3 to 50 lower case letters, digits and hyphens were expected";
    Err(Refused::new(place, format!("`{name}` is no name of an access point, {expected}")))
}

fn bucket_name(name: &str, place: &str) -> Result<BucketName, Refused> {
    BucketName::parse(name).map_err(|error| Refused::new(place, error.to_string()))
}

fn disagreement(requested: Option<&str>, listed: &[(&str, Option<&AccountId>)]) -> Refused {
    let names: Vec<_> = listed.iter().take(3).map(|(name, _)| shown(name)).collect();
    let names = names.join("`, `");
    let reason = match requested.map(shown) {
        Some(requested) => format!("`{names}` here and `{requested}` in the request"),
        None => format!("`{names}` here"),
    };
    Refused::new("detail.resources", reason + ", one bucket was expected")
}
