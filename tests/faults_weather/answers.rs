//! Registrations that are carried out and not answered.

use serde_json::{Value, json};

use super::{APPLICATIONS, case, fleet, posts};
use crate::kit::until;

/// The registrations of a fleet meet this fault, each once.
async fn lost(name: &str, fault: Value) {
    let mut case = case(name).await;
    let ships = fleet(5);
    case.storm("lost", posts(), ships.len() as u64, fault).await;
    case.launch(&ships).await;
    case.settle("five in a row", &ships).await;
    assert_eq!(case.space.platform.fired("lost").await, ships.len() as u64);
    case.exactly("five in a row", "create", ships.len() as u64).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn five_registrations_that_time_out_after_the_commit_are_found_again() {
    lost(
        "time-out after the commit",
        json!({ "kind": "drop_response", "how": "hang" }),
    )
    .await;
}

/// The last of them is carried out after its time-out, and before the claim has settled.
#[tokio::test(flavor = "multi_thread")]
async fn five_registrations_that_are_carried_out_after_their_time_out_are_found_again() {
    lost("late commit", json!({ "kind": "late_commit", "after_ms": 4500 })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_times_out_five_times_in_a_row_is_carried_out_once() {
    let mut case = case("one times out five times").await;
    let ships = fleet(1);
    let fault = json!({ "kind": "drop_response", "how": "hang" });
    case.storm("lost", posts(), 5, fault).await;
    case.launch(&ships).await;
    let fired = async || case.space.platform.fired("lost").await;
    until("four are lost", fired, |count| *count >= 4).await;
    until("five are lost", fired, |count| *count == 5).await;
    case.known(&ships[0]).await;
    case.settle("five times", &ships).await;
    case.exactly("five times", "create", 1).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_scan_answers_fifty_interrupted_creations() {
    let mut case = case("shared scan").await;
    let ships = fleet(50);
    case.storm("lost", posts(), 50, json!({ "kind": "drop_response", "how": "reset" }))
        .await;
    // So slow that all who need a scan come while one runs: they share the next one.
    let pages = json!({ "method": "GET", "path": APPLICATIONS });
    case.storm("slow", pages, 0, json!({ "kind": "slow", "first_byte_ms": 250 }))
        .await;
    case.launch(&ships).await;
    case.settle("fifty", &ships).await;
    assert_eq!(case.space.platform.fired("lost").await, 50);
    case.exactly("fifty", "create", 50).await;
    let list = case.space.platform.requests("GET", APPLICATIONS).await;
    let first = |call: &&Value| {
        call["query"]
            .as_str()
            .is_none_or(|query| !query.contains("page=") || query.contains("page=0"))
    };
    // A scan reads the list twice. One for each would be a hundred.
    let begun = list.iter().filter(first).count();
    case.bounded("fifty", begun, 30);
    case.score.tell();
}
