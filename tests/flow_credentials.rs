//! Credentials that are missing, empty, unlabelled, wrong, or too weak: what is said, and that the right one heals it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{OPERATOR_NAMESPACE, TestSpace, labelled_secret};
use serde_json::{Value, json};
use simulator::fixture::{READER_T1, T1, T2, T3, WRITER_T1, WRITER_T2, WRITER_T3};

static CLUSTER: kit::Shared = kit::Shared::new("flow_credentials");

const ABSENT: &str =
    "does not exist, lacks the label oauthregistrar.io/secret=credential, or may not be read by the operator";
const EMPTY: &str = "has no key \"token\" or it is empty";

/// A token that the platform issued, with another signature.
fn forged(token: &str) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    format!("{signed}.{}", "A".repeat(342))
}

fn without_label(mut secret: Value) -> Value {
    secret["metadata"]["labels"] = json!({});
    secret
}

/// A second platform of the space whose credential is `found`, and an application at it; then the right credential comes.
async fn platform_waits_for_its_credential(space: &TestSpace<'_>, found: Option<Value>, reason: &str, words: &[&str]) {
    let name = format!("{}-second", space.name);
    if let Some(mut secret) = found {
        secret["metadata"]["namespace"] = OPERATOR_NAMESPACE.into();
        space.apply(secret).await;
    }
    let mut platform = space.platform_object();
    platform["metadata"]["name"] = name.as_str().into();
    platform["spec"]["olt"]["credentials"]["apiToken"]["secretRef"]["name"] = name.as_str().into();
    space.apply(platform).await;
    let message = space.refuses("ClusterOAuthPlatform", &name, reason, words).await;
    let mut application = space.application("waiting");
    application["spec"]["platformRef"]["name"] = name.as_str().into();
    space.apply(application).await;
    let words = [name.as_str(), &message];
    space
        .refuses("OAuthApplication", "waiting", "PlatformNotReady", &words)
        .await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());

    let token = space.platform.mint(WRITER_T1, T1).await;
    let mut credential = labelled_secret(&name, "credential", &json!({ "token": token }));
    credential["metadata"]["namespace"] = OPERATOR_NAMESPACE.into();
    space.apply(credential).await;
    space.ready("ClusterOAuthPlatform", &name).await;
    space.ready("OAuthApplication", "waiting").await;
    space.token("waiting", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_waits_for_a_missing_credential() {
    let space = CLUSTER.space().await;
    let name = format!("Secret {OPERATOR_NAMESPACE}/{}-second", space.name);
    platform_waits_for_its_credential(&space, None, "CredentialsNotFound", &[&name, ABSENT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_waits_for_the_label_of_its_credential() {
    let space = CLUSTER.space().await;
    let name = format!("{}-second", space.name);
    let token = space.platform.mint(WRITER_T1, T1).await;
    let secret = without_label(labelled_secret(&name, "credential", &json!({ "token": token })));
    platform_waits_for_its_credential(&space, Some(secret), "CredentialsNotFound", &[&name, ABSENT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_waits_for_the_value_of_its_credential() {
    let space = CLUSTER.space().await;
    let name = format!("{}-second", space.name);
    let secret = labelled_secret(&name, "credential", &json!({ "token": "" }));
    platform_waits_for_its_credential(&space, Some(secret), "CredentialsNotFound", &[&name, EMPTY]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_refuses_the_token_says_so_until_there_is_a_valid_one() {
    let space = CLUSTER.space().await;
    let name = format!("{}-second", space.name);
    let token = forged(&space.platform.mint(WRITER_T1, T1).await);
    let secret = labelled_secret(&name, "credential", &json!({ "token": token }));
    let words = ["401", "Put a valid token into Secret oauth-registrar/"];
    platform_waits_for_its_credential(&space, Some(secret), "PlatformUnauthorized", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_stays_ready_while_the_platforms_credential_is_wrong() {
    let space = CLUSTER.space().await;
    space.apply(space.application("before")).await;
    space.ready("OAuthApplication", "before").await;
    let token = space.platform.mint(WRITER_T1, T1).await;
    space.authorize(&forged(&token)).await;
    let words = ["does not accept the token"];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "PlatformUnauthorized", &words)
        .await;
    space.ready("OAuthApplication", "before").await;
    space.token("before", None).await;
    space.authorize(&token).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("after")).await;
    space.ready("OAuthApplication", "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_not_register_is_named_until_there_is_one_that_may() {
    let space = CLUSTER.space().await;
    space.authorize(&space.platform.mint(READER_T1, T1).await).await;
    // A watch tells of the new token; an application that comes at once could still meet the old one.
    space.stays_silent().await;
    space.apply(space.application("forbidden")).await;
    let words = ["403", "lacks a right", "use another token"];
    space
        .refuses("OAuthApplication", "forbidden", "PlatformForbidden", &words)
        .await;
    space
        .says(
            "OAuthApplication",
            "forbidden",
            "Registered",
            "False",
            "PlatformForbidden",
        )
        .await;
    space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
    space.ready("OAuthApplication", "forbidden").await;
    space.platform.only_application().await;
    space.token("forbidden", None).await;
}

/// An installation in T2 whose credential is `found`; then the right one comes.
async fn installation_waits_for_its_credential(
    space: &TestSpace<'_>,
    found: Option<Value>,
    reason: &str,
    words: &[&str],
) {
    space.apply(space.application("installed")).await;
    space.ready("OAuthApplication", "installed").await;
    if let Some(secret) = found {
        space.apply(secret).await;
    }
    space
        .apply(space.installation("north", "installed", T2, "north-token"))
        .await;
    space.refuses("TenantInstallation", "north", reason, words).await;
    let remote = space.platform.only_application().await;
    assert_eq!(remote["installations"], json!([]));
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.ready("TenantInstallation", "north").await;
    let token = space.token("installed", Some(T2)).await;
    assert_eq!(space.platform.devices(&token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_waits_for_a_missing_credential() {
    let space = CLUSTER.space().await;
    let name = format!("Secret {}/north-token", space.name);
    installation_waits_for_its_credential(&space, None, "CredentialsNotFound", &[&name, ABSENT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_waits_for_the_label_of_its_credential() {
    let space = CLUSTER.space().await;
    let token = space.platform.mint(WRITER_T2, T2).await;
    let secret = without_label(labelled_secret("north-token", "", &json!({ "token": token })));
    installation_waits_for_its_credential(&space, Some(secret), "CredentialsNotFound", &[ABSENT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_waits_for_the_value_of_its_credential() {
    let space = CLUSTER.space().await;
    let secret = labelled_secret("north-token", "credential", &json!({ "token": " " }));
    installation_waits_for_its_credential(&space, Some(secret), "CredentialsNotFound", &[EMPTY]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_tenant_installs_nothing() {
    let space = CLUSTER.space().await;
    let token = space.platform.mint(WRITER_T3, T3).await;
    let secret = labelled_secret("north-token", "credential", &json!({ "token": token }));
    let name = format!("Secret {}/north-token", space.name);
    let words = [name.as_str(), T3, "spec.tenantId", T2, "Use a token of that tenant"];
    installation_waits_for_its_credential(&space, Some(secret), "InvalidSpec", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_token_that_is_refused_is_told_from_the_platforms() {
    let space = CLUSTER.space().await;
    let token = forged(&space.platform.mint(WRITER_T2, T2).await);
    let secret = labelled_secret("north-token", "credential", &json!({ "token": token }));
    let words = ["the tenant's credential", "401", "Renew the token"];
    installation_waits_for_its_credential(&space, Some(secret), "PlatformUnauthorized", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_token_that_may_not_install_is_named_until_there_is_one_that_may() {
    let space = CLUSTER.space().await;
    space.apply(space.application("installed")).await;
    space.ready("OAuthApplication", "installed").await;
    space.tenant_credential("own-token", READER_T1, T1).await;
    space
        .apply(space.installation("own", "installed", T1, "own-token"))
        .await;
    let words = ["the tenant's credential", "403", "applications:write"];
    space
        .refuses("TenantInstallation", "own", "PlatformForbidden", &words)
        .await;
    space.tenant_credential("own-token", WRITER_T1, T1).await;
    space.ready("TenantInstallation", "own").await;
    space.token("installed", Some(T1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_the_platforms_own_serve_its_own_tenant_only() {
    let space = CLUSTER.space().await;
    space.apply(space.application("installed")).await;
    for (name, tenant) in [("own", T1), ("north", T2)] {
        let mut object = space.installation(name, "installed", tenant, "");
        object["spec"].as_object_mut().unwrap().remove("credentials");
        space.apply(object).await;
    }
    space.ready("TenantInstallation", "own").await;
    let words = [T1, "set spec.credentials to a token of tenant", T2];
    space
        .refuses("TenantInstallation", "north", "TenantCredentialsRequired", &words)
        .await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    let named = json!({ "spec": { "credentials": { "apiToken": { "secretRef": { "name": "north-token" } } } } });
    space.patch("TenantInstallation", "north", named).await;
    space.ready("TenantInstallation", "north").await;
}
