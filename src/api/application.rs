//! `OAuthApplication`: one OAuth2 client and the Secret with its credentials.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::olt::{OltApplication, OltApplicationStatus};
use super::secret_output::SecretOutput;

/// One OAuth2 client at a platform, and the Secret with its credentials.
#[derive(CustomResource, Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[kube(
    group = "oauthregistrar.io",
    version = "v1alpha1",
    kind = "OAuthApplication",
    plural = "oauthapplications",
    shortname = "oapp",
    category = "oauthregistrar",
    namespaced,
    status = "ApplicationStatus",
    derive = "PartialEq",
    cel,
    doc = "One OAuth2 client at a platform, and the Secret with its credentials. The annotation oauthregistrar.io/paused: \"true\" stops it: nothing is done for it, not even its deletion.",
    validation = Rule::new("!has(self.spec.olt) || has(self.spec.clientName) || self.metadata.name.matches('^[a-zA-Z0-9_-]{3,32}$')")
        .message("metadata.name does not fit as the client's name on OLT (3 to 32 letters, digits, - and _): set spec.clientName"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason"),
    printcolumn(name = "Platform", type_ = "string", json_path = ".spec.platformRef.name"),
    printcolumn(name = "Client ID", type_ = "string", json_path = ".status.clientId"),
    printcolumn(name = "Tenants", type_ = "integer", json_path = ".status.installations.desired", priority = 1),
    printcolumn(name = "Tenants Ready", type_ = "integer", json_path = ".status.installations.ready", priority = 1),
    printcolumn(name = "Secret", type_ = "string", json_path = ".status.secret.name", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.olt) || !has(self.clientName) || self.clientName.matches('^[a-zA-Z0-9_ -]{3,32}$')")
    .message("clientName must be 3 to 32 letters, digits, spaces, - and _ on OLT, such as billing-sync"))]
#[x_kube(validation = Rule::new("!has(self.olt) || !has(self.description) || size(self.description) <= 140")
    .message("description must be at most 140 characters on OLT, which leaves room for the operator's marker"))]
#[x_kube(validation = Rule::new("!has(self.description) || !self.description.contains('[reg:')")
    .message("description must not contain \"[reg:\", which begins the operator's marker"))]
#[x_kube(validation = Rule::new("!('authorization_code' in self.grantTypes) || (has(self.redirectUris) && size(self.redirectUris) > 0)")
    .message("grantTypes holds authorization_code, which needs at least one entry in redirectUris"))]
#[x_kube(validation = Rule::new("(has(self.secret) && has(self.secret.name) ? self.secret.name : '') == (has(oldSelf.secret) && has(oldSelf.secret.name) ? oldSelf.secret.name : '')")
    .message("secret.name cannot be changed, workloads mount it: apply a second OAuthApplication and delete this one"))]
pub struct OAuthApplicationSpec {
    /// The platform to register at. Cannot be changed.
    #[x_kube(validation = Rule::new("self == oldSelf").message("platformRef cannot be changed: create a new OAuthApplication"))]
    pub platform_ref: PlatformRef,
    /// Name of the client at the platform (RFC 7591 `client_name`). Default: `metadata.name`. A change renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub client_name: Option<String>,
    /// What the application is for. The platform shows it to those who install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub description: Option<String>,
    /// The application's home page (RFC 7591 `client_uri`). On OLT it can be changed later, not removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    #[x_kube(validation = Rule::new("self.matches('^https?://[^\\\\s]+$')")
        .message("must be an absolute URL with http or https, such as https://billing.example.com"))]
    pub client_uri: Option<String>,
    /// Where users may be sent back to (RFC 6749 section 3.1.2): absolute URIs without wildcard and fragment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 2000)))]
    #[x_kube(validation = Rule::new("self.all(u, u.matches('^[a-zA-Z][a-zA-Z0-9+.-]*:[^*#\\\\s]+$'))")
        .message("each must be an absolute URI without * and #, such as https://billing.example.com/callback"))]
    pub redirect_uris: Vec<String>,
    /// How the client obtains tokens (RFC 7591 `grant_types`). OLT: `client_credentials`, `authorization_code`.
    /// Default: `client_credentials`.
    #[serde(default = "client_credentials")]
    #[schemars(length(min = 1, max = 16), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 256)))]
    pub grant_types: Vec<String>,
    /// RFC 7591 `response_types`. OLT: none, or `code`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 256)))]
    pub response_types: Vec<String>,
    /// How the client authenticates at the token endpoint (RFC 7591). OLT: `client_secret_basic`,
    /// `client_secret_post`; the operator proves the credentials this way. Default: `client_secret_basic`.
    #[serde(default = "client_secret_basic")]
    #[schemars(length(min = 1, max = 64))]
    pub token_endpoint_auth_method: String,
    /// Scopes, separated by spaces (RFC 7591 `scope`). OLT: must be empty, rights come from permissions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 4096))]
    pub scope: String,
    /// What only OLT knows. Required with an OLT platform; `{}` is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub olt: Option<OltApplication>,
    /// The Secret for workloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretOutput>,
    /// What becomes of the client when this resource is deleted.
    #[serde(default)]
    pub deletion: Deletion,
}

