//! From a verdict to a decision: which paths are exempt, which rules apply to the rest, what they
//! ask for, whom that would cut off, and what of it the mode allows.

use time::OffsetDateTime;

use crate::bucket::{BucketState, Setting};
use crate::exposure::{Class, Exposure, Path, Verdict};
use crate::guardrail::contain::{foresee, held, missing, settings, targets};
use crate::guardrail::exempt::exempt;
use crate::guardrail::fit::{TagsUnread, fits};
use crate::guardrail::{
    Cut, Decision, Guardrail, Held, Mode, Past, Rule, RuleAction, Threshold, Urgency,
};

/// What `guardrail` asks for, given a verdict, the state it was made of, and what is remembered of
/// the bucket.
#[must_use]
pub fn decide(
    verdict: &Verdict,
    state: &BucketState,
    guardrail: &Guardrail,
    past: &Past,
    now: OffsetDateTime,
) -> Decision {
    let (exempted, uncovered) = exempt(verdict, state, &guardrail.exemptions, past, now);
    let widest = widest(verdict, &uncovered);
    let unknown = unknown(verdict);
    let missing = missing(state);
    let applying: Vec<(&Rule, RuleAction)> = guardrail
        .rules
        .iter()
        .filter(|rule| applies(rule.exposure, widest, unknown))
        .filter(|rule| fits(&rule.matches, state, TagsUnread::Match))
        .map(|rule| (rule, asked(rule, unknown, missing.is_empty())))
        .collect();
    let (action, urgency) = strictest(&applying, unknown);
    let asking: Vec<&Rule> = applying
        .iter()
        .filter(|(_, asked)| *asked == action && action != RuleAction::Ignore)
        .map(|(rule, _)| *rule)
        .collect();
    let decision = Decision {
        mode: guardrail.mode,
        action,
        urgency,
        rules: asking.iter().map(|rule| rule.name.clone()).collect(),
        apply: Vec::new(),
        cuts: Vec::new(),
        held: exempted,
    };
    match action {
        RuleAction::Ignore | RuleAction::Alert => decision,
        RuleAction::Contain => {
            let targets = targets(&asking, &uncovered);
            let unknown = unknown == Unknown::Exposure;
            let settings = settings(&asking, &targets, unknown, missing);
            let trust = &guardrail.trust;
            let cuts = foresee(verdict, state, trust, &settings, &targets, &decision.held);
            let spent = past.writes_within_hour >= usize::from(guardrail.episodes.writes_per_hour);
            contained(decision, settings, cuts, &asking, spent)
        }
    }
}

/// `decision` with the containment that its rules ask for, or with what holds it.
fn contained(
    mut decision: Decision,
    settings: Vec<Setting>,
    cuts: Vec<Cut>,
    asking: &[&Rule],
    spent: bool,
) -> Decision {
    let held = held(asking, &cuts);
    decision.cuts = cuts;
    if held || spent {
        decision.urgency = Urgency::High;
    }
    match decision.mode {
        _ if settings.is_empty() => decision.held.push(Held::NothingLeftToTurnOn),
        _ if held => decision.held.push(Held::ByCut(settings)),
        Mode::Enforce if spent => decision.held.push(Held::ByWrites(settings)),
        Mode::Enforce => decision.apply = settings,
        Mode::Notify | Mode::Observe => decision.held.push(Held::ByMode(settings)),
    }
    decision
}

/// The widest class that gets in unexempted. Where the verdict names a wider class than any of its
/// open paths does, nothing can have been exempted from it.
fn widest(verdict: &Verdict, uncovered: &[&Path]) -> Class {
    let of_paths = |paths: &mut dyn Iterator<Item = &Path>| {
        paths.map(|path| path.exposure).max().unwrap_or(Class::None)
    };
    let open = of_paths(&mut verdict.paths.iter().filter(|path| path.is_open()));
    let stated = verdict.exposure.at_least();
    if stated > open { stated } else { of_paths(&mut uncovered.iter().copied()) }
}

