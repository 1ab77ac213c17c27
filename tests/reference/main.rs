//! The library against an independent evaluator: every witness is a request that gets through, and
//! no request that gets through is missing from the verdict.
//!
//! The long run, some seven minutes on two cores:
//! `GENERATED=100000 cargo test --no-default-features --features cli --test reference`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]
#![allow(clippy::string_slice, missing_docs)]

mod evaluator;
mod policies;
mod request;
#[path = "../support/shared.rs"]
mod shared;
mod truths;
mod universe;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;

use s3_guardrail::bucket::snapshot;
use s3_guardrail::exposure::evaluate;
use s3_guardrail::iam::{
    Actions, Asker, Caller, Document, Fuel, Offer, Place, Policies, Reach, Route, Unproved,
};
use s3_guardrail::name::AccountId;
use s3_guardrail::report::published;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use evaluator::{Decision, Reading, decide};
use policies::{BUCKET, Draw, OTHER, OWNER};
use request::{Principal, Request, coherent, complete};
use universe::{Door, Least};

/// Requests tried at each door of a snapshot.
const REQUESTS: usize = 150;
const THREADS: u64 = 2;

fn generated() -> u64 {
    std::env::var("GENERATED").map_or(2_000, |count| count.parse().unwrap())
}

fn verdict(snapshot: &Value, trust: &Trust) -> Value {
    let state =
        snapshot::read(&snapshot.to_string()).unwrap_or_else(|error| panic!("{error}: {snapshot}"));
    serde_json::to_value(published::verdict(&evaluate(&state, trust))).unwrap()
}

/// A policy as an object, however the snapshot gives it.
fn policy(holder: &Value) -> Value {
    match &holder["Policy"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    }
}

/// What was seen, by name.
type Counts = BTreeMap<String, u64>;

/// What is wrong with the witnesses of `snapshot`; counts what there is.
fn wrong_witnesses(snapshot: &Value, counts: &mut Counts) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in verdict(snapshot, &Trust::default())["paths"].as_array().unwrap() {
        let kind = path["via"]["kind"].as_str().unwrap();
        let mut count = |what: &str| *counts.entry(format!("{kind} {what}")).or_default() += 1;
        count("paths");
        let note = &path["unproved"];
        if !note.is_null() {
            count("noted");
        }
        if path["witness"].is_null() {
            count("without witness");
            count(&format!("without witness as {}", note.as_str().unwrap_or("nothing says")));
            if note.is_null() {
                wrong.push(format!("neither witness nor note: {path}\n  {snapshot}"));
            }
            continue;
        }
        count("with witness");
        let witness = Request::read(&path["witness"]);
        let refused = refused(snapshot, path, kind, &witness);
        if refused.is_empty() {
            count("proved");
        }
        for reason in refused {
            wrong.push(format!("{reason}: {}\n  {}\n  {snapshot}", path["via"], path["witness"]));
        }
    }
    wrong
}

fn refused(snapshot: &Value, path: &Value, kind: &str, witness: &Request) -> Vec<String> {
    let mut refused = Vec::new();
    if !path["actions"].as_array().unwrap().iter().any(|action| *action == witness.action) {
        refused.push(format!("{} is no action of the path", witness.action));
    }
    let anonymous = witness.principal == Principal::Anonymous;
    if (path["exposure"] == "anonymous" && !anonymous)
        || (path["exposure"] == "authenticated" && anonymous)
    {
        refused.push(format!("{:?} for {}", witness.principal, path["exposure"]));
    }
    let points = snapshot["AccessPoints"].as_array();
    let point = points.into_iter().flatten().find(|point| point["Name"] == path["via"]["name"]);
    let mut asked = vec![(policy(snapshot), witness.clone())];
    if let Some(point) = point {
        let (at_point, behind) = through_point(snapshot, point, witness);
        asked = vec![(policy(snapshot), behind), (policy(point), at_point)];
    }
    let policies: Vec<&Value> = asked.iter().map(|(policy, _)| policy).collect();
    let keys = universe::mentioned(&policies);
    let by_acl = kind.ends_with("acl");
    let reasons = [
        coherent(witness, snapshot["Account"].as_str().unwrap()),
        at_its_door(snapshot, point, path, witness),
        if by_acl { Ok(()) } else { complete(witness, |key| keys.contains_key(key)) },
    ];
    refused.extend(reasons.into_iter().filter_map(Result::err));
    let readings: &[Reading] = if path["unproved"].is_null() {
        &[Reading::Wide, Reading::Skeptical]
    } else {
        &[Reading::Wide]
    };
    for &reading in readings {
        let mut decisions = asked.iter().map(|(policy, request)| decide(policy, request, reading));
        let untold = path["unproved"] == Unproved::Untold.reason();
        if let Some(decision) = decisions.find(|decision| !lets_through(*decision, by_acl))
            && !(untold && gets_through_as_one(&asked, by_acl))
        {
            refused.push(format!("{decision:?} by the {reading:?} reading"));
        }
    }
    refused
}

