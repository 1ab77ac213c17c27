//! The question of exposure, decided: is there a request of this caller that an offer and the
//! policies around it let through, for which actions, and which one?
//!
//! A request is a point in a product of sets: one for each condition key, one for the resource, one
//! for the actions. `shape` says what the requests of a caller may carry; `rules` reads the
//! policies; `search` walks from one point to the next, away from each Deny that hits it, until
//! none does or nothing is left; `pick` finds the values. Knows nothing of a bucket's settings.

mod asker;
mod attempt;
mod bindings;
mod candidates;
pub(super) mod carried;
mod domain;
mod form;
mod hints;
mod pick;
mod policies;
mod principals;
mod rules;
mod search;
mod shape;
mod witness;

pub use self::asker::{Asker, Through, Unproved};
pub use self::policies::Policies;
