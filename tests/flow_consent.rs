//! An application that declares more later: nobody consents for a tenant without being asked to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::TestSpace;
use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_READ, DEVICES_BASE_DATA_READ, T2, T3, WRITER_T2, WRITER_T3};

static CLUSTER: kit::Shared = kit::Shared::new("flow_consent");

const MORE: [&str; 2] = ["devices_base_data:read", "applications:read"];

/// A Ready application `app` in a space whose grants permit [`MORE`], with one installation for T2.
async fn installed(spec: Value) -> TestSpace<'static> {
    let cluster = CLUSTER.cluster().await;
    let space = cluster.space().await;
    let grants = json!([{ "namespaces": { "names": [space.name] }, "tenantIds": ["*"], "permissions": MORE }]);
    let change = json!({ "spec": { "grants": grants } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("app")).await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    let mut object = space.installation("app-north", "app", T2, "north");
    object["spec"]
        .as_object_mut()
        .unwrap()
        .extend(spec.as_object().unwrap().clone());
    space.apply(object).await;
    space.ready("OAuthApplication", "app").await;
    let installation = space.ready("TenantInstallation", "app-north").await;
    assert_eq!(consented(&installation), [DEVICES_BASE_DATA_READ]);
    space
}

async fn declare(space: &TestSpace<'_>, permissions: &[&str]) {
    let change = json!({ "spec": { "olt": { "permissions": { "client": permissions } } } });
    space.patch("OAuthApplication", "app", change).await;
    space.ready("OAuthApplication", "app").await;
}

async fn request(space: &TestSpace<'_>, value: &str) {
    let change = json!({ "metadata": { "annotations": { "oauthregistrar.io/consent": value } } });
    space.patch("TenantInstallation", "app-north", change).await;
}

fn consented(installation: &Value) -> Vec<&str> {
    let ids = installation["status"]["consent"]["permissions"]["client"].as_array();
    ids.into_iter().flatten().map(|id| id.as_str().unwrap()).collect()
}

async fn consents_to(space: &TestSpace<'_>, permissions: &[&str]) -> Value {
    let what = format!("consents to {permissions:?} and is Ready");
    let right = |object: &Value| {
        let mut ids = consented(object);
        ids.sort_unstable();
        ids == permissions && kit::condition(object, "Ready")["status"] == "True"
    };
    space.until("TenantInstallation", "app-north", &what, right).await
}

