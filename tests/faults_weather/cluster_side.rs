//! Bad weather in the cluster: Secrets that may not be written, resources and namespaces that go in mid-storm.

use serde_json::{Value, json};

use super::{Case, case, fleet, posts};
use crate::kit::{labelled_secret, until};

/// No Secret may be created in the case's namespace, as far as the policy says.
async fn forbid_secrets(case: &Case<'_>) {
    let name = format!("no-secrets-{}", case.space.name);
    let only_here = json!({ "matchLabels": { "kubernetes.io/metadata.name": case.space.name } });
    case.space
        .apply(json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": { "name": name },
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": { "resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"],
                }] },
                "validations": [{ "expression": "false", "message": "no more secrets here" }],
            },
        }))
        .await;
    case.space
        .apply(json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": { "name": name },
            "spec": {
                "policyName": name, "validationActions": ["Deny"],
                "matchResources": { "namespaceSelector": only_here },
            },
        }))
        .await;
    let refused = async || {
        case.space
            .dry_run(labelled_secret("probe", "output", &json!({})))
            .await
            .is_err()
    };
    until("Secrets are refused", refused, |refused| *refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_refuses_the_secrets_costs_one_registration_each() {
    let mut case = case("Secrets refused by a policy").await;
    let ships = fleet(10);
    forbid_secrets(&case).await;
    case.launch(&ships).await;
    for ship in &ships {
        let message = case
            .space
            .says("OAuthApplication", ship, "Ready", "False", "SecretWriteFailed")
            .await;
        assert!(message.contains("no more secrets here"), "{message}");
    }
    let binding = format!("no-secrets-{}", case.space.name);
    case.space.delete("ValidatingAdmissionPolicyBinding", &binding).await;
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", ships.len() as u64).await;
    case.space.delete("ValidatingAdmissionPolicy", &binding).await;
    case.score.tell();
}

/// Registrations hang, and their resources are deleted meanwhile.
async fn deleted_while(name: &str, fault: Value) {
    let mut case = case(name).await;
    let ships = fleet(5);
    case.storm("hangs", posts(), 0, fault).await;
    case.launch(&ships).await;
    let called = async || case.space.platform.fired("hangs").await;
    until("a registration hangs", called, |count| *count > 0).await;
    // Before its finalizer is stored, a resource may go at once, and for some milliseconds even with it.
    for ship in &ships {
        let is_claimed = |object: &Value| object["metadata"]["finalizers"].is_array();
        let claimed = case.space.until("OAuthApplication", ship, "is claimed", is_claimed);
        claimed.await;
    }
    for ship in &ships {
        case.space.delete("OAuthApplication", ship).await;
    }
    for ship in &ships {
        case.space.gone("OAuthApplication", ship).await;
    }
    case.space.platform.heal().await;
    case.settle("afterwards", &[]).await;
    let (created, deleted) = (case.commits("create").await, case.commits("delete").await);
    case.score.found(
        "afterwards",
        (created != deleted).then(|| format!("{created} created, {deleted} deleted")),
    );
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_that_are_deleted_while_their_registration_hangs_leave_nothing() {
    let carried_out = json!({ "kind": "drop_response", "how": "hang" });
    deleted_while("deleted while the answer hangs", carried_out).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_that_are_deleted_before_their_registration_is_carried_out_late_leave_nothing() {
    let late = json!({ "kind": "late_commit", "after_ms": 4500 });
    deleted_while("deleted before a late commit", late).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_that_vanish_under_their_first_claim_leave_nothing() {
    let mut case = case("vanished under the first claim").await;
    let ships = fleet(3);
    let hangs = json!({ "kind": "drop_response", "how": "hang" });
    case.storm("hangs", posts(), 0, hangs).await;
    case.launch(&ships).await;
    let called = async || case.space.platform.fired("hangs").await;
    until("all registrations hang", called, |count| *count == 3).await;
    for ship in &ships {
        // As when the API server does not see a finalizer that is stored in the very milliseconds of a deletion.
        let torn_off = json!({ "metadata": { "finalizers": null } });
        case.space.patch("OAuthApplication", ship, torn_off).await;
        case.space.delete("OAuthApplication", ship).await;
    }
    for ship in &ships {
        case.space.gone("OAuthApplication", ship).await;
    }
    case.space.platform.heal().await;
    let mut looks = 0;
    let removed = async || {
        // The platform is looked at when it changes; else after a while.
        looks += 1;
        let look = json!({ "metadata": { "annotations": { "example.com/look": looks.to_string() } } });
        case.space.patch("ClusterOAuthPlatform", &case.space.name, look).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        case.commits("delete").await
    };
    until("what was registered is removed", removed, |count| *count == 3).await;
    case.settle("afterwards", &[]).await;
    case.exactly("afterwards", "create", 3).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_is_deleted_in_an_outage_goes_with_all_its_clients_when_it_is_over() {
    let mut case = case("namespace deleted in an outage").await;
    let ships = fleet(20);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    // The operator's rights in the namespace go with it: whoever deletes namespaces keeps the binding until last.
    let bindings = case.space.list("RoleBinding").await;
    let binding = bindings[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let keep = json!({ "metadata": { "finalizers": ["example.com/until-last"] } });
    case.space.patch("RoleBinding", &binding, keep).await;
    let before = case.calls().await;
    case.storm("outage", json!({}), 0, json!({ "kind": "error", "status": 503 }))
        .await;
    case.space.delete("Namespace", &case.space.name.clone()).await;
    let fired = async || case.space.platform.fired("outage").await;
    until("it is tried", fired, |count| *count >= 5).await;
    let calls = case.calls().await - before;
    case.bounded("in the outage", calls, 20);
    case.space.platform.heal().await;
    for ship in &ships {
        case.space.gone("OAuthApplication", ship).await;
    }
    let let_go = json!({ "metadata": { "finalizers": null } });
    case.space.patch("RoleBinding", &binding, let_go).await;
    let mut left = case.space.platform.applications().await;
    left.retain(|client| !case.neighbours.has(client));
    case.score.add(
        "afterwards",
        left.iter().map(|client| format!("I1: {} is left", client["name"])),
    );
    case.exactly("afterwards", "delete", ships.len() as u64).await;
    case.score.tell();
}
