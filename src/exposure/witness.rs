//! A concrete request that a path lets through, so that nobody has to take our word for it.
//!
//! The request is put together from what the Allow asks for and mended where a Deny hits it; then the
//! policies themselves are asked. Where no request is found within [`MENDS`] mends the path has no
//! witness: exposed, not proved.

use std::collections::{BTreeMap, BTreeSet};

use crate::exposure::paths::Way;
use crate::exposure::{Class, Parties, Via, Witness, WitnessPrincipal};
use crate::iam::{
    Action, Answer, Arn, Caller, Carried, Clause, Condition, Document, Glob, Place, Principal,
    Request, Requester, Route, Statement, Values, carried, holds, range,
};
use crate::name::AccountId;

/// How often a request is mended before it is given up.
const MENDS: usize = 24;

/// Actions tried for one caller, and callers tried for one path.
const TRIES: usize = 4;

/// An address that belongs to nobody (RFC 5737), and others for policies that name it.
const ADDRESSES: [&str; 4] = ["203.0.113.7", "198.51.100.9", "192.0.2.55", "2001:db8:77::1"];

/// Accounts of which a policy names at most some.
const STRANGERS: [&str; 3] = ["998877665544", "887766554433", "776655443322"];

/// Finds a request of `class` (for a bounded class: by one of `parties`) for one of `actions` that
/// gets along `way`.
pub(super) fn find(
    class: Class,
    parties: &Parties,
    actions: &BTreeSet<Action>,
    way: &Way<'_>,
) -> Option<Witness> {
    let first = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"];
    let rank = |action: &&Action| first.iter().position(|name| *name == action.name()).unwrap_or(9);
    let mut ordered: Vec<&Action> = actions.iter().collect();
    ordered.sort_by_key(rank);
    for asker in askers(class, parties, way).into_iter().take(TRIES) {
        for action in ordered.iter().take(TRIES) {
            let found = Attempt::new(&asker, **action, way).and_then(Attempt::run);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// Who could ask, as a class of callers and as one requester of it.
struct Asker {
    caller: Caller,
    requester: Requester,
}

fn askers(class: Class, parties: &Parties, way: &Way<'_>) -> Vec<Asker> {
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

/// Principals of the accounts among `parties`: those that the offer names (a service calls for the
/// account), else any role.
fn of_accounts(parties: &Parties, way: &Way<'_>) -> Vec<Asker> {
    let (Clause::In(principals) | Clause::NotIn(principals)) = &way.offer.principal;
    let named = |account: &AccountId| {
        principals.iter().find_map(|principal| principal.arn_in(account).map(str::to_owned))
    };
    let ask = |account: &AccountId| {
        if let Some(name) = principals.iter().find_map(Principal::service).map(str::to_owned) {
            let on_behalf_of = Some(account.clone());
            let caller = Caller::Service { name: name.clone(), on_behalf_of };
            return Asker { caller, requester: Requester::Service(name) };
        }
        let arn = named(account);
        Asker {
            caller: Caller::Account { account: account.clone(), arn: arn.clone() },
            requester: identity(account.clone(), arn),
        }
    };
    parties.accounts.iter().map(ask).collect()
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

/// One request in the making.
struct Attempt<'a> {
    way: &'a Way<'a>,
    caller: &'a Caller,
    request: Request,
    /// The ARN by which the policy behind an access point names the same thing.
    behind_resource: String,
}

impl<'a> Attempt<'a> {
    fn new(asker: &'a Asker, action: Action, way: &'a Way<'a>) -> Option<Self> {
        let place = way.own.place;
        let wanted = way.offer.actions.get(&action)?;
        let targets = [&place.bucket, &place.objects];
        let resource = wanted
            .iter()
            .flat_map(instances)
            .map(|arn| arn.replace("arn:aws:s3:x:", "arn:aws:s3:us-east-1:"))
            .find(|arn| targets.iter().any(|target| target.matches(arn)))?;
        let behind_resource =
            way.behind.map_or_else(String::new, |behind| match resource.split_once("/object/") {
                Some((_, key)) => behind.place.objects.as_str().replace('*', key),
                None => behind.place.bucket.as_str().to_owned(),
            });
        let requester = asker.requester.clone();
        let context = base_context(&requester, place);
        let request = Request { requester, action, resource, context };
        Some(Self { way, caller: &asker.caller, request, behind_resource })
    }

    /// Mends the request until the policies let it through.
    fn run(mut self) -> Option<Witness> {
        for condition in self.way.offer.conditions {
            self.mend(condition, true)?;
        }
        for _ in 0..MENDS {
            match self.obstacle() {
                Obstacle::None => return Some(self.witness()),
                Obstacle::Deny(deny) => {
                    let spared = deny.conditions.iter().any(|condition| {
                        let before = self.request.context.clone();
                        let kept = self.mend(condition, false).is_some() && self.offer_holds();
                        if !kept {
                            self.request.context = before;
                        }
                        kept
                    });
                    if !spared {
                        return None;
                    }
                }
                Obstacle::NoAllow(document) => {
                    let before = self.request.context.clone();
                    let helped = document.allows().any(|(_, allow)| {
                        let met = allow.conditions.iter().all(|c| self.mend(c, true).is_some());
                        let kept = met && self.offer_holds();
                        if !kept {
                            self.request.context.clone_from(&before);
                        }
                        kept && before != self.request.context
                    });
                    if !helped {
                        return None;
                    }
                }
            }
        }
        None
    }

    fn offer_holds(&self) -> bool {
        let context = &self.request.context;
        self.way.offer.conditions.iter().all(|condition| holds(condition, context) == Some(true))
    }

    /// What keeps the request out. An offer that is no statement (a grant) needs no Allow.
    fn obstacle(&self) -> Obstacle<'a> {
        let by_statement = match self.way.via {
            Via::Policy { .. } | Via::AccessPoint { .. } => true,
            Via::Acl { .. } | Via::ObjectAcl { .. } => false,
        };
        match self.way.own.document.map(|document| document.answer(&self.request)) {
            Some(Answer::DeniedBy(deny)) => return Obstacle::Deny(deny),
            Some(Answer::Neither) if by_statement => return Obstacle::Deny(NEVER),
            Some(Answer::Neither | Answer::Allowed) | None => {}
        }
        let Some(behind) = self.way.behind else { return Obstacle::None };
        let Some(document) = behind.document else { return Obstacle::Deny(NEVER) };
        let request = Request { resource: self.behind_resource.clone(), ..self.request.clone() };
        match document.answer(&request) {
            Answer::Allowed => Obstacle::None,
            Answer::Neither => Obstacle::NoAllow(document),
            Answer::DeniedBy(deny) => Obstacle::Deny(deny),
        }
    }

    /// Sets the condition's key so that the condition holds, or does not. `None` where the caller
    /// cannot.
    fn mend(&mut self, condition: &Condition, hold: bool) -> Option<()> {
        if holds(condition, &self.request.context) == Some(hold) {
            return Some(());
        }
        let key = condition.key.to_ascii_lowercase();
        let place = self.way.own.place;
        let may = carried(&key, self.caller, &place.route, &place.owner);
        for value in candidates(condition) {
            let mut context = self.request.context.clone();
            let usable = match &value {
                None => may.absent,
                Some(value) => self.may_carry(&key, value, &may),
            };
            if !usable {
                continue;
            }
            set(&mut context, &key, value);
            if holds(condition, &context) == Some(hold) {
                self.request.context = context;
                return Some(());
            }
        }
        None
    }

    /// Whether the requester can come with this value: one that the caller may choose, and for keys
    /// of the principal one that belongs to the same principal.
    fn may_carry(&self, key: &str, value: &str, may: &Carried) -> bool {
        let chosen = match &may.values {
            None => false,
            Some(Values::Exactly(only)) => only == value,
            Some(Values::UnnamedAddress | Values::PublicAddress) => {
                range(value).is_some_and(|range| !crate::iam::is_private(&range))
            }
            Some(Values::PathIn(organization)) => {
                value.strip_prefix(organization.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            Some(Values::Any | Values::Unnamed | Values::ArnOf(_) | Values::ArnOfNoAccount) => true,
        };
        chosen
            && match (&self.request.requester, key) {
                (Requester::Identity { account, .. }, "aws:principalaccount") => {
                    account.as_str() == value
                }
                (Requester::Identity { account, .. }, "aws:principalarn") => {
                    Arn::split(value).is_some_and(|arn| arn.account() == account.as_str())
                }
                _ => true,
            }
    }

    fn witness(self) -> Witness {
        let mentioned = |key: &str| {
            let documents =
                self.way.own.document.into_iter().chain(self.way.behind.and_then(|b| b.document));
            documents
                .flat_map(|document| &document.statements)
                .flat_map(|statement| &statement.conditions)
                .find(|condition| condition.is_about(key))
                .map(|condition| condition.key.clone())
        };
        let context: BTreeMap<String, Vec<String>> = self
            .request
            .context
            .iter()
            .filter_map(|(key, values)| match key.as_str() {
                "aws:securetransport" => Some(("aws:SecureTransport".to_owned(), values.clone())),
                "aws:sourceip" => Some(("aws:SourceIp".to_owned(), values.clone())),
                _ => mentioned(key).map(|name| (name, values.clone())),
            })
            .collect();
        let principal_arn =
            self.request.context.get("aws:principalarn").and_then(|arn| arn.first());
        let principal = match self.request.requester {
            Requester::Anonymous => WitnessPrincipal::Anonymous,
            Requester::CanonicalUser(id) => WitnessPrincipal::CanonicalUser(id),
            Requester::Service(name) => WitnessPrincipal::Service(name),
            Requester::Identity { account, arn } => {
                WitnessPrincipal::Aws { account, arn: principal_arn.cloned().unwrap_or(arn) }
            }
        };
        Witness { principal, action: self.request.action, resource: self.request.resource, context }
    }
}

enum Obstacle<'a> {
    None,
    Deny(&'a Statement),
    NoAllow(&'a Document),
}

/// Stands for a refusal that no mending helps against: it has no condition to break.
const NEVER: &Statement = &Statement {
    sid: None,
    effect: crate::iam::Effect::Deny,
    principal: Clause::In(Vec::new()),
    action: Clause::In(Vec::new()),
    resource: Clause::In(Vec::new()),
    conditions: Vec::new(),
};

/// What every request of the requester carries.
fn base_context(requester: &Requester, place: &Place) -> BTreeMap<String, Vec<String>> {
    let owner = place.owner.as_str();
    let mut context: Vec<(&str, &str)> = vec![
        ("aws:securetransport", "true"),
        ("aws:sourceip", "203.0.113.7"),
        ("aws:viaawsservice", "false"),
        ("aws:resourceaccount", owner),
        ("s3:resourceaccount", owner),
        ("aws:currenttime", "2026-11-20T09:14:07Z"),
        ("aws:requestedregion", "us-east-1"),
        ("aws:useragent", "curl/8.5.0"),
        ("s3:tlsversion", "1.3"),
    ];
    match requester {
        Requester::Anonymous => context.extend([
            ("aws:principalaccount", "anonymous"),
            ("aws:userid", "anonymous"),
            ("aws:principaltype", "Anonymous"),
        ]),
        Requester::Identity { account, arn } => context.extend([
            ("aws:principalaccount", account.as_str()),
            ("aws:principalarn", arn.as_str()),
            ("aws:principaltype", "AssumedRole"),
            ("aws:userid", "AROAEXAMPLEXAMPLEX:x"),
            ("aws:principalisawsservice", "false"),
            ("s3:authtype", "REST-HEADER"),
            ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ]),
        Requester::CanonicalUser(_) => {
            context.extend([
                ("s3:authtype", "REST-HEADER"),
                ("s3:signatureversion", "AWS4-HMAC-SHA256"),
            ]);
        }
        Requester::Service(name) => context.extend([
            ("aws:principalisawsservice", "true"),
            ("aws:principalservicename", name.as_str()),
        ]),
    }
    if let Route::AccessPoint { account, arn, origin } = &place.route {
        context.extend([
            ("s3:dataaccesspointaccount", account.as_str()),
            ("s3:dataaccesspointarn", arn.as_str()),
            ("s3:accesspointnetworkorigin", *origin),
        ]);
    }
    context.into_iter().map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).collect()
}

/// Sets a key, and drops what cannot come with it: no source address through a VPC endpoint.
fn set(context: &mut BTreeMap<String, Vec<String>>, key: &str, value: Option<String>) {
    match value {
        None => {
            context.remove(key);
        }
        Some(value) => {
            let by_endpoint = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];
            let of_endpoint = |key: &str| by_endpoint.contains(&key) || key.starts_with("aws:vpce");
            if of_endpoint(key) {
                context.remove("aws:sourceip");
            } else if key == "aws:sourceip" {
                context.retain(|key, _| !of_endpoint(key));
            }
            context.insert(key.to_owned(), vec![value]);
        }
    }
}

/// Values worth trying for a condition's key; `None`: to come without it.
fn candidates(condition: &Condition) -> Vec<Option<String>> {
    let mut tried = vec![None];
    for value in &condition.values {
        tried.extend(instances(&Glob::new(value.as_str())).map(Some));
        tried.extend(range(value).map(|range| Some(range.addr().to_string())));
        if let Ok(number) = value.parse::<f64>() {
            tried.extend([number - 1.0, number + 1.0].map(|near| Some(near.to_string())));
        }
    }
    let others = ["true", "false", "x", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"];
    tried.extend(others.into_iter().chain(ADDRESSES).map(|value| Some(value.to_owned())));
    tried
}

/// Texts that a pattern matches.
fn instances(pattern: &Glob) -> impl Iterator<Item = String> {
    let fill = |star: &str| pattern.as_str().replace('*', star).replace('?', "x");
    [fill("x"), fill("")].into_iter()
}
