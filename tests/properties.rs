//! What holds over thousands of states: the verdict never gets narrower by more grants or fewer
//! readings, and the whole flow never lowers a setting, never writes where it may not, and is quiet
//! the second time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use s3_guardrail::bucket::{BucketState, Observed, Part, Setting, Settings, snapshot};
use s3_guardrail::event::{EventInfo, Scope, Source, Trigger};
use s3_guardrail::exposure::{Class, evaluate};
use s3_guardrail::guard::{failure, guard};
use s3_guardrail::guardrail::{Guardrail, Mode};
use s3_guardrail::local::LocalAccount;
use s3_guardrail::name::{AccountId, BucketName, Region};
use s3_guardrail::ports::World;
use s3_guardrail::trust::Trust;
use serde_json::{Value, json};
use time::macros::datetime;

const OWNER: &str = "111122223333";
const OTHER: &str = "444455556666";

fn principals() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": OWNER}),
        json!({"AWS": OTHER}),
        json!({"AWS": ["arn:aws:iam::444455556666:role/Reader", "777788889999"]}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"CanonicalUser": "facade"}),
        json!({"Federated": "accounts.google.com"}),
    ])
}

fn conditions() -> impl Strategy<Value = Value> {
    let operators = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ArnLike",
        "ArnNotLike",
        "IpAddress",
        "NotIpAddress",
        "Bool",
        "Null",
        "NoSuchOperator",
    ]);
    let keys = select(vec![
        "aws:PrincipalOrgID",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:SourceIp",
        "aws:SourceVpce",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:userid",
        "aws:UserAgent",
        "s3:DataAccessPointAccount",
        "s3:signatureversion",
        "made:up",
    ]);
    let values = vec(
        select(vec![
            "o-exampleorgid",
            "o-*",
            "*",
            OWNER,
            OTHER,
            "arn:aws:iam::444455556666:role/*",
            "arn:aws:iam::*:role/Reader",
            "203.0.113.0/24",
            "0.0.0.0/0",
            "10.0.0.0/8",
            "true",
            "false",
            "vpce-1a2b3c4d",
            "${aws:PrincipalTag/x}",
        ]),
        0..3,
    );
    vec((operators, keys, values), 0..3).prop_map(|triples| {
        let mut block = json!({});
        for (operator, key, values) in triples {
            block[operator][key] = json!(values);
        }
        block
    })
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let actions = select(vec!["s3:GetObject", "s3:*", "s3:ListBucket", "s3:Put*", "*"]);
    let resources = select(vec![
        json!("arn:aws:s3:::clinic-reports/*"),
        json!("arn:aws:s3:::clinic-reports"),
        json!(["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/*"]),
        json!("*"),
        json!("arn:aws:s3:::clinic-reports/private/*"),
    ]);
    (principals(), actions, resources, conditions()).prop_map(
        move |(principal, action, resource, condition)| {
            json!({"Effect": effect, "Principal": principal, "Action": action,
                   "Resource": resource, "Condition": condition})
        },
    )
}

fn settings() -> impl Strategy<Value = Value> {
    any::<[bool; 4]>().prop_map(|[a, b, c, d]| {
        json!({"BlockPublicAcls": a, "IgnorePublicAcls": b, "BlockPublicPolicy": c,
               "RestrictPublicBuckets": d})
    })
}

