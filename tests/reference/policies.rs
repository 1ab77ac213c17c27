//! Bucket snapshots drawn from a seed: policies whose Allows and Denies speak of the same keys with
//! every operator, which is where judging one condition at a time goes wrong.

use serde_json::{Value, json};

pub const OWNER: &str = "111122223333";
pub const OTHER: &str = "444455556666";
pub const THIRD: &str = "777788889999";
pub const STRANGER: &str = "998877665544";
pub const BUCKET: &str = "clinic-reports";
pub const REGION: &str = "eu-west-1";
pub const POINT: &str = "reports";
pub const CANONICAL: &str = "facadefacadefacadefacadefacadefacadefacadefacadefacadefacadeface";
pub const SERVICE: &str = "cloudtrail.amazonaws.com";

/// splitmix64: the same draws on every machine.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        // mixed, or the draws of a seed would be those of the one before, shifted
        Self(Self(seed).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn some(&mut self, from: &[&str], least: usize, most: usize) -> Value {
        let count = least + self.below(most - least + 1);
        let values: Vec<&str> = (0..count).map(|_| *self.pick(from)).collect();
        if let [one] = values[..] { json!(one) } else { json!(values) }
    }
}

const TEXT: &[&str] = &[
    "StringEquals",
    "StringEquals",
    "StringNotEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringLike",
    "StringNotLike",
];
const ARN: &[&str] = &[
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "StringLike",
    "StringEquals",
    "StringNotLike",
    "StringNotEquals",
];
const ADDRESS: &[&str] = &["IpAddress", "IpAddress", "NotIpAddress", "NotIpAddress"];
const TRUTH: &[&str] = &["Bool"];
const NUMBER: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATE: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];
const ANY: &[&str] = &[
    "StringLike",
    "StringNotLike",
    "ArnLike",
    "IpAddress",
    "Bool",
    "NumericLessThan",
    "DateGreaterThan",
    "BinaryEquals",
    "StringUnknown",
];

/// A key, the operators that fit it and values that policies compare it with.
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    values: &'static [&'static str],
    /// How often it is drawn beside the others.
    weight: usize,
}

const fn key(
    name: &'static str,
    weight: usize,
    operators: &'static [&'static str],
    values: &'static [&'static str],
) -> Key {
    Key { name, operators, values, weight }
}