/// Whether a decision lets through; what an ACL grants no policy has to allow.
fn lets_through(decision: Decision, by_acl: bool) -> bool {
    decision == Decision::Allowed || (by_acl && decision == Decision::Neither)
}

/// Whether a request gets through if the canonical user that policies name is who asks: the
/// principal whose ARN the request says.
fn gets_through_as_one(asked: &[(Value, Request)], by_acl: bool) -> bool {
    asked.iter().all(|(policy, request)| {
        let arn = match &request.principal {
            Principal::Aws { arn, .. } => Some(arn.as_str()),
            _ => request.one("aws:principalarn"),
        };
        let Some(arn) = arn else { return false };
        let account = arn.split(':').nth(4).unwrap().to_owned();
        let policy = with_account(policy, &account);
        let mut as_one = request.clone();
        as_one.principal = Principal::Aws { account, arn: arn.to_owned() };
        lets_through(decide(&policy, &as_one, Reading::Wide), by_acl)
    })
}

/// `policy` with `account` for each canonical user.
fn with_account(policy: &Value, account: &str) -> Value {
    let mut policy = policy.clone();
    let statements = match &mut policy["Statement"] {
        Value::Array(statements) => statements.iter_mut().collect(),
        one => vec![one],
    };
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let Some(Value::Object(kinds)) = statement.get_mut(element) else { continue };
            if kinds.remove("CanonicalUser").is_some() {
                let mut accounts = values::list(kinds.get("AWS").unwrap_or(&json!([]))).to_vec();
                accounts.push(json!(account));
                kinds.insert("AWS".to_owned(), json!(accounts));
            }
        }
    }
    policy
}

/// Whether the witness is sent to the bucket, or to the access point, that its path is about.
fn at_its_door(
    snapshot: &Value,
    point: Option<&Value>,
    path: &Value,
    witness: &Request,
) -> Result<(), String> {
    let owner = snapshot["Account"].as_str().unwrap();
    let parts: Vec<&str> = witness.resource.splitn(6, ':').collect();
    let arn = witness.one("s3:dataaccesspointarn");
    let account = witness.one("s3:dataaccesspointaccount");
    let Some(point) = point else {
        let bucket = snapshot["Bucket"].as_str().unwrap();
        if parts[2..5] != ["s3", "", ""] || parts[5].split('/').next() != Some(bucket) {
            return Err(format!("{} is elsewhere", witness.resource));
        }
        let of_ours = arn.and_then(|arn| arn.split(':').nth(4)) == Some(owner);
        // such a request must be let through by the access point's policy too
        return if of_ours || account == Some(owner) {
            Err("through an access point of our own".to_owned())
        } else {
            Ok(())
        };
    };
    let name: Vec<&str> = parts[5].split('/').take(2).collect();
    let theirs = point["AccessPointAccount"].as_str().unwrap_or(owner);
    if point["Name"] != name[1] || parts[4] != theirs || account.is_some_and(|one| one != theirs) {
        return Err("at another access point".to_owned());
    }
    if arn.is_some_and(|arn| arn != format!("{}:{}", parts[..5].join(":"), name.join("/"))) {
        return Err("the ARN of another access point".to_owned());
    }
    let vpc = point["VpcConfiguration"]["VpcId"].as_str();
    let closed = path["closed_by"].as_array().unwrap().contains(&json!("NetworkOrigin"));
    let elsewhere = witness.one("aws:sourceip").is_some()
        || witness.one("aws:sourcevpc").is_some_and(|one| Some(one) != vpc);
    if vpc.is_some() && elsewhere && !closed { Err(format!("not from {vpc:?}")) } else { Ok(()) }
}

