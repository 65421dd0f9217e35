//! Whether a platform is there: what its answers say of it, and who may call next. Pure: the time is handed in.
//!
//! A host that was quiet for a while, or did not answer last time, gets one call ahead of the others. When several in a row
//! get no answer, it counts as away, and nothing is sent there until a probe is answered. So a thousand callers who find a
//! platform away cost it a handful of calls.

use std::collections::HashMap;
use std::time::Duration;

use url::Origin;

/// After so long without an answer one call goes ahead of the others.
const QUIET: Duration = Duration::from_secs(10);
/// Calls in a row that get no answer until a host counts as away.
const AWAY_AFTER: u32 = 5;
/// Time between probes: it doubles from the first to the longest.
const FIRST_PROBE: Duration = Duration::from_secs(2);
const LONGEST_PROBE: Duration = Duration::from_secs(15);

/// What may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send.
    Go,
    /// Send; the others wait for what becomes of it.
    Lead,
    /// Wait for what becomes of the call that was sent ahead.
    Follow,
    /// Probe first, then ask again.
    Probe,
    /// The host is away.
    Away,
    /// The platform asked to be left alone, still for so long.
    Paused(Duration),
}

/// What a call says of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered, whatever it said; perhaps it wants to be left alone for a while.
    Answered(Option<Duration>),
    /// No connection, or no answer in time.
    Silent,
    /// Nothing: the call was given up, or broke in another way.
    None,
}

/// One platform: all of its hosts, and the pause that it asked for.
#[derive(Debug, Default)]
pub(super) struct Health {
    paused_until: Duration,
    hosts: HashMap<Origin, Host>,
}

#[derive(Debug, Default)]
struct Host {
    answered_at: Option<Duration>,
    /// Calls in a row that got no answer.
    silent: u32,
    /// A call was sent ahead, or a probe; the others look at what becomes of it.
    led: bool,
    /// Probes in a row that got no answer.
    probes: u32,
    next_probe: Duration,
}

impl Health {
    /// Whether a call to this host may be sent now. After `Lead` and `Probe` the host waits for [`Self::tell`].
    /// `probing` calls are sent to find out whether a platform is there.
    pub(super) fn ask(&mut self, now: Duration, host: &Origin, probing: bool) -> Verdict {
        let verdict = self.verdict(now, host, probing);
        if matches!(verdict, Verdict::Lead | Verdict::Probe) {
            self.hosts.entry(host.clone()).or_default().led = true;
        }
        verdict
    }

    /// What [`Self::ask`] would say, without sending anybody ahead.
    pub(super) fn verdict(&self, now: Duration, host: &Origin, probing: bool) -> Verdict {
        let pause = self.paused_until.saturating_sub(now);
        if !pause.is_zero() {
            return Verdict::Paused(pause);
        }
        self.hosts
            .get(host)
            .map_or(Verdict::Lead, |host| host.verdict(now, probing))
    }

    /// Takes in what a call or probe says; `led` if it was sent ahead.
    pub(super) fn tell(&mut self, now: Duration, host: &Origin, led: bool, sign: Sign) {
        if let Sign::Answered(Some(pause)) = sign {
            self.paused_until = self.paused_until.max(now + pause);
        }
        self.hosts.entry(host.clone()).or_default().tell(now, led, sign);
    }

    /// Nothing of it would be missed.
    pub(super) fn is_ordinary(&self, now: Duration) -> bool {
        now >= self.paused_until && self.hosts.values().all(|host| host.silent == 0)
    }
}

impl Host {
    fn verdict(&self, now: Duration, probing: bool) -> Verdict {
        let fresh = self.answered_at.is_some_and(|at| now < at + QUIET);
        let away = self.silent >= AWAY_AFTER;
        match (away, self.led) {
            (true, _) if probing => Verdict::Go,
            (true, false) if now >= self.next_probe => Verdict::Probe,
            (true, _) => Verdict::Away,
            (false, _) if fresh && self.silent == 0 => Verdict::Go,
            (false, true) => Verdict::Follow,
            (false, false) => Verdict::Lead,
        }
    }

