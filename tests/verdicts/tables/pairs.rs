//! Allows and Denies of the same keys, each in both orders: what one leaves the other may take.

use std::fmt::Write as _;

use s3_guardrail::name::AccountId;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;
use crate::tables::{BUCKET, OBJECTS, snapshot};

const HOME: &str = "arn:aws:s3:::clinic-reports/${aws:username}/*";

fn on(effect: &str, resource: &str, condition: Value) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": resource, "Condition": condition})
}

fn to(effect: &str, principal: Value, condition: Value) -> Value {
    let mut statement = on(effect, OBJECTS, condition);
    statement["Principal"] = principal;
    statement
}

fn but(mut statement: Value, element: &str) -> Value {
    let values = statement.as_object_mut().unwrap().remove(element).unwrap();
    statement[format!("Not{element}")] = values;
    statement
}

/// Variables in an Allow and in a Deny: they stand for the same.
fn variables() -> Vec<Value> {
    let tag = || json!({"s3:prefix": "${aws:PrincipalTag/t}"});
    let (list, home) = (
        |effect, condition| on(effect, BUCKET, condition),
        |condition| {
            json!([
                on("Allow", HOME, json!({})),
                on("Deny", HOME, condition),
                on("Deny", "arn:aws:s3:::clinic-reports/x/*", json!({}))
            ])
        },
    );
    let csv = but(on("Deny", "arn:aws:s3:::clinic-reports/*.csv", json!({})), "Resource");
    vec![
        json!([on("Allow", "arn:aws:s3:::${aws:PrincipalTag/t}", json!({}))]),
        home(json!({})),
        home(json!({"NotIpAddress": {"aws:SourceIp": "198.51.0.0/16"}})),
        home(json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        json!([
            on("Allow", HOME, json!({})),
            on("Deny", HOME, json!({"Null": {"s3:ExistingObjectTag/released": "true"}})),
            csv
        ]),
        json!([
            list("Allow", json!({"StringEquals": tag(), "StringLike": {"aws:Referer": "a*"}})),
            list("Deny", json!({"StringEquals": tag(), "StringLike": {"aws:Referer": "*x"}})),
            list("Deny", json!({"StringEquals": {"s3:prefix": "x"}}))
        ]),
        json!([
            list("Allow", json!({"StringEquals": tag(), "StringLike": {"aws:Referer": "a*"}})),
            list(
                "Deny",
                json!({"StringEquals": {"s3:prefix": ["${aws:PrincipalTag/t}", "zz"]},
                "StringLike": {"aws:Referer": "*x"}})
            ),
            list("Deny", json!({"StringEquals": {"s3:prefix": ["x", "zz"]}}))
        ]),
        json!([
            list(
                "Allow",
                json!({"StringNotEquals": tag(), "StringLike": {"aws:Referer": "a*", "s3:prefix": "?*"},
                "Null": {"s3:prefix": "false", "aws:PrincipalTag/t": "false"}})
            ),
            list("Deny", json!({"StringNotEquals": tag(), "StringNotLike": {"aws:Referer": "*y"}})),
            list("Deny", json!({"StringEquals": {"s3:prefix": "x"}}))
        ]),
        json!([
            to("Allow", json!({"CanonicalUser": "facade"}), json!({})),
            but(
                on("Deny", "arn:aws:s3:::clinic-reports/${aws:username, 'a/b'}", json!({})),
                "Resource"
            ),
            but(on("Deny", "arn:aws:s3:::clinic-reports/a/b", json!({})), "Resource")
        ]),
        json!([
            to(
                "Allow",
                json!({"AWS": "444455556666"}),
                json!({"StringEquals": {"aws:username": "${aws:PrincipalTag/t}"}})
            ),
            to(
                "Deny",
                json!({"CanonicalUser": "facade"}),
                json!({"Bool": {"aws:SecureTransport": "false"}})
            )
        ]),
    ]
}

/// Texts that mean something or not, where all that means something is denied.
fn texts() -> Vec<Value> {
    let all = |effect, condition| on(effect, OBJECTS, condition);
    let agent = |operator: &str, value: Value| json!({operator: {"aws:UserAgent": value}});
    let begins = |pattern: &str| all("Allow", agent("StringLike", json!(pattern)));
    let begins_but_x = |pattern: &str| {
        let like = json!({"aws:UserAgent": pattern});
        all("Allow", json!({"StringLike": like, "StringNotLike": {"aws:UserAgent": "*x"}}))
    };
    let addresses = || all("Deny", agent("IpAddress", json!(["0.0.0.0/0", "::/0"])));
    let less = || all("Deny", agent("NumericLessThan", json!(5)));
    let from = |least: Value| all("Deny", agent("NumericGreaterThanEquals", least));
    vec![
        json!([begins("10.*"), addresses()]),
        json!([begins_but_x("1.2.3.4*"), addresses()]),
        json!([begins_but_x("5*"), less(), from(json!(5))]),
        json!([begins_but_x("5*"), from(json!("-1e308"))]),
        json!([begins("a*"), less(), from(json!(5))]),
    ]
}

/// Numbers, times and addresses, some beside texts.
fn meanings() -> Vec<Value> {
    let all = |effect, condition| on(effect, OBJECTS, condition);
    let keys = |operator: &str, value: Value| json!({operator: {"s3:max-keys": value}});
    let time = |after: &str, before: &str| {
        let (after, before) =
            (json!({"aws:CurrentTime": after}), json!({"aws:CurrentTime": before}));
        json!([all("Allow", json!({"DateGreaterThan": after, "DateLessThan": before}))])
    };
    vec![
        json!([
            all("Allow", json!({"IpAddress": {"aws:SourceIp": "198.0.0.0/7"}})),
            all("Deny", json!({"IpAddress": {"aws:VpcSourceIp": ["198.0.0.0/8", "199.0.0.0/8"]}}))
        ]),
        json!([
            all("Allow", keys("Null", json!("false"))),
            all("Deny", keys("NumericLessThan", json!(5))),
            all("Deny", keys("NumericGreaterThanEquals", json!(5)))
        ]),
        json!([all("Allow", keys("DateLessThan", json!("1970-01-01T00:00:01Z")))]),
        time("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
        json!([all(
            "Allow",
            json!({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:01.9Z"},
            "NumericLessThan": {"aws:EpochTime": 1767225601.5}})
        )]),
        json!([all(
            "Allow",
            json!({"IpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"},
            "StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}})
        )]),
        json!([all("Allow", json!({"StringLike": {"aws:MultiFactorAuthAge": "x*"}}))]),
        json!([all(
            "Allow",
            json!({"StringLike": {"aws:TokenIssueTime": "x*"},
            "StringEquals": {"aws:PrincipalType": "User"}})
        )]),
        json!([all(
            "Allow",
            json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
            "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})
        )]),
    ]
}

/// Those who are known by one name, and asked for by another.
fn names() -> Vec<Value> {
    let canonical = |condition| to("Allow", json!({"CanonicalUser": "facade"}), condition);
    let sns = |mut condition: Value| {
        condition["StringEquals"]["aws:SourceAccount"] = json!("444455556666");
        json!([to("Allow", json!({"Service": "sns.amazonaws.com"}), condition)])
    };
    let session = json!({"AWS": "arn:aws:sts::444455556666:assumed-role/R/s"});
    let of_role = || json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/R"}});
    let strangers = json!({"AWS": ["998877665544", "887766554433", "776655443322"]});
    let of_source = |operator: &str, arn: &str| {
        to(
            "Allow",
            json!({"Service": "sns.amazonaws.com"}),
            json!({operator: {"aws:SourceArn": arn}}),
        )
    };
    vec![
        json!([
            canonical(json!({})),
            to(
                "Deny",
                json!("*"),
                json!({"StringNotEquals": {"aws:PrincipalArn":
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}})
            )
        ]),
        json!([canonical(of_role()), but(to("Deny", session.clone(), json!({})), "Principal")]),
        json!([
            to("Allow", json!({"AWS": "444455556666"}), of_role()),
            but(to("Deny", session.clone(), json!({})), "Principal")
        ]),
        json!([
            to("Allow", json!({"AWS": "444455556666"}), of_role()),
            to("Deny", session, json!({}))
        ]),
        json!([
            canonical(json!({})),
            but(
                to("Deny", json!({"AWS": "arn:aws:iam::111122223333:role*"}), json!({})),
                "Principal"
            )
        ]),
        json!([
            canonical(json!({})),
            but(
                to("Deny", json!({"AWS": "arn:aws:iam::444455556666:role/*"}), json!({})),
                "Principal"
            )
        ]),
        json!([canonical(json!({"StringLike": {"aws:username": "*"}}))]),
        json!([
            to("Allow", json!("*"), json!({"StringEquals": {"aws:username": "alice"}})),
            to("Deny", strangers, json!({}))
        ]),
        sns(json!({"StringEquals": {"aws:PrincipalServiceName": "events.amazonaws.com"}})),
        sns(json!({"Bool": {"aws:ViaAWSService": "true"}})),
        sns(json!({"StringLike": {"aws:userid": "*"}})),
        json!([
            of_source("StringLike", "arn:aws:sns:*:444455556666:b"),
            of_source("ArnLike", "arn:aws:sns:*:444455556666:*")
        ]),
    ]
}

/// More services and accounts than are asked about in pairs.
fn many_services() -> Vec<Value> {
    let services: Vec<String> = (0..21).map(|at| format!("s{at:02}.amazonaws.com")).collect();
    let accounts: Vec<String> = (0..20).map(|at| format!("4444555566{at:02}")).collect();
    let of = |effect: &str, services: &[String], accounts: &[String]| {
        let asked = json!({"StringEquals": {"aws:SourceAccount": accounts}});
        to(effect, json!({"Service": services}), asked)
    };
    let allow = || of("Allow", &services, &accounts);
    let own = vec!["111122223333".to_owned(), "444455556666".to_owned()];
    vec![
        json!([allow()]),
        json!([allow(), of("Deny", &services[..1], &accounts[3..4])]),
        json!([allow(), of("Deny", &services, &accounts[3..4])]),
        json!([of("Allow", &services, &[accounts, own].concat())]),
    ]
}

/// Policies of which the search was once given up, though they are small.
fn involved() -> Vec<Value> {
    let nobody = |effect: &str, condition: Value| to(effect, json!({}), condition);
    let point =
        |account: &str, name: &str| format!("arn:aws:s3:eu-west-1:{account}:accesspoint/{name}");
    vec![
        json!([
            to(
                "Allow",
                json!("*"),
                json!({"ForAnyValue:StringEqualsIgnoreCase":
                {"aws:PrincipalOrgPaths": "o-ours123456/r-ab12/ou-ab12-11111111/"}})
            ),
            nobody(
                "Allow",
                json!({"StringNotEqualsIgnoreCase": {"s3:DataAccessPointAccount": "*"}})
            ),
            nobody(
                "Deny",
                json!({"ForAllValues:NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}})
            )
        ]),
        json!([to(
            "Allow",
            json!("*"),
            json!({
            "ForAllValues:StringLike": {"s3:DataAccessPointArn": [point("444455556666", "*"),
                point("111122223333", "reports"), "arn:aws:s3:*:111122223333:accesspoint/*"]},
            "StringEqualsIgnoreCase": {"aws:PrincipalAccount": "111122223333"},
            "StringNotLike": {"s3:DataAccessPointArn": point("444455556666", "*")}})
        )]),
        json!([
            to(
                "Allow",
                json!("*"),
                json!({"ForAllValues:StringLike":
                {"aws:PrincipalArn": "arn:*:444455556666:*"}})
            ),
            to(
                "Allow",
                json!("*"),
                json!({"ArnEquals": {"aws:PrincipalArn":
                ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:root"]}})
            ),
            nobody("Deny", json!({"DateGreaterThan": {"aws:SourceIp": "10.0.0.0/8"}}))
        ]),
    ]
}

/// What is asked for and what is not, told apart by what is written, by capitals, or not at all.
fn at_odds() -> Vec<Value> {
    const ROLE: &str = "arn:aws:iam::${aws:PrincipalAccount}:role/x";
    const TEAM: &str = "${aws:PrincipalTag/team}";
    let all = |effect: &str, condition: Value| on(effect, OBJECTS, condition);
    let by = |key: &str, one: Value, operator: &str, not: &str| {
        json!([all("Allow", json!({"StringEquals": {key: one}, operator: {key: not}}))])
    };
    let denied = |allow: Value, deny: Value| json!([all("Allow", allow), all("Deny", deny)]);
    let account = "arn:aws:iam::444455556666:*";
    let but_reader = || {
        json!({"ArnEquals": {"aws:PrincipalArn": account},
            "StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Reader"}})
    };
    let mut like_account = but_reader();
    like_account["StringLike"] = json!({"aws:PrincipalArn": "arn:*:444455556666:*"});
    vec![
        json!([on(
            "Allow",
            HOME,
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "${aws:username}"},
                "StringLike": {"aws:PrincipalTag/team": ["${aws:username}", "blue"]},
                "StringNotLike": {"aws:PrincipalTag/team": "${aws:username}"}})
        )]),
        denied(
            json!({"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/y"}}),
            json!({"ArnNotLike": {"aws:PrincipalArn": ROLE},
                "StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/y"}}),
        ),
        denied(
            json!({"StringEquals": {"aws:PrincipalArn": ROLE}}),
            json!({"ArnLike": {"aws:PrincipalArn": ROLE}}),
        ),
        denied(
            json!({"StringEquals": {"aws:UserAgent": "a:b:${aws:Referer}"}}),
            json!({"ArnLike": {"aws:UserAgent": "a:b:${aws:Referer}"}}),
        ),
        denied(
            json!({"ArnLike": {"aws:UserAgent": "a:b:c:d:e:${aws:Referer}*"}}),
            json!({"StringEquals": {"aws:UserAgent": "a:b:c:d:e:${aws:Referer}*"}}),
        ),
        by("aws:PrincipalAccount", json!(["444455556666", TEAM]), "StringNotEquals", TEAM),
        by("aws:PrincipalAccount", json!(["4444", TEAM]), "StringNotEquals", TEAM),
        by("aws:username", json!(["?ob", "a/b", TEAM]), "StringNotEquals", TEAM),
        by("aws:username", json!(["bob", TEAM]), "StringNotEquals", TEAM),
        by("aws:EpochTime", json!(["1893456000", TEAM]), "StringNotEquals", TEAM),
        json!([all(
            "Allow",
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": ["O-OTHER98765", TEAM]},
                "StringNotEqualsIgnoreCase": {"aws:PrincipalOrgID": TEAM}})
        )]),
        json!([all(
            "Allow",
            json!({"StringEqualsIgnoreCase": {"aws:userid": ["aroaexamplereader:x", TEAM]},
                "StringNotEqualsIgnoreCase": {"aws:userid": TEAM}})
        )]),
        denied(but_reader(), like_account),
        denied(
            json!({"ForAllValues:DateGreaterThan":
                {"s3:DataAccessPointAccount": ["444455556666", "111122223333"]}}),
            json!({"ForAllValues:DateGreaterThan":
                {"s3:DataAccessPointAccount": ["444455556666", "111122223333"]},
                "StringNotEqualsIfExists": {"s3:DataAccessPointAccount": "*"}}),
        ),
    ]
}

