//! Forms of values: ARNs of principals, of access points and of sources, paths in organizations,
//! user ids. Each as a check of one value, and as the language of all of them.

use std::borrow::Cow;

use crate::iam::arn::Arn;
use crate::iam::part::Part;
use crate::iam::text::{Class, Piece, Union, letters};
use crate::name::AccountId;

/// A form of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'q> {
    /// Any text.
    Any,
    /// One character or more.
    NotEmpty,
    /// ARNs of principals of some kind, of this account or of any.
    Principals(Principals, Option<&'q str>),
    /// ARNs of principals of any account, and of CloudFront's origin access identities.
    CanonicalUsers,
    /// ARNs of the roles of this name in this account, whatever their path.
    RolesNamed(&'q str, &'q str),
    /// ARNs of access points.
    AccessPoints,
    /// Paths in an organization, in this one or in any.
    OrganizationPaths(Option<&'q str>),
    /// This many texts without a colon, and colons between them.
    Parts(usize),
    /// ARNs of resources of this account or of any, or that say no account.
    Sources(Option<&'q str>),
    /// ARNs that say no account.
    SourcesOfNoAccount,
}

/// What the ARNs of CloudFront's origin access identities begin with.
const IDENTITY: &str = "arn:aws:iam::cloudfront:user/";

/// A kind of principals, as their ARNs tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principals {
    /// Roles, and sessions by their own ARN.
    Roles,
    /// Users.
    Users,
    /// Root users.
    Roots,
    /// Federated users.
    Federated,
    /// Of whichever kind.
    All,
}

impl Principals {
    /// The service and the kind that ARNs of these principals say.
    fn names(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Roles => &[("iam", "role"), ("sts", "assumed-role")],
            Self::Users => &[("iam", "user")],
            Self::Roots => &[("iam", "root")],
            Self::Federated => &[("sts", "federated-user")],
            Self::All => &[
                ("iam", "role"),
                ("sts", "assumed-role"),
                ("iam", "user"),
                ("iam", "root"),
                ("sts", "federated-user"),
            ],
        }
    }

    /// One such principal of `account`.
    pub fn sample(self, account: &str) -> Cow<'static, str> {
        let (service, resource) = match self {
            Self::Roles | Self::All => ("iam", "role/x"),
            Self::Users => ("iam", "user/x"),
            Self::Roots => ("iam", "root"),
            Self::Federated => ("sts", "federated-user/x"),
        };
        Cow::Owned(["arn:aws:", service, "::", account, ":", resource].concat())
    }
}

impl<'q> Form<'q> {
    /// Whether `value` is of the form.
    pub fn has(self, value: &str) -> bool {
        let named =
            |own: Option<&str>, text: &str| own.map_or_else(|| is_account(text), |own| own == text);
        match self {
            Self::Any => true,
            Self::NotEmpty => !value.is_empty(),
            Self::Principals(kind, account) => {
                arn(value).is_some_and(|[partition, service, region, own, rest]| {
                    partition.starts_with("aws")
                        && region.is_empty()
                        && named(account, own)
                        && kind
                            .names()
                            .iter()
                            .any(|(of, kind)| *of == service && is_named(kind, rest))
                })
            }
            Self::CanonicalUsers => {
                let identity = value.strip_prefix(IDENTITY);
                let is_user_name = |name: &str| name.chars().all(|one| Class::UserName.takes(one));
                identity.is_some_and(|name| !name.is_empty() && is_user_name(name))
                    || Self::Principals(Principals::All, None).has(value)
            }
            Self::RolesNamed(account, name) => {
                arn(value).is_some_and(|[partition, service, region, own, rest]| {
                    partition.starts_with("aws")
                        && (service, region, own) == ("iam", "", account)
                        && rest.strip_prefix("role/").is_some_and(|path| {
                            path == name
                                || path.strip_suffix(name).is_some_and(|path| path.ends_with('/'))
                        })
                })
            }
            Self::AccessPoints => arn(value).is_some_and(|[partition, service, _, own, rest]| {
                partition.starts_with("aws")
                    && service == "s3"
                    && is_account(own)
                    && rest.strip_prefix("accesspoint/").is_some_and(is_name)
            }),
            Self::OrganizationPaths(own) => value
                .split_once('/')
                .is_some_and(|(first, _)| own.map_or(!first.is_empty(), |own| own == first)),
            Self::Parts(parts) => {
                value.split(':').count() == parts && value.split(':').all(|part| !part.is_empty())
            }
            Self::Sources(account) => arn(value).is_some_and(|[_, _, _, own, rest]| {
                !rest.is_empty() && (own.is_empty() || named(account, own))
            }),
            Self::SourcesOfNoAccount => {
                arn(value).is_some_and(|[_, _, _, own, rest]| !rest.is_empty() && own.is_empty())
            }
        }
    }

