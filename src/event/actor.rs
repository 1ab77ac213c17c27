//! Who made a change: CloudTrail's `userIdentity` as one actor.

use serde::Serialize;

/// Who made a change. What an event does not say is `None`, never guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The kind of identity.
    pub kind: ActorKind,
    /// The offending principal: the role behind a session, else the identity, the service or the
    /// account.
    pub principal: Option<String>,
    /// ARN of the identity itself, of the session where there is one.
    pub arn: Option<String>,
    /// The account of the identity.
    pub account: Option<String>,
    /// The best name of a human or a workload that the event gives.
    pub name: Option<String>,
    /// How far `name` can be relied on.
    pub confidence: Confidence,
    /// The issuer of the session.
    pub issuer_arn: Option<String>,
    /// `sourceIdentity`, which survives role chaining.
    pub source_identity: Option<String>,
    /// The user id in IAM Identity Center.
    pub identity_center_user: Option<String>,
    /// Whether the session was made with MFA.
    pub mfa: Option<bool>,
    /// Source address, or the name of the service that called.
    pub source_ip: Option<String>,
    /// The agent, as the caller gave it.
    pub user_agent: Option<String>,
    /// The service or the partner through which the identity acted.
    pub via: Option<String>,
    /// The access key's id (no secret).
    pub access_key_id: Option<String>,
}

/// The kind of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// The account's root user.
    Root,
    /// An IAM user.
    IamUser,
    /// A session of a role.
    AssumedRole,
    /// A federated session of a user.
    FederatedUser,
    /// A SAML subject.
    SamlUser,
    /// A web identity.
    WebIdentityUser,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// An AWS service.
    AwsService,
    /// Another account.
    AwsAccount,
    /// Nobody: an unsigned request.
    Anonymous,
    /// Something else.
    Unknown,
}

/// How far the name of a human can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// AWS vouches for it.
    High,
    /// The caller, or somebody who is not AWS, chose it.
    Low,
    /// There is no name of a human.
    None,
}
