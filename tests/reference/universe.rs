//! Requests that could be sent to a bucket, drawn from what its policies speak of, and how wide the
//! verdict must be when one of them gets through.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use s3_guardrail::name::AccountId;
use s3_guardrail::trust::Trust;
use serde_json::Value;

use crate::policies::{BUCKET, CANONICAL, Draw, OTHER, OWNER, POINT, REGION, STRANGER, THIRD};
use crate::request::{Principal, Request, acts_on_objects, coherent, is_public};

/// Of the bucket's owner.
const OWNERS_ORGANIZATION: &str = "o-myown4567";

/// The condition keys that policies mention, in lower case, with the values they are compared with.
pub type Mentioned = BTreeMap<String, BTreeSet<String>>;

pub fn mentioned(policies: &[&Value]) -> Mentioned {
    let list = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let mut found = Mentioned::new();
    for statement in policies.iter().flat_map(|policy| list(&policy["Statement"])) {
        let block = statement["Condition"].as_object();
        for keys in block.into_iter().flat_map(|block| block.values()) {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values = list(values).into_iter().filter_map(|value| {
                    let text = value.as_str()?.replace("${aws:ResourceAccount}", OWNER);
                    Some(text.replace("${aws:ResourceOrgID}", OWNERS_ORGANIZATION))
                });
                found.entry(key.to_lowercase()).or_default().extend(values);
            }
        }
        for piece in statement.to_string().split("${").skip(1) {
            let name = piece.split(['}', ',']).next().unwrap().to_lowercase();
            if name.contains(':') {
                found.entry(name).or_default();
            }
        }
    }
    found
}

/// Where a request is sent.
#[derive(Clone, Copy)]
pub enum Door<'a> {
    Bucket,
    /// The bucket's access point, and the VPC that it is bound to.
    Point {
        vpc: Option<&'a str>,
    },
}

/// At most `count` requests that could be sent; the same for the same draw.
pub fn requests(
    draw: &mut Draw,
    policies: &[&Value],
    keys: &Mentioned,
    door: Door,
    count: usize,
) -> Vec<Request> {
    let callers = callers(policies, keys);
    let actions = [
        "s3:GetObject",
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "s3:DeleteObject",
        "s3:PutBucketPolicy",
        "s3:GetBucketAcl",
    ];
    let mut found = Vec::new();
    for _ in 0..count {
        let action = *draw.pick(&actions);
        let object = acts_on_objects(action).unwrap();
        let base = match door {
            Door::Bucket => format!("arn:aws:s3:::{BUCKET}"),
            Door::Point { .. } => format!("arn:aws:s3:{REGION}:{OWNER}:accesspoint/{POINT}"),
        };
        let name = match door {
            Door::Bucket => "",
            Door::Point { .. } => "/object",
        };
        let keys_of_objects = ["x", "public/y", "index.html", "abcz", "alice/z", "red"];
        let resource =
            if object { format!("{base}{name}/{}", draw.pick(&keys_of_objects)) } else { base };
        let principal = draw.pick(&callers).clone();
        let mut request =
            Request { principal, action: action.to_owned(), resource, context: BTreeMap::new() };
        fill(draw, &mut request, keys, door);
        coherent(&request, OWNER)
            .unwrap_or_else(|error| panic!("{error}: {}", request.published()));
        found.push(request);
    }
    found
}

