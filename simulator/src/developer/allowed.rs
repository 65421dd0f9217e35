//! Allowed tenants: who may install (contract section 3.8).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::view::AllowedView;
use super::{READ, WRITE, owned, owned_mut, path_id};
use crate::access;
use crate::call::Call;
use crate::message::Reply;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::schema::{self, AllowTenant};
use crate::state::Operation;

/// `GET DEV/{id}/allowed-tenants`: newest first.
pub fn list_allowed(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, READ)?;
    let id = path_id(id)?;
    let page = Page::asked(call)?;
    let application = owned(call, owner, id)?;
    let now: BTreeMap<_, _> = application.allowed.iter().map(|(tenant, row)| (*tenant, row)).collect();
    let shown = call.platform.lists_lag(call.now).map_or_else(
        || now.clone(),
        |lag| {
            let then = lag.then.get(id).into_iter().flat_map(|then| &then.allowed);
            lag.rows(&now, &then.map(|(tenant, row)| (*tenant, row)).collect())
        },
    );
    let mut tenants: Vec<_> = shown.into_iter().collect();
    tenants.sort_by_key(|(tenant, row)| (Reverse(row.created_at), *tenant));
    Ok(page.reply(&tenants, |(tenant, row)| {
        AllowedView::of(application, *tenant, row, &call.platform.directory)
    }))
}

/// `PUT DEV/{id}/allowed-tenants/{tenantId}`: the tenant need not exist.
pub fn allow(call: &mut Call<'_>, id: &str, tenant: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let (id, tenant) = (path_id(id)?, path_id(tenant)?);
    let wanted: AllowTenant = schema::optional(call.request)?;
    let (now, switches) = (call.now, call.platform.switches.clone());
    owned_mut(call, owner, id)?.allow(tenant, wanted.comment.map(Into::into), now, &switches);
    call.platform.commits.count(Operation::Allow);
    let application = owned(call, owner, id)?;
    let row = application.allowed.get(&tenant).ok_or(Refusal::NotFound)?;
    Ok(Reply::data(
        200,
        &AllowedView::of(application, tenant, row, &call.platform.directory),
    ))
}

/// `DELETE DEV/{id}/allowed-tenants/{tenantId}`: an installation stays, without access.
pub fn disallow(call: &mut Call<'_>, id: &str, tenant: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let (id, tenant) = (path_id(id)?, path_id(tenant)?);
    owned_mut(call, owner, id)?
        .allowed
        .remove(&tenant)
        .ok_or(Refusal::NotFound)?;
    call.platform.commits.count(Operation::Disallow);
    Ok(Reply::empty(204))
}
