//! Applications as somebody else would create, change and install them.

use crate::clock::Moment;
use crate::id::Id;
use crate::schema::{ChangeApplication, CreateApplication};
use crate::state::{Application, NameTaken, Permissions, Platform};

/// Creates one, under `id` when one is given.
pub fn create(
    platform: &mut Platform,
    id: Option<Id>,
    owner: Id,
    set: CreateApplication,
    now: Moment,
) -> Result<Id, String> {
    check_known(platform, set.permissions.as_ref())?;
    platform.directory.tenant(owner).ok_or("no such tenant")?;
    if id.is_some_and(|id| platform.applications.get(id).is_some()) {
        return Err("an application with this id exists; change it with app.patch".to_owned());
    }
    let created = platform.applications.create(owner, id, set, &mut platform.random, now);
    created.map_err(|NameTaken| "the name is taken".to_owned())
}

/// Changes one as its owner could.
pub fn change(platform: &mut Platform, id: Id, set: ChangeApplication, now: Moment) -> Result<Id, String> {
    check_known(platform, set.permissions.as_ref())?;
    live(platform, id)?;
    let changed = platform.applications.change(id, set, &mut platform.random, now);
    changed.map(|()| id).map_err(|NameTaken| "the name is taken".to_owned())
}

/// Installs with the full set, or with another to make an installation that is outdated.
pub fn install(
    platform: &mut Platform,
    id: Id,
    tenant: Id,
    permissions: Option<Permissions>,
    now: Moment,
) -> Result<Id, String> {
    check_known(platform, permissions.as_ref())?;
    platform.directory.tenant(tenant).ok_or("no such tenant")?;
    let application = live(platform, id)?;
    let permissions = permissions.unwrap_or_else(|| application.declared());
    application.install(tenant, permissions, now);
    Ok(id)
}

/// Takes an installation away, also of an application that is deleted.
pub fn uninstall(platform: &mut Platform, id: Id, tenant: Id) -> Result<Id, String> {
    let application = platform.applications.get_mut(id).ok_or("no such application")?;
    let removed = application.installations.remove(&tenant);
    removed.map(|_| id).ok_or_else(|| "not installed".to_owned())
}

/// An application that is not deleted, to be changed.
pub fn live(platform: &mut Platform, id: Id) -> Result<&mut Application, String> {
    platform.applications.live(id).ok_or("no such application")?;
    platform
        .applications
        .get_mut(id)
        .ok_or_else(|| "no such application".to_owned())
}

fn check_known(platform: &Platform, permissions: Option<&Permissions>) -> Result<(), String> {
    let known = platform.directory.has_all(permissions);
    known
        .then_some(())
        .ok_or_else(|| "a permission does not exist".to_owned())
}
