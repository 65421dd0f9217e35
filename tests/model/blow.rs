//! What a schedule can do to a request at the gate and to its process.

use std::time::Duration;

use tokio::sync::oneshot;

use super::gate::{Effect, Party, TIMEOUT, Verdict, Waiting};
use super::process::SETTLE;
use super::run::{Late, Run};

/// What the platform may take after the caller gave up.
pub const DELAY: Duration = Duration::from_secs(9);
const _: () = assert!(SETTLE.as_secs() > 3 * TIMEOUT.as_secs() + DELAY.as_secs());

/// What can happen to one request and its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// The power is cut before the request takes effect.
    CutBefore,
    /// The power is cut after it took effect, before the answer arrives.
    CutAfter,
    /// The power is cut while it is under way: it takes effect after so many further requests, or as late as it can.
    CutUnderWay(usize),
    /// It is refused: the caller knows that it did not take effect. What is not for the platform goes through.
    Refuse,
    /// It never takes effect; the caller sees a time-out.
    LoseRequest,
    /// It takes effect; the caller sees a time-out.
    LoseAnswer,
    /// The caller sees a time-out; it takes effect after so many further requests, or as late as it can.
    Delay(usize),
}

impl Run {
    /// Takes the request of a process from the gate, if there is one.
    fn take(&mut self, index: usize) -> Option<(String, Waiting)> {
        let mut waiting = self.gate.waiting();
        let at = waiting.iter().position(|w| w.process == index)?;
        let taken = waiting.remove(at);
        drop(waiting);
        self.requests += 1;
        Some((self.name(index), taken))
    }

    /// Lets the request of a process through: it is carried out and answered.
    pub async fn go(&mut self, index: usize) {
        let Some((name, mut waiting)) = self.take(index) else {
            return;
        };
        let answer = self.commit(&name, &waiting.what.text, &mut waiting.effect, "");
        let process = &mut self.processes[index];
        process
            .knowledge
            .learn(&waiting.what, answer, &self.gate.world(), &process.context);
        waiting.verdict.send(Verdict::Answered).ok();
        self.idle().await;
    }

    /// The request is carried out twice, and answered with the second outcome, as a proxy does that repeats.
    pub async fn go_twice(&mut self, index: usize) {
        let Some((what, mut effect)) = self.borrow_effect(index) else {
            return;
        };
        let name = self.name(index);
        self.gate.world().may_be_lost = true;
        self.commit(&name, &what, &mut effect, ", and it is repeated");
        if let Some(waiting) = self.gate.waiting().iter_mut().find(|w| w.process == index) {
            waiting.effect = effect;
        }
        self.go(index).await;
    }

    fn borrow_effect(&self, index: usize) -> Option<(String, Effect)> {
        let mut waiting = self.gate.waiting();
        let waits = waiting.iter_mut().find(|w| w.process == index)?;
        let nothing: Effect = Box::new(|_| Default::default());
        Some((waits.what.text.clone(), std::mem::replace(&mut waits.effect, nothing)))
    }

    /// Lets a process take this version from its cache.
    pub async fn hand_over(&mut self, index: usize, version: usize) {
        self.gate.world().hand_over = Some(version);
        self.go(index).await;
    }

    /// Events are told for people only: they go at once, and nobody remembers them.
    pub async fn let_events_through(&mut self) {
        loop {
            let event = self
                .gate
                .waiting()
                .iter()
                .find(|w| w.what.text.ends_with(" events"))
                .map(|w| w.process);
            let Some(index) = event else { return };
            self.go(index).await;
            self.processes[index].knowledge.forget_last();
        }
    }

    /// Lets the requests of a process through up to one that begins like this, or until it waits for time to pass.
    pub async fn until(&mut self, index: usize, text: &str) {
        self.idle().await;
        while self.waits(index).is_some_and(|waits| !waits.text.starts_with(text)) {
            self.go(index).await;
        }
    }

    /// As `until`, and time passes where the process waits for it, up to a minute and a half.
    pub async fn wait_until(&mut self, index: usize, text: &str) {
        for _ in 0..900 {
            self.until(index, text).await;
            if self.waits(index).is_some() {
                return;
            }
            self.pass_quietly(Duration::from_millis(100)).await;
        }
    }

