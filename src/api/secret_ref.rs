//! Where a credential lies: a Secret that its owner labelled for the operator, and how it authenticates.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Credentials of a platform or a tenant: exactly one way.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("(has(self.apiToken) ? 1 : 0) + (has(self.refreshToken) ? 1 : 0) + (has(self.clientCredentials) ? 1 : 0) == 1")
    .message("credentials must name exactly one way to authenticate: set one of apiToken, refreshToken and clientCredentials"))]
pub struct ApiCredentials {
    /// An access token that a person copied from the platform's portal. It acts for one tenant and cannot be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_token: Option<ApiToken>,
    /// A user's refresh token, with which the operator obtains access tokens, for each tenant of that user. Each newer
    /// refresh token is kept in a Secret of the operator's own, beside the resource's credential, and goes before the one
    /// here until another one is put here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// Id and secret of an application that may register and install others, with which the operator obtains access
    /// tokens, for each tenant that has that application installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_credentials: Option<ClientCredentials>,
}

impl ApiCredentials {
    /// Name of the Secret that holds them.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        let api_token = self.api_token.as_ref().map(|way| &way.secret_ref.name);
        let refresh_token = self.refresh_token.as_ref().map(|way| &way.secret_ref.name);
        let client = self.client_credentials.as_ref().map(|way| &way.secret_ref.name);
        api_token.or(refresh_token).or(client).map(String::as_str)
    }
}

/// An access token in a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// The Secret. For a ClusterOAuthPlatform it lies in the operator's own namespace, else in the resource's. It must
    /// carry the label `oauthregistrar.io/secret: credential`, the owner's consent that the operator reads it.
    pub secret_ref: SecretKeyRef,
}

/// A refresh token in a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RefreshToken {
    /// The Secret. For a ClusterOAuthPlatform it lies in the operator's own namespace, else in the resource's. It must
    /// carry the label `oauthregistrar.io/secret: credential`, the owner's consent that the operator reads it.
    pub secret_ref: RefreshTokenRef,
    /// RFC 6749 `client_id` of the client that the refresh token was issued to. Default: the token's claim `azp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub client_id: Option<String>,
}

/// Client id and secret in a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ClientCredentials {
    /// The Secret, with the keys `client_id` and `client_secret`. For a ClusterOAuthPlatform it lies in the operator's own
    /// namespace, else in the resource's. It must carry the label `oauthregistrar.io/secret: credential`, the owner's
    /// consent that the operator reads it.
    pub secret_ref: SecretRef,
}

/// A key of a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
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

/// A key of a Secret with a refresh token.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RefreshTokenRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be a Secret's name: lower-case letters, digits, - and ., such as olt-operator"))]
    pub name: String,
    /// Key in it. Default: `refresh_token`.
    #[serde(default = "refresh_token")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key of a Secret: letters, digits, -, _ and ., such as refresh_token"))]
    pub key: String,
}

/// A whole Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be a Secret's name: lower-case letters, digits, - and ., such as olt-operator"))]
    pub name: String,
}

fn token() -> String {
    "token".to_owned()
}

fn refresh_token() -> String {
    "refresh_token".to_owned()
}
