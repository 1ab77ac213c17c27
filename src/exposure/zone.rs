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
    Actions, Caller, Condition, OWNERS_ORGANIZATION, Policies, Reach, Through,
    is_owners_organization, is_private, range,
};
use crate::name::AccountId;
use crate::trust::Trust;

/// How a policy names the organization of the bucket's owner.
const OWNERS_BY_NAME: &str = "${aws:ResourceOrgID}";

/// The bounded part of a reach: who is outside the zone of trust, and who is inside.
#[derive(Debug)]
pub struct Bounded<'r> {
    /// Those outside.
    pub outside: Group<'r>,
    /// Those inside, and those outside for what they may do by what is inside alone.
    pub inside: Group<'r>,
}

/// Callers that one path is for.
#[derive(Debug)]
pub struct Group<'r> {
    /// One caller of each set of whom the same is true, and what each of the set may do.
    pub callers: Vec<(&'r Caller, Cow<'r, Through>)>,
    /// Whether they are services.
    pub services: bool,
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
    /// What the Denies of the policies ask.
    denied: Vec<&'z Condition>,
    /// Those of long sets who were sorted before.
    sorted: RefCell<BTreeMap<Members<'z>, Rc<[&'z Caller]>>>,
    /// The parties of groups that were sorted before.
    known: RefCell<BTreeMap<Key<'z>, Arc<Parties>>>,
}

/// Those of a set who are services, or all others, and inside the zone, or outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Members<'z> {
    set: Lying<'z, Caller>,
    services: bool,
    inside: bool,
}

/// What a group's parties depend on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'z> {
    members: Vec<Members<'z>>,
    /// Where somebody is known by a place alone: the conditions, and whether places inside the zone
    /// count.
    places: Option<(Lying<'z, Condition>, bool)>,
}

/// What one group was sorted into so far: its callers, the sets that they stand for, and everyone
/// in those.
#[derive(Default)]
struct Sorted<'z> {
    callers: Vec<(&'z Caller, Cow<'z, Through>)>,
    members: Vec<Members<'z>>,
    all: Vec<&'z Caller>,
}

/// So many callers are sorted as fast as they are found among those that were sorted before.
const FEW: usize = 4;

/// A slice, told from others by where it lies.
#[derive(Debug)]
struct Lying<'z, T>(&'z [T]);

impl<'z> Zone<'z> {
    /// The zone of `trust` for the bucket of `state`, past the Denies of `policies`.
    #[must_use]
    pub fn of<'p: 'z>(trust: &'z Trust, state: &'z BucketState, policies: &Policies<'p>) -> Self {
        let against = policies.documents().flat_map(|(document, _)| document.denies());
        let denied = against.flat_map(|deny| &deny.conditions).collect();
        let owner_id = state.acl.known().and_then(|acl| acl.owner.as_deref());
        let (nobody, sorted, known) = (Arc::default(), RefCell::default(), RefCell::default());
        Self { trust, owner: &state.account, owner_id, nobody, denied, sorted, known }
    }

