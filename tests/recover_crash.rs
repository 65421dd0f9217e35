//! SIGKILL in the middle: between registration and Secret, in a deletion, and again and again. Each test has a control
//! plane of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::time::Duration;

use futures::future::join_all;
use kit::{Cluster, TestSpace, until};
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// Carries the request out, and holds its answer until the operator is dead.
fn slow(method: &str, path: &str) -> Value {
    json!({ "id": "slow", "match": { "method": method, "path": path }, "fault": { "kind": "slow" } })
}

/// Waits until the platform has carried out the operation, and kills the operator before it can know.
async fn kill_after(space: &TestSpace<'_>, operation: &str) {
    let committed = async || space.platform.state().await["commits"][operation].clone();
    until(&format!("{operation} is committed"), committed, |count| *count == 1).await;
    space.cluster.operator.kill_now();
    assert_eq!(space.platform.fired("slow").await, 1);
    space.platform.heal().await;
}

async fn one_working_client(space: &TestSpace<'_>, name: &str) {
    space.ready("OAuthApplication", name).await;
    let remote = space.platform.only_application().await;
    let secret = space.secret(name).await;
    assert_eq!(remote["client_id"], json!(secret["client_id"]));
    assert_eq!(remote["secret"], json!(secret["client_secret"]));
    space.token(name, None).await;
}

async fn commits(space: &TestSpace<'_>, operation: &str) -> u64 {
    space.platform.state().await["commits"][operation].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_registration_and_secret_it_adopts_the_client() {
    let cluster = Cluster::start("recover_crash_register").await;
    let space = cluster.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.platform.fault(slow("POST", APPLICATIONS)).await;
    space.apply(space.application("survivor")).await;
    kill_after(&space, "create").await;
    assert!(space.secret("survivor").await.is_empty(), "the answer came too early");
    cluster.operator.start();
    one_working_client(&space, "survivor").await;
    assert_eq!(commits(&space, "create").await, 1);
    assert_eq!(commits(&space, "rotate").await, 1, "the lost secret is replaced");

    // The same in the rotation that replaces a deleted Secret.
    space
        .platform
        .fault(slow("POST", "/v1/application-developer/applications/*/secret"))
        .await;
    space.delete("Secret", "survivor").await;
    until(
        "a second rotation",
        async || commits(&space, "rotate").await,
        |count| *count == 2,
    )
    .await;
    cluster.operator.kill_now();
    space.platform.heal().await;
    cluster.operator.start();
    space
        .until("Secret", "survivor", "is there again", Value::is_object)
        .await;
    one_working_client(&space, "survivor").await;
    assert_eq!(commits(&space, "create").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_a_deletion_it_ends_it_and_leaves_nothing() {
    let cluster = Cluster::start("recover_crash_delete").await;
    let space = cluster.space().await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.apply(space.application("leaver")).await;
    space
        .apply(space.installation("north", "leaver", T2, "north-token"))
        .await;
    space.ready("TenantInstallation", "north").await;

    space
        .platform
        .fault(slow("DELETE", "/v1/applications/*/installation"))
        .await;
    space.delete("OAuthApplication", "leaver").await;
    space.delete("TenantInstallation", "north").await;
    kill_after(&space, "uninstall").await;
    assert!(
        space.get("TenantInstallation", "north").await.is_object(),
        "the finalizer went too early"
    );
    space
        .platform
        .fault(slow("DELETE", "/v1/application-developer/applications/*"))
        .await;
    cluster.operator.start();
    kill_after(&space, "delete").await;
    let left = space.get("OAuthApplication", "leaver").await;
    assert!(
        left["metadata"]["finalizers"].is_array(),
        "the finalizer went too early"
    );

    cluster.operator.start();
    space.gone("TenantInstallation", "north").await;
    space.gone("OAuthApplication", "leaver").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    for operation in ["create", "uninstall", "delete"] {
        assert_eq!(commits(&space, operation).await, 1, "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_while_the_operator_is_dead_an_unknown_registration_is_found_and_undone() {
    let cluster = Cluster::start("recover_crash_undo").await;
    let space = cluster.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.platform.fault(slow("POST", APPLICATIONS)).await;
    space.apply(space.application("unborn")).await;
    kill_after(&space, "create").await;
    space.delete("OAuthApplication", "unborn").await;
    space.platform.only_application().await;
    cluster.operator.start();
    space.gone("OAuthApplication", "unborn").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    assert_eq!(
        (commits(&space, "create").await, commits(&space, "delete").await),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn restarted_without_credentials_a_deletion_waits_for_them() {
    let cluster = Cluster::start("recover_crash_waits").await;
    let space = cluster.space().await;
    space.apply(space.application("leaver")).await;
    space.ready("OAuthApplication", "leaver").await;
    cluster.operator.kill_now();
    let credential = space.credential();
    space.in_operator_namespace().delete("Secret", &credential).await;
    space.delete("ClusterOAuthPlatform", &space.name).await;
    space.delete("OAuthApplication", "leaver").await;
    cluster.operator.start();
    space
        .says("OAuthApplication", "leaver", "Ready", "False", "PlatformUnreachable")
        .await;
    space.platform.only_application().await;
    space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
    space.gone("OAuthApplication", "leaver").await;
    space.gone("ClusterOAuthPlatform", &space.name).await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_registers_each_application_once() {
    let cluster = Cluster::start("recover_crash_often").await;
    let space = cluster.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    // A platform that takes its time, so that a kill meets every state.
    let late = json!({ "id": "late", "match": { "method": "POST" }, "count": 0,
        "fault": { "kind": "slow", "first_byte_ms": 60 } });
    space.platform.fault(late).await;
    let names: Vec<String> = (0..12).map(|number| format!("often-{number:02}")).collect();
    for round in 0..6 {
        let some = names.iter().skip(round * 2).take(2);
        join_all(some.map(|name| space.apply(space.application(name)))).await;
        tokio::time::sleep(Duration::from_millis(40 + 90 * round as u64)).await;
        cluster.operator.kill_now();
        cluster.operator.start();
    }
    for name in &names {
        space.ready("OAuthApplication", name).await;
    }
    let remote = space.platform.applications().await;
    assert_eq!(remote.len(), names.len(), "{remote:#?}");
    assert_eq!(commits(&space, "create").await, names.len() as u64);
    for name in &names {
        space.token(name, None).await;
        space.delete("OAuthApplication", name).await;
    }
    for name in &names {
        space.gone("OAuthApplication", name).await;
    }
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}
