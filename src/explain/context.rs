//! The condition keys that such a request carries, where nobody says otherwise.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference,
//! "Condition keys for Amazon S3".

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::bucket::{AccessPoint, BucketState, NetworkOrigin};
use crate::explain::Carried;
use crate::explain::question::point_arn;
use crate::iam::{Arn, Requester};
use crate::name::AccountId;

/// An address that belongs to nobody (RFC 5737).
const ADDRESS: &str = "203.0.113.7";

/// What is `given`, and what else a request of `requester` carries.
pub(super) fn filled(
    given: Vec<Carried>,
    requester: &Requester,
    state: &BucketState,
    point: Option<&AccessPoint>,
    now: OffsetDateTime,
) -> Vec<Carried> {
    let mut assumed = of_every_request(state, now);
    assumed.extend(of_the_principal(requester));
    assumed.extend(of_the_way(&given, state, point));
    let mut context = given;
    for (key, value) in assumed {
        if !context.iter().any(|carried| carried.key.eq_ignore_ascii_case(key)) {
            context.push(Carried { key: key.to_owned(), values: vec![value], assumed: true });
        }
    }
    context.sort_by_key(|carried| carried.key.to_ascii_lowercase());
    context
}

type Pair = (&'static str, String);

fn of_every_request(state: &BucketState, now: OffsetDateTime) -> Vec<Pair> {
    let region = state.region.as_ref().map_or("us-east-1", |region| region.as_str());
    let owner = state.account.as_str();
    let mut pairs = vec![
        ("aws:SecureTransport", "true".to_owned()),
        ("aws:ViaAWSService", "false".to_owned()),
        ("aws:ResourceAccount", owner.to_owned()),
        ("s3:ResourceAccount", owner.to_owned()),
        ("aws:EpochTime", now.unix_timestamp().to_string()),
        ("aws:RequestedRegion", region.to_owned()),
        ("aws:UserAgent", "curl/8.5.0".to_owned()),
        ("s3:TlsVersion", "1.3".to_owned()),
    ];
    let to_the_second = now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339);
    pairs.extend(to_the_second.ok().map(|time| ("aws:CurrentTime", time)));
    pairs
}

fn of_the_principal(requester: &Requester) -> Vec<Pair> {
    let signed = [
        ("s3:authType", "REST-HEADER".to_owned()),
        ("s3:signatureversion", "AWS4-HMAC-SHA256".to_owned()),
    ];
    match requester {
        Requester::Anonymous => vec![
            ("aws:PrincipalAccount", "anonymous".to_owned()),
            ("aws:userid", "anonymous".to_owned()),
            ("aws:PrincipalType", "Anonymous".to_owned()),
        ],
        Requester::Identity { account, arn } => {
            let mut pairs = of_an_identity(account, arn);
            pairs.extend(signed);
            pairs
        }
        // whose account it is is not known here
        Requester::CanonicalUser(_) | Requester::OriginAccessIdentity(_) => signed.into(),
        Requester::Service(name) => vec![
            ("aws:PrincipalIsAWSService", "true".to_owned()),
            ("aws:PrincipalServiceName", name.clone()),
        ],
    }
}

fn of_an_identity(account: &AccountId, arn: &str) -> Vec<Pair> {
    let resource = Arn::split(arn).map_or("", Arn::resource);
    let mut parts = resource.split('/');
    let (kind, last) = (parts.next().unwrap_or_default(), resource.rsplit('/').next());
    let last = last.unwrap_or_default();
    let (principal_arn, kind_name, id) = match kind {
        "root" => (arn.to_owned(), "Account", account.to_string()),
        "user" => (arn.to_owned(), "User", "AIDAEXAMPLEEXAMPLEEX".to_owned()),
        "federated-user" => (arn.to_owned(), "FederatedUser", format!("{account}:{last}")),
        // a session is known by its role; its ARN leaves out the role's path
        "assumed-role" => (
            format!(
                "arn:{}:iam::{account}:role/{}",
                arn.split(':').nth(1).unwrap_or("aws"),
                parts.next().unwrap_or_default()
            ),
            "AssumedRole",
            format!("AROAEXAMPLEEXAMPLEEX:{last}"),
        ),
        _ => (arn.to_owned(), "AssumedRole", "AROAEXAMPLEEXAMPLEEX:x".to_owned()),
    };
    let mut pairs = vec![
        ("aws:PrincipalAccount", account.to_string()),
        ("aws:PrincipalArn", principal_arn),
        ("aws:PrincipalType", kind_name.to_owned()),
        ("aws:userid", id),
        ("aws:PrincipalIsAWSService", "false".to_owned()),
    ];
    if kind == "user" {
        pairs.push(("aws:username", last.to_owned()));
    }
    pairs
}

/// Where the request comes from, and the access point that it goes through.
fn of_the_way(given: &[Carried], state: &BucketState, point: Option<&AccessPoint>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let by_endpoint = given.iter().any(|carried| is_of_an_endpoint(&carried.key));
    match point.map(|point| &point.origin) {
        _ if by_endpoint => {}
        Some(NetworkOrigin::Vpc(Some(vpc))) => pairs.push(("aws:SourceVpc", vpc.clone())),
        Some(NetworkOrigin::Vpc(None) | NetworkOrigin::Internet) | None => {
            pairs.push(("aws:SourceIp", ADDRESS.to_owned()));
        }
    }
    if let Some(point) = point {
        let origin = match point.origin {
            NetworkOrigin::Internet => "Internet",
            NetworkOrigin::Vpc(_) => "VPC",
        };
        let account = point.account.as_ref().unwrap_or(&state.account);
        pairs.extend([
            ("s3:DataAccessPointAccount", account.to_string()),
            ("s3:DataAccessPointArn", point_arn(state, point)),
            ("s3:AccessPointNetworkOrigin", origin.to_owned()),
        ]);
    }
    pairs
}

/// Whether the key comes with requests through a VPC endpoint alone; those carry no address.
fn is_of_an_endpoint(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpce")
}
