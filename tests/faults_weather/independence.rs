//! One platform is blocked for ever; nobody else notices.

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::iter;
use serde_json::json;

use super::{fleet, kit, within};

static CLUSTER: kit::Shared = kit::Shared::unhurried("faults_weather_independence");

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_blocked_for_ever_holds_up_nothing_at_another() {
    let cluster = CLUSTER.cluster().await;
    let blocked = cluster
        .space_with(json!({ "spec": { "limits": { "timeout": "30s" } } }))
        .await;
    let mut case = within(cluster.space().await, "independence").await;
    // The waiting and the well ones share a namespace, and so whatever the operator has for each namespace.
    let also = json!({ "spec": { "grants": [{ "namespaces": { "names": [blocked.name, case.space.name] } }] } });
    blocked.patch("ClusterOAuthPlatform", &blocked.name, also).await;
    blocked.ready("ClusterOAuthPlatform", &blocked.name).await;
    // It answers, so that it does not count as away, and never comes to an end: each call takes half a minute.
    let drip = json!({ "kind": "slow", "first_byte_ms": 0, "chunk_bytes": 1, "chunk_ms": 3_600_000 });
    blocked
        .platform
        .fault(json!({ "id": "drip", "count": 0, "fault": drip }))
        .await;
    let stuck = fleet(300);
    let apply = |name: &String| {
        let mut object = case.space.application(&format!("stuck-{name}"));
        object["spec"]["platformRef"]["name"] = blocked.name.clone().into();
        object["spec"]["olt"] = json!({});
        case.space.apply(object)
    };
    iter(stuck.iter().map(apply))
        .buffer_unordered(8)
        .collect::<Vec<_>>()
        .await;
    let called = async || blocked.platform.fired("drip").await;
    kit::until("the blocked platform is called", called, |count| *count > 0).await;

    let ships = fleet(20);
    case.launch(&ships).await;
    // Half a minute for each thirty-two of those that are stuck would be too long for any of these to wait.
    join_all(ships.iter().map(|ship| case.space.ready("OAuthApplication", ship))).await;
    for ship in &ships {
        case.space.token(ship, None).await;
    }
    case.space.delete("OAuthApplication", &ships[0]).await;
    case.space.gone("OAuthApplication", &ships[0]).await;
    let touched = case.space.touched(&case.neighbours).await;
    case.score.add("beside a blocked platform", touched);
    case.exactly("beside a blocked platform", "create", ships.len() as u64)
        .await;
    case.exactly("beside a blocked platform", "delete", 1).await;
    case.score.tell();
}