fn acl() -> impl Strategy<Value = Value> {
    let group = |name: &str| json!({"Type": "Group", "URI": format!("http://acs.amazonaws.com/groups/{name}")});
    let grantees = select(vec![
        group("global/AllUsers"),
        group("global/AuthenticatedUsers"),
        group("s3/LogDelivery"),
        json!({"Type": "CanonicalUser", "ID": "facade"}),
        json!({"Type": "CanonicalUser", "ID": "owner"}),
    ]);
    let permissions = select(vec!["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]);
    vec((grantees, permissions), 0..3).prop_map(|grants| {
        let grants: Vec<Value> = grants
            .into_iter()
            .map(|(grantee, permission)| json!({"Grantee": grantee, "Permission": permission}))
            .collect();
        json!({"Owner": {"ID": "owner"}, "Grants": grants})
    })
}

fn access_points() -> impl Strategy<Value = Value> {
    let point = (select(vec!["Internet", "VPC"]), option::of(principals()), option::of(settings()));
    vec(point, 0..3).prop_map(|points| {
        let points = points.into_iter().enumerate().map(|(index, (origin, principal, settings))| {
            let mut point = json!({"Name": format!("ap{index}"), "NetworkOrigin": origin});
            if let Some(principal) = principal {
                let arn = format!("arn:aws:s3:eu-west-1:{OWNER}:accesspoint/ap{index}/object/*");
                point["Policy"] = json!({"Statement": {"Effect": "Allow", "Principal": principal,
                                         "Action": "s3:GetObject", "Resource": arn}});
            }
            if let Some(settings) = settings {
                point["PublicAccessBlockConfiguration"] = settings;
            }
            point
        });
        points.collect()
    })
}

/// A snapshot; every part of it in every state that matters, each by itself.
fn snapshots() -> impl Strategy<Value = Value> {
    let effects = prop_oneof![3 => statement("Allow"), 1 => statement("Deny")];
    let ownership = select(vec!["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]);
    let unreadable = select(Part::ALL.map(Part::name).to_vec());
    (
        vec(effects, 0..4),
        acl(),
        option::of(ownership),
        option::of(settings()),
        option::of(settings()),
        access_points(),
        option::weighted(0.15, unreadable),
    )
        .prop_map(|(statements, acl, ownership, settings, account, points, unreadable)| {
            let mut snapshot = json!({"Bucket": "clinic-reports", "Account": OWNER,
                                      "Region": "eu-west-1", "Acl": acl, "AccessPoints": points});
            if !statements.is_empty() {
                snapshot["Policy"] = json!({"Version": "2012-10-17", "Statement": statements});
            }
            if let Some(ownership) = ownership {
                snapshot["OwnershipControls"] = json!({"Rules": [{"ObjectOwnership": ownership}]});
            }
            if let Some(settings) = settings {
                snapshot["PublicAccessBlockConfiguration"] = settings;
            }
            if let Some(account) = account {
                snapshot["AccountPublicAccessBlockConfiguration"] = account;
            }
            if let Some(part) = unreadable {
                snapshot["Unreadable"] = json!({part: "AccessDenied"});
            }
            snapshot
        })
}

fn state(snapshot: &Value) -> BucketState {
    snapshot::read(&snapshot.to_string()).unwrap()
}

/// The exposure as a number that only grows with what is or may be open.
fn width(state: &BucketState) -> Class {
    match evaluate(state, &Trust::default()).exposure {
        s3_guardrail::exposure::Exposure::Known(class) => class,
        s3_guardrail::exposure::Exposure::Unknown(_) => Class::Anonymous,
    }
}

fn with_statement(snapshot: &Value, statement: Value) -> Value {
    let mut wider = snapshot.clone();
    if wider["Policy"].is_null() {
        wider["Policy"] = json!({"Version": "2012-10-17", "Statement": []});
    }
    wider["Policy"]["Statement"].as_array_mut().unwrap().push(statement);
    wider
}

fn cases(cases: u32) -> ProptestConfig {
    // the same states in every run, so that a failure is of the change and not of the draw
    let rng_seed = proptest::test_runner::RngSeed::Fixed(20_261_121);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn an_allow_more_never_narrows_while_nothing_restricts(
        mut snapshot in snapshots(), allow in statement("Allow"),
    ) {
        // with RestrictPublicBuckets on, a public statement more cuts named accounts off
        for level in ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"] {
            if !snapshot[level].is_null() {
                snapshot[level]["RestrictPublicBuckets"] = json!(false);
            }
        }
        prop_assert!(width(&state(&with_statement(&snapshot, allow))) >= width(&state(&snapshot)));
    }

    #[test]
    fn a_deny_more_never_widens_while_nothing_restricts(
        mut snapshot in snapshots(), deny in statement("Deny"),
    ) {
        for level in ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"] {
            if !snapshot[level].is_null() {
                snapshot[level]["RestrictPublicBuckets"] = json!(false);
            }
        }
        if let Some(points) = snapshot["AccessPoints"].as_array_mut() {
            points.clear();
        }
        prop_assert!(width(&state(&with_statement(&snapshot, deny))) <= width(&state(&snapshot)));
    }

    #[test]
    fn order_and_repetition_of_statements_do_not_matter(snapshot in snapshots()) {
        let mut other = snapshot.clone();
        if let Some(Value::Array(list)) = other.pointer_mut("/Policy/Statement") {
            let twice = list.clone();
            list.reverse();
            list.extend(twice);
        }
        let (one, other) = (state(&snapshot), state(&other));
        prop_assert_eq!(width(&one), width(&other));
        let trust = Trust::default();
        let (one, other) = (evaluate(&one, &trust), evaluate(&other, &trust));
        prop_assert_eq!(one.public, other.public);
        prop_assert_eq!(one.external, other.external);
    }

    #[test]
    fn a_setting_more_never_widens(
        snapshot in snapshots(), setting in select(Setting::ALL.to_vec()),
    ) {
        for level in ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"] {
            let mut closer = snapshot.clone();
            closer[level][setting.name()] = json!(true);
            prop_assert!(width(&state(&closer)) <= width(&state(&snapshot)));
        }
    }

    #[test]
    fn what_cannot_be_read_never_narrows(
        snapshot in snapshots(), part in select(Part::ALL.map(Part::name).to_vec()),
    ) {
        let mut blind = snapshot.clone();
        blind["Unreadable"][part] = json!("AccessDenied");
        let (blind, seen) = (state(&blind), state(&snapshot));
        prop_assert!(width(&blind) >= width(&seen));
        let public = |state: &BucketState| evaluate(state, &Trust::default()).public;
        if public(&seen) != Some(false) {
            prop_assert_ne!(public(&blind), Some(false));
        }
    }

    #[test]
    fn a_witness_is_of_the_class_and_the_actions_of_its_path(snapshot in snapshots()) {
        use s3_guardrail::iam::Requester;
        for path in evaluate(&state(&snapshot), &Trust::default()).paths {
            let Some(witness) = &path.witness else { continue };
            prop_assert!(path.actions.contains(witness.action));
            let anonymous = witness.principal == Requester::Anonymous;
            match path.exposure {
                Class::Anonymous => prop_assert!(anonymous),
                Class::Authenticated => prop_assert!(!anonymous),
                Class::None | Class::Trusted | Class::External => {}
            }
        }
    }

    #[test]
    fn an_explanation_never_contradicts_the_policy(snapshot in snapshots()) {
        use s3_guardrail::explain::{Question, Words, explain};
        use s3_guardrail::iam::{Answer, Request};
        let state = state(&snapshot);
        let Some(Some(document)) = state.policy.known() else { return Ok(()) };
        let verdict = evaluate(&state, &Trust::default());
        for principal in
            ["anonymous", OTHER, "arn:aws:iam::444455556666:role/Reader", "canonical:facade",
             "service:cloudtrail.amazonaws.com"]
        {
            for action in ["s3:GetObject", "s3:ListBucket", "s3:PutObject"] {
                let words = Words { principal, action, ..Words::default() };
                let now = datetime!(2026-11-20 09:14:07 UTC);
                let question = Question::read(&words, &state, now).unwrap();
                let told = explain(&state, &verdict, &question).policies.remove(0);
                let carried = question.context.iter();
                let request = Request {
                    context: carried
                        .map(|own| (own.key.to_ascii_lowercase(), own.values.clone()))
                        .collect(),
                    requester: question.requester,
                    action: question.action,
                    resource: question.resource,
                };
                match document.answer(&request) {
                    Answer::Allowed => {
                        // canonical ids cannot be held against accounts
                        prop_assert_eq!(told.allows, Some(true));
                        prop_assert_ne!(told.denies, Some(true));
                    }
                    Answer::Neither => prop_assert_ne!(told.allows, Some(true)),
                    // which account has a canonical id is not in a policy, but may be in the state
                    Answer::DeniedBy(_) if principal.starts_with("canonical:") => {}
                    Answer::DeniedBy(_) => prop_assert_ne!(told.denies, Some(false)),
                }
            }
        }
    }

    #[test]
    fn a_witness_explained_says_what_its_path_says(snapshot in snapshots()) {
        use s3_guardrail::explain::{Answer, Question, explain};
        use s3_guardrail::iam::Requester;
        let state = state(&snapshot);
        let verdict = evaluate(&state, &Trust::default());
        for path in &verdict.paths {
            let Some(witness) = &path.witness else { continue };
            let told = explain(&state, &verdict, &Question::of_witness(witness, &path.via));
            // what closes one path may leave another open, and AWS services pass
            let open = verdict.paths.iter().any(s3_guardrail::exposure::Path::is_open)
                || matches!(witness.principal, Requester::Service(_));
            let against = match (path.is_open(), open) {
                (true, _) => Some(Answer::Refused),
                (false, false) => Some(Answer::Through),
                (false, true) => None,
            };
            prop_assert_ne!(told.answer, Answer::OwnerDecides);
            prop_assert!(Some(told.answer) != against, "{:?}: {}", path, told.because);
        }
    }
}

fn guardrail(mode: Mode) -> Guardrail {
    let mut guardrail = Guardrail::parse(s3_guardrail::guardrail::DEFAULT).unwrap();
    guardrail.mode = mode;
    guardrail
}

fn trigger() -> Trigger {
    let account = AccountId::parse(OWNER).unwrap();
    let region = Region::parse("eu-west-1").unwrap();
    Trigger {
        event: EventInfo {
            id: "11111111-2222-3333-4444-555555555555".to_owned(),
            name: "PutBucketPolicy".to_owned(),
            time: Some(datetime!(2026-11-20 09:14:07 UTC)),
            account,
            region: region.clone(),
        },
        source: Source::CloudTrail,
        actor: None,
        scope: Scope::Bucket {
            bucket: BucketName::parse("clinic-reports").unwrap(),
            account,
            region,
            object: None,
        },
        parameters: Value::Null,
    }
}

/// Runs a future of the in-memory world, which never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the in-memory account waited");
    };
    output
}

