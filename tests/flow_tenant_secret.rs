//! A Secret for each tenant: a copy of the application's credentials that follows them, and touches nobody else's Secret.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{TestSpace, condition, labelled_secret, until};
use serde_json::{Value, json};
use simulator::fixture::{T2, T3, WRITER_T2, WRITER_T3};

static CLUSTER: kit::Shared = kit::Shared::new("flow_tenant_secret");

const INSTALLATION: &str = "TenantInstallation";

/// A Ready application `app`, and the credential of the second tenant.
async fn space() -> TestSpace<'static> {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
}

fn with_secret(space: &TestSpace<'_>, secret: Value) -> Value {
    let mut object = space.installation("app-north", "app", T2, "north");
    object["spec"]["secret"] = secret;
    object
}

async fn published(space: &TestSpace<'_>) -> Value {
    space.apply(with_secret(space, json!({}))).await;
    let installation = space.ready(INSTALLATION, "app-north").await;
    space.token("app-north", Some(T2)).await;
    installation
}

async fn equal_credentials(space: &TestSpace<'_>) {
    let both = async || (space.secret("app").await, space.secret("app-north").await);
    until(
        "the tenant's Secret holds the application's credentials",
        both,
        |(app, tenant)| {
            let same = |key| app.get(key).is_some() && app.get(key) == tenant.get(key);
            same("client_id") && same("client_secret")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_a_secret_of_its_own_with_its_id() {
    let space = space().await;
    let installation = published(&space).await;
    let data = space.secret("app-north").await;
    assert_eq!(data["tenant_id"], T2);
    let keys: Vec<&str> = data.keys().map(String::as_str).collect();
    let expected = [
        "application_id",
        "client_id",
        "client_secret",
        "issuer",
        "tenant_id",
        "token_endpoint",
    ];
    assert_eq!(keys, expected);
    equal_credentials(&space).await;
    assert_eq!(condition(&installation, "SecretPublished")["status"], "True");
    let status = &installation["status"]["secret"];
    assert_eq!((&status["name"], &status["revision"]), (&json!("app-north"), &json!(1)));
    let secret = space.get("Secret", "app-north").await;
    assert_eq!(secret["metadata"]["labels"]["oauthregistrar.io/secret"], "output");
    let owner = &secret["metadata"]["ownerReferences"][0];
    assert_eq!(
        (&owner["kind"], &owner["name"]),
        (&json!(INSTALLATION), &json!("app-north"))
    );
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_templates_labels_and_annotations_are_those_of_the_spec_and_change_with_it() {
    let space = space().await;
    let spec = |key: &str| {
        json!({
            "name": "north-oauth",
            "keys": { "clientId": key, "tenantId": "TENANT" },
            "template": { "config.ini": "tenant={{ tenantId }}\nid={{ clientId }}\n" },
            "labels": { "example.com/team": "north" },
            "annotations": { "example.com/note": "x" },
        })
    };
    space.apply(with_secret(&space, spec("ID"))).await;
    space.ready(INSTALLATION, "app-north").await;
    let data = space.secret("north-oauth").await;
    assert_eq!(data["TENANT"], T2);
    assert_eq!(data["config.ini"], format!("tenant={T2}\nid={}\n", data["ID"]));
    let secret = space.get("Secret", "north-oauth").await;
    assert_eq!(secret["metadata"]["labels"]["example.com/team"], "north");
    assert_eq!(secret["metadata"]["annotations"]["example.com/note"], "x");
    space.apply(with_secret(&space, spec("CLIENT"))).await;
    space.ready(INSTALLATION, "app-north").await;
    let renamed = space.secret("north-oauth").await;
    assert_eq!((renamed.get("CLIENT"), renamed.get("ID")), (data.get("ID"), None));

    let wrong = json!({ "template": { "config.ini": "{{ tenant }}" } });
    let mut other = space.installation("app-south", "app", T3, "south");
    other["spec"]["secret"] = wrong;
    space.tenant_credential("south", WRITER_T3, T3).await;
    space.apply(other).await;
    let words = [
        "spec.secret.template[\"config.ini\"]",
        "unknown variable \"tenant\"",
        "tenantId",
    ];
    space.refuses(INSTALLATION, "app-south", "InvalidSpec", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_changed_secret_is_written_again_from_the_applications() {
    let space = space().await;
    published(&space).await;
    space.delete("Secret", "app-north").await;
    equal_credentials(&space).await;
    let change = json!({ "stringData": { "client_secret": "wrong", "surplus": "x" } });
    space.patch("Secret", "app-north", change).await;
    equal_credentials(&space).await;
    let gone = async || space.secret("app-north").await.contains_key("surplus");
    until("the surplus key is gone", gone, |there| !there).await;
    let bare = json!({ "metadata": { "ownerReferences": null } });
    space.patch("Secret", "app-north", bare).await;
    space
        .says(INSTALLATION, "app-north", "Ready", "False", "SecretNotOwned")
        .await;
    space.delete("Secret", "app-north").await;
    equal_credentials(&space).await;
    space.ready(INSTALLATION, "app-north").await;
    space.tells("app-north", "SecretRepaired").await;
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_application_gets_a_new_secret_the_tenants_follows() {
    let space = space().await;
    published(&space).await;
    let before = space.secret("app-north").await["client_secret"].clone();
    // A lost application Secret can only be replaced by a new one.
    space.delete("Secret", "app").await;
    let renewed = async || space.secret("app-north").await.get("client_secret").cloned();
    until("a new secret", renewed, |now| {
        now.is_some() && now.as_ref() != Some(&before)
    })
    .await;
    equal_credentials(&space).await;
    space.ready(INSTALLATION, "app-north").await;
    space.token("app-north", Some(T2)).await;
    space.stays_silent().await;
    let (application, installation) = (
        space.get("Secret", "app").await,
        space.get(INSTALLATION, "app-north").await,
    );
    assert_eq!(
        installation["status"]["secret"]["applicationSecretVersion"],
        application["metadata"]["resourceVersion"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_secret_is_refused_before_anything_is_done_and_left_as_it_is() {
    let space = space().await;
    for (name, label) in [("app-north", "credential"), ("labelled", "output")] {
        let data = json!({ "client_id": "theirs" });
        space.apply(labelled_secret(name, label, &data)).await;
    }
    space.apply(with_secret(&space, json!({}))).await;
    let words = ["Secret", "app-north", "was not made for this resource"];
    space.refuses(INSTALLATION, "app-north", "SecretNotOwned", &words).await;
    let refused = space.get(INSTALLATION, "app-north").await;
    assert_eq!(condition(&refused, "SecretPublished")["status"], "False");
    assert!(refused["metadata"]["finalizers"].is_null(), "nothing was begun");
    assert_eq!(space.secret("app-north").await["client_id"], "theirs");
    space.delete("Secret", "app-north").await;
    space.ready(INSTALLATION, "app-north").await;
    equal_credentials(&space).await;

    space.tenant_credential("south", WRITER_T3, T3).await;
    for (name, secret) in [
        ("app-south", "app-north"),
        ("app-third", "app"),
        ("app-fourth", "labelled"),
    ] {
        let mut twin = space.installation(name, "app", T3, "south");
        twin["spec"]["secret"] = json!({ "name": secret });
        space.apply(twin).await;
        space.says(INSTALLATION, name, "Ready", "False", "SecretNotOwned").await;
        space.delete(INSTALLATION, name).await;
        space.gone(INSTALLATION, name).await;
    }
    assert_eq!(
        space.secret("app-north").await["tenant_id"],
        T2,
        "the first owner keeps it"
    );
    assert_eq!(space.secret("labelled").await["client_id"], "theirs");
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_goes_with_the_installation_and_may_come_later() {
    let space = space().await;
    space.apply(space.installation("app-north", "app", T2, "north")).await;
    let bare = space.ready(INSTALLATION, "app-north").await;
    assert!(condition(&bare, "SecretPublished").is_null(), "{bare:#}");
    published(&space).await;
    space.delete(INSTALLATION, "app-north").await;
    space.gone(INSTALLATION, "app-north").await;
    space.gone("Secret", "app-north").await;
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_client_that_is_left_there_the_tenants_secret_stays() {
    let space = space().await;
    published(&space).await;
    let secret = space.secret("app-north").await;
    let policy = json!({ "spec": { "deletion": { "policy": "Orphan" } } });
    space.patch("OAuthApplication", "app", policy).await;
    space.delete("OAuthApplication", "app").await;
    space.delete(INSTALLATION, "app-north").await;
    space.gone(INSTALLATION, "app-north").await;
    space.gone("OAuthApplication", "app").await;
    let left = space.get("Secret", "app-north").await;
    assert_eq!(left["metadata"]["ownerReferences"], Value::Null);
    assert_eq!(space.secret("app-north").await, secret);
    space.token("app-north", Some(T2)).await;
}
