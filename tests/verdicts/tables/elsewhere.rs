//! Callers whom a statement does not name itself: what they may do from a place or for another by
//! what other statements say, and what they may do beside those whom somebody trusts.

use std::fmt::Write as _;

use s3_guardrail::name::AccountId;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;
use crate::tables::{BUCKET, OBJECTS, allow, deny, snapshot, to};

const OTHER: &str = "444455556666";
const OWNER: &str = "111122223333";
const OURS: &str = "222233334444";
const POINT: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports";
const SERVICE: &str = "sns.amazonaws.com";

fn but(principal: Value) -> Value {
    json!({"Effect": "Deny", "NotPrincipal": principal, "Action": "s3:GetObject",
        "Resource": OBJECTS})
}

/// The same for more actions, and for the bucket itself.
fn on_all(mut statement: Value, actions: &[&str]) -> Value {
    statement["Action"] = json!(actions);
    statement["Resource"] = json!([BUCKET, OBJECTS]);
    statement
}

fn source(account: &str) -> Value {
    json!({"StringEquals": {"aws:SourceAccount": account}})
}

/// For a topic of `account`, whose organization is named, where `present` of other keys is so.
fn of_resource(account: &str, present: Value) -> Value {
    json!({"StringEquals": {"aws:SourceOrgID": "o-other"}, "Null": present,
        "ArnLike": {"aws:SourceArn": format!("arn:aws:sns:eu-west-1:{account}:x")}})
}

fn from_two(key: &str, values: [&str; 2]) -> Vec<Value> {
    let operator = if key == "aws:SourceIp" { "IpAddress" } else { "StringEquals" };
    vec![
        allow(json!({operator: {key: values}})),
        deny(json!({operator: {key: values[1]},
            "StringNotEquals": {"aws:PrincipalAccount": OTHER}})),
    ]
}

fn service() -> Value {
    json!({"Service": SERVICE})
}

/// A service for a resource: the owner's is no outsider's, in whichever organization.
fn for_a_resource() -> Vec<Value> {
    let with = || json!({"aws:SourceAccount": "false"});
    vec![
        json!([to("Allow", service(), of_resource(OWNER, json!({"aws:SourceOrgID": "false"})))]),
        json!([allow(of_resource(OWNER, json!({"aws:SourceOrgID": "false"})))]),
        json!([allow(of_resource(OWNER, with()))]),
        json!([to("Allow", service(), of_resource(OTHER, with()))]),
    ]
}

