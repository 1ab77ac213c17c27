//! Every way into a bucket: one for each statement or grant and each class that it reaches.

use std::collections::BTreeMap;

use crate::acl::{Acl, Grantee};
use crate::bucket::{AccessPoint, BucketState, NetworkOrigin};
use crate::exposure::closers::Closers;
use crate::exposure::public::{self, PolicyOf};
use crate::exposure::way::Way;
use crate::exposure::{Class, Closer, Parties, Path, Via, witness, zone};
use crate::iam::{
    Arn, Caller, Clause, Document, Glob, InForce, Memo, Offer, Place, Principal, Route, Statement,
    is_bounded, reach,
};
use crate::name::AccountId;
use crate::trust::Trust;

/// What the paths of one bucket are looked for in.
pub(super) struct Search<'a> {
    pub state: &'a BucketState,
    pub trust: &'a Trust,
    pub closers: &'a Closers,
}

impl Search<'_> {
    /// Every path, in the order: bucket policy, ACL, access points, object ACLs.
    pub(super) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        if let Some(document) = self.policy() {
            self.through_policy(document, &mut paths);
        }
        if let Some(acl) = self.state.acl.known() {
            self.through_acl(acl, None, &mut paths);
        }
        for point in self.state.access_points.known().into_iter().flatten() {
            self.through_access_point(point, &mut paths);
        }
        for object in self.state.object_acls.known().into_iter().flatten() {
            self.through_acl(&object.acl, Some(&object.key), &mut paths);
        }
        paths
    }

    fn policy(&self) -> Option<&Document> {
        self.state.policy.known().and_then(Option::as_ref)
    }

    fn through_policy(&self, document: &Document, paths: &mut Vec<Path>) {
        let place = self.bucket_place(Route::Direct);
        let memo = Memo::default();
        let own = InForce { document: Some(document), place: &place, memo: &memo };
        let status = self.state.policy_status.known().copied().flatten();
        let closed_by = self.closers.of_policy(surely_public(own, PolicyOf::Bucket, status));
        for (statement, allow) in document.allows() {
            let via = Via::Policy { statement, sid: allow.sid.clone() };
            let offer = Offer::of_statement(allow, &place);
            paths.extend(self.along(&Way { via, offer, own, behind: None, closed_by: &closed_by }));
        }
    }

    fn through_acl(&self, acl: &Acl, key: Option<&str>, paths: &mut Vec<Path>) {
        let mut place = self.bucket_place(Route::Direct);
        if let Some(key) = key {
            // a wildcard in a key only makes it harder to show that a Deny covers it
            place.objects = Glob::new(format!("{}/{key}", place.bucket));
        }
        let memo = Memo::default();
        let own = InForce { document: self.policy(), place: &place, memo: &memo };
        for (grant, entry) in acl.grants.iter().enumerate() {
            let principal = match &entry.grantee {
                Grantee::AllUsers | Grantee::UnknownGroup(_) => Principal::Everyone,
                Grantee::AuthenticatedUsers => Principal::AnyIdentity,
                Grantee::CanonicalUser(id) if Some(id) == acl.owner.as_ref() => continue,
                Grantee::CanonicalUser(id) | Grantee::Email(id) => {
                    Principal::CanonicalUser(id.clone())
                }
                Grantee::LogDelivery => continue,
            };
            let (via, actions) = match key {
                None => (Via::Acl { grant }, entry.permission.bucket_actions()),
                Some(key) => (
                    Via::ObjectAcl { key: key.to_owned(), grant },
                    entry.permission.object_actions(),
                ),
            };
            let offer = Offer::of_grant(principal, actions, &place);
            let closed_by = self.closers.of_acl(entry.grantee.is_public());
            paths.extend(self.along(&Way { via, offer, own, behind: None, closed_by: &closed_by }));
        }
    }

    fn through_access_point(&self, point: &AccessPoint, paths: &mut Vec<Path>) {
        let Some(document) = point.policy.known().and_then(Option::as_ref) else { return };
        let (place, behind_place) = self.access_point_places(point);
        let (memo, behind_memo) = (Memo::default(), Memo::default());
        let own = InForce { document: Some(document), place: &place, memo: &memo };
        let behind =
            Some(InForce { document: self.policy(), place: &behind_place, memo: &behind_memo });
        // an access point of one VPC is never public
        let public = point.origin == NetworkOrigin::Internet
            && surely_public(own, PolicyOf::AccessPoint, None);
        let closed_by = self.closers.of_access_point(point, public);
        for (statement, allow) in document.allows() {
            let via =
                Via::AccessPoint { name: point.name.clone(), statement, sid: allow.sid.clone() };
            let offer = Offer::of_statement(allow, &place);
            let way = Way { via, offer, own, behind, closed_by: &closed_by };
            match &point.origin {
                NetworkOrigin::Internet => paths.extend(self.along(&way)),
                NetworkOrigin::Vpc(vpc) => self.along_from_vpc(&way, vpc.as_deref(), paths),
            }
        }
    }

    /// One path for each class that `way` reaches.
    fn along(&self, way: &Way<'_>) -> Vec<Path> {
        let mut reached = reach(&way.offer, way.own, way.behind);
        reached.bounded.retain(|caller, _| !self.is_owner(caller));
        let (services, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut reached.bounded)
                .into_iter()
                .partition(|(caller, _)| matches!(caller, Caller::Service { .. }));
        let sorted =
            |bounded| zone::sort(&bounded, way.offer.conditions, self.trust, &self.state.account);
        let (services, others) = (sorted(services), sorted(others));
        // AWS services pass where outsiders are cut off
        let none: &[Closer] = &[];
        let classes = [
            (Class::Anonymous, reached.anonymous, Parties::default(), way.closed_by),
            (Class::Authenticated, reached.authenticated, Parties::default(), way.closed_by),
            (Class::External, others.external, others.outsiders, way.closed_by),
            (Class::Trusted, others.trusted, others.insiders, way.closed_by),
            (Class::External, services.external, services.outsiders, none),
            (Class::Trusted, services.trusted, services.insiders, none),
        ];
        classes
            .into_iter()
            .filter(|(_, actions, ..)| !actions.is_empty())
            .map(|(exposure, actions, parties, closed_by)| Path {
                via: way.via.clone(),
                exposure,
                witness: witness::find(exposure, &parties, &actions, way),
                actions,
                parties,
                closed_by: closed_by.to_vec(),
            })
            .collect()
    }

    /// Through an access point of one VPC the world is cut down to what is in that VPC: to the
    /// world the path is closed, to the VPC it is open.
    fn along_from_vpc(&self, way: &Way<'_>, vpc: Option<&str>, paths: &mut Vec<Path>) {
        let inside = vpc.is_some_and(|vpc| self.trust.vpcs.contains(vpc));
        for mut path in self.along(way) {
            let mut within = path.clone();
            within.exposure = if inside { Class::Trusted } else { Class::External };
            within.parties.others.extend(vpc.map(str::to_owned));
            within.witness = None;
            paths.push(within);
            path.closed_by.push(Closer::NetworkOrigin);
            paths.push(path);
        }
    }

    /// The bucket's owner by its canonical id is no outsider.
    fn is_owner(&self, caller: &Caller) -> bool {
        let owner = self.state.acl.known().and_then(|acl| acl.owner.as_ref());
        matches!(caller, Caller::CanonicalUser(id) if Some(id) == owner)
    }

    fn bucket_place(&self, route: Route) -> Place {
        Place::of_bucket(self.state.bucket.as_str(), &self.state.account, route)
    }

    /// Where an access point's own policy, and the bucket policy behind it, are in force.
    fn access_point_places(&self, point: &AccessPoint) -> (Place, Place) {
        let account = point.account.as_ref().unwrap_or(&self.state.account);
        let region = self.state.region.as_ref().map_or("*", |region| region.as_str());
        let partition = self.state.region.as_ref().map_or("aws", |region| region.partition());
        let name = format!("s3:{region}:{account}:accesspoint/{}", point.name);
        let arn = format!("arn:{partition}:{name}");
        let origin = match point.origin {
            NetworkOrigin::Internet => "Internet",
            NetworkOrigin::Vpc(_) => "VPC",
        };
        let route = Route::AccessPoint { account: account.clone(), arn: arn.clone(), origin };
        let place =
            Place::of_access_point(&format!("arn:aws:{name}"), &self.state.account, route.clone());
        (place, self.bucket_place(route))
    }
}

