//! At the most talkative level the log holds no secret: neither one that the platform issued, through lost answers and errors
//! that repeat what was sent, nor the operator's own token for the API server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Cluster, TestSpace, until};
use kube::config::Kubeconfig;
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

const APPLICATIONS: &str = "/v1/application-developer/applications";

async fn once(space: &TestSpace<'_>, id: &str, matched: Value, fault: Value) {
    space
        .platform
        .fault(json!({ "id": id, "match": matched, "fault": fault }))
        .await;
}

async fn fired(space: &TestSpace<'_>, id: &str) {
    until(
        "the fault was met",
        async || space.platform.fired(id).await,
        |times| *times > 0,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_everything_holds_no_secret() {
    let cluster = Cluster::prepare("flow_trace").await;
    cluster.operator.start_telling("trace");
    let space = cluster.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    let lost = json!({ "kind": "drop_response", "how": "reset" });
    once(&space, "lost", json!({ "method": "POST", "path": APPLICATIONS }), lost).await;
    space.apply(space.application("talkative")).await;
    space.ready("OAuthApplication", "talkative").await;
    fired(&space, "lost").await;
    let echo = json!({ "kind": "echo_secret", "status": 400, "body": "html" });
    let update = json!({ "method": "PATCH", "path": format!("{APPLICATIONS}/*") });
    once(&space, "echo", update, echo).await;
    let change = json!({ "spec": { "description": "another" } });
    space.patch("OAuthApplication", "talkative", change).await;
    fired(&space, "echo").await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space
        .apply(space.installation("north", "talkative", T2, "north-token"))
        .await;
    space.ready("TenantInstallation", "north").await;
    space.delete("Secret", "talkative").await;
    space
        .until("Secret", "talkative", "is there again", Value::is_object)
        .await;
    space.ready("OAuthApplication", "talkative").await;
    space.delete("TenantInstallation", "north").await;
    space.delete("OAuthApplication", "talkative").await;
    space.gone("OAuthApplication", "talkative").await;

    for event in space.list("Event").await {
        println!("{}", event["note"]);
    }
    println!("{:?}", space.platform.issued());
    let log = cluster.operator.log();
    assert!(log.contains("TRACE"), "the log tells everything");
    let kubeconfig = Kubeconfig::read_from(cluster.operator.kubeconfig()).unwrap();
    let auth = kubeconfig.auth_infos[0].auth_info.clone().unwrap();
    let token = serde_json::to_value(auth).unwrap()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        token.len() > 100 && !log.contains(&token),
        "the operator tells its own token"
    );
    // What the platform issued is looked for as the space ends.
}
