//! A lane with the things of others in it, and the judgement of what happened there.

use std::ops::Deref;
use std::time::{Duration, Instant};

use crate::kit::{CROWD, Cluster, Lane, Neighbours};
use crate::story;

/// Far above what a run takes, also when further attempts are needed on a busy machine: they come ever more seldom.
const LIMIT: Duration = Duration::from_mins(3);
/// More than two passes over the platform's list, and more than a claim takes to settle: who is frozen for so long has
/// lost its claim.
const QUIET: Duration = Duration::from_millis(5500);
/// An installation that has come is counted in its application after one second.
const PREPARED: Duration = Duration::from_millis(1500);
/// For one application: far more than a story takes with any one fault, far less than a busy loop.
const MOST_REQUESTS: usize = 80;

/// Derefs to its lane.
pub struct Field<'a> {
    lane: Lane<'a>,
    neighbours: Neighbours,
}

impl<'a> Field<'a> {
    /// Opens a lane beside a thousand clients of others.
    pub async fn open(cluster: &'a Cluster) -> Self {
        let lane = Lane::open(cluster).await;
        let neighbours = lane.surround(CROWD).await;
        story::furnish(&lane).await;
        Self { lane, neighbours }
    }

    /// Waits until what was prepared is told everywhere.
    pub async fn is_prepared(&self) {
        self.rests(PREPARED, &|| false).await;
    }

    /// Waits until this is so, or until the operator has written nothing for two resyncs.
    pub async fn until_or_quiet(&self, is_so: &dyn Fn() -> bool) {
        self.rests(QUIET, is_so).await;
    }

    /// Waits until the operator rests, with these applications alive, and nothing is wrong, nor anything `more`; what
    /// still is, when that takes too long.
    pub async fn settles(&self, live: &[&str], more: impl AsyncFn() -> Vec<String>) -> Vec<String> {
        let mut found = self.finally(live, &more, QUIET).await;
        let passed = self.gate.passed();
        let busy = passed.len() > MOST_REQUESTS * live.len().max(1);
        let last = passed.iter().rev().take(3).map(ToString::to_string).collect::<Vec<_>>();
        found.extend(busy.then(|| format!("I6: {} mutating requests, {} the last", passed.len(), last.join(", "))));
        found
    }

    async fn finally(&self, live: &[&str], more: &impl AsyncFn() -> Vec<String>, quiet: Duration) -> Vec<String> {
        let start = Instant::now();
        loop {
            let rests = self.rests(quiet, &|| false).await;
            let mut found = self.wrongs(live, &self.neighbours).await;
            found.extend(more().await);
            found.extend((!rests).then(|| "I5: it never came to rest".to_owned()));
            if found.is_empty() || start.elapsed() > LIMIT {
                return found;
            }
        }
    }

    /// Waits until everything that was deleted is gone; what is wrong then, and what is left.
    pub async fn is_left(&self) -> Vec<String> {
        self.gate.order(None);
        let resources = async || {
            let mut left = vec![];
            for kind in ["OAuthApplication", "TenantInstallation"] {
                let all = self.list(kind).await;
                left.extend(
                    all.iter()
                        .map(|one| format!("{kind} {} is still there", one["metadata"]["name"])),
                );
            }
            left
        };
        let wrongs = self.finally(&[], &resources, Duration::ZERO).await;
        wrongs.into_iter().map(|what| format!("afterwards, {what}")).collect()
    }

    /// Whether there was no mutating request for this long before the limit, or until this was so.
    async fn rests(&self, long: Duration, is_so: &dyn Fn() -> bool) -> bool {
        let start = Instant::now();
        let (mut count, mut since) = (self.gate.passed().len(), Instant::now());
        while start.elapsed() < LIMIT {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = self.gate.passed().len();
            if now != count {
                (count, since) = (now, Instant::now());
            }
            if is_so() || since.elapsed() > long {
                return true;
            }
        }
        false
    }
}

impl<'a> Deref for Field<'a> {
    type Target = Lane<'a>;

    fn deref(&self) -> &Lane<'a> {
        &self.lane
    }
}
