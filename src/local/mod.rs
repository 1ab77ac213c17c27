//! The ports on an in-memory account.

use std::time::Duration;

use time::OffsetDateTime;

use crate::alert::Message;
use crate::bucket::BucketState;
use crate::event::{Scope, Trigger};
use crate::ports::{Failure, Reading, Target, World};
use crate::remedy::Remedy;

/// Stub.
#[derive(Debug)]
pub struct LocalAccount {
    now: OffsetDateTime,
    states: Vec<BucketState>,
}

impl LocalAccount {
    /// Stub.
    #[must_use]
    pub fn from_states(states: Vec<BucketState>, now: OffsetDateTime) -> Self {
        Self { now, states }
    }

    /// Stub.
    #[must_use]
    pub fn from_event(_trigger: &Trigger, now: OffsetDateTime) -> Self {
        Self { now, states: Vec::new() }
    }
}

impl World for LocalAccount {
    async fn locate(&self, _scope: &Scope) -> Result<Vec<Target>, Failure> {
        Ok(Vec::new())
    }

    async fn read(&self, target: &Target) -> Result<Reading, Failure> {
        let state = self.states.iter().find(|state| state.bucket == target.bucket);
        Ok(state.map_or_else(
            || Reading::Gone("no such bucket".to_owned()),
            |state| Reading::State(Box::new(state.clone())),
        ))
    }

    async fn apply(&self, _remedy: &Remedy) -> Result<(), Failure> {
        Ok(())
    }

    async fn publish(&self, _message: &Message) -> Result<(), Failure> {
        Ok(())
    }

    fn now(&self) -> OffsetDateTime {
        self.now
    }

    async fn pause(&self, _duration: Duration) {}
}