    /// Sorts those bounded callers of `reach` that are services, or those that are not, who come by
    /// an offer under `conditions`. `outside`: who of all gets through but by what is inside the
    /// zone, where that is told apart.
    #[must_use]
    pub fn sort(
        &self,
        reach: &'z Reach,
        outside: Option<&'z Reach>,
        services: bool,
        conditions: &'z [Condition],
    ) -> Bounded<'z> {
        // where it is not known of everyone, all outside count
        let outside = outside.filter(|one| (one.by_everyone() - reach.by_everyone()).is_empty());
        let bounded = reach.bounded.iter();
        let most = bounded.fold(Actions::NONE, |all, (_, through)| all | through.actions);
        let (mut inner, mut outer) = (Sorted::default(), Sorted::default());
        for (set, through) in &reach.bounded {
            let set = Lying(set.as_ref());
            self.add(Members { set, services, inside: true }, through, through.actions, &mut inner);
            let Some(outside) = outside else { continue };
            let stranger = Members { set, services, inside: false };
            let by_ours = through.actions - self.actions_of(stranger, outside);
            self.add(stranger, through, by_ours, &mut inner);
        }
        for (set, through) in &outside.unwrap_or(reach).bounded {
            let members = Members { set: Lying(set.as_ref()), services, inside: false };
            self.add(members, through, through.actions & most, &mut outer);
        }
        let [outside, inside] = [(outer, false), (inner, true)].map(|(sorted, inside)| {
            let Sorted { callers, members, all } = sorted;
            let is_located = |(caller, _): &(&Caller, _)| matches!(caller, Caller::Located { .. });
            let located = callers.iter().any(is_located);
            let places = located.then_some((Lying(conditions), inside));
            let parties = self.parties(Key { members, places }, &all);
            Group { callers, services, parties }
        });
        Bounded { outside, inside }
    }

    /// What the first of `members` may do of `reach`.
    fn actions_of(&self, members: Members<'z>, reach: &Reach) -> Actions {
        let Some(first) = self.first(members) else { return Actions::NONE };
        let own = reach.bounded.iter().filter(|(set, _)| set.contains(first));
        own.fold(Actions::NONE, |all, (_, through)| all | through.actions)
    }

    /// Adds `members`, who may do `actions` of what is `through`.
    fn add(
        &self,
        members: Members<'z>,
        through: &'z Through,
        actions: Actions,
        sorted: &mut Sorted<'z>,
    ) {
        let from = sorted.all.len();
        if !actions.is_empty() {
            self.extend(&mut sorted.all, members);
        }
        let Some(&caller) = sorted.all.get(from) else { return };
        let Lying(set) = members.set;
        let through = if set.first() == Some(caller) && actions == through.actions {
            Cow::Borrowed(through)
        } else {
            Cow::Owned(Through { actions, ..through.of_another() })
        };
        sorted.callers.push((caller, through));
        sorted.members.push(members);
    }

    fn extend(&self, all: &mut Vec<&'z Caller>, members: Members<'z>) {
        let Lying(set) = members.set;
        let own = || set.iter().filter(|caller| self.is_one_of(members, caller));
        if set.len() > FEW {
            let mut sorted = self.sorted.borrow_mut();
            all.extend(sorted.entry(members).or_insert_with(|| own().collect()).iter());
        } else {
            all.extend(own());
        }
    }

    fn first(&self, members: Members<'z>) -> Option<&'z Caller> {
        let Lying(set) = members.set;
        set.iter().find(|caller| self.is_one_of(members, caller))
    }

    fn is_one_of(&self, members: Members<'_>, caller: &Caller) -> bool {
        matches!(caller, Caller::Service { .. }) == members.services
            && is_inside(caller, self.trust) == members.inside
            && stands_for_somebody(caller)
            && !self.is_owner(caller)
    }

    /// The bucket's owner by its canonical id is no outsider.
    fn is_owner(&self, caller: &Caller) -> bool {
        matches!(caller, Caller::CanonicalUser(id) if Some(id.as_str()) == self.owner_id)
    }

    /// Whom a group stands for, of which these are all callers.
    fn parties(&self, key: Key<'z>, all: &[&Caller]) -> Arc<Parties> {
        if all.is_empty() {
            return Arc::clone(&self.nobody);
        }
        let many = all.len() > FEW || key.places.is_some();
        if many && let Some(known) = self.known.borrow().get(&key) {
            return Arc::clone(known);
        }
        let mut parties = named(|| all.iter().copied());
        if let Some((Lying(conditions), inside)) = key.places {
            parties.extend(&self.located(conditions, inside));
        }
        let parties = Arc::new(parties);
        if many {
            self.known.borrow_mut().insert(key, Arc::clone(&parties));
        }
        parties
    }

    /// What those stand for who are at some place: what the conditions ask for, else what a Deny
    /// leaves out; `inside`: what is inside the zone too.
    fn located(&self, conditions: &[Condition], inside: bool) -> Parties {
        let mut parties = Parties::default();
        for condition in conditions.iter().filter(|one| one.operator.names_values()) {
            self.add_location(&mut parties, condition, inside);
        }
        if parties == Parties::default() {
            for condition in self.denied.iter().filter(|condition| condition.operator.negated) {
                self.add_location(&mut parties, condition, inside);
            }
        }
        parties
    }

    /// What a condition bounds a caller to, by the names that the policy gives.
    fn add_location(&self, parties: &mut Parties, condition: &Condition, inside: bool) {
        let counts = |value: &&String| inside || !is_ours(condition, value, self.trust);
        let values =
            || condition.values.iter().filter(|value| !value.contains("${")).filter(counts);
        let key = condition.key.to_ascii_lowercase();
        if key.starts_with("aws:vpceorg") {
            let owners = condition.values.iter().any(|value| is_owners_organization(value));
            parties.others.extend(owners.then(|| OWNERS_BY_NAME.to_owned()));
        }
        match key.as_str() {
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

impl<T> Clone for Lying<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lying<'_, T> {}

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
    let owners = organizations().find(is_owners).map(|_| OWNERS_BY_NAME.to_owned());
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
