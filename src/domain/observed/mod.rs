//! One snapshot of an application: resource, claim, Secret, platform, memory of this process, and the time. Facts are
//! learned into it one by one; nothing here reads anything.

mod doubt;
mod learn;
mod proof;
#[cfg(test)]
pub(crate) mod scene;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::claim::{Claim, Found, Holder};
use super::failure::Failure;
use super::marker::Marker;
use super::orphan::{Bound, Orphan};
use super::port::{Capabilities, Identity, Proof, RemoteClient};
use super::registration::{AllowedTenant, ApplicationId, ClientId, TenantId};
use super::rules::Rules;
use super::step::{Doing, Held, OutputSecret, Purpose, Scan, SecretSeen};

/// The snapshot.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Time of our own monotonic clock, since the process began.
    pub now: Duration,
    /// A random number in `0.0..1.0`, drawn by the caller.
    pub jitter: f64,
    /// A random id, used if a registration is begun.
    pub fresh_id: String,
    /// Which rules hold.
    pub rules: Rules,
    /// Who we are.
    pub holder: Holder,
    /// The resource.
    pub object: Object,
    /// What status says.
    pub told: Told,
    /// The claim on the resource.
    pub claim: Found,
    /// What this process remembers of the resource.
    pub memory: Memory,
    /// The platform.
    pub platform: PlatformSeen,
    /// Version of the Secret in the watch cache: good enough to stay at rest, never to act on.
    pub secret_hint: Option<String>,
    /// The Secret, read past every cache.
    pub secret: SecretSeen,
    /// When it was read.
    pub secret_read_at: Duration,
    /// The claim that was just written, and the one call that it permits.
    pub authority: Option<(Purpose, Duration)>,
    /// The claim was written or confirmed after the Secret was read.
    pub claim_is_fresh: bool,
    /// The last scan.
    pub scan: Option<Scan>,
    /// Clients that were read; `None`: gone.
    pub clients: BTreeMap<ApplicationId, Option<RemoteClient>>,
    /// The tenants that may install.
    pub allowed: Option<Vec<AllowedTenant>>,
    /// The last proof, and when it was begun.
    pub proof: Option<(Proof, Duration)>,
    /// The client of this resource, as far as it is known and verified.
    pub known: Option<Known>,
    /// The platform was brought in line with this generation.
    pub applied: bool,
    /// Members were changed in this reconcile.
    pub updated: bool,
    /// Rows of tenants that were sent in this reconcile.
    pub rows_sent: BTreeSet<TenantId>,
    /// Tenants that this resource allowed.
    pub allowed_by_us: Vec<TenantId>,
    /// What was written to the Secret in this reconcile.
    pub published: Published,
    /// A pass over the platform made it worth a closer look.
    pub suspected: bool,
    /// A person asks to try again what was given up.
    pub retry_asked: bool,
    /// The API server refuses the Secret.
    pub store_refused: Option<String>,
    /// The claim of the secret in memory is not ours any more.
    pub superseded: bool,
    /// The view of the resource turned out to be stale.
    pub stale: bool,
    /// How long the deletion is waited for.
    pub bound: Bound,
    /// The Secret may not be read any more, and nobody knows which client it names.
    pub secret_hidden: bool,
    /// What is left behind and on record.
    pub recorded: Option<Vec<Orphan>>,
    /// The finalizer was removed.
    pub released: bool,
    /// Our owner reference is off the Secret.
    pub disowned: bool,
    /// The last call failed.
    pub failure: Option<(Doing, Failure)>,
}

/// The resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its UID.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its generation.
    pub generation: i64,
    /// Whether our finalizer is on it.
    pub has_finalizer: bool,
}

/// What status says, which is what some process knew when it wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The registration's id.
    pub registration_id: Option<String>,
    /// The attempt whose outcome is told; 0 when none is, or when it is told to be unknown.
    pub attempt: i64,
    /// It tells that all was well: one client, proved, nothing in doubt.
    pub settled: bool,
    /// The client.
    pub known: Option<Known>,
    /// The generation that the platform was brought in line with.
    pub applied_generation: Option<i64>,
    /// Version of the Secret when it was written or accepted.
    pub secret_version: Option<String>,
    /// The credentials were proved.
    pub verified: bool,
    /// The platform it was registered at, as issuer and owner.
    pub identity: Option<(String, String)>,
    /// Replacements within the last day that nobody asked for.
    pub replaced: i64,
    /// Tenants that this resource allowed.
    pub allowed_by_us: Vec<TenantId>,
    /// Clients that may exist and that nobody knows.
    pub lost: u32,
    /// The status of another resource names the same client. Told only where the platform carries no marker.
    pub disputed: bool,
}

