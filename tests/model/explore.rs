//! All interleavings: depth first over every choice a schedule has, each run from the beginning.
//!
//! A run that comes to a state that another run was in is left there: the same worlds, and processes that were told the
//! same. A process is known by all that it was told, since it is deterministic but for its random ids, which are
//! replaced by who drew them.

use std::collections::HashMap;
use std::time::Duration;

use oauth_registrar::domain::rules::Rules;
use tokio::time::Instant;

use super::blow::Blow;
use super::gate::{Party, TIMEOUT};
use super::independence::Mover;
use super::process::SETTLE;
use super::run::{Run, with_paused_clock};
use super::snapshot::Snapshot;
use super::world::World;

/// Requests that come within this time after another are taken as simultaneous: they may go in any order.
const SIMULTANEOUS: Duration = Duration::from_millis(300);
/// How long a process may stand still, to be past each limit of the protocol.
const STANDSTILLS: [Duration; 3] = [
    TIMEOUT.saturating_add(Duration::from_secs(1)),
    TIMEOUT.saturating_mul(2).saturating_add(Duration::from_secs(1)),
    SETTLE.saturating_add(Duration::from_secs(2)),
];

/// What a schedule may do, and how often.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// Processes side by side.
    pub processes: usize,
    /// A process is handed the oldest version that its cache may hold.
    pub stale: usize,
    /// Or any other that is not the newest.
    pub any_version: bool,
    /// A process stands still before it reads the answer to a write.
    pub freezes: usize,
    /// Or to a read.
    pub freezes_at_reads: bool,
    /// The power is cut.
    pub cuts: usize,
    /// The user deletes the resource.
    pub deletes: usize,
}

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Go(usize),
    /// Hands the process this version.
    HandOver(usize, usize),
    GoAndFreeze(usize),
    Thaw(usize),
    /// Time passes up to the next request or standstill.
    Pass,
    Cut(usize, Blow),
    Delete,
}

impl Choice {
    /// The step of a process that it is, if it is nothing else.
    fn mover(self, run: &Run) -> Option<Mover> {
        let (index, version) = match self {
            Self::Go(index) => (index, None),
            Self::HandOver(index, version) => (index, Some(run.versions_for(index).0 - version)),
            _ => return None,
        };
        Some(Mover::new(index, version, run.waits(index)?))
    }
}

/// What was explored.
#[derive(Debug, Default)]
pub struct Explored {
    pub runs: usize,
    pub states: usize,
    /// Runs that went on to the end.
    pub ends: usize,
    /// The first failure, with its trace.
    pub failure: Option<String>,
}

/// Explores everything within the bounds, or until the first failure.
pub fn explore(bounds: Bounds, rules: Rules, world: &World) -> Explored {
    let mut explored = Explored::default();
    let mut visited = Visited::new();
    let mut open = vec![Branch::default()];
    while let Some(branch) = open.pop() {
        explored.runs += 1;
        let walk = Walk {
            bounds,
            used: bounds,
            branch,
            at: 0,
            frozen: None,
        };
        let end = with_paused_clock(walk.go_to_the_end(world.clone(), rules, &mut visited, &mut open));
        match end {
            End::Known => {}
            End::Good => explored.ends += 1,
            End::Bad(why) => {
                explored.failure = Some(why);
                break;
            }
        }
    }
    explored.states = visited.len();
    explored
}

/// The states that a run was in, each with the steps that need not be tried from there.
type Visited = HashMap<u64, Vec<Mover>>;

/// Choices to make, one after the other, and the steps that need not be tried after the last.
#[derive(Default)]
struct Branch {
    path: Vec<usize>,
    asleep: Vec<Mover>,
}

enum End {
    /// In a state from which all was tried.
    Known,
    Good,
    Bad(String),
}

/// One run along a path of choices.
struct Walk {
    bounds: Bounds,
    /// What is left of the bounds.
    used: Bounds,
    branch: Branch,
    at: usize,
    /// Who stands still, and since when.
    frozen: Option<(usize, Instant)>,
}

impl Walk {
    async fn go_to_the_end(mut self, world: World, rules: Rules, visited: &mut Visited, open: &mut Vec<Branch>) -> End {
        let mut run = Run::new(world, self.bounds.processes, rules);
        run.idle().await;
        while !run.is_too_busy() {
            run.let_events_through().await;
            let choices = self.choices(&run);
            if choices.is_empty() {
                if run.wait_until_quiet().await {
                    break;
                }
                run.pass_quietly(SIMULTANEOUS).await;
                continue;
            }
            if self.at == self.branch.path.len() && !self.branch_off(&choices, &run, visited, open) {
                return End::Known;
            }
            let taken = self.branch.path[self.at];
            self.at += 1;
            self.take(choices[taken.min(choices.len() - 1)], &mut run).await;
        }
        match run.verdict() {
            Ok(()) => End::Good,
            Err(why) => End::Bad(format!("{why}\n{}", run.trace.join("\n"))),
        }
    }

