//! Whom statements name, and whom the zone of trust holds.

use std::fmt::Write as _;

use s3_guardrail::guardrail::Guardrail;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;
use crate::tables::{BUCKET, OBJECTS, cell, snapshot, statement};

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
        json!({"AWS": "arn:aws:iam::abc:root"}),
        json!({"AWS": "XROAEXAMPLEEXAMPLE123"}),
        json!({"AWS": "AROAexampleexample123"}),
        json!({"AWS": "AROAEXAMPLE"}),
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

fn to(effect: &str, element: &str, principal: Value, condition: Value) -> Value {
    json!({"Effect": effect, element: principal, "Action": "s3:GetObject", "Resource": OBJECTS,
        "Condition": condition})
}

/// Canonical users, of whom it is not known which accounts they are.
fn canonical_users() -> Vec<Value> {
    let accounts = || json!({"AWS": ["222233334444", "444455556666", "777788889999"]});
    let user = || json!({"AWS": "arn:aws:iam::444455556666:user/alice"});
    let canonical = || to("Allow", "Principal", json!({"CanonicalUser": "facade"}), json!({}));
    let but_identity =
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"});
    vec![
        json!([canonical(), to("Deny", "NotPrincipal", json!({"AWS": "444455556666"}), json!({}))]),
        json!([canonical(), to("Deny", "NotPrincipal", user(), json!({}))]),
        json!([canonical(), to("Deny", "Principal", accounts(), json!({}))]),
        json!([canonical(), to("Deny", "NotPrincipal", but_identity, json!({}))]),
        json!([canonical(), to("Deny", "NotPrincipal", json!({"AWS": "111122223333"}), json!({}))]),
        json!([
            canonical(),
            to("Deny", "NotPrincipal", json!({"Federated": "accounts.google.com"}), json!({}))
        ]),
        json!([
            to("Allow", "Principal", user(), json!({})),
            to("Deny", "NotPrincipal", json!({"CanonicalUser": "facade"}), json!({}))
        ]),
    ]
}

/// Callers of whom the same is true but for one thing, and those whom other statements name.
fn kin() -> Vec<Value> {
    let accounts = || {
        let accounts = json!({"AWS": ["222233334444", "444455556666", "777788889999"]});
        to("Allow", "Principal", accounts, json!({}))
    };
    let one = || to("Allow", "Principal", json!({"AWS": "444455556666"}), json!({}));
    let everyone = |effect: &str, condition: Value| to(effect, "Principal", json!("*"), condition);
    let but =
        json!({"StringNotEquals": {"aws:PrincipalAccount": ["444455556666", "777788889999"]}});
    vec![
        json!([
            accounts(),
            everyone("Deny", json!({"ArnLike": {"aws:PrincipalArn": "arn:*:*::444455556666:*"}}))
        ]),
        json!([
            accounts(),
            everyone("Deny", json!({"NumericLessThan": {"aws:PrincipalAccount": 444455556666u64}}))
        ]),
        json!([
            everyone(
                "Allow",
                json!({"StringEqualsIfExists": {"aws:SourceAccount": "444455556666"}})
            ),
            everyone("Deny", but)
        ]),
        json!([
            everyone("Allow", json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})),
            one()
        ]),
        json!([
            everyone("Allow", json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})),
            one()
        ]),
        json!([
            everyone(
                "Allow",
                json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"},
                "ForAnyValue:StringLike": {"aws:TagKeys": "b"}})
            ),
            everyone("Deny", json!({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}))
        ]),
    ]
}

