//! The campaign of real processes: the operator, the API server and the simulator are real, and a gate stands between
//! them. Whatever request the operator is killed at, whichever answer is lost, whoever is frozen: the law holds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

#[path = "faults_process/blow.rs"]
mod blow;
#[path = "faults_process/campaign.rs"]
mod campaign;
#[path = "faults_process/field.rs"]
mod field;
#[path = "faults_process/run.rs"]
mod run;
#[path = "faults_process/story.rs"]
mod story;

use blow::Blow;
use campaign::Campaign;
use kit::is_full;
use run::Run;
use story::Story;

static CLUSTER: kit::Shared = kit::Shared::new("faults_process");

/// Blows at a story with so many requests: each kind at each request, or each kind once, spread over the story.
fn blows(requests: usize) -> Vec<(usize, Blow)> {
    let kinds = Blow::ALL.into_iter().enumerate();
    if is_full() {
        let each = |(_, blow)| (1..=requests).map(move |number| (number, blow));
        return kinds.flat_map(each).collect();
    }
    let last = Blow::ALL.len() - 1;
    kinds
        .map(|(place, blow)| (1 + place * (requests - 1) / last, blow))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_request_and_whichever_answer_is_lost() {
    let mut campaign = Campaign::open(CLUSTER.without_operator().await, "any request").await;
    let peace = Story::ALL.map(|story| Run { story, blow: None });
    let measured = campaign.play(peace.into()).await;
    let struck = measured.iter().flat_map(|(run, outcome)| {
        let requests = outcome.passed.len();
        assert!(requests > 0, "{run} changes nothing");
        blows(requests).into_iter().map(|blow| Run {
            story: run.story,
            blow: Some(blow),
        })
    });
    campaign.play(struck.collect()).await;
    campaign.tell();
}
