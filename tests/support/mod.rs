//! What the tests of the built function stand on: moto as AWS, a Runtime API, accounts, events.

pub mod account;
pub mod events;
pub mod http;
pub mod lambda;
pub mod moto;
