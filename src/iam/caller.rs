//! Who may ask: classes of callers from outside the owner's account, each taken as a whole.

use crate::iam::document::Clause;
use crate::iam::principal::Principal;
use crate::name::AccountId;

/// Stands for a service that no policy names.
pub const ANY_SERVICE: &str = "*";

/// A class of callers. A statement lets a class in when it lets in **some** request of it; a Deny
/// keeps a class out when it keeps out **all** requests of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// Nobody in particular: unsigned, from an address, VPC and endpoint that no policy names.
    Anonymous,
    /// Any AWS identity: signed by an account and an organization that no policy names, from an
    /// address, VPC and endpoint that no policy names.
    Stranger,
    /// As the two above, but from wherever a policy names: an address range, a VPC, an endpoint, a
    /// user id.
    Located {
        /// Whether the request is signed.
        signed: bool,
    },
    /// Principals of one account.
    Account {
        /// The account.
        account: AccountId,
        /// The one principal that is meant, else whichever the account likes.
        arn: Option<String>,
    },
    /// Principals of accounts of one organization.
    Organization(String),
    /// The account, or origin access identity, with this canonical id.
    CanonicalUser(String),
    /// A CloudFront origin access identity.
    OriginAccessIdentity(String),
    /// An AWS service.
    Service {
        /// Its principal, `cloudtrail.amazonaws.com`.
        name: String,
        /// The outside account for which it calls; `None`: whoever makes it call.
        on_behalf_of: Option<AccountId>,
    },
}

impl Caller {
    /// Whether the requests are signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        match self {
            Self::Anonymous | Self::Located { signed: false } => false,
            Self::Stranger
            | Self::Located { signed: true }
            | Self::Account { .. }
            | Self::Organization(_)
            | Self::CanonicalUser(_)
            | Self::OriginAccessIdentity(_)
            | Self::Service { .. } => true,
        }
    }

    /// The account, where these are principals of one.
    #[must_use]
    pub fn as_account(&self) -> Option<&AccountId> {
        if let Self::Account { account, .. } = self { Some(account) } else { None }
    }

    /// The organization, where these are principals of one.
    #[must_use]
    pub fn as_organization(&self) -> Option<&str> {
        if let Self::Organization(id) = self { Some(id) } else { None }
    }

    /// The callers that a principal of an Allow stands for.
    #[must_use]
    pub fn named_by(principal: &Principal) -> Vec<Self> {
        match principal {
            Principal::Everyone => vec![Self::Anonymous, Self::Stranger],
            Principal::AnyIdentity | Principal::WebIdentity(_) => vec![Self::Stranger],
            Principal::Account(account) | Principal::Saml(account) => {
                vec![Self::Account { account: account.clone(), arn: None }]
            }
            Principal::Identity { account, arn } => {
                vec![Self::Account { account: account.clone(), arn: Some(arn.clone()) }]
            }
            Principal::OriginAccessIdentity(id) => vec![Self::OriginAccessIdentity(id.clone())],
            Principal::CanonicalUser(id) => vec![Self::CanonicalUser(id.clone())],
            Principal::Service(name) => {
                vec![Self::Service { name: name.clone(), on_behalf_of: None }]
            }
            Principal::Nobody(_) => Vec::new(),
            Principal::Other(_) => vec![match principal.account() {
                Some(account) => Self::Account { account, arn: None },
                None => Self::Stranger,
            }],
        }
    }
}

/// Whether some request of `caller` is by a principal that `clause` means.
#[must_use]
pub fn may_be_meant(clause: &Clause<Principal>, caller: &Caller) -> bool {
    match clause {
        Clause::In(list) => list.iter().any(|principal| may_be(principal, caller)),
        Clause::NotIn(list) => !list.iter().any(|principal| surely_is(principal, caller)),
    }
}

/// Whether every request of `caller` is by a principal that `clause` means.
#[must_use]
pub fn surely_is_meant(clause: &Clause<Principal>, caller: &Caller) -> bool {
    match clause {
        Clause::In(list) => list.iter().any(|principal| surely_is(principal, caller)),
        Clause::NotIn(list) => !list.iter().any(|principal| may_be(principal, caller)),
    }
}

