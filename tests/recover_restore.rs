//! Resources that come back from a backup, and resources whose claim, finalizer or status somebody removed: they find
//! their client again, and never somebody else's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::fs;
use std::path::Path;

use kit::TestSpace;
use serde_json::{Value, json};

static CLUSTER: kit::Shared = kit::Shared::new("recover_restore");

const CLAIM: &str = "oauthregistrar.io/registration";
const FINALIZER: &str = "oauthregistrar.io/deregister";

/// A Ready application `kept`; the client at the platform.
async fn registered(space: &TestSpace<'_>) -> Value {
    space.apply(space.application("kept")).await;
    space.ready("OAuthApplication", "kept").await;
    space.platform.only_application().await
}

/// The client is the same, it is the only one, and the Secret works.
async fn the_same_client(space: &TestSpace<'_>, before: &Value) {
    let object = space.ready("OAuthApplication", "kept").await;
    let now = space.platform.only_application().await;
    assert_eq!(now["id"], before["id"]);
    assert_eq!(object["status"]["applicationId"], before["id"]);
    assert!(object["metadata"]["annotations"][CLAIM].is_string(), "{object:#?}");
    assert_eq!(object["metadata"]["finalizers"], json!([FINALIZER]));
    space.token("kept", None).await;
    space.delete("OAuthApplication", "kept").await;
    space.gone("OAuthApplication", "kept").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}

/// What a backup holds of an object.
fn backup(object: &Value) -> Value {
    let metadata = &object["metadata"];
    json!({
        "apiVersion": object["apiVersion"],
        "kind": object["kind"],
        "metadata": { "name": metadata["name"], "annotations": metadata["annotations"] },
        "spec": object["spec"],
    })
}

/// Lets the resource go as a lost cluster does: nobody tells the platform.
async fn lost(space: &TestSpace<'_>) -> Value {
    let object = space.get("OAuthApplication", "kept").await;
    let deletion = json!({ "spec": { "deletion": { "policy": "Orphan" } } });
    space.patch("OAuthApplication", "kept", deletion).await;
    space.delete("OAuthApplication", "kept").await;
    space.gone("OAuthApplication", "kept").await;
    space.delete("Secret", "kept").await;
    backup(&object)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_restored_from_a_backup_finds_its_client_by_the_marker() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let restored = lost(&space).await;
    space.apply(restored).await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_restored_with_the_owner_of_another_time_makes_room_for_the_one_that_works() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let secret = space.get("Secret", "kept").await;
    let restored = lost(&space).await;
    let metadata = &secret["metadata"];
    // Its owner reference holds the UID that the resource had before: the garbage collector removes it.
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "data": secret["data"],
        "metadata": {
            "name": "kept", "labels": metadata["labels"], "annotations": metadata["annotations"],
            "ownerReferences": metadata["ownerReferences"],
        },
    });
    space.apply(secret).await;
    space.apply(restored).await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_resource_gets_claim_and_finalizer_back() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-replaced.yaml", space.name));
    fs::write(&file, space.application("kept").to_string()).unwrap();
    let replace = ["replace", "-n", &space.name, "-f", file.to_str().unwrap()];
    let (success, said) = space.cluster.kubectl(&replace).await;
    assert!(success, "{said}");
    let whole = |object: &Value| {
        let metadata = &object["metadata"];
        metadata["annotations"][CLAIM].is_string() && metadata["finalizers"] == json!([FINALIZER])
    };
    space.until("OAuthApplication", "kept", "is claimed again", whole).await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_another_installation_of_the_operator_is_left_alone() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let mut restored = lost(&space).await;
    let claim = restored["metadata"]["annotations"][CLAIM].as_str().unwrap();
    let mut claim: Value = serde_json::from_str(claim).unwrap();
    claim["instance"] = "another-installation".into();
    restored["metadata"]["annotations"][CLAIM] = claim.to_string().into();
    space.apply(restored).await;
    let words = [
        "another-installation",
        "remove the annotation oauthregistrar.io/registration",
    ];
    space
        .refuses("OAuthApplication", "kept", "RestoredElsewhere", &words)
        .await;
    assert_eq!(space.platform.only_application().await, before);
    assert!(space.secret("kept").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_keeps_the_client_name_adopts_nothing() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let mut copy = backup(&space.get("OAuthApplication", "kept").await);
    copy["metadata"]["name"] = "thief".into();
    copy["spec"]["clientName"] = "kept".into();
    space.apply(copy).await;
    let words = ["\"kept\"", "it is not ours"];
    space.refuses("OAuthApplication", "thief", "NameConflict", &words).await;
    assert_eq!(space.platform.only_application().await, before);
    space.delete("OAuthApplication", "thief").await;
    space.gone("OAuthApplication", "thief").await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_claim_is_put_back() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let removed = json!({ "metadata": { "annotations": { CLAIM: null } } });
    space.patch("OAuthApplication", "kept", removed).await;
    let claimed = |object: &Value| object["metadata"]["annotations"][CLAIM].is_string();
    space
        .until("OAuthApplication", "kept", "is claimed again", claimed)
        .await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_finalizer_is_put_back() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let removed = json!({ "metadata": { "finalizers": null } });
    space.patch("OAuthApplication", "kept", removed).await;
    let finalized = |object: &Value| object["metadata"]["finalizers"] == json!([FINALIZER]);
    space
        .until("OAuthApplication", "kept", "has its finalizer", finalized)
        .await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_claim_and_finalizer_removed_at_once_the_client_is_still_found() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let removed = json!({ "metadata": { "annotations": null, "finalizers": null } });
    space.patch("OAuthApplication", "kept", removed).await;
    let whole = |object: &Value| {
        let metadata = &object["metadata"];
        metadata["annotations"][CLAIM].is_string() && metadata["finalizers"] == json!([FINALIZER])
    };
    space.until("OAuthApplication", "kept", "is claimed again", whole).await;
    the_same_client(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_status_is_filled_again_without_a_second_client() {
    let space = CLUSTER.space().await;
    let before = registered(&space).await;
    let wipe = json!({ "status": null }).to_string();
    let args = [
        "patch",
        "oapp",
        "kept",
        "-n",
        &space.name,
        "--subresource=status",
        "--type=merge",
        "-p",
        &wipe,
    ];
    let (success, said) = space.cluster.kubectl(&args).await;
    assert!(success, "{said}");
    // A status is the operator's own and not watched; the next change of the spec meets the empty one.
    let change = json!({ "spec": { "description": "changed" } });
    space.patch("OAuthApplication", "kept", change).await;
    the_same_client(&space, &before).await;
}
