//! Tenants install with consent or, by the platform's older contract, without; which of the two is set or found out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::TestSpace;
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};
use simulator::{Contract, Options};

static CLUSTER: kit::Shared = kit::Shared::patient("flow_contract");

/// A space at a platform of this date, with a grant of any permission and this `spec.olt.contract`, an application
/// without permissions, and the second tenant's credential.
async fn space(date: Contract, contract: &str) -> TestSpace<'static> {
    let options = Options {
        contract: date,
        ..Options::default()
    };
    let change = json!({ "spec": { "olt": { "contract": contract } } });
    let space = CLUSTER.cluster().await.space_at(options, change).await;
    grant(&space, &["*"]).await;
    let mut application = space.application("app");
    application["spec"]["olt"] = json!({});
    space.apply(application).await;
    space.ready("OAuthApplication", "app").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
}

async fn grant(space: &TestSpace<'_>, permissions: &[&str]) {
    let grants = json!([{ "namespaces": { "names": [space.name] }, "tenantIds": [T2], "permissions": permissions }]);
    let change = json!({ "spec": { "grants": grants } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
}

async fn install(space: &TestSpace<'_>) -> Value {
    space.apply(space.installation("app-north", "app", T2, "north")).await;
    space.ready("TenantInstallation", "app-north").await
}

async fn told(space: &TestSpace<'_>, contract: &str) {
    let told = |object: &Value| object["status"]["contract"] == contract;
    let what = format!("tells {contract}");
    space.until("ClusterOAuthPlatform", &space.name, &what, told).await;
}

async fn asked(space: &TestSpace<'_>, method: &str, below: &str) -> usize {
    let path = format!("/v1/applications/*{below}");
    space.platform.requests(method, &path).await.len()
}

async fn installed_plainly(space: &TestSpace<'_>) {
    let installation = install(space).await;
    assert!(installation["status"]["consent"].is_null(), "{installation:#}");
    assert!(installation["status"]["installedAt"].is_string(), "{installation:#}");
    assert_eq!(installation["status"]["installedByUs"], true);
    space.token("app", Some(T2)).await;
    assert_eq!(asked(space, "PUT", "/installation").await, 1);
    told(space, "PutInstallation").await;
}

async fn uninstalls(space: &TestSpace<'_>) {
    space.delete("TenantInstallation", "app-north").await;
    space.gone("TenantInstallation", "app-north").await;
    let application = space.platform.only_application().await;
    assert_eq!(application["installations"], json!([]), "{application:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_older_contract_a_tenant_installs_without_consent_and_uninstalls() {
    let space = space(Contract::May2019, "PutInstallation").await;
    told(&space, "PutInstallation").await;
    installed_plainly(&space).await;
    assert_eq!(
        asked(&space, "GET", "/permissions").await,
        0,
        "nothing had to be found out"
    );
    space.stays_silent().await;
    uninstalls(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_contract_is_found_out_by_reads_and_told() {
    let space = space(Contract::May2019, "Auto").await;
    installed_plainly(&space).await;
    assert_eq!(asked(&space, "GET", "/permissions").await, 2);
    assert_eq!(asked(&space, "POST", "/installation").await, 0, "nothing was tried out");
    space.stays_silent().await;
    let before = space.count("patch", "tenantinstallations/status");
    assert_eq!(before, 1, "one status for one installation");
    uninstalls(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newer_contract_is_found_out_by_the_read_that_is_needed_anyway() {
    let space = space(Contract::December2019, "Auto").await;
    let installation = install(&space).await;
    assert_eq!(installation["status"]["consent"]["status"], "ok");
    told(&space, "ConsentInstallation").await;
    assert_eq!(asked(&space, "GET", "/permissions").await, 1);
    assert_eq!(asked(&space, "GET", "").await, 0, "nothing else had to be found out");
    assert_eq!(asked(&space, "PUT", "/installation").await, 0, "nothing was tried out");
    space.stays_silent().await;
    uninstalls(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_consent_a_list_is_refused_by_field_and_a_grant_must_hold_any_permission() {
    let space = space(Contract::May2019, "PutInstallation").await;
    let mut object = space.installation("app-north", "app", T2, "north");
    object["spec"]["consent"] = "Listed".into();
    object["spec"]["permissions"] = json!({});
    space.apply(object).await;
    let words = ["spec.consent, spec.permissions", "PutInstallation"];
    let kind = "TenantInstallation";
    space.refuses(kind, "app-north", "UnsupportedByPlatform", &words).await;
    space
        .says(kind, "app-north", "Accepted", "False", "UnsupportedByPlatform")
        .await;
    grant(&space, &["devices_base_data:read"]).await;
    let change = json!({ "spec": { "consent": "Once", "permissions": null } });
    space.patch(kind, "app-north", change).await;
    let words = ["permissions [\"*\"]", "any writer"];
    space.refuses(kind, "app-north", "NotGranted", &words).await;
    assert_eq!(asked(&space, "PUT", "/installation").await, 0);
    grant(&space, &["*"]).await;
    space.ready(kind, "app-north").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_was_there_before_stays_when_the_resource_goes() {
    for (date, contract) in [
        (Contract::December2019, "ConsentInstallation"),
        (Contract::May2019, "PutInstallation"),
    ] {
        let space = space(date, contract).await;
        let id = space.platform.only_application().await["id"].clone();
        let before = json!([{ "op": "install.put", "id": id, "tenant": T2 }]);
        space.platform.change(before).await;
        install(&space).await;
        space.token("app", Some(T2)).await;
        space.delete("TenantInstallation", "app-north").await;
        space.gone("TenantInstallation", "app-north").await;
        assert_eq!(asked(&space, "DELETE", "/installation").await, 0, "{contract}");
    }
}
