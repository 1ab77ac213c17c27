//! What the requests of one shape carry for a condition key: nothing, or some value out of a set.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference,
//! "Condition keys for Amazon S3".

use std::borrow::Cow;

use crate::iam::caller::{ANY_SERVICE, Caller};
use crate::iam::compare::Comparison;
use crate::iam::offer::Route;
use crate::iam::part::Part;
use crate::iam::solver::domain::{Domain, Except, Language, Texts};
use crate::iam::solver::form::{Form, Principals};
use crate::iam::solver::shape::{Asking, Kind, Network, Point};
use crate::name::AccountId;

/// The key that says which principal asks.
pub const PRINCIPAL_ARN: &str = "aws:principalarn";
const ORGANIZATION: &str = "aws:principalorgpaths";
const POINT: &str = "s3:dataaccesspointarn";

/// Accounts for strangers; a policy names some of them at most.
const STRANGERS: [&str; 3] = ["998877665544", "887766554433", "776655443322"];

/// Whether a key says for whom a service calls.
pub fn is_of_source(key: &str) -> bool {
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid"].contains(&key)
        || key == "aws:sourceorgpaths"
        || key.starts_with("aws:principalservicename")
        || key == "aws:principalisawsservice"
}

/// Whether a key tells the principals of one account apart.
pub fn is_of_principal(key: &str) -> bool {
    const KEYS: [&str; 11] = [
        PRINCIPAL_ARN,
        "aws:userid",
        "aws:username",
        "aws:principaltype",
        "aws:sourceidentity",
        "aws:federatedprovider",
        "aws:tokenissuetime",
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:ec2instancesourcevpc",
        "aws:ec2instancesourceprivateipv4",
    ];
    KEYS.contains(&key) || key.starts_with("aws:principaltag/")
}

/// Whether a key says from where a request comes.
pub fn is_of_network(key: &str) -> bool {
    key == "aws:sourceip" || is_of_endpoint(key)
}

fn is_of_endpoint(key: &str) -> bool {
    ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"].contains(&key)
        || key.starts_with("aws:vpce")
}

/// Whether a key tells places apart for those who are at none that a policy names.
pub fn tells_places_apart(key: &str) -> bool {
    is_of_network(key) || is_of_source(key) || is_of_access_point(key) || key == "aws:userid"
}

/// Whether a key says through which access point a request comes.
pub fn is_of_access_point(key: &str) -> bool {
    key.starts_with("s3:dataaccesspoint") || key == "s3:accesspointnetworkorigin"
}

