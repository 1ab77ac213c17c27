//! Who gets through an offer: every class of callers, asked one by one.

mod asked;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::iam::action::Actions;
use crate::iam::alike::Alike;
use crate::iam::caller::Caller;
use crate::iam::fuel::Fuel;
use crate::iam::offer::Offer;
use crate::iam::reach::asked::Asked;
use crate::iam::request::Requester;
use crate::iam::solver::{Asker, Policies, Through};

/// Who gets through an offer. No class repeats an action that a wider one may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What everyone may do.
    pub anonymous: Through,
    /// What every AWS identity may do beside.
    pub authenticated: Through,
    /// What bounded sets of callers may do beside, those together of whom the same is true; the
    /// request is the first one's, where it has its own. A service that calls for whoever makes it
    /// is alone.
    pub bounded: Vec<(Rc<[Caller]>, Through)>,
}

impl<'a> Policies<'a> {
    /// Who gets through each of `offers`.
    #[must_use]
    pub fn reach(&self, offers: &[Offer], fuel: &Fuel) -> Vec<Reach> {
        let mut asked: Vec<Asked<'_>> = offers.iter().map(|offer| Asked::of(self, offer)).collect();
        for caller in [Caller::Anonymous, Caller::Stranger] {
            let all = asked.iter().enumerate();
            let by = all.filter(|(_, one)| one.named.contains(&caller)).map(|(index, _)| index);
            let by: Vec<usize> = by.collect();
            self.ask(&caller, true, &mut asked, by.into_iter(), fuel);
        }
        let mut named: Vec<(Caller, usize)> = Vec::new();
        for (index, one) in asked.iter_mut().enumerate() {
            one.name_more(self.tells_places_apart(), self.tells_services_apart());
            named.extend(one.take_named().into_iter().map(|caller| (caller, index)));
        }
        named.sort();
        for by in named.chunk_by(|(one, _), (next, _)| one == next) {
            let Some((caller, _)) = by.first() else { continue };
            self.ask(caller, false, &mut asked, by.iter().map(|(_, index)| *index), fuel);
        }
        for one in &mut asked {
            self.give_up_for_others(one);
        }
        self.ask_elsewhere(&mut asked, fuel);
        asked.into_iter().map(|one| one.reach).collect()
    }

    /// What one service may not do for an account, another may that was not asked about.
    fn give_up_for_others(&self, one: &mut Asked<'_>) {
        let left = self.offered(one.offer) - one.reach.anonymous.actions;
        let all = one.reach.bounded.iter().filter(|(_, through)| through.actions == left);
        let sure: BTreeSet<&Caller> = all.flat_map(|(callers, _)| callers.iter()).collect();
        let is_owner = |caller: &Caller| caller.account() == Some(&self.place.owner);
        let unsure: Vec<Caller> = std::mem::take(&mut one.stand_ins)
            .into_iter()
            .filter(|caller| !is_owner(caller) && !sure.contains(caller))
            .collect();
        if !unsure.is_empty() {
            one.reach.add(unsure.into(), Through::given_up(left));
        }
    }

    /// Asks those whom other statements name: for what they may do from no place and as members of
    /// no organization that a policy names, else for what those there cannot do whom none names.
    fn ask_elsewhere<'q>(&'q self, asked: &mut [Asked<'q>], fuel: &Fuel) {
        let tells_more = self.tells_places_apart() || !self.facts.organizations.is_empty();
        let mut kin = None;
        for one in asked.iter_mut().filter(|one| one.everyone) {
            let (members, located) = (one.members, one.located());
            let left = self.offered(one.offer) - one.reach.by_everyone();
            if left.is_empty() {
                continue;
            }
            let (all, sets) = kin.get_or_insert_with(|| self.kin());
            if fuel.left() == 0 {
                one.reach.add(one.strangers_to(all), Through::given_up(left));
                continue;
            }
            for Kin { callers, first } in sets {
                if callers.first().is_none_or(|caller| one.keeps_out(caller, false)) {
                    continue;
                }
                let unnamed = one.but_named(callers);
                let Some(caller) = unnamed.first() else { continue };
                if fuel.left() == 0 {
                    one.reach.add(unnamed, Through::given_up(left));
                    continue;
                }
                let mut ask = |[anywhere, somewhere]: &[Once<'_, 'q, 'a>; 2]| {
                    let through = if one.keeps_out(caller, true) {
                        Through::default()
                    } else {
                        self.ask_one(one, anywhere, left, fuel)
                    };
                    let left = left - through.actions - members - located;
                    if !tells_more || left.is_empty() {
                        return through;
                    }
                    through.or(self.ask_one(one, somewhere, left, fuel))
                };
                let through = if callers.first() == Some(caller) {
                    ask(first)
                } else {
                    ask(&Once::both(self, caller))
                };
                one.reach.add(unnamed, through);
            }
        }
    }