    /// Goes on along the first choice that was not tried yet, and leaves the others open; false when all were tried.
    fn branch_off(&mut self, choices: &[Choice], run: &Run, visited: &mut Visited, open: &mut Vec<Branch>) -> bool {
        let (key, order) = self.key(run);
        let asleep = &self.branch.asleep;
        let in_order = |movers: &[Mover]| movers.iter().map(|m| m.in_order(&order)).collect::<Vec<_>>();
        let movers: Vec<Option<Mover>> = choices.iter().map(|choice| choice.mover(run)).collect();
        let known = visited.get(&key).cloned();
        let untried = |at: &usize| match (&movers[*at], &known) {
            (Some(mover), Some(known)) => known.contains(&mover.in_order(&order)) && !asleep.contains(mover),
            (Some(mover), None) => !asleep.contains(mover),
            (None, known) => known.is_none(),
        };
        let untried: Vec<usize> = (0..choices.len()).filter(untried).collect();
        let mut still_asleep = in_order(asleep);
        still_asleep.retain(|mover| known.as_ref().is_none_or(|known| known.contains(mover)));
        visited.insert(key, still_asleep);
        let Some((&first, others)) = untried.split_first() else {
            return false;
        };
        // The last one left open is tried next; what is tried before another one need not be tried after it.
        let mut tried = asleep.clone();
        let mut branches = vec![];
        for &at in [first].iter().chain(others.iter().rev()) {
            let sleeps = |m: &&Mover| movers[at].as_ref().is_some_and(|mover| mover.is_independent_of(m));
            let asleep = tried.iter().filter(sleeps).cloned().collect();
            branches.push(Branch {
                path: [&self.branch.path[..], &[at]].concat(),
                asleep,
            });
            tried.extend(movers[at].clone());
        }
        self.branch = branches.remove(0);
        open.extend(branches.into_iter().rev());
        true
    }

    fn choices(&self, run: &Run) -> Vec<Choice> {
        let mut choices = vec![];
        let thawed = |index: usize| self.frozen.is_none_or(|(frozen, _)| frozen != index);
        for (index, party, writes) in run.at_the_gate().into_iter().filter(|(index, ..)| thawed(*index)) {
            if party == Party::Cache {
                let (newest, oldest) = run.versions_for(index);
                choices.push(Choice::HandOver(index, newest));
                if self.used.stale > 0 {
                    let older = (oldest..newest).filter(|version| self.bounds.any_version || *version == oldest);
                    choices.extend(older.map(|version| Choice::HandOver(index, version)));
                }
                continue;
            }
            choices.push(Choice::Go(index));
            if self.used.freezes > 0 && (self.bounds.freezes_at_reads || writes) {
                choices.push(Choice::GoAndFreeze(index));
            }
            if self.used.cuts > 0 {
                choices.extend([Choice::Cut(index, Blow::CutBefore), Choice::Cut(index, Blow::CutAfter)]);
            }
        }
        if let Some((index, since)) = self.frozen {
            let passed = since.elapsed();
            if choices.is_empty() && STANDSTILLS.iter().any(|limit| *limit > passed) {
                choices.push(Choice::Pass);
            }
            if passed >= STANDSTILLS[0] {
                choices.push(Choice::Thaw(index));
            }
        }
        if self.used.deletes > 0 && !choices.is_empty() {
            choices.push(Choice::Delete);
        }
        choices
    }

    async fn take(&mut self, choice: Choice, run: &mut Run) {
        match choice {
            Choice::Go(index) => run.go(index).await,
            Choice::HandOver(index, version) => {
                self.used.stale -= usize::from(version < run.versions_for(index).0);
                run.hand_over(index, version).await;
            }
            Choice::GoAndFreeze(index) => {
                self.used.freezes -= 1;
                self.frozen = Some((index, Instant::now()));
                run.go_and_freeze(index).await;
            }
            Choice::Thaw(index) => {
                self.frozen = None;
                run.thaw(index).await;
            }
            Choice::Pass => {
                let passed = self.frozen.map(|(_, since)| since.elapsed()).unwrap_or_default();
                let next = STANDSTILLS
                    .iter()
                    .find(|limit| **limit > passed)
                    .copied()
                    .unwrap_or_default();
                run.wait_for_request(next.saturating_sub(passed)).await;
            }
            Choice::Cut(index, blow) => {
                self.used.cuts -= 1;
                run.strike(index, blow).await;
            }
            Choice::Delete => {
                self.used.deletes -= 1;
                run.delete();
                run.idle().await;
            }
        }
    }

    /// The number of this state, and the order of the processes in which it was taken: they have no names but for us.
    fn key(&self, run: &Run) -> (u64, Vec<usize>) {
        let snapshot = Snapshot::of(run, self.used.stale > 0);
        let number = |order: Vec<usize>| {
            let place = |index: usize| order.iter().position(|o| *o == index);
            let frozen = self
                .frozen
                .map(|(index, since)| (place(index), since.elapsed().as_secs()));
            let used = self.used;
            let besides = (used.stale, used.freezes, used.cuts, used.deletes, frozen);
            (snapshot.number(&order, besides), order)
        };
        let order: Vec<usize> = (0..self.bounds.processes).collect();
        let mirrored = order.iter().rev().copied().collect();
        number(order).min(number(mirrored))
    }
}