/// Statements that name, or leave, some callers of many.
pub fn several_callers() -> String {
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
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"])),
            to("Deny", "Principal", json!({"AWS": "777788889999"}), json!({}))
        ]),
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"])),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalAccount": "777788889999"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "NotPrincipal",
                json!({"AWS": ["arn:aws:iam::444455556666:user/alice", "arn:aws:iam::777788889999:role/Reader"]}),
                json!({})
            ),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:PrincipalType": "User"}})
            )
        ]),
        json!([
            to(
                "Allow",
                "Principal",
                json!("*"),
                json!({"Null": {"aws:PrincipalTag/team": "false"}})
            ),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringLike": {"aws:PrincipalTag/team": "${aws:PrincipalTag/other}"}})
            )
        ]),
        json!([
            to(
                "Allow",
                "Principal",
                json!("*"),
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other-bucket"}})
            ),
            to(
                "Deny",
                "Principal",
                json!({"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}),
                json!({})
            )
        ]),
        json!([
            to(
                "Allow",
                "Principal",
                json!("*"),
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other-bucket"}})
            ),
            to("Deny", "Principal", json!({"Service": "sqs.amazonaws.com"}), json!({}))
        ]),
        json!([to(
            "Allow",
            "Principal",
            json!("*"),
            json!({"StringEquals": {"aws:SourceOrgID": "o-exampleorgid", "aws:PrincipalServiceName": "sns.amazonaws.com"}})
        )]),
        json!([
            to("Allow", "Principal", json!({"AWS": "4444*", "CanonicalUser": "facade"}), json!({})),
            to("Deny", "Principal", json!({"AWS": "777788889999"}), json!({}))
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})
            ),
            to(
                "Deny",
                "Principal",
                json!({"AWS": "444455556666"}),
                json!({"Bool": {"aws:SecureTransport": "false"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "Principal",
                json!("*"),
                json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})
            ),
            to(
                "Deny",
                "Principal",
                json!({"AWS": "444455556666"}),
                json!({"Bool": {"aws:SecureTransport": "false"}})
            )
        ]),
        json!([to(
            "Allow",
            "Principal",
            json!({"AWS": "444455556666"}),
            json!({"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalAccount}"}, "StringNotEquals": {"aws:PrincipalTag/a": "444455556666"}})
        )]),
        json!([to(
            "Allow",
            "Principal",
            json!({"AWS": "arn:aws:sts::444455556666:assumed-role/Reader/s"}),
            json!({"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalAccount}"}, "StringNotEquals": {"aws:PrincipalTag/a": "444455556666"}})
        )]),
        json!([to(
            "Allow",
            "Principal",
            json!({"Service": "sns.amazonaws.com"}),
            json!({"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}})
        )]),
        json!([
            everyone(),
            to("Deny", "Principal", json!("*"), but(&["444455556666", "777788889999"])),
            to(
                "Deny",
                "Principal",
                json!({"AWS": ["444455556666", "777788889999"]}),
                json!({"StringEquals": {"aws:PrincipalAccount": "777788889999"}})
            )
        ]),
        json!([
            everyone(),
            to(
                "Deny",
                "NotPrincipal",
                json!({"AWS": ["444455556666", "arn:aws:iam::777788889999:role/Reader"]}),
                json!({})
            ),
            to("Deny", "Principal", json!({"AWS": "444455556666"}), json!({})),
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
            json!({"AWS": "arn:aws:sts::444455556666:assumed-role/Reader/s"}),
            json!({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/path/Reader"}})
        )]),
        json!([to(
            "Allow",
            "Principal",
            json!({"AWS": "arn:aws:sts::444455556666:assumed-role/Reader/s"}),
            json!({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/path/Writer"}})
        )]),
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
    for policy in canonical_users().into_iter().chain(kin()).chain(policies) {
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
    for condition in [
        json!({"StringNotEquals": {"aws:SourceVpc": "vpc-0ur5"}}),
        json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-0ur5"}}),
        json!({"StringEquals": {"aws:SourceVpc": "vpc-0ur5"}}),
        json!({"StringEquals": {"aws:SourceVpc": []}}),
        json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        json!({"IpAddress": {"aws:SourceIp": ["198.51.100.0/25", "10.0.0.0/8"]}}),
    ] {
        let mut named = statement("Allow", condition.clone());
        named["Principal"] = json!({"AWS": ["777788889999", "222233334444"]});
        let _ = writeln!(table, "named {condition}: {}", cell(&snapshot(json!([named])), &trust));
    }
    // kept out by a Deny unless they come by what is ours
    for (principal, condition) in [
        (json!("*"), json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-0ur5", "vpce-7he1r5"]}})),
        (
            json!("*"),
            json!({"StringNotEquals": {"aws:SourceVpce": "vpce-0ur5"},
                "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        ),
        (
            json!("*"),
            json!({"StringNotEquals": {"aws:SourceVpce": "vpce-7he1r5"},
                "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        ),
        (json!("*"), json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/23"}})),
        (json!("*"), json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-0ur5"}})),
        (json!("*"), json!({"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}})),
        (json!("*"), json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-ours000001"}})),
        (
            json!({"AWS": "777788889999"}),
            json!({"StringNotEquals": {"aws:SourceVpce": "vpce-0ur5"}}),
        ),
        (
            json!({"AWS": "777788889999"}),
            json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-ours000001"}}),
        ),
        (
            json!({"AWS": ["222233334444", "777788889999"]}),
            json!({"StringNotEquals": {"aws:SourceVpc": "vpc-7he1r5"}}),
        ),
        (
            json!({"CanonicalUser": "decade"}),
            json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        ),
    ] {
        let mut allow = statement("Allow", json!({}));
        allow["Principal"] = principal.clone();
        let state = snapshot(json!([allow, statement("Deny", condition.clone())]));
        let _ = writeln!(table, "{principal} but {condition}: {}", cell(&state, &trust));
        for path in shown::published(&state, &trust)["paths"].as_array().unwrap() {
            let _ = writeln!(table, "  {}", shown::path(path));
        }
    }
    let elsewhere = json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
    let mut granted = snapshot(json!([{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": BUCKET, "Condition": elsewhere}]));
    granted["Acl"] = json!({"Owner": {"ID": "owner"}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": "decade"}, "Permission": "READ"}]});
    granted["OwnershipControls"] = json!({"Rules": [{"ObjectOwnership": "ObjectWriter"}]});
    let _ = writeln!(table, "grant of what a policy denies: {}", cell(&granted, &trust));
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
