//! CloudTrail records of S3: which of them ask for a look, and at what.

use serde_json::Value;

use super::catalogue::{self, Asks};
use super::envelope::Envelope;
use super::record::Record;
use super::{Event, Refused, Scope, Source, field, identity, object, organization, scope};
use crate::name::shown;

/// Reads the CloudTrail record in `envelope`.
///
/// # Errors
///
/// [`Refused`] where the record contradicts its envelope, or does not say which bucket it is about.
pub(super) fn read(envelope: &Envelope) -> Result<Event, Refused> {
    let detail = envelope.object()?;
    let service = field::text(detail, "eventSource").ok_or_else(|| {
        Refused::new(
            "detail.eventSource",
            "missing, a service such as `s3.amazonaws.com` was expected",
        )
    })?;
    if let Some(reason) = other_service(service) {
        let mut event = envelope.info.clone();
        event.name = field::text(detail, "eventName").map_or(event.name, field::bounded);
        let actor = Some(identity::actor(detail));
        return Ok(Event::Ignored { event: Some(event), actor, reason });
    }
    let record = Record::read(envelope, service)?;
    if record.is_outposts() {
        return Ok(record.ignored(OUTPOSTS));
    }
    if let Some(reason) = record.changed_nothing() {
        return Ok(record.ignored(reason));
    }
    if service == ORGANIZATIONS { Ok(organization::read(record)) } else { s3(record) }
}

const S3: &str = "s3.amazonaws.com";
const ORGANIZATIONS: &str = "organizations.amazonaws.com";

const OUTPOSTS: &str = "a bucket on Outposts is out of scope: it cannot be public, and its name \
                        means another bucket in S3";
const DIRECTORY: &str = "a directory bucket is out of scope: it has no ACLs and cannot be public";

/// Why the records of `service` are none of our business.
fn other_service(service: &str) -> Option<String> {
    let reason = match service {
        S3 | ORGANIZATIONS => return None,
        "s3express.amazonaws.com" => DIRECTORY,
        "s3-outposts.amazonaws.com" => OUTPOSTS,
        "s3tables.amazonaws.com" => "a table bucket is out of scope: it cannot be public",
        "s3vectors.amazonaws.com" => "a vector bucket is out of scope: it cannot be public",
        _ => return Some(format!("a call of `{}`, not of S3", shown(service))),
    };
    Some(reason.to_owned())
}

fn s3(record: Record) -> Result<Event, Refused> {
    let name = record.info.name.as_str();
    let Some(asks) = catalogue::asks(name) else {
        let reason = if name.ends_with("ForObjectLambda") {
            "an Object Lambda access point is out of scope".to_owned()
        } else {
            format!("`{}` changes nobody's access to a bucket", shown(name))
        };
        return Ok(record.ignored(reason));
    };
    if scope::names_directory_bucket(&record) {
        return Ok(record.ignored(DIRECTORY));
    }
    let found = match asks {
        Asks::Bucket => scope::bucket(&record, None)?,
        Asks::AccountSettings if turns_all_on(record.parameters) => {
            let reason = "it turns all of the account's Block Public Access on: that opens nothing";
            return Ok(record.ignored(reason));
        }
        Asks::AccountSettings | Asks::MultiRegionAccessPoint => record.whole_account(),
        Asks::NewAccessPoint => scope::new_access_point(&record)?,
        Asks::AccessPoint => scope::access_point(&record)?,
        Asks::Tags => match scope::tagged(&record)? {
            Some(found) => found,
            None => return Ok(record.ignored("the tags of something else than a bucket")),
        },
        Asks::Upload if !object::asks_public_acl(&record) => {
            return Ok(record.ignored("an upload that asks for no public ACL"));
        }
        Asks::ObjectAcl | Asks::Upload => scope::bucket(&record, object::key(&record)?)?,
    };
    if let Scope::Bucket { account, .. } = &found
        && *account != record.info.account
        && asks != Asks::NewAccessPoint
    {
        let reason = format!(
            "the caller's copy: the bucket is of account `{account}`, whose own \
                              copy counts"
        );
        return Ok(record.ignored(reason));
    }
    Ok(record.trigger(Source::CloudTrail, found))
}

fn turns_all_on(parameters: &Value) -> bool {
    let settings = parameters.get("PublicAccessBlockConfiguration").unwrap_or(&Value::Null);
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
        .iter()
        .all(|setting| field::flag(settings, setting) == Some(true))
}
