//! Two operators of one installation at once, as in a rolling update without a lease: the claim alone keeps them apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeSet;

use futures::future::join_all;
use kit::{Audited, Cluster, until};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_at_once_register_each_application_once() {
    let cluster = Cluster::start("recover_rivals").await;
    let rival = cluster.operator.twin();
    rival.start();
    let space = cluster.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    let connected = async || space.platform.requests("GET", "/v1/permissions").await.len();
    until("both are connected", connected, |calls| *calls == 2).await;
    let names: Vec<String> = (0..10).map(|number| format!("contested-{number}")).collect();
    join_all(names.iter().map(|name| space.apply(space.application(name)))).await;
    for name in &names {
        space.ready("OAuthApplication", name).await;
    }
    space.stays_silent().await;
    let found = space.platform.applications().await;
    let there: BTreeSet<&str> = found.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(there, names.iter().map(String::as_str).collect());
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!(
        (&commits["create"], &commits["delete"]),
        (&json!(10), &json!(0)),
        "{found:#?}"
    );
    for name in &names {
        space.token(name, None).await;
    }
    let lost = |request: &&Audited| request.resource == "oauthapplications" && request.code == 409;
    let audit = space.audit();
    assert!(
        audit.iter().any(|request| lost(&request)),
        "neither ever lost a claim to the other"
    );
    assert!(rival.runs() && cluster.operator.runs());

    for name in &names {
        space.delete("OAuthApplication", name).await;
    }
    for name in &names {
        space.gone("OAuthApplication", name).await;
    }
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    assert!(rival.stop(), "it ends with 0");
}