/// Whether AWS surely calls a policy public, so that `RestrictPublicBuckets` surely restricts. Its
/// own answer decides; without one, ours does where Deny statements, which AWS may count, do not
/// change it.
fn surely_public(own: InForce<'_>, of: PolicyOf, status: Option<bool>) -> bool {
    let Some(document) = own.document else { return false };
    if let Some(status) = status {
        return status;
    }
    // no Deny, and no condition that AWS may read otherwise
    let undisputed = || {
        let plain = |(_, allow): (usize, &Statement)| allow.conditions.is_empty();
        let bare = document.allows().filter(|(_, allow)| public::is_public_statement(allow, of));
        document.denies().next().is_none() && bare.into_iter().any(plain)
    };
    let shown = || {
        document.allows().any(|(statement, allow)| {
            let via = Via::Policy { statement, sid: None };
            let offer = Offer::of_statement(allow, own.place);
            let reached = reach(&offer, own, None);
            let way = Way { via, offer, own, behind: None, closed_by: &[] };
            [(Class::Anonymous, reached.anonymous), (Class::Authenticated, reached.authenticated)]
                .iter()
                .any(|(class, actions)| {
                    witness::find(*class, &Parties::default(), actions, &way).is_some()
                })
        })
    };
    public::is_public(document, of) && (undisputed() || shown())
}

/// Whether `document` lets an AWS service in that calls for whoever makes it: a confused deputy.
pub(super) fn confused_deputies(document: &Document, place: &Place) -> Vec<String> {
    let memo = Memo::default();
    let own = InForce { document: Some(document), place, memo: &memo };
    let mut names = Vec::new();
    for (statement, allow) in document.allows() {
        let Clause::In(principals) = &allow.principal else { continue };
        let offer = Offer::of_statement(allow, place);
        let bounded = reach(&offer, own, None).bounded;
        let source = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid"];
        let fixed = allow.conditions.iter().any(|condition| {
            source.iter().any(|key| condition.is_about(key))
                && condition.operator.asks_for_a_value()
                && condition
                    .values
                    .iter()
                    .all(|value| is_bounded(condition, value) && names_owner(value, &place.owner))
        });
        for principal in principals {
            let Principal::Service(name) = principal else { continue };
            let caller = Caller::Service { name: name.clone(), on_behalf_of: None };
            if !fixed && bounded.contains_key(&caller) {
                names.push(format!(
                    "statement {statement} lets in `{name}` on behalf of anyone who makes that \
                     service call (confused deputy): fix `aws:SourceAccount` or `aws:SourceArn`"
                ));
            }
        }
    }
    names
}

/// Whether a source is the owner's account, a resource of it, or (as the ARN of a bucket) of an
/// account that it does not say.
fn names_owner(value: &str, owner: &AccountId) -> bool {
    value == owner.as_str()
        || Arn::split(value).is_some_and(|arn| [owner.as_str(), ""].contains(&arn.account()))
}
