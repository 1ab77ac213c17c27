//! Snapshots: a bucket's state as one JSON object in the shapes of the AWS CLI (contracts, "Bucket
//! snapshot"). Strict about what a part is, tolerant about what AWS may add inside it.

mod keys;
mod write;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

pub use self::write::write;
use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::{
    AccessPoint, AccountId, BucketName, BucketState, NetworkOrigin, ObjectAcl, Observed, Ownership,
    Part, Region, Settings,
};
use crate::iam::Document;
use crate::strict_json;

/// A snapshot that cannot be used: where in it and why.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON, or a key named twice; says line and column.
    #[error("not usable JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A part of the wrong shape; says line and column.
    #[error("`{path}`: {source}")]
    Shape {
        /// Such as `Acl.Grants[0].Permission`.
        path: String,
        /// What was expected there.
        source: serde_json::Error,
    },
    /// A part whose content makes no sense.
    #[error("`{path}`: {reason}")]
    Content {
        /// As above.
        path: String,
        /// What is wrong, and what was expected.
        reason: String,
    },
}

/// Reads one snapshot.
///
/// A policy that is there and does not parse is no error: it is an unreadable part.
///
/// # Errors
///
/// [`SnapshotError`] for anything that would leave the state to a guess.
pub fn read(text: &str) -> Result<BucketState, SnapshotError> {
    let mut value = strict_json::parse(text)?;
    if let Some((path, expected)) = keys::misspelt(&value) {
        return Err(content(&path, format_args!("expected `{expected}`")));
    }
    // what has a grammar of its own goes no second way through `serde`
    let policies = Policies::taken_from(&mut value);
    let unknown = keys::unknown(&value);
    let snapshot = Snapshot::deserialize(value).map_err(|error| shape_error(text, error))?;
    let mut state = snapshot.into_state(&policies)?;
    state.notes.extend(unknown);
    Ok(state)
}

/// The place of an error in a shape is worth a second reading: a value does not know its line.
fn shape_error(text: &str, error: serde_json::Error) -> SnapshotError {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, Snapshot>(&mut deserializer) {
        Err(placed) => {
            SnapshotError::Shape { path: placed.path().to_string(), source: placed.into_inner() }
        }
        Ok(_) => SnapshotError::Shape { path: ".".to_owned(), source: error },
    }
}

/// The policy documents of a snapshot.
struct Policies {
    bucket: Option<Value>,
    /// By the access points' order.
    access_points: Vec<Option<Value>>,
}

