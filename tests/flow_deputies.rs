//! People who try to make the operator do for them what they may not do themselves: each attack is carried out, and fails.

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
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_deputies");

const CLAIM: &str = "oauthregistrar.io/registration";

/// Two applications of one namespace, both Ready, and the first one's client: the second is its attacker's.
async fn two(space: &TestSpace<'_>) -> Value {
    for name in ["victim", "attacker"] {
        space.apply(space.application(name)).await;
        space.ready("OAuthApplication", name).await;
    }
    client(space, "victim").await
}

/// The client of this name at the platform, or `Null`.
async fn client(space: &TestSpace<'_>, name: &str) -> Value {
    let all = space.platform.applications().await;
    all.into_iter()
        .find(|client| client["name"] == name)
        .unwrap_or_default()
}

/// The victim's client is as it was, and its credentials work.
async fn is_unharmed(space: &TestSpace<'_>, before: &Value) {
    assert_eq!(client(space, "victim").await, *before);
    space.token("victim", None).await;
}

/// What status tells of one application becomes what that of another tells.
async fn names_the_victims_client(space: &TestSpace<'_>) {
    let status = space.get("OAuthApplication", "victim").await["status"].clone();
    let forged = json!({ "applicationId": status["applicationId"], "clientId": status["clientId"] });
    space.patch_status("OAuthApplication", "attacker", forged).await;
}

