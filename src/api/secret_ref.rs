//! Where a credential lies: a Secret that its owner labelled for the operator.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Credentials of a platform or a tenant: exactly one way.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.apiToken)").message("credentials must name one way to authenticate: set apiToken"))]
pub struct ApiCredentials {
    /// An access token that a person copied from the platform's portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_token: Option<ApiToken>,
}

/// An access token in a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// The Secret. For a ClusterOAuthPlatform it lies in the operator's own namespace, else in the resource's. It must
    /// carry the label `oauthregistrar.io/secret: credential`, the owner's consent that the operator reads it.
    pub secret_ref: SecretKeyRef,
}

/// A key of a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq, Hash)]
#[serde(rename_all = "camelCase")]
pub struct SecretKeyRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be a Secret's name: lower-case letters, digits, - and ., such as olt-operator"))]
    pub name: String,
    /// Key in it. Default: `token`.
    #[serde(default = "token")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as token"))]
    pub key: String,
}

fn token() -> String {
    "token".to_owned()
}
