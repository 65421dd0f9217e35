//! A set of permissions, split as the platform splits it. Its JSON is the same in requests, answers and the state.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::Id;

/// What an application declares, or what a tenant consented to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Granted to the application itself.
    pub client: BTreeSet<PermissionRef>,
    /// Asked of its users.
    pub user: BTreeSet<PermissionRef>,
}

/// A permission by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionRef {
    /// The id.
    pub id: Id,
}

impl Permissions {
    /// Whether the application itself holds it.
    pub fn client_has(&self, id: Id) -> bool {
        self.client.contains(&PermissionRef { id })
    }

    /// All ids of both halves.
    pub fn ids(&self) -> impl Iterator<Item = Id> {
        self.client.iter().chain(&self.user).map(|permission| permission.id)
    }
}
