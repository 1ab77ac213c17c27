//! Who outside the owner's account gets in, through what.

mod closers;
mod deputies;
mod evaluate;
mod ours;
mod paths;
mod public;
mod verdict;
mod witness;
mod zone;

pub use self::evaluate::evaluate;
pub(crate) use self::public::{PolicyOf, is_public_statement};
pub use self::verdict::{
    Class, Closer, Disagreement, Exposure, Parties, Path, Verdict, Via, WayIn, Witness,
};
