//! Callers of which the same is true, and such as one list or one condition tells from the others.

use std::fmt::Write as _;

use s3_guardrail::name::AccountId;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;
use crate::tables::{OBJECTS, allow, deny, snapshot, to};

const USER: &str = "arn:aws:iam::222233334444:user/x";
const ROLE: &str = "arn:aws:iam::444455556666:role/r";

const ACCOUNTS: [&str; 3] = ["222233334444", "333344445555", "444455556666"];

fn at(mut statement: Value, resource: &str) -> Value {
    statement["Resource"] = json!(resource);
    statement
}

fn but(effect: &str, principal: Value) -> Value {
    json!({"Effect": effect, "NotPrincipal": principal, "Action": "s3:GetObject",
        "Resource": OBJECTS})
}

fn organizations() -> Vec<Value> {
    let any = || allow(json!({"StringEquals": {"aws:PrincipalOrgID": ["o-aa", "o-bb", "o-cc"]}}));
    let but_one = |operator: &str, key: &str, value: &str| {
        json!([any(), deny(json!({operator: {key: value}}))])
    };
    let only = |ids: &[&str]| deny(json!({"StringNotEquals": {"aws:PrincipalOrgID": ids}}));
    vec![
        json!([any()]),
        but_one("StringEquals", "aws:PrincipalOrgID", "o-bb"),
        but_one("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "O-BB"),
        but_one("StringEquals", "aws:PrincipalOrgID", "O-BB"),
        but_one("StringLike", "aws:PrincipalOrgID", "o-b*"),
        but_one("StringLike", "aws:PrincipalOrgPaths", "o-bb/*"),
        but_one("StringEquals", "aws:PrincipalOrgPaths", "o-bb/r-ab12/"),
        but_one("Null", "aws:PrincipalOrgID", "false"),
        but_one("StringNotEquals", "aws:PrincipalOrgID", "${aws:PrincipalTag/home}"),
        json!([allow(json!({})), only(&["o-aa", "o-bb", "o-cc"])]),
        json!([allow(json!({})), only(&["o-aa", "o-bb"]), only(&["o-bb", "o-cc"])]),
        json!([
            allow(json!({"StringEquals": {"aws:SourceOrgID": ["o-aa", "o-bb"]}})),
            deny(json!({"StringEquals": {"aws:SourceOrgID": "o-aa"}}))
        ]),
        json!([allow(json!({"StringEquals": {"aws:SourceOrgID": "o-bb"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::other-bucket"}}))]),
        json!([any(), deny(json!({"StringEquals": {"aws:VpceOrgID": ["o-aa", "o-dd"]}}))]),
        json!([
            at(any(), "arn:aws:s3:::clinic-reports/${aws:PrincipalOrgID}/*"),
            at(deny(json!({})), "arn:aws:s3:::clinic-reports/o-aa/*")
        ]),
        json!([
            any(),
            deny(json!({"StringNotEquals": {"aws:Referer": "${aws:PrincipalOrgID}"}})),
            deny(json!({"StringEquals": {"aws:Referer": "o-aa"}}))
        ]),
    ]
}

fn ids() -> Vec<Value> {
    let users = |ids: &[&str]| json!({"CanonicalUser": ids});
    let oai =
        |id: &str| format!("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}");
    let identities = || json!({"AWS": [oai("E1"), oai("E2"), oai("E3")]});
    vec![
        json!([to("Allow", users(&["aa", "bb", "cc"]), json!({}))]),
        json!([
            to("Allow", users(&["aa", "bb", "cc"]), json!({})),
            to("Deny", users(&["bb"]), json!({}))
        ]),
        json!([to("Allow", users(&["aa", "bb"]), json!({})), but("Deny", users(&["aa"]))]),
        json!([allow(json!({})), but("Deny", users(&["aa", "bb"]))]),
        json!([
            to("Allow", users(&["aa", "bb"]), json!({})),
            deny(json!({"StringEquals": {"aws:PrincipalAccount": ACCOUNTS[0]}}))
        ]),
        json!([to("Allow", identities(), json!({}))]),
        json!([
            to("Allow", identities(), json!({})),
            deny(json!({"ArnEquals": {"aws:PrincipalArn": oai("E1")}}))
        ]),
        json!([
            to("Allow", identities(), json!({})),
            to("Deny", json!({"AWS": oai("E2")}), json!({}))
        ]),
    ]
}

fn services() -> Vec<Value> {
    let names = ["s1.amazonaws.com", "s2.amazonaws.com", "s3.amazonaws.com"];
    let sources = |ids: &[&str]| json!({"StringEquals": {"aws:SourceAccount": ids}});
    let all = || to("Allow", json!({"Service": names}), sources(&ACCOUNTS));
    let topic =
        |account: &str| json!({"ArnLike": {"aws:SourceArn": format!("arn:aws:sns:*:{account}:*")}});
    let name = |operator: &str, key: &str| deny(json!({operator: {key: names[1]}}));
    vec![
        json!([all()]),
        json!([all(), name("StringEquals", "aws:PrincipalServiceName")]),
        json!([all(), name("StringNotEquals", "aws:PrincipalServiceName")]),
        json!([all(), name("ForAnyValue:StringEquals", "aws:PrincipalServiceNamesList")]),
        json!([all(), to("Deny", json!({"Service": "S2.amazonaws.com"}), json!({}))]),
        json!([all(), deny(sources(&ACCOUNTS[1..2]))]),
        json!([all(), deny(topic(ACCOUNTS[0]))]),
        json!([all(), deny(json!({"ArnNotLike": topic(ACCOUNTS[0])["ArnLike"]}))]),
        json!([all(), deny(json!({"StringLike": {"aws:SourceAccount": "2*"}}))]),
        json!([all(), deny(json!({"Null": {"aws:SourceAccount": "false"}}))]),
        json!([
            to(
                "Allow",
                json!({"Service": names}),
                json!({"StringEquals": {"aws:SourceOwner": ACCOUNTS}})
            ),
            deny(json!({"StringNotLike": {"aws:SourceAccount": "3*"}}))
        ]),
        json!([allow(sources(&ACCOUNTS)), deny(sources(&ACCOUNTS[1..2]))]),
        json!([
            allow(json!({})),
            deny(json!({"StringNotEquals": {"aws:SourceAccount": ACCOUNTS}}))
        ]),
    ]
}

/// Statements with lists of their own: what one names, another keeps out.
fn lists() -> Vec<Value> {
    let own = |operator: &str, key: &str, values: &[&str]| allow(json!({operator: {key: values}}));
    let organization = |operator: &str, ids: &[&str]| own(operator, "aws:PrincipalOrgID", ids);
    let account = |operator: &str, ids: &[&str]| own(operator, "aws:PrincipalAccount", ids);
    let source = |ids: &[&str]| own("StringEquals", "aws:SourceAccount", ids);
    let equals = "StringEquals";
    let but_whom = |principal: Value| self::but("Deny", principal);
    let but = |key: &str, values: &[&str]| deny(json!({"StringNotEquals": {key: values}}));
    let but_two = || but("aws:PrincipalOrgID", &["o-aa", "o-bb"]);
    let but_accounts = || but("aws:PrincipalAccount", &ACCOUNTS);
    vec![
        json!([organization(equals, &["o-aa"]), organization(equals, &["o-bb", "o-cc"])]),
        json!([organization("StringEqualsIgnoreCase", &["O-AA"]), organization(equals, &["o-bb"])]),
        json!([organization("StringLike", &["o-a*"]), organization(equals, &["o-aa", "o-bb"])]),
        json!([organization("StringEqualsIfExists", &["o-aa"]), organization(equals, &["o-bb"])]),
        json!([
            organization("ForAllValues:StringEquals", &["o-aa"]),
            organization(equals, &["o-bb"])
        ]),
        json!([
            organization("ForAnyValue:StringEquals", &["o-aa"]),
            organization(equals, &["o-bb"])
        ]),
        json!([organization("StringNotEquals", &["o-aa"]), organization(equals, &["o-bb"])]),
        json!([organization(equals, &["o-aa"]), account(equals, &ACCOUNTS[..1])]),
        json!([
            organization(equals, &["o-aa"]),
            to("Allow", json!({"AWS": ACCOUNTS[0]}), json!({})),
            to("Deny", json!({"AWS": ACCOUNTS[1]}), json!({}))
        ]),
        json!([account(equals, &ACCOUNTS[..1]), account(equals, &ACCOUNTS[1..])]),
        json!([account("StringLike", &["2*"]), account(equals, &ACCOUNTS[1..])]),
        json!([account("StringEqualsIfExists", &ACCOUNTS[..1]), account(equals, &ACCOUNTS[1..])]),
        json!([account(equals, &["${aws:SourceAccount}"]), account(equals, &ACCOUNTS[1..])]),
        json!([source(&ACCOUNTS[..1]), source(&ACCOUNTS[1..])]),
        json!([organization("StringLike", &["o-a*"]), but_two()]),
        json!([organization("StringNotEquals", &["o-bb"]), but_two()]),
        json!([organization(equals, &["${aws:PrincipalTag/t}"]), but_two()]),
        json!([
            organization(equals, &["${aws:PrincipalTag/t}"]),
            but_two(),
            but("aws:PrincipalTag/t", &["o-bb"])
        ]),
        json!([
            organization(equals, &["${aws:VpceOrgID}"]),
            but_two(),
            but("aws:VpceOrgID", &["o-bb"])
        ]),
        json!([
            organization(equals, &["${aws:ResourceOrgID}"]),
            but_two(),
            but("aws:ResourceOrgID", &["o-bb"])
        ]),
        json!([organization(equals, &["o-aa/r-ab12/", "o-bb"])]),
        json!([organization(equals, &["o-aa/", "", "o-bb", "o-cc"])]),
        json!([own(equals, "aws:SourceOrgID", &["o-aa/r-ab12/", "o-bb"])]),
        json!([allow(json!({"Null": {"aws:PrincipalOrgID": "false"}})), but_two()]),
        json!([
            to("Allow", json!({"AWS": [USER, ROLE]}), json!({})),
            but_whom(json!({"Federated": "accounts.google.com"}))
        ]),
        json!([
            to("Allow", json!({"AWS": [ROLE, USER]}), json!({})),
            but_whom(json!({"Federated": "arn:aws:iam::444455556666:saml-provider/p"}))
        ]),
        json!([allow(json!({"Null": {"aws:VpceOrgID": "false"}})), but_two()]),
        json!([account("StringLike", &["2*"]), but_accounts()]),
        json!([account("StringNotEquals", &ACCOUNTS[1..]), but_accounts()]),
        json!([source(&ACCOUNTS[..1]), account(equals, &ACCOUNTS[1..])]),
    ]
}

/// Resources with variables that stand for what tells callers apart.
fn variables() -> Vec<Value> {
    let key = |name: &str| format!("arn:aws:s3:::clinic-reports/{name}/*");
    let own = |statement: Value, variable: &str, kept_from: &str| {
        json!([at(statement, &key(variable)), at(deny(json!({})), &key(kept_from))])
    };
    let accounts = || to("Allow", json!({"AWS": ACCOUNTS}), json!({}));
    let services = |condition: Value| {
        to("Allow", json!({"Service": ["s1.amazonaws.com", "s2.amazonaws.com"]}), condition)
    };
    let sources = || services(json!({"StringEquals": {"aws:SourceAccount": ACCOUNTS}}));
    vec![
        own(accounts(), "${aws:PrincipalAccount}", ACCOUNTS[0]),
        own(accounts(), "${aws:PrincipalArn}", "arn:aws:iam::222233334444:*"),
        own(accounts(), "${aws:PrincipalArn}", "*:222233334444:*"),
        own(accounts(), "${aws:PrincipalTag/team}", ACCOUNTS[0]),
        own(accounts(), "${aws:username}", "x"),
        own(to("Allow", json!({"AWS": [USER, ROLE]}), json!({})), "${aws:PrincipalType}", "User"),
        own(sources(), "${aws:SourceAccount}", ACCOUNTS[0]),
        own(sources(), "${aws:PrincipalServiceName}", "s1.amazonaws.com"),
    ]
}

/// Each policy, judged with nobody in the zone of trust, and with some of those that it names.
pub fn alike() -> String {
    let accounts = [ACCOUNTS[1]].map(|id| AccountId::parse(id).unwrap());
    let some = Trust {
        accounts: accounts.into(),
        organizations: ["o-bb".to_owned()].into(),
        canonical_users: ["bb".to_owned(), "E2".to_owned()].into(),
        ..Trust::default()
    };
    let mut table = String::new();
    for policy in [organizations(), ids(), services(), lists(), variables()].concat() {
        for statement in policy.as_array().unwrap() {
            let _ = writeln!(table, "{statement}");
        }
        let state = snapshot(policy);
        for trust in [&Trust::default(), &some] {
            let _ = writeln!(table, "{}", shown::verdict(&state, trust));
        }
    }
    table
}
