//! A platform that refuses everybody, for a while.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::{APPLICATIONS, case, fleet};
use crate::kit::{is_full, until};

/// How many wait, and how long the storm lasts. It is no shorter on a slow machine, and nothing is asserted on time.
fn size() -> (usize, Duration) {
    if is_full() {
        (300, Duration::from_mins(1))
    } else {
        (60, Duration::from_secs(15))
    }
}

/// What the platform gets while it is like that, however many wait: the calls that were on their way together, a trial now
/// and then, and the looks of its own resource.
const MOST_CALLS: usize = 20;

/// A fleet is launched into an outage.
async fn outage(name: &str, matched: Value, fault: Value) {
    let (count, lasts) = size();
    let mut case = case(name).await;
    let ships = fleet(count);
    let (before, ends) = (case.calls().await, Instant::now() + lasts);
    case.storm("outage", matched, 0, fault).await;
    case.launch(&ships).await;
    sleep_until(ends).await;
    let calls = case.calls().await - before;
    case.bounded("while it lasts", calls, MOST_CALLS);
    case.all_wait(&ships).await;
    assert!(case.space.platform.fired("outage").await > 0, "the outage was met");
    case.exactly("while it lasts", "create", 0).await;
    case.space.platform.heal().await;
    let state = async || case.space.platform.state().await["commits"]["create"].clone();
    until("one gets through", state, |count| *count != json!(0)).await;
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", ships.len() as u64).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_answers_everything_with_503_gets_a_handful_of_calls_however_many_wait() {
    let down = json!({ "kind": "error", "status": 503 });
    outage("503 on everything", json!({}), down).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_answers_what_changes_something_with_503_gets_a_handful_of_calls_however_many_wait() {
    let down = json!({ "kind": "error", "status": 503, "body": "html" });
    outage("503 on POST", json!({ "method": "POST" }), down).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_asks_for_a_pause_in_any_form_gets_a_handful_of_calls_however_many_wait() {
    let mut case = case("429 in every form").await;
    let soon = jiff::Timestamp::now() + Duration::from_secs(4);
    let date = soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let wishes = [
        json!(null),
        json!("soon"),
        json!("-5"),
        json!("0"),
        json!("2"),
        json!("Fri, 20 Dec 2019 10:00:00 GMT"),
        json!(date),
    ];
    let mut all = vec![];
    for (number, wish) in wishes.iter().enumerate() {
        let ships: Vec<String> = fleet(20).iter().map(|ship| format!("{ship}-{number}")).collect();
        let before = case.calls().await;
        let wish = json!({ "kind": "throttle", "retry_after": wish });
        case.storm("calm", json!({ "path": format!("{APPLICATIONS}/**") }), 0, wish)
            .await;
        case.launch(&ships).await;
        case.all_wait(&ships).await;
        let calls = case.calls().await - before;
        case.bounded(&format!("form {number}"), calls, MOST_CALLS);
        case.space.platform.heal().await;
        all.extend(ships);
    }
    case.settle("afterwards", &all).await;
    case.exactly("afterwards", "create", all.len() as u64).await;
    case.score.tell();
}
