//! What only OLT knows of an application.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What only OLT knows of an application.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct OltApplication {
    /// Tenants that may install the application. One that is removed here loses access at once, unless a
    /// TenantInstallation still wants it. Rows that others added at the platform are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["tenantId"]))]
    pub allowed_tenants: Vec<AllowedTenant>,
    /// Permissions that the application declares; who installs it consents to them.
    #[serde(default)]
    pub permissions: Permissions,
    /// A second client without secret, for browsers and devices that cannot keep one. Its id goes to
    /// `status.olt.publicClientId` and the Secret. Switched off and on again, it has another id.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub additional_public_client: bool,
    /// `Inactive` suspends the application: nobody can install it, and it reaches no tenant's data. Default: `Active`.
    #[serde(default)]
    pub state: OltState,
}

/// Whether an application may be used.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
pub enum OltState {
    /// It may.
    #[default]
    Active,
    /// It is suspended.
    Inactive,
}

/// A tenant that may install.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct AllowedTenant {
    /// The tenant's id.
    #[schemars(length(max = 36))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')")
        .message("must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222"))]
    pub tenant_id: String,
    /// A note for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 255))]
    pub comment: String,
}

/// Permissions by alias, such as `devices_base_data:read`, or id.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    /// Of the application itself (`client_credentials`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 128)))]
    pub client: Vec<String>,
    /// On behalf of a user who logs in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 128)))]
    pub user: Vec<String>,
}

/// What only OLT knows.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct OltApplicationStatus {
    /// The tenant that owns the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_tenant_id: Option<String>,
    /// RFC 6749 `client_id` of the additional public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_client_id: Option<String>,
    /// Tenants that this resource allowed and will disallow again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_tenants: Vec<String>,
}
