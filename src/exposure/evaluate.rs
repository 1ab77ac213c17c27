//! From the state of a bucket to the verdict: total, pure, and never narrower than the truth.

use std::sync::Arc;

use crate::bucket::{BucketState, NetworkOrigin, Part};
use crate::exposure::closers::Closers;
use crate::exposure::paths::{Findings, Search};
use crate::exposure::public::{self, PolicyOf};
use crate::exposure::{Class, Disagreement, Exposure, Parties, Path, Verdict, Via};
use crate::iam::{Actions, Clause, Document, Glob};
use crate::trust::Trust;

/// Judges a bucket's state.
///
/// Source of every rule: S3 User Guide, "Blocking public access to your Amazon S3 storage", and IAM
/// User Guide, "Policy evaluation logic".
#[must_use]
pub fn evaluate(state: &BucketState, trust: &Trust) -> Verdict {
    let closers = Closers::of(state);
    let Findings { paths, deputies, public_with_deny } = Search::of(state, trust, &closers).run();
    let (policy_is_public, disagreement) = policy_is_public(state, public_with_deny);
    let acl_is_public = state.acl.known().map(crate::acl::Acl::is_public);
    let exposure = exposure(state, &paths, &closers, disagreement);
    Verdict {
        bucket: state.bucket.clone(),
        account: state.account,
        public: public_in_force(state, &closers, policy_is_public, &paths),
        policy_is_public,
        policy_is_public_with_deny: public_with_deny,
        acl_is_public,
        exposure,
        external: external(&paths),
        warnings: warnings(state, &closers, disagreement, deputies),
        paths,
        unreadable: state.unreadable(),
        disagreement,
    }
}

/// Our reading of the policy and AWS's, the wider of them, and whether they differ. Whether AWS
/// counts Deny statements is not documented: its live answer tells.
fn policy_is_public(
    state: &BucketState,
    with_deny: Option<bool>,
) -> (Option<bool>, Option<Disagreement>) {
    let live = state.policy_status.known().copied().flatten();
    let ours = state.policy.known().and_then(Option::as_ref);
    let ours = ours.map(|document| public::is_public(document, PolicyOf::Bucket));
    match (ours, live) {
        (Some(_), Some(aws)) if with_deny == Some(aws) => (Some(aws), None),
        (Some(ours), Some(aws)) if ours != aws => (Some(true), Some(Disagreement { aws, ours })),
        (Some(public), _) => (Some(public), None),
        (None, live) => (live, None),
    }
}

/// Whether a public ACL or policy is in force; `None` where something unreadable could change it.
fn public_in_force(
    state: &BucketState,
    closers: &Closers,
    policy_is_public: Option<bool>,
    paths: &[Path],
) -> Option<bool> {
    let settings = state.settings.error().is_some() || state.account_settings.error().is_some();
    let no_policy = state.policy.known() == Some(&None);
    let policy = if no_policy { Some(false) } else { policy_is_public };
    let by_policy = |public| in_force(public, closers.restricts(), settings);
    let by_acl = |public| {
        let unread = settings || state.ownership.error().is_some();
        in_force(public, closers.mutes_public_acls(), unread)
    };
    let objects = state.object_acls.known();
    let objects = objects.map(|objects| objects.iter().any(|object| object.acl.is_public()));
    let answers = [
        by_policy(policy),
        by_acl(state.acl.known().map(crate::acl::Acl::is_public)),
        by_acl(objects),
        by_policy(public_access_points(state, paths)),
        if state.other_unreadable.is_empty() { Some(false) } else { None },
    ];
    if answers.contains(&Some(true)) {
        Some(true)
    } else if answers.contains(&None) {
        None
    } else {
        Some(false)
    }
}

/// Whether something public is in force that is `closed`, or that something `unread` may close.
fn in_force(public: Option<bool>, closed: bool, unread: bool) -> Option<bool> {
    match public {
        _ if closed => Some(false),
        Some(true) if unread => None,
        public => public,
    }
}

