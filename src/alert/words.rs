//! Classes, actions, parties and paths in plain words. What strangers named comes out cleaned.

use time::{OffsetDateTime, UtcOffset};

use crate::bucket::Setting;
use crate::escape::quoted;
use crate::event::{ActorKind, Source};
use crate::exposure::{Class, Parties, Path, Via, Witness};
use crate::iam::{Access, Actions, Requester};

/// Names that are listed before the rest is counted only.
const NAMES: usize = 8;

/// Who gets in: `anyone on the internet`.
#[must_use]
pub fn class(class: Class) -> &'static str {
    match class {
        Class::None => "nobody from outside the account",
        Class::Trusted => "parties inside your zone of trust",
        Class::External => "parties outside the account",
        Class::Authenticated => "anyone with an AWS account",
        Class::Anonymous => "anyone on the internet",
    }
}

/// Whom a path reaches, by name where it is a bounded set.
#[must_use]
pub fn reached(path: &Path) -> String {
    reached_together(path.exposure, std::iter::once(path))
}

/// Whom paths of one class reach together.
pub(super) fn reached_together<'a>(class_: Class, paths: impl Iterator<Item = &'a Path>) -> String {
    let mut all = Parties::default();
    paths.for_each(|path| all.extend(&path.parties));
    reached_by(class_, &all)
}

/// Whom a path of one class reaches that names these parties.
pub(super) fn reached_by(class_: Class, named: &Parties) -> String {
    match class_ {
        Class::Trusted | Class::External if named.names().next().is_some() => parties(named),
        Class::None
        | Class::Trusted
        | Class::External
        | Class::Authenticated
        | Class::Anonymous => class(class_).to_owned(),
    }
}

/// Outsiders by name: ``account `444455556666` and organization `o-example` ``.
#[must_use]
pub fn parties(parties: &Parties) -> String {
    let named = |what: &str, name: &str| format!("{what} {}", quoted(name));
    let accounts = parties.accounts.iter().map(|id| named("account", id.as_str()));
    let organizations = parties.organizations.iter().map(|id| named("organization", id));
    let users = parties.canonical_users.iter().map(|id| named("canonical user", id));
    let others = parties.others.iter().map(|other| quoted(other));
    some(accounts.chain(organizations).chain(users).chain(others).collect())
}

/// What `actions` come to: `list and read objects`.
#[must_use]
pub fn does(actions: Actions) -> String {
    const OBJECT_READS: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
    const OBJECT_WRITES: [&str; 1] = ["s3:PutObject"];
    const OBJECT_DELETES: [&str; 2] = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
    let any = |names: &[&str]| actions.iter().any(|action| names.contains(&action.name()));
    let level = |access: Access| actions.iter().any(|action| action.access() == access);
    let other_reads = actions
        .iter()
        .any(|action| action.access() == Access::Read && !OBJECT_READS.contains(&action.name()));
    let other_writes = level(Access::Write) && !any(&OBJECT_WRITES) && !any(&OBJECT_DELETES);
    let on_objects = [
        (level(Access::List), "list"),
        (any(&OBJECT_READS), "read"),
        (any(&OBJECT_WRITES), "write"),
        (any(&OBJECT_DELETES), "delete"),
    ];
    let verbs = chosen(&on_objects);
    let objects = (!verbs.is_empty()).then(|| format!("{} objects", joined(&verbs)));
    let beside = [
        (other_reads && !any(&OBJECT_READS), "read settings"),
        (other_writes, "change settings"),
        (level(Access::Tagging), "change tags"),
        (level(Access::Permissions), "change permissions"),
    ];
    let done: Vec<_> = objects.into_iter().chain(chosen(&beside)).collect();
    if done.is_empty() { "get in".to_owned() } else { joined(&done) }
}

fn chosen(words: &[(bool, &str)]) -> Vec<String> {
    words.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()).collect()
}

/// Names of actions, the first few.
#[must_use]
pub fn actions(actions: Actions) -> String {
    some(actions.iter().map(|action| action.name().to_owned()).collect())
}

/// Where a path leads through: ``bucket policy, statement 0, Sid `PublicRead` ``.
#[must_use]
pub fn via(via: &Via) -> String {
    let statement = |index: usize, sid: &Option<String>| match sid {
        Some(sid) => format!("statement {index}, Sid {}", quoted(sid)),
        None => format!("statement {index}"),
    };
    match via {
        Via::Policy { statement: index, sid } => {
            format!("bucket policy, {}", statement(*index, sid))
        }
        Via::Acl { grant } => format!("ACL of the bucket, grant {grant}"),
        Via::AccessPoint { name, statement: index, sid } => {
            format!("policy of access point {}, {}", quoted(name), statement(*index, sid))
        }
        Via::ObjectAcl { key, grant } => format!("ACL of object {}, grant {grant}", quoted(key)),
    }
}

