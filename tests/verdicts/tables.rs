//! Tables of small policies that differ in one thing.

use std::fmt::Write as _;

use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;

const OBJECTS: &str = "arn:aws:s3:::clinic-reports/*";
const BUCKET: &str = "arn:aws:s3:::clinic-reports";

const OPERATORS: [&str; 22] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ForAnyValue:StringLike",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotLike",
    "ForAllValues:StringNotLike",
    "ArnLike",
    "ArnNotLike",
    "IpAddress",
    "NotIpAddress",
    "Bool",
    "NumericLessThan",
    "NumericNotEquals",
    "DateGreaterThan",
    "Null",
    "NoSuchOperator",
];

/// Keys, each with values that policies have for it.
const KEYS: [(&str, &[&str]); 46] = [
    ("aws:PrincipalArn", &["arn:aws:iam::444455556666:role/Reader", "arn:aws:iam::*:role/x", "*"]),
    ("aws:PrincipalAccount", &["444455556666", "111122223333", "*", "anonymous"]),
    ("aws:PrincipalOrgID", &["o-exampleorgid", "o-*"]),
    ("aws:PrincipalOrgPaths", &["o-exampleorgid/r-ab12/*", "o-exampleorgid/r-ab12/ou-1/"]),
    ("aws:PrincipalTag/team", &["red", "r*"]),
    ("aws:PrincipalType", &["User", "Anonymous", "AssumedRole", "Account"]),
    ("aws:PrincipalIsAWSService", &["true", "false"]),
    ("aws:PrincipalServiceName", &["sns.amazonaws.com", "cloudtrail.amazonaws.com"]),
    ("aws:PrincipalServiceNamesList", &["cloudtrail.amazonaws.com"]),
    ("aws:userid", &["anonymous", "AROAEXAMPLEEXAMPLEEXA:*", "AIDAEXAMPLEEXAMPLE12"]),
    ("aws:username", &["alice", "a*"]),
    ("aws:FederatedProvider", &["accounts.google.com"]),
    ("aws:SourceIdentity", &["alice"]),
    ("aws:TokenIssueTime", &["2026-01-01T00:00:00Z"]),
    ("aws:MultiFactorAuthPresent", &["true", "false"]),
    ("aws:MultiFactorAuthAge", &["3600"]),
    ("aws:Ec2InstanceSourceVpc", &["vpc-1a2b3c4d"]),
    ("aws:ViaAWSService", &["true", "false"]),
    ("aws:CalledVia", &["athena.amazonaws.com"]),
    ("aws:SourceIp", &["198.51.100.0/24", "0.0.0.0/0", "10.0.0.0/8", "203.0.113.7", "fd00::/8"]),
    ("aws:VpcSourceIp", &["10.1.0.0/16"]),
    ("aws:SourceVpc", &["vpc-1a2b3c4d", "vpc-*"]),
    ("aws:SourceVpce", &["vpce-1a2b3c4d"]),
    ("aws:SourceVpcArn", &["arn:aws:ec2:eu-west-1:444455556666:vpc/vpc-1a2b3c4d"]),
    ("aws:VpceAccount", &["444455556666", "111122223333"]),
    ("aws:VpceOrgID", &["o-exampleorgid"]),
    ("aws:VpceOrgPaths", &["o-exampleorgid/*"]),
    ("aws:SourceAccount", &["444455556666", "111122223333"]),
    ("aws:SourceArn", &["arn:aws:sns:*:444455556666:topic", "arn:aws:s3:::other-bucket"]),
    ("aws:SourceOwner", &["444455556666"]),
    ("aws:SourceOrgID", &["o-exampleorgid"]),
    ("aws:SourceOrgPaths", &["o-exampleorgid/*"]),
    ("s3:DataAccessPointArn", &["arn:aws:s3:*:444455556666:accesspoint/*"]),
    ("s3:DataAccessPointAccount", &["444455556666", "111122223333"]),
    ("s3:AccessPointNetworkOrigin", &["VPC", "Internet"]),
    ("aws:ResourceAccount", &["111122223333", "444455556666"]),
    ("aws:ResourceOrgID", &["o-exampleorgid"]),
    ("aws:SecureTransport", &["true", "false", "maybe"]),
    ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "soon"]),
    ("aws:EpochTime", &["1767225600"]),
    ("aws:RequestedRegion", &["eu-west-1"]),
    ("s3:TlsVersion", &["1.2"]),
    ("s3:signatureversion", &["AWS4-HMAC-SHA256", "AWS"]),
    ("s3:authType", &["REST-HEADER"]),
    ("s3:signatureAge", &["600000"]),
    ("aws:TagKeys", &["team", "t*"]),
];

fn snapshot(policy: Value) -> Value {
    json!({"Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Policy": {"Version": "2012-10-17", "Statement": policy}})
}

fn statement(effect: &str, condition: Value) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS,
        "Condition": condition})
}

