//! Platforms of a namespace, the hosts they may be at, and platforms behind authorities of a company's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::fs;
use std::path::Path;

use kit::{TestSpace, documents, labelled_secret};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};
use simulator::{Options, Tls};

static CLUSTER: kit::Shared = kit::Shared::new("flow_platform");

/// A platform of the space's namespace, with the credential in its Secret `operator`.
async fn own_platform(space: &TestSpace<'_>, name: &str) -> Value {
    let token = space.platform.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret("operator", "credential", &json!({ "token": token })))
        .await;
    let mut platform = space.platform_object();
    platform["kind"] = "OAuthPlatform".into();
    platform["metadata"] = json!({ "name": name, "namespace": space.name });
    platform["spec"]["olt"]["credentials"] = json!({ "apiToken": { "secretRef": { "name": "operator" } } });
    platform["spec"].as_object_mut().unwrap().remove("grants");
    platform
}

fn application_at(space: &TestSpace<'_>, name: &str, platform: &str) -> Value {
    let mut application = space.application(name);
    application["spec"]["platformRef"] = json!({ "kind": "OAuthPlatform", "name": platform });
    application
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_with_a_platform_of_its_own_needs_no_grant() {
    let space = CLUSTER.space().await;
    space.apply(own_platform(&space, "own").await).await;
    space.ready("OAuthPlatform", "own").await;
    space.apply(application_at(&space, "sync", "own")).await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.apply(space.installation("sync-north", "sync", T2, "north")).await;
    space.ready("OAuthApplication", "sync").await;
    space.ready("TenantInstallation", "sync-north").await;
    let token = space.token("sync", Some(T2)).await;
    assert_eq!(space.platform.devices(&token).await, 200);

    // The platform goes last, whatever is deleted first.
    space.delete("OAuthPlatform", "own").await;
    space.says("OAuthPlatform", "own", "InUse", "True", "Reconciling").await;
    space.delete("TenantInstallation", "sync-north").await;
    space.delete("OAuthApplication", "sync").await;
    space.gone("OAuthApplication", "sync").await;
    space.gone("OAuthPlatform", "own").await;
    assert!(space.platform.applications().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_a_namespaces_own_platform_leads_to_a_token() {
    let space = CLUSTER.space().await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/namespace-platform/platform.yaml");
    let address = space.platform.api_url();
    let text = fs::read_to_string(file)
        .unwrap()
        .replace("http://127.0.0.1:8700", address.trim_end_matches("/v1"));
    for mut object in documents(&text) {
        object["metadata"]["namespace"] = space.name.clone().into();
        space.apply(object).await;
    }
    let token = space.platform.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret(
            "olt-credential",
            "credential",
            &json!({ "token": token }),
        ))
        .await;
    space.ready("OAuthApplication", "billing-reports").await;
    space.token("billing-reports", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_of_another_namespace_is_out_of_reach() {
    let (owner, other) = (CLUSTER.space().await, CLUSTER.space().await);
    owner.apply(own_platform(&owner, "own").await).await;
    owner.ready("OAuthPlatform", "own").await;
    other.apply(application_at(&other, "sync", "own")).await;
    let message = other
        .refuses(
            "OAuthApplication",
            "sync",
            "PlatformNotFound",
            &["OAuthPlatform own", "in this namespace"],
        )
        .await;
    assert!(!message.contains(&owner.name), "{message}");
    assert!(owner.platform.applications().await.is_empty());
    // As soon as there is one of that name here, it is this one that is meant.
    other.apply(own_platform(&other, "own").await).await;
    other.ready("OAuthApplication", "sync").await;
    assert_eq!(other.platform.applications().await.len(), 1);
    assert!(owner.platform.applications().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_nobody_allowed_is_never_spoken_to() {
    let space = CLUSTER.space().await;
    let mut platform = own_platform(&space, "own").await;
    let elsewhere = space.platform.api_url().replace("127.0.0.1", "127.0.0.2");
    platform["spec"]["olt"]["apiUrl"] = elsewhere.replace("http://", "https://").into();
    space.apply(platform).await;
    let words = ["spec.olt.apiUrl", "127.0.0.2", "--allow-host"];
    space.refuses("OAuthPlatform", "own", "InvalidSpec", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_credential_of_a_namespace_is_taken_at_once() {
    let space = CLUSTER.space().await;
    let platform = own_platform(&space, "own").await;
    let wrong = labelled_secret("operator", "credential", &json!({ "token": "no-token" }));
    space.apply(wrong).await;
    space.apply(platform).await;
    space
        .says("OAuthPlatform", "own", "Ready", "False", "InvalidSpec")
        .await;
    let token = space.platform.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret("operator", "credential", &json!({ "token": token })))
        .await;
    space.ready("OAuthPlatform", "own").await;
}

/// A platform that shows a certificate for 127.0.0.1, and the certificate of the authority that issued it.
async fn behind_an_authority(space: &TestSpace<'_>) -> (kit::Platform, String) {
    let mut authority = CertificateParams::new(vec![]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(authority, authority_key))
        .unwrap();
    let dir = space.cluster.dir().join(format!("tls-{}", space.name));
    fs::create_dir_all(&dir).unwrap();
    let (cert_file, key_file) = (dir.join("tls.crt"), dir.join("tls.key"));
    fs::write(&cert_file, certificate.pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    let options = Options {
        tls: Some(Tls {
            cert: cert_file,
            key: key_file,
            clients: None,
        }),
        control_listen: Some(([127, 0, 0, 1], 0).into()),
        ..Options::default()
    };
    (kit::Platform::start_with(options).await, pem)
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_of_a_company_are_trusted_where_they_are_named() {
    let space = CLUSTER.space().await;
    let (behind, pem) = behind_an_authority(&space).await;
    let token = behind.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret("operator", "credential", &json!({ "token": token })))
        .await;
    let mut platform = own_platform(&space, "own").await;
    platform["spec"]["olt"]["apiUrl"] = behind.api_url().into();
    platform["spec"]["olt"]["issuerUrl"] = behind.issuer_url().into();
    space
        .apply(labelled_secret("operator", "credential", &json!({ "token": token })))
        .await;
    space.apply(platform.clone()).await;
    let words = ["cannot be reached", "certificate"];
    space
        .refuses("OAuthPlatform", "own", "PlatformUnreachable", &words)
        .await;

    platform["spec"]["tls"] = json!({ "caBundleRef": { "name": "corporate-ca" } });
    space.apply(platform.clone()).await;
    let words = ["spec.tls.caBundleRef", "ConfigMap", "corporate-ca", "does not exist"];
    space.refuses("OAuthPlatform", "own", "CaBundleNotFound", &words).await;
    let map = |data: Value| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "corporate-ca" }, "data": data });
    space.apply(map(json!({ "ca.crt": "no certificate" }))).await;
    let words = ["spec.tls.caBundleRef", "no certificate in PEM"];
    space.refuses("OAuthPlatform", "own", "InvalidSpec", &words).await;
    space.apply(map(json!({ "ca.crt": pem }))).await;
    space.ready("OAuthPlatform", "own").await;
    space.apply(application_at(&space, "sync", "own")).await;
    space.ready("OAuthApplication", "sync").await;
    assert_eq!(behind.applications().await.len(), 1);
}
