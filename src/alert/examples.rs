//! Pages of every situation as golden files, and what holds of all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

use crate::alert::{compose, compose_blind, rerouted, test_messages};
use crate::blame::openers::{KnownBy, NotKnown, Opening, Share};
use crate::bucket::{AccountId, BucketName, BucketState, Observed, Region, Setting};
use crate::episode::{Episode, EpisodeId, Mark, News, Opened, Settled, State};
use crate::event::{Actor, ActorKind, Confidence, EventInfo, Scope, Source, Trigger};
use crate::exposure::{
    Class, Closer, Disagreement, Exposure, Parties, Path, Verdict, Via, Witness,
};
use crate::guardrail::{
    Cut, DEFAULT, Guardrail, Held, Mode, Past, RuleAction, Telling, Urgency, decide,
};
use crate::iam::{Action, Actions, On, Requester};
use crate::ports::{Failure, Message, Target, Topic};
use crate::remedy::Remedy;
use crate::report::{Applied, Judged, Outcome, Run};
use crate::topic::TopicArn;

const NOW: OffsetDateTime = datetime!(2026-11-20 09:14:07 UTC);

pub(crate) fn target() -> Target {
    Target {
        bucket: BucketName::parse("clinic-reports").unwrap(),
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("eu-west-1").unwrap(),
        object: None,
    }
}

fn actor() -> Actor {
    Actor {
        kind: ActorKind::AssumedRole,
        principal: Some("arn:aws:iam::111122223333:role/ops/Deploy".to_owned()),
        arn: Some("arn:aws:sts::111122223333:assumed-role/Deploy/alice@example.com".to_owned()),
        account: Some("111122223333".to_owned()),
        name: Some("alice@example.com".to_owned()),
        confidence: Confidence::Low,
        issuer_arn: Some("arn:aws:iam::111122223333:role/ops/Deploy".to_owned()),
        source_identity: None,
        identity_center_user: None,
        mfa: Some(false),
        source_ip: Some("203.0.113.9".to_owned()),
        user_agent: Some("aws-cli/2.15.0 Python/3.11".to_owned()),
        via: None,
        access_key_id: Some("ASIAEXAMPLE".to_owned()),
    }
}

pub(crate) fn trigger() -> Trigger {
    let target = target();
    Trigger {
        event: EventInfo {
            id: "3038ebd2-c98a-4c65-9b6e-e22506292313".to_owned(),
            name: "PutBucketPolicy".to_owned(),
            time: Some(NOW),
            account: target.account,
            region: target.region.clone(),
        },
        source: Source::CloudTrail,
        actor: Some(actor()),
        scope: Scope::Bucket {
            bucket: target.bucket,
            account: target.account,
            region: target.region,
            object: None,
        },
        parameters: Value::Null,
    }
}

fn actions(names: &[&str]) -> Actions {
    names.iter().map(|name| Action::from_name(name).unwrap()).collect()
}

/// What every request carries that the engine finds.
fn carried() -> BTreeMap<String, Vec<String>> {
    let carried = [("aws:SecureTransport", "true"), ("aws:SourceIp", "203.0.113.7")];
    carried.map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).into()
}

fn role(account: &str, name: &str) -> Requester {
    Requester::Identity {
        account: AccountId::parse(account).unwrap(),
        arn: format!("arn:aws:iam::{account}:role/{name}"),
    }
}

/// By a grant of an ACL: it has no conditions.
fn by_grant(principal: Requester, names: &[&str], key: &str) -> Witness {
    Witness { context: BTreeMap::new(), ..witness(principal, names, key) }
}

/// For the first of `names`, on what it is done to.
fn witness(principal: Requester, names: &[&str], key: &str) -> Witness {
    let action = Action::from_name(names[0]).unwrap();
    let resource = match action.on() {
        On::Bucket => "arn:aws:s3:::clinic-reports".to_owned(),
        On::Object => format!("arn:aws:s3:::clinic-reports/{key}"),
    };
    Witness { principal, action, resource, context: carried() }
}

fn statement(statement: usize, sid: Option<&str>, exposure: Class, names: &[&str]) -> Path {
    let principal = match exposure {
        Class::Anonymous => Requester::Anonymous,
        Class::Authenticated => role("998877665544", "x"),
        Class::None | Class::Trusted | Class::External => role("444455556666", "reader"),
    };
    Path {
        via: Via::Policy { statement, sid: sid.map(str::to_owned) },
        exposure,
        services: false,
        actions: actions(names),
        parties: Arc::default(),
        closed_by: Vec::new(),
        unproved: None,
        witness: Some(witness(principal, names, "x")),
    }
}