/// For each key and value what each operator leaves: the classes of the paths by their first
/// letters (`A`nonymous, a`U`thenticated, `E`xternal, `T`rusted, `-` none; `?`: not proved), with
/// whom they name, then AWS's public with Denys left out and counted (`P`, `p`).
pub fn conditions(effect: &str) -> String {
    let mut table = String::new();
    for (key, values) in KEYS {
        let all = values.iter().map(|value| json!([value])).chain([json!(values), json!([])]);
        for values in all {
            let _ = writeln!(table, "{key} {values}");
            let mut same: Vec<(String, Vec<&str>)> = Vec::new();
            for operator in OPERATORS {
                let tested = statement(effect, json!({operator: {key: values}}));
                let policy = match effect {
                    "Deny" => json!([statement("Allow", json!({})), tested]),
                    _ => json!([tested]),
                };
                let cell = cell(&snapshot(policy), &Trust::default());
                match same.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, operators)) => operators.push(operator),
                    None => same.push((cell, vec![operator])),
                }
            }
            for (cell, operators) in same {
                let _ = writeln!(table, "  {cell:12} {}", operators.join(" "));
            }
        }
    }
    table
}

/// The paths of a verdict as in [`conditions`].
pub fn cell(snapshot: &Value, trust: &Trust) -> String {
    let verdict = shown::published(snapshot, trust);
    let mut cell = String::new();
    for path in verdict["paths"].as_array().unwrap() {
        cell.push_str(match path["exposure"].as_str().unwrap() {
            "anonymous" => "A",
            "authenticated" => "U",
            "external" => "E",
            "trusted" => "T",
            other => panic!("{other}"),
        });
        if !path["unproved"].is_null() {
            cell.push('?');
        }
        for list in path["parties"].as_object().unwrap().values() {
            for one in list.as_array().unwrap() {
                let _ = write!(cell, "<{}>", one.as_str().unwrap());
            }
        }
    }
    if cell.is_empty() {
        cell.push('-');
    }
    let public = |field: &str, sign: &str| {
        if verdict[field] == true { sign.to_owned() } else { String::new() }
    };
    cell + " " + &public("policy_is_public", "P") + &public("policy_is_public_with_deny", "p")
}

/// Each kind of principal, let in and kept out, by itself and as all but it, alone and beside
/// everybody.
pub fn principals() -> String {
    let kinds = [
        json!("*"),
        json!({"AWS": "444455556666"}),
        json!({"AWS": "arn:aws:iam::444455556666:root"}),
        json!({"AWS": "arn:aws:iam::444455556666:role/path/Reader"}),
        json!({"AWS": "arn:aws:iam::444455556666:user/alice"}),
        json!({"AWS": "arn:aws:sts::444455556666:assumed-role/Reader/session"}),
        json!({"AWS": "arn:aws:sts::444455556666:federated-user/bob"}),
        json!({"AWS": "111122223333"}),
        json!({"AWS": "arn:aws:iam::111122223333:role/Own"}),
        json!({"AWS": "arn:aws-cn:iam::444455556666:root"}),
        json!({"AWS": "AROAEXAMPLEEXAMPLE123"}),
        json!({"AWS": "arn:aws:iam::12345:root"}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
        json!({"AWS": "arn:aws:iam::*:root"}),
        json!({"AWS": "arn:aws:iam::444455556666:role/*"}),
        json!({"AWS": "4444*"}),
        json!({"CanonicalUser": "facade"}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"Service": "*"}),
        json!({"Federated": "accounts.google.com"}),
        json!({"Federated": "arn:aws:iam::444455556666:saml-provider/idp"}),
        json!({"Federated": "arn:aws:iam::12:saml-provider/idp"}),
        json!({"AWS": []}),
        json!({"AWS": ["444455556666", "777788889999"], "CanonicalUser": "facade"}),
        json!({"AWS": "arn:aws:iam::444455556666:role/Reader", "Federated": "accounts.google.com"}),
    ];
    let everybody = || statement("Allow", json!({}));
    let named = || {
        let list = json!({"AWS": ["444455556666", "arn:aws:iam::777788889999:role/x"],
            "CanonicalUser": "facade", "Service": "sns.amazonaws.com"});
        json!({"Effect": "Allow", "Principal": list, "Action": "s3:GetObject", "Resource": OBJECTS})
    };
    let mut table = String::new();
    for kind in kinds {
        let _ = writeln!(table, "{kind}");
        for (effect, element) in [
            ("Allow", "Principal"),
            ("Allow", "NotPrincipal"),
            ("Deny", "Principal"),
            ("Deny", "NotPrincipal"),
        ] {
            let tested = json!({"Effect": effect, element: kind, "Action": "s3:GetObject", "Resource": OBJECTS});
            if effect == "Allow" {
                let cell = cell(&snapshot(json!([tested])), &Trust::default());
                let _ = writeln!(table, "  {element}: {cell}");
                continue;
            }
            for (of, allow) in [("everybody", everybody()), ("some", named())] {
                let cell = cell(&snapshot(json!([allow, tested])), &Trust::default());
                let _ = writeln!(table, "  Deny {element} of {of}: {cell}");
            }
        }
    }
    table
}

