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
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.permissions) == (self.consent == 'Listed')")
    .message("permissions and consent: Listed go together: give both, or neither"))]
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
    /// The tenant's own credential, in a Secret of this namespace: an API token acts for one tenant only. May be left
    /// out for the tenant that the platform's own credential acts for. Needs the permissions `applications:read` and
    /// `applications:write`.
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
    /// Conditions: Ready, Accepted, Allowed, Installed, CredentialsVerified; Reconciling, Stalled and Paused while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
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
