//! CloudTrail's `userIdentity` as an [`Actor`]: which principal is to blame, which human or
//! workload stands behind it, and how far that name can be relied on.
//!
//! Source: CloudTrail User Guide, "CloudTrail userIdentity element".

use serde_json::Value;

use super::arn::Arn;
use super::field::{bounded, flag, text};
use super::{Actor, ActorKind, Confidence};

/// The actor of a CloudTrail record. Whatever is absent or of a wrong type is `None`.
pub(super) fn actor(record: &Value) -> Actor {
    let identity = UserIdentity::read(record.get("userIdentity").unwrap_or(&Value::Null));
    let (name, confidence) = match identity.name() {
        Name::Human(name, confidence) => (Some(name), confidence),
        Name::Workload(name) => (Some(name), Confidence::None),
        Name::Unknown => (None, Confidence::None),
    };
    let agent = text(record, "userAgent");
    let own = |text: Option<&str>| text.map(bounded);
    Actor {
        kind: identity.kind,
        principal: identity.principal(),
        arn: own(identity.arn),
        account: own(identity.account),
        name: own(name),
        confidence,
        issuer_arn: own(identity.issuer_arn),
        source_identity: own(identity.source_identity),
        identity_center_user: own(identity.identity_center_user),
        mfa: identity.mfa,
        source_ip: own(text(record, "sourceIPAddress")),
        user_agent: own(agent.map(without_brackets)),
        via: own(identity.invoked_by.or(identity.delegate)),
        access_key_id: own(identity.access_key_id),
    }
}

/// The parts of a `userIdentity` that count.
struct UserIdentity<'a> {
    kind: ActorKind,
    arn: Option<&'a str>,
    account: Option<&'a str>,
    user_name: Option<&'a str>,
    principal_id: Option<&'a str>,
    access_key_id: Option<&'a str>,
    issuer_arn: Option<&'a str>,
    source_identity: Option<&'a str>,
    identity_center_user: Option<&'a str>,
    mfa: Option<bool>,
    /// The function or task that the credentials were issued to.
    issued_to: Option<&'a str>,
    invoked_by: Option<&'a str>,
    delegate: Option<&'a str>,
}

