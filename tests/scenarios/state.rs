//! The state Secret: who wrote it last, who may write it, and what goes before what.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use oauth_registrar::controller::token_store::{StateSecrets, name_for};
use oauth_registrar::domain::access::{Link, TokenStore};
use oauth_registrar::domain::credentials::SecretText;
use oauth_registrar::domain::failure::Class;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::api_server::{Form, Reply, Verb};
use crate::stage::{NAME, Stage};

/// Of the application on the stage; which kind it is does not matter here.
fn owner(stage: &Stage) -> OwnerReference {
    let object = stage
        .user(Verb::Get, &format!("oauthapplications/{NAME}"), Value::Null)
        .body;
    OwnerReference {
        api_version: "oauthregistrar.io/v1alpha1".into(),
        kind: "OAuthApplication".into(),
        name: NAME.into(),
        uid: object["metadata"]["uid"].as_str().unwrap().into(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

fn path(stage: &Stage) -> String {
    format!("secrets/{}", name_for(&owner(stage)))
}

/// A process that has just started, with this token in the user's Secret.
fn process(stage: &Stage, users: &str) -> Arc<dyn TokenStore> {
    let client = stage.context.client.clone();
    StateSecrets::default().of(client, "billing", owner(stage), SecretText::new(users.into()))
}

fn link(token: &str) -> Link {
    Link {
        token: SecretText::new(token.into()),
        home: Some("t-1".into()),
        version: None,
    }
}

async fn next(store: &dyn TokenStore) -> String {
    store.read().await.unwrap().token.expose().to_owned()
}

/// Stores a successor of what is there now.
async fn goes_on(store: &dyn TokenStore, token: &str) -> bool {
    let over = store.read().await.unwrap();
    store.store(link(token), over).await.unwrap()
}

#[tokio::test]
async fn a_new_process_goes_on_with_what_was_stored_last() {
    let stage = Stage::new();
    let first = process(&stage, "users");
    assert_eq!(next(&*first).await, "users");
    assert!(goes_on(&*first, "second").await);
    assert!(goes_on(&*first, "third").await);
    let after = process(&stage, "users").read().await.unwrap();
    assert_eq!((after.token.expose(), after.home), ("third", Some("t-1".into())));
}

#[tokio::test]
async fn the_secret_is_owned_labelled_and_tells_nothing_of_the_users_token() {
    let stage = Stage::new();
    goes_on(&*process(&stage, "canary-users"), "canary-second").await;
    let secret = stage.user(Verb::Get, &path(&stage), Value::Null).body;
    assert_eq!(secret["metadata"]["labels"]["oauthregistrar.io/secret"], "state");
    let owners = &secret["metadata"]["ownerReferences"];
    assert_eq!(owners[0]["uid"], owner(&stage).uid);
    assert_eq!(
        owners[0]["blockOwnerDeletion"],
        Value::Null,
        "that would need another right"
    );
    assert!(!secret.to_string().contains("canary"), "{secret}");
}

#[tokio::test]
async fn another_token_of_the_user_goes_first_and_the_former_one_does_not_come_back() {
    let stage = Stage::new();
    goes_on(&*process(&stage, "users"), "second").await;
    let other = process(&stage, "other");
    assert_eq!(next(&*other).await, "other");
    assert_eq!(other.read().await.unwrap().home, None, "it may be of another tenant");
    goes_on(&*other, "next").await;
    assert_eq!(next(&*process(&stage, "other")).await, "next");
    assert_eq!(
        next(&*process(&stage, "users")).await,
        "users",
        "its chain was replaced"
    );
}

#[tokio::test]
async fn of_two_processes_the_second_learns_that_the_first_was_faster() {
    for begun in [false, true] {
        let stage = Stage::new();
        let (one, two) = (process(&stage, "users"), process(&stage, "users"));
        if begun {
            goes_on(&*one, "second").await;
        }
        let (over_one, over_two) = (one.read().await.unwrap(), two.read().await.unwrap());
        assert!(one.store(link("of one"), over_one).await.unwrap());
        assert!(!two.store(link("of two"), over_two).await.unwrap());
        assert_eq!(next(&*two).await, "of one");
    }
}

#[tokio::test]
async fn a_note_on_the_secret_costs_no_link() {
    let stage = Stage::new();
    let store = process(&stage, "users");
    goes_on(&*store, "second").await;
    let over = store.read().await.unwrap();
    let note = json!({"metadata": {"labels": {"example.com/note": "seen"}}});
    stage.user(Verb::Patch(Form::Merge), &path(&stage), note);
    assert!(store.store(link("third"), over).await.unwrap());
    assert_eq!(next(&*process(&stage, "users")).await, "third");
}

#[tokio::test]
async fn a_secret_that_somebody_deletes_is_written_anew() {
    let stage = Stage::new();
    let store = process(&stage, "users");
    goes_on(&*store, "second").await;
    stage.user(Verb::Delete, &path(&stage), Value::Null);
    assert_eq!(next(&*store).await, "second", "this process knows it");
    assert!(goes_on(&*store, "third").await);
    assert_eq!(next(&*process(&stage, "users")).await, "third");
}

#[tokio::test]
async fn what_could_not_be_stored_is_stored_before_anything_is_read() {
    let stage = Stage::new();
    let client = stage.context.client.clone();
    let secrets = StateSecrets::default();
    let of = |users: &str| secrets.of(client.clone(), "billing", owner(&stage), SecretText::new(users.into()));
    let over = of("users").read().await.unwrap();
    let unavailable = Reply {
        code: 503,
        body: json!({"kind": "Status", "status": "Failure", "code": 503, "reason": "ServiceUnavailable", "message": "later"}),
    };
    stage.plan("POST secrets", unavailable);
    let failure = of("users").store(link("second"), over).await.unwrap_err();
    assert_eq!(failure.class, Class::Transient);
    assert!(failure.detail.contains("billing/oauth-registrar-state-"), "{failure}");
    // Whoever asks next in this process, also for a new connection.
    assert_eq!(next(&*of("users")).await, "second");
    assert_eq!(next(&*process(&stage, "users")).await, "second");
    secrets.forget(&owner(&stage).uid);
    assert_eq!(next(&*of("users")).await, "second");
}

#[tokio::test]
async fn a_secret_of_somebody_else_is_never_written() {
    let stage = Stage::new();
    let name = name_for(&owner(&stage));
    let foreign = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": name, "namespace": "billing", "labels": {"oauthregistrar.io/secret": "state"}},
        "stringData": {"refresh_token": "theirs"},
    });
    stage.user(Verb::Create, "secrets", foreign);
    let before = stage.user(Verb::Get, &path(&stage), Value::Null).body;
    let store = process(&stage, "users");
    let failure = store.read().await.unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert!(failure.detail.contains("was not made for this"), "{failure}");
    for version in [None, before["metadata"]["resourceVersion"].as_str().map(str::to_owned)] {
        let over = Link {
            version,
            ..link("users")
        };
        assert!(store.store(link("second"), over).await.is_err());
    }
    assert_eq!(stage.user(Verb::Get, &path(&stage), Value::Null).body, before);
}
