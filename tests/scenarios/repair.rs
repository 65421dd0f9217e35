//! What was lost or changed by hand: the calls that repair it.

use oauth_registrar::domain::failure::{Class, Failure};
use serde_json::{Value, json};

use crate::api_server::{Form, Verb};
use crate::stage::{NAME, SETTLE, Stage};

const STATUS: &str = "PATCH oauthapplications/billing-sync/status";

async fn created() -> Stage {
    let stage = Stage::new();
    stage.reconcile().await.unwrap();
    stage
}

fn patch_secret(stage: &Stage, body: Value) {
    stage.user(Verb::Patch(Form::Merge), &format!("secrets/{NAME}"), body);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_secret_is_replaced_after_the_wait_with_one_rotation() {
    let stage = created().await;
    stage.user(Verb::Delete, &format!("secrets/{NAME}"), Value::Null);
    let waits = ["GET secrets/billing-sync (metadata)", "read app-1", STATUS];
    assert_eq!(stage.lines_of_reconcile().await, waits);
    tokio::time::advance(SETTLE).await;
    let repairs = [
        "GET secrets/billing-sync (metadata)",
        "read app-1",
        "PATCH oauthapplications/billing-sync",
        "rotate app-1",
        "POST secrets",
        "prove client-of-app-1",
        STATUS,
        "POST events",
    ];
    assert_eq!(stage.lines_of_reconcile().await, repairs);
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
}

#[tokio::test(start_paused = true)]
async fn a_changed_label_is_restored_without_a_new_secret() {
    let stage = created().await;
    patch_secret(&stage, json!({"metadata": {"labels": {"team": "other"}}}));
    let repairs = [
        "GET secrets/billing-sync (metadata)",
        "GET secrets/billing-sync",
        "prove client-of-app-1",
        "PATCH secrets/billing-sync",
        STATUS,
        "POST events",
    ];
    assert_eq!(stage.lines_of_reconcile().await, repairs);
    let secret = stage.object("secrets").unwrap();
    assert_eq!(secret["metadata"]["labels"]["team"], "billing");
    assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_annotation_on_the_secret_is_proved_and_left_alone() {
    let stage = created().await;
    patch_secret(&stage, json!({"metadata": {"annotations": {"example.com/note": "x"}}}));
    let lines = stage.lines_of_reconcile().await;
    assert!(!lines.iter().any(|line| line.starts_with("PATCH secrets")), "{lines:?}");
    assert_eq!(stage.lines_of_reconcile().await, [""; 0], "the version is accepted");
}

#[tokio::test(start_paused = true)]
async fn a_changed_spec_updates_the_client_once() {
    let stage = created().await;
    let spec = json!({"spec": {"description": "nightly export"}});
    stage.user(Verb::Patch(Form::Merge), &format!("oauthapplications/{NAME}"), spec);
    let updates = [
        "GET secrets/billing-sync (metadata)",
        "GET secrets/billing-sync",
        "read app-1",
        "update app-1",
        "read app-1",
        STATUS,
    ];
    assert_eq!(stage.lines_of_reconcile().await, updates);
    assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
    assert_eq!(stage.resource()["status"]["observedGeneration"], 2);
}

/// A redirect of a gateway that asks for a login, or a name that the DNS leads elsewhere, is nothing that the platform said.
#[tokio::test(start_paused = true)]
async fn a_read_that_is_barred_makes_no_client_gone() {
    let stage = created().await;
    let spec = json!({"spec": {"description": "nightly export"}});
    stage.user(Verb::Patch(Form::Merge), &format!("oauthapplications/{NAME}"), spec);
    stage.lose("read app-1", Failure::new(Class::Barred, "it leads elsewhere"));
    let stops = [
        "GET secrets/billing-sync (metadata)",
        "GET secrets/billing-sync",
        "read app-1",
        STATUS,
        "POST events",
    ];
    assert_eq!(stage.lines_of_reconcile().await, stops);
    assert_eq!(stage.condition("Ready"), ("False".into(), "PlatformUnreachable".into()));
    let goes_on = stage.lines_of_reconcile().await;
    assert!(goes_on.contains(&"update app-1".to_owned()), "{goes_on:?}");
    assert!(!goes_on.iter().any(|line| line.starts_with("register")), "{goes_on:?}");
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
}
