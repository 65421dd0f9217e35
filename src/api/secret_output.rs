//! How the Secret looks that workloads mount.

use std::collections::BTreeMap;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// The Secret that holds the credentials. It is owned by the resource and goes with it. That of a TenantInstallation holds
/// the application's credentials and the tenant's id.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.template) || ![self.keys.clientId, self.keys.clientSecret, self.keys.tokenEndpoint, self.keys.issuer, self.keys.applicationId, self.keys.publicClientId].exists(k, k in self.template)")
    .message("template holds a key that keys holds too: give one of the two another name"))]
pub struct SecretOutput {
    /// Its name. Default: the resource's own. Cannot be changed: workloads mount it by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be a Secret's name: lower-case letters, digits, - and ., such as billing-sync-oauth"))]
    pub name: Option<String>,
    /// The keys in it. A changed name moves the value; the old key disappears.
    #[serde(default)]
    pub keys: SecretKeys,
    /// Further keys, each with a Jinja template of its value: `{{ clientId }}`, `{{ clientSecret }}`,
    /// `{{ tokenEndpoint }}`, `{{ issuer }}`, `{{ applicationId }}` and `{{ publicClientId }}` stand for the values, in a
    /// TenantInstallation `{{ tenantId }}`, too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64), transform = bounded_templates)]
    #[x_kube(validation = Rule::new("self.all(k, k.matches('^[-._a-zA-Z0-9]{1,253}$'))")
        .message("each name must be a key of a Secret: letters, digits, -, _ and ., such as config.ini"))]
    pub template: BTreeMap<String, String>,
    /// Further labels, for tools that select Secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64), transform = bounded_labels)]
    #[x_kube(validation = Rule::new("self.all(k, !k.startsWith('oauthregistrar.io/') && k != 'app.kubernetes.io/managed-by')")
        .message("labels under oauthregistrar.io/ and app.kubernetes.io/managed-by are the operator's own: choose others"))]
    #[x_kube(validation = Rule::new("self.all(k, k.matches('^([a-z0-9][-a-z0-9.]{0,252}/)?[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$') && self[k].matches('^([a-zA-Z0-9]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?)?$'))")
        .message("each name and value must be as Kubernetes wants labels, such as example.com/team: billing"))]
    pub labels: BTreeMap<String, String>,
    /// Further annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 64), transform = bounded_annotations)]
    #[x_kube(validation = Rule::new("self.all(k, !k.startsWith('oauthregistrar.io/'))")
        .message("annotations under oauthregistrar.io/ are the operator's own: choose others"))]
    #[x_kube(validation = Rule::new("self.all(k, k.matches('^([a-z0-9][-a-z0-9.]{0,252}/)?[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$'))")
        .message("each name must be as Kubernetes wants annotations, such as example.com/team"))]
    pub annotations: BTreeMap<String, String>,
}

/// Names of the keys.
#[derive(Clone, Debug, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.clientId != self.clientSecret && self.clientId != self.tokenEndpoint && self.clientId != self.issuer && self.clientId != self.applicationId && self.clientSecret != self.tokenEndpoint && self.clientSecret != self.issuer && self.clientSecret != self.applicationId && self.tokenEndpoint != self.issuer && self.tokenEndpoint != self.applicationId && self.issuer != self.applicationId && !(self.publicClientId in [self.clientId, self.clientSecret, self.tokenEndpoint, self.issuer, self.applicationId])")
    .message("two values cannot share one key: give clientId, clientSecret, tokenEndpoint, issuer, applicationId and publicClientId different names"))]
#[x_kube(validation = Rule::new("!has(self.tenantId) || !(self.tenantId in [self.clientId, self.clientSecret, self.tokenEndpoint, self.issuer, self.applicationId, self.publicClientId])")
    .message("two values cannot share one key: give tenantId a name of its own"))]
pub struct SecretKeys {
    /// Key of the client id. Default: `client_id`.
    #[serde(default = "client_id")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as client_id"))]
    pub client_id: String,
    /// Key of the client secret. Default: `client_secret`.
    #[serde(default = "client_secret")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as client_secret"))]
    pub client_secret: String,
    /// Key of the token endpoint's URL. Default: `token_endpoint`.
    #[serde(default = "token_endpoint")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as token_endpoint"))]
    pub token_endpoint: String,
    /// Key of the issuer's URL. Default: `issuer`.
    #[serde(default = "issuer")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as issuer"))]
    pub issuer: String,
    /// Key of the platform's id of the application. Default: `application_id`.
    #[serde(default = "application_id")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as application_id"))]
    pub application_id: String,
    /// Key of the additional public client's id, where the application has one. Default: `public_client_id`.
    #[serde(default = "public_client_id")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as public_client_id"))]
    pub public_client_id: String,
    /// Key of the tenant's id, in the Secret of a TenantInstallation only. Default: `tenant_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as tenant_id"))]
    pub tenant_id: Option<String>,
}

impl Default for SecretKeys {
    fn default() -> Self {
        Self {
            client_id: client_id(),
            client_secret: client_secret(),
            token_endpoint: token_endpoint(),
            issuer: issuer(),
            application_id: application_id(),
            public_client_id: public_client_id(),
            tenant_id: None,
        }
    }
}

fn client_id() -> String {
    "client_id".to_owned()
}
fn client_secret() -> String {
    "client_secret".to_owned()
}
fn token_endpoint() -> String {
    "token_endpoint".to_owned()
}
fn issuer() -> String {
    "issuer".to_owned()
}
fn application_id() -> String {
    "application_id".to_owned()
}
fn public_client_id() -> String {
    "public_client_id".to_owned()
}

/// Kubernetes allows 63 characters in a label's value.
fn bounded_labels(schema: &mut schemars::Schema) {
    bound_values(schema, 63);
}

fn bounded_templates(schema: &mut schemars::Schema) {
    bound_values(schema, 16_384);
}

fn bounded_annotations(schema: &mut schemars::Schema) {
    bound_values(schema, 4096);
}

/// Bounds the values of a map, which the server needs to estimate the cost of a rule over it.
fn bound_values(schema: &mut schemars::Schema, max_length: u32) {
    if let Some(values) = schema
        .get_mut("additionalProperties")
        .and_then(serde_json::Value::as_object_mut)
    {
        values.insert("maxLength".into(), max_length.into());
    }
}
