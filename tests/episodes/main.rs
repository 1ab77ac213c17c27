//! Episodes on an account in memory: what people are told, once, whatever comes twice, out of
//! order, half done or not at all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod world;

use s3_guardrail::bucket::{BucketName, BucketState, Observed, Setting, Settings, snapshot};
use s3_guardrail::episode::{Memory, State};
use s3_guardrail::event::{Actor, ActorKind, Confidence, EventInfo, Scope, Source, Trigger};
use s3_guardrail::guard::{failure, guard};
use s3_guardrail::guardrail::{DEFAULT, Guardrail};
use s3_guardrail::local::LocalAccount;
use s3_guardrail::name::{AccountId, Region};
use s3_guardrail::ports::{Message, World};
use s3_guardrail::report::{Outcome, Report};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use world::{Call, Kill, Shaky, finish};

const OWNER: &str = "111122223333";
const NOW: OffsetDateTime = datetime!(2026-11-20 09:14:09 UTC);

fn bucket() -> BucketName {
    BucketName::parse("clinic-reports").unwrap()
}

fn account_id() -> AccountId {
    AccountId::parse(OWNER).unwrap()
}

fn everyone_reads() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow",
        "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::clinic-reports/*"}]})
}

fn state(policy: Option<Value>) -> BucketState {
    let mut snapshot = json!({"Bucket": "clinic-reports", "Account": OWNER, "Region": "eu-west-1"});
    if let Some(policy) = policy {
        snapshot["Policy"] = policy;
    }
    snapshot::read(&snapshot.to_string()).unwrap()
}

fn account(state: BucketState) -> LocalAccount {
    LocalAccount::from_states(vec![state], NOW)
}

fn actor(principal: &str) -> Actor {
    Actor {
        kind: ActorKind::AssumedRole,
        principal: Some(principal.to_owned()),
        arn: None,
        account: Some(OWNER.to_owned()),
        name: None,
        confidence: Confidence::None,
        issuer_arn: None,
        source_identity: None,
        identity_center_user: None,
        mfa: None,
        source_ip: None,
        user_agent: Some("APN/1.0 HashiCorp/1.0 Terraform/1.9.0".to_owned()),
        via: None,
        access_key_id: None,
    }
}

fn event(id: &str, name: &str, time: OffsetDateTime, parameters: Value) -> Trigger {
    let region = Region::parse("eu-west-1").unwrap();
    Trigger {
        event: EventInfo {
            id: id.to_owned(),
            name: name.to_owned(),
            time: Some(time),
            account: account_id(),
            region: region.clone(),
        },
        source: Source::CloudTrail,
        actor: Some(actor("arn:aws:iam::111122223333:role/ops/Deploy")),
        scope: Scope::Bucket { bucket: bucket(), account: account_id(), region, object: None },
        parameters,
    }
}

fn opening(id: &str, time: OffsetDateTime) -> Trigger {
    event(id, "PutBucketPolicy", time, json!({"bucketPolicy": everyone_reads()}))
}

fn closing(id: &str, time: OffsetDateTime) -> Trigger {
    event(id, "DeleteBucketPolicy", time, json!({}))
}

fn unblocking(id: &str, time: OffsetDateTime) -> Trigger {
    event(id, "DeleteBucketPublicAccessBlock", time, json!({}))
}

fn guardrail(mode: &str) -> Guardrail {
    Guardrail::parse(&DEFAULT.replace("mode = \"notify\"", &format!("mode = \"{mode}\""))).unwrap()
}

fn run(trigger: &Trigger, world: &impl World) -> Report {
    finish(guard(trigger, &guardrail("enforce"), world)).unwrap()
}

/// What people were told, but for what only ends what the message before it began.
fn told_by(account: &LocalAccount) -> Vec<Message> {
    account.published().into_iter().filter(|message| !message.is_twin).collect()
}

fn subjects(account: &LocalAccount) -> Vec<String> {
    told_by(account).into_iter().map(|message| message.subject).collect()
}

fn memory(account: &LocalAccount) -> Memory {
    account.memory(account_id(), &bucket())
}

fn standing(account: &LocalAccount) -> State {
    memory(account).episode.unwrap().state
}

/// Lets time go by.
fn wait(account: &LocalAccount, duration: Duration) {
    finish(account.pause(duration.unsigned_abs())).unwrap();
}

