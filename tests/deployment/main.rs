//! `infra/` applied to moto, an AWS that nobody here wrote, and the built function driven with the
//! environment that Terraform gave it.
//!
//! What moto 5.2.1 cannot do, and where it is held instead:
//! - it runs no function without a container, fires no alarm and no schedule: the tests take
//!   messages from the queue and hand them over; alarms, schedules and the event source mapping are
//!   judged as they were made (`audit`), and by `infra/tests/wiring.tftest.hcl`;
//! - it enforces no IAM, queue, topic or key policy on this way: the project's own policy engine
//!   judges them (`judge`);
//! - it takes the account from an event that it puts on a queue: the tests put it back;
//! - of a stack it makes no `AWS::SQS::QueuePolicy`: the template's is read as it is written;
//! - it sends no event of CloudTrail: the tests put it on the bus;
//! - it signs no code and confirms no subscription: tested with `mock_provider` alone.
//!
//! Where it answers Terraform unlike AWS, `tests/support/moto_infra.py` brings it closer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stderr, clippy::string_slice)]

// not all that stands there is needed here
#[allow(dead_code)]
#[path = "../support/mod.rs"]
mod support;

mod audit;
mod aws;
mod examples;
mod filters;
mod hub;
mod judge;
mod package;
mod privilege;
mod terraform;
