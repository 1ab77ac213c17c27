//! Of which callers the same is true: those that the policies name in the same lists, where nothing
//! else tells them apart.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::iam::caller::{ANY_SERVICE, Caller, OWNERS_ORGANIZATION};
use crate::iam::condition::{Condition, Test};
use crate::iam::document::{Clause, Statement};
use crate::iam::principal::Principal;
use crate::iam::solver::carried;
use crate::name::AccountId;

/// What callers have in common with others of which the same is true: what one may do, they may all
/// do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alike<'f> {
    sort: Sort,
    /// The lists that name them.
    lists: &'f [usize],
    /// Those that name the account for which they call.
    sources: &'f [usize],
}

/// A sort of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Account,
    Principal,
    Organization,
    CanonicalUser,
    OriginAccessIdentity,
    Service,
    ServiceForOthers,
    AnyServiceForOthers,
}

/// What the policies tell callers apart by.
#[derive(Debug, Default)]
pub struct Apart<'a> {
    /// Lists of principals and of values seen so far.
    seen: usize,
    /// Those that name somebody, by what they name.
    lists: BTreeMap<Names, BTreeMap<Cow<'a, str>, Vec<usize>>>,
    /// What is told apart by more than the lists that name it.
    finely: BTreeSet<Names>,
}

/// What a list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    Accounts,
    /// Accounts, by a principal or an identity provider in them. Told apart finely, the principals
    /// of one list are so by whether they are users, roles, and so on.
    Parts,
    Organizations,
    CanonicalUsers,
    OriginAccessIdentities,
    /// Services, in small letters.
    Services,
    /// Accounts for which services call.
    Sources,
}

impl<'a> Apart<'a> {
    /// What these statements tell callers apart by.
    pub fn of(statements: impl Iterator<Item = &'a Statement>) -> Self {
        let mut apart = Self::default();
        for statement in statements {
            apart.add_statement(statement);
            statement.conditions.iter().for_each(|condition| apart.add_condition(condition));
        }
        apart
    }

    /// Adds what a statement's principals tell.
    fn add_statement(&mut self, statement: &'a Statement) {
        self.seen += 1;
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        if list.iter().any(|principal| matches!(principal, Principal::Other(_))) {
            self.finely.insert(Names::Accounts);
        }
        // a list with everyone in it tells nobody apart
        if list.contains(&Principal::Everyone) {
            return;
        }
        for principal in list {
            match principal {
                Principal::Account(account) => self.add(Names::Accounts, account.as_str()),
                Principal::Identity { account, .. } => self.add(Names::Parts, account.as_str()),
                // by the provider, which users do not have
                Principal::Saml { account, .. } => {
                    self.add(Names::Parts, account.as_str());
                    self.finely.insert(Names::Parts);
                }
                Principal::WebIdentity(_) => {
                    self.finely.insert(Names::Parts);
                }
                Principal::CanonicalUser(id) => self.add(Names::CanonicalUsers, id.as_str()),
                Principal::OriginAccessIdentity(arn) => {
                    self.add(Names::OriginAccessIdentities, arn.as_str());
                }
                Principal::Service(name) => self.add(Names::Services, folded(name)),
                Principal::Everyone
                | Principal::AnyIdentity
                | Principal::Nobody(_)
                | Principal::Other(_) => {}
            }
        }
    }

    /// Adds what a condition tells.
    fn add_condition(&mut self, condition: &'a Condition) {
        let key = condition.key.to_ascii_lowercase();
        self.seen += 1;
        if carried::is_of_principal(&key) {
            self.finely.insert(Names::Parts);
        }
        let tells_apart = condition.operator.test != Test::Null;
        let is_account = |value: &str| AccountId::of(value).is_some();
        match key.as_str() {
            "aws:principalarn" | "aws:userid" => {
                self.finely.insert(Names::Accounts);
            }
            _ if !tells_apart => {}
            "aws:principalaccount" => self.add_values(Names::Accounts, condition, is_account),
            "aws:sourceaccount" => self.add_values(Names::Sources, condition, is_account),
            "aws:principalorgid" | "aws:sourceorgid" => {
                self.add_values(Names::Organizations, condition, is_plain);
            }
            "aws:sourcearn" => {
                self.finely.insert(Names::Sources);
            }
            "aws:principalorgpaths" | "aws:sourceorgpaths" => {
                self.finely.insert(Names::Organizations);
            }
            "aws:principalservicename" | "aws:principalservicenameslist" => {
                self.finely.insert(Names::Services);
            }
            _ => {}
        }
    }

