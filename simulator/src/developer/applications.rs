//! Create, list, read, change, delete, rotate.

use serde_json::{Map, Value, json};

use super::view::ApplicationView;
use super::{READ, WRITE, check_known, owned, owned_mut, path_id};
use crate::access;
use crate::call::{Call, listed};
use crate::message::Reply;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::schema::{self, ChangeApplication, CreateApplication, NoMembers};
use crate::state::{NameTaken, Operation, Status};

const NAME_TAKEN: Refusal = Refusal::Conflict("the name is taken");

/// `POST DEV`: not idempotent, and the only answer but a rotation's that shows a secret.
pub fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let wanted: CreateApplication = schema::required(call.request)?;
    check_known(call.platform, wanted.permissions.as_ref())?;
    let shows_allowed = wanted.allowed_tenants.is_some();
    let platform = &mut *call.platform;
    let created = platform
        .applications
        .create(owner, None, wanted, &mut platform.random, call.now);
    let id = created.map_err(|NameTaken| NAME_TAKEN)?;
    platform.commits.count(Operation::Create);
    let application = platform.applications.get(id).ok_or(Refusal::NotFound)?;
    let view = ApplicationView::created(application, shows_allowed, &platform.directory, &platform.switches);
    Ok(Reply::data(platform.switches.create_status.status(), &view))
}

/// `GET DEV`.
pub fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, READ)?;
    let page = Page::asked(call)?;
    let found = listed(call, |one| one.owner == owner && one.status != Status::Deleted);
    let switches = &call.platform.switches;
    Ok(page.reply(&found, |application| ApplicationView::listed(application, switches)))
}

/// `GET DEV/{id}`.
pub fn read(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, READ)?;
    let application = owned(call, owner, path_id(id)?)?;
    Ok(Reply::data(
        200,
        &ApplicationView::detail(application, &call.platform.switches),
    ))
}

/// `PATCH DEV/{id}`: the answer holds what was sent, and little more.
pub fn change(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let id = path_id(id)?;
    let wanted: ChangeApplication = schema::required(call.request)?;
    check_known(call.platform, wanted.permissions.as_ref())?;
    owned(call, owner, id)?;
    let sent: Map<String, Value> = schema::required(call.request)?;
    let platform = &mut *call.platform;
    let changed = platform.applications.change(id, wanted, &mut platform.random, call.now);
    changed.map_err(|NameTaken| NAME_TAKEN)?;
    platform.commits.count(Operation::Change);
    let application = platform.applications.get(id).ok_or(Refusal::NotFound)?;
    let mut answer = json!(ApplicationView::detail(application, &platform.switches));
    if let Some(members) = answer.as_object_mut() {
        members.retain(|name, _| is_answered(name, &sent));
    }
    Ok(Reply::data(200, &answer))
}

/// `DELETE DEV/{id}`: works while installed.
pub fn delete(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let id = path_id(id)?;
    owned(call, owner, id)?;
    call.platform.applications.delete(id, call.now);
    call.platform.commits.count(Operation::Delete);
    Ok(Reply::empty(204))
}

/// `POST DEV/{id}/secret`: the old secret dies at once.
pub fn rotate(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let owner = access::tenant_with(call, WRITE)?;
    let id = path_id(id)?;
    schema::optional::<NoMembers>(call.request)?;
    owned(call, owner, id)?;
    let (secret, now) = (call.platform.random.secret(), call.now);
    let answer = Reply::data(201, &json!({"secret": secret}));
    owned_mut(call, owner, id)?.rotate(secret, now);
    call.platform.commits.count(Operation::Rotate);
    Ok(answer)
}

fn is_answered(member: &str, sent: &Map<String, Value>) -> bool {
    match member {
        "id" | "updatedAt" => true,
        "publicOauth2Client" | "oauth2PublicClient" => sent.get("withPublicOauth2Client") == Some(&Value::Bool(true)),
        other => sent.contains_key(other),
    }
}
