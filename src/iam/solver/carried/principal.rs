//! Keys of who asks. Tags, names and session attributes are for every account to choose for its own
//! principals.

use std::borrow::Cow;

use crate::iam::caller::{ANY_SERVICE, Caller};
use crate::iam::solver::carried::{
    ELSEWHERE, ORGANIZATION, PRINCIPAL_ARN, is_of_principal, organization, organization_but,
};
use crate::iam::solver::domain::{Domain, Except, Language, Texts};
use crate::iam::solver::form::{Form, Principals};
use crate::iam::solver::shape::{Asking, Kind};
use crate::name::AccountId;

impl<'q> Asking<'q> {
    /// What the requests carry for a key of who asks.
    pub(super) fn of_the_principal(&self, key: &str) -> Option<Domain<'q>> {
        const OTHERS: [&str; 9] = [
            "aws:principalaccount",
            "aws:principalisawsservice",
            "aws:principalservicename",
            "aws:principalservicenameslist",
            "aws:viaawsservice",
            "aws:calledvia",
            "aws:calledviafirst",
            "aws:calledvialast",
            ORGANIZATION,
        ];
        if !OTHERS.contains(&key) && !is_of_principal(key) {
            return None;
        }
        Some(match self.kind {
            Kind::Nobody => of_nobody(key),
            Kind::Service => self.of_a_service(key),
            Kind::Role | Kind::User | Kind::Root | Kind::Federated | Kind::Opaque => {
                self.of_an_identity(key)
            }
        })
    }

    fn of_a_service(&self, key: &str) -> Domain<'q> {
        let names = || {
            Domain::sometimes(match self.service {
                ANY_SERVICE => Texts::any("sns.amazonaws.com"),
                name => Texts::Only(Cow::Borrowed(name)),
            })
        };
        match key {
            "aws:principalisawsservice" => Domain::bound(Some("true")),
            "aws:principalservicename" | "aws:principalservicenameslist" => names(),
            "aws:viaawsservice" => Domain::sometimes(Texts::OneOf(&["false", "true"])),
            "aws:userid" | "aws:principaltype" => Domain::sometimes(Texts::any("x")),
            _ => Domain::never(),
        }
    }

    fn of_an_identity(&self, key: &str) -> Domain<'q> {
        let opaque = self.kind == Kind::Opaque;
        let roles = self.kind == Kind::Role;
        match key {
            PRINCIPAL_ARN => self.principal_arns(),
            ORGANIZATION => self.organizations(),
            "aws:principalisawsservice" => Domain::bound(Some("false")),
            "aws:principalservicename" | "aws:principalservicenameslist" => Domain::never(),
            "aws:viaawsservice" => Domain::always(Texts::OneOf(&["false", "true"])),
            "aws:principaltype" => match self.kind {
                Kind::User => Domain::bound(Some("User")),
                Kind::Root => Domain::bound(Some("Account")),
                Kind::Federated => Domain::bound(Some("FederatedUser")),
                Kind::Role => Domain::bound(Some("AssumedRole")),
                Kind::Opaque | Kind::Nobody | Kind::Service => {
                    Domain::always(Texts::OneOf(&["AssumedRole", "User", "Account"]))
                }
            },
            "aws:userid" => Domain::always(self.user_ids()),
            "aws:username" if !opaque => Domain::never(),
            "aws:sourceidentity" | "aws:federatedprovider" if !roles && !opaque => Domain::never(),
            "aws:tokenissuetime" if self.kind == Kind::Role => Domain::always(Texts::Moments),
            "aws:tokenissuetime" => Domain::sometimes(Texts::Moments),
            "aws:multifactorauthage" => Domain::sometimes(Texts::Numbers),
            "aws:multifactorauthpresent" => Domain::sometimes(Texts::OneOf(&["true", "false"])),
            key if key.starts_with("aws:principaltag/") && self.kind == Kind::Root => {
                Domain::never()
            }
            _ => Domain::sometimes(Texts::any("x")),
        }
    }

    /// ARNs of the principals: of the account that is meant, of one that no policy names, or, where
    /// only a canonical id is known, of any but the owner's.
    fn principal_arns(&self) -> Domain<'q> {
        let facts = self.scene.facts;
        let (account, except) = match self.caller {
            Caller::OriginAccessIdentity(arn) => return Domain::bound(Some(arn)),
            Caller::Account { arn: Some(arn), .. } if !arn.contains(":assumed-role/") => {
                return Domain::bound(Some(arn));
            }
            Caller::Account { account, arn: Some(arn) } => {
                return Domain::always(roles_behind(account, arn));
            }
            Caller::Account { account, arn: None } => (Some(account), Except::Nothing),
            Caller::CanonicalUser(_) | Caller::Organization(_) => {
                (None, Except::Account(self.scene.owner))
            }
            Caller::Anonymous
            | Caller::Stranger
            | Caller::Located { .. }
            | Caller::Service { .. } => (None, Except::Accounts(&facts.accounts)),
        };
        let account = account.map(AccountId::as_str);
        let kind = match self.kind {
            Kind::User => Principals::Users,
            Kind::Root => Principals::Roots,
            Kind::Federated => Principals::Federated,
            Kind::Opaque => Principals::All,
            Kind::Role | Kind::Nobody | Kind::Service => Principals::Roles,
        };
        let samples = kind.sample(account.unwrap_or_else(|| self.stranger())).into();
        let form = match self.caller {
            Caller::CanonicalUser(_) => Form::CanonicalUsers,
            _ => Form::Principals(kind, account),
        };
        Domain::always(Texts::Language(Language { form, except, samples }))
    }

    /// Paths of the organizations that whoever asks may be in.
    pub(super) fn organizations(&self) -> Domain<'q> {
        let stranger = matches!(self.caller, Caller::Stranger | Caller::Located { .. });
        match self.caller {
            Caller::Organization(id) => {
                Domain::always(organization(Some(id), format!("{id}/r-ab12/")))
            }
            _ if stranger || self.anywhere => {
                Domain::sometimes(organization_but(&self.scene.facts.organizations))
            }
            _ => Domain::sometimes(organization(None, ELSEWHERE)),
        }
    }

    fn user_ids(&self) -> Texts<'q> {
        let (sample, form) = match self.kind {
            Kind::User => ("AIDAEXAMPLEEXAMPLEEXA", Form::Parts(1)),
            Kind::Role | Kind::Federated => ("AROAEXAMPLEEXAMPLEEXA:x", Form::Parts(2)),
            Kind::Root | Kind::Opaque | Kind::Nobody | Kind::Service => {
                ("AROAEXAMPLEEXAMPLEEXA:x", Form::Any)
            }
        };
        let named = match self.caller {
            Caller::Stranger => self.scene.facts.bounded("aws:userid"),
            _ => &[],
        };
        Texts::Language(Language { form, except: Except::Meeting(named), samples: sample.into() })
    }
}

/// An unsigned request has an account, an id and a type, all saying that it is unsigned.
fn of_nobody<'q>(key: &str) -> Domain<'q> {
    match key {
        "aws:principalaccount" | "aws:userid" => Domain::bound(Some("anonymous")),
        "aws:principaltype" => Domain::bound(Some("Anonymous")),
        "aws:viaawsservice" => Domain::bound(Some("false")),
        _ => Domain::never(),
    }
}

/// The roles that a session may be of: its ARN keeps the role's name and drops its path.
fn roles_behind<'q>(account: &'q AccountId, session: &'q str) -> Texts<'q> {
    let name = session.split('/').nth(1).unwrap_or_default();
    Texts::Language(Language {
        form: Form::RolesNamed(account.as_str(), name),
        except: Except::Nothing,
        samples: format!("arn:aws:iam::{account}:role/{name}").into(),
    })
}