/// A request at an access point, and the one that the bucket's policy sees behind it.
fn through_point(snapshot: &Value, point: &Value, request: &Request) -> (Request, Request) {
    let mut at_point = request.clone();
    let parts: Vec<&str> = request.resource.splitn(6, ':').collect();
    let name = parts[5].split('/').take(2).collect::<Vec<_>>().join("/");
    let arn = format!("{}:{name}", parts[..5].join(":"));
    for (key, value) in [
        ("s3:dataaccesspointarn", arn.as_str()),
        ("s3:dataaccesspointaccount", parts[4]),
        ("s3:accesspointnetworkorigin", point["NetworkOrigin"].as_str().unwrap()),
    ] {
        at_point.context.entry(key.to_owned()).or_insert_with(|| vec![value.to_owned()]);
    }
    let mut behind = at_point.clone();
    let bucket = format!("arn:aws:s3:::{}", snapshot["Bucket"].as_str().unwrap());
    behind.resource = match request.resource.split_once("/object/") {
        Some((_, key)) => format!("{bucket}/{key}"),
        None => bucket,
    };
    (at_point, behind)
}

/// Tells what there was, then fails when something was wrong, or when there was none of what is
/// `needed`.
fn hold(of: &str, counts: &Counts, needed: &[&str], wrong: &[String]) {
    println!("{of}: {counts:?}");
    for what in needed {
        assert!(counts.contains_key(*what), "{of}: nothing {what}");
    }
    let shown: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{of}: {} wrong, the first:\n{}", wrong.len(), shown.join("\n"));
}

fn hold_corpus(path: &Path) {
    let (mut counts, mut wrong) = (Counts::new(), Vec::new());
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| !line.is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        let found = wrong_witnesses(&case["snapshot"], &mut counts);
        wrong.extend(found.into_iter().map(|text| format!("{}: {text}", case["id"])));
    }
    hold(&path.display().to_string(), &counts, &["policy proved", "acl proved"], &wrong);
}

#[test]
fn the_witnesses_of_our_own_cases_get_through() {
    hold_corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/exposure.jsonl"));
}

#[test]
fn the_witnesses_of_the_shared_corpus_get_through() {
    if let Some(path) = shared::shared("corpus/exposure.jsonl") {
        hold_corpus(&path);
    }
}

/// `judge` over all generated snapshots.
fn over_all(of: &str, needed: &[&str], judge: fn(u64, &mut Counts) -> Vec<String>) {
    let count = generated();
    let workers = (0..THREADS).map(|worker| {
        thread::spawn(move || {
            let (mut counts, mut wrong) = (Counts::new(), Vec::new());
            for seed in (worker..count).step_by(usize::try_from(THREADS).unwrap()) {
                let found = judge(seed, &mut counts);
                wrong.extend(found.into_iter().map(|text| format!("seed {seed}: {text}")));
            }
            (counts, wrong)
        })
    });
    let (mut counts, mut wrong) = (Counts::new(), Vec::new());
    for worker in workers.collect::<Vec<_>>() {
        let (theirs, found) = worker.join().unwrap();
        for (what, count) in theirs {
            *counts.entry(what).or_default() += count;
        }
        wrong.extend(found);
    }
    hold(&format!("{of}, {count} generated"), &counts, needed, &wrong);
}

#[test]
fn the_witnesses_of_generated_states_get_through() {
    let needed = ["policy proved", "acl proved", "access_point proved"];
    over_all("witnesses", &needed, |seed, counts| {
        wrong_witnesses(&policies::snapshot(seed), counts)
    });
}

#[test]
fn no_request_that_gets_through_is_missing_from_the_verdict() {
    let needed = [
        "through as anonymous",
        "through as authenticated",
        "through as a named account",
        "through as a canonical user",
        "through as external",
        "through by nothing of ours",
    ];
    over_all("brute force", &needed, missed);
}

#[test]
fn fewer_steps_never_hide_what_gets_through() {
    over_all("fewer steps", &["given up: true", "given up: false"], narrowed);
}

