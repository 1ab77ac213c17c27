//! What the reader of a page does next: steps with commands to copy. Every name in a command is one
//! that was checked ([`crate::bucket::BucketName`] and its like); no stranger's text gets into one.

use std::collections::BTreeSet;

use time::{Duration, UtcOffset};

use crate::alert::situation::{Situation, Standing};
use crate::alert::words;
use crate::bucket::{Part, Setting};
use crate::event::Trigger;
use crate::exposure::{Class, Path, Via};
use crate::iam::{Access, Action};
use crate::ports::Target;

/// How long the exemption that a page proposes lasts from its event on.
const EXEMPT_FOR: Duration = Duration::days(30);

/// More actions than these are not written into a proposed exemption.
const ACTIONS: usize = 12;

/// One step.
pub(super) struct Step {
    /// What to do.
    pub(super) what: String,
    /// Lines to copy.
    pub(super) lines: Vec<String>,
}

/// The steps for a bucket that was judged.
pub(super) fn steps(trigger: &Trigger, target: &Target, situation: &Situation<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    match situation.standing {
        Standing::NotFixed if !situation.nothing_left() => {
            steps.push(turn_on(target, "Turn Block Public Access on by hand"));
            steps.extend(grant_writes(situation));
        }
        Standing::WouldFix => {
            steps.push(turn_on(target, "Turn Block Public Access on (mode `enforce` does it)"));
        }
        Standing::Fixed | Standing::NotFixed | Standing::Open | Standing::Unknown => {}
    }
    steps.extend(grant_reads(situation));
    steps.push(look(target));
    let worst = situation.worst();
    steps.extend(fix_for_good(target, &worst));
    if !worst.is_empty() {
        steps.push(Step {
            what: "If it is meant to be open, let it be approved, and put this into the guardrail \
                   file"
                .to_owned(),
            lines: exemption(trigger, target, &worst),
        });
    }
    steps
}

/// The steps for what could not be looked at at all.
pub(super) fn blind_steps(trigger: &Trigger, target: Option<&Target>) -> Vec<Step> {
    let account = target.map_or(&trigger.event.account, |target| &target.account);
    let mut steps = vec![Step {
        what: format!(
            "See that the guardrail gets into account {account}: that its role there exists, \
             trusts the guardrail's role, and is forbidden nothing by a service control policy"
        ),
        lines: Vec::new(),
    }];
    match target {
        Some(target) => steps.push(look(target)),
        None => steps.push(Step {
            what: format!("With credentials of account {account}, look which buckets there are"),
            lines: vec!["aws s3api list-buckets".to_owned()],
        }),
    }
    steps
}

fn turn_on(target: &Target, what: &str) -> Step {
    let all_on: Vec<_> =
        Setting::ALL.iter().map(|setting| format!("{}=true", setting.name())).collect();
    Step {
        what: what.to_owned(),
        lines: vec![
            format!("aws s3api put-public-access-block {} \\", of(target)),
            format!("  --public-access-block-configuration {}", all_on.join(",")),
        ],
    }
}

fn look(target: &Target) -> Step {
    Step {
        what: format!("See for yourself, with credentials of account {}", target.account),
        lines: vec![
            format!("aws s3api get-public-access-block {}", of(target)),
            format!("aws s3api get-bucket-policy-status {}", of(target)),
        ],
    }
}

/// The permissions that were missing, as the guardrail's role needs them.
fn grant_reads(situation: &Situation<'_>) -> Option<Step> {
    let unread: BTreeSet<&str> =
        situation.judged.before.unreadable.iter().map(|(part, _)| part.as_str()).collect();
    let missing: Vec<String> = Part::ALL
        .into_iter()
        .filter(|part| unread.contains(part.name()))
        .flat_map(Part::permissions)
        .map(|action| (*action).to_owned())
        .collect();
    (!missing.is_empty()).then(|| Step {
        what: format!(
            "Let the guardrail's role read it: allow {} (a bucket policy or a service control \
             policy may deny it)",
            words::joined(&missing)
        ),
        lines: Vec::new(),
    })
}

