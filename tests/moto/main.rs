//! The built function against moto, an AWS that nobody here wrote: events in, state and pages out.

#[path = "../support/mod.rs"]
mod support;

mod starting;
