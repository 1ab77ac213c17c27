//! Explanations: agreement with the verdict over the labelled cases, and a few of them as a person
//! reads them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

#[path = "support/shared.rs"]
mod shared;

use std::fs;
use std::path::Path;

use s3_guardrail::bucket::{BucketState, snapshot};
use s3_guardrail::explain::{Answer, Explanation, Question, QuestionError, Words, explain, text};
use s3_guardrail::exposure::{Verdict, evaluate};
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};
use time::macros::datetime;

struct Bucket {
    state: BucketState,
    verdict: Verdict,
}

impl Bucket {
    fn of(snapshot: &Value) -> Self {
        let state = snapshot::read(&snapshot.to_string()).unwrap();
        let verdict = evaluate(&state, &Trust::default());
        Self { state, verdict }
    }

    fn read(&self, words: &Words<'_>) -> Result<Question, QuestionError> {
        Question::read(words, &self.state, datetime!(2026-11-20 09:14:07 UTC))
    }

    fn ask(&self, principal: &str, action: &str, context: &[&str]) -> Explanation {
        self.ask_by(principal, action, context, None)
    }

    fn ask_by(
        &self,
        principal: &str,
        action: &str,
        context: &[&str],
        access_point: Option<&str>,
    ) -> Explanation {
        let context: Vec<String> = context.iter().map(|pair| (*pair).to_owned()).collect();
        let words = Words { principal, action, resource: None, access_point, context: &context };
        explain(&self.state, &self.verdict, &self.read(&words).unwrap())
    }

    fn answer(&self, principal: &str, action: &str, context: &[&str]) -> Answer {
        self.ask(principal, action, context).answer
    }

    fn path(&self, index: usize) -> String {
        let path = &self.verdict.paths[index];
        let witness = Question::of_witness(path.witness.as_ref().unwrap(), &path.via);
        let told = explain(&self.state, &self.verdict, &witness);
        format!("{}\n{}", text::path(index, path), text::explanation(&told))
    }
}

/// A bucket with this policy and ACLs off.
fn with_policy(statements: &Value) -> Value {
    json!({
        "Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Policy": {"Version": "2012-10-17", "Statement": statements},
    })
}

fn allow(principal: &Value, condition: &Value) -> Value {
    json!({
        "Sid": "Read", "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::clinic-reports/*", "Condition": condition,
    })
}

fn office_only() -> Value {
    with_policy(&json!([
        allow(&json!("*"), &json!({})),
        {
            "Sid": "OfficeOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/*"],
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24", "192.0.2.0/24"]}},
        },
    ]))
}

