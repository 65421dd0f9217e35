//! What somebody changes at the platform, past the resources: noticed by the resync, repaired and said; and nothing is
//! written when nothing moved.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeSet;
use std::time::Duration;

use kit::{TestSpace, until};
use serde_json::{Value, json};
use simulator::fixture::{T2, T3, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::watchful("flow_drift");

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// A Ready application `app` with an allowed tenant and the installation `north` in T2.
async fn installed() -> TestSpace<'static> {
    let space = CLUSTER.space().await;
    let mut object = space.application("app");
    object["spec"]["description"] = "nightly export".into();
    object["spec"]["olt"]["allowedTenants"] = json!([{ "tenantId": T3, "comment": "ours" }]);
    space.apply(object).await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.apply(space.installation("north", "app", T2, "north-token")).await;
    space.ready("OAuthApplication", "app").await;
    space.ready("TenantInstallation", "north").await;
    space
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_field_is_set_right_again_and_what_is_not_managed_is_left_alone() {
    let space = installed().await;
    let before = space.platform.only_application().await;
    let secret = space.secret("app").await;
    let id = &before["id"];
    let ops = json!([
        { "op": "app.patch", "id": id, "set": { "name": "renamed", "teaserDescription": "theirs", "status": "inactive" } },
        { "op": "allowed.put", "id": id, "tenant": simulator::fixture::T1, "comment": "added by others" },
    ]);
    space.platform.change(ops).await;
    let repaired = async || space.platform.only_application().await;
    let right = |now: &Value| {
        let same = |member: &str| now[member] == before[member];
        same("name") && same("teaser_description") && same("status")
    };
    let now = until("the client is as the spec wants it", repaired, right).await;
    space.tells("app", "DriftRepaired").await;
    let tenants: BTreeSet<&str> = now["allowed_tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["tenant_id"].as_str().unwrap())
        .collect();
    assert_eq!(
        tenants,
        [simulator::fixture::T1, T2, T3].into(),
        "a row of others stays"
    );
    assert_eq!(space.secret("app").await, secret);
    assert_eq!(now["client_id"], before["client_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanished_is_registered_again_and_its_tenants_with_it() {
    let space = installed().await;
    let before = space.platform.only_application().await;
    let gone = json!([{ "op": "app.delete", "id": before["id"] }]);
    space.platform.change(gone).await;
    space.tells("app", "RegisteredAgain").await;
    let another = |object: &Value| object["status"]["applicationId"] != before["id"];
    space
        .until("OAuthApplication", "app", "has another client", another)
        .await;
    space.ready("OAuthApplication", "app").await;
    let now = space.platform.only_application().await;
    let installed = |object: &Value| {
        object["status"]["applicationId"] == now["id"] && kit::condition(object, "Ready")["status"] == "True"
    };
    space
        .until("TenantInstallation", "north", "is installed anew", installed)
        .await;
    space.tells("north", "InstalledAgain").await;
    space.token("app", Some(T2)).await;
}

/// A secret so young is tried again for two minutes before it is replaced; the table of decisions covers what follows.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_rotated_at_the_platform_is_noticed() {
    let space = installed().await;
    let id = space.platform.only_application().await["id"].clone();
    let ops = json!([{ "op": "secret.rotate", "id": id }]);
    space.platform.change(ops).await;
    let message = space
        .says("OAuthApplication", "app", "CredentialsVerified", "False", "Reconciling")
        .await;
    assert!(message.contains("not accepted yet"), "{message}");
    space
        .says("OAuthApplication", "app", "Ready", "False", "Reconciling")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_was_removed_is_made_again() {
    let space = installed().await;
    let id = space.platform.only_application().await["id"].clone();
    let ops = json!([{ "op": "install.delete", "id": id, "tenant": T2 }]);
    space.platform.change(ops).await;
    space.tells("north", "InstalledAgain").await;
    space.ready("TenantInstallation", "north").await;
    space.token("app", Some(T2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nothing_moved_lists_are_read_and_nothing_else_is_done() {
    let space = installed().await;
    let passes = async || space.platform.requests("GET", APPLICATIONS).await.len();
    // The platform's own probe aside, which comes with each pass: its credential, discovery and permissions.
    let looks = async || {
        let all = space.platform.all_requests().await;
        let probe = ["/v1/permissions", "/.well-known/openid-configuration", APPLICATIONS];
        let path = |request: &Value| request["path"].as_str().unwrap_or_default().to_owned();
        let others = all
            .iter()
            .filter(|request| !probe.iter().any(|end| path(request).ends_with(end)));
        (others.count(), space.audit().len())
    };
    let after_a_pass = async || {
        let (before, seen) = (looks().await, passes().await);
        until("another pass", passes, |count| *count > seen).await;
        (before, looks().await)
    };
    // The first passes after a change look at it once more.
    until("a pass that led to nothing", after_a_pass, |(before, after)| {
        before == after
    })
    .await;
    let (before, writes, seen) = (looks().await, space.footprint().await.writes, passes().await);
    until("three more passes", passes, |count| *count >= seen + 3).await;
    assert_eq!(looks().await, before);
    assert_eq!(space.footprint().await.writes, writes);
}

/// Pages of the list come spoilt for some passes; nobody takes a client for gone.
async fn not_taken_for_gone(fault: Value) {
    let space = installed().await;
    let before = space.platform.only_application().await;
    let secret = space.secret("app").await;
    let fault =
        json!({ "id": "spoilt", "match": { "method": "GET", "path": APPLICATIONS }, "count": 0, "fault": fault });
    space.platform.fault(fault).await;
    let fired = async || space.platform.fired("spoilt").await;
    until("two passes met it", fired, |count| *count >= 2).await;
    space.platform.heal().await;
    let passes = async || space.platform.requests("GET", APPLICATIONS).await.len();
    let seen = passes().await;
    until("two passes after it", passes, |count| *count >= seen + 2).await;
    space.ready("OAuthApplication", "app").await;
    space.ready("TenantInstallation", "north").await;
    assert_eq!(space.platform.only_application().await, before);
    assert_eq!(space.secret("app").await, secret);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_that_lies_makes_no_client_gone() {
    not_taken_for_gone(json!({ "kind": "empty_page", "totals": "lying" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_lacks_a_client_makes_it_not_gone() {
    not_taken_for_gone(json!({ "kind": "short_page", "drop": 1, "totals": "honest" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_most_clients_vanish_at_once_a_person_is_asked() {
    let space = CLUSTER.space().await;
    let names: Vec<String> = (1..=6).map(|number| format!("app-{number}")).collect();
    for name in &names {
        space.apply(space.application(name)).await;
    }
    for name in &names {
        space.ready("OAuthApplication", name).await;
    }
    let all = space.platform.applications().await;
    let gone: Vec<Value> = all
        .iter()
        .map(|one| json!({ "op": "app.delete", "id": one["id"] }))
        .collect();
    space.platform.change(Value::Array(gone)).await;
    for name in &names {
        let message = space
            .says("OAuthApplication", name, "Ready", "False", "MassAbsence")
            .await;
        assert!(message.contains("6 of 6 clients"), "{message}");
    }
    let in_a_second = async || {
        let before = space.footprint().await.writes;
        tokio::time::sleep(Duration::from_secs(1)).await;
        (before, space.footprint().await.writes)
    };
    until("all is said", in_a_second, |(before, after)| before == after).await;
    let before = space.footprint().await.writes;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(space.footprint().await.writes, before, "it is said once");
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    let retry = json!({ "metadata": { "annotations": { "oauthregistrar.io/retry": "they are gone" } } });
    for name in &names {
        space.patch("OAuthApplication", name, retry.clone()).await;
    }
    for name in &names {
        let object = space.ready("OAuthApplication", name).await;
        assert_eq!(object["status"]["retried"], "they are gone");
        space.token(name, None).await;
    }
    assert_eq!(space.platform.applications().await.len(), names.len());
}
