//! Tenants, users with their roles, and the permissions that exist.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Permissions;
use crate::fixture::{PERMISSIONS, TENANTS, USERS};
use crate::id::Id;

/// Everything that nobody registers.
#[derive(Clone, Debug)]
pub struct Directory {
    tenants: BTreeMap<Id, Tenant>,
    users: BTreeMap<Id, User>,
    permissions: Vec<Permission>,
}

/// An owner of everything except users.
#[derive(Clone, Debug, Serialize)]
pub struct Tenant {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub status: TenantStatus,
}

/// Whether a tenant is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// In use.
    #[default]
    Active,
    /// Shut by the platform.
    Suspended,
}

/// A person.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The `sub` of the user's tokens.
    pub id: Id,
    /// The name that `token.mint` takes.
    pub name: String,
    /// Role per tenant.
    pub roles: BTreeMap<Id, Role>,
}

/// What a token may be allowed to do.
#[derive(Clone, Debug, Serialize)]
pub struct Permission {
    /// Its id, the only thing that payloads take.
    pub id: Id,
    /// Its alias.
    pub alias: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Its group for people.
    pub category: &'static str,
    /// What it is for.
    pub description: &'static str,
}

/// A role of a user in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May do everything but administer the tenant and its users.
    Writer,
    /// May read what a writer may.
    Reader,
}

impl Role {
    /// Whether the role holds the permission with this alias.
    pub fn grants(self, alias: &str) -> bool {
        let administers = alias.starts_with("tenant:") || alias.starts_with("tenant_user_management:");
        match self {
            Self::Owner => true,
            Self::Writer => !administers,
            Self::Reader => !administers && alias.ends_with(":read"),
        }
    }

    /// The id under which users see the role.
    pub fn id(self) -> &'static str {
        match self {
            Self::Owner => "ffffffff-0000-4000-8000-000000000001",
            Self::Writer => "ffffffff-0000-4000-8000-000000000002",
            Self::Reader => "ffffffff-0000-4000-8000-000000000003",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "owner" => Self::Owner,
            "writer" => Self::Writer,
            _ => Self::Reader,
        }
    }
}

impl Directory {
    /// The default fixture. Its ids are valid, which the tests of this file check.
    pub fn from_fixture() -> Self {
        let tenants = TENANTS.iter().filter_map(|(id, name)| {
            Some(Tenant {
                id: Id::parse(id)?,
                name: (*name).to_owned(),
                status: TenantStatus::Active,
            })
        });
        let users = USERS.iter().filter_map(|(id, name, tenant, role)| {
            Some(User {
                id: Id::parse(id)?,
                name: (*name).to_owned(),
                roles: BTreeMap::from([(Id::parse(tenant)?, Role::named(role))]),
            })
        });
        let permissions = PERMISSIONS.iter().filter_map(|(id, alias, name, category)| {
            Some(Permission {
                id: Id::parse(id)?,
                alias,
                name,
                category,
                description: name,
            })
        });
        Self {
            tenants: tenants.map(|tenant| (tenant.id, tenant)).collect(),
            users: users.map(|user| (user.id, user)).collect(),
            permissions: permissions.collect(),
        }
    }

    /// A tenant by id.
    pub fn tenant(&self, id: Id) -> Option<&Tenant> {
        self.tenants.get(&id)
    }

    /// Whether the platform shut this tenant.
    pub fn is_suspended(&self, id: Id) -> bool {
        self.tenant(id)
            .is_some_and(|tenant| tenant.status == TenantStatus::Suspended)
    }

    /// Adds or replaces a tenant.
    pub fn put_tenant(&mut self, tenant: Tenant) {
        self.tenants.insert(tenant.id, tenant);
    }

    /// Adds or replaces a user.
    pub fn put_user(&mut self, user: User) {
        self.users.insert(user.id, user);
    }

    /// All tenants.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.tenants.values()
    }

    /// A user by id.
    pub fn user(&self, id: Id) -> Option<&User> {
        self.users.get(&id)
    }

    /// A user by name.
    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.name == name)
    }

    /// All users.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The role of a user in a tenant, if a member.
    pub fn role(&self, user: Id, tenant: Id) -> Option<Role> {
        self.users.get(&user)?.roles.get(&tenant).copied()
    }

    /// All permissions.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// The id behind an alias.
    pub fn permission_id(&self, alias: &str) -> Option<Id> {
        self.permissions
            .iter()
            .find(|permission| permission.alias == alias)
            .map(|permission| permission.id)
    }

    /// Whether every permission of a set exists; no set has none that does not.
    pub fn has_all(&self, permissions: Option<&Permissions>) -> bool {
        let exists = |id| self.permissions.iter().any(|permission| permission.id == id);
        permissions.is_none_or(|set| set.ids().all(exists))
    }
}

#[cfg(test)]
mod tests {
    use super::{Directory, Role};
    use crate::fixture::{PERMISSIONS, TENANTS, USERS};

    #[test]
    fn the_whole_fixture_is_valid() {
        let directory = Directory::from_fixture();
        assert_eq!(directory.tenants().count(), TENANTS.len());
        assert_eq!(directory.users().count(), USERS.len());
        assert_eq!(directory.permissions().len(), PERMISSIONS.len());
    }

    #[test]
    fn roles_shrink_from_owner_to_reader() {
        let grants = |role: Role| ["tenant:read", "applications:write", "applications:read"].map(|p| role.grants(p));
        assert_eq!(grants(Role::Owner), [true, true, true]);
        assert_eq!(grants(Role::Writer), [false, true, true]);
        assert_eq!(grants(Role::Reader), [false, false, true]);
    }
}
