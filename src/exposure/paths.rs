//! Every way into a bucket: one for each statement or grant and each class that it reaches.

use std::borrow::Cow;
use std::sync::Arc;

use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::{AccessPoint, BucketState, NetworkOrigin};
use crate::exposure::closers::Closers;
use crate::exposure::deputies::confused_deputies;
use crate::exposure::public::{self, PolicyOf};
use crate::exposure::zone::{Bounded, Group, Zone};
use crate::exposure::{Class, Closer, Path, Via, ours, witness};
use crate::iam::{
    Actions, Arn, Caller, Clause, Condition, Document, Fuel, Offer, Place, Policies, Principal,
    Reach, Request, Route, Statement, Through, Unproved, in_partition,
};
use crate::name::Region;
use crate::trust::Trust;

/// Steps that all the questions of one verdict may cost together.
const STEPS: usize = 300_000;

/// What the paths of one bucket are looked for in.
pub(super) struct Search<'a> {
    pub state: &'a BucketState,
    pub trust: &'a Trust,
    pub closers: &'a Closers,
    pub fuel: Fuel,
}

/// What was found.
#[derive(Default)]
pub(super) struct Findings {
    /// Every path, in the order: bucket policy, ACL, access points, object ACLs.
    pub paths: Vec<Path>,
    /// AWS services that a policy lets in on behalf of whoever makes them call.
    pub deputies: Vec<String>,
    /// Whether the Denies of the bucket policy leave anything public.
    pub public_with_deny: Option<bool>,
}

/// One statement or grant, whom it lets in, and what closes it.
struct Way<'w> {
    via: Via,
    offer: Offer,
    conditions: &'w [Condition],
    reach: &'w Reach,
    closed_by: Cow<'w, [Closer]>,
}

/// What ways lead past.
struct Past<'z, 'b, 'p> {
    policies: &'b Policies<'p>,
    /// The same policies with Denies of all that is ours, where something of that is asked for.
    but_ours: Option<Policies<'b>>,
    zone: Zone<'z>,
}

/// A request, and why it proves nothing, or is not there.
type Shown = (Option<Box<Request>>, Option<Unproved>);

impl<'w> Way<'w> {
    fn by_statement(
        via: Via,
        index: usize,
        allow: &'w Statement,
        reach: &'w Reach,
        closed_by: &'w [Closer],
    ) -> Self {
        let (offer, conditions) = (Offer::Statement(index), allow.conditions.as_slice());
        Self { via, offer, conditions, reach, closed_by: closed_by.into() }
    }
}

impl<'a> Search<'a> {
    pub(super) fn of(state: &'a BucketState, trust: &'a Trust, closers: &'a Closers) -> Self {
        Self { state, trust, closers, fuel: Fuel::new(STEPS) }
    }

    pub(super) fn run(&self) -> Findings {
        let mut findings = Findings::default();
        if let Some(document) = self.policy() {
            self.through_policy(document, &mut findings);
        }
        if let Some(acl) = self.state.acl.known() {
            self.through_acl(acl, None, &mut findings.paths);
        }
        for point in self.state.access_points.known().into_iter().flatten() {
            self.through_access_point(point, &mut findings);
        }
        for object in self.state.object_acls.known().into_iter().flatten() {
            self.through_acl(&object.acl, Some(&object.key), &mut findings.paths);
        }
        findings
    }

