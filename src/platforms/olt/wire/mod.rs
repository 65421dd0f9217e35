//! OLT's JSON, and its translation from and to the words of the port.
//!
//! Requests hold exactly what the contract knows, as unknown members are refused. Answers may hold more, and what we do not
//! need of them is not read: either spelling of `confidental` will do.

mod answers;
mod requests;

pub use answers::{
    AllowedRow, Application, Created, Installed, PermissionList, PlainlyInstalled, Rotated, Visible, complaint,
};
pub use requests::{Allow, Consent, Create, Patch};

use serde::{Deserialize, Serialize};

use crate::domain::registration::{PermissionId, Permissions};

/// `status` of an application that is there and suspended.
const INACTIVE: &str = "inactive";
/// `status` of one that is not.
const ACTIVE: &str = "active";

/// Both arrays are required wherever this stands.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PermissionSet {
    client: Vec<Reference>,
    user: Vec<Reference>,
}

#[derive(Deserialize, Serialize)]
struct Reference {
    id: String,
}

impl From<&Permissions> for PermissionSet {
    fn from(permissions: &Permissions) -> Self {
        let reference = |id: &PermissionId| Reference { id: id.0.clone() };
        Self {
            client: permissions.client.iter().map(reference).collect(),
            user: permissions.user.iter().map(reference).collect(),
        }
    }
}

impl From<PermissionSet> for Permissions {
    fn from(set: PermissionSet) -> Self {
        let id = |reference: Reference| PermissionId(reference.id);
        Self {
            client: set.client.into_iter().map(id).collect(),
            user: set.user.into_iter().map(id).collect(),
        }
    }
}
