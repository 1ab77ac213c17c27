//! What the reader of a page does next: steps with commands to copy. Every name in a command is one
//! that was checked ([`crate::bucket::BucketName`] and its like); no stranger's text gets into one.

use std::collections::BTreeSet;

use crate::alert::situation::{Situation, Standing};
use crate::alert::{approval, causes, lasting, proof, words};
use crate::bucket::{Part, Setting};
use crate::escape::quoted;
use crate::event::Trigger;
use crate::exposure::{Path, Via};
use crate::ports::Target;

/// Objects whose ACLs a page gives the command for.
const OBJECTS: usize = 5;

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
        Standing::NotFixed | Standing::WouldFix if situation.only_named_parties_left() => {}
        Standing::NotFixed if !situation.nothing_left() => {
            steps.push(turn_on(target, "Turn Block Public Access on by hand"));
        }
        Standing::WouldFix => {
            steps.push(turn_on(target, "Turn Block Public Access on (mode `enforce` does it)"));
        }
        Standing::Fixed
        | Standing::NotFixed
        | Standing::Open
        | Standing::Unknown
        | Standing::Closed => {}
        Standing::Passed => steps.push(who_read(target)),
        Standing::LetBe => steps.push(let_be(target)),
    }
    steps.extend(situation.cause().and_then(|cause| causes::step(cause, target)));
    steps.extend(grant_reads(situation));
    steps.extend(read_again(situation));
    steps.push(look(target, &concerned(situation)));
    let worst = situation.worst();
    steps.extend(lasting::steps(target, situation, &worst));
    steps.extend(approval::steps(trigger, target, situation, &worst));
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
        Some(target) => steps.push(look(target, &Concerned::all())),
        None => steps.push(Step {
            what: format!("With credentials of account {account}, look which buckets there are"),
            lines: vec!["aws s3api list-buckets".to_owned()],
        }),
    }
    steps
}

/// The command that shows how it stands.
pub(super) fn verify(target: &Target) -> String {
    format!("aws s3api get-public-access-block {}", of(target))
}

/// The three that a person needs first: see it, fix it for good, or let it be approved.
pub(super) fn three(trigger: &Trigger, target: &Target, situation: &Situation<'_>) -> Vec<Step> {
    let worst = situation.worst();
    let mut steps = vec![look(target, &concerned(situation))];
    steps.extend(lasting::steps(target, situation, &worst).into_iter().take(1));
    steps.extend(approval::steps(trigger, target, situation, &worst).into_iter().take(1));
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

/// What nobody can be kept from any more can be looked for.
fn who_read(target: &Target) -> Step {
    Step {
        what:
            "Find out whether anybody got in meanwhile: CloudTrail's data events and the bucket's \
               access logs tell, where they were on. Where neither was, nobody can say"
                .to_owned(),
        lines: vec![format!("aws s3api get-bucket-logging {}", of(target))],
    }
}

/// An exemption that nobody meant.
fn let_be(target: &Target) -> Step {
    Step {
        what: "If it is not meant to be open, take the tag off that exempts it, or narrow the \
               exemption in the guardrail file; `tag_setters` there says whose tags count"
            .to_owned(),
        lines: vec![format!("aws s3api get-bucket-tagging {}", of(target))],
    }
}

/// What a page is about, so that its reader looks at that.
struct Concerned<'a> {
    policy: bool,
    acl: bool,
    keys: Vec<&'a str>,
}

impl Concerned<'_> {
    fn all() -> Self {
        Self { policy: true, acl: true, keys: Vec::new() }
    }
}

fn concerned<'a>(situation: &Situation<'a>) -> Concerned<'a> {
    let unread = |wanted: &[Part]| {
        let mut unread = situation.judged.before.unreadable.iter();
        unread.any(|(part, _)| wanted.iter().any(|wanted| wanted.name() == part))
    };
    let mut found = Concerned {
        policy: unread(&[Part::Policy, Part::PolicyStatus]),
        acl: unread(&[Part::Acl]),
        keys: lasting::keys(&situation.uncovered).into_iter().collect(),
    };
    let exempted = situation.exempted.iter().map(|(path, _)| *path);
    let paths: Vec<&Path> = situation.uncovered.iter().copied().chain(exempted).collect();
    for path in &paths {
        match path.via {
            Via::Policy { .. } => found.policy = true,
            Via::Acl { .. } => found.acl = true,
            Via::AccessPoint { .. } | Via::ObjectAcl { .. } => {}
        }
    }
    if paths.is_empty() && !found.policy && !found.acl { Concerned::all() } else { found }
}

fn look(target: &Target, concerned: &Concerned<'_>) -> Step {
    let mut lines = vec![verify(target)];
    if concerned.policy {
        lines.push(format!("aws s3api get-bucket-policy-status {}", of(target)));
    }
    if concerned.acl {
        lines.push(format!("aws s3api get-bucket-acl {}", of(target)));
    }
    let keys = concerned.keys.iter().filter_map(|key| proof::argument(key)).take(OBJECTS);
    lines.extend(keys.map(|key| format!("aws s3api get-object-acl {} --key {key}", of(target))));
    Step {
        what: format!("See for yourself, with credentials of account {}", target.account),
        lines,
    }
}

/// Whether a part could not be read for want of a permission.
fn is_denied(part: &str, error: &str) -> bool {
    // the error of one access point comes after its name
    let told = if part == Part::AccessPoints.name() { 2 } else { 1 };
    let codes = ["AccessDenied", "AllAccessDisabled", "Unauthorized"];
    error.split(": ").take(told).any(|said| codes.iter().any(|code| said.starts_with(code)))
}

/// The parts that could not be read, for want of a permission or for another reason.
fn unread<'a>(situation: &Situation<'a>, denied: bool) -> BTreeSet<&'a str> {
    let parts = situation.judged.before.unreadable.iter();
    parts
        .filter(|(part, error)| is_denied(part, error) == denied)
        .map(|(part, _)| part.as_str())
        .collect()
}

/// The permissions that were missing, as the guardrail's role needs them.
fn grant_reads(situation: &Situation<'_>) -> Option<Step> {
    let unread = unread(situation, true);
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

/// What no permission is missing for.
fn read_again(situation: &Situation<'_>) -> Option<Step> {
    let parts: Vec<_> = unread(situation, false).into_iter().take(OBJECTS).map(quoted).collect();
    (!parts.is_empty()).then(|| Step {
        what: format!(
            "Look again at {}: no permission was missing, and the next event or sweep reads it \
             anew",
            words::joined(&parts)
        ),
        lines: Vec::new(),
    })
}

/// What names the bucket in a command.
pub(super) fn of(target: &Target) -> String {
    format!(
        "--bucket {} --expected-bucket-owner {} --region {}",
        target.bucket, target.account, target.region
    )
}
