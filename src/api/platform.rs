//! `ClusterOAuthPlatform`: the connection to one platform, and who may use it for what.

#![allow(
    clippy::duplicated_attributes,
    reason = "printer columns share their type and priority"
)]

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grant::Grant;
use super::secret_ref::ApiCredentials;
use super::tls::Tls;

/// Connection to one platform that registers OAuth2 clients, and the grants that say which namespaces may do what
/// there. Without a grant nobody may do anything.
#[derive(CustomResource, Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[kube(
    group = "oauthregistrar.io",
    version = "v1alpha1",
    kind = "ClusterOAuthPlatform",
    plural = "clusteroauthplatforms",
    shortname = "coplat",
    category = "oauthregistrar",
    status = "PlatformStatus",
    derive = "PartialEq",
    cel,
    doc = "Connection to one platform that registers OAuth2 clients, and who may use it for what. The annotation oauthregistrar.io/paused: \"true\" stops it: the platform is not called for anybody.",
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
    printcolumn(
        name = "Issuer",
        type_ = "string",
        json_path = ".status.identity.issuer",
        priority = 1
    ),
    printcolumn(name = "Owner", type_ = "string", json_path = ".status.identity.owner", priority = 1),
    printcolumn(name = "Contract", type_ = "string", json_path = ".status.contract", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.olt)").message("spec must hold exactly one platform block: set spec.olt"))]
pub struct ClusterOAuthPlatformSpec {
    /// Where the platform is and how it is reached.
    #[serde(flatten)]
    pub connection: PlatformSpec,
    /// Which namespaces may use the platform, and for what. Grants that match a namespace are united; what no grant
    /// names is refused with `NotGranted`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub grants: Vec<Grant>,
}

/// Connection to one platform of the resource's own namespace, which alone may use it. Its credentials lie in that
/// namespace too, and its host must be one that the operator's `--allow-host` permits.
#[derive(CustomResource, Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[kube(
    group = "oauthregistrar.io",
    version = "v1alpha1",
    kind = "OAuthPlatform",
    plural = "oauthplatforms",
    shortname = "oplat",
    category = "oauthregistrar",
    namespaced,
    status = "PlatformStatus",
    derive = "PartialEq",
    cel,
    doc = "Connection to one platform that registers OAuth2 clients, for the resource's own namespace. The annotation oauthregistrar.io/paused: \"true\" stops it: the platform is not called for anybody.",
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
    printcolumn(
        name = "Issuer",
        type_ = "string",
        json_path = ".status.identity.issuer",
        priority = 1
    ),
    printcolumn(name = "Owner", type_ = "string", json_path = ".status.identity.owner", priority = 1),
    printcolumn(name = "Contract", type_ = "string", json_path = ".status.contract", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.olt)").message("spec must hold exactly one platform block: set spec.olt"))]
pub struct OAuthPlatformSpec {
    /// Where the platform is and how it is reached.
    #[serde(flatten)]
    pub connection: PlatformSpec,
}

/// Where a platform is and how it is reached; the same for both kinds.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlatformSpec {
    /// An OLT (Lightelligence) platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub olt: Option<OltPlatform>,
    /// How the platform proves who it is. Absent: by a certificate of a well-known authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// How the operator treats the platform.
    #[serde(default)]
    pub limits: Limits,
}

/// Where an OLT platform is and how the operator authenticates there.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.credentials.clientCredentials) || has(self.tenantId)")
    .message("clientCredentials act for no tenant by themselves: set tenantId to the tenant that shall own what is registered"))]