/// Which texts a key may have, whatever else its form may be.
fn forms() -> Vec<Value> {
    const REFERER: &str = "${aws:Referer}";
    let all = |effect: &str, condition: Value| on(effect, OBJECTS, condition);
    let user = json!({"CanonicalUser": "ab".repeat(32)});
    let pattern = |resource: &str| json!({"AWS": format!("arn:aws:iam::4444*:{resource}")});
    let but_to = |resource: &str, principal: Value| {
        let mut allow = on("Allow", resource, json!({}));
        allow["Principal"] = principal;
        allow
    };
    let of_user = |condition: Value| json!([to("Allow", user.clone(), condition)]);
    let by_organization = |like: &str, id: &str| {
        json!([all(
            "Allow",
            json!({"StringLike": {"aws:PrincipalOrgID": like},
                "StringEqualsIgnoreCase": {"aws:PrincipalOrgID": [id, REFERER]},
                "StringNotEqualsIgnoreCase": {"aws:PrincipalOrgID": REFERER}})
        )])
    };
    let denied = |operator: &str, key: &str, value: &str, deny: &str| {
        json!([
            all("Allow", json!({operator: {key: value}})),
            all("Deny", json!({deny: {key: value}}))
        ])
    };
    let organization = "aws:PrincipalOrgID";
    vec![
        of_user(json!({"StringEquals": {"aws:PrincipalAccount": "cloudfront"}})),
        of_user(json!({"StringEquals": {"aws:PrincipalAccount": ["cloudfront", REFERER]},
            "StringNotEquals": {"aws:PrincipalAccount": REFERER}})),
        of_user(json!({"StringEquals": {"aws:PrincipalAccount": ["clouds", REFERER]},
            "StringNotEquals": {"aws:PrincipalAccount": REFERER}})),
        json!([all(
            "Allow",
            json!({"StringEquals": {"aws:PrincipalArn": ["x", REFERER]},
                "StringNotEquals": {"aws:PrincipalArn": REFERER}})
        )]),
        json!([
            all(
                "Allow",
                json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": ["O-OTHER98765", REFERER]},
                    "StringNotEqualsIgnoreCase": {"aws:PrincipalOrgID": REFERER}})
            ),
            all("Allow", json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}))
        ]),
        json!([on("Allow", HOME, json!({})), to("Deny", pattern("*"), json!({}))]),
        json!([but_to(HOME, pattern("role/x"))]),
        json!([
            but_to(HOME, pattern("*")),
            on("Deny", "*", json!({"Null": {"aws:username": "false"}}))
        ]),
        by_organization("o-AbC*", "O-ABC1234567"),
        by_organization("o-abc*", "O-ABC1234567"),
        by_organization("o-x*", "O-ABC1234567"),
        denied("StringEqualsIgnoreCase", organization, "O-ABC1234567", "StringEquals"),
        denied("StringEqualsIgnoreCase", organization, "o-abc1234567", "StringEquals"),
        denied("StringEquals", organization, "o-abc1234567", "StringEqualsIgnoreCase"),
        json!([all(
            "Allow",
            json!({"StringEquals": {"aws:PrincipalOrgID": ["o:x", REFERER]},
                "StringNotEquals": {"aws:PrincipalOrgID": REFERER}})
        )]),
        denied("StringEquals", "aws:UserAgent", "${aws:Referer, 'a:b:c:d:e${z'}", "ArnLike"),
        denied("StringEquals", "aws:UserAgent", "a:b:c:d:${aws:Referer, 'e:f'}", "ArnLike"),
        denied("StringEquals", "aws:UserAgent", "a:b:c:d:e:${aws:Referer, 'f'}", "ArnLike"),
        json!([all(
            "Allow",
            json!({"StringEquals": {"s3:DataAccessPointArn":
                "arn:aws:s3::444455556666:accesspoint/mfzwi23gnjvgw.mrap"}})
        )]),
    ]
}

