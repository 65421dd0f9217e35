//! The campaign of weather: storms at the platform and in the cluster, with many resources waiting and the clients and
//! Secrets of others beside. In each case the platform gets a bounded number of calls, nothing is done twice, and once the
//! weather clears all is well by itself.
//!
//! Answers of a single call are in `recover_lost_answers`, what is said in bad weather in `flow_weather`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

#[path = "faults_weather/answers.rs"]
mod answers;
#[path = "faults_weather/cluster_side.rs"]
mod cluster_side;
#[path = "faults_weather/independence.rs"]
mod independence;
#[path = "faults_weather/lists.rs"]
mod lists;
#[path = "faults_weather/outages.rs"]
mod outages;
#[path = "faults_weather/restarts.rs"]
mod restarts;
#[path = "faults_weather/turned.rs"]
mod turned;

use futures::StreamExt;
use futures::stream::iter;
use kit::{CROWD, Neighbours, Score, TestSpace};
use serde_json::{Value, json};

/// Most cases share it.
static CLUSTER: kit::Shared = kit::Shared::stormy("faults_weather");

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// A case: a space among the things of others, and its score.
struct Case<'a> {
    space: TestSpace<'a>,
    neighbours: Neighbours,
    score: Score,
}

/// A case in a space whose platform is Ready.
async fn case(name: &str) -> Case<'static> {
    within(CLUSTER.space().await, name).await
}

async fn within<'a>(space: TestSpace<'a>, name: &str) -> Case<'a> {
    let neighbours = space.surround(CROWD).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    Case {
        space,
        neighbours,
        score: Score::of("weather", name),
    }
}

impl Case<'_> {
    /// A fault that fires so often; 0: until it is removed.
    async fn storm(&self, id: &str, matched: Value, count: u64, fault: Value) {
        let fault = json!({ "id": id, "match": matched, "count": count, "fault": fault });
        self.space.platform.fault(fault).await;
    }

    /// Applies as many applications at once as a person would.
    async fn launch(&self, names: &[String]) {
        let apply = |name: &String| self.space.apply(self.space.application(name));
        iter(names.iter().map(apply))
            .buffer_unordered(8)
            .collect::<Vec<_>>()
            .await;
    }

    /// Waits until each of them says that it is not Ready.
    async fn all_wait(&self, names: &[String]) {
        for name in names {
            let waits = |object: &Value| kit::condition(object, "Ready")["status"] == "False";
            self.space
                .until("OAuthApplication", name, "says that it waits", waits)
                .await;
        }
    }

    /// Waits until the client of one of them is known: what follows has the whole limit for itself again.
    async fn known(&self, name: &str) {
        let known = |object: &Value| object["status"]["applicationId"].is_string();
        self.space.until("OAuthApplication", name, "has a client", known).await;
    }

    /// All calls that the platform got so far.
    async fn calls(&self) -> usize {
        self.space.platform.all_requests().await.len()
    }

    /// How often the platform carried this out.
    async fn commits(&self, operation: &str) -> u64 {
        self.space.platform.state().await["commits"][operation]
            .as_u64()
            .unwrap()
    }

    /// Waits until these applications are Ready and no others are there, and takes down what does not hold then.
    async fn settle(&mut self, run: &str, live: &[String]) {
        let live: Vec<&str> = live.iter().map(String::as_str).collect();
        self.space.settles(&live).await;
        let violations = self.space.violations(&live, &self.neighbours).await;
        self.score.add(run, violations);
    }

    /// Takes down that a number of calls exceeds its bound.
    fn bounded(&mut self, run: &str, calls: usize, most: usize) {
        let violation = (calls > most).then(|| format!("I6: {calls} calls, and at most {most} are allowed"));
        self.score.found(run, violation);
    }

    /// Takes down that something was carried out more or less often than it should.
    async fn exactly(&mut self, run: &str, operation: &str, times: u64) {
        let count = self.commits(operation).await;
        let violation =
            (count != times).then(|| format!("{operation} was carried out {count} times instead of {times}"));
        self.score.found(run, violation);
    }
}

fn fleet(size: usize) -> Vec<String> {
    (1..=size).map(|number| format!("ship-{number:03}")).collect()
}

fn posts() -> Value {
    json!({ "method": "POST", "path": APPLICATIONS })
}
