//! How things stand with a bucket after a run, in the terms of a page.

use crate::bucket::Setting;
use crate::exposure::{Class, Path, Via};
use crate::guardrail::{Held, Mode, RuleAction};
use crate::report::Judged;

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

    /// What closed `path` in the course of the run; `None` where it is open still, or was not read
    /// again.
    pub(super) fn closed_since(&self, path: &Path) -> Option<&'a Path> {
        let after = self.judged.after.as_ref()?;
        let same = |then: &&Path| then.via == path.via && then.exposure == path.exposure;
        after.paths.iter().filter(same).find(|then| !then.is_open())
    }

    /// Paths of others than those whom the containment is for, that it closes too, or would close.
    pub(super) fn cut_off(&self) -> Vec<&'a Path> {
        let open = self.judged.before.paths.iter().filter(|path| path.is_open());
        let narrow = |path: &Path| match path.exposure {
            Class::None | Class::Authenticated | Class::Anonymous => false,
            Class::Trusted | Class::External => true,
        };
        let exempted = |path: &Path| self.exempted.iter().any(|(other, _)| other.via == path.via);
        open.filter(|path| narrow(path) || exempted(path))
            .filter(|path| match self.standing {
                Standing::Fixed | Standing::NotFixed => self.closed_since(path).is_some(),
                Standing::WouldFix => self.settings_would_close(path),
                Standing::Open | Standing::Unknown => false,
            })
            .collect()
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
        let mut left = self.uncovered.iter().filter(|path| self.closed_since(path).is_none());
        let named = |path: &&Path| match path.exposure {
            Class::None | Class::Authenticated | Class::Anonymous => false,
            Class::Trusted | Class::External => {
                self.nothing_left() || !self.settings_would_close(path)
            }
        };
        contains && left.clone().next().is_some() && left.all(named)
    }

    /// Whether the settings can close nothing any more.
    pub(super) fn nothing_left(&self) -> bool {
        self.judged.decision.held.contains(&Held::NothingLeftToTurnOn)
    }

    /// The settings that mode `enforce` would turn on.
    pub(super) fn held_by_mode(&self) -> &'a [Setting] {
        let held = self.judged.decision.held.iter().find_map(|held| match held {
            Held::ByMode(settings) => Some(settings.as_slice()),
            Held::ByExemption { .. } | Held::NothingLeftToTurnOn => None,
        });
        held.unwrap_or_default()
    }
}

fn standing(judged: &Judged, uncovered: &[&Path]) -> Standing {
    if judged.containment_failed() {
        return Standing::NotFixed;
    }
    if judged.verified == Some(true) {
        return Standing::Fixed;
    }
    match (judged.decision.action, judged.decision.mode) {
        (RuleAction::Contain, _) if judged.decision.held.contains(&Held::NothingLeftToTurnOn) => {
            Standing::NotFixed
        }
        (RuleAction::Contain, Mode::Notify | Mode::Observe) => Standing::WouldFix,
        (RuleAction::Contain, Mode::Enforce) => Standing::NotFixed,
        (RuleAction::Alert | RuleAction::Ignore, _) if uncovered.is_empty() => Standing::Unknown,
        (RuleAction::Alert | RuleAction::Ignore, _) => Standing::Open,
    }
}

/// The exemption that covers `path`.
fn exemption_of<'a>(judged: &'a Judged, path: &Path) -> Option<&'a str> {
    judged.decision.held.iter().find_map(|held| match held {
        Held::ByExemption { via, exposure, exemption, .. }
            if *via == path.via && *exposure == path.exposure =>
        {
            Some(exemption.as_str())
        }
        Held::ByExemption { .. } | Held::ByMode(_) | Held::NothingLeftToTurnOn => None,
    })
}
