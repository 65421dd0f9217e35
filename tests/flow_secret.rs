//! A Secret that people delete, edit and decorate: what is repaired with a new secret, what with the old, what is left.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeMap;

use kit::{TestSpace, condition, until};
use serde_json::{Value, json};

static CLUSTER: kit::Shared = kit::Shared::new("flow_secret");

/// A Ready application `sync`: the client at the platform, and what the Secret `sync` holds.
async fn published(space: &TestSpace<'_>) -> (Value, BTreeMap<String, String>) {
    space.apply(space.application("sync")).await;
    space.ready("OAuthApplication", "sync").await;
    let secret = space.secret("sync").await;
    assert_eq!(secret.len(), 5, "{:?}", secret.keys());
    (space.platform.only_application().await, secret)
}

/// Waits until the values are right, and the status has caught up.
async fn secret_becomes(space: &TestSpace<'_>, what: &str, right: impl Fn(&BTreeMap<String, String>) -> bool) {
    until(what, async || space.secret("sync").await, right).await;
    let current = |object: &Value, version: &Value| object["status"]["secret"]["resourceVersion"] == *version;
    let version = space.get("Secret", "sync").await["metadata"]["resourceVersion"].clone();
    let told = |object: &Value| current(object, &version) && condition(object, "Ready")["status"] == "True";
    space.until("OAuthApplication", "sync", "knows the Secret", told).await;
}

async fn edit(space: &TestSpace<'_>, change: Value) {
    space.patch("Secret", "sync", change).await;
}

/// One client, with a secret that was rotated this often, which the Secret holds.
async fn one_client_rotated(space: &TestSpace<'_>, before: &Value, times: u64) {
    let remote = space.platform.only_application().await;
    assert_eq!(remote["id"], before["id"]);
    let generation = |client: &Value| client["secret_generation"].as_u64().unwrap();
    assert_eq!(generation(&remote), generation(before) + times, "rotations");
    let secret = space.secret("sync").await;
    assert_eq!(secret["client_secret"], remote["secret"].as_str().unwrap());
    space.token("sync", None).await;
}

