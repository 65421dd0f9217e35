//! Tenants, permissions and namespaces that no grant names: refused, and used as soon as one does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::TestSpace;
use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_READ, T2, T3, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_grants");

const NOBODY: &str = "99999999-9999-4999-8999-999999999999";

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["olt"]["allowedTenants"] = json!([{ "tenantId": NOBODY }]);
    let words = ["spec.olt.allowedTenants", NOBODY, "tenantIds", space.name.as_str()];
    space.is_refused(object, "NotGranted", &words).await;
    grant(&space, json!({ "tenantIds": [NOBODY] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["olt"]["permissions"]["user"] = json!(["applications:read"]);
    let words = [
        "spec.olt.permissions",
        APPLICATIONS_READ,
        "a grant of ClusterOAuthPlatform",
    ];
    space.is_refused(object, "NotGranted", &words).await;
    grant(&space, json!({ "permissions": ["*"] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_without_grant_is_refused_until_it_has_one() {
    let space = CLUSTER
        .cluster()
        .await
        .space_with(json!({ "spec": { "grants": [] } }))
        .await;
    let words = [space.name.as_str(), "spec.grants", "Ask those who administer it"];
    space
        .is_refused(space.application("refused"), "NotGranted", &words)
        .await;
    grant(&space, json!({ "permissions": ["devices_base_data:read"] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_in_a_tenant_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let only = json!([{ "namespaces": { "names": [space.name] }, "tenantIds": [T3], "permissions": ["*"] }]);
    let change = json!({ "spec": { "grants": only } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("installed")).await;
    space.ready("OAuthApplication", "installed").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
        .apply(space.installation("refused", "installed", T2, "north"))
        .await;
    let words = ["spec.tenantId", T2, "tenantIds"];
    space
        .refuses("TenantInstallation", "refused", "NotGranted", &words)
        .await;
    assert_eq!(space.platform.only_application().await["allowed_tenants"], json!([]));
    grant(&space, json!({ "tenantIds": [T2] })).await;
    space.ready("TenantInstallation", "refused").await;
}

/// Adds a grant for the space's namespace.
async fn grant(space: &TestSpace<'_>, mut grant: Value) {
    grant["namespaces"] = json!({ "names": [space.name] });
    let platform = space.get("ClusterOAuthPlatform", &space.name).await;
    let mut grants = platform["spec"]["grants"].as_array().cloned().unwrap_or_default();
    grants.push(grant);
    let change = json!({ "spec": { "grants": grants } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_taken_away_breaks_nothing_and_permits_nothing_new() {
    let space = CLUSTER.space().await;
    space.apply(space.application("before")).await;
    space.ready("OAuthApplication", "before").await;
    let remote = space.platform.only_application().await;
    let none = json!({ "spec": { "grants": [] } });
    space.patch("ClusterOAuthPlatform", &space.name, none).await;
    space.apply(space.application("refused")).await;
    space
        .says("OAuthApplication", "refused", "Ready", "False", "NotGranted")
        .await;
    space
        .says("OAuthApplication", "before", "Ready", "False", "NotGranted")
        .await;
    assert_eq!(space.platform.only_application().await, remote);
    space.token("before", None).await;
    space.delete("OAuthApplication", "before").await;
    space.gone("OAuthApplication", "before").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}