fn callers(policies: &[&Value], keys: &Mentioned) -> Vec<Principal> {
    let mut found = vec![Principal::Anonymous, Principal::Anonymous, Principal::Anonymous];
    let mut arns = BTreeSet::new();
    let users = ["mallory", "alice", "bob", "red"];
    arns.extend(users.map(|user| format!("arn:aws:iam::{STRANGER}:user/{user}")));
    arns.extend(["x", "Reader"].map(|role| format!("arn:aws:iam::{STRANGER}:role/{role}")));
    arns.insert(format!("arn:aws:iam::{STRANGER}:role/p:{OTHER}:/x"));
    let text: String = policies.iter().map(ToString::to_string).collect();
    for account in [OTHER, THIRD].into_iter().filter(|account| text.contains(*account)) {
        for name in ["role/Reader", "role/x", "user/alice", "user/red"] {
            arns.insert(format!("arn:aws:iam::{account}:{name}"));
        }
    }
    for arn in keys.get("aws:principalarn").into_iter().flatten() {
        let filled = arn.replacen("::*:", &format!("::{STRANGER}:"), 1).replace(['*', '?'], "x");
        arns.insert(filled);
    }
    let words = text.split('"').filter(|word| word.starts_with("arn:aws:iam::"));
    arns.extend(words.filter(|word| !word.contains('*')).map(str::to_owned));
    for arn in arns {
        let account = arn.split(':').nth(4).unwrap_or_default();
        let name = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let named = ["role/", "user/"].iter().any(|kind| name.starts_with(kind));
        // no name holds what begins a variable
        let plain = !arn.contains("${");
        let digits =
            plain && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if named && account != OWNER && (digits || account == "cloudfront") {
            found.push(Principal::Aws { account: account.to_owned(), arn: arn.clone() });
        }
    }
    if text.contains(CANONICAL) {
        found.push(Principal::CanonicalUser(CANONICAL.to_owned()));
    }
    if text.contains("amazonaws.com") || text.contains("PrincipalIsAWSService") {
        found.push(Principal::Service(crate::policies::SERVICE.to_owned()));
    }
    found
}

/// A value that is compared with, an instance of its pattern, or another.
fn near(draw: &mut Draw, keys: &Mentioned, key: &str, others: &[&str]) -> String {
    // what names a caller or a place has a form and is never empty
    let strict = ["aws:source", "aws:principalorg"].iter().any(|start| key.starts_with(start));
    let fits =
        |value: &&String| !value.contains('$') && (!strict || value.contains(['-', '*', ':']));
    let named: Vec<&String> = keys.get(key).into_iter().flatten().filter(fits).collect();
    if named.is_empty() || draw.chance(35) {
        return (*draw.pick(others)).to_owned();
    }
    let (many, one) = if !strict && draw.chance(50) { ("", "b") } else { ("zz9", "z") };
    draw.pick(&named).replace('*', many).replace('?', one)
}

fn fill(draw: &mut Draw, request: &mut Request, keys: &Mentioned, door: Door) {
    let mut context = BTreeMap::new();
    let mut carry = |key: &str, values: Vec<String>| {
        if keys.contains_key(key) && !values.is_empty() {
            context.insert(key.to_owned(), values);
        }
    };
    let secure = *draw.pick(&["true", "true", "false"]);
    carry("aws:securetransport", vec![secure.to_owned()]);
    carry("aws:viaawsservice", vec!["false".to_owned()]);
    carry("aws:resourceaccount", vec![OWNER.to_owned()]);
    carry("aws:resourceorgid", vec![OWNERS_ORGANIZATION.to_owned()]);
    // no request comes from the past
    let dates = [
        "2026-11-21T05:00:00Z",
        "2030-06-30T00:00:00Z",
        "2030-06-30T12:00:00Z",
        "2040-01-01T00:00:00Z",
    ];
    carry("aws:currenttime", vec![(*draw.pick(&dates)).to_owned()]);
    if secure == "true" {
        carry("s3:tlsversion", vec![(*draw.pick(&["1.0", "1.2", "1.3"])).to_owned()]);
    }
    for (key, others) in [
        ("aws:useragent", ["curl/8.5.0", "corp-agent/1.0", "*"]),
        ("aws:referer", ["https://evil.example/", "corp-x", "a?b"]),
        ("made:up", ["z", "x1", "y"]),
    ] {
        if draw.chance(75) {
            carry(key, vec![near(draw, keys, key, &others)]);
        }
    }
    if request.action == "s3:ListBucket" {
        if draw.chance(75) {
            carry("s3:prefix", vec![near(draw, keys, "s3:prefix", &["", "home/alice/x", "q"])]);
        }
        if draw.chance(75) {
            carry(
                "s3:max-keys",
                vec![(*draw.pick::<&str>(&["0", "5", "10", "11", "1000", "5000"])).to_owned()],
            );
        }
    }
    if request.action == "s3:PutObject" {
        if draw.chance(75) {
            carry(
                "s3:x-amz-acl",
                vec![near(draw, keys, "s3:x-amz-acl", &["private", "public-read"])],
            );
        }
        let count = draw.below(4);
        let tags = (0..count).map(|_| (*draw.pick(&["team", "cost", "tea", "other"])).to_owned());
        carry("s3:requestobjecttagkeys", tags.collect::<BTreeSet<_>>().into_iter().collect());
    }
    request.context = context;
    network(draw, request, keys, door);
    caller(draw, request, keys);
    point(draw, request, keys, door);
}

