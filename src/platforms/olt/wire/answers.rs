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
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn application(more: &Value) -> Application {
        let mut whole = json!({"id": "a-1", "name": "n", "oauth2Client": {"id": "c-1", "type": "confidental"}});
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        from_value(whole).unwrap()
    }

    #[test]
    fn unknown_members_and_either_spelling_are_accepted() {
        for spelling in ["confidental", "confidential"] {
            let client = json!({"id": "c-1", "secret": "s-1", "type": spelling, "more": 1});
            let created: Created = from_value(json!({"id": "a-1", "oauth2Client": client, "more": {}})).unwrap();
            let registered = created.registered(true);
            assert_eq!(
                (registered.client_id.0.as_str(), registered.client_secret.expose()),
                ("c-1", "s-1")
            );
        }
    }

    #[test]
    fn a_create_answered_without_secret_has_an_empty_one() {
        for client in [json!({"id": "c-1"}), json!({"id": "c-1", "secret": null})] {
            let created: Created = from_value(json!({"id": "a-1", "oauth2Client": client})).unwrap();
            assert!(created.registered(true).client_secret.is_empty());
        }
    }

    #[test]
    fn a_public_client_is_read_under_either_of_its_names() {
        for name in ["publicOauth2Client", "oauth2PublicClient"] {
            let more =
                json!({name: {"id": "p-1", "type": "public"}, "withPublicOauth2Client": true, "status": "inactive"});
            let seen = application(&more).in_full(true);
            assert_eq!(seen.public_client_id, Some("p-1".into()));
            assert!(seen.registration.public_client && seen.registration.suspended);
        }
        let bare = application(&json!({"status": "active"})).in_full(true);
        assert_eq!(bare.public_client_id, None);
        assert!(!bare.registration.public_client && !bare.registration.suspended);
    }

    #[test]
    fn absent_and_null_members_read_alike() {
        let null = json!({"teaserDescription": null, "url": null, "redirectUris": null, "permissions": null});
        assert_eq!(application(&null).in_full(true), application(&json!({})).in_full(true));
    }

    #[test]
    fn the_marker_is_told_apart_from_the_text_only_where_markers_are_in_use() {
        let field = json!({"teaserDescription": "text [reg:AAAAAAAAAAAAAAAA]"});
        let seen = application(&field).in_full(true).registration;
        assert_eq!(
            (seen.description.as_str(), seen.marker),
            ("text", Marker::parse("AAAAAAAAAAAAAAAA"))
        );
        let seen = application(&field).in_full(false).registration;
        assert_eq!(
            (seen.description.as_str(), seen.marker),
            ("text [reg:AAAAAAAAAAAAAAAA]", None)
        );
        assert_eq!(
            application(&field).listed(true).marker,
            Marker::parse("AAAAAAAAAAAAAAAA")
        );
        assert_eq!(application(&field).listed(false).marker, None);
    }

    #[test]
    fn a_refusal_is_told_by_code_and_message_as_far_as_they_are_there() {
        let told = |body: Value| complaint(body.to_string().as_bytes());
        assert_eq!(
            told(json!({"errorCode": "C", "errorMessage": "m", "x": 1})),
            Some("C: m".to_owned())
        );
        assert_eq!(told(json!({"errorCode": "C"})), Some("C".to_owned()));
        assert_eq!(told(json!({"message": "m"})), None);
        assert_eq!(complaint(b"<html>"), None);
    }
}