fn public_read() -> Path {
    statement(0, Some("PublicRead"), Class::Anonymous, &["s3:GetObject"])
}

fn partner(class: Class) -> Path {
    let mut path = statement(1, Some("Partner"), class, &["s3:GetObject", "s3:ListBucket"]);
    Arc::make_mut(&mut path.parties).accounts.insert(AccountId::parse("444455556666").unwrap());
    path
}

fn closed(mut path: Path, closer: Closer) -> Path {
    path.closed_by = vec![closer];
    path
}

fn verdict(paths: Vec<Path>) -> Verdict {
    let mut external = Parties::default();
    let open = || paths.iter().filter(|path| path.is_open());
    open().for_each(|path| external.extend(&path.parties));
    let widest = open().map(|path| path.exposure).max().unwrap_or(Class::None);
    Verdict {
        bucket: target().bucket,
        account: target().account,
        public: Some(widest >= Class::Authenticated),
        policy_is_public: Some(true),
        policy_is_public_with_deny: None,
        acl_is_public: Some(false),
        exposure: Exposure::Known(widest),
        external,
        paths,
        unreadable: Vec::new(),
        warnings: Vec::new(),
        disagreement: None,
    }
}

fn judged(before: Verdict, mode: Mode) -> Judged {
    let target = target();
    let state = BucketState::empty(target.bucket, target.account, Some(target.region));
    let guardrail = Guardrail { mode, ..Guardrail::parse(DEFAULT).unwrap() };
    let decision = decide(&before, &state, &guardrail, &Past::default(), NOW);
    Judged {
        before,
        decision,
        applied: Vec::new(),
        verified: None,
        after: None,
        seen: false,
        settled: Settled::Tell(News::Opened),
        episode: None,
        forgotten: None,
        tags: Observed::Known(BTreeMap::new()),
        openings: Vec::new(),
    }
}

fn written(mut judged: Judged, result: Result<(), Failure>) -> Judged {
    let target = target();
    let remedy = Remedy::BlockPublicAccess {
        bucket: target.bucket,
        account: target.account,
        region: Some(target.region),
        turns_on: judged.decision.apply.clone(),
    };
    judged.applied = vec![Applied { remedy, result }];
    judged
}

fn run(mut judged: Judged) -> Run {
    let over = judged.verified == Some(true);
    judged
        .episode
        .get_or_insert_with(|| episode(if over { State::Contained } else { State::Open }));
    if judged.openings.is_empty() {
        let open = judged.before.paths.iter().filter(|path| path.is_open());
        judged.openings = open.map(|path| opening(path, Ok(by_event()), None)).collect();
    }
    Run { target: target(), outcome: Outcome::Judged(Box::new(judged)) }
}

fn episode(state: State) -> Episode {
    let target = target();
    let open = std::collections::BTreeSet::new();
    let mark = Mark::of(&trigger());
    Episode {
        id: EpisodeId::new(target.account, &target.bucket, 1, &open, &mark.id),
        state,
        cause: None,
        open,
        opened: Opened { not_before: Some(NOW), not_after: NOW },
        event: mark,
        closed_at: state.is_over().then(|| NOW + Duration::seconds(5)),
        written: Vec::new(),
        fight: None,
        told: None,
        claim: None,
    }
}

fn by_event() -> Share {
    Share { mark: Mark::of(&trigger()), by: KnownBy::Event }
}

/// A change of three months ago by somebody else.
fn by_carol(by: KnownBy) -> Share {
    let mark = Mark {
        id: "0e0e0e0e-c98a-4c65-9b6e-e22506292313".to_owned(),
        name: "PutBucketPolicy".to_owned(),
        time: Some(datetime!(2026-08-24 16:30:00 UTC)),
        principal: Some("arn:aws:iam::111122223333:role/Website".to_owned()),
        user_agent: Some("terraform/1.9".to_owned()),
    };
    Share { mark, by }
}

fn opening(path: &Path, grant: Result<Share, NotKnown>, shield: Option<Share>) -> Opening {
    Opening { via: path.via.clone(), exposure: path.exposure, grant, shield }
}

/// An old policy whose protection the event took away.
fn unshielded(grant: Result<Share, NotKnown>) -> (Trigger, Run) {
    let mut trigger = trigger();
    trigger.event.name = "DeleteBucketPublicAccessBlock".to_owned();
    let shield = Share { mark: Mark::of(&trigger), by: KnownBy::Event };
    let mut run = fixed();
    let Outcome::Judged(judged) = &mut run.outcome else { panic!() };
    judged.openings = vec![opening(&public_read(), grant, Some(shield))];
    (trigger, run)
}

