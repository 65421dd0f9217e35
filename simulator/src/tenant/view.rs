//! What a tenant reads: applications with their availability, and installations.

use serde::Serialize;

use super::{READ, caller, visible};
use crate::access;
use crate::call::{Call, listed};
use crate::clock::Moment;
use crate::id::Id;
use crate::message::{Reply, Request};
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::state::{Application, Availability, Permissions};
use crate::switches::Switches;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VisibleView<'a> {
    id: Id,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    available: bool,
    available_code: Availability,
    #[serde(skip_serializing_if = "Option::is_none")]
    installation: Option<BriefInstallation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BriefInstallation {
    tenant_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    created_at: Moment,
}

/// An installation in full.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationView<'a> {
    application_id: Id,
    tenant_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a Permissions>,
    created_at: Moment,
    updated_at: Moment,
}

/// `GET APP`: installed and installable applications together.
pub fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let tenant = access::tenant_with(call, READ)?;
    let page = Page::asked(call)?;
    let wanted = installed_wanted(call.request)?;
    let found = listed(call, |application| {
        let installed = application.installations.contains_key(&tenant);
        application.visible_to(tenant) && wanted.is_none_or(|wanted| wanted == installed)
    });
    let switches = &call.platform.switches;
    Ok(page.reply(&found, |application| VisibleView::of(application, tenant, switches)))
}

/// `GET APP/{id}`.
pub fn view(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, READ, id)?;
    let view = VisibleView::of(visible(call, tenant, id)?, tenant, &call.platform.switches);
    Ok(Reply::data(200, &view))
}

/// `GET APP/{id}/permissions`: what consent must hold.
pub fn declared(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, READ, id)?;
    Ok(Reply::data(200, &visible(call, tenant, id)?.declared()))
}

impl<'a> VisibleView<'a> {
    fn of(application: &'a Application, tenant: Id, switches: &Switches) -> Self {
        let available_code = application.availability(tenant);
        Self {
            id: application.id,
            name: &application.name,
            teaser_description: application.teaser_description.as_deref(),
            url: application.url.as_deref(),
            available: available_code == Availability::Available,
            available_code,
            installation: InstallationView::of(application, tenant, switches).map(|full| BriefInstallation {
                tenant_id: full.tenant_id,
                status: full.status,
                created_at: full.created_at,
            }),
        }
    }
}

impl<'a> InstallationView<'a> {
    /// The installation in `tenant`, if there is one.
    pub fn of(application: &'a Application, tenant: Id, switches: &Switches) -> Option<Self> {
        let installation = application.installations.get(&tenant)?;
        let status = if application.is_current(installation) {
            "ok"
        } else {
            "outdated"
        };
        let full = switches.has_all_fields();
        Some(Self {
            application_id: application.id,
            tenant_id: tenant,
            status: full.then_some(status),
            permissions: full.then_some(&installation.permissions),
            created_at: installation.created_at,
            updated_at: installation.updated_at,
        })
    }
}

fn installed_wanted(request: &Request) -> Result<Option<bool>, Refusal> {
    match request.query_value("installed").as_deref() {
        None => Ok(None),
        Some("true" | "") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Refusal::Validation("installed is neither true nor false".to_owned())),
    }
}