async fn repaired_once(space: &TestSpace<'_>) {
    let repairs = async || {
        let events = space.events("sync").await;
        events
            .iter()
            .filter(|event| event.starts_with("SecretRepaired: "))
            .count()
    };
    until("an Event tells of the repair", repairs, |count| *count > 0).await;
    assert_eq!(repairs().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_secret_comes_back_with_credentials_that_work() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    space.delete("Secret", "sync").await;
    let renewed = |secret: &BTreeMap<String, String>| {
        secret.len() == old.len() && secret["client_secret"] != old["client_secret"]
    };
    secret_becomes(&space, "the Secret is there again", renewed).await;
    one_client_rotated(&space, &before, 1).await;
    repaired_once(&space).await;
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_client_secret_is_replaced_by_one_that_works() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    edit(&space, json!({ "stringData": { "client_secret": "edited" } })).await;
    let renewed = |secret: &BTreeMap<String, String>| {
        secret["client_secret"] != "edited" && secret["client_secret"] != old["client_secret"]
    };
    secret_becomes(&space, "the edited value is replaced", renewed).await;
    one_client_rotated(&space, &before, 1).await;
    repaired_once(&space).await;
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_client_secret_that_works_is_kept() {
    let space = CLUSTER.space().await;
    let (before, _) = published(&space).await;
    let rotated = json!([{ "op": "secret.rotate", "id": before["id"] }]);
    let rotated = space.platform.change(rotated).await[0].clone();
    edit(
        &space,
        json!({ "stringData": { "client_secret": rotated["secret"], "issuer": "edited" } }),
    )
    .await;
    let formed = |secret: &BTreeMap<String, String>| secret["issuer"] != "edited";
    secret_becomes(&space, "the other value is restored", formed).await;
    one_client_rotated(&space, &before, 1).await;
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!(commits["rotate"], 0, "the operator rotated nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_value_beside_the_secret_is_restored_without_a_new_secret() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    let change =
        json!({ "stringData": { "client_id": "edited", "token_endpoint": "" }, "data": { "application_id": null } });
    edit(&space, change).await;
    secret_becomes(&space, "all values are as they were", |secret| *secret == old).await;
    one_client_rotated(&space, &before, 0).await;
    repaired_once(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripped_labels_and_annotations_come_back_without_a_new_secret() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    let form = |secret: &Value| {
        let metadata = &secret["metadata"];
        (metadata["labels"].clone(), metadata["annotations"].clone())
    };
    let whole = form(&space.get("Secret", "sync").await);
    for stripped in [
        json!({ "labels": { "app.kubernetes.io/managed-by": null } }),
        json!({ "labels": { "oauthregistrar.io/secret": null } }),
        json!({ "annotations": { "oauthregistrar.io/client-id": null } }),
        json!({ "annotations": { "oauthregistrar.io/registration-id": null, "oauthregistrar.io/attempt": null } }),
    ] {
        edit(&space, json!({ "metadata": stripped })).await;
        let restored = |secret: &Value| form(secret) == whole;
        let what = format!("has its form again after {stripped}");
        space.until("Secret", "sync", &what, restored).await;
        secret_becomes(&space, "the values are as they were", |secret| *secret == old).await;
    }
    one_client_rotated(&space, &before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_taken_from_us_is_said_and_left_alone_until_it_is_given_back() {
    let space = CLUSTER.space().await;
    let (before, data) = published(&space).await;
    let ours = space.get("Secret", "sync").await["metadata"]["ownerReferences"].clone();
    edit(&space, json!({ "metadata": { "ownerReferences": null } })).await;
    space
        .says("OAuthApplication", "sync", "Ready", "False", "SecretNotOwned")
        .await;
    space.stays_calm().await;
    assert_eq!(space.secret("sync").await, data);
    edit(&space, json!({ "metadata": { "ownerReferences": ours } })).await;
    space.ready("OAuthApplication", "sync").await;
    assert_eq!(space.platform.only_application().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_written_by_hand_does_not_keep_the_operator_from_repairing() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    let attempt = json!({ "annotations": { "oauthregistrar.io/attempt": "999" } });
    edit(
        &space,
        json!({ "metadata": attempt, "stringData": { "client_secret": "edited" } }),
    )
    .await;
    let renewed = |secret: &BTreeMap<String, String>| {
        secret["client_secret"] != "edited" && secret["client_secret"] != old["client_secret"]
    };
    secret_becomes(&space, "the edited value is replaced", renewed).await;
    one_client_rotated(&space, &before, 1).await;
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renamed_keys_and_added_labels_need_no_new_secret() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    let output = json!({
        "keys": { "clientId": "CLIENT_ID", "clientSecret": "CLIENT_SECRET" },
        "labels": { "team": "billing" },
        "annotations": { "example.com/restart": "yes" },
    });
    space
        .patch("OAuthApplication", "sync", json!({ "spec": { "secret": output } }))
        .await;
    space.ready("OAuthApplication", "sync").await;
    let now = space.secret("sync").await;
    let keys: Vec<&str> = now.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "CLIENT_ID",
            "CLIENT_SECRET",
            "application_id",
            "issuer",
            "token_endpoint"
        ]
    );
    assert_eq!(now["CLIENT_SECRET"], old["client_secret"]);
    let secret = space.get("Secret", "sync").await;
    assert_eq!(secret["metadata"]["labels"]["team"], "billing");
    assert_eq!(secret["metadata"]["annotations"]["example.com/restart"], "yes");
    let remote = space.platform.only_application().await;
    assert_eq!(remote["secret_generation"], before["secret_generation"]);
    let (status, answer) = space
        .platform
        .token(&now["CLIENT_ID"], &now["CLIENT_SECRET"], None)
        .await;
    assert_eq!(status, 200, "{answer}");
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_rendered_beside_the_values_and_follows_what_it_is_changed_to() {
    let space = CLUSTER.space().await;
    let (before, plain) = published(&space).await;
    let template = async |template: Value| {
        let secret = json!({ "spec": { "secret": { "template": template } } });
        space.patch("OAuthApplication", "sync", secret).await;
    };
    template(json!({ "config.ini": "id={{ clientId }}\nsecret={{ clientSecret }}\n" })).await;
    let rendered = format!("id={}\nsecret={}\n", plain["client_id"], plain["client_secret"]);
    let right = |data: &BTreeMap<String, String>| data.get("config.ini") == Some(&rendered);
    secret_becomes(&space, "the rendered template", right).await;

    template(json!({ "config.ini": "{{ clientid }}" })).await;
    let words = [
        "spec.secret.template[\"config.ini\"]",
        "\"clientid\"",
        "clientId, clientSecret",
    ];
    space.refuses("OAuthApplication", "sync", "InvalidSpec", &words).await;
    assert_eq!(
        space.secret("sync").await["config.ini"],
        rendered,
        "what is there stays"
    );

    template(json!({ "config.ini": null })).await;
    secret_becomes(&space, "the values alone", |data| *data == plain).await;
    one_client_rotated(&space, &before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_and_annotations_of_others_are_left_alone() {
    let space = CLUSTER.space().await;
    let (before, old) = published(&space).await;
    let theirs = json!({ "labels": { "theirs": "stays" }, "annotations": { "example.com/theirs": "stays" } });
    edit(&space, json!({ "metadata": theirs })).await;
    let both = |secret: &Value| {
        let metadata = &secret["metadata"];
        metadata["labels"]["theirs"] == "stays" && metadata["annotations"]["example.com/theirs"] == "stays"
    };
    space.stays_silent().await;
    let writes = space.count("patch", "secrets");
    assert_eq!(writes, 0, "nothing was wrong with the Secret");
    assert!(both(&space.get("Secret", "sync").await));
    edit(&space, json!({ "stringData": { "client_secret": "edited" } })).await;
    let renewed = |secret: &BTreeMap<String, String>| {
        secret["client_secret"] != "edited" && secret["client_secret"] != old["client_secret"]
    };
    secret_becomes(&space, "the edited value is replaced", renewed).await;
    assert!(both(&space.get("Secret", "sync").await));
    one_client_rotated(&space, &before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_emptied_again_and_again_is_given_up_with_a_reason() {
    let space = CLUSTER.space().await;
    let (before, _) = published(&space).await;
    for _ in 0..3 {
        edit(&space, json!({ "stringData": { "client_secret": "edited" } })).await;
        secret_becomes(&space, "is repaired", |secret| secret["client_secret"] != "edited").await;
    }
    edit(&space, json!({ "stringData": { "client_secret": "edited" } })).await;
    let words = ["3 times within a day", "Find out who writes to it"];
    space
        .refuses("OAuthApplication", "sync", "SecretContested", &words)
        .await;
    space
        .says("OAuthApplication", "sync", "Stalled", "True", "SecretContested")
        .await;
    let remote = space.platform.only_application().await;
    let generation = |client: &Value| client["secret_generation"].as_u64().unwrap();
    assert_eq!(generation(&remote), generation(&before) + 3);
}
