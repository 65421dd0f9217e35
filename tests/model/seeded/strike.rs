//! Strikes carried out, and what lasts for a while.

use std::time::Duration;

use oauth_registrar::domain::port::Unique;
use tokio::time::Instant;

use super::life::{Life, Spell};
use super::plan::Strike;
use crate::model::gate::Party;
use crate::model::world::NAME;

impl Life {
    /// Strikes the request of this process that waits at the gate, or the process.
    pub(super) async fn strike(&mut self, index: usize, strike: Strike) {
        let name = self.run.name(index);
        self.run.note("", &format!("strike at {name}: {strike:?}"));
        let waits = self.run.waits(index);
        let from_cache = waits.as_ref().is_some_and(|what| what.party == Party::Cache);
        // Where nothing is unique, no protocol of the caller's can keep a proxy from making two clients of one request.
        let makes_two =
            waits.is_some_and(|what| what.text.starts_with("register ")) && self.plan.class.unique == Unique::Nothing;
        match strike {
            Strike::Blow(blow) => self.run.strike(index, blow).await,
            Strike::Twice if !from_cache && !makes_two => self.run.go_twice(index).await,
            Strike::Twice => self.go(index).await,
            Strike::Slow(time) => self.begin(Spell::Slow(index), time),
            Strike::Freeze(time) => {
                self.begin(Spell::Frozen(index), time);
                self.run.go_and_freeze(index).await;
            }
            Strike::HoldBack(requests) => self.held_back = Some((index, self.run.requests + requests)),
            Strike::Stale(behind, times) => self.stale.push((index, behind, times)),
            Strike::SecretWatchLags(time) => {
                let mut world = self.run.gate.world();
                let version = world.secret_version(NAME);
                world.secret_watches.insert(index, version);
                drop(world);
                self.begin(Spell::SecretWatch(index), time);
            }
            Strike::ClockJumps(hours) => {
                *self.run.gate.world().clocks.entry(index).or_default() += hours * 3600;
                self.go(index).await;
            }
            Strike::Echo => self.nudge(),
            Strike::ListLags(time) => self.begin(Spell::ListLag(time), time),
            Strike::Refuse(plural, time) => {
                self.run.gate.world().cluster.refused.insert(plural.into());
                self.begin(Spell::Refused(plural), time);
            }
            Strike::RefuseCalls(time) => {
                self.run.gate.world().calls_refused = true;
                self.begin(Spell::CallsRefused, time);
            }
        }
    }

    fn begin(&mut self, spell: Spell, time: Duration) {
        self.spells.push((Instant::now() + time, spell));
    }

    /// Watches tell everybody, whether there is anything to tell or not.
    pub(super) fn nudge(&mut self) {
        self.run.gate.world().nudges += 1;
        self.run.wake();
    }

    /// What was to last until now is over.
    pub(super) async fn end_spells(&mut self) {
        while let Some(at) = self.spells.iter().position(|(until, _)| *until <= Instant::now()) {
            let (_, spell) = self.spells.remove(at);
            let lasts = self.spells.iter().any(|(_, other)| *other == spell);
            if !lasts {
                self.end(spell).await;
            }
        }
    }

    async fn end(&mut self, spell: Spell) {
        match spell {
            Spell::Frozen(index) => self.run.thaw(index).await,
            Spell::SecretWatch(index) => {
                self.run.gate.world().secret_watches.remove(&index);
                self.nudge();
            }
            Spell::Refused(plural) => {
                self.run.gate.world().cluster.refused.remove(plural);
            }
            Spell::CallsRefused => self.run.gate.world().calls_refused = false,
            Spell::Unlisted(id) => self.run.gate.world().platform.unlisted.retain(|other| *other != id),
            Spell::Slow(_) | Spell::ListLag(_) => {}
        }
    }

    /// While lists lag, what was registered just now is not shown in them.
    pub(super) fn hide_what_is_new(&mut self) {
        let lag = self.spells.iter().find_map(|(_, spell)| match spell {
            Spell::ListLag(time) => Some(*time),
            _ => None,
        });
        let mut world = self.run.gate.world();
        let newest = world.ours().last().map(|client| client.id.clone());
        let known = std::mem::replace(&mut self.newest, newest.clone());
        let (Some(newest), Some(lag)) = (newest, lag) else {
            return;
        };
        if known.as_ref() != Some(&newest) {
            world.platform.unlisted.push(newest.clone());
            drop(world);
            self.begin(Spell::Unlisted(newest), lag);
        }
    }
}
