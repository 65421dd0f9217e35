//! The paths that only prove access: an always empty list of devices, and the administration that applications never
//! reach.

use serde_json::Value;

use crate::access;
use crate::call::Call;
use crate::message::Reply;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::state::Subject;

/// `GET /v1/devices`: proves that a token works.
pub fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    access::tenant_with(call, "devices_base_data:read")?;
    Ok(Page::asked(call)?.reply(&[], |nothing: &Value| nothing.clone()))
}

/// `/v1/tenants/…` and `/v1/roles`: refused to applications, not simulated for users.
pub fn administration(call: &Call<'_>) -> Result<Reply, Refusal> {
    match access::token(call)?.subject {
        Subject::Application(_) => Err(Refusal::NoAccess),
        Subject::User(_) => Err(Refusal::NotSimulated),
    }
}
