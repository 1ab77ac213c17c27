//! From a point of the search to the request that it stands for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::iam::action::{Action, On};
use crate::iam::arn::{Arn, in_partition};
use crate::iam::caller::{ANY_SERVICE, Caller};
use crate::iam::offer::{NetworkOrigin, Place, Route};
use crate::iam::part::Part;
use crate::iam::request::{Request, Requester};
use crate::iam::solver::rules::Keys;
use crate::iam::solver::search::Point;
use crate::iam::solver::shape::{ARN, KEY, Kind, Network, Shape};
use crate::name::AccountId;

/// Services, of which a policy names some at most.
const SERVICES: [&str; 3] = ["sns.amazonaws.com", "sqs.amazonaws.com", "events.amazonaws.com"];
/// A VPC where an access point does not say of which it is.
const VPC: &str = "vpc-0a9b8c7d6e5f43210";
/// An address that belongs to nobody (RFC 5737).
const ADDRESS: &str = "203.0.113.7";

/// The request of `shape` at `point`. `rests_on_account`: it says the ARN of the one who asks,
/// though that is told by another name.
pub fn request(
    shape: &Shape<'_>,
    keys: &Keys<'_>,
    point: &Point,
    place: &Place,
    target: On,
    rests_on_account: bool,
) -> Request {
    let mut context = context(shape, keys, point);
    if let Some(arn) = point.first(ARN).filter(|_| rests_on_account) {
        context.entry("aws:principalarn".to_owned()).or_insert_with(|| vec![arn.to_owned()]);
    }
    context.entry("aws:securetransport".to_owned()).or_insert_with(|| vec!["true".to_owned()]);
    if shape.asking.network == Network::Internet {
        context.entry("aws:sourceip".to_owned()).or_insert_with(|| vec![ADDRESS.to_owned()]);
    }
    if let Route::AccessPoint { origin: NetworkOrigin::Vpc(vpc), .. } = &place.route {
        let vpc = vpc.as_deref().unwrap_or(VPC).to_owned();
        context.entry("aws:sourcevpc".to_owned()).or_insert_with(|| vec![vpc]);
    }
    let (_, action) = point.actions.plainest();
    let resource = match target {
        On::Bucket => place.bucket.clone(),
        On::Object => {
            let key = point.first(KEY).unwrap_or_default();
            [place.objects.as_str(), key].concat()
        }
    };
    let resource = in_partition(&resource, place.partition);
    let requester = requester(shape, point.first(ARN), &context);
    Request { requester, action: action.unwrap_or(Action::FIRST), resource, context }
}

/// What the request carries for the keys that policies mention.
pub fn context(shape: &Shape<'_>, keys: &Keys<'_>, point: &Point) -> BTreeMap<String, Vec<String>> {
    let mut context = BTreeMap::new();
    for (key, (variable, part)) in keys.lower().zip(&shape.slots) {
        let Some(Some(values)) = point.values.get(*variable) else { continue };
        let parts = values.iter().filter_map(|value| part.of(value));
        let parts: Vec<String> = parts.map(Cow::into_owned).collect();
        if !parts.is_empty() {
            context.insert(key.to_owned(), parts);
        }
    }
    context
}

fn requester(
    shape: &Shape<'_>,
    arn: Option<&str>,
    context: &BTreeMap<String, Vec<String>>,
) -> Requester {
    let service = |name: &str| {
        let source = context.get("aws:sourcearn").and_then(|values| values.first());
        let named = context.get("aws:principalservicename").and_then(|values| values.first());
        let facts = shape.asking.scene.facts;
        let unnamed = |name: &String| !facts.names_service(name);
        Requester::Service(match named {
            Some(named) => named.clone(),
            None if name == ANY_SERVICE => {
                let of_source = source.and_then(|arn| service_of(arn)).filter(unnamed);
                let others = SERVICES.into_iter().map(str::to_owned).find(unnamed);
                of_source.or(others).unwrap_or_else(|| name.to_owned())
            }
            None => name.to_owned(),
        })
    };
    let identity = |own: Option<&str>| {
        let text = arn.unwrap_or_default().to_owned();
        let account = Part::Account.of(&text).and_then(|digits| AccountId::of(&digits));
        match account {
            Some(account) => Requester::Identity { account, arn: own.map_or(text, str::to_owned) },
            None => Requester::Anonymous,
        }
    };
    match shape.asking.caller {
        Caller::Service { .. } => service(shape.asking.service),
        _ if shape.asking.kind == Kind::Service => service(shape.asking.service),
        Caller::Anonymous | Caller::Located { signed: false } => Requester::Anonymous,
        Caller::CanonicalUser(id) => Requester::CanonicalUser(id.clone()),
        Caller::OriginAccessIdentity(arn) => Requester::OriginAccessIdentity(arn.clone()),
        Caller::Account { arn: own, .. } => identity(own.as_deref()),
        Caller::Stranger | Caller::Located { signed: true } | Caller::Organization(_) => {
            identity(None)
        }
    }
}

/// The service of the resource on whose behalf it is called.
fn service_of(source: &str) -> Option<String> {
    let service = Arn::split(source)?.service();
    let plain = service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (plain && !service.is_empty()).then(|| format!("{service}.amazonaws.com"))
}
