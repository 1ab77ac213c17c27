//! What is remembered of the bucket of one run: read before, written before the first write and
//! after the last read. Where it cannot be kept, the run goes on without: a second page beats a
//! missed one.

use std::time::Duration;

use super::verify::Afterwards;
use super::{Found, publish};
use crate::alert::compose_blind;
use crate::blame::openers::{Opening, complete, is_incomplete, openings};
use crate::blame::{opened_at, passed_at};
use crate::bucket::BucketState;
use crate::episode::{
    Begun, Mark, Memory, Outcome, PreImage, Prints, Settled, Sight, State, prints,
};
use crate::event::Trigger;
use crate::exposure::{Verdict, evaluate};
use crate::guardrail::{Guardrail, Held, Mode, Past, RuleAction, decide};
use crate::ports::{Failure, Kept, Target, World};
use crate::report::{Cause, Judged, Sent};

/// How often a record is written anew on top of what another run wrote meanwhile.
const TRIES: usize = 6;

/// Looks at whether another delivery of the same event has told people, half a second apart.
const POLLS: usize = 10;
const POLL: Duration = Duration::from_millis(500);

pub(super) struct Book<'a, W> {
    trigger: &'a Trigger,
    target: Target,
    guardrail: &'a Guardrail,
    world: &'a W,
    /// As it was read or written last.
    stored: Memory,
    /// With what this run has to add.
    memory: Memory,
    /// Why nothing more is read or written.
    lost: Option<Failure>,
    outcome: Option<Outcome>,
}

impl<'a, W: World> Book<'a, W> {
    /// Reads what is remembered. In mode `observe` nothing is, and nothing will be.
    pub(super) async fn open(
        trigger: &'a Trigger,
        target: Target,
        guardrail: &'a Guardrail,
        world: &'a W,
    ) -> Self {
        let (stored, lost) = match guardrail.mode {
            Mode::Observe => (Memory::default(), None),
            Mode::Notify | Mode::Enforce => match world.recall(&target).await {
                Ok(memory) => (memory, None),
                Err(failure) => (Memory::default(), Some(failure)),
            },
        };
        let mut memory = stored.clone();
        memory.note_tags(trigger);
        Self { trigger, target, guardrail, world, stored, memory, lost, outcome: None }
    }

    /// What bears on a decision.
    pub(super) fn past(&self) -> Past {
        self.memory.past(self.target.account, &self.target.bucket, self.world.now())
    }

    /// What `state` comes to.
    pub(super) fn find(&self, state: BucketState) -> Found {
        let verdict = evaluate(&state, &self.guardrail.trust);
        let decision = decide(&verdict, &state, self.guardrail, &self.past(), self.world.now());
        Found { state, verdict, decision }
    }

    /// Tells that the bucket could not be looked at at all, once in a while.
    pub(super) async fn blind(&mut self, failure: &Failure) -> Vec<Sent> {
        let now = self.world.now();
        if self.guardrail.mode == Mode::Observe || !self.update(|memory| memory.blind(now)).await {
            return Vec::new();
        }
        let telling = &self.guardrail.telling;
        let messages = compose_blind(self.trigger, Some(&self.target), failure, telling);
        let alerts = publish(messages, self.world).await;
        if alerts.iter().any(Sent::is_lost) {
            self.update(|memory| memory.blind_since = None).await;
        }
        alerts
    }

    /// Begins or goes on with an episode, and keeps what was there before a write. Gives what the
    /// look came to and what it was at: `found`, or what a run before this one found that did not
    /// come to an end.
    pub(super) async fn begin(&mut self, found: Found) -> (Begun, Found) {
        if self.guardrail.mode == Mode::Observe {
            return (Begun::Nothing, found);
        }
        let sight = self.sight(&found);
        let now = self.world.now();
        let limits = self.guardrail.episodes;
        let trigger = self.trigger;
        let begun = self
            .update(|memory| {
                memory.openers.note(trigger);
                memory.begin(&sight, limits, now)
            })
            .await;
        match begun {
            Begun::Concern if !found.decision.apply.is_empty() => {
                self.keep_pre_image(&found, sight.event).await;
                (begun, found)
            }
            Begun::Unfinished => match self.found_before(&found).await {
                Some(before) => (begun, before),
                None => (Begun::Closed, found),
            },
            Begun::Concern | Begun::Nothing | Begun::Closed | Begun::Transient | Begun::Exempt => {
                (begun, found)
            }
        }
    }

    /// Who opened what was found open: from the event and the memory, else from the history. Only
    /// a page waits for that, no write.
    pub(super) async fn openings(
        &self,
        target: &Target,
        state: &BucketState,
        verdict: &Verdict,
    ) -> Vec<Opening> {
        let (trust, memory) = (&self.guardrail.trust, &self.memory.openers);
        let mut openings = openings(self.trigger, state, verdict, trust, memory);
        if is_incomplete(&openings) {
            complete(&mut openings, state, &self.world.history(target).await);
        }
        openings
    }

