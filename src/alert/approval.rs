//! What lets an opening be, where it is meant: an exemption, or the zone of trust.

use std::collections::BTreeSet;

use time::{Duration, UtcOffset};

use crate::alert::lasting::keys;
use crate::alert::next_steps::Step;
use crate::alert::situation::{Situation, Standing};
use crate::alert::words;
use crate::event::Trigger;
use crate::exposure::{Class, Path};
use crate::iam::{Access, Action, Actions};
use crate::ports::Target;

/// How long the exemption that a page proposes lasts from its event on.
const EXEMPT_FOR: Duration = Duration::days(30);

/// More actions than these are not written into a proposed exemption.
const ACTIONS: usize = 12;

/// The steps that let `paths` be; none where there are none.
pub(super) fn steps(
    trigger: &Trigger,
    target: &Target,
    situation: &Situation<'_>,
    paths: &[&Path],
) -> Vec<Step> {
    if paths.is_empty() {
        return Vec::new();
    }
    let mut steps = vec![exempt(trigger, target, paths)];
    steps.extend(trust(paths));
    steps.extend(reopen(situation));
    steps
}

/// No exemption is proposed for what lets somebody change anything.
fn exempt(trigger: &Trigger, target: &Target, paths: &[&Path]) -> Step {
    let access: BTreeSet<Access> = paths.iter().flat_map(|path| path.access()).collect();
    let changing: Vec<_> = access
        .into_iter()
        .filter(|access| match access {
            Access::List | Access::Read => false,
            Access::Write | Access::Tagging | Access::Permissions => true,
        })
        .map(|access| access.name().to_owned())
        .collect();
    if !changing.is_empty() {
        return Step {
            what: format!(
                "If it is meant to be open, let it be approved, and write the exemption by hand: \
                 none is proposed for {} access",
                words::joined(&changing)
            ),
            lines: Vec::new(),
        };
    }
    let wider = if keys(paths).is_empty() {
        ""
    } else {
        " (it covers all objects of the bucket, not only the one named above)"
    };
    Step {
        what: format!(
            "If it is meant to be open, let it be approved, and put this into the guardrail \
             file{wider}"
        ),
        lines: exemption(trigger, target, paths),
    }
}

/// Accounts that may be the reader's own.
fn trust(paths: &[&Path]) -> Option<Step> {
    let external = paths.iter().filter(|path| path.exposure == Class::External);
    let accounts: BTreeSet<_> = external.flat_map(|path| &path.parties.accounts).collect();
    let accounts: Vec<_> = accounts.iter().map(|account| format!("\"{account}\"")).collect();
    (!accounts.is_empty()).then(|| Step {
        what: "Or, where such an account is your own, add it to your zone of trust in the \
               guardrail file"
            .to_owned(),
        lines: vec!["[trust]".to_owned(), format!("accounts = [{}]", accounts.join(", "))],
    })
}

/// Said before the command that shows it.
const TO_SEE_THE_WAY_BACK: &str =
    ". To see what would be put back, with EPISODE_TABLE set (it writes nothing)";

/// What was turned on stays on, exempted or not.
fn reopen(situation: &Situation<'_>) -> Option<Step> {
    let applied = situation.judged.applied.iter().filter(|applied| applied.result.is_ok());
    let on: Vec<_> = applied.flat_map(|applied| applied.remedy.settings()).copied().collect();
    let fixed = situation.standing == Standing::Fixed;
    let kept = situation.judged.episode.as_ref().filter(|_| situation.judged.forgotten.is_none());
    (fixed && !on.is_empty()).then(|| Step {
        what: format!(
            "The guardrail file alone opens nothing again: {} of the bucket were turned on, and \
             stay on until a person turns them off, after the file is deployed with the change{}",
            words::settings(&on),
            if kept.is_some() { TO_SEE_THE_WAY_BACK } else { "" }
        ),
        lines: kept
            .map(|episode| format!("s3-guardrail undo {}", episode.id))
            .into_iter()
            .collect(),
    })
}

/// An exemption for exactly `uncovered`, as TOML.
fn exemption(trigger: &Trigger, target: &Target, uncovered: &[&Path]) -> Vec<String> {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        let quoted: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let widest = uncovered.iter().map(|path| path.exposure).max().unwrap_or(Class::Trusted);
    let access: BTreeSet<Access> = uncovered.iter().flat_map(|path| path.access()).collect();
    let actions: Actions = uncovered.iter().flat_map(|path| path.actions.iter()).collect();
    let day = trigger.event.time.map(|time| time.to_offset(UtcOffset::UTC).date());
    let asked = day.map_or_else(String::new, |day| format!(", asked for on {day}"));
    let expires = day.and_then(|day| day.checked_add(EXEMPT_FOR));
    let mut lines = vec![
        "[[exemptions]]".to_owned(),
        format!("name     = \"{}{asked}\"", target.bucket),
        format!("buckets  = [\"{}\"]", target.bucket),
        format!("accounts = [\"{}\"]", target.account),
        format!("exposure = \"{}\"", widest.name()),
        format!("access   = {}", list(&mut access.iter().map(|access| access.name()))),
    ];
    if actions.iter().count() <= ACTIONS {
        lines.push(format!("actions  = {}", list(&mut actions.iter().map(Action::name))));
    }
    lines.push("owner    = \"WHO ANSWERS FOR IT\"".to_owned());
    lines.push("reason   = \"WHY, AND WHERE IT WAS APPROVED\"".to_owned());
    lines.push(format!(
        "expires  = {}",
        expires.map_or_else(|| "YYYY-MM-DD".to_owned(), |day| day.to_string())
    ));
    lines
}
