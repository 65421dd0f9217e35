//! One application: its clients, who may install it, and who did. Names and ids across applications are kept out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Permissions;
use crate::clock::Moment;
use crate::id::Id;
use crate::switches::{BarePutComment, Switches};

/// An application as the platform remembers it. Unset optional members were never sent.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its id.
    pub id: Id,
    /// The tenant that created it.
    pub owner: Id,
    /// Its name; a deleted one keeps the former name.
    pub name: String,
    /// Free text.
    pub teaser_description: Option<String>,
    /// Its home page.
    pub url: Option<String>,
    /// Where logins may return to.
    pub redirect_uris: Option<Vec<String>>,
    /// What it declares to need.
    pub permissions: Option<Permissions>,
    /// Whether it is in use.
    pub status: Status,
    /// Id of the confidential client.
    pub client_id: Id,
    /// The one live secret.
    pub secret: String,
    /// Counts the secrets, from 1.
    pub secret_generation: u32,
    /// The `sub` of the application's own tokens.
    pub service_account: Id,
    /// Id of the public client while there is one.
    pub public_client_id: Option<Id>,
    /// Who may install, by tenant.
    pub allowed: BTreeMap<Id, Allowance>,
    /// Who installed, by tenant.
    pub installations: BTreeMap<Id, Installation>,
    /// When it was created.
    pub created_at: Moment,
    /// When it was last changed; every change moves it, even while the clock stands.
    pub updated_at: Moment,
}

/// Whether an application is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In use.
    Active,
    /// Suspended by its owner.
    Inactive,
    /// Deleted; only tenants that still have it installed see it.
    Deleted,
}

/// The status that an owner may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnStatus {
    /// In use.
    Active,
    /// Suspended.
    Inactive,
}

/// A tenant's right to install.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// The owner's note, empty when none was given.
    pub comment: String,
    /// When the row was first written.
    pub created_at: Moment,
}

/// A tenant's consent.
#[derive(Clone, Debug)]
pub struct Installation {
    /// What the tenant consented to.
    pub permissions: Permissions,
    /// When it installed.
    pub created_at: Moment,
    /// When it consented last.
    pub updated_at: Moment,
}

/// Why a tenant can or cannot use an application; the worst cause wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Availability {
    /// It can be installed, or is and works.
    #[serde(rename = "APP_AVAILABLE")]
    Available,
    /// The owner suspended it.
    #[serde(rename = "APP_INACTIVE")]
    Inactive,
    /// The owner deleted it.
    #[serde(rename = "APP_DELETED")]
    Deleted,
    /// The tenant is not allowed any more.
    #[serde(rename = "APP_DENIED")]
    Denied,
}

impl Application {
    /// What a tenant may do with it.
    pub fn availability(&self, tenant: Id) -> Availability {
        match self.status {
            Status::Deleted => Availability::Deleted,
            Status::Inactive => Availability::Inactive,
            Status::Active if self.allowed.contains_key(&tenant) => Availability::Available,
            Status::Active => Availability::Denied,
        }
    }

    /// Whether a tenant sees it at all.
    pub fn visible_to(&self, tenant: Id) -> bool {
        let installable = self.allowed.contains_key(&tenant) && self.status != Status::Deleted;
        installable || self.installations.contains_key(&tenant)
    }

    /// Whether it reaches the data of a tenant.
    pub fn lets_in(&self, tenant: Id) -> bool {
        self.installations.contains_key(&tenant) && self.availability(tenant) == Availability::Available
    }

    /// The full set that consent must hold.
    pub fn declared(&self) -> Permissions {
        self.permissions.clone().unwrap_or_default()
    }

    /// Whether an installation consented to exactly what is declared now.
    pub fn is_current(&self, installation: &Installation) -> bool {
        match &self.permissions {
            Some(declared) => *declared == installation.permissions,
            None => installation.permissions == Permissions::default(),
        }
    }

    /// Replaces the secret; the old one is dead at once.
    pub fn rotate(&mut self, secret: String, now: Moment) {
        self.secret = secret;
        self.secret_generation += 1;
        self.touch(now);
    }

    /// Allows a tenant. A row that exists keeps its time and, when none is given, mostly its comment.
    pub fn allow(&mut self, tenant: Id, comment: Option<String>, now: Moment, switches: &Switches) {
        let comment = comment.or(match switches.bare_put_comment {
            BarePutComment::Keep => None,
            BarePutComment::Clear => Some(String::new()),
        });
        // The contract says no more than that access does not come back; so the tenant is where it was before installing.
        if !switches.readd_restores && !self.allowed.contains_key(&tenant) {
            self.installations.remove(&tenant);
        }
        let row = self.allowed.entry(tenant).or_insert(Allowance {
            comment: String::new(),
            created_at: now,
        });
        if let Some(comment) = comment {
            row.comment = comment;
        }
    }

    /// Writes a tenant's consent, new or anew.
    pub fn install(&mut self, tenant: Id, permissions: Permissions, now: Moment) {
        let created_at = self
            .installations
            .get(&tenant)
            .map_or(now, |earlier| earlier.created_at);
        self.installations.insert(
            tenant,
            Installation {
                permissions,
                created_at,
                updated_at: now,
            },
        );
    }

    /// Moves `updated_at`.
    pub fn touch(&mut self, now: Moment) {
        self.updated_at = now.or_just_after(self.updated_at);
    }
}
