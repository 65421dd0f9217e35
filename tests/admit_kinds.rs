//! What a real API server says about the kinds: every rule of `tests/cases`, defaults, columns, explanations, bounds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod cases;
mod kit;

use std::fs;
use std::path::{Path, PathBuf};

use kube::Error;
use serde_json::{Value, json};

use cases::{Case, Expected, Kind, all, smallest, with};
use kit::Objects;

static CLUSTER: kit::Shared = kit::Shared::new("admit_kinds");

const NAMESPACE: &str = "t01";

async fn objects() -> Objects {
    Objects::new(CLUSTER.without_operator().await.client().await, NAMESPACE)
}

/// What the API server answers to a case: nothing, or what it refuses and why.
async fn refusals(objects: &Objects, case: &Case, name: &str) -> Vec<(String, String)> {
    let mut object = case.object.clone();
    let answer = if let Some(before) = &case.before {
        let mut before = before.clone();
        before["metadata"]["name"] = name.into();
        let stored = objects.apply(before).await;
        object["metadata"] = stored["metadata"].clone();
        object["metadata"]["managedFields"] = Value::Null;
        objects.dry_replace(object).await
    } else {
        objects.dry_run(object).await
    };
    match answer {
        Ok(_) => vec![],
        Err(Error::Api(status)) => {
            assert_eq!(status.code, 422, "{}: {status:?}", case.sentence);
            let causes = status
                .details
                .as_ref()
                .map(|details| details.causes.clone())
                .unwrap_or_default();
            causes.into_iter().map(|cause| (cause.field, cause.message)).collect()
        }
        Err(error) => panic!("{}: {error}", case.sentence),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_answered_as_the_table_says() {
    let objects = objects().await;
    let mut wrong = Vec::new();
    for (number, case) in all().into_iter().enumerate() {
        let answered = refusals(&objects, &case, &format!("case-{number}")).await;
        let right = match case.expected {
            Expected::Accepted => answered.is_empty(),
            Expected::Refused { field, message } => {
                let field = if field.is_empty() { "<nil>" } else { field };
                // The server puts `Invalid value: …: ` in front.
                let told = answered
                    .first()
                    .map(|(at, text)| at == field && text.ends_with(&format!(": {message}")));
                answered.len() == 1 && told == Some(true)
            }
        };
        if !right {
            wrong.push(format!("{} ({:?}): {answered:?}", case.sentence, case.kind));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_is_measured_in_characters_and_not_in_bytes() {
    let objects = objects().await;
    let described = |text: String| with(Kind::Application, &json!({ "spec": { "description": text } }));
    objects.dry_run(described("é".repeat(140))).await.unwrap();
    objects.dry_run(described("é".repeat(141))).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn defaults_arrive() {
    let objects = objects().await;
    let platform = objects.dry_run(smallest(Kind::Platform)).await.unwrap();
    assert_eq!(
        platform["spec"]["limits"],
        json!({ "requestsPerSecond": 50, "burst": 100, "maxInFlight": 32, "timeout": "10s" })
    );
    assert_eq!(platform["spec"]["olt"]["marker"], "Description");
    assert_eq!(
        platform["spec"]["olt"]["credentials"]["apiToken"]["secretRef"]["key"],
        "token"
    );
    let application = objects
        .dry_run(with(
            Kind::Application,
            &json!({ "spec": { "secret": { "keys": { "clientId": "CLIENT_ID" } } } }),
        ))
        .await
        .unwrap();
    assert_eq!(application["spec"]["grantTypes"], json!(["client_credentials"]));
    assert_eq!(application["spec"]["tokenEndpointAuthMethod"], "client_secret_basic");
    assert_eq!(application["spec"]["deletion"]["policy"], "Delete");
    let keys = json!({
        "clientId": "CLIENT_ID", "clientSecret": "client_secret", "tokenEndpoint": "token_endpoint", "issuer": "issuer",
        "applicationId": "application_id", "publicClientId": "public_client_id",
    });
    assert_eq!(application["spec"]["secret"]["keys"], keys);
    let installation = objects.dry_run(smallest(Kind::Installation)).await.unwrap();
    assert_eq!(installation["spec"]["consent"], "Once");
    for object in [platform, application, installation] {
        assert_eq!(
            object["status"],
            json!({ "observedGeneration": -1 }),
            "{}",
            object["kind"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused() {
    let objects = objects().await;
    let uris = |count: usize| {
        let uris: Vec<String> = (0..count)
            .map(|number| format!("https://a.example.com/{number:01960}"))
            .collect();
        with(Kind::Application, &json!({ "spec": { "redirectUris": uris } }))
    };
    objects.dry_run(uris(64)).await.unwrap();
    refused(&objects, uris(65), "spec.redirectUris", "must have at most 64 items").await;
    let twice = json!({ "spec": { "redirectUris": ["https://a.example.com", "https://a.example.com"] } });
    refused(
        &objects,
        with(Kind::Application, &twice),
        "spec.redirectUris[1]",
        "Duplicate value",
    )
    .await;
    let tenants = |count: usize| {
        let rows: Vec<Value> = (0..count)
            .map(|number| json!({ "tenantId": format!("22222222-2222-4222-8222-{number:012}") }))
            .collect();
        with(
            Kind::Application,
            &json!({ "spec": { "olt": { "allowedTenants": rows } } }),
        )
    };
    objects.dry_run(tenants(200)).await.unwrap();
    refused(
        &objects,
        tenants(201),
        "spec.olt.allowedTenants",
        "must have at most 200 items",
    )
    .await;
    let grants = |count: usize| {
        let grants = vec![json!({ "namespaces": { "names": ["billing"] } }); count];
        with(Kind::Platform, &json!({ "spec": { "grants": grants } }))
    };
    objects.dry_run(grants(64)).await.unwrap();
    refused(&objects, grants(65), "spec.grants", "must have at most 64 items").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_known_words_are_accepted() {
    let objects = objects().await;
    let policy = json!({ "spec": { "deletion": { "policy": "Keep" } } });
    refused(
        &objects,
        with(Kind::Application, &policy),
        "spec.deletion.policy",
        "\"Delete\", \"Orphan\"",
    )
    .await;
    let consent = json!({ "spec": { "consent": "Never" } });
    refused(&objects, with(Kind::Installation, &consent), "spec.consent", "\"Once\"").await;
    let kind = json!({ "spec": { "platformRef": { "kind": "Platform" } } });
    refused(
        &objects,
        with(Kind::Application, &kind),
        "spec.platformRef.kind",
        "\"ClusterOAuthPlatform\", \"OAuthPlatform\"",
    )
    .await;
}

async fn refused(objects: &Objects, object: Value, field: &str, message: &str) {
    match objects.dry_run(object).await {
        Err(Error::Api(status)) => {
            let causes = status
                .details
                .as_ref()
                .map(|details| details.causes.clone())
                .unwrap_or_default();
            let found = causes
                .iter()
                .any(|cause| cause.field == field && cause.message.contains(message));
            assert!(found, "{field}: {message}: {causes:#?}");
        }
        other => panic!("{field} was not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_get_shows_the_columns() {
    let cluster = CLUSTER.without_operator().await;
    let objects = Objects::new(cluster.client().await, "t02");
    for kind in [
        Kind::Platform,
        Kind::NamespacePlatform,
        Kind::Application,
        Kind::Installation,
    ] {
        objects
            .apply(with(kind, &json!({ "metadata": { "name": "columns" } })))
            .await;
    }
    let ready = json!({
        "type": "Ready", "status": "False", "reason": "NotGranted", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
    });
    let status = json!({ "status": { "clientId": "the-client", "conditions": [ready] } });
    let patched = cluster
        .kubectl(&[
            "patch",
            "oapp",
            "columns",
            "-n",
            "t02",
            "--subresource=status",
            "--type=merge",
            "-p",
            &status.to_string(),
        ])
        .await;
    assert!(patched.0, "{}", patched.1);
    let rows = async |args: &[&str]| {
        let (success, text) = cluster.kubectl(args).await;
        assert!(success, "{text}");
        text.lines()
            .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let applications = rows(&["get", "oapp", "-n", "t02", "columns"]).await;
    assert_eq!(applications[0].join(" "), "NAME READY REASON PLATFORM CLIENT ID AGE");
    assert_eq!(
        applications[1][..5],
        ["columns", "False", "NotGranted", "olt", "the-client"]
    );
    let installations = rows(&["get", "tinst", "-n", "t02", "columns"]).await;
    assert_eq!(installations[0].join(" "), "NAME READY REASON APPLICATION TENANT AGE");
    let platforms = rows(&["get", "coplat", "columns", "-o", "wide"]).await;
    assert_eq!(platforms[0].join(" "), "NAME READY REASON ISSUER OWNER CONTRACT AGE");
    let platforms = rows(&["get", "oplat", "-n", "t02", "columns"]).await;
    assert_eq!(platforms[0].join(" "), "NAME READY REASON AGE");
    let mut together = rows(&["get", "oauthregistrar", "-n", "t02", "-o", "name"])
        .await
        .concat();
    // Other tests have platforms, too.
    together.retain(|name| name.ends_with("/columns"));
    let expected = [
        "clusteroauthplatform.oauthregistrar.io/columns",
        "oauthapplication.oauthregistrar.io/columns",
        "oauthplatform.oauthregistrar.io/columns",
        "tenantinstallation.oauthregistrar.io/columns",
    ];
    assert_eq!(together, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_explains_every_kind() {
    let cluster = CLUSTER.without_operator().await;
    for (field, words) in [
        ("coplat", "Connection to one platform"),
        ("coplat.spec.olt.marker", "ownership marker"),
        ("oapp", "One OAuth2 client at a platform"),
        ("oapp.spec.secret.keys.clientId", "Default: `client_id`"),
        ("tinst", "allowed and installed in one tenant"),
        ("tinst.spec.tenantId", "Cannot be changed"),
    ] {
        // The API server publishes the schema of a new kind some time after the kind is established.
        let explained = async || {
            let (success, text) = cluster.kubectl(&["explain", field]).await;
            (success, text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let what = format!("kubectl explains {field} with {words:?}");
        kit::until(&what, explained, |(success, text)| *success && text.contains(words)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_accepted() {
    // What names no namespace is kustomized into one (tests/flow_examples.rs); here any will do that no other test uses.
    let objects = Objects::new(CLUSTER.without_operator().await.client().await, "examples");
    let mut files = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &mut files);
    assert!(!files.is_empty(), "examples/ holds no YAML");
    for file in files {
        for object in kit::documents(&fs::read_to_string(&file).unwrap()) {
            let kind = object["kind"].as_str().unwrap_or_default().to_owned();
            // Read by kubectl, never sent.
            if kind == "Kustomization" {
                continue;
            }
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("examples");
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
            objects.apply(namespace).await;
            let answer = objects.try_apply(object).await;
            answer.unwrap_or_else(|error| panic!("{}: {kind}: {error}", file.display()));
        }
    }
}

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
}
