//! A bucket put together from few words, so that the bytes of a fuzzer become policies that have
//! something to say to each other.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

type Bytes<'a, 'b> = &'b mut Unstructured<'a>;

const OWNER: &str = "111122223333";

const ACTIONS: [&str; 8] = [
    "s3:GetObject",
    "s3:*",
    "s3:ListBucket",
    "s3:Put*",
    "*",
    "s3:getobject*",
    "s3:GetObjectVersio?",
    "ec2:*",
];

const OPERATORS: [&str; 10] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "ArnLike",
    "ArnNotEquals",
    "Null",
    "NoSuchOperator",
];

/// Keys, the operator beside those of texts that suits each, and values.
const KEYS: [(&str, &str, [&str; 5]); 20] = [
    ("aws:PrincipalOrgID", "StringEquals", ["o-exampleorgid", "o-other", "o-*", "*", "true"]),
    (
        "aws:PrincipalOrgPaths",
        "StringLike",
        ["o-exampleorgid/*", "o-*/r-x/*", "*", "o-exampleorgid/r-x/", "true"],
    ),
    ("aws:PrincipalAccount", "StringEquals", [OWNER, "444455556666", "777788889999", "4*", "*"]),
    (
        "aws:PrincipalArn",
        "ArnEquals",
        [
            "arn:aws:iam::444455556666:role/Reader",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::4444*:role/R?ader",
            "*",
        ],
    ),
    ("aws:PrincipalType", "StringEquals", ["Anonymous", "AssumedRole", "User", "Account", "*"]),
    ("aws:userid", "StringLike", ["AROAEXAMPLEEXAMPLE:*", "anonymous", "*:x", "*", "444455556666"]),
    (
        "aws:SourceIp",
        "IpAddress",
        ["203.0.113.0/24", "0.0.0.0/0", "10.0.0.0/8", "0.0.0.0/1", "2001:db8::/32"],
    ),
    ("aws:SourceIp", "NotIpAddress", ["203.0.113.0/24", "128.0.0.0/1", "203.0.113.7", "::/0", "x"]),
    ("aws:SourceVpc", "StringEquals", ["vpc-1a2b3c4d", "vpc-2", "vpc-*", "*", "true"]),
    ("aws:SourceVpce", "StringNotEquals", ["vpce-1a2b3c4d", "vpce-2", "vpce-*", "*", "false"]),
    ("aws:SourceAccount", "StringEquals", [OWNER, "444455556666", "*", "", "true"]),
    (
        "aws:SourceArn",
        "ArnLike",
        [
            "arn:aws:s3:::clinic-*",
            "arn:aws:sns:*:111122223333:*",
            "arn:aws:cloudtrail:eu-west-1:444455556666:trail/t",
            "*",
            "arn:*",
        ],
    ),
    ("aws:SecureTransport", "Bool", ["true", "false", "TRUE", "x", "*"]),
    ("aws:PrincipalIsAWSService", "Bool", ["true", "false", "", "x", "*"]),
    ("s3:DataAccessPointAccount", "StringEquals", [OWNER, "444455556666", "*", "1111*", "true"]),
    ("s3:signatureAge", "NumericGreaterThan", ["600000", "0", "-1", "x", "1e300"]),
    ("s3:TlsVersion", "NumericLessThan", ["1.2", "1.3", "0", "9", "true"]),
    (
        "aws:CurrentTime",
        "DateLessThan",
        ["2027-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "0", "99999999999", "x"],
    ),
    (
        "aws:Referer",
        "StringLike",
        ["https://example.com/*", "a*b*c", "*a*", "?", "${aws:username}"],
    ),
    ("aws:PrincipalTag/team", "StringEquals", ["a", "b", "*", "", "true"]),
];

/// A snapshot made of `bytes`.
pub fn snapshot(bytes: &mut Unstructured<'_>) -> Result<Value> {
    let mut snapshot = json!({"Bucket": "clinic-reports", "Account": OWNER, "Region": "eu-west-1",
                              "Policy": document(bytes, "arn:aws:s3:::clinic-reports", "")?});
    for level in ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"] {
        if bytes.ratio(1, 4)? {
            snapshot[level] = settings(bytes)?;
        }
    }
    if bytes.ratio(1, 4)? {
        let arn = "arn:aws:s3:eu-west-1:111122223333:accesspoint/lab";
        snapshot["AccessPoints"] = json!([{
            "Name": "lab", "NetworkOrigin": bytes.choose(&["Internet", "VPC"])?,
            "PublicAccessBlockConfiguration": settings(bytes)?,
            "Policy": document(bytes, arn, "/object")?}]);
    }
    if bytes.ratio(1, 8)? {
        let group =
            bytes.choose(&["global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"])?;
        let uri = format!("http://acs.amazonaws.com/groups/{group}");
        let permission =
            bytes.choose(&["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])?;
        snapshot["Acl"] = json!({"Grants": [{"Grantee": {"URI": uri}, "Permission": permission}]});
    }
    if bytes.ratio(1, 8)? {
        let part =
            bytes.choose(&["Policy", "Acl", "AccessPoints", "PublicAccessBlockConfiguration"])?;
        snapshot["Unreadable"] = json!({*part: "AccessDenied"});
    }
    Ok(snapshot)
}

fn settings(bytes: Bytes) -> Result<Value> {
    let names =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let set = bytes.int_in_range(0..=15)?;
    Ok((0..).zip(names).map(|(at, name)| (name.to_owned(), json!(set >> at & 1 == 1))).collect())
}

fn document(bytes: Bytes, arn: &str, objects: &str) -> Result<Value> {
    let version = bytes.choose(&["2012-10-17", "2008-10-17"])?;
    let statements = list(bytes, 6, |bytes| statement(bytes, arn, objects))?;
    Ok(json!({"Version": version, "Statement": statements}))
}

fn statement(bytes: Bytes, arn: &str, objects: &str) -> Result<Value> {
    let effect = bytes.choose(&["Allow", "Allow", "Deny"])?;
    let mut statement = json!({"Effect": effect, "Condition": conditions(bytes)?});
    let resources = [
        format!("{arn}{objects}/*"),
        arn.to_owned(),
        "*".to_owned(),
        format!("{arn}{objects}/private/*"),
        format!("{arn}*"),
        format!("{arn}{objects}/*/private"),
        format!("{arn}{objects}/a?c"),
        "arn:aws:s3:::other/*".to_owned(),
    ];
    let parts = [
        ("Principal", principals(bytes)?),
        ("Action", list(bytes, 3, |bytes| Ok(json!(bytes.choose(&ACTIONS)?)))?),
        ("Resource", list(bytes, 3, |bytes| Ok(json!(bytes.choose(&resources)?)))?),
    ];
    for (name, value) in parts {
        let not = if bytes.ratio(1, 8)? { "Not" } else { "" };
        statement[format!("{not}{name}")] = value;
    }
    Ok(statement)
}

fn principals(bytes: Bytes) -> Result<Value> {
    let whole = [
        json!("*"),
        json!({"AWS": "*"}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"CanonicalUser": "facade"}),
        json!({"Federated": ["accounts.google.com", "arn:aws:iam::444455556666:saml-provider/idp"]}),
    ];
    let named = [
        OWNER,
        "444455556666",
        "arn:aws:iam::777788889999:root",
        "arn:aws:iam::444455556666:role/Reader",
        "arn:aws:iam::111122223333:user/a",
        "arn:aws:sts::444455556666:assumed-role/Reader/x",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
        "AIDAEXAMPLEDELETEDUSER1",
        "*",
    ];
    Ok(match bytes.int_in_range(0..=whole.len() + 3)? {
        at if at < whole.len() => whole[at].clone(),
        _ => json!({"AWS": list(bytes, 3, |bytes| Ok(json!(bytes.choose(&named)?)))?}),
    })
}

fn conditions(bytes: Bytes) -> Result<Value> {
    let mut block: Map<String, Value> = Map::new();
    for _ in 0..bytes.int_in_range(0..=3)? {
        let (key, own, values) = bytes.choose(&KEYS)?;
        let test = if bytes.ratio(1, 2)? { own } else { bytes.choose(&OPERATORS)? };
        let quantifier = bytes.choose(&["", "", "", "ForAnyValue:", "ForAllValues:"])?;
        let exists = bytes.choose(&["", "", "IfExists"])?;
        let values = list(bytes, 3, |bytes| Ok(json!(bytes.choose(values)?)))?;
        let keys = block.entry(format!("{quantifier}{test}{exists}")).or_insert_with(|| json!({}));
        keys[*key] = values;
    }
    Ok(Value::Object(block))
}

/// A list of at most `longest`.
fn list(
    bytes: Bytes,
    longest: usize,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<Value>,
) -> Result<Value> {
    (0..bytes.int_in_range(0..=longest)?).map(|_| one(bytes)).collect()
}
