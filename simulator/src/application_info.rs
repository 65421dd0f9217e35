//! What an application asks about itself with a token of its own (contract section 5). No permission is needed.

use serde::Serialize;

use crate::access;
use crate::call::Call;
use crate::id::Id;
use crate::message::Reply;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::state::{Application, Subject};
use crate::switches::AppInfoToken;
use crate::tenant::InstallationView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InstalledTenant<'a> {
    tenant_id: Id,
    name: &'a str,
}

/// `GET /v1/application-info/installed-tenants`: the tenants reachable now.
pub fn installed_tenants(call: &Call<'_>) -> Result<Reply, Refusal> {
    let application = caller(call)?;
    let tenantless = call.platform.switches.app_info_token == AppInfoToken::Tenantless;
    if tenantless && access::token(call)?.tenant.is_some() {
        return Err(Refusal::Forbidden("the token must carry no tenant"));
    }
    let page = Page::asked(call)?;
    let reachable: Vec<Id> = application
        .installations
        .keys()
        .copied()
        .filter(|id| application.lets_in(*id) && !call.platform.directory.is_suspended(*id))
        .collect();
    Ok(page.reply(&reachable, |id| InstalledTenant {
        tenant_id: *id,
        name: call.platform.directory.tenant(*id).map_or("", |tenant| &tenant.name),
    }))
}

/// `GET /v1/application-info/installation`: the installation in the token's tenant.
pub fn installation(call: &Call<'_>) -> Result<Reply, Refusal> {
    let application = caller(call)?;
    let tenant = access::token(call)?.tenant.ok_or(Refusal::NotFound)?;
    InstallationView::of(application, tenant, &call.platform.switches)
        .map(|view| Reply::data(200, &view))
        .ok_or(Refusal::NotFound)
}

fn caller<'a>(call: &'a Call<'_>) -> Result<&'a Application, Refusal> {
    match access::token(call)?.subject {
        Subject::Application(id) => call.platform.applications.live(id).ok_or(Refusal::NoAccess),
        Subject::User(_) => Err(Refusal::NoAccess),
    }
}
