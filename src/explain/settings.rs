//! What the settings do to a request: Block Public Access, Object Ownership, the network origin of
//! an access point.
//!
//! Source: S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Creating access
//! points restricted to a virtual private cloud".

use crate::bucket::{AccessPoint, BucketState, NetworkOrigin, Observed, Setting, Settings};
use crate::escape::quoted;
use crate::explain::{AclTold, Holder, Question, SettingTold, words};
use crate::exposure::{Closer, PolicyOf, Verdict, Via, is_public_statement};
use crate::iam::{Document, Requester};

/// What each setting does.
pub(super) fn told(
    state: &BucketState,
    verdict: &Verdict,
    point: Option<&AccessPoint>,
    question: &Question,
    acl: &AclTold,
) -> Vec<SettingTold> {
    let mut settings = vec![restrict(state, verdict, point, question)];
    settings.push(ignore(state, acl));
    settings.push(ownership(state, acl));
    settings.extend(point.and_then(|point| origin(point, question)));
    settings
}

/// One setting over the levels that have a say.
struct Levels {
    on_at: Vec<&'static str>,
    unread: Vec<&'static str>,
}

impl Levels {
    fn of(setting: Setting, state: &BucketState, point: Option<&AccessPoint>) -> Self {
        let levels = [("account", &state.account_settings), ("bucket", &state.settings)];
        let own = point.map(|point| ("access_point", &point.settings));
        let levels = levels.into_iter().chain(own);
        let is_on = |settings: &Observed<Settings>| settings.known().map(|own| own.has(setting));
        let at = |wanted: Option<bool>| {
            let found = levels.clone().filter(|(_, settings)| is_on(settings) == wanted);
            found.map(|(level, _)| level).collect()
        };
        Self { on_at: at(Some(true)), unread: at(None) }
    }

    /// Why it does nothing, where it is on nowhere.
    fn off(&self) -> Option<String> {
        let unread = || format!("could not be read at {}: counted as off", words_of(&self.unread));
        self.on_at
            .is_empty()
            .then(|| if self.unread.is_empty() { "off".to_owned() } else { unread() })
    }
}

fn words_of(levels: &[&str]) -> String {
    levels.join(" and ").replace('_', " ")
}

fn restrict(
    state: &BucketState,
    verdict: &Verdict,
    point: Option<&AccessPoint>,
    question: &Question,
) -> SettingTold {
    let setting = Setting::RestrictPublicBuckets;
    let levels = Levels::of(setting, state, point);
    let on = format!("on at {}", words_of(&levels.on_at));
    let of = match point {
        None => "the bucket policy".to_owned(),
        Some(point) => words::holder(&Holder::AccessPoint(point.name.clone())),
    };
    let (cuts, why) = if let Some(off) = levels.off() {
        (Some(false), off)
    } else if question.is_by_owner(&state.account) {
        (Some(false), format!("{on}, but principals of the bucket's own account pass"))
    } else if matches!(question.requester, Requester::Service(_)) {
        (Some(false), format!("{on}, but AWS services pass"))
    } else {
        let public = match point {
            None => bucket_policy_is_public(state, verdict),
            Some(point) => point_policy_is_public(point, verdict),
        };
        let why = match public {
            Some(true) => format!(
                "{on}, and {of} is public by AWS's meaning{}: whoever is outside the account is \
                 cut off, whichever statement names them",
                public_statements(state, point)
            ),
            Some(false) => format!("{on}, but {of} is not public by AWS's meaning"),
            None => format!(
                "{on}; whether AWS calls {of} public is not sure: counted as cutting nobody off"
            ),
        };
        (public, why)
    };
    SettingTold { name: setting.name(), on_at: levels.on_at, cuts, why }
}

/// Whether AWS surely calls the bucket policy public; `None` where that is not sure.
fn bucket_policy_is_public(state: &BucketState, verdict: &Verdict) -> Option<bool> {
    if let Some(status) = state.policy_status.known().copied().flatten() {
        return Some(status);
    }
    let Some(document) = state.policy.known()? else { return Some(false) };
    let shown = is_cut(verdict, |via| matches!(via, Via::Policy { .. }));
    public(document, PolicyOf::Bucket, shown)
}

/// The same of the policy of an access point.
fn point_policy_is_public(point: &AccessPoint, verdict: &Verdict) -> Option<bool> {
    if matches!(point.origin, NetworkOrigin::Vpc(_)) {
        return Some(false);
    }
    let Some(document) = point.policy.known()? else { return Some(false) };
    let own = |via: &Via| matches!(via, Via::AccessPoint { name, .. } if *name == point.name);
    public(document, PolicyOf::AccessPoint, is_cut(verdict, own))
}

