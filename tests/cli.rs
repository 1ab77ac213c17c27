//! The command line as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/command.rs"]
mod command;

use command::run;
use serde_json::Value;

const OPEN: &str = r#"{"Bucket":"clinic-reports","Account":"111122223333","Region":"eu-west-1",
 "Policy":{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow",
  "Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::clinic-reports/*"}]}}"#;

const SHARED: &str = r#"{"Bucket":"clinic-shared","Account":"111122223333",
 "OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]},
 "Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
  "Principal":{"AWS":"444455556666"},"Action":"s3:GetObject",
  "Resource":"arn:aws:s3:::clinic-shared/*"}]}}"#;

const CLOSED: &str = r#"{"Bucket":"clinic-private","Account":"111122223333",
 "OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}"#;

const UNREAD: &str = r#"{"Bucket":"clinic-unread","Account":"111122223333",
 "OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]},
 "Unreadable":{"Policy":"AccessDenied"}}"#;

/// A file of this test run; its path.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn lines(documents: &[&str]) -> String {
    documents.iter().map(|document| document.replace('\n', "") + "\n").collect()
}

#[test]
fn verdicts_come_one_a_line_in_the_order_of_the_input() {
    let ran = run(&["evaluate", "--format", "json"], &lines(&[OPEN, CLOSED, SHARED, UNREAD]));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let verdicts: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = verdicts
        .iter()
        .map(|verdict| (verdict["bucket"].as_str().unwrap(), verdict["exposure"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("clinic-reports", "anonymous"),
            ("clinic-private", "none"),
            ("clinic-shared", "external"),
            ("clinic-unread", "unknown"),
        ]
    );
    assert_eq!(verdicts[0]["public"], true);
    assert_eq!(verdicts[1]["policy_is_public"], Value::Null);
    assert_eq!(verdicts[2]["external_accounts"], serde_json::json!(["444455556666"]));
    assert_eq!(verdicts[3]["unreadable"][0]["part"], "Policy");
}

#[test]
fn a_verdict_has_the_fields_and_the_order_of_the_contract() {
    let ran = run(&["evaluate", "--format", "json", "-"], OPEN);
    let keys = [
        "bucket",
        "account",
        "public",
        "policy_is_public",
        "acl_is_public",
        "exposure",
        "external_accounts",
        "external_orgs",
        "external_canonical_users",
        "paths",
        "unreadable",
        "warnings",
    ];
    let places: Vec<_> =
        keys.iter().map(|key| ran.out.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{}", ran.out);
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    let path = &verdict["paths"][0];
    assert_eq!(
        path["via"],
        serde_json::json!({"kind": "policy", "statement": 0, "sid": "PublicRead"})
    );
    assert_eq!(path["actions"], serde_json::json!(["s3:GetObject"]));
    assert_eq!(path["access"], serde_json::json!(["read"]));
    assert_eq!((&path["open"], &path["closed_by"]), (&Value::Bool(true), &serde_json::json!([])));
    let witness = &path["witness"];
    assert_eq!(witness["principal"], "anonymous");
    assert_eq!(witness["action"], "s3:GetObject");
    assert!(witness["resource"].as_str().unwrap().starts_with("arn:aws:s3:::clinic-reports/"));
    assert!(witness["context"]["aws:SecureTransport"].is_string(), "{witness}");
}

#[test]
fn text_says_who_gets_in_through_what() {
    let ran = run(&["evaluate", &file("open.json", OPEN)], "");
    assert_eq!(ran.status, 0);
    for said in [
        "clinic-reports (111122223333): anonymous",
        "anyone on the internet can read objects",
        "Sid `PublicRead`",
    ] {
        assert!(ran.out.contains(said), "{}", ran.out);
    }
}

#[test]
fn bad_lines_are_named_and_the_rest_is_judged() {
    let mut content = lines(&[CLOSED, "{\"Bucket\":\"a\",\"Bucket\":\"b\"}"]).into_bytes();
    content.extend_from_slice(b"\n\xff\n{}\n");
    content.extend_from_slice(lines(&[OPEN, "not json"]).as_bytes());
    let path = file("some.jsonl", content);
    let ran = run(&["evaluate", "--format", "json", "--fail-on", "anonymous", &path], "");
    assert_eq!(ran.status, 2);
    assert_eq!(ran.out.lines().count(), 2);
    let complaints: Vec<_> = ran.err.lines().collect();
    assert_eq!(complaints.len(), 4, "{}", ran.err);
    for (complaint, (line, reason)) in complaints.iter().zip([
        (2, "duplicate key `Bucket`"),
        (4, "UTF-8"),
        (5, "`Bucket`"),
        (7, "JSON"),
    ]) {
        let place = format!("{path}:{line}: ");
        assert!(complaint.starts_with(&place) && complaint.contains(reason), "{complaint}");
    }
}

#[test]
fn the_line_of_a_mistake_in_one_object_is_its_own() {
    let path = file("bad.json", "{\n \"Bucket\": \"abc\",\n \"Account\": 12\n}");
    let ran = run(&["evaluate", &path], "");
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with(&format!("{path}:3: ")), "{}", ran.err);
    let ran = run(&["evaluate", "/nowhere/x.json", &file("open.json", OPEN)], "");
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("/nowhere/x.json: cannot be read"), "{}", ran.err);
    assert!(ran.out.starts_with("clinic-reports"), "{}", ran.out);
}

