//! An account in memory whose calls fail, lag or never come back, as a test asks.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use s3_guardrail::bucket::{AccountId, BucketName, BucketState, Region, Settings};
use s3_guardrail::episode::{EpisodeId, Memory, PreImage};
use s3_guardrail::event::Scope;
use s3_guardrail::local::LocalAccount;
use s3_guardrail::ports::{Failure, Kept, Message, Reading, Target, Topic, World};
use s3_guardrail::remedy::Remedy;
use time::OffsetDateTime;

/// A call on the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Locate,
    Read,
    Apply,
    Recall,
    Remember,
    Keep,
    PreImage,
    Publish,
}

/// Where a run is killed: at its call number `at`, before it takes effect or after.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub at: usize,
    pub after: bool,
}

#[derive(Default)]
struct Script {
    calls: Vec<Call>,
    kill: Option<Kill>,
    failing: Vec<(Call, Failure)>,
    /// What reads go on to show, and how many times.
    stale: Option<(BucketState, usize)>,
}

/// An account in memory, with faults.
pub struct Shaky<'a> {
    account: &'a LocalAccount,
    script: Mutex<Script>,
}

impl<'a> Shaky<'a> {
    pub fn new(account: &'a LocalAccount) -> Self {
        Self { account, script: Mutex::default() }
    }

    pub fn killed(account: &'a LocalAccount, kill: Kill) -> Self {
        let shaky = Self::new(account);
        shaky.script.lock().unwrap().kill = Some(kill);
        shaky
    }

    /// Every such call fails from now on.
    pub fn failing(self, call: Call, code: &str, message: &str) -> Self {
        let failure = Failure { code: code.to_owned(), message: message.to_owned() };
        self.script.lock().unwrap().failing.push((call, failure));
        self
    }

    /// After a write, so many reads show what was there before.
    pub fn stale(self, reads: usize) -> Self {
        let name = BucketName::parse("clinic-reports").unwrap();
        let before = self.account.state(&name).unwrap();
        self.script.lock().unwrap().stale = Some((before, reads));
        self
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.script.lock().unwrap().calls.clone()
    }

    async fn call<T>(
        &self,
        call: Call,
        effect: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let (kill, failure) = {
            let mut script = self.script.lock().unwrap();
            let at = script.calls.len();
            script.calls.push(call);
            let kill = script.kill.filter(|kill| kill.at == at);
            let failure = script.failing.iter().find(|(failing, _)| *failing == call);
            (kill, failure.map(|(_, failure)| failure.clone()))
        };
        if kill.is_some_and(|kill| !kill.after) {
            return pending().await;
        }
        let result = match failure {
            Some(failure) => Err(failure),
            None => effect.await,
        };
        if kill.is_some() {
            return pending().await;
        }
        result
    }
}

impl World for Shaky<'_> {
    async fn locate(&self, scope: &Scope) -> Result<Vec<Target>, Failure> {
        self.call(Call::Locate, async { self.account.locate(scope).await }).await
    }

    async fn account_settings(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Settings, Failure> {
        self.account.account_settings(account, region).await
    }

    async fn read(&self, target: &Target) -> Result<Reading, Failure> {
        let wrote = !self.account.writes().is_empty();
        let stale = {
            let mut script = self.script.lock().unwrap();
            script.stale.as_mut().filter(|(_, reads)| wrote && *reads > 0).map(|(state, reads)| {
                *reads -= 1;
                state.clone()
            })
        };
        let reading = self.call(Call::Read, async { self.account.read(target).await }).await?;
        Ok(stale.map_or(reading, |state| Reading::State(Box::new(state))))
    }

    async fn apply(&self, remedy: &Remedy) -> Result<(), Failure> {
        self.call(Call::Apply, async { self.account.apply(remedy).await }).await
    }

    async fn recall(&self, target: &Target) -> Result<Memory, Failure> {
        self.call(Call::Recall, async { self.account.recall(target).await }).await
    }

    async fn remember(&self, target: &Target, memory: &Memory) -> Result<Kept, Failure> {
        self.call(Call::Remember, async { self.account.remember(target, memory).await }).await
    }

    async fn keep(&self, pre_image: &PreImage) -> Result<(), Failure> {
        self.call(Call::Keep, async { self.account.keep(pre_image).await }).await
    }

    async fn pre_image(&self, episode: &EpisodeId) -> Result<Option<PreImage>, Failure> {
        self.call(Call::PreImage, async { self.account.pre_image(episode).await }).await
    }

    fn hears(&self, topic: Topic) -> bool {
        self.account.hears(topic)
    }

    async fn publish(&self, message: &Message) -> Result<(), Failure> {
        self.call(Call::Publish, async { self.account.publish(message).await }).await
    }

    fn now(&self) -> OffsetDateTime {
        self.account.now()
    }

    async fn pause(&self, duration: Duration) {
        self.account.pause(duration).await;
    }
}

/// Runs a future to its end; `None` where it was killed on the way.
pub fn finish<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