fn client_credentials() -> Vec<String> {
    vec!["client_credentials".to_owned()]
}

fn client_secret_basic() -> String {
    "client_secret_basic".to_owned()
}

/// Refers to a platform.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PlatformRef {
    /// Its kind.
    pub kind: PlatformKind,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Kinds that a platform can be of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum PlatformKind {
    /// The cluster-wide kind.
    #[default]
    ClusterOAuthPlatform,
    /// A platform of the same namespace.
    OAuthPlatform,
}

/// What becomes of the client when the resource is deleted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// `Delete`: it is deregistered and the Secret goes. `Orphan`: client and Secret stay, and nobody manages them.
    #[serde(default)]
    pub policy: DeletionPolicy,
    /// How long the deletion waits, counted from its request, for a platform that cannot be used: unreachable, gone, without
    /// valid credentials, or another one than was registered at. Then the resource goes, and what may be left at the platform
    /// is put on record in the operator's namespace (`oauth-registrar orphans`); it is removed when the platform is back.
    /// Such as 24h, 1s to 8760h. Default: until the platform can be used; 1h in a namespace that is being deleted. May be
    /// changed at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{1,9}(s|m|h)$') && duration(self) >= duration('1s') && duration(self) <= duration('8760h')")
        .message("must be a duration from 1s to 8760h in s, m or h, such as 24h"))]
    pub orphan_after: Option<String>,
}

/// See [`Deletion`].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// Deregister.
    #[default]
    Delete,
    /// Leave it there.
    Orphan,
}

/// What the operator found out and did.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct ApplicationStatus {
    /// The generation that the rest of the status tells about; -1 until it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Issuer and owner that the client was registered at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_identity: Option<super::platform::PlatformIdentity>,
    /// The platform's id of the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// RFC 6749 `client_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How the registration stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationStatus>,
    /// What was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretStatus>,
    /// Whether the credentials were proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// What only OLT knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub olt: Option<OltApplicationStatus>,
    /// The installations that refer to it; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installations: Option<InstallationCount>,
    /// The value of the annotation `oauthregistrar.io/retry` that was served last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried: Option<String>,
    /// Conditions: Ready, Accepted, Registered, SecretPublished, CredentialsVerified; Reconciling, Stalled and Paused while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// Installations of an application.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct InstallationCount {
    /// Those that are not being deleted.
    #[serde(default)]
    pub desired: i64,
    /// Those of them that are Ready.
    #[serde(default)]
    pub ready: i64,
}

/// How the registration stands.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationStatus {
    /// The registration's id, minted once.
    #[serde(default)]
    pub id: String,
    /// The attempt whose outcome the status tells.
    #[serde(default)]
    pub attempt: i64,
    /// How it stands.
    #[serde(default)]
    pub outcome: Outcome,
    /// The generation that the platform was last brought in line with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_generation: Option<i64>,
    /// How many clients may exist at the platform that nobody knows: so often the answer to a registration was lost
    /// where the platform cannot be asked for it (RFC 7591). Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<i64>,
}

/// How a registration stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum Outcome {
    /// Claimed, nothing known yet.
    #[default]
    Claimed,
    /// The client exists.
    Registered,
    /// A call was sent whose outcome is not known.
    Unknown,
    /// The client is gone from the platform.
    Gone,
}

/// What was published.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SecretStatus {
    /// Name of the Secret.
    #[serde(default)]
    pub name: String,
    /// Its resourceVersion when the operator last wrote or accepted it.
    #[serde(default)]
    pub resource_version: String,
    /// How many secrets were published there.
    #[serde(default)]
    pub revision: i64,
    /// When the last one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Time>,
    /// The key that holds the client secret.
    #[serde(default)]
    pub client_secret_key: String,
    /// Secrets that had to be replaced without anybody asking for it, since the time given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced>,
}

/// Replacements that nobody asked for; more than three within a day stop them.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Replaced {
    /// How many.
    pub count: i64,
    /// When the first of them was.
    pub since: Time,
}

/// A proof of the credentials.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// When; it moves only when the answer changes.
    pub at: Time,
    /// How.
    pub how: Verified,
}

/// How credentials are proved.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum Verified {
    /// They obtained a token.
    Minted,
}
