//! From callers to named parties, and which of them the zone of trust holds.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::bucket::BucketState;
use crate::exposure::Parties;
use crate::iam::{
    Caller, Condition, Document, OWNERS_ORGANIZATION, Reach, Through, is_private, range,
};
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
    pub parties: Arc<Parties>,
}

/// Sorts callers who come past the same policies.
#[derive(Debug)]
pub struct Zone<'z> {
    trust: &'z Trust,
    owner: &'z AccountId,
    /// The canonical id of that account, where it is known.
    owner_id: Option<&'z str>,
    /// The parties of those who name nobody.
    pub nobody: Arc<Parties>,
    /// What their Denies ask.
    denied: Vec<&'z Condition>,
    /// Those of sets who were sorted before.
    sorted: RefCell<Sorted<'z>>,
    /// The parties of groups that were sorted before.
    known: RefCell<BTreeMap<Key<'z>, Arc<Parties>>>,
}

/// The callers of a set who are on one side.
type Sorted<'z> = BTreeMap<(Lying<'z, Caller>, Side), Rc<[&'z Caller]>>;

/// What a group's parties depend on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'z> {
    sets: Vec<Lying<'z, Caller>>,
    conditions: Option<Lying<'z, Condition>>,
    side: Side,
}

/// Which callers of a set a group takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side {
    /// Services, or all others.
    services: bool,
    /// Those inside the zone, or those outside.
    inside: bool,
    /// Whether all count as inside.
    all_inside: bool,
}

/// So many callers are sorted as fast as they are found among those that were sorted before.
const FEW: usize = 4;

/// A slice, told from others by where it lies.
#[derive(Debug, Clone, Copy)]
struct Lying<'z, T>(&'z [T]);

impl<'z> Zone<'z> {
    /// The zone of `trust` for the bucket of `state`, past the Denies of `policy`.
    #[must_use]
    pub fn of(trust: &'z Trust, state: &'z BucketState, policy: Option<&'z Document>) -> Self {
        let against = policy.into_iter().flat_map(Document::denies);
        let denied = against.flat_map(|deny| &deny.conditions).collect();
        let owner_id = state.acl.known().and_then(|acl| acl.owner.as_deref());
        let (nobody, sorted, known) = (Arc::default(), RefCell::default(), RefCell::default());
        Self { trust, owner: &state.account, owner_id, nobody, denied, sorted, known }
    }

    /// Sorts those bounded callers of `reach` that are services, or those that are not, who come by
    /// an offer under `conditions`; `all_inside`: all of them by what is ours.
    #[must_use]
    pub fn sort(
        &self,
        reach: &'z Reach,
        services: bool,
        conditions: &'z [Condition],
        all_inside: bool,
    ) -> Bounded<'z> {
        let group = |inside: bool| {
            let side = Side { services, inside, all_inside };
            let (mut callers, mut sets, mut located) = (Vec::new(), Vec::new(), false);
            for (set, through) in &reach.bounded {
                let Some(caller) = self.first(side, set) else { continue };
                let own = set.first() == Some(caller);
                let through =
                    if own { Cow::Borrowed(through) } else { Cow::Owned(through.of_another()) };
                callers.push((caller, through));
                sets.push(Lying(set.as_ref()));
                located |= matches!(caller, Caller::Located { .. });
            }
            if callers.is_empty() {
                return Group { callers, parties: Arc::clone(&self.nobody) };
            }
            let conditions = located.then_some(Lying(conditions));
            let parties = self.parties(Key { sets, conditions, side });
            Group { callers, parties }
        };
        Bounded { outside: group(false), inside: group(true) }
    }

    /// The first of `set` who is on one side.
    fn first(&self, side: Side, set: &'z [Caller]) -> Option<&'z Caller> {
        if set.len() > FEW {
            return self.among_many(side, set).first().copied();
        }
        set.iter().find(|caller| self.is_on(side, caller))
    }

    /// Those of a long `set` who are on one side.
    fn among_many(&self, side: Side, set: &'z [Caller]) -> Rc<[&'z Caller]> {
        let sort = || set.iter().filter(|caller| self.is_on(side, caller)).collect();
        let mut sorted = self.sorted.borrow_mut();
        Rc::clone(sorted.entry((Lying(set), side)).or_insert_with(sort))
    }

    fn is_on(&self, side: Side, caller: &Caller) -> bool {
        matches!(caller, Caller::Service { .. }) == side.services
            && side.inside == (side.all_inside || is_inside(caller, self.trust))
            && stands_for_somebody(caller)
            && !self.is_owner(caller)
    }

    /// The bucket's owner by its canonical id is no outsider.
    fn is_owner(&self, caller: &Caller) -> bool {
        matches!(caller, Caller::CanonicalUser(id) if Some(id.as_str()) == self.owner_id)
    }

    /// Whom a group stands for.
    fn parties(&self, key: Key<'z>) -> Arc<Parties> {
        let callers: usize = key.sets.iter().map(|Lying(set)| set.len()).sum();
        let many = callers > FEW || key.conditions.is_some();
        if many && let Some(known) = self.known.borrow().get(&key) {
            return Arc::clone(known);
        }
        let mut all: Vec<&Caller> = Vec::with_capacity(callers);
        for Lying(set) in &key.sets {
            if set.len() > FEW {
                all.extend(self.among_many(key.side, set).iter());
            } else {
                all.extend(set.iter().filter(|caller| self.is_on(key.side, caller)));
            }
        }
        let mut parties = named(|| all.iter().copied());
        if let Some(Lying(conditions)) = key.conditions {
            parties.extend(&self.located(conditions, key.side.all_inside));
        }
        let parties = Arc::new(parties);
        if many {
            self.known.borrow_mut().insert(key, Arc::clone(&parties));
        }
        parties
    }

    /// What those stand for who are at some place: what the conditions ask for, else what a Deny
    /// leaves out.
    fn located(&self, conditions: &[Condition], all_inside: bool) -> Parties {
        let mut parties = Parties::default();
        for condition in conditions.iter().filter(|one| one.operator.names_values()) {
            self.add_location(&mut parties, condition, all_inside);
        }
        if parties == Parties::default() {
            for condition in self.denied.iter().filter(|condition| condition.operator.negated) {
                self.add_location(&mut parties, condition, all_inside);
            }
        }
        parties
    }

    /// What a condition bounds a caller to, by the names that the policy gives.
    fn add_location(&self, parties: &mut Parties, condition: &Condition, all_inside: bool) {
        let outside = |value: &&String| all_inside || !is_ours(condition, value, self.trust);
        let values =
            || condition.values.iter().filter(|value| !value.contains("${")).filter(outside);
        match condition.key.to_ascii_lowercase().as_str() {
            "aws:vpceorgid" => parties.organizations.extend(values().cloned()),
            "aws:vpceaccount" | "s3:dataaccesspointaccount" => {
                let accounts = values().filter_map(|value| AccountId::of(value));
                parties.accounts.extend(accounts.filter(|account| account != self.owner));
            }
            "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn"
            | "aws:userid" | "aws:sourcearn" | "aws:vpceorgpaths" => {
                parties.others.extend(values().cloned());
            }
            _ => {}
        }
    }
}

impl<T> Ord for Lying<'_, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_ptr().cmp(&other.0.as_ptr()).then(self.0.len().cmp(&other.0.len()))
    }
}

impl<T> PartialOrd for Lying<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Lying<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Lying<'_, T> {}

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
            AccountId::of(value).is_some_and(|account| trust.accounts.contains(&account))
        }
        _ => false,
    }
}
