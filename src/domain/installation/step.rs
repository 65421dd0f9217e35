//! The steps of an installation, and the facts that they bring back.

use super::{Declared, SecretSeen};
use crate::domain::failure::Failure;
use crate::domain::port::{Availability, Installation, Proof};
use crate::domain::registration::{AllowedTenant, ApplicationId, Permissions, TenantId};

/// One effect, or a read that a rule asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put the finalizer on.
    Finalize,
    /// Allow the tenant, with the platform's credential.
    Allow(ApplicationId, AllowedTenant),
    /// Read the tenant's row, with the platform's credential.
    ReadRow(ApplicationId, TenantId),
    /// Read what the application declares, with the tenant's credential.
    ReadDeclared(ApplicationId),
    /// Install with this consent.
    Install(ApplicationId, Permissions),
    /// Consent anew, to this.
    Reconsent(ApplicationId, Permissions),
    /// Read the installation.
    ReadInstallation(ApplicationId),
    /// Obtain a token for the tenant with the application's credentials.
    Prove,
    /// Ask whether the tenant may use it.
    ReadAvailability(ApplicationId),
    /// Look whose Secret has the wanted name.
    LookAtSecret,
    /// Make the tenant's Secret a copy of the application's, unless it is one.
    Publish,
    /// Uninstall.
    Uninstall(ApplicationId),
    /// Take the tenant's permission back.
    Disallow(ApplicationId, TenantId),
    /// Let the tenant's Secret outlive the resource.
    Disown,
    /// Remove the finalizer.
    Release,
}

impl Step {
    /// Its name in logs: one of a closed set.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Finalize => "finalize",
            Self::Allow(..) => "allow",
            Self::ReadRow(..) => "read row",
            Self::ReadDeclared(_) => "read declared",
            Self::Install(..) => "install",
            Self::Reconsent(..) => "reconsent",
            Self::ReadInstallation(_) => "read installation",
            Self::Prove => "prove",
            Self::ReadAvailability(_) => "read availability",
            Self::LookAtSecret => "look at secret",
            Self::Publish => "publish",
            Self::Uninstall(_) => "uninstall",
            Self::Disallow(..) => "disallow",
            Self::Disown => "disown",
            Self::Release => "release",
        }
    }
}

/// What a step brought back.
#[derive(Clone, Debug)]
pub enum Fact {
    /// The finalizer is on.
    Finalized,
    /// Somebody wrote the resource first.
    Stale,
    /// The tenant is allowed, with this comment.
    Allowed(String),
    /// The tenant's row; `None`: it may not install.
    RowRead(Option<AllowedTenant>),
    /// What the application declares.
    Declared(Declared),
    /// It is installed, by us.
    Installed(Installation),
    /// The tenant consented anew.
    Consented(Installation),
    /// It was installed already.
    Already,
    /// The installation as it was found; `None`: not installed.
    Found(Option<Installation>),
    /// The answer of the proof.
    Proved(Proof),
    /// Whether the tenant may use it.
    AvailabilityRead(Availability),
    /// The tenant's Secret.
    Secret(SecretSeen),
    /// It is not installed any more.
    Uninstalled,
    /// The row is gone.
    Disallowed,
    /// The tenant's Secret is nobody's.
    Disowned,
    /// The finalizer is gone.
    Released,
    /// A call failed.
    Failed(Doing, Failure),
}

/// What was being done when a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Allowing or disallowing, with the platform's credential.
    Allowing,
    /// Installing, uninstalling or reading, with the tenant's credential.
    Installing,
    /// Proving.
    Proving,
}
