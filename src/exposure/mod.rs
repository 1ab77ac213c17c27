//! Who outside the owner's account gets in, through what.

mod evaluate;
mod verdict;

pub use self::evaluate::evaluate;
pub use self::verdict::{
    Class, Closer, Disagreement, Exposure, Parties, Path, Verdict, Via, Witness, WitnessPrincipal,
};
