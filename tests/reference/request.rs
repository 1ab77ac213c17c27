//! A request in the published form of a witness, and what no request can carry.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    Anonymous,
    Aws { account: String, arn: String },
    CanonicalUser(String),
    Service(String),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub principal: Principal,
    pub action: String,
    pub resource: String,
    /// Keys in lower case; each has a value.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Request {
    pub fn read(published: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let caller = &published["principal"];
        let principal = if caller == "anonymous" {
            Principal::Anonymous
        } else if caller["account"].is_string() {
            Principal::Aws { account: text(&caller["account"]), arn: text(&caller["arn"]) }
        } else if caller["canonical_user"].is_string() {
            Principal::CanonicalUser(text(&caller["canonical_user"]))
        } else {
            Principal::Service(text(&caller["service"]))
        };
        let mut context = BTreeMap::new();
        for (key, value) in published["context"].as_object().unwrap() {
            let values = match value {
                Value::Array(values) => values.iter().map(text).collect(),
                one => vec![text(one)],
            };
            let before = context.insert(key.to_lowercase(), values);
            assert!(before.is_none(), "`{key}` is carried twice: {published}");
        }
        context.retain(|_, values| !values.is_empty());
        let [action, resource] = ["action", "resource"].map(|field| text(&published[field]));
        Self { principal, action, resource, context }
    }

    pub fn published(&self) -> Value {
        let principal = match &self.principal {
            Principal::Anonymous => json!("anonymous"),
            Principal::Aws { account, arn } => json!({"account": account, "arn": arn}),
            Principal::CanonicalUser(id) => json!({"canonical_user": id}),
            Principal::Service(name) => json!({"service": name}),
        };
        let one_or_many = |values: &Vec<String>| match &values[..] {
            [one] => json!(one),
            many => json!(many),
        };
        let context: BTreeMap<_, _> =
            self.context.iter().map(|(key, values)| (key, one_or_many(values))).collect();
        json!({"principal": principal, "action": self.action, "resource": self.resource,
               "context": context})
    }

    pub fn one(&self, key: &str) -> Option<&str> {
        self.context.get(key).map(|values| values[0].as_str())
    }
}

/// Keys that only a caller with a name carries.
const OF_A_NAME: &[&str] = &[
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:username",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:tokenissuetime",
    "aws:sourceidentity",
    "aws:federatedprovider",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
];

