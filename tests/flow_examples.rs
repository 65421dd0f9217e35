//! The examples beside the quickstart, applied by kubectl as they stand in `examples/`: only the addresses of platforms and
//! the demonstration's short time-out are replaced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kit::{Cluster, Installation, OPERATOR_NAMESPACE, Objects, Platform, labelled_secret};
use oauth_registrar::api::{crds, rights};
use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::Options;
use simulator::fixture::{T1, T2, T3, WRITER_T1, WRITER_T2, WRITER_T3};
use tokio::sync::OnceCell;

/// The namespaces that the examples name.
const NAMESPACES: [&str; 3] = ["billing", "billing-staging", "billing-production"];

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// With the time-outs of production, since most examples leave them alone.
async fn cluster() -> &'static Cluster {
    let start = async || {
        let namespace = |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let kinds = crds().into_iter().map(|crd| serde_json::to_value(&crd).unwrap());
        let flags = ["run", "--namespace", OPERATOR_NAMESPACE, "--instance", "flow_examples"];
        let rest = ["--allow-insecure-host", "127.0.0.1", "--recheck-interval", "2s"];
        let watched = NAMESPACES.iter().flat_map(|name| ["--watch-namespace", name]);
        let installation = Installation {
            objects: NAMESPACES
                .map(namespace)
                .into_iter()
                .chain(kinds)
                .chain(rights::manifests(OPERATOR_NAMESPACE, &NAMESPACES))
                .collect(),
            args: flags
                .into_iter()
                .chain(rest)
                .chain(watched)
                .map(str::to_owned)
                .collect(),
        };
        let cluster = Cluster::install("flow_examples", installation).await;
        cluster.operator.start();
        cluster
    };
    CLUSTER.get_or_init(start).await
}

/// A copy of an example in which these texts are replaced; each has to be there.
fn copy(example: &str, changes: &[(&str, &str)]) -> PathBuf {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("flow_examples")
        .join(example);
    let _ = fs::remove_dir_all(&to);
    let mut unused: BTreeSet<&str> = changes.iter().map(|(text, _)| *text).collect();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    copy_folder(&from, &to, changes, &mut unused);
    assert!(unused.is_empty(), "examples/{example} no longer says {unused:?}");
    to
}

fn copy_folder<'a>(from: &Path, to: &Path, changes: &[(&'a str, &str)], unused: &mut BTreeSet<&'a str>) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target, changes, unused);
            continue;
        }
        let mut text = fs::read_to_string(&path).unwrap();
        for (old, new) in changes {
            if text.contains(old) {
                unused.remove(old);
                text = text.replace(old, new);
            }
        }
        fs::write(target, text).unwrap();
    }
}

async fn kubectl(args: &[&str]) -> String {
    let (success, said) = cluster().await.kubectl(args).await;
    assert!(success, "kubectl {args:?}: {said}");
    said
}

async fn objects(namespace: &str) -> Objects {
    Objects::new(cluster().await.client().await, namespace)
}

/// What the platform's portal and a copy into a labelled Secret would do.
async fn credential(platform: &Platform, namespace: &str, secret: &str, user: &str, tenant: &str) {
    let token = platform.mint(user, tenant).await;
    let secret = labelled_secret(secret, "credential", &json!({ "token": token }));
    objects(namespace).await.apply(secret).await;
}

/// Scheme, host and port of a simulator.
fn address(platform: &Platform) -> String {
    platform.api_url().trim_end_matches("/v1").to_owned()
}

