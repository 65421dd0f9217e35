//! The chart: rendered by helm, applied to a real API server, and the operator run with what it makes and no more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

#[path = "flow_chart/helm.rs"]
mod helm;
mod kit;
#[path = "flow_chart/release.rs"]
mod release;
#[path = "flow_chart/values.rs"]
mod values;

use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use kube::Client;
use kube::api::{Api, PostParams};
use oauth_registrar::api::rights::{self, Feature, NAMESPACE_ROLE, RIGHTS, Right, Scope};
use serde_json::{Value, json};

use kit::{Cluster, Installation, OPERATOR, OPERATOR_NAMESPACE, TestSpace};

/// Watched, as the kit calls the first two namespaces of tests; the third is not.
const WATCHED: [&str; 2] = ["t01", "t02"];

/// For the kit's platform, which lives on loopback and answers quickly.
fn values() -> Value {
    json!({
        "namespaces": WATCHED,
        "instance": "flow-chart",
        "allowInsecureHosts": ["127.0.0.1"],
        "recheckInterval": "2s",
        "settle": "2s",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_works_with_what_the_chart_gives_it_and_reaches_no_other_namespace() {
    let objects = helm::render(&values());
    let args = helm::args(&objects);
    let pod = pod_of(helm::deployment(&objects));
    let cluster = Cluster::install("flow_chart", Installation { objects, args }).await;
    let (first, second, other) = (cluster.space().await, cluster.space().await, cluster.space().await);
    assert_eq!([&*first.name, &*second.name], WATCHED);
    the_restricted_standard_admits(&first, pod).await;
    the_rights_end_where_they_should(&first, &other.name).await;

    other.apply(other.application("unseen")).await;
    cluster.operator.start();
    for space in [&first, &second] {
        space.apply(space.application("billing-sync")).await;
        space.ready("OAuthApplication", "billing-sync").await;
        space.token("billing-sync", None).await;
    }
    let unseen = other.get("OAuthApplication", "unseen").await;
    assert_eq!(unseen["status"]["observedGeneration"], -1, "{unseen}");
    assert!(other.audit().is_empty(), "{:?}", other.audit());
    let refused: Vec<_> = cluster
        .audit(OPERATOR)
        .into_iter()
        .filter(|one| one.code == 403)
        .collect();
    assert!(refused.is_empty(), "rights are missing: {refused:?}");
    assert!(cluster.operator.stop(), "it ends in order");
}

/// The pod that the Deployment's controller would make.
fn pod_of(deployment: &Value) -> Value {
    let template = &deployment["spec"]["template"];
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "probe", "namespace": OPERATOR_NAMESPACE, "labels": template["metadata"]["labels"] },
        "spec": template["spec"],
    })
}

