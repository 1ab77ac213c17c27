//! What the requests of one shape carry for a condition key: nothing, or some value out of a set.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference,
//! "Condition keys for Amazon S3".

mod principal;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::iam::caller::{Caller, OWNERS_ORGANIZATION};
use crate::iam::offer::{NetworkOrigin, Route};
use crate::iam::part::Part;
use crate::iam::solver::domain::{Domain, Except, Language, Samples, Texts};
use crate::iam::solver::form::Form;
use crate::iam::solver::shape::{Asking, Kind, Network};
use crate::name::AccountId;

/// The key that says which principal asks.
pub const PRINCIPAL_ARN: &str = "aws:principalarn";
const ORGANIZATION: &str = "aws:principalorgpaths";
const POINT: &str = "s3:dataaccesspointarn";

/// Accounts for strangers; a policy names some of them at most.
const STRANGERS: [&str; 3] = ["998877665544", "887766554433", "776655443322"];
const SOME_STRANGERS: Samples<'static> = {
    let [first, others @ ..] = &STRANGERS;
    Samples::of(first, others)
};
/// The ARN of a bucket, which does not say whose it is.
const OF_NO_ACCOUNT: &str = "arn:aws:s3:::x";

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

/// What condition keys tell apart.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what one key tells, another may not")]
pub struct Told {
    /// The principals of one account.
    pub principals: bool,
    /// Networks.
    pub networks: bool,
    /// Access points.
    pub access_points: bool,
    /// Places, for those who are at none that a policy names.
    pub places: bool,
    /// For whom services call, or which do.
    pub services: bool,
    /// The resources for which services call.
    pub source_arns: bool,
    /// The organizations for which they call.
    pub source_organizations: bool,
}

