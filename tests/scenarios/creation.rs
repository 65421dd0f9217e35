//! Creation: the calls, and those that are not made.

use std::time::Duration;

use kube::runtime::controller::Action;
use oauth_registrar::domain::failure::{Class, Failure};
use serde_json::{Value, json};

use crate::api_server::Verb;
use crate::stage::{NAME, SETTLE, Stage};

/// All calls of a creation.
const CREATION: [&str; 7] = [
    "GET secrets/billing-sync (metadata)",
    "PATCH oauthapplications/billing-sync",
    "register billing-sync",
    "POST secrets",
    "prove client-of-app-1",
    "PATCH oauthapplications/billing-sync/status",
    "POST events",
];

#[tokio::test(start_paused = true)]
async fn a_creation_takes_three_writes_and_one_event() {
    let stage = Stage::new();
    let action = stage.reconcile().await.unwrap();
    assert_eq!(stage.lines(), CREATION);
    assert_eq!(action, Action::await_change());
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
}

#[tokio::test(start_paused = true)]
async fn what_is_converged_is_silent() {
    let stage = Stage::new();
    stage.reconcile().await.unwrap();
    for _ in 0..3 {
        assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
        tokio::time::advance(SETTLE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_converged_is_silent_for_another_process_too() {
    let stage = Stage::new();
    stage.reconcile().await.unwrap();
    stage
        .context
        .memories
        .forget(stage.resource()["metadata"]["uid"].as_str().unwrap());
    assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_claim_on_a_stale_view_ends_the_reconcile_before_anything_is_sent() {
    let stage = Stage::new();
    let before = stage.resource();
    stage.touch("somebody was first");
    let action = stage.reconcile_as(before).await.unwrap();
    assert_eq!(stage.lines(), CREATION[..2], "nothing to the platform, no status");
    assert_eq!(action, Action::requeue(Duration::from_secs(1)));
    assert!(stage.store.lock().unwrap().clients.is_empty());
    assert_eq!(stage.resource()["status"], json!({"observedGeneration": -1}));
}

#[tokio::test(start_paused = true)]
async fn the_echo_of_an_own_write_is_not_even_looked_at() {
    let stage = Stage::new();
    let before = stage.resource();
    stage.reconcile().await.unwrap();
    stage.calls();
    stage.reconcile_as(before).await.unwrap();
    assert_eq!(stage.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_secret_is_told_and_its_data_is_never_read() {
    let stage = Stage::new();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME}, "data": {"k": "dg=="}});
    stage.user(Verb::Create, "secrets", secret);
    let told = [
        CREATION[0],
        "PATCH oauthapplications/billing-sync/status",
        "POST events",
    ];
    assert_eq!(stage.lines_of_reconcile().await, told);
    assert_eq!(stage.condition("Ready"), ("False".into(), "SecretNotOwned".into()));
    assert_eq!(stage.lines_of_reconcile().await, CREATION[..1], "told once");
    assert!(
        stage.resource()["metadata"]["annotations"].is_null(),
        "nothing was claimed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_never_sent_again_in_the_same_reconcile() {
    let stage = Stage::new();
    stage.lose("register billing-sync", Failure::new(Class::Ambiguous, "no answer"));
    let mut lost = CREATION[..3].to_vec();
    lost.push("PATCH oauthapplications/billing-sync/status");
    assert_eq!(stage.lines_of_reconcile().await, lost);
    assert_eq!(stage.condition("Ready"), ("False".into(), "OutcomeUnknown".into()));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_client_is_found_waited_for_and_given_a_new_secret() {
    let stage = Stage::new();
    stage.lose("register billing-sync", Failure::new(Class::Ambiguous, "no answer"));
    stage.reconcile().await.unwrap();
    let looks = [
        CREATION[0],
        CREATION[1],
        "register billing-sync",
        "scan",
        "PATCH oauthapplications/billing-sync/status",
    ];
    assert_eq!(stage.lines_of_reconcile().await, looks);
    tokio::time::advance(SETTLE).await;
    let adopts = [
        CREATION[0],
        "scan",
        "PATCH oauthapplications/billing-sync",
        "rotate app-1",
        "POST secrets",
        "read app-1",
        "prove client-of-app-1",
        "PATCH oauthapplications/billing-sync/status",
        "POST events",
    ];
    assert_eq!(stage.lines_of_reconcile().await, adopts);
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
    assert_eq!(stage.store.lock().unwrap().clients.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_secret_tells_the_ids_at_once_and_is_stored_later_without_a_new_one() {
    let stage = Stage::new();
    stage.server.lock().unwrap().refused.insert("secrets".into());
    let mut refused = CREATION[..4].to_vec();
    refused.push("PATCH oauthapplications/billing-sync/status");
    assert_eq!(stage.lines_of_reconcile().await, refused);
    let status = &stage.resource()["status"];
    assert_eq!(
        (&status["applicationId"], &status["clientId"]),
        (&json!("app-1"), &json!("client-of-app-1"))
    );
    assert_eq!(stage.condition("Ready"), ("False".into(), "SecretWriteFailed".into()));

    stage.server.lock().unwrap().refused.clear();
    let lines = stage.lines_of_reconcile().await;
    let sent = |verb: &str| lines.iter().any(|line| line.starts_with(verb));
    assert!(
        sent("POST secrets") && !sent("register") && !sent("rotate"),
        "{lines:?}"
    );
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
}

#[tokio::test(start_paused = true)]
async fn a_secret_held_too_long_is_claimed_anew_before_it_is_stored() {
    let stage = Stage::new();
    stage.server.lock().unwrap().refused.insert("secrets".into());
    stage.reconcile().await.unwrap();
    stage.server.lock().unwrap().refused.clear();
    tokio::time::advance(Duration::from_secs(20)).await;
    let lines = stage.lines_of_reconcile().await;
    let claims_anew = [
        "GET oauthapplications/billing-sync",
        "PATCH oauthapplications/billing-sync",
        CREATION[0],
        "POST secrets",
    ];
    assert_eq!(lines[..4], claims_anew);
    let secret = stage.object("secrets").unwrap();
    assert_eq!(secret["metadata"]["annotations"]["oauthregistrar.io/attempt"], "2");
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
}

#[tokio::test(start_paused = true)]
async fn a_loser_of_the_claim_drops_its_secret_and_deregisters_nothing() {
    let stage = Stage::new();
    stage.server.lock().unwrap().refused.insert("secrets".into());
    stage.reconcile().await.unwrap();
    stage.server.lock().unwrap().refused.clear();
    let before = stage.resource();
    let mut claim: Value = claim_of(&before);
    (claim["attempt"], claim["holder"]) = (json!(2), json!("process-2"));
    let body = json!({"metadata": {"annotations": {"oauthregistrar.io/registration": claim.to_string()}}});
    let merge = Verb::Patch(crate::api_server::Form::Merge);
    stage.user(merge, &format!("oauthapplications/{NAME}"), body);
    assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
    assert_eq!(stage.store.lock().unwrap().clients.len(), 1);
    assert!(stage.object("secrets").is_none());
}

fn claim_of(resource: &Value) -> Value {
    let text = &resource["metadata"]["annotations"]["oauthregistrar.io/registration"];
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}
