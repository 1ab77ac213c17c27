//! The keys of a snapshot: which are known, and which are known ones in the wrong capitals.

use serde_json::{Map, Value};

/// A note on each key of the snapshot that is not looked at.
pub(super) fn unknown(snapshot: &Value) -> Vec<String> {
    let keys = snapshot.as_object().into_iter().flat_map(Map::keys);
    keys.filter(|key| !PARTS.contains(&key.as_str()))
        .map(|key| {
            let key: String = key.chars().take(80).flat_map(char::escape_debug).collect();
            format!("the snapshot's key `{key}` is not known and was not looked at")
        })
        .collect()
}

/// The first key in the wrong capitals, which would read as absent, and what is absent grants
/// nothing: its path and what it should be.
pub(super) fn misspelt(snapshot: &Value) -> Option<(String, &'static str)> {
    let (steps, expected) = steps_to_misspelt(snapshot)?;
    let path: String = steps.into_iter().rev().collect();
    Some((path.strip_prefix('.').unwrap_or(&path).to_owned(), expected))
}

/// The steps to it, the last one first.
fn steps_to_misspelt(value: &Value) -> Option<(Vec<String>, &'static str)> {
    match value {
        Value::Object(object) => object.iter().find_map(|(key, value)| {
            let known = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)).copied();
            let (mut steps, expected) = match known {
                Some(known) if known != key => (Vec::new(), known),
                // policies, tags and website configurations have keys of their own
                Some("Policy" | "Tags" | "WebsiteConfiguration") => return None,
                Some(_) | None => steps_to_misspelt(value)?,
            };
            steps.push(format!(".{key}"));
            Some((steps, expected))
        }),
        Value::Array(list) => list.iter().enumerate().find_map(|(index, value)| {
            let (mut steps, expected) = steps_to_misspelt(value)?;
            steps.push(format!("[{index}]"));
            Some((steps, expected))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The keys of the snapshot itself.
const PARTS: [&str; 13] = [
    "Bucket",
    "Account",
    "Region",
    "Acl",
    "OwnershipControls",
    "Policy",
    "PublicAccessBlockConfiguration",
    "AccountPublicAccessBlockConfiguration",
    "AccessPoints",
    "ObjectAcls",
    "Tags",
    "WebsiteConfiguration",
    "Unreadable",
];

/// Every key that is looked at, at any depth.
const KEYS: [&str; 36] = [
    "Bucket",
    "Account",
    "Region",
    "Acl",
    "Owner",
    "ID",
    "Grants",
    "Grantee",
    "URI",
    "EmailAddress",
    "Permission",
    "OwnershipControls",
    "Rules",
    "ObjectOwnership",
    "Policy",
    "PublicAccessBlockConfiguration",
    "AccountPublicAccessBlockConfiguration",
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
    "AccessPoints",
    "Name",
    "AccessPointAccount",
    "NetworkOrigin",
    "VpcConfiguration",
    "VpcId",
    "ObjectAcls",
    "Key",
    "Tags",
    "WebsiteConfiguration",
    "Unreadable",
    "PolicyStatus",
    "Type",
    "DisplayName",
    "BucketAccountId",
];
