//! One snapshot of a tenant's installation, what is wanted of it, and what it learns. Nothing here is unrepeatable, so no
//! claim is needed: a second call is answered `Conflict`, and what is found is looked at.

mod step;

use std::collections::BTreeMap;
use std::time::Duration;

pub use self::step::{Doing, Fact, Step};
use super::failure::Failure;
use super::port::{Availability, Installation, Proof};
use super::registration::{AllowedTenant, ApplicationId, PermissionId, Permissions, TenantId};
use crate::api::conditions::Reason;

/// The snapshot.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Time of our own monotonic clock.
    pub now: Duration,
    /// A random number in `0.0..1.0`.
    pub jitter: f64,
    /// Failures in a row.
    pub failures: u32,
    /// Our finalizer is on the resource.
    pub has_finalizer: bool,
    /// An earlier reconcile put it there: what it did may not be told in status.
    pub begun_before: bool,
    /// What status says, brought up to date by facts.
    pub told: Told,
    /// A pass over the platform made it worth a closer look.
    pub suspected: bool,
    /// The platform asks tenants for consent; `None`: not found out yet. Where it asks for none, no rule about consent holds.
    pub consents: Option<bool>,
    /// The tenant's row, as it was read; `Some(None)`: there is none.
    pub row: Option<Option<AllowedTenant>>,
    /// The tenant was allowed in this reconcile.
    pub allowed_now: bool,
    /// What the application declares now.
    pub declared: Option<Declared>,
    /// The tenant consented in this reconcile, by installing or anew.
    pub consented: bool,
    /// The installation, as it was read or answered.
    pub installed: Option<Installation>,
    /// The platform says that it is installed already.
    pub already: bool,
    /// It was looked for and not found, though it had been installed.
    pub gone: bool,
    /// The proof for this tenant.
    pub proof: Option<Proof>,
    /// Why no token is given for the tenant, as the platform says.
    pub availability: Option<Availability>,
    /// The tenant's Secret.
    pub secret: SecretSeen,
    /// Version of the tenant's Secret, as the watch shows it.
    pub secret_hint: Option<String>,
    /// It is uninstalled.
    pub uninstalled: bool,
    /// Its row is gone.
    pub disallowed: bool,
    /// The finalizer is gone.
    pub released: bool,
    /// The tenant's Secret outlives the resource.
    pub disowned: bool,
    /// The view was stale.
    pub stale: bool,
    /// The last call failed.
    pub failure: Option<(Doing, Failure)>,
}

/// What status says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// All was true for this generation and this application.
    pub ready: bool,
    /// The application it was installed for.
    pub application_id: Option<ApplicationId>,
    /// This resource installed it.
    pub installed_by_us: Option<bool>,
    /// This resource allowed the tenant.
    pub allowed_by_us: Option<bool>,
    /// The comment that was last sent.
    pub comment: Option<String>,
    /// What the tenant consented to, while it is installed.
    pub consent: Option<Permissions>,
    /// The request for consent that was served last.
    pub consent_request: Option<String>,
    /// Version of the tenant's Secret that was published last, and of the application's Secret that it was copied from.
    pub secret: Option<Copied>,
}

/// A copy of the application's credentials in a tenant's Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Version of the tenant's Secret.
    pub version: String,
    /// Version of the application's Secret.
    pub source: String,
}

/// The tenant's Secret in one reconcile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SecretSeen {
    /// Not looked at yet.
    #[default]
    Unread,
    /// There is none, or it is ours.
    Free,
    /// It belongs to somebody else; whom, for a person.
    Foreign(String),
    /// There is nothing that could be copied now; why, in one word and for a person.
    Unavailable(Reason, String),
    /// The API server refuses it; for a person.
    Refused(String),
    /// It holds what is wanted; `written`: since just now.
    Published {
        /// What it is a copy of.
        copied: Copied,
        /// It was not so before.
        written: bool,
    },
}

