//! People who write ids of others into what they may write, so that the operator does for them what they may not do
//! themselves: each attack is carried out, and fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::TestSpace;
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_deputies");

const CLAIM: &str = "oauthregistrar.io/registration";

/// Two applications of one namespace, both Ready, and the first one's client: the second is its attacker's.
async fn two(space: &TestSpace<'_>) -> Value {
    for name in ["victim", "attacker"] {
        space.apply(space.application(name)).await;
        space.ready("OAuthApplication", name).await;
    }
    client(space, "victim").await
}

/// The client of this name at the platform, or `Null`.
async fn client(space: &TestSpace<'_>, name: &str) -> Value {
    let all = space.platform.applications().await;
    all.into_iter()
        .find(|client| client["name"] == name)
        .unwrap_or_default()
}

/// The victim's client is as it was, and its credentials work.
async fn is_unharmed(space: &TestSpace<'_>, before: &Value) {
    assert_eq!(client(space, "victim").await, *before);
    space.token("victim", None).await;
}

/// What status tells of one application becomes what that of another tells.
async fn names_the_victims_client(space: &TestSpace<'_>) {
    let status = space.get("OAuthApplication", "victim").await["status"].clone();
    let forged = json!({ "applicationId": status["applicationId"], "clientId": status["clientId"] });
    space.patch_status("OAuthApplication", "attacker", forged).await;
}

