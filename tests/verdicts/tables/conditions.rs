//! Conditions, one by one, several together, and with variables.

use std::fmt::Write as _;

use s3_guardrail::trust::Trust;
use serde_json::json;

use crate::shown;
use crate::tables::{cell, snapshot, statement};

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
const KEYS: [(&str, &[&str]); 47] = [
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
    ("aws:RequestedRegion", &["eu-west-1", "??-west-?"]),
    ("s3:TlsVersion", &["1.2"]),
    ("s3:signatureversion", &["AWS4-HMAC-SHA256", "AWS"]),
    ("s3:authType", &["REST-HEADER"]),
    ("s3:signatureAge", &["600000"]),
    (
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        &["arn:aws:kms:eu-west-1:444455556666:key/k"],
    ),
    ("aws:TagKeys", &["team", "t*"]),
];

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

/// Conditions of which the meaning lies in their being together.
pub fn several_conditions() -> String {
    let reader = "arn:aws:iam::444455556666:role/Reader";
    let conditions = [
        // addresses, numbers and times asked for as texts
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": "203.0.113.7"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": "2001:DB8:77::1"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": "2001:DB8:77::1"}, "IpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": "2001:DB8:77::1"}, "NotIpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": "2001:DB8:77::1"}, "StringLike": {"aws:SourceIp": "2001:db8:*"}}),
        json!({"StringEqualsIgnoreCase": {"aws:SourceIp": ["here", "10.0.0.1"]}}),
        json!({"StringLike": {"aws:SourceIp": "198.18.*"}}),
        json!({"StringLike": {"aws:SourceIp": "2001:db8:*"}}),
        json!({"StringLike": {"aws:SourceIp": "x*"}}),
        json!({"StringLike": {"s3:max-keys": "2*"}, "NumericLessThan": {"s3:max-keys": 10}}),
        json!({"StringEqualsIgnoreCase": {"aws:CurrentTime": "2030-06-30T12:00Z"}, "DateLessThan": {"aws:CurrentTime": "2029-01-01"}}),
        json!({"StringEqualsIgnoreCase": {"aws:CurrentTime": "2030-06-30T12:00Z"}, "DateGreaterThan": {"aws:CurrentTime": "2029-01-01"}}),
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
        json!({"NumericGreaterThan": {"aws:EpochTime": 1893456000}, "NumericLessThan": {"aws:EpochTime": 1893456002}}),
        json!({"NumericGreaterThanEquals": {"aws:EpochTime": 1893456000}, "NumericLessThan": {"aws:EpochTime": 1893456001}}),
        json!({"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:02Z"}}),
        json!({"DateGreaterThanEquals": {"aws:CurrentTime": "2029-12-31T23:59:59Z"}, "DateLessThan": {"aws:CurrentTime": "2030-01-01"}}),
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
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:444455556666:*"}, "StringLike": {"aws:SourceArn": "*:a:b"}, "StringNotLike": {"aws:SourceArn": "*:x:a:b"}}),
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
        json!({"Null": {"aws:SourceIp": "true", "aws:SourceVpce": "true"}}),
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
        json!({"StringLike": {"aws:PrincipalArn": "arn:*:iam::444455556666:*"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:444455556666:accesspoint/${aws:username}"}}),
        json!({"StringLike": {"aws:SourceArn": "arn:aws:s3:*:444455556666:accesspoint/*"}}),
        json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/x"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:*:s3:us-east-1:444455556666:accesspoint/x"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:444455556666:bucket/*"}}),
        json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:sns:us-east-1:444455556666:accesspoint/*"}}),
        json!({"StringLike": {"aws:userid": ["AROAEXAMPLEEXAMP:*"]}}),
        json!({"StringLike": {"aws:userid": ["AROAEXAMPLEEXAMPL:*"]}}),
        json!({"StringLike": {"aws:userid": ["AROA*:x"]}}),
        // parts compared as numbers, or whatever their capitals, and texts beside meanings
        json!({"NumericEquals": {"aws:PrincipalAccount": 444455556666u64}}),
        json!({"NumericEquals": {"aws:PrincipalAccount": 7}}),
        json!({"NumericEquals": {"aws:PrincipalAccount": 444455556666u64}, "StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}),
        json!({"NumericLessThan": {"aws:PrincipalAccount": 1}}),
        json!({"NumericLessThan": {"aws:PrincipalAccount": 0}}),
        json!({"ArnLike": {"aws:PrincipalArn": reader}, "NumericLessThan": {"aws:PrincipalAccount": 444455556666u64}}),
        json!({"ArnLike": {"aws:PrincipalArn": reader}, "NumericLessThan": {"aws:PrincipalAccount": 444455556667u64}}),
        json!({"NumericLessThan": {"s3:DataAccessPointAccount": 444455556666u64}}),
        json!({"DateGreaterThan": {"aws:PrincipalAccount": "777788889999"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "O-ExampleOrgId"}, "StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "o-exampleorgid"}, "StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        json!({"ForAnyValue:StringEqualsIgnoreCase": {"aws:PrincipalOrgPaths": "O-exampleorgid/R-ab12/"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalArn": "ARN:aws:iam::444455556666:role/Reader"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalArn": reader}, "StringNotEquals": {"aws:PrincipalArn": reader}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.7"}, "StringNotLike": {"aws:SourceIp": "2001:db8::/32"}}),
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringNotLike": {"aws:SourceIp": "10.*"}}),
        json!({"IpAddress": {"aws:SourceIp": "52.0.0.0/8"}, "StringNotLike": {"aws:SourceIp": "52.*"}}),
        json!({"NumericEquals": {"s3:max-keys": 5}, "StringNotEquals": {"s3:max-keys": "5"}}),
        json!({"NumericLessThan": {"s3:max-keys": 5}, "NumericGreaterThan": {"s3:max-keys": 5}, "StringLike": {"s3:max-keys": "*"}}),
        json!({"NumericLessThan": {"s3:max-keys": 5}, "NumericGreaterThan": {"s3:max-keys": 5}, "StringLike": {"s3:max-keys": "?*"}}),
        // what cannot be found for one key, and is not there for another
        json!({"NumericEquals": {"s3:max-keys": 5}, "StringNotEquals": {"s3:max-keys": "5"}, "Null": {"aws:SourceIp": "true", "aws:SourceVpce": "true"}}),
    ];
    let mut table = String::new();
    for condition in conditions {
        let _ = writeln!(table, "{condition}");
        for policy in [
            json!([statement("Allow", condition.clone())]),
            json!([statement("Allow", json!({})), statement("Deny", condition.clone())]),
            json!([statement("Allow", condition.clone()), statement("Deny", condition)]),
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
        json!({"StringEquals": {"aws:VpceOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringNotEqualsIfExists": {"aws:VpceOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringLike": {"aws:VpceOrgPaths": ["${aws:ResourceOrgID}/r-ab12/*", "o-exampleorgid/*"]}}),
        json!({"StringEquals": {"aws:VpceAccount": "${aws:ResourceAccount}"}}),
        json!({"StringNotEquals": {"aws:VpceAccount": ["${s3:ResourceAccount}", "444455556666"]}}),
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
        json!({"ArnLike": {"aws:PrincipalArn": "${aws:PrincipalTag/arn}"}}),
        json!({"StringEquals": {"aws:UserAgent": "a*${aws:PrincipalTag/x}", "aws:PrincipalTag/x": "b"}, "StringNotEquals": {"aws:UserAgent": "a*b"}}),
        json!({"StringEquals": {"aws:UserAgent": "a?${aws:PrincipalTag/x}", "aws:PrincipalTag/x": "b"}, "StringNotEquals": {"aws:UserAgent": "a?b"}}),
        json!({"StringLike": {"aws:UserAgent": "a?${aws:PrincipalTag/x}"}, "StringEquals": {"aws:PrincipalTag/x": "b", "aws:UserAgent": "acb"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "*abcdef${aws:username}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/x"}, "StringLike": {"aws:username": "*"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}, "StringLike": {"aws:PrincipalTag/team": "a b*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:${aws:SourceAccount}:*"}, "StringLike": {"aws:SourceArn": "*:a:b"}, "StringEquals": {"aws:SourceAccount": "444455556666"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:${aws:SourceAccount}:b"}, "StringLike": {"aws:SourceArn": "*:a:c:*"}, "StringEquals": {"aws:SourceAccount": "444455556666"}}),
        // whatever they stand for, they stand for the same
        json!({"StringEquals": {"aws:username": "${aws:PrincipalTag/team}"}, "StringNotEquals": {"aws:username": "${aws:PrincipalTag/team}"}}),
        json!({"StringLike": {"aws:username": "${aws:PrincipalTag/team}"}, "StringNotEqualsIgnoreCase": {"aws:username": "${aws:PrincipalTag/team}"}}),
        json!({"StringEqualsIgnoreCase": {"aws:username": "${aws:PrincipalTag/team}"}, "StringNotEquals": {"aws:username": "${aws:PrincipalTag/team}"}}),
        json!({"StringLike": {"aws:username": "${aws:PrincipalTag/team}*"}, "StringNotLike": {"aws:username": "${aws:PrincipalTag/team}"}}),
        json!({"StringLike": {"aws:username": "${aws:PrincipalTag/team}*"}, "StringNotEqualsIgnoreCase": {"aws:username": "${aws:PrincipalTag/team}*"}}),
        json!({"StringEquals": {"aws:username": ["${aws:PrincipalTag/team}", "alice"]}, "StringNotEquals": {"aws:username": "${aws:PrincipalTag/team}"}}),
        json!({"StringEqualsIfExists": {"aws:UserAgent": "${aws:Referer}"}, "StringNotEquals": {"aws:UserAgent": "${aws:Referer}"}}),
        json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "${aws:username}"}, "ForAnyValue:StringNotEquals": {"aws:TagKeys": "${aws:username}"}}),
        json!({"ArnLike": {"aws:PrincipalAccount": "${aws:PrincipalTag/team}"}}),
        json!({"ArnNotLike": {"aws:PrincipalAccount": "${aws:PrincipalTag/team}"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}, "StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "r*"}}),
        json!({"StringEquals": {"aws:UserAgent": "${aws:Referer}"}, "StringLike": {"aws:UserAgent": "${*}*"}}),
        json!({"StringEquals": {"aws:PrincipalTag/a": "${aws:username}", "aws:username": "${aws:PrincipalTag/b}"}, "StringLike": {"aws:PrincipalTag/b": "z*"}}),
    ];
    let mut table = String::new();
    for condition in conditions {
        let _ = writeln!(table, "{condition}");
        for policy in [
            json!([statement("Allow", condition.clone())]),
            json!([statement("Allow", json!({})), statement("Deny", condition.clone())]),
            json!([statement("Allow", condition.clone()), statement("Deny", condition)]),
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