fn reopen(account: &LocalAccount) {
    account.put(state(Some(everyone_reads())));
}

#[test]
fn a_duplicate_is_one_page_and_one_write() {
    let account = account(state(Some(everyone_reads())));
    for _ in 0..50 {
        let report = run(&opening("e1", NOW), &account);
        assert_eq!(failure(&report), None);
    }
    assert_eq!(subjects(&account).len(), 1);
    assert_eq!(account.writes().len(), 1);
    assert_eq!(standing(&account), State::Contained);
}

#[test]
fn its_own_write_comes_back_and_nothing_is_told() {
    let account = account(state(Some(everyone_reads())));
    run(&opening("e1", NOW), &account);
    let all_on = json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true,
        "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}});
    run(&event("e2", "PutBucketPublicAccessBlock", NOW, all_on), &account);
    assert_eq!((subjects(&account).len(), account.writes().len()), (1, 1));
}

#[test]
fn every_order_of_six_events_ends_right_and_tells_of_nothing_that_never_was() {
    // opened, closed, reopened, closed, reopened with the shield gone: it is open at the end
    let at = |seconds: i64| NOW - Duration::seconds(60 - seconds);
    let events = [
        opening("e1", at(1)),
        closing("e2", at(2)),
        opening("e3", at(3)),
        closing("e4", at(4)),
        unblocking("e5", at(5)),
        opening("e6", at(6)),
    ];
    let mut orders = Vec::new();
    permutations(&mut (0..events.len()).collect::<Vec<_>>(), 0, &mut orders);
    assert_eq!(orders.len(), 720);
    for order in orders {
        let account = account(state(Some(everyone_reads())));
        for index in &order {
            let report = run(&events[*index], &account);
            assert_eq!(failure(&report), None, "{order:?}");
        }
        let told = subjects(&account);
        assert_eq!(told.len(), 1, "{order:?}: {told:?}");
        assert_eq!(account.writes().len(), 1, "{order:?}");
        assert_eq!(account.state(&bucket()).unwrap().settings, Observed::Known(Settings::ALL_ON));
        assert_eq!(standing(&account), State::Contained);
    }
}

fn permutations(rest: &mut Vec<usize>, from: usize, found: &mut Vec<Vec<usize>>) {
    if from == rest.len() {
        found.push(rest.clone());
    }
    for index in from..rest.len() {
        rest.swap(from, index);
        permutations(rest, from + 1, found);
        rest.swap(from, index);
    }
}

#[test]
fn in_every_order_of_events_on_a_bucket_that_is_closed_again_one_page_tells_that_it_was_open() {
    let at = |seconds: i64| NOW - Duration::seconds(60 - seconds);
    let events =
        [opening("e1", at(1)), closing("e2", at(2)), opening("e3", at(3)), closing("e4", at(4))];
    let mut orders = Vec::new();
    permutations(&mut (0..events.len()).collect::<Vec<_>>(), 0, &mut orders);
    for order in orders {
        let account = account(state(None));
        for index in order.iter().chain(&order) {
            assert_eq!(failure(&run(&events[*index], &account)), None, "{order:?}");
        }
        let told = subjects(&account);
        assert_eq!(told.len(), 1, "{order:?}: {told:?}");
        assert!(account.writes().is_empty());
        assert_eq!(standing(&account), State::Closed);
    }
}

#[test]
fn an_event_of_yesterday_about_a_closed_bucket_is_told_to_nobody() {
    let account = account(state(None));
    run(&opening("e1", NOW - Duration::hours(24)), &account);
    assert!(subjects(&account).is_empty() && account.writes().is_empty());
}