fn policies() -> Vec<Value> {
    let both = ["s3:GetObject", "s3:ListBucket"];
    let but_network = || deny(json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}));
    let but_other = || deny(json!({"StringNotEquals": {"aws:PrincipalAccount": OTHER}}));
    let members = json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}});
    let named = || json!({"AWS": OTHER});
    vec![
        // some of it from a place alone
        json!([on_all(allow(json!({})), &both), but_network(), on_all(but_other(), &["s3:*"])]),
        json!([
            on_all(allow(json!({})), &both),
            deny(json!({"StringNotEquals": {"aws:SourceVpc": "vpc-11111111"}})),
            but(json!({"AWS": OTHER}))
        ]),
        // a service that a Deny spares
        json!([allow(json!({})), but(service())]),
        json!([allow(source(OTHER)), but(service())]),
        json!([allow(json!({"StringEquals": {"aws:SourceOrgID": "o-other"}})), but(service())]),
        json!([
            allow(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other-bucket"}})),
            but(json!({"Service": "s3.amazonaws.com"}))
        ]),
        json!([allow(source(OTHER)), but(json!({"Service": [SERVICE, "s3.amazonaws.com"]}))]),
        json!([
            allow(json!({"StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}})),
            to("Deny", service(), json!({}))
        ]),
        // a service for members of an organization
        json!([to("Allow", service(), json!({"StringEquals": {"aws:SourceOrgID": "o-other"}}))]),
        json!([to("Allow", service(), json!({"StringNotEquals": {"aws:SourceOrgID": "o-other"}}))]),
        json!([to(
            "Allow",
            named(),
            json!({"StringEqualsIfExists": {"aws:SourceOrgID": "o-other"}})
        )]),
        json!([to(
            "Allow",
            json!({"AWS": OTHER, "Service": SERVICE}),
            json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-other"}})
        )]),
        // beside those whom somebody trusts
        json!([
            on_all(to("Allow", named(), json!({})), &["s3:GetObject", "s3:PutObject"]),
            on_all(
                deny(json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})),
                &["s3:PutObject"]
            )
        ]),
        json!(from_two("aws:SourceIp", ["198.51.100.0/24", "203.0.113.0/24"])),
        json!(from_two("aws:SourceVpc", ["vpc-0a1b2c3d", "vpc-22222222"])),
        json!([
            allow(members),
            deny(json!({"StringNotEquals":
                {"aws:PrincipalOrgID": "o-ours", "aws:PrincipalAccount": OTHER}})),
            deny(json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"},
                "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
        ]),
        json!([
            on_all(allow(json!({})), &["s3:GetObject", "s3:PutObject"]),
            deny(json!({"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"},
                "StringNotEquals": {"aws:PrincipalAccount": OTHER}})),
            on_all(
                deny(json!({"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}})),
                &["s3:PutObject"]
            )
        ]),
        json!([
            on_all(allow(json!({"IpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}})), &both),
            deny(json!({"Null": {"aws:SourceIp": "true", "aws:SourceAccount": "true"}})),
            deny(json!({"StringNotEqualsIfExists": {"aws:SourceAccount": OTHER}}))
        ]),
    ]
}

/// Through an access point: its policy, the bucket's, and the VPC that it is of.
fn points() -> Vec<(Value, Value, Option<&'static str>)> {
    let at = |mut statement: Value| {
        statement["Resource"] = json!([POINT, format!("{POINT}/object/*")]);
        statement
    };
    let delegated = json!({"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}});
    let behind = |principal: Value| to("Allow", principal, delegated.clone());
    let vpces = json!({"StringNotEquals": {"aws:SourceVpce": "vpce-11111111"}});
    let everyone = || at(allow(json!({})));
    vec![
        (json!([at(allow(source(OTHER)))]), json!([behind(json!({"Service": SERVICE}))]), None),
        (json!([everyone()]), json!([behind(json!("*")), deny(vpces)]), None),
        (json!([everyone()]), json!([behind(json!({"AWS": OURS}))]), Some("vpc-22222222")),
        (json!([everyone()]), json!([behind(json!({"AWS": OURS}))]), Some("vpc-0a1b2c3d")),
        (json!([everyone()]), json!([behind(json!("*"))]), Some("vpc-0a1b2c3d")),
        (
            json!([everyone()]),
            json!([
                behind(json!({"AWS": OTHER})),
                deny(json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
            ]),
            None,
        ),
    ]
}

/// Each state, judged with nobody in the zone of trust, and with some of those that it names.
pub fn elsewhere() -> String {
    let some = Trust {
        accounts: [AccountId::parse(OURS).unwrap()].into(),
        organizations: ["o-ours".to_owned()].into(),
        networks: vec!["198.51.100.0/24".parse().unwrap()],
        vpcs: ["vpc-0a1b2c3d".to_owned()].into(),
        ..Trust::default()
    };
    let mut states: Vec<Value> =
        policies().into_iter().chain(for_a_resource()).map(snapshot).collect();
    for (point, behind, vpc) in points() {
        let mut state = snapshot(behind);
        state["AccessPoints"] = json!([{"Name": "reports", "NetworkOrigin": "Internet",
            "Policy": {"Version": "2012-10-17", "Statement": point}}]);
        if let Some(vpc) = vpc {
            state["AccessPoints"][0]["NetworkOrigin"] = json!("VPC");
            state["AccessPoints"][0]["VpcConfiguration"] = json!({"VpcId": vpc});
        }
        states.push(state);
    }
    let mut table = String::new();
    for state in states {
        for holder in [&state["Policy"], &state["AccessPoints"][0]["Policy"]] {
            for statement in holder["Statement"].as_array().into_iter().flatten() {
                let _ = writeln!(table, "{statement}");
            }
        }
        if let Some(vpc) = state["AccessPoints"][0]["VpcConfiguration"]["VpcId"].as_str() {
            let _ = writeln!(table, "through {vpc}");
        }
        for trust in [&Trust::default(), &some] {
            let _ = writeln!(table, "{}", shown::verdict(&state, trust));
        }
    }
    table
}
