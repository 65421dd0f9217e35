//! Everything the operator can do for an application: looks, which only read, and steps, each of which changes one
//! thing outside. And every fact that can come back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::claim::Claim;
use super::credentials::SecretText;
use super::drift::Absence;
use super::failure::Failure;
use super::orphan::{Bound, Orphan};
use super::port::{Listed, Proof, RemoteClient};
use super::registration::{AllowedTenant, ApplicationId, Change, ClientId, Registration, TenantId};

/// A read that a rule needs before it can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The Secret, past every cache.
    Secret,
    /// Whether the claim is still the one we see, past every cache.
    Claim,
    /// All clients of the owner.
    Scan,
    /// One client in full.
    Client(ApplicationId),
    /// The tenants that may install.
    Allowed(ApplicationId),
    /// Whether the credentials in the Secret obtain a token.
    Proof,
    /// How long the deletion is waited for.
    Bound,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write this claim and the finalizer, testing the resourceVersion.
    Claim(Claim, Purpose),
    /// Read the resource anew; if the claim is still ours, write the next attempt so that the secret in memory may be
    /// stored.
    ClaimToPublish {
        /// Whether an `open` claim stays open.
        keep_open: bool,
    },
    /// Register.
    Register(Registration),
    /// Replace the secret.
    Rotate(ApplicationId),
    /// Remove the client.
    Deregister(ApplicationId),
    /// Write the secret in memory into the Secret: POST, or replace over a lower attempt.
    Store,
    /// Write the Secret again in the wanted form, with the value that it holds.
    Restore,
    /// Forget the secret in memory: somebody else was first.
    Forget,
    /// Change the members that differ.
    Update(ApplicationId, Change),
    /// Allow a tenant.
    Allow(ApplicationId, AllowedTenant),
    /// Take a tenant's permission back.
    Disallow(ApplicationId, TenantId),
    /// Drop our owner reference from the Secret, so that it stays.
    Disown,
    /// Put these on record before the resource goes without them.
    Record(Vec<Orphan>),
    /// Remove the finalizer.
    Release,
}

impl Step {
    /// Its name in logs: one of a closed set.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Claim(..) => "claim",
            Self::ClaimToPublish { .. } => "claim to publish",
            Self::Register(_) => "register",
            Self::Rotate(_) => "rotate",
            Self::Deregister(_) => "deregister",
            Self::Store => "store",
            Self::Restore => "restore",
            Self::Forget => "forget",
            Self::Update(..) => "update",
            Self::Allow(..) => "allow",
            Self::Disallow(..) => "disallow",
            Self::Disown => "disown",
            Self::Record(_) => "record",
            Self::Release => "release",
        }
    }
}

/// What a claim was written for: the one call that it permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To register.
    Register,
    /// To rotate.
    Rotate(ApplicationId),
    /// To deregister.
    Deregister(ApplicationId),
    /// Only to put back what is missing: claim or finalizer.
    PutBack,
}

