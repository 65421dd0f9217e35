//! The platform in a hundred lines: what the contract's sections 3, 4 and 6.1 say, without HTTP, ids or time.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Call, Change, Consent, Permissions, Secret, Tenant};

/// Reading devices; the other bit is reading applications.
pub const DEVICES: Permissions = 1;

/// What there is.
#[derive(Default)]
pub struct Model {
    pub apps: Vec<App>,
}

/// An application, deleted ones too.
pub struct App {
    pub owner: Tenant,
    pub name: u8,
    pub state: State,
    pub permissions: Permissions,
    pub public: bool,
    pub rotations: u32,
    pub allowed: BTreeSet<Tenant>,
    pub installed: BTreeMap<Tenant, Permissions>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    Inactive,
    Deleted,
}

/// What a call must answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Expected {
    /// This status.
    Status(u16),
    /// No token, for this reason.
    NoToken(&'static str),
    /// A token, with this status on reading devices.
    Token(u16),
}

impl App {
    pub fn code(&self, tenant: Tenant) -> &'static str {
        match self.state {
            State::Deleted => "APP_DELETED",
            State::Inactive => "APP_INACTIVE",
            State::Active if self.allowed.contains(&tenant) => "APP_AVAILABLE",
            State::Active => "APP_DENIED",
        }
    }

    pub fn visible(&self, tenant: Tenant) -> bool {
        self.installed.contains_key(&tenant) || (self.state != State::Deleted && self.allowed.contains(&tenant))
    }

    fn usable(&self, tenant: Tenant) -> bool {
        self.code(tenant) == "APP_AVAILABLE"
    }
}

impl Model {
    /// The application that a call means.
    pub fn index(&self, app: usize) -> Option<usize> {
        app.checked_rem(self.apps.len())
    }

    fn owned(&mut self, by: Tenant, app: usize) -> Option<&mut App> {
        let index = self.index(app)?;
        let found = &mut self.apps[index];
        (found.owner == by && found.state != State::Deleted).then_some(found)
    }

    fn taken(&self, by: Tenant, name: u8, but: Option<usize>) -> bool {
        let mut others = self.apps.iter().enumerate().filter(|(index, _)| Some(*index) != but);
        others.any(|(_, one)| one.owner == by && one.name == name && one.state != State::Deleted)
    }

    /// Carries a call out.
    pub fn apply(&mut self, call: &Call) -> Expected {
        match call {
            Call::Token { app, secret, tenant } => self.token(*app, secret, *tenant),
            Call::Look { .. } => Expected::Status(200),
            other => Expected::Status(self.status(other)),
        }
    }

    fn status(&mut self, call: &Call) -> u16 {
        match call {
            Call::Create {
                by,
                name,
                allowed,
                permissions,
                public,
            } => {
                if self.taken(*by, *name, None) {
                    return 409;
                }
                self.apps.push(App {
                    owner: *by,
                    name: *name,
                    state: State::Active,
                    permissions: *permissions,
                    public: *public,
                    rotations: 0,
                    allowed: allowed.iter().copied().collect(),
                    installed: BTreeMap::new(),
                });
                201
            }
            Call::Change { by, app, change } => self.change(*by, *app, change),
            Call::Delete { by, app } => self.owned(*by, *app).map_or(404, |one| {
                one.state = State::Deleted;
                204
            }),
            Call::Rotate { by, app } => self.owned(*by, *app).map_or(404, |one| {
                one.rotations += 1;
                201
            }),
            Call::Allow { by, app, tenant } => self.owned(*by, *app).map_or(404, |one| {
                one.allowed.insert(*tenant);
                200
            }),
            Call::Disallow { by, app, tenant } => {
                let removed = self.owned(*by, *app).is_some_and(|one| one.allowed.remove(tenant));
                if removed { 204 } else { 404 }
            }
            other => self.tenant_side(other),
        }
    }

    fn change(&mut self, by: Tenant, app: usize, change: &Change) -> u16 {
        let index = self.index(app);
        if self.owned(by, app).is_none() {
            return 404;
        }
        if let Change::Name(name) = change
            && self.taken(by, *name, index)
        {
            return 409;
        }
        self.owned(by, app).map_or(404, |one| {
            match change {
                Change::Name(name) => one.name = *name,
                Change::Active(true) => one.state = State::Active,
                Change::Active(false) => one.state = State::Inactive,
                Change::Permissions(set) => one.permissions = *set,
                Change::Public(public) => one.public = *public,
            }
            200
        })
    }

    fn tenant_side(&mut self, call: &Call) -> u16 {
        let (Call::Install { by, app, .. } | Call::Renew { by, app, .. } | Call::Uninstall { by, app }) = call else {
            return 0;
        };
        let Some(one) = self.index(*app).map(|index| &mut self.apps[index]) else {
            return 404;
        };
        let installed = one.installed.contains_key(by);
        match call {
            Call::Uninstall { .. } if one.installed.remove(by).is_some() => 204,
            Call::Uninstall { .. } => 404,
            Call::Install { .. } | Call::Renew { .. } if !one.visible(*by) => 404,
            Call::Renew { .. } if !installed => 404,
            Call::Install { .. } | Call::Renew { .. } if !one.usable(*by) => 403,
            Call::Install { .. } if installed => 409,
            Call::Install { consent, .. } | Call::Renew { consent, .. } => {
                let wanted = match consent {
                    Consent::Shown => one.permissions,
                    Consent::Set(set) => *set,
                };
                if wanted != one.permissions {
                    return 400;
                }
                one.installed.insert(*by, wanted);
                if installed { 200 } else { 201 }
            }
            _ => 0,
        }
    }

    fn token(&self, app: usize, secret: &Secret, tenant: Option<Tenant>) -> Expected {
        let Some(one) = self.index(app).map(|index| &self.apps[index]) else {
            return Expected::NoToken("invalid_client");
        };
        if one.state == State::Deleted {
            return Expected::NoToken("invalid_client");
        }
        if matches!(secret, Secret::First) && one.rotations > 0 {
            return Expected::NoToken("unauthorized_client");
        }
        let Some(tenant) = tenant else {
            return Expected::Token(403);
        };
        match one.installed.get(&tenant).filter(|_| one.usable(tenant)) {
            None => Expected::NoToken("invalid_grant"),
            Some(consented) if consented & DEVICES != 0 => Expected::Token(200),
            Some(_) => Expected::Token(403),
        }
    }
}
