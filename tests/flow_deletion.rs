//! Deleting: in the right order, blocked with a reason where something would be left behind, never for nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::net::TcpListener;

use kit::{TestSpace, condition};
use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, T3, WRITER_T1, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_deletion");

/// A Ready application `app` with the installation `north` in T2.
async fn installed(space: &TestSpace<'_>, change: Value) {
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    let mut object = space.application("app");
    if let Some(olt) = change.as_object() {
        object["spec"].as_object_mut().unwrap().extend(olt.clone());
    }
    space.apply(object).await;
    space.apply(space.installation("north", "app", T2, "north-token")).await;
    space.ready("OAuthApplication", "app").await;
    space.ready("TenantInstallation", "north").await;
}

async fn nothing_is_left(space: &TestSpace<'_>) {
    space.gone("OAuthApplication", "app").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    // The garbage collector of a new control plane takes half a minute to notice our kinds; the quickstart waits for it.
    let secret = space.get("Secret", "app").await;
    assert!(
        secret.is_null() || secret["metadata"]["ownerReferences"][0]["name"] == "app",
        "{secret:#?}"
    );
}

fn tenants(application: &Value) -> Vec<&str> {
    let rows = application["allowed_tenants"].as_array().unwrap();
    rows.iter().map(|row| row["tenant_id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_with_an_installation_is_blocked_until_that_is_deleted() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    space.delete("OAuthApplication", "app").await;
    let words = ["north", "Delete them first"];
    space
        .refuses("OAuthApplication", "app", "InstallationsRemain", &words)
        .await;
    space.platform.only_application().await;
    space.token("app", Some(T2)).await;
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    nothing_is_left(&space).await;
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!((&commits["uninstall"], &commits["delete"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_installation_uninstalls_and_takes_its_row_along() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    assert_eq!(tenants(&space.platform.only_application().await), [T2]);
    let before = space.token("app", Some(T2)).await;
    assert_eq!(space.platform.devices(&before).await, StatusCode::OK);
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    let remote = space.platform.only_application().await;
    assert_eq!(remote["installations"], json!([]));
    assert_eq!(tenants(&remote), Vec::<&str>::new());
    assert_eq!(space.platform.devices(&before).await, StatusCode::FORBIDDEN);
    space.ready("OAuthApplication", "app").await;
    space.token("app", None).await;
    space.delete("OAuthApplication", "app").await;
    nothing_is_left(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_application_or_somebody_else_wants_survives_the_installation() {
    let space = CLUSTER.space().await;
    let row = json!({ "tenantId": T2, "comment": "from the application" });
    installed(
        &space,
        json!({ "olt": { "allowedTenants": [row], "permissions": { "client": ["devices_base_data:read"] } } }),
    )
    .await;
    let id = space.platform.only_application().await["id"].clone();
    let theirs = json!([{ "op": "allowed.put", "id": id, "tenant": T3, "comment": "by hand" }]);
    space.platform.change(theirs).await;
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    let remote = space.platform.only_application().await;
    assert_eq!(remote["installations"], json!([]));
    assert_eq!(tenants(&remote), [T2, T3]);
    let none = json!({ "spec": { "olt": { "allowedTenants": [{ "tenantId": T1 }] } } });
    space.patch("OAuthApplication", "app", none).await;
    space.ready("OAuthApplication", "app").await;
    assert_eq!(tenants(&space.platform.only_application().await), [T1, T3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_and_its_installation_deleted_together_both_go() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    space.delete("OAuthApplication", "app").await;
    space.delete("TenantInstallation", "north").await;
    space.delete("Secret", "north-token").await;
    space.gone("TenantInstallation", "north").await;
    nothing_is_left(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_orphan_leaves_the_client_and_its_secret() {
    let space = CLUSTER.space().await;
    let mut object = space.application("app");
    object["spec"]["deletion"] = json!({ "policy": "Orphan" });
    space.apply(object).await;
    space.ready("OAuthApplication", "app").await;
    let (before, secret) = (space.platform.only_application().await, space.secret("app").await);
    space.delete("OAuthApplication", "app").await;
    space.gone("OAuthApplication", "app").await;
    let left = space.get("Secret", "app").await;
    assert_eq!(left["metadata"]["ownerReferences"], Value::Null);
    space.stays_silent().await;
    assert_eq!(space.secret("app").await, secret);
    assert_eq!(space.platform.only_application().await, before);
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_in_use_waits_for_its_applications() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    space.delete("ClusterOAuthPlatform", &space.name).await;
    let in_use = |platform: &Value| {
        let found = condition(platform, "InUse");
        let name = format!("{}/app", space.name);
        found["status"] == "True" && found["message"].as_str().is_some_and(|told| told.contains(&name))
    };
    space
        .until(
            "ClusterOAuthPlatform",
            &space.name,
            "is in use by the application",
            in_use,
        )
        .await;
    space.stays_calm().await;
    space.token("app", Some(T2)).await;
    space.delete("TenantInstallation", "north").await;
    space.delete("OAuthApplication", "app").await;
    nothing_is_left(&space).await;
    space.gone("ClusterOAuthPlatform", &space.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_owner_cannot_see_is_not_taken_for_gone() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    let before = space.platform.only_application().await;
    let credential_of = async |user, tenant| space.authorize(&space.platform.mint(user, tenant).await).await;
    credential_of(WRITER_T2, T2).await;
    let message = space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformIdentityChanged")
        .await;
    assert!(message.contains(T1) && message.contains(T2), "{message}");
    space.delete("TenantInstallation", "north").await;
    space.delete("OAuthApplication", "app").await;
    space
        .says(
            "TenantInstallation",
            "north",
            "Ready",
            "False",
            "PlatformIdentityChanged",
        )
        .await;
    space.stays_calm().await;
    assert_eq!(space.platform.only_application().await, before);
    credential_of(WRITER_T1, T1).await;
    nothing_is_left(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_at_a_platform_that_became_another_one_can_be_left_there() {
    let space = CLUSTER.space().await;
    installed(&space, json!({})).await;
    let before = space.platform.only_application().await;
    space.authorize(&space.platform.mint(WRITER_T2, T2).await).await;
    space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformIdentityChanged")
        .await;
    space.delete("TenantInstallation", "north").await;
    let way_out = "set spec.deletion.policy of OAuthApplication app to Orphan and delete that as well";
    let tells = |object: &Value| condition(object, "Ready")["message"].to_string().contains(way_out);
    space
        .until("TenantInstallation", "north", "tells the way out", tells)
        .await;
    let policy = json!({ "spec": { "deletion": { "policy": "Orphan" } } });
    space.patch("OAuthApplication", "app", policy).await;
    space.delete("OAuthApplication", "app").await;
    space.gone("TenantInstallation", "north").await;
    space.gone("OAuthApplication", "app").await;
    assert_eq!(space.platform.only_application().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_claimed_goes_without_the_platform() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let space = CLUSTER.space().await;
    let name = format!("{}-away", space.name);
    let mut platform = space.platform_object();
    platform["metadata"]["name"] = name.as_str().into();
    platform["spec"]["olt"]["apiUrl"] = format!("http://{free}/v1").into();
    space.apply(platform).await;
    space
        .says("ClusterOAuthPlatform", &name, "Ready", "False", "PlatformUnreachable")
        .await;
    let mut object = space.application("app");
    object["spec"]["platformRef"]["name"] = name.as_str().into();
    space.apply(object).await;
    space.apply(space.installation("north", "app", T2, "nowhere")).await;
    space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformNotReady")
        .await;
    space
        .says("TenantInstallation", "north", "Ready", "False", "ApplicationNotReady")
        .await;
    space.delete("OAuthApplication", "app").await;
    space.delete("ClusterOAuthPlatform", &name).await;
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    space.gone("OAuthApplication", "app").await;
    space.gone("ClusterOAuthPlatform", &name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_waits_for_a_platform_that_is_away_and_is_deregistered_when_it_comes_back() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    let cut = json!({ "id": "cut", "count": 0, "fault": { "kind": "reset_before_commit", "at": "headers" } });
    space.platform.fault(cut).await;
    space.delete("OAuthApplication", "app").await;
    space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformUnreachable")
        .await;
    space.platform.only_application().await;
    space.platform.heal().await;
    nothing_is_left(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_orphan_lets_a_resource_go_while_the_platform_is_away() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    space.authorize("no token at all").await;
    space
        .says("ClusterOAuthPlatform", &space.name, "Ready", "False", "InvalidSpec")
        .await;
    space.delete("OAuthApplication", "app").await;
    space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformUnreachable")
        .await;
    let orphan = json!({ "spec": { "deletion": { "policy": "Orphan" } } });
    space.patch("OAuthApplication", "app", orphan).await;
    space.gone("OAuthApplication", "app").await;
    space.platform.only_application().await;
    space.token("app", None).await;
}
