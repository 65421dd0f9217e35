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
#[path = "faults_process/burst.rs"]
mod burst;
#[path = "faults_process/campaign.rs"]
mod campaign;
#[path = "faults_process/field.rs"]
mod field;
#[path = "faults_process/gate_itself.rs"]
mod gate_itself;
#[path = "faults_process/installations.rs"]
mod installations;
#[path = "faults_process/run.rs"]
mod run;
#[path = "faults_process/story.rs"]
mod story;

use blow::Blow;
use campaign::Campaign;
use kit::{Cluster, is_full};
use run::Run;
use story::Story;

static CLUSTER: kit::Shared = kit::Shared::new("faults_process");

/// To try some runs again: only those whose name, as a violation tells it, contains this text.
const ONLY: &str = "OAUTH_REGISTRAR_RUN";

/// Blows at a story with so many requests: each kind at each request; or in short both kills and one other kind, which
/// is another one for the next story.
fn blows(story: usize, requests: usize) -> Vec<(usize, Blow)> {
    let others = Blow::OTHERS;
    if is_full() {
        let each = |blow| (1..=requests).map(move |number| (number, blow));
        return Blow::KILLS.into_iter().chain(others).flat_map(each).collect();
    }
    let [after, before] = Blow::KILLS;
    let chosen = [after, before, others[story % others.len()]].into_iter().enumerate();
    chosen
        .map(|(place, blow)| (1 + (story + 2 * place) % requests, blow))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_holds_and_loses_what_it_is_told_to() {
    gate_itself::does_each_deed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_holds_back_and_cuts_what_watches_say() {
    gate_itself::holds_watches_back(CLUSTER.without_operator().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_request_and_whichever_answer_is_lost() {
    let mut campaign = Campaign::open(CLUSTER.without_operator().await, "any request").await;
    let peace = Story::ALL.map(|story| Run { story, blow: None });
    let measured = campaign.play(peace.into()).await;
    let struck = measured.iter().flat_map(|(run, outcome)| {
        let requests = outcome.passed.len();
        assert!(requests > 0, "{run} changes nothing");
        blows(run.story as usize, requests).into_iter().map(|blow| Run {
            story: run.story,
            blow: Some(blow),
        })
    });
    let only = std::env::var(ONLY).unwrap_or_default();
    let struck: Vec<Run> = struck.filter(|run| run.to_string().contains(&only)).collect();
    assert!(!struck.is_empty(), "no run has a name with {only:?}");
    campaign.play(struck).await;
    campaign.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_server_and_etcd_are_killed_in_the_middle_of_a_burst() {
    let cluster = Cluster::prepare("faults_process_power").await;
    burst::without_power(&cluster).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_with_fifty_creations_in_flight_it_loses_none() {
    burst::asked_to_end(CLUSTER.without_operator().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_installations_with_the_same_manifests_never_touch_each_others_clients() {
    installations::at_one_platform(CLUSTER.without_operator().await).await;
}
