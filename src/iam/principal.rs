//! The principals that a statement names.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal".

use serde_json::Value;

use crate::iam::arn::Arn;
use crate::iam::grammar::{DocumentError, Position, object, strings};
use crate::iam::pattern::is_literal;
use crate::name::AccountId;

/// One principal of a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `"*"`: everyone, signed or not.
    Everyone,
    /// Every AWS identity. A group of ACLs; no policy can write it.
    AnyIdentity,
    /// An account, by its id or its root ARN: every principal in it that the account lets.
    Account(AccountId),
    /// One user, role or session.
    Identity {
        /// Its account.
        account: AccountId,
        /// Its ARN.
        arn: String,
    },
    /// A CloudFront origin access identity.
    OriginAccessIdentity(String),
    /// An account, or an origin access identity, by its canonical id.
    CanonicalUser(String),
    /// An AWS service.
    Service(String),
    /// A web identity provider: whoever signs in there.
    WebIdentity(String),
    /// A SAML provider of an account. S3 does not take it.
    Saml {
        /// Its account.
        account: AccountId,
        /// Its ARN.
        arn: String,
    },
    /// A fixed value that no principal has: the unique id of one that was deleted, an account of
    /// fewer or more than 12 digits.
    Nobody(String),
    /// Whatever else, patterns included. S3 does not take it; where it is seen it counts as wide.
    Other(String),
}

impl Principal {
    /// Reads the value of `Principal` or `NotPrincipal`.
    pub(super) fn read_all<'p>(
        value: &Value,
        place: impl Into<Position<'p>>,
    ) -> Result<Vec<Self>, DocumentError> {
        if let Value::String(text) = value {
            return Ok(vec![Self::aws(text)]);
        }
        let place = place.into();
        let mut principals = Vec::new();
        for (kind, value) in object(value, &place)? {
            let place = place.key(kind);
            let read: fn(&str) -> Self = match kind.as_str() {
                "AWS" => Self::aws,
                "Service" => |text| Self::Service(text.to_owned()),
                "CanonicalUser" => |text| Self::CanonicalUser(text.to_owned()),
                "Federated" => Self::federated,
                _ => {
                    return Err(
                        place.error("expected `AWS`, `Service`, `CanonicalUser` or `Federated`")
                    );
                }
            };
            principals.extend(strings(value, &place, read)?);
        }
        Ok(principals)
    }

    /// What `text` names under `AWS`.
    pub(super) fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Everyone;
        }
        if let Some(account) = AccountId::of(text) {
            return Self::Account(account);
        }
        let wild = !is_literal(text) || text.contains("${");
        match Arn::split(text) {
            Some(arn) if !wild && text.starts_with("arn:") => Self::from_arn(text, arn),
            None if !wild && is_unique_id(text) => Self::Nobody(text.to_owned()),
            Some(_) | None => Self::Other(text.to_owned()),
        }
    }

    fn from_arn(text: &str, arn: Arn<'_>) -> Self {
        if arn.account() == "cloudfront" {
            return Self::OriginAccessIdentity(text.to_owned());
        }
        match AccountId::of(arn.account()) {
            Some(account) if arn.resource() == "root" => Self::Account(account),
            Some(account) => Self::Identity { account, arn: text.to_owned() },
            None if arn.account().bytes().all(|byte| byte.is_ascii_digit()) => {
                Self::Nobody(text.to_owned())
            }
            None => Self::Other(text.to_owned()),
        }
    }

    /// What `text` names under `Federated`.
    pub(super) fn federated(text: &str) -> Self {
        let saml = Arn::split(text).filter(|arn| arn.resource().starts_with("saml-provider"));
        match saml.map(|arn| AccountId::of(arn.account())) {
            Some(Some(account)) => Self::Saml { account, arn: text.to_owned() },
            Some(None) => Self::Other(text.to_owned()),
            None => Self::WebIdentity(text.to_owned()),
        }
    }

    /// The account of which some or all principals are named, where nobody else is.
    #[must_use]
    pub fn named_account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) | Self::Identity { account, .. } => Some(account),
            Self::Saml { .. }
            | Self::Everyone
            | Self::AnyIdentity
            | Self::OriginAccessIdentity(_)
            | Self::CanonicalUser(_)
            | Self::Service(_)
            | Self::WebIdentity(_)
            | Self::Nobody(_)
            | Self::Other(_) => None,
        }
    }

    /// The account that the principal lies in, where it says so.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(account)
            | Self::Saml { account, .. }
            | Self::Identity { account, .. } => Some(*account),
            Self::Other(text) => AccountId::of(Arn::split(text)?.account()),
            Self::Everyone
            | Self::AnyIdentity
            | Self::OriginAccessIdentity(_)
            | Self::CanonicalUser(_)
            | Self::Service(_)
            | Self::WebIdentity(_)
            | Self::Nobody(_) => None,
        }
    }
}

/// Unique ids of IAM begin with four letters that say the kind: `AROA…`, `AIDA…`.
fn is_unique_id(text: &str) -> bool {
    text.len() >= 16
        && text.starts_with('A')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Principal;

    fn one(value: &serde_json::Value) -> Principal {
        Principal::read_all(value, "Principal").unwrap().remove(0)
    }

    #[test]
    fn each_form_is_told_apart() {
        assert_eq!(one(&json!("*")), Principal::Everyone);
        assert_eq!(one(&json!({"AWS": ["*"]})), Principal::Everyone);
        assert!(matches!(one(&json!({"AWS": "111122223333"})), Principal::Account(_)));
        assert!(matches!(
            one(&json!({"AWS": "arn:aws:iam::111122223333:root"})),
            Principal::Account(_)
        ));
        assert!(matches!(
            one(&json!({"AWS": "arn:aws:iam::111122223333:user/a"})),
            Principal::Identity { .. }
        ));
        assert!(matches!(
            one(&json!({"AWS": "arn:aws:iam::1231231234:root"})),
            Principal::Nobody(_)
        ));
        assert!(matches!(one(&json!({"AWS": "AIDAEXAMPLEDELETEDUSER1"})), Principal::Nobody(_)));
        assert!(matches!(one(&json!({"AWS": "arn:aws:iam::*:root"})), Principal::Other(_)));
        assert!(matches!(one(&json!({"AWS": "somebody"})), Principal::Other(_)));
        assert!(matches!(
            one(
                &json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})
            ),
            Principal::OriginAccessIdentity(_)
        ));
        assert!(matches!(
            one(&json!({"Federated": "accounts.google.com"})),
            Principal::WebIdentity(_)
        ));
        assert!(matches!(
            one(&json!({"Federated": "arn:aws:iam::111122223333:saml-provider/idp"})),
            Principal::Saml { .. }
        ));
        assert_eq!(Principal::read_all(&json!({}), "Principal").unwrap(), []);
        assert!(Principal::read_all(&json!({"Aws": "*"}), "Principal").is_err());
    }
}
