//! Who could ask for what a path lets through.

use crate::exposure::way::Way;
use crate::exposure::{Class, Parties};
use crate::iam::{Arn, Caller, Clause, Condition, Document, Principal, Requester};
use crate::name::AccountId;

/// A service for witnesses where a policy names none.
const SERVICE: &str = "sns.amazonaws.com";

/// Accounts of which a policy names at most some.
const STRANGERS: [&str; 3] = ["998877665544", "887766554433", "776655443322"];

/// Who could ask, as a class of callers and as one requester of it.
pub(super) struct Asker {
    pub caller: Caller,
    pub requester: Requester,
}

/// The askers of a class; for a bounded one, `parties`.
pub(super) fn askers(class: Class, parties: &Parties, way: &Way<'_>) -> Vec<Asker> {
    let anonymous = |caller| Asker { caller, requester: Requester::Anonymous };
    let stranger = |caller| {
        let documents = way.own.document.into_iter().chain(way.behind.and_then(|b| b.document));
        let named = |account: &AccountId| documents.clone().any(|d| names(d, account.as_str()));
        let account = STRANGERS
            .iter()
            .filter_map(|digits| AccountId::parse(digits).ok())
            .find(|account| !named(account));
        account.map(|account| Asker { caller, requester: identity(account, None) })
    };
    match class {
        Class::None => Vec::new(),
        Class::Anonymous => vec![anonymous(Caller::Anonymous)],
        Class::Authenticated => stranger(Caller::Stranger).into_iter().collect(),
        Class::External | Class::Trusted => {
            let mut askers = of_accounts(parties, way);
            let organizations = parties.organizations.iter().cloned().map(Caller::Organization);
            askers.extend(organizations.filter_map(stranger));
            askers.extend(parties.canonical_users.iter().map(|id| Asker {
                caller: Caller::CanonicalUser(id.clone()),
                requester: Requester::CanonicalUser(id.clone()),
            }));
            if !parties.others.is_empty() {
                askers.push(anonymous(Caller::Located { signed: false }));
                askers.extend(stranger(Caller::Located { signed: true }));
            }
            askers
        }
    }
}

/// Principals of the accounts among `parties`: those that the offer names, else any role; and a
/// service that calls for the account.
fn of_accounts(parties: &Parties, way: &Way<'_>) -> Vec<Asker> {
    let (Clause::In(principals) | Clause::NotIn(principals)) = &way.offer.principal;
    let of_account = |account: &AccountId| {
        let arn =
            principals.iter().find_map(|principal| principal.arn_in(account).map(str::to_owned));
        Asker {
            caller: Caller::Account { account: account.clone(), arn: arn.clone() },
            requester: identity(account.clone(), arn),
        }
    };
    let service = principals.iter().find_map(Principal::service).map_or_else(
        || service_of(way.offer.conditions).unwrap_or_else(|| SERVICE.to_owned()),
        str::to_owned,
    );
    let of_service = |account: &AccountId| Asker {
        caller: Caller::Service { name: service.clone(), on_behalf_of: Some(account.clone()) },
        requester: Requester::Service(service.clone()),
    };
    parties.accounts.iter().flat_map(|account| [of_account(account), of_service(account)]).collect()
}

/// The service of the resource on whose behalf a condition asks to be called.
fn service_of(conditions: &[Condition]) -> Option<String> {
    let sources = conditions.iter().filter(|condition| condition.is_about("aws:sourcearn"));
    let value = sources.flat_map(|condition| &condition.values).next()?;
    let service = Arn::split(value)?.service();
    let plain = service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (plain && !service.is_empty()).then(|| format!("{service}.amazonaws.com"))
}

fn identity(account: AccountId, arn: Option<String>) -> Requester {
    let arn = arn.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/x"));
    Requester::Identity { account, arn }
}

fn names(document: &Document, account: &str) -> bool {
    document.statements.iter().any(|statement| {
        let (Clause::In(list) | Clause::NotIn(list)) = &statement.principal;
        let by_principal = |p: &Principal| p.account().is_some_and(|a| a.as_str() == account);
        let by_value = |c: &Condition| c.values.iter().any(|value| value.contains(account));
        list.iter().any(by_principal) || statement.conditions.iter().any(by_value)
    })
}
