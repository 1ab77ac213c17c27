//! What a containment would turn on, and whom else it would cut off.

use crate::bucket::{BucketState, Observed, Setting};
use crate::exposure::{Class, Path, Verdict, Via, evaluate};
use crate::guardrail::{Contain, Cut, Held, Hold, Rule, Threshold};
use crate::trust::Trust;

/// The pair that closes public grants of ACLs and keeps new ones out.
const OF_ACLS: [Setting; 2] = [Setting::BlockPublicAcls, Setting::IgnorePublicAcls];
/// The pair that closes public policies and keeps new ones out.
const OF_POLICIES: [Setting; 2] = [Setting::BlockPublicPolicy, Setting::RestrictPublicBuckets];

/// The settings of the bucket that are off; all four where they could not be read.
pub(super) fn missing(state: &BucketState) -> Vec<Setting> {
    match &state.settings {
        Observed::Known(settings) => settings.off(),
        Observed::Unknown(_) => Setting::ALL.to_vec(),
    }
}

/// Those of `uncovered` that the `containing` rules are about.
pub(super) fn targets<'a>(containing: &[&Rule], uncovered: &[&'a Path]) -> Vec<&'a Path> {
    let asked = |path: &Path| {
        containing.iter().any(|rule| match rule.exposure {
            Threshold::AtLeast(class) => path.exposure != Class::None && path.exposure >= class,
            Threshold::Unknown => false,
        })
    };
    uncovered.iter().copied().filter(|path| asked(path)).collect()
}

/// The settings to turn on for `targets`, of those that are `missing`: all where a rule says so or
/// what is contained is not known path by path, else those of the cause.
pub(super) fn settings(
    containing: &[&Rule],
    targets: &[&Path],
    unknown: bool,
    missing: Vec<Setting>,
) -> Vec<Setting> {
    let all = containing.iter().any(|rule| rule.contain == Contain::All);
    if all || unknown || targets.is_empty() {
        return missing;
    }
    let wanted: Vec<Setting> = targets
        .iter()
        .flat_map(|path| match path.via {
            Via::Acl { .. } | Via::ObjectAcl { .. } => OF_ACLS,
            Via::Policy { .. } | Via::AccessPoint { .. } => OF_POLICIES,
        })
        .collect();
    missing.into_iter().filter(|setting| wanted.contains(setting)).collect()
}

/// Who loses access beside the `targets`, once `settings` are on.
pub(super) fn foresee(
    verdict: &Verdict,
    state: &BucketState,
    trust: &Trust,
    settings: &[Setting],
    targets: &[&Path],
    exempted: &[Held],
) -> Vec<Cut> {
    if settings.is_empty() {
        return Vec::new();
    }
    let mut then = state.clone();
    let on = state.settings.known().copied().unwrap_or_default();
    then.settings = Observed::Known(on.with(settings));
    let after = evaluate(&then, trust);
    let beside = |path: &&Path| path.is_open() && !targets.iter().any(|target| target == path);
    verdict
        .paths
        .iter()
        .filter(beside)
        .filter(|path| path.exposure != Class::None && after.closes(path))
        .map(|path| Cut {
            via: path.via.clone(),
            exposure: path.exposure,
            services: path.services,
            parties: path.parties.clone(),
            actions: path.actions,
            exemption: exempted.iter().find_map(|held| held.exempts(path)).map(str::to_owned),
        })
        .collect()
}

/// Whether every one of the `containing` rules would rather ask a person first than cut off whom
/// `cuts` name. One that would not has the last word: the most protective rule wins.
pub(super) fn held(containing: &[&Rule], cuts: &[Cut]) -> bool {
    !containing.is_empty()
        && containing.iter().all(|rule| cuts.iter().any(|cut| rule.hold.spares(cut)))
}

impl Hold {
    fn spares(&self, cut: &Cut) -> bool {
        let parties = &cut.parties;
        self.accounts.iter().any(|account| parties.accounts.contains(account))
            || self.organizations.iter().any(|id| parties.organizations.contains(id))
            || self.canonical_users.iter().any(|id| parties.canonical_users.contains(id))
            || (self.exempted && cut.exemption.is_some())
    }
}
