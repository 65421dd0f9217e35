//! A lane with the things of others in it, and the judgement of what happened there.

use std::ops::Deref;
use std::time::{Duration, Instant};

use crate::kit::{CROWD, Cluster, LIMIT, Lane, Neighbours};
use crate::story::Story;

/// More than two passes over the platform's list.
const QUIET: Duration = Duration::from_millis(4500);
/// An installation that has come is counted in its application after one second.
const PREPARED: Duration = Duration::from_millis(1500);
/// Far more than a story takes with any one fault; far less than a busy loop.
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
        Story::furnish(&lane).await;
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

    /// Waits until the operator rests and nothing is wrong; what still is, when that takes too long.
    pub async fn settles(&self, story: Story, name: &str) -> Vec<String> {
        let start = Instant::now();
        loop {
            let rests = self.rests(QUIET, &|| false).await;
            let mut found = self.wrongs(&story.live(name), &self.neighbours).await;
            found.extend(story.wrongs(self, name).await);
            found.extend((!rests).then(|| "I5: it never came to rest".to_owned()));
            let requests = self.gate.passed().len();
            if requests > MOST_REQUESTS {
                found.push(format!("I6: {requests} mutating requests"));
            }
            if found.is_empty() || start.elapsed() > LIMIT {
                return found;
            }
        }
    }

    /// What is left when nothing lives any more.
    pub async fn leftovers(&self) -> Vec<String> {
        self.wrongs(&[], &self.neighbours).await
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
