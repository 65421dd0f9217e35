//! The quickstart as it stands in `examples/`, and what becomes of a change of each field.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kit::{OPERATOR_NAMESPACE, TestSpace, documents, labelled_secret};
use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2, T3, WRITER_T1, WRITER_T2, WRITER_T3};

static CLUSTER: kit::Shared = kit::Shared::new("flow_quickstart");

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// The files of an example in the order in which kubectl takes them, for the space's namespace and simulator.
fn example(name: &str, space: &TestSpace<'_>) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let api_url = space.platform.api_url();
    let address = api_url.trim_end_matches("/v1");
    let mut objects = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)
            .unwrap()
            .replace("http://127.0.0.1:8700", address);
        for mut object in documents(&text) {
            if object["metadata"]["namespace"] == "billing" {
                object["metadata"]["namespace"] = json!(space.name);
            }
            if object["kind"] == "ClusterOAuthPlatform" {
                object["spec"]["grants"][0]["namespaces"]["names"] = json!([space.name]);
            }
            objects.push(object);
        }
    }
    objects
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_leads_to_a_token_that_calls_the_api_and_can_be_deleted_at_once() {
    let space = CLUSTER.space().await;
    for object in example("quickstart", &space) {
        space.apply(object).await;
    }
    let token = space.platform.mint(WRITER_T1, T1).await;
    let mut credential = labelled_secret("olt-operator", "credential", &json!({ "token": token }));
    credential["metadata"]["namespace"] = OPERATOR_NAMESPACE.into();
    space.apply(credential).await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.ready("ClusterOAuthPlatform", "olt").await;
    let application = space.ready("OAuthApplication", "billing-sync").await;
    space.ready("TenantInstallation", "billing-sync-north").await;

    let remote = space.platform.only_application().await;
    assert_eq!(remote["name"], "billing-sync");
    assert_eq!(remote["url"], "https://billing.example.com");
    assert_eq!(remote["client_id"], application["status"]["clientId"]);
    assert_eq!(rows(&remote), BTreeSet::from([(T2.to_owned(), "north".to_owned())]));
    let data = space.secret("billing-sync-oauth").await;
    let keys: Vec<&str> = data.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["CLIENT_ID", "CLIENT_SECRET", "TOKEN_URL", "application_id", "issuer"]
    );
    let (status, answer) = space
        .platform
        .token(&data["CLIENT_ID"], &data["CLIENT_SECRET"], Some(T2))
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(space.platform.devices(token).await, StatusCode::OK);
    space.stays_silent().await;

    let all = [
        "coplat/olt",
        "secret/north-token",
        "oapp/billing-sync",
        "tinst/billing-sync-north",
    ];
    let delete = ["delete", "--wait=false", "-n", &space.name];
    let (success, said) = space.cluster.kubectl(&[&delete[..], &all[..]].concat()).await;
    assert!(success, "{said}");
    space.in_operator_namespace().delete("Secret", "olt-operator").await;
    space.gone("TenantInstallation", "billing-sync-north").await;
    space.gone("OAuthApplication", "billing-sync").await;
    space.gone("ClusterOAuthPlatform", "olt").await;
    space.gone("Secret", "billing-sync-oauth").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    let commits = space.platform.state().await["commits"].clone();
    assert_eq!(
        (&commits["create"], &commits["uninstall"], &commits["delete"]),
        (&json!(1), &json!(1), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_many_tenants_leads_to_a_token_for_each() {
    let space = CLUSTER.space().await;
    space.tenant_credential("north-token", WRITER_T2, T2).await;
    space.tenant_credential("south-token", WRITER_T3, T3).await;
    for mut object in example("tenants", &space) {
        // The cluster has one platform of the example's name, and that is the quickstart's.
        if object["kind"] == "ClusterOAuthPlatform" {
            object["metadata"]["name"] = "olt-of-tenants".into();
            object["spec"]["olt"]["credentials"]["apiToken"]["secretRef"]["name"] = space.credential().into();
        } else if object["kind"] == "OAuthApplication" {
            object["spec"]["platformRef"]["name"] = "olt-of-tenants".into();
        }
        space.apply(object).await;
    }
    space.ready("OAuthApplication", "billing-sync").await;
    let data = async || space.secret("billing-sync-oauth").await;
    for (installation, tenant) in [("billing-sync-north", T2), ("billing-sync-south", T3)] {
        let object = space.ready("TenantInstallation", installation).await;
        let consented = &object["status"]["consent"]["permissions"]["client"];
        assert_eq!(consented.as_array().map(Vec::len), Some(2), "{consented}");
        let data = data().await;
        let (status, answer) = space
            .platform
            .token(&data["CLIENT_ID"], &data["CLIENT_SECRET"], Some(tenant))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_spec_is_one_patch_of_what_differs_and_one_call_for_each_row() {
    let space = CLUSTER.space().await;
    let mut object = space.application("changing");
    object["spec"]["description"] = "first words".into();
    object["spec"]["clientUri"] = "https://first.example.com".into();
    object["spec"]["olt"]["allowedTenants"] =
        json!([{ "tenantId": T2, "comment": "north" }, { "tenantId": T3, "comment": "goes" }]);
    space.apply(object).await;
    space.ready("OAuthApplication", "changing").await;
    let before = space.platform.only_application().await;
    let secret = space.secret("changing").await;
    let since = space.platform.all_requests().await.len();

    let spec = json!({
        "description": "second words",
        "clientUri": "https://second.example.com",
        "redirectUris": ["https://second.example.com/callback"],
        "olt": {
            "permissions": { "client": [], "user": ["devices_base_data:read"] },
            "allowedTenants": [{ "tenantId": T1, "comment": "comes" }, { "tenantId": T2, "comment": "far north" }],
        },
    });
    space
        .patch("OAuthApplication", "changing", json!({ "spec": spec }))
        .await;
    space.ready("OAuthApplication", "changing").await;

    let remote = space.platform.only_application().await;
    let teaser = remote["teaser_description"].as_str().unwrap();
    assert!(teaser.starts_with("second words [reg:"), "{teaser}");
    assert_eq!(remote["url"], "https://second.example.com");
    assert_eq!(remote["redirect_uris"], json!(["https://second.example.com/callback"]));
    assert_eq!(remote["permissions"]["client"], json!([]));
    assert!(
        remote["permissions"]["user"]
            .to_string()
            .contains(DEVICES_BASE_DATA_READ)
    );
    let expected = [(T1, "comes"), (T2, "far north")].map(|(tenant, comment)| (tenant.to_owned(), comment.to_owned()));
    assert_eq!(rows(&remote), BTreeSet::from(expected));
    assert_eq!(remote["id"], before["id"]);
    assert_eq!(space.secret("changing").await, secret);

    let calls = since_then(&space, since).await;
    let below = format!("{APPLICATIONS}/{}", before["id"].as_str().unwrap());
    let row = |tenant: &str| format!("{below}/allowed-tenants/{tenant}");
    let writes: BTreeSet<(&str, String)> = [
        ("PATCH", below.clone()),
        ("PUT", row(T1)),
        ("PUT", row(T2)),
        ("DELETE", row(T3)),
    ]
    .into();
    let written: Vec<(&str, String)> = calls.iter().filter(|call| call["method"] != "GET").map(line).collect();
    assert_eq!(
        (written.len(), written.into_iter().collect::<BTreeSet<_>>()),
        (writes.len(), writes)
    );
    assert_eq!(
        members(&calls),
        [["permissions", "redirectUris", "teaserDescription", "url"]]
    );
    let patched = calls.iter().position(|call| call["method"] == "PATCH").unwrap();
    let read_again = calls[patched..].iter().any(|call| line(call) == ("GET", below.clone()));
    assert!(read_again, "what was changed is read again: {calls:#?}");

    let since = space.platform.all_requests().await.len();
    let third = json!({ "spec": { "description": "third words" } });
    space.patch("OAuthApplication", "changing", third).await;
    space.ready("OAuthApplication", "changing").await;
    let calls = since_then(&space, since).await;
    assert_eq!(members(&calls), [["teaserDescription"]]);
    let other = calls.iter().any(|call| !["GET", "PATCH"].contains(&line(call).0));
    assert!(!other, "no row is sent again: {calls:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_name_renames_the_client_and_keeps_its_credentials() {
    let space = CLUSTER.space().await;
    space.apply(space.application("first-name")).await;
    space.ready("OAuthApplication", "first-name").await;
    let before = space.platform.only_application().await;
    let since = space.platform.all_requests().await.len();
    let change = json!({ "spec": { "clientName": "Second Name" } });
    space.patch("OAuthApplication", "first-name", change).await;
    space.ready("OAuthApplication", "first-name").await;
    let remote = space.platform.only_application().await;
    assert_eq!(remote["name"], "Second Name");
    for kept in ["id", "client_id", "secret_generation", "teaser_description"] {
        assert_eq!(remote[kept], before[kept], "{kept}");
    }
    assert_eq!(members(&since_then(&space, since).await), [["name"]]);
    space.token("first-name", None).await;
}

async fn since_then(space: &TestSpace<'_>, since: usize) -> Vec<Value> {
    space.platform.all_requests().await.split_off(since)
}

fn line(request: &Value) -> (&str, String) {
    let text = |name: &str| request[name].as_str().unwrap();
    (text("method"), text("path").to_owned())
}

/// The members of each PATCH.
fn members(requests: &[Value]) -> Vec<Vec<String>> {
    let patches = requests.iter().filter(|request| request["method"] == "PATCH");
    patches
        .map(|patch| {
            let body: Value = serde_json::from_str(patch["body"].as_str().unwrap()).unwrap();
            let names: BTreeSet<String> = body.as_object().unwrap().keys().cloned().collect();
            names.into_iter().collect()
        })
        .collect()
}

fn rows(application: &Value) -> BTreeSet<(String, String)> {
    let rows = application["allowed_tenants"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(&row["tenant_id"]), text(&row["comment"])))
        .collect()
}
