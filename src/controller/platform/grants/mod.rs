//! Grants of a platform, as they hold for one namespace. Pure and fail-closed: what no grant names is refused.

mod matching;
mod permissions;

use std::collections::BTreeSet;

use self::matching::{Match, matches};
use self::permissions::known_permission;
use super::kind::{PlatformKey, PlatformObject};
use crate::api::conditions::Reason;
use crate::api::grant::Grant;
use crate::controller::labels::Labels;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::KnownPermission;
use crate::domain::registration::{PermissionId, Permissions};

pub use self::matching::check;
pub use self::permissions::{UnknownPermission, resolved};

/// So many applications are named in a message.
const SHOWN: usize = 5;

/// Everything that some grant gives to a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    any_grant: bool,
    tenants: Allowed<String>,
    permissions: Allowed<PermissionId>,
    /// The most applications of the namespace; `None`: as many as wanted.
    places: Option<i64>,
    /// A grant that may be meant, and why nobody can tell.
    undecided: Option<Undecided>,
}

/// A grant that asks for the labels of the namespace, which are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Undecided {
    /// Its place in `spec.grants`.
    index: usize,
    labels: Labels,
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

impl Granted {
    /// What a platform gives to a namespace.
    #[must_use]
    pub fn by(platform: &dyn PlatformObject, namespace: &str, labels: &Labels, known: &[KnownPermission]) -> Self {
        match platform.grants() {
            Some(grants) => Self::of(grants, namespace, labels, known),
            None => Self {
                any_grant: true,
                tenants: Allowed::Any,
                permissions: Allowed::Any,
                places: None,
                undecided: None,
            },
        }
    }

    /// The union of the grants that match the namespace. An alias that the platform does not know grants nothing.
    #[must_use]
    pub fn of(grants: &[Grant], namespace: &str, labels: &Labels, known: &[KnownPermission]) -> Self {
        let is = |wanted| move |grant: &&Grant| matches(grant, namespace, labels) == wanted;
        let matching: Vec<&Grant> = grants.iter().filter(is(Match::Yes)).collect();
        let undecided = grants.iter().position(|grant| is(Match::Undecided)(&grant));
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
            places: places(&matching),
            undecided: undecided.map(|index| Undecided {
                index,
                labels: labels.clone(),
            }),
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
        let message = format!(
            "Namespace {namespace} may not use {platform}: no entry of its spec.grants names the namespace. Ask those who administer it."
        );
        self.not_granted(message, namespace, platform)
    }

    /// The most applications that the namespace may have at the platform; `None`: as many as wanted.
    #[must_use]
    pub fn places(&self) -> Option<i64> {
        self.places
    }

    /// The refusal of one application more: `before` it come these, which have a place or are the next to get one.
    #[must_use]
    pub fn refusal_of_more(&self, most: i64, before: &[String], namespace: &str, platform: &PlatformKey) -> Trouble {
        let shown = before.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = match before.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let taken = match before.len() {
            0 => String::new(),
            _ => format!(" {shown}{more} have a place or come first."),
        };
        let message = format!(
            "maxApplications: namespace {namespace} may have {most} applications at {platform}.{taken} Delete one that is not needed, or ask those who administer the platform for a grant with a larger maxApplications."
        );
        self.not_granted(message, namespace, platform)
    }

    /// Nobody is told that nothing is granted while a grant may be meant for the namespace.
    fn not_granted(&self, message: String, namespace: &str, platform: &PlatformKey) -> Trouble {
        let Some(Undecided { index, labels }) = &self.undecided else {
            return Trouble::new(Stage::Accepted, Reason::NotGranted, message);
        };
        let field = format!("spec.grants[{index}].namespaces.selector");
        let message = match labels {
            Labels::Refused(why) => format!(
                "{platform} grants by the labels of namespaces ({field}), which the operator may not read: {why}. Give it the rights get, list and watch on namespaces, or ask those who administer the platform to name {namespace} in a grant."
            ),
            Labels::Known(_) | Labels::Unread => {
                format!(
                    "{platform} grants by the labels of namespaces ({field}), and those of {namespace} are not read yet."
                )
            }
        };
        Trouble::new(Stage::Accepted, Reason::Reconciling, message)
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
        let message = format!(
            "{field}: namespace {namespace} may not use tenant {tenant}. It must stand in tenantIds of a grant of {platform}."
        );
        Err(self.not_granted(message, namespace, platform))
    }

    /// Refuses what needs every permission, unless a grant gives any.
    pub fn permits_any_permission(&self, namespace: &str, platform: &PlatformKey) -> Result<(), Trouble> {
        if self.permissions == Allowed::Any {
            return Ok(());
        }
        let message = format!(
            "{platform} installs without consent to permissions (PutInstallation), and an installed application may do there what any writer may. Namespace {namespace} needs a grant with permissions [\"*\"]."
        );
        Err(self.not_granted(message, namespace, platform))
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
            Some(id) => {
                let message = format!(
                    "{field}: namespace {namespace} may not use permission {id}. It, or its alias, must stand in permissions of a grant of {platform}."
                );
                Err(self.not_granted(message, namespace, platform))
            }
        }
    }
}

/// The largest number among the grants; one without a number sets no bound, and no grant at all gives no place.
fn places(matching: &[&Grant]) -> Option<i64> {
    let numbers: Option<Vec<i64>> = matching.iter().map(|grant| grant.max_applications).collect();
    numbers.map(|numbers| numbers.into_iter().max().unwrap_or_default())
}

#[cfg(test)]
mod tests;
