//! The platform's time: real time, moved or frozen by the control API. Waiting is kept out: faults wait in real time.

use std::fmt;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

/// A point in time in whole milliseconds, written as the platform writes it (`2019-05-09T10:00:00.152Z`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// Seconds since 1970, rounded down.
    pub fn unix_seconds(self) -> i64 {
        self.0.as_millisecond().div_euclid(1000)
    }

    /// This moment moved by `seconds`, held inside the years that can be written.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(SignedDuration::from_secs(seconds))
                .unwrap_or(self.0),
        )
    }

    /// This moment moved by `milliseconds`, held inside the years that can be written.
    pub fn plus_milliseconds(self, milliseconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(SignedDuration::from_millis(milliseconds))
                .unwrap_or(self.0),
        )
    }

    /// This moment as HTTP headers have it; none for years that they cannot write.
    pub fn http_date(self) -> Option<String> {
        DateTimePrinter::new().timestamp_to_rfc9110_string(&self.0).ok()
    }

    /// This moment, or the first millisecond after `earlier` when the clock stood still or went back.
    pub fn or_just_after(self, earlier: Self) -> Self {
        self.max(Self(
            earlier
                .0
                .saturating_add(SignedDuration::from_millis(1))
                .unwrap_or(earlier.0),
        ))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The clock that all timestamps and expiries follow.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: SignedDuration,
    frozen_at: Option<Timestamp>,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> Moment {
        let exact = self.frozen_at.unwrap_or_else(|| self.running());
        Moment(Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(exact))
    }

    /// Moves the clock by `seconds`, back when negative. False, and nothing moves, when that leaves the calendar.
    pub fn advance(&mut self, seconds: i64) -> bool {
        match self.now().0.checked_add(SignedDuration::from_secs(seconds)) {
            Ok(time) => {
                self.set(time);
                true
            }
            Err(_) => false,
        }
    }

    /// Sets the clock to `time`; a frozen one stays frozen there.
    pub fn set(&mut self, time: Timestamp) {
        self.ahead = time.duration_since(Timestamp::now());
        self.frozen_at = self.frozen_at.map(|_| time);
    }

    /// Stops the clock where it is, or lets it run on from there.
    pub fn freeze(&mut self, frozen: bool) {
        let now = self.now().0;
        self.ahead = now.duration_since(Timestamp::now());
        self.frozen_at = frozen.then_some(now);
    }

    fn running(&self) -> Timestamp {
        let now = Timestamp::now();
        now.saturating_add(self.ahead).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_frozen_clock_stands_where_it_was_set() {
        let mut clock = Clock::default();
        clock.freeze(true);
        clock.set("2026-01-01T00:00:03.12Z".parse().expect("a time"));
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:03.120Z");
        assert!(clock.advance(-4));
        assert_eq!(clock.now().to_string(), "2025-12-31T23:59:59.120Z");
        assert!(!clock.advance(i64::MAX));
        clock.freeze(false);
        assert!(
            clock.now().to_string().starts_with("2025-12-31T23:59:59.1"),
            "{}",
            clock.now()
        );
    }

    #[test]
    fn a_change_is_always_later_than_the_one_before() {
        let mut clock = Clock::default();
        clock.freeze(true);
        let now = clock.now();
        assert!(now.or_just_after(now) > now);
        assert_eq!(now.or_just_after(now.plus_seconds(-1)), now);
    }
}
