//! What follows for the request from what policies, ACLs and settings say.
//!
//! Source: IAM User Guide, "Policy evaluation logic": a Deny wins; principals of the bucket's own
//! account are let in by its IAM policies too, others by the bucket alone and only where their own
//! account lets them ask.

use crate::bucket::{BucketState, Setting};
use crate::escape::sentence;
use crate::explain::acl::grant_name;
use crate::explain::three_valued::{all, any, not};
use crate::explain::{
    AclTold, Answer, ElementTold, GrantTold, PolicyText, PolicyTold, Question, SettingTold,
    StatementTold, words,
};
use crate::iam::{Arn, Effect, Requester};

/// What the owner's root user may do whatever a Deny says. Source: API reference of each.
const OF_ROOT: [&str; 3] = ["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"];

/// What becomes of the request, and why.
pub(super) fn of(
    state: &BucketState,
    question: &Question,
    policies: &[PolicyTold],
    acl: &AclTold,
    settings: &[SettingTold],
) -> (Answer, String) {
    let setting = |name: &str| settings.iter().find(|setting| setting.name == name);
    let grounds = Grounds {
        question,
        policies,
        acl,
        restrict: setting(Setting::RestrictPublicBuckets.name()),
        origin: setting("NetworkOrigin"),
    };
    if question.is_by_owner(&state.account) {
        grounds.for_the_owner()
    } else {
        grounds.for_an_outsider()
    }
}

struct Grounds<'a> {
    question: &'a Question,
    policies: &'a [PolicyTold],
    acl: &'a AclTold,
    restrict: Option<&'a SettingTold>,
    origin: Option<&'a SettingTold>,
}