enum Name<'a> {
    Human(&'a str, Confidence),
    Workload(&'a str),
    Unknown,
}

impl<'a> UserIdentity<'a> {
    fn read(identity: &'a Value) -> Self {
        let within = |key: &str, inner: &str| text(identity.get(key)?, inner);
        let session = identity.get("sessionContext").unwrap_or(&Value::Null);
        let arn = text(identity, "arn");
        let account = text(identity, "accountId").filter(|account| !is_anonymous(account));
        let arn_account = arn.and_then(Arn::parse).map(|arn| arn.account);
        Self {
            kind: kind(identity),
            arn,
            account: account.or(arn_account.filter(|account| !account.is_empty())),
            user_name: text(identity, "userName"),
            principal_id: text(identity, "principalId"),
            access_key_id: text(identity, "accessKeyId"),
            issuer_arn: session.get("sessionIssuer").and_then(|issuer| text(issuer, "arn")),
            source_identity: text(session, "sourceIdentity"),
            identity_center_user: within("onBehalfOf", "userId"),
            mfa: session.get("attributes").and_then(|known| flag(known, "mfaAuthenticated")),
            issued_to: within("inScopeOf", "credentialsIssuedTo"),
            invoked_by: text(identity, "invokedBy"),
            delegate: within("invokedByDelegate", "accountId"),
        }
    }

    /// The role (or the user, of a federated session) behind a session, else the identity itself,
    /// else the service, else the account. An identity without an ARN goes by its type.
    fn principal(&self) -> Option<String> {
        let own = self.arn.or(self.invoked_by).or(self.account);
        match self.kind {
            ActorKind::AssumedRole | ActorKind::FederatedUser | ActorKind::Unknown => {
                self.issuer_arn.or(own).map(bounded)
            }
            ActorKind::Root | ActorKind::IamUser | ActorKind::AwsAccount => own.map(bounded),
            ActorKind::AwsService => self.invoked_by.or(own).map(bounded),
            ActorKind::IdentityCenterUser => {
                let user = self.identity_center_user.map(|user| bounded(&format!("idc:{user}")));
                user.or(own.map(bounded))
            }
            ActorKind::SamlUser => {
                let user = self.user_name.map(|user| bounded(&format!("SAMLUser {user}")));
                self.arn.map(bounded).or(user).or(Some("SAMLUser".to_owned()))
            }
            // its name is a claim of the token: in `name`, and not a principal of AWS
            ActorKind::WebIdentityUser => Some(self.arn.map_or("WebIdentityUser".into(), bounded)),
            ActorKind::Anonymous => Some("anonymous".to_owned()),
        }
    }

    fn name(&self) -> Name<'a> {
        let low = |name: Option<&'a str>| name.map(|name| Name::Human(name, Confidence::Low));
        let name = match self.kind {
            ActorKind::AssumedRole => return self.session(),
            ActorKind::IamUser => {
                let name = self.user_name.or_else(|| self.arn?.rsplit('/').next());
                name.map(|name| Name::Human(name, Confidence::High))
            }
            ActorKind::IdentityCenterUser => {
                self.identity_center_user.map(|user| Name::Human(user, Confidence::High))
            }
            ActorKind::FederatedUser => {
                let resource = self.arn.and_then(Arn::parse).map(|arn| arn.resource);
                low(resource.and_then(|resource| resource.strip_prefix("federated-user/")))
            }
            ActorKind::SamlUser | ActorKind::WebIdentityUser => low(self.user_name),
            ActorKind::AwsService => self.invoked_by.map(Name::Workload),
            ActorKind::AwsAccount => low(self.principal_id.and_then(after_colon)),
            ActorKind::Unknown => low(self.session_in_arn())
                .or_else(|| self.invoked_by.filter(|_| self.arn.is_none()).map(Name::Workload)),
            // the user name of a root user is the alias of its account
            ActorKind::Root | ActorKind::Anonymous => None,
        };
        name.unwrap_or(Name::Unknown)
    }

    /// Who is in a session of a role. Only Identity Center and AWS services can make roles under
    /// their paths; anybody can make one that is named like theirs.
    fn session(&self) -> Name<'a> {
        let session = self.session_in_arn().or_else(|| after_colon(self.principal_id?));
        let vouched = self.role_under("role/aws-reserved/sso.amazonaws.com/").is_some();
        let by_path = if vouched { Confidence::High } else { Confidence::Low };
        if let Some(user) = self.identity_center_user {
            let name = session.filter(|_| vouched).unwrap_or(user);
            return Name::Human(name, Confidence::High);
        }
        if let Some(name) = self.source_identity {
            return Name::Human(name, by_path);
        }
        if let Some(role) = self.role_under("role/aws-service-role/") {
            return Name::Workload(role.rsplit('/').next().unwrap_or(role));
        }
        if let Some(holder) = self.issued_to {
            return Name::Workload(Arn::parse(holder).map_or(holder, |arn| arn.resource));
        }
        match session {
            Some(name) if is_instance(name) || self.is_stack(name) => Name::Workload(name),
            Some(name) => Name::Human(name, by_path),
            None => Name::Unknown,
        }
    }

    /// The role's path and name below `path`.
    fn role_under(&self, path: &str) -> Option<&'a str> {
        let issuer = self.issuer_arn.and_then(Arn::parse).filter(|arn| arn.service == "iam")?;
        issuer.resource.strip_prefix(path)
    }

    fn session_in_arn(&self) -> Option<&'a str> {
        let arn = self.arn.and_then(Arn::parse).filter(|arn| arn.service == "sts")?;
        let (_, session) = arn.resource.strip_prefix("assumed-role/")?.split_once('/')?;
        Some(session).filter(|session| !session.is_empty())
    }

    /// CloudFormation with a service role: who made the stack is in another event.
    fn is_stack(&self, session: &str) -> bool {
        session == "AWSCloudFormation" && self.invoked_by == Some("cloudformation.amazonaws.com")
    }
}

fn kind(identity: &Value) -> ActorKind {
    if ["accountId", "principalId"].iter().any(|key| text(identity, key).is_some_and(is_anonymous))
    {
        return ActorKind::Anonymous;
    }
    match text(identity, "type") {
        Some("Root") => ActorKind::Root,
        Some("IAMUser") => ActorKind::IamUser,
        Some("AssumedRole") => ActorKind::AssumedRole,
        Some("FederatedUser") => ActorKind::FederatedUser,
        Some("SAMLUser") => ActorKind::SamlUser,
        Some("WebIdentityUser") => ActorKind::WebIdentityUser,
        Some("IdentityCenterUser") => ActorKind::IdentityCenterUser,
        Some("AWSService") => ActorKind::AwsService,
        Some("AWSAccount") => ActorKind::AwsAccount,
        Some(_) | None => ActorKind::Unknown,
    }
}

/// Two spellings, of today and of before 2019.
fn is_anonymous(text: &str) -> bool {
    matches!(text, "anonymous" | "ANONYMOUS_PRINCIPAL")
}

/// Whether a session is named as EC2 names those of an instance.
fn is_instance(session: &str) -> bool {
    session.strip_prefix("i-").is_some_and(|id| {
        matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn after_colon(principal_id: &str) -> Option<&str> {
    principal_id.split_once(':').map(|(_, name)| name).filter(|name| !name.is_empty())
}

/// S3 puts square brackets round what the caller sent.
fn without_brackets(agent: &str) -> &str {
    agent.strip_prefix('[').and_then(|agent| agent.strip_suffix(']')).unwrap_or(agent)
}
