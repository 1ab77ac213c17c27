//! What an explanation is made of. Sentences (`why`, `because`, notes) are ours and safe to show,
//! with strangers' words quoted in them; every other text is as it was written, by whomever.

use crate::explain::Question;
use crate::iam::Effect;

/// Why a request gets through, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The request.
    pub question: Question,
    /// What each policy on its way says: the access point's first, then the bucket's.
    pub policies: Vec<PolicyTold>,
    /// What the ACLs say.
    pub acl: AclTold,
    /// What the settings say.
    pub settings: Vec<SettingTold>,
    /// What becomes of it.
    pub answer: Answer,
    /// Why, in one sentence.
    pub because: String,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It gets through.
    Through,
    /// It does not.
    Refused,
    /// By a principal of the bucket's own account, whose IAM policies decide.
    OwnerDecides,
    /// It hangs on what is not documented or not in the state.
    Unknown,
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTold {
    /// Whose policy.
    pub of: Holder,
    /// Whether there is one.
    pub text: PolicyText,
    /// Each statement, in the policy's order.
    pub statements: Vec<StatementTold>,
    /// Whether an Allow applies.
    pub allows: Option<bool>,
    /// Whether a Deny applies.
    pub denies: Option<bool>,
}

/// Whose policy it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// The bucket.
    Bucket,
    /// The access point of this name.
    AccessPoint(String),
}

/// Whether there is a policy to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyText {
    /// There is.
    Read,
    /// There is none.
    Absent,
    /// It could not be read, or not be understood: the error.
    Unreadable(String),
}

/// What one statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementTold {
    /// Its index, from 0.
    pub index: usize,
    /// Its `Sid`, if it has one.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Whether it applies: every element is met.
    pub applies: Option<bool>,
    /// Each of its elements: principal, action, resource, and each condition.
    pub elements: Vec<ElementTold>,
}

/// What one element of a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementTold {
    /// `Principal`, `NotAction`, … or `Condition`.
    pub element: &'static str,
    /// Of a condition, the operator as the policy writes it; quoted where IAM has no such.
    pub operator: Option<String>,
    /// Of a condition, the key as the policy writes it.
    pub key: Option<String>,
    /// What the policy asks for.
    pub policy: Vec<String>,
    /// What the request has; `None`: it lacks the condition key.
    pub request: Option<Vec<String>>,
    /// Whether the request meets the element.
    pub met: Option<bool>,
    /// Why.
    pub why: String,
}

/// What the ACLs say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclTold {
    /// Whether ACLs are off by Object Ownership.
    pub off: bool,
    /// Each grant: of the bucket's ACL, then of the object's.
    pub grants: Vec<GrantTold>,
    /// Lists that may let the request in and are not in the state, in words.
    pub not_seen: Vec<String>,
    /// Whether a grant lets the request in.
    pub lets_in: Option<bool>,
}

/// What one grant says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTold {
    /// The object whose list it is in; `None`: the bucket's.
    pub key: Option<String>,
    /// Its index in the list, from 0.
    pub index: usize,
    /// Whom it names.
    pub grantee: String,
    /// `READ`, `WRITE`, …
    pub permission: &'static str,
    /// Whether it would let the request in if nothing muted it.
    pub grants: Option<bool>,
    /// What mutes it, where it would let the request in or might.
    pub muted_by: Option<String>,
    /// Whether it does.
    pub lets_in: Option<bool>,
    /// Why.
    pub why: String,
}

/// What one setting does to the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingTold {
    /// AWS's name of the setting.
    pub name: &'static str,
    /// Where it is on: `account`, `bucket`, `access_point`.
    pub on_at: Vec<&'static str>,
    /// Whether it keeps from the request what policies, or grants, would let it have. What is not
    /// known counts as not, but for `NetworkOrigin`.
    pub cuts: Option<bool>,
    /// Why.
    pub why: String,
}

impl Answer {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Refused => "refused",
            Self::OwnerDecides => "owner_decides",
            Self::Unknown => "unknown",
        }
    }
}

impl PolicyTold {
    /// The first statement of `effect` that surely applies.
    pub(super) fn first(&self, effect: Effect) -> Option<&StatementTold> {
        let of = |statement: &&StatementTold| statement.effect == effect;
        self.statements.iter().filter(of).find(|statement| statement.applies == Some(true))
    }
}
