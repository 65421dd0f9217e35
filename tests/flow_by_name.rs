//! An operator that may neither list nor watch Secrets: it reads each by its name, and all is as it was, only later.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Audited, Cluster, Installation, OPERATOR, OPERATOR_NAMESPACE, Pace, TestSpace, operator_args, until};
use oauth_registrar::api::rights::{self, Feature};
use serde_json::json;
use simulator::fixture::{T2, WRITER_T2};

/// Resyncs every two seconds.
async fn cluster() -> Cluster {
    let watched = ["t01"];
    let crds = oauth_registrar::api::crds()
        .into_iter()
        .map(|crd| serde_json::to_value(crd).unwrap());
    let rights = rights::manifests_for(&[Feature::Core], OPERATOR_NAMESPACE, &watched);
    let mut args = operator_args("flow-by-name", Pace::Watchful, &watched);
    args.push("--watch-secrets=false".to_owned());
    let objects = crds.chain(rights).collect();
    Cluster::install("flow_by_name", Installation { objects, args }).await
}

async fn secret_is_repaired(space: &TestSpace<'_>) {
    let former = space.secret("app").await["client_secret"].clone();
    space.delete("Secret", "app").await;
    let another = async || space.secret("app").await.get("client_secret").cloned();
    until("the Secret is there again", another, |value| {
        value.as_ref().is_some_and(|value| *value != former)
    })
    .await;
    space.ready("OAuthApplication", "app").await;
    space.token("app", None).await;
    space.platform.only_application().await;
}

/// Resyncs read each Secret by its name, and nothing is written.
async fn rests(space: &TestSpace<'_>) {
    let reads = || {
        let audit = space.cluster.audit(OPERATOR);
        audit
            .iter()
            .filter(|one| one.resource == "secrets" && one.verb == "get" && one.name == "app")
            .count()
    };
    let writes = || {
        let audit = space.cluster.audit(OPERATOR).into_iter();
        audit.filter(Audited::is_write).collect::<Vec<_>>()
    };
    let passed = |from: usize| async move { until("Secrets are read", async || reads(), |now| *now >= from + 2).await };
    // The tenant's Secret follows the application's, and its status the Secret, each at its resync.
    let quiet = async || {
        let before = writes().len();
        passed(reads()).await;
        writes().len() - before
    };
    until("what was begun has ended", quiet, |written| *written == 0).await;
    let before = writes().len();
    passed(reads() + 1).await;
    assert_eq!(writes()[before..], [], "nothing is written at rest");
}

fn about_secrets(audit: Vec<Audited>, verbs: &[&str]) -> Vec<Audited> {
    let is = |one: &Audited| one.resource == "secrets" && verbs.contains(&one.verb.as_str());
    audit.into_iter().filter(is).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_listing_secrets_all_is_created_repaired_and_followed() {
    let cluster = cluster().await;
    cluster.operator.start();
    let space = cluster.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    space.token("app", None).await;

    let mut tenant = space.installation("app-north", "app", T2, "north");
    tenant["spec"]["secret"] = json!({});
    space.apply(tenant).await;
    space
        .says(
            "TenantInstallation",
            "app-north",
            "Ready",
            "False",
            "CredentialsNotFound",
        )
        .await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.ready("TenantInstallation", "app-north").await;
    space.token("app-north", Some(T2)).await;

    secret_is_repaired(&space).await;
    space.ready("TenantInstallation", "app-north").await;
    rests(&space).await;

    cluster.operator.kill_now();
    space.delete("Secret", "app").await;
    cluster.operator.start();
    until(
        "the Secret is there",
        async || space.secret("app").await.len(),
        |keys| *keys > 0,
    )
    .await;
    space.ready("OAuthApplication", "app").await;

    assert_eq!(about_secrets(cluster.audit(OPERATOR), &["list", "watch"]), []);
    let refused: Vec<_> = cluster
        .audit(OPERATOR)
        .into_iter()
        .filter(|one| one.code == 403)
        .collect();
    assert_eq!(refused, [], "rights are missing");
}
