//! What the operator's account cannot do to Secrets although RBAC lets it, and what people may do with our kinds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use kit::{OPERATOR, Objects, TestSpace, until};
use kube::Api;
use kube::api::PostParams;
use oauth_registrar::api::rights::confinement::POLICY;
use serde_json::{Value, json};

static CLUSTER: kit::Shared = kit::Shared::new("flow_confinement");

/// The objects of a space, with the rights of the operator.
async fn as_operator(space: &TestSpace<'_>) -> Objects {
    Objects::new(space.cluster.client_of_operator().await, &space.name)
}

/// A Secret as the operator makes it, changed by a JSON merge patch.
fn secret(name: &str, owner: &Value, change: &Value) -> Value {
    let mut secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": name,
            "labels": { "oauthregistrar.io/secret": "output" },
            "ownerReferences": [owner],
        },
    });
    json_patch::merge(&mut secret, change);
    secret
}

fn owner(of: &Value) -> Value {
    json!({
        "apiVersion": of["apiVersion"], "kind": of["kind"], "controller": true,
        "name": of["metadata"]["name"], "uid": of["metadata"]["uid"],
    })
}

fn label(value: &Value) -> Value {
    json!({ "metadata": { "labels": { "oauthregistrar.io/secret": value } } })
}

/// What the policy says against it.
fn refusal<T: std::fmt::Debug>(answer: Result<T, kube::Error>) -> String {
    let error = answer.unwrap_err();
    let kube::Error::Api(status) = &error else {
        panic!("no answer of the API server: {error}")
    };
    assert_eq!(status.code, 403, "{error}");
    assert!(status.message.contains(POLICY), "refused by something else: {error}");
    status.message.clone()
}

/// A Ready application, its Secret, and the operator's hand, which is already held back: a policy takes a moment.
async fn scene(space: &TestSpace<'_>) -> (Value, Objects) {
    let application = space.apply(space.application("sync")).await;
    space.ready("OAuthApplication", "sync").await;
    let (hand, owner) = (as_operator(space).await, owner(&application));
    let unlabelled = secret("other", &owner, &label(&Value::Null));
    let held = async || hand.dry_run(unlabelled.clone()).await.is_err();
    until("the policy is in force", held, |held| *held).await;
    (owner, hand)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_creates_no_secret_but_its_own_for_its_own_resources() {
    let space = CLUSTER.space().await;
    let (owner, hand) = scene(&space).await;
    for value in ["output", "state"] {
        hand.dry_run(secret("other", &owner, &label(&value.into())))
            .await
            .unwrap();
    }
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u", "controller": true });
    for (change, said) in [
        (label(&Value::Null), "it labels oauthregistrar.io/secret"),
        (label(&"credential".into()), "it labels oauthregistrar.io/secret"),
        (
            json!({ "type": "kubernetes.io/basic-auth", "stringData": { "username": "u" } }),
            "type Opaque",
        ),
        // A token of any account in the namespace.
        (
            json!({
                "type": "kubernetes.io/service-account-token",
                "metadata": { "annotations": { "kubernetes.io/service-account.name": "default" } },
            }),
            "type Opaque",
        ),
        (
            json!({ "metadata": { "ownerReferences": null } }),
            "belong to a resource of oauthregistrar.io",
        ),
        (
            json!({ "metadata": { "ownerReferences": [pod] } }),
            "belong to a resource of oauthregistrar.io",
        ),
    ] {
        let refused = refusal(hand.dry_run(secret("other", &owner, &change)).await);
        assert!(refused.contains(said), "{change}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_changes_no_secret_of_others() {
    let space = CLUSTER.space().await;
    let (owner, hand) = scene(&space).await;
    let touch = json!({ "metadata": { "annotations": { "touched": "yes" } } });
    let bare = json!({ "metadata": { "labels": null, "ownerReferences": null } });
    space.apply(secret("workload", &owner, &bare)).await;
    let refused = refusal(hand.try_patch("Secret", "workload", touch.clone()).await);
    assert!(refused.contains("it labels"), "{refused}");

    // Nor by calling it its own first.
    let mut taken = label(&"output".into());
    taken["metadata"]["ownerReferences"] = json!([owner]);
    let refused = refusal(hand.try_patch("Secret", "workload", taken).await);
    assert!(
        refused.contains("belong to a resource of oauthregistrar.io"),
        "{refused}"
    );

    // A user's consent to reading is none to writing, whoever owns it.
    space
        .apply(secret("credential", &owner, &label(&"credential".into())))
        .await;
    let refused = refusal(hand.try_patch("Secret", "credential", label(&"output".into())).await);
    assert!(refused.contains("for another purpose"), "{refused}");

    hand.try_patch("Secret", "sync", touch).await.unwrap();
    let mut second = owner.clone();
    second["uid"] = "00000000-0000-4000-8000-000000000000".into();
    second["controller"] = false.into();
    let given = json!({ "metadata": { "ownerReferences": [owner, second] } });
    let refused = refusal(hand.try_patch("Secret", "sync", given).await);
    assert!(refused.contains("another owner"), "{refused}");
    hand.try_patch("Secret", "sync", json!({ "metadata": { "ownerReferences": null } }))
        .await
        .expect("a Secret that is to stay loses its owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_to_stay_is_let_go_also_when_somebody_took_its_label_off() {
    let space = CLUSTER.space().await;
    let mut application = space.application("sync");
    application["spec"]["deletion"] = json!({ "policy": "Orphan" });
    space.apply(application).await;
    space.ready("OAuthApplication", "sync").await;
    let paused = |value: Value| json!({ "metadata": { "annotations": { "oauthregistrar.io/paused": value } } });
    space.patch("OAuthApplication", "sync", paused("true".into())).await;
    space
        .until("OAuthApplication", "sync", "is paused", |object| {
            kit::condition(object, "Paused")["status"] == "True"
        })
        .await;
    space
        .patch("Secret", "sync", json!({ "metadata": { "labels": null } }))
        .await;
    space.delete("OAuthApplication", "sync").await;
    space.patch("OAuthApplication", "sync", paused(Value::Null)).await;
    space.gone("OAuthApplication", "sync").await;
    let secret = space.get("Secret", "sync").await;
    assert_eq!(secret["metadata"]["ownerReferences"], Value::Null);
    assert_eq!(secret["metadata"]["labels"]["oauthregistrar.io/secret"], "output");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_rights_by_mistake_delete_no_secret_of_others() {
    let space = CLUSTER.space().await;
    let (owner, hand) = scene(&space).await;
    space
        .apply(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": "mistake" },
            "rules": [{ "apiGroups": [""], "resources": ["secrets"], "verbs": ["delete"] }],
        }))
        .await;
    space
        .apply(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": "mistake" },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "mistake" },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": OPERATOR }],
        }))
        .await;
    may(&space, OPERATOR, "delete", "secrets", true).await;
    space
        .apply(secret("credential", &owner, &label(&"credential".into())))
        .await;
    let refused = refusal(hand.try_delete("Secret", "credential").await);
    assert!(refused.contains("for another purpose"), "{refused}");
    let bare = json!({ "metadata": { "labels": null, "ownerReferences": null } });
    space.apply(secret("workload", &owner, &bare)).await;
    let refused = refusal(hand.try_delete("Secret", "workload").await);
    assert!(
        refused.contains("belong to a resource of oauthregistrar.io"),
        "{refused}"
    );
    hand.try_delete("Secret", "sync").await.unwrap();
}

