//! What we read. Members that the contract requires must be there; all others may be absent or null.

use serde::Deserialize;

use super::{INACTIVE, PermissionSet};
use crate::domain::credentials::SecretText;
use crate::domain::marker::Marker;
use crate::domain::port::{Availability, Installation, KnownPermission, Listed, Registered, RemoteClient};
use crate::domain::registration::{AllowedTenant, ApplicationId, ClientId, Permissions, Registration, TenantId};
use crate::platforms::oauth::secret;
use crate::platforms::olt::description;

/// The answer to a create: the only place that holds the first secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    id: String,
    oauth2_client: CreatedClient,
    #[serde(default, alias = "oauth2PublicClient")]
    public_oauth2_client: Option<Client>,
}

#[derive(Deserialize)]
struct CreatedClient {
    id: String,
    #[serde(default)]
    secret: Option<Secret>,
}

#[derive(Deserialize)]
struct Secret(#[serde(deserialize_with = "secret")] SecretText);

impl Created {
    /// `complete`: the request could hold all that was wanted.
    #[must_use]
    pub fn registered(self, complete: bool) -> Registered {
        let created = self;
        Registered {
            complete,
            application_id: ApplicationId(created.id),
            client_id: ClientId(created.oauth2_client.id),
            public_client_id: created.public_oauth2_client.map(|client| ClientId(client.id)),
            client_secret: created
                .oauth2_client
                .secret
                .map_or_else(|| SecretText::new(String::new()), |secret| secret.0),
        }
    }
}

/// The answer to a rotation.
#[derive(Deserialize)]
pub struct Rotated {
    /// The live secret from now on.
    #[serde(deserialize_with = "secret")]
    pub secret: SecretText,
}

/// An application, as lists and reads show it; a list leaves out redirect URIs and permissions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The platform's id.
    pub id: String,
    name: String,
    oauth2_client: Client,
    #[serde(default)]
    teaser_description: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    permissions: Option<PermissionSet>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    with_public_oauth2_client: Option<bool>,
    #[serde(default, alias = "oauth2PublicClient")]
    public_oauth2_client: Option<Client>,
    #[serde(default)]
    created_at: String,
    #[serde(default)]
    updated_at: String,
    #[serde(default)]
    installations_count: Option<f64>,
}

#[derive(Deserialize)]
struct Client {
    id: String,
}

impl Application {
    /// As a list shows it. Without `marks` no marker is looked for: the text is the user's, whole.
    #[must_use]
    pub fn listed(self, marks: bool) -> Listed {
        let (_, marker) = described(self.teaser_description, marks);
        Listed {
            application_id: ApplicationId(self.id),
            client_id: ClientId(self.oauth2_client.id),
            name: self.name,
            marker,
            created_at: self.created_at,
            // A tenant that installs or uninstalls does not touch the application itself.
            revision: format!("{} {}", self.updated_at, self.installations_count.unwrap_or_default()),
        }
    }

    /// As a read shows it.
    #[must_use]
    pub fn in_full(self, marks: bool) -> RemoteClient {
        let (description, marker) = described(self.teaser_description, marks);
        RemoteClient {
            application_id: ApplicationId(self.id),
            client_id: ClientId(self.oauth2_client.id),
            public_client_id: self.public_oauth2_client.map(|client| ClientId(client.id)),
            registration: Registration {
                name: self.name,
                description,
                marker,
                client_uri: self.url.unwrap_or_default(),
                redirect_uris: self.redirect_uris.unwrap_or_default(),
                permissions: self.permissions.unwrap_or_default().into(),
                suspended: self.status.as_deref() == Some(INACTIVE),
                public_client: self.with_public_oauth2_client.unwrap_or_default(),
                allowed_tenants: vec![],
            },
        }
    }
}

fn described(field: Option<String>, marks: bool) -> (String, Option<Marker>) {
    let field = field.unwrap_or_default();
    if marks {
        description::parse(&field)
    } else {
        (field, None)
    }
}

/// A tenant that may install.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowedRow {
    /// The tenant.
    pub tenant_id: String,
    #[serde(default)]
    comment: Option<String>,
}

impl From<AllowedRow> for AllowedTenant {
    fn from(row: AllowedRow) -> Self {
        Self {
            tenant_id: TenantId(row.tenant_id),
            comment: row.comment.unwrap_or_default(),
        }
    }
}

/// An installation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    status: String,
    #[serde(default)]
    permissions: Option<PermissionSet>,
    #[serde(default)]
    created_at: String,
}

impl From<Installed> for Installation {
    fn from(installed: Installed) -> Self {
        Self {
            status: installed.status,
            permissions: installed.permissions.unwrap_or_default().into(),
            created_at: installed.created_at,
        }
    }
}

/// An installation as the older contract knows it, which has no consent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlainlyInstalled {
    #[serde(default)]
    created_at: String,
}

impl From<PlainlyInstalled> for Installation {
    fn from(installed: PlainlyInstalled) -> Self {
        Self {
            status: "ok".to_owned(),
            permissions: Permissions::default(),
            created_at: installed.created_at,
        }
    }
}

/// An application, as a tenant sees it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visible {
    available: bool,
    #[serde(default)]
    available_code: Option<String>,
    /// The tenant's installation, in brief.
    #[serde(default)]
    pub installation: Option<PlainlyInstalled>,
}

impl From<Visible> for Availability {
    fn from(visible: Visible) -> Self {
        match visible.available_code.as_deref() {
            _ if visible.available => Self::Available,
            Some("APP_INACTIVE") => Self::Suspended,
            Some("APP_DELETED") => Self::Deleted,
            Some("APP_DENIED") => Self::Denied,
            other => Self::Other(other.unwrap_or("no word").to_owned()),
        }
    }
}

/// The permissions of the platform.
#[derive(Deserialize)]
pub struct PermissionList {
    permissions: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    id: String,
    alias: String,
}

impl From<PermissionList> for Vec<KnownPermission> {
    fn from(list: PermissionList) -> Self {
        list.permissions
            .into_iter()
            .map(|Permission { id, alias }| KnownPermission { id, alias })
            .collect()
    }
}

/// What the body of a refusal says: `APP_CONFLICT: name is taken`.
#[must_use]
pub fn complaint(body: &[u8]) -> Option<String> {
    let Refusal {
        error_code,
        error_message,
    } = serde_json::from_slice(body).ok()?;
    match (error_code, error_message) {
        (None, None) => None,
        (Some(text), None) | (None, Some(text)) => Some(text),
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error_message: Option<String>,
}

#[cfg(test)]
mod tests;
