//! The bytes of the writes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_registrar::domain::claim::Claim;
use serde_json::{Value, json};

use crate::api_server::Verb;
use crate::recorder::Call;
use crate::stage::{NAME, Stage};

async fn created() -> (Stage, Vec<Call>) {
    let stage = Stage::new();
    stage.reconcile().await.unwrap();
    let calls = stage.calls();
    (stage, calls)
}

fn call(calls: &[Call], line: &str) -> Call {
    calls.iter().find(|call| call.line == line).cloned().unwrap()
}

#[tokio::test(start_paused = true)]
async fn claim_and_finalizer_are_one_merge_patch_that_tests_the_version() {
    let stage = Stage::new();
    let before = stage.resource();
    stage.reconcile().await.unwrap();
    let patch = call(&stage.calls(), "PATCH oauthapplications/billing-sync");
    assert_eq!(patch.form, "application/merge-patch+json");
    assert_eq!(patch.query, "&fieldManager=oauth-registrar");
    let text = patch.body["metadata"]["annotations"]["oauthregistrar.io/registration"].clone();
    assert_eq!(
        patch.body,
        json!({"metadata": {
            "resourceVersion": before["metadata"]["resourceVersion"],
            "annotations": {"oauthregistrar.io/registration": text},
            "finalizers": ["example.com/other", "oauthregistrar.io/deregister"],
        }})
    );
    let claim: Claim = serde_json::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!(claim.uid, before["metadata"]["uid"]);
    assert_eq!((claim.attempt, claim.open, claim.name.as_str()), (1, false, NAME));
    assert_eq!(
        (claim.holder.as_str(), claim.instance.as_str()),
        ("process-1", "this-cluster")
    );
    assert_eq!(claim.id.len(), 36);
    let marker = stage.store.lock().unwrap().clients[0].registration.marker.clone();
    assert_eq!(marker, Some(claim.marker("billing", NAME)));
}

#[tokio::test(start_paused = true)]
async fn the_secret_has_its_keys_labels_annotations_and_owner() {
    let (stage, calls) = created().await;
    let post = call(&calls, "POST secrets");
    let claim = call(&calls, "PATCH oauthapplications/billing-sync").body["metadata"]["annotations"]
        ["oauthregistrar.io/registration"]
        .clone();
    let claim: Claim = serde_json::from_str(claim.as_str().unwrap()).unwrap();
    let data = |text: &str| Value::from(STANDARD.encode(text));
    assert_eq!(
        post.body,
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {
                "name": NAME,
                "labels": {
                    "team": "billing",
                    "oauthregistrar.io/secret": "output",
                    "app.kubernetes.io/managed-by": "oauth-registrar",
                },
                "annotations": {
                    "oauthregistrar.io/registration-id": claim.id,
                    "oauthregistrar.io/attempt": "1",
                    "oauthregistrar.io/client-id": "client-of-app-1",
                    "oauthregistrar.io/application-id": "app-1",
                },
                "ownerReferences": [{
                    "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "OAuthApplication", "name": NAME,
                    "uid": stage.resource()["metadata"]["uid"], "controller": true,
                }],
            },
            "data": {
                "client_id": data("client-of-app-1"),
                "client_secret": data("secret-1-of-app-1"),
                "token_endpoint": data("https://id.example.com/token"),
                "issuer": data("https://id.example.com"),
                "application_id": data("app-1"),
            },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn status_is_a_json_patch_that_lands_on_the_version_that_was_seen_and_adds_all_of_it() {
    let (stage, calls) = created().await;
    let patch = call(&calls, "PATCH oauthapplications/billing-sync/status");
    assert_eq!(patch.form, "application/json-patch+json");
    let resource = stage.resource();
    let claimed = "2";
    assert_eq!(
        patch.body,
        json!([
            {"op": "test", "path": "/metadata/uid", "value": resource["metadata"]["uid"]},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": claimed},
            {"op": "add", "path": "/status", "value": resource["status"]},
        ])
    );
    let status = &resource["status"];
    assert_eq!(status["observedGeneration"], 1);
    assert_eq!(
        (&status["applicationId"], &status["clientId"]),
        (&json!("app-1"), &json!("client-of-app-1"))
    );
    assert_eq!(status["registration"]["outcome"], "Registered");
    assert_eq!(status["secret"]["revision"], 1);
    let secret = stage.object("secrets").unwrap();
    assert_eq!(
        status["secret"]["resourceVersion"],
        secret["metadata"]["resourceVersion"]
    );
    let identity = json!({"issuer": "https://id.example.com", "owner": "11111111-1111-4111-8111-111111111111"});
    assert_eq!(status["platformIdentity"], identity);
}

#[tokio::test(start_paused = true)]
async fn status_does_not_land_on_a_resource_that_was_created_again() {
    let stage = Stage::new();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME}});
    stage.user(Verb::Create, "secrets", secret);
    let mut former = stage.resource();
    former["metadata"]["uid"] = json!("uid of the former");
    stage.reconcile_as(former).await.unwrap();
    assert_eq!(stage.resource()["status"], json!({"observedGeneration": -1}));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_secret_is_a_json_patch_that_tests_uid_and_version() {
    let (stage, _) = created().await;
    let emptied = json!({"data": null});
    stage.user(
        Verb::Patch(crate::api_server::Form::Merge),
        &format!("secrets/{NAME}"),
        emptied,
    );
    stage.reconcile().await.unwrap();
    tokio::time::advance(crate::stage::SETTLE).await;
    let before = stage.object("secrets").unwrap();
    stage.calls();
    stage.reconcile().await.unwrap();
    let patch = call(&stage.calls(), "PATCH secrets/billing-sync");
    assert_eq!(patch.form, "application/json-patch+json");
    let metadata = &before["metadata"];
    assert_eq!(
        patch.body[0],
        json!({"op": "test", "path": "/metadata/uid", "value": metadata["uid"]})
    );
    let version = json!({"op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]});
    assert_eq!(patch.body[1], version);
    let data = STANDARD.encode("secret-2-of-app-1");
    assert_eq!(
        (&patch.body[4]["path"], &patch.body[4]["value"]["client_secret"]),
        (&json!("/data"), &json!(data))
    );
    assert_eq!(patch.body[3]["value"]["oauthregistrar.io/attempt"], "2");
}
