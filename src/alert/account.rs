//! The message about an account's own Block Public Access settings.

use crate::alert::text::{section, who_and_when};
use crate::alert::{causes, subject, words};
use crate::escape::{quoted, sentence};
use crate::event::Trigger;
use crate::guardrail::{Mode, RuleAction};
use crate::report::{AccountJudged, AccountRun, Cause};

/// How the settings stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Fixed,
    NotFixed,
    WouldFix,
    Off,
    NotRead,
}

fn standing(run: &AccountRun) -> Option<Standing> {
    let Ok(judged) = &run.outcome else { return Some(Standing::NotRead) };
    if judged.before.off().is_empty() {
        return None;
    }
    Some(match (judged.verified, judged.action, judged.mode) {
        (Some(true), ..) => Standing::Fixed,
        (_, RuleAction::Contain, Mode::Enforce) => Standing::NotFixed,
        (_, RuleAction::Contain, Mode::Notify | Mode::Observe) => Standing::WouldFix,
        (_, RuleAction::Alert | RuleAction::Ignore, _) => Standing::Off,
    })
}

/// Subject and text; `None` where all four settings are on.
pub(super) fn page(trigger: &Trigger, run: &AccountRun) -> Option<(String, String)> {
    let standing = standing(run)?;
    let (state, says) = match standing {
        Standing::Fixed => ("FIXED", "had Block Public Access off"),
        Standing::NotFixed => ("NOT FIXED", "has Block Public Access off"),
        Standing::WouldFix => ("WOULD FIX", "has Block Public Access off"),
        Standing::Off => ("OFF", "has Block Public Access off"),
        Standing::NotRead => ("NOT READ", "may have Block Public Access off"),
    };
    let account = run.account.as_str();
    let subject = subject::of_account(&format!("S3 {state}"), account, says);
    let what = format!(
        "{state}: account {account} {says}\nWith all four of its own settings on, no bucket of the \
         account can be open to the world."
    );
    let sections = [
        what,
        section("STATE NOW", &state_now(run, standing)),
        who_and_when(trigger),
        section("WHAT TO DO NEXT", &next(run)),
    ];
    Some((subject, sections.join("\n\n") + "\n"))
}

fn state_now(run: &AccountRun, standing: Standing) -> Vec<String> {
    let mut lines = match &run.outcome {
        Err(failure) => {
            vec![format!("{}: {}", quoted(&failure.code), sentence(&failure.message))]
        }
        Ok(judged) => written(judged, standing),
    };
    let rules: Vec<_> = run.rules.iter().map(|rule| quoted(rule)).collect();
    lines.push(format!("Decided by: account rule {}.", words::joined(&rules)));
    lines
}

fn written(judged: &AccountJudged, standing: Standing) -> Vec<String> {
    let off = words::settings(&judged.before.off());
    let mut lines = vec![format!("Found off: {off}.")];
    for applied in &judged.applied {
        lines.push(match &applied.result {
            Ok(()) => "All four were turned on.".to_owned(),
            Err(failure) => format!(
                "They could not be turned on: {}: {}",
                quoted(&failure.code),
                sentence(&failure.message)
            ),
        });
        let cause = applied.result.as_ref().err().map(Cause::of_failure);
        lines.extend(cause.map(|cause| causes::why(cause).to_owned()));
    }
    lines.push(
        match standing {
            Standing::Fixed => "Read again twice, and verified.",
            Standing::NotFixed => "They do not read back as on.",
            Standing::WouldFix => "Nothing was written: in mode enforce they would be turned on.",
            Standing::Off | Standing::NotRead => "Nothing was written.",
        }
        .to_owned(),
    );
    lines
}

fn next(run: &AccountRun) -> Vec<String> {
    let account = run.account;
    let mut lines = vec![
        format!("1. See for yourself, with credentials of account {account}:"),
        format!(
            "   aws s3control get-public-access-block --account-id {account} --region {}",
            run.region
        ),
        "2. Turn them on by hand:".to_owned(),
        format!(
            "   aws s3control put-public-access-block --account-id {account} --region {} \\",
            run.region
        ),
        "     --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,\
         BlockPublicPolicy=true,RestrictPublicBuckets=true"
            .to_owned(),
    ];
    let failed =
        run.outcome.as_ref().ok().and_then(|judged| {
            judged.applied.iter().find_map(|applied| applied.result.as_ref().err())
        });
    if failed.map(Cause::of_failure) == Some(Cause::OrganizationPolicy) {
        lines.push(
            "3. Your organization manages these settings: ask whoever runs it, nothing in the \
             account can change them"
                .to_owned(),
        );
    }
    lines
}
