//! Whether a platform is there: what its answers say of it, and who may call next. Pure: the time is handed in.
//!
//! Only a few calls at a time are sent ahead of an answer, and a single one to a host that was quiet for a while or did not
//! answer last time; each answer lets others through. When several in a row get no answer, the host counts as away, and
//! nothing is sent there until a probe is answered. So a thousand callers who find a platform away cost it a handful of calls.

use std::collections::HashMap;
use std::time::Duration;

use url::Origin;

/// After so long without an answer nobody knows whether a host is there.
const QUIET: Duration = Duration::from_secs(10);
/// Calls that may be sent since the last answer.
const AHEAD: u32 = 8;
/// The same for a host of which nobody knows whether it is there.
const AHEAD_IN_DOUBT: u32 = 1;
/// Calls in a row that get no answer until a host counts as away.
const AWAY_AFTER: u32 = 5;
/// Time between probes: it doubles from the first to the longest.
const FIRST_PROBE: Duration = Duration::from_secs(2);
const LONGEST_PROBE: Duration = Duration::from_secs(15);

/// What may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send.
    Go(Sent),
    /// Wait for what becomes of the calls that were sent ahead.
    Follow,
    /// Probe first, then ask again.
    Probe(Sent),
    /// The host is away.
    Away,
    /// The platform asked to be left alone, still for so long.
    Paused(Duration),
}

/// A call or a probe that is sent; what becomes of it is told with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// How many answers there were before.
    answers: u64,
    probe: bool,
}

/// What a call says of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered, whatever it said; perhaps it wants to be left alone for a while.
    Answered(Option<Duration>),
    /// No connection, or no answer in time.
    Silent,
    /// Somebody was there and broke off.
    Broken,
    /// Nothing: the call was given up.
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
    answers: u64,
    answered_at: Option<Duration>,
    /// Calls under way that were sent since the last answer.
    ahead: u32,
    /// Calls in a row that got no answer.
    silent: u32,
    /// A probe is under way.
    probed: bool,
    /// Probes in a row that got no answer.
    probes: u32,
    next_probe: Duration,
}

impl Health {
    /// Whether a call to this host may be sent now. What comes of it must be told. `probing` calls are sent to find out
    /// whether a platform is there.
    pub(super) fn ask(&mut self, now: Duration, host: &Origin, probing: bool) -> Verdict {
        let verdict = self.verdict(now, host, probing);
        match verdict {
            Verdict::Go(_) => self.hosts.entry(host.clone()).or_default().ahead += 1,
            Verdict::Probe(_) => self.hosts.entry(host.clone()).or_default().probed = true,
            Verdict::Follow | Verdict::Away | Verdict::Paused(_) => {}
        }
        verdict
    }

    /// What [`Self::ask`] would say, without sending anything.
    pub(super) fn verdict(&self, now: Duration, host: &Origin, probing: bool) -> Verdict {
        let pause = self.paused_until.saturating_sub(now);
        if !pause.is_zero() {
            return Verdict::Paused(pause);
        }
        let unknown = Host::default();
        self.hosts.get(host).unwrap_or(&unknown).verdict(now, probing)
    }

    /// Takes in what a call or probe says.
    pub(super) fn tell(&mut self, now: Duration, host: &Origin, sent: Sent, sign: Sign) {
        if let Sign::Answered(Some(pause)) = sign {
            self.paused_until = self.paused_until.max(now + pause);
        }
        self.hosts.entry(host.clone()).or_default().tell(now, sent, sign);
    }

    /// Nothing of it would be missed.
    pub(super) fn is_ordinary(&self, now: Duration) -> bool {
        now >= self.paused_until && self.hosts.values().all(|host| host.silent == 0)
    }
}

impl Host {
    fn verdict(&self, now: Duration, probing: bool) -> Verdict {
        let sent = |probe| Sent {
            answers: self.answers,
            probe,
        };
        let away = self.silent >= AWAY_AFTER;
        if away && !probing {
            let due = !self.probed && now >= self.next_probe;
            return if due { Verdict::Probe(sent(true)) } else { Verdict::Away };
        }
        let fresh = self.answered_at.is_some_and(|at| now < at + QUIET);
        let most = if fresh && self.silent == 0 {
            AHEAD
        } else {
            AHEAD_IN_DOUBT
        };
        if away || self.ahead < most {
            Verdict::Go(sent(false))
        } else {
            Verdict::Follow
        }
    }

    fn tell(&mut self, now: Duration, sent: Sent, sign: Sign) {
        if sent.probe {
            self.probed = false;
        } else if sent.answers == self.answers {
            self.ahead = self.ahead.saturating_sub(1);
        }
        match sign {
            Sign::Answered(_) => {
                *self = Self {
                    answers: self.answers + 1,
                    answered_at: Some(now),
                    probed: self.probed,
                    ..Self::default()
                };
            }
            Sign::Silent => {
                self.silent = self.silent.saturating_add(1);
                if self.silent == AWAY_AFTER || sent.probe {
                    self.probe_later(now);
                }
            }
            // A probe that says nothing is not sent again at once either.
            Sign::Broken if sent.probe => self.probe_later(now),
            Sign::Broken | Sign::None => {}
        }
    }

    fn probe_later(&mut self, now: Duration) {
        let grown = FIRST_PROBE.saturating_mul(1 << self.probes.min(8));
        self.next_probe = now + grown.min(LONGEST_PROBE);
        self.probes += 1;
    }
}

#[cfg(test)]
mod tests;