impl<'q> Asking<'q> {
    /// The variable that a key, in small letters, is or is part of.
    pub fn link<'k>(&self, key: &'k str) -> (&'k str, Part) {
        let identity = matches!(self.kind, Kind::Role | Kind::User | Kind::Root | Kind::Federated);
        let opaque = self.kind == Kind::Opaque;
        match key {
            "aws:principalaccount" if identity || opaque => (PRINCIPAL_ARN, Part::Account),
            "aws:username" if self.kind == Kind::User => (PRINCIPAL_ARN, Part::LastStep),
            "aws:userid" if self.kind == Kind::Root => (PRINCIPAL_ARN, Part::Account),
            "aws:principalorgid" => (ORGANIZATION, Part::FirstStep),
            "aws:vpceorgid" => ("aws:vpceorgpaths", Part::FirstStep),
            "aws:sourceorgid" => ("aws:sourceorgpaths", Part::FirstStep),
            "aws:resourceorgid" => ("aws:resourceorgpaths", Part::FirstStep),
            "s3:dataaccesspointaccount" => (POINT, Part::Account),
            "s3:resourceaccount" => ("aws:resourceaccount", Part::Whole),
            "aws:epochtime" => ("aws:currenttime", Part::Epoch),
            key => (key, Part::Whole),
        }
    }

    /// What the requests carry for a variable.
    pub fn domain(&self, key: &str) -> Domain<'q> {
        let domain = self
            .of_the_resource(key)
            .or_else(|| self.of_the_network(key))
            .or_else(|| self.of_the_principal(key))
            .or_else(|| self.of_the_source(key))
            .or_else(|| self.of_the_request(key));
        // headers, parameters and tags are the caller's to choose; a key that is not known here may
        // be too
        let several = key.ends_with("tagkeys") || key == "aws:calledvia";
        let mut domain = domain.unwrap_or_else(|| Domain::sometimes(Texts::any(&["x"])));
        domain.several |= several;
        domain
    }

    /// Keys of the bucket and of the way to it.
    fn of_the_resource(&self, key: &str) -> Option<Domain<'q>> {
        let scene = &self.scene;
        Some(match key {
            "aws:resourceaccount" => Domain::bound(Some(scene.owner.as_str())),
            "aws:resourceorgpaths" => Domain::sometimes(organization(&["o-theowner01/r-ab12/"])),
            POINT => match (scene.route, self.point) {
                (Route::AccessPoint { arn, .. }, _) => Domain::bound(Some(arn)),
                (Route::Direct, Point::Own) => Domain::never(),
                (Route::Direct, Point::Other) => Domain::always(self.other_access_points()),
            },
            "s3:accesspointnetworkorigin" => match (scene.route, self.point) {
                (Route::AccessPoint { vpc: Some(_), .. }, _) => Domain::bound(Some("VPC")),
                (Route::AccessPoint { vpc: None, .. }, _) => Domain::bound(Some("Internet")),
                (Route::Direct, Point::Own) => Domain::never(),
                (Route::Direct, Point::Other) => Domain::always(Texts::OneOf(&["Internet", "VPC"])),
            },
            _ => return None,
        })
    }

    /// Whoever is named may come through the access points of whichever other account; the owner's
    /// own are looked at by themselves.
    fn other_access_points(&self) -> Texts<'q> {
        let everywhere = matches!(self.caller, Caller::Anonymous | Caller::Stranger);
        let stranger = self.stranger();
        Texts::Language(Language {
            form: Form::AccessPoints,
            except: if everywhere {
                Except::Accounts(&self.scene.facts.accounts)
            } else {
                Except::Account(self.scene.owner)
            },
            samples: vec![format!("arn:aws:s3:us-east-1:{stranger}:accesspoint/x").into()],
        })
    }

    /// Keys of where the request comes from. Who is from nowhere in particular comes from no
    /// address, VPC or endpoint that a policy names.
    fn of_the_network(&self, key: &str) -> Option<Domain<'q>> {
        let facts = self.scene.facts;
        let anywhere = self.anywhere || matches!(self.caller, Caller::Anonymous | Caller::Stranger);
        if key == "aws:sourceip" {
            let except: &[_] = if anywhere { &facts.ranges } else { &[] };
            return Some(match self.network {
                Network::Internet => Domain::always(Texts::Addresses(except)),
                Network::Endpoint => Domain::never(),
                Network::Service => Domain::sometimes(Texts::Addresses(&[])),
            });
        }
        if !is_of_endpoint(key) {
            return None;
        }
        if self.network != Network::Endpoint {
            return Some(Domain::never());
        }
        let named = || if anywhere { facts.bounded(key) } else { Vec::new() };
        Some(match key {
            "aws:sourcevpc" => match self.scene.route {
                Route::AccessPoint { vpc: Some(Some(vpc)), .. } => Domain::bound(Some(vpc)),
                _ => Domain::always(Texts::unnamed(&["vpc-0a9b8c7d6e5f43210"], named())),
            },
            "aws:sourcevpce" => {
                Domain::always(Texts::unnamed(&["vpce-0a9b8c7d6e5f43210"], named()))
            }
            "aws:vpcsourceip" => Domain::always(Texts::any(&["10.0.0.7", "172.31.0.7"])),
            "aws:vpceaccount" => Domain::sometimes(Texts::unnamed(&STRANGERS, named())),
            "aws:vpceorgpaths" if anywhere => Domain::sometimes(Texts::Language(Language {
                form: Form::OrganizationPaths(None),
                except: Except::Starts(&facts.organizations),
                samples: vec![ELSEWHERE.into()],
            })),
            "aws:vpceorgpaths" => Domain::sometimes(organization(&[ELSEWHERE])),
            _ => Domain::sometimes(Texts::unnamed(&["x"], named())),
        })
    }

    /// Keys of who asks. Tags, names and session attributes are for every account to choose for its
    /// own principals.
    fn of_the_principal(&self, key: &str) -> Option<Domain<'q>> {
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
        let names = || match self.caller {
            Caller::Service { name, .. } if name != ANY_SERVICE => {
                Domain::sometimes(Texts::Only(Cow::Borrowed(name)))
            }
            _ => Domain::sometimes(Texts::any(&["sns.amazonaws.com"])),
        };
        match key {
            "aws:principalisawsservice" => Domain::bound(Some("true")),
            "aws:principalservicename" | "aws:principalservicenameslist" => names(),
            "aws:viaawsservice" => Domain::sometimes(Texts::OneOf(&["false", "true"])),
            "aws:userid" | "aws:principaltype" => Domain::sometimes(Texts::any(&["x"])),
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
            "aws:principalaccount" => Domain::sometimes(Texts::any(&STRANGERS)),
            "aws:tokenissuetime" if self.kind == Kind::Role => Domain::always(Texts::Moments),
            "aws:tokenissuetime" => Domain::sometimes(Texts::Moments),
            "aws:multifactorauthage" => Domain::sometimes(Texts::Numbers),
            "aws:multifactorauthpresent" => Domain::sometimes(Texts::OneOf(&["true", "false"])),
            key if key.starts_with("aws:principaltag/") && self.kind == Kind::Root => {
                Domain::never()
            }
            _ => Domain::sometimes(Texts::any(&["x"])),
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
            Kind::Role | Kind::Opaque | Kind::Nobody | Kind::Service => Principals::Roles,
        };
        let samples = vec![kind.sample(account.unwrap_or_else(|| self.stranger()))];
        let form = Form::Principals(kind, account);
        Domain::always(Texts::Language(Language { form, except, samples }))
    }

    fn organizations(&self) -> Domain<'q> {
        let facts = self.scene.facts;
        match self.caller {
            Caller::Organization(id) => Domain::always(Texts::Language(Language {
                form: Form::OrganizationPaths(Some(id)),
                except: Except::Nothing,
                samples: vec![format!("{id}/r-ab12/").into()],
            })),
            Caller::Stranger | Caller::Located { .. } => {
                Domain::sometimes(Texts::Language(Language {
                    form: Form::OrganizationPaths(None),
                    except: Except::Starts(&facts.organizations),
                    samples: vec![ELSEWHERE.into()],
                }))
            }
            _ => Domain::sometimes(organization(&[ELSEWHERE])),
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
            _ => Vec::new(),
        };
        Texts::Language(Language {
            form,
            except: if named.is_empty() { Except::Nothing } else { Except::Meeting(named) },
            samples: vec![Cow::Borrowed(sample)],
        })
    }

    /// Keys that only a service carries, to say for whom it calls.
    fn of_the_source(&self, key: &str) -> Option<Domain<'q>> {
        if !is_of_source(key) {
            return None;
        }
        if self.kind != Kind::Service {
            return Some(Domain::never());
        }
        let facts = self.scene.facts;
        let account = match self.caller {
            Caller::Account { account, .. }
            | Caller::Service { on_behalf_of: Some(account), .. } => Some(account),
            _ => None,
        };
        let anyone = matches!(self.caller, Caller::Service { .. });
        let nowhere = matches!(self.caller, Caller::Located { .. });
        Some(match (key, account) {
            // that it is the account of `aws:SourceAccount` too is not documented
            ("aws:sourceowner", _) if anyone => Domain::sometimes(Texts::any(&STRANGERS)),
            ("aws:sourceaccount", Some(account)) => {
                Domain::sometimes(Texts::Only(Cow::Borrowed(account.as_str())))
            }
            ("aws:sourcearn", account) => {
                let account = account.map(AccountId::as_str);
                let named = if anyone || nowhere { Vec::new() } else { facts.bounded(key) };
                Domain::sometimes(sources(account, nowhere, named, self.stranger()))
            }
            ("aws:sourceorgpaths", _) if anyone => Domain::sometimes(organization(&[ELSEWHERE])),
            ("aws:sourceorgpaths", _) => Domain::sometimes(Texts::Language(Language {
                form: Form::OrganizationPaths(None),
                except: Except::Starts(&facts.organizations),
                samples: vec![ELSEWHERE.into()],
            })),
            (_, _) if anyone => Domain::sometimes(Texts::any(&STRANGERS)),
            (key, _) => Domain::sometimes(Texts::unnamed(&STRANGERS, facts.bounded(key))),
        })
    }

    /// Keys of the request itself: its signature, its transport, its time.
    fn of_the_request(&self, key: &str) -> Option<Domain<'q>> {
        let signed = self.kind != Kind::Nobody;
        Some(match key {
            "aws:securetransport" => Domain::always(Texts::OneOf(&["true", "false"])),
            "aws:currenttime" => Domain::always(Texts::Moments),
            "aws:requestedregion" => Domain::always(Texts::any(&["us-east-1"])),
            "s3:tlsversion" => Domain::sometimes(Texts::OneOf(&["1.3", "1.2", "1.1", "1.0"])),
            "s3:authtype" if signed => {
                Domain::always(Texts::OneOf(&["REST-HEADER", "REST-QUERY-STRING", "POST"]))
            }
            "s3:signatureversion" if signed => {
                Domain::always(Texts::OneOf(&["AWS4-HMAC-SHA256", "AWS"]))
            }
            "s3:signatureage" if signed => Domain::sometimes(Texts::Numbers),
            "s3:x-amz-server-side-encryption-aws-kms-key-id" if signed => {
                Domain::sometimes(Texts::any(&["x"]))
            }
            "s3:authtype"
            | "s3:signatureversion"
            | "s3:signatureage"
            | "s3:x-amz-server-side-encryption-aws-kms-key-id" => Domain::never(),
            "s3:max-keys" => Domain::sometimes(Texts::Numbers),
            _ => return None,
        })
    }

    /// An account that no policy names.
    fn stranger(&self) -> &'static str {
        let named = &self.scene.facts.accounts;
        let is_new = |digits: &&str| AccountId::parse(digits).is_ok_and(|id| !named.contains(&id));
        STRANGERS.into_iter().find(is_new).unwrap_or("998877665544")
    }
}