/// What is not known of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// Nothing.
    Nothing,
    /// Something that lets nobody in could not be read: who gets in is known all the same.
    Part,
    /// Who gets in.
    Exposure,
}

fn unknown(verdict: &Verdict) -> Unknown {
    match verdict.exposure {
        Exposure::Unknown(_) => Unknown::Exposure,
        Exposure::Known(_) if verdict.unreadable.is_empty() => Unknown::Nothing,
        Exposure::Known(_) => Unknown::Part,
    }
}

fn applies(threshold: Threshold, widest: Class, unknown: Unknown) -> bool {
    match threshold {
        Threshold::AtLeast(class) => widest != Class::None && widest >= class,
        Threshold::Unknown => unknown != Unknown::Nothing,
    }
}

/// What a rule asks for here. Rules on what is unknown speak of a part that could not be read too,
/// but where who gets in is known all the same, that is told and no ground for a write; nor is
/// there anything left to write for what is unknown once all settings are on.
fn asked(rule: &Rule, unknown: Unknown, all_on: bool) -> RuleAction {
    match rule.exposure {
        Threshold::Unknown if all_on || unknown == Unknown::Part => {
            rule.action.min(RuleAction::Alert)
        }
        Threshold::Unknown | Threshold::AtLeast(_) => rule.action,
    }
}

