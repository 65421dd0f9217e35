//! How long a deletion is waited for: `spec.deletion.orphanAfter`, or an hour in a namespace that is being deleted.
//!
//! Counted by our own monotonic clock, from when this process first looked. How old the deletion was then, the API server
//! says itself: the `Date` of its answer less the deletion timestamp, which it wrote, too. Our own wall clock, which may be
//! wrong, is never asked; where the answer has no `Date`, the count begins with the first look.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Namespace;
use kube::client::Body;
use kube::core::Request;
use kube::core::params::GetParams;

use crate::controller::application::case::Case;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::domain::orphan::Bound;

/// What is in a namespace that is being deleted is not to hold it up for longer.
const IN_A_NAMESPACE_THAT_GOES: Duration = Duration::from_hours(1);

/// When this process first looked at each deletion, by UID, and how old it was then; or at each record, by its name.
#[derive(Default)]
pub struct Deletions(Mutex<HashMap<String, Sight>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sight {
    /// By our own clock.
    at: Duration,
    /// `None`: the API server did not say what time it is.
    age: Option<Duration>,
}

impl Deletions {
    /// Forgets a resource that is gone.
    pub fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    /// When this process first saw a record.
    pub(super) fn first_seen(&self, record: &str, now: Duration) -> Duration {
        self.note(record, Sight { at: now, age: None }).at
    }

    fn of(&self, uid: &str) -> Option<Sight> {
        self.lock().get(uid).copied()
    }

    /// The first look that tells an age counts.
    fn note(&self, uid: &str, sight: Sight) -> Sight {
        let mut all = self.lock();
        let known = all.entry(uid.to_owned()).or_insert(sight);
        if known.age.is_none() && sight.age.is_some() {
            *known = sight;
        }
        *known
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Sight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the deletion of this application is waited for. What the API server does not answer is taken for "not yet".
pub async fn bound(case: &Case, ctx: &Context) -> Bound {
    let Some(asked) = case.object.metadata.deletion_timestamp.as_ref().map(|t| t.0) else {
        return Bound::Never;
    };
    let wished = case.object.spec.deletion.orphan_after.as_deref().and_then(duration);
    let known = ctx.deletions.of(&case.uid).filter(|sight| sight.age.is_some());
    let (sight, goes) = if let (Some(sight), Some(_)) = (known, wished) {
        (sight, false)
    } else {
        let (date, goes) = look(&case.namespace, ctx).await;
        let age = date.map(|date| date.duration_since(asked).try_into().unwrap_or_default());
        (ctx.deletions.note(&case.uid, Sight { at: ctx.now(), age }), goes)
    };
    let Some(after) = wished.or(goes.then_some(IN_A_NAMESPACE_THAT_GOES)) else {
        return Bound::Never;
    };
    let told = SignedDuration::try_from(after)
        .ok()
        .and_then(|after| asked.checked_add(after).ok());
    Bound::At {
        at: (sight.at + after).saturating_sub(sight.age.unwrap_or_default()),
        told: told.map(|time| time.to_string()).unwrap_or_default(),
    }
}

/// What time it is at the API server, and whether the namespace is being deleted.
async fn look(namespace: &str, ctx: &Context) -> (Option<Timestamp>, bool) {
    let Ok(request) = Request::new("/api/v1/namespaces").get(namespace, &GetParams::default()) else {
        return (None, false);
    };
    let read = async {
        let answer = ctx.client.send(request.map(Body::from)).await.ok()?;
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date
            .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
            .map(|date| date.timestamp());
        let found = if answer.status().is_success() {
            let body = answer.into_body().collect_bytes().await.ok();
            body.and_then(|body| serde_json::from_slice::<Namespace>(&body).ok())
        } else {
            None
        };
        Some((
            date,
            found.is_some_and(|found| found.metadata.deletion_timestamp.is_some()),
        ))
    };
    tokio::time::timeout(CLUSTER_TIMEOUT, read)
        .await
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// As the kind admits it: a number with s, m or h.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3600),
        _ => None,
    };
    seconds.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_that_tells_an_age_counts() {
        let deletions = Deletions::default();
        let sight = |at, age: Option<u64>| Sight {
            at: Duration::from_secs(at),
            age: age.map(Duration::from_secs),
        };
        assert_eq!(deletions.note("uid", sight(5, None)), sight(5, None));
        assert_eq!(deletions.note("uid", sight(7, None)), sight(5, None));
        assert_eq!(deletions.note("uid", sight(9, Some(60))), sight(9, Some(60)));
        assert_eq!(deletions.note("uid", sight(11, Some(99))), sight(9, Some(60)));
        deletions.forget("uid");
        assert_eq!(deletions.of("uid"), None);
    }

    #[test]
    fn what_the_kind_admits_is_a_duration() {
        assert_eq!(duration("24h"), Some(Duration::from_hours(24)));
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Some(Duration::from_mins(5)));
        for wrong in ["", "h", "5", "5d", "ü"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