/// Patterns of resources, let in and kept out, by themselves and as all but they.
pub fn resources() -> String {
    let patterns = [
        json!("*"),
        json!("arn:aws:s3:::*"),
        json!(OBJECTS),
        json!(BUCKET),
        json!([BUCKET, OBJECTS]),
        json!("arn:aws:s3:::clinic-reports*"),
        json!("arn:aws:s3:::clinic-report?/public/*"),
        json!("arn:aws:s3:::*/private/*"),
        json!("arn:aws:s3:::clinic-reports/a?c*"),
        json!("arn:aws-cn:s3:::clinic-reports/*"),
        json!("arn:aws:s3:::other-bucket/*"),
        json!("arn:aws:s3:::clinic-reports/"),
        json!("arn:aws:s3:::clinic-reports/${aws:username}/*"),
        json!("arn:aws:s3:::${aws:PrincipalTag/bucket}/*"),
        json!([]),
    ];
    let mut table = String::new();
    for pattern in patterns {
        for element in ["Resource", "NotResource"] {
            let tested = |effect: &str| {
                json!({"Effect": effect, "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
                    element: pattern})
            };
            let all = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS]});
            let _ = writeln!(table, "{element} {pattern}");
            for policy in [json!([tested("Allow")]), json!([all, tested("Deny")])] {
                let verdict = shown::published(&snapshot(policy.clone()), &Trust::default());
                let _ =
                    writeln!(table, "  {}", policy.as_array().unwrap().last().unwrap()["Effect"]);
                for path in verdict["paths"].as_array().unwrap() {
                    let _ = writeln!(table, "  {}", shown::path(path));
                }
            }
        }
    }
    table
}

