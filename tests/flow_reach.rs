//! What a resource cannot reach, whatever it names: Secrets of others, namespaces without rights, hosts, more than its values.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::io::ErrorKind;
use std::net::TcpListener;

use kit::{OPERATOR, Objects, TestSpace, labelled_secret, until};
use serde_json::{Value, json};
use simulator::fixture::{T1, WRITER_T1};

static CLUSTER: kit::Shared = kit::Shared::new("flow_reach");

/// A platform of the space's namespace whose credential lies in this Secret.
fn own_platform(space: &TestSpace<'_>, name: &str) -> Value {
    let mut platform = space.platform_object();
    platform["kind"] = "OAuthPlatform".into();
    platform["metadata"] = json!({ "name": name, "namespace": space.name });
    platform["spec"]["olt"]["credentials"] = json!({ "apiToken": { "secretRef": { "name": name } } });
    platform["spec"].as_object_mut().unwrap().remove("grants");
    platform
}

/// Takes the operator's rights in the namespace, and waits until the API server has noticed.
async fn disarm(space: &TestSpace<'_>) -> Value {
    let binding = space.get("RoleBinding", "oauth-registrar-namespace").await;
    assert_ne!(binding, Value::Null);
    space.delete("RoleBinding", "oauth-registrar-namespace").await;
    let who = format!("--as={OPERATOR}");
    let asked = ["auth", "can-i", "get", "secrets", "-n", &space.name, &who];
    let may = async || space.cluster.kubectl(&asked).await.1;
    until("the operator lost its rights", may, |said| said.contains("no")).await;
    binding
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_missing_cannot_be_told_from_one_that_is_not_ours_to_read() {
    let (space, other) = (CLUSTER.space().await, CLUSTER.space().await);
    let token = space.platform.mint(WRITER_T1, T1).await;
    let credential = |name: &str, label: &str| labelled_secret(name, label, &json!({ "token": token }));
    space.apply(credential("another-label", "output")).await;
    let mut plain = credential("without-label", "credential");
    plain["metadata"]["labels"] = json!({});
    space.apply(plain).await;
    other.apply(credential("elsewhere", "credential")).await;
    space.apply(credential("forbidden", "credential")).await;
    let mut told = Vec::new();
    for name in ["missing", "another-label", "without-label", "elsewhere"] {
        told.push(masked(&space, name).await);
    }
    let binding = disarm(&space).await;
    told.push(masked(&space, "forbidden").await);
    assert!(told.iter().all(|message| *message == told[0]), "{told:#?}");
    assert!(
        space
            .platform
            .all_requests()
            .await
            .iter()
            .all(|call| call["path"] != "/v1/applications")
    );
    let rights = json!({
        "apiVersion": binding["apiVersion"], "kind": "RoleBinding", "roleRef": binding["roleRef"],
        "metadata": { "name": binding["metadata"]["name"] }, "subjects": binding["subjects"],
    });
    space.apply(rights).await;
    space.ready("OAuthPlatform", "forbidden").await;
}

/// What is said of a platform whose credential has this name, with the name masked.
async fn masked(space: &TestSpace<'_>, name: &str) -> String {
    space.apply(own_platform(space, name)).await;
    let message = space
        .says("OAuthPlatform", name, "Ready", "False", "CredentialsNotFound")
        .await;
    assert!(message.contains(name), "{message}");
    message.replace(name, "*")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_controller_or_of_a_service_account_is_not_overwritten() {
    let space = CLUSTER.space().await;
    // The garbage collector takes what belongs to an owner that does not exist.
    let template = json!({
        "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [{ "name": "web", "image": "web" }] },
    });
    let web = space
        .apply(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
            "spec": { "replicas": 0, "selector": { "matchLabels": { "app": "web" } }, "template": template },
        }))
        .await;
    let owner = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": web["metadata"]["uid"], "controller": true,
    });
    let mut theirs = labelled_secret("owned", "output", &json!({ "client_secret": "kept" }));
    theirs["metadata"]["ownerReferences"] = json!([owner]);
    let theirs = space.apply(theirs).await;
    space
        .apply(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "robot" } }))
        .await;
    let account = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": { "name": "robot-token", "annotations": { "kubernetes.io/service-account.name": "robot" } },
    });
    space.apply(account).await;
    for (application, secret) in [("at-owned", "owned"), ("at-account", "robot-token")] {
        let mut object = space.application(application);
        object["spec"]["secret"] = json!({ "name": secret });
        space.apply(object).await;
        let message = space
            .says("OAuthApplication", application, "Ready", "False", "SecretNotOwned")
            .await;
        assert!(
            message.contains(secret) && message.contains("It is not touched"),
            "{message}"
        );
        space.delete("OAuthApplication", application).await;
        space.gone("OAuthApplication", application).await;
    }
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    assert_eq!(space.count("create", "secrets") + space.count("patch", "secrets"), 0);
    assert_eq!(space.get("Secret", "owned").await, theirs);
    let account = space.get("Secret", "robot-token").await;
    assert_eq!(account["metadata"]["labels"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_namespace_where_nothing_is_bound_nothing_is_read_and_nothing_written() {
    let space = CLUSTER.space().await;
    let mut platform = space.platform_object();
    platform["spec"]["grants"][0]["namespaces"]["names"] = json!([space.name, "kube-system"]);
    space.apply(platform).await;
    let system = Objects::new(space.client(), "kube-system");
    let token = space.platform.mint(WRITER_T1, T1).await;
    let mut objects = vec![
        labelled_secret("deputy", "credential", &json!({ "token": token })),
        own_platform(&space, "deputy"),
        space.application("deputy"),
    ];
    for object in &mut objects {
        object["metadata"]["namespace"] = "kube-system".into();
        system.apply(object.clone()).await;
    }
    space.apply(space.application("refused")).await;
    space.becomes_ready().await;
    space.comes_to_rest().await;
    let audit = space.cluster.audit(OPERATOR);
    let there: Vec<_> = audit.iter().filter(|asked| asked.namespace == "kube-system").collect();
    // Its UID stands for the cluster, unless --instance is given; that is all.
    assert!(there.iter().all(|asked| asked.resource == "namespaces"), "{there:#?}");
    for kind in ["OAuthPlatform", "OAuthApplication"] {
        let object = system.get(kind, "deputy").await;
        assert_eq!(object["metadata"]["finalizers"], Value::Null, "{object:#}");
        system.delete(kind, "deputy").await;
    }
    system.delete("Secret", "deputy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_at_a_host_that_nobody_allowed_gets_no_connection() {
    let space = CLUSTER.space().await;
    let token = space.platform.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret("own", "credential", &json!({ "token": token })))
        .await;
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let there = listener.local_addr().unwrap();
    for field in ["apiUrl", "issuerUrl"] {
        for scheme in ["http", "https"] {
            let mut platform = own_platform(&space, "own");
            platform["spec"]["olt"][field] = format!("{scheme}://{there}/v1").into();
            space.apply(platform).await;
            let what = format!("{field} is refused");
            let refused = |object: &Value| {
                let ready = kit::condition(object, "Ready");
                let current = ready["observedGeneration"] == object["metadata"]["generation"];
                current && ready["reason"] == "InvalidSpec" && ready["message"].to_string().contains(field)
            };
            space.until("OAuthPlatform", "own", &what, refused).await;
        }
    }
    let met = listener.accept();
    assert!(met.is_err_and(|error| error.kind() == ErrorKind::WouldBlock));
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_that_reach_beyond_their_values_or_never_end_are_refused() {
    let space = CLUSTER.space().await;
    let deep = "{% if clientId %}".repeat(200);
    let hostile = [
        "{{ env.KUBECONFIG }}",
        "{{ clientId.__class__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as x %}",
        "{% for a in range(1000000000) %}{% for b in range(1000000000) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        deep.as_str(),
    ];
    for (number, template) in hostile.iter().enumerate() {
        let name = format!("hostile-{number}");
        let mut object = space.application(&name);
        object["spec"]["secret"] = json!({ "template": { "config.ini": template } });
        space.apply(object).await;
        let message = space
            .says("OAuthApplication", &name, "Ready", "False", "InvalidSpec")
            .await;
        assert!(
            message.starts_with("spec.secret.template[\"config.ini\"]: "),
            "{message}"
        );
        assert!(message.len() < 2000, "{} characters", message.len());
    }
    space.apply(space.application("refused")).await;
    space.becomes_ready().await;
}
