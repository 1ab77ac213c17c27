//! What people get, from an event to the message: by the rules of each on-call tool, by who opened
//! what, and with whatever strangers write into events.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod blame;
mod hostile;
mod receivers;
mod routes;
mod world;