    /// Adds the values of a condition as a list of names, where they are no more than that.
    fn add_values(
        &mut self,
        names: Names,
        condition: &'a Condition,
        is_name: impl Fn(&str) -> bool,
    ) {
        let listed = condition.operator.test.compares_texts()
            && condition.values.iter().all(|value| is_name(value));
        if !listed {
            self.finely.insert(names);
            return;
        }
        let folds = condition.operator.test == Test::StringEqualsIgnoreCase;
        for value in &condition.values {
            // no name has capitals
            let name = folded(value);
            if folds || name == value.as_str() {
                self.add(names, name);
            }
        }
    }

    fn add(&mut self, names: Names, name: impl Into<Cow<'a, str>>) {
        let lists = self.lists.entry(names).or_default().entry(name.into()).or_default();
        if lists.last() != Some(&self.seen) {
            lists.push(self.seen);
        }
    }

    /// What is so of `caller` and of all that are like it, where `variables` stand for these keys;
    /// `None`: nothing is known to be so.
    pub fn alike(&self, caller: &Caller, variables: &[String]) -> Option<Alike<'_>> {
        let by_lists = self.is_told_by_lists(Names::Accounts);
        let stand_for = |is_own: fn(&str) -> bool| variables.iter().any(|key| is_own(key));
        let alike = |sort, lists| Some(Alike { sort, lists, sources: &[] });
        match caller {
            Caller::Account { account, arn } if by_lists && !stand_for(is_of_account) => {
                let whole = self.lists_of(Names::Accounts, account.as_str());
                let parts = self.lists_of(Names::Parts, account.as_str());
                match (arn, whole, parts) {
                    (None, _, []) => alike(Sort::Account, whole),
                    (Some(_), [], [_])
                        if self.is_told_by_lists(Names::Parts) && variables.is_empty() =>
                    {
                        alike(Sort::Principal, parts)
                    }
                    (None | Some(_), _, _) => None,
                }
            }
            Caller::Organization(id)
                if self.is_told_by_lists(Names::Organizations)
                    && !stand_for(is_of_organization)
                    && is_plain(id)
                    && id != OWNERS_ORGANIZATION =>
            {
                alike(Sort::Organization, self.lists_of(Names::Organizations, id))
            }
            // nothing but lists of principals asks for an id
            Caller::CanonicalUser(id) => {
                alike(Sort::CanonicalUser, self.lists_of(Names::CanonicalUsers, id))
            }
            Caller::OriginAccessIdentity(arn) if by_lists && variables.is_empty() => {
                let lists = self.lists_of(Names::OriginAccessIdentities, arn);
                alike(Sort::OriginAccessIdentity, lists)
            }
            Caller::Service { name, on_behalf_of }
                if self.is_told_by_lists(Names::Services) && !stand_for(carried::is_of_source) =>
            {
                self.alike_service(name, on_behalf_of.as_ref())
            }
            Caller::Anonymous
            | Caller::Stranger
            | Caller::Located { .. }
            | Caller::Account { .. }
            | Caller::Organization(_)
            | Caller::OriginAccessIdentity(_)
            | Caller::Service { .. } => None,
        }
    }

    fn alike_service(&self, name: &str, on_behalf_of: Option<&AccountId>) -> Option<Alike<'_>> {
        let lists = self.lists_of(Names::Services, &folded(name));
        let Some(account) = on_behalf_of else {
            let named = name != ANY_SERVICE;
            return named.then_some(Alike { sort: Sort::Service, lists, sources: &[] });
        };
        if !self.is_told_by_lists(Names::Sources) {
            return None;
        }
        let any = name == ANY_SERVICE;
        let sort = if any { Sort::AnyServiceForOthers } else { Sort::ServiceForOthers };
        Some(Alike { sort, lists, sources: self.lists_of(Names::Sources, account.as_str()) })
    }

    fn is_told_by_lists(&self, names: Names) -> bool {
        !self.finely.contains(&names)
    }

    fn lists_of(&self, names: Names, name: &str) -> &[usize] {
        self.lists.get(&names).and_then(|lists| lists.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// Whether the id of an organization has the form of one: nobody is in one that is a path, and a
/// variable stands for what another condition may tell apart.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a key tells in which account a principal is.
fn is_of_account(key: &str) -> bool {
    key == "aws:principalaccount" || carried::is_of_principal(key) && !key.contains('/')
}

/// Whether a key tells in which organization a principal is, or the one for whom a service calls.
fn is_of_organization(key: &str) -> bool {
    key.starts_with("aws:principalorg") || key.starts_with("aws:sourceorg")
}

fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
