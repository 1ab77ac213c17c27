//! Whether a statement means the one who asks, and what that still depends on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::iam::arn::Arn;
use crate::iam::atom::Atom;
use crate::iam::compare::Comparison;
use crate::iam::document::Clause;
use crate::iam::part::Part;
use crate::iam::principal::Principal;
use crate::iam::solver::form::Form;
use crate::iam::text::{Class, Union, letters, pieces};
use crate::name::AccountId;

/// Who asks, as far as a statement's principal tells callers apart.
#[derive(Debug, Clone)]
pub enum Who<'q> {
    /// Nobody: unsigned.
    Nobody,
    /// A principal of an account.
    Identity {
        /// The account; `None`: one that no policy names.
        account: Option<&'q AccountId>,
        /// The principal, where one is meant.
        arn: Option<&'q str>,
    },
    /// A principal of any account but the owner's.
    Anyone {
        /// The owner.
        but: &'q AccountId,
    },
    /// The account with this canonical id.
    CanonicalUser {
        /// The id.
        id: &'q str,
        /// The owner, who has another.
        but: &'q AccountId,
    },
    /// A CloudFront origin access identity.
    OriginAccessIdentity(&'q str),
    /// A service.
    Service(&'q str),
}

/// Whether a statement means the one who asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant<'q> {
    /// It does, or does not.
    Surely(bool),
    /// Where this holds of the ARN of the one who asks.
    ByArn(Atom<'q>),
    /// Where this holds of its account.
    ByAccount(Atom<'q>),
    /// Where this holds of the identity provider by which it signed in.
    ByProvider(Atom<'q>),
    /// Where this holds of that ARN, if a principal may be a pattern at all.
    ByPattern(Atom<'q>),
    /// What is written there has no documented meaning.
    Unsure,
}

/// The principals of a statement, the accounts among many found without looking at all.
#[derive(Debug)]
pub struct Principals<'a> {
    pub clause: &'a Clause<Principal>,
    /// Those that name an account or something in it, by the account.
    of_accounts: BTreeMap<&'a AccountId, Vec<&'a Principal>>,
    others: Vec<&'a Principal>,
    /// How many of the others are known by an id or a name alone.
    ids: usize,
}

/// From this many principals on it is worth sorting them.
const MANY: usize = 9;

impl<'a> Principals<'a> {
    pub fn of(clause: &'a Clause<Principal>) -> Self {
        let (Clause::In(list) | Clause::NotIn(list)) = clause;
        let (of_accounts, others) = (BTreeMap::new(), Vec::new());
        let mut principals = Self { clause, of_accounts, others, ids: 0 };
        for principal in list {
            let is_id = matches!(principal, Principal::CanonicalUser(_) | Principal::Service(_));
            principals.ids += usize::from(is_id);
            match principal.named_account() {
                Some(account) if list.len() >= MANY => {
                    principals.of_accounts.entry(account).or_default().push(principal);
                }
                Some(_) | None => principals.others.push(principal),
            }
        }
        principals
    }

    /// About how many steps it takes to see whether they mean `who`.
    pub fn weight(&self, who: &Who<'_>) -> usize {
        let (Clause::In(list) | Clause::NotIn(list)) = self.clause;
        // an id is compared, and that is all
        let (all, others) = (list.len() - self.ids, self.others.len() - self.ids);
        self.ids
            + match who {
                Who::Anyone { .. } | Who::CanonicalUser { .. } => 20 * all,
                Who::Identity { account: Some(account), .. } => {
                    20 * self.of_accounts.get(account).map_or(0, Vec::len) + 10 * others
                }
                Who::Nobody
                | Who::Identity { account: None, .. }
                | Who::OriginAccessIdentity(_)
                | Who::Service(_) => 10 * others,
            }
    }

    /// Whether they mean `who`. `lenient`: a principal that is a pattern means whoever it may.
    /// `wide`: what may be meant is.
    pub fn mean<'q>(&'q self, who: &Who<'q>, lenient: bool, wide: bool) -> Meant<'q> {
        let negated = matches!(self.clause, Clause::NotIn(_));
        let others = self.others.iter().copied();
        match who {
            Who::Identity { account: Some(account), .. } => {
                let own = self.of_accounts.get(account).into_iter().flatten().copied();
                meant(others.chain(own), negated, who, lenient, wide)
            }
            Who::Anyone { .. } | Who::CanonicalUser { .. } => {
                let all = self.of_accounts.values().flatten().copied();
                meant(others.chain(all), negated, who, lenient, wide)
            }
            // of no account that a policy names
            Who::Nobody
            | Who::Identity { account: None, .. }
            | Who::OriginAccessIdentity(_)
            | Who::Service(_) => meant(others, negated, who, lenient, wide),
        }
    }
}

/// Whether a list of principals means `who`, or, `negated`, everyone else does.
pub fn meant<'q>(
    list: impl Iterator<Item = &'q Principal>,
    negated: bool,
    who: &Who<'q>,
    lenient: bool,
    wide: bool,
) -> Meant<'q> {
    let (mut arns, mut providers, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
    let (mut unsure, mut pattern) = (false, false);
    for principal in list {
        match one(principal, who) {
            One::Yes => return Meant::Surely(!negated),
            One::No => {}
            One::Arn(arn) => {
                arns.push(Comparison::Text(Cow::Borrowed(arn)));
                // whoever is the role may be the session, which conditions know by the role's ARN
                arns.extend(role_of(arn).filter(|_| negated != wide).map(Comparison::Filled));
            }
            One::Account(account) => accounts.push(account.as_str()),
            One::Provider(name) => providers.push(Comparison::Text(Cow::Borrowed(name))),
            One::Pattern(text) if !lenient => {
                pattern = true;
                if text.contains(':') {
                    arns.push(Comparison::Glob(Cow::Borrowed(text)));
                } else {
                    // of account ids
                    let ids = Union::of(pieces(text, Class::Any).collect());
                    arns.extend(Part::Account.values(ids).map(Comparison::Filled));
                }
            }
            One::Pattern(_) | One::Unsure => unsure = true,
        }
    }
    if arns.is_empty() && providers.is_empty() && !unsure && !accounts.is_empty() {
        let accounts = accounts.into_iter().map(|digits| Comparison::Text(Cow::Borrowed(digits)));
        return Meant::ByAccount(turned(Atom::among(accounts.collect()), negated));
    }
    for digits in accounts {
        let digits = Union::of(letters(digits).collect());
        arns.extend(Part::Account.values(digits).map(Comparison::Filled));
    }
    match (unsure, arns.is_empty(), providers.is_empty()) {
        (false, true, true) => Meant::Surely(negated),
        (false, false, true) if pattern => Meant::ByPattern(turned(Atom::among(arns), negated)),
        (false, false, true) => Meant::ByArn(turned(Atom::among(arns), negated)),
        (false, true, false) => Meant::ByProvider(turned(Atom::among(providers), negated)),
        (true, _, _) | (false, false, false) => Meant::Unsure,
    }
}

/// The ARNs of the role that a session is of: they keep its name, and may have a path.
fn role_of(session: &str) -> Option<Union> {
    let arn = Arn::split(session)?;
    let (name, _) = arn.resource().strip_prefix("assumed-role/")?.split_once('/')?;
    Form::RolesNamed(arn.account(), name).union()
}

fn turned(atom: Atom<'_>, turn: bool) -> Atom<'_> {
    match atom {
        Atom::Values { comparisons, quantifier, .. } => {
            Atom::Values { comparisons, quantifier, negated: turn, without: turn }
        }
        Atom::Constant(_) | Atom::Presence { .. } => atom,
    }
}

enum One<'q> {
    Yes,
    No,
    Arn(&'q str),
    Account(&'q AccountId),
    Provider(&'q str),
    Pattern(&'q str),
    Unsure,
}

fn one<'q>(principal: &'q Principal, who: &Who<'q>) -> One<'q> {
    let when = |is: bool| if is { One::Yes } else { One::No };
    match (principal, who) {
        (Principal::Everyone, _) => One::Yes,
        (_, Who::Nobody)
        | (Principal::Nobody(_), _)
        // one that no policy names has no id that a policy names
        | (Principal::CanonicalUser(_), Who::Identity { account: None, .. }) => One::No,
        (Principal::AnyIdentity, _) => when(!matches!(who, Who::Service(_))),
        (Principal::Service(named), Who::Service(name)) => when(named.eq_ignore_ascii_case(name)),
        (Principal::Service(_), _) | (_, Who::Service(_)) => One::No,
        (Principal::CanonicalUser(named), Who::CanonicalUser { id, .. }) => when(named == id),
        (_, Who::CanonicalUser { but, .. }) if principal.account().as_ref() == Some(but) => One::No,
        (Principal::OriginAccessIdentity(named), Who::OriginAccessIdentity(arn)) => {
            when(named == arn)
        }
        // whose account has that canonical id is not known
        (Principal::CanonicalUser(_), _) => One::Unsure,
        // an origin access identity has a canonical id too
        (Principal::OriginAccessIdentity(arn), Who::CanonicalUser { .. }) => One::Arn(arn),
        (Principal::OriginAccessIdentity(_), _) | (_, Who::OriginAccessIdentity(_)) => One::No,
        (Principal::WebIdentity(name), _) => One::Provider(name),
        (Principal::Saml { arn, .. }, Who::Anyone { .. } | Who::CanonicalUser { .. }) => {
            One::Provider(arn)
        }
        (Principal::Saml { account: named, arn }, Who::Identity { account, .. }) => {
            if *account == Some(named) { One::Provider(arn) } else { One::No }
        }
        (Principal::Account(named), Who::Anyone { but } | Who::CanonicalUser { but, .. }) => {
            if named == *but {
                One::No
            } else {
                One::Account(named)
            }
        }
        (Principal::Identity { arn, .. }, Who::Anyone { .. } | Who::CanonicalUser { .. }) => {
            One::Arn(arn)
        }
        (Principal::Other(text), Who::Anyone { .. } | Who::CanonicalUser { .. }) => {
            One::Pattern(text)
        }
        (Principal::Account(named), Who::Identity { account, .. }) => when(*account == Some(named)),
        (Principal::Identity { account: named, arn }, Who::Identity { account, arn: own }) => {
            match own {
                _ if *account != Some(named) => One::No,
                Some(own) if own == arn => One::Yes,
                Some(_) | None => One::Arn(arn),
            }
        }
        (Principal::Other(text), Who::Identity { account, .. }) => match principal.account() {
            Some(named) if *account != Some(&named) => One::No,
            Some(_) | None => One::Pattern(text),
        },
    }
}
