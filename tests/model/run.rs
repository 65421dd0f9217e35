//! One run of a schedule: a world, its processes, the paused clock, and the trace of all that happened.

use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::rules::Rules;
use serde_json::Value;
use tokio::time::Instant;

use super::blow::Blow;
use super::gate::{Effect, Gate, Party, What};
use super::process::Process;
use super::world::{World, resource_key};

/// Nothing happened for so long: the world is at rest.
const QUIET: Duration = Duration::from_mins(10);
/// Requests of one run, unless it is given more; more means that the operator is busy for nothing.
const REQUESTS_AT_MOST: usize = 400;

/// A request whose caller is gone or gave up, and which may still be carried out.
pub struct Late {
    pub what: String,
    pub effect: Effect,
    /// It is carried out as soon as so many requests were made in all,
    pub after: usize,
    /// or at this time.
    pub due: Instant,
    /// It is on its way to the other platform.
    pub is_moved: bool,
}

/// A world, its processes, and all that happened.
pub struct Run {
    pub gate: Arc<Gate>,
    pub processes: Vec<Process>,
    /// Requests that may still be carried out.
    pub late: Vec<Late>,
    /// One line for each request and each act of the schedule.
    pub trace: Vec<String>,
    /// Requests so far.
    pub requests: usize,
    rules: Rules,
    began: Instant,
    changed: Instant,
    lives: Vec<usize>,
    at_most: usize,
}

impl Run {
    /// A world with one new resource, and so many processes, called A, B and so on.
    pub fn new(world: World, processes: usize, rules: Rules) -> Self {
        let (gate, now) = (Gate::with(world), Instant::now());
        let lives = vec![0; processes];
        let (processes, late, trace) = (vec![], vec![], vec![]);
        let mut run = Self {
            gate,
            processes,
            late,
            trace,
            requests: 0,
            rules,
            began: now,
            changed: now,
            lives,
            at_most: REQUESTS_AT_MOST,
        };
        run.create();
        run.gate.world().handed = vec![(usize::MAX, 0); run.lives.len()];
        run.processes = (0..run.lives.len()).map(|index| run.life(index)).collect();
        run
    }

    /// A new life of the process at this place.
    pub fn life(&mut self, index: usize) -> Process {
        self.lives[index] += 1;
        let name = format!("process-{}.{}", ["A", "B"][index], self.lives[index]);
        Process::start(&self.gate, index, name, self.rules)
    }

    /// Such as `A.1`: the first life of A.
    pub fn name(&self, index: usize) -> String {
        self.processes[index].name.trim_start_matches("process-").to_owned()
    }

    /// Notes something in the trace.
    pub fn note(&mut self, who: &str, what: &str) {
        let at = self.began.elapsed().as_secs_f64();
        self.trace.push(format!("{at:9.3} {who:>3} {what}"));
    }

    /// Something in the world is another now: whom it concerns wakes.
    pub fn wake(&mut self) {
        self.changed = Instant::now();
        self.gate.written.notify_waiters();
    }

    /// Carries a request out, and notes what was answered and what harm it did.
    pub fn commit(&mut self, who: &str, what: &str, effect: &mut Effect, how: &str) -> Value {
        let mut world = self.gate.world();
        let (clients, writes, harms) = (
            world.platform.clients.clone(),
            world.cluster.writes(),
            world.harms.len(),
        );
        let (brief, full) = world.commit(effect);
        let changed = writes != world.cluster.writes() || clients != world.platform.clients;
        let harms = world.harms[harms..].to_vec();
        drop(world);
        if changed {
            self.wake();
        }
        self.note(who, &format!("{what} -> {brief}{how}"));
        for harm in harms {
            self.note("", &format!("HARM: {harm:?}"));
        }
        full
    }

    /// The request of a process that waits at the gate, if there is one.
    pub fn waits(&self, index: usize) -> Option<What> {
        self.gate
            .waiting()
            .iter()
            .find(|w| w.process == index)
            .map(|w| w.what.clone())
    }

    /// Who has a request at the gate, for whom, and whether it can change anything.
    pub fn at_the_gate(&self) -> Vec<(usize, Party, bool)> {
        let mut all: Vec<_> = self
            .gate
            .waiting()
            .iter()
            .map(|w| (w.process, w.what.party, w.what.writes))
            .collect();
        all.sort_unstable();
        all
    }