const KEYS: &[Key] = &[
    key(
        "aws:SourceIp",
        6,
        ADDRESS,
        &[
            "0.0.0.0/0",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "203.0.113.0/24",
            "203.0.113.0/25",
            "203.0.113.7",
            "198.51.0.0/16",
            "52.0.0.0/8",
            "52.0.0.0/6",
            "10.0.0.0/8",
            "::/0",
            "2001:db8::/32",
            "2001:db8::/48",
            "2a00::/12",
            "300.1.2.3/8",
        ],
    ),
    key(
        "aws:PrincipalArn",
        5,
        ARN,
        &[
            "arn:aws:iam::444455556666:role/Reader",
            "arn:aws:iam::444455556666:role/*",
            "arn:aws:iam::444455556666:*",
            "arn:aws:iam::*:role/Reader",
            "arn:aws:iam::*:user/?lice",
            "arn:*:444455556666:*",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::777788889999:user/alice",
            "arn:aws:iam::*:root",
            "*",
            "arn:aws:iam::${aws:PrincipalAccount}:role/x",
            "arn:aws:iam::*:user/${aws:username}",
        ],
    ),
    key(
        "aws:PrincipalOrgID",
        4,
        TEXT,
        &[
            "o-ours123456",
            "o-ours123456",
            "o-other98765",
            "O-Other98765",
            "o-third45678",
            "o-ours123456/r-ab12/",
            "o-*",
            "*",
            "${aws:ResourceOrgID}",
        ],
    ),
    key(
        "aws:PrincipalOrgPaths",
        2,
        TEXT,
        &[
            "o-ours123456/r-ab12/ou-ab12-11111111/",
            "o-ours123456/*",
            "o-other98765/r-cd34/*",
            "o-third45678",
            "o-*/r-ab12/*",
        ],
    ),
    key(
        "aws:PrincipalAccount",
        4,
        TEXT,
        &[
            OWNER,
            OTHER,
            OTHER,
            THIRD,
            "*",
            "4444*",
            "anonymous",
            "${aws:PrincipalTag/team}",
            "${aws:ResourceAccount}",
        ],
    ),
    key(
        "aws:userid",
        2,
        TEXT,
        &["AROAEXAMPLEREADER:*", "AIDAEXAMPLEALICE", "anonymous", "*:alice", "*"],
    ),
    key("aws:username", 2, TEXT, &["alice", "a*", "?ob", "${aws:PrincipalTag/team}"]),
    key("aws:PrincipalType", 1, TEXT, &["User", "AssumedRole", "Anonymous", "A*"]),
    key("aws:PrincipalTag/team", 3, TEXT, &["red", "blue", "r*", "?ed", "${aws:username}"]),
    key("aws:SourceVpc", 3, TEXT, &["vpc-0a1b2c3d", "vpc-9f8e7d6c", "vpc-*"]),
    key("aws:SourceVpce", 3, TEXT, &["vpce-1a2b3c4d", "vpce-5e6f7a8b", "vpce-1*", "*"]),
    key(
        "aws:VpceOrgID",
        1,
        TEXT,
        &["o-ours123456", "o-other98765", "o-o*", "${aws:ResourceOrgID}"],
    ),
    key("aws:VpceAccount", 1, TEXT, &[OWNER, OTHER, "4444*", "${aws:ResourceAccount}"]),
    key("aws:VpcSourceIp", 1, ADDRESS, &["10.0.0.0/8", "10.1.0.0/16"]),
    key("aws:SecureTransport", 3, TRUTH, &["true", "false"]),
    key("aws:PrincipalIsAWSService", 2, TRUTH, &["true", "false"]),
    key("aws:ViaAWSService", 1, TRUTH, &["true", "false"]),
    key("aws:MultiFactorAuthPresent", 2, TRUTH, &["true", "false"]),
    key(
        "aws:CurrentTime",
        2,
        DATE,
        &["2020-01-01T00:00:00Z", "2030-06-30", "2030-06-30T12:00Z", "1893456000", "soon"],
    ),
    key("aws:TokenIssueTime", 1, DATE, &["2024-01-01T00:00:00Z", "2030-06-30T00:00:00Z"]),
    key("s3:max-keys", 1, NUMBER, &["10", "11", "1000", "0", "ten"]),
    key("s3:TlsVersion", 2, NUMBER, &["1.2", "1.3", "1"]),
    key("s3:signatureAge", 1, NUMBER, &["600000", "0"]),
    key("s3:prefix", 2, TEXT, &["", "public/", "public/*", "home/${aws:username}/*"]),
    key(
        "aws:UserAgent",
        2,
        TEXT,
        &["corp-agent/1.0", "corp-*", "${*}", "a${?}b", "${aws:Referer, 'none'}"],
    ),
    key("aws:Referer", 2, TEXT, &["https://clinic.example/*", "https://clinic.example/start"]),
    key("s3:x-amz-acl", 1, TEXT, &["private", "public-read", "bucket-owner-*"]),
    key("aws:SourceAccount", 2, TEXT, &[OWNER, OTHER, "${aws:PrincipalAccount}"]),
    key("aws:SourceOwner", 1, TEXT, &[OWNER, THIRD]),
    key("aws:SourceOrgID", 2, TEXT, &["o-ours123456", "o-other98765", "o-third45678", "o-o*"]),
    key(
        "aws:SourceOrgPaths",
        1,
        TEXT,
        &["o-ours123456/*", "o-other98765/r-cd34/*", "o-third45678"],
    ),
    key(
        "aws:SourceArn",
        2,
        ARN,
        &[
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x",
            "arn:aws:cloudtrail:*:444455556666:trail/*",
            "arn:aws:s3:::other-bucket",
        ],
    ),
    key("s3:DataAccessPointAccount", 2, TEXT, &[OWNER, OTHER, "*"]),
    key(
        "s3:DataAccessPointArn",
        1,
        ARN,
        &[
            "arn:aws:s3:*:111122223333:accesspoint/*",
            "arn:aws:s3:eu-west-1:444455556666:accesspoint/*",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports",
        ],
    ),
    key("s3:AccessPointNetworkOrigin", 1, TEXT, &["VPC", "Internet"]),
    key("s3:RequestObjectTagKeys", 3, TEXT, &["team", "cost", "t*"]),
    key("aws:ResourceAccount", 1, TEXT, &[OWNER, OTHER]),
    key("made:up", 2, TEXT, &["x", "y", "x*"]),
];

fn pick_key(draw: &mut Draw) -> &'static Key {
    let total: usize = KEYS.iter().map(|key| key.weight).sum();
    let mut at = draw.below(total);
    let found = KEYS.iter().find(|key| {
        let here = at < key.weight;
        at = at.saturating_sub(key.weight);
        here
    });
    found.unwrap()
}

