//! What the requests of a caller may look like: one shape for each kind of principal that it may
//! send, for each network that it may come from, and for each way to the bucket.

use std::iter;

use crate::iam::arn::Arn;
use crate::iam::caller::{ANY_SERVICE, Caller};
use crate::iam::facts::Facts;
use crate::iam::offer::{NetworkOrigin, Route};
use crate::iam::part::Part;
use crate::iam::solver::carried;
use crate::iam::solver::domain::{Domain, Texts};
use crate::iam::solver::principals::Who;
use crate::iam::solver::rules::Keys;
use crate::name::AccountId;

/// The variable of the ARN of the one who asks.
pub const ARN: usize = 0;
/// The variable of the object's key.
pub const KEY: usize = 1;

/// One shape: what its requests carry.
#[derive(Debug)]
pub struct Shape<'q> {
    pub asking: Asking<'q>,
    pub who: Who<'q>,
    /// What each variable may be: the ARN, the key, and one for each condition key that is not part
    /// of another.
    pub domains: Vec<Domain<'q>>,
    /// For each condition key the variable, and the part of it.
    pub slots: Vec<(usize, Part)>,
}

/// Who asks, how, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'q> {
    pub caller: &'q Caller,
    pub kind: Kind,
    /// The service, where it is one that asks.
    pub service: &'q str,
    pub network: Network,
    /// Through an access point of another account.
    pub foreign_point: bool,
    /// From no place that a policy names.
    pub anywhere: bool,
    pub scene: Scene<'q>,
}

/// What is asked for, and what is known beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'q> {
    pub owner: &'q AccountId,
    pub route: &'q Route,
    pub facts: &'q Facts<'q>,
}

/// A kind of principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nobody,
    Role,
    User,
    Root,
    Federated,
    /// The account cannot be told: a canonical user, an origin access identity.
    Opaque,
    Service,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// A public address.
    Internet,
    /// A VPC endpoint: then without a source address.
    Endpoint,
    /// AWS itself.
    Service,
}

/// The shapes of a caller's requests, the plainest first. What no policy asks about is not told
/// apart.
pub fn askings<'q>(
    caller: &'q Caller,
    anywhere: bool,
    scene: Scene<'q>,
    keys: &Keys<'_>,
) -> Vec<Asking<'q>> {
    let told = keys.told;
    let mut kinds = kinds(caller);
    // where nothing tells the kinds of an identity apart, one stands for all
    if !told.principals && !scene.facts.names_identities {
        kinds.retain(|kind| !matches!(kind, Kind::User | Kind::Root | Kind::Federated));
    }
    // for whom services call is told by the resource, or by the organization, alone
    let source = match caller {
        Caller::Organization(_) => told.source_organizations,
        _ => told.source_arns,
    };
    if kinds.len() > 1 && !source {
        kinds.retain(|kind| *kind != Kind::Service);
    }
    let networks: &[Network] = match scene.route {
        Route::AccessPoint { origin: NetworkOrigin::Vpc(_), .. } => &[Network::Endpoint],
        _ if !told.networks => &[Network::Internet],
        Route::Direct | Route::AccessPoint { .. } => &[Network::Internet, Network::Endpoint],
    };
    let by_point = *scene.route == Route::Direct && told.access_points;
    let points: &[bool] = if by_point { &[false, true] } else { &[false] };
    let mut askings = Vec::new();
    for kind in kinds {
        for service in services(kind, caller, scene.facts) {
            for &network in networks {
                let network = match (kind, network) {
                    (Kind::Service, Network::Internet) => Network::Service,
                    (_, network) => network,
                };
                for &foreign_point in points {
                    let asking =
                        Asking { caller, kind, service, network, foreign_point, anywhere, scene };
                    askings.push(asking);
                }
            }
        }
    }
    askings
}

/// The services that a caller of this kind may be: the one that is meant, else one that no policy
/// names, and each that one names; of others none.
fn services<'q>(
    kind: Kind,
    caller: &'q Caller,
    facts: &'q Facts<'_>,
) -> impl Iterator<Item = &'q str> {
    let (first, named) = match caller {
        _ if kind != Kind::Service => ("", None),
        Caller::Service { name, .. } if name != ANY_SERVICE => (name.as_str(), None),
        _ => (ANY_SERVICE, Some(facts.services())),
    };
    iter::once(first).chain(named.into_iter().flatten())
}

fn kinds(caller: &Caller) -> Vec<Kind> {
    let identity = [Kind::Role, Kind::User, Kind::Root, Kind::Federated];
    match caller {
        Caller::Anonymous | Caller::Located { signed: false } => vec![Kind::Nobody],
        Caller::Stranger | Caller::Account { arn: None, .. } => identity.to_vec(),
        // services call for resources of no account, and for members of organizations
        Caller::Located { signed: true } | Caller::Organization(_) => {
            identity.into_iter().chain([Kind::Service]).collect()
        }
        Caller::Account { arn: Some(arn), .. } => {
            let resource = Arn::split(arn).map_or("", Arn::resource);
            vec![match resource.split('/').next() {
                Some("user") => Kind::User,
                Some("root") => Kind::Root,
                Some("federated-user") => Kind::Federated,
                Some(_) | None => Kind::Role,
            }]
        }
        Caller::CanonicalUser(_) | Caller::OriginAccessIdentity(_) => vec![Kind::Opaque],
        Caller::Service { .. } => vec![Kind::Service],
    }
}

impl<'q> Shape<'q> {
    /// The shape in which `asking` may carry the condition keys `keys`, and ask for objects with a
    /// key of `object`.
    pub fn of(asking: Asking<'q>, keys: &'q Keys<'_>, object: Texts<'q>) -> Self {
        let most = keys.len() + 2;
        let mut domains = Vec::with_capacity(most);
        domains.extend([asking.domain(carried::PRINCIPAL_ARN), Domain::always(object)]);
        let mut slots = Vec::with_capacity(keys.len());
        // variables by the names of keys, those first that others are parts of
        let mut linked = vec![(carried::PRINCIPAL_ARN, ARN)];
        let mut own: Vec<(&str, usize)> = Vec::with_capacity(keys.len());
        for key in keys.lower() {
            let (name, part) = asking.link(key);
            let of = |list: &[(&str, usize)]| {
                list.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable)
            };
            let known = of(&linked).or_else(|| if name == key { None } else { of(&own) });
            let variable = known.unwrap_or_else(|| {
                let names = if name == key { &mut own } else { &mut linked };
                names.push((name, domains.len()));
                domains.push(asking.domain(name));
                domains.len() - 1
            });
            slots.push((variable, part));
        }
        Self { asking, who: asking.who(), domains, slots }
    }
}

impl<'q> Asking<'q> {
    /// Who asks, as the principals of statements tell it apart.
    fn who(&self) -> Who<'q> {
        if self.kind == Kind::Service {
            return Who::Service(self.service);
        }
        match self.caller {
            Caller::Anonymous | Caller::Located { signed: false } => Who::Nobody,
            Caller::Stranger | Caller::Located { signed: true } => {
                Who::Identity { account: None, arn: None }
            }
            Caller::Organization(_) => Who::Anyone { but: self.scene.owner },
            Caller::Account { account, arn } => {
                Who::Identity { account: Some(account), arn: arn.as_deref() }
            }
            Caller::CanonicalUser(id) => Who::CanonicalUser { id, but: self.scene.owner },
            Caller::OriginAccessIdentity(arn) => Who::OriginAccessIdentity(arn),
            Caller::Service { .. } => Who::Service(self.service),
        }
    }
}
