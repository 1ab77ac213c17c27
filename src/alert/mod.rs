//! From the record of a run to the messages that people get.
//!
//! `situation` says how things stand, `text` lays the page out, `proof`, `next_steps` (with
//! `lasting` and `approval`) and `words` fill it, `body` keeps the whole within what SNS takes.

mod account;
mod approval;
mod body;
mod causes;
mod lasting;
mod next_steps;
mod proof;
mod situation;
mod state;
mod subject;
mod text;
pub mod words;

#[cfg(test)]
pub(crate) mod examples;

use self::situation::Situation;
use crate::event::Trigger;
use crate::ports::{Failure, Message, Target, Topic};
use crate::report::{AccountRun, Outcome, Run, published};

/// The messages that a run owes; none where it has nothing to tell.
#[must_use]
pub fn compose(trigger: &Trigger, run: &Run) -> Vec<Message> {
    let judged = match &run.outcome {
        Outcome::Judged(judged) => judged,
        Outcome::Gone(_) => return Vec::new(),
        Outcome::Blind(failure) => return vec![compose_blind(trigger, Some(&run.target), failure)],
    };
    if judged.news().is_none() {
        return Vec::new();
    }
    let situation = Situation::of(judged);
    vec![Message {
        topic: Topic::Page,
        subject: subject::of(&run.target, &situation),
        text: text::page(trigger, &run.target, &situation),
        report: published::alert(trigger, run),
    }]
}

/// The message about what could not be looked at at all: a bucket, or (`target` is `None`) the
/// whole scope of the trigger.
#[must_use]
pub fn compose_blind(trigger: &Trigger, target: Option<&Target>, failure: &Failure) -> Message {
    let report = match target {
        None => published::blind_alert(trigger, failure),
        Some(target) => {
            let outcome = Outcome::Blind(failure.clone());
            published::alert(trigger, &Run { target: target.clone(), outcome })
        }
    };
    Message {
        topic: Topic::Page,
        subject: subject::of_blind(trigger, target),
        text: text::blind_page(trigger, target, failure),
        report,
    }
}

/// The messages that a look at an account's own settings owes; none where all four are on.
#[must_use]
pub fn compose_account(trigger: &Trigger, run: &AccountRun) -> Vec<Message> {
    let page = account::page(trigger, run);
    page.into_iter()
        .map(|(subject, text)| Message {
            topic: Topic::Page,
            subject,
            text,
            report: published::account_alert(trigger, run),
        })
        .collect()
}

impl Message {
    /// What SNS gets: the text, a marker line, the report as JSON; under 256 KB. What does not fit
    /// is cut, and the message says so.
    #[must_use]
    pub fn body(&self) -> String {
        body::of(self)
    }
}