/// Adds a condition; those of one snapshot are mostly on the same few keys.
fn add_condition(draw: &mut Draw, block: &mut Value, focus: &[&'static Key]) {
    let key = if draw.chance(75) { *draw.pick(focus) } else { pick_key(draw) };
    if draw.chance(8) {
        let quantifier = *draw.pick(&["", "", "", "ForAllValues:", "ForAnyValue:"]);
        block[format!("{quantifier}Null")][key.name] = json!(draw.pick(&["true", "false"]));
        return;
    }
    let operators = if draw.chance(5) { ANY } else { key.operators };
    let many = ["s3:RequestObjectTagKeys", "aws:PrincipalOrgPaths"].contains(&key.name);
    let quantifier = match draw.below(100) {
        0..4 => "ForAllValues:",
        4..8 => "ForAnyValue:",
        8..40 if many => "ForAllValues:",
        40..80 if many => "ForAnyValue:",
        _ => "",
    };
    let if_exists = if draw.chance(20) { "IfExists" } else { "" };
    let operator = format!("{quantifier}{}{if_exists}", draw.pick(operators));
    let least = usize::from(!draw.chance(1));
    let most = if draw.chance(30) { 3 } else { 1 };
    block[operator][key.name] = draw.some(key.values, least, most);
}

fn principal(draw: &mut Draw) -> Value {
    let named = [
        json!({"AWS": OTHER}),
        json!({"AWS": format!("arn:aws:iam::{OTHER}:root")}),
        json!({"AWS": OWNER}),
        json!({"AWS": [OTHER, THIRD]}),
        json!({"AWS": format!("arn:aws:iam::{OTHER}:role/Reader")}),
        json!({"AWS": format!("arn:aws:iam::{THIRD}:user/alice")}),
        json!({"AWS": [format!("arn:aws:iam::{OWNER}:role/Own"), THIRD.to_owned()]}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
        json!({"AWS": "AROAEXAMPLEREADER"}),
        json!({"CanonicalUser": CANONICAL}),
        json!({"Service": SERVICE}),
        json!({"Service": SERVICE, "AWS": OTHER}),
        json!({"Federated": "accounts.google.com"}),
    ];
    let everybody = [json!("*"), json!({"AWS": "*"}), json!({"AWS": [OTHER, "*"]})];
    if draw.chance(55) { draw.pick(&everybody).clone() } else { draw.pick(&named).clone() }
}

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:GetObject",
    "s3:*",
    "s3:Get*",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:*Object",
    "s3:?etObject",
    "s3:Put*",
    "*",
    "s3:PutBucketPolicy",
    "S3:getobject",
    "s3:DeleteObject",
];

fn statement(draw: &mut Draw, effect: &str, focus: &[&'static Key], resources: &[&str]) -> Value {
    let mut statement = json!({"Effect": effect});
    let turned = draw.chance(if effect == "Deny" { 15 } else { 4 });
    let mut who = principal(draw);
    while turned && (who == "*" || who["AWS"] == "*") {
        who = principal(draw);
    }
    statement[if turned { "NotPrincipal" } else { "Principal" }] = who;
    let turned = draw.chance(8);
    statement[if turned { "NotAction" } else { "Action" }] = draw.some(ACTIONS, 1, 2);
    let turned = draw.chance(8);
    statement[if turned { "NotResource" } else { "Resource" }] = draw.some(resources, 1, 2);
    let mut block = json!({});
    for _ in 0..*draw.pick(&[0, 1, 1, 1, 2, 2, 3]) {
        add_condition(draw, &mut block, focus);
    }
    if block != json!({}) {
        statement["Condition"] = block;
    }
    statement
}

const RESOURCES: &[&str] = &[
    "arn:aws:s3:::clinic-reports/*",
    "arn:aws:s3:::clinic-reports/*",
    "arn:aws:s3:::clinic-reports",
    "arn:aws:s3:::clinic-reports*",
    "arn:aws:s3:::clinic-reports/public/*",
    "arn:aws:s3:::clinic-reports/*.html",
    "arn:aws:s3:::clinic-reports/a*z",
    "arn:aws:s3:::clinic-report?/x",
    "arn:aws:s3:::*",
    "*",
    "arn:aws-cn:s3:::clinic-reports/*",
    "arn:aws:s3:::other-bucket/*",
    "arn:aws:s3:::clinic-reports/${aws:username}/*",
];
const POINT_RESOURCES: &[&str] = &[
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/*",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/*",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/public/*",
    "arn:aws:s3:*:111122223333:accesspoint/*",
    "*",
];

fn policy(draw: &mut Draw, most: usize, focus: &[&'static Key], resources: &[&str]) -> Value {
    let count = 1 + draw.below(most);
    let statements: Vec<Value> = (0..count)
        .map(|index| {
            let allow = if index == 0 { draw.chance(92) } else { draw.chance(40) };
            statement(draw, if allow { "Allow" } else { "Deny" }, focus, resources)
        })
        .collect();
    let version = if draw.chance(90) { "2012-10-17" } else { "2008-10-17" };
    json!({"Version": version, "Statement": statements})
}

fn settings(draw: &mut Draw) -> Value {
    json!({"BlockPublicAcls": draw.chance(50), "IgnorePublicAcls": draw.chance(50),
           "BlockPublicPolicy": draw.chance(50), "RestrictPublicBuckets": draw.chance(50)})
}

fn acl(draw: &mut Draw) -> Value {
    let group = |name: &str| json!({"Type": "Group", "URI": format!("http://acs.amazonaws.com/groups/{name}")});
    let grantees = [
        group("global/AllUsers"),
        group("global/AuthenticatedUsers"),
        group("s3/LogDelivery"),
        json!({"Type": "CanonicalUser", "ID": CANONICAL}),
    ];
    let permissions = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"];
    json!({"Owner": {"ID": "owner"},
           "Grants": [{"Grantee": draw.pick(&grantees), "Permission": draw.pick(&permissions)}]})
}

/// The snapshot of `seed`.
pub fn snapshot(seed: u64) -> Value {
    let mut draw = Draw::new(seed);
    let focus: Vec<&'static Key> = (0..=draw.below(3)).map(|_| pick_key(&mut draw)).collect();
    let draw = &mut draw;
    let mut snapshot = json!({"Bucket": BUCKET, "Account": OWNER, "Region": REGION});
    snapshot["Policy"] = policy(draw, 5, &focus, RESOURCES);
    if draw.chance(20) {
        let mut point = json!({"Name": POINT, "NetworkOrigin": "Internet"});
        if draw.chance(30) {
            point["NetworkOrigin"] = json!("VPC");
            point["VpcConfiguration"] = json!({"VpcId": "vpc-0a1b2c3d"});
        }
        point["Policy"] = policy(draw, 3, &focus, POINT_RESOURCES);
        if draw.chance(25) {
            point["PublicAccessBlockConfiguration"] = settings(draw);
        }
        snapshot["AccessPoints"] = json!([point]);
        if draw.chance(70) {
            let condition = if draw.chance(70) {
                json!({"StringEquals": {"s3:DataAccessPointAccount": OWNER}})
            } else {
                json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:111122223333:accesspoint/*"}})
            };
            let delegation = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": condition,
                "Resource": ["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/*"]});
            snapshot["Policy"]["Statement"].as_array_mut().unwrap().push(delegation);
        }
    }
    if draw.chance(15) {
        snapshot["Acl"] = acl(draw);
    }
    if draw.chance(60) {
        let ownership =
            *draw.pick(&["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]);
        snapshot["OwnershipControls"] = json!({"Rules": [{"ObjectOwnership": ownership}]});
    }
    for level in ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"] {
        if draw.chance(15) {
            snapshot[level] = settings(draw);
        }
    }
    if draw.chance(30) {
        mirror(draw, &mut snapshot["Policy"], &focus);
    }
    snapshot
}

/// Denies of what an Allow asks for, and of a little besides: of values with variables it matters
/// that they stand for the same in both.
fn mirror(draw: &mut Draw, policy: &mut Value, focus: &[&'static Key]) {
    let Some(statements) = policy["Statement"].as_array_mut() else { return };
    let allows: Vec<Value> =
        statements.iter().filter(|one| one["Effect"] == "Allow").cloned().collect();
    if allows.is_empty() {
        return;
    }
    let mut deny = draw.pick(&allows).clone();
    for element in ["Principal", "NotPrincipal"] {
        deny.as_object_mut().unwrap().remove(element);
    }
    deny["Effect"] = json!("Deny");
    deny["Principal"] = json!("*");
    let mut block = deny.get("Condition").cloned().unwrap_or_else(|| json!({}));
    add_condition(draw, &mut block, focus);
    deny["Condition"] = block;
    let at = draw.below(statements.len() + 1);
    statements.insert(at, deny);
    if draw.chance(60) {
        statements.push(statement(draw, "Deny", focus, RESOURCES));
    }
}
