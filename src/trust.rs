//! The zone of trust: whom the user calls their own beside the bucket's account.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::bucket::AccountId;

/// Accounts, organizations and networks that count as inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Organization ids, `o-…`.
    pub organizations: BTreeSet<String>,
    /// Canonical user ids of accounts, or of CloudFront origin access identities.
    pub canonical_users: BTreeSet<String>,
    /// Public address ranges.
    pub networks: Vec<IpNet>,
    /// VPC ids, `vpc-…`.
    pub vpcs: BTreeSet<String>,
    /// VPC endpoint ids, `vpce-…`.
    pub vpc_endpoints: BTreeSet<String>,
}

impl Trust {
    /// Whether every address of `network` is ours.
    #[must_use]
    pub fn covers_network(&self, network: &IpNet) -> bool {
        self.networks.iter().any(|own| own.contains(network))
    }
}
