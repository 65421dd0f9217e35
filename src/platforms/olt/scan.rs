//! One pass shared by all who wait for it.
//!
//! Who asks while a pass is running cannot use it: what they look for may be on a page that was read already. They all
//! share the pass after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// Runs passes one after another, as few as give each caller a pass that began after it asked.
///
/// A caller that is dropped harms nobody: the next one in the queue runs a pass of its own. No task is spawned, so a pass
/// runs only while somebody waits for it.
#[derive(Debug)]
pub struct SharedPass<T> {
    /// How many passes were begun.
    begun: AtomicU64,
    /// Held while a pass runs; then the number and outcome of the last one, while somebody waits to take it.
    last: Mutex<Option<(u64, T)>>,
    /// One clone per caller that waits.
    waiting: Arc<()>,
}

impl<T> Default for SharedPass<T> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            last: Mutex::new(None),
            waiting: Arc::new(()),
        }
    }
}

impl<T: Clone> SharedPass<T> {
    /// The outcome of a pass that began after this call; `pass` runs it if nobody else did.
    pub async fn next<F: Future<Output = T>>(&self, pass: impl FnOnce() -> F) -> T {
        let ticket = Arc::clone(&self.waiting);
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let outcome = match &*last {
            Some((number, outcome)) if *number > begun_before => outcome.clone(),
            _ => {
                let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
                let outcome = pass().await;
                *last = Some((number, outcome.clone()));
                outcome
            }
        };
        drop(ticket);
        if Arc::strong_count(&self.waiting) == 1 {
            // Nobody waits: a list of thousands need not stay in memory.
            *last = None;
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use tokio::time::{sleep, timeout};

    use super::*;

    const PASS: Duration = Duration::from_secs(1);

    /// Passes that take a second; each outcome is the number of passes begun so far.
    #[derive(Default)]
    struct Passes {
        shared: SharedPass<u64>,
        runs: AtomicU64,
    }

    impl Passes {
        async fn ask(&self, after: Duration) -> u64 {
            sleep(after).await;
            self.shared
                .next(|| async {
                    let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
                    sleep(PASS).await;
                    run
                })
                .await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_ask_while_a_pass_runs_share_the_next_one() {
        let passes = Passes::default();
        let late = (1..100).map(|n| passes.ask(Duration::from_millis(n)));
        let (first, late) = tokio::join!(passes.ask(Duration::ZERO), join_all(late));
        assert_eq!(first, 1);
        assert_eq!(late, vec![2; 99]);
        assert_eq!(passes.runs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_after_a_pass_gets_a_pass_of_its_own() {
        let passes = Passes::default();
        assert_eq!(passes.ask(Duration::ZERO).await, 1);
        assert_eq!(passes.ask(Duration::ZERO).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_while_the_second_pass_runs_gets_the_third() {
        let passes = Passes::default();
        let asked = tokio::join!(
            passes.ask(Duration::ZERO),
            passes.ask(Duration::from_millis(500)),
            passes.ask(Duration::from_millis(1500)),
        );
        assert_eq!(asked, (1, 2, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_caller_leaves_its_pass_to_the_next() {
        let passes = Passes::default();
        let given_up = timeout(PASS / 2, passes.ask(Duration::ZERO));
        let (given_up, next, other) = tokio::join!(
            given_up,
            passes.ask(Duration::from_millis(10)),
            passes.ask(Duration::from_millis(20))
        );
        assert!(given_up.is_err());
        assert_eq!((next, other), (2, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_stays_in_memory_once_nobody_waits() {
        let passes = Passes::default();
        tokio::join!(passes.ask(Duration::ZERO), passes.ask(Duration::from_millis(10)));
        assert!(passes.shared.last.lock().await.is_none());
    }
}
