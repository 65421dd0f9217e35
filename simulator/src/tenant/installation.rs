//! Install, consent anew, read, uninstall.

use serde_json::json;

use super::{InstallationView, READ, WRITE, caller, visible};
use crate::call::Call;
use crate::id::Id;
use crate::message::Reply;
use crate::refusal::Refusal;
use crate::schema::{self, InstallApplication, NoMembers};
use crate::state::{Application, Availability, Operation, Permissions};

/// `GET APP/{id}/installation`.
pub fn installation(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, READ, id)?;
    visible(call, tenant, id)?;
    shown(call, tenant, id, 200)
}

/// `POST APP/{id}/installation` with the full set of permissions.
pub fn install(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, WRITE, id)?;
    let consented = consented(call)?;
    let application = installable(call, tenant, id)?;
    if application.installations.contains_key(&tenant) {
        return Err(Refusal::Conflict("already installed"));
    }
    check_full(application, &consented)?;
    write(call, tenant, id, consented, Operation::Install)?;
    shown(call, tenant, id, 201)
}

/// `PUT APP/{id}/installation` of the old contract. A repeat changes nothing, not even the consent to what was declared
/// meanwhile: the contract knows no consent here.
pub fn install_plainly(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, WRITE, id)?;
    schema::optional::<NoMembers>(call.request)?;
    let application = installable(call, tenant, id)?;
    if !application.installations.contains_key(&tenant) {
        let declared = application.declared();
        write(call, tenant, id, declared, Operation::Install)?;
    }
    let application = visible(call, tenant, id)?;
    let installation = application.installations.get(&tenant).ok_or(Refusal::NotFound)?;
    Ok(Reply::data(
        200,
        &json!({"tenantId": tenant, "createdAt": installation.created_at}),
    ))
}

/// `PATCH APP/{id}/installation`: consent to what is declared now.
pub fn consent(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, WRITE, id)?;
    let consented = consented(call)?;
    let application = visible(call, tenant, id)?;
    if !application.installations.contains_key(&tenant) {
        return Err(Refusal::NotFound);
    }
    check_usable(application, tenant)?;
    check_full(application, &consented)?;
    write(call, tenant, id, consented, Operation::Consent)?;
    shown(call, tenant, id, 200)
}

/// `DELETE APP/{id}/installation`: works in every state of the application.
pub fn uninstall(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (tenant, id) = caller(call, WRITE, id)?;
    let application = call.platform.applications.get_mut(id).ok_or(Refusal::NotFound)?;
    application.installations.remove(&tenant).ok_or(Refusal::NotFound)?;
    call.platform.commits.count(Operation::Uninstall);
    Ok(Reply::empty(204))
}

fn write(
    call: &mut Call<'_>,
    tenant: Id,
    id: Id,
    permissions: Permissions,
    operation: Operation,
) -> Result<(), Refusal> {
    let application = call.platform.applications.get_mut(id).ok_or(Refusal::NotFound)?;
    application.install(tenant, permissions, call.now);
    call.platform.commits.count(operation);
    Ok(())
}

fn shown(call: &Call<'_>, tenant: Id, id: Id, status: u16) -> Result<Reply, Refusal> {
    InstallationView::of(visible(call, tenant, id)?, tenant, &call.platform.switches)
        .map(|view| Reply::data(status, &view))
        .ok_or(Refusal::NotFound)
}

/// What the body consents to. Where permissions do not exist, a body that holds some is refused.
fn consented(call: &Call<'_>) -> Result<Permissions, Refusal> {
    if call.platform.switches.has_all_fields() {
        schema::required::<InstallApplication>(call.request).map(|wanted| wanted.permissions)
    } else {
        schema::optional::<NoMembers>(call.request).map(|_| Permissions::default())
    }
}

/// An application that the tenant may install, unless it did already.
fn installable<'a>(call: &'a Call<'_>, tenant: Id, id: Id) -> Result<&'a Application, Refusal> {
    let application = visible(call, tenant, id).map_err(|not_found| {
        if call.platform.switches.install_refusal.is_default() {
            not_found
        } else {
            Refusal::Forbidden("the tenant is not allowed")
        }
    })?;
    check_usable(application, tenant)?;
    Ok(application)
}

fn check_usable(application: &Application, tenant: Id) -> Result<(), Refusal> {
    match application.availability(tenant) {
        Availability::Available => Ok(()),
        Availability::Inactive => Err(Refusal::Forbidden("the application is inactive")),
        Availability::Deleted => Err(Refusal::Forbidden("the application is deleted")),
        Availability::Denied => Err(Refusal::Forbidden("the tenant is not allowed any more")),
    }
}

fn check_full(application: &Application, consented: &Permissions) -> Result<(), Refusal> {
    let full = application.declared() == *consented;
    full.then_some(())
        .ok_or_else(|| Refusal::Validation("not the full set of declared permissions".to_owned()))
}
