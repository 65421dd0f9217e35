//! Deletion: the calls, in order.

use serde_json::{Value, json};

use crate::api_server::{Reply, Verb};
use crate::stage::{NAME, SETTLE, Stage};

fn delete(stage: &Stage) {
    stage.user(Verb::Delete, &format!("oauthapplications/{NAME}"), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_claims_deregisters_and_lets_go() {
    let stage = Stage::new();
    stage.reconcile().await.unwrap();
    delete(&stage);
    stage.calls();
    stage.reconcile().await.unwrap();
    let calls = stage.calls();
    let lines: Vec<&str> = calls.iter().map(|call| call.line.as_str()).collect();
    let deletion = [
        "GET secrets/billing-sync (metadata)",
        "GET secrets/billing-sync",
        "read app-1",
        "PATCH oauthapplications/billing-sync",
        "deregister app-1",
        "PATCH oauthapplications/billing-sync",
        "POST events",
    ];
    assert_eq!(lines, deletion);
    let release = &calls[5].body["metadata"];
    assert_eq!(
        release["finalizers"],
        json!(["example.com/other"]),
        "others keep theirs"
    );
    assert!(release["resourceVersion"].is_string());
    assert!(stage.store.lock().unwrap().clients.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_under_an_unresolved_claim_waits_and_scans() {
    use oauth_registrar::domain::failure::{Class, Failure};
    let stage = Stage::new();
    stage.lose("register billing-sync", Failure::new(Class::Ambiguous, "no answer"));
    stage.reconcile().await.unwrap();
    delete(&stage);
    assert_eq!(
        stage.lines_of_reconcile().await,
        ["PATCH oauthapplications/billing-sync/status"]
    );
    tokio::time::advance(SETTLE).await;
    let lines = stage.lines_of_reconcile().await;
    let found = ["GET secrets/billing-sync (metadata)", "scan", "read app-1"];
    assert_eq!(lines[..3], found);
    assert!(lines.contains(&"deregister app-1".to_owned()), "{lines:?}");
    assert!(stage.store.lock().unwrap().clients.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_before_the_secret_could_be_written_leaves_no_client_behind() {
    let stage = Stage::new();
    let body =
        json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 500, "reason": "InternalError"});
    stage.plan("POST secrets", Reply { code: 500, body });
    stage.reconcile().await.unwrap();
    assert_eq!(stage.store.lock().unwrap().clients.len(), 1);
    delete(&stage);
    stage.reconcile().await.unwrap();
    tokio::time::advance(SETTLE).await;
    stage.reconcile().await.unwrap();
    let left = stage.store.lock().unwrap().clients.clone();
    assert!(left.is_empty(), "{left:?} {:?}", stage.lines());
    let finalizers = &stage.resource()["metadata"]["finalizers"];
    assert_eq!(*finalizers, json!(["example.com/other"]));
}

#[tokio::test(start_paused = true)]
async fn a_resource_without_our_finalizer_costs_nothing() {
    let stage = Stage::new();
    delete(&stage);
    assert_eq!(stage.lines_of_reconcile().await, [""; 0]);
}