fn network(draw: &mut Draw, request: &mut Request, keys: &Mentioned, door: Door) {
    let bound = if let Door::Point { vpc } = door { vpc } else { None };
    let mut carry = |key: &str, value: String| {
        if keys.contains_key(key) {
            request.context.insert(key.to_owned(), vec![value]);
        }
    };
    if bound.is_some() || draw.chance(40) {
        let vpc = near(draw, keys, "aws:sourcevpc", &["vpc-77777777"]);
        carry("aws:sourcevpc", bound.map_or(vpc, str::to_owned));
        carry("aws:sourcevpce", near(draw, keys, "aws:sourcevpce", &["vpce-77777777"]));
        let address = *draw.pick(&["10.1.2.3", "10.200.0.1", "192.168.0.9"]);
        carry("aws:vpcsourceip", address.to_owned());
        carry("aws:vpceaccount", (*draw.pick(&[STRANGER, OTHER, THIRD, OWNER])).to_owned());
        let (id, _) = organization(draw, keys, ["aws:vpceorgid", "aws:vpceorgpaths"]);
        carry("aws:vpceorgid", id);
    } else {
        let mut addresses: Vec<IpAddr> = [
            "203.0.113.7",
            "203.0.113.200",
            "8.8.8.8",
            "190.1.2.3",
            "54.1.2.3",
            "52.7.7.7",
            "2001:db8::1",
            "2a05::1",
            "2600::1",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let named = keys.get("aws:sourceip").into_iter().flatten();
        for range in named.filter_map(|value| value.parse::<IpNet>().ok()) {
            addresses.extend([range.network(), range.broadcast()]);
            if let IpNet::V4(range) = range {
                let [first, last] = [range.network(), range.broadcast()].map(u32::from);
                addresses.extend(
                    [first.wrapping_sub(1), last.wrapping_add(1)].map(|one| IpAddr::V4(one.into())),
                );
            }
        }
        addresses.retain(|address| is_public(*address) && !address.is_unspecified());
        carry("aws:sourceip", draw.pick(&addresses).to_string());
    }
}

/// An organization's id and a path in it, by what is asked of the keys for them.
fn organization(
    draw: &mut Draw,
    keys: &Mentioned,
    [of_id, of_path]: [&str; 2],
) -> (String, String) {
    // ids have no capitals, and paths begin with one
    let named = if keys.contains_key(of_path) { of_path } else { of_id };
    let path = near(draw, keys, named, &["o-fresh12345/r-zz99/"]).to_lowercase();
    let (id, rest) = path.split_once('/').unwrap_or((&path, "r-zz99/"));
    (id.to_owned(), format!("{id}/{rest}"))
}

fn caller(draw: &mut Draw, request: &mut Request, keys: &Mentioned) {
    let principal = request.principal.clone();
    let now = request.one("aws:currenttime").map(str::to_owned);
    let mut carry = |key: &str, value: &str| {
        if keys.contains_key(key) {
            request.context.insert(key.to_owned(), vec![value.to_owned()]);
        }
    };
    let (account, arn) = match &principal {
        Principal::Anonymous => {
            carry("aws:principalaccount", "anonymous");
            carry("aws:userid", "anonymous");
            carry("aws:principaltype", "Anonymous");
            return;
        }
        Principal::Service(_) => return service(draw, request, keys),
        Principal::CanonicalUser(_) => {
            (STRANGER.to_owned(), format!("arn:aws:iam::{STRANGER}:user/mallory"))
        }
        Principal::Aws { account, arn } => (account.clone(), arn.clone()),
    };
    carry("aws:principalaccount", &account);
    carry("aws:principalarn", &arn);
    carry("aws:principalisawsservice", "false");
    let user = arn.contains(":user/").then(|| arn.rsplit('/').next().unwrap());
    if let Some(user) = user {
        carry("aws:username", user);
        carry("aws:principaltype", "User");
        carry("aws:userid", if user == "alice" { "AIDAEXAMPLEALICE" } else { "AIDAFRESH" });
    } else {
        carry("aws:principaltype", "AssumedRole");
        let sessions = ["AROAFRESH:alice", "AROAFRESH:x", "AROAEXAMPLEREADER:x"];
        let theirs = if arn.ends_with("/Reader") { &sessions[..] } else { &sessions[..2] };
        carry("aws:userid", draw.pick::<&str>(theirs));
        carry("aws:tokenissuetime", now.as_deref().unwrap_or("2026-11-21T04:00:00Z"));
    }
    if draw.chance(60) {
        carry("aws:multifactorauthpresent", draw.pick::<&str>(&["true", "false"]));
    }
    if draw.chance(75) {
        let tag = "aws:principaltag/team";
        carry(tag, &near(draw, keys, tag, &["green", "alice", OWNER, OTHER, "red"]));
    }
    carry("s3:signatureage", draw.pick::<&str>(&["0", "1000", "900000"]));
    if draw.chance(75) {
        let own = ["aws:principalorgid", "aws:principalorgpaths"];
        let (id, path) = organization(draw, keys, own);
        carry("aws:principalorgid", &id);
        carry("aws:principalorgpaths", &path);
    }
    if user.is_none() && draw.chance(25) {
        // not only where a condition names it: a principal may
        let provider = vec!["accounts.google.com".to_owned()];
        request.context.insert("aws:federatedprovider".to_owned(), provider);
    }
}

fn service(draw: &mut Draw, request: &mut Request, keys: &Mentioned) {
    let mut carry = |key: &str, value: &str| {
        if keys.contains_key(key) {
            request.context.insert(key.to_owned(), vec![value.to_owned()]);
        }
    };
    carry("aws:principalisawsservice", "true");
    if draw.chance(80) {
        let account = *draw.pick(&[OWNER, OTHER, STRANGER]);
        carry("aws:sourceaccount", account);
        let fresh = "arn:aws:cloudtrail:eu-west-1:998877665544:trail/x";
        let arn = near(draw, keys, "aws:sourcearn", &[fresh]);
        let theirs = arn.split(':').nth(4).unwrap_or_default();
        if theirs.is_empty() || theirs == account || !keys.contains_key("aws:sourceaccount") {
            carry("aws:sourcearn", &arn);
        }
        let (id, path) = organization(draw, keys, ["aws:sourceorgid", "aws:sourceorgpaths"]);
        carry("aws:sourceorgid", &id);
        carry("aws:sourceorgpaths", &path);
        carry("aws:sourceowner", account);
    }
}

fn point(draw: &mut Draw, request: &mut Request, keys: &Mentioned, door: Door) {
    let (account, name, origin) = match door {
        Door::Bucket if draw.chance(50) => {
            let internet = request.one("aws:sourceip").is_some() || draw.chance(50);
            (OTHER, "theirs", if internet { "Internet" } else { "VPC" })
        }
        Door::Bucket => return,
        Door::Point { vpc } => (OWNER, POINT, if vpc.is_some() { "VPC" } else { "Internet" }),
    };
    let arn = format!("arn:aws:s3:{REGION}:{account}:accesspoint/{name}");
    for (key, value) in [
        ("s3:dataaccesspointaccount", account),
        ("s3:dataaccesspointarn", &arn),
        ("s3:accesspointnetworkorigin", origin),
    ] {
        if keys.contains_key(key) || matches!(door, Door::Point { .. }) {
            request.context.insert(key.to_owned(), vec![value.to_owned()]);
        }
    }
}

/// How wide a path through the policy must be for a request that gets through.
#[derive(Debug, PartialEq, Eq)]
pub enum Least {
    Anonymous,
    Authenticated,
    /// External with this account, or anything wider.
    Account(String),
    CanonicalUser(String),
    External,
}

impl Least {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Authenticated => "authenticated",
            Self::Account(_) => "a named account",
            Self::CanonicalUser(_) => "a canonical user",
            Self::External => "external",
        }
    }
}

