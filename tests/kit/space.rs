//! What one test has for itself: a namespace, a simulated platform, a `ClusterOAuthPlatform` that leads there.

use std::ops::Deref;

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::Options;
use simulator::fixture::{T1, T2, T3, WRITER_T1};

use super::audit::{Audited, OPERATOR};
use super::cluster::{Cluster, OPERATOR_NAMESPACE};
use super::objects::{Objects, labelled_secret};
use super::platform::Platform;

/// One test's part of the cluster; derefs to the objects of its namespace. When the test fails, it shows the end of the
/// operator's log; when it ends well, it looks for every secret where none belongs.
pub struct TestSpace<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The namespace, also the name of the `ClusterOAuthPlatform`.
    pub name: String,
    /// The platform.
    pub platform: Platform,
    objects: Objects,
}

impl<'a> TestSpace<'a> {
    pub(super) async fn open(cluster: &'a Cluster, name: String, options: Options, change: Value) -> Self {
        let space = Self::bare(cluster, name, Platform::start_with(options).await).await;
        space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
        space.apply(space.platform_object()).await;
        if change != json!({}) {
            space.patch("ClusterOAuthPlatform", &space.name, change).await;
        }
        space
    }

    pub(super) async fn bare(cluster: &'a Cluster, name: String, platform: Platform) -> Self {
        let objects = Objects::new(cluster.client().await, &name);
        Self {
            cluster,
            name,
            platform,
            objects,
        }
    }

    /// The `ClusterOAuthPlatform` of this space: its namespace may use all tenants and may read devices.
    pub fn platform_object(&self) -> Value {
        json!({
            "apiVersion": "oauthregistrar.io/v1alpha1",
            "kind": "ClusterOAuthPlatform",
            "metadata": { "name": self.name },
            "spec": {
                "olt": {
                    "apiUrl": self.platform.api_url(),
                    "issuerUrl": self.platform.issuer_url(),
                    "credentials": { "apiToken": { "secretRef": { "name": self.credential(), "key": "token" } } },
                },
                "limits": { "timeout": self.cluster.pace.timeout() },
                "grants": [{
                    "namespaces": { "names": [self.name] },
                    "tenantIds": [T1, T2, T3],
                    "permissions": ["devices_base_data:read"],
                }],
            },
        })
    }

    /// An application that declares `devices_base_data:read`.
    pub fn application(&self, name: &str) -> Value {
        json!({
            "apiVersion": "oauthregistrar.io/v1alpha1",
            "kind": "OAuthApplication",
            "metadata": { "name": name, "namespace": self.name },
            "spec": {
                "platformRef": { "kind": "ClusterOAuthPlatform", "name": self.name },
                "olt": { "permissions": { "client": ["devices_base_data:read"] } },
            },
        })
    }

    /// An installation with the credential in the Secret `secret` ([`Self::tenant_credential`]), key `token`.
    pub fn installation(&self, name: &str, application: &str, tenant: &str, secret: &str) -> Value {
        json!({
            "apiVersion": "oauthregistrar.io/v1alpha1",
            "kind": "TenantInstallation",
            "metadata": { "name": name, "namespace": self.name },
            "spec": {
                "applicationRef": { "name": application },
                "tenantId": tenant,
                "credentials": { "apiToken": { "secretRef": { "name": secret } } },
            },
        })
    }

    /// Name of the Secret with the platform's credential, in the operator's namespace.
    pub fn credential(&self) -> String {
        format!("{}-operator", self.name)
    }

    /// Writes the platform's credential.
    pub async fn authorize(&self, token: &str) {
        let mut secret = labelled_secret(&self.credential(), "credential", &json!({ "token": token }));
        secret["metadata"]["namespace"] = OPERATOR_NAMESPACE.into();
        self.apply(secret).await;
    }

    /// The objects of the operator's namespace, where the platform's credential lies.
    pub fn in_operator_namespace(&self) -> Objects {
        Objects::new(self.client(), OPERATOR_NAMESPACE)
    }

    /// Mints a token of a user for a tenant into a labelled Secret of this namespace.
    pub async fn tenant_credential(&self, secret: &str, user: &str, tenant: &str) {
        let token = self.platform.mint(user, tenant).await;
        self.apply(labelled_secret(secret, "credential", &json!({ "token": token })))
            .await;
    }

    /// Obtains a token with what the Secret holds under the default keys, as a workload would.
    pub async fn token(&self, secret: &str, tenant: Option<&str>) -> String {
        let data = self.secret(secret).await;
        let (status, answer) = self
            .platform
            .token(&data["client_id"], &data["client_secret"], tenant)
            .await;
        assert_eq!(
            status,
            StatusCode::OK,
            "the credentials of Secret {secret} obtain no token: {answer}"
        );
        answer["access_token"].as_str().expect("an access token").to_owned()
    }

    /// What the operator asked of the API server in this namespace.
    pub fn audit(&self) -> Vec<Audited> {
        self.cluster
            .audit(OPERATOR)
            .into_iter()
            .filter(|request| request.namespace == self.name)
            .collect()
    }

    /// How often the operator did this in this namespace: `("patch", "oauthapplications/status")`.
    pub fn count(&self, verb: &str, resource: &str) -> usize {
        self.audit()
            .iter()
            .filter(|request| request.verb == verb && request.resource == resource)
            .count()
    }
}

impl Deref for TestSpace<'_> {
    type Target = Objects;

    fn deref(&self) -> &Objects {
        &self.objects
    }
}

impl Drop for TestSpace<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the test's namespace was {}", self.name);
            self.cluster.operator.show_log();
            return;
        }
        let look = || tokio::runtime::Handle::current().block_on(self.leaks());
        let leaks = tokio::task::block_in_place(look);
        assert!(leaks.is_empty(), "a secret is where it does not belong: {leaks:?}");
    }
}