/// The keys of a Secret that a Deployment uses.
fn used_keys(deployment: &Value, secret: &str) -> BTreeSet<String> {
    let pod = &deployment["spec"]["template"]["spec"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let containers = list(&pod["containers"]);
    let variables = containers.iter().flat_map(|container| list(&container["env"]));
    let by_name = variables.map(|variable| variable["valueFrom"]["secretKeyRef"].clone());
    let by_name = by_name.filter(|reference| reference["name"] == secret);
    let volumes = list(&pod["volumes"]).into_iter().map(|volume| volume["secret"].clone());
    let mounted = volumes.filter(|volume| volume["secretName"] == secret);
    let items = mounted.flat_map(|volume| list(&volume["items"]));
    let keys = by_name.chain(items).map(|reference| reference["key"].clone());
    keys.map(|key| key.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_that_users_log_in_to_get_what_their_workloads_mount() {
    let billing = objects("billing").await;
    let platform = Platform::start_with(Options::default()).await;
    credential(&platform, OPERATOR_NAMESPACE, "olt-operator", WRITER_T1, T1).await;
    credential(&platform, "billing", "north-token", WRITER_T2, T2).await;
    let address = address(&platform);
    let changes = [("http://127.0.0.1:8700", &*address), ("timeout: 500ms", "timeout: 10s")];
    let quickstart = copy("quickstart", &changes).join("platform.yaml");
    let example = copy("user-application", &[]);
    kubectl(&["apply", "-f", quickstart.to_str().unwrap()]).await;
    kubectl(&["apply", "-f", example.to_str().unwrap()]).await;
    billing.ready("OAuthApplication", "portal").await;
    let spa = billing.ready("OAuthApplication", "meter-reader").await;
    for installation in ["portal-north", "meter-reader-north"] {
        billing.ready("TenantInstallation", installation).await;
    }

    let there = platform.applications().await;
    let named = |name: &str| there.iter().find(|one| one["name"] == name).unwrap();
    let server = named("Billing portal");
    let uris = [
        "https://portal.example.com/callback",
        "https://portal.example.com/silent-renew",
    ];
    assert_eq!(
        (&server["redirect_uris"], &server["public_client_id"]),
        (&json!(uris), &Value::Null)
    );
    let secret = billing.secret("portal-oauth").await;
    let (status, answer) = platform
        .token(&secret["OIDC_CLIENT_ID"], &secret["OIDC_CLIENT_SECRET"], Some(T2))
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let public = &named("meter-reader")["public_client_id"];
    assert!(public.is_string(), "{there:#?}");
    assert_eq!(spa["status"]["olt"]["publicClientId"], *public);
    let secret = billing.secret("meter-reader-oauth").await;
    let config: Value = serde_json::from_str(&secret["config.json"]).unwrap();
    assert_eq!(config, json!({ "issuer": platform.issuer_url(), "clientId": public }));

    for (deployment, secret, keys) in [("portal", "portal-oauth", 3), ("meter-reader", "meter-reader-oauth", 1)] {
        let used = used_keys(&billing.get("Deployment", deployment).await, secret);
        assert_eq!(used.len(), keys, "{used:?}");
        let there: BTreeSet<String> = billing.secret(secret).await.into_keys().collect();
        assert!(used.is_subset(&there), "{deployment} uses {used:?} of {there:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_application_in_two_stages_by_kustomize_and_a_second_apply_changes_nothing() {
    let (in_staging, in_production) = (objects("billing-staging").await, objects("billing-production").await);
    let (staging, production) = (
        Platform::start_with(Options::default()).await,
        Platform::start_with(Options::default()).await,
    );
    credential(&staging, OPERATOR_NAMESPACE, "olt-staging", WRITER_T1, T1).await;
    credential(&production, OPERATOR_NAMESPACE, "olt-production", WRITER_T1, T1).await;
    credential(&staging, "billing-staging", "test-token", WRITER_T2, T2).await;
    credential(&production, "billing-production", "north-token", WRITER_T2, T2).await;
    credential(&production, "billing-production", "south-token", WRITER_T3, T3).await;
    let (at_staging, at_production) = (address(&staging), address(&production));
    let example = copy(
        "gitops",
        &[
            ("https://api.staging.example.com", &at_staging),
            ("https://id.staging.example.com", &at_staging),
            ("https://api.example.com", &at_production),
            ("https://id.example.com", &at_production),
        ],
    );
    let folders = ["platforms", "billing/overlays/staging", "billing/overlays/production"]
        .map(|folder| example.join(folder).to_str().unwrap().to_owned());
    for folder in &folders {
        kubectl(&["apply", "-k", folder]).await;
    }

    let stages = [
        (
            &in_staging,
            &staging,
            "nightly export (staging)",
            vec![("billing-sync-test", T2)],
        ),
        (
            &in_production,
            &production,
            "nightly export",
            vec![("billing-sync-north", T2), ("billing-sync-south", T3)],
        ),
    ];
    for (stage, platform, description, tenants) in &stages {
        stage.ready("OAuthApplication", "billing-sync").await;
        for (installation, _) in tenants {
            stage.ready("TenantInstallation", installation).await;
        }
        let teaser = platform.only_application().await["teaser_description"].clone();
        let marked = format!("{description} [reg:");
        assert!(teaser.as_str().unwrap().starts_with(&marked), "{teaser}");
        let secret = stage.secret("billing-sync-oauth").await;
        for (_, tenant) in tenants {
            let (status, answer) = platform
                .token(&secret["CLIENT_ID"], &secret["CLIENT_SECRET"], Some(tenant))
                .await;
            assert_eq!(status, StatusCode::OK, "{description}, {tenant}: {answer}");
        }
    }

    for folder in &folders {
        let said = kubectl(&["apply", "-k", folder]).await;
        let changed: Vec<&str> = said.lines().filter(|line| !line.ends_with(" unchanged")).collect();
        assert!(changed.is_empty(), "{changed:?}");
    }
}