/// Where a search that was given up, or one after it, finds less than one with steps for all.
fn narrowed(seed: u64, counts: &mut Counts) -> Vec<String> {
    const ALL: usize = 1_000_000;
    let snapshot = policies::snapshot(seed);
    let document = Document::from_json(&snapshot["Policy"]).unwrap();
    let owner = AccountId::parse(OWNER).unwrap();
    let place = Place::of_bucket(BUCKET, &owner, Route::Direct);
    let policies = Policies::of(Some(&document), &place, None);
    let account = AccountId::parse(OTHER).unwrap();
    let mut wrong = Vec::new();
    for caller in [Caller::Anonymous, Caller::Stranger, Caller::Account { account, arn: None }] {
        let ask = |asker: &Asker<'_, '_>, statement: usize, steps: usize| {
            asker.ask(&Offer::Statement(statement), false, Actions::ALL, &Fuel::new(steps))
        };
        // asked in haste, and asked again
        let hasty = policies.asker(&caller, true);
        for (statement, _) in document.allows() {
            let all = ask(&policies.asker(&caller, true), statement, ALL);
            for steps in [0, ALL] {
                let found = ask(&hasty, statement, steps);
                let gave_up = found.unproved == Some(Unproved::GivenUp);
                *counts.entry(format!("given up: {gave_up}")).or_default() += 1;
                if !(all.actions - found.actions).is_empty() {
                    wrong.push(format!("{caller:?}, statement {statement}, {steps}: {snapshot}"));
                }
            }
        }
    }
    let offers: Vec<Offer> = document.allows().map(|(index, _)| Offer::Statement(index)).collect();
    let [all, hasty] = [ALL, 0].map(|steps| policies.reach(&offers, &Fuel::new(steps)));
    for (statement, (all, hasty)) in all.iter().zip(&hasty).enumerate() {
        wrong.extend(
            hidden(all, hasty).map(|who| format!("{who:?}, allow {statement}: {snapshot}")),
        );
    }
    wrong
}

/// Those whom `all` knows to do something that `hasty` does not.
fn hidden<'r>(all: &'r Reach, hasty: &'r Reach) -> impl Iterator<Item = Caller> + 'r {
    let of_everyone = |reach: &Reach| reach.anonymous.actions | reach.authenticated.actions;
    let own = |caller: &Caller| {
        let theirs = hasty.bounded.iter().filter(|(callers, _)| callers.contains(caller));
        theirs.fold(Actions::NONE, |all, (_, through)| all | through.actions)
    };
    let bounded = all.bounded.iter().flat_map(|(callers, through)| {
        callers.iter().map(|caller| (caller.clone(), through.actions))
    });
    let everyone = [
        (Caller::Anonymous, all.anonymous.actions - hasty.anonymous.actions),
        (Caller::Stranger, all.authenticated.actions),
    ];
    let is_hidden = move |(caller, actions): &(Caller, Actions)| {
        let left = *actions - own(caller);
        let known = if *caller == Caller::Anonymous { Actions::NONE } else { of_everyone(hasty) };
        !(left - known).is_empty()
    };
    everyone.into_iter().chain(bounded).filter(is_hidden).map(|(caller, _)| caller)
}

/// The requests to the snapshot of `seed` that get through and that its verdict does not know.
fn missed(seed: u64, counts: &mut Counts) -> Vec<String> {
    let snapshot = policies::snapshot(seed);
    let nobody = Trust::default();
    let some = universe::trust();
    let [verdict, with_trust] = [&nobody, &some].map(|trust| verdict(&snapshot, trust));
    let draw = &mut Draw::new(!seed);
    let mut missed = Vec::new();
    for point in [false, true] {
        let Some((policies, door)) = at(&snapshot, point) else { continue };
        let keys = universe::mentioned(&policies);
        for request in universe::requests(draw, &policies, &keys, door, REQUESTS) {
            *counts.entry("requests".to_owned()).or_default() += 1;
            let Some(least) = owed(&snapshot, point, &request) else { continue };
            *counts.entry(format!("through as {}", least.name())).or_default() += 1;
            if !is_known(&verdict, point, &request, &least) {
                let small = shrunk(snapshot.clone(), point, &request, &nobody);
                missed.push(format!("missed {least:?}\n  {}\n  {small}", request.published()));
                break;
            }
            if universe::carries_ours(&request, door) {
                continue;
            }
            *counts.entry("through by nothing of ours".to_owned()).or_default() += 1;
            // trust in others takes nobody out of the paths of those whom nobody trusts
            if !is_known(&with_trust, point, &request, &least) {
                let small = shrunk(snapshot.clone(), point, &request, &some);
                missed.push(format!("trusted {least:?}\n  {}\n  {small}", request.published()));
                break;
            }
        }
    }
    missed
}

/// The policies that a request meets at the bucket's own door or at its access point.
fn at(snapshot: &Value, point: bool) -> Option<(Vec<&Value>, Door<'_>)> {
    if !point {
        return Some((vec![&snapshot["Policy"]], Door::Bucket));
    }
    let point = snapshot["AccessPoints"].get(0)?;
    let vpc = point["VpcConfiguration"]["VpcId"].as_str();
    Some((vec![&snapshot["Policy"], &point["Policy"]], Door::Point { vpc }))
}