async fn describe(space: &TestSpace<'_>, description: &str) {
    let change = json!({ "spec": { "description": description } });
    space.patch("OAuthApplication", "attacker", change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_names_anothers_client_neither_changes_nor_rotates_nor_removes_it() {
    let space = CLUSTER.space().await;
    let before = two(&space).await;
    names_the_victims_client(&space).await;
    describe(&space, "mine").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;

    names_the_victims_client(&space).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine again").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;

    names_the_victims_client(&space).await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    space.platform.only_application().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_names_a_client_without_any_marker_makes_it_nobodys() {
    let space = CLUSTER.space().await;
    let by_hand = json!([{ "op": "app.put", "tenant": T1, "set": { "name": "by hand" } }]);
    let before = space.platform.change(by_hand).await[0].clone();
    space.apply(space.application("attacker")).await;
    space.ready("OAuthApplication", "attacker").await;
    let forged = json!({ "applicationId": before["id"], "clientId": before["client_id"] });
    space.patch_status("OAuthApplication", "attacker", forged).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine").await;
    let words = ["does not carry the marker", "It is not touched"];
    space
        .refuses("OAuthApplication", "attacker", "OutcomeUnknown", &words)
        .await;
    assert_eq!(client(&space, "by hand").await, before);
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    assert_eq!(client(&space, "by hand").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_markers_a_client_that_two_resources_name_is_not_removed_with_one_of_them() {
    let unmarked = json!({ "spec": { "olt": { "marker": "None" } } });
    let space = CLUSTER.cluster().await.space_with(unmarked).await;
    let before = two(&space).await;
    names_the_victims_client(&space).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine").await;
    let words = ["the status of another OAuthApplication", "It is not touched"];
    space
        .refuses("OAuthApplication", "attacker", "OutcomeUnknown", &words)
        .await;
    is_unharmed(&space, &before).await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    space.comes_to_rest().await;
    is_unharmed(&space, &before).await;
    // The other one can still be changed and removed.
    let change = json!({ "spec": { "description": "still mine" } });
    space.patch("OAuthApplication", "victim", change).await;
    space.ready("OAuthApplication", "victim").await;
    space.delete("OAuthApplication", "victim").await;
    space.gone("OAuthApplication", "victim").await;
    assert_eq!(client(&space, "victim").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_of_a_forged_application_changes_nothing_at_anothers_client() {
    let space = CLUSTER.space().await;
    two(&space).await;
    for secret in ["north", "north-too"] {
        space.tenant_credential(secret, WRITER_T2, T2).await;
    }
    space.apply(space.installation("theirs", "victim", T2, "north")).await;
    space.ready("TenantInstallation", "theirs").await;
    let before = client(&space, "victim").await;
    names_the_victims_client(&space).await;
    space
        .apply(space.installation("forged", "attacker", T2, "north-too"))
        .await;
    let words = ["nothing proves at the platform", "neither allowed nor installed"];
    space
        .refuses("TenantInstallation", "forged", "ApplicationNotReady", &words)
        .await;
    assert_eq!(client(&space, "victim").await, before);
    // A finalizer that a user wrote makes the operator undo what it never did.
    let finalizer = json!({ "metadata": { "finalizers": ["oauthregistrar.io/deregister"] } });
    space.patch("TenantInstallation", "forged", finalizer).await;
    space.delete("TenantInstallation", "forged").await;
    space.gone("TenantInstallation", "forged").await;
    assert_eq!(client(&space, "victim").await, before);
    space.token("victim", Some(T2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_names_anothers_registration_opens_nothing() {
    let space = CLUSTER.space().await;
    space.apply(space.application("victim")).await;
    let victim = space.ready("OAuthApplication", "victim").await;
    let before = client(&space, "victim").await;
    // Held back until the claim is forged: it needs the UID of the resource that carries it.
    let mut attacker = space.application("attacker");
    attacker["spec"]["clientName"] = "victim".into();
    attacker["metadata"]["annotations"] = json!({ "oauthregistrar.io/paused": "true" });
    let attacker = space.apply(attacker).await;
    let claim = victim["metadata"]["annotations"][CLAIM].as_str().unwrap();
    let mut claim: Value = serde_json::from_str(claim).unwrap();
    claim["uid"] = attacker["metadata"]["uid"].clone();
    let forged = json!({ CLAIM: claim.to_string(), "oauthregistrar.io/paused": null });
    let finalizers = json!(["oauthregistrar.io/deregister"]);
    let change = json!({ "metadata": { "annotations": forged, "finalizers": finalizers } });
    space.patch("OAuthApplication", "attacker", change).await;
    let words = ["\"victim\"", "it is not ours"];
    space
        .refuses("OAuthApplication", "attacker", "NameConflict", &words)
        .await;
    is_unharmed(&space, &before).await;
    assert!(space.secret("attacker").await.is_empty());
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_somebody_wrote_is_no_way_past_the_number_of_applications() {
    let space = CLUSTER.space().await;
    let mut platform = space.platform_object();
    platform["spec"]["grants"][0]["maxApplications"] = 1.into();
    space.apply(platform).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("victim")).await;
    let first = space.ready("OAuthApplication", "victim").await;
    let mut more = space.application("attacker");
    more["metadata"]["annotations"] = json!({ "oauthregistrar.io/paused": "true" });
    let more = space.apply(more).await;
    let mut claim: Value = serde_json::from_str(first["metadata"]["annotations"][CLAIM].as_str().unwrap()).unwrap();
    claim["uid"] = more["metadata"]["uid"].clone();
    let forged = json!({ CLAIM: claim.to_string(), "oauthregistrar.io/paused": null });
    let finalizers = json!(["oauthregistrar.io/deregister"]);
    let change = json!({ "metadata": { "annotations": forged, "finalizers": finalizers } });
    space.patch("OAuthApplication", "attacker", change).await;
    let words = ["maxApplications", "victim"];
    space
        .refuses("OAuthApplication", "attacker", "NotGranted", &words)
        .await;
    space.platform.only_application().await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    space.platform.only_application().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_of_a_secret_that_name_anothers_client_are_not_believed() {
    let space = CLUSTER.space().await;
    let before = two(&space).await;
    let theirs = space.get("Secret", "victim").await["metadata"]["annotations"].clone();
    let forge = async || {
        let change = json!({ "metadata": { "annotations": theirs } });
        space.patch("Secret", "attacker", change).await;
    };
    forge().await;
    describe(&space, "mine").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    let own = space.get("Secret", "attacker").await["metadata"]["annotations"].clone();
    assert_ne!(
        own["oauthregistrar.io/application-id"],
        theirs["oauthregistrar.io/application-id"]
    );
    // The same with a claim that is gone, so that only the Secret tells a registration.
    forge().await;
    let change = json!({ "metadata": { "annotations": { CLAIM: null } } });
    space.patch("OAuthApplication", "attacker", change).await;
    describe(&space, "mine again").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    forge().await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
}
