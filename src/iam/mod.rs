//! The policy language: documents, principals, actions, resources, conditions, patterns, and who
//! is let in by them. Knows nothing of a bucket's settings, of guardrails, events or alerts.
//!
//! Read in this order: `document` and its parts (`principal`, `action`, `condition`, `pattern`)
//! say what is written; `atom`, `compare` and `variable` what a condition asks of one value;
//! `request` what a policy says to one request. `caller` names the classes of those who may ask,
//! `facts` whom the policies name, `alike` of which of them the same is true, and `reach` asks the
//! `solver` about every caller of every offer.

mod action;
mod alike;
mod arn;
mod atom;
mod caller;
mod compare;
mod condition;
mod document;
mod facts;
mod fuel;
mod grammar;
mod named;
mod offer;
mod part;
mod pattern;
mod principal;
mod print;
mod reach;
mod request;
mod solver;
mod text;
mod variable;

pub use self::action::{Access, Action, Actions, On};
pub use self::arn::{Arn, any_partition, in_partition};
pub use self::caller::{Caller, OWNERS_ORGANIZATION};
pub use self::compare::range;
pub use self::condition::{Condition, Operator, Order, Quantifier, Test};
pub use self::document::{Clause, Document, Effect, Statement, Version};
pub use self::fuel::Fuel;
pub use self::grammar::DocumentError;
pub use self::named::{
    is_bounded, is_broad, is_owners_account, is_owners_organization, is_private,
};
pub use self::offer::{NetworkOrigin, Offer, Place, Route};
pub use self::pattern::Glob;
pub use self::principal::Principal;
pub use self::reach::Reach;
pub use self::request::{Answer, Request, Requester, holds, is_meant};
pub use self::solver::{Asker, Policies, Through, Unproved};
