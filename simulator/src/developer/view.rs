//! An application as its owner sees it: one shape, three selections of members (contract section 3.1).

use serde::Serialize;

use crate::clock::Moment;
use crate::id::Id;
use crate::state::{Allowance, Application, Directory, Permissions, Status};
use crate::switches::{PublicClientKey, Switches};

/// An application in a list, in detail or just created.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationView<'a> {
    id: Id,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    with_public_oauth2_client: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uris: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_tenants: Option<Vec<AllowedView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Permissions>,
    status: Status,
    tenant_id: Id,
    oauth2_client: ClientView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_oauth2_client: Option<ClientView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth2_public_client: Option<ClientView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installations_count: Option<usize>,
    created_at: Moment,
    updated_at: Moment,
}

#[derive(Serialize)]
struct ClientView<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// One row of the allowed tenants.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowedView<'a> {
    tenant_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_name: Option<&'a str>,
    installed: bool,
    comment: &'a str,
    created_at: Moment,
}

impl<'a> ApplicationView<'a> {
    /// As an item of the list.
    pub fn listed(application: &'a Application, switches: &Switches) -> Self {
        let specified = switches.public_client_key == PublicClientKey::Specified;
        let public = || application.public_client_id.map(ClientView::public);
        Self {
            id: application.id,
            name: &application.name,
            teaser_description: application.teaser_description.as_deref(),
            url: application.url.as_deref(),
            with_public_oauth2_client: application.public_client_id.is_some(),
            redirect_uris: None,
            allowed_tenants: None,
            permissions: None,
            status: application.status,
            tenant_id: application.owner,
            oauth2_client: ClientView {
                id: application.client_id,
                secret: None,
                kind: switches.client_type_spelling.word(),
            },
            public_oauth2_client: public().filter(|_| specified),
            oauth2_public_client: public().filter(|_| !specified),
            installations_count: switches.has_all_fields().then_some(application.installations.len()),
            created_at: application.created_at,
            updated_at: application.updated_at,
        }
    }

    /// As read alone: what was never set shows as empty.
    pub fn detail(application: &'a Application, switches: &Switches) -> Self {
        Self {
            redirect_uris: Some(application.redirect_uris.as_deref().unwrap_or_default()),
            permissions: switches.has_all_fields().then(|| application.declared()),
            ..Self::listed(application, switches)
        }
    }

    /// As answered to its creation: with the secret, and without what was not sent.
    pub fn created(
        application: &'a Application,
        shows_allowed: bool,
        directory: &'a Directory,
        switches: &Switches,
    ) -> Self {
        let rows = application.allowed.iter();
        let rows = || {
            rows.map(|(tenant, row)| AllowedView::of(application, *tenant, row, directory))
                .collect()
        };
        let mut view = Self::listed(application, switches);
        view.redirect_uris = application.redirect_uris.as_deref();
        view.allowed_tenants = shows_allowed.then(rows);
        view.permissions.clone_from(&application.permissions);
        view.oauth2_client.secret = Some(&application.secret);
        view
    }
}

impl ClientView<'_> {
    fn public(id: Id) -> Self {
        Self {
            id,
            secret: None,
            kind: "public",
        }
    }
}

impl<'a> AllowedView<'a> {
    /// The row of one tenant; its name shows only while it has the application installed.
    pub fn of(application: &Application, tenant: Id, row: &'a Allowance, directory: &'a Directory) -> Self {
        let installed = application.installations.contains_key(&tenant);
        Self {
            tenant_id: tenant,
            tenant_name: directory
                .tenant(tenant)
                .filter(|_| installed)
                .map(|tenant| tenant.name.as_str()),
            installed,
            comment: &row.comment,
            created_at: row.created_at,
        }
    }
}