fn may_be(principal: &Principal, caller: &Caller) -> bool {
    match caller {
        Caller::Anonymous | Caller::Located { signed: false } => *principal == Principal::Everyone,
        // by definition of no account that a policy names
        Caller::Stranger | Caller::Located { signed: true } => match principal {
            Principal::Everyone | Principal::AnyIdentity | Principal::WebIdentity(_) => true,
            Principal::Other(_) => principal.account().is_none(),
            Principal::Account(_)
            | Principal::Identity { .. }
            | Principal::OriginAccessIdentity(_)
            | Principal::CanonicalUser(_)
            | Principal::Service(_)
            | Principal::Saml(_)
            | Principal::Nobody(_) => false,
        },
        Caller::Account { account, .. } => match principal {
            Principal::Everyone
            | Principal::AnyIdentity
            | Principal::WebIdentity(_)
            | Principal::CanonicalUser(_) => true,
            Principal::Account(named)
            | Principal::Identity { account: named, .. }
            | Principal::Saml(named) => named == account,
            Principal::Other(_) => principal.account().is_none_or(|named| named == *account),
            Principal::OriginAccessIdentity(_) | Principal::Service(_) | Principal::Nobody(_) => {
                false
            }
        },
        // which accounts these are is not known here
        Caller::Organization(_) | Caller::CanonicalUser(_) | Caller::OriginAccessIdentity(_) => {
            !matches!(principal, Principal::Service(_) | Principal::Nobody(_))
        }
        Caller::Service { name, .. } => match principal {
            Principal::Everyone => true,
            Principal::Service(named) => named.eq_ignore_ascii_case(name),
            Principal::AnyIdentity
            | Principal::Account(_)
            | Principal::Identity { .. }
            | Principal::OriginAccessIdentity(_)
            | Principal::CanonicalUser(_)
            | Principal::WebIdentity(_)
            | Principal::Saml(_)
            | Principal::Nobody(_)
            | Principal::Other(_) => false,
        },
    }
}

fn surely_is(principal: &Principal, caller: &Caller) -> bool {
    match principal {
        Principal::Everyone => true,
        Principal::AnyIdentity => caller.is_signed(),
        Principal::Account(named) => {
            matches!(caller, Caller::Account { account, .. } if account == named)
        }
        Principal::Identity { arn: named, .. } => {
            matches!(caller, Caller::Account { arn: Some(arn), .. } if arn == named)
        }
        Principal::CanonicalUser(named) => {
            matches!(caller, Caller::CanonicalUser(id) if id == named)
        }
        Principal::OriginAccessIdentity(named) => {
            matches!(caller, Caller::OriginAccessIdentity(id) if id == named)
        }
        Principal::Service(named) => {
            matches!(caller, Caller::Service { name, .. } if name.eq_ignore_ascii_case(named))
        }
        Principal::WebIdentity(_)
        | Principal::Saml(_)
        | Principal::Nobody(_)
        | Principal::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Caller, may_be_meant, surely_is_meant};
    use crate::iam::document::Clause;
    use crate::iam::principal::Principal;
    use crate::name::AccountId;

    fn account(digits: &str) -> AccountId {
        AccountId::parse(digits).unwrap()
    }

    #[test]
    fn a_deny_of_one_user_is_not_proved_to_hit_the_account() {
        let eve = Principal::Identity {
            account: account("444455556666"),
            arn: "arn:aws:iam::444455556666:user/eve".to_owned(),
        };
        let whole = Caller::Account { account: account("444455556666"), arn: None };
        assert!(may_be_meant(&Clause::In(vec![eve.clone()]), &whole));
        assert!(!surely_is_meant(&Clause::In(vec![eve.clone()]), &whole));
        assert!(!surely_is_meant(&Clause::NotIn(vec![eve]), &whole));
    }

    #[test]
    fn the_owner_account_never_means_an_outsider() {
        let own = Clause::In(vec![Principal::Account(account("111122223333"))]);
        for caller in [Caller::Anonymous, Caller::Stranger, Caller::Located { signed: true }] {
            assert!(!may_be_meant(&own, &caller) && !surely_is_meant(&own, &caller));
        }
    }
}