pub struct OltPlatform {
    /// Base URL of the business API, such as `https://api.example.com/v1`.
    #[schemars(length(min = 1, max = 2000))]
    #[x_kube(validation = Rule::new("self.matches('^https?://[^/?#@]+(/[^?#]*)?$') && !self.endsWith('/')")
        .message("must be an absolute URL without user, query, fragment and trailing slash, such as https://api.example.com/v1"))]
    pub api_url: String,
    /// Issuer of the identity realm (RFC 8414), such as `https://id.example.com/v1/id/auth/realms/olt`.
    #[schemars(length(min = 1, max = 2000))]
    #[x_kube(validation = Rule::new("self.matches('^https?://[^/?#@]+(/[^?#]*)?$') && !self.endsWith('/')")
        .message("must be an absolute URL without user, query, fragment and trailing slash, such as https://id.example.com/v1/id/auth/realms/olt"))]
    pub issuer_url: String,
    /// How tenants install there. `ConsentInstallation`: with consent to the permissions that the application declares.
    /// `PutInstallation`: the platform's older contract, without a word about permissions; an installed application may do
    /// there what any writer may, so a grant must hold `permissions: ["*"]`, and `consent: Listed` is refused. `Auto`: found
    /// out by reads when a tenant first needs it, and told in `status.contract`. A change concerns later installations.
    #[serde(default)]
    pub contract: InstallationContract,
    /// Where the operator's ownership marker goes. `Description`: behind the application's description, ` [reg:…]`.
    /// `None`: nowhere; then a registration whose answer is lost needs a person.
    #[serde(default)]
    pub marker: MarkerPlace,
    /// The tenant that owns what is registered. Needed with `clientCredentials`. Default: the tenant that the token acts
    /// for. Changed, it is another owner: what was registered before is refused with `PlatformIdentityChanged`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 36))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')")
        .message("must be a tenant's id, a lower-case UUID such as 11111111-1111-4111-8111-111111111111"))]
    pub tenant_id: Option<String>,
    /// How the operator authenticates. The token's tenant owns what is registered; it needs the permissions
    /// `applications_development:read` and `applications_development:write`.
    pub credentials: ApiCredentials,
}

/// How tenants install at an OLT platform.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum InstallationContract {
    /// Found out when it is needed first.
    #[default]
    Auto,
    /// Without consent, by `PUT`.
    PutInstallation,
    /// With consent to permissions.
    ConsentInstallation,
}

/// Where the ownership marker is kept at the platform.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum MarkerPlace {
    /// Behind the description.
    #[default]
    Description,
    /// Nowhere.
    None,
}

/// How the operator treats the platform. The limits hold for all calls together: those for every resource, those with a
/// tenant's credentials, and those for tokens. When the platform answers 429 or 503 with `Retry-After`, nothing is sent
/// there for that time, at most 10 minutes.
#[derive(Clone, Debug, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Calls per second in the long run, 1 to 10000. Default: 50.
    #[serde(default = "default_requests_per_second")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("must be 1 to 10000, such as 50"))]
    pub requests_per_second: i64,
    /// Calls that may go at once after a rest, 1 to 10000. Default: 100.
    #[serde(default = "default_burst")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("must be 1 to 10000, such as 100"))]
    pub burst: i64,
    /// Calls that may be under way at a time, 1 to 1000. Default: 32.
    #[serde(default = "default_max_in_flight")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 1000").message("must be 1 to 1000, such as 32"))]
    pub max_in_flight: i64,
    /// Time-out of one call, 100ms to 30s. Three times this must not exceed the operator's `--settle`. Default: 10s.
    #[serde(default = "default_timeout")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]+(ms|s)$') && duration(self) >= duration('100ms') && duration(self) <= duration('30s')")
        .message("must be a duration from 100ms to 30s in ms or s, such as 10s"))]
    pub timeout: String,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: default_requests_per_second(),
            burst: default_burst(),
            max_in_flight: default_max_in_flight(),
            timeout: default_timeout(),
        }
    }
}

fn default_requests_per_second() -> i64 {
    50
}

fn default_burst() -> i64 {
    100
}

fn default_max_in_flight() -> i64 {
    32
}

fn default_timeout() -> String {
    "10s".to_owned()
}

/// What the operator found out about the platform.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct PlatformStatus {
    /// The generation that the rest of the status tells about; -1 until it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Who the operator is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<PlatformIdentity>,
    /// What the platform can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<PlatformCapabilities>,
    /// How tenants install there, as `spec.olt.contract` says or as it was found out; absent until it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<InstallationContract>,
    /// Conditions: Ready, Accepted, Authenticated; InUse while it is being deleted, Paused while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// Issuer and owner; compared before any "not found" is believed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlatformIdentity {
    /// Issuer of tokens (RFC 8414).
    #[serde(default)]
    pub issuer: String,
    /// On OLT the tenant of the operator's token, which owns what is registered.
    #[serde(default)]
    pub owner: String,
}

/// What the platform can do.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlatformCapabilities {
    /// A second client of the same name is refused.
    #[serde(default)]
    pub unique_names: bool,
    /// A client whose registration answer was lost is found again by its marker.
    #[serde(default)]
    pub lookup_by_marker: bool,
}
