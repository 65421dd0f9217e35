//! A life as it is lived: the next request, or time that passes, until all is told and the world is at rest.

use std::time::Duration;

use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::registration::ApplicationId;
use oauth_registrar::domain::rules::Rules;
use tokio::time::Instant;

use super::plan::{Deed, Plan};
use crate::model::broken::Broken;
use crate::model::gate::Party;
use crate::model::harm::Harm;
use crate::model::platform::Store;
use crate::model::run::{Run, with_paused_clock};
use crate::model::world::{NAME, NAMESPACE, World};

/// Requests of a life in which nothing happens but its creation and the looks at its end.
const REQUESTS: usize = 150;
/// So many more for each thing that happens in it.
const REQUESTS_EACH: usize = 60;
/// Clients that others had once at the other platform: so its ids are none of those here.
const FORMER: usize = 50;

/// What became of a life.
pub struct Outcome {
    /// What is wrong, if anything is.
    pub verdict: Result<(), String>,
    /// What a person can read.
    pub trace: Vec<String>,
    /// Requests in all.
    pub requests: usize,
}

/// Lives it, under these rules or with a protocol that is broken so.
pub fn live(plan: &Plan, rules: Rules, broken: Broken) -> Outcome {
    with_paused_clock(async {
        let mut life = Life::new(plan.clone(), rules, broken);
        let verdict = life.go_to_the_end().await;
        Outcome {
            verdict,
            trace: life.run.trace,
            requests: life.run.requests,
        }
    })
}

/// What lasts for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spell {
    /// The request of this process is on its way.
    Slow(usize),
    /// This process stands still.
    Frozen(usize),
    /// The watch of the Secret shows nothing new to this process.
    SecretWatch(usize),
    /// Writes of objects of this kind are refused.
    Refused(&'static str),
    /// The platform refuses everything.
    CallsRefused,
    /// Lists do not show this client yet.
    Unlisted(ApplicationId),
    /// What is registered now is not shown for so long.
    ListLag(Duration),
}

pub(super) struct Life {
    pub run: Run,
    pub plan: Plan,
    /// The chapter that it is in,
    chapter: usize,
    /// the requests there were before,
    began: usize,
    /// and how many of its strikes have come.
    struck: usize,
    pub spells: Vec<(Instant, Spell)>,
    /// The process that lets the other one go first, up to so many requests in all.
    pub held_back: Option<(usize, usize)>,
    /// Process, how far behind, how often.
    pub stale: Vec<(usize, usize, usize)>,
    /// The user waits for the name to be free.
    pub creates_again: bool,
    /// Counts the edits, so that each is another one.
    pub edits: usize,
    /// The platform that is not there at the moment.
    pub elsewhere: Store,
    /// The client of ours that was registered last.
    pub newest: Option<ApplicationId>,
    /// Harm that this life cannot avoid whatever is done by hand.
    pub unavoidable: Vec<Harm>,
    /// Requests that can change something.
    pub writes: usize,
}

impl Life {
    fn new(plan: Plan, rules: Rules, broken: Broken) -> Self {
        let mut world = World::with_crowd(plan.neighbours, plan.name_taken);
        world.platform.capabilities = plan.class;
        world.chance = plan.seed;
        world.broken = broken;
        world.wakes_as_wired = true;
        // A registration under the old name may still be under way when the new name is free.
        let unavoidable = if plan.has(Deed::Rename) {
            vec![Harm::Doubled]
        } else {
            vec![]
        };
        world.excused.clone_from(&unavoidable);
        let elsewhere = other_platform(&world);
        let mut run = Run::new(world, plan.processes, rules);
        run.at_most(REQUESTS + plan.size() * REQUESTS_EACH);
        Self {
            run,
            plan,
            chapter: 0,
            began: 0,
            struck: 0,
            spells: vec![],
            held_back: None,
            stale: vec![],
            creates_again: false,
            edits: 0,
            elsewhere,
            newest: None,
            unavoidable,
            writes: 0,
        }
    }

    async fn go_to_the_end(&mut self) -> Result<(), String> {
        self.go_on().await;
        while self.chapter + 1 < self.plan.chapters.len() && !self.run.is_too_busy() {
            self.next_chapter(true).await;
            self.go_on().await;
        }
        self.come_to_rest().await
    }