/// What is told after a first page.
fn later(mut run: Run, news: News, state: State) -> Run {
    let Outcome::Judged(judged) = &mut run.outcome else { panic!() };
    judged.settled = Settled::Tell(news);
    judged.episode = Some(Episode { fight: None, ..episode(state) });
    run
}

/// Nothing is open (any more).
fn nothing_open() -> Run {
    run(judged(verdict(Vec::new()), Mode::Enforce))
}

/// A latent path beside an open one.
fn latent() -> Run {
    let ignored = Closer::Bucket(Setting::IgnorePublicAcls);
    let mut grant = public_read();
    grant.via = Via::Acl { grant: 1 };
    run(judged(verdict(vec![public_read(), closed(grant, ignored)]), Mode::Notify))
}

fn fought() -> Run {
    let mut run = fixed();
    let Outcome::Judged(judged) = &mut run.outcome else { panic!() };
    judged.episode = Some(Episode { fight: Some(4), ..episode(State::Contained) });
    run
}

fn low_by_rule() -> Run {
    let mut run = external();
    let Outcome::Judged(judged) = &mut run.outcome else { panic!() };
    judged.decision.urgency = Urgency::Low;
    judged.tags = Observed::Known([("owner".to_owned(), "web-team@example.com".to_owned())].into());
    run
}

/// With an owner's tag, a runbook and a name of the account.
fn telling() -> Telling {
    let file = r#"
mode = "enforce"
owner_tag = "owner"
runbook = "https://wiki.example.com/s3"
[account_names]
"111122223333" = "clinic-prod"
"#;
    Guardrail::parse(file).unwrap().telling
}

fn by(
    kind: ActorKind,
    principal: Option<&str>,
    name: Option<&str>,
    confidence: Confidence,
) -> Trigger {
    let mut trigger = trigger();
    trigger.actor = Some(Actor {
        kind,
        principal: principal.map(str::to_owned),
        arn: None,
        name: name.map(str::to_owned),
        confidence,
        issuer_arn: None,
        mfa: None,
        access_key_id: None,
        ..actor()
    });
    trigger
}

pub(crate) fn failure(code: &str, message: &str) -> Failure {
    Failure { code: code.to_owned(), message: message.to_owned() }
}

pub(crate) fn fixed() -> Run {
    let restrict = Closer::Bucket(Setting::RestrictPublicBuckets);
    let mut judged = written(
        judged(verdict(vec![public_read(), partner(Class::External)]), Mode::Enforce),
        Ok(()),
    );
    judged.verified = Some(true);
    judged.after = Some(verdict(vec![
        closed(public_read(), restrict),
        closed(partner(Class::External), restrict),
    ]));
    run(judged)
}

pub(crate) fn denied() -> Run {
    let because = "the role `s3-guardrail` may not do this in account 111122223333";
    run(written(
        judged(verdict(vec![public_read()]), Mode::Enforce),
        Err(failure("AccessDenied", because)),
    ))
}

fn not_seen() -> Run {
    let mut judged = written(judged(verdict(vec![public_read()]), Mode::Enforce), Ok(()));
    judged.verified = Some(false);
    judged.after = Some(verdict(vec![public_read()]));
    run(judged)
}

pub(crate) fn would_fix() -> Run {
    let authenticated =
        statement(2, None, Class::Authenticated, &["s3:PutObject", "s3:DeleteObject"]);
    run(judged(verdict(vec![authenticated, public_read(), partner(Class::External)]), Mode::Notify))
}

fn external() -> Run {
    let mut before = verdict(vec![partner(Class::External)]);
    before.policy_is_public = Some(false);
    before.warnings = vec!["object ACLs were not inspected".to_owned()];
    run(judged(before, Mode::Enforce))
}

fn unknown() -> Run {
    let mut before = verdict(Vec::new());
    before.exposure = Exposure::Unknown(Class::None);
    before.policy_is_public = None;
    before.public = None;
    before.unreadable = vec![
        ("Policy".to_owned(), "AccessDenied: no identity-based policy allows it".to_owned()),
        ("Replication".to_owned(), "SlowDown".to_owned()),
    ];
    before.disagreement = Some(Disagreement { aws: true, ours: false });
    run(judged(before, Mode::Enforce))
}

fn object_acl() -> Run {
    let path = || Path {
        via: Via::ObjectAcl { key: "scans/2026/7.pdf".to_owned(), grant: 1 },
        exposure: Class::Anonymous,
        services: false,
        actions: actions(&["s3:GetObject", "s3:GetObjectVersion"]),
        parties: Arc::default(),
        closed_by: Vec::new(),
        unproved: None,
        witness: Some(by_grant(Requester::Anonymous, &["s3:GetObject"], "scans/2026/7.pdf")),
    };
    let mut judged = written(judged(verdict(vec![path()]), Mode::Enforce), Ok(()));
    judged.verified = Some(true);
    judged.after = Some(verdict(vec![closed(path(), Closer::Bucket(Setting::IgnorePublicAcls))]));
    run(judged)
}