impl Policies {
    fn taken_from(snapshot: &mut Value) -> Self {
        let take = |value: &mut Value| {
            let policy = value.as_object_mut()?.remove("Policy")?;
            if policy.is_null() { None } else { Some(policy) }
        };
        let bucket = take(snapshot);
        let points = snapshot.get_mut("AccessPoints").and_then(Value::as_array_mut);
        let access_points = points.into_iter().flatten().map(take).collect();
        Self { bucket, access_points }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Snapshot {
    bucket: String,
    account: String,
    region: Option<String>,
    acl: Option<AclShape>,
    ownership_controls: Option<OwnershipShape>,
    public_access_block_configuration: Option<Settings>,
    account_public_access_block_configuration: Option<Settings>,
    access_points: Option<Vec<AccessPointShape>>,
    object_acls: Option<Vec<ObjectAclShape>>,
    tags: Option<BTreeMap<String, String>>,
    website_configuration: Option<IgnoredAny>,
    unreadable: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AclShape {
    owner: Option<OwnerShape>,
    grants: Vec<GrantShape>,
}

#[derive(Deserialize)]
struct OwnerShape {
    #[serde(rename = "ID")]
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GrantShape {
    grantee: GranteeShape,
    permission: String,
}

#[derive(Deserialize)]
struct GranteeShape {
    #[serde(rename = "ID")]
    id: Option<String>,
    #[serde(rename = "URI")]
    uri: Option<String>,
    #[serde(rename = "EmailAddress")]
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnershipShape {
    rules: Vec<OwnershipRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnershipRule {
    object_ownership: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessPointShape {
    name: String,
    access_point_account: Option<String>,
    network_origin: String,
    vpc_configuration: Option<VpcShape>,
    public_access_block_configuration: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VpcShape {
    vpc_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ObjectAclShape {
    key: String,
    #[serde(flatten)]
    acl: AclShape,
}

impl Snapshot {
    fn into_state(self, policies: &Policies) -> Result<BucketState, SnapshotError> {
        let bucket = BucketName::parse(&self.bucket).map_err(|error| content("Bucket", error))?;
        let account = AccountId::parse(&self.account).map_err(|error| content("Account", error))?;
        let region = self.region.as_deref().map(Region::parse).transpose();
        let region = region.map_err(|error| content("Region", error))?;
        let mut state = BucketState::empty(bucket, account, region);
        if let Some(acl) = self.acl {
            state.acl = Observed::Known(acl.into_acl("Acl")?);
        }
        if let Some(controls) = self.ownership_controls {
            state.ownership = Observed::Known(ownership(&controls)?);
        }
        state.policy = policy(policies.bucket.as_ref());
        state.settings =
            Observed::Known(self.public_access_block_configuration.unwrap_or_default());
        state.account_settings =
            Observed::Known(self.account_public_access_block_configuration.unwrap_or_default());
        let points = self.access_points.unwrap_or_default().into_iter();
        let points = points.zip(&policies.access_points).enumerate();
        let points =
            points.map(|(index, (point, policy))| point.into_access_point(index, policy.as_ref()));
        state.access_points = Observed::Known(points.collect::<Result<_, _>>()?);
        let objects = self.object_acls.unwrap_or_default().into_iter().enumerate();
        let objects = objects.map(|(index, object)| {
            let acl = object.acl.into_acl(&format!("ObjectAcls[{index}]"))?;
            Ok::<_, SnapshotError>(ObjectAcl { key: object.key, acl })
        });
        state.object_acls = Observed::Known(objects.collect::<Result<_, _>>()?);
        state.tags = Observed::Known(self.tags.unwrap_or_default());
        state.website = Observed::Known(self.website_configuration.is_some());
        for (part, error) in self.unreadable.unwrap_or_default() {
            make_unreadable(&mut state, part, error);
        }
        Ok(state)
    }
}

impl AclShape {
    fn into_acl(self, path: &str) -> Result<Acl, SnapshotError> {
        let grants = self.grants.into_iter().enumerate().map(|(index, grant)| {
            let path = format!("{path}.Grants[{index}]");
            let permission = Permission::from_name(&grant.permission).ok_or_else(|| {
                content(
                    &format!("{path}.Permission"),
                    "expected `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`",
                )
            })?;
            let grantee = match grant.grantee {
                GranteeShape { uri: Some(uri), .. } => Grantee::from_uri(&uri),
                GranteeShape { id: Some(id), .. } => Grantee::CanonicalUser(id),
                GranteeShape { email: Some(email), .. } => Grantee::Email(email),
                GranteeShape { .. } => {
                    let path = format!("{path}.Grantee");
                    return Err(content(&path, "expected `ID`, `URI` or `EmailAddress`"));
                }
            };
            Ok(Grant { grantee, permission })
        });
        let owner = self.owner.and_then(|owner| owner.id);
        Ok(Acl { owner, grants: grants.collect::<Result<_, _>>()? })
    }
}

impl AccessPointShape {
    fn into_access_point(
        self,
        index: usize,
        own_policy: Option<&Value>,
    ) -> Result<AccessPoint, SnapshotError> {
        let at = |name: &str| format!("AccessPoints[{index}].{name}");
        let account = self.access_point_account.as_deref().map(AccountId::parse).transpose();
        let account = account.map_err(|error| content(&at("AccessPointAccount"), error))?;
        let vpc = self.vpc_configuration.and_then(|vpc| vpc.vpc_id);
        let origin = match self.network_origin.as_str() {
            "Internet" => NetworkOrigin::Internet,
            "VPC" => NetworkOrigin::Vpc(vpc),
            _ => return Err(content(&at("NetworkOrigin"), "expected `Internet` or `VPC`")),
        };
        Ok(AccessPoint {
            name: self.name,
            account,
            origin,
            settings: Observed::Known(self.public_access_block_configuration.unwrap_or_default()),
            policy: policy(own_policy),
        })
    }
}

fn ownership(controls: &OwnershipShape) -> Result<Ownership, SnapshotError> {
    match controls.rules.as_slice() {
        [rule] => ownership_named(&rule.object_ownership).ok_or_else(|| {
            content(
                "OwnershipControls.Rules[0].ObjectOwnership",
                "expected `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`",
            )
        }),
        _ => Err(content("OwnershipControls.Rules", "expected one rule")),
    }
}

/// The Object Ownership of AWS's name.
#[must_use]
pub fn ownership_named(name: &str) -> Option<Ownership> {
    Some(match name {
        "BucketOwnerEnforced" => Ownership::BucketOwnerEnforced,
        "BucketOwnerPreferred" => Ownership::BucketOwnerPreferred,
        "ObjectWriter" => Ownership::ObjectWriter,
        _ => return None,
    })
}

/// A policy as an object, or as the JSON text that `get-bucket-policy` prints.
pub(crate) fn policy(value: Option<&Value>) -> Observed<Option<Document>> {
    let document = match value {
        None => return Observed::Known(None),
        Some(Value::String(text)) => Document::parse(text),
        Some(value) => Document::from_json(value),
    };
    match document {
        Ok(document) => Observed::Known(Some(document)),
        Err(error) => Observed::Unknown(format!("does not parse: {error}")),
    }
}

fn make_unreadable(state: &mut BucketState, part: String, error: String) {
    match Part::ALL.into_iter().find(|known| known.name() == part) {
        Some(Part::Acl) => state.acl = Observed::Unknown(error),
        Some(Part::OwnershipControls) => state.ownership = Observed::Unknown(error),
        Some(Part::Policy) => state.policy = Observed::Unknown(error),
        Some(Part::PolicyStatus) => state.policy_status = Observed::Unknown(error),
        Some(Part::PublicAccessBlockConfiguration) => state.settings = Observed::Unknown(error),
        Some(Part::AccountPublicAccessBlockConfiguration) => {
            state.account_settings = Observed::Unknown(error);
        }
        Some(Part::AccessPoints) => state.access_points = Observed::Unknown(error),
        Some(Part::ObjectAcls) => state.object_acls = Observed::Unknown(error),
        Some(Part::Tags) => state.tags = Observed::Unknown(error),
        Some(Part::WebsiteConfiguration) => state.website = Observed::Unknown(error),
        None => {
            state.other_unreadable.insert(part, error);
        }
    }
}

fn content(path: &str, reason: impl std::fmt::Display) -> SnapshotError {
    SnapshotError::Content { path: path.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::bucket::{BucketState, Observed};

    #[test]
    fn a_policy_may_be_an_object_or_its_text() {
        let document =
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
        let text = serde_json::to_string(document).unwrap();
        let with = |policy: &str| {
            read(&format!(r#"{{"Bucket":"abc","Account":"111122223333","Policy":{policy}}}"#))
                .unwrap()
        };
        assert_eq!(with(document), with(&text));
        assert!(
            matches!(with("\"{}\"").policy, Observed::Unknown(error) if error.contains("Statement"))
        );
    }

    #[test]
    fn no_known_part_is_told_to_be_unknown() {
        let state = read(
            r#"{"Bucket":"abc","Account":"111122223333","Region":null,"Acl":null,"OwnershipControls":null,
                "Policy":null,"PublicAccessBlockConfiguration":null,"Tags":null,"AccessPoints":null,
                "AccountPublicAccessBlockConfiguration":null,"ObjectAcls":null,"Unreadable":null,
                "WebsiteConfiguration":null}"#,
        )
        .unwrap();
        assert_eq!(state.notes, [""; 0]);
        assert_eq!(state, BucketState::empty(state.bucket.clone(), state.account, None));
    }

    #[test]
    fn a_policy_of_one_key_is_no_text_of_another_policy() {
        // the key by which `serde_json` passes raw text on
        let policy = r#"{"$serde_json::private::RawValue":"{\"Statement\":[]}"}"#;
        let state = read(&format!(
            r#"{{"Bucket":"abc","Account":"111122223333","Policy":{policy},
                "AccessPoints":[{{"Name":"a","NetworkOrigin":"Internet","Policy":{policy}}}]}}"#
        ))
        .unwrap();
        assert!(state.policy.error().is_some());
        assert!(state.access_points.known().unwrap()[0].policy.error().is_some());
    }

    #[test]
    fn what_cannot_be_used_says_where_and_why() {
        let cases = [
            ("{", "line 1"),
            (r#"{"Account":"111122223333"}"#, "missing field `Bucket`"),
            (r#"{"Bucket":"abc"}"#, "missing field `Account`"),
            (r#"{"Bucket":"abc","Account":"1"}"#, "`Account`: account `1` is not 12 digits"),
            (
                r#"{"Bucket":"abc","Bucket":"abd","Account":"111122223333"}"#,
                "duplicate key `Bucket`",
            ),
            (
                r#"{"Bucket":"abc","Account":"111122223333","Acl":{"Grants":[{"Grantee":{},"Permission":"READ"}]}}"#,
                "`Acl.Grants[0].Grantee`",
            ),
            (
                r#"{"Bucket":"abc","Account":"111122223333","AccessPoints":[{"Name":"a","NetworkOrigin":"internet"}]}"#,
                "`AccessPoints[0].NetworkOrigin`",
            ),
            (r#"{"Bucket":"abc","Account":"111122223333","Tags":{"a":1}}"#, "Tags"),
            (r#"{"Bucket":"abc","Account":"111122223333","policy":{}}"#, "expected `Policy`"),
            (
                r#"{"Bucket":"abc","Account":"111122223333","Acl":{"grants":[]}}"#,
                "`Acl.grants`: expected `Grants`",
            ),
            (r#"{"Bucket":"abc","Account":"111122223333","Acl":{}}"#, "missing field `Grants`"),
        ];
        for (text, expected) in cases {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_that_is_not_known_is_told_and_an_unreadable_part_is_kept() {
        let state = read(
            r#"{"Bucket":"abc","Account":"111122223333","Polciy":{},"Unreadable":{"Policy":"AccessDenied","Else":"x"}}"#,
        )
        .unwrap();
        assert!(state.notes[0].contains("`Polciy`"));
        assert_eq!(state.notes.len(), 1);
        assert_eq!(
            state.unreadable(),
            [("Policy".to_owned(), "AccessDenied".to_owned()), ("Else".to_owned(), "x".to_owned()),]
        );
    }
}
