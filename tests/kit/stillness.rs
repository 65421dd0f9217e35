//! What the operator does while nothing changes: nothing but one look at its platform in a minute.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::audit::OPERATOR;
use super::cluster::OPERATOR_NAMESPACE;
use super::space::TestSpace;
use super::wait::until;

/// Time without any change after which the operator has come to rest: longer than an application takes to count its
/// installations, and longer than the tests' operator waits a claim out.
const REST: Duration = Duration::from_secs(3);
/// More than one re-check of the tests' operator.
const WATCHED: Duration = Duration::from_secs(3);
/// The shortest time between two re-checks of the tests' operator: three quarters of its interval.
const RECHECK: Duration = Duration::from_millis(1500);

/// The calls by which a platform is looked at, once in a minute: who are we there, and which permissions are there. Its
/// credential is read for it.
const LOOK: [&str; 2] = ["/.well-known/openid-configuration", "/v1/permissions"];

/// What the operator did for one space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Requests at the platform.
    pub calls: usize,
    /// Reads at the API server, without the watches.
    pub reads: usize,
    /// Writes at the API server, refused ones too.
    pub writes: usize,
    /// The parts of looks among calls and reads: both calls of [`LOOK`], and the credential.
    looks: [usize; 3],
}

impl Footprint {
    /// Whether nothing was written since `before`, nothing read and nothing called, except for one look at the platform.
    fn is_at_rest_since(&self, before: &Self) -> bool {
        let new = |part: usize| self.looks[part] - before.looks[part];
        self.writes == before.writes
            && (0..3).all(|part| new(part) <= 1)
            && self.calls - before.calls == new(0) + new(1)
            && self.reads - before.reads == new(2)
    }
}

impl TestSpace<'_> {
    /// What the operator did for this space so far, its platform and credential included.
    pub async fn footprint(&self) -> Footprint {
        let calls = self.platform.all_requests().await;
        let audit = self.cluster.audit(OPERATOR);
        let ours = audit.iter().filter(|request| {
            let shared = request.namespace.is_empty() || request.namespace == OPERATOR_NAMESPACE;
            request.namespace == self.name || (shared && request.name.starts_with(&self.name))
        });
        let (writes, reads): (Vec<_>, Vec<_>) = ours
            .filter(|request| !["list", "watch"].contains(&request.verb.as_str()))
            .partition(|request| request.is_write());
        let asked = |path: &str| {
            let is_it =
                |call: &Value| call["method"] == "GET" && call["path"].as_str().is_some_and(|it| it.ends_with(path));
            calls.iter().filter(|call| is_it(call)).count()
        };
        let credential = reads
            .iter()
            .filter(|read| read.namespace == OPERATOR_NAMESPACE && read.resource == "secrets")
            .count();
        Footprint {
            calls: calls.len(),
            reads: reads.len(),
            writes: writes.len(),
            looks: [asked(LOOK[0]), asked(LOOK[1]), credential],
        }
    }

    /// Waits until the operator has come to rest.
    pub async fn comes_to_rest(&self) {
        let rested = async || {
            let before = self.footprint().await;
            tokio::time::sleep(REST).await;
            (before, self.footprint().await)
        };
        until("the operator comes to rest", rested, |(before, after)| {
            after.is_at_rest_since(before)
        })
        .await;
    }

    /// Waits until the operator has come to rest, then fails if it does anything but a look at the platform.
    pub async fn stays_silent(&self) {
        self.comes_to_rest().await;
        assert_eq!(
            self.stirs().await,
            None,
            "at rest nothing is called and nothing is written"
        );
    }

    /// What the operator does within [`WATCHED`] although it should rest, in words.
    pub async fn stirs(&self) -> Option<String> {
        let before = self.footprint().await;
        tokio::time::sleep(WATCHED).await;
        let after = self.footprint().await;
        (!after.is_at_rest_since(&before)).then(|| format!("at rest {before:?} became {after:?}"))
    }

    /// Fails if the operator does more than one look, and one attempt with its claim and status, for each re-check of one
    /// refused resource.
    pub async fn stays_calm(&self) {
        let start = Instant::now();
        let before = self.footprint().await;
        tokio::time::sleep(WATCHED).await;
        let after = self.footprint().await;
        // On a busy machine more time has passed; one began with it, and one may be under way at its end.
        let rechecks = usize::try_from(start.elapsed().as_millis() / RECHECK.as_millis()).unwrap() + 1;
        let calm = after.calls - before.calls <= 3 * rechecks
            && after.reads - before.reads <= 4 * rechecks
            && after.writes - before.writes <= 2 * rechecks;
        assert!(
            calm,
            "a busy loop: {before:?} became {after:?} within {rechecks} re-checks"
        );
    }
}