const ELSEWHERE: &str = "o-elsewhere01/r-ab12/";

/// An unsigned request has an account, an id and a type, all saying that it is unsigned.
fn of_nobody<'q>(key: &str) -> Domain<'q> {
    match key {
        "aws:principalaccount" | "aws:userid" => Domain::bound(Some("anonymous")),
        "aws:principaltype" => Domain::bound(Some("Anonymous")),
        "aws:viaawsservice" => Domain::bound(Some("false")),
        _ => Domain::never(),
    }
}

fn organization<'q>(samples: &[&'static str]) -> Texts<'q> {
    Texts::Language(Language {
        form: Form::OrganizationPaths(None),
        except: Except::Nothing,
        samples: samples.iter().map(|sample| Cow::Borrowed(*sample)).collect(),
    })
}

/// The roles that a session may be of: its ARN keeps the role's name and drops its path.
fn roles_behind<'q>(account: &'q AccountId, session: &'q str) -> Texts<'q> {
    let name = session.split('/').nth(1).unwrap_or_default();
    Texts::Language(Language {
        form: Form::RolesNamed(account.as_str(), name),
        except: Except::Nothing,
        samples: vec![format!("arn:aws:iam::{account}:role/{name}").into()],
    })
}

/// ARNs of resources on whose behalf a service calls: of this account, or such as say no account.
fn sources<'q>(
    account: Option<&'q str>,
    nowhere: bool,
    named: Vec<Comparison<'q>>,
    stranger: &str,
) -> Texts<'q> {
    let of_account = || format!("arn:aws:sns:us-east-1:{}:x", account.unwrap_or(stranger)).into();
    let mut samples: Vec<Cow<'q, str>> = Vec::new();
    samples.extend((!nowhere).then(of_account));
    samples.push(Cow::Borrowed("arn:aws:s3:::x"));
    Texts::Language(Language {
        form: if nowhere { Form::SourcesOfNoAccount } else { Form::Sources(account) },
        except: if named.is_empty() { Except::Nothing } else { Except::Meeting(named) },
        samples,
    })
}
