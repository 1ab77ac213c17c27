//! What is to be written. There is one remedy, it only ever turns blocks on, and it carries no
//! value that could turn one off.

use crate::bucket::{AccountId, BucketName, BucketState, Region, Setting};
use crate::guardrail::Decision;

/// A write that closes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Turn all four Block Public Access settings of the bucket on.
    BlockPublicAccess {
        /// The bucket.
        bucket: BucketName,
        /// Its owner.
        account: AccountId,
        /// Its Region, where known.
        region: Option<Region>,
        /// Those of the four that were off or could not be read. For the record only: the write
        /// sets all four.
        turns_on: Vec<Setting>,
    },
}

impl Remedy {
    /// The IAM action of the write.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::BlockPublicAccess { .. } => "s3:PutBucketPublicAccessBlock",
        }
    }

    /// The settings that the write turns on.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        match self {
            Self::BlockPublicAccess { turns_on, .. } => turns_on,
        }
    }
}

/// The writes that `decision` asks for.
#[must_use]
pub fn plan(state: &BucketState, decision: &Decision) -> Vec<Remedy> {
    if decision.apply.is_empty() {
        return Vec::new();
    }
    vec![Remedy::BlockPublicAccess {
        bucket: state.bucket.clone(),
        account: state.account,
        region: state.region.clone(),
        turns_on: decision.apply.clone(),
    }]
}