    fn policy(&self) -> Option<&'a Document> {
        self.state.policy.known().and_then(Option::as_ref)
    }

    fn through_policy(&self, document: &Document, findings: &mut Findings) {
        let place = self.bucket_place(Route::Direct);
        let policies = Policies::of(Some(document), &place, None);
        let reached = self.reached(document, &policies);
        let status = self.state.policy_status.known().copied().flatten();
        let public =
            || status.unwrap_or_else(|| surely_public(document, PolicyOf::Bucket, &reached));
        let closed_by = self.closers.of_policy(public);
        findings.deputies = confused_deputies(&policies, document, None, &reached);
        findings.public_with_deny =
            Some(public::is_public_with_deny(document, PolicyOf::Bucket, &policies, &self.fuel));
        let ways = reached.iter().filter_map(|(statement, reach)| {
            let allow = document.statements.get(*statement)?;
            let via = Via::Policy { statement: *statement, sid: allow.sid.clone() };
            Some(Way::by_statement(via, *statement, allow, reach, &closed_by))
        });
        self.all_along(&policies, ways, &mut findings.paths);
    }

    fn through_acl(&self, acl: &Acl, key: Option<&str>, paths: &mut Vec<Path>) {
        let granted: Vec<(usize, &Grant, Principal)> = acl
            .grants
            .iter()
            .enumerate()
            .filter_map(|(grant, entry)| Some((grant, entry, outsider(&entry.grantee, acl)?)))
            .collect();
        if granted.is_empty() {
            return;
        }
        let mut place = self.bucket_place(Route::Direct);
        place.key = key.map(str::to_owned);
        let policies = Policies::of(self.policy(), &place, None);
        let actions = |permission: Permission| match key {
            None => permission.bucket_actions(),
            Some(_) => permission.object_actions(),
        };
        // grants of the same are asked about once
        let mut offers: Vec<Offer> = Vec::new();
        let mut by_offer: Vec<usize> = Vec::new();
        for (_, entry, outsider) in &granted {
            let offer = Offer::of_grant(outsider.clone(), actions(entry.permission));
            let known = offers.iter().position(|known| *known == offer);
            by_offer.push(known.unwrap_or(offers.len()));
            offers.extend(known.is_none().then_some(offer));
        }
        let reached = policies.reach(&offers, &self.fuel);
        let ways = granted.iter().zip(by_offer).filter_map(|((grant, entry, _), at)| {
            let (offer, reach) = (offers.get(at)?.clone(), reached.get(at)?);
            let via = match key {
                None => Via::Acl { grant: *grant },
                Some(key) => Via::ObjectAcl { key: key.to_owned(), grant: *grant },
            };
            let closed_by = self.closers.of_acl(entry.grantee.is_surely_public());
            Some(Way { via, offer, conditions: &[], reach, closed_by: closed_by.into() })
        });
        self.all_along(&policies, ways, paths);
    }

    fn through_access_point(&self, point: &AccessPoint, findings: &mut Findings) {
        let Some(document) = point.policy.known().and_then(Option::as_ref) else { return };
        let arn = self.arn_of(point, document);
        let carried = in_partition(&arn, self.partition());
        let of_vpc = matches!(point.origin, NetworkOrigin::Vpc(_));
        // an access point of one VPC is open to that VPC, and to the world if it were not of one
        let origins = [of_vpc.then_some(&point.origin), Some(&NetworkOrigin::Internet)];
        for origin in origins.into_iter().flatten() {
            let route = Route::AccessPoint { arn: carried.clone(), origin: origin.clone() };
            let mut place = Place::of_access_point(&arn, &self.state.account, route.clone());
            place.partition = self.partition();
            let behind_place = self.bucket_place(route);
            let policies =
                Policies::of(Some(document), &place, Some((self.policy(), &behind_place)));
            let reached = self.reached(document, &policies);
            // what the world could do is told of one that is open to the world
            if *origin == point.origin {
                let name = Some(point.name.as_str());
                findings.deputies.extend(confused_deputies(&policies, document, name, &reached));
            }
            // an access point of one VPC is never public
            let public = || {
                let alone = Policies::of(Some(document), &place, None);
                !of_vpc
                    && surely_public(
                        document,
                        PolicyOf::AccessPoint,
                        &self.reached(document, &alone),
                    )
            };
            let mut closed_by = self.closers.of_access_point(point, public);
            if *origin != point.origin {
                closed_by.push(Closer::NetworkOrigin);
            }
            let ways = reached.iter().filter_map(|(statement, reach)| {
                let allow = document.statements.get(*statement)?;
                let (name, sid) = (point.name.clone(), allow.sid.clone());
                let via = Via::AccessPoint { name, statement: *statement, sid };
                Some(Way::by_statement(via, *statement, allow, reach, &closed_by))
            });
            let mut found = Vec::new();
            self.all_along(&policies, ways, &mut found);
            if let NetworkOrigin::Vpc(vpc) = origin {
                for path in &mut found {
                    self.cut_down_to(vpc.as_deref(), path);
                }
            }
            findings.paths.append(&mut found);
        }
    }

    /// Who gets through each Allow of `document`, by its index.
    fn reached(&self, document: &Document, policies: &Policies<'_>) -> Vec<(usize, Reach)> {
        let indexes: Vec<usize> = document.allows().map(|(index, _)| index).collect();
        let offers: Vec<Offer> = indexes.iter().copied().map(Offer::Statement).collect();
        indexes.into_iter().zip(policies.reach(&offers, &self.fuel)).collect()
    }

    /// The paths of `ways`, which lead past `policies`.
    fn all_along<'w, 'p: 'w>(
        &self,
        policies: &Policies<'p>,
        ways: impl Iterator<Item = Way<'w>>,
        paths: &mut Vec<Path>,
    ) {
        let ways: Vec<Way<'w>> = ways.collect();
        let rest = ours::but_ours(policies, self.trust);
        let but_ours = rest.as_ref().map(|rest| policies.with(rest));
        let offers = || ways.iter().map(|way| way.offer.clone()).collect::<Vec<_>>();
        let outside = but_ours.as_ref().map(|but_ours| but_ours.reach(&offers(), &self.fuel));
        let zone = Zone::of(self.trust, self.state, policies);
        let past = Past { policies, but_ours, zone };
        for (index, way) in ways.iter().enumerate() {
            let outside = outside.as_ref().and_then(|all| all.get(index));
            self.along(way, outside, &past, paths);
        }
    }

    /// One path for each class that `way` reaches, and others for services; `outside`: whom it
    /// reaches but by what is ours, where that is told apart.
    fn along<'w>(
        &self,
        way: &'w Way<'_>,
        outside: Option<&'w Reach>,
        past: &Past<'w, '_, '_>,
        paths: &mut Vec<Path>,
    ) {
        let reach = way.reach;
        for (class, caller, through) in [
            (Class::Anonymous, &Caller::Anonymous, &reach.anonymous),
            (Class::Authenticated, &Caller::Stranger, &reach.authenticated),
        ] {
            if through.actions.is_empty() {
                continue;
            }
            let callers = vec![(caller, Cow::Borrowed(through))];
            let parties = Arc::clone(&past.zone.nobody);
            let group = Group { callers, services: false, parties };
            paths.extend(self.path(way, past.policies, class, group));
        }
        if reach.bounded.is_empty() {
            return;
        }
        for services in [false, true] {
            let Bounded { outside, inside } =
                past.zone.sort(reach, outside, services, way.conditions);
            paths.extend(match &past.but_ours {
                Some(but_ours) => self.path(way, but_ours, Class::External, outside),
                None => self.path(way, past.policies, Class::External, outside),
            });
            paths.extend(self.path(way, past.policies, Class::Trusted, inside));
        }
    }

    /// The path of a group of callers who come past `policies`, if they may do anything.
    fn path(
        &self,
        way: &Way<'_>,
        policies: &Policies<'_>,
        exposure: Class,
        group: Group<'_>,
    ) -> Option<Path> {
        let Group { callers, services, parties } = group;
        let actions = callers.iter().fold(Actions::NONE, |all, (_, one)| all | one.actions);
        if actions.is_empty() {
            return None;
        }
        let (request, unproved) = self.shown(policies, way, &callers);
        let grant = matches!(way.offer, Offer::Grant { .. });
        let witness = request.map(|request| witness::of(*request, policies, grant));
        // AWS services pass where outsiders are cut off
        let closes = |one: &&Closer| !services || **one == Closer::NetworkOrigin;
        Some(Path {
            via: way.via.clone(),
            exposure,
            services,
            actions,
            parties,
            closed_by: way.closed_by.iter().filter(closes).copied().collect(),
            unproved: unproved.or(witness.is_none().then_some(Unproved::GivenUp)),
            witness,
        })
    }

    /// The request of those of one group that shows most, and why it proves nothing.
    fn shown(
        &self,
        policies: &Policies<'_>,
        way: &Way<'_>,
        callers: &[(&Caller, Cow<'_, Through>)],
    ) -> Shown {
        let best = callers.iter().min_by_key(|(_, one)| {
            let given_up = one.unproved == Some(Unproved::GivenUp);
            (one.unproved.is_some(), one.request.is_none(), given_up)
        });
        match best {
            // it may be that another was asked in its place
            Some((caller, one))
                if one.request.is_none() && one.unproved != Some(Unproved::GivenUp) =>
            {
                let asker = policies.asker(caller, false);
                let again = asker.ask(&way.offer, false, one.actions, &self.fuel);
                (again.request, again.unproved)
            }
            Some((_, one)) => (one.request.clone(), one.unproved),
            None => (None, None),
        }
    }

    /// Through an access point of one VPC the world is cut down to what is in that VPC.
    fn cut_down_to(&self, vpc: Option<&str>, path: &mut Path) {
        let inside = vpc.is_some_and(|vpc| self.trust.vpcs.contains(vpc));
        let most = if inside { Class::Trusted } else { Class::External };
        path.exposure = path.exposure.min(most);
        Arc::make_mut(&mut path.parties).others.extend(vpc.map(str::to_owned));
    }

    fn bucket_place(&self, route: Route) -> Place {
        let place = Place::of_bucket(self.state.bucket.as_str(), &self.state.account, route);
        Place { partition: self.partition(), ..place }
    }

    fn partition(&self) -> &'static str {
        self.state.region.as_ref().map_or("aws", |region| region.partition())
    }

    /// The ARN of an access point, with the Region that its own policy gives it where the state
    /// does not say one: S3 takes no other.
    fn arn_of(&self, point: &AccessPoint, document: &Document) -> String {
        let account = point.account.as_ref().unwrap_or(&self.state.account);
        let plain = |region: &&str| !region.is_empty() && !region.contains(['*', '?']);
        let named = || {
            let resources = document.statements.iter().flat_map(|statement| {
                let (Clause::In(globs) | Clause::NotIn(globs)) = &statement.resource;
                globs
            });
            resources.filter_map(|glob| Arn::split(glob.as_str())).map(Arn::region).find(plain)
        };
        let region = self.state.region.as_ref().map(Region::as_str);
        let region = region.or_else(named).unwrap_or("us-east-1");
        format!("arn:aws:s3:{region}:{account}:accesspoint/{}", point.name)
    }
}