#[test]
fn wherever_a_run_is_killed_the_next_one_converges_and_tells() {
    let calls = {
        let account = account(state(Some(everyone_reads())));
        let shaky = Shaky::new(&account);
        run(&opening("e1", NOW), &shaky);
        shaky.calls()
    };
    assert!(calls.len() >= 9, "{calls:?}");
    for (at, call) in calls.iter().enumerate() {
        for after in [false, true] {
            let account = account(state(Some(everyone_reads())));
            let killed = Shaky::killed(&account, Kill { at, after });
            assert!(finish(guard(&opening("e1", NOW), &guardrail("enforce"), &killed)).is_none());
            let told_before = subjects(&account).len();
            // the queue gives the message back after the time that the function has, six times
            wait(&account, Duration::minutes(3));
            let report = run(&opening("e1", NOW), &account);
            let place = format!("killed at call {at} ({call:?}), after its effect: {after}");
            assert_eq!(failure(&report), None, "{place}");
            let told = subjects(&account).len();
            // only where the message was out and nobody could note it, it goes out twice
            let noted = after && at + 1 == calls.len();
            let twice = told_before == 1 && !noted;
            assert_eq!(told, if twice { 2 } else { 1 }, "{place}");
            let memory = memory(&account);
            let episode = memory.episode.unwrap();
            assert_eq!(episode.state, State::Contained, "{place}");
            let kept = finish(account.pre_image(&episode.id)).unwrap().unwrap();
            let kept = kept.unwrap().state().unwrap();
            assert_eq!(kept.settings, Observed::Known(Settings::default()), "{place}");
            let page = &told_by(&account)[0];
            assert!(page.text.contains("Sid `PublicRead`"), "{place}: {}", page.text);
            assert!(account.writes().len() <= 2, "{place}");
        }
    }
}

#[test]
fn a_second_delivery_in_the_middle_of_a_run_waits_and_then_comes_again() {
    let account = account(state(Some(everyone_reads())));
    let calls = {
        let other = self::account(state(Some(everyone_reads())));
        let shaky = Shaky::new(&other);
        run(&opening("e1", NOW), &shaky);
        shaky.calls()
    };
    let publish = calls.iter().position(|call| *call == Call::Publish).unwrap();
    let killed = Shaky::killed(&account, Kill { at: publish, after: false });
    assert!(finish(guard(&opening("e1", NOW), &guardrail("enforce"), &killed)).is_none());
    // the same event, while the first run may still be publishing
    let report = run(&opening("e1", NOW), &account);
    assert_eq!(failure(&report).unwrap().0, "ToldElsewhere");
    // another event leaves it to the first run
    assert_eq!(failure(&run(&unblocking("e2", NOW), &account)), None);
    assert!(subjects(&account).is_empty());
    wait(&account, Duration::minutes(3));
    assert_eq!(failure(&run(&opening("e1", NOW), &account)), None);
    assert_eq!(subjects(&account).len(), 1);
}

#[test]
fn without_its_table_it_contains_and_pages() {
    let account = account(state(Some(everyone_reads())));
    for call in [Call::Recall, Call::Remember, Call::Keep] {
        reopen(&account);
        let before = (subjects(&account).len(), account.writes().len());
        let shaky = Shaky::new(&account).failing(call, "InternalServerError", "down");
        let report = run(&opening(&format!("{call:?}"), NOW), &shaky);
        assert_eq!(failure(&report), None);
        assert_eq!(
            (subjects(&account).len(), account.writes().len()),
            (before.0 + 1, before.1 + 1)
        );
        let page = told_by(&account).pop().unwrap();
        assert!(page.text.contains("could not be remembered"), "{}", page.text);
    }
}

#[test]
fn without_its_topic_it_contains_and_comes_again_until_one_page_is_out() {
    let account = account(state(Some(everyone_reads())));
    for _ in 0..3 {
        let shaky = Shaky::new(&account).failing(Call::Publish, "InternalError", "down");
        let report = run(&opening("e1", NOW), &shaky);
        assert_eq!(failure(&report).unwrap().0, "AlertFailed");
    }
    assert_eq!(account.writes().len(), 1);
    for _ in 0..3 {
        assert_eq!(failure(&run(&opening("e1", NOW), &account)), None);
    }
    let told = told_by(&account);
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("Sid `PublicRead`"), "{}", told[0].text);
}

#[test]
fn without_table_and_topic_it_contains_and_the_page_comes_when_both_are_back() {
    let account = account(state(Some(everyone_reads())));
    let shaky = Shaky::new(&account)
        .failing(Call::Publish, "InternalError", "down")
        .failing(Call::Recall, "InternalServerError", "down")
        .failing(Call::Remember, "InternalServerError", "down")
        .failing(Call::Keep, "InternalServerError", "down");
    assert_eq!(failure(&run(&opening("e1", NOW), &shaky)).unwrap().0, "AlertFailed");
    assert_eq!(account.writes().len(), 1);
    assert_eq!(failure(&run(&opening("e1", NOW), &account)), None);
    assert_eq!(subjects(&account).len(), 1, "nothing was remembered: the event itself tells");
    assert_eq!(failure(&run(&opening("e1", NOW), &account)), None);
    assert_eq!(subjects(&account).len(), 1);
}

