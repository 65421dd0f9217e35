//! Bodies that create and change applications and their allowed tenants.

use serde::Deserialize;

use super::body::present;
use super::text::{Comment, Name, RedirectUri, Teaser, Text, WebUrl};
use crate::id::Id;
use crate::state::{OwnStatus, Permissions};

/// Body of `POST /application-developer/applications`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApplication {
    /// The name.
    pub name: Text<Name>,
    /// Free text.
    #[serde(default, deserialize_with = "present")]
    pub teaser_description: Option<Text<Teaser>>,
    /// Home page.
    #[serde(default, deserialize_with = "present")]
    pub url: Option<Text<WebUrl>>,
    /// Whether a public client is wanted as well.
    #[serde(default)]
    pub with_public_oauth2_client: bool,
    /// Where logins may return to.
    #[serde(default, deserialize_with = "present")]
    pub redirect_uris: Option<Vec<Text<RedirectUri>>>,
    /// Who may install.
    #[serde(default, deserialize_with = "present")]
    pub allowed_tenants: Option<Vec<AllowedTenant>>,
    /// What it needs.
    #[serde(default, deserialize_with = "present")]
    pub permissions: Option<Permissions>,
}

/// A tenant allowed from the start. Of two for one tenant the last one's comment holds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllowedTenant {
    /// The tenant; it need not exist.
    pub tenant_id: Id,
    /// A note.
    #[serde(default, deserialize_with = "present")]
    pub comment: Option<Text<Comment>>,
}

/// Body of `PATCH /application-developer/applications/{id}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeApplication {
    /// A new name.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Text<Name>>,
    /// A new free text.
    #[serde(default, deserialize_with = "present")]
    pub teaser_description: Option<Text<Teaser>>,
    /// A new home page.
    #[serde(default, deserialize_with = "present")]
    pub url: Option<Text<WebUrl>>,
    /// Adds or removes the public client.
    #[serde(default, deserialize_with = "present")]
    pub with_public_oauth2_client: Option<bool>,
    /// Replaces all of them.
    #[serde(default, deserialize_with = "present")]
    pub redirect_uris: Option<Vec<Text<RedirectUri>>>,
    /// Replaces all of them.
    #[serde(default, deserialize_with = "present")]
    pub permissions: Option<Permissions>,
    /// Suspends or resumes.
    #[serde(default, deserialize_with = "present")]
    pub status: Option<OwnStatus>,
}

/// Body of `PUT /application-developer/applications/{id}/allowed-tenants/{tenantId}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowTenant {
    /// A note; absent: the earlier one stays.
    #[serde(default, deserialize_with = "present")]
    pub comment: Option<Text<Comment>>,
}
