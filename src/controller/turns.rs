//! How many reconciles are under way for one platform: the resources of a platform that keeps its callers waiting must not
//! take the place of those of another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::platform::kind::PlatformKey;

/// Reconciles of one platform at a time.
const AT_A_TIME: usize = 32;

/// Lasts until it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// It took a while: what was handed to the reconcile may not be the newest any more.
    pub waited: bool,
    _permit: OwnedSemaphorePermit,
}

/// The turns of all platforms.
#[derive(Default)]
pub struct Turns(Mutex<State>);

#[derive(Default)]
struct State {
    closed: bool,
    platforms: HashMap<PlatformKey, Arc<Semaphore>>,
}

impl Turns {
    /// Waits for a turn; `None`: nothing new is to begin any more.
    pub async fn at(&self, platform: &PlatformKey) -> Option<Turn> {
        let turns = self.platform(platform)?;
        if let Ok(permit) = Arc::clone(&turns).try_acquire_owned() {
            return Some(Turn {
                waited: false,
                _permit: permit,
            });
        }
        let permit = turns.acquire_owned().await.ok()?;
        Some(Turn {
            waited: true,
            _permit: permit,
        })
    }

    /// From now on nobody gets a turn, not even who waits for one.
    pub fn close(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        state.platforms.drain().for_each(|(_, turns)| turns.close());
    }

    fn platform(&self, key: &PlatformKey) -> Option<Arc<Semaphore>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        if let Some(turns) = state.platforms.get(key) {
            return Some(Arc::clone(turns));
        }
        // Anybody can name platforms that do not exist: what nobody uses is made anew when it is needed.
        state.platforms.retain(|_, turns| Arc::strong_count(turns) > 1);
        let turns = Arc::new(Semaphore::new(AT_A_TIME));
        state.platforms.insert(key.clone(), Arc::clone(&turns));
        Some(turns)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn taken_at_once(turns: &Turns, platform: &PlatformKey) -> Vec<Turn> {
        let more = || turns.at(platform).now_or_never().flatten();
        std::iter::from_fn(more).collect()
    }

    #[test]
    fn one_platform_takes_no_turn_of_another() {
        let turns = Turns::default();
        let [bad, good] = ["bad", "good"].map(PlatformKey::cluster_wide);
        let under_way = taken_at_once(&turns, &bad);
        assert_eq!(under_way.len(), AT_A_TIME);
        assert_eq!(taken_at_once(&turns, &good).len(), AT_A_TIME);
        drop(under_way);
        assert_eq!(taken_at_once(&turns, &bad).len(), AT_A_TIME);
    }

    #[test]
    fn once_closed_nobody_gets_a_turn_nor_waits_for_one() {
        let turns = Turns::default();
        let [one, new] = ["one", "new"].map(PlatformKey::cluster_wide);
        let under_way = taken_at_once(&turns, &one);
        let mut waits = Box::pin(turns.at(&one));
        assert!(waits.as_mut().now_or_never().is_none());
        turns.close();
        assert!(waits.now_or_never().is_some_and(|turn| turn.is_none()));
        drop(under_way);
        assert!(turns.at(&one).now_or_never().is_some_and(|turn| turn.is_none()));
        assert!(turns.at(&new).now_or_never().is_some_and(|turn| turn.is_none()));
    }

    #[test]
    fn what_nobody_uses_is_not_kept() {
        let turns = Turns::default();
        for number in 0..1000 {
            drop(taken_at_once(&turns, &PlatformKey::cluster_wide(format!("{number}"))));
        }
        assert_eq!(turns.0.lock().unwrap().platforms.len(), 1);
    }
}
