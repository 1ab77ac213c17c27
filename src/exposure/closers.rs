//! What closes a path today: settings of the account, the bucket and the access point, Object
//! Ownership. A setting that could not be read closes nothing.

use crate::bucket::{AccessPoint, BucketState, Setting};
use crate::exposure::Closer;

/// What closes paths into one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closers {
    ignore: Vec<Closer>,
    restrict: Vec<Closer>,
    /// Whether ACLs are known to take no part.
    pub(super) acls_off: bool,
}

impl Closers {
    pub(super) fn of(state: &BucketState) -> Self {
        let with = |setting: Setting| {
            let account = state.account_settings.known().filter(|settings| settings.has(setting));
            let bucket = state.settings.known().filter(|settings| settings.has(setting));
            let account = account.map(|_| Closer::Account(setting));
            account.into_iter().chain(bucket.map(|_| Closer::Bucket(setting))).collect()
        };
        Self {
            ignore: with(Setting::IgnorePublicAcls),
            restrict: with(Setting::RestrictPublicBuckets),
            acls_off: state.ownership.known().is_some_and(|ownership| !ownership.acls_in_force()),
        }
    }

    /// Of paths through the bucket policy: `RestrictPublicBuckets` cuts every outsider off, those
    /// named by non-public statements too, while AWS calls the policy as a whole public.
    pub(super) fn of_policy(&self, surely_public: impl FnOnce() -> bool) -> Vec<Closer> {
        if self.restricts() && surely_public() { self.restrict.clone() } else { Vec::new() }
    }

    /// Of a grant of an ACL. Whether `IgnorePublicAcls` cuts a grant to one account in a list that
    /// is public by another grant is not documented: it counts as open.
    pub(super) fn of_acl(&self, public_grant: bool) -> Vec<Closer> {
        let mut closers = Vec::new();
        if self.acls_off {
            closers.push(Closer::ObjectOwnership);
        }
        if public_grant {
            closers.extend(&self.ignore);
        }
        closers
    }

    /// Of paths through an access point's policy.
    pub(super) fn of_access_point(
        &self,
        point: &AccessPoint,
        surely_public: impl FnOnce() -> bool,
    ) -> Vec<Closer> {
        let setting = Setting::RestrictPublicBuckets;
        let own = point.settings.known().filter(|settings| settings.has(setting));
        let own = own.map(|_| Closer::AccessPoint(setting));
        let on: Vec<Closer> = self.restrict.iter().copied().chain(own).collect();
        // whether a policy is public is asked only where that closes something
        if on.is_empty() || surely_public() { on } else { Vec::new() }
    }

    /// Whether `RestrictPublicBuckets` is on at the account or the bucket.
    pub(super) fn restricts(&self) -> bool {
        !self.restrict.is_empty()
    }

    /// Whether public grants of ACLs take no effect.
    pub(super) fn mutes_public_acls(&self) -> bool {
        self.acls_off || !self.ignore.is_empty()
    }
}