/// Each path's class and parties, and why it is not proved, sorted.
fn who_gets_in(snapshot: &Value) -> Vec<String> {
    let verdict = shown::published(snapshot, &Trust::default());
    let paths = verdict["paths"].as_array().unwrap().iter();
    let mut found: Vec<String> = paths
        .map(|path| format!("{} {} {}", path["exposure"], path["parties"], path["unproved"]))
        .collect();
    found.sort();
    found
}

/// Each policy, judged in both orders of its statements.
pub fn pairs() -> String {
    let mut table = String::new();
    for policy in
        [variables(), texts(), meanings(), names(), involved(), at_odds(), forms(), many_services()]
            .concat()
    {
        let mut reversed = policy.clone();
        reversed.as_array_mut().unwrap().reverse();
        for statement in policy.as_array().unwrap() {
            let _ = writeln!(table, "{statement}");
        }
        let snapshots = [policy, reversed].map(snapshot);
        let [one, other] = snapshots.each_ref().map(who_gets_in);
        assert_eq!(one, other, "the order matters: {}", snapshots[0]);
        let _ = writeln!(table, "{}", shown::verdict(&snapshots[0], &Trust::default()));
    }
    table
}

/// What a request through an access point carries of it.
pub fn access_points() -> String {
    const ARN: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports";
    let all = [ARN, "/object/*"].concat();
    let variable = "*/object/${aws:PrincipalTag/t}";
    let own = |condition: Value| on("Allow", &all, condition);
    let at = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    let delegated = || on("Allow", OBJECTS, at("s3:DataAccessPointAccount", "111122223333"));
    let mut table = String::new();
    for (point, behind) in [
        (own(json!({})), json!([delegated()])),
        (own(at("s3:DataAccessPointAccount", "111122223333")), json!([delegated()])),
        (own(at("s3:DataAccessPointAccount", "444455556666")), json!([delegated()])),
        (own(at("s3:DataAccessPointArn", ARN)), json!([delegated()])),
        (own(at("s3:AccessPointNetworkOrigin", "VPC")), json!([delegated()])),
        (own(json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})), json!([delegated()])),
        (on("Allow", variable, json!({})), json!([delegated(), on("Deny", variable, json!({}))])),
        (on("Allow", &all, json!({})), json!([delegated(), on("Deny", OBJECTS, json!({}))])),
    ] {
        let mut state = snapshot(behind);
        state["AccessPoints"] = json!([{"Name": "reports", "NetworkOrigin": "Internet",
            "Policy": {"Version": "2012-10-17", "Statement": [point.clone()]}}]);
        let _ = writeln!(table, "{point}\n  before {}", state["Policy"]["Statement"]);
        for accounts in [vec![], vec!["111122223333", "777788889999"]] {
            let accounts = accounts.iter().map(|id| AccountId::parse(id).unwrap()).collect();
            let trust = Trust { accounts, ..Trust::default() };
            let _ = writeln!(table, "{}", shown::verdict(&state, &trust));
        }
    }
    table
}
