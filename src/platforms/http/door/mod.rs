//! The door that every call to one platform goes through: its limits, its wish to be left alone, and whether it is there.
//!
//! What does not pass was surely not carried out. A call waits in front of the door no longer than it was given; that time
//! is not part of its time-out, which begins when it is sent.

mod bucket;
mod health;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};

use self::bucket::Bucket;
pub(super) use self::health::Asked;
use self::health::{Health, Sent, Sign, Verdict};
use crate::domain::failure::Class;
use crate::domain::port::Limits;

/// The doors of all platforms, by the UID of their resource: connections to one platform share its door.
#[derive(Debug, Default)]
pub(in crate::platforms) struct Doors(Mutex<HashMap<String, Arc<Door>>>);

impl Doors {
    /// The door of this platform. Other limits make a new one, which knows what the former one did of the platform.
    pub(in crate::platforms) fn of(&self, uid: &str, limits: &Limits) -> Arc<Door> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody uses and would be the same when made anew need not be kept: platforms come and go.
        doors.retain(|_, door| Arc::strong_count(door) > 1 || !door.is_ordinary());
        let former = doors.get(uid);
        if let Some(door) = former.filter(|door| door.limits == *limits) {
            return Arc::clone(door);
        }
        let seen = former.map_or_else(Arc::default, |door| Arc::clone(&door.seen));
        let door = Arc::new(Door::new(limits, seen));
        doors.insert(uid.to_owned(), Arc::clone(&door));
        door
    }
}

/// One platform's door.
#[derive(Debug)]
pub(in crate::platforms) struct Door {
    limits: Limits,
    bucket: Bucket,
    /// Held by whoever waits for the bucket: first come, first served.
    turn: Turn<()>,
    under_way: Arc<Semaphore>,
    seen: Arc<Seen>,
}

/// What was seen of the platform, and who waits for news of it.
#[derive(Debug)]
struct Seen {
    health: Mutex<Health>,
    news: Notify,
    since: Instant,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            health: Mutex::default(),
            news: Notify::new(),
            since: Instant::now(),
        }
    }
}

/// Why a call was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It would have taken too long until the limits let it through.
    Limited,
    /// The time by which it had to be sent was over before it came to the door.
    Late,
    /// It waited for what becomes of the call ahead, which took too long.
    Behind,
    /// Nothing answers there; the next calls are not sent before a probe is answered.
    Away,
    /// Calls like it were answered with 429 or a server error; the next one is tried later.
    Unwell,
    /// The platform asked to be left alone.
    Paused(Duration),
}

impl Held {
    /// The class of a call that was not sent.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Limited | Self::Late | Self::Behind | Self::Away | Self::Unwell => Class::Transient,
            Self::Paused(left) => Class::RateLimited(Some(left)),
        }
    }

    /// Goes on after method and URL. The same for the same cause: a number that counts down would be news each time.
    pub(super) fn how(self) -> &'static str {
        match self {
            Self::Limited => "was not sent: spec.limits of the platform did not let it through in time",
            Self::Late => "was not sent: what goes before it, such as a token of ours, took too long",
            Self::Behind => "was not sent: the platform was quiet, and the call ahead got no answer in time",
            Self::Away => "was not sent: nothing answers there, and the platform is probed until something does",
            Self::Unwell => "was not sent: calls like it were answered with 429 or 5xx, and one is tried now and then",
            Self::Paused(_) => "was not sent: the platform asked to be left alone for a while",
        }
    }
}

/// What a caller does next.
pub(super) enum Passed<'a> {
    /// Send.
    Through(Passage<'a>),
    /// Probe the host, tell what came of it, and come back.
    Probe(Passage<'a>),
}

/// The permission to send one call; dropped when its answer was read.
pub(super) struct Passage<'a> {
    door: &'a Door,
    asked: &'a Asked,
    /// What becomes of it was not told yet.
    untold: Option<Sent>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Door {
    fn new(limits: &Limits, seen: Arc<Seen>) -> Self {
        Self {
            limits: *limits,
            bucket: Bucket::new(limits.per_second, limits.burst),
            turn: Turn::default(),
            under_way: Arc::new(Semaphore::new(limits.in_flight)),
            seen,
        }
    }

    /// Waits until such a call may be sent, for at most `within`.
    pub(super) async fn pass<'a>(&'a self, asked: &'a Asked, within: Duration) -> Result<Passed<'a>, Held> {
        let deadline = Instant::now() + within;
        self.seen.refuses_at_once(asked)?;
        let mut permit = timeout_at(deadline, self.permit()).await.map_err(|_| Held::Limited)?;
        loop {
            // Made before the question is asked, so that no news is missed in between.
            let news = self.seen.news.notified();
            let mut passage = |sent| Passage {
                door: self,
                asked,
                untold: Some(sent),
                _permit: permit.take(),
            };
            match self.seen.lock().ask(self.seen.since.elapsed(), asked) {
                Verdict::Go(sent) => return Ok(Passed::Through(passage(sent))),
                Verdict::Probe(sent) => return Ok(Passed::Probe(passage(sent))),
                Verdict::Away => return Err(Held::Away),
                Verdict::Unwell => return Err(Held::Unwell),
                Verdict::Paused(left) => return Err(Held::Paused(left)),
                Verdict::Follow => {}
            }
            timeout_at(deadline, news).await.map_err(|_| Held::Behind)?;
        }
    }

    /// One of the calls that may be under way, then one out of the bucket.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        // Fails only when it is closed, which nobody does.
        let permit = Arc::clone(&self.under_way).acquire_owned().await.ok();
        let _turn = self.turn.lock().await;
        while let Err(wait) = self.bucket.take() {
            sleep(wait).await;
        }
        permit
    }

    fn is_ordinary(&self) -> bool {
        self.seen.lock().is_ordinary(self.seen.since.elapsed())
    }
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who will not be let through anyway need not wait, nor use up what others could.
    fn refuses_at_once(&self, asked: &Asked) -> Result<(), Held> {
        match self.lock().verdict(self.since.elapsed(), asked) {
            Verdict::Away => Err(Held::Away),
            Verdict::Unwell => Err(Held::Unwell),
            Verdict::Paused(left) => Err(Held::Paused(left)),
            Verdict::Go(_) | Verdict::Follow | Verdict::Probe(_) => Ok(()),
        }
    }

    fn tell(&self, asked: &Asked, sent: Sent, sign: Sign) {
        self.lock().tell(self.since.elapsed(), asked, sent, sign);
        self.news.notify_waiters();
    }
}

impl Passage<'_> {
    /// The host answered; `pause`: it wants to be left alone for so long.
    pub(super) fn answered(&mut self, pause: Option<Duration>) {
        self.tell(Sign::Answered(pause));
    }

    /// The host answered with 429 or a server error; `pause` as above.
    pub(super) fn unwell(&mut self, pause: Option<Duration>) {
        self.tell(Sign::Unwell(pause));
    }

    /// No connection came about, or no answer came in time.
    pub(super) fn silent(&mut self) {
        self.tell(Sign::Silent);
    }

    /// Somebody was there and broke off.
    pub(super) fn broken(&mut self) {
        self.tell(Sign::Broken);
    }

    fn tell(&mut self, sign: Sign) {
        if let Some(sent) = self.untold.take() {
            self.door.seen.tell(self.asked, sent, sign);
        }
    }
}

impl Drop for Passage<'_> {
    /// Whoever waits for this call must not wait for ever when it was given up.
    fn drop(&mut self) {
        self.tell(Sign::None);
    }
}
