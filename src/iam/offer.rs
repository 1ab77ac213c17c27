//! What lets callers in: an Allow statement, or a grant of an ACL, at the place where it is in
//! force, with the actions that it is for and the resources of each.

use std::collections::BTreeSet;

use crate::iam::action::{Action, On};
use crate::iam::carried::Route;
use crate::iam::condition::Condition;
use crate::iam::document::{Clause, Statement};
use crate::iam::pattern::Glob;
use crate::iam::principal::Principal;
use crate::name::AccountId;

/// Pairs of resource patterns that are compared for one Deny and one offer.
const COMPARISONS: usize = 20_000;

/// Where a policy is in force: whose bucket, by which route, and by which ARNs the policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account that owns the bucket.
    pub owner: AccountId,
    /// How requests come.
    pub route: Route,
    /// The bucket (or access point) itself.
    pub bucket: Glob,
    /// The objects in it.
    pub objects: Glob,
}

/// Something that lets callers in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Whom.
    pub principal: Clause<Principal>,
    /// To which actions.
    pub actions: BTreeSet<Action>,
    /// For actions on the bucket, on which resources: patterns.
    pub in_bucket: Vec<Glob>,
    /// For actions on objects, on which.
    pub in_objects: Vec<Glob>,
    /// Under which conditions.
    pub conditions: &'a [Condition],
}

impl Place {
    /// The place of the bucket policy of `bucket`.
    #[must_use]
    pub fn of_bucket(bucket: &str, owner: &AccountId, route: Route) -> Self {
        Self {
            owner: owner.clone(),
            route,
            bucket: Glob::new(format!("arn:aws:s3:::{bucket}")),
            objects: Glob::new(format!("arn:aws:s3:::{bucket}/*")),
        }
    }

    /// The place of an access point's own policy; `arn` may have a `*` for a Region that is not
    /// known.
    #[must_use]
    pub fn of_access_point(arn: &str, owner: &AccountId, route: Route) -> Self {
        Self {
            owner: owner.clone(),
            route,
            bucket: Glob::new(arn),
            objects: Glob::new(format!("{arn}/object/*")),
        }
    }
}

impl<'a> Offer<'a> {
    /// What an Allow statement offers at `place`.
    #[must_use]
    pub fn of_statement(statement: &'a Statement, place: &Place) -> Self {
        let in_bucket = on_resources(&statement.resource, &place.bucket);
        let in_objects = on_resources(&statement.resource, &place.objects);
        let has_resource = |action: &Action| match action.on() {
            On::Bucket => !in_bucket.is_empty(),
            On::Object => !in_objects.is_empty(),
        };
        let actions = Action::all()
            .filter(has_resource)
            .filter(|action| {
                clause_has(&statement.action, |glob| glob.matches_ignoring_case(action.name()))
            })
            .collect();
        let principal = statement.principal.clone();
        Self { principal, actions, in_bucket, in_objects, conditions: &statement.conditions }
    }

    /// What a grant offers: `actions` on everything at `place`, without conditions.
    #[must_use]
    pub fn of_grant(principal: Principal, actions: &[&str], place: &Place) -> Self {
        Self {
            principal: Clause::In(vec![principal]),
            actions: actions.iter().filter_map(|name| Action::from_name(name)).collect(),
            in_bucket: vec![place.bucket.clone()],
            in_objects: vec![place.objects.clone()],
            conditions: &[],
        }
    }

    /// On which resources the offer is for `action`.
    #[must_use]
    pub fn resources(&self, action: Action) -> &[Glob] {
        match action.on() {
            On::Bucket => &self.in_bucket,
            On::Object => &self.in_objects,
        }
    }
}

/// Whether a Deny on `resource` is on all of `offered`. Not shown, and so no, where that is more
/// work than a policy of AWS's 20 KB that anybody wrote asks for.
pub(super) fn covers(resource: &Clause<Glob>, offered: &[Glob]) -> bool {
    let (Clause::In(list) | Clause::NotIn(list)) = resource;
    if list.len().saturating_mul(offered.len()) > COMPARISONS {
        return false;
    }
    offered.iter().all(|offered| match resource {
        Clause::In(list) => list.iter().any(|glob| surely_covers(glob, offered)),
        Clause::NotIn(list) => !list.iter().any(|glob| as_wide_as_may_be(glob).meets(offered)),
    })
}

/// The part of `target` that a resource element names, as patterns; empty where it names none.
fn on_resources(resource: &Clause<Glob>, target: &Glob) -> Vec<Glob> {
    match resource {
        Clause::In(list) => list
            .iter()
            .map(as_wide_as_may_be)
            .filter(|glob| glob.meets(target))
            .map(|glob| if glob.covers(target) { target.clone() } else { glob })
            .collect(),
        Clause::NotIn(list) => {
            let nothing_left = list.iter().any(|glob| surely_covers(glob, target));
            if nothing_left { Vec::new() } else { vec![target.clone()] }
        }
    }
}

/// A resource with a variable is whatever the variable may stand for, and surely nothing.
fn surely_covers(glob: &Glob, resource: &Glob) -> bool {
    !glob.as_str().contains("${") && any_partition(glob).covers(resource)
}

fn as_wide_as_may_be(glob: &Glob) -> Glob {
    let mut pieces = glob.as_str().split("${");
    let mut wide = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        wide.push('*');
        wide.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    any_partition(&Glob::new(wide))
}

/// ARNs of every partition as those of `aws`: a bucket lies in one, and its policy names no other.
fn any_partition(glob: &Glob) -> Glob {
    match glob
        .as_str()
        .split_once(":s3:")
        .and_then(|(start, rest)| start.strip_prefix("arn:aws-").map(|_| rest))
    {
        Some(rest) => Glob::new(format!("arn:aws:s3:{rest}")),
        None => glob.clone(),
    }
}

pub(super) fn clause_has<T>(clause: &Clause<T>, is: impl Fn(&T) -> bool) -> bool {
    match clause {
        Clause::In(list) => list.iter().any(is),
        Clause::NotIn(list) => !list.iter().any(is),
    }
}
