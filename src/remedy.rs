//! What is to be written. Remedies only ever turn blocks on, and carry no value that could turn one
//! off.

use crate::bucket::{AccountId, BucketName, BucketState, Observed, Region, Setting, Settings};
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
    /// Turn all four of an account's own settings on, for every bucket of it.
    BlockAccountPublicAccess {
        /// The account.
        account: AccountId,
        /// The Region whose endpoint is asked.
        region: Region,
        /// Those of the four that were off. For the record only.
        turns_on: Vec<Setting>,
    },
    /// Turn some of the four on, beside those that are on when it is carried out.
    AddBlocks {
        /// The bucket.
        bucket: BucketName,
        /// Its owner.
        account: AccountId,
        /// Its Region, where known.
        region: Option<Region>,
        /// Those that close what is open.
        turns_on: Vec<Setting>,
    },
}

impl Remedy {
    /// The IAM action of the write.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::BlockPublicAccess { .. } | Self::AddBlocks { .. } => {
                "s3:PutBucketPublicAccessBlock"
            }
            Self::BlockAccountPublicAccess { .. } => "s3:PutAccountPublicAccessBlock",
        }
    }

    /// The settings that the write turns on.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        match self {
            Self::BlockPublicAccess { turns_on, .. }
            | Self::AddBlocks { turns_on, .. }
            | Self::BlockAccountPublicAccess { turns_on, .. } => turns_on,
        }
    }

    /// The bucket that is written; `None` where it is an account.
    #[must_use]
    pub fn bucket(&self) -> Option<&BucketName> {
        match self {
            Self::BlockPublicAccess { bucket, .. } | Self::AddBlocks { bucket, .. } => Some(bucket),
            Self::BlockAccountPublicAccess { .. } => None,
        }
    }
}

/// The writes that `decision` asks for.
#[must_use]
pub fn plan(state: &BucketState, decision: &Decision) -> Vec<Remedy> {
    if decision.apply.is_empty() {
        return Vec::new();
    }
    let (bucket, account) = (state.bucket.clone(), state.account);
    let (region, turns_on) = (state.region.clone(), decision.apply.clone());
    let all = match &state.settings {
        Observed::Known(on) => on.with(&turns_on) == Settings::ALL_ON,
        Observed::Unknown(_) => true,
    };
    vec![if all {
        Remedy::BlockPublicAccess { bucket, account, region, turns_on }
    } else {
        Remedy::AddBlocks { bucket, account, region, turns_on }
    }]
}