async fn describe(space: &TestSpace<'_>, description: &str) {
    let change = json!({ "spec": { "description": description } });
    space.patch("OAuthApplication", "attacker", change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_names_anothers_client_neither_changes_nor_rotates_nor_removes_it() {
    let space = CLUSTER.space().await;
    let before = two(&space).await;
    names_the_victims_client(&space).await;
    describe(&space, "mine").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;

    names_the_victims_client(&space).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine again").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;

    names_the_victims_client(&space).await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    space.platform.only_application().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_names_a_client_without_any_marker_makes_it_nobodys() {
    let space = CLUSTER.space().await;
    let by_hand = json!([{ "op": "app.put", "tenant": T1, "set": { "name": "by hand" } }]);
    let before = space.platform.change(by_hand).await[0].clone();
    space.apply(space.application("attacker")).await;
    space.ready("OAuthApplication", "attacker").await;
    let forged = json!({ "applicationId": before["id"], "clientId": before["client_id"] });
    space.patch_status("OAuthApplication", "attacker", forged).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine").await;
    let words = ["does not carry the marker", "It is not touched"];
    space
        .refuses("OAuthApplication", "attacker", "OutcomeUnknown", &words)
        .await;
    assert_eq!(client(&space, "by hand").await, before);
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    assert_eq!(client(&space, "by hand").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_markers_a_client_that_two_resources_name_is_not_removed_with_one_of_them() {
    let unmarked = json!({ "spec": { "olt": { "marker": "None" } } });
    let space = CLUSTER.cluster().await.space_with(unmarked).await;
    let before = two(&space).await;
    names_the_victims_client(&space).await;
    space.delete("Secret", "attacker").await;
    describe(&space, "mine").await;
    let words = ["the status of another OAuthApplication", "It is not touched"];
    space
        .refuses("OAuthApplication", "attacker", "OutcomeUnknown", &words)
        .await;
    is_unharmed(&space, &before).await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    space.comes_to_rest().await;
    is_unharmed(&space, &before).await;
    // The other one can still be changed and removed.
    let change = json!({ "spec": { "description": "still mine" } });
    space.patch("OAuthApplication", "victim", change).await;
    space.ready("OAuthApplication", "victim").await;
    space.delete("OAuthApplication", "victim").await;
    space.gone("OAuthApplication", "victim").await;
    assert_eq!(client(&space, "victim").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_of_a_forged_application_changes_nothing_at_anothers_client() {
    let space = CLUSTER.space().await;
    two(&space).await;
    for secret in ["north", "north-too"] {
        space.tenant_credential(secret, WRITER_T2, T2).await;
    }
    space.apply(space.installation("theirs", "victim", T2, "north")).await;
    space.ready("TenantInstallation", "theirs").await;
    let before = client(&space, "victim").await;
    names_the_victims_client(&space).await;
    space
        .apply(space.installation("forged", "attacker", T2, "north-too"))
        .await;
    let words = ["nothing proves at the platform", "neither allowed nor installed"];
    space
        .refuses("TenantInstallation", "forged", "ApplicationNotReady", &words)
        .await;
    assert_eq!(client(&space, "victim").await, before);
    // A finalizer that a user wrote makes the operator undo what it never did.
    let finalizer = json!({ "metadata": { "finalizers": ["oauthregistrar.io/deregister"] } });
    space.patch("TenantInstallation", "forged", finalizer).await;
    space.delete("TenantInstallation", "forged").await;
    space.gone("TenantInstallation", "forged").await;
    assert_eq!(client(&space, "victim").await, before);
    space.token("victim", Some(T2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_names_anothers_registration_opens_nothing() {
    let space = CLUSTER.space().await;
    space.apply(space.application("victim")).await;
    let victim = space.ready("OAuthApplication", "victim").await;
    let before = client(&space, "victim").await;
    // Held back until the claim is forged: it needs the UID of the resource that carries it.
    let mut attacker = space.application("attacker");
    attacker["spec"]["clientName"] = "victim".into();
    attacker["metadata"]["annotations"] = json!({ "oauthregistrar.io/paused": "true" });
    let attacker = space.apply(attacker).await;
    let claim = victim["metadata"]["annotations"][CLAIM].as_str().unwrap();
    let mut claim: Value = serde_json::from_str(claim).unwrap();
    claim["uid"] = attacker["metadata"]["uid"].clone();
    let forged = json!({ CLAIM: claim.to_string(), "oauthregistrar.io/paused": null });
    let finalizers = json!(["oauthregistrar.io/deregister"]);
    let change = json!({ "metadata": { "annotations": forged, "finalizers": finalizers } });
    space.patch("OAuthApplication", "attacker", change).await;
    let words = ["\"victim\"", "it is not ours"];
    space
        .refuses("OAuthApplication", "attacker", "NameConflict", &words)
        .await;
    is_unharmed(&space, &before).await;
    assert!(space.secret("attacker").await.is_empty());
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_somebody_wrote_is_no_way_past_the_number_of_applications() {
    let space = CLUSTER.space().await;
    let mut platform = space.platform_object();
    platform["spec"]["grants"][0]["maxApplications"] = 1.into();
    space.apply(platform).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.apply(space.application("victim")).await;
    let first = space.ready("OAuthApplication", "victim").await;
    let mut more = space.application("attacker");
    more["metadata"]["annotations"] = json!({ "oauthregistrar.io/paused": "true" });
    let more = space.apply(more).await;
    let mut claim: Value = serde_json::from_str(first["metadata"]["annotations"][CLAIM].as_str().unwrap()).unwrap();
    claim["uid"] = more["metadata"]["uid"].clone();
    let forged = json!({ CLAIM: claim.to_string(), "oauthregistrar.io/paused": null });
    let finalizers = json!(["oauthregistrar.io/deregister"]);
    let change = json!({ "metadata": { "annotations": forged, "finalizers": finalizers } });
    space.patch("OAuthApplication", "attacker", change).await;
    let words = ["maxApplications", "victim"];
    space
        .refuses("OAuthApplication", "attacker", "NotGranted", &words)
        .await;
    space.platform.only_application().await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    space.platform.only_application().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_of_a_secret_that_name_anothers_client_are_not_believed() {
    let space = CLUSTER.space().await;
    let before = two(&space).await;
    let theirs = space.get("Secret", "victim").await["metadata"]["annotations"].clone();
    let forge = async || {
        let change = json!({ "metadata": { "annotations": theirs } });
        space.patch("Secret", "attacker", change).await;
    };
    forge().await;
    describe(&space, "mine").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    let own = space.get("Secret", "attacker").await["metadata"]["annotations"].clone();
    assert_ne!(
        own["oauthregistrar.io/application-id"],
        theirs["oauthregistrar.io/application-id"]
    );
    // The same with a claim that is gone, so that only the Secret tells a registration.
    forge().await;
    let change = json!({ "metadata": { "annotations": { CLAIM: null } } });
    space.patch("OAuthApplication", "attacker", change).await;
    describe(&space, "mine again").await;
    space.ready("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
    forge().await;
    space.delete("OAuthApplication", "attacker").await;
    space.gone("OAuthApplication", "attacker").await;
    is_unharmed(&space, &before).await;
}

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