#[test]
fn that_it_is_closed_is_told_once_though_nobody_took_it_at_first() {
    let account = account(state(Some(everyone_reads())));
    let notify = guardrail("notify");
    finish(guard(&opening("e1", NOW), &notify, &account)).unwrap();
    account.put(state(None));
    let shaky = Shaky::new(&account).failing(Call::Publish, "InternalError", "down");
    let report = finish(guard(&closing("e2", NOW), &notify, &shaky)).unwrap();
    assert_eq!(failure(&report).unwrap().0, "AlertFailed");
    for id in ["e2", "e2", "e3"] {
        let report = finish(guard(&closing(id, NOW), &notify, &account)).unwrap();
        assert_eq!(failure(&report), None);
    }
    assert_eq!(subjects(&account).len(), 2);
}

#[test]
fn a_bucket_that_cannot_be_looked_at_is_told_once_in_a_while() {
    let account = account(state(None));
    let mut told = Vec::new();
    for hour in 0..10 {
        let shaky = Shaky::new(&account).failing(Call::Read, "AccountNotCovered", "no role");
        let before = subjects(&account).len();
        let report = run(&opening("e1", NOW), &shaky);
        assert_eq!(failure(&report).unwrap().0, "ReadFailed");
        if subjects(&account).len() > before {
            told.push(hour);
        }
        wait(&account, Duration::hours(1));
    }
    assert_eq!(told, [0, 4, 8]);
    // what could be looked at in between is told of anew
    run(&closing("e2", NOW), &account);
    let shaky = Shaky::new(&account).failing(Call::Read, "AccountNotCovered", "no role");
    run(&opening("e1", NOW), &shaky);
    assert_eq!(subjects(&account).len(), 4);
}

#[test]
fn stale_reads_are_waited_for_and_never_believed() {
    for reads in 0..9 {
        let account = account(state(Some(everyone_reads())));
        let shaky = Shaky::new(&account).stale(reads);
        let report = run(&opening("e1", NOW), &shaky);
        let Outcome::Judged(judged) = &report.runs[0].outcome else { panic!() };
        // two good reads in a row out of nine
        assert_eq!(judged.verified, Some(reads <= 7), "{reads}");
        assert_eq!(failure(&report).is_none(), reads <= 7, "{reads}");
    }
}

#[test]
fn a_write_that_is_refused_is_told_once_and_told_again_when_it_took() {
    let account = account(state(Some(everyone_reads())));
    let denied = "User: x is not authorized to perform: s3:PutBucketPublicAccessBlock on resource: \
                  y with an explicit deny in a service control policy";
    for _ in 0..4 {
        let shaky = Shaky::new(&account).failing(Call::Apply, "AccessDenied", denied);
        let report = run(&opening("e1", NOW), &shaky);
        assert_eq!(failure(&report).unwrap().0, "ContainmentFailed");
        assert_eq!(shaky.calls().iter().filter(|call| **call == Call::Apply).count(), 1);
    }
    assert_eq!(subjects(&account).len(), 1);
    assert_eq!(memory(&account).episode.unwrap().cause.as_deref(), Some("service-control-policy"));
    // another cause is news
    let shaky = Shaky::new(&account).failing(Call::Apply, "OperationAborted", "in progress");
    run(&opening("e1", NOW), &shaky);
    assert_eq!(subjects(&account).len(), 2);
    run(&opening("e1", NOW), &account);
    run(&opening("e1", NOW), &account);
    let told = told_by(&account);
    assert_eq!(told.len(), 3);
    assert_eq!(standing(&account), State::Contained);
    let first = &told[0].text;
    assert!(first.contains("service control policy of your organization"), "{first}");
    assert!(told[1].text.contains("(409)"), "{}", told[1].text);
}

#[test]
fn what_stays_not_fixed_is_told_again_in_growing_intervals() {
    let account = account(state(Some(everyone_reads())));
    let mut told_after_h = Vec::new();
    for hour in 0..72 {
        let before = subjects(&account).len();
        let shaky = Shaky::new(&account).failing(Call::Apply, "AccessDenied", "Access Denied");
        run(&opening("e1", NOW), &shaky);
        if subjects(&account).len() > before {
            told_after_h.push(hour);
        }
        wait(&account, Duration::hours(1));
    }
    assert_eq!(told_after_h, [0, 1, 5, 17, 41, 65]);
}

