//! How each kind of path is closed at its root: settings only cover it up.

use std::collections::BTreeSet;

use crate::alert::next_steps::{Step, of};
use crate::alert::proof::argument;
use crate::alert::situation::Situation;
use crate::alert::words;
use crate::bucket::AccountId;
use crate::exposure::{Parties, Path, Via};
use crate::ports::Target;

/// Statements, objects and access points that are named before the rest is left to the reader.
const NAMED: usize = 20;

/// The steps for `paths`.
pub(super) fn steps(target: &Target, situation: &Situation<'_>, paths: &[&Path]) -> Vec<Step> {
    let mut steps = policy(target, paths);
    steps.extend(objects(target, paths));
    let by_acl = paths.iter().any(|path| match path.via {
        Via::Acl { .. } | Via::ObjectAcl { .. } => true,
        Via::Policy { .. } | Via::AccessPoint { .. } => false,
    });
    if by_acl {
        steps.push(acls_off(target, situation));
    }
    steps.extend(access_points(target, paths));
    steps
}

/// A `Sid` that holds what a `Sid` may hold only: it goes into a line to copy.
fn plain(sid: Option<&String>) -> Option<&str> {
    let fit = |sid: &&str| {
        (1..=64).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    sid.map(String::as_str).filter(fit)
}

fn policy(target: &Target, paths: &[&Path]) -> Vec<Step> {
    let statements: BTreeSet<(usize, Option<&str>)> = paths
        .iter()
        .filter_map(|path| match &path.via {
            Via::Policy { statement, sid } => Some((*statement, plain(sid.as_ref()))),
            Via::Acl { .. } | Via::AccessPoint { .. } | Via::ObjectAcl { .. } => None,
        })
        .collect();
    if statements.is_empty() {
        return Vec::new();
    }
    let mut named: Vec<_> = statements
        .iter()
        .take(NAMED)
        .map(|(statement, sid)| match sid {
            Some(sid) => format!("{statement} (Sid {sid})"),
            None => statement.to_string(),
        })
        .collect();
    let left_out = statements.len().saturating_sub(NAMED);
    if left_out > 0 {
        named.push(format!("{left_out} more"));
    }
    let plural = if statements.len() == 1 { "statement" } else { "statements" };
    let which = format!("{plural} {}", words::joined(&named));
    vec![
        Step {
            what: format!("Fix it for good: take {which} out of the bucket policy"),
            lines: vec![
                format!(
                    "aws s3api get-bucket-policy {} --query Policy --output text > policy.json",
                    of(target)
                ),
                format!("# edit policy.json: take {which} out"),
                format!("aws s3api put-bucket-policy {} --policy file://policy.json", of(target)),
            ],
        },
        Step {
            what: "Or, where that leaves no Allow statement, delete the whole policy (its Deny \
                   statements go too)"
                .to_owned(),
            lines: vec![format!("aws s3api delete-bucket-policy {}", of(target))],
        },
    ]
}

/// The keys of objects whose ACLs let somebody in.
pub(super) fn keys<'a>(paths: &[&'a Path]) -> BTreeSet<&'a str> {
    let key = |path: &&'a Path| match &path.via {
        Via::ObjectAcl { key, .. } => Some(key.as_str()),
        Via::Policy { .. } | Via::Acl { .. } | Via::AccessPoint { .. } => None,
    };
    paths.iter().filter_map(key).collect()
}

fn objects(target: &Target, paths: &[&Path]) -> Option<Step> {
    let keys = keys(paths);
    let lines = keys
        .iter()
        .filter_map(|key| argument(key))
        .take(NAMED)
        .map(|key| format!("aws s3api put-object-acl {} --acl private --key {key}", of(target)))
        .collect();
    (!keys.is_empty()).then(|| Step {
        what: "Fix it for good: make the ACLs of the objects named above private (by the account \
               that owns the object)"
            .to_owned(),
        lines,
    })
}

fn acls_off(target: &Target, situation: &Situation<'_>) -> Step {
    let mut grantees = Parties::default();
    for path in &situation.judged.before.paths {
        match path.via {
            Via::Acl { .. } | Via::ObjectAcl { .. } => grantees.extend(&path.parties),
            Via::Policy { .. } | Via::AccessPoint { .. } => {}
        }
    }
    let known = if grantees.names().next().is_some() {
        format!("{}, and ", words::parties(&grantees))
    } else {
        String::new()
    };
    Step {
        what: format!(
            "Fix it for good: make the bucket's ACL private, then turn ACLs off (objects' ACLs \
             count no more then). This cuts off {known}whoever else got in by the ACL of the \
             bucket or of any object"
        ),
        lines: vec![
            format!("aws s3api put-bucket-acl {} --acl private", of(target)),
            format!("aws s3api put-bucket-ownership-controls {} \\", of(target)),
            "  --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'".to_owned(),
        ],
    }
}

fn access_points(target: &Target, paths: &[&Path]) -> Vec<Step> {
    let points: BTreeSet<(&str, AccountId)> = paths
        .iter()
        .filter_map(|path| match &path.via {
            Via::AccessPoint { name, .. } => Some((name.as_str(), account(path, target))),
            Via::Policy { .. } | Via::Acl { .. } | Via::ObjectAcl { .. } => None,
        })
        .collect();
    points.iter().take(NAMED).map(|(name, account)| access_point(target, name, account)).collect()
}

fn access_point(target: &Target, name: &str, account: &AccountId) -> Step {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fit = name.len() <= 64 && !name.starts_with('-') && name.bytes().all(letters);
    if name.is_empty() || !fit {
        return Step {
            what: "Fix it for good: change or delete the policy of the access point named above"
                .to_owned(),
            lines: vec![format!(
                "aws s3control list-access-points --account-id {} --bucket {} --region {}",
                target.account, target.bucket, target.region
            )],
        };
    }
    let point = format!("--account-id {account} --name {name} --region {}", target.region);
    Step {
        what: format!(
            "Fix it for good: delete the policy of access point {name} (whoever got in by it loses \
             access; the first line keeps a copy), or change it"
        ),
        lines: vec![
            format!(
                "aws s3control get-access-point-policy {point} --query Policy --output text > \
                 access-point-policy.json"
            ),
            format!("aws s3control delete-access-point-policy {point}"),
        ],
    }
}

/// The owner of a path's access point: of another account where the request asks one there.
fn account(path: &Path, target: &Target) -> AccountId {
    let asked = path.witness.as_ref().filter(|asked| asked.resource.contains(":accesspoint/"));
    let field = asked.and_then(|asked| asked.resource.split(':').nth(4));
    let stated = field.and_then(AccountId::of);
    stated.unwrap_or(target.account)
}