impl Grounds<'_> {
    fn for_the_owner(&self) -> (Answer, String) {
        let denied = self.denied();
        let is_root = matches!(&self.question.requester, Requester::Identity { arn, .. }
            if Arn::split(arn).is_some_and(|arn| arn.resource() == "root"));
        if is_root && OF_ROOT.contains(&self.question.action.name()) {
            let because = "the root user of the bucket's own account can always do this, whatever \
                           the policy denies";
            return (Answer::Through, because.to_owned());
        }
        if let Some(refusal) = denied.or_else(|| self.elsewhere()) {
            return (
                Answer::Refused,
                format!("{refusal}, whatever the account's IAM policies say"),
            );
        }
        if any(self.policies.iter().map(|policy| policy.denies)).is_none() {
            return (Answer::Unknown, self.doubts());
        }
        let unknown_origin = self.origin.is_some_and(|origin| origin.cuts.is_none());
        match self.directly_allowed().filter(|_| !unknown_origin) {
            Some(by) => (Answer::Through, format!("{by} allows it by name, and nothing denies it")),
            None => (
                Answer::OwnerDecides,
                "nothing here denies it: it gets through where the account's own IAM policies \
                 allow it"
                    .to_owned(),
            ),
        }
    }

    /// A statement of every policy that allows this principal, not its account as a whole: the
    /// account's IAM policies need not allow it too.
    fn directly_allowed(&self) -> Option<String> {
        let Requester::Identity { account, .. } = &self.question.requester else { return None };
        let of_the_whole = |element: &ElementTold| {
            let names = |wanted: &str| element.policy.iter().any(|named| named == wanted);
            element.element == "Principal" && !names("*") && names(account.as_str())
        };
        let is_direct = |statement: &&StatementTold| {
            statement.effect == Effect::Allow
                && statement.applies == Some(true)
                && !statement.elements.iter().any(of_the_whole)
        };
        let found: Vec<String> = self
            .policies
            .iter()
            .filter_map(|policy| {
                let statement = policy.statements.iter().find(is_direct)?;
                Some(words::statement(statement, policy))
            })
            .collect();
        (found.len() == self.policies.len()).then(|| found.join(" and "))
    }

    fn for_an_outsider(&self) -> (Answer, String) {
        if let Some(refusal) = self.denied().or_else(|| self.elsewhere()) {
            return (Answer::Refused, refusal);
        }
        let denies = any(self.policies.iter().map(|policy| policy.denies));
        let allows = all(self.policies.iter().map(|policy| policy.allows));
        let cut = self.restrict.filter(|restrict| restrict.cuts == Some(true));
        let allowed = if cut.is_some() { Some(false) } else { allows };
        // whether a grant is enough behind an access point is not documented
        let granted = match (self.acl.lets_in, self.question.access_point.is_some()) {
            (Some(true), true) => None,
            (lets_in, _) => lets_in,
        };
        let granted = if self.point_refuses() { Some(false) } else { granted };
        let origin = self.origin.map_or(Some(true), |origin| not(origin.cuts));
        match all([any([allowed, granted]), not(denies), origin]) {
            Some(true) => (Answer::Through, self.through(allowed == Some(true))),
            Some(false) => (Answer::Refused, self.refused(allows, cut)),
            None => (Answer::Unknown, self.doubts()),
        }
    }

    /// Through an access point its own policy must allow.
    fn point_refuses(&self) -> bool {
        match self.policies {
            [point, _] => point.allows == Some(false),
            _ => false,
        }
    }

    /// The Deny that surely applies.
    fn denied(&self) -> Option<String> {
        self.policies.iter().find_map(|policy| {
            let deny = policy.first(Effect::Deny)?;
            Some(format!("{} denies it", words::statement(deny, policy)))
        })
    }

    /// From where an access point does not answer.
    fn elsewhere(&self) -> Option<String> {
        self.origin.filter(|origin| origin.cuts == Some(true)).map(|origin| origin.why.clone())
    }

    fn through(&self, by_policy: bool) -> String {
        let allowing: Vec<String> = if by_policy {
            let found = self.policies.iter().filter_map(|policy| {
                policy.first(Effect::Allow).map(|allow| words::statement(allow, policy))
            });
            found.collect()
        } else {
            self.letting_in().take(1).map(grant_name).collect()
        };
        let (verb, also) =
            if allowing.len() > 1 { ("allow", "both policies must, and ") } else { ("allows", "") };
        let mut because =
            format!("{} {verb} it; {also}nothing denies it or cuts it off", allowing.join(" and "));
        if by_policy && self.restrict.is_some_and(|restrict| restrict.cuts.is_none()) {
            because.push_str(", as far as is known of RestrictPublicBuckets");
        }
        because
    }

    fn letting_in(&self) -> impl Iterator<Item = &GrantTold> {
        self.acl.grants.iter().filter(|grant| grant.lets_in == Some(true))
    }

    fn refused(&self, allows: Option<bool>, cut: Option<&SettingTold>) -> String {
        if let Some(restrict) = cut.filter(|_| allows != Some(false)) {
            return format!("RestrictPublicBuckets is {}", restrict.why);
        }
        let silent = self.policies.iter().find(|policy| policy.allows == Some(false));
        let policy = silent.map_or_else(String::new, |policy| match policy.text {
            PolicyText::Absent => {
                let of = words::holder(&policy.of);
                format!("there is no {}", of.strip_prefix("the ").unwrap_or(&of))
            }
            PolicyText::Read | PolicyText::Unreadable(_) => {
                format!("no statement of {} allows it", words::holder(&policy.of))
            }
        });
        let muted = |grant: &GrantTold| {
            let by = grant.muted_by.as_ref().filter(|_| grant.grants == Some(true))?;
            Some(format!("; {} would let it in, but {by}", grant_name(grant)))
        };
        let grants = self.acl.grants.iter().find_map(muted);
        let none = || {
            let off = if self.acl.off { "ACLs are off" } else { "no grant of an ACL lets it in" };
            format!(", and {off}")
        };
        policy + &grants.unwrap_or_else(none)
    }

    /// What the answer hangs on.
    fn doubts(&self) -> String {
        let mut doubts = Vec::new();
        for policy in self.policies {
            if let PolicyText::Unreadable(error) = &policy.text {
                let (of, error) = (words::holder(&policy.of), sentence(error));
                doubts.push(format!("{of} could not be read ({error})"));
            }
            let unsure = policy.statements.iter().filter(|statement| statement.applies.is_none());
            doubts.extend(unsure.take(3).map(|statement| {
                let name = words::statement(statement, policy);
                format!("whether {name} applies is not known")
            }));
        }
        let unsure = self.acl.grants.iter().filter(|grant| grant.lets_in.is_none());
        doubts.extend(
            unsure
                .take(3)
                .map(|grant| format!("whether {} lets it in is not known", grant_name(grant))),
        );
        doubts.extend(self.acl.not_seen.iter().cloned());
        if self.question.access_point.is_some() && self.acl.lets_in == Some(true) {
            doubts.push("whether a grant of an ACL is enough here is not documented".to_owned());
        }
        doubts.extend(
            self.origin.filter(|origin| origin.cuts.is_none()).map(|origin| origin.why.clone()),
        );
        format!("nothing known decides it; {}", doubts.join("; "))
    }
}