/// Keys of a request that came through a VPC endpoint.
const OF_AN_ENDPOINT: &[&str] = &[
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// Keys of a call that a service makes for a resource.
const OF_A_SERVICE: &[&str] = &[
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// # Errors
/// What of `request` no request from outside `owner` can have.
pub fn coherent(request: &Request, owner: &str) -> Result<(), String> {
    caller_is_coherent(request, owner)?;
    let carried =
        |keys: &[&'static str]| keys.iter().copied().find(|key| request.one(key).is_some());
    if let Some(address) = request.one("aws:sourceip") {
        let address =
            address.parse::<IpAddr>().map_err(|_| format!("`{address}` as an address"))?;
        if let Some(key) = carried(OF_AN_ENDPOINT) {
            return Err(format!("aws:SourceIp beside {key}"));
        }
        if !is_public(address) {
            return Err(format!("the private {address} as aws:SourceIp"));
        }
    }
    same_account(request, "s3:dataaccesspointarn", request.one("s3:dataaccesspointaccount"))?;
    same_account(request, "aws:sourcearn", request.one("aws:sourceaccount"))?;
    for key in ["aws:resourceaccount", "s3:resourceaccount"] {
        if request.one(key).is_some_and(|account| account != owner) {
            return Err(format!("{key} is not the owner"));
        }
    }
    for key in ["aws:securetransport", "aws:viaawsservice", "aws:principalisawsservice"] {
        if request.one(key).is_some_and(|value| !["true", "false"].contains(&value)) {
            return Err(format!("{key} is neither true nor false"));
        }
    }
    let organization = request.one("aws:principalorgid");
    for path in request.context.get("aws:principalorgpaths").into_iter().flatten() {
        if organization.is_some_and(|id| path.split('/').next() != Some(id)) {
            return Err(format!("`{path}` is no path of {organization:?}"));
        }
    }
    match (acts_on_objects(&request.action), is_object(&request.resource)) {
        (Some(objects), object) if objects != object => {
            Err(format!("{} on {}", request.action, request.resource))
        }
        _ => Ok(()),
    }
}

/// # Errors
/// A key that is `mentioned` and that the request would carry.
pub fn complete(request: &Request, mentioned: impl Fn(&str) -> bool) -> Result<(), String> {
    let always = &["aws:securetransport", "aws:currenttime", "aws:epochtime"][..];
    let of_its_caller = match &request.principal {
        Principal::Service(_) | Principal::CanonicalUser(_) => &[][..],
        Principal::Anonymous => &["aws:principalaccount", "aws:principaltype", "aws:userid"],
        Principal::Aws { .. } => {
            &["aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid"]
        }
    };
    for key in always.iter().chain(of_its_caller) {
        if mentioned(key) && request.one(key).is_none() {
            return Err(format!("without {key}"));
        }
    }
    let places = ["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce"];
    let from_nowhere = places.iter().all(|key| request.one(key).is_none());
    let is_service = matches!(request.principal, Principal::Service(_));
    let told = mentioned(places[0]) && (mentioned(places[1]) || mentioned(places[2]));
    if from_nowhere && told && !is_service { Err("from nowhere".to_owned()) } else { Ok(()) }
}

fn caller_is_coherent(request: &Request, owner: &str) -> Result<(), String> {
    let named = OF_A_NAME.iter().copied().find(|key| request.one(key).is_some());
    let sourced = OF_A_SERVICE.iter().copied().find(|key| request.one(key).is_some());
    let is_service = request.one("aws:principalisawsservice") == Some("true");
    match &request.principal {
        Principal::Service(_) => {
            let of_an_identity =
                ["aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:username"];
            if let Some(key) = of_an_identity.iter().find(|key| request.one(key).is_some()) {
                return Err(format!("a service with {key}"));
            }
            if request.one("aws:principalisawsservice") == Some("false") {
                return Err("a service that is none".to_owned());
            }
            return Ok(());
        }
        _ if sourced.is_some() => Err(format!("{sourced:?} without a service")),
        _ if is_service => Err("aws:PrincipalIsAWSService without a service".to_owned()),
        Principal::Anonymous => {
            let tag = request.context.keys().find(|key| key.starts_with("aws:principaltag/"));
            let key = named.or(tag.map(String::as_str));
            key.map_or(Ok(()), |key| Err(format!("an anonymous request with {key}")))
        }
        Principal::CanonicalUser(_) => Ok(()),
        Principal::Aws { account, .. } if account == owner => Err("the owner's own".to_owned()),
        Principal::Aws { account, arn } => {
            let theirs = request.one("aws:principalarn");
            let is_session = arn.split(':').nth(2) == Some("sts");
            if theirs.is_some_and(|theirs| theirs != arn && !is_session) {
                return Err(format!("{theirs:?} as the ARN of {arn}"));
            }
            if arn.split(':').nth(4) != Some(account) {
                return Err(format!("{arn} of {account}"));
            }
            same_account(request, "aws:principalarn", Some(account))
        }
    }?;
    let account = match &request.principal {
        Principal::Anonymous => "anonymous",
        Principal::Aws { account, .. } => account,
        Principal::CanonicalUser(_) | Principal::Service(_) => return Ok(()),
    };
    match request.one("aws:principalaccount") {
        Some(theirs) if theirs != account => Err(format!("aws:PrincipalAccount {theirs}")),
        _ => Ok(()),
    }
}

/// The ARN under `key` is of no other account.
fn same_account(request: &Request, key: &str, account: Option<&str>) -> Result<(), String> {
    let theirs = request.one(key).and_then(|arn| arn.split(':').nth(4));
    match (theirs, account) {
        (Some(theirs), Some(account)) if !theirs.is_empty() && theirs != account => {
            Err(format!("{key} of {theirs} beside the account {account}"))
        }
        _ => Ok(()),
    }
}

/// Whether a request over the internet can come from `address`.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_private() && !address.is_loopback(),
        IpAddr::V6(address) => !address.is_loopback(),
    }
}

/// Whether `action` is one on objects; `None` where it may be either.
pub fn acts_on_objects(action: &str) -> Option<bool> {
    let action = action.strip_prefix("s3:")?;
    let either = ["TagResource", "UntagResource", "ListTagsForResource"];
    let objects = [
        "AbortMultipartUpload",
        "BypassGovernanceRetention",
        "InitiateReplication",
        "ListMultipartUploadParts",
        "ObjectOwnerOverrideToBucketOwner",
        "ReplicateDelete",
        "ReplicateTags",
    ];
    let named = action.contains("Object") && !action.contains("Bucket");
    (!either.contains(&action)).then_some(named || objects.contains(&action))
}

/// Of a bucket or of an access point.
fn is_object(resource: &str) -> bool {
    let name = resource.split(':').nth(5).unwrap_or_default();
    if name.starts_with("accesspoint/") { name.contains("/object/") } else { name.contains('/') }
}
