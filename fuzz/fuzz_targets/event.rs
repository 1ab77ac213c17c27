//! Any bytes as what the function is invoked with: opened, read, run through the flow on an account
//! in memory made from the event alone, and published. Nothing panics, a refusal stays on one line,
//! and what is published is JSON.

#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use libfuzzer_sys::fuzz_target;
use s3_guardrail::aws::delivery::{self, Delivery};
use s3_guardrail::event::{self, Event, Refused};
use s3_guardrail::guard::guard;
use s3_guardrail::guardrail::{DEFAULT, Guardrail, Mode};
use s3_guardrail::local::LocalAccount;
use s3_guardrail::report::{Report, published};
use time::macros::datetime;

fuzz_target!(|payload: &str| {
    let bodies = match delivery::open(payload) {
        Ok(Delivery::Single(body)) => vec![body],
        Ok(Delivery::Batch(messages)) => messages.into_iter().map(|message| message.body).collect(),
        Err(refused) => return one_line(&refused),
    };
    // a batch holds ten messages at most
    for body in bodies.iter().take(10) {
        let report = match event::read(body) {
            Ok(Event::Trigger(trigger)) => {
                let now = datetime!(2026-11-20 09:14:09 UTC);
                let account = LocalAccount::from_event(&trigger, now);
                let mut guardrail = Guardrail::parse(DEFAULT).expect("the built-in guardrail");
                guardrail.mode = Mode::Enforce;
                let mut flow = pin!(guard(&trigger, &guardrail, &account));
                let Poll::Ready(report) =
                    flow.as_mut().poll(&mut Context::from_waker(Waker::noop()))
                else {
                    panic!("the account in memory waited")
                };
                report
            }
            Ok(Event::Ignored { event, actor, reason }) => Report::ignored(event, actor, reason),
            Err(refused) => {
                one_line(&refused);
                continue;
            }
        };
        let line = published::line(&published::replay(&report));
        assert!(!line.contains('\n'), "{line}");
        serde_json::from_str::<serde_json::Value>(&line).expect("what is published is JSON");
    }
});

fn one_line(refused: &Refused) {
    let text = refused.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
}