    /// What a part of every value of the form is.
    pub fn fixed(self, part: Part) -> Option<&'q str> {
        match (self, part) {
            (Self::Principals(_, account), Part::Account) => account,
            (Self::RolesNamed(account, _), Part::Account) => Some(account),
            (Self::OrganizationPaths(own), Part::FirstStep) => own,
            _ => None,
        }
    }

    /// Whether the part of some value of the form may be `text`, in these capitals or, with `fold`,
    /// in any.
    pub fn may_have(self, part: Part, text: &str, fold: bool) -> bool {
        if let Some(own) = self.fixed(part) {
            return own == text || fold && own.eq_ignore_ascii_case(text);
        }
        match (self, part) {
            (_, Part::Whole) => fold || self.has(text),
            (Self::Principals(..) | Self::AccessPoints, Part::Account) => is_account(text),
            (Self::CanonicalUsers, Part::Account) => {
                is_account(text) || text.eq_ignore_ascii_case("cloudfront")
            }
            (Self::Principals(Principals::Users, _), Part::LastStep) => is_name(text),
            _ => true,
        }
    }

    /// The values of the form; `None`: any text.
    pub fn union(self) -> Option<Union> {
        let account = |own: Option<&str>| match own {
            Some(own) => letters(own).collect::<Vec<_>>(),
            None => vec![Piece::One(Class::Digit); 12],
        };
        let patterns = match self {
            Self::Any => return None,
            Self::NotEmpty => vec![some(Class::Any).to_vec()],
            Self::Principals(kind, own) => {
                let names = kind.names().iter();
                names.flat_map(|(service, kind)| principals(service, &account(own), kind)).collect()
            }
            Self::CanonicalUsers => {
                let mut union = Self::Principals(Principals::All, None).union()?;
                union.patterns.push(letters(IDENTITY).chain(some(Class::UserName)).collect());
                return Some(union);
            }
            Self::RolesNamed(own, name) => {
                let mut plain = start("iam", &account(Some(own)));
                plain.extend(letters("role/"));
                let mut deep = plain.clone();
                deep.extend([Piece::Run(Class::Any), Piece::Letter('/')]);
                [plain, deep].map(|form| form.into_iter().chain(letters(name)).collect()).to_vec()
            }
            Self::AccessPoints => {
                let mut form: Vec<Piece> = letters("arn:aws").collect();
                form.push(Piece::Run(Class::NotColon));
                form.extend(letters(":s3:"));
                // one of many Regions says none
                form.push(Piece::Run(Class::NotColon));
                form.push(Piece::Letter(':'));
                form.extend(account(None));
                form.extend(letters(":accesspoint/"));
                form.extend(some(Class::Name));
                vec![form]
            }
            Self::OrganizationPaths(own) => {
                let mut form = match own {
                    Some(own) => letters(own).collect(),
                    None => some(Class::NotSlash).to_vec(),
                };
                form.extend([Piece::Letter('/'), Piece::Run(Class::Any)]);
                vec![form]
            }
            Self::Parts(parts) => {
                let mut form = Vec::new();
                for part in 0..parts {
                    form.extend((part > 0).then_some(Piece::Letter(':')));
                    form.extend(some(Class::NotColon));
                }
                vec![form]
            }
            Self::Sources(own) => vec![source(&[]), source(&account(own))],
            Self::SourcesOfNoAccount => vec![source(&[])],
        };
        Some(Union { patterns, fold: false })
    }
}

/// The parts of an ARN behind `arn`.
fn arn(value: &str) -> Option<[&str; 5]> {
    let parts = value.strip_prefix("arn:")?;
    let arn = Arn::split(value)?;
    let (partition, _) = parts.split_once(':')?;
    Some([partition, arn.service(), arn.region(), arn.account(), arn.resource()])
}

/// Whether the last part of an ARN names a principal of `kind`.
fn is_named(kind: &str, rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix(kind) else { return false };
    match (kind, rest.strip_prefix('/')) {
        ("root", _) => rest.is_empty(),
        (_, None) => false,
        ("assumed-role", Some(path)) => {
            path.rsplit_once('/').is_some_and(|(_, name)| is_name(name))
        }
        (_, Some(path)) => is_name(path.rsplit('/').next().unwrap_or(path)),
    }
}

fn is_account(text: &str) -> bool {
    AccountId::of(text).is_some()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| Class::Name.takes(letter))
}

/// One or more characters of `class`.
fn some(class: Class) -> [Piece; 2] {
    [Piece::One(class), Piece::Run(class)]
}

/// How ARNs of principals begin.
fn start(service: &str, account: &[Piece]) -> Vec<Piece> {
    let mut start: Vec<Piece> = letters("arn:aws").collect();
    start.push(Piece::Run(Class::NotColon));
    start.extend(letters(":").chain(letters(service)).chain(letters("::")));
    start.extend(account);
    start.push(Piece::Letter(':'));
    start
}

