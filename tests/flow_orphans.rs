//! Deletions whose platform does not come back in time: the resource goes, its client is on record, and is removed when the
//! platform is there again; and clients that nobody's resource explains.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Cluster, OPERATOR_NAMESPACE, Objects, TestSpace, condition, until};
use oauth_registrar::domain::marker::Marker;
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};

const APPLICATIONS: &str = "/v1/application-developer/applications";
const INSTANCE: &str = "flow_orphans";
static CLUSTER: kit::Shared = kit::Shared::watchful(INSTANCE);

/// A Ready application `app` whose deletion waits for so long, with the installation `north` in T2.
async fn installed(space: &TestSpace<'_>, after: &str) {
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    let mut object = space.application("app");
    object["spec"]["deletion"] = json!({ "orphanAfter": after });
    space.apply(object).await;
    space.apply(space.installation("north", "app", T2, "north-token")).await;
    space.ready("OAuthApplication", "app").await;
    space.ready("TenantInstallation", "north").await;
}

/// The platform answers nobody any more.
async fn cut(space: &TestSpace<'_>) {
    let cut = json!({ "id": "cut", "count": 0, "fault": { "kind": "reset_before_commit", "at": "headers" } });
    space.platform.fault(cut).await;
}

async fn shorten(space: &TestSpace<'_>) {
    let soon = json!({ "spec": { "deletion": { "orphanAfter": "1s" } } });
    space.patch("OAuthApplication", "app", soon).await;
}

/// The records of what was at this space's platform.
async fn records(space: &TestSpace<'_>) -> Vec<Value> {
    let all = space.in_operator_namespace().list("ConfigMap").await;
    let ours = |map: &Value| map["data"]["platformName"] == space.name.as_str();
    all.into_iter().filter(ours).collect()
}