    /// Until nothing happens any more.
    pub async fn go_on(&mut self) {
        loop {
            self.run.idle().await;
            if self.run.is_too_busy() {
                return;
            }
            self.end_spells().await;
            self.create_if_free();
            if self.next_is_due() {
                self.next_chapter(false).await;
            } else if self.run.late_is_due() {
                self.arrive_late().await;
            } else if let Some(index) = self.next() {
                self.step(index).await;
            } else if !self.wait().await {
                return;
            }
            self.hide_what_is_new();
        }
    }

    /// The process whose request goes next: the longest waiting, unless something holds it.
    fn next(&self) -> Option<usize> {
        let held = |index: usize| {
            let holds = |spell: &Spell| *spell == Spell::Slow(index) || *spell == Spell::Frozen(index);
            self.spells.iter().any(|(_, spell)| holds(spell))
        };
        let waiting: Vec<usize> = self.run.gate.waiting().iter().map(|w| w.process).collect();
        let mut able = waiting.into_iter().filter(|index| !held(*index));
        let first = able.next()?;
        let behind = self
            .held_back
            .is_some_and(|(index, until)| index == first && self.run.requests < until);
        if behind {
            able.find(|index| *index != first).or(Some(first))
        } else {
            Some(first)
        }
    }

    async fn step(&mut self, index: usize) {
        let offset = self.run.requests - self.began;
        let strikes = &self.plan.chapters[self.chapter].strikes;
        if let Some((_, strike)) = strikes.get(self.struck).filter(|(at, _)| *at <= offset).copied() {
            self.struck += 1;
            self.strike(index, strike).await;
        } else {
            self.go(index).await;
        }
    }

    /// Lets a request through, from a cache that may be behind.
    pub async fn go(&mut self, index: usize) {
        let Some(what) = self.run.waits(index) else { return };
        self.writes += usize::from(what.writes);
        let behind = self
            .stale
            .iter_mut()
            .find(|(process, _, times)| *process == index && *times > 0);
        match behind {
            Some((_, behind, times)) if what.party == Party::Cache => {
                *times -= 1;
                let (newest, oldest) = self.run.versions_for(index);
                let version = newest.saturating_sub(*behind).max(oldest);
                self.run.hand_over(index, version).await;
            }
            _ => self.run.go(index).await,
        }
    }

    /// Time passes until something comes or ends; false when nothing has changed for long.
    async fn wait(&mut self) -> bool {
        let spells = self.spells.iter().map(|(until, _)| *until);
        let next = spells.chain(self.run.late.first().map(|late| late.due)).min();
        let until = next.unwrap_or_else(|| self.run.quiet_at());
        if next.is_none() && until <= Instant::now() {
            return false;
        }
        self.run.wait_for_news(until).await;
        true
    }

    fn next_is_due(&self) -> bool {
        let next = self.plan.chapters.get(self.chapter + 1);
        let after = next.and_then(|chapter| chapter.after);
        after.is_some_and(|after| self.run.requests >= self.began + after)
    }

    /// From now on requests are left alone.
    pub fn stop_striking(&mut self) {
        self.struck = usize::MAX;
    }

    async fn next_chapter(&mut self, at_rest: bool) {
        self.chapter += 1;
        (self.began, self.struck) = (self.run.requests, 0);
        if at_rest {
            self.forget_damage();
        }
        self.carry_out(self.plan.chapters[self.chapter].deed).await;
    }
}

impl Life {
    /// What was broken by hand is mended, and no excuse any more.
    fn forget_damage(&mut self) {
        let mut world = self.run.gate.world();
        if world.facts().works {
            world.by_hand = false;
            world.excused.clone_from(&self.unavoidable);
        }
    }
}

/// Another platform, where the neighbours are the same and nothing of ours is.
fn other_platform(world: &World) -> Store {
    let mut store = world.platform.clone();
    for number in 0..FORMER {
        let mut registration = world.foreign_clients[0].registration.clone();
        registration.name = format!("former-{number}");
        registration.marker = Some(Marker::of("another-cluster", &registration.name, NAMESPACE, NAME));
        let id = store
            .register(&registration)
            .expect("nobody has the name")
            .application_id;
        store.deregister(&id).expect("it was just registered");
    }
    store
}
