//! A way into a bucket before it is known whom it lets in.

use crate::exposure::{Closer, Via};
use crate::iam::{InForce, Offer};

/// One statement or grant, with what stands for and against it.
pub(super) struct Way<'a> {
    pub via: Via,
    pub offer: Offer<'a>,
    /// The policy beside the offer, whose Denies count.
    pub own: InForce<'a>,
    /// The policy that must let the same request through as well.
    pub behind: Option<InForce<'a>>,
    pub closed_by: &'a [Closer],
}
