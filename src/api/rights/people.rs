//! What people may do with our kinds: two roles that join those which every cluster has (`view`, `edit`, `admin`), so that
//! whoever may read or write a namespace may do so with its applications, too. Nobody's status may be written by people.

use serde_json::{Value, json};

use super::{GROUP, metadata};

/// Whoever may view a namespace.
pub const VIEW_ROLE: &str = "oauth-registrar-view";
/// Whoever may edit a namespace. What an edit can reach at a platform is up to its grants.
pub const EDIT_ROLE: &str = "oauth-registrar-edit";

/// The kinds of a namespace.
const KINDS: [&str; 3] = ["oauthapplications", "oauthplatforms", "tenantinstallations"];

/// Name, verbs and the cluster's roles that the role joins.
const ROLES: [(&str, &[&str], &[&str]); 2] = [
    (VIEW_ROLE, &["get", "list", "watch"], &["view", "edit", "admin"]),
    (
        EDIT_ROLE,
        &["create", "delete", "deletecollection", "patch", "update"],
        &["edit", "admin"],
    ),
];

/// The roles.
pub(super) fn manifests() -> impl Iterator<Item = Value> {
    ROLES.into_iter().map(|(name, _, joins)| {
        let mut metadata = metadata(name, None);
        for role in joins {
            metadata["labels"][format!("rbac.authorization.k8s.io/aggregate-to-{role}")] = "true".into();
        }
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": rules(name),
        })
    })
}

/// The rules of one of the two roles.
#[must_use]
pub fn rules(role: &str) -> Value {
    let verbs = ROLES.iter().find(|(name, ..)| *name == role).map(|(_, verbs, _)| verbs);
    json!([{ "apiGroups": [GROUP], "resources": KINDS, "verbs": verbs }])
}