/// Whom a grant lets in beside the owner and S3's own log delivery.
fn outsider(grantee: &Grantee, acl: &Acl) -> Option<Principal> {
    match grantee {
        Grantee::AllUsers | Grantee::UnknownGroup(_) => Some(Principal::Everyone),
        Grantee::AuthenticatedUsers => Some(Principal::AnyIdentity),
        Grantee::CanonicalUser(id) if Some(id) == acl.owner.as_ref() => None,
        Grantee::CanonicalUser(id) | Grantee::Email(id) => {
            Some(Principal::CanonicalUser(id.clone()))
        }
        Grantee::LogDelivery => None,
    }
}

/// Whether AWS surely calls a policy public, so that `RestrictPublicBuckets` surely restricts:
/// where Deny statements, which AWS may count, do not change it, and no condition that AWS may
/// read otherwise.
fn surely_public(document: &Document, of: PolicyOf, reached: &[(usize, Reach)]) -> bool {
    let mut public = document.allows().filter(|(_, allow)| public::is_public_statement(allow, of));
    let undisputed =
        document.denies().next().is_none() && public.any(|(_, allow)| allow.conditions.is_empty());
    let shown = |through: &Through| !through.actions.is_empty() && through.unproved.is_none();
    let is_shown =
        || reached.iter().any(|(_, reach)| shown(&reach.anonymous) || shown(&reach.authenticated));
    public::is_public(document, of) && (undisputed || is_shown())
}
