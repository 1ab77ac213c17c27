//! Pages of every situation as golden files, and what holds of all of them.

use std::collections::BTreeMap;

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::{date, datetime};

use crate::alert::{compose, compose_blind};
use crate::bucket::{AccountId, BucketName, BucketState, Region, Setting};
use crate::episode::{News, Settled};
use crate::event::{Actor, ActorKind, Confidence, EventInfo, Scope, Source, Trigger};
use crate::exposure::{
    Class, Closer, Disagreement, Exposure, Parties, Path, Verdict, Via, Witness,
};
use crate::guardrail::{Cut, DEFAULT, Guardrail, Held, Mode, Past, RuleAction, decide};
use crate::iam::{Action, Actions, On, Requester};
use crate::ports::{Failure, Message, Target};
use crate::remedy::Remedy;
use crate::report::{Applied, Judged, Outcome, Run};

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
        actions: actions(names),
        parties: Parties::default(),
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
    path.parties.accounts.insert(AccountId::parse("444455556666").unwrap());
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

fn run(judged: Judged) -> Run {
    Run { target: target(), outcome: Outcome::Judged(Box::new(judged)) }
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
        actions: actions(&["s3:GetObject", "s3:GetObjectVersion"]),
        parties: Parties::default(),
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
        actions: actions(&["s3:ListBucket"]),
        parties: Parties::default(),
        closed_by: Vec::new(),
        unproved: None,
        witness: Some(by_grant(principal, &["s3:ListBucket"], "")),
    };
    let world = || grant(1, Class::Anonymous, Requester::Anonymous);
    let id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be".to_owned();
    let mut named = grant(2, Class::External, Requester::CanonicalUser(id.clone()));
    named.parties.canonical_users.insert(id);
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
        exemption: "clinic website".to_owned(),
        expires: date!(2027 - 01 - 31),
        by_tags: false,
    }];
    let exempted = public_read();
    judged.decision.cuts = vec![Cut {
        via: exempted.via,
        exposure: exempted.exposure,
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
    path.parties.others.insert(HOSTILE.to_owned());
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

pub(crate) fn page(trigger: &Trigger, run: &Run) -> Message {
    let mut messages = compose(trigger, run);
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

fn blind() -> Message {
    let mut trigger = trigger();
    trigger.actor = None;
    trigger.source = Source::Schedule;
    trigger.event.name = "Scheduled Event".to_owned();
    compose_blind(&trigger, Some(&target()), &failure("AccessDenied", "no role to assume"))
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
    let mut messages: Vec<_> = runs.iter().map(|run| page(&trigger(), run)).collect();
    let (hostile_trigger, hostile_run) = hostile();
    messages.push(page(&hostile_trigger, &hostile_run));
    messages.push(blind());
    messages.push(compose_blind(&trigger(), None, &failure("ExpiredToken", "the token is old")));
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(name: &str, message: &Message) {
        let shown = format!("Subject: {}\n\n{}", message.subject, message.text);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, shown);
        });
    }

    #[test]
    fn pages_read_as_they_should() {
        for (name, run) in [
            ("fixed_policy", fixed()),
            ("not_fixed_denied", denied()),
            ("not_fixed_not_seen", not_seen()),
            ("not_fixed_nothing_left", nothing_left()),
            ("would_fix_in_notify", would_fix()),
            ("external_alert", external()),
            ("unknown_missing_permission", unknown()),
            ("fixed_exemption_cut_too", exempted_and_cut()),
            ("fixed_bucket_acl", bucket_acl()),
            ("would_fix_access_point", access_point()),
            ("not_fixed_named_parties", named_parties(Mode::Enforce)),
            ("unknown_tags_unread", tags_unread()),
        ] {
            golden(name, &page(&trigger(), &run));
        }
        let mut of_object = trigger();
        of_object.event.name = "PutObjectAcl".to_owned();
        golden("fixed_object_acl", &page(&of_object, &object_acl()));
        let (trigger, run) = hostile();
        golden("hostile_names", &page(&trigger, &run));
        golden("blind", &blind());
    }

    #[test]
    fn the_report_of_a_page_is_the_published_one() {
        let message = page(&trigger(), &fixed());
        let body = message.body();
        let (text, report) = body.split_once("\n--- report (JSON) ---\n").unwrap();
        assert_eq!(text, message.text);
        let report: Value = serde_json::from_str(report).unwrap();
        assert_eq!(report, message.report);
        let pretty = serde_json::to_string_pretty(&report).unwrap();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("fixed_policy_report", pretty);
        });
    }

    #[test]
    fn nothing_is_told_but_news() {
        for settled in [Settled::Told, Settled::Busy] {
            let judged = Judged { settled, ..judged(verdict(vec![public_read()]), Mode::Enforce) };
            assert!(compose(&trigger(), &run(judged)).is_empty());
        }
        let gone = Run { target: target(), outcome: Outcome::Gone("it was deleted".to_owned()) };
        assert!(compose(&trigger(), &gone).is_empty());
    }

    #[test]
    fn a_write_that_nobody_saw_holding_is_told_as_not_fixed() {
        let run = run(written(judged(verdict(vec![public_read()]), Mode::Enforce), Ok(())));
        let message = page(&trigger(), &run);
        assert!(message.subject.starts_with("S3 NOT FIXED: "), "{}", message.subject);
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
            assert!(subject.len() < 100 && subject.starts_with("S3 "), "{subject}");
            assert!(subject.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{subject}");
            assert!(subject.ends_with("(111122223333)"), "{subject}");
        }
        assert_eq!(longest[0].subject.len(), 99);
    }

    #[test]
    fn no_page_holds_what_a_terminal_a_mail_or_a_chat_would_obey() {
        for message in all() {
            let body = message.body();
            assert!(body.lines().all(|line| !line.chars().any(crate::escape::is_hidden)), "{body}");
            assert!(!body.contains("<https") && !message.text.contains("evil.example|click>"));
            assert!(!message.text.contains("https://evil"), "{body}");
            let headings =
                message.text.lines().filter(|line| line.starts_with("STATE NOW")).count();
            assert!(headings <= 1, "{body}");
        }
        let (trigger, run) = hostile();
        assert!(!page(&trigger, &run).text.contains("rm -rf ~; '\n"));
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
    fn a_body_is_never_too_long() {
        let many: Vec<_> = (0..4_000)
            .map(|index| {
                statement(index, Some(&"s".repeat(300)), Class::Anonymous, &["s3:GetObject"])
            })
            .collect();
        let message = page(&trigger(), &run(judged(verdict(many), Mode::Notify)));
        let body = message.body();
        assert!(body.len() < 262_144, "{}", body.len());
        let report: Value = serde_json::from_str(body.lines().last().unwrap()).unwrap();
        assert_eq!(report["buckets"][0]["before"]["paths"].as_array().unwrap().len(), 20);
        assert!(report["cut"][0].as_str().unwrap().starts_with("paths"), "{}", report["cut"]);

        let mut huge = public_read();
        huge.via = Via::ObjectAcl { key: "\u{202e}".repeat(200_000), grant: 0 };
        let body = page(&trigger(), &run(judged(verdict(vec![huge]), Mode::Notify))).body();
        assert!(body.len() < 262_144, "{}", body.len());
        assert_eq!(body.lines().last().unwrap(), r#"{"cut":["report"]}"#);

        let text = "ä".repeat(300_000);
        let long = Message { text, ..page(&trigger(), &fixed()) };
        assert!(long.body().len() < 262_144);
        assert!(long.body().contains("... (cut: "));
    }
}