#[test]
fn fail_on_means_that_class_a_wider_one_or_unknown() {
    let status =
        |class: &str, snapshot: &str| run(&["evaluate", "--fail-on", class], snapshot).status;
    for (class, expected) in [
        ("anonymous", [3, 0, 0, 3]),
        ("authenticated", [3, 0, 0, 3]),
        ("external", [3, 3, 0, 3]),
        ("trusted", [3, 3, 0, 3]),
        ("unknown", [0, 0, 0, 3]),
    ] {
        let got = [OPEN, SHARED, CLOSED, UNREAD].map(|snapshot| status(class, snapshot));
        assert_eq!(got, expected, "{class}");
    }
    assert_eq!(run(&["evaluate", "--fail-on", "everyone"], OPEN).status, 2);
}

#[test]
fn the_guardrails_zone_of_trust_counts() {
    let path = file("trust.toml", "mode = \"notify\"\n[trust]\naccounts = [\"444455556666\"]\n");
    let ran = run(&["evaluate", "--format", "json", "--guardrail", &path], SHARED);
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(verdict["exposure"], "trusted");
}

#[test]
fn a_guardrail_file_that_cannot_be_used_stops_everything() {
    let path = file("bad.toml", "mode = \"notify\"\ndry_run = true\n");
    for arguments in [
        vec!["guardrail", "check", &path],
        vec!["evaluate", "--guardrail", &path],
        vec!["replay", "-", "--guardrail", &path],
    ] {
        let ran = run(&arguments, OPEN);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        let expected = format!("{path}:2:1: unknown field `dry_run`");
        assert!(ran.err.starts_with(&expected), "{}", ran.err);
    }
}

#[test]
fn the_built_in_guardrail_file_passes_its_own_check() {
    let default = run(&["guardrail", "default"], "");
    assert_eq!(default.status, 0);
    let path = file("default.toml", &default.out);
    let ran = run(&["guardrail", "check", &path], "");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("mode notify: alerts and writes nothing"), "{}", ran.out);
    assert!(ran.out.contains("3 rules and 0 exemptions"), "{}", ran.out);
}

#[test]
fn expired_exemptions_are_said() {
    let text = "mode = \"enforce\"\n[[exemptions]]\nname = \"old\"\nbuckets = [\"a*\"]\n\
                exposure = \"anonymous\"\naccess = [\"read\"]\nowner = \"x\"\nreason = \"y\"\n\
                expires = 2020-01-31\n";
    let ran = run(&["guardrail", "check", "-"], text);
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("exemption `old` expired on 2020-01-31"), "{}", ran.out);
    assert!(ran.out.contains("no rule: only what cannot be read is told"), "{}", ran.out);
}

#[test]
fn names_of_files_and_exemptions_move_no_cursor() {
    let text = "mode = \"enforce\"\n[[exemptions]]\nname = \"\\u001b[2J\\u202eold\"\n\
                buckets = [\"a*\"]\nexposure = \"anonymous\"\naccess = [\"read\"]\n\
                owner = \"x\"\nreason = \"y\"\nexpires = 2020-01-31\n";
    let path = file("\u{1b}[2J\u{202e}hostile.toml", text);
    let checked = run(&["guardrail", "check", &path], "");
    assert_eq!(checked.status, 0, "{:?}", checked.err);
    assert!(checked.out.contains(r"exemption `\u{1b}[2J\u{202e}old` expired"), "{}", checked.out);
    assert!(checked.out.contains("hostile.toml`: can be used"), "{}", checked.out);
    let replayed = run(&["replay", "-", "--guardrail", &path], "{}");
    assert!(replayed.out.starts_with("replayed on an account in memory"), "{}", replayed.out);
    for ran in [checked, replayed] {
        assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.out);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.err);
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let hostile = OPEN.replace("PublicRead", r"\u001b[2J\u202e\u009b");
    for format in ["text", "json"] {
        let ran = run(&["evaluate", "--format", format], &hostile);
        assert_eq!(ran.status, 0);
        assert!(!ran.out.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{:?}", ran.out);
    }
    let ran = run(&["evaluate", "--format", "json"], &hostile);
    let verdict: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(verdict["paths"][0]["via"]["sid"], "\u{1b}[2J\u{202e}\u{9b}");
    let ran = run(&["evaluate"], "{\"\u{1b}[2J\": \u{202e}}");
    assert_eq!(ran.status, 2);
    assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.err);
}
