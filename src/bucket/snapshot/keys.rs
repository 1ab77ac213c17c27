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
            let (mut steps, expected) = match known(key) {
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

macro_rules! known {
    ($($key:literal)*) => {
        /// The known key that `key` is, in the same capitals or in others.
        fn known(key: &str) -> Option<&'static str> {
            match key {
                $($key => Some($key),)*
                _ => [$($key),*].into_iter().find(|known| known.eq_ignore_ascii_case(key)),
            }
        }
    };
}

// every key that is looked at, at any depth
known! {
    "AccessPointAccount"
    "AccessPoints"
    "Account"
    "AccountPublicAccessBlockConfiguration"
    "Acl"
    "BlockPublicAcls"
    "BlockPublicPolicy"
    "Bucket"
    "BucketAccountId"
    "DisplayName"
    "EmailAddress"
    "Grantee"
    "Grants"
    "ID"
    "IgnorePublicAcls"
    "Key"
    "Name"
    "NetworkOrigin"
    "ObjectAcls"
    "ObjectOwnership"
    "Owner"
    "OwnershipControls"
    "Permission"
    "Policy"
    "PolicyStatus"
    "PublicAccessBlockConfiguration"
    "Region"
    "RestrictPublicBuckets"
    "Rules"
    "Tags"
    "Type"
    "URI"
    "Unreadable"
    "VpcConfiguration"
    "VpcId"
    "WebsiteConfiguration"
}