/// Grants to the world and to a canonical user in the bucket's ACL.
fn bucket_acl() -> Run {
    let grant = |grant, exposure, principal| Path {
        via: Via::Acl { grant },
        exposure,
        services: false,
        actions: actions(&["s3:ListBucket"]),
        parties: Arc::default(),
        closed_by: Vec::new(),
        unproved: None,
        witness: Some(by_grant(principal, &["s3:ListBucket"], "")),
    };
    let world = || grant(1, Class::Anonymous, Requester::Anonymous);
    let id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be".to_owned();
    let mut named = grant(2, Class::External, Requester::CanonicalUser(id.clone()));
    Arc::make_mut(&mut named.parties).canonical_users.insert(id);
    let before = verdict(vec![world(), named.clone()]);
    let mut judged = written(judged(before, Mode::Enforce), Ok(()));
    judged.verified = Some(true);
    let closed = closed(world(), Closer::Bucket(Setting::IgnorePublicAcls));
    judged.after = Some(verdict(vec![closed, named]));
    run(judged)
}

fn access_point() -> Run {
    let mut path = public_read();
    path.via = Via::AccessPoint { name: "open".to_owned(), statement: 0, sid: None };
    if let Some(witness) = &mut path.witness {
        witness.resource = "arn:aws:s3:eu-west-1:111122223333:accesspoint/open/object/x".to_owned();
    }
    run(judged(verdict(vec![path]), Mode::Notify))
}

/// A rule that asks for containment of what no setting closes.
fn named_parties(mode: Mode) -> Run {
    let mut before = verdict(vec![partner(Class::External)]);
    before.policy_is_public = Some(false);
    let mut judged = judged(before.clone(), mode);
    judged.decision.action = RuleAction::Contain;
    judged.decision.rules = vec!["nothing is shared".to_owned()];
    match mode {
        Mode::Enforce => {
            judged.decision.apply = Setting::ALL.to_vec();
            judged = written(judged, Ok(()));
            judged.verified = Some(false);
            judged.seen = true;
            judged.after = Some(before);
        }
        Mode::Notify | Mode::Observe => {
            judged.decision.held = vec![Held::ByMode(Setting::ALL.to_vec())];
        }
    }
    run(judged)
}

/// Parts that could not be read and that let nobody in.
fn tags_unread() -> Run {
    let mut before = verdict(Vec::new());
    before.unreadable = vec![
        ("Tags".to_owned(), "AccessDenied".to_owned()),
        ("WebsiteConfiguration".to_owned(), "SlowDown: try again".to_owned()),
    ];
    run(judged(before, Mode::Enforce))
}

pub(crate) fn nothing_left() -> Run {
    let mut judged = judged(verdict(vec![public_read()]), Mode::Enforce);
    judged.decision.apply = Vec::new();
    judged.decision.held = vec![Held::NothingLeftToTurnOn];
    run(judged)
}

pub(crate) fn exempted_and_cut() -> Run {
    let restrict = Closer::Bucket(Setting::RestrictPublicBuckets);
    let list = || statement(1, None, Class::Anonymous, &["s3:ListBucket"]);
    let mut judged = written(judged(verdict(vec![public_read(), list()]), Mode::Enforce), Ok(()));
    judged.decision.held = vec![Held::ByExemption {
        via: public_read().via,
        exposure: Class::Anonymous,
        services: false,
        exemption: "clinic website".to_owned(),
        expires: date!(2027 - 01 - 31),
        by_tags: false,
    }];
    let exempted = public_read();
    judged.decision.cuts = vec![Cut {
        via: exempted.via,
        exposure: exempted.exposure,
        services: false,
        parties: exempted.parties,
        actions: exempted.actions,
        exemption: Some("clinic website".to_owned()),
    }];
    judged.verified = Some(true);
    judged.after = Some(verdict(vec![closed(public_read(), restrict), closed(list(), restrict)]));
    run(judged)
}

const HOSTILE: &str = "\u{1b}[2Jx\nSTATE NOW\nFIXED \u{202e}`<https://evil.example|click>`";

