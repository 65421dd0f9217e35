//! Lists that lie while somebody looks for a registration whose answer was lost, beside many pages of others.

use serde_json::{Value, json};

use super::{APPLICATIONS, Case, case, fleet, posts};
use crate::kit::until;

/// Each list is spoilt like this for some reads.
fn spoilt() -> [(&'static str, u64, u64, Value); 6] {
    [
        (
            "empty, and says so",
            0,
            4,
            json!({ "kind": "empty_page", "page": 0, "totals": "lying" }),
        ),
        (
            "page 3 is empty",
            0,
            3,
            json!({ "kind": "empty_page", "page": 2, "totals": "honest" }),
        ),
        (
            "page 3 ends the list",
            0,
            2,
            json!({ "kind": "short_page", "page": 2, "drop": 60, "totals": "lying" }),
        ),
        (
            "every page lacks some",
            0,
            30,
            json!({ "kind": "short_page", "drop": 7, "totals": "honest" }),
        ),
        (
            "page 3 fails",
            2,
            1,
            json!({ "kind": "error", "status": 502, "body": "html" }),
        ),
        (
            "page 3 breaks off",
            2,
            1,
            json!({ "kind": "truncate", "at_bytes": 2000, "length": "lying" }),
        ),
    ]
}

fn named(spoilt: &str) -> String {
    format!("ship-{}", spoilt.replace([' ', ','], "-"))
}

async fn interrupted(case: &mut Case<'_>, name: &str, skip: u64, count: u64, fault: &Value) {
    let applied = named(name);
    let lost = json!({ "kind": "drop_response", "how": "reset" });
    let before = case.commits("create").await;
    case.storm("lost", posts(), 1, lost).await;
    let pages = json!({ "method": "GET", "path": APPLICATIONS });
    let fault = json!({ "id": "spoilt", "match": pages, "skip": skip, "count": count, "fault": fault });
    case.space.platform.fault(fault).await;
    case.space.apply(case.space.application(&applied)).await;
    let fired = async || case.space.platform.fired("spoilt").await;
    until("the list was spoilt", fired, |times| *times > 0).await;
    case.known(&applied).await;
    case.space.ready("OAuthApplication", &applied).await;
    case.exactly(name, "create", before + 1).await;
    case.space.platform.heal().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_come_empty_partial_or_fail_at_page_three_lead_to_no_second_client() {
    let mut case = case("lists that lie").await;
    let mut live = vec![];
    for (name, skip, count, fault) in spoilt() {
        interrupted(&mut case, name, skip, count, &fault).await;
        live.push(named(name));
    }
    case.settle("afterwards", &live).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_comes_empty_while_clients_are_missing_deregisters_nobody() {
    let mut case = case("empty while clients are missing").await;
    let ships = fleet(10);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    let pages = json!({ "method": "GET", "path": APPLICATIONS });
    let empty = json!({ "kind": "empty_page", "totals": "lying" });
    case.storm("empty", pages, 0, empty).await;
    // Each loses its claim and status, so that it looks for its client in the list.
    for ship in &ships {
        let removed = json!({ "metadata": { "annotations": null }, "spec": { "description": "changed" } });
        case.space.patch("OAuthApplication", ship, removed).await;
    }
    case.settle("with empty lists", &ships).await;
    case.space.platform.heal().await;
    case.exactly("with empty lists", "create", 10).await;
    case.exactly("with empty lists", "delete", 0).await;
    case.score.tell();
}