const OUR_ORGANIZATION: &str = "o-ours123456";
const OUR_NETWORK: &str = "203.0.113.0/24";
const OUR_VPC: &str = "vpc-0a1b2c3d";
const OUR_ENDPOINT: &str = "vpce-1a2b3c4d";

/// A zone of trust with some of those that policies name.
pub fn trust() -> Trust {
    Trust {
        accounts: [AccountId::parse(THIRD).unwrap()].into(),
        organizations: [OUR_ORGANIZATION.to_owned()].into(),
        canonical_users: BTreeSet::new(),
        networks: vec![OUR_NETWORK.parse().unwrap()],
        vpcs: [OUR_VPC.to_owned()].into(),
        vpc_endpoints: [OUR_ENDPOINT.to_owned()].into(),
    }
}

/// Whether a request is of somebody in that zone, or comes from a place in it.
pub fn carries_ours(request: &Request, door: Door) -> bool {
    let is = |keys: &[&str], own: &str| keys.iter().any(|key| request.one(key) == Some(own));
    let accounts = [
        "aws:principalaccount",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:vpceaccount",
        "s3:dataaccesspointaccount",
    ];
    let organizations = ["aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid"];
    let paths = ["aws:principalorgpaths", "aws:sourceorgpaths"];
    let is_in = |path: &str| path.split('/').next() == Some(OUR_ORGANIZATION);
    let network: IpNet = OUR_NETWORK.parse().unwrap();
    let address = request.one("aws:sourceip").map(|one| one.parse::<IpAddr>().unwrap());
    matches!(&request.principal, Principal::Aws { account, .. } if account == THIRD)
        || is(&accounts, THIRD)
        || is(&organizations, OUR_ORGANIZATION)
        || paths.iter().any(|key| request.one(key).is_some_and(is_in))
        || is(&["aws:sourcevpc"], OUR_VPC)
        || is(&["aws:sourcevpce"], OUR_ENDPOINT)
        || address.is_some_and(|address| network.contains(&address))
        || matches!(door, Door::Point { vpc: Some(OUR_VPC) })
}

