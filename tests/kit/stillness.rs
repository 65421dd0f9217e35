//! What the operator does while nothing changes: nothing, or no more than a few looks.

use std::time::{Duration, Instant};

use super::audit::OPERATOR;
use super::cluster::OPERATOR_NAMESPACE;
use super::space::TestSpace;
use super::wait::until;

/// Time without any change after which the operator has come to rest: longer than an application takes to count its
/// installations, and longer than the tests' operator waits a claim out.
const REST: Duration = Duration::from_secs(3);
/// More than one re-check of the tests' operator.
pub const WATCHED: Duration = Duration::from_secs(3);
/// The shortest time between two re-checks of the tests' operator: three quarters of its interval.
const RECHECK: Duration = Duration::from_millis(1500);

/// What the operator did for one space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Requests at the platform.
    pub calls: usize,
    /// Reads at the API server, without the watches.
    pub reads: usize,
    /// Writes at the API server, refused ones too.
    pub writes: usize,
}

impl TestSpace<'_> {
    /// What the operator did for this space so far, its platform and credential included.
    pub async fn footprint(&self) -> Footprint {
        let calls = self.platform.all_requests().await.len();
        let audit = self.cluster.audit(OPERATOR);
        let ours = audit.iter().filter(|request| {
            let shared = request.namespace.is_empty() || request.namespace == OPERATOR_NAMESPACE;
            request.namespace == self.name || (shared && request.name.starts_with(&self.name))
        });
        let (writes, reads): (Vec<_>, Vec<_>) = ours
            .filter(|request| !["list", "watch"].contains(&request.verb.as_str()))
            .partition(|request| request.is_write());
        Footprint {
            calls,
            reads: reads.len(),
            writes: writes.len(),
        }
    }

    /// Waits until the operator has come to rest.
    pub async fn comes_to_rest(&self) {
        let rested = async || {
            let before = self.footprint().await;
            tokio::time::sleep(REST).await;
            (before, self.footprint().await)
        };
        until("the operator comes to rest", rested, |(before, after)| before == after).await;
    }

    /// Waits until the operator has come to rest, then fails if it does anything at all.
    pub async fn stays_silent(&self) {
        self.comes_to_rest().await;
        let before = self.footprint().await;
        tokio::time::sleep(WATCHED).await;
        let after = self.footprint().await;
        assert_eq!(before, after, "at rest nothing is called and nothing is written");
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