    fn tell(&mut self, now: Duration, led: bool, sign: Sign) {
        self.led &= !led;
        match sign {
            Sign::Answered(_) => {
                *self = Self {
                    answered_at: Some(now),
                    led: self.led,
                    ..Self::default()
                };
            }
            Sign::Silent => {
                self.silent = self.silent.saturating_add(1);
                if self.silent == AWAY_AFTER || (led && self.silent > AWAY_AFTER) {
                    let grown = FIRST_PROBE.saturating_mul(1 << self.probes.min(8));
                    self.next_probe = now + grown.min(LONGEST_PROBE);
                    self.probes += 1;
                }
            }
            Sign::None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn host(name: &str) -> Origin {
        Url::parse(&format!("https://{name}.example.com/v1")).unwrap().origin()
    }

    /// A platform with one host.
    #[derive(Default)]
    struct One(Health);

    impl One {
        fn ask(&mut self, seconds: u64) -> Verdict {
            self.0.ask(at(seconds), &host("api"), false)
        }

        fn tell(&mut self, seconds: u64, led: bool, sign: Sign) {
            self.0.tell(at(seconds), &host("api"), led, sign);
        }

        fn away(seconds: u64) -> Self {
            let mut one = Self::default();
            for _ in 0..AWAY_AFTER {
                assert_eq!(one.ask(seconds), Verdict::Lead);
                one.tell(seconds, true, Sign::Silent);
            }
            one
        }
    }

    const ANSWERED: Sign = Sign::Answered(None);

    #[test]
    fn the_first_call_goes_ahead_and_its_answer_lets_the_others_through() {
        let mut one = One::default();
        assert_eq!(one.ask(0), Verdict::Lead);
        assert_eq!(one.ask(0), Verdict::Follow);
        one.tell(1, true, ANSWERED);
        assert_eq!([one.ask(1), one.ask(10)], [Verdict::Go; 2]);
        assert_eq!(one.ask(11), Verdict::Lead, "it was quiet for ten seconds");
    }

    #[test]
    fn a_call_without_answer_makes_the_others_go_one_by_one() {
        let mut one = One::default();
        one.tell(0, false, ANSWERED);
        one.tell(1, false, Sign::Silent);
        assert_eq!(one.ask(1), Verdict::Lead);
        assert_eq!(one.ask(1), Verdict::Follow);
        one.tell(2, true, ANSWERED);
        assert_eq!([one.ask(2), one.ask(2)], [Verdict::Go; 2]);
    }

    #[test]
    fn a_call_that_was_given_up_leaves_its_lead_to_the_next() {
        let mut one = One::default();
        assert_eq!(one.ask(0), Verdict::Lead);
        one.tell(1, true, Sign::None);
        assert_eq!(one.ask(1), Verdict::Lead);
    }

    #[test]
    fn five_calls_without_answer_mean_away_until_a_probe_is_answered() {
        let mut one = One::away(0);
        assert_eq!([one.ask(0), one.ask(1)], [Verdict::Away; 2]);
        assert_eq!(one.ask(2), Verdict::Probe);
        assert_eq!(one.ask(2), Verdict::Away, "one probe at a time");
        one.tell(3, true, ANSWERED);
        assert_eq!([one.ask(3), one.ask(3)], [Verdict::Go; 2]);
    }

    #[test]
    fn a_late_answer_ends_the_absence_too() {
        let mut one = One::away(0);
        one.tell(1, false, ANSWERED);
        assert_eq!(one.ask(1), Verdict::Go);
    }

    #[test]
    fn a_thousand_callers_cost_a_platform_that_is_away_for_a_minute_a_handful_of_calls() {
        let mut one = One::default();
        let mut sent = 0;
        for second in 0..60 {
            for _ in 0..1000 {
                if matches!(one.ask(second), Verdict::Go | Verdict::Lead | Verdict::Probe) {
                    sent += 1;
                    one.tell(second, true, Sign::Silent);
                }
            }
        }
        assert_eq!(sent, 11, "five calls, and probes after 2, 6, 14, 29, 44 and 59 s");
    }

    #[test]
    fn many_calls_that_were_under_way_are_one_absence() {
        let mut one = One::default();
        one.tell(0, false, ANSWERED);
        for _ in 0..32 {
            one.tell(1, false, Sign::Silent);
        }
        assert_eq!(one.ask(2), Verdict::Away);
        assert_eq!(one.ask(3), Verdict::Probe, "the first pause is not grown by them");
    }

    #[test]
    fn who_looks_whether_it_is_there_is_not_held_back() {
        let mut one = One::away(0);
        assert_eq!(one.0.ask(at(0), &host("api"), true), Verdict::Go);
        one.tell(0, false, Sign::Silent);
        assert_eq!(one.ask(1), Verdict::Away);
    }

    #[test]
    fn a_pause_holds_for_the_whole_platform_and_the_longer_one_wins() {
        let mut one = One::default();
        one.tell(0, false, Sign::Answered(Some(at(30))));
        one.tell(1, false, Sign::Answered(Some(at(2))));
        assert_eq!(one.ask(10), Verdict::Paused(at(20)));
        assert_eq!(one.0.ask(at(10), &host("id"), true), Verdict::Paused(at(20)));
        assert_eq!(one.ask(30), Verdict::Lead);
    }

    #[test]
    fn one_host_that_is_away_does_not_hold_up_the_other() {
        let mut one = One::away(0);
        assert_eq!(one.0.ask(at(0), &host("id"), false), Verdict::Lead);
        assert!(!one.0.is_ordinary(at(0)));
        one.tell(0, true, ANSWERED);
        assert!(one.0.is_ordinary(at(0)));
    }
}
