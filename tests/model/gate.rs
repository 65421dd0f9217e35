//! The gate: every request of every process stops here until the schedule says what becomes of it.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::world::World;

/// Time-out of every call: the T of the claim protocol.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// The process takes the resource from its own watch cache.
    Cache,
    /// The API server.
    Cluster,
    /// The platform.
    Platform,
}

/// What a process asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct What {
    pub party: Party,
    /// Such as `PATCH oauthapplications/app/status` or `register app`.
    pub text: String,
    /// Whether it can change anything.
    pub writes: bool,
}

/// What a process is told, for the trace and for telling two processes apart that know different things.
pub struct Told<A> {
    pub answer: A,
    /// A few words.
    pub brief: String,
    /// All of it.
    pub full: Value,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was carried out and its answer arrives.
    Answered,
    /// Its answer never arrives, whether it is carried out or not.
    Lost,
}

/// Carries a request out; the texts of [`Told`] come back.
/// It can be called once more: as a proxy does that sends a request twice.
pub type Effect = Box<dyn FnMut(&mut World) -> (String, Value) + Send>;

/// A request at the gate.
pub struct Waiting {
    /// Index of the process.
    pub process: usize,
    pub what: What,
    pub effect: Effect,
    pub verdict: oneshot::Sender<Verdict>,
    pub since: Instant,
}

/// The gate, and the world behind it.
#[derive(Default)]
pub struct Gate {
    world: Mutex<World>,
    waiting: Mutex<Vec<Waiting>>,
    began: Option<Instant>,
    /// Told after each commit.
    pub written: Notify,
    /// Told when a request comes.
    pub arrived: Notify,
}

impl Gate {
    pub fn with(world: World) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            began: Some(Instant::now()),
            ..Self::default()
        })
    }

    /// When the world began.
    pub fn began(&self) -> Instant {
        self.began.unwrap_or_else(Instant::now)
    }

    /// The world as it is. Only the schedule changes it.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("the world is never left half changed")
    }

    /// The requests that wait, in the order in which they came.
    pub fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().expect("the queue is never left half changed")
    }

    /// Sends a request and waits for its answer; `None` when there is none within the time-out.
    pub async fn call<A, F>(&self, process: usize, what: What, effect: F) -> Option<A>
    where
        A: Send + 'static,
        F: FnMut(&mut World) -> Told<A> + Send + 'static,
    {
        let (slot, effect) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(effect)));
        let repeats = self.world().broken.repeats(&what);
        for _ in 0..=repeats {
            if let Some(answer) = self.send(process, what.clone(), &slot, &effect).await {
                return Some(answer);
            }
        }
        None
    }

    /// Puts a request into the queue, and waits until it is answered or given up.
    async fn send<A, F>(
        &self,
        process: usize,
        what: What,
        slot: &Arc<Mutex<Option<A>>>,
        effect: &Arc<Mutex<F>>,
    ) -> Option<A>
    where
        A: Send + 'static,
        F: FnMut(&mut World) -> Told<A> + Send + 'static,
    {
        let (keep, effect, sent) = (slot.clone(), effect.clone(), what.clone());
        let effect = Box::new(move |world: &mut World| {
            world.catch_up(process);
            let Told { answer, brief, full } = effect.lock().expect("nobody else holds it")(world);
            world.note_done(process, &sent);
            *keep.lock().expect("nobody else holds it") = Some(answer);
            (brief, full)
        });
        let (verdict, told) = oneshot::channel();
        let since = Instant::now();
        self.waiting().push(Waiting {
            process,
            what,
            effect,
            verdict,
            since,
        });
        self.arrived.notify_one();
        if told.await == Ok(Verdict::Answered) {
            return slot.lock().expect("nobody else holds it").take();
        }
        tokio::time::sleep_until(since + TIMEOUT).await;
        None
    }
}