fn run(world: &LocalAccount, mode: Mode) -> s3_guardrail::report::Report {
    now(guard(&trigger(), &guardrail(mode), world))
}

fn live_settings(world: &LocalAccount) -> Option<Settings> {
    let state = world.state(&BucketName::parse("clinic-reports").unwrap()).unwrap();
    match state.settings {
        Observed::Known(settings) => Some(settings),
        Observed::Unknown(_) => None,
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn undoing_a_containment_gives_back_the_settings_of_before(
        snapshot in snapshots(), by_cause in any::<bool>(),
    ) {
        use s3_guardrail::guardrail::Contain;
        use s3_guardrail::undo::plan;
        let before = state(&snapshot);
        let world = LocalAccount::from_states(
            vec![before.clone()], datetime!(2026-11-20 09:14:09 UTC),
        );
        let mut guardrail = guardrail(Mode::Enforce);
        let contain = if by_cause { Contain::ByCause } else { Contain::All };
        guardrail.rules.iter_mut().for_each(|rule| rule.contain = contain);
        now(guard(&trigger(), &guardrail, &world));
        let memory = world.memory(before.account, &before.bucket);
        if world.writes().is_empty() {
            prop_assert_eq!(live_settings(&world), before.settings.known().copied());
            return Ok(());
        }
        let episode = memory.episode.unwrap();
        let kept = now(world.pre_image(&episode.id)).unwrap().unwrap();
        let live = world.state(&before.bucket).unwrap();
        let undo = plan(&kept, &episode.written, &live, &Trust::default());
        match before.settings.known() {
            Some(settings) => prop_assert_eq!(undo.unwrap().puts_back, *settings),
            None => prop_assert!(undo.is_err()),
        }
        // what somebody changed since is not undone
        let mut changed = live.clone();
        changed.settings = Observed::Known(Settings::default());
        if live.settings != changed.settings {
            prop_assert!(plan(&kept, &episode.written, &changed, &Trust::default()).is_err());
        }
    }

    #[test]
    fn the_flow_never_lowers_a_setting_and_closes_what_it_was_told_to(snapshot in snapshots()) {
        let before = state(&snapshot);
        let now = datetime!(2026-11-20 09:14:09 UTC);
        let world = LocalAccount::from_states(vec![before.clone()], now);
        let report = run(&world, Mode::Enforce);
        let had = before.settings.known().copied().unwrap_or_default();
        if let Some(has) = live_settings(&world) {
            for setting in Setting::ALL {
                prop_assert!(has.has(setting) || !had.has(setting));
            }
        }
        // in memory every write takes; what settings cannot close is said to be so
        let failed = failure(&report).map(|(name, _)| name);
        prop_assert!(failed.is_none_or(|name| name == "ContainmentFailed"));
        // the second time there is nothing left to write
        let writes = world.writes().len();
        prop_assert!(writes <= 1);
        run(&world, Mode::Enforce);
        prop_assert_eq!(world.writes().len(), writes);
    }

    #[test]
    fn observe_and_notify_write_nothing_and_observe_says_nothing(snapshot in snapshots()) {
        for mode in [Mode::Observe, Mode::Notify] {
            let now = datetime!(2026-11-20 09:14:09 UTC);
            let world = LocalAccount::from_states(vec![state(&snapshot)], now);
            run(&world, mode);
            prop_assert!(world.writes().is_empty());
            prop_assert!(mode == Mode::Notify || world.published().is_empty());
        }
    }

    #[test]
    fn what_cannot_be_read_alerts(
        snapshot in snapshots(), part in select(Part::ALL.map(Part::name).to_vec()),
    ) {
        let mut blind = snapshot;
        blind["Unreadable"][part] = json!("AccessDenied");
        let now = datetime!(2026-11-20 09:14:09 UTC);
        let world = LocalAccount::from_states(vec![state(&blind)], now);
        run(&world, Mode::Notify);
        prop_assert!(world.published().iter().any(|message| message.text.contains(part)));
    }
}