fn with_access_point() -> Value {
    let mut snapshot = with_policy(&json!([{
        "Sid": "Delegate", "Effect": "Allow", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}},
    }]));
    let arn = "arn:aws:s3:eu-west-1:111122223333:accesspoint";
    snapshot["AccessPoints"] = json!([
        {"Name": "shared", "NetworkOrigin": "Internet", "Policy": {
            "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
                "Resource": format!("{arn}/shared/object/*")}]}},
        {"Name": "inside", "NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1a2b3c4d"},
         "Policy": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": format!("{arn}/inside/object/*")}]}},
    ]);
    snapshot
}

fn public_acl() -> Value {
    json!({
        "Bucket": "clinic-reports", "Account": "111122223333",
        "PublicAccessBlockConfiguration": {"IgnorePublicAcls": true},
        "Acl": {"Owner": {"ID": "0a1b"}, "Grants": [
            {"Grantee": {"Type": "CanonicalUser", "ID": "0a1b"}, "Permission": "FULL_CONTROL"},
            {"Grantee": {"Type": "CanonicalUser", "ID": "9f8e"}, "Permission": "READ"},
            {"Grantee": {"Type": "Group",
                "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]},
    })
}

#[test]
fn a_witness_is_explained_as_the_verdict_says() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/exposure.jsonl");
    let shared = shared::shared("corpus/exposure.jsonl");
    let (mut open, mut closed, mut unknown, mut wrong) = (0, 0, 0, Vec::new());
    for file in [own].into_iter().chain(shared) {
        for line in fs::read_to_string(file).unwrap().lines().filter(|line| !line.is_empty()) {
            let case: Value = serde_json::from_str(line).unwrap();
            // a grant to an e-mail address, which no request shows
            if case["id"] == "acl-display-only-grantee" {
                continue;
            }
            let bucket = Bucket::of(&case["snapshot"]);
            for (index, path) in bucket.verdict.paths.iter().enumerate() {
                let Some(witness) = &path.witness else { continue };
                let question = Question::of_witness(witness, &path.via);
                let told = explain(&bucket.state, &bucket.verdict, &question);
                match (told.answer, path.is_open()) {
                    (Answer::Through, true) => open += 1,
                    (Answer::Refused, false) => closed += 1,
                    // canonical ids cannot be held against accounts
                    (Answer::Unknown, _) => unknown += 1,
                    (answer, _) => wrong.push(format!(
                        "{} path {index} {:?}: {answer:?}, {}\n{:#?}",
                        case["id"], path.closed_by, told.because, witness
                    )),
                }
            }
        }
    }
    println!("{open} open, {closed} closed, {unknown} unknown");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(open > 20 && closed > 5 && unknown * 20 <= open + closed);
}

#[test]
fn an_open_policy() {
    let bucket = Bucket::of(&with_policy(&json!([allow(&json!("*"), &json!({}))])));
    insta::assert_snapshot!("open_policy_path", bucket.path(0));
    insta::assert_snapshot!("open_policy_paths", text::paths(&bucket.verdict));
}

#[test]
fn a_deny_by_address() {
    let bucket = Bucket::of(&office_only());
    let told = bucket.ask("anonymous", "s3:GetObject", &["aws:SourceIp=203.0.113.7"]);
    insta::assert_snapshot!("deny_by_address", text::explanation(&told));
    assert_eq!(told.answer, Answer::Refused);
    let inside = ["aws:SourceIp=198.51.100.9"];
    assert_eq!(bucket.answer("anonymous", "s3:GetObject", &inside), Answer::Through);
    // a request through an endpoint carries no address, and the Deny hits it
    let by_endpoint = bucket.ask("anonymous", "s3:GetObject", &["aws:SourceVpce=vpce-1"]);
    assert_eq!(by_endpoint.answer, Answer::Refused);
    let told = text::explanation(&by_endpoint);
    assert!(told.contains("key absent: NotIpAddress holds without the key"), "{told}");
    assert!(told.contains("no policy here asks about `aws:SourceVpce`"), "{told}");
}

#[test]
fn an_access_point() {
    let bucket = Bucket::of(&with_access_point());
    let ask = |who, point| bucket.ask_by(who, "s3:GetObject", &[], Some(point));
    let told = ask("arn:aws:iam::444455556666:role/etl", "shared");
    insta::assert_snapshot!("access_point", text::explanation(&told));
    assert_eq!(told.answer, Answer::Through);
    assert_eq!(ask("anonymous", "shared").answer, Answer::Refused);
    assert_eq!(ask("anonymous", "inside").answer, Answer::Through);
    let outside =
        bucket.ask_by("anonymous", "s3:GetObject", &["aws:SourceVpc=vpc-99999999"], Some("inside"));
    assert_eq!(outside.answer, Answer::Refused);
    assert!(outside.because.contains("answers `vpc-1a2b3c4d` alone"), "{}", outside.because);
    // past the access point the bucket policy has no Allow
    assert_eq!(bucket.answer("444455556666", "s3:GetObject", &[]), Answer::Refused);
}

#[test]
fn an_acl_that_is_ignored() {
    let bucket = Bucket::of(&public_acl());
    let told = bucket.ask("anonymous", "s3:ListBucket", &[]);
    insta::assert_snapshot!("ignored_acl", text::explanation(&told));
    assert_eq!(told.answer, Answer::Refused);
    assert_eq!(bucket.answer("canonical:9f8e", "s3:ListBucket", &[]), Answer::Through);
    // whether that account has the canonical id is not known
    assert_eq!(bucket.answer("444455556666", "s3:ListBucket", &[]), Answer::Unknown);
    let owner = bucket.answer("111122223333", "s3:ListBucket", &[]);
    assert_eq!(owner, Answer::OwnerDecides);
}

#[test]
fn keys_that_are_missing() {
    let condition = json!({
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"},
        "StringNotEqualsIfExists": {"aws:PrincipalTag/team": "guests"},
        "Null": {"aws:MultiFactorAuthAge": "true"},
        "ForAllValues:StringLike": {"aws:CalledVia": "athena.*"},
        "StringLike": {"s3:prefix": "home/${aws:username}/*"},
    });
    let bucket = Bucket::of(&with_policy(&json!([allow(&json!("*"), &condition)])));
    let told = bucket.ask(
        "arn:aws:sts::444455556666:assumed-role/etl/night",
        "s3:GetObject",
        &["s3:prefix=home/x/1"],
    );
    insta::assert_snapshot!("missing_keys", text::explanation(&told));
    assert_eq!(told.answer, Answer::Refused);
    let member = ["aws:PrincipalOrgID=o-exampleorgid", "s3:prefix=home/x/1"];
    assert_eq!(bucket.answer("444455556666", "s3:GetObject", &member), Answer::Refused);
    let named = ["aws:PrincipalOrgID=o-exampleorgid", "s3:prefix=home/x/1", "aws:username=x"];
    assert_eq!(bucket.answer("444455556666", "s3:GetObject", &named), Answer::Through);
}

#[test]
fn an_operator_is_shown_as_it_is_written() {
    let condition = json!({
        "arnequals": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/*"},
        "StringUnlike": {"aws:UserAgent": "x"},
    });
    let bucket = Bucket::of(&with_policy(&json!([allow(&json!("*"), &condition)])));
    let told = bucket.ask("arn:aws:iam::444455556666:role/etl", "s3:GetObject", &[]);
    let operators: Vec<&str> = told.policies[0].statements[0]
        .elements
        .iter()
        .filter_map(|element| element.operator.as_deref())
        .collect();
    assert_eq!(operators, ["`StringUnlike`", "arnequals"]);
    assert!(text::explanation(&told).contains("arnequals `aws:PrincipalArn`"));
    assert_eq!(told.answer, Answer::Unknown);
}

#[test]
fn before_2012_a_variable_is_text() {
    let condition = json!({"StringEquals": {"s3:prefix": "home/${aws:username}"}});
    let mut statement = allow(&json!("*"), &condition);
    statement["Action"] = json!("s3:ListBucket");
    statement["Resource"] = json!("arn:aws:s3:::clinic-reports");
    let mut snapshot = with_policy(&json!([statement, {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::clinic-reports/${aws:username}/*",
    }]));
    let user = "arn:aws:iam::444455556666:user/x";
    let listing = |bucket: &Bucket, prefix: &str| {
        bucket.answer(user, "s3:ListBucket", &["aws:username=x", &format!("s3:prefix={prefix}")])
    };
    let bucket = Bucket::of(&snapshot);
    assert_eq!(listing(&bucket, "home/x"), Answer::Through);
    assert_eq!(listing(&bucket, "home/${aws:username}"), Answer::Refused);
    assert_eq!(bucket.answer(user, "s3:GetObject", &[]), Answer::Unknown);
    snapshot["Policy"]["Version"] = json!("2008-10-17");
    let bucket = Bucket::of(&snapshot);
    assert_eq!(listing(&bucket, "home/x"), Answer::Refused);
    assert_eq!(listing(&bucket, "home/${aws:username}"), Answer::Through);
    assert_eq!(bucket.answer(user, "s3:GetObject", &[]), Answer::Refused);
}

#[test]
fn a_public_policy_cuts_off_those_whom_other_statements_name() {
    let mut snapshot = with_policy(&json!([
        allow(&json!({"AWS": "444455556666"}), &json!({})),
        allow(&json!("*"), &json!({})),
    ]));
    snapshot["AccountPublicAccessBlockConfiguration"] = json!({"RestrictPublicBuckets": true});
    let bucket = Bucket::of(&snapshot);
    let told = bucket.ask("444455556666", "s3:GetObject", &[]);
    insta::assert_snapshot!("restricted", text::explanation(&told));
    assert_eq!(told.answer, Answer::Refused);
    let service = "service:cloudtrail.amazonaws.com";
    assert_eq!(bucket.answer(service, "s3:GetObject", &[]), Answer::Through);
    let own = bucket.ask("arn:aws:iam::111122223333:user/alice", "s3:GetObject", &[]);
    assert_eq!(own.answer, Answer::Through);
    let own = bucket.ask("arn:aws:iam::111122223333:user/alice", "s3:PutObject", &[]);
    assert_eq!(own.answer, Answer::OwnerDecides);
}

#[test]
fn a_session_goes_by_its_role_too() {
    let role = "arn:aws:iam::444455556666:role/etl";
    let condition = json!({"ArnLike": {"aws:PrincipalArn": role}});
    let bucket = Bucket::of(&with_policy(&json!([allow(&json!({"AWS": role}), &condition)])));
    let session = "arn:aws:sts::444455556666:assumed-role/etl/night";
    assert_eq!(bucket.answer(session, "s3:GetObject", &[]), Answer::Through);
    let other = "arn:aws:sts::444455556666:assumed-role/web/night";
    assert_eq!(bucket.answer(other, "s3:GetObject", &[]), Answer::Refused);
}

#[test]
fn a_deny_wins_over_the_owners_own_but_not_over_its_root() {
    let bucket = Bucket::of(&with_policy(&json!([{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/*"],
    }])));
    let user = "arn:aws:iam::111122223333:user/alice";
    assert_eq!(bucket.answer(user, "s3:PutBucketPolicy", &[]), Answer::Refused);
    assert_eq!(bucket.answer("111122223333", "s3:PutBucketPolicy", &[]), Answer::Through);
    assert_eq!(bucket.answer("111122223333", "s3:GetObject", &[]), Answer::Refused);
}

#[test]
fn what_was_not_read_is_not_known() {
    let mut snapshot = with_policy(&json!([]));
    snapshot["Policy"] = Value::Null;
    snapshot["Unreadable"] = json!({"Policy": "AccessDenied"});
    let told = Bucket::of(&snapshot).ask("anonymous", "s3:GetObject", &[]);
    assert_eq!(told.answer, Answer::Unknown);
    assert!(told.because.contains("could not be read (AccessDenied)"), "{}", told.because);
    // an object's own ACL that nobody read
    let bare = json!({"Bucket": "clinic-reports", "Account": "111122223333"});
    let told = Bucket::of(&bare).ask("anonymous", "s3:GetObject", &[]);
    assert_eq!(told.answer, Answer::Unknown);
    assert_eq!(Bucket::of(&bare).answer("anonymous", "s3:PutObject", &[]), Answer::Refused);
}

#[test]
fn a_question_that_means_nothing_here_is_refused_with_what_to_write() {
    let bucket = Bucket::of(&with_access_point());
    let refused = |words: Words<'_>| bucket.read(&words).unwrap_err().to_string();
    let principal = "anonymous";
    let action = "s3:GetObject";
    for wrong in ["", "alice", "12345", "arn:aws:s3:::clinic-reports", "service:sns", "canonical:"]
    {
        let told = refused(Words { principal: wrong, action, ..Words::default() });
        assert!(told.starts_with(&format!("principal `{wrong}`: expected `anonymous`")), "{told}");
    }
    let told = refused(Words { principal, action: "s3:GetObjcet", ..Words::default() });
    assert!(told.contains("did you mean `s3:GetObject`"), "{told}");
    let told = refused(Words { principal, action: "ec2:RunInstances", ..Words::default() });
    assert!(told.contains("expected one such as `s3:GetObject`"), "{told}");
    for (resource, action, reason) in [
        ("clinic-reports/x", action, "expected `arn:aws:s3:::clinic-reports`"),
        ("arn:aws:s3:::other/x", action, "is not in bucket `clinic-reports`"),
        ("arn:aws:s3:::clinic-reports", action, "is done to an object"),
        ("arn:aws:s3:::clinic-reports/", action, "the key is empty"),
        ("arn:aws:s3:::clinic-reports/x", "s3:ListBucket", "is done to the bucket"),
        (
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/none/object/x",
            action,
            "it has `shared`, `inside`",
        ),
    ] {
        let told =
            refused(Words { principal, action, resource: Some(resource), ..Words::default() });
        assert!(told.contains(reason), "{told}");
    }
    let told = refused(Words { principal, action, access_point: Some("none"), ..Words::default() });
    assert!(told.contains("it has `shared`, `inside`"), "{told}");
    for wrong in ["aws:SourceIp", "SourceIp=1", ":=x", "=x"] {
        let context = [wrong.to_owned()];
        let told = refused(Words { principal, action, context: &context, ..Words::default() });
        assert!(told.contains("expected `KEY=VALUE`"), "{told}");
    }
}

#[test]
fn strangers_words_are_safe_to_show() {
    let hostile = "\u{1b}[2J\u{202e}x";
    let mut snapshot = with_access_point();
    snapshot["AccessPoints"][0]["Name"] = json!(hostile);
    snapshot["Policy"]["Statement"][0]["Sid"] = json!(hostile);
    snapshot["Policy"]["Statement"][0]["Principal"] = json!({"AWS": hostile});
    snapshot["Policy"]["Statement"][0]["Condition"] =
        json!({hostile: {hostile: hostile}, "StringLike": {hostile: [hostile, hostile]}});
    snapshot["ObjectAcls"] = json!([{"Key": hostile, "Owner": {"ID": "0a1b"}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": hostile}, "Permission": "READ"}]}]);
    let bucket = Bucket::of(&snapshot);
    let carried = format!("{hostile}:x={hostile}");
    let told = bucket.ask_by("canonical:\u{1b}", "s3:GetObject", &[&carried], Some(hostile));
    let told = text::explanation(&told) + &text::paths(&bucket.verdict);
    assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told:?}");
    assert!(told.contains(r"\u{1b}[2J\u{202e}x"), "{told}");
}