    /// Whom the policies name, but the owner, and services that call for whoever makes them: all,
    /// and those together of whom the same is true.
    fn kin(&self) -> (Rc<[Caller]>, Vec<Kin<'_, 'a>>) {
        let elsewhere = |caller: &&Caller| {
            !matches!(caller, Caller::Service { on_behalf_of: None, .. })
                && caller.account() != Some(&self.place.owner)
        };
        let mut sets: Vec<Vec<&Caller>> = Vec::new();
        let mut known = BTreeMap::new();
        for caller in self.facts.callers.iter().filter(elsewhere) {
            let alike = self.alike(caller);
            let at = alike.map_or(sets.len(), |alike| *known.entry(alike).or_insert(sets.len()));
            match sets.get_mut(at) {
                Some(set) => set.push(caller),
                None => sets.push(vec![caller]),
            }
        }
        let all = self.facts.callers.iter().filter(elsewhere).cloned().collect();
        (all, sets.into_iter().filter_map(|set| Kin::of(self, &set)).collect())
    }

    /// Asks `caller` about the offers that name it, which are those at `by`.
    fn ask<'q>(
        &'q self,
        caller: &Caller,
        anywhere: bool,
        asked: &mut [Asked<'q>],
        by: impl Iterator<Item = usize>,
        fuel: &Fuel,
    ) {
        let ready = Once::of(self, caller, anywhere);
        let mut alone: Option<Rc<[Caller]>> = None;
        for index in by {
            let Some(one) = asked.get_mut(index) else { continue };
            let left = Actions::ALL - one.reach.wider(caller);
            let through = self.ask_one(one, &ready, left, fuel);
            match caller {
                Caller::Anonymous => one.reach.anonymous = through,
                Caller::Stranger => one.reach.authenticated = through,
                Caller::Located { .. }
                | Caller::Account { .. }
                | Caller::Organization(_)
                | Caller::CanonicalUser(_)
                | Caller::OriginAccessIdentity(_)
                | Caller::Service { .. } => {
                    let alone = alone.get_or_insert_with(|| [caller.clone()].into());
                    one.reach.add(Rc::clone(alone), through);
                }
            }
        }
    }

    fn ask_one<'q>(
        &'q self,
        one: &mut Asked<'q>,
        asker: &Once<'_, 'q, 'a>,
        actions: Actions,
        fuel: &Fuel,
    ) -> Through {
        let caller = asker.caller;
        let actions = actions & self.offered(one.offer);
        if actions.is_empty() || caller.account() == Some(&self.place.owner) {
            return Through::default();
        }
        let alike = asker.alike.map(|alike| (asker.anywhere, alike));
        let known = alike.and_then(|alike| one.alike.get(&alike));
        if let Some((_, known)) = known.filter(|(asked, _)| (actions - *asked).is_empty()) {
            return Through { actions: known.actions & actions, ..known.clone() };
        }
        // everyone is worth some steps in any case
        let through = if fuel.left() == 0 && !caller.is_everyone() {
            Through::given_up(actions)
        } else {
            asker.get().ask(one.offer, one.meant.contains(caller), actions, fuel)
        };
        if caller.as_organization().is_some() && !self.is_by_account(&through) {
            one.members |= through.actions;
        }
        one.alike.extend(alike.map(|alike| (alike, (actions, through.of_another()))));
        through
    }

    /// Whether members of an organization get through as an account alone that the policies name.
    fn is_by_account(&self, through: &Through) -> bool {
        let requester = through.request.as_ref().map(|request| &request.requester);
        match requester {
            Some(Requester::Identity { account, .. }) => self.facts.accounts.contains(account),
            Some(_) | None => false,
        }
    }
}