fn hostile() -> (Trigger, Run) {
    let mut path = public_read();
    path.via =
        Via::AccessPoint { name: HOSTILE.to_owned(), statement: 0, sid: Some(HOSTILE.to_owned()) };
    Arc::make_mut(&mut path.parties).others.insert(HOSTILE.to_owned());
    if let Some(witness) = &mut path.witness {
        witness.resource = format!("arn:aws:s3:::clinic-reports/{HOSTILE}'; rm -rf ~; '");
        witness.context.insert(HOSTILE.to_owned(), vec![HOSTILE.to_owned()]);
    }
    let mut narrow = path.clone();
    narrow.exposure = Class::External;
    let mut before = verdict(vec![path, narrow]);
    before.warnings = vec![format!("statement `{HOSTILE}` is odd")];
    before.unreadable = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
    let mut judged = written(judged(before, Mode::Enforce), Err(failure(HOSTILE, HOSTILE)));
    judged.decision.rules = vec![HOSTILE.to_owned()];
    judged.tags = Observed::Known([(HOSTILE.to_owned(), HOSTILE.to_owned())].into());
    let written = Share {
        mark: Mark {
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            time: None,
            principal: Some(HOSTILE.to_owned()),
            user_agent: Some(HOSTILE.to_owned()),
        },
        by: KnownBy::Memory,
    };
    let unread = NotKnown::HistoryUnread(failure(HOSTILE, HOSTILE));
    judged.openings = vec![
        opening(&judged.before.paths[0], Ok(written.clone()), Some(written)),
        opening(&judged.before.paths[1], Err(unread), None),
    ];
    let mut trigger = trigger();
    trigger.event.name = HOSTILE.to_owned();
    trigger.event.id = HOSTILE.repeat(40);
    trigger.actor = Some(Actor {
        principal: Some(HOSTILE.to_owned()),
        name: Some(HOSTILE.to_owned()),
        user_agent: Some(HOSTILE.to_owned()),
        source_ip: Some(HOSTILE.to_owned()),
        via: Some(HOSTILE.to_owned()),
        ..actor()
    });
    (trigger, run(judged))
}

/// The first message of a run.
pub(crate) fn page(trigger: &Trigger, run: &Run) -> Message {
    compose(trigger, run, &Telling::default()).remove(0)
}

fn blind() -> Message {
    all_blind().remove(0)
}

fn all_blind() -> Vec<Message> {
    let mut trigger = trigger();
    trigger.actor = None;
    trigger.source = Source::Schedule;
    trigger.event.name = "Scheduled Event".to_owned();
    let failure = failure("AccessDenied", "no role to assume");
    compose_blind(&trigger, Some(&target()), &failure, &telling())
}

fn all() -> Vec<Message> {
    let runs = [
        fixed(),
        denied(),
        not_seen(),
        would_fix(),
        external(),
        unknown(),
        object_acl(),
        nothing_left(),
        exempted_and_cut(),
        bucket_acl(),
        access_point(),
        named_parties(Mode::Enforce),
        named_parties(Mode::Notify),
        tags_unread(),
    ];
    let mut messages: Vec<_> =
        runs.iter().flat_map(|run| compose(&trigger(), run, &telling())).collect();
    let (hostile_trigger, hostile_run) = hostile();
    messages.extend(compose(&hostile_trigger, &hostile_run, &hostile_telling()));
    messages.extend(all_blind());
    let old = failure("ExpiredToken", "the token is old");
    messages.extend(compose_blind(&trigger(), None, &old, &telling()));
    let topic = TopicArn::parse("arn:aws:sns:eu-west-1:111122223333:clinic").unwrap();
    messages.push(rerouted(&messages[0], &topic, &failure(HOSTILE, HOSTILE)));
    for kind in [Topic::Page, Topic::Chat] {
        messages.extend(test_messages(kind, &topic, NOW));
    }
    messages
}