/// Variables, let in and kept out.
pub fn variables() -> String {
    let conditions = [
        json!({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
        json!({"StringNotEqualsIfExists": {"aws:PrincipalAccount": "${s3:ResourceAccount}"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalAccount": ["444455556666", "${aws:ResourceAccount}"]}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringNotLike": {"aws:PrincipalOrgPaths": "${aws:ResourceOrgID}/*"}}),
        json!({"StringEquals": {"aws:SourceOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}", "aws:ResourceOrgID": "o-exampleorgid"}}),
        json!({"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID, 'o-none'}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/x"}}),
        json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/x"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "${aws:username}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "*${aws:username}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/${aws:username}"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}}),
        json!({"StringLike": {"aws:PrincipalTag/team": "${aws:username}-*", "aws:username": "a?"}}),
        json!({"StringEquals": {"aws:username": "${aws:PrincipalTag/a}", "aws:PrincipalTag/a": "${aws:PrincipalTag/b}"}}),
        json!({"StringEquals": {"aws:UserAgent": "${aws:Referer, 'none'}"}}),
        json!({"StringNotEquals": {"aws:UserAgent": "${aws:Referer}"}}),
        json!({"StringLike": {"aws:UserAgent": "a${*}b${?}${$}*"}}),
        json!({"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}),
        json!({"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}}),
        json!({"NumericLessThan": {"s3:max-keys": "${aws:PrincipalTag/max}"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "${aws:userid}"}}),
    ];
    let mut table = String::new();
    for condition in conditions {
        let _ = writeln!(table, "{condition}");
        for policy in [
            json!([statement("Allow", condition.clone())]),
            json!([statement("Allow", json!({})), statement("Deny", condition)]),
        ] {
            for version in ["2012-10-17", "2008-10-17"] {
                let mut snapshot = snapshot(policy.clone());
                snapshot["Policy"]["Version"] = version.into();
                let effect = policy.as_array().unwrap().last().unwrap()["Effect"].as_str().unwrap();
                let verdict = shown::published(&snapshot, &Trust::default());
                let _ =
                    writeln!(table, "  {effect} {version} {}", cell(&snapshot, &Trust::default()));
                for path in verdict["paths"].as_array().unwrap() {
                    let _ = writeln!(table, "    {}", shown::path(path));
                }
            }
        }
    }
    table
}

/// Conditions under which those let in are the user's own, or not, or some are.
pub fn trusted() -> String {
    let guardrail = Guardrail::parse(
        r#"
        mode = "observe"
        [trust]
        accounts        = ["222233334444", "444455556666"]
        organizations   = ["o-ours000001"]
        canonical_users = ["facade", "E1"]
        networks        = ["198.51.100.0/24"]
        vpcs            = ["vpc-0ur5"]
        vpc_endpoints   = ["vpce-0ur5"]
        "#,
    );
    let trust = guardrail.unwrap().trust;
    let keys: [(&str, &str, [&str; 2]); 19] = [
        ("IpAddress", "aws:SourceIp", ["198.51.100.0/25", "203.0.113.0/24"]),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"]),
        ("StringEquals", "aws:SourceVpc", ["vpc-0ur5", "vpc-7he1r5"]),
        ("Bool", "aws:SourceVpc", ["vpc-0ur5", "vpc-7he1r5"]),
        ("ArnEquals", "aws:SourceVpc", ["vpc-0ur5", "vpc-7he1r5"]),
        ("IpAddress", "aws:SourceVpc", ["vpc-0ur5", "vpc-7he1r5"]),
        ("StringEquals", "aws:SourceIp", ["198.51.100.7", "203.0.113.9"]),
        ("NotIpAddress", "aws:SourceIp", ["198.51.100.0/25", "203.0.113.0/24"]),
        ("StringEquals", "aws:SourceVpce", ["vpce-0ur5", "vpce-7he1r5"]),
        ("StringEquals", "aws:PrincipalOrgID", ["o-ours000001", "o-theirs0001"]),
        ("StringEquals", "aws:SourceOrgID", ["o-ours000001", "o-theirs0001"]),
        ("StringEquals", "aws:VpceOrgID", ["o-ours000001", "o-theirs0001"]),
        ("StringEquals", "aws:PrincipalAccount", ["444455556666", "777788889999"]),
        ("StringEquals", "aws:SourceAccount", ["444455556666", "777788889999"]),
        ("StringEquals", "aws:SourceOwner", ["444455556666", "777788889999"]),
        ("StringEquals", "aws:VpceAccount", ["444455556666", "777788889999"]),
        ("StringEquals", "s3:DataAccessPointAccount", ["444455556666", "777788889999"]),
        (
            "ArnLike",
            "aws:PrincipalArn",
            ["arn:aws:iam::444455556666:role/*", "arn:aws:iam::777788889999:role/*"],
        ),
        ("StringEquals", "aws:userid", ["AROAEXAMPLEEXAMPLEEXA:x", "AIDAEXAMPLEEXAMPLE12"]),
    ];
    let mut table = String::new();
    for (operator, key, [ours, theirs]) in keys {
        for values in [json!([ours]), json!([theirs]), json!([ours, theirs]), json!([])] {
            for (name, operator) in
                [("", operator.to_owned()), ("IfExists", format!("{operator}IfExists"))]
            {
                let policy = json!([statement("Allow", json!({operator: {key: values}}))]);
                let _ =
                    writeln!(table, "{key}{name} {values}: {}", cell(&snapshot(policy), &trust));
            }
        }
        let denied = operator
            .replace("Equals", "NotEquals")
            .replace("ArnLike", "ArnNotLike")
            .replace("IpA", "NotIpA");
        for values in [json!([ours]), json!([theirs]), json!([ours, theirs])] {
            let policy = json!([
                statement("Allow", json!({})),
                statement("Deny", json!({&denied: {key: values}}))
            ]);
            let _ = writeln!(table, "all but {key} {values}: {}", cell(&snapshot(policy), &trust));
        }
    }
    for principal in [
        json!({"AWS": ["222233334444", "arn:aws:iam::777788889999:root"]}),
        json!({"CanonicalUser": ["facade", "decade"]}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2"}),
        json!({"Service": "sns.amazonaws.com"}),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": OBJECTS});
        let _ = writeln!(table, "{principal}: {}", cell(&snapshot(json!([statement])), &trust));
    }
    table
}

/// What is said where a part could not be read, of a bucket that is open, and of one that is not.
pub fn unreadable() -> String {
    let parts = [
        "Acl",
        "OwnershipControls",
        "Policy",
        "PublicAccessBlockConfiguration",
        "AccountPublicAccessBlockConfiguration",
        "AccessPoints",
        "ObjectAcls",
        "Tags",
        "WebsiteConfiguration",
        "PolicyStatus",
        "SomethingElse",
    ];
    let grants = json!({"Owner": {"ID": "ace"}, "Grants": [
        {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]});
    let mut table = String::new();
    for (of, policy, acl) in [
        ("nothing", None, None),
        ("a policy", Some(json!([statement("Allow", json!({}))])), None),
        ("an ACL", None, Some(grants)),
    ] {
        for ownership in ["BucketOwnerEnforced", "ObjectWriter"] {
            for on in [false, true] {
                for part in parts {
                    let mut state = json!({"Bucket": "clinic-reports", "Account": "111122223333",
                        "OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]},
                        "Unreadable": {part: "AccessDenied"}});
                    if let Some(policy) = &policy {
                        state["Policy"] = json!({"Version": "2012-10-17", "Statement": policy});
                    }
                    if let Some(acl) = &acl {
                        state["Acl"] = acl.clone();
                    }
                    if on {
                        state["PublicAccessBlockConfiguration"] =
                            json!({"IgnorePublicAcls": true, "RestrictPublicBuckets": true});
                    }
                    if let Value::Object(parts) = &mut state {
                        parts.remove(part);
                    }
                    let verdict = shown::published(&state, &Trust::default());
                    let at_least = &verdict["exposure_at_least"];
                    let _ = writeln!(
                        table,
                        "{of}, {ownership}, settings {on}, without {part}: {} (at least {at_least}) public {} policy {} acl {}",
                        verdict["exposure"],
                        verdict["public"],
                        verdict["policy_is_public"],
                        verdict["acl_is_public"]
                    );
                    for warning in verdict["warnings"].as_array().unwrap() {
                        let _ = writeln!(table, "  ! {}", warning.as_str().unwrap());
                    }
                }
            }
        }
    }
    table
}

/// What each setting, at each place, closes of a bucket with every kind of way in.
pub fn settings() -> String {
    let uri = |group: &str| format!("http://acs.amazonaws.com/groups/{group}");
    let grant =
        |grantee: Value, permission: &str| json!({"Grantee": grantee, "Permission": permission});
    let acl = json!([
        grant(json!({"Type": "Group", "URI": uri("global/AllUsers")}), "READ"),
        grant(json!({"Type": "Group", "URI": uri("global/AuthenticatedUsers")}), "WRITE_ACP"),
        grant(json!({"Type": "Group", "URI": uri("s3/LogDelivery")}), "WRITE"),
        grant(json!({"Type": "Group", "URI": uri("global/Unheard")}), "READ_ACP"),
        grant(json!({"Type": "CanonicalUser", "ID": "facade"}), "FULL_CONTROL"),
        grant(json!({"Type": "CanonicalUser", "ID": "ace"}), "FULL_CONTROL"),
        grant(json!({"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.com"}), "READ"),
    ]);
    let point = |name: &str, origin: Value, settings: Value| {
        let arn = format!("arn:aws:s3:eu-west-1:111122223333:accesspoint/{name}");
        let mut point = json!({"Name": name, "PublicAccessBlockConfiguration": settings,
            "Policy": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn.clone(), format!("{arn}/object/*")]},
                {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com", "AWS": "444455556666"},
                 "Action": "s3:GetObject", "Resource": format!("{arn}/object/*")}]}});
        for (key, value) in origin.as_object().unwrap() {
            point[key] = value.clone();
        }
        point
    };
    let internet = || json!({"NetworkOrigin": "Internet"});
    let vpc = json!({"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1a2b3c4d"}});
    let restrict = || json!({"RestrictPublicBuckets": true});
    let delegated = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}});
    let mut named = statement("Allow", json!({}));
    named["Principal"] = json!({"AWS": "444455556666", "Service": "cloudtrail.amazonaws.com"});
    let plain_http = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let but_the_owner = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}});
    let policies = [
        ("public", json!([statement("Allow", json!({})), named, delegated])),
        ("named", json!([named, delegated])),
        (
            "public but denied",
            json!([statement("Allow", json!({})), named, plain_http, but_the_owner]),
        ),
        ("public over TLS", json!([statement("Allow", json!({})), named, plain_http])),
        (
            "public if signed",
            json!([statement("Allow", json!({})), named, {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS,
            "Condition": {"Null": {"aws:PrincipalArn": "true"}}}]),
        ),
        (
            "public if at all",
            json!([statement("Allow", json!({"NoSuchOperator": {"aws:UserAgent": "x"}})), named]),
        ),
    ];
    let mut table = String::new();
    for (of, policy) in policies {
        for (place, settings) in [
            ("nowhere", json!({})),
            ("bucket", json!({"PublicAccessBlockConfiguration": restrict()})),
            (
                "account",
                json!({"AccountPublicAccessBlockConfiguration": {"IgnorePublicAcls": true, "RestrictPublicBuckets": true}}),
            ),
            ("bucket ACLs", json!({"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}})),
            (
                "only for later",
                json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true}}),
            ),
            (
                "ownership",
                json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}),
            ),
            (
                "preferred",
                json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}),
            ),
        ] {
            let mut state = json!({"Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
                "Acl": {"Owner": {"ID": "ace"}, "Grants": acl},
                "ObjectAcls": [{"Key": "report", "Owner": {"ID": "ace"}, "Grants": acl}],
                "Policy": {"Version": "2012-10-17", "Statement": policy},
                "AccessPoints": [point("open", internet(), json!({})), point("shut", internet(), restrict()),
                    point("inner", vpc.clone(), json!({}))]});
            for (key, value) in settings.as_object().unwrap() {
                state[key] = value.clone();
            }
            let _ = writeln!(table, "{of}, {place}\n{}", shown::verdict(&state, &Trust::default()));
        }
    }
    table
}

