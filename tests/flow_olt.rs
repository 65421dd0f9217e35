//! What only OLT knows of an application: a public client beside it, and whether it is suspended.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{TestSpace, condition};
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_olt");

async fn change(space: &TestSpace<'_>, olt: Value) -> Value {
    space
        .patch("OAuthApplication", "app", json!({ "spec": { "olt": olt } }))
        .await;
    space.ready("OAuthApplication", "app").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_client_reaches_status_and_secret_and_leaves_both_when_it_goes() {
    let space = CLUSTER.space().await;
    let mut object = space.application("app");
    object["spec"]["olt"]["additionalPublicClient"] = true.into();
    object["spec"]["redirectUris"] = json!(["https://spa.example.com/callback"]);
    object["spec"]["secret"] = json!({
        "keys": { "publicClientId": "SPA_CLIENT_ID" },
        "template": { "spa.json": "{\"clientId\": \"{{ publicClientId }}\"}" },
    });
    space.apply(object).await;
    let application = space.ready("OAuthApplication", "app").await;
    let first = space.platform.only_application().await["public_client_id"].clone();
    assert!(first.is_string(), "{first}");
    assert_eq!(application["status"]["olt"]["publicClientId"], first);
    let secret = space.secret("app").await;
    assert_eq!(secret["SPA_CLIENT_ID"], first.as_str().unwrap());
    assert_eq!(
        secret["spa.json"],
        json!({ "clientId": first }).to_string().replace(':', ": ")
    );

    let without = change(&space, json!({ "additionalPublicClient": false })).await;
    assert_eq!(without["status"]["olt"]["publicClientId"], Value::Null);
    let changed = space.secret("app").await;
    assert!(!changed.contains_key("SPA_CLIENT_ID"), "{:?}", changed.keys());
    assert_eq!(
        changed["client_secret"], secret["client_secret"],
        "no new secret is needed"
    );

    let again = change(&space, json!({ "additionalPublicClient": true })).await;
    let second = again["status"]["olt"]["publicClientId"].clone();
    assert!(second.is_string() && second != first);
    assert_eq!(space.secret("app").await["SPA_CLIENT_ID"], second.as_str().unwrap());
    space.token("app", None).await;
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_application_is_ready_and_its_installations_say_why_they_are_not() {
    let space = CLUSTER.space().await;
    let mut object = space.application("app");
    object["spec"]["olt"]["state"] = "Inactive".into();
    space.apply(object).await;
    space.ready("OAuthApplication", "app").await;
    assert_eq!(space.platform.only_application().await["status"], "inactive");
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.apply(space.installation("app-north", "app", T2, "north")).await;
    let words = ["OAuthApplication app is suspended", "spec.olt.state is Active"];
    space
        .refuses("TenantInstallation", "app-north", "ApplicationNotReady", &words)
        .await;

    change(&space, json!({ "state": "Active" })).await;
    space.ready("TenantInstallation", "app-north").await;
    assert_eq!(space.platform.only_application().await["status"], "active");
    space.token("app", Some(T2)).await;

    change(&space, json!({ "state": "Inactive" })).await;
    space
        .says(
            "TenantInstallation",
            "app-north",
            "Ready",
            "False",
            "ApplicationNotReady",
        )
        .await;
    change(&space, json!({ "state": "Active" })).await;
    let installation = space.ready("TenantInstallation", "app-north").await;
    assert_eq!(condition(&installation, "Installed")["status"], "True");
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!((&commits["create"], &commits["install"]), (&json!(1), &json!(1)));
    space.stays_silent().await;
}
