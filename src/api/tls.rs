//! How a platform proves who it is, and the operator to it.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a platform proves who it is, and the operator to it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.caBundleRef) || has(self.clientCertificateRef)")
    .message("tls must say which authorities to trust or what to show: set caBundleRef, clientCertificateRef or both"))]
pub struct Tls {
    /// Certificates of the authorities to trust, in place of the well-known ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle_ref: Option<CaBundleRef>,
    /// The certificate that the operator shows to a platform that asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<ClientCertificateRef>,
}

/// A certificate with its private key, in a Secret with the keys `tls.crt` and `tls.key`, as those of the type
/// `kubernetes.io/tls` have them. For a ClusterOAuthPlatform it lies in the operator's own namespace, else in the
/// resource's. It must carry the label `oauthregistrar.io/secret: credential`, the owner's consent that the operator reads
/// it. Another certificate is taken as soon as it is there.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq, Hash)]
#[serde(rename_all = "camelCase")]
pub struct ClientCertificateRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be a Secret's name: lower-case letters, digits, - and ., such as operator-tls"))]
    pub name: String,
}

/// Certificates in PEM, in a ConfigMap or a Secret: for a ClusterOAuthPlatform in the operator's own namespace, else in the
/// resource's.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq, Hash)]
#[serde(rename_all = "camelCase")]
pub struct CaBundleRef {
    /// What holds them. A Secret must carry the label `oauthregistrar.io/secret: credential`. Default: ConfigMap.
    #[serde(default)]
    pub kind: CaBundleKind,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be an object's name: lower-case letters, digits, - and ., such as corporate-ca"))]
    pub name: String,
    /// Key in it. Default: `ca.crt`.
    #[serde(default = "ca_crt")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[-._a-zA-Z0-9]+$')")
        .message("must be a key: letters, digits, -, _ and ., such as ca.crt"))]
    pub key: String,
}

/// What certificates may lie in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq, Hash)]
pub enum CaBundleKind {
    /// A ConfigMap.
    #[default]
    ConfigMap,
    /// A Secret that is labelled for the operator.
    Secret,
}

fn ca_crt() -> String {
    "ca.crt".to_owned()
}
