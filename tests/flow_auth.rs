//! A platform and its tenants reached with tokens that the operator obtains itself: by client credentials and by refresh
//! tokens, through expiry, kill and exchange, and without a token where none belongs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{OPERATOR_NAMESPACE, Objects, TestSpace, labelled_secret, until};
use serde_json::{Value, json};
use simulator::fixture::{
    APPLICATIONS_DEVELOPMENT_READ, APPLICATIONS_DEVELOPMENT_WRITE, APPLICATIONS_READ, APPLICATIONS_WRITE, T1, T2, T3,
    WRITER_T1,
};

/// With the time-outs of production: an exchange whose answer is late would end a chain.
static CLUSTER: kit::Shared = kit::Shared::patient("flow_auth");
/// The same, for the test that kills the operator.
static KILLED: kit::Shared = kit::Shared::patient("flow_auth_kill");

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// Every JWT begins like this: `{"` in base64.
const TOKEN: &str = "eyJ";

/// Whose Secrets they are: of the platform in the operator's namespace, of installations in the test's.
struct Drawer {
    objects: Objects,
    namespace: String,
}

impl Drawer {
    fn of_platform(space: &TestSpace<'_>) -> Self {
        Self {
            objects: space.in_operator_namespace(),
            namespace: OPERATOR_NAMESPACE.to_owned(),
        }
    }

    fn of_tenants(space: &TestSpace<'_>) -> Self {
        Self {
            objects: Objects::new(space.client(), &space.name),
            namespace: space.name.clone(),
        }
    }

    async fn put(&self, name: &str, data: &Value) {
        let mut secret = labelled_secret(name, "credential", data);
        secret["metadata"]["namespace"] = self.namespace.as_str().into();
        self.objects.apply(secret).await;
    }

    /// The refresh token in the state Secret of this owner, once it is there.
    async fn state(&self, owner: &Value) -> String {
        let name = state_secret(owner);
        let token = async || self.objects.secret(&name).await.remove("refresh_token");
        let found = until(&format!("Secret {name}"), token, Option::is_some).await;
        found.unwrap()
    }
}

fn state_secret(owner: &Value) -> String {
    format!("oauth-registrar-state-{}", owner["metadata"]["uid"].as_str().unwrap())
}

/// An application at the platform that may register and install others, in these tenants: its id, and its credentials.
async fn bootstrap(space: &TestSpace<'_>, tenants: &[&str]) -> (String, Value) {
    let rights = [
        APPLICATIONS_DEVELOPMENT_READ,
        APPLICATIONS_DEVELOPMENT_WRITE,
        APPLICATIONS_READ,
        APPLICATIONS_WRITE,
    ];
    let rights: Vec<Value> = rights.iter().map(|id| json!({ "id": id })).collect();
    let set = json!({ "name": "bootstrap", "permissions": { "client": rights, "user": [] } });
    let made = space
        .platform
        .change(json!([{ "op": "app.put", "tenant": T1, "set": set }]))
        .await;
    let id = made[0]["id"].as_str().unwrap().to_owned();
    for tenant in tenants {
        let_in(space, &id, tenant).await;
    }
    let credentials = json!({ "client_id": made[0]["client_id"], "client_secret": made[0]["secret"] });
    (id, credentials)
}

async fn let_in(space: &TestSpace<'_>, id: &str, tenant: &str) {
    space
        .platform
        .change(json!([
            { "op": "allowed.put", "id": id, "tenant": tenant },
            { "op": "install.put", "id": id, "tenant": tenant },
        ]))
        .await;
}

/// A refresh token of a user of the first and the second tenant, in a session of the first.
async fn session(space: &TestSpace<'_>) -> String {
    let made = space
        .platform
        .change(json!([
            { "op": "user.put", "name": WRITER_T1, "roles": { T1: "writer", T2: "writer" } },
            { "op": "token.mint", "user": WRITER_T1, "tenant": T1 },
        ]))
        .await;
    made[1]["refresh_token"].as_str().unwrap().to_owned()
}

/// Changes how the operator authenticates at the platform, and waits until it is Ready like that.
async fn authenticate(space: &TestSpace<'_>, way: &str, tenant: Option<&str>, data: &Value) -> Value {
    let secret = format!("{}-own", space.name);
    Drawer::of_platform(space).put(&secret, data).await;
    let change = json!({ "spec": { "olt": {
        "tenantId": tenant,
        "credentials": { "apiToken": null, way: { "secretRef": { "name": secret } } },
    } } });
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
    space.ready("ClusterOAuthPlatform", &space.name).await
}

fn without_credentials(space: &TestSpace<'_>, name: &str, application: &str, tenant: &str) -> Value {
    let mut object = space.installation(name, application, tenant, "");
    object["spec"].as_object_mut().unwrap().remove("credentials");
    object
}

