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

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` where it is needed")]
mod tests {
    use serde_json::{Value, json};

    use super::actor;
    use crate::event::{Actor, ActorKind, Confidence};

    const ROLE: &str = "arn:aws:iam::111122223333:role/Developer";
    const SSO: &str = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/\
                       AWSReservedSSO_Clinic_0011223344556677";

    fn read(identity: Value) -> Actor {
        actor(&json!({ "userIdentity": identity }))
    }

    fn session(issuer: &str, name: &str, more: Value) -> Actor {
        let role = issuer.rsplit('/').next().unwrap();
        let mut identity = json!({
            "type": "AssumedRole",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{name}"),
            "sessionContext": {"sessionIssuer": {"arn": issuer}},
        });
        let (Value::Object(to), Value::Object(mut from)) = (&mut identity, more) else { panic!() };
        if let Some(Value::Object(context)) = from.remove("sessionContext") {
            to["sessionContext"].as_object_mut().unwrap().extend(context);
        }
        to.extend(from);
        read(identity)
    }

    fn name(actor: &Actor) -> (Option<&str>, Confidence) {
        (actor.name.as_deref(), actor.confidence)
    }

    type Row = (Value, ActorKind, Option<&'static str>, Option<&'static str>);

    fn check(rows: impl IntoIterator<Item = Row>) {
        for (identity, kind, principal, name) in rows {
            let actor = read(identity.clone());
            assert_eq!(actor.kind, kind, "{identity}");
            assert_eq!(actor.principal.as_deref(), principal, "{identity}");
            assert_eq!(actor.name.as_deref(), name, "{identity}");
        }
    }

    #[test]
    fn every_type_has_its_kind_and_its_principal() {
        let user = "arn:aws:iam::111122223333:user/clinic/bob";
        let broker = json!({"sessionIssuer": {"arn": user}});
        check([
            (
                json!({"type": "Root", "userName": "alias",
                       "arn": "arn:aws:iam::111122223333:root"}),
                ActorKind::Root,
                Some("arn:aws:iam::111122223333:root"),
                None,
            ),
            (
                json!({"type": "IAMUser", "arn": user, "sessionContext": {"sessionIssuer": {}}}),
                ActorKind::IamUser,
                Some(user),
                Some("bob"),
            ),
            (
                json!({"type": "FederatedUser", "sessionContext": broker,
                    "arn": "arn:aws:sts::111122223333:federated-user/eve"}),
                ActorKind::FederatedUser,
                Some(user),
                Some("eve"),
            ),
            (
                json!({"type": "SAMLUser", "userName": "alice@example.com"}),
                ActorKind::SamlUser,
                Some("SAMLUser alice@example.com"),
                Some("alice@example.com"),
            ),
            (
                json!({"type": "WebIdentityUser", "userName": "repo:clinic/web"}),
                ActorKind::WebIdentityUser,
                Some("WebIdentityUser"),
                Some("repo:clinic/web"),
            ),
            (
                json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "0a1b"}}),
                ActorKind::IdentityCenterUser,
                Some("idc:0a1b"),
                Some("0a1b"),
            ),
        ]);
    }

    #[test]
    fn what_is_no_user_has_its_kind_and_its_principal() {
        check([
            (
                json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"}),
                ActorKind::AwsService,
                Some("config.amazonaws.com"),
                Some("config.amazonaws.com"),
            ),
            (
                json!({"type": "AWSAccount", "accountId": "444455556666",
                       "principalId": "AROA:carol"}),
                ActorKind::AwsAccount,
                Some("444455556666"),
                Some("carol"),
            ),
            (
                json!({"type": "AWSAccount", "accountId": "anonymous", "principalId": ""}),
                ActorKind::Anonymous,
                Some("anonymous"),
                None,
            ),
            (
                json!({"type": "AWSAccount", "principalId": "ANONYMOUS_PRINCIPAL"}),
                ActorKind::Anonymous,
                Some("anonymous"),
                None,
            ),
            (
                json!({"type": "Quantum", "arn": "arn:aws:iam::111122223333:quantum/alice"}),
                ActorKind::Unknown,
                Some("arn:aws:iam::111122223333:quantum/alice"),
                None,
            ),
            (
                json!({"invokedBy": "ec2.amazonaws.com", "accountId": "111122223333"}),
                ActorKind::Unknown,
                Some("ec2.amazonaws.com"),
                Some("ec2.amazonaws.com"),
            ),
            (json!(null), ActorKind::Unknown, None, None),
            (json!([1, "x"]), ActorKind::Unknown, None, None),
        ]);
    }

    #[test]
    fn only_a_name_that_is_vouched_for_is_relied_on() {
        let high = |name| (Some(name), Confidence::High);
        let low = |name| (Some(name), Confidence::Low);
        let alice = session(SSO, "alice@example.com", json!({}));
        assert_eq!(name(&alice), high("alice@example.com"));
        assert_eq!(alice.principal.as_deref(), Some(SSO));

        let fake = "arn:aws:iam::111122223333:role/AWSReservedSSO_Clinic_0011223344556677";
        assert_eq!(name(&session(fake, "ceo@example.com", json!({}))), low("ceo@example.com"));
        let path = "arn:aws:iam::111122223333:role/x/aws-reserved/sso.amazonaws.com/Clinic";
        assert_eq!(name(&session(path, "ceo@example.com", json!({}))), low("ceo@example.com"));
        let service = "arn:aws:s3::111122223333:role/aws-reserved/sso.amazonaws.com/Clinic";
        assert_eq!(name(&session(service, "ceo@example.com", json!({}))), low("ceo@example.com"));

        let on_behalf = json!({"onBehalfOf": {"userId": "0a1b"}});
        assert_eq!(name(&session(ROLE, "app", on_behalf.clone())), high("0a1b"));
        assert_eq!(name(&session(SSO, "alice", on_behalf)), high("alice"));
        let source = json!({"sessionContext": {"sourceIdentity": "alice"}});
        let chained = session(ROLE, "app", source);
        assert_eq!(name(&chained), low("alice"));
        assert_eq!(chained.source_identity.as_deref(), Some("alice"));
    }

    #[test]
    fn a_workload_is_named_and_is_no_human() {
        let slr = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/\
                   AWSServiceRoleForConfig";
        let lambda = json!({"inScopeOf": {
            "credentialsIssuedTo": "arn:aws:lambda:eu-west-1:111122223333:function:export"}});
        let stack = json!({"invokedBy": "cloudformation.amazonaws.com"});
        for (actor, workload) in [
            (session(slr, "configLambdaExecution", json!({})), "AWSServiceRoleForConfig"),
            (session(ROLE, "x", lambda), "function:export"),
            (session(ROLE, "i-0a1b2c3d4e5f60718", json!({})), "i-0a1b2c3d4e5f60718"),
            (session(ROLE, "AWSCloudFormation", stack), "AWSCloudFormation"),
        ] {
            assert_eq!(name(&actor), (Some(workload), Confidence::None));
        }
        let empty = session(ROLE, "i-love-buckets", json!({"inScopeOf": {}}));
        assert_eq!(name(&empty), (Some("i-love-buckets"), Confidence::Low));
    }

    #[test]
    fn wrong_types_leave_the_arn() {
        let arn = "arn:aws:sts::111122223333:assumed-role/Developer/a/b";
        let actor = read(json!({"type": "AssumedRole", "arn": arn, "sessionContext": "none",
            "accessKeyId": "", "accountId": 111_122_223_333_u64, "onBehalfOf": 1}));
        assert_eq!(actor.principal.as_deref(), Some(arn));
        assert_eq!(actor.name.as_deref(), Some("a/b"));
        assert_eq!(actor.account.as_deref(), Some("111122223333"));
        assert_eq!((actor.issuer_arn, actor.access_key_id, actor.mfa), (None, None, None));
    }

    #[test]
    fn agent_address_mfa_and_intermediary_are_kept() {
        let record = |agent: &str, mfa: Value| {
            actor(&json!({
                "userAgent": agent,
                "sourceIPAddress": "",
                "userIdentity": {"sessionContext": {"attributes": {"mfaAuthenticated": mfa}},
                                 "invokedByDelegate": {"accountId": "999999999999"}},
            }))
        };
        let one = record("[aws-cli/2]", json!("true"));
        assert_eq!(one.user_agent.as_deref(), Some("aws-cli/2"));
        assert_eq!((one.source_ip, one.mfa), (None, Some(true)));
        assert_eq!(one.via.as_deref(), Some("999999999999"));
        let other = record("[half", json!(false));
        assert_eq!((other.user_agent.as_deref(), other.mfa), (Some("[half"), Some(false)));
        let long = record(&"x".repeat(10_000), json!("perhaps"));
        assert_eq!((long.user_agent.unwrap().len(), long.mfa), (2_048, None));
    }
}
