//! Answers that are lost: after the call was carried out or before, by reset, silence or server error. Afterwards there
//! is one client and a Secret that works.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{TestSpace, until};
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("recover_lost_answers");

const APPLICATIONS: &str = "/v1/application-developer/applications";
const APPLICATION: &str = "/v1/application-developer/applications/*";

async fn once(space: &TestSpace<'_>, method: &str, path: &str, fault: Value) {
    let fault = json!({ "id": "lost", "match": { "method": method, "path": path }, "fault": fault });
    space.platform.fault(fault).await;
}

async fn commits(space: &TestSpace<'_>, operation: &str) -> u64 {
    space.platform.state().await["commits"][operation].as_u64().unwrap()
}

async fn one_working_client(space: &TestSpace<'_>) {
    space.ready("OAuthApplication", "lucky").await;
    assert_eq!(space.platform.fired("lost").await, 1, "the fault was met");
    let remote = space.platform.only_application().await;
    assert_eq!(remote["secret"], json!(space.secret("lucky").await["client_secret"]));
    space.token("lucky", None).await;
}

/// Creates an application whose registration meets this fault; tells how many were created.
async fn created_through(fault: Value) -> u64 {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    once(&space, "POST", APPLICATIONS, fault).await;
    space.apply(space.application("lucky")).await;
    one_working_client(&space).await;
    let created = commits(&space, "create").await;
    space.stays_silent().await;
    space.delete("OAuthApplication", "lucky").await;
    space.gone("OAuthApplication", "lucky").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    created
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_whose_answer_is_reset_is_found_again() {
    assert_eq!(
        created_through(json!({ "kind": "drop_response", "how": "reset" })).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_whose_answer_is_closed_is_found_again() {
    assert_eq!(
        created_through(json!({ "kind": "drop_response", "how": "fin" })).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_whose_answer_never_comes_is_found_again() {
    assert_eq!(
        created_through(json!({ "kind": "drop_response", "how": "hang" })).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_was_reset_before_it_was_carried_out_is_sent_again() {
    assert_eq!(
        created_through(json!({ "kind": "reset_before_commit", "at": "body" })).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_after_the_registration_was_carried_out_is_looked_into() {
    assert_eq!(
        created_through(json!({ "kind": "error", "status": 500, "body": "html", "commit": true })).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_before_the_registration_was_carried_out_is_looked_into() {
    assert_eq!(created_through(json!({ "kind": "error", "status": 503 })).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_whose_answer_is_lost_is_followed_by_another() {
    let space = CLUSTER.space().await;
    space.apply(space.application("lucky")).await;
    space.ready("OAuthApplication", "lucky").await;
    let path = "/v1/application-developer/applications/*/secret";
    once(&space, "POST", path, json!({ "kind": "drop_response", "how": "reset" })).await;
    space.delete("Secret", "lucky").await;
    until(
        "a second rotation",
        async || commits(&space, "rotate").await,
        |count| *count == 2,
    )
    .await;
    space.until("Secret", "lucky", "is there again", Value::is_object).await;
    one_working_client(&space).await;
    space.stays_silent().await;
    assert_eq!(commits(&space, "rotate").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_whose_answer_is_lost_is_repeated_and_registers_nothing() {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    let path = "/v1/id/auth/realms/olt/protocol/openid-connect/token";
    once(
        &space,
        "POST",
        path,
        json!({ "kind": "error", "status": 502, "body": "html" }),
    )
    .await;
    space.apply(space.application("lucky")).await;
    one_working_client(&space).await;
    assert_eq!(
        (commits(&space, "create").await, commits(&space, "rotate").await),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_arrives_all_the_same() {
    let space = CLUSTER.space().await;
    space.apply(space.application("lucky")).await;
    space.ready("OAuthApplication", "lucky").await;
    once(
        &space,
        "PATCH",
        APPLICATION,
        json!({ "kind": "reset_before_commit", "at": "headers" }),
    )
    .await;
    let change = json!({ "spec": { "clientUri": "https://changed.example.com" } });
    space.patch("OAuthApplication", "lucky", change).await;
    one_working_client(&space).await;
    assert_eq!(
        space.platform.only_application().await["url"],
        "https://changed.example.com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_answer_is_lost_ends_with_nothing_left() {
    let space = CLUSTER.space().await;
    space.apply(space.application("lucky")).await;
    space.ready("OAuthApplication", "lucky").await;
    once(
        &space,
        "DELETE",
        APPLICATION,
        json!({ "kind": "drop_response", "how": "fin" }),
    )
    .await;
    space.delete("OAuthApplication", "lucky").await;
    space.gone("OAuthApplication", "lucky").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    assert_eq!(commits(&space, "delete").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_whose_answer_is_lost_is_found_and_still_ours_to_undo() {
    let space = CLUSTER.space().await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.apply(space.application("lucky")).await;
    space.ready("OAuthApplication", "lucky").await;
    let path = "/v1/applications/*/installation";
    once(&space, "POST", path, json!({ "kind": "drop_response", "how": "reset" })).await;
    space
        .apply(space.installation("north", "lucky", T2, "north-token"))
        .await;
    space.ready("TenantInstallation", "north").await;
    one_working_client(&space).await;
    space.token("lucky", Some(T2)).await;
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    assert_eq!(space.platform.only_application().await["installations"], json!([]));
    assert_eq!(
        (commits(&space, "install").await, commits(&space, "uninstall").await),
        (1, 1)
    );
}
