//! What the requests of a caller carry for a condition key: nothing, or some value out of a set.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference,
//! "Condition keys for Amazon S3".

use crate::iam::caller::{ANY_SERVICE, Caller};
use crate::iam::pattern::Glob;
use crate::name::AccountId;

/// What the requests of one caller carry for one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Whether some request comes without the key.
    pub absent: bool,
    /// The values that requests with the key have; `None`: none has it.
    pub values: Option<Values>,
}

/// A set of values of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// This one.
    Exactly(String),
    /// Whichever the caller likes; or one that is not known here.
    Any,
    /// Some value that no bounded value in a policy names.
    Unnamed,
    /// Some public address in no narrow range that a policy names.
    UnnamedAddress,
    /// Whichever public address.
    PublicAddress,
    /// ARNs of this account.
    ArnOf(AccountId),
    /// ARNs that say no account, such as those of buckets.
    ArnOfNoAccount,
    /// Paths within this organization.
    PathIn(String),
    /// Whichever account, or ARN, but this account's.
    NotOf(AccountId),
    /// Some text that this pattern matches; which one is not known here.
    Matching(Glob),
}

/// How a request reaches the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// By the bucket's own name, or through an access point of another account.
    Direct,
    /// Through this access point.
    AccessPoint {
        /// Its owner.
        account: AccountId,
        /// Its ARN.
        arn: String,
        /// `Internet` or `VPC`.
        origin: &'static str,
    },
}

/// What the requests of `caller` by `route` to a bucket of `owner` carry for `key`.
#[must_use]
pub fn carried(key: &str, caller: &Caller, route: &Route, owner: &AccountId) -> Carried {
    let key = key.to_ascii_lowercase();
    of_the_resource(&key, route, owner, caller)
        .or_else(|| of_the_network(&key, caller))
        .or_else(|| of_the_principal(&key, caller))
        .or_else(|| of_the_source(&key, caller))
        .or_else(|| of_the_signature(&key, caller))
        // headers, parameters and tags are the caller's to choose; a key that is not known here may
        // be too
        .unwrap_or(Carried { absent: true, values: Some(Values::Any) })
}

const NEVER: Carried = Carried { absent: true, values: None };

fn always(values: Values) -> Carried {
    Carried { absent: false, values: Some(values) }
}

fn sometimes(values: Values) -> Carried {
    Carried { absent: true, values: Some(values) }
}

fn exactly(value: &str) -> Carried {
    always(Values::Exactly(value.to_owned()))
}

/// Keys of the bucket and of the way to it.
fn of_the_resource(
    key: &str,
    route: &Route,
    owner: &AccountId,
    caller: &Caller,
) -> Option<Carried> {
    Some(match (key, route) {
        ("aws:resourceaccount" | "s3:resourceaccount", _) => exactly(owner.as_str()),
        ("aws:resourceorgid" | "aws:resourceorgpaths", _) => sometimes(Values::Any),
        ("s3:dataaccesspointaccount", Route::AccessPoint { account, .. }) => {
            exactly(account.as_str())
        }
        ("s3:dataaccesspointarn", Route::AccessPoint { arn, .. }) => {
            let arn = Glob::new(arn.as_str());
            if arn.is_literal() { exactly(arn.as_str()) } else { always(Values::Matching(arn)) }
        }
        ("s3:accesspointnetworkorigin", Route::AccessPoint { origin, .. }) => exactly(origin),
        ("s3:dataaccesspointaccount" | "s3:dataaccesspointarn", Route::Direct) => {
            sometimes(of_other_access_points(caller, owner))
        }
        _ => return None,
    })
}

/// Whoever is named may come through the access points of whichever other account; the owner's own
/// are looked at by themselves.
fn of_other_access_points(caller: &Caller, owner: &AccountId) -> Values {
    match caller {
        Caller::Anonymous | Caller::Stranger => Values::Unnamed,
        Caller::Located { .. }
        | Caller::Account { .. }
        | Caller::Organization(_)
        | Caller::CanonicalUser(_)
        | Caller::OriginAccessIdentity(_)
        | Caller::Service { .. } => Values::NotOf(owner.clone()),
    }
}

/// Keys of where the request comes from.
fn of_the_network(key: &str, caller: &Caller) -> Option<Carried> {
    let anywhere = matches!(caller, Caller::Anonymous | Caller::Stranger);
    Some(match key {
        "aws:sourceip" if anywhere => sometimes(Values::UnnamedAddress),
        "aws:sourceip" => sometimes(Values::PublicAddress),
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn" | "aws:vpceaccount"
        | "aws:vpceorgid" | "aws:vpceorgpaths" => {
            sometimes(if anywhere { Values::Unnamed } else { Values::Any })
        }
        "aws:securetransport" | "aws:currenttime" | "aws:epochtime" | "aws:requestedregion" => {
            always(Values::Any)
        }
        _ => return None,
    })
}

