//! How things stand with a bucket after a run, in the terms of a page.

use crate::bucket::Setting;
use crate::episode::News;
use crate::exposure::{Class, Path, Via, WayIn};
use crate::guardrail::{Cut, Held, Mode, RuleAction, Urgency};
use crate::report::{Cause, Judged};

/// How things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Closed, and seen to be.
    Fixed,
    /// It was to be closed and is not, or nobody has seen it closed.
    NotFixed,
    /// It would be closed in mode `enforce`.
    WouldFix,
    /// Open, and the rules ask for an alert only.
    Open,
    /// Nothing is known to be open, and not everything could be read.
    Unknown,
    /// It was open, and somebody else closed it.
    Closed,
    /// It was open, and closed again before anybody looked.
    Passed,
    /// It is open, and an exemption lets it be.
    LetBe,
}

/// What nobody could look at is not left until the morning.
pub(super) const BLIND_URGENCY: Urgency = Urgency::High;

/// Whether people knew nothing of the episode.
pub(super) fn is_first(news: News) -> bool {
    match news {
        News::Opened | News::Transient | News::ExemptedByTag => true,
        News::Changed | News::Closed | News::Exempted | News::Reminder => false,
    }
}

/// Whether people are told again of what they know.
pub(super) fn is_reminder(news: News) -> bool {
    match news {
        News::Reminder => true,
        News::Opened
        | News::Transient
        | News::ExemptedByTag
        | News::Changed
        | News::Closed
        | News::Exempted => false,
    }
}

impl Standing {
    /// The word that subjects and pages begin with.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fixed => "FIXED",
            Self::NotFixed => "NOT FIXED",
            Self::WouldFix => "WOULD FIX",
            Self::Open => "OPEN",
            Self::Unknown => "UNKNOWN",
            Self::Closed => "CLOSED",
            Self::Passed => "CLOSED AGAIN",
            Self::LetBe => "EXEMPTED",
        }
    }

    /// The name in messages for machines.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotFixed => "not_fixed",
            Self::WouldFix => "would_fix",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Closed => "closed",
            Self::Passed => "closed_again",
            Self::LetBe => "exempted",
        }
    }

    /// Whether nothing is open (any more) that nobody approved.
    pub(super) fn is_settled(self) -> bool {
        match self {
            Self::Fixed | Self::Closed | Self::Passed | Self::LetBe => true,
            Self::NotFixed | Self::WouldFix | Self::Open | Self::Unknown => false,
        }
    }

    /// In the words of CloudWatch.
    pub(super) fn alarm_state(self) -> &'static str {
        if self.is_settled() { "OK" } else { "ALARM" }
    }
}

/// A run with what a page has to say of it.
pub(super) struct Situation<'a> {
    pub(super) judged: &'a Judged,
    pub(super) standing: Standing,
    /// Paths that were open and that no exemption covers, the widest class first.
    pub(super) uncovered: Vec<&'a Path>,
    /// Paths that were open and that an exemption covers, with its name.
    pub(super) exempted: Vec<(&'a Path, &'a str)>,
}

impl<'a> Situation<'a> {
    pub(super) fn of(judged: &'a Judged) -> Self {
        let mut uncovered = Vec::new();
        let mut exempted = Vec::new();
        for path in judged.before.paths.iter().filter(|path| path.is_open()) {
            match exemption_of(judged, path) {
                Some(name) => exempted.push((path, name)),
                None if path.exposure == Class::None => {}
                None => uncovered.push(path),
            }
        }
        uncovered.sort_by_key(|path| std::cmp::Reverse(path.exposure));
        let standing = standing(judged, &uncovered);
        Self { judged, standing, uncovered, exempted }
    }

    /// How urgent it is. The guardrail file decides where the guardrail does what it was told to;
    /// where that failed, or nobody can say who gets in, it is now.
    pub(super) fn urgency(&self) -> Urgency {
        let fought = self.judged.episode.as_ref().is_some_and(|episode| episode.fight.is_some());
        match self.standing {
            Standing::NotFixed => Urgency::High,
            Standing::Fixed if fought => Urgency::High,
            Standing::Unknown if self.judged.decision.rules.is_empty() => Urgency::High,
            Standing::Unknown | Standing::WouldFix | Standing::Open => self.judged.decision.urgency,
            Standing::Fixed | Standing::Closed | Standing::Passed | Standing::LetBe => Urgency::Low,
        }
    }