#[test]
fn what_somebody_else_closes_is_told_to_those_who_were_told_that_it_was_open() {
    let account = account(state(Some(everyone_reads())));
    let notify = guardrail("notify");
    let run = |trigger: Trigger| finish(guard(&trigger, &notify, &account)).unwrap();
    run(opening("e1", NOW));
    run(opening("e1", NOW));
    assert_eq!(standing(&account), State::Open);
    account.put(state(None));
    run(closing("e2", NOW));
    run(closing("e2", NOW));
    assert_eq!(subjects(&account).len(), 2);
    assert_eq!(standing(&account), State::Closed);
    assert!(account.writes().is_empty());
}

#[test]
fn one_who_opens_it_again_and_again_is_named_once() {
    let account = account(state(Some(everyone_reads())));
    let mut fights = Vec::new();
    for number in 0..5 {
        reopen(&account);
        run(&opening(&format!("e{number}"), NOW), &account);
        wait(&account, Duration::minutes(10));
        let page = told_by(&account).pop().unwrap();
        if page.text.contains("FIGHTS") {
            assert!(page.text.contains("role/ops/Deploy"), "{}", page.text);
            assert!(page.text.contains("Terraform"), "{}", page.text);
            fights.push(number);
        }
    }
    assert_eq!(fights, [2]);
    assert_eq!((subjects(&account).len(), account.writes().len()), (5, 5));
}

#[test]
fn a_loop_of_writes_ends_at_its_bound_and_begins_anew_an_hour_later() {
    let account = account(state(Some(everyone_reads())));
    for number in 0..30 {
        reopen(&account);
        run(&opening(&format!("e{number}"), NOW), &account);
    }
    assert_eq!(account.writes().len(), 12);
    let page = told_by(&account).pop().unwrap();
    assert!(page.text.contains("a loop is likely"), "{}", page.text);
    assert_eq!(standing(&account), State::NotFixed);
    assert_eq!(subjects(&account).len(), 13, "held is told once");
    wait(&account, Duration::hours(1));
    run(&opening("later", NOW), &account);
    assert_eq!((account.writes().len(), standing(&account)), (13, State::Contained));
}

#[test]
fn an_exposure_that_opened_anew_is_an_episode_of_its_own_with_its_own_bounds() {
    let account = account(state(Some(everyone_reads())));
    run(&opening("e1", NOW - Duration::seconds(2)), &account);
    let first = memory(&account).episode.unwrap();
    assert_eq!(first.opened.not_after, NOW - Duration::seconds(2), "the event opened it");
    assert_eq!(first.opened.not_before, Some(NOW - Duration::seconds(2)));
    assert!(first.closed_at.unwrap() >= NOW);
    wait(&account, Duration::hours(2));
    reopen(&account);
    // an event that opened nothing leads to the look
    let tags = json!({"Tagging": {"TagSet": ""}});
    run(&event("e2", "PutBucketTagging", NOW, tags), &account);
    let second = memory(&account).episode.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(second.opened.not_before, first.closed_at, "it was closed then");
    assert_eq!(
        second.opened.not_after,
        NOW + Duration::hours(2) + (first.closed_at.unwrap() - NOW)
    );
    assert_eq!(memory(&account).episodes, 2);
}

