//! The tenant side (contract section 4): what a tenant sees of other owners' applications, and its consent.

mod installation;
mod view;

pub use installation::{consent, install, install_plainly, installation, uninstall};
pub use view::{InstallationView, declared, list, view};

use crate::access;
use crate::call::Call;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::state::Application;

const READ: &str = "applications:read";
const WRITE: &str = "applications:write";

/// The tenant that calls, and the id in the path.
fn caller(call: &Call<'_>, permission: &str, id: &str) -> Result<(Id, Id), Refusal> {
    let tenant = access::tenant_with(call, permission)?;
    let id = Id::parse(id).ok_or_else(|| Refusal::Validation("the id in the path is not a UUID".to_owned()))?;
    Ok((tenant, id))
}

fn visible<'a>(call: &'a Call<'_>, tenant: Id, id: Id) -> Result<&'a Application, Refusal> {
    let application = call.platform.applications.get(id);
    application
        .filter(|application| application.visible_to(tenant))
        .ok_or(Refusal::NotFound)
}