/// Waits until somebody may do this in the space's namespace, or asserts that they may not.
async fn may(space: &TestSpace<'_>, user: &str, verb: &str, resource: &str, expected: bool) {
    let (plural, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let group = if plural == "secrets" { "" } else { "oauthregistrar.io" };
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            resource_attributes: Some(ResourceAttributes {
                group: Some(group.to_owned()),
                resource: Some(plural.to_owned()),
                subresource: Some(subresource.to_owned()),
                namespace: Some(space.name.clone()),
                verb: Some(verb.to_owned()),
                ..ResourceAttributes::default()
            }),
            user: Some(user.to_owned()),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews: Api<SubjectAccessReview> = Api::all(space.client());
    let allowed = async || {
        let answer = reviews.create(&PostParams::default(), &review).await.unwrap();
        answer.status.unwrap().allowed
    };
    let what = format!("{user} may {verb} {resource}: {expected}");
    until(&what, allowed, |allowed| *allowed == expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_view_or_edit_a_namespace_may_do_so_with_its_applications() {
    let space = CLUSTER.space().await;
    for role in ["view", "edit", "admin"] {
        let subject = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": format!("a-{role}") });
        space
            .apply(json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": role },
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
                "subjects": [subject],
            }))
            .await;
    }
    for resource in ["oauthapplications", "tenantinstallations", "oauthplatforms"] {
        for verb in ["get", "list", "watch"] {
            for user in ["a-view", "a-edit", "a-admin"] {
                may(&space, user, verb, resource, true).await;
            }
        }
        for verb in ["create", "update", "patch", "delete"] {
            for user in ["a-edit", "a-admin"] {
                may(&space, user, verb, resource, true).await;
                may(&space, user, verb, &format!("{resource}/status"), false).await;
            }
            may(&space, "a-view", verb, resource, false).await;
        }
    }
    may(&space, "a-view", "get", "secrets", false).await;
}
