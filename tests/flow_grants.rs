//! Tenants, permissions, namespaces and places that no grant gives: refused, and used as soon as one does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Cluster, Installation, OPERATOR_NAMESPACE, Pace, TestSpace, condition, operator_args, until};
use oauth_registrar::api::rights;
use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_READ, T2, T3, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_grants");

const NOBODY: &str = "99999999-9999-4999-8999-999999999999";

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["olt"]["allowedTenants"] = json!([{ "tenantId": NOBODY }]);
    let words = ["spec.olt.allowedTenants", NOBODY, "tenantIds", space.name.as_str()];
    space.is_refused(object, "NotGranted", &words).await;
    grant(&space, json!({ "tenantIds": [NOBODY] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["olt"]["permissions"]["user"] = json!(["applications:read"]);
    let words = [
        "spec.olt.permissions",
        APPLICATIONS_READ,
        "a grant of ClusterOAuthPlatform",
    ];
    space.is_refused(object, "NotGranted", &words).await;
    grant(&space, json!({ "permissions": ["*"] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_without_grant_is_refused_until_it_has_one() {
    let space = CLUSTER
        .cluster()
        .await
        .space_with(json!({ "spec": { "grants": [] } }))
        .await;
    let words = [space.name.as_str(), "spec.grants", "Ask those who administer it"];
    space
        .is_refused(space.application("refused"), "NotGranted", &words)
        .await;
    grant(&space, json!({ "permissions": ["devices_base_data:read"] })).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_in_a_tenant_that_is_not_granted_is_refused_until_it_is() {
    let space = CLUSTER.space().await;
    let only = json!([{ "namespaces": { "names": [space.name] }, "tenantIds": [T3], "permissions": ["*"] }]);
    let change = json!({ "spec": { "grants": only } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("installed")).await;
    space.ready("OAuthApplication", "installed").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
        .apply(space.installation("refused", "installed", T2, "north"))
        .await;
    let words = ["spec.tenantId", T2, "tenantIds"];
    space
        .refuses("TenantInstallation", "refused", "NotGranted", &words)
        .await;
    assert_eq!(space.platform.only_application().await["allowed_tenants"], json!([]));
    grant(&space, json!({ "tenantIds": [T2] })).await;
    space.ready("TenantInstallation", "refused").await;
}

/// Adds a grant for the space's namespace.
async fn grant(space: &TestSpace<'_>, mut grant: Value) {
    grant["namespaces"] = json!({ "names": [space.name] });
    let platform = space.get("ClusterOAuthPlatform", &space.name).await;
    let mut grants = platform["spec"]["grants"].as_array().cloned().unwrap_or_default();
    grants.push(grant);
    let change = json!({ "spec": { "grants": grants } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_taken_away_breaks_nothing_and_permits_nothing_new() {
    let space = CLUSTER.space().await;
    space.apply(space.application("before")).await;
    space.ready("OAuthApplication", "before").await;
    let remote = space.platform.only_application().await;
    let none = json!({ "spec": { "grants": [] } });
    space.patch("ClusterOAuthPlatform", &space.name, none).await;
    space.apply(space.application("refused")).await;
    space
        .says("OAuthApplication", "refused", "Ready", "False", "NotGranted")
        .await;
    space
        .says("OAuthApplication", "before", "Ready", "False", "NotGranted")
        .await;
    assert_eq!(space.platform.only_application().await, remote);
    space.token("before", None).await;
    space.delete("OAuthApplication", "before").await;
    space.gone("OAuthApplication", "before").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}

/// Sets the labels of the space's namespace; `null` takes one away.
async fn label(space: &TestSpace<'_>, labels: Value) {
    let change = json!({ "metadata": { "labels": labels } });
    space.patch("Namespace", &space.name, change).await;
}

/// A space whose only grant is for namespaces that match this selector.
async fn granted_by<'a>(cluster: &'a Cluster, selector: &Value) -> TestSpace<'a> {
    let grant = json!({
        "namespaces": { "selector": selector }, "tenantIds": ["*"], "permissions": ["devices_base_data:read"],
    });
    cluster.space_with(json!({ "spec": { "grants": [grant] } })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_grants_as_long_as_the_namespace_has_it() {
    let team = json!({ "matchExpressions": [{ "key": "team", "operator": "In", "values": ["labelled"] }] });
    let space = granted_by(CLUSTER.cluster().await, &team).await;
    let words = [space.name.as_str(), "spec.grants"];
    space
        .is_refused(space.application("refused"), "NotGranted", &words)
        .await;
    label(&space, json!({ "team": "labelled" })).await;
    space.becomes_ready().await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
        .apply(space.installation("installed", "refused", T2, "north"))
        .await;
    space.ready("TenantInstallation", "installed").await;

    let remote = space.platform.only_application().await;
    label(&space, json!({ "team": null })).await;
    for (kind, name) in [("OAuthApplication", "refused"), ("TenantInstallation", "installed")] {
        space.says(kind, name, "Ready", "False", "NotGranted").await;
    }
    space.apply(space.application("late")).await;
    space
        .says("OAuthApplication", "late", "Ready", "False", "NotGranted")
        .await;
    assert_eq!(space.platform.only_application().await, remote);
    space.token("refused", Some(T2)).await;

    label(&space, json!({ "team": "labelled", "stage": "test" })).await;
    space.ready("OAuthApplication", "late").await;
    space.ready("TenantInstallation", "installed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_that_no_label_can_match_is_refused_with_its_field() {
    let bad = json!({ "matchLabels": { "-team": "billing" } });
    let space = granted_by(CLUSTER.cluster().await, &bad).await;
    let words = ["spec.grants[0].namespaces.selector.matchLabels", "\"-team\""];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "InvalidSpec", &words)
        .await;
    space
        .says("ClusterOAuthPlatform", &space.name, "Accepted", "False", "InvalidSpec")
        .await;
    space
        .is_refused(space.application("refused"), "PlatformNotReady", &words)
        .await;
    space.apply(space.platform_object()).await;
    space.becomes_ready().await;
}

/// What the operator may not do with namespaces in this cluster: everything that its chart lets it, but for `get`.
fn without_the_right_to_list(mut object: Value) -> Value {
    for rule in object
        .get_mut("rules")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if rule["resources"] == json!(["namespaces"]) {
            rule["verbs"] = json!(["get"]);
        }
    }
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_may_not_list_namespaces_serves_grants_by_name_and_says_what_it_lacks() {
    let namespaces = ["t01", "t02"];
    let crds = oauth_registrar::api::crds();
    let crds = crds.iter().map(|crd| serde_json::to_value(crd).unwrap());
    let rights = rights::manifests(OPERATOR_NAMESPACE, &namespaces);
    let lacking = rights.clone().into_iter().map(without_the_right_to_list);
    let installation = Installation {
        objects: crds.chain(lacking).collect(),
        args: operator_args("lacking", Pace::Hasty, &namespaces),
    };
    let cluster = Cluster::install("flow_grants_lacking", installation).await;
    cluster.operator.start();
    let named = cluster.space().await;
    named.apply(named.application("refused")).await;
    named.becomes_ready().await;

    let space = granted_by(&cluster, &json!({})).await;
    let words = [
        "spec.grants[0].namespaces.selector",
        "may not read: namespaces is forbidden",
        "get, list and watch on namespaces",
    ];
    space.apply(space.application("refused")).await;
    // Under the same reason it says before that its platform is being connected.
    let says_why = |object: &Value| {
        let accepted = condition(object, "Accepted");
        let message = accepted["message"].as_str().unwrap_or_default();
        accepted["reason"] == "Reconciling" && words.iter().all(|word| message.contains(word))
    };
    space
        .until("OAuthApplication", "refused", "says what it waits for", says_why)
        .await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    for right in rights {
        space.apply(right).await;
    }
    space.becomes_ready().await;
}

/// A space whose namespace may have so many applications.
async fn with_places(most: i64) -> TestSpace<'static> {
    let space = CLUSTER.space().await;
    let mut platform = space.platform_object();
    platform["spec"]["grants"][0]["maxApplications"] = most.into();
    space.apply(platform).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_at_once_one_gets_the_last_place_and_the_other_waits_for_it() {
    let space = with_places(1).await;
    let applied = ["one", "two"].map(|name| space.apply(space.application(name)));
    futures::future::join_all(applied).await;
    let registered = async || space.platform.applications().await.len();
    until("one is registered", registered, |count| *count == 1).await;
    let first = space.platform.only_application().await["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = if first == "one" { "two" } else { "one" };
    space.ready("OAuthApplication", &first).await;
    let words = [
        "maxApplications",
        "may have 1 applications at ClusterOAuthPlatform",
        first.as_str(),
        "Delete one",
    ];
    space.refuses("OAuthApplication", second, "NotGranted", &words).await;
    space.platform.only_application().await;
    assert!(space.secret(second).await.is_empty());

    space.delete("OAuthApplication", &first).await;
    space.ready("OAuthApplication", second).await;
    assert_eq!(space.platform.only_application().await["name"], second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lower_number_of_places_breaks_nothing_and_permits_nothing_new() {
    let space = with_places(2).await;
    for name in ["one", "two"] {
        space.apply(space.application(name)).await;
        space.ready("OAuthApplication", name).await;
    }
    let lower = json!({ "spec": { "grants": [{
        "namespaces": { "names": [space.name] }, "permissions": ["devices_base_data:read"], "maxApplications": 1,
    }] } });
    space.patch("ClusterOAuthPlatform", &space.name, lower).await;
    space.apply(space.application("three")).await;
    space
        .says("OAuthApplication", "three", "Ready", "False", "NotGranted")
        .await;
    space.delete("Secret", "two").await;
    space.says("OAuthApplication", "two", "Ready", "True", "Ready").await;
    space
        .until("Secret", "two", "is there again", |secret| !secret.is_null())
        .await;
    space.ready("OAuthApplication", "two").await;
    space.token("two", None).await;
    assert_eq!(space.platform.applications().await.len(), 2);
    // Nothing stands in the way of a deletion, and one is not enough to make room.
    space.delete("OAuthApplication", "one").await;
    space.gone("OAuthApplication", "one").await;
    space
        .says("OAuthApplication", "three", "Ready", "False", "NotGranted")
        .await;
    space.delete("OAuthApplication", "three").await;
    space.gone("OAuthApplication", "three").await;
    space.platform.only_application().await;
}