fn both() -> [&'static str; 2] {
    let mut ids = [DEVICES_BASE_DATA_READ, APPLICATIONS_READ];
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn once_asks_a_person_and_the_annotation_is_the_answer() {
    let space = installed(json!({})).await;
    declare(&space, &MORE).await;
    let words = ["+ applications:read (client)", "annotation oauthregistrar.io/consent"];
    space
        .refuses("TenantInstallation", "app-north", "NotGranted", &words)
        .await;
    let outdated = space.get("TenantInstallation", "app-north").await;
    assert_eq!(outdated["status"]["consent"]["status"], "outdated");
    space.token("app", Some(T2)).await;

    request(&space, "2026-11-21").await;
    let served = consents_to(&space, &both()).await;
    assert_eq!(served["status"]["consent"]["status"], "ok");
    assert_eq!(served["status"]["consent"]["request"], "2026-11-21");
    space.tells("app-north", "Consented").await;
    space.stays_silent().await;

    declare(&space, &["applications:read"]).await;
    let message = space
        .says("TenantInstallation", "app-north", "Ready", "False", "NotGranted")
        .await;
    assert!(message.contains(": - devices_base_data:read (client)."), "{message}");
    request(&space, "2026-11-22").await;
    consents_to(&space, &[APPLICATIONS_READ]).await;
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!(commits["install"], 1, "{commits}");
}

#[tokio::test(flavor = "multi_thread")]
async fn always_consents_within_the_grants_and_not_beyond() {
    let space = installed(json!({ "consent": "Always" })).await;
    declare(&space, &MORE).await;
    consents_to(&space, &both()).await;
    space.stays_silent().await;

    // Declared by somebody at the platform, past our resource and its grants.
    let id = space.platform.only_application().await["id"].clone();
    let beyond = json!({ "client": [{ "id": simulator::fixture::APPLICATIONS_WRITE }], "user": [] });
    let op = json!([{ "op": "app.patch", "id": id, "set": { "permissions": beyond } }]);
    space.platform.change(op).await;
    request(&space, "look").await;
    let words = ["the application's permissions", "may not use permission"];
    space
        .refuses("TenantInstallation", "app-north", "NotGranted", &words)
        .await;
    let kept = space.get("TenantInstallation", "app-north").await;
    assert_eq!(consented(&kept).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_is_consented_to_and_nothing_else() {
    let listed = |permissions: &[&str]| json!({ "consent": "Listed", "permissions": { "client": permissions } });
    let space = installed(listed(&["devices_base_data:read"])).await;
    declare(&space, &MORE).await;
    let words = ["spec.permissions lists", "+ applications:read (client)"];
    space
        .refuses("TenantInstallation", "app-north", "NotGranted", &words)
        .await;
    let change = json!({ "spec": listed(&MORE) });
    space.patch("TenantInstallation", "app-north", change).await;
    consents_to(&space, &both()).await;
    let typing_error = json!({ "spec": listed(&["devices:raed"]) });
    space.patch("TenantInstallation", "app-north", typing_error).await;
    let words = ["spec.permissions.client", "\"devices:raed\""];
    space
        .refuses("TenantInstallation", "app-north", "InvalidSpec", &words)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_says_of_a_refused_tenant_is_passed_on_and_a_lost_row_is_put_back() {
    let space = installed(json!({})).await;
    let id = space.platform.only_application().await["id"].clone();
    let inactive = json!([{ "op": "app.patch", "id": id, "set": { "status": "inactive" } }]);
    space.platform.change(inactive).await;
    request(&space, "look").await;
    let words = ["suspended at the platform (APP_INACTIVE)"];
    space
        .refuses("TenantInstallation", "app-north", "ApplicationNotReady", &words)
        .await;
    let denied = json!([
        { "op": "app.patch", "id": id, "set": { "status": "active" } },
        { "op": "allowed.delete", "id": id, "tenant": T2 },
    ]);
    space.platform.change(denied).await;
    space.ready("TenantInstallation", "app-north").await;
    let rows = space.platform.only_application().await["allowed_tenants"].clone();
    assert_eq!(rows[0]["tenant_id"], T2, "{rows}");
    space.token("app", Some(T2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_tenants_consents_for_itself() {
    let space = installed(json!({})).await;
    space.tenant_credential("south", WRITER_T3, T3).await;
    let mut always = space.installation("app-south", "app", T3, "south");
    always["spec"]["consent"] = "Always".into();
    space.apply(always).await;
    space.ready("TenantInstallation", "app-south").await;
    declare(&space, &MORE).await;
    space
        .says("TenantInstallation", "app-north", "Ready", "False", "NotGranted")
        .await;
    let both = |object: &Value| consented(object).len() == 2 && kit::condition(object, "Ready")["status"] == "True";
    space
        .until("TenantInstallation", "app-south", "consents to both", both)
        .await;
    let counted =
        |ready: i64| move |object: &Value| object["status"]["installations"] == json!({ "desired": 2, "ready": ready });
    space
        .until("OAuthApplication", "app", "counts one of two", counted(1))
        .await;
    request(&space, "yes").await;
    space
        .until("OAuthApplication", "app", "counts two of two", counted(2))
        .await;
    for tenant in [T2, T3] {
        space.token("app", Some(tenant)).await;
    }
    space.stays_silent().await;
    for installation in ["app-north", "app-south"] {
        space.delete("TenantInstallation", installation).await;
    }
    let none = |object: &Value| object["status"]["installations"].is_null();
    space.until("OAuthApplication", "app", "counts none", none).await;
}