/// How wide the verdict must be because `request` gets through; `None` when it does not.
fn owed(snapshot: &Value, point: bool, request: &Request) -> Option<Least> {
    let (policies, door) = at(snapshot, point)?;
    if !gets_through(snapshot, point, request) {
        return None;
    }
    if let Some(account) = request.one("aws:sourceaccount") {
        // a service that acts for anybody is a deputy to be warned of, not a way in by itself
        let mut for_anybody = request.clone();
        for value in for_anybody.context.values_mut().flatten() {
            *value = value.replace(account, "121212121212");
        }
        if account == OWNER || gets_through(snapshot, point, &for_anybody) {
            return None;
        }
    }
    universe::least(request, &universe::mentioned(&policies), door)
}

fn gets_through(snapshot: &Value, point: bool, request: &Request) -> bool {
    let allowed = |holder: &Value, request: &Request| {
        decide(&holder["Policy"], request, Reading::Wide) == Decision::Allowed
    };
    if point {
        let point = &snapshot["AccessPoints"][0];
        let (at_point, behind) = through_point(snapshot, point, request);
        allowed(point, &at_point) && allowed(snapshot, &behind)
    } else {
        allowed(snapshot, request)
    }
}

fn is_known(verdict: &Value, point: bool, request: &Request, least: &Least) -> bool {
    let kind = if point { "access_point" } else { "policy" };
    // a service that an Allow lets call for anybody is warned of, whatever a Deny leaves of that
    let is_service = matches!(request.principal, Principal::Service(_));
    let mut warnings = verdict["warnings"].as_array().unwrap().iter();
    if is_service && warnings.any(|one| one.as_str().unwrap().contains("confused deputy")) {
        return true;
    }
    verdict["paths"].as_array().unwrap().iter().any(|path| {
        path["via"]["kind"] == kind
            && path["actions"].as_array().unwrap().contains(&json!(request.action))
            && is_as_wide(path, least)
    })
}

/// What is left of `snapshot` when all is taken away without which the request is still missed.
fn shrunk(mut snapshot: Value, point: bool, request: &Request, trust: &Trust) -> Value {
    let is_missed = |snapshot: &Value| {
        owed(snapshot, point, request)
            .is_some_and(|least| !is_known(&verdict(snapshot, trust), point, request, &least))
    };
    'smaller: loop {
        for smaller in smaller(&snapshot) {
            if is_missed(&smaller) {
                snapshot = smaller;
                continue 'smaller;
            }
        }
        return snapshot;
    }
}

/// `snapshot` with one thing less, each.
fn smaller(snapshot: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut without = |place: &str, name: &str| {
        let mut less = snapshot.clone();
        if let Some(Value::Object(map)) = less.pointer_mut(place)
            && map.remove(name).is_some()
        {
            found.push(less);
        }
    };
    let names = snapshot.as_object().unwrap().keys();
    names.filter(|name| *name != "Bucket" && *name != "Account").for_each(|name| without("", name));
    let mut lists = Vec::new();
    for place in ["/Policy/Statement", "/AccessPoints/0/Policy/Statement"] {
        let statements = snapshot.pointer(place).and_then(Value::as_array);
        for (index, statement) in statements.into_iter().flatten().enumerate() {
            lists.push((place, index));
            let block = format!("{place}/{index}/Condition");
            for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
                without(&block, operator);
                for key in keys.as_object().unwrap().keys() {
                    without(&format!("{block}/{operator}"), key);
                }
            }
        }
    }
    for (place, index) in lists {
        let mut less = snapshot.clone();
        less.pointer_mut(place).unwrap().as_array_mut().unwrap().remove(index);
        found.push(less);
    }
    found
}

fn is_as_wide(path: &Value, least: &Least) -> bool {
    let classes = ["external", "authenticated", "anonymous"];
    let class = classes.iter().position(|class| path["exposure"] == *class);
    let names =
        |list: &str, name: &str| path["parties"][list].as_array().unwrap().contains(&json!(name));
    class.is_some_and(|class| match least {
        Least::Anonymous => class == 2,
        Least::Authenticated => class >= 1,
        Least::Account(account) => class >= 1 || names("accounts", account),
        Least::CanonicalUser(id) => class >= 1 || names("canonical_users", id),
        Least::External => true,
    })
}

#[test]
fn a_generated_state_is_the_same_every_time() {
    assert_eq!(policies::snapshot(7), policies::snapshot(7));
    assert_ne!(policies::snapshot(7), policies::snapshot(8));
    assert_eq!(policies::snapshot(7)["Bucket"], BUCKET);
    assert_eq!(policies::snapshot(7)["Account"], OWNER);
}