/// `None` for a request that need not be reported.
pub fn least(request: &Request, keys: &Mentioned, door: Door) -> Option<Least> {
    let bound = matches!(door, Door::Point { vpc: Some(_) });
    let placed = bound || from_a_named_place(request, keys);
    match &request.principal {
        Principal::Service(_) => {
            let sourced = request.one("aws:sourceaccount");
            sourced.is_some_and(|account| account != OWNER).then_some(Least::External)
        }
        _ if placed => Some(Least::External),
        Principal::Anonymous => Some(Least::Anonymous),
        Principal::CanonicalUser(id) => Some(Least::CanonicalUser(id.clone())),
        Principal::Aws { account, .. } if account == STRANGER => Some(Least::Authenticated),
        Principal::Aws { account, .. } if account == "cloudfront" => {
            // which keys name an origin access identity is not documented
            let by_name = |key: &String| {
                ["aws:principal", "aws:user"].iter().any(|start| key.starts_with(start))
            };
            (!keys.keys().any(by_name)).then_some(Least::External)
        }
        Principal::Aws { account, .. } => Some(Least::Account(account.clone())),
    }
}

/// Whether the request carries something that a policy names and that not everybody has.
fn from_a_named_place(request: &Request, keys: &Mentioned) -> bool {
    let named = |key: &str| keys.get(key).into_iter().flatten();
    let carried = |key: &str| request.context.get(key).into_iter().flatten();
    let narrow = |range: &IpNet| range.prefix_len() >= if range.addr().is_ipv4() { 8 } else { 32 };
    let ranges = |key: &str| {
        named(key)
            .filter_map(|value| {
                value.parse().ok().or_else(|| value.parse::<IpAddr>().ok().map(IpNet::from))
            })
            .filter(narrow)
            .collect::<Vec<_>>()
    };
    let addressed = ["aws:sourceip", "aws:vpcsourceip"].iter().any(|key| {
        carried(key).any(|one| {
            let address: IpAddr = one.parse().unwrap();
            ranges(key).iter().any(|range| range.contains(&address))
        })
    });
    let owned = [
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:principalorgid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    ];
    let equal = owned.iter().any(|key| {
        carried(key).any(|one| {
            *one != "anonymous" && named(key).any(|value| value.eq_ignore_ascii_case(one))
        })
    });
    // a pattern that names the organization, the role or the account, and leaves the rest open
    let within = [("aws:principalorgpaths", '/'), ("aws:userid", ':')].iter().any(|(key, end)| {
        carried(key).any(|one| {
            let head = one.split(*end).next().unwrap();
            named(key).any(|value| value.split(*end).next() == Some(head))
        })
    });
    let points = carried("s3:dataaccesspointarn").any(|one| {
        named("s3:dataaccesspointarn").any(|value| value.split(':').nth(4) == one.split(':').nth(4))
    });
    addressed || equal || within || points
}