fn hostile_telling() -> Telling {
    let mut telling = telling();
    telling.owner_tag = Some(HOSTILE.to_owned());
    telling.account_names.insert(target().account, HOSTILE.to_owned());
    telling
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(name: &str, message: &Message) {
        let shown = format!("Subject: {}\n\n{}", message.subject, message.text);
        snapshot(name, &shown);
    }

    fn snapshot(name: &str, shown: &str) {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, shown);
        });
    }

    #[test]
    fn pages_read_as_they_should() {
        let carol = |by| unshielded(Ok(by_carol(by)));
        let another = Err(NotKnown::AnotherSince(by_carol(KnownBy::History).mark));
        let of_object = Trigger {
            event: EventInfo { name: "PutObjectAcl".to_owned(), ..trigger().event },
            ..trigger()
        };
        let center = Some("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/Admin");
        let root = Some("arn:aws:iam::111122223333:root");
        let bob = Some("bob@example.com");
        for (name, (trigger, run)) in vec![
            ("fixed_policy", (trigger(), fixed())),
            ("not_fixed_denied", (trigger(), denied())),
            ("not_fixed_not_seen", (trigger(), not_seen())),
            ("not_fixed_nothing_left", (trigger(), nothing_left())),
            ("would_fix_in_notify", (trigger(), would_fix())),
            ("external_alert", (trigger(), external())),
            ("unknown_missing_permission", (trigger(), unknown())),
            ("fixed_exemption_cut_too", (trigger(), exempted_and_cut())),
            ("fixed_bucket_acl", (trigger(), bucket_acl())),
            ("would_fix_access_point", (trigger(), access_point())),
            ("not_fixed_named_parties", (trigger(), named_parties(Mode::Enforce))),
            ("unknown_tags_unread", (trigger(), tags_unread())),
            ("fixed_object_acl", (of_object, object_acl())),
            ("hostile_names", hostile()),
            ("opened_by_another_remembered", carol(KnownBy::Memory)),
            ("opened_by_another_by_cloudtrail", carol(KnownBy::History)),
            ("opened_by_nobody_known", unshielded(Err(NotKnown::NotInHistory))),
            ("opened_by_another_since", unshielded(another)),
            ("latent_beside", (trigger(), latent())),
            ("fixed_again_and_again", (trigger(), fought())),
            ("closed_by_somebody", (trigger(), later(nothing_open(), News::Closed, State::Closed))),
            ("passed", (trigger(), later(nothing_open(), News::Transient, State::Closed))),
            ("fixed_later", (trigger(), later(fixed(), News::Changed, State::Contained))),
            ("by_root", (by(ActorKind::Root, root, None, Confidence::None), fixed())),
            (
                "by_identity_center",
                (by(ActorKind::IdentityCenterUser, center, bob, Confidence::High), fixed()),
            ),
            (
                "by_a_service",
                (
                    by(
                        ActorKind::AwsService,
                        Some("cloudformation.amazonaws.com"),
                        None,
                        Confidence::None,
                    ),
                    fixed(),
                ),
            ),
        ] {
            golden(name, &page(&trigger, &run));
        }
        golden("blind", &blind());
        let owned = compose(&trigger(), &low_by_rule(), &telling());
        golden("external_low_with_owner", &owned[0]);
        let exempted = later(nothing_open(), News::ExemptedByTag, State::Exempt);
        golden("exempted_by_tag", &compose(&trigger(), &exempted, &telling())[0]);
    }

    #[test]
    fn an_episode_that_is_over_at_once_is_an_alarm_and_its_end() {
        let states = |run: &Run| {
            let messages = compose(&trigger(), run, &telling());
            let of = |message: &Message| {
                let state = message.json["NewStateValue"].as_str().unwrap_or("chat").to_owned();
                (state, message.json["external_id"].as_str().unwrap_or_default().to_owned())
            };
            messages.iter().map(of).collect::<Vec<_>>()
        };
        let told = |run: &Run| states(run).into_iter().map(|(state, _)| state).collect::<Vec<_>>();
        assert_eq!(told(&fixed()), ["ALARM", "OK", "chat"]);
        let pair = states(&fixed());
        assert_eq!(pair[0].1, pair[1].1);
        for run in [denied(), would_fix(), external(), unknown()] {
            assert_eq!(told(&run), ["ALARM", "chat"]);
        }
        let end = later(fixed(), News::Changed, State::Contained);
        assert_eq!(told(&end), ["OK", "chat"]);
        assert_eq!(states(&end)[0].1, pair[0].1, "it ends what the first page began");
        assert_eq!(told(&later(denied(), News::Changed, State::NotFixed)), ["ALARM", "chat"]);
        let passed = later(nothing_open(), News::Transient, State::Closed);
        assert_eq!(told(&passed), ["ALARM", "OK", "chat"]);
        let closed = later(nothing_open(), News::Closed, State::Closed);
        assert_eq!(told(&closed), ["OK", "chat"]);
    }

    #[test]
    fn urgency_is_what_the_outcome_asks_for() {
        let urgency = |run: &Run| {
            let json = page(&trigger(), run).json;
            json["guardrail"]["urgency"].as_str().unwrap().to_owned()
        };
        for run in [denied(), not_seen(), nothing_left(), unknown(), would_fix(), fought()] {
            assert_eq!(urgency(&run), "high");
        }
        for run in [fixed(), bucket_acl(), low_by_rule()] {
            assert_eq!(urgency(&run), "low");
        }
    }

    #[test]
    fn machines_get_the_same_in_their_shapes() {
        let messages = compose(&trigger(), &fixed(), &telling());
        for (name, message) in ["alarm", "alarm_ok", "card"].iter().zip(&messages) {
            snapshot(name, &serde_json::to_string_pretty(&message.json).unwrap());
        }
        let wire = messages[0].wire();
        assert!(wire.per_protocol);
        let forms: Value = serde_json::from_str(&wire.message).unwrap();
        let forms = forms.as_object().unwrap();
        assert_eq!(forms.keys().collect::<Vec<_>>(), ["default", "email", "sms"]);
        assert_eq!(forms["email"].as_str().unwrap(), messages[0].text);
        let alarm: Value = serde_json::from_str(forms["default"].as_str().unwrap()).unwrap();
        assert_eq!(alarm, messages[0].json);
        assert!(!messages[2].wire().per_protocol);
    }

    #[test]
    fn a_route_leads_elsewhere_and_back_where_it_ends_nowhere() {
        let file = "mode = \"enforce\"\n[[routes]]\nname = \"night\"\nurgency = \"high\"\n\
                    topic = \"arn:aws:sns:eu-west-1:111122223333:night\"";
        let telling = Guardrail::parse(file).unwrap().telling;
        let to = |run: &Run| compose(&trigger(), run, &telling)[0].to.clone();
        assert_eq!(to(&fixed()), None);
        let topic = to(&denied()).unwrap();
        let messages = compose(&trigger(), &denied(), &telling);
        let back = rerouted(&messages[0], &topic, &failure("NotFound", "Topic does not exist"));
        assert_eq!(back.to, None);
        assert!(back.text.starts_with("NOTE: this page was meant for topic arn:aws:sns:"));
        assert!(back.json["guardrail"]["note"].as_str().unwrap().contains("`NotFound`"));
    }

    #[test]
    fn nothing_is_told_but_news() {
        for settled in [Settled::Told, Settled::Busy] {
            let judged = Judged { settled, ..judged(verdict(vec![public_read()]), Mode::Enforce) };
            assert!(compose(&trigger(), &run(judged), &telling()).is_empty());
        }
        let gone = Run { target: target(), outcome: Outcome::Gone("it was deleted".to_owned()) };
        assert!(compose(&trigger(), &gone, &telling()).is_empty());
    }

    #[test]
    fn a_write_that_nobody_saw_holding_is_told_as_not_fixed() {
        let run = run(written(judged(verdict(vec![public_read()]), Mode::Enforce), Ok(())));
        let message = page(&trigger(), &run);
        let subject = &message.subject;
        assert!(subject.starts_with("ALARM: clinic-reports NOT FIXED, "), "{subject}");
        assert!(message.text.contains("could not be read again"), "{}", message.text);
    }

    #[test]
    fn subjects_are_what_sns_takes() {
        let long = |mut run: Run| {
            run.target.bucket = BucketName::parse(&"b".repeat(255)).unwrap();
            page(&trigger(), &run)
        };
        let longest = [fixed(), denied(), would_fix(), external(), unknown()].map(long);
        for message in all().iter().chain(&longest) {
            let subject = &message.subject;
            assert!(subject.len() < 100, "{subject}");
            assert!(subject.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{subject}");
            let prefix = ["ALARM: ", "OK: "].iter().any(|prefix| subject.starts_with(prefix));
            assert!(prefix || message.topic == Topic::Chat, "{subject}");
            if let Some(state) = message.json["NewStateValue"].as_str() {
                assert!(subject.starts_with(&format!("{state}: ")), "{subject}");
                let name = message.json["AlarmName"].as_str().unwrap();
                assert!(name.chars().count() <= 255, "{name}");
            }
            assert!(message.short.len() <= 140, "{}", message.short);
        }
        assert!(longest.iter().all(|message| message.subject.len() == 99));
    }

    #[test]
    fn no_page_holds_what_a_terminal_a_mail_or_a_chat_would_obey() {
        for message in all() {
            let wire = message.wire().message;
            assert!(wire.lines().count() == 1 && !wire.chars().any(crate::escape::is_hidden));
            let forms = strings(&serde_json::from_str(&wire).unwrap());
            let inner = strings(&message.json);
            for text in forms.iter().chain(&inner).chain([&message.text, &message.short]) {
                let hidden = |line: &str| line.chars().any(crate::escape::is_hidden);
                assert!(!text.lines().any(hidden), "{text}");
                assert!(!text.contains("<https") && !text.contains("evil.example|click>"));
                assert!(!text.contains("https://evil"), "{text}");
                let headings = text.lines().filter(|line| line.starts_with("STATE NOW")).count();
                assert!(headings <= 1, "{text}");
            }
        }
        let (trigger, run) = hostile();
        assert!(!page(&trigger, &run).text.contains("rm -rf ~; '\n"));
    }

    /// Every string in a value, names of fields included.
    fn strings(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(list) => list.iter().flat_map(strings).collect(),
            Value::Object(object) => object
                .iter()
                .flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat())
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }

    #[test]
    fn the_proposed_exemption_can_be_pasted_and_covers_what_was_found() {
        for run in [denied(), external(), object_acl(), bucket_acl(), access_point()] {
            let Outcome::Judged(judged) = &run.outcome else { panic!() };
            let text = page(&trigger(), &run).text;
            let (_, after) = text.split_once("   [[exemptions]]\n").unwrap();
            let lines: Vec<_> = after.lines().map_while(|line| line.strip_prefix("   ")).collect();
            let block = format!("{DEFAULT}\n[[exemptions]]\n{}", lines.join("\n"));
            let guardrail =
                Guardrail::parse(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
            let target = target();
            let state = BucketState::empty(target.bucket, target.account, Some(target.region));
            let decision = decide(&judged.before, &state, &guardrail, &Past::default(), NOW);
            assert!(decision.action < judged.decision.action, "{block}");
            assert!(decision.action < RuleAction::Contain, "{block}");
        }
    }

    #[test]
    fn no_exemption_is_proposed_for_what_changes_anything() {
        for action in ["s3:PutObject", "s3:PutObjectTagging", "s3:PutBucketPolicy"] {
            let path = statement(0, None, Class::Anonymous, &[action, "s3:GetObject"]);
            let text = page(&trigger(), &run(judged(verdict(vec![path]), Mode::Notify))).text;
            assert!(!text.contains("[[exemptions]]"), "{text}");
            assert!(text.contains("write the exemption by hand: none is proposed for"), "{text}");
        }
    }

    #[test]
    fn block_public_access_is_not_asked_for_where_it_closes_nothing() {
        for mode in [Mode::Enforce, Mode::Notify] {
            let text = page(&trigger(), &named_parties(mode)).text;
            assert!(text.contains("does not close access granted to named parties"), "{text}");
            assert!(!text.contains("put-public-access-block"), "{text}");
            assert!(text.contains("put-bucket-policy"), "{text}");
        }
        let text = page(&trigger(), &would_fix()).text;
        assert!(text.contains("put-public-access-block"), "{text}");
        assert!(!text.contains("granted to named parties"), "{text}");
    }

    #[test]
    fn no_line_to_copy_holds_a_name_that_was_not_checked() {
        let mut path = public_read();
        path.via = Via::Policy { statement: 0, sid: Some("x`id`".to_owned()) };
        let mut object = public_read();
        object.via = Via::ObjectAcl { key: "x';id;'".to_owned(), grant: 0 };
        let mut point = public_read();
        point.via = Via::AccessPoint { name: "x;id".to_owned(), statement: 0, sid: None };
        let paths = vec![path, object, point];
        let text = page(&trigger(), &run(judged(verdict(paths), Mode::Notify))).text;
        let (_, next) = text.split_once("WHAT TO DO NEXT").unwrap();
        assert!(!next.contains("id`") && !next.contains(";id"), "{next}");
        assert!(next.contains("list-access-points"), "{next}");
    }

    #[test]
    fn a_message_is_never_too_long() {
        let alarm = |message: &Message| -> Value {
            let wire = message.wire().message;
            assert!(wire.len() < 262_144, "{}", wire.len());
            let forms: Value = serde_json::from_str(&wire).unwrap();
            serde_json::from_str(forms["default"].as_str().unwrap()).unwrap()
        };
        let many: Vec<_> = (0..4_000)
            .map(|index| {
                statement(index, Some(&"s".repeat(300)), Class::Anonymous, &["s3:GetObject"])
            })
            .collect();
        let alarm_ = alarm(&page(&trigger(), &run(judged(verdict(many), Mode::Notify))));
        let guardrail = &alarm_["guardrail"];
        assert_eq!(guardrail["buckets"][0]["before"]["paths"].as_array().unwrap().len(), 20);
        assert!(guardrail["cut"][0].as_str().unwrap().starts_with("paths"), "{guardrail}");
        assert_eq!(alarm_["NewStateValue"], "ALARM");

        let mut huge = public_read();
        huge.via = Via::ObjectAcl { key: "\u{202e}".repeat(200_000), grant: 0 };
        alarm(&page(&trigger(), &run(judged(verdict(vec![huge]), Mode::Notify))));

        let text = "ä\"\\".repeat(300_000);
        let mut long = Message { text: text.clone(), ..page(&trigger(), &fixed()) };
        long.json["guardrail"]["text"] = text.into();
        let cut = alarm(&long);
        assert_eq!(cut["external_id"], long.json["external_id"]);
        assert!(cut["guardrail"]["cut"].is_array(), "{cut}");
        assert!(long.wire().message.contains("... (cut: "));
    }
}
