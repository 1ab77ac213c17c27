//! Who opened it: whoever wrote what lets in, and whoever took away what kept it closed.

use s3_guardrail::event::Trigger;
use s3_guardrail::local::LocalAccount;
use serde_json::{Value, json};

use crate::world::{
    ENFORCE, account, all_on, bucket, call, everyone_reads, pages, put_policy, remove_block, run,
};

const NOW: &str = "2026-11-20T09:14:07Z";
const BEFORE: &str = "2026-08-24T16:30:00Z";

/// The line of the first page that says who opened it.
fn opened(account: &LocalAccount, trigger: &Trigger) -> String {
    let report = run(account, trigger, ENFORCE);
    let text = &pages(&report)[0].text;
    let (_, section) = text.split_once("WHO OPENED IT").unwrap();
    section.lines().nth(1).unwrap().to_owned()
}

fn open() -> Value {
    json!({"Policy": everyone_reads()})
}

const ALICE: &str = "`arn:aws:iam::111122223333:user/alice`";
const CAROL: &str = "`arn:aws:iam::111122223333:user/carol`";
const BY_ALICE: &str = "Bucket policy, statement 0, Sid `PublicRead`: policy written by \
                        `arn:aws:iam::111122223333:user/alice` now, by `PutBucketPolicy` (this \
                        event)";

#[test]
fn the_opener_wrote_the_policy() {
    assert_eq!(opened(&account(&open()), &put_policy("alice", NOW)), BY_ALICE);
    let report = run(&account(&open()), &put_policy("alice", NOW), ENFORCE);
    let opened = pages(&report)[0].json["guardrail"]["buckets"][0]["opened_by"][0].clone();
    assert_eq!(opened["granted"]["principal"], "arn:aws:iam::111122223333:user/alice");
    assert_eq!(opened["granted"]["known_by"], "event");
    assert_eq!((&opened["not_known"], &opened["unshielded"]), (&Value::Null, &Value::Null));
}

#[test]
fn the_opener_took_the_shield_away_from_what_another_wrote() {
    let mut shielded = open();
    shielded["PublicAccessBlockConfiguration"] = all_on();
    let world = account(&shielded);
    // carol's policy opens nothing yet: nobody is told, and it is remembered
    assert_eq!(run(&world, &put_policy("carol", BEFORE), ENFORCE).alerts, []);
    world.put(bucket(&open()));
    let line = opened(&world, &remove_block("alice", NOW));
    let expected = format!(
        "policy written by {CAROL} on 2026-08-24 16:30:00 UTC, by `PutBucketPolicy` (remembered \
         from its event); protection removed by {ALICE} now, by `DeleteBucketPublicAccessBlock` \
         (this event)"
    );
    assert!(line.ends_with(&expected), "{line}");
}

#[test]
fn one_wrote_the_policy_after_another_had_taken_the_shield_away() {
    let world = account(&json!({}));
    assert_eq!(run(&world, &remove_block("carol", BEFORE), ENFORCE).alerts, []);
    world.put(bucket(&open()));
    let line = opened(&world, &put_policy("alice", NOW));
    let shield = format!("; protection removed by {CAROL} on 2026-08-24 16:30:00 UTC, by");
    assert!(line.starts_with(BY_ALICE) && line.contains(&shield), "{line}");
}

#[test]
fn one_did_both() {
    let world = account(&json!({}));
    assert_eq!(run(&world, &remove_block("alice", BEFORE), ENFORCE).alerts, []);
    world.put(bucket(&open()));
    let line = opened(&world, &put_policy("alice", NOW));
    assert_eq!(line.matches(ALICE).count(), 2, "{line}");
}

#[test]
fn nobody_knows() {
    let line = opened(&account(&open()), &remove_block("alice", NOW));
    let expected = "who wrote the policy is not known: no event told of it since the guardrail \
                    remembers this bucket, and CloudTrail's history was not to be had (`NotKept`: ";
    assert!(line.contains(expected), "{line}");
    assert!(line.contains(&format!("; protection removed by {ALICE} now")), "{line}");
}

#[test]
fn a_path_older_than_memory_is_looked_up() {
    let old = || put_policy("carol", BEFORE);
    let with = |history: Vec<Trigger>| account(&open()).with_history(history);
    let tags = call("PutBucketTagging", "bob", NOW, &json!({"tagging": ""}));
    let found = opened(&with(vec![tags, old()]), &remove_block("alice", NOW));
    let expected = format!(
        "policy written by {CAROL} on 2026-08-24 16:30:00 UTC, by `PutBucketPolicy` (as CloudTrail \
         has it); protection removed by {ALICE} now"
    );
    assert!(found.contains(&expected), "{found}");

    let older = opened(&with(Vec::new()), &remove_block("alice", NOW));
    assert!(older.contains("CloudTrail's history of 90 days has no such change"), "{older}");

    let mut other = everyone_reads();
    other["Statement"][0]["Action"] = json!("s3:GetObjectTagging");
    let later = call("PutBucketPolicy", "bob", NOW, &json!({"bucketPolicy": other}));
    let since = opened(&with(vec![later, old()]), &remove_block("alice", NOW));
    assert!(since.contains("user/bob` on 2026-11-20 09:14:07 UTC"), "{since}");
    assert!(since.contains("put something else there"), "{since}");
}

#[test]
fn what_was_written_over_since_is_nobodys() {
    let mut shielded = open();
    shielded["PublicAccessBlockConfiguration"] = all_on();
    let world = account(&shielded);
    let mut other = everyone_reads();
    other["Statement"][0]["Sid"] = json!("Another");
    let carols = call("PutBucketPolicy", "carol", BEFORE, &json!({"bucketPolicy": other}));
    run(&world, &carols, ENFORCE);
    world.put(bucket(&open()));
    let line = opened(&world, &remove_block("alice", NOW));
    assert!(!line.contains("carol") && line.contains("is not known"), "{line}");
}

#[test]
fn an_acl_is_its_writers() {
    let public = json!({"Owner": {"ID": "owner"}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": "owner"}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
            "Permission": "READ"}]});
    let world = account(&json!({"Acl": public, "OwnershipControls": {"Rules": [
        {"ObjectOwnership": "ObjectWriter"}]}}));
    let put = call("PutBucketAcl", "alice", NOW, &json!({"x-amz-acl": "public-read", "acl": ""}));
    let line = opened(&world, &put);
    assert_eq!(
        line,
        format!(
            "ACL of the bucket, grant 1: grant written by {ALICE} now, by \
                              `PutBucketAcl` (this event)"
        )
    );
}

#[test]
fn an_account_without_its_shield_names_who_took_it() {
    let world = account(&open());
    let off = call("DeleteAccountPublicAccessBlock", "alice", NOW, &json!({}));
    let line = opened(&world, &off);
    assert!(line.contains(&format!("; protection removed by {ALICE} now")), "{line}");
}
