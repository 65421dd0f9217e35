//! What a creation costs, counted over 50 applications, at the API server and at the platform; and that rest is free.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeMap;

use futures::future::join_all;
use kit::{Audited, until};
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

// On a busy machine a call that is given up would be a further attempt, which costs more.
static CLUSTER: kit::Shared = kit::Shared::patient("flow_budget");

const MANY: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn an_application_costs_three_writes_one_event_one_look_and_two_calls() {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    // What else wakes applications, such as the news of the connection, is over when they come.
    space.comes_to_rest().await;
    let names: Vec<String> = (0..MANY).map(|number| format!("many-{number:02}")).collect();
    join_all(names.iter().map(|name| {
        let mut object = space.application(name);
        object["spec"]["olt"]["allowedTenants"] = json!([{ "tenantId": T2, "comment": "travels along" }]);
        space.apply(object)
    }))
    .await;
    for name in &names {
        space.ready("OAuthApplication", name).await;
    }
    let told = async || space.count("create", "events");
    until("an Event for each", told, |events| *events >= MANY).await;
    space.stays_silent().await;

    let audit = space.audit();
    let of = |verb: &str, resource: &str| -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        let right = |request: &&Audited| request.verb == verb && request.resource == resource;
        for request in audit.iter().filter(right) {
            *counts.entry(request.name.as_str()).or_default() += 1;
        }
        counts
    };
    let once: BTreeMap<&str, usize> = names.iter().map(|name| (name.as_str(), 1)).collect();
    assert_eq!(of("patch", "oauthapplications"), once, "the claim, finalizer included");
    assert_eq!(of("patch", "oauthapplications/status"), once, "the status");
    assert_eq!(of("get", "secrets"), once, "the look at the Secret's name");
    let count = |verb, resource| of(verb, resource).values().sum::<usize>();
    assert_eq!(count("create", "secrets"), MANY, "the Secret");
    assert_eq!(count("create", "events"), MANY, "the Event");
    let writes: Vec<&Audited> = audit.iter().filter(|request| request.is_write()).collect();
    assert_eq!(
        writes.len(),
        4 * MANY,
        "no other write: {:#?}",
        count_by_resource(&writes)
    );
    let refused: Vec<_> = writes.iter().filter(|request| request.code >= 400).collect();
    assert!(refused.is_empty(), "{refused:#?}");

    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for request in &space.platform.all_requests().await {
        let line = format!("{} {}", request["method"], request["path"]).replace('"', "");
        *calls.entry(line).or_default() += 1;
    }
    let realm = "/v1/id/auth/realms/olt";
    let expected = [
        ("POST /v1/application-developer/applications".to_owned(), MANY),
        (format!("POST {realm}/protocol/openid-connect/token"), MANY),
        (format!("GET {realm}/.well-known/openid-configuration"), 1),
        ("GET /v1/permissions".to_owned(), 1),
    ];
    assert_eq!(calls, BTreeMap::from(expected), "all that the platform was asked");
    let remote = space.platform.applications().await;
    assert_eq!(remote.len(), MANY);
    assert!(remote.iter().all(|one| one["allowed_tenants"][0]["tenant_id"] == T2));
    for name in [&names[0], &names[MANY - 1]] {
        space.token(name, None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_with_a_secret_costs_three_writes_and_four_calls() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.stays_silent().await;
    let before = space.footprint().await.calls;
    let mut object = space.installation("app-north", "app", T2, "north");
    object["spec"]["secret"] = json!({});
    space.apply(object).await;
    space.ready("TenantInstallation", "app-north").await;
    space.stays_silent().await;
    let count = |verb, resource| space.count(verb, resource);
    assert_eq!(count("patch", "tenantinstallations"), 1, "the finalizer");
    assert_eq!(
        count("create", "secrets"),
        2,
        "the application's Secret and the tenant's"
    );
    assert_eq!(count("patch", "secrets"), 0, "written once");
    assert_eq!(count("patch", "tenantinstallations/status"), 1, "the status");
    // The platform looks again once, to tell how tenants install there: two reads.
    let probe = ["/v1/permissions", "/.well-known/openid-configuration"];
    let asked = space.platform.all_requests().await;
    let calls = asked.iter().skip(before).filter(|request| {
        let path = request["path"].as_str().unwrap();
        !probe
            .iter()
            .any(|end| path.ends_with(end) && !path.contains("/applications/"))
    });
    let calls: Vec<_> = calls.map(|request| &request["path"]).collect();
    assert_eq!(calls.len(), 4, "{calls:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_rest_nothing_is_called_and_nothing_is_written() {
    let space = CLUSTER.space().await;
    for name in ["resting-1", "resting-2"] {
        space.apply(space.application(name)).await;
    }
    space.tenant_credential("north", WRITER_T2, T2).await;
    space
        .apply(space.installation("resting-north", "resting-1", T2, "north"))
        .await;
    for name in ["resting-1", "resting-2"] {
        space.ready("OAuthApplication", name).await;
    }
    space.ready("TenantInstallation", "resting-north").await;
    space.stays_silent().await;
    let annotation = json!({ "metadata": { "annotations": { "example.com/note": "not ours" } } });
    space.patch("OAuthApplication", "resting-2", annotation).await;
    space.stays_silent().await;
    let read = space
        .platform
        .requests("GET", "/v1/application-developer/applications")
        .await;
    assert_eq!(read, Vec::<Value>::new(), "nothing was ever looked for");
}

fn count_by_resource(requests: &[&Audited]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        let line = format!("{} {} {}", request.verb, request.resource, request.code);
        *counts.entry(line).or_default() += 1;
    }
    counts
}