/// Applies an application and an installation without credentials; both work.
async fn installs(space: &TestSpace<'_>, application: &str, tenant: &str) {
    space.apply(space.application(application)).await;
    space.ready("OAuthApplication", application).await;
    let name = format!("{application}-installed");
    space
        .apply(without_credentials(space, &name, application, tenant))
        .await;
    space.ready("TenantInstallation", &name).await;
    space.token(application, Some(tenant)).await;
}

/// Nothing that people or other programs read holds a token, or one of these secrets.
async fn says_no_secret(space: &TestSpace<'_>, secrets: &[&str]) {
    let mut told = vec![space.cluster.operator.log()];
    let in_default = Objects::new(space.client(), "default");
    for (objects, kind) in [
        (&in_default, "Event"),
        (&in_default, "ClusterOAuthPlatform"),
        (&**space, "Event"),
        (&**space, "OAuthApplication"),
        (&**space, "TenantInstallation"),
    ] {
        told.extend(objects.list(kind).await.iter().map(Value::to_string));
    }
    for text in told {
        for secret in secrets.iter().chain(&[TOKEN]) {
            let found = text.lines().find(|line| line.contains(secret));
            assert_eq!(found, None, "a secret is told");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_register_and_install_in_every_tenant_that_lets_them_in() {
    let space = CLUSTER.space().await;
    let (id, credentials) = bootstrap(&space, &[T1, T2]).await;
    let platform = authenticate(&space, "clientCredentials", Some(T1), &credentials).await;
    assert_eq!(platform["status"]["identity"]["owner"], T1);
    installs(&space, "billing", T2).await;
    space.apply(without_credentials(&space, "south", "billing", T3)).await;
    let secret = format!("Secret {OPERATOR_NAMESPACE}/{}-own", space.name);
    let words = ["client_credentials", &secret, "invalid_grant"];
    space
        .refuses("TenantInstallation", "south", "PlatformForbidden", &words)
        .await;
    let_in(&space, &id, T3).await;
    space.ready("TenantInstallation", "south").await;
    space.token("billing", Some(T3)).await;
    says_no_secret(&space, &[credentials["client_secret"].as_str().unwrap()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_that_are_refused_are_named_until_there_are_right_ones() {
    let space = CLUSTER.space().await;
    let (_, credentials) = bootstrap(&space, &[T1]).await;
    authenticate(&space, "clientCredentials", Some(T1), &credentials).await;
    let secret = format!("{}-own", space.name);
    let mut wrong = credentials.clone();
    wrong["client_secret"] = "-canary-58d1c0e7".into();
    Drawer::of_platform(&space).put(&secret, &wrong).await;
    let place = format!("Secret {OPERATOR_NAMESPACE}/{secret}");
    let words = ["client_credentials with", "unauthorized_client", &place];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "PlatformUnauthorized", &words)
        .await;
    Drawer::of_platform(&space).put(&secret, &credentials).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    installs(&space, "billing", T1).await;
    says_no_secret(&space, &["canary-58d1c0e7"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_its_secret_is_not_used() {
    let space = CLUSTER.space().await;
    let (_, mut credentials) = bootstrap(&space, &[T1]).await;
    let secret = credentials["client_secret"].take();
    credentials.as_object_mut().unwrap().remove("client_secret");
    let change = json!({ "spec": { "olt": {
        "tenantId": T1,
        "credentials": { "apiToken": null, "clientCredentials": { "secretRef": { "name": space.credential() } } },
    } } });
    Drawer::of_platform(&space).put(&space.credential(), &credentials).await;
    space.patch("ClusterOAuthPlatform", &space.name, change).await;
    let words = ["has no key \"client_secret\" or it is empty"];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "CredentialsNotFound", &words)
        .await;
    credentials["client_secret"] = secret;
    Drawer::of_platform(&space).put(&space.credential(), &credentials).await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_an_api_token_does_not_open_waits_for_a_credential_that_does() {
    let space = CLUSTER.space().await;
    space.apply(space.application("billing")).await;
    space.ready("OAuthApplication", "billing").await;
    space.apply(without_credentials(&space, "north", "billing", T2)).await;
    let words = ["API token", T1, "set spec.credentials to a token of tenant", T2];
    space
        .refuses("TenantInstallation", "north", "TenantCredentialsRequired", &words)
        .await;
    let (_, credentials) = bootstrap(&space, &[T1, T2]).await;
    authenticate(&space, "clientCredentials", Some(T1), &credentials).await;
    space.ready("TenantInstallation", "north").await;
    space.token("billing", Some(T2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn installations_have_credentials_and_chains_of_their_own() {
    let space = CLUSTER.space().await;
    space.apply(space.application("billing")).await;
    space.ready("OAuthApplication", "billing").await;
    let tenants = Drawer::of_tenants(&space);
    let users = session(&space).await;
    tenants.put("north", &json!({ "refresh_token": users })).await;
    let (_, credentials) = bootstrap(&space, &[T3]).await;
    tenants.put("south", &credentials).await;
    for (name, tenant, way) in [("north", T2, "refreshToken"), ("south", T3, "clientCredentials")] {
        let mut object = without_credentials(&space, name, "billing", tenant);
        object["spec"]["credentials"] = json!({ way: { "secretRef": { "name": name } } });
        space.apply(object).await;
        space.ready("TenantInstallation", name).await;
        space.token("billing", Some(tenant)).await;
    }
    let north = space.get("TenantInstallation", "north").await;
    let newer = tenants.state(&north).await;
    assert_ne!(newer, users);
    let kept = space.get("Secret", &state_secret(&north)).await;
    assert_eq!(kept["metadata"]["labels"]["oauthregistrar.io/secret"], "state");
    assert_eq!(kept["metadata"]["ownerReferences"][0]["uid"], north["metadata"]["uid"]);
    assert_eq!(kept["metadata"]["ownerReferences"].as_array().unwrap().len(), 1);
    says_no_secret(&space, &[&newer, credentials["client_secret"].as_str().unwrap()]).await;
    space.delete("TenantInstallation", "north").await;
    space.gone("TenantInstallation", "north").await;
    space.gone("Secret", &state_secret(&north)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_chain_asks_for_a_new_token_and_goes_on_with_it() {
    let space = CLUSTER.space().await;
    let users = session(&space).await;
    let platform = authenticate(&space, "refreshToken", None, &json!({ "refresh_token": users })).await;
    let secrets = Drawer::of_platform(&space);
    let before = secrets.state(&platform).await;
    space
        .platform
        .change(json!([{ "op": "token.expire", "user": WRITER_T1 }]))
        .await;
    // A platform that is Ready is probed once a minute; a change of it is looked at now.
    let looked_at = json!({ "metadata": { "annotations": { "example.com/look": "now" } } });
    space.patch("ClusterOAuthPlatform", &space.name, looked_at).await;
    let place = format!("Secret {OPERATOR_NAMESPACE}/{}-own", space.name);
    let words = ["refresh_token with", "invalid_grant", "Log in again", &place];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "PlatformUnauthorized", &words)
        .await;
    let next = session(&space).await;
    secrets
        .put(&format!("{}-own", space.name), &json!({ "refresh_token": next }))
        .await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    installs(&space, "billing", T2).await;
    let after = secrets.state(&platform).await;
    assert!(![&before, &users, &next].contains(&&after));
    says_no_secret(&space, &[&before, &users, &next, &after]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_in_the_middle_of_the_work_is_no_news() {
    let space = CLUSTER.space().await;
    let (_, credentials) = bootstrap(&space, &[T1, T2]).await;
    authenticate(&space, "clientCredentials", Some(T1), &credentials).await;
    for (id, method, path) in [
        ("register", "POST", APPLICATIONS),
        ("install", "POST", "/v1/applications/*/installation"),
    ] {
        let expired = json!({ "kind": "expire_tokens", "which": "all" });
        space
            .platform
            .fault(json!({ "id": id, "match": { "method": method, "path": path }, "fault": expired }))
            .await;
    }
    installs(&space, "billing", T2).await;
    for fault in ["register", "install"] {
        assert_eq!(space.platform.fired(fault).await, 1, "{fault}");
    }
    for name in ["billing", "billing-installed", space.name.as_str()] {
        let events = space.events(name).await;
        assert!(
            !events.iter().any(|event| event.contains("Unauthorized")),
            "{events:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_tokens_that_are_used_up_goes_on_after_a_kill() {
    let cluster = KILLED.cluster().await;
    let space = cluster.space().await;
    space.platform.switch("refresh_rotation", "invalidate").await;
    let users = session(&space).await;
    let platform = authenticate(&space, "refreshToken", None, &json!({ "refresh_token": users })).await;
    assert_eq!(platform["status"]["identity"]["owner"], T1);
    installs(&space, "before", T2).await;
    let secrets = Drawer::of_platform(&space);
    let mut seen = vec![users, secrets.state(&platform).await];
    for round in 0..2 {
        cluster.operator.kill_now();
        cluster.operator.start();
        // A platform that stays Ready shows nothing; work does.
        installs(&space, &format!("after-{round}"), T2).await;
        let newer = secrets.state(&platform).await;
        assert!(!seen.contains(&newer), "the chain went on");
        seen.push(newer);
    }
    let texts: Vec<&str> = seen.iter().map(String::as_str).collect();
    says_no_secret(&space, &texts).await;
}