/// Conditions of which the meaning lies in their being together.
pub fn several_conditions() -> String {
    let reader = "arn:aws:iam::444455556666:role/Reader";
    let conditions = [
        // addresses, numbers and times asked for as texts
        json!({"Bool": {"aws:SourceIp": "203.0.113.7"}}),
        json!({"Bool": {"aws:SourceIp": "2001:DB8:77::1"}}),
        json!({"Bool": {"aws:SourceIp": "2001:DB8:77::1"}, "IpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
        json!({"Bool": {"aws:SourceIp": "2001:DB8:77::1"}, "NotIpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
        json!({"Bool": {"aws:SourceIp": "2001:DB8:77::1"}, "StringLike": {"aws:SourceIp": "2001:db8:*"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": ["here", "10.0.0.1"]}}),
        json!({"StringLike": {"aws:SourceIp": "198.18.*"}}),
        json!({"StringLike": {"aws:SourceIp": "2001:db8:*"}}),
        json!({"StringLike": {"aws:SourceIp": "x*"}}),
        json!({"StringLike": {"s3:max-keys": "2*"}, "NumericLessThan": {"s3:max-keys": 10}}),
        json!({"Bool": {"aws:CurrentTime": "2030-06-30T12:00Z"}, "DateLessThan": {"aws:CurrentTime": "2029-01-01"}}),
        json!({"Bool": {"aws:CurrentTime": "2030-06-30T12:00Z"}, "DateGreaterThan": {"aws:CurrentTime": "2029-01-01"}}),
        // ranges that leave something, and that leave nothing
        json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1", "::/0"]}}),
        json!({"NotIpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1", "::/0"]}}),
        json!({"NotIpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
        json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}, "NotIpAddress": {"aws:SourceIp": ["198.51.100.0/25", "198.51.100.128/25"]}}),
        json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}, "NotIpAddress": {"aws:SourceIp": "198.51.100.0/25"}}),
        json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}, "NumericLessThanIfExists": {"aws:SourceIp": "198.51.100.0/24"}}),
        json!({"NumericLessThan": {"s3:max-keys": 5}, "NumericGreaterThan": {"s3:max-keys": 4}}),
        json!({"NumericLessThan": {"s3:max-keys": 5}, "NumericGreaterThanEquals": {"s3:max-keys": 5}}),
        json!({"NumericLessThanEquals": {"s3:max-keys": 5}, "NumericGreaterThanEquals": {"s3:max-keys": 5}}),
        json!({"NumericEquals": {"s3:max-keys": 5}, "NumericNotEquals": {"s3:max-keys": 5}}),
        json!({"DateLessThan": {"aws:CurrentTime": "2026-01-01"}, "DateGreaterThan": {"aws:EpochTime": "1767225600"}}),
        json!({"DateLessThanEquals": {"aws:CurrentTime": "2026-01-01"}, "DateGreaterThanEquals": {"aws:CurrentTime": "2026-01-01T00:00Z"}}),
        json!({"DateEquals": {"aws:CurrentTime": "2026-01-01"}, "DateNotEquals": {"aws:CurrentTime": "2026-01-01"}}),
        json!({"NumericLessThan": {"aws:EpochTime": 1767225600}, "DateGreaterThan": {"aws:CurrentTime": "2026-01-02"}}),
        json!({"NumericLessThan": {"s3:TlsVersion": 1.2}}),
        json!({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}),
        // patterns that no filling in of wildcards meets
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app-*"},
            "StringNotLike": {"aws:PrincipalArn": ["*app-x", "*app-", "*app-9*"]}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/app-*"},
            "StringNotLike": {"aws:PrincipalArn": ["*app-x", "*app-", "*app-4*"]}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:444455556666:*"}, "StringLike": {"aws:SourceArn": "*:a:b"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:444455556666:b"}, "StringLike": {"aws:SourceArn": "*:a:b"}}),
        json!({"StringLike": {"aws:UserAgent": "a*b?c"}, "StringNotLike": {"aws:UserAgent": ["axbxc", "abxc"]}}),
        json!({"StringLike": {"aws:UserAgent": ["a*", "b*"]}, "StringNotLike": {"aws:UserAgent": ["ax*", "a", "bx*", "b"]}}),
        json!({"StringLike": {"aws:UserAgent": "a*"}, "StringNotLike": {"aws:UserAgent": "a*"}}),
        json!({"StringLike": {"aws:UserAgent": "a*"}, "StringNotLike": {"aws:UserAgent": ["?*"]}}),
        json!({"StringEqualsIgnoreCase": {"aws:UserAgent": "AbC"}, "StringNotEquals": {"aws:UserAgent": ["AbC", "abc"]}}),
        json!({"StringEqualsIgnoreCase": {"aws:UserAgent": "12"}, "StringNotEquals": {"aws:UserAgent": "12"}}),
        json!({"StringLike": {"aws:UserAgent": "\u{e9}*"}, "StringNotEquals": {"aws:UserAgent": ["\u{e9}", "\u{e9}x"]}}),
        json!({"StringEquals": {"aws:UserAgent": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]},
            "StringNotEquals": {"aws:UserAgent": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]}}),
        json!({"StringEquals": {"aws:UserAgent": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]},
            "StringNotEquals": {"aws:UserAgent": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]}}),
        // keys of several values
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ForAnyValue:StringEquals": {"aws:TagKeys": "c"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ForAnyValue:StringEquals": {"aws:TagKeys": "b"}}),
        json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b*"}, "ForAllValues:StringNotEquals": {"aws:TagKeys": "b"}}),
        json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAllValues:StringNotEquals": {"aws:TagKeys": "a"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": []}}),
        json!({"ForAllValues:StringNotEquals": {"aws:TagKeys": []}, "Null": {"aws:TagKeys": "false"}}),
        json!({"Null": {"aws:TagKeys": "false"}, "ForAllValues:StringEquals": {"aws:TagKeys": "a"}}),
        json!({"ForAllValues:Null": {"aws:TagKeys": "true"}, "ForAnyValue:Null": {"aws:TagKeys": "true"}}),
        json!({"StringEquals": {"aws:CalledVia": "a"}, "ForAnyValue:StringEquals": {"aws:CalledVia": "b"}}),
        // parts of one another
        json!({"ArnEquals": {"aws:PrincipalArn": reader}, "StringEquals": {"aws:PrincipalAccount": "777788889999"}}),
        json!({"ArnEquals": {"aws:PrincipalArn": reader}, "StringNotEquals": {"aws:PrincipalAccount": "777788889999"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}, "StringEquals": {"aws:username": "alice"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/b*"}, "StringEquals": {"aws:username": "alice"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}, "StringEquals": {"aws:PrincipalType": "User"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}, "StringLike": {"aws:userid": "4444*"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}, "Null": {"aws:PrincipalTag/team": "false"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:federated-user/*"}, "StringEquals": {"aws:PrincipalType": "FederatedUser"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/*"}}),
        json!({"StringEquals": {"aws:PrincipalType": "AssumedRole"}, "StringLike": {"aws:userid": "AIDA*"}}),
        json!({"StringEquals": {"aws:PrincipalType": "User"}, "StringLike": {"aws:userid": "AIDA*"}}),
        json!({"StringEquals": {"aws:PrincipalType": "User"}, "StringLike": {"aws:userid": "*:*"}}),
        json!({"StringEquals": {"aws:PrincipalType": "User"}, "Null": {"aws:SourceIdentity": "false"}}),
        json!({"StringEquals": {"aws:PrincipalType": "User"}, "Null": {"aws:FederatedProvider": "false"}}),
        json!({"StringEquals": {"aws:PrincipalType": "AssumedRole"}, "Null": {"aws:TokenIssueTime": "true"}}),
        json!({"StringEquals": {"aws:PrincipalType": "User"}, "Null": {"aws:TokenIssueTime": "true"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}, "StringLike": {"aws:PrincipalOrgPaths": "o-other00001/*"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}, "StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid", "aws:PrincipalAccount": ["444455556666", "111122223333"]}}),
        json!({"StringEquals": {"aws:VpceOrgID": "o-exampleorgid"}, "StringLike": {"aws:VpceOrgPaths": "o-other00001/*"}}),
        json!({"StringEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        json!({"StringEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}, "Null": {"aws:SourceIp": "true"}}),
        json!({"Null": {"aws:SourceIp": "true", "aws:SourceVpc": "true"}}),
        json!({"Null": {"aws:SourceVpce": "false", "aws:SourceVpc": "true"}}),
        json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1a2b3c4d"}, "IpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}}),
        json!({"StringEquals": {"s3:DataAccessPointAccount": "444455556666"}, "ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:777788889999:accesspoint/*"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:111122223333:accesspoint/*"}}),
        json!({"StringEquals": {"s3:DataAccessPointAccount": "444455556666", "aws:PrincipalAccount": "777788889999"}}),
        json!({"StringEquals": {"s3:AccessPointNetworkOrigin": "VPC"}, "Null": {"s3:DataAccessPointArn": "true"}}),
        json!({"StringEquals": {"aws:SourceAccount": "444455556666"}, "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:777788889999:*"}}),
        json!({"StringEquals": {"aws:SourceAccount": "444455556666"}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}),
        json!({"StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com", "aws:SourceAccount": "444455556666"}}),
        json!({"Bool": {"aws:PrincipalIsAWSService": "true"}, "StringEquals": {"aws:SourceAccount": "444455556666"}}),
        json!({"Bool": {"aws:PrincipalIsAWSService": "true"}, "Null": {"aws:PrincipalArn": "false"}}),
        json!({"StringLike": {"aws:PrincipalArn": "arn:*:444455556666:*"}}),
        json!({"StringLike": {"aws:SourceArn": "arn:aws:s3:*:444455556666:accesspoint/*"}}),
        json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/x"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:*:s3:us-east-1:444455556666:accesspoint/x"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:444455556666:bucket/*"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:sns:us-east-1:444455556666:accesspoint/*"}}),
        json!({"StringLike": {"aws:userid": ["AROAEXAMPLEEXAMP:*"]}}),
        json!({"StringLike": {"aws:userid": ["AROAEXAMPLEEXAMPL:*"]}}),
        json!({"StringLike": {"aws:userid": ["AROA*:x"]}}),
    ];
    let mut table = String::new();
    for condition in conditions {
        let _ = writeln!(table, "{condition}");
        for policy in [
            json!([statement("Allow", condition.clone())]),
            json!([statement("Allow", json!({})), statement("Deny", condition)]),
        ] {
            let snapshot = snapshot(policy);
            let verdict = shown::published(&snapshot, &Trust::default());
            let _ = writeln!(table, "  {}", cell(&snapshot, &Trust::default()));
            for path in verdict["paths"].as_array().unwrap() {
                let _ = writeln!(table, "    {}", shown::path(path));
            }
        }
    }
    table
}

/// Statements that name, or leave, some callers of many.
pub fn several_callers() -> String {
    let to = |effect: &str, element: &str, principal: Value, condition: Value| {
        json!({"Effect": effect, element: principal, "Action": "s3:GetObject", "Resource": OBJECTS,
            "Condition": condition})
    };
    let accounts = || json!({"AWS": ["222233334444", "444455556666", "777788889999"]});
    let user = || json!({"AWS": "arn:aws:iam::444455556666:user/alice"});
    let role = || json!({"AWS": ["arn:aws:iam::444455556666:role/Reader", "arn:aws:iam::777788889999:role/Reader"]});
    let but = |values: &[&str]| json!({"StringNotEquals": {"aws:PrincipalAccount": values}});
    let everyone = || to("Allow", "Principal", json!("*"), json!({}));
    let no_users = || json!({"StringNotEquals": {"aws:PrincipalType": "AssumedRole"}});
    let policies = [
        json!([
            to("Allow", "Principal", accounts(), json!({})),
            to("Deny", "Principal", json!({"AWS": "444455556666"}), json!({}))
        ]),
        json!([
            to("Allow", "Principal", accounts(), json!({})),
            to("Deny", "Principal", user(), json!({}))
        ]),
        json!([
            to("Allow", "Principal", accounts(), json!({})),
            to("Deny", "NotPrincipal", user(), json!({}))
        ]),
        json!([
            to("Allow", "Principal", accounts(), json!({})),
            to("Deny", "NotPrincipal", role(), json!({}))
        ]),
        json!([
            to("Allow", "Principal", role(), json!({})),
            to("Deny", "NotPrincipal", role(), json!({}))
        ]),
        json!([
            to("Allow", "Principal", role(), json!({})),
            to("Deny", "Principal", user(), json!({}))
        ]),
        json!([
            to("Allow", "Principal", role(), no_users()),
            to("Allow", "Principal", user(), no_users())
        ]),
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"]))
        ]),
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"])),
            to("Deny", "Principal", user(), json!({}))
        ]),
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"])),
            to("Deny", "Principal", json!({"AWS": "777788889999"}), no_users())
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotLike": {"aws:PrincipalAccount": ["4444*", "7777*"]}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::444455556666:role/*", "arn:aws:iam::777788889999:user/*"]}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "NotPrincipal",
                json!({"AWS": ["arn:aws:iam::444455556666:role/Reader", "arn:aws:iam::777788889999:role/Reader"]}),
                json!({})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "NotPrincipal",
                json!({"AWS": ["arn:aws:iam::444455556666:role/Reader", "*"]}),
                json!({})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "NotPrincipal",
                json!({"CanonicalUser": "facade", "Service": "sns.amazonaws.com"}),
                json!({})
            )
        ]),
        json!([
            everyone(),
            to("Deny", "NotPrincipal", json!({"Federated": "accounts.google.com"}), json!({}))
        ]),
        // signed from anywhere, unsigned from one network alone
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"Null": {"aws:PrincipalArn": "true"}, "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"Null": {"aws:PrincipalArn": "false"}, "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}, "NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1a2b3c4d"}, "NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-2"]}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:VpceAccount": "444455556666"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:VpceOrgID": "o-exampleorgid"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotLike": {"aws:VpceOrgPaths": "o-exampleorgid/*"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:SourceVpcArn": "arn:aws:ec2:eu-west-1:444455556666:vpc/vpc-1"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:444455556666:*"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:SourceOrgID": "o-exampleorgid"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotLike": {"aws:userid": ["AROAEXAMPLEEXAMPLEEXA:*", "AIDAEXAMPLEEXAMPLE12"]}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"s3:DataAccessPointAccount": "444455556666"}})
            )
        ]),
        json!([
            to("Allow", "Principal", accounts(), json!({})),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})
            )
        ]),
        json!([to(
            "Allow",
            "Principal",
            accounts(),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})
        )]),
        json!([
            to("Allow", "Principal", json!({"Service": "cloudtrail.amazonaws.com"}), json!({})),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:SourceAccount": ["111122223333", "444455556666"]}})
            )
        ]),
        json!([
            to(
                "Allow",
                "Principal",
                json!({"Service": ["cloudtrail.amazonaws.com", "sns.amazonaws.com"]}),
                json!({"StringEquals": {"aws:SourceAccount": "444455556666"}})
            ),
            to("Deny", "NotPrincipal", json!({"Service": "cloudtrail.amazonaws.com"}), json!({}))
        ]),
        json!([
            to(
                "Allow",
                "Principal",
                json!("*"),
                json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})
            ),
            to("Allow", "Principal", json!({"Service": "sns.amazonaws.com"}), json!({}))
        ]),
    ];
    let mut table = String::new();
    for policy in policies {
        let snapshot = snapshot(policy.clone());
        for statement in policy.as_array().unwrap() {
            let mut short = statement.clone();
            short
                .as_object_mut()
                .unwrap()
                .retain(|key, _| !["Action", "Resource"].contains(&key.as_str()));
            let _ = writeln!(table, "{short}");
        }
        let _ = writeln!(table, "{}", shown::verdict(&snapshot, &Trust::default()));
    }
    table
}

/// Patterns of actions, let in, and taken away.
pub fn actions() -> String {
    let patterns = [
        json!("*"),
        json!("s3:*"),
        json!("S3:getobject"),
        json!("s3:Get*"),
        json!("s3:?etObject"),
        json!("s3:GetObject*"),
        json!(["s3:GetObject", "s3:GetObject", "s3:ListBucket"]),
        json!("s3:GetObjct"),
        json!("s3:Unheard*"),
        json!("sns:Publish"),
        json!("s3:*Acl"),
        json!([]),
        json!(["s3:GetObject", "ec2:*"]),
    ];
    let mut table = String::new();
    for pattern in patterns {
        for element in ["Action", "NotAction"] {
            let tested = |effect: &str| json!({"Effect": effect, "Principal": "*", element: pattern, "Resource": [BUCKET, OBJECTS]});
            let named = json!({"Effect": "Allow", "Principal": "*", "Resource": [BUCKET, OBJECTS],
                "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObjectAcl", "s3:PutObjectTagging"]});
            for policy in [json!([tested("Allow")]), json!([named, tested("Deny")])] {
                let _ = writeln!(
                    table,
                    "{element} {pattern} {}",
                    policy.as_array().unwrap().last().unwrap()["Effect"]
                );
                let _ = writeln!(table, "{}", shown::verdict(&snapshot(policy), &Trust::default()));
            }
        }
    }
    table
}
