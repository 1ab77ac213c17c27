//! A state as the snapshot that it could have been read from.

use serde_json::{Map, Value, json};

use crate::acl::{Acl, Grantee};
use crate::bucket::{
    AccessPoint, BucketState, NetworkOrigin, ObjectAcl, Observed, Ownership, Settings,
};
use crate::iam::Document;

/// `state` as a snapshot (contracts, "Bucket snapshot"). AWS's opinion of the policy and the notes
/// have no place in one; what is unknown of one access point makes all of them unreadable.
#[must_use]
pub fn write(state: &BucketState) -> Value {
    let mut snapshot = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            snapshot.insert(key.to_owned(), value);
        }
    };
    put("Bucket", Some(state.bucket.as_str().into()));
    put("Account", Some(state.account.as_str().into()));
    put("Region", state.region.as_ref().map(|region| region.as_str().into()));
    put("Acl", state.acl.known().map(acl));
    put("OwnershipControls", state.ownership.known().map(|is| ownership(*is)));
    put("Policy", state.policy.known().and_then(Option::as_ref).map(Document::to_json));
    put("PublicAccessBlockConfiguration", state.settings.known().copied().map(settings));
    put(
        "AccountPublicAccessBlockConfiguration",
        state.account_settings.known().copied().map(settings),
    );
    let points = state.access_points.known();
    put("AccessPoints", points.map(|points| points.iter().map(access_point).collect()));
    let objects = state.object_acls.known();
    put("ObjectAcls", objects.map(|objects| objects.iter().map(object_acl).collect()));
    put("Tags", state.tags.known().map(|tags| json!(tags)));
    put("WebsiteConfiguration", state.website.known().filter(|is| **is).map(|_| json!({})));
    let unreadable: Map<String, Value> =
        state.unreadable().into_iter().map(|(part, error)| (part, error.into())).collect();
    put("Unreadable", (!unreadable.is_empty()).then_some(Value::Object(unreadable)));
    Value::Object(snapshot)
}

fn settings(settings: Settings) -> Value {
    json!(settings)
}

fn ownership(ownership: Ownership) -> Value {
    let name = match ownership {
        Ownership::BucketOwnerEnforced => "BucketOwnerEnforced",
        Ownership::BucketOwnerPreferred => "BucketOwnerPreferred",
        Ownership::ObjectWriter => "ObjectWriter",
    };
    json!({"Rules": [{"ObjectOwnership": name}]})
}

fn acl(acl: &Acl) -> Value {
    let grants: Vec<Value> = acl
        .grants
        .iter()
        .map(|grant| {
            let grantee = match &grant.grantee {
                Grantee::CanonicalUser(id) => json!({"Type": "CanonicalUser", "ID": id}),
                Grantee::Email(address) => {
                    json!({"Type": "AmazonCustomerByEmail", "EmailAddress": address})
                }
                Grantee::AllUsers => group("http://acs.amazonaws.com/groups/global/AllUsers"),
                Grantee::AuthenticatedUsers => {
                    group("http://acs.amazonaws.com/groups/global/AuthenticatedUsers")
                }
                Grantee::LogDelivery => group("http://acs.amazonaws.com/groups/s3/LogDelivery"),
                Grantee::UnknownGroup(uri) => group(uri),
            };
            json!({"Grantee": grantee, "Permission": grant.permission.name()})
        })
        .collect();
    match &acl.owner {
        Some(owner) => json!({"Owner": {"ID": owner}, "Grants": grants}),
        None => json!({"Grants": grants}),
    }
}

fn group(uri: &str) -> Value {
    json!({"Type": "Group", "URI": uri})
}

fn object_acl(object: &ObjectAcl) -> Value {
    let mut value = acl(&object.acl);
    if let Some(members) = value.as_object_mut() {
        members.insert("Key".to_owned(), object.key.as_str().into());
    }
    value
}

fn access_point(point: &AccessPoint) -> Value {
    let mut value = json!({
        "Name": point.name,
        "PublicAccessBlockConfiguration": point.settings.known().copied().unwrap_or_default(),
    });
    let Some(members) = value.as_object_mut() else { return value };
    if let Some(account) = &point.account {
        members.insert("AccessPointAccount".to_owned(), account.as_str().into());
    }
    let origin = match &point.origin {
        NetworkOrigin::Internet => "Internet",
        NetworkOrigin::Vpc(vpc) => {
            members.insert("VpcConfiguration".to_owned(), json!({"VpcId": vpc}));
            "VPC"
        }
    };
    members.insert("NetworkOrigin".to_owned(), origin.into());
    if let Observed::Known(Some(policy)) = &point.policy {
        members.insert("Policy".to_owned(), policy.to_json());
    }
    value
}