    /// Lets the requests of a process through until it waits for time to pass.
    pub async fn go_on(&mut self, index: usize) {
        self.until(index, "nothing").await;
    }

    /// As `go`, but the process stands still before it can read the answer.
    pub async fn go_and_freeze(&mut self, index: usize) {
        self.processes[index].ice.freeze();
        self.gate.world().may_be_lost = true;
        self.go(index).await;
        let name = self.name(index);
        self.note(&name, "stands still");
    }

    /// The process goes on where it stood still.
    pub async fn thaw(&mut self, index: usize) {
        let name = self.name(index);
        self.note(&name, "goes on");
        self.processes[index].ice.thaw();
        self.idle().await;
    }

    /// One blow to the request that waits. What comes from the process's own cache cannot be lost on the way.
    pub async fn strike(&mut self, index: usize, blow: Blow) {
        let from_cache = self.waits(index).is_some_and(|what| what.party == Party::Cache);
        match blow {
            Blow::LoseRequest | Blow::LoseAnswer | Blow::Delay(_) if from_cache => self.go(index).await,
            Blow::Refuse => {
                let before = std::mem::replace(&mut self.gate.world().calls_refused, true);
                self.go(index).await;
                self.gate.world().calls_refused = before;
            }
            Blow::CutBefore => self.cut(index).await,
            Blow::CutAfter => self.cut_after(index).await,
            Blow::CutUnderWay(requests) => {
                drop(self.put_off(index, requests));
                self.cut(index).await;
            }
            Blow::LoseRequest => self.lose(index, false).await,
            Blow::LoseAnswer => self.lose(index, true).await,
            Blow::Delay(requests) => {
                self.gate.world().unheard += 1;
                self.put_off(index, requests).map(|verdict| verdict.send(Verdict::Lost));
                self.idle().await;
            }
        }
    }

    async fn lose(&mut self, index: usize, carried_out: bool) {
        self.gate.world().unheard += 1;
        let Some((name, mut waiting)) = self.take(index) else {
            return;
        };
        if carried_out {
            self.commit(
                &name,
                &waiting.what.text,
                &mut waiting.effect,
                ", and the answer is lost",
            );
        } else {
            self.note(&name, &format!("{} is lost on its way", waiting.what.text));
        }
        waiting.verdict.send(Verdict::Lost).ok();
        self.idle().await;
    }

    /// The request waits until so many further requests were made, or as long as it can.
    fn put_off(&mut self, index: usize, requests: usize) -> Option<oneshot::Sender<Verdict>> {
        let (name, waiting) = self.take(index)?;
        self.note(&name, &format!("{} stays under way", waiting.what.text));
        // The API server gives up on a request when its caller does; the platform may take its time.
        let delay = if waiting.what.party == Party::Platform {
            DELAY
        } else {
            Duration::ZERO
        };
        let due = waiting.since + TIMEOUT + delay - Duration::from_millis(100);
        let after = self.requests.saturating_add(requests);
        let is_moved = self.gate.world().is_moved;
        self.late.push(Late {
            what: waiting.what.text,
            effect: waiting.effect,
            after,
            due,
            is_moved,
        });
        Some(waiting.verdict)
    }

    /// A request that stayed under way is carried out.
    pub async fn arrive_late(&mut self) {
        let mut late = self.late.remove(0);
        self.commit("", &late.what, &mut late.effect, ", late");
        self.idle().await;
    }

    /// The power is cut: what the process knew is gone, its requests are not carried out, and it starts again.
    pub async fn cut(&mut self, index: usize) {
        let name = self.name(index);
        self.note(&name, "the power is cut");
        self.processes[index].task.abort();
        drop(self.take(index));
        self.gate.world().deferred.retain(|deferred| deferred.process != index);
        self.gate.world().handed[index] = (usize::MAX, 0);
        self.gate.world().unheard += 1;
        self.processes[index] = self.life(index);
        self.idle().await;
    }

    /// As `cut`, but the request that it just sent is carried out first.
    pub async fn cut_after(&mut self, index: usize) {
        if let Some((name, mut waiting)) = self.take(index) {
            self.commit(&name, &waiting.what.text, &mut waiting.effect, ", and the power is cut");
        }
        self.cut(index).await;
    }
}