fn public(document: &Document, of: PolicyOf, shown: bool) -> Option<bool> {
    let by_the_letter = document.allows().any(|(_, allow)| is_public_statement(allow, of));
    match (by_the_letter, shown) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    }
}

/// Whether the verdict closes a path of this kind because the policy is public.
fn is_cut(verdict: &Verdict, kind: impl Fn(&Via) -> bool) -> bool {
    let by_policy = |closer: &Closer| match closer {
        Closer::Account(setting) | Closer::Bucket(setting) | Closer::AccessPoint(setting) => {
            *setting == Setting::RestrictPublicBuckets
        }
        Closer::ObjectOwnership | Closer::NetworkOrigin => false,
    };
    verdict.paths.iter().any(|path| kind(&path.via) && path.closed_by.iter().any(by_policy))
}

/// Which statements make it public: ` (by statement 0)`.
fn public_statements(state: &BucketState, point: Option<&AccessPoint>) -> String {
    let (policy, of) = match point {
        None => (&state.policy, PolicyOf::Bucket),
        Some(point) => (&point.policy, PolicyOf::AccessPoint),
    };
    let Some(Some(document)) = policy.known() else { return String::new() };
    let public = document.allows().filter(|(_, allow)| is_public_statement(allow, of));
    let indexes: Vec<String> = public.map(|(index, _)| index.to_string()).collect();
    match indexes.as_slice() {
        [] => String::new(),
        [one] => format!(" (by statement {one})"),
        [some @ .., last] if indexes.len() <= 8 => {
            format!(" (by statements {} and {last})", some.join(", "))
        }
        _ => format!(" (by {} statements)", indexes.len()),
    }
}

fn ignore(state: &BucketState, acl: &AclTold) -> SettingTold {
    let setting = Setting::IgnorePublicAcls;
    let levels = Levels::of(setting, state, None);
    let muted = !acl.off && !levels.on_at.is_empty() && would_grant(acl);
    let why = levels.off().unwrap_or_else(|| {
        let does = if muted {
            "a public grant that would let this in counts for nothing"
        } else {
            "no public grant would let this in"
        };
        format!("on at {}: {does}", words_of(&levels.on_at))
    });
    SettingTold { name: setting.name(), on_at: levels.on_at, cuts: Some(muted), why }
}

fn ownership(state: &BucketState, acl: &AclTold) -> SettingTold {
    let (on_at, why) = match (&state.ownership, acl.off) {
        (_, true) => (vec!["bucket"], "BucketOwnerEnforced: ACLs are off"),
        (Observed::Known(_), false) => (Vec::new(), "ACLs are in force"),
        (Observed::Unknown(_), false) => {
            (Vec::new(), "could not be read: ACLs are taken to be in force")
        }
    };
    let cuts = Some(acl.off && would_grant(acl));
    SettingTold { name: "ObjectOwnership", on_at, cuts, why: why.to_owned() }
}

/// Whether a grant that something keeps from it would let the request in.
fn would_grant(acl: &AclTold) -> bool {
    acl.grants.iter().any(|grant| grant.grants == Some(true) && grant.lets_in == Some(false))
}

/// An access point of one VPC answers that VPC alone, whoever asks.
fn origin(point: &AccessPoint, question: &Question) -> Option<SettingTold> {
    let NetworkOrigin::Vpc(vpc) = &point.origin else { return None };
    let from = question.carried("aws:SourceVpc").and_then(|carried| carried.values.first());
    let by_endpoint = question.carried("aws:SourceVpce").is_some();
    let only = vpc.as_ref().map_or_else(|| "one VPC".to_owned(), |vpc| quoted(vpc));
    let (cuts, why) = match (vpc, from) {
        (Some(vpc), Some(from)) if vpc == from => {
            (Some(false), format!("the access point answers {only}, where this comes from"))
        }
        (Some(_), Some(from)) => (
            Some(true),
            format!("the access point answers {only} alone, and this comes from {}", quoted(from)),
        ),
        (None, Some(_)) => {
            (None, "the access point answers one VPC alone, which is not known here".to_owned())
        }
        (_, None) if by_endpoint => (
            None,
            format!("the access point answers {only} alone; the endpoint's VPC is not known here"),
        ),
        (_, None) => (
            Some(true),
            format!("the access point answers {only} alone, and this comes from elsewhere"),
        ),
    };
    Some(SettingTold { name: "NetworkOrigin", on_at: vec!["access_point"], cuts, why })
}