    fn sight(&self, found: &Found) -> Sight {
        let (trigger, guardrail) = (self.trigger, self.guardrail);
        let (state, decision) = (&found.state, &found.decision);
        let exempt_by = |tags: bool| {
            decision.held.iter().any(|held| match held {
                Held::ByExemption { by_tags, .. } => *by_tags || !tags,
                Held::ByMode(_)
                | Held::ByCut(_)
                | Held::ByWrites(_)
                | Held::NothingLeftToTurnOn => false,
            })
        };
        let now = self.world.now();
        Sight {
            account: self.target.account,
            bucket: self.target.bucket.clone(),
            event: Mark::of(trigger),
            open: prints(&found.verdict, decision),
            concern: decision.action != RuleAction::Ignore,
            writes: decision.apply.clone(),
            exempt: exempt_by(false),
            tagged_exempt: exempt_by(true) && trigger.changes_tags(),
            opened: opened_at(trigger, state, &found.verdict, &guardrail.trust),
            transient: passed_at(trigger, state, guardrail, &self.past(), now),
        }
    }

    async fn keep_pre_image(&mut self, found: &Found, event: Mark) {
        let Some(episode) = &self.memory.episode else { return };
        let id = episode.id.clone();
        let turns_on = found.decision.apply.clone();
        let (now, keep_days) = (self.world.now(), self.guardrail.episodes.keep_days);
        let pre_image = PreImage::of(&found.state, id, event, turns_on, now, keep_days);
        if self.lost.is_none() {
            self.lost = self.world.keep(&pre_image).await.err();
        }
    }

    /// What the run found whose write stands; `None` where none was made.
    async fn found_before(&self, found: &Found) -> Option<Found> {
        let episode = self.memory.episode.as_ref()?;
        let on = found.state.settings.known()?;
        if !episode.written.iter().all(|setting| on.has(*setting)) {
            return None;
        }
        let pre_image = self.world.pre_image(&episode.id).await.ok().flatten()?;
        let before = self.find(pre_image.state()?);
        Some(before).filter(|before| !before.decision.apply.is_empty())
    }

    /// Takes in how the run ended, and says in `judged` whether people are to be told.
    pub(super) async fn settle(
        &mut self,
        judged: &mut Judged,
        begun: Begun,
        afterwards: Option<Afterwards>,
    ) {
        let open = match afterwards {
            Some(afterwards) => afterwards.open,
            None => prints(&judged.before, &judged.decision),
        };
        let Some(outcome) = outcome(judged, begun, open) else { return };
        let event = self.trigger.event.id.as_str();
        let mut settled = Settled::Busy;
        for poll in 0..POLLS {
            if poll > 0 {
                self.world.pause(POLL).await;
                self.reload().await;
            }
            let now = self.world.now();
            settled = self.update(|memory| memory.settle(&outcome, event, now)).await;
            if settled != Settled::Busy {
                break;
            }
        }
        judged.settled = settled;
        judged.episode.clone_from(&self.memory.episode);
        judged.forgotten.clone_from(&self.lost);
        self.outcome = Some(outcome);
    }

    /// Notes that people were told, or that nobody took the message.
    pub(super) async fn told(&mut self, alerts: &[Sent]) {
        let Some(outcome) = self.outcome.take() else { return };
        if alerts.is_empty() {
            return;
        }
        let event = self.trigger.event.id.as_str();
        let now = self.world.now();
        if alerts.iter().any(Sent::is_lost) {
            self.update(|memory| memory.untold(event)).await;
        } else {
            self.update(|memory| memory.told(&outcome, event, now)).await;
        }
    }

    /// Changes what is remembered, on top of whatever another run made of it meanwhile.
    async fn update<T>(&mut self, mut change: impl FnMut(&mut Memory) -> T) -> T {
        let mut changed = change(&mut self.memory);
        for _ in 0..TRIES {
            if self.lost.is_some() || self.memory == self.stored {
                return changed;
            }
            self.memory.version = self.stored.version.saturating_add(1);
            self.memory.keep(self.guardrail.episodes, self.world.now());
            match self.world.remember(&self.target, &self.memory).await {
                Ok(Kept::Written) => {
                    self.stored.clone_from(&self.memory);
                    return changed;
                }
                Ok(Kept::Overtaken) => {
                    self.reload().await;
                    changed = change(&mut self.memory);
                }
                Err(failure) => self.lost = Some(failure),
            }
        }
        if self.lost.is_none() {
            let message = format!("other runs wrote {TRIES} times in between");
            self.lost = Some(Failure { code: "Overtaken".to_owned(), message });
        }
        changed
    }

    async fn reload(&mut self) {
        match self.world.recall(&self.target).await {
            Ok(memory) => {
                self.stored = memory;
                self.memory.clone_from(&self.stored);
                self.memory.note_tags(self.trigger);
            }
            Err(failure) => self.lost = Some(failure),
        }
    }
}

/// How the episode stands after a run; `None` where there is none to speak of.
fn outcome(judged: &Judged, begun: Begun, open: Prints) -> Option<Outcome> {
    let cause = Cause::of(judged);
    let state = match begun {
        Begun::Nothing => return None,
        Begun::Closed | Begun::Transient => State::Closed,
        Begun::Exempt => State::Exempt,
        Begun::Concern | Begun::Unfinished if cause.is_some() => State::NotFixed,
        Begun::Concern | Begun::Unfinished if judged.verified == Some(true) => State::Contained,
        Begun::Concern | Begun::Unfinished => State::Open,
    };
    Some(Outcome { state, cause: cause.map(|cause| cause.name().to_owned()), open })
}
