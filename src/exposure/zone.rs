//! From callers to named parties, and which of them the zone of trust holds.

use std::borrow::Cow;

use crate::exposure::Parties;
use crate::iam::{Caller, Condition, OWNERS_ORGANIZATION, Reach, Through, is_private, range};
use crate::name::AccountId;
use crate::trust::Trust;

/// The bounded part of a reach: who is outside the zone of trust, and who is inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounded<'r> {
    /// Those outside.
    pub outside: Group<'r>,
    /// Those inside.
    pub inside: Group<'r>,
}

/// Callers that one path is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group<'r> {
    /// One caller of each set of whom the same is true, and what each of the set may do.
    pub callers: Vec<(&'r Caller, Cow<'r, Through>)>,
    /// Whom all of them stand for.
    pub parties: Parties,
}

/// Sorts those bounded callers of `reach` that are `asked` for, who come by an offer under
/// `conditions`, past Denies under those of `denied`; `all_inside`: all of them by what is ours.
#[must_use]
pub fn sort<'r>(
    reach: &'r Reach,
    asked: impl Fn(&Caller) -> bool,
    conditions: &[Condition],
    denied: &[&Condition],
    trust: &Trust,
    owner: &AccountId,
    all_inside: bool,
) -> Bounded<'r> {
    let group = |inside: bool| {
        let is_here = |caller: &&Caller| inside == (all_inside || is_inside(caller, trust));
        let mut group = Group::default();
        let mut all: Vec<&Caller> = Vec::new();
        for (set, through) in &reach.bounded {
            let known = all.len();
            let set_here = set
                .iter()
                .filter(|caller| asked(caller))
                .filter(|caller| stands_for_somebody(caller));
            all.extend(set_here.filter(is_here));
            if let Some(caller) = all.get(known) {
                let own = set.first() == Some(caller);
                let through =
                    if own { Cow::Borrowed(through) } else { Cow::Owned(through.of_another()) };
                group.callers.push((caller, through));
            }
        }
        group.parties = named(|| all.iter().copied());
        if all.iter().any(|caller| matches!(caller, Caller::Located { .. })) {
            let located = located(conditions, denied, owner, trust, all_inside);
            group.parties.extend(&located);
        }
        group
    };
    Bounded { outside: group(false), inside: group(true) }
}

/// Whom callers stand for by their own names.
fn named<'c, I: Iterator<Item = &'c Caller>>(callers: impl Fn() -> I) -> Parties {
    // an address in an ACL that S3 has not turned into an id yet
    let is_address = |id: &&String| id.contains('@');
    let ids =
        || {
            callers().filter_map(|caller| {
                if let Caller::CanonicalUser(id) = caller { Some(id) } else { None }
            })
        };
    let identities = callers().filter_map(|caller| {
        if let Caller::OriginAccessIdentity(arn) = caller { Some(arn) } else { None }
    });
    let is_owners = |id: &&str| *id == OWNERS_ORGANIZATION;
    let organizations = || callers().filter_map(Caller::as_organization);
    let owners = organizations().find(is_owners).map(|_| "${aws:ResourceOrgID}".to_owned());
    Parties {
        accounts: callers().filter_map(Caller::account).copied().collect(),
        organizations: organizations().filter(|id| !is_owners(id)).map(str::to_owned).collect(),
        canonical_users: ids().filter(|id| !is_address(id)).cloned().collect(),
        others: ids().filter(is_address).chain(identities).cloned().chain(owners).collect(),
    }
}

/// What those stand for who are at some place: what the conditions ask for, else what a Deny leaves
/// out.
fn located(
    conditions: &[Condition],
    denied: &[&Condition],
    owner: &AccountId,
    trust: &Trust,
    all_inside: bool,
) -> Parties {
    let mut parties = Parties::default();
    for condition in conditions.iter().filter(|one| one.operator.names_values()) {
        add_location(&mut parties, condition, owner, trust, all_inside);
    }
    if parties == Parties::default() {
        for condition in denied.iter().filter(|condition| condition.operator.negated) {
            add_location(&mut parties, condition, owner, trust, all_inside);
        }
    }
    parties
}

/// What a condition bounds a caller to, by the names that the policy gives.
fn add_location(
    parties: &mut Parties,
    condition: &Condition,
    owner: &AccountId,
    trust: &Trust,
    all_inside: bool,
) {
    let outside = |value: &&String| all_inside || !is_ours(condition, value, trust);
    let values = || condition.values.iter().filter(|value| !value.contains("${")).filter(outside);
    match condition.key.to_ascii_lowercase().as_str() {
        "aws:vpceorgid" => parties.organizations.extend(values().cloned()),
        "aws:vpceaccount" | "s3:dataaccesspointaccount" => {
            let accounts = values().filter_map(|value| AccountId::parse(value).ok());
            parties.accounts.extend(accounts.filter(|account| account != owner));
        }
        "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn" | "aws:userid"
        | "aws:sourcearn" | "aws:vpceorgpaths" => parties.others.extend(values().cloned()),
        _ => {}
    }
}

/// Whether a caller stands for somebody: a service that calls for whoever makes it does not.
fn stands_for_somebody(caller: &Caller) -> bool {
    !matches!(caller, Caller::Service { on_behalf_of: None, .. })
}

/// Whether a caller stands for somebody outside the zone of trust, as far as it says who it is.
pub fn is_outside(caller: &Caller, trust: &Trust) -> bool {
    stands_for_somebody(caller) && !is_inside(caller, trust)
}

fn is_inside(caller: &Caller, trust: &Trust) -> bool {
    match caller {
        Caller::Account { .. } | Caller::Service { .. } => {
            caller.account().is_some_and(|account| trust.accounts.contains(account))
        }
        Caller::Organization(id) => trust.organizations.contains(id),
        Caller::CanonicalUser(id) => trust.canonical_users.contains(id),
        Caller::OriginAccessIdentity(arn) => {
            let id = arn.rsplit(' ').next().unwrap_or(arn);
            trust.canonical_users.contains(id) || trust.canonical_users.contains(arn)
        }
        Caller::Anonymous | Caller::Stranger | Caller::Located { .. } => false,
    }
}

/// Whether a value of the condition's key means somebody inside the zone of trust, or nobody.
fn is_ours(condition: &Condition, value: &String, trust: &Trust) -> bool {
    match condition.key.to_ascii_lowercase().as_str() {
        "aws:sourceip" => {
            range(value).is_some_and(|range| is_private(&range) || trust.covers_network(&range))
        }
        "aws:sourcevpc" => trust.vpcs.contains(value),
        "aws:sourcevpce" => trust.vpc_endpoints.contains(value),
        "aws:vpceorgid" => trust.organizations.contains(value),
        "aws:vpceaccount" | "s3:dataaccesspointaccount" => {
            AccountId::parse(value).is_ok_and(|account| trust.accounts.contains(&account))
        }
        _ => false,
    }
}
