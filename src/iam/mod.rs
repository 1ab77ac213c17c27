//! The policy language: documents, principals, actions, resources, conditions, patterns, and who
//! is let in by them. Knows nothing of a bucket's settings, of guardrails, events or alerts.

mod action;
mod arn;
mod caller;
mod carried;
mod condition;
mod document;
mod grammar;
mod holds;
mod offer;
mod pattern;
mod principal;
mod print;
mod reach;
mod request;

pub use self::action::{Access, Action, On};
pub use self::arn::Arn;
pub use self::caller::Caller;
pub use self::carried::{Carried, Route, Values, carried};
pub use self::condition::{Condition, Operator, Order, Quantifier, Test};
pub use self::document::{Clause, Document, Effect, Statement, Version};
pub use self::grammar::DocumentError;
pub use self::holds::{is_bounded, is_broad, is_private, range};
pub use self::offer::{Offer, Place};
pub use self::pattern::Glob;
pub use self::principal::Principal;
pub use self::reach::{InForce, Memo, Reach, reach};
pub use self::request::{Answer, Request, Requester, holds};
