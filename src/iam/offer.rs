//! What lets callers in: an Allow statement, or a grant of an ACL, and the place where it is in
//! force.

use crate::iam::action::{Action, Actions};
use crate::iam::principal::Principal;
use crate::name::AccountId;

/// Where a policy is in force: whose bucket, by which route, and by which ARNs the policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account that owns the bucket.
    pub owner: AccountId,
    /// How requests come.
    pub route: Route,
    /// The partition that the bucket lies in, such as `aws`. Policies are read as if it were that.
    pub partition: &'static str,
    /// The ARN of the bucket (or access point) itself, in the partition `aws`.
    pub bucket: String,
    /// What comes before the key in the ARN of an object.
    pub objects: String,
    /// The one key that is asked for, where it is one.
    pub key: Option<String>,
}

/// How a request reaches the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// By the bucket's own name, or through an access point of another account.
    Direct,
    /// Through this access point.
    AccessPoint {
        /// Its ARN.
        arn: String,
        /// From where it answers.
        origin: NetworkOrigin,
    },
}

/// The network origin of an access point.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkOrigin {
    /// From anywhere.
    Internet,
    /// From one VPC, where it is known which: AWS never calls such an access point public.
    Vpc(Option<String>),
}

/// What lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// An Allow of the policy at the place, by its index in the document.
    Statement(usize),
    /// The same as if it had no conditions.
    Unconditional(usize),
    /// A grant of an ACL: these actions, to this principal.
    Grant {
        /// Whom.
        principal: Principal,
        /// To which actions.
        actions: Actions,
    },
}

impl Place {
    /// The place of the bucket policy of `bucket`.
    #[must_use]
    pub fn of_bucket(bucket: &str, owner: &AccountId, route: Route) -> Self {
        let bucket = ["arn:aws:s3:::", bucket].concat();
        let (owner, objects) = (*owner, [&bucket, "/"].concat());
        Self { owner, route, partition: "aws", objects, bucket, key: None }
    }

    /// The place of an access point's own policy.
    #[must_use]
    pub fn of_access_point(arn: &str, owner: &AccountId, route: Route) -> Self {
        let objects = [arn, "/object/"].concat();
        let (owner, bucket) = (*owner, arn.to_owned());
        Self { owner, route, partition: "aws", bucket, objects, key: None }
    }
}

impl Offer {
    /// What a grant of `actions`, by their names, to `principal` offers.
    #[must_use]
    pub fn of_grant(principal: Principal, actions: &[&str]) -> Self {
        let actions = actions.iter().filter_map(|name| Action::from_name(name)).collect();
        Self::Grant { principal, actions }
    }
}