#[test]
fn settings_come_on_by_cause_and_leave_an_exempted_path_open_where_they_can() {
    let rules = r#"mode = "enforce"
        [[rules]]
        name = "world"
        exposure = "authenticated"
        action = "contain"
        urgency = "high"
        contain = "by-cause"
        [[exemptions]]
        name = "website"
        buckets = ["clinic-*"]
        exposure = "anonymous"
        access = ["read"]
        owner = "web@example.com"
        reason = "a website"
        expires = 2027-01-01
        "#;
    let guardrail = Guardrail::parse(rules).unwrap();
    let mut open = state(Some(everyone_reads()));
    let acl = json!({"Bucket": "clinic-reports", "Account": OWNER, "Acl": {"Owner": {"ID": "o"},
        "Grants": [{"Grantee": {"Type": "Group",
            "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}});
    open.acl = snapshot::read(&acl.to_string()).unwrap().acl;
    let account = account(open);
    let report = finish(guard(&opening("e1", NOW), &guardrail, &account)).unwrap();
    assert_eq!(failure(&report), None);
    let settings = *account.state(&bucket()).unwrap().settings.known().unwrap();
    assert_eq!(settings.off(), [Setting::BlockPublicPolicy, Setting::RestrictPublicBuckets]);
    assert_eq!(standing(&account), State::Contained);
}

const SHARED: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::clinic-reports/*"},
    {"Sid": "Laboratory", "Effect": "Allow", "Principal": {"AWS": "444455556666"},
     "Action": "s3:PutObject", "Resource": "arn:aws:s3:::clinic-reports/*"}]}"#;

#[test]
fn a_containment_that_would_cut_off_whom_the_rules_name_is_held_and_told() {
    let held = |hold: &str| {
        let rules = format!(
            "mode = \"enforce\"\n[[rules]]\nname = \"world\"\nexposure = \"authenticated\"\n\
             action = \"contain\"\nurgency = \"low\"\nhold_if_cuts = {hold}\n"
        );
        let account = account(state(Some(serde_json::from_str(SHARED).unwrap())));
        let guardrail = Guardrail::parse(&rules).unwrap();
        let report = finish(guard(&opening("e1", NOW), &guardrail, &account)).unwrap();
        let page = told_by(&account).pop().unwrap();
        let Outcome::Judged(judged) = &report.runs[0].outcome else { panic!() };
        let cut: Vec<_> = judged.decision.cuts.iter().flat_map(|cut| cut.parties.names()).collect();
        assert_eq!(cut, ["444455556666"]);
        (account.writes().len(), page.text)
    };
    let (writes, page) = held(r#"{ accounts = ["444455556666"] }"#);
    assert_eq!(writes, 0);
    assert!(page.contains("WOULD LOSE ACCESS") && page.contains("444455556666"), "{page}");
    assert!(page.contains("Held, as your rules ask"), "{page}");
    let (writes, page) = held(r#"{ accounts = ["777788889999"], exempted = true }"#);
    assert_eq!(writes, 1);
    assert!(page.contains("WHO ELSE LOST ACCESS") && page.contains("444455556666"), "{page}");
}

const BY_TAG: &str = r#"mode = "enforce"
    [[rules]]
    name = "world"
    exposure = "authenticated"
    action = "contain"
    urgency = "high"
    [[exemptions]]
    name = "tagged"
    buckets = ["*"]
    tags = { public-exempt = "true" }
    tag_setters = ["arn:aws:iam::111122223333:role/security/*"]
    exposure = "anonymous"
    access = ["read"]
    owner = "security@example.com"
    reason = "approved one by one"
    expires = 2027-01-01
    "#;

#[test]
fn a_tag_exempts_only_where_one_who_may_set_it() {
    let guardrail = Guardrail::parse(BY_TAG).unwrap();
    let tagged = || {
        let mut open = state(Some(everyone_reads()));
        open.tags = Observed::Known([("public-exempt".to_owned(), "true".to_owned())].into());
        open
    };
    let tagging = |id: &str, principal: &str| {
        let tags = json!({"Tagging": {"TagSet": {"Tag": {"Key": "public-exempt", "Value": true}}}});
        let mut trigger = event(id, "PutBucketTagging", NOW, tags);
        trigger.actor = Some(actor(principal));
        trigger
    };
    let security = "arn:aws:iam::111122223333:role/security/Approver";
    // nobody knows who set it
    let one = account(tagged());
    finish(guard(&opening("e1", NOW), &guardrail, &one)).unwrap();
    assert_eq!(one.writes().len(), 1);
    // whoever opens buckets sets it himself
    let other = account(tagged());
    finish(guard(&tagging("e1", "arn:aws:iam::111122223333:role/ops/Deploy"), &guardrail, &other));
    assert_eq!(other.writes().len(), 1);
    // one who may: it is let be, and told, once
    let third = account(tagged());
    for _ in 0..3 {
        finish(guard(&tagging("e1", security), &guardrail, &third)).unwrap();
        finish(guard(&opening("e2", NOW), &guardrail, &third)).unwrap();
    }
    assert!(third.writes().is_empty());
    let told = told_by(&third);
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains(security), "{}", told[0].text);
    // one who may not writes the same tag again: it stays set by who did
    finish(guard(&tagging("e3", "arn:aws:iam::111122223333:role/x"), &guardrail, &third)).unwrap();
    assert!(third.writes().is_empty());
}