/// What a look or a step brought back.
#[derive(Clone, Debug)]
pub enum Fact {
    /// The claim was written; the request began at this time of our clock.
    Claimed(Claim, Purpose, Duration),
    /// As `Claimed`, for the secret in memory.
    ClaimedToPublish(Claim, Duration),
    /// The claim is still the one we see.
    ClaimConfirmed,
    /// Somebody wrote the resource first, or the view was stale.
    ClaimLost,
    /// The claim is not ours any more; the secret in memory is worthless.
    Superseded,
    /// The Secret as it was at this time of our clock.
    SecretRead(SecretSeen, Duration),
    /// The Secret may not be read any more: its namespace is going, and with it our rights there.
    SecretHidden(Duration),
    /// The clients that matter: those with our marker, and whether another one has the wanted name.
    Scanned(Scan),
    /// One client; `None`: it does not exist.
    ClientRead(ApplicationId, Option<Box<RemoteClient>>),
    /// The tenants that may install.
    AllowedRead(Vec<AllowedTenant>),
    /// The answer of a proof that was begun at this time.
    Proved(Proof, Duration),
    /// A client was registered.
    Registered {
        /// Its credentials.
        held: Held,
        /// The tenants that travelled along.
        tenants: Vec<TenantId>,
        /// It is all that was wanted; else an update brings the rest.
        complete: bool,
    },
    /// The name is taken, by us or by somebody else.
    NameTaken,
    /// The secret was replaced.
    Rotated(Held),
    /// A call on the client was answered that it does not exist.
    Gone(ApplicationId),
    /// The client was deregistered.
    Deregistered(ApplicationId),
    /// The secret in memory is stored.
    Stored(OutputSecret),
    /// The API server refuses the Secret; for a person.
    StoreRefused(String),
    /// The Secret changed while we wrote it.
    SecretMoved,
    /// The Secret has its form again.
    Restored(OutputSecret),
    /// The secret in memory is forgotten.
    Forgotten,
    /// The members were changed.
    Updated(ApplicationId),
    /// The tenant is allowed.
    Allowed(TenantId),
    /// The tenant is not allowed any more.
    Disallowed(TenantId),
    /// The Secret is not ours any more.
    Disowned,
    /// How long the deletion is waited for.
    Bounded(Bound),
    /// What is left behind is on record.
    Recorded(Vec<Orphan>),
    /// The finalizer is gone.
    Released,
    /// A call failed.
    Failed(Doing, Failure),
}

/// What was being done when a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A read at the platform.
    Reading,
    /// A registration.
    Registering,
    /// A rotation.
    Rotating,
    /// A deregistration.
    Deregistering,
    /// An update of members.
    Updating,
    /// A change of allowed tenants.
    Allowing,
    /// A proof.
    Proving,
}

/// What a scan found.
#[derive(Clone, Debug)]
pub struct Scan {
    /// With our marker, the newest first.
    pub marked: Vec<Listed>,
    /// Somebody else's client has the wanted name.
    pub name_taken: bool,
    /// How many of all our clients at this platform it lacks; `None`: not every watched namespace was read yet.
    pub absence: Option<Absence>,
    /// When it was begun.
    pub at: Duration,
}

/// A secret that is in memory and not stored yet.
#[derive(Clone, Debug)]
pub struct Held {
    /// The attempt under which it was minted, or claimed since.
    pub attempt: i64,
    /// When that claim was written, by our clock.
    pub claimed_at: Duration,
    /// Whose secret.
    pub application_id: ApplicationId,
    /// Whose secret.
    pub client_id: ClientId,
    /// The public client beside it.
    pub public_client_id: Option<ClientId>,
    /// The only copy.
    pub client_secret: SecretText,
    /// By a registration of this process: perhaps nobody else knows the client.
    pub registered: bool,
}

/// The Secret under the wanted name.
#[allow(clippy::large_enum_variant, reason = "one lives in each snapshot")]
#[derive(Clone, Debug, Default)]
pub enum SecretSeen {
    /// Not looked at yet.
    #[default]
    Unread,
    /// There is none.
    Absent,
    /// It belongs to somebody else; whom, for a person.
    Foreign(String),
    /// Ours.
    Ours(OutputSecret),
}

/// An output Secret of ours.
#[derive(Clone, Debug)]
pub struct OutputSecret {
    /// Its UID.
    pub uid: String,
    /// Its version.
    pub resource_version: String,
    /// The registration that it says it belongs to. A user could have written it.
    pub registration_id: Option<String>,
    /// The attempt that wrote it.
    pub attempt: i64,
    /// The application that it says it is of. A user could have written it.
    pub application_id: Option<ApplicationId>,
    /// The client id that it says it is of. A user could have written it.
    pub client_id: Option<ClientId>,
    /// The client secret in its data, where it can be found.
    pub client_secret: Option<SecretText>,
    /// Labels, annotations, owner and every key are as wanted.
    pub intact: bool,
    /// Where our owner reference stands among all of them.
    pub owner_index: usize,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Its data.
    pub data: BTreeMap<String, SecretText>,
}
