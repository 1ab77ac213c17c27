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

#[test]
fn a_path_is_explained_by_its_index() {
    let told = run(&["explain", "--path", "0"], OPEN);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    for said in ["Path 0: open", "statement 0 (Sid `PublicRead`): Allow, applies", "GETS THROUGH"] {
        assert!(told.out.contains(said), "{}", told.out);
    }
    let beyond = run(&["explain", "--path", "3"], OPEN);
    assert_eq!((beyond.status, beyond.out.as_str()), (2, ""));
    assert_eq!(beyond.err, "path 3: the verdict has one path, 0\n");
    assert_eq!(run(&["explain", "--path", "0"], CLOSED).err, "path 0: the verdict has no paths\n");
}

#[test]
fn with_nothing_asked_every_path_is_told_with_its_index() {
    let told = run(&["explain", &file("explained.json", OPEN)], "");
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert!(told.out.contains("path 0, open: anyone on the internet"), "{}", told.out);
    let none = run(&["explain", "-"], CLOSED);
    assert_eq!(none.status, 0);
    assert!(none.out.contains("no way in from outside the account was found"), "{}", none.out);
}

#[test]
fn an_explanation_for_machines_has_the_shape_of_the_readme() {
    let ask = |arguments: &[&str]| -> Value {
        let ran = run(&[&["explain", "--format", "json"], arguments].concat(), OPEN);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        serde_json::from_str(&ran.out).unwrap()
    };
    let list = ask(&[]);
    assert_eq!(list["paths"][0]["index"], 0);
    assert_eq!(list["paths"][0]["via"]["sid"], "PublicRead");
    assert_eq!(list["explanation"], Value::Null);
    let path = ask(&["--path", "0"]);
    assert_eq!(path["paths"], list["paths"]);
    assert_eq!(path["explanation"]["answer"], "through");
    let told = ask(&[
        "--principal",
        "anonymous",
        "--action",
        "s3:GetObject",
        "--context",
        "aws:SourceIp=192.0.2.1",
        "--context",
        "aws:PrincipalTag/a=1",
        "--context",
        "aws:PrincipalTag/a=2",
    ]);
    assert_eq!(told["paths"], serde_json::json!([]));
    let request = &told["explanation"]["request"];
    assert_eq!(request["principal"], "anonymous");
    assert_eq!(request["resource"], "arn:aws:s3:::clinic-reports/x");
    assert_eq!(request["context"]["aws:SourceIp"], "192.0.2.1");
    assert_eq!(request["context"]["aws:PrincipalTag/a"], serde_json::json!(["1", "2"]));
    let assumed = request["assumed"].as_array().unwrap();
    assert!(assumed.contains(&"aws:SecureTransport".into()));
    assert!(!assumed.contains(&"aws:SourceIp".into()));
    let element = &told["explanation"]["policies"][0]["statements"][0]["elements"][1];
    assert_eq!(element["element"], "Action");
    assert_eq!((&element["met"], &element["request"][0]), (&true.into(), &"s3:GetObject".into()));
    let notes = told["explanation"]["notes"].to_string();
    assert!(notes.contains("an unsigned request never carries"), "{notes}");
}

#[test]
fn a_question_that_cannot_be_answered_ends_with_status_2() {
    let ask = |principal: &str, action: &str, more: &[&str]| {
        let asked = ["explain", "--principal", principal, "--action", action];
        run(&[asked.as_slice(), more].concat(), OPEN)
    };
    for (ran, said) in [
        (ask("alice", "s3:GetObject", &[]), "principal `alice`: expected `anonymous`"),
        (ask("anonymous", "s3:GetObjcet", &[]), "did you mean `s3:GetObject`"),
        (
            ask("anonymous", "s3:GetObject", &["--resource", "arn:aws:s3:::elsewhere/x"]),
            "is not in bucket `clinic-reports`",
        ),
        (ask("anonymous", "s3:GetObject", &["--context", "aws:SourceIp"]), "`KEY=VALUE`"),
        (ask("anonymous", "s3:GetObject", &["--access-point", "a"]), "it has no access points"),
        (ask("anonymous", "s3:GetObject", &["--path", "0"]), "cannot be used with"),
        (run(&["explain", "--principal", "anonymous"], OPEN), "--action"),
        (ask("\u{1b}[2J", "s3:GetObject", &[]), r"principal `\u{1b}[2J`"),
    ] {
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(ran.err.contains(said) && !ran.err.contains('\u{1b}'), "{}", ran.err);
    }
}

#[test]
fn of_several_buckets_one_is_chosen() {
    let all = lines(&[OPEN, CLOSED, SHARED]);
    let unchosen = run(&["explain"], &all);
    assert_eq!((unchosen.status, unchosen.out.as_str()), (2, ""));
    assert_eq!(
        unchosen.err,
        "standard input: has 3 buckets (`clinic-reports`, `clinic-private`, `clinic-shared`), \
         choose one: --bucket NAME\n"
    );
    let chosen = run(&["explain", "--bucket", "clinic-shared"], &all);
    assert_eq!((chosen.status, chosen.err.as_str()), (0, ""));
    assert!(chosen.out.starts_with("clinic-shared (111122223333): external"), "{}", chosen.out);
    let missing = run(&["explain", "--bucket", "clinic"], &all);
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("has no bucket `clinic`, it has `clinic-"), "{}", missing.err);
    // a line that cannot be used is said, and the rest explained
    let some = run(&["explain", "--bucket", "clinic-shared"], &(all + "{}\n"));
    assert_eq!(some.status, 2);
    assert!(some.out.starts_with("clinic-shared") && some.err.starts_with("standard input:4: "));
}

/// What stands in `text` between the first `start` after `before` and the next `end`.
fn between<'t>(text: &'t str, before: &str, start: &str, end: &str) -> &'t str {
    let after = text.split_once(before).unwrap().1;
    after.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_example_of_the_readme_is_true() {
    let readme = include_str!("../README.md");
    let snapshot = between(readme, "A snapshot is one JSON object", "```json\n", "```");
    let section = readme.split_once("### Why does that request get through?").unwrap().1;
    let command = between(section, "", "s3-guardrail ", "\n");
    let arguments: Vec<&str> =
        command.split(' ').map(|word| if word == "snapshot.json" { "-" } else { word }).collect();
    let ran = run(&arguments, snapshot);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, between(section, "", "```text\n", "```"), "run it and paste");
}
