//! x
use crate::bucket::BucketState;
use crate::exposure::{Class, Exposure, Parties, Verdict};
use crate::trust::Trust;

/// Judges a bucket's state.
#[must_use]
pub fn evaluate(state: &BucketState, trust: &Trust) -> Verdict {
    let _ = trust;
    Verdict {
        bucket: state.bucket.clone(),
        account: state.account.clone(),
        public: Some(false),
        policy_is_public: None,
        acl_is_public: Some(false),
        exposure: Exposure::Known(Class::None),
        external: Parties::default(),
        paths: Vec::new(),
        unreadable: state.unreadable(),
        warnings: Vec::new(),
        disagreement: None,
    }
}