/// A request in words: ``an unsigned request for s3:GetObject on `arn:…` ``.
#[must_use]
pub fn request(witness: &Witness) -> String {
    let asker = match &witness.principal {
        Requester::Anonymous => "an unsigned request".to_owned(),
        Requester::Identity { account, arn } => format!("{} of account {account}", quoted(arn)),
        Requester::CanonicalUser(id) => format!("canonical user {}", quoted(id)),
        Requester::OriginAccessIdentity(arn) => quoted(arn),
        Requester::Service(service) => format!("AWS service {}", quoted(service)),
    };
    let with: Vec<String> = witness
        .context
        .iter()
        .map(|(key, values)| {
            let values: Vec<_> = values.iter().take(4).map(|value| quoted(value)).collect();
            format!("{} = {}", quoted(key), values.join(", "))
        })
        .collect();
    let with = if with.is_empty() { String::new() } else { format!(", with {}", with.join("; ")) };
    format!("{asker} for {} on {}{with}", witness.action.name(), quoted(&witness.resource))
}

/// A kind of identity.
#[must_use]
pub fn kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Root => "the account's root user",
        ActorKind::IamUser => "an IAM user",
        ActorKind::AssumedRole => "a session of a role",
        ActorKind::FederatedUser => "a federated session",
        ActorKind::SamlUser => "a SAML user",
        ActorKind::WebIdentityUser => "a web identity",
        ActorKind::IdentityCenterUser => "a user of IAM Identity Center",
        ActorKind::AwsService => "an AWS service",
        ActorKind::AwsAccount => "another AWS account",
        ActorKind::Anonymous => "nobody: an unsigned request",
        ActorKind::Unknown => "an identity of a kind that is not known",
    }
}

/// What an event came from.
#[must_use]
pub fn source(source: Source) -> &'static str {
    match source {
        Source::CloudTrail => "an API call, by CloudTrail",
        Source::S3Notification => "a notification of S3",
        Source::Schedule => "a schedule",
        Source::AccessAnalyzer => "a finding of IAM Access Analyzer",
        Source::Config => "a change by AWS Config",
        Source::GuardDuty => "a finding of GuardDuty",
        Source::Organizations => "a change of an Organizations policy",
    }
}

/// `2026-11-20 09:14:07 UTC`, to the second.
#[must_use]
pub fn moment(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = time.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", time.date())
}

/// `3 min 20 s`: the two largest units. What is below a second counts as nothing.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let (mut left, mut parts) = (seconds.max(0), Vec::new());
    for (size, unit) in units {
        let count = left / size;
        left %= size;
        if count > 0 || (size == 1 && parts.is_empty()) {
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.truncate(2);
    parts.join(" ")
}

/// Names of settings.
#[must_use]
pub fn settings(settings: &[Setting]) -> String {
    joined(&settings.iter().map(|setting| setting.name().to_owned()).collect::<Vec<_>>())
}

/// `a, b and c`.
#[must_use]
pub fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first few of `names`, joined, and how many more there are.
fn some(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    joined(&names)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{does, duration, joined, moment};
    use crate::iam::Action;

    #[test]
    fn actions_come_to_words() {
        let words = |names: &[&str]| {
            does(names.iter().map(|name| Action::from_name(name).unwrap()).collect())
        };
        assert_eq!(words(&["s3:GetObject", "s3:ListBucket"]), "list and read objects");
        assert_eq!(words(&["s3:GetBucketAcl"]), "read settings");
        assert_eq!(
            words(&[
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:PutBucketPolicy",
                "s3:PutObjectTagging"
            ]),
            "write and delete objects, change tags and change permissions"
        );
        assert_eq!(words(&["s3:PutBucketWebsite"]), "change settings");
        assert_eq!(words(&[]), "get in");
    }

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(moment(datetime!(2026-11-20 10:14:07 +01:00)), "2026-11-20 09:14:07 UTC");
        assert_eq!(joined(&[]), "");
    }

    #[test]
    fn durations_are_told_in_two_units() {
        let told = [0, 7, 200, 3_600, 90_061, -5].map(duration);
        assert_eq!(told, ["0 s", "7 s", "3 min 20 s", "1 h", "1 d 1 h", "0 s"]);
    }
}