async fn the_restricted_standard_admits(space: &TestSpace<'_>, pod: Value) {
    let label = json!({ "metadata": { "labels": { "pod-security.kubernetes.io/enforce": "restricted" } } });
    space.patch("Namespace", OPERATOR_NAMESPACE, label).await;
    let admitted = space.dry_run(pod.clone()).await.unwrap();
    assert_eq!(admitted["spec"]["serviceAccountName"], rights::ACCOUNT);
    let grace = admitted["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap();
    let needed = oauth_registrar::runtime::shutdown::GRACE.as_secs();
    assert!(
        (needed + 1..=30).contains(&grace),
        "{grace} s for an end that takes {needed} s"
    );

    let mut lax = pod;
    lax["spec"]["containers"][0]["securityContext"] = json!({});
    let refused = space.dry_run(lax).await.unwrap_err().to_string();
    assert!(
        refused.contains("violates PodSecurity \"restricted:latest\""),
        "{refused}"
    );
}

/// Whether the operator may do one thing of a right in a namespace; the empty name is the whole cluster.
async fn may(client: Client, namespace: &str, right: &Right, resource: &str, verb: &str) -> bool {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let attributes = ResourceAttributes {
        group: Some(right.group.to_owned()),
        resource: Some(resource.to_owned()),
        subresource: Some(subresource.to_owned()),
        name: right.names.first().map(|name| (*name).to_owned()),
        namespace: Some(namespace.to_owned()),
        verb: Some(verb.to_owned()),
        ..ResourceAttributes::default()
    };
    let groups = ["system:serviceaccounts", "system:authenticated"].map(str::to_owned);
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            user: Some(OPERATOR.to_owned()),
            groups: Some(groups.to_vec()),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews: Api<SubjectAccessReview> = Api::all(client);
    let answer = reviews.create(&PostParams::default(), &review).await.unwrap();
    answer.status.unwrap().allowed
}

async fn the_rights_end_where_they_should(space: &TestSpace<'_>, other: &str) {
    for right in RIGHTS {
        let places: &[(&str, bool)] = match right.scope {
            Scope::Cluster => &[("", true)],
            Scope::WatchedNamespace => &[(WATCHED[0], true), (WATCHED[1], true), (other, false), ("", false)],
            Scope::OperatorNamespace => &[(OPERATOR_NAMESPACE, true), (other, false)],
            Scope::DefaultNamespace => &[("default", true), (other, false)],
        };
        for (resource, verb) in right
            .resources
            .iter()
            .flat_map(|it| right.verbs.iter().map(move |verb| (it, verb)))
        {
            for (namespace, expected) in places {
                let allowed = may(space.client(), namespace, right, resource, verb).await;
                assert_eq!(allowed, *expected, "{verb} {resource} in {namespace:?}");
            }
        }
    }
}

/// What matters of an object of RBAC, and of what confines it.
fn meaning(object: &Value) -> [String; 7] {
    [
        "kind",
        "/metadata/name",
        "/metadata/namespace",
        "/spec",
        "/rules",
        "/roleRef",
        "/subjects",
    ]
    .map(|path| {
        object
            .pointer(path)
            .or(object.get(path))
            .unwrap_or(&Value::Null)
            .to_string()
    })
}

#[test]
fn the_rights_are_those_of_the_table_and_no_others() {
    let of_rbac = |objects: Vec<Value>| -> std::collections::BTreeSet<[String; 7]> {
        let groups = ["v1", "rbac.authorization.k8s.io/v1", "admissionregistration.k8s.io/v1"];
        let about = |object: &&Value| groups.iter().any(|group| object["apiVersion"] == *group);
        objects.iter().filter(about).map(meaning).collect()
    };
    let all: [(bool, u8, &[Feature]); 3] = [
        (true, 2, Feature::ALL),
        (false, 2, &[Feature::Core, Feature::LeaderElection]),
        (true, 1, &[Feature::Core, Feature::WatchSecrets]),
    ];
    for (watch, replicas, features) in all {
        let mut values = values();
        helm::merge(&mut values, json!({ "watchSecrets": watch, "replicas": replicas }));
        let expected = rights::manifests_for(features, OPERATOR_NAMESPACE, &WATCHED);
        assert_eq!(
            of_rbac(helm::render(&values)),
            of_rbac(expected),
            "watchSecrets: {watch}, replicas: {replicas}"
        );
    }
}

#[test]
fn which_namespaces_are_watched_is_always_said() {
    let neither = helm::template(&json!({})).unwrap_err();
    assert!(
        neither.contains("namespaces is empty") && neither.contains("clusterWide"),
        "{neither}"
    );
    let both = helm::template(&json!({ "namespaces": ["billing"], "clusterWide": true })).unwrap_err();
    assert!(both.contains("namespaces and clusterWide contradict"), "{both}");
}

#[test]
fn the_whole_cluster_is_one_binding_by_choice() {
    let objects = helm::render(&json!({ "clusterWide": true }));
    let bound: Vec<&Value> = objects
        .iter()
        .filter(|object| object["roleRef"]["name"] == NAMESPACE_ROLE)
        .collect();
    assert_eq!(bound.len(), 1);
    assert_eq!(bound[0]["kind"], "ClusterRoleBinding");
    assert_eq!(bound[0]["subjects"][0]["namespace"], OPERATOR_NAMESPACE);
    let args = helm::args(&objects);
    assert!(!args.iter().any(|arg| arg.starts_with("--watch-namespace")), "{args:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_works_in_the_whole_cluster_when_asked_to() {
    let mut wide = values();
    helm::merge(&mut wide, json!({ "namespaces": [], "clusterWide": true }));
    let objects = helm::render(&wide);
    let args = helm::args(&objects);
    let cluster = Cluster::install("flow_chart_wide", Installation { objects, args }).await;
    cluster.operator.start();
    let space = cluster.space().await;
    space.apply(space.application("billing-sync")).await;
    space.ready("OAuthApplication", "billing-sync").await;
    space.token("billing-sync", None).await;
}