/// A client by its ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The platform's id of the application.
    pub application_id: ApplicationId,
    /// RFC 6749 `client_id`.
    pub client_id: ClientId,
    /// `client_id` of the public client beside it, as far as it is known.
    pub public_client_id: Option<ClientId>,
}

/// What this process remembers of the resource between reconciles.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The claim it saw last: attempt and holder.
    pub claim_seen: Option<(i64, String)>,
    /// When it first saw that claim.
    pub claim_first_seen: Duration,
    /// The highest attempt whose outcome it knows.
    pub resolved: i64,
    /// The platform answered that the name is taken, and no scan has shown since that it is free: look before another
    /// register. Else two processes take each other's claim for an unresolved one, and it never settles.
    pub name_taken: bool,
    /// A secret that is not stored yet.
    pub held: Option<Held>,
    /// The claim was written while the outcome of an earlier attempt was in doubt, and no look had told it.
    pub doubt: bool,
    /// The client of the attempt with this number. Counts while status does not tell the outcome of that attempt: the Secret
    /// may be refused, or removed by hand, before status can tell of the client.
    pub untold: Option<(i64, Known)>,
    /// When it last published a secret, and the version of the Secret then.
    pub published: Option<(Duration, String)>,
    /// Failures in a row.
    pub failures: u32,
}

/// The platform.
#[derive(Clone, Debug)]
pub struct PlatformSeen {
    /// What it can do.
    pub capabilities: Capabilities,
    /// Who we are there.
    pub identity: Identity,
    /// Time-out of one call: T.
    pub timeout: Duration,
    /// How long a claim is waited out: at least 3 T.
    pub settle: Duration,
}

/// What was written to the Secret in this reconcile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// A new secret was stored.
    pub stored: bool,
    /// The form was restored.
    pub restored: bool,
    /// A registration was answered.
    pub registered: bool,
    /// A client of ours was deregistered.
    pub deregistered: bool,
    /// Registrations sent over an attempt without outcome that the claim does not count.
    pub lost: u32,
}

impl Seen {
    /// The claim, if it is one of this very resource.
    #[must_use]
    pub fn own_claim(&self) -> Option<&Claim> {
        match &self.claim {
            Found::Here(claim) => Some(claim),
            _ => None,
        }
    }

    /// Our Secret, if there is one.
    #[must_use]
    pub fn output(&self) -> Option<&OutputSecret> {
        match &self.secret {
            SecretSeen::Ours(secret) => Some(secret),
            _ => None,
        }
    }

    /// The marker of this registration.
    #[must_use]
    pub fn marker(&self) -> Option<Marker> {
        self.own_claim()
            .map(|c| c.marker(&self.object.namespace, &self.object.name))
    }

    /// Clients with our marker that are still there, the newest first.
    #[must_use]
    pub fn marked(&self) -> Vec<&ApplicationId> {
        let marked = self.scan.iter().flat_map(|scan| &scan.marked);
        marked
            .map(|listed| &listed.application_id)
            .filter(|id| !self.is_gone(id))
            .collect()
    }

    /// The client that ours took the place of and that only status tells of, where nothing can be looked up.
    #[must_use]
    pub fn former(&self) -> Option<&Known> {
        let known = self.known.as_ref()?;
        let former = self
            .told
            .known
            .as_ref()
            .filter(|_| self.platform.capabilities.is_blind())?;
        (former.application_id != known.application_id && !self.is_gone(&former.application_id)).then_some(former)
    }

    /// Clients that may exist and that nobody knows.
    #[must_use]
    pub fn lost(&self) -> u32 {
        let claimed = self.own_claim().map_or(0, |c| c.lost);
        // A user can write any number into the claim.
        claimed.max(self.told.lost).saturating_add(self.published.lost)
    }

    /// Another claim now would make the client of a registration without outcome one that nobody can find (R8).
    #[must_use]
    pub fn would_lose(&self) -> bool {
        let registers = self.own_claim().is_some_and(|c| c.registers);
        self.platform.capabilities.is_blind() && registers && self.unresolved()
    }

    /// The client was read and does not exist.
    #[must_use]
    pub fn is_gone(&self, id: &ApplicationId) -> bool {
        matches!(self.clients.get(id), Some(None))
    }
}
