//! When to look again: from the class of a failure and how often it came, never from a clock.

use std::time::Duration;

use super::failure::Class;

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(10);

/// Time to the next try after `failures` failures in a row (at least one).
///
/// Grows from 2 s to 10 min; a longer `Retry-After` (RFC 9110 section 10.2.3) wins, within the same cap. `jitter` is in
/// `0.0..1.0` and is the caller's, so equal input gives equal output; it takes away up to a quarter.
#[must_use]
pub fn next_try(class: Class, failures: u32, jitter: f64) -> Duration {
    let grown = FIRST
        .saturating_mul(1 << failures.saturating_sub(1).min(16))
        .min(LONGEST);
    let spread = grown.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 4.0);
    match class {
        Class::RateLimited(Some(after)) => spread.max(after).min(LONGEST),
        _ => spread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_from_two_seconds_to_ten_minutes() {
        assert_eq!(next_try(Class::Transient, 1, 0.0), Duration::from_secs(2));
        assert_eq!(next_try(Class::Transient, 3, 0.0), Duration::from_secs(8));
        assert_eq!(next_try(Class::Transient, 99, 0.0), LONGEST);
    }

    #[test]
    fn jitter_takes_away_up_to_a_quarter() {
        assert_eq!(next_try(Class::Transient, 2, 1.0), Duration::from_secs(3));
    }

    #[test]
    fn a_longer_retry_after_wins_within_the_cap() {
        let after = |s| Class::RateLimited(Some(Duration::from_secs(s)));
        assert_eq!(next_try(after(30), 1, 0.5), Duration::from_secs(30));
        assert_eq!(next_try(after(1), 3, 0.0), Duration::from_secs(8));
        assert_eq!(next_try(after(9999), 1, 0.0), LONGEST);
    }
}