/// Whether an access point with a public policy lets requests through.
fn public_access_points(state: &BucketState, paths: &[Path]) -> Option<bool> {
    let points = state.access_points.known()?;
    let lets_through = |name: &str| {
        paths.iter().any(|path| {
            path.is_open() && matches!(&path.via, Via::AccessPoint { name: own, .. } if own == name)
        })
    };
    let mut answer = Some(false);
    for point in points.iter().filter(|point| point.origin == NetworkOrigin::Internet) {
        match (point.policy.known(), state.policy.known()) {
            (Some(Some(document)), Some(_)) => {
                let public = public::is_public(document, PolicyOf::AccessPoint);
                if public && lets_through(&point.name) {
                    return Some(true);
                }
            }
            (Some(None), _) | (_, Some(None)) => {}
            (None, _) | (_, None) => answer = None,
        }
    }
    answer
}

fn exposure(
    state: &BucketState,
    paths: &[Path],
    closers: &Closers,
    disagreement: Option<Disagreement>,
) -> Exposure {
    let open = paths.iter().filter(|path| path.is_open());
    let known = open.map(|path| path.exposure).max().unwrap_or(Class::None);
    let points = state.access_points.known().into_iter().flatten();
    let acls = state.acl.error().is_some() || state.object_acls.error().is_some();
    let access_points = state.access_points.error().is_some()
        || points.into_iter().any(|point| point.policy.error().is_some());
    let blind_spot = state.policy.error().is_some()
        || (acls && !closers.acls_off)
        || access_points
        || !state.other_unreadable.is_empty();
    // AWS sees something public that we do not: who gets in is not known
    let unexplained = disagreement.is_some_and(|differ| differ.aws)
        && !closers.restricts()
        && known < Class::Authenticated;
    if known < Class::Anonymous && (blind_spot || unexplained) {
        Exposure::Unknown(known)
    } else {
        Exposure::Known(known)
    }
}

/// Whom the open paths of class external name.
fn external(paths: &[Path]) -> Parties {
    let external = |path: &&Path| path.is_open() && path.exposure == Class::External;
    let all = paths.iter().filter(external).map(|path| &path.parties);
    let mut all: Vec<&Arc<Parties>> = all.collect();
    // many statements may let in the same
    all.sort_by_key(|one| Arc::as_ptr(one));
    all.dedup_by_key(|one| Arc::as_ptr(one));
    Parties::of_all(&all)
}

fn warnings(
    state: &BucketState,
    closers: &Closers,
    disagreement: Option<Disagreement>,
    deputies: Vec<String>,
) -> Vec<String> {
    let mut warnings = state.notes.clone();
    if let Some(Disagreement { aws, ours }) = disagreement {
        let word = |public| if public { "public" } else { "not public" };
        warnings.push(format!(
            "GetBucketPolicyStatus calls the policy {}, its text reads as {}: the wider counts",
            word(aws),
            word(ours)
        ));
    }
    if !closers.mutes_public_acls() {
        warnings.push(
            "object ACLs are in force and were not inspected, but for objects named by the event: \
             a single object may be public"
                .to_owned(),
        );
    }
    warnings.extend(deputies);
    if let Some(document) = state.policy.known().and_then(Option::as_ref) {
        warnings.extend(delegations(document, state));
        warnings.extend(unknown_actions(document));
    }
    let unread = [
        (&state.settings, Part::PublicAccessBlockConfiguration),
        (&state.account_settings, Part::AccountPublicAccessBlockConfiguration),
    ];
    for (_, part) in unread.into_iter().filter(|(settings, _)| settings.error().is_some()) {
        warnings.push(format!("{} could not be read: counted as off", part.name()));
    }
    warnings
}

/// Allows of S3 actions that are not in our list: new ones, or misspelt.
fn unknown_actions(document: &Document) -> Vec<String> {
    let known = |glob: &Glob| !Actions::matching(glob).is_empty();
    let of_s3 = |glob: &&Glob| {
        glob.as_str().get(..3).is_some_and(|service| service.eq_ignore_ascii_case("s3:"))
    };
    document
        .allows()
        .flat_map(|(index, allow)| {
            let (Clause::In(globs) | Clause::NotIn(globs)) = &allow.action;
            globs.iter().filter(of_s3).filter(|glob| !known(glob)).map(move |glob| (index, glob))
        })
        .map(|(index, glob)| {
            format!(
                "statement {index} names `{glob}`, an action that is not known here: not judged"
            )
        })
        .collect()
}

