//! Permissions that exist, and what a user may do and where (contract section 6.2).

use serde_json::{Value, json};

use crate::access;
use crate::call::Call;
use crate::id::Id;
use crate::message::Reply;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::state::{Role, Subject};

const NOT_THIS_USER: Refusal = Refusal::Forbidden("only the user itself may ask this");

/// `GET /v1/permissions`, for any valid token: alias to id. Not paged.
pub fn permissions(call: &Call<'_>) -> Result<Reply, Refusal> {
    access::token(call)?;
    Ok(Reply::data(
        200,
        &json!({"permissions": call.platform.directory.permissions()}),
    ))
}

/// `GET /v1/users/{sub}/permissions`: what the user may do in the token's tenant.
pub fn user_permissions(call: &Call<'_>, sub: &str) -> Result<Reply, Refusal> {
    let token = access::token(call)?;
    let tenant = access::tenant_of(call.platform, token)?;
    let user = myself(call, sub)?;
    let role = call.platform.directory.role(user, tenant).ok_or(Refusal::NoAccess)?;
    let held = call
        .platform
        .directory
        .permissions()
        .iter()
        .filter(|permission| role.grants(permission.alias));
    let held: Vec<Value> = held.map(|one| json!({"id": one.id, "alias": one.alias})).collect();
    Ok(Reply::data(200, &json!({"permissions": held, "customPermissions": []})))
}

/// `GET /v1/users/{sub}/tenants`: where the user is a member.
pub fn user_tenants(call: &Call<'_>, sub: &str) -> Result<Reply, Refusal> {
    let user = myself(call, sub)?;
    let page = Page::asked(call)?;
    let directory = &call.platform.directory;
    let roles: Vec<(Id, Role)> = directory
        .user(user)
        .into_iter()
        .flat_map(|user| user.roles.clone())
        .collect();
    Ok(page.reply(&roles, |(id, role)| {
        json!({
            "id": id,
            "name": directory.tenant(*id).map(|tenant| &tenant.name),
            "status": {"code": directory.tenant(*id).map(|tenant| tenant.status)},
            "userRoles": [{"id": role.id(), "name": role, "description": role, "locked": true}],
            "applicationInstallationStatus": "ok",
        })
    }))
}

/// The calling user, who must be the one in the path. Applications are no users.
fn myself(call: &Call<'_>, sub: &str) -> Result<Id, Refusal> {
    let Subject::User(caller) = access::token(call)?.subject else {
        return Err(NOT_THIS_USER);
    };
    let asked = Id::parse(sub).ok_or_else(|| Refusal::Validation("the user id is not a UUID".to_owned()))?;
    (asked == caller).then_some(caller).ok_or(NOT_THIS_USER)
}
