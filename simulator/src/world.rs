//! Everything one simulator remembers, behind one lock: requests are carried out one after another. Nothing waits
//! while the lock is held.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::control::{Faults, Records};
use crate::identity::SigningKey;
use crate::state::Platform;
use crate::switches::Switches;

/// Seed of a simulator that was never reset.
pub const DEFAULT_SEED: u64 = 0;

/// Platform, clock, faults and records.
pub struct World {
    /// The platform.
    pub platform: Platform,
    /// Its clock.
    pub clock: Clock,
    /// Faults to come.
    pub faults: Faults,
    /// What was asked.
    pub records: Records,
    /// The switches that it was started with: a reset goes back to them.
    pub started_with: Switches,
}

/// A world that several connections share.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<World>>);

impl World {
    /// A fresh world: default fixture, real time, no faults, no records.
    pub fn new(issuer: String, key: Arc<SigningKey>, switches: Switches, seed: u64) -> Self {
        Self {
            platform: Platform::new(issuer, key, switches.clone(), seed),
            clock: Clock::default(),
            faults: Faults::new(seed),
            records: Records::default(),
            started_with: switches,
        }
    }

    /// Forgets everything but the key, which old answers may still be checked against.
    pub fn reset(&mut self, switches: Switches, seed: u64) {
        let started_with = self.started_with.clone();
        *self = Self {
            started_with,
            ..Self::new(
                self.platform.issuer.clone(),
                Arc::clone(&self.platform.keys.current),
                switches,
                seed,
            )
        };
    }
}

impl Shared {
    /// Shares a world.
    pub fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Takes the lock. A panic of another holder does not hide the state from the test that looks for its cause.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
