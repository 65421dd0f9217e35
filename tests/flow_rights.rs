//! Where the operator's rights end: the rest goes on, and nothing is taken for absent that could not be read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{OPERATOR, OPERATOR_NAMESPACE, condition, until};
use oauth_registrar::api::rights;
use serde_json::json;

static CLUSTER: kit::Shared = kit::Shared::new("flow_rights");

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_cannot_be_read_holds_up_no_other_one() {
    let cluster = CLUSTER.without_operator().await;
    let (bound, unbound) = (cluster.space().await, cluster.space().await);
    unbound.delete("RoleBinding", rights::NAMESPACE_ROLE).await;
    unbound.apply(unbound.application("waits")).await;
    bound.apply(bound.application("goes-on")).await;
    cluster.operator.start();
    bound.ready("OAuthApplication", "goes-on").await;
    bound.token("goes-on", None).await;
    let waits = unbound.get("OAuthApplication", "waits").await;
    assert_eq!(waits["status"]["observedGeneration"], -1, "nobody has looked: {waits}");
    let log = cluster.operator.log();
    assert!(log.contains("forbidden") && log.contains(&unbound.name), "{log}");

    // Who uses the platform? Its Secrets cannot be read there, its applications can.
    unbound.delete("ClusterOAuthPlatform", &unbound.name).await;
    let used = unbound
        .until("ClusterOAuthPlatform", &unbound.name, "tells who uses it", |platform| {
            condition(platform, "InUse")["status"] == "True"
        })
        .await;
    let message = condition(&used, "InUse")["message"].to_string();
    assert!(message.contains(&format!("{}/waits", unbound.name)), "{message}");

    for manifest in rights::manifests(OPERATOR_NAMESPACE, &[&unbound.name]) {
        unbound.apply(manifest).await;
    }
    unbound.delete("OAuthApplication", "waits").await;
    unbound.gone("OAuthApplication", "waits").await;
    unbound.gone("ClusterOAuthPlatform", &unbound.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_tells_what_is_missing_and_what_is_too_much() {
    let cluster = CLUSTER.without_operator().await;
    let space = cluster.space().await;
    let check = async || {
        let args = [
            "check",
            "--leader-elect",
            "--namespace",
            OPERATOR_NAMESPACE,
            "--watch-namespace",
            &space.name,
        ];
        cluster.registrar_as_operator(&args).await
    };
    let (well, said) = check().await;
    assert!(well && said.contains("all that is needed, and nothing else"), "{said}");
    assert!(said.contains(OPERATOR), "{said}");

    space
        .apply(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": "mistake" },
            "rules": [{ "apiGroups": [""], "resources": ["secrets"], "verbs": ["delete", "get"] }],
        }))
        .await;
    space
        .apply(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": "mistake" },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "mistake" },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OPERATOR }],
        }))
        .await;
    let beyond = format!("beyond   delete secrets in namespace {}", space.name);
    let (well, said) = until("too much is told", check, |(_, said)| said.contains(&beyond)).await;
    assert!(well && said.contains("should be taken away"), "{said}");

    space.delete("RoleBinding", rights::NAMESPACE_ROLE).await;
    let missing = format!(
        "MISSING  create secrets in namespace {}: Publishes credentials",
        space.name
    );
    let (well, said) = until("what is missing is told", check, |(_, said)| said.contains(&missing)).await;
    assert!(!well && said.contains("missing: bind the roles"), "{said}");
}