/// The forms of the ARNs of principals of a kind. A name may stand behind a path.
fn principals(service: &str, account: &[Piece], kind: &str) -> Vec<Vec<Piece>> {
    let mut start = start(service, account);
    start.extend(letters(kind));
    if kind == "root" {
        return vec![start];
    }
    start.push(Piece::Letter('/'));
    let mut deep = start.clone();
    deep.extend([Piece::Run(Class::Any), Piece::Letter('/')]);
    let mut forms = if kind == "assumed-role" { vec![deep] } else { vec![start, deep] };
    for form in &mut forms {
        form.extend(some(Class::Name));
    }
    forms
}

/// ARNs of resources of an account.
fn source(account: &[Piece]) -> Vec<Piece> {
    let mut form: Vec<Piece> = letters("arn:").collect();
    for _ in 0..3 {
        form.extend([Piece::Run(Class::NotColon), Piece::Letter(':')]);
    }
    form.extend(account);
    form.push(Piece::Letter(':'));
    form.extend(some(Class::Any));
    form
}

#[cfg(test)]
mod tests {
    use super::{Form, Principals};
    use crate::iam::fuel::Fuel;
    use crate::iam::text::{Found, shortest};

    const ACCOUNT: &str = "444455556666";

    fn forms() -> Vec<Form<'static>> {
        use Principals::{All, Federated, Roles, Roots, Users};
        let kinds = [Roles, Users, Roots, Federated, All];
        let principals = kinds
            .into_iter()
            .flat_map(|kind| [Form::Principals(kind, None), Form::Principals(kind, Some(ACCOUNT))]);
        principals
            .chain([
                Form::NotEmpty,
                Form::CanonicalUsers,
                Form::RolesNamed(ACCOUNT, "etl"),
                Form::AccessPoints,
                Form::OrganizationPaths(None),
                Form::OrganizationPaths(Some("o-own")),
                Form::Parts(1),
                Form::Parts(2),
                Form::Sources(None),
                Form::Sources(Some(ACCOUNT)),
                Form::SourcesOfNoAccount,
            ])
            .collect()
    }

    #[test]
    fn the_check_and_the_language_agree() {
        let values = [
            "",
            "x",
            "a:b",
            "a::b",
            ":",
            "a:b:c",
            "o-own/",
            "o-own/r-1/",
            "o-other/r-1/",
            "/x",
            "arn:aws:iam::444455556666:role/x",
            "arn:aws:iam::444455556666:role/path/etl",
            "arn:aws:iam::444455556666:role/etl",
            "arn:aws:iam::444455556666:role/xetl",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "arn:aws:iam::cloudfront:user/",
            "arn:aws:iam::cloudfront:user/a/b",
            "arn:aws:iam::444455556666:role/",
            "arn:aws:iam::444455556666:role/a:b/c",
            "arn:aws:iam::444455556666:role/a b",
            "arn:gcp:iam::444455556666:role/etl",
            "arn:aws:sts::444455556666:role/etl",
            "arn:aws:iam:eu-west-1:444455556666:role/etl",
            "arn:gcp:s3:eu-west-1:444455556666:accesspoint/x",
            "arn:aws:sns:eu-west-1:444455556666:accesspoint/x",
            "arn:aws:s3:eu-west-1:4444:accesspoint/x",
            "arn:aws-cn:iam::777788889999:user/x",
            "arn:aws:iam:us-east-1:777788889999:user/x",
            "arn:aws:iam::77778888999:user/x",
            "arn:aws:iam::444455556666:root",
            "arn:aws:iam::444455556666:rootx",
            "arn:aws:sts::444455556666:assumed-role/etl/x",
            "arn:aws:sts::444455556666:assumed-role/etl",
            "arn:aws:sts::444455556666:federated-user/x",
            "arn:aws:s3:eu-west-1:444455556666:accesspoint/x",
            "arn:aws:s3::444455556666:accesspoint/x",
            "arn:aws:s3:eu-west-1:444455556666:accesspoint/x/y",
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::",
            "arn:aws:sns:us-east-1:444455556666:x",
            "arn:aws:sns:us-east-1:777788889999:x:y",
            "arn:aws:sns:us-east-1:7777:x",
        ];
        for form in forms() {
            let union = form.union().unwrap();
            for value in values {
                assert_eq!(form.has(value), union.has(value), "{form:?} `{value}`");
            }
            let Found::Example(shortest) = shortest(&[union], &[], &Fuel::new(1_000_000)) else {
                panic!("{form:?} has no value")
            };
            assert!(form.has(&shortest), "{form:?} `{shortest}`");
        }
    }

    #[test]
    fn samples_are_of_their_form() {
        for kind in [Principals::Roles, Principals::Users, Principals::Roots, Principals::Federated]
        {
            assert!(Form::Principals(kind, Some(ACCOUNT)).has(&kind.sample(ACCOUNT)));
        }
    }
}
