//! Permissions by alias or id, as specs name them.

use std::collections::BTreeSet;

use crate::api::conditions::Reason;
use crate::api::olt::Permissions as SpecPermissions;
use crate::controller::platform::kind::PlatformKey;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::KnownPermission;
use crate::domain::registration::{PermissionId, Permissions};

/// The permission with this alias or id.
#[must_use]
pub(super) fn known_permission(known: &[KnownPermission], name: &str) -> Option<PermissionId> {
    known
        .iter()
        .find(|p| p.alias == name || p.id == name)
        .map(|p| PermissionId(p.id.clone()))
}

/// Permissions by id, from those by alias or id.
pub fn resolved(names: &SpecPermissions, known: &[KnownPermission]) -> Result<Permissions, UnknownPermission> {
    let ids = |list, names: &[String]| -> Result<BTreeSet<PermissionId>, UnknownPermission> {
        let id = |name: &String| {
            known_permission(known, name).ok_or_else(|| UnknownPermission {
                list,
                name: name.clone(),
            })
        };
        names.iter().map(id).collect()
    };
    Ok(Permissions {
        client: ids("client", &names.client)?,
        user: ids("user", &names.user)?,
    })
}

/// A permission that the platform does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPermission {
    list: &'static str,
    name: String,
}

impl UnknownPermission {
    /// The refusal, for permissions that stand in this field.
    #[must_use]
    pub fn refusal(&self, field: &str, platform: &PlatformKey) -> Trouble {
        let message = format!(
            "{field}.{}: {platform} knows no permission {:?}, neither as alias nor as id; `GET /v1/permissions` there lists them.",
            self.list, self.name
        );
        Trouble::new(Stage::Accepted, Reason::InvalidSpec, message)
    }
}