/// The most protective action, and the highest urgency of the rules that ask for it. Where no rule
/// speaks of what is unknown, it is as if one asked for an urgent alert.
fn strictest(applying: &[(&Rule, RuleAction)], unknown: Unknown) -> (RuleAction, Urgency) {
    let spoken_of = applying.iter().any(|(rule, _)| rule.exposure == Threshold::Unknown);
    let unspoken = unknown != Unknown::Nothing && !spoken_of;
    applying
        .iter()
        .map(|(rule, asked)| (*asked, rule.urgency))
        .chain(unspoken.then_some((RuleAction::Alert, Urgency::High)))
        .max()
        .unwrap_or((RuleAction::Ignore, Urgency::Low))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};
    use time::macros::{date, datetime};
    use time::{Duration, OffsetDateTime};

    use crate::bucket::{AccountId, BucketName, BucketState, Observed, Setting, Settings};
    use crate::exposure::{Class, Closer, Exposure, Parties, Path, Verdict, Via};
    use crate::guardrail::{
        Contain, DEFAULT, Decision, Exemption, Guardrail, Held, Hold, Match, Mode, Past, Rule,
        RuleAction, Threshold, Urgency,
    };
    use crate::iam::{Access, Action, Glob};

    const NOW: OffsetDateTime = datetime!(2026-11-20 09:14:07 UTC);

    /// Of a bucket that nothing is remembered of.
    fn decide(
        verdict: &Verdict,
        state: &BucketState,
        guardrail: &Guardrail,
        now: OffsetDateTime,
    ) -> Decision {
        super::decide(verdict, state, guardrail, &Past::default(), now)
    }

    fn state() -> BucketState {
        let account = AccountId::parse("111122223333").unwrap();
        BucketState::empty(BucketName::parse("clinic-reports").unwrap(), account, None)
    }

    fn path(statement: usize, exposure: Class, actions: &[&str]) -> Path {
        Path {
            via: Via::Policy { statement, sid: None },
            exposure,
            services: false,
            actions: actions.iter().map(|name| Action::from_name(name).unwrap()).collect(),
            parties: Arc::default(),
            closed_by: Vec::new(),
            unproved: None,
            witness: None,
        }
    }

    fn verdict(paths: Vec<Path>) -> Verdict {
        let open = paths.iter().filter(|path| path.is_open());
        let widest = open.map(|path| path.exposure).max().unwrap_or(Class::None);
        Verdict {
            bucket: state().bucket,
            account: state().account,
            public: None,
            policy_is_public: None,
            policy_is_public_with_deny: None,
            acl_is_public: None,
            exposure: Exposure::Known(widest),
            external: Parties::default(),
            paths,
            unreadable: Vec::new(),
            warnings: Vec::new(),
            disagreement: None,
        }
    }

    fn rule(name: &str, exposure: Threshold, action: RuleAction, urgency: Urgency) -> Rule {
        let (contain, hold) = (Contain::All, Hold::default());
        let matches = Match::default();
        Rule { name: name.to_owned(), exposure, action, urgency, contain, hold, matches }
    }

    fn exemption(exposure: Class, access: &[Access]) -> Exemption {
        Exemption {
            name: "website".to_owned(),
            matches: Match { buckets: vec![Glob::new("clinic-*")], ..Match::default() },
            exposure,
            access: access.to_vec(),
            actions: Vec::new(),
            tag_setters: Vec::new(),
            owner: "web-team@example.com".to_owned(),
            reason: "approved".to_owned(),
            expires: date!(2026 - 11 - 20),
        }
    }

    fn guardrail(mode: Mode, exemptions: Vec<Exemption>) -> Guardrail {
        Guardrail { mode, exemptions, ..Guardrail::parse(DEFAULT).unwrap() }
    }

    fn decided(paths: Vec<Path>, mode: Mode, exemptions: Vec<Exemption>) -> Decision {
        decide(&verdict(paths), &state(), &guardrail(mode, exemptions), NOW)
    }

    #[test]
    fn what_is_open_to_all_is_contained_in_enforce_alone() {
        let paths = || vec![path(0, Class::Anonymous, &["s3:GetObject"])];
        let enforced = decided(paths(), Mode::Enforce, Vec::new());
        assert_eq!((enforced.action, enforced.urgency), (RuleAction::Contain, Urgency::High));
        assert_eq!(enforced.rules, ["nothing is open to the world"]);
        assert_eq!(enforced.apply, Setting::ALL);
        assert!(enforced.held.is_empty() && enforced.alerts());
        for mode in [Mode::Notify, Mode::Observe] {
            let decision = decided(paths(), mode, Vec::new());
            assert!(decision.apply.is_empty());
            assert_eq!(decision.held, [Held::ByMode(Setting::ALL.to_vec())]);
            assert_eq!(decision.alerts(), mode == Mode::Notify);
        }
    }

    #[test]
    fn only_what_is_off_is_turned_on() {
        let verdict = verdict(vec![path(0, Class::Anonymous, &["s3:GetObject"])]);
        let guardrail = guardrail(Mode::Enforce, Vec::new());
        let mut state = state();
        state.settings =
            Observed::Known(Settings { restrict_public_buckets: false, ..Settings::ALL_ON });
        assert_eq!(
            decide(&verdict, &state, &guardrail, NOW).apply,
            [Setting::RestrictPublicBuckets]
        );
        state.settings = Observed::Unknown("AccessDenied".to_owned());
        assert_eq!(decide(&verdict, &state, &guardrail, NOW).apply, Setting::ALL);
        state.settings = Observed::Known(Settings::ALL_ON);
        let decision = decide(&verdict, &state, &guardrail, NOW);
        assert!(decision.apply.is_empty());
        assert_eq!(decision.held, [Held::NothingLeftToTurnOn]);
    }

    #[test]
    fn latent_and_trusted_paths_ask_for_nothing() {
        let mut latent = path(0, Class::Anonymous, &["s3:GetObject"]);
        latent.closed_by = vec![Closer::Account(Setting::RestrictPublicBuckets)];
        let trusted = path(1, Class::Trusted, &["s3:GetObject"]);
        let decision = decided(vec![latent, trusted], Mode::Enforce, Vec::new());
        assert_eq!(decision.action, RuleAction::Ignore);
        assert!(!decision.alerts() && decision.rules.is_empty() && decision.held.is_empty());
    }

    #[test]
    fn a_rule_on_trusted_applies_to_trusted_and_wider() {
        let threshold = Threshold::AtLeast(Class::Trusted);
        let rules = vec![rule("seen", threshold, RuleAction::Alert, Urgency::Low)];
        let guardrail = Guardrail { rules, ..guardrail(Mode::Notify, Vec::new()) };
        for (class, action) in [
            (Class::None, RuleAction::Ignore),
            (Class::Trusted, RuleAction::Alert),
            (Class::Anonymous, RuleAction::Alert),
        ] {
            let verdict = verdict(vec![path(0, class, &["s3:GetObject"])]);
            assert_eq!(decide(&verdict, &state(), &guardrail, NOW).action, action, "{class:?}");
        }
    }

    #[test]
    fn an_exemption_covers_what_lies_wholly_within_it() {
        let read = || path(0, Class::Anonymous, &["s3:GetObject"]);
        let decision = decided(
            vec![read()],
            Mode::Enforce,
            vec![exemption(Class::Anonymous, &[Access::Read])],
        );
        assert_eq!(decision.action, RuleAction::Ignore);
        assert_eq!(
            decision.held,
            [Held::ByExemption {
                via: read().via,
                exposure: Class::Anonymous,
                services: false,
                exemption: "website".to_owned(),
                expires: date!(2026 - 11 - 20),
                by_tags: false,
            }]
        );
        let beyond = |exemption: Exemption, path: Path| {
            let decision = decided(vec![path], Mode::Enforce, vec![exemption]);
            assert_eq!(decision.action, RuleAction::Contain);
            assert!(decision.held.is_empty());
        };
        beyond(exemption(Class::Authenticated, &[Access::Read]), read());
        beyond(exemption(Class::Anonymous, &[Access::List]), read());
        let list_too = path(0, Class::Anonymous, &["s3:GetObject", "s3:ListBucket"]);
        beyond(exemption(Class::Anonymous, &[Access::Read]), list_too);
        beyond(exemption(Class::Anonymous, &[Access::Read]), path(0, Class::Anonymous, &[]));
        let mut other = exemption(Class::Anonymous, &[Access::Read]);
        other.matches.buckets = vec![Glob::new("www-*")];
        beyond(other, read());
        let mut other = exemption(Class::Anonymous, &[Access::Read]);
        other.matches.accounts = vec![AccountId::parse("444455556666").unwrap()];
        beyond(other, read());
        let mut other = exemption(Class::Anonymous, &[Access::Read]);
        other.actions = vec![Glob::new("s3:GetObjectVersion*")];
        beyond(other, read());
        let mut past = exemption(Class::Anonymous, &[Access::Read]);
        past.expires = date!(2026 - 11 - 19);
        beyond(past, read());
    }

    #[test]
    fn what_an_exemption_does_not_cover_is_decided_without_it() {
        let paths = vec![
            path(0, Class::Anonymous, &["s3:GetObject"]),
            path(1, Class::External, &["s3:PutObject"]),
        ];
        let decision =
            decided(paths, Mode::Enforce, vec![exemption(Class::Anonymous, &[Access::Read])]);
        assert_eq!(decision.action, RuleAction::Alert);
        assert_eq!(decision.held.len(), 1);
    }

    #[test]
    fn the_last_day_counts_through_in_utc() {
        let verdict = verdict(vec![path(0, Class::Anonymous, &["s3:GetObject"])]);
        let guardrail =
            guardrail(Mode::Enforce, vec![exemption(Class::Anonymous, &[Access::Read])]);
        let action = |now| decide(&verdict, &state(), &guardrail, now).action;
        assert_eq!(action(datetime!(2026-11-20 23:59:59 UTC)), RuleAction::Ignore);
        assert_eq!(action(datetime!(2026-11-21 00:00:00 UTC)), RuleAction::Contain);
        assert_eq!(action(datetime!(2026-11-21 00:30:00 +01:00)), RuleAction::Ignore);
        assert_eq!(action(datetime!(2026-11-20 23:30:00 -01:00)), RuleAction::Contain);
    }

    #[test]
    fn tags_that_cannot_be_read_match_rules_and_no_exemption() {
        let tagged = || Match {
            tags: BTreeMap::from([("class".to_owned(), vec![Glob::new("p*")])]),
            ..Match::default()
        };
        let mut ignore = exemption(Class::External, &[Access::Read]);
        ignore.matches = tagged();
        let threshold = Threshold::AtLeast(Class::External);
        let mut rules = vec![rule("phi", threshold, RuleAction::Contain, Urgency::High)];
        rules[0].matches = tagged();
        let guardrail =
            |exemptions| Guardrail { rules: rules.clone(), ..guardrail(Mode::Enforce, exemptions) };
        let verdict = verdict(vec![path(0, Class::External, &["s3:GetObject"])]);
        let action = |tags: Observed<BTreeMap<String, String>>, exemptions| {
            let state = BucketState { tags, ..state() };
            decide(&verdict, &state, &guardrail(exemptions), NOW).action
        };
        let tag =
            |value: &str| Observed::Known(BTreeMap::from([("class".to_owned(), value.to_owned())]));
        let unread = || Observed::Unknown("AccessDenied".to_owned());
        assert_eq!(action(tag("phi"), vec![]), RuleAction::Contain);
        assert_eq!(action(tag("none"), vec![]), RuleAction::Ignore);
        assert_eq!(action(unread(), vec![]), RuleAction::Contain);
        assert_eq!(action(tag("phi"), vec![ignore.clone()]), RuleAction::Ignore);
        assert_eq!(action(unread(), vec![ignore]), RuleAction::Contain);
    }

    #[test]
    fn what_is_unknown_alerts_unless_a_rule_speaks_of_it() {
        let mut unknown = verdict(Vec::new());
        unknown.exposure = Exposure::Unknown(Class::None);
        let mut unread = verdict(Vec::new());
        unread.unreadable = vec![("Tags".to_owned(), "AccessDenied".to_owned())];
        for (verdict, most) in [(unknown, RuleAction::Contain), (unread, RuleAction::Alert)] {
            let with = |rules| Guardrail { rules, ..guardrail(Mode::Enforce, Vec::new()) };
            let silent = decide(&verdict, &state(), &with(Vec::new()), NOW);
            assert_eq!((silent.action, silent.urgency), (RuleAction::Alert, Urgency::High));
            assert!(silent.rules.is_empty() && silent.apply.is_empty());
            for action in [RuleAction::Ignore, RuleAction::Alert, RuleAction::Contain] {
                let rules = vec![rule("unread", Threshold::Unknown, action, Urgency::Low)];
                let decision = decide(&verdict, &state(), &with(rules), NOW);
                let asked = action.min(most);
                assert_eq!((decision.action, decision.urgency), (asked, Urgency::Low));
            }
        }
    }

    #[test]
    fn a_containment_for_what_is_unknown_ends_with_the_settings() {
        let mut unknown = verdict(Vec::new());
        unknown.exposure = Exposure::Unknown(Class::None);
        let rules = vec![rule("unread", Threshold::Unknown, RuleAction::Contain, Urgency::Low)];
        let guardrail = Guardrail { rules, ..guardrail(Mode::Enforce, Vec::new()) };
        let before = decide(&unknown, &state(), &guardrail, NOW);
        assert_eq!(before.apply, Setting::ALL);
        let closed = BucketState { settings: Observed::Known(Settings::ALL_ON), ..state() };
        let after = decide(&unknown, &closed, &guardrail, NOW);
        assert_eq!((after.action, after.held), (RuleAction::Alert, Vec::new()));
    }

    #[test]
    fn a_verdict_wider_than_its_paths_counts_as_it_says() {
        let mut verdict = verdict(vec![path(0, Class::External, &["s3:GetObject"])]);
        verdict.exposure = Exposure::Known(Class::Anonymous);
        let guardrail =
            guardrail(Mode::Enforce, vec![exemption(Class::Anonymous, &[Access::Read])]);
        assert_eq!(decide(&verdict, &state(), &guardrail, NOW).action, RuleAction::Contain);
    }

    #[test]
    fn urgency_is_that_of_the_rules_that_ask_for_the_action() {
        let external = Threshold::AtLeast(Class::External);
        let rules = vec![
            rule("a", external, RuleAction::Contain, Urgency::Low),
            rule("b", external, RuleAction::Alert, Urgency::High),
        ];
        let guardrail = Guardrail { rules, ..guardrail(Mode::Notify, Vec::new()) };
        let verdict = verdict(vec![path(0, Class::External, &["s3:GetObject"])]);
        let decision = decide(&verdict, &state(), &guardrail, NOW);
        assert_eq!((decision.action, decision.urgency), (RuleAction::Contain, Urgency::Low));
        assert_eq!(decision.rules, ["a"]);
    }

    const CLASSES: [Class; 5] =
        [Class::None, Class::Trusted, Class::External, Class::Authenticated, Class::Anonymous];
    const ACCESS: [Access; 3] = [Access::List, Access::Read, Access::Write];
    const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:GetObjectAcl"];

    prop_compose! {
        fn any_path()(
            statement in 0..4_usize,
            exposure in select(&CLASSES[..]),
            actions in subsequence(ACTIONS.to_vec(), 0..=3),
            latent in any::<bool>(),
        ) -> Path {
            let mut path = path(statement, exposure, &actions);
            if latent {
                path.closed_by = vec![Closer::ObjectOwnership];
            }
            path
        }
    }

    prop_compose! {
        fn any_verdict()(
            paths in vec(any_path(), 0..4),
            wider in select(&CLASSES[..]),
            unknown in any::<bool>(),
            unreadable in any::<bool>(),
        ) -> Verdict {
            let mut verdict = verdict(paths);
            if unknown {
                verdict.exposure = Exposure::Unknown(wider.max(verdict.exposure.at_least()));
            }
            if unreadable {
                verdict.unreadable = vec![("Tags".to_owned(), "AccessDenied".to_owned())];
            }
            verdict
        }
    }

    prop_compose! {
        fn any_state()(tags in 0..3_u8, settings in 0..4_u8) -> BucketState {
            let tag = |value: &str| BTreeMap::from([("class".to_owned(), value.to_owned())]);
            BucketState {
                tags: match tags {
                    0 => Observed::Known(tag("phi")),
                    1 => Observed::Known(tag("open")),
                    _ => Observed::Unknown("AccessDenied".to_owned()),
                },
                settings: match settings {
                    0 => Observed::Known(Settings::ALL_ON),
                    1 => Observed::Unknown("AccessDenied".to_owned()),
                    2 => Observed::Known(Settings {
                        ignore_public_acls: true,
                        ..Settings::default()
                    }),
                    _ => Observed::Known(Settings::default()),
                },
                ..state()
            }
        }
    }

    prop_compose! {
        fn any_match()(
            account in select(&["111122223333", "444455556666"][..]),
            by_account in any::<bool>(),
            buckets in subsequence(vec!["clinic-*", "www-*"], 0..=2),
            by_tag in any::<bool>(),
        ) -> Match {
            let tag = ("class".to_owned(), vec![Glob::new("ph?")]);
            let account = by_account.then(|| AccountId::parse(account).unwrap());
            Match {
                accounts: account.into_iter().collect(),
                buckets: buckets.into_iter().map(Glob::new).collect(),
                tags: by_tag.then_some(tag).into_iter().collect(),
            }
        }
    }

    prop_compose! {
        fn any_rule()(
            name in 0..9_u8,
            class in select(&CLASSES[..]),
            unknown in any::<bool>(),
            action in select(&[RuleAction::Ignore, RuleAction::Alert, RuleAction::Contain][..]),
            urgency in select(&[Urgency::Low, Urgency::High][..]),
            matches in any_match(),
        ) -> Rule {
            let exposure = if unknown { Threshold::Unknown } else { Threshold::AtLeast(class) };
            Rule { matches, ..rule(&format!("rule {name}"), exposure, action, urgency) }
        }
    }

    prop_compose! {
        fn any_exemption()(
            exposure in select(&CLASSES[..]),
            access in subsequence(ACCESS.to_vec(), 1..=3),
            actions in subsequence(vec!["s3:Get*", "s3:PutObject"], 0..=2),
            days in -2..3_i64,
            matches in any_match(),
        ) -> Exemption {
            let actions = actions.into_iter().map(Glob::new).collect();
            let expires = (NOW + Duration::days(days)).date();
            Exemption { matches, actions, expires, ..exemption(exposure, &access) }
        }
    }

    prop_compose! {
        fn any_guardrail()(
            mode in select(&[Mode::Observe, Mode::Notify, Mode::Enforce][..]),
            rules in vec(any_rule(), 0..5),
            exemptions in vec(any_exemption(), 0..3),
        ) -> Guardrail {
            Guardrail { rules, ..guardrail(mode, exemptions) }
        }
    }

    /// Everything but the order of the rules' names.
    fn unordered(decision: Decision) -> (Decision, BTreeSet<String>) {
        let rules = decision.rules.iter().cloned().collect();
        (Decision { rules: Vec::new(), ..decision }, rules)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn the_order_of_rules_never_matters(
            verdict in any_verdict(), state in any_state(), guardrail in any_guardrail(),
        ) {
            let mut turned = guardrail.clone();
            turned.rules.reverse();
            prop_assert_eq!(
                unordered(decide(&verdict, &state, &guardrail, NOW)),
                unordered(decide(&verdict, &state, &turned, NOW))
            );
        }

        #[test]
        fn nothing_is_applied_but_in_enforce(
            verdict in any_verdict(), state in any_state(), guardrail in any_guardrail(),
        ) {
            let decision = decide(&verdict, &state, &guardrail, NOW);
            prop_assert!(guardrail.mode == Mode::Enforce || decision.apply.is_empty());
            prop_assert!(decision.action == RuleAction::Contain || decision.apply.is_empty());
            let on = state.settings.known().copied().unwrap_or_default();
            prop_assert!(decision.apply.iter().all(|setting| !on.has(*setting)));
        }

        #[test]
        fn another_rule_is_never_less_protective(
            verdict in any_verdict(), state in any_state(), guardrail in any_guardrail(),
            rule in any_rule(),
        ) {
            // the one way to say that what is unknown is nobody's concern
            prop_assume!(
                (rule.exposure, rule.action) != (Threshold::Unknown, RuleAction::Ignore)
            );
            let mut more = guardrail.clone();
            more.rules.push(rule);
            prop_assert!(
                decide(&verdict, &state, &more, NOW).action
                    >= decide(&verdict, &state, &guardrail, NOW).action
            );
        }

        #[test]
        fn another_exemption_is_never_more_protective(
            verdict in any_verdict(), state in any_state(), guardrail in any_guardrail(),
            exemption in any_exemption(),
        ) {
            let mut more = guardrail.clone();
            more.exemptions.push(exemption);
            prop_assert!(
                decide(&verdict, &state, &more, NOW).action
                    <= decide(&verdict, &state, &guardrail, NOW).action
            );
        }

        #[test]
        fn an_expired_exemption_is_none(
            verdict in any_verdict(), state in any_state(), guardrail in any_guardrail(),
            exemption in any_exemption(),
        ) {
            let mut more = guardrail.clone();
            more.exemptions.insert(0, Exemption { expires: date!(2026-11-19), ..exemption });
            prop_assert_eq!(
                decide(&verdict, &state, &more, NOW),
                decide(&verdict, &state, &guardrail, NOW)
            );
        }

        #[test]
        fn what_is_unknown_is_never_passed_over_in_silence(
            mut verdict in any_verdict(), state in any_state(), mut guardrail in any_guardrail(),
        ) {
            verdict.unreadable = vec![("Policy".to_owned(), "AccessDenied".to_owned())];
            guardrail.rules.retain(|rule| rule.exposure != Threshold::Unknown);
            let decision = decide(&verdict, &state, &guardrail, NOW);
            prop_assert!(decision.action >= RuleAction::Alert);
        }
    }
}
