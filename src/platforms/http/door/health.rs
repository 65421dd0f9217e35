//! Whether a platform is there: what its answers say of it, and who may call next. Pure: the time is handed in.
//!
//! Only a few calls at a time are sent ahead of an answer, and a single one to a host that was quiet for a while or did not
//! answer last time; each answer lets others through. When several in a row get no answer, the host counts as away, and
//! nothing is sent there until a probe is answered. So a thousand callers who find a platform away cost it a handful of calls.
//!
//! A host can be there and yet unwell: it answers with server errors or 429, perhaps only to what changes something. After
//! several in a row to calls of one method, a single one of these is tried now and then until one is answered well. The trial
//! is one of the calls themselves: nothing else tells whether they work again.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use url::Origin;

/// After so long without an answer nobody knows whether a host is there.
const QUIET: Duration = Duration::from_secs(10);
/// Calls that may be sent since the last answer.
const AHEAD: u32 = 8;
/// The same for a host of which nobody knows whether it is there.
const AHEAD_IN_DOUBT: u32 = 1;
/// Calls in a row that get no answer until a host counts as away.
const AWAY_AFTER: u32 = 5;
/// Such answers in a row to one method until only trials of it are sent.
const UNWELL_AFTER: u32 = 5;
/// Time between probes, and between trials: it doubles from the first to the longest.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST_PROBE: Duration = Duration::from_secs(15);
/// Longer: a trial may leave somebody in doubt whether it was carried out.
const LONGEST_TRIAL: Duration = Duration::from_secs(30);

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
    /// The host answers such calls with server errors or 429, and it is not yet time to try another one.
    Unwell,
    /// The platform asked to be left alone, still for so long.
    Paused(Duration),
}

/// A call or a probe that is sent; what becomes of it is told with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// How many answers there were before.
    answers: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Call,
    /// A call of a method that was answered so lately.
    Trial,
    Probe,
}

/// What a call says of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered, whatever it said; perhaps it wants to be left alone for a while.
    Answered(Option<Duration>),
    /// It answered with a server error or 429; perhaps it wants to be left alone, too.
    Unwell(Option<Duration>),
    /// No connection, or no answer in time.
    Silent,
    /// Somebody was there and broke off.
    Broken,
    /// Nothing: the call was given up.
    None,
}

/// A call that wants to be sent.
#[derive(Clone, Debug)]
pub(in crate::platforms::http) struct Asked {
    /// Where to.
    pub(in crate::platforms::http) host: Origin,
    /// How.
    pub(in crate::platforms::http) method: Method,
    /// It finds out whether the platform is there, and is sent all the same.
    pub(in crate::platforms::http) probing: bool,
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
    probes: Pace,
    /// By method: what was answered so, and not well since.
    unwell: HashMap<Method, Unwell>,
}

/// Such answers in a row to one method.
#[derive(Debug, Default)]
struct Unwell {
    errors: u32,
    trials: Pace,
}

/// Tries one at a time, ever less often.
#[derive(Debug, Default)]
struct Pace {
    /// One is under way.
    under_way: bool,
    /// How many in a row failed.
    failed: u32,
    next: Duration,
}

impl Health {
    /// Whether a call of this kind may be sent now. What comes of it must be told.
    pub(super) fn ask(&mut self, now: Duration, asked: &Asked) -> Verdict {
        let verdict = self.verdict(now, asked);
        if let Verdict::Go(sent) | Verdict::Probe(sent) = verdict {
            self.hosts.entry(asked.host.clone()).or_default().send(sent, asked);
        }
        verdict
    }

    /// What [`Self::ask`] would say, without sending anything.
    pub(super) fn verdict(&self, now: Duration, asked: &Asked) -> Verdict {
        let pause = self.paused_until.saturating_sub(now);
        if !pause.is_zero() {
            return Verdict::Paused(pause);
        }
        let unknown = Host::default();
        self.hosts.get(&asked.host).unwrap_or(&unknown).verdict(now, asked)
    }

    /// Takes in what a call or probe says.
    pub(super) fn tell(&mut self, now: Duration, asked: &Asked, sent: Sent, sign: Sign) {
        if let Sign::Answered(Some(pause)) | Sign::Unwell(Some(pause)) = sign {
            self.paused_until = self.paused_until.max(now + pause);
        }
        let host = self.hosts.entry(asked.host.clone()).or_default();
        host.tell(now, &asked.method, sent, sign);
    }

