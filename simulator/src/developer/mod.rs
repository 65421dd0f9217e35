//! The developer side (contract section 3): what the owner of an application asks and changes.

mod allowed;
mod applications;
mod view;

pub use allowed::{allow, disallow, list_allowed};
pub use applications::{change, create, delete, list, read, rotate};

use crate::call::Call;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::state::{Application, Permissions, Platform};

const READ: &str = "applications_development:read";
const WRITE: &str = "applications_development:write";

fn path_id(text: &str) -> Result<Id, Refusal> {
    Id::parse(text).ok_or_else(|| Refusal::Validation("an id in the path is not a UUID".to_owned()))
}

/// An application of this owner that is not deleted; the difference to an absent one is not told.
fn owned<'a>(call: &'a Call<'_>, owner: Id, id: Id) -> Result<&'a Application, Refusal> {
    call.platform
        .applications
        .live(id)
        .filter(|application| application.owner == owner)
        .ok_or(Refusal::NotFound)
}

fn owned_mut<'a>(call: &'a mut Call<'_>, owner: Id, id: Id) -> Result<&'a mut Application, Refusal> {
    owned(call, owner, id)?;
    call.platform.applications.get_mut(id).ok_or(Refusal::NotFound)
}

fn check_known(platform: &Platform, permissions: Option<&Permissions>) -> Result<(), Refusal> {
    if permissions.is_some() && !platform.switches.has_all_fields() {
        return Err(Refusal::Validation("unknown field `permissions`".to_owned()));
    }
    let known = platform.directory.has_all(permissions);
    known
        .then_some(())
        .ok_or_else(|| Refusal::Validation("a permission does not exist".to_owned()))
}
