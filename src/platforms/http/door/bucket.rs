//! How many calls a second: a token bucket that is full in the beginning.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// Calls that may be sent now, and how fast more of them come.
#[derive(Debug)]
pub(super) struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, Uptime, NoOpMiddleware<Duration>>,
    clock: Uptime,
}

impl Bucket {
    pub(super) fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let clock = Uptime(Instant::now());
        Self {
            limiter: RateLimiter::direct_with_clock(Quota::per_second(per_second).allow_burst(burst), clock),
            clock,
        }
    }

    /// Takes one call out, or tells how long it takes until there is one.
    pub(super) fn take(&self) -> Result<(), Duration> {
        self.limiter
            .check()
            .map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// The time since the bucket was made, by the clock that tests can drive.
#[derive(Clone, Copy, Debug)]
struct Uptime(Instant);

impl Clock for Uptime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn bucket(per_second: u32, burst: u32) -> Bucket {
        Bucket::new(NonZeroU32::new(per_second).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    fn taken_at_once(bucket: &Bucket) -> usize {
        (0..1000).take_while(|_| bucket.take().is_ok()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let bucket = bucket(50, 100);
        assert_eq!(taken_at_once(&bucket), 100);
        assert_eq!(bucket.take(), Err(Duration::from_millis(20)));
        advance(Duration::from_millis(200)).await;
        assert_eq!(taken_at_once(&bucket), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_that_is_told_is_enough_and_not_too_long() {
        let bucket = bucket(4, 1);
        bucket.take().unwrap();
        assert_eq!(bucket.take(), Err(Duration::from_millis(250)));
        advance(Duration::from_millis(249)).await;
        assert_eq!(bucket.take(), Err(Duration::from_millis(1)));
        advance(Duration::from_millis(1)).await;
        bucket.take().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn rest_fills_it_up_to_a_burst_and_no_further() {
        let bucket = bucket(50, 5);
        advance(Duration::from_hours(1)).await;
        assert_eq!(taken_at_once(&bucket), 5);
    }
}