    /// Nothing of it would be missed.
    pub(super) fn is_ordinary(&self, now: Duration) -> bool {
        let well = |host: &Host| host.silent == 0 && host.unwell.is_empty();
        now >= self.paused_until && self.hosts.values().all(well)
    }
}

impl Host {
    fn verdict(&self, now: Duration, asked: &Asked) -> Verdict {
        let sent = |kind| Sent {
            answers: self.answers,
            kind,
        };
        let away = self.silent >= AWAY_AFTER;
        if asked.probing && away {
            return Verdict::Go(sent(Kind::Call));
        }
        if away {
            let due = self.probes.is_due(now);
            return if due {
                Verdict::Probe(sent(Kind::Probe))
            } else {
                Verdict::Away
            };
        }
        let unwell = self.unwell.get(&asked.method);
        if let Some(unwell) = unwell.filter(|u| u.errors >= UNWELL_AFTER && !asked.probing) {
            let due = unwell.trials.is_due(now);
            return if due {
                Verdict::Go(sent(Kind::Trial))
            } else {
                Verdict::Unwell
            };
        }
        let fresh = self.answered_at.is_some_and(|at| now < at + QUIET);
        let most = if fresh && self.silent == 0 && unwell.is_none() {
            AHEAD
        } else {
            AHEAD_IN_DOUBT
        };
        if self.ahead < most {
            Verdict::Go(sent(Kind::Call))
        } else {
            Verdict::Follow
        }
    }

    fn send(&mut self, sent: Sent, asked: &Asked) {
        match sent.kind {
            Kind::Probe => self.probes.under_way = true,
            Kind::Call => self.ahead += 1,
            Kind::Trial => {
                self.ahead += 1;
                self.unwell.entry(asked.method.clone()).or_default().trials.under_way = true;
            }
        }
    }

    fn tell(&mut self, now: Duration, method: &Method, sent: Sent, sign: Sign) {
        if sent.kind == Kind::Probe {
            self.probes.under_way = false;
        } else if sent.answers == self.answers {
            self.ahead = self.ahead.saturating_sub(1);
        }
        if let (Kind::Trial, Some(unwell)) = (sent.kind, self.unwell.get_mut(method)) {
            unwell.trials.under_way = false;
        }
        match sign {
            // Any answer to a probe tells that somebody is there, and nothing else.
            Sign::Answered(_) | Sign::Unwell(_) if sent.kind == Kind::Probe => self.there(now),
            Sign::Answered(_) => {
                self.unwell.remove(method);
                self.there(now);
                (self.answers, self.ahead) = (self.answers + 1, 0);
            }
            // It lets nobody else through: who comes next waits for what becomes of those under way.
            Sign::Unwell(_) => {
                self.there(now);
                let unwell = self.unwell.entry(method.clone()).or_default();
                unwell.errors = unwell.errors.saturating_add(1);
                if unwell.errors == UNWELL_AFTER || sent.kind == Kind::Trial {
                    unwell.trials.later(now, LONGEST_TRIAL);
                }
            }
            Sign::Silent => {
                self.silent = self.silent.saturating_add(1);
                if self.silent == AWAY_AFTER || sent.kind == Kind::Probe {
                    self.probes.later(now, LONGEST_PROBE);
                }
            }
            // A probe that says nothing is not sent again at once either.
            Sign::Broken if sent.kind == Kind::Probe => self.probes.later(now, LONGEST_PROBE),
            Sign::Broken | Sign::None => {}
        }
    }

    /// Somebody is there.
    fn there(&mut self, now: Duration) {
        self.answered_at = Some(now);
        self.silent = 0;
        self.probes = Pace {
            under_way: self.probes.under_way,
            ..Pace::default()
        };
    }
}

impl Pace {
    fn is_due(&self, now: Duration) -> bool {
        !self.under_way && now >= self.next
    }

    fn later(&mut self, now: Duration, longest: Duration) {
        let grown = FIRST.saturating_mul(1 << self.failed.min(8));
        self.next = now + grown.min(longest);
        self.failed += 1;
    }
}

#[cfg(test)]
mod tests;
