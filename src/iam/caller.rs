//! Who may ask: classes of callers from outside the owner's account, each taken as a whole.

use crate::iam::principal::Principal;
use crate::name::AccountId;

/// Stands for whichever service: one that no policy names, and each that one names.
pub const ANY_SERVICE: &str = "*";

/// Stands for the organization of the bucket's owner, by which no policy names it.
pub const OWNERS_ORGANIZATION: &str = "o-theowner01";

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
        /// The outside account for which it calls, or through whose access point it comes; `None`:
        /// whoever makes it call.
        on_behalf_of: Option<AccountId>,
    },
}

impl Caller {
    /// Whichever service, for whoever makes it call.
    #[must_use]
    pub fn any_service() -> Self {
        Self::Service { name: ANY_SERVICE.to_owned(), on_behalf_of: None }
    }

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

    /// Whether these are everyone, or every AWS identity.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        matches!(self, Self::Anonymous | Self::Stranger)
    }

    /// The account that these are of, or call for.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account { account, .. } | Self::Service { on_behalf_of: Some(account), .. } => {
                Some(account)
            }
            Self::Anonymous
            | Self::Stranger
            | Self::Located { .. }
            | Self::Organization(_)
            | Self::CanonicalUser(_)
            | Self::OriginAccessIdentity(_)
            | Self::Service { on_behalf_of: None, .. } => None,
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

    /// The service's principal, where these are one.
    #[must_use]
    pub fn as_service(&self) -> Option<&str> {
        if let Self::Service { name, .. } = self { Some(name) } else { None }
    }

    /// The callers that a principal of an Allow stands for.
    #[must_use]
    pub fn named_by(principal: &Principal) -> Vec<Self> {
        match principal {
            Principal::Everyone => vec![Self::Anonymous, Self::Stranger],
            Principal::AnyIdentity | Principal::WebIdentity(_) => vec![Self::Stranger],
            Principal::Account(account) | Principal::Saml { account, .. } => {
                vec![Self::Account { account: *account, arn: None }]
            }
            Principal::Identity { account, arn } => {
                vec![Self::Account { account: *account, arn: Some(arn.clone()) }]
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
