//! The oracle held to semantics.md §4 by hand: one rule a line.

use serde_json::{Value, json};

use crate::evaluator::{Decision, Reading, decide};
use crate::request::{Request, coherent};

const USER: &str = "arn:aws:iam::444455556666:user/alice";

/// What both readings say of one condition in an Allow for everybody: `Some` where they agree.
fn holds(condition: &Value, context: &Value) -> Option<bool> {
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
        "Action": "s3:getobject", "Resource": "arn:aws:s3:::b/*", "Condition": condition}});
    let [sceptical, wide] = readings(&policy, context);
    (sceptical == wide).then_some(wide == Decision::Allowed)
}

fn readings(policy: &Value, context: &Value) -> [Decision; 2] {
    let request = request(context);
    [Reading::Skeptical, Reading::Wide].map(|reading| decide(policy, &request, reading))
}

fn request(context: &Value) -> Request {
    Request::read(&json!({"principal": {"account": "444455556666", "arn": USER},
        "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": context}))
}

#[test]
#[allow(clippy::too_many_lines)]
fn conditions_hold_as_documented() {
    let (yes, no, unknown) = (Some(true), Some(false), None);
    let none = json!({});
    let of = |key: &str, value: Value| json!({key: value});
    let tags = |list: &[&str]| json!({"t": list});
    let rules: [(&str, Value, Option<bool>); 62] = [
        // one key, one value
        (r#"{"StringEquals":{"K":"x"}}"#, of("k", json!("x")), yes),
        (r#"{"stringequals":{"k":"X"}}"#, of("k", json!("x")), no),
        (r#"{"StringEqualsIgnoreCase":{"k":"X"}}"#, of("k", json!("x")), yes),
        (r#"{"StringEquals":{"k":"x*"}}"#, of("k", json!("xy")), no),
        (r#"{"StringLike":{"k":"x*z?"}}"#, of("k", json!("x:/zy")), yes),
        (r#"{"StringLike":{"k":"x?"}}"#, of("k", json!("x")), no),
        // values are ORed, negated ones NORed, keys and operators ANDed
        (r#"{"StringEquals":{"k":["x","y"]}}"#, of("k", json!("y")), yes),
        (r#"{"StringNotEquals":{"k":["x","y"]}}"#, of("k", json!("y")), no),
        (r#"{"StringEquals":{"k":"x","j":"x"}}"#, of("k", json!("x")), no),
        (r#"{"StringEquals":{"k":"x"},"StringNotEquals":{"k":"x"}}"#, of("k", json!("x")), no),
        (r#"{"StringEquals":{}}"#, none.clone(), yes),
        // a key that is not there
        (r#"{"StringEquals":{"k":"x"}}"#, none.clone(), no),
        (r#"{"StringNotEquals":{"k":"x"}}"#, none.clone(), yes),
        (r#"{"StringEqualsIfExists":{"k":"x"}}"#, none.clone(), yes),
        (r#"{"ForAllValues:StringEquals":{"k":"x"}}"#, none.clone(), yes),
        (r#"{"ForAnyValue:StringEquals":{"k":"x"}}"#, none.clone(), no),
        (r#"{"ForAnyValue:StringNotLike":{"k":"x"}}"#, none.clone(), no),
        (r#"{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#, none.clone(), yes),
        (r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, none.clone(), no),
        (r#"{"Null":{"k":"true"}}"#, none.clone(), yes),
        (r#"{"Null":{"k":"true"}}"#, of("k", json!("x")), no),
        (r#"{"Null":{"k":"False"}}"#, of("k", json!("x")), yes),
        (r#"{"Null":{"k":["true","false"]}}"#, none.clone(), yes),
        (r#"{"ForAllValues:Null":{"k":"true"}}"#, of("k", json!("x")), yes),
        (r#"{"ForAnyValue:Null":{"k":"true"}}"#, none.clone(), no),
        // several values in the request
        (r#"{"ForAllValues:StringEquals":{"t":["a","b"]}}"#, tags(&["a", "b"]), yes),
        (r#"{"ForAllValues:StringEquals":{"t":["a"]}}"#, tags(&["a", "b"]), no),
        (r#"{"ForAnyValue:StringEquals":{"t":["a"]}}"#, tags(&["a", "b"]), yes),
        (r#"{"ForAnyValue:StringNotEquals":{"t":["a"]}}"#, tags(&["a", "b"]), yes),
        (r#"{"ForAllValues:StringNotEquals":{"t":["a"]}}"#, tags(&["a", "b"]), no),
        (r#"{"ForAllValues:StringEquals":{"t":"a"}}"#, tags(&[]), yes),
        // an empty list of values
        (r#"{"StringEquals":{"k":[]}}"#, of("k", json!("x")), no),
        (r#"{"StringNotEquals":{"k":[]}}"#, of("k", json!("x")), yes),
        (r#"{"ForAllValues:StringEquals":{"k":[]}}"#, of("k", json!("x")), no),
        (r#"{"ForAllValues:StringEquals":{"k":[]}}"#, none.clone(), yes),
        // ARNs
        (
            r#"{"ArnEquals":{"k":"arn:aws:iam::*:role/x*"}}"#,
            of("k", json!("arn:aws:iam::1:role/xy")),
            yes,
        ),
        (r#"{"ArnLike":{"k":"arn:*:1:role/x"}}"#, of("k", json!("arn:aws:iam::1:role/x")), unknown),
        (r#"{"StringLike":{"k":"arn:*:1:*"}}"#, of("k", json!("arn:aws:iam::2:role/a:1:/x")), yes),
        (r#"{"ArnLike":{"k":"arn:*:*:*:1:*"}}"#, of("k", json!("arn:aws:iam::2:role/a:1:/x")), no),
        (r#"{"ArnLike":{"k":"*"}}"#, of("k", json!("arn:aws:iam::1:role/x")), unknown),
        (r#"{"ArnNotLike":{"k":"x"}}"#, of("k", json!("arn:aws:iam::1:role/x")), yes),
        (r#"{"ArnLike":{"k":"*:*:*:*:*:*"}}"#, of("k", json!("x")), no),
        // addresses, numbers, dates, truths
        (
            r#"{"IpAddress":{"k":["192.0.2.0/24","2001:db8::/32"]}}"#,
            of("k", json!("2001:db8::9")),
            yes,
        ),
        (r#"{"IpAddress":{"k":"192.0.2.7"}}"#, of("k", json!("192.0.2.7")), yes),
        (r#"{"IpAddress":{"k":"192.0.2.0/33"}}"#, of("k", json!("192.0.2.7")), unknown),
        (r#"{"NotIpAddress":{"k":"192.0.2.0/24"}}"#, of("k", json!("x")), yes),
        (r#"{"NumericLessThanEquals":{"k":10}}"#, of("k", json!("10.0")), yes),
        (r#"{"NumericGreaterThan":{"k":"ten"}}"#, of("k", json!("10")), unknown),
        (r#"{"DateGreaterThan":{"k":"2026-01-01"}}"#, of("k", json!("2026-01-01T00:00:01Z")), yes),
        (r#"{"DateEquals":{"k":"2026-01-01T00:00Z"}}"#, of("k", json!("1767225600")), yes),
        (r#"{"Bool":{"k":true}}"#, of("k", json!("True")), yes),
        (r#"{"Binary":{"k":"QQ=="}}"#, of("k", json!("QQ==")), unknown),
        (r#"{"BinaryEquals":{"k":"QQ=="}}"#, of("k", json!("QQ==")), yes),
        (r#"{"StringUnknown":{"k":"x"}}"#, none.clone(), unknown),
        (r#"{"ForAnyValues:StringEquals":{"k":"x"}}"#, of("k", json!("x")), unknown),
        // variables
        (r#"{"StringLike":{"k":"${j}"}}"#, json!({"k": "xy", "j": "x*"}), no),
        (r#"{"StringLike":{"k":"${j}*"}}"#, json!({"k": "x*y", "j": "x*"}), yes),
        (r#"{"StringEquals":{"k":"${j}"}}"#, of("k", json!("${j}")), no),
        (r#"{"StringNotEquals":{"k":"${j}"}}"#, of("k", json!("x")), yes),
        (r#"{"StringEquals":{"k":"${j, 'd'}${*}"}}"#, of("k", json!("d*")), yes),
        (r#"{"StringLike":{"k":"a${*}b"}}"#, of("k", json!("axb")), no),
        (r#"{"NumericEquals":{"k":"${j}"}}"#, json!({"k": "1", "j": "1"}), unknown),
    ];
    for (condition, context, expected) in rules {
        let read = serde_json::from_str(condition).unwrap();
        assert_eq!(holds(&read, &context), expected, "{condition} on {context}");
    }
}

#[test]
fn statements_hold_as_documented() {
    let open = |field: &str, value: Value| {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*",
                                   "Resource": "*"});
        let element = field.strip_prefix("Not").unwrap_or(field);
        statement.as_object_mut().unwrap().remove(element);
        statement[field] = value;
        let [sceptical, wide] = readings(&json!({"Statement": [statement]}), &json!({}));
        (sceptical == wide).then_some(wide == Decision::Allowed)
    };
    for (field, value, expected) in [
        ("Action", json!("S3:get*"), Some(true)),
        ("NotAction", json!(["s3:Put*", "s3:GetObject"]), Some(false)),
        ("Resource", json!("arn:aws:s3:::b"), Some(false)),
        ("Resource", json!("arn:aws-cn:s3:::b/?"), Some(true)),
        ("Resource", json!("arn:aws:s3:::B/k"), Some(false)),
        ("NotResource", json!("arn:aws:s3:::c/*"), Some(true)),
        ("Principal", json!({"AWS": "444455556666"}), Some(true)),
        ("Principal", json!({"AWS": ["arn:aws:iam::444455556666:root"]}), Some(true)),
        ("Principal", json!({"AWS": USER}), Some(true)),
        ("Principal", json!({"AWS": "arn:aws:iam::444455556666:role/alice"}), Some(false)),
        ("Principal", json!({"AWS": "arn:aws:iam::444455556666:user/*"}), None),
        ("Principal", json!({"Service": "s3.amazonaws.com", "CanonicalUser": "x"}), Some(false)),
        ("NotPrincipal", json!({"AWS": "777788889999"}), Some(true)),
        ("Principal", json!({}), Some(false)),
    ] {
        assert_eq!(open(field, value.clone()), expected, "{field} {value}");
    }
    let both = json!({"Version": "2008-10-17", "Statement": [
        {"Effect": "Deny", "Principal": {"AWS": "444455556666"}, "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
    assert_eq!(readings(&both, &json!({})), [Decision::Denied; 2]);
    let literal = json!({"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
        "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"k": "${j}"}}}});
    assert_eq!(readings(&literal, &json!({"k": "${j}", "j": "x"})), [Decision::Allowed; 2]);
    assert_eq!(readings(&json!({"Statement": []}), &json!({})), [Decision::Neither; 2]);
}

#[test]
fn a_request_that_cannot_be_is_refused() {
    let owner = "111122223333";
    let anonymous = |context: Value| {
        let mut request = request(&context);
        request.principal = crate::request::Principal::Anonymous;
        coherent(&request, owner)
    };
    for bad in [
        json!({"aws:PrincipalOrgID": "o-x"}),
        json!({"aws:PrincipalTag/x": "y"}),
        json!({"aws:PrincipalAccount": "444455556666"}),
        json!({"aws:SourceIp": "203.0.113.7", "aws:SourceVpce": "vpce-1"}),
        json!({"aws:SourceIp": "10.1.2.3"}),
        json!({"aws:SourceAccount": "444455556666"}),
        json!({"aws:ResourceAccount": "444455556666"}),
        json!({"s3:DataAccessPointAccount": "1", "s3:DataAccessPointArn": "arn:aws:s3:r:2:accesspoint/x"}),
    ] {
        assert!(anonymous(bad.clone()).is_err(), "{bad}");
    }
    assert_eq!(
        anonymous(json!({"aws:SourceIp": "203.0.113.7", "aws:userid": "anonymous"})),
        Ok(())
    );
    for bad in [
        json!({"aws:PrincipalArn": "arn:aws:iam::777788889999:user/alice"}),
        json!({"aws:PrincipalOrgID": "o-x", "aws:PrincipalOrgPaths": ["o-y/r-1/"]}),
        json!({"aws:PrincipalIsAWSService": "true"}),
    ] {
        assert!(coherent(&request(&bad), owner).is_err(), "{bad}");
    }
    assert!(coherent(&request(&json!({})), "444455556666").is_err());
    let mut on_an_object = request(&json!({"aws:PrincipalArn": USER}));
    assert_eq!(coherent(&on_an_object, owner), Ok(()));
    on_an_object.action = "s3:ListBucket".to_owned();
    assert!(coherent(&on_an_object, owner).is_err());
}