/// The permission that a write lacked.
fn grant_writes(situation: &Situation<'_>) -> Option<Step> {
    let denied = situation.judged.applied.iter().find(|applied| {
        applied.result.as_ref().is_err_and(|failure| failure.code.starts_with("AccessDenied"))
    })?;
    Some(Step {
        what: format!(
            "Let the guardrail's role write it: allow {} (a bucket policy or a service control \
             policy may deny it)",
            denied.remedy.action()
        ),
        lines: Vec::new(),
    })
}

/// How each kind of path is closed at its root. Settings only cover it up.
fn fix_for_good(target: &Target, uncovered: &[&Path]) -> Vec<Step> {
    let mut steps = Vec::new();
    let statements: BTreeSet<usize> = uncovered
        .iter()
        .filter_map(|path| match &path.via {
            Via::Policy { statement, .. } => Some(*statement),
            Via::Acl { .. } | Via::AccessPoint { .. } | Via::ObjectAcl { .. } => None,
        })
        .collect();
    let statements: Vec<_> = statements.iter().take(20).map(usize::to_string).collect();
    if !statements.is_empty() {
        steps.push(Step {
            what: format!(
                "Fix it for good: take {} {} out of the bucket policy",
                if statements.len() == 1 { "statement" } else { "statements" },
                words::joined(&statements)
            ),
            lines: vec![
                format!(
                    "aws s3api get-bucket-policy {} --query Policy --output text > policy.json",
                    of(target)
                ),
                format!("aws s3api put-bucket-policy {} --policy file://policy.json", of(target)),
            ],
        });
    }
    let by_acl = uncovered.iter().any(|path| match path.via {
        Via::Acl { .. } | Via::ObjectAcl { .. } => true,
        Via::Policy { .. } | Via::AccessPoint { .. } => false,
    });
    if by_acl {
        steps.push(acls_off(target));
    }
    let by_point = uncovered.iter().any(|path| match path.via {
        Via::AccessPoint { .. } => true,
        Via::Policy { .. } | Via::Acl { .. } | Via::ObjectAcl { .. } => false,
    });
    if by_point {
        steps.push(Step {
            what: "Fix it for good: change or delete the policy of the access point named above"
                .to_owned(),
            lines: vec![format!(
                "aws s3control list-access-points --account-id {} --bucket {} --region {}",
                target.account, target.bucket, target.region
            )],
        });
    }
    steps
}

fn acls_off(target: &Target) -> Step {
    Step {
        what: "Fix it for good: make the bucket's ACL private, then turn ACLs off (objects' ACLs \
               count no more then)"
            .to_owned(),
        lines: vec![
            format!("aws s3api put-bucket-acl {} --acl private", of(target)),
            format!("aws s3api put-bucket-ownership-controls {} \\", of(target)),
            "  --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'".to_owned(),
        ],
    }
}

/// An exemption for exactly `uncovered`, as TOML.
fn exemption(trigger: &Trigger, target: &Target, uncovered: &[&Path]) -> Vec<String> {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        let quoted: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let widest = uncovered.iter().map(|path| path.exposure).max().unwrap_or(Class::Trusted);
    let access: BTreeSet<Access> = uncovered.iter().flat_map(|path| path.access()).collect();
    let actions: BTreeSet<Action> =
        uncovered.iter().flat_map(|path| path.actions.iter().copied()).collect();
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
    if actions.len() <= ACTIONS {
        lines.push(format!("actions  = {}", list(&mut actions.iter().map(|action| action.name()))));
    }
    lines.push("owner    = \"WHO ANSWERS FOR IT\"".to_owned());
    lines.push("reason   = \"WHY, AND WHERE IT WAS APPROVED\"".to_owned());
    lines.push(format!(
        "expires  = {}",
        expires.map_or_else(|| "YYYY-MM-DD".to_owned(), |day| day.to_string())
    ));
    lines
}

/// What names the bucket in a command.
fn of(target: &Target) -> String {
    format!(
        "--bucket {} --expected-bucket-owner {} --region {}",
        target.bucket, target.account, target.region
    )
}
