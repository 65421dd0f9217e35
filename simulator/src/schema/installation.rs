//! Bodies of the tenant side, and the body that must be empty.

use serde::Deserialize;

use crate::state::Permissions;

/// Body of `POST` and `PATCH /applications/{id}/installation`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallApplication {
    /// What the tenant consents to.
    pub permissions: Permissions,
}

/// Body of a call that takes no member at all.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoMembers {}