/// Keys of who asks. Tags, names and session attributes are for every account to choose for its own
/// principals.
fn of_the_principal(key: &str, caller: &Caller) -> Option<Carried> {
    let known = [
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:tokenissuetime",
        "aws:sourceidentity",
        "aws:federatedprovider",
        "aws:assumedroot",
        "aws:chatbotsourcearn",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:ec2instancesourcevpc",
        "aws:ec2instancesourceprivateipv4",
    ];
    if !known.contains(&key) && !key.starts_with("aws:principaltag/") {
        return None;
    }
    Some(match caller {
        Caller::Anonymous | Caller::Located { signed: false } => of_nobody(key),
        Caller::Service { name, .. } => of_a_service(key, name),
        Caller::Stranger
        | Caller::Located { signed: true }
        | Caller::Account { .. }
        | Caller::Organization(_)
        | Caller::CanonicalUser(_)
        | Caller::OriginAccessIdentity(_) => of_an_identity(key, caller),
    })
}

/// An unsigned request has an account, an id and a type, all saying that it is unsigned.
fn of_nobody(key: &str) -> Carried {
    match key {
        "aws:principalaccount" | "aws:userid" => exactly("anonymous"),
        "aws:principaltype" => exactly("Anonymous"),
        "aws:viaawsservice" => exactly("false"),
        _ => NEVER,
    }
}

fn of_a_service(key: &str, name: &str) -> Carried {
    match key {
        "aws:principalisawsservice" => exactly("true"),
        "aws:principalservicename" | "aws:principalservicenameslist" if name == ANY_SERVICE => {
            sometimes(Values::Any)
        }
        "aws:principalservicename" | "aws:principalservicenameslist" => {
            sometimes(Values::Exactly(name.to_owned()))
        }
        "aws:viaawsservice" | "aws:userid" | "aws:principaltype" => sometimes(Values::Any),
        _ => NEVER,
    }
}

fn of_an_identity(key: &str, caller: &Caller) -> Carried {
    let unnamed = matches!(caller, Caller::Stranger | Caller::Located { .. });
    let unknown = || if unnamed { Values::Unnamed } else { Values::Any };
    let (account, organization) = (caller.as_account(), caller.as_organization());
    match key {
        "aws:principalisawsservice" => exactly("false"),
        "aws:principalservicename" | "aws:principalservicenameslist" => NEVER,
        "aws:principaltype" | "aws:viaawsservice" => always(Values::Any),
        "aws:principalaccount" => {
            account.map_or_else(|| always(unknown()), |account| exactly(account.as_str()))
        }
        "aws:principalarn" => always(account.cloned().map_or_else(unknown, Values::ArnOf)),
        "aws:userid" => {
            always(if matches!(caller, Caller::Stranger) { Values::Unnamed } else { Values::Any })
        }
        "aws:principalorgid" => organization.map_or_else(|| sometimes(unknown()), exactly),
        "aws:principalorgpaths" => match organization {
            Some(id) => always(Values::PathIn(id.to_owned())),
            None => sometimes(unknown()),
        },
        _ => sometimes(Values::Any),
    }
}

/// Keys that only a service carries, to say for whom it calls.
fn of_the_source(key: &str, caller: &Caller) -> Option<Carried> {
    let by_account = key == "aws:sourceaccount";
    let by_arn = key == "aws:sourcearn";
    let by_organization = matches!(key, "aws:sourceorgid" | "aws:sourceorgpaths");
    // kept for old policies; that it is the account of `aws:SourceAccount` is not documented
    let by_owner = key == "aws:sourceowner";
    if !(by_account || by_owner || by_arn || by_organization) {
        return None;
    }
    Some(match caller {
        Caller::Anonymous | Caller::Located { signed: false } => NEVER,
        Caller::Account { account, .. } | Caller::Service { on_behalf_of: Some(account), .. }
            if by_account =>
        {
            sometimes(Values::Exactly(account.as_str().to_owned()))
        }
        Caller::Account { account, .. } | Caller::Service { on_behalf_of: Some(account), .. }
            if by_arn =>
        {
            sometimes(Values::ArnOf(account.clone()))
        }
        Caller::Organization(id) if key == "aws:sourceorgid" => {
            sometimes(Values::Exactly(id.clone()))
        }
        Caller::Located { signed: true } if by_arn => sometimes(Values::ArnOfNoAccount),
        Caller::Stranger | Caller::Located { signed: true } => sometimes(Values::Unnamed),
        Caller::Account { .. }
        | Caller::Organization(_)
        | Caller::CanonicalUser(_)
        | Caller::OriginAccessIdentity(_)
        | Caller::Service { .. } => sometimes(Values::Any),
    })
}

/// Keys of the signature; and of KMS keys, which serve signed requests alone.
fn of_the_signature(key: &str, caller: &Caller) -> Option<Carried> {
    Some(match key {
        "s3:authtype" | "s3:signatureversion" if caller.is_signed() => always(Values::Any),
        "s3:signatureage" | "s3:x-amz-server-side-encryption-aws-kms-key-id"
            if caller.is_signed() =>
        {
            sometimes(Values::Any)
        }
        "s3:authtype"
        | "s3:signatureversion"
        | "s3:signatureage"
        | "s3:x-amz-server-side-encryption-aws-kms-key-id" => NEVER,
        _ => return None,
    })
}
