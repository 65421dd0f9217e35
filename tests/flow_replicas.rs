//! Two replicas: one works, the other one watches, and takes over when the first is killed, stands still or ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{
    Cluster, Installation, OPERATOR, OPERATOR_NAMESPACE, Objects, Operator, Pace, TestSpace, operator_args, until,
};
use oauth_registrar::api::rights;
use serde_json::Value;

const LEADS: &str = "this replica leads";

/// Two replicas, of which the first leads: it was alone when it began.
async fn replicas(name: &str) -> (Cluster, Operator) {
    let watched = ["t01"];
    let crds = oauth_registrar::api::crds().into_iter();
    let crds = crds.map(|crd| serde_json::to_value(crd).unwrap());
    let mut args = operator_args(name, Pace::Hasty, &watched);
    args.push("--leader-elect".to_owned());
    let objects = crds.chain(rights::manifests(OPERATOR_NAMESPACE, &watched)).collect();
    let cluster = Cluster::install(name, Installation { objects, args }).await;
    let second = cluster.operator.twin();
    cluster.operator.start();
    leads(&cluster.operator).await;
    second.start();
    until(
        "the second one stands",
        async || second.log(),
        |log| log.contains("stands for election"),
    )
    .await;
    (cluster, second)
}

async fn leads(operator: &Operator) {
    until("it leads", async || operator.log(), |log| log.contains(LEADS)).await;
}

async fn works(space: &TestSpace<'_>, name: &str) {
    space.apply(space.application(name)).await;
    space.ready("OAuthApplication", name).await;
    space.token(name, None).await;
}

/// Each has its client, and there is no other.
async fn one_client_each(space: &TestSpace<'_>, names: &[&str]) {
    let clients = space.platform.applications().await;
    let mut found: Vec<&str> = clients.iter().map(|client| client["name"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, names);
}

async fn holder(space: &TestSpace<'_>) -> Value {
    let own = Objects::new(space.client(), OPERATOR_NAMESPACE);
    own.get("Lease", rights::LEASE).await["spec"]["holderIdentity"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leader_is_killed_the_other_one_takes_over() {
    let (cluster, second) = replicas("flow_replicas_kill").await;
    let space = cluster.space().await;
    works(&space, "first").await;
    assert!(!second.log().contains(LEADS), "one leads");
    cluster.operator.kill_now();
    works(&space, "second").await;
    assert!(second.log().contains(LEADS));
    one_client_each(&space, &["first", "second"]).await;
    let refused: Vec<_> = cluster
        .audit(OPERATOR)
        .into_iter()
        .filter(|one| one.code == 403)
        .collect();
    assert_eq!(refused, [], "rights are missing");
    assert!(second.stop(), "it ends in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_ends_in_order_has_released_the_lease() {
    let (cluster, second) = replicas("flow_replicas_end").await;
    let space = cluster.space().await;
    works(&space, "first").await;
    let before = holder(&space).await;
    assert!(before.is_string(), "{before}");
    assert!(cluster.operator.stop(), "it ends in order");
    assert_ne!(holder(&space).await, before);
    leads(&second).await;
    works(&space, "second").await;
    one_client_each(&space, &["first", "second"]).await;
    assert!(second.stop(), "it ends in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_only_watches_ends_at_once() {
    let (cluster, second) = replicas("flow_replicas_watch").await;
    let space = cluster.space().await;
    works(&space, "first").await;
    let before = holder(&space).await;
    assert!(second.stop(), "it ends in order");
    assert!(
        second.log().contains("operator ended") && !second.log().contains("work under way"),
        "{}",
        second.log()
    );
    assert_eq!(holder(&space).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_stood_still_finds_another_one_and_ends() {
    let (cluster, second) = replicas("flow_replicas_freeze").await;
    let space = cluster.space().await;
    works(&space, "first").await;
    space.apply(space.application("second")).await;
    cluster.operator.pause();
    leads(&second).await;
    space.ready("OAuthApplication", "second").await;
    cluster.operator.resume();
    until("it ends", async || cluster.operator.runs(), |runs| !runs).await;
    let log = cluster.operator.log();
    assert!(
        log.contains("this replica leads no more: another replica has taken the lease"),
        "{log}"
    );
    works(&space, "third").await;
    one_client_each(&space, &["first", "second", "third"]).await;
    assert!(second.stop(), "it ends in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_somebody_deleted_is_made_again_by_the_next_start() {
    let (cluster, second) = replicas("flow_replicas_lease").await;
    let space = cluster.space().await;
    works(&space, "first").await;
    Objects::new(space.client(), OPERATOR_NAMESPACE)
        .delete("Lease", rights::LEASE)
        .await;
    for replica in [&cluster.operator, &second] {
        until("it ends", async || replica.runs(), |runs| !runs).await;
        assert!(
            replica.log().contains("the Lease oauth-registrar is gone"),
            "{}",
            replica.log()
        );
    }
    let third = cluster.operator.twin();
    third.start();
    works(&space, "second").await;
    one_client_each(&space, &["first", "second"]).await;
    assert!(third.stop(), "it ends in order");
}
