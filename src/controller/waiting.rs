//! Resources that wait for their platform. When one of them gets through, the others need not wait any longer; and when the
//! operator starts, those that waited before come back one by one.
//!
//! How often each of them failed is lost with the process. So what status tells has to do: without it, each restart would
//! make all of them call at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::Stream;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::platform::kind::PlatformKey;
use crate::api::conditions::{ConditionType, Reason, find};
use crate::domain::failure::Class;

/// After a start, time between two resources of one platform that waited before, on average.
const APART: Duration = Duration::from_secs(2);

/// A resource that waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Waiter {
    /// An installation; else an application.
    pub installation: bool,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Who waits for which platform.
pub struct Waiting {
    /// With the time before which they are left alone.
    platforms: Mutex<HashMap<PlatformKey, HashMap<Waiter, Duration>>>,
    news: broadcast::Sender<Arc<[Waiter]>>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            platforms: Mutex::default(),
            news: broadcast::Sender::new(64),
        }
    }
}

impl Waiting {
    /// Whom to wake, since somebody got through.
    pub fn news(&self) -> impl Stream<Item = Arc<[Waiter]>> + Send + 'static {
        futures::stream::unfold(self.news.subscribe(), |mut news| async {
            loop {
                match news.recv().await {
                    Ok(waiters) => return Some((waiters, news)),
                    // Whoever was missed comes back by itself.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
    }

    /// A call for this resource failed with this class.
    pub fn failed(&self, platform: &PlatformKey, waiter: Waiter, class: Class) {
        // The others are about the resource itself: what became of another one says nothing of them.
        if !matches!(class, Class::Invalid | Class::Conflict) {
            self.lock()
                .entry(platform.clone())
                .or_default()
                .insert(waiter, Duration::ZERO);
        }
    }

    /// This resource got through. If it had waited, those that still do are woken.
    pub fn through(&self, platform: &PlatformKey, waiter: &Waiter) {
        let mut platforms = self.lock();
        if !platforms.get(platform).is_some_and(|all| all.contains_key(waiter)) {
            return;
        }
        let mut others = platforms.remove(platform).unwrap_or_default();
        drop(platforms);
        others.remove(waiter);
        if !others.is_empty() {
            // Nobody listens while the operator ends.
            let _ = self.news.send(others.into_keys().collect());
        }
    }

    /// Takes in a resource that waited before this process began. The first one of a platform is looked at at once: it
    /// finds out how things are. Each other one comes later by `APART`, but not after `longest`; `jitter`, in `0.0..1.0`,
    /// takes away some of that, so that in many short lives of the process each has its chance.
    pub fn waited(&self, platform: &PlatformKey, waiter: Waiter, now: Duration, jitter: f64, longest: Duration) {
        let mut platforms = self.lock();
        let all = platforms.entry(platform.clone()).or_default();
        let before = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let later = APART.saturating_mul(before).min(longest);
        all.insert(waiter, now + later.mul_f64(jitter.clamp(0.0, 1.0)));
    }

    /// For how long a resource is still left alone.
    #[must_use]
    pub fn left_alone(&self, platform: &PlatformKey, waiter: &Waiter, now: Duration) -> Option<Duration> {
        let until = *self.lock().get(platform)?.get(waiter)?;
        Some(until.saturating_sub(now)).filter(|left| !left.is_zero())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlatformKey, HashMap<Waiter, Duration>>> {
        self.platforms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether status tells that a resource as it is now waits for its platform, which was called in vain.
#[must_use]
pub fn has_waited(conditions: &[Condition], generation: Option<i64>) -> bool {
    let reasons = [
        Reason::PlatformUnreachable,
        Reason::PlatformUnauthorized,
        Reason::PlatformForbidden,
        Reason::RateLimited,
        Reason::OutcomeUnknown,
        Reason::NameConflict,
    ];
    find(conditions, ConditionType::Ready).is_some_and(|ready| {
        let called = reasons.iter().any(|reason| ready.reason == reason.to_string());
        ready.status == "False" && called && ready.observed_generation == generation
    })
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};

    use super::*;
    use crate::controller::status::{self, Line};

    const LONGEST: Duration = Duration::from_mins(5);

    fn key(name: &str) -> PlatformKey {
        PlatformKey::cluster_wide(name)
    }

    fn waiter(number: usize) -> Waiter {
        Waiter {
            installation: false,
            namespace: "billing".into(),
            name: format!("app-{number}"),
        }
    }

    #[test]
    fn one_that_gets_through_wakes_all_others_of_its_platform_once() {
        let waiting = Waiting::default();
        let mut news = Box::pin(waiting.news());
        for number in 0..3 {
            waiting.failed(&key("here"), waiter(number), Class::Transient);
        }
        waiting.failed(&key("there"), waiter(9), Class::Ambiguous);
        waiting.through(&key("here"), &waiter(7));
        assert_eq!(
            news.next().now_or_never(),
            None,
            "it had not waited, and says nothing of those who do"
        );
        waiting.through(&key("here"), &waiter(1));
        let mut woken = news.next().now_or_never().unwrap().unwrap().to_vec();
        woken.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(woken, [waiter(0), waiter(2)]);
        waiting.through(&key("here"), &waiter(0));
        waiting.through(&key("there"), &waiter(9));
        assert_eq!(news.next().now_or_never(), None);
    }

    #[test]
    fn what_is_wrong_with_a_resource_itself_waits_for_nobody() {
        let waiting = Waiting::default();
        let mut news = Box::pin(waiting.news());
        waiting.failed(&key("here"), waiter(0), Class::Transient);
        waiting.failed(&key("here"), waiter(1), Class::Invalid);
        waiting.failed(&key("here"), waiter(2), Class::Conflict);
        waiting.through(&key("here"), &waiter(0));
        assert_eq!(news.next().now_or_never(), None);
    }

    #[test]
    fn the_first_comes_back_at_once_and_the_others_one_by_one() {
        let waiting = Waiting::default();
        let seconds = Duration::from_secs;
        let back = |platform, number, jitter| {
            waiting.waited(&key(platform), waiter(number), seconds(10), jitter, LONGEST);
            waiting.left_alone(&key(platform), &waiter(number), seconds(10))
        };
        assert_eq!(back("here", 0, 1.0), None);
        assert_eq!(back("here", 1, 1.0), Some(seconds(2)));
        assert_eq!(back("here", 2, 0.5), Some(seconds(2)));
        assert_eq!(
            (3..1000).filter_map(|number| back("here", number, 1.0)).max(),
            Some(LONGEST)
        );
        assert_eq!(back("there", 0, 1.0), None, "each platform for itself");
        let later = |now| waiting.left_alone(&key("here"), &waiter(1), seconds(now));
        assert_eq!([later(11), later(12)], [Some(seconds(1)), None]);
    }

    #[test]
    fn one_of_those_who_come_back_wakes_the_others_and_nobody_is_left_alone() {
        let waiting = Waiting::default();
        let mut news = Box::pin(waiting.news());
        for number in 0..100 {
            waiting.waited(&key("here"), waiter(number), Duration::ZERO, 1.0, LONGEST);
        }
        waiting.through(&key("here"), &waiter(0));
        assert_eq!(news.next().now_or_never().unwrap().unwrap().len(), 99);
        let left = |number| waiting.left_alone(&key("here"), &waiter(number), Duration::ZERO);
        assert!((0..100).all(|number| left(number).is_none()));
    }

    #[test]
    fn status_tells_who_waited_as_long_as_the_spec_is_the_same() {
        let told = |holds, reason| {
            let line = Line::new(ConditionType::Ready, Some(holds), reason, "");
            has_waited(&status::conditions(&[], vec![line], Some(3)), Some(3))
        };
        assert!(told(false, Reason::OutcomeUnknown) && told(false, Reason::RateLimited));
        assert!(!told(true, Reason::Ready) && !told(false, Reason::Reconciling) && !told(false, Reason::InvalidSpec));
        let line = Line::new(ConditionType::Ready, Some(false), Reason::PlatformUnreachable, "");
        assert!(
            !has_waited(&status::conditions(&[], vec![line], Some(3)), Some(4)),
            "a changed spec has not waited"
        );
        assert!(!has_waited(&[], Some(1)));
    }
}
