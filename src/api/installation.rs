//! `TenantInstallation`: an application allowed and installed in one tenant.

#![allow(
    clippy::duplicated_attributes,
    reason = "printer columns share their type and priority"
)]

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::olt::Permissions;
use super::secret_output::SecretOutput;
use super::secret_ref::ApiCredentials;

/// An application allowed and installed in one tenant of the platform.
#[derive(CustomResource, Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[kube(
    group = "oauthregistrar.io",
    version = "v1alpha1",
    kind = "TenantInstallation",
    plural = "tenantinstallations",
    shortname = "tinst",
    category = "oauthregistrar",
    namespaced,
    status = "InstallationStatus",
    derive = "PartialEq",
    cel,
    doc = "An application allowed and installed in one tenant of the platform. The annotation oauthregistrar.io/paused: \"true\" stops it: nothing is done for it, not even its deletion.",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason"
    ),
    printcolumn(name = "Application", type_ = "string", json_path = ".spec.applicationRef.name"),
    printcolumn(name = "Tenant", type_ = "string", json_path = ".spec.tenantId"),
    printcolumn(name = "Secret", type_ = "string", json_path = ".status.secret.name", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.permissions) == (self.consent == 'Listed')")
    .message("permissions and consent: Listed go together: give both, or neither"))]
#[x_kube(validation = Rule::new("!has(self.secret) || has(self.secret.keys.tenantId) || !('tenant_id' in [self.secret.keys.clientId, self.secret.keys.clientSecret, self.secret.keys.tokenEndpoint, self.secret.keys.issuer, self.secret.keys.applicationId, self.secret.keys.publicClientId])")
    .message("secret.keys: two values cannot share one key: tenant_id holds the tenant's id, give tenantId another name"))]
#[x_kube(validation = Rule::new("!has(self.secret) || !has(self.secret.template) || !((has(self.secret.keys.tenantId) ? self.secret.keys.tenantId : 'tenant_id') in self.secret.template)")
    .message("secret.template holds the key of the tenant's id: give one of the two another name"))]
#[x_kube(validation = Rule::new("!has(oldSelf.secret) || (has(self.secret) && (has(self.secret.name) ? self.secret.name : '') == (has(oldSelf.secret.name) ? oldSelf.secret.name : ''))")
    .message("secret cannot be removed nor its name changed, workloads mount it: delete this TenantInstallation and apply another"))]
pub struct TenantInstallationSpec {
    /// The OAuthApplication in the same namespace. Cannot be changed.
    #[x_kube(validation = Rule::new("self == oldSelf").message("applicationRef cannot be changed: create a new TenantInstallation"))]
    pub application_ref: ApplicationRef,
    /// The tenant. Cannot be changed.
    #[schemars(length(max = 36))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')")
        .message("must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222"))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("tenantId cannot be changed: create a new TenantInstallation"))]
    pub tenant_id: String,
    /// A note for people, shown beside the tenant at the platform.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 255))]
    pub comment: String,
    /// The tenant's own credential, in a Secret of this namespace. Needs the permissions `applications:read` and
    /// `applications:write`. May be left out where the platform's own credential acts for the tenant: a refresh token or
    /// client credentials for each tenant that lets them in, an API token for its own tenant only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<ApiCredentials>,
    /// What is consented to, always within the grants. `Once`: what the application declares when it is installed; for
    /// more, set the annotation `oauthregistrar.io/consent` to a new value. `Always`: whatever it declares.
    /// `Listed`: exactly `permissions`.
    #[serde(default)]
    pub consent: Consent,
    /// With `consent: Listed`: the permissions, by alias or id, that are consented to if the application declares exactly
    /// these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// A Secret for the workloads of this tenant, in this namespace, with the application's credentials and the tenant's id.
    /// It is written once the tenant has installed the application and a token was obtained for it, and follows the
    /// application's Secret. Default: none. May be added later; a name and keys work as those of an OAuthApplication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretOutput>,
}

/// Refers to an application.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRef {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What is consented to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum Consent {
    /// What the application declares when it is installed.
    #[default]
    Once,
    /// Whatever the application declares.
    Always,
    /// Exactly what the installation lists.
    Listed,
}

/// What the operator found out and did.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct InstallationStatus {
    /// The generation that the rest of the status tells about; -1 until it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The platform's id of the application that was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// When it was installed, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_at: Option<Time>,
    /// Whether this resource installed it, and uninstalls it again; an installation found there stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_by_us: Option<bool>,
    /// Whether this resource allowed the tenant, and disallows it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_by_us: Option<bool>,
    /// The comment that was last sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the tenant consented to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentStatus>,
    /// What was published for the tenant; absent without `spec.secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<TenantSecretStatus>,
    /// Conditions: Ready, Accepted, Allowed, Installed, CredentialsVerified, and with `spec.secret` SecretPublished; Reconciling, Stalled and Paused while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// What was published for a tenant.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct TenantSecretStatus {
    /// Name of the Secret.
    #[serde(default)]
    pub name: String,
    /// Its resourceVersion when the operator last wrote or accepted it.
    #[serde(default)]
    pub resource_version: String,
    /// The resourceVersion of the application's Secret whose credentials it holds.
    #[serde(default)]
    pub application_secret_version: String,
    /// How often it was written.
    #[serde(default)]
    pub revision: i64,
    /// When it was written last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Time>,
}

/// What a tenant consented to.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ConsentStatus {
    /// The platform's word: `ok`, or `outdated` when the application declares something else by now.
    #[serde(default)]
    pub status: String,
    /// Ids of the permissions.
    #[serde(default)]
    pub permissions: Permissions,
    /// The value of the annotation `oauthregistrar.io/consent` that was served last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}