/// A policy that lets access points decide who gets in.
fn delegations(document: &Document, state: &BucketState) -> Vec<String> {
    let keys = ["s3:dataaccesspointaccount", "s3:dataaccesspointarn"];
    let conditions = document
        .allows()
        .flat_map(|(_, allow)| &allow.conditions)
        .filter(|condition| keys.iter().any(|key| condition.is_about(key)))
        .filter(|condition| condition.operator.names_values());
    let own = state.account.as_str();
    let (mut ours, mut others) = (false, false);
    for value in conditions.flat_map(|condition| &condition.values) {
        if value.contains(own) {
            ours = true;
        } else {
            others = true;
        }
    }
    let mut warnings = Vec::new();
    if others {
        warnings.push(
            "delegated to another account's access points: their policies decide who gets in, and \
             cannot be read from here"
                .to_owned(),
        );
    }
    if ours {
        warnings.push(
            "delegated to this account's access points: policies of multi-Region access points are \
             not inspected"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::evaluate;
    use crate::bucket::{BucketState, Observed, snapshot};
    use crate::exposure::{Class, Disagreement, Exposure};
    use crate::iam::Requester;
    use crate::name::AccountId;
    use crate::trust::Trust;

    fn state(rest: &Value, denied: bool) -> BucketState {
        let statement = |effect: &str, condition: Value| {
            json!({"Effect": effect, "Principal": "*", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::clinic-reports/*", "Condition": condition})
        };
        let mut statements = vec![statement("Allow", json!({}))];
        if denied {
            let others = json!({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}});
            statements.push(statement("Deny", others));
        }
        let mut snapshot = json!({"Bucket": "clinic-reports", "Account": "111122223333",
            "Policy": {"Version": "2012-10-17", "Statement": statements}});
        for (name, part) in rest.as_object().unwrap() {
            snapshot[name] = part.clone();
        }
        snapshot::read(&snapshot.to_string()).unwrap()
    }

    #[test]
    fn the_live_answer_tells_whether_denies_count() {
        for (denied, live, public, disagreement) in [
            (true, false, false, None),
            (true, true, true, None),
            (false, true, true, None),
            (false, false, true, Some(Disagreement { aws: false, ours: true })),
        ] {
            let mut state = state(&json!({}), denied);
            state.policy_status = Observed::Known(Some(live));
            let verdict = evaluate(&state, &Trust::default());
            assert_eq!(verdict.policy_is_public, Some(public), "{denied} {live}");
            assert_eq!(verdict.disagreement, disagreement, "{denied} {live}");
        }
    }

    #[test]
    fn what_aws_alone_calls_public_is_unknown_until_it_is_cut_off() {
        let named = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::clinic-reports/*"}});
        let judge = |rest: &Value, live| {
            let mut state = state(rest, false);
            state.policy_status = Observed::Known(Some(live));
            evaluate(&state, &Trust::default()).exposure
        };
        let rest = json!({"Policy": named});
        assert_eq!(judge(&rest, true), Exposure::Unknown(Class::External));
        assert_eq!(judge(&rest, false), Exposure::Known(Class::External));
        let on = json!({"RestrictPublicBuckets": true});
        let rest = json!({"Policy": named, "PublicAccessBlockConfiguration": on});
        assert_eq!(judge(&rest, true), Exposure::Known(Class::None));
        // AWS's public may be those who are known already
        let grants = json!([{"Permission": "READ", "Grantee": {"Type": "Group",
            "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}}]);
        let acl = json!({"Owner": {"ID": "owner"}, "Grants": grants});
        let rest = json!({"Policy": named, "Acl": acl});
        assert_eq!(judge(&rest, true), Exposure::Known(Class::Authenticated));
        // of everyone it is known
        assert_eq!(judge(&json!({}), false), Exposure::Known(Class::Anonymous));
    }

    #[test]
    fn services_of_a_statement_stay_where_others_are_cut_off() {
        let of_other = json!({"StringEqualsIfExists": {"aws:SourceAccount": "444455556666"}});
        let named = json!({"Effect": "Allow", "Action": "s3:GetObject", "Condition": of_other,
            "Principal": {"AWS": "444455556666", "Service": "sns.amazonaws.com"},
            "Resource": "arn:aws:s3:::clinic-reports/*"});
        let public = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Principal": "*",
            "Resource": "arn:aws:s3:::clinic-reports"});
        let policy = json!({"Version": "2012-10-17", "Statement": [named, public]});
        let judge = |restricts: bool| {
            let on = json!({"RestrictPublicBuckets": restricts});
            let rest = json!({"Policy": policy, "PublicAccessBlockConfiguration": on});
            evaluate(&state(&rest, false), &Trust::default())
        };
        let (before, after) = (judge(false), judge(true));
        let closed: Vec<(Class, bool, bool)> = before
            .paths
            .iter()
            .map(|path| (path.exposure, path.services, after.closes(path)))
            .collect();
        let external = Class::External;
        let expected =
            [(external, false, true), (external, true, false), (Class::Anonymous, false, true)];
        assert_eq!(closed, expected);
        assert!(before.paths.iter().all(|path| !before.closes(path)));
    }

    #[test]
    fn both_settings_that_could_not_be_read_are_said() {
        let parts = ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"];
        let unread = json!({parts[0]: "AccessDenied", parts[1]: "AccessDenied"});
        let state = state(&json!({"Unreadable": unread}), false);
        let warnings = evaluate(&state, &Trust::default()).warnings;
        for part in parts {
            let said = format!("{part} could not be read: counted as off");
            assert!(warnings.contains(&said), "{warnings:?}");
        }
    }

    #[test]
    fn what_is_open_to_everyone_is_known_whatever_was_not_read() {
        for part in ["Acl", "AccessPoints", "ObjectAcls", "PublicAccessBlockConfiguration"] {
            let state = state(&json!({"Unreadable": {part: "AccessDenied"}}), false);
            let exposure = evaluate(&state, &Trust::default()).exposure;
            assert_eq!(exposure, Exposure::Known(Class::Anonymous), "{part}");
        }
    }

    #[test]
    fn accounts_of_which_the_same_is_true_are_sorted_apart_by_trust() {
        let ours = ["222233334444", "444455556666"].map(|id| AccountId::parse(id).unwrap());
        let others = ["333344445555", "555566667777"].map(|id| AccountId::parse(id).unwrap());
        let all: Vec<&str> = ours.iter().chain(&others).map(AccountId::as_str).collect();
        let everyone = |effect: &str, condition: Value| {
            json!({"Effect": effect, "Principal": "*", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::clinic-reports/*", "Condition": condition})
        };
        let but_ours = json!({"StringNotEquals": {"aws:PrincipalAccount": all}});
        let policy = json!({"Version": "2012-10-17",
            "Statement": [everyone("Allow", json!({})), everyone("Deny", but_ours)]});
        let trust = Trust { accounts: ours.into(), ..Trust::default() };
        let verdict = evaluate(&state(&json!({"Policy": policy}), false), &trust);
        let [outside, inside] = verdict.paths.as_slice() else { panic!("{:?}", verdict.paths) };
        assert_eq!((outside.exposure, inside.exposure), (Class::External, Class::Trusted));
        assert_eq!(outside.parties.accounts, others.into());
        assert_eq!(inside.parties.accounts, ours.into());
        for path in [outside, inside] {
            let witness = path.witness.as_ref().unwrap();
            let Requester::Identity { account, .. } = &witness.principal else {
                panic!("{witness:?}")
            };
            assert!(path.parties.accounts.contains(account), "{witness:?}");
        }
    }

    #[test]
    fn a_setting_that_was_not_read_may_close_what_is_public() {
        let parts = ["PublicAccessBlockConfiguration", "AccountPublicAccessBlockConfiguration"];
        for part in parts {
            let state = state(&json!({"Unreadable": {part: "AccessDenied"}}), false);
            let verdict = evaluate(&state, &Trust::default());
            assert_eq!(verdict.public, None, "{part}");
            assert_eq!(verdict.exposure, Exposure::Known(Class::Anonymous), "{part}");
        }
        let on = json!({"RestrictPublicBuckets": true, "IgnorePublicAcls": true});
        for (on_part, unread) in [(0, 1), (1, 0)] {
            let rest = json!({parts[on_part]: on, "Unreadable": {parts[unread]: "AccessDenied"}});
            assert_eq!(evaluate(&state(&rest, false), &Trust::default()).public, Some(false));
        }
    }
}