    /// Paths that a setting closes today: turned off, they let somebody in.
    pub(super) fn latent(&self) -> Vec<&'a Path> {
        let paths = self.judged.before.paths.iter();
        paths.filter(|path| !path.is_open() && path.exposure != Class::None).collect()
    }

    /// The widest class that gets in unexempted.
    pub(super) fn widest(&self) -> Class {
        let of_paths = self.uncovered.iter().map(|path| path.exposure).max();
        let all_open = self.judged.before.paths.iter().filter(|path| path.is_open());
        let stated = self.judged.before.exposure.at_least();
        if all_open.map(|path| path.exposure).max().is_none_or(|open| stated > open) {
            return stated;
        }
        of_paths.unwrap_or(Class::None)
    }

    /// The uncovered paths that matter most: where anything is open to the world, those; else all.
    pub(super) fn worst(&self) -> Vec<&'a Path> {
        let world = |path: &&Path| path.exposure >= Class::Authenticated;
        let worst: Vec<_> = self.uncovered.iter().copied().filter(world).collect();
        if worst.is_empty() { self.uncovered.clone() } else { worst }
    }

    /// What a path is that was closed in the course of the run; `None` where it is open still, or
    /// was not read again.
    pub(super) fn closed_since(&self, way_in: WayIn<'_>) -> Option<&'a Path> {
        let after = self.judged.after.as_ref()?;
        let then = after.paths.iter().find(|then| then.way_in() == way_in)?;
        after.closes(then).then_some(then)
    }

    /// Paths of others than those whom the containment is for, that it closes too, or would close.
    pub(super) fn cut_off(&self) -> Vec<&'a Cut> {
        let cuts = self.judged.decision.cuts.iter();
        match self.standing {
            Standing::Fixed | Standing::NotFixed if self.judged.after.is_some() => {
                cuts.filter(|cut| self.closed_since(cut.way_in()).is_some()).collect()
            }
            Standing::Fixed | Standing::NotFixed | Standing::WouldFix => cuts.collect(),
            Standing::Open
            | Standing::Unknown
            | Standing::Closed
            | Standing::Passed
            | Standing::LetBe => Vec::new(),
        }
    }

    /// What the settings do to a path: `IgnorePublicAcls` drops grants to everyone,
    /// `RestrictPublicBuckets` cuts all outsiders off a policy that is public as a whole.
    fn settings_would_close(&self, path: &Path) -> bool {
        match &path.via {
            Via::Policy { .. } => self.judged.before.policy_is_public != Some(false),
            Via::Acl { .. } | Via::ObjectAcl { .. } => path.exposure >= Class::Authenticated,
            Via::AccessPoint { .. } => false,
        }
    }

    /// Whether all that is left to close is access granted to named parties, which no setting
    /// closes.
    pub(super) fn only_named_parties_left(&self) -> bool {
        let contains = match self.judged.decision.action {
            RuleAction::Contain => true,
            RuleAction::Alert | RuleAction::Ignore => false,
        };
        let mut left =
            self.uncovered.iter().filter(|path| self.closed_since(path.way_in()).is_none());
        let named = |path: &&Path| match path.exposure {
            Class::None | Class::Authenticated | Class::Anonymous => false,
            Class::Trusted | Class::External => {
                self.nothing_left() || !self.settings_would_close(path)
            }
        };
        contains && left.clone().next().is_some() && left.all(named)
    }

    /// Why it is not fixed.
    pub(super) fn cause(&self) -> Option<Cause> {
        Cause::of(self.judged).filter(|_| self.standing == Standing::NotFixed)
    }

    /// Whether a containment was held for a person to look.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.cause(), Some(Cause::WouldCut | Cause::WritesSpent))
    }

    /// Whether the settings can close nothing any more.
    pub(super) fn nothing_left(&self) -> bool {
        self.judged.decision.held.contains(&Held::NothingLeftToTurnOn)
    }

    /// The settings that mode `enforce` would turn on.
    pub(super) fn held_by_mode(&self) -> &'a [Setting] {
        let held = self.judged.decision.held.iter().find_map(|held| match held {
            Held::ByMode(settings) => Some(settings.as_slice()),
            Held::ByExemption { .. }
            | Held::ByCut(_)
            | Held::ByWrites(_)
            | Held::NothingLeftToTurnOn => None,
        });
        held.unwrap_or_default()
    }
}

fn standing(judged: &Judged, uncovered: &[&Path]) -> Standing {
    match judged.news() {
        Some(News::Closed) => return Standing::Closed,
        Some(News::Transient) => return Standing::Passed,
        Some(News::Exempted | News::ExemptedByTag) => return Standing::LetBe,
        Some(News::Opened | News::Changed | News::Reminder) | None => {}
    }
    if Cause::of(judged).is_some() {
        return Standing::NotFixed;
    }
    if judged.verified == Some(true) {
        return Standing::Fixed;
    }
    match (judged.decision.action, judged.decision.mode) {
        (RuleAction::Contain, Mode::Notify | Mode::Observe) => Standing::WouldFix,
        (RuleAction::Contain, Mode::Enforce) => Standing::NotFixed,
        (RuleAction::Alert | RuleAction::Ignore, _) if uncovered.is_empty() => Standing::Unknown,
        (RuleAction::Alert | RuleAction::Ignore, _) => Standing::Open,
    }
}

/// The exemption that covers `path`.
fn exemption_of<'a>(judged: &'a Judged, path: &Path) -> Option<&'a str> {
    judged.decision.held.iter().find_map(|held| held.exempts(path))
}
