//! Grants of a platform, as they hold for one namespace. Pure and fail-closed: what no grant names is refused.

use std::collections::BTreeSet;

use super::kind::{PlatformKey, PlatformObject};
use crate::api::conditions::Reason;
use crate::api::olt::Permissions as SpecPermissions;
use crate::api::platform::Grant;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::KnownPermission;
use crate::domain::registration::{PermissionId, Permissions};

/// Everything that some grant gives to a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    any_grant: bool,
    tenants: Allowed<String>,
    permissions: Allowed<PermissionId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed<T> {
    Any,
    Only(BTreeSet<T>),
}

impl<T: Ord> Allowed<T> {
    fn has(&self, value: &T) -> bool {
        match self {
            Self::Any => true,
            Self::Only(values) => values.contains(value),
        }
    }
}

/// The permission with this alias or id.
#[must_use]
fn known_permission(known: &[KnownPermission], name: &str) -> Option<PermissionId> {
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

impl Granted {
    /// What a platform gives to a namespace.
    #[must_use]
    pub fn by(platform: &dyn PlatformObject, namespace: &str, known: &[KnownPermission]) -> Self {
        match platform.grants() {
            Some(grants) => Self::of(grants, namespace, known),
            None => Self {
                any_grant: true,
                tenants: Allowed::Any,
                permissions: Allowed::Any,
            },
        }
    }

    /// The union of the grants that match the namespace. An alias that the platform does not know grants nothing.
    #[must_use]
    pub fn of(grants: &[Grant], namespace: &str, known: &[KnownPermission]) -> Self {
        let matching: Vec<&Grant> = grants
            .iter()
            .filter(|g| g.namespaces.names.iter().any(|n| n == namespace))
            .collect();
        let any = |values: &[String]| values.iter().any(|v| v == "*");
        let tenants = if matching.iter().any(|g| any(&g.tenant_ids)) {
            Allowed::Any
        } else {
            Allowed::Only(matching.iter().flat_map(|g| g.tenant_ids.clone()).collect())
        };
        let permissions = if matching.iter().any(|g| any(&g.permissions)) {
            Allowed::Any
        } else {
            let names = matching.iter().flat_map(|g| &g.permissions);
            Allowed::Only(names.filter_map(|name| known_permission(known, name)).collect())
        };
        Self {
            any_grant: !matching.is_empty(),
            tenants,
            permissions,
        }
    }

    /// Whether no grant matches at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        !self.any_grant
    }

    /// The refusal when no grant matches.
    #[must_use]
    pub fn refusal(&self, namespace: &str, platform: &PlatformKey) -> Trouble {
        not_granted(format!(
            "Namespace {namespace} may not use {platform}: no entry of its spec.grants names the namespace. Ask those who administer it."
        ))
    }

    /// Refuses a tenant that no grant names.
    pub fn permits_tenant(
        &self,
        tenant: &str,
        field: &str,
        namespace: &str,
        platform: &PlatformKey,
    ) -> Result<(), Trouble> {
        if self.tenants.has(&tenant.to_owned()) {
            return Ok(());
        }
        Err(not_granted(format!(
            "{field}: namespace {namespace} may not use tenant {tenant}. It must stand in tenantIds of a grant of {platform}."
        )))
    }

    /// Refuses what needs every permission, unless a grant gives any.
    pub fn permits_any_permission(&self, namespace: &str, platform: &PlatformKey) -> Result<(), Trouble> {
        if self.permissions == Allowed::Any {
            return Ok(());
        }
        Err(not_granted(format!(
            "{platform} installs without consent to permissions (PutInstallation), and an installed application may do there what any writer may. Namespace {namespace} needs a grant with permissions [\"*\"]."
        )))
    }

    /// Refuses permissions that no grant names.
    pub fn permits_permissions(
        &self,
        wanted: &Permissions,
        field: &str,
        namespace: &str,
        platform: &PlatformKey,
    ) -> Result<(), Trouble> {
        let mut all = wanted.client.iter().chain(&wanted.user);
        match all.find(|id| !self.permissions.has(id)) {
            None => Ok(()),
            Some(id) => Err(not_granted(format!(
                "{field}: namespace {namespace} may not use permission {id}. It, or its alias, must stand in permissions of a grant of {platform}."
            ))),
        }
    }
}

fn not_granted(message: String) -> Trouble {
    Trouble::new(Stage::Accepted, Reason::NotGranted, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::platform::GrantedNamespaces;

    const NORTH: &str = "22222222-2222-4222-8222-222222222222";

    fn grant(tenants: &[&str], permissions: &[&str]) -> Grant {
        let texts = |values: &[&str]| values.iter().map(ToString::to_string).collect();
        Grant {
            namespaces: GrantedNamespaces {
                names: vec!["billing".into()],
            },
            tenant_ids: texts(tenants),
            permissions: texts(permissions),
        }
    }

    fn known() -> Vec<KnownPermission> {
        vec![KnownPermission {
            id: "p1".into(),
            alias: "devices:read".into(),
        }]
    }

    fn olt() -> PlatformKey {
        PlatformKey::cluster_wide("olt")
    }

    fn declared(id: &str) -> Permissions {
        Permissions {
            client: BTreeSet::from([id.into()]),
            user: BTreeSet::new(),
        }
    }

    #[test]
    fn without_a_grant_nothing_is_granted() {
        let granted = Granted::of(&[grant(&["*"], &["*"])], "other", &known());
        assert!(granted.is_none());
        assert!(granted.permits_tenant(NORTH, "f", "other", &olt()).is_err());
        assert!(
            granted
                .permits_permissions(&declared("p1"), "f", "other", &olt())
                .is_err()
        );
    }

    #[test]
    fn what_a_grant_leaves_out_is_not_granted() {
        let granted = Granted::of(&[grant(&[], &[])], "billing", &known());
        assert!(!granted.is_none());
        assert!(granted.permits_tenant(NORTH, "f", "billing", &olt()).is_err());
        assert!(
            granted
                .permits_permissions(&declared("p1"), "f", "billing", &olt())
                .is_err()
        );
        assert!(
            granted
                .permits_permissions(&Permissions::default(), "f", "billing", &olt())
                .is_ok()
        );
    }

    #[test]
    fn grants_are_united_and_aliases_count_as_their_ids() {
        let granted = Granted::of(
            &[grant(&[NORTH], &[]), grant(&[], &["devices:read"])],
            "billing",
            &known(),
        );
        assert!(granted.permits_tenant(NORTH, "f", "billing", &olt()).is_ok());
        assert!(
            granted
                .permits_permissions(&declared("p1"), "f", "billing", &olt())
                .is_ok()
        );
        assert!(
            granted
                .permits_permissions(&declared("p2"), "f", "billing", &olt())
                .is_err()
        );
    }

    #[test]
    fn a_star_grants_any() {
        let granted = Granted::of(&[grant(&["*"], &["*"])], "billing", &known());
        assert!(granted.permits_tenant("any", "f", "billing", &olt()).is_ok());
        assert!(
            granted
                .permits_permissions(&declared("p9"), "f", "billing", &olt())
                .is_ok()
        );
    }

    #[test]
    fn the_refusal_names_the_field_and_the_cure() {
        let granted = Granted::of(&[grant(&[], &[])], "billing", &known());
        let trouble = granted
            .permits_tenant(NORTH, "spec.olt.allowedTenants", "billing", &olt())
            .unwrap_err();
        assert_eq!(trouble.reason, Reason::NotGranted);
        assert!(trouble.message.contains("spec.olt.allowedTenants") && trouble.message.contains(NORTH));
        assert!(trouble.message.contains("tenantIds"));
    }
}
