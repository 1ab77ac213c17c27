//! Objects: uploads that ask for a public ACL, and S3's own word that the ACL of one changed.

use serde_json::Value;

use super::arn::Arn;
use super::envelope::Envelope;
use super::record::Record;
use super::{Actor, ActorKind, Confidence, Event, Refused, Scope, Source, field};
use crate::bucket::{AccountId, BucketName};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 1_024;

/// Whether the headers of an upload ask for an ACL that lets everybody in, or everybody with an AWS
/// account. Parameters that were left out may have.
pub(super) fn asks_public_acl(record: &Record) -> bool {
    let none = Value::Null;
    let grants = record.parameters.get("accessControlList").unwrap_or(&none);
    let headers = [record.parameters, grants].into_iter().filter_map(Value::as_object).flatten();
    record.parameters_are_omitted()
        || headers.into_iter().any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            match name.strip_prefix("x-amz-") {
                Some("acl") => field::texts(value).any(is_public_canned_acl),
                Some(rest) if rest.starts_with("grant-") => {
                    field::texts(value).any(names_public_group)
                }
                Some(_) | None => false,
            }
        })
}

/// Key of the object that `record` is about, where it names one.
///
/// # Errors
///
/// [`Refused`] where it is too long for a key.
pub(super) fn key(record: &Record) -> Result<Option<String>, Refused> {
    let mut listed = record.resources.iter().filter(|resource| resource.kind == "AWS::S3::Object");
    let listed = listed.find_map(|resource| Arn::parse(resource.arn)?.key());
    key_at(field::text(record.parameters, "key").or(listed), "detail.requestParameters.key")
}

/// Reads S3's `Object ACL Updated`, which names bucket, key and the requester's account, and not
/// what was granted.
///
/// # Errors
///
/// [`Refused`] where the name is no bucket name.
pub(super) fn acl_updated(envelope: &Envelope) -> Result<Event, Refused> {
    let detail = envelope.object()?;
    let none = Value::Null;
    let name = detail.get("bucket").and_then(|bucket| field::text(bucket, "name"));
    let bucket = BucketName::parse(name.unwrap_or_default())
        .map_err(|error| Refused::new("detail.bucket.name", error.to_string()))?;
    let object = detail.get("object").unwrap_or(&none);
    let object = key_at(field::text(object, "key"), "detail.object.key")?;
    let (account, region) = (envelope.info.account, envelope.info.region.clone());
    let scope = Scope::Bucket { bucket, account, region, object };
    Ok(envelope.trigger(Source::S3Notification, requester(detail), scope))
}

fn is_public_canned_acl(acl: &str) -> bool {
    ["public-read", "public-read-write", "authenticated-read"]
        .iter()
        .any(|public| acl.trim().eq_ignore_ascii_case(public))
}

fn names_public_group(grantees: &str) -> bool {
    ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"]
        .iter()
        .any(|group| grantees.contains(group))
}

fn key_at(key: Option<&str>, place: &str) -> Result<Option<String>, Refused> {
    match key.filter(|key| key.len() > LONGEST_KEY) {
        Some(key) => {
            let reason = format!("{} bytes long, a key has at most {LONGEST_KEY}", key.len());
            Err(Refused::new(place, reason))
        }
        None => Ok(key.map(str::to_owned)),
    }
}

/// S3 names the account of the requester, or the service.
fn requester(detail: &Value) -> Option<Actor> {
    let requester = field::text(detail, "requester")?;
    let account = AccountId::of(requester);
    let kind = match &account {
        Some(_) => ActorKind::AwsAccount,
        None if requester.ends_with(".amazonaws.com") => ActorKind::AwsService,
        None => return None,
    };
    Some(Actor {
        kind,
        principal: Some(field::bounded(requester)),
        arn: None,
        account: account.map(|account| account.to_string()),
        name: None,
        confidence: Confidence::None,
        issuer_arn: None,
        source_identity: None,
        identity_center_user: None,
        mfa: None,
        source_ip: field::text(detail, "source-ip-address").map(field::bounded),
        user_agent: None,
        via: None,
        access_key_id: None,
    })
}