async fn only_record(space: &TestSpace<'_>) -> Value {
    let all = records(space).await;
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

async fn nothing_is_on_record(space: &TestSpace<'_>) {
    until("no record is left", async || records(space).await, Vec::is_empty).await;
}

async fn nothing_is_at_the_platform(space: &TestSpace<'_>) {
    let left = async || space.platform.applications().await;
    until("the client is removed", left, Vec::is_empty).await;
}

/// Waits until the operator has looked at the platform more than once since.
async fn looks_again(space: &TestSpace<'_>) {
    let asked = async || space.platform.all_requests().await.len();
    let before = asked().await;
    until("the platform is looked at again", asked, |now| *now > before + 6).await;
}

/// Waits for an Event of the space's platform, which has no namespace.
async fn platform_tells(space: &TestSpace<'_>, event: &str) -> String {
    let default = Objects::new(space.client(), "default");
    let told = async || default.events(&space.name).await;
    let all = until(event, told, |all| all.iter().any(|one| one.starts_with(event))).await;
    all.into_iter().find(|one| one.starts_with(event)).unwrap()
}

async fn tells_until_when(space: &TestSpace<'_>) -> String {
    let tells = |object: &Value| {
        condition(object, "Ready")["message"]
            .to_string()
            .contains("the resource goes at")
    };
    let object = space.until("OAuthApplication", "app", "tells until when", tells).await;
    condition(&object, "Ready")["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_goes_without_its_platform_and_its_client_when_that_is_back() {
    let space = CLUSTER.space().await;
    installed(&space, "24h").await;
    let client = space.platform.only_application().await;
    cut(&space).await;
    space.delete("OAuthApplication", "app").await;
    space.delete("TenantInstallation", "north").await;
    let message = tells_until_when(&space).await;
    assert!(message.contains("on record"), "{message}");
    assert!(records(&space).await.is_empty());
    shorten(&space).await;
    space.gone("OAuthApplication", "app").await;
    space.gone("TenantInstallation", "north").await;

    let record = only_record(&space).await;
    let data = &record["data"];
    assert_eq!(record["metadata"]["labels"]["oauthregistrar.io/orphan"], "Waiting");
    assert_eq!(
        (&data["applicationId"], &data["clientId"]),
        (&client["id"], &client["client_id"])
    );
    assert_eq!((&data["owner"], &data["tenants"]), (&json!(T1), &json!(T2)));
    assert_eq!((&data["namespace"], &data["name"]), (&json!(space.name), &json!("app")));
    let text = record.to_string();
    assert!(
        space.platform.issued().iter().all(|secret| !text.contains(secret)),
        "{text}"
    );
    space.tells("app", "Orphaned").await;

    let (listed, table) = space
        .cluster
        .registrar(&["orphans", "--namespace", OPERATOR_NAMESPACE])
        .await;
    let row = table
        .lines()
        .find(|line| line.contains(&space.name))
        .unwrap_or_default();
    let cells = [
        client["id"].as_str().unwrap(),
        client["client_id"].as_str().unwrap(),
        "/app ",
        " Waiting ",
    ];
    assert!(listed && cells.iter().all(|cell| row.contains(cell)), "{table}");
    assert!(table.starts_with("PLATFORM "), "{table}");
    let json = ["orphans", "--namespace", OPERATOR_NAMESPACE, "--output", "json"];
    let (listed, text) = space.cluster.registrar(&json).await;
    let all: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let ours = all.iter().find(|one| one["platform"]["name"] == space.name.as_str());
    assert!(
        listed && ours.is_some_and(|one| one["applicationId"] == client["id"]),
        "{text}"
    );

    space.platform.heal().await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
    let told = platform_tells(&space, "OrphanRemoved: ").await;
    assert!(told.contains(&format!("{}/app", space.name)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_removed_and_made_anew_works_off_what_was_left_there() {
    let space = CLUSTER.space().await;
    installed(&space, "1s").await;
    space.authorize("no token at all").await;
    space
        .says("ClusterOAuthPlatform", &space.name, "Ready", "False", "InvalidSpec")
        .await;
    space.delete("ClusterOAuthPlatform", &space.name).await;
    space.delete("OAuthApplication", "app").await;
    space.delete("TenantInstallation", "north").await;
    space.gone("OAuthApplication", "app").await;
    space.gone("TenantInstallation", "north").await;
    space.gone("ClusterOAuthPlatform", &space.name).await;
    only_record(&space).await;
    space.platform.only_application().await;
    space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
    space.apply(space.platform_object()).await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owner_does_not_work_off_what_it_cannot_see() {
    let space = CLUSTER.space().await;
    installed(&space, "1s").await;
    let before = space.platform.only_application().await;
    space.authorize(&space.platform.mint(WRITER_T2, T2).await).await;
    space
        .says("OAuthApplication", "app", "Ready", "False", "PlatformIdentityChanged")
        .await;
    space.delete("OAuthApplication", "app").await;
    space.delete("TenantInstallation", "north").await;
    space.gone("OAuthApplication", "app").await;
    space.gone("TenantInstallation", "north").await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    looks_again(&space).await;
    assert_eq!(only_record(&space).await["data"]["owner"], T1);
    assert_eq!(space.platform.only_application().await, before);
    space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_goes_within_the_bound_while_its_platform_is_away() {
    let space = CLUSTER.space().await;
    installed(&space, "24h").await;
    let never = json!({ "spec": { "deletion": { "orphanAfter": null } } });
    space.patch("OAuthApplication", "app", never).await;
    space.ready("OAuthApplication", "app").await;
    cut(&space).await;
    space.delete("Namespace", &space.name).await;
    tells_until_when(&space).await;
    shorten(&space).await;
    space.gone("Namespace", &space.name).await;
    assert_eq!(only_record(&space).await["data"]["tenants"], T2);
    space.platform.heal().await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_with_everything_in_it_leaves_nothing_at_the_platform() {
    let space = CLUSTER.space().await;
    installed(&space, "2s").await;
    space.delete("Namespace", &space.name).await;
    space.gone("Namespace", &space.name).await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_carries_another_marker_by_then_is_told_and_not_touched() {
    let space = CLUSTER.space().await;
    installed(&space, "1s").await;
    let id = space.platform.only_application().await["id"].clone();
    cut(&space).await;
    space.delete("TenantInstallation", "north").await;
    space.delete("OAuthApplication", "app").await;
    space.gone("OAuthApplication", "app").await;
    let theirs = Marker::of("somebody else", "id", "ns", "app");
    let text = format!("[reg:{}]", theirs.as_str());
    let patch = json!([{ "op": "app.patch", "id": id, "set": { "teaserDescription": text } }]);
    space.platform.change(patch).await;
    let before = space.platform.only_application().await;
    space.platform.heal().await;
    let stand = async || only_record(&space).await["metadata"]["labels"]["oauthregistrar.io/orphan"].clone();
    until("the record says that it is not ours", stand, |state| state == "NotOurs").await;
    looks_again(&space).await;
    assert_eq!(space.platform.only_application().await, before);
    only_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_resource_carries_again_stays_and_its_record_goes() {
    let space = CLUSTER.space().await;
    let mut object = space.application("app");
    object["spec"]["deletion"] = json!({ "orphanAfter": "1s" });
    space.apply(object.clone()).await;
    let saved = space.ready("OAuthApplication", "app").await;
    let id = space.platform.only_application().await["id"].clone();
    cut(&space).await;
    space.delete("OAuthApplication", "app").await;
    space.gone("OAuthApplication", "app").await;
    only_record(&space).await;
    let claim = "oauthregistrar.io/registration";
    object["metadata"]["annotations"] = json!({ claim: saved["metadata"]["annotations"][claim] });
    space.apply(object).await;
    space.platform.heal().await;
    nothing_is_on_record(&space).await;
    space.ready("OAuthApplication", "app").await;
    assert_eq!(space.platform.only_application().await["id"], id);
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_this_installation_without_a_resource_is_told_and_a_foreign_one_is_not() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    let plant = |name: &str, instance: &str| {
        let marker = Marker::of(instance, "forgotten", &space.name, name);
        json!({ "op": "app.put", "tenant": T1, "set": { "name": name, "teaserDescription": format!("[reg:{}]", marker.as_str()) } })
    };
    space
        .platform
        .change(json!([plant("stray", INSTANCE), plant("foreign", "another")]))
        .await;
    // It is told after fifteen settle times, half a minute here; so many passes over the list take most of that.
    let list = async || space.platform.requests("GET", APPLICATIONS).await.len();
    let before = list().await;
    until("the list is passed over", list, |now| *now > before + 10).await;
    let told = platform_tells(&space, "StrayClient: ").await;
    assert!(told.contains("\"stray\""), "{told}");
    let (_, table) = space
        .cluster
        .registrar(&["orphans", "--namespace", OPERATOR_NAMESPACE])
        .await;
    let rows = table
        .lines()
        .filter(|line| line.contains(&format!("ClusterOAuthPlatform {} ", space.name)));
    let rows: Vec<&str> = rows.collect();
    assert!(rows.len() == 1 && rows[0].contains(" Stray "), "{table}");
    let there = space.platform.applications().await;
    assert_eq!(there.len(), 3, "nothing is removed: {there:#?}");
    let stray = there.iter().find(|one| one["name"] == "stray").unwrap();
    let removed = json!([{ "op": "app.delete", "id": stray["id"] }]);
    space.platform.change(removed).await;
    nothing_is_on_record(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_record_and_release_it_leaves_one_record_and_lets_go() {
    let cluster = Cluster::start("flow_orphans_crash").await;
    let space = cluster.space().await;
    installed(&space, "1s").await;
    cut(&space).await;
    space.delete("TenantInstallation", "north").await;
    // The release is refused: as if the process died on the way there each time.
    let role = space.get("ClusterRole", "oauth-registrar").await;
    let mut without = role["rules"].clone();
    for rule in without.as_array_mut().unwrap() {
        if rule["resources"]
            .as_array()
            .unwrap()
            .contains(&json!("oauthapplications"))
        {
            rule["verbs"] = json!(["get", "list", "watch"]);
        }
    }
    space
        .patch("ClusterRole", "oauth-registrar", json!({ "rules": without }))
        .await;
    space.delete("OAuthApplication", "app").await;
    let on_record = async || records(&space).await.len();
    until("the client is on record", on_record, |count| *count == 1).await;
    cluster.operator.kill_now();
    assert!(!space.get("OAuthApplication", "app").await.is_null());
    space
        .patch("ClusterRole", "oauth-registrar", json!({ "rules": role["rules"] }))
        .await;
    cluster.operator.start();
    space.gone("OAuthApplication", "app").await;
    only_record(&space).await;
    space.platform.heal().await;
    nothing_is_at_the_platform(&space).await;
    nothing_is_on_record(&space).await;
}