impl Told {
    /// It was installed when status was written last, by us or by others.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        self.consent.is_some() || self.installed_by_us.is_some()
    }

    /// Nothing about consent has changed since it was Ready; where none was given, none was asked for.
    #[must_use]
    pub fn consent_stands(&self, wanted: &Wanted) -> bool {
        let Some(consent) = &self.consent else { return true };
        let same = wanted.declares.as_ref().is_none_or(|declares| declares == consent);
        same && wanted.consent_request == self.consent_request
    }
}

/// The wish for one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It shall be there.
    Present(Wanted),
    /// It shall be gone.
    Absent(Farewell),
}

/// An installation as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which application.
    pub application_id: ApplicationId,
    /// The tenant's row.
    pub row: AllowedTenant,
    /// The application's own spec has a row for the tenant, which then is the one that counts.
    pub row_of_application: bool,
    /// What the application's resource declares, once the platform has it; a difference to the consent is looked at.
    pub declares: Option<Permissions>,
    /// What may be consented to.
    pub consent: Consent,
    /// A person's request to consent to what is declared now: a value that differs from the one that was served.
    pub consent_request: Option<String>,
    /// The tenant's Secret, if one is wanted.
    pub secret: Option<WantedSecret>,
}

/// The Secret of a tenant, as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedSecret {
    /// Version of the application's Secret, as its status tells it.
    pub source: Option<String>,
}

/// What may be consented to, besides being granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// What is declared at the time of the installation, or of a person's request.
    Once,
    /// Whatever is declared.
    Always,
    /// Exactly these.
    Listed(Permissions),
}

/// What an application declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its permissions.
    pub permissions: Permissions,
    /// Why the consent to them is not granted.
    pub refused: Option<String>,
    /// Their readable names, as far as the platform has any.
    pub names: BTreeMap<PermissionId, String>,
}

/// How an installation is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// The application; `None`: it is gone or was never registered, and with it all that could be undone.
    pub application_id: Option<ApplicationId>,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Somebody else still wants the tenant's row.
    pub row_wanted: bool,
    /// The application goes too, and leaves its client where it is.
    pub orphan: bool,
    /// The tenant has a Secret.
    pub secret: bool,
}

impl Seen {
    /// Takes a fact in.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::Finalized => self.has_finalizer = true,
            Fact::Stale => self.stale = true,
            Fact::Allowed(comment) => {
                self.allowed_now = true;
                (self.proof, self.availability) = (None, None);
                self.told.allowed_by_us = Some(true);
                self.told.comment = Some(comment);
            }
            Fact::RowRead(row) => self.row = Some(row),
            Fact::Declared(declared) => self.declared = Some(declared),
            Fact::Installed(installation) => {
                self.told.installed_by_us = Some(true);
                (self.installed, self.consented) = (Some(installation), true);
            }
            Fact::Consented(installation) => (self.installed, self.consented) = (Some(installation), true),
            Fact::Already => self.already = true,
            Fact::Found(found) => self.found(found),
            Fact::Proved(proof) => self.proof = Some(proof),
            Fact::AvailabilityRead(availability) => self.availability = Some(availability),
            Fact::Secret(secret) => self.secret = secret,
            Fact::Uninstalled => self.uninstalled = true,
            Fact::Disallowed => self.disallowed = true,
            Fact::Disowned => self.disowned = true,
            Fact::Released => self.released = true,
            Fact::Failed(doing, failure) => self.failure = Some((doing, failure)),
        }
    }

    /// An installation that was there before us stays when we go; but after an attempt whose answer may have been lost,
    /// what is found is taken for ours.
    fn found(&mut self, found: Option<Installation>) {
        self.already = false;
        if found.is_none() {
            self.gone = self.told.is_installed();
        }
        if found.is_some() && self.told.installed_by_us.is_none() {
            self.told.installed_by_us = Some(self.begun_before);
        }
        self.installed = found;
    }
}