impl Told {
    /// Adds what `key`, in small letters, tells.
    pub fn add(&mut self, key: &str) {
        self.principals |= is_of_principal(key);
        self.networks |= is_of_network(key);
        self.access_points |= is_of_access_point(key);
        self.places |= tells_places_apart(key);
        self.services |= is_of_source(key);
        self.source_arns |= key == "aws:sourcearn";
        self.source_organizations |= key.starts_with("aws:sourceorg");
    }
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
        let mut domain = domain.unwrap_or_else(|| Domain::sometimes(Texts::any("x")));
        domain.several |= several;
        domain
    }

    /// Keys of the bucket and of the way to it.
    fn of_the_resource(&self, key: &str) -> Option<Domain<'q>> {
        let scene = &self.scene;
        Some(match key {
            "aws:resourceaccount" => Domain::bound(Some(scene.owner.as_str())),
            "aws:resourceorgpaths" => {
                let sample = format!("{OWNERS_ORGANIZATION}/r-ab12/");
                Domain::sometimes(organization(scene.facts.owners_organization(), sample))
            }
            POINT => match (scene.route, self.foreign_point) {
                (Route::AccessPoint { arn, .. }, _) => Domain::bound(Some(arn)),
                (Route::Direct, false) => Domain::never(),
                (Route::Direct, true) => Domain::always(self.other_access_points()),
            },
            "s3:accesspointnetworkorigin" => match (scene.route, self.foreign_point) {
                (Route::AccessPoint { origin: NetworkOrigin::Vpc(_), .. }, _) => {
                    Domain::bound(Some("VPC"))
                }
                (Route::AccessPoint { origin: NetworkOrigin::Internet, .. }, _) => {
                    Domain::bound(Some("Internet"))
                }
                (Route::Direct, false) => Domain::never(),
                (Route::Direct, true) => Domain::always(Texts::OneOf(&["Internet", "VPC"])),
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
            samples: format!("arn:aws:s3:us-east-1:{stranger}:accesspoint/x").into(),
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
        let named = || if anywhere { facts.bounded(key) } else { &[] };
        Some(match key {
            "aws:sourcevpc" => match self.scene.route {
                Route::AccessPoint { origin: NetworkOrigin::Vpc(Some(vpc)), .. } => {
                    Domain::bound(Some(vpc))
                }
                _ => Domain::always(Texts::unnamed("vpc-0a9b8c7d6e5f43210", named())),
            },
            "aws:sourcevpce" => Domain::always(Texts::unnamed("vpce-0a9b8c7d6e5f43210", named())),
            "aws:vpcsourceip" => {
                Domain::always(Texts::any(Samples::of("10.0.0.7", &["172.31.0.7"])))
            }
            "aws:vpceaccount" => Domain::sometimes(Texts::unnamed(SOME_STRANGERS, named())),
            "aws:vpceorgpaths" if anywhere => {
                Domain::sometimes(organization_but(&facts.organizations))
            }
            "aws:vpceorgpaths" => Domain::sometimes(organization(None, ELSEWHERE)),
            _ => Domain::sometimes(Texts::unnamed("x", named())),
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
        let scene = &self.scene;
        let facts = scene.facts;
        let account = self.caller.account();
        let anyone = matches!(self.caller, Caller::Service { .. });
        let nowhere = matches!(self.caller, Caller::Located { .. });
        Some(match (key, account) {
            ("aws:sourceaccount", Some(account)) => {
                Domain::sometimes(Texts::Only(Cow::Borrowed(account.as_str())))
            }
            ("aws:sourcearn", account) => {
                let account = account.map(AccountId::as_str);
                let except = if anyone || nowhere {
                    Except::Nothing
                } else if self.anywhere || facts.asks_for_source_accounts() {
                    // the account of one that is named goes with the ARN, and is asked by itself
                    Except::Meeting(facts.bounded(key))
                } else {
                    Except::Account(scene.owner)
                };
                Domain::sometimes(sources(account, nowhere, except, self.stranger()))
            }
            ("aws:sourceorgpaths", _) if self.caller.as_organization().is_some() => {
                self.organizations()
            }
            ("aws:sourceorgpaths", _) if anyone => Domain::sometimes(organization(None, ELSEWHERE)),
            ("aws:sourceorgpaths", _) => Domain::sometimes(organization_but(&facts.organizations)),
            // that `aws:SourceOwner` is the account of `aws:SourceAccount` is not documented
            (_, _) if anyone => Domain::sometimes(Texts::any(SOME_STRANGERS)),
            (key, _) => Domain::sometimes(Texts::unnamed(SOME_STRANGERS, facts.bounded(key))),
        })
    }

    /// Keys of the request itself: its signature, its transport, its time.
    fn of_the_request(&self, key: &str) -> Option<Domain<'q>> {
        let signed = self.kind != Kind::Nobody;
        Some(match key {
            "aws:securetransport" => Domain::always(Texts::OneOf(&["true", "false"])),
            "aws:currenttime" => Domain::always(Texts::Moments),
            "aws:requestedregion" => Domain::always(Texts::any("us-east-1")),
            "s3:tlsversion" => Domain::sometimes(Texts::OneOf(&["1.3", "1.2", "1.1", "1.0"])),
            "s3:authtype" if signed => {
                Domain::always(Texts::OneOf(&["REST-HEADER", "REST-QUERY-STRING", "POST"]))
            }
            "s3:signatureversion" if signed => {
                Domain::always(Texts::OneOf(&["AWS4-HMAC-SHA256", "AWS"]))
            }
            "s3:signatureage" if signed => Domain::sometimes(Texts::Numbers),
            "s3:x-amz-server-side-encryption-aws-kms-key-id" if signed => {
                Domain::sometimes(Texts::any("x"))
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
        let is_new = |digits: &&str| AccountId::of(digits).is_some_and(|id| !named.contains(&id));
        STRANGERS.into_iter().find(is_new).unwrap_or("998877665544")
    }
}

const ELSEWHERE: &str = "o-elsewhere01/r-ab12/";

/// Paths in this organization, or in any.
fn organization<'q>(id: Option<&'q str>, sample: impl Into<Samples<'q>>) -> Texts<'q> {
    let (form, except) = (Form::OrganizationPaths(id), Except::Nothing);
    Texts::Language(Language { form, except, samples: sample.into() })
}

/// Paths in any organization but these.
fn organization_but(named: &BTreeSet<String>) -> Texts<'_> {
    let (form, except) = (Form::OrganizationPaths(None), Except::Starts(named));
    Texts::Language(Language { form, except, samples: ELSEWHERE.into() })
}

/// ARNs of resources on whose behalf a service calls: of this account, or such as say no account.
fn sources<'q>(
    account: Option<&'q str>,
    nowhere: bool,
    except: Except<'q>,
    stranger: &str,
) -> Texts<'q> {
    let of_account = || Samples {
        first: format!("arn:aws:sns:us-east-1:{}:x", account.unwrap_or(stranger)).into(),
        others: &[OF_NO_ACCOUNT],
    };
    let samples = if nowhere { Samples::from(OF_NO_ACCOUNT) } else { of_account() };
    Texts::Language(Language {
        form: if nowhere { Form::SourcesOfNoAccount } else { Form::Sources(account) },
        except,
        samples,
    })
}