/// Callers of whom the same is true, and the first of them, from anywhere and from somewhere.
struct Kin<'q, 'a> {
    callers: Rc<[Caller]>,
    first: [Once<'q, 'q, 'a>; 2],
}

impl<'q, 'a> Kin<'q, 'a> {
    fn of(policies: &'q Policies<'a>, set: &[&'q Caller]) -> Option<Self> {
        let first = Once::both(policies, set.first()?);
        Some(Self { callers: set.iter().copied().cloned().collect(), first })
    }
}

/// A caller made ready when it is first needed.
struct Once<'c, 'q: 'c, 'a> {
    policies: &'q Policies<'a>,
    caller: &'c Caller,
    anywhere: bool,
    /// What it has in common with others.
    alike: Option<Alike<'q>>,
    asker: OnceCell<Asker<'c, 'a>>,
}

impl<'c, 'q: 'c, 'a> Once<'c, 'q, 'a> {
    fn of(policies: &'q Policies<'a>, caller: &'c Caller, anywhere: bool) -> Self {
        let alike = policies.alike(caller);
        Self { policies, caller, anywhere, alike, asker: OnceCell::new() }
    }

    /// From anywhere and from somewhere.
    fn both(policies: &'q Policies<'a>, caller: &'c Caller) -> [Self; 2] {
        [true, false].map(|anywhere| Self::of(policies, caller, anywhere))
    }

    fn get(&self) -> &Asker<'c, 'a> {
        self.asker.get_or_init(|| self.policies.asker(self.caller, self.anywhere))
    }
}

impl Reach {
    /// What wider classes than this caller may do.
    fn wider(&self, caller: &Caller) -> Actions {
        if caller.is_signed() { self.by_everyone() } else { self.anonymous.actions }
    }

    /// What everyone who signs may do.
    #[must_use]
    pub fn by_everyone(&self) -> Actions {
        self.anonymous.actions | self.authenticated.actions
    }

    fn add(&mut self, callers: Rc<[Caller]>, through: Through) {
        if !through.actions.is_empty() && !callers.is_empty() {
            self.bounded.push((callers, through));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::iam::{Action, Actions, Caller, Document, Fuel, Offer, Place, Policies, Route};
    use crate::name::AccountId;

    #[test]
    fn what_one_of_many_services_may_not_do_another_may() {
        let names: Vec<String> =
            (0..401).map(|index| format!("s{index:03}.amazonaws.com")).collect();
        let actions = ["s3:GetObject", "s3:PutObject"];
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": names}, "Action": actions, "Resource": "*",
             "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}},
            {"Effect": "Deny", "Principal": {"Service": names[0]}, "Action": actions[1],
             "Resource": "*"}]});
        let document = Document::from_json(&policy).unwrap();
        let owner = AccountId::parse("111122223333").unwrap();
        let place = Place::of_bucket("clinic-reports", &owner, Route::Direct);
        let policies = Policies::of(Some(&document), &place, None);
        let reached = policies.reach(&[Offer::Statement(0)], &Fuel::new(1_000_000));
        let account = AccountId::parse("444455556666").unwrap();
        let of_account = reached[0]
            .bounded
            .iter()
            .filter(|(callers, _)| callers.iter().any(|caller| caller.account() == Some(&account)));
        let all = of_account.fold(Actions::NONE, |all, (_, through)| all | through.actions);
        let expected = actions.iter().filter_map(|name| Action::from_name(name));
        assert_eq!(all, expected.collect::<Actions>());
    }

    #[test]
    fn without_steps_all_but_those_whom_a_list_keeps_out_get_through() {
        let to = |id: &str| {
            json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": id}}})
        };
        let account = json!({"Effect": "Deny", "Principal": {"AWS": "444455556666"},
            "Action": "s3:*", "Resource": "*"});
        let policy =
            json!({"Version": "2012-10-17", "Statement": [to("o-aa"), to("o-bb"), account]});
        let document = Document::from_json(&policy).unwrap();
        let owner = AccountId::parse("111122223333").unwrap();
        let place = Place::of_bucket("clinic-reports", &owner, Route::Direct);
        let policies = Policies::of(Some(&document), &place, None);
        let reached = policies.reach(&[Offer::Statement(0)], &Fuel::new(0));
        let [reach] = reached.as_slice() else { panic!("{reached:?}") };
        assert!(reach.anonymous.actions.is_empty() && reach.authenticated.actions.is_empty());
        let account = AccountId::parse("444455556666").unwrap();
        let named: Vec<&Caller> = reach.bounded.iter().flat_map(|(set, _)| set.iter()).collect();
        let organization = Caller::Organization("o-aa".to_owned());
        assert_eq!(named, [&organization, &Caller::Account { account, arn: None }]);
    }
}
