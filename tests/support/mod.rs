//! What the tests of the built binary stand on: moto as AWS, a Lambda Runtime API, accounts, events.

pub mod account;
pub mod events;
mod http;
pub mod lambda;
pub mod moto;
