//! Waiting for a condition, with a deadline.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Far above what anything takes on an idle machine.
pub const LIMIT: Duration = Duration::from_mins(1);

/// Asks until the answer is right, and returns it. Fails after [`LIMIT`] with the last answer.
pub async fn until<T: Debug>(what: &str, mut ask: impl AsyncFnMut() -> T, right: impl Fn(&T) -> bool) -> T {
    let start = Instant::now();
    loop {
        let answer = ask().await;
        if right(&answer) {
            return answer;
        }
        assert!(
            start.elapsed() < LIMIT,
            "not within {} s: {what}; last seen: {answer:#?}",
            LIMIT.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