    /// The newest version of the resource, and the oldest that the cache of a process may hold now.
    pub fn versions_for(&self, index: usize) -> (usize, usize) {
        let world = self.gate.world();
        let newest = world.cluster.versions(&resource_key()).len() - 1;
        let oldest = match world.handed[index].0 {
            usize::MAX => 0,
            before => (before + 1).min(newest),
        };
        (newest, oldest)
    }

    /// Waits until every process waits: for the gate, or for time to pass. The paused clock moves only then.
    pub async fn idle(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// Time passes; requests that come meanwhile wait.
    pub async fn pass(&mut self, time: Duration) {
        self.note("", &format!("{time:?} pass"));
        self.pass_quietly(time).await;
    }

    /// As `pass`, without a line in the trace.
    pub async fn pass_quietly(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Time passes until a process has a request at the gate; false when none came.
    pub async fn wait_for_request(&mut self, at_most: Duration) -> bool {
        let came = async {
            while self.gate.waiting().is_empty() {
                self.gate.arrived.notified().await;
            }
        };
        let came = tokio::time::timeout(at_most, came).await.is_ok();
        self.idle().await;
        came
    }

    /// A request that stayed under way arrives now.
    pub fn late_is_due(&self) -> bool {
        let due = |late: &Late| late.due <= Instant::now() || late.after <= self.requests;
        self.late.first().is_some_and(due)
    }

    /// From then on the world is at rest, if nothing changes before.
    pub fn quiet_at(&self) -> Instant {
        self.changed + QUIET
    }

    /// Time passes until this instant, or until a request comes.
    pub async fn wait_for_news(&mut self, until: Instant) {
        drop(tokio::time::timeout_at(until, self.gate.arrived.notified()).await);
        self.idle().await;
    }

    /// Waits for a request; true when none came for so long that the world is at rest.
    pub async fn wait_until_quiet(&mut self) -> bool {
        let until = self.changed + QUIET;
        until <= Instant::now() || !self.wait_for_request(until - Instant::now()).await
    }

    /// Lets everything through, the longest waiting first, until nothing has happened for long; but the requests with
    /// these numbers, counted from now, are struck.
    pub async fn settle_under(&mut self, blows: &[(usize, Blow)]) {
        let first = self.requests;
        loop {
            self.idle().await;
            if self.is_too_busy() {
                return;
            }
            if self.late_is_due() {
                self.arrive_late().await;
                continue;
            }
            let next = self.gate.waiting().first().map(|w| w.process);
            if let Some(next) = next {
                match blows.iter().find(|(number, _)| first + number == self.requests) {
                    Some((_, blow)) => self.strike(next, *blow).await,
                    None => self.go(next).await,
                }
                continue;
            }
            let until = self.late.first().map_or(self.changed + QUIET, |late| late.due);
            if until <= Instant::now() {
                return;
            }
            self.wait_for_request(until - Instant::now()).await;
        }
    }

    /// Settles, and tells what is wrong then or went wrong before.
    pub async fn outcome(&mut self) -> Result<(), String> {
        self.outcome_under(&[]).await
    }

    /// As `outcome`, with these requests struck.
    pub async fn outcome_under(&mut self, blows: &[(usize, Blow)]) -> Result<(), String> {
        self.settle_under(blows).await;
        self.verdict()
    }

    /// What is wrong now, at rest, or went wrong before.
    pub fn verdict(&self) -> Result<(), String> {
        let world = self.gate.world();
        match world.harms.first() {
            Some(harm) => Err(format!("{harm:?}")),
            None if self.is_too_busy() => Err("the operator does not come to rest".into()),
            None => world.must_hold_at_rest(),
        }
    }

    /// More requests than these are too many.
    pub fn at_most(&mut self, requests: usize) {
        self.at_most = requests;
    }

    /// More requests than any schedule needs.
    pub fn is_too_busy(&self) -> bool {
        self.requests > self.at_most
    }
}

/// Runs a schedule in a runtime of its own, whose clock is paused: waiting costs nothing.
pub fn with_paused_clock<F: Future>(schedule: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(schedule)
}
