//! The port: what the operator asks of a platform, in the words of the field. One implementation per platform kind, in
//! `platforms`; nothing here knows HTTP. Each call has one outcome: its answer, or a [`Failure`] whose class says
//! whether it may have been carried out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::access::Access;
use super::credentials::{ClientCertificate, Credentials, SecretText};
use super::egress::Egress;
use super::failure::Failure;
use super::marker::Marker;
use super::registration::{AllowedTenant, ApplicationId, Change, ClientId, Permissions, Registration, TenantId};

/// The future of one call.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// One platform, reached with one credential: the owner's side of the registration API.
pub trait Platform: Send + Sync {
    /// What this platform can do. Constant for the life of the value, but for what is found out by use.
    fn capabilities(&self) -> Capabilities;

    /// Who we are there, as our access token and the discovery document say. An API token is not sent for that: whether
    /// it is accepted, [`Platform::permissions`] tells.
    fn identify(&self) -> Answer<'_, Identity>;

    /// The permissions that exist there, alias and id.
    fn permissions(&self) -> Answer<'_, Vec<KnownPermission>>;

    /// Registers a client. Not idempotent and never repeated here: `Ambiguous` means that it may exist now.
    /// `Conflict`: the name or the id is taken. The answer holds the only copy of the secret. Sent within this time or not at all,
    /// which is `Transient` or `RateLimited`: the claim that permits it grows old.
    fn register<'a>(&'a self, registration: &'a Registration, within: Duration) -> Answer<'a, Registered>;

    /// Every client of this owner, by one pass over the pages that began after this call. Callers who wait at the same
    /// time share a pass. With more than one page it is repeated until two passes agree.
    fn scan(&self) -> Answer<'_, Arc<[Listed]>>;

    /// One client in full. `NotFound`: it does not exist for this owner.
    fn read<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, RemoteClient>;

    /// All tenants that may install the application.
    fn allowed_tenants<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Vec<AllowedTenant>>;

    /// Changes the members that `change` holds and leaves the others alone. Repeatable.
    fn update<'a>(&'a self, id: &'a ApplicationId, change: &'a Change) -> Answer<'a, ()>;

    /// Allows one tenant to install, or changes its comment. Repeatable.
    fn allow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a AllowedTenant) -> Answer<'a, ()>;

    /// Takes the permission to install back. A tenant that was not allowed counts as done.
    fn disallow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a TenantId) -> Answer<'a, ()>;

    /// Replaces the client secret; the former one is dead as soon as it is carried out. Never repeated here.
    /// Sent within this time or not at all.
    fn rotate<'a>(&'a self, id: &'a ApplicationId, within: Duration) -> Answer<'a, SecretText>;

    /// Removes the client. Sent within this time or not at all. `NotFound`: it does not exist for this owner; the caller decides whether that means gone.
    fn deregister<'a>(&'a self, id: &'a ApplicationId, within: Duration) -> Answer<'a, ()>;

    /// Obtains a token with these credentials (RFC 6749 section 4.4), for a tenant or for none, and throws it away.
    fn prove<'a>(&'a self, credentials: &'a Credentials, tenant: Option<&'a TenantId>) -> Answer<'a, Proof>;

    /// The tenant's side of the API, with a credential of that tenant, or with our own: then for any tenant that it opens.
    /// Makes no call. An API token says itself whose it is, whatever `tenant` is; all others are asked for a token of
    /// `tenant` when the first call needs one.
    fn tenant(&self, access: Option<Access>, tenant: &TenantId) -> Result<Arc<dyn TenantSide>, Failure>;
}

/// The tenant's side: consent to an application, with the tenant's own credential.
pub trait TenantSide: Send + Sync {
    /// The tenant that the credential acts for.
    fn tenant_id(&self) -> &TenantId;

    /// What the application declares now, which is what consent must hold; nothing where the platform asks for no
    /// consent. `NotFound`: not visible to this tenant.
    fn declared<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Permissions>;

    /// Installs with this consent, which is not sent where the platform asks for none. `Conflict`: it is installed already.
    fn install<'a>(&'a self, id: &'a ApplicationId, consent: &'a Permissions) -> Answer<'a, Installation>;

    /// Replaces the consent of an installation. Repeatable. `NotFound`: not installed.
    fn reconsent<'a>(&'a self, id: &'a ApplicationId, consent: &'a Permissions) -> Answer<'a, Installation>;

    /// The installation as it is. `NotFound`: not installed.
    fn installation<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Installation>;

    /// Whether the tenant may use the application. `NotFound`: not visible to this tenant.
    fn availability<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Availability>;

    /// Uninstalls. `NotFound`: it was not installed.
    fn uninstall<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, ()>;
}

/// Opens connections; the one place where a platform kind is chosen. Wired in `main`.
pub trait Connect: Send + Sync {
    /// A connection with this credential. Makes no call. Those with the same `uid`, that of the platform's resource, share
    /// its limits and what is known of its health.
    fn connect(&self, uid: &str, target: &Target, access: Access) -> Result<Arc<dyn Platform>, Failure>;
}

/// Where and how a platform is reached; valid.
#[derive(Clone, Debug)]
pub struct Target {
    /// The platform kind and what only it needs.
    pub kind: TargetKind,
    /// Time-out of one whole call (the T of the claim protocol).
    pub timeout: Duration,
    /// What its TLS connections are made with.
    pub tls: Tls,
    /// How much may be asked of it.
    pub limits: Limits,
    /// Which addresses nothing of it may lead to.
    pub egress: Egress,
}

/// What TLS connections to a platform are made with.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificates, in PEM, of the authorities to trust; `None`: the well-known ones.
    pub authorities: Option<String>,
    /// What we show of ourselves when the platform asks for it.
    pub certificate: Option<ClientCertificate>,
}

/// How much may be asked of one platform, by all connections together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls a second in the long run.
    pub per_second: NonZeroU32,
    /// Calls that may go at once after a rest.
    pub burst: NonZeroU32,
    /// Calls that may be under way at a time.
    pub in_flight: usize,
}

/// The platform kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// OLT (Lightelligence).
    Olt {
        /// Base of the business API, without trailing slash.
        api_url: url::Url,
        /// Base of the identity realm; also the `issuer` of tokens.
        issuer_url: url::Url,
        /// Whether our marker is put into descriptions.
        marks: bool,
        /// Whether tenants consent when they install.
        consents: Consents,
        /// The tenant that owns what is registered; `None`: the one that our token acts for.
        tenant: Option<TenantId>,
    },
}

/// Whether tenants consent to permissions when they install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consents {
    /// Those who run the operator say so.
    Set(bool),
    /// It is found out when it is needed first; what was found out so far.
    Found(Option<bool>),
}

impl Target {
    /// The same, with what an earlier connection to it has found out by use.
    #[must_use]
    pub fn knowing(mut self, capabilities: Capabilities) -> Self {
        let TargetKind::Olt { consents, .. } = &mut self.kind;
        if let Consents::Found(found) = consents {
            *found = capabilities.consents;
        }
        self
    }
}

/// What a platform can do. Later capabilities join as fields here; a rule never asks for a platform's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What no two clients of an owner share: a second registration with the same is `Conflict`.
    pub unique: Unique,
    /// Our marker can be stored and found by a scan.
    pub marks: bool,
    /// How a client secret is replaced.
    pub rotation: Rotation,
    /// Tenants consent to permissions when they install; `None`: not found out yet.
    pub consents: Option<bool>,
}

impl Capabilities {
    /// Nothing can be looked up (RFC 7591): whoever lost the answer to a registration never finds its client. Such a
    /// platform lets only those read, change or remove a client who hold what it was registered with (RFC 7592 registration
    /// access token), so that the Secret may name the client without a marker that proves it.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        !self.marks && self.unique == Unique::Nothing
    }
}

/// What no two clients of an owner share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// Their names.
    Names,
    /// Their ids, which the caller chooses: our marker is the id.
    Ids,
    /// Nothing that the caller chooses.
    Nothing,
}

/// How a client secret is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// By one call, which ends the former secret at once.
    HardCut,
    /// By one call; the former secret goes on working for a while.
    Overlap,
    /// Only by another client in its place.
    Recreate,
    /// Not at all.
    Never,
}

/// Who we are at a platform. Two observations with different identities are never compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// RFC 8414 `issuer`.
    pub issuer: String,
    /// The tenant that owns what we register.
    pub owner: TenantId,
    /// RFC 8414 `token_endpoint`.
    pub token_endpoint: String,
}

impl Identity {
    /// Issuer and owner, unless the platform could not say.
    #[must_use]
    pub fn issuer_and_owner(&self) -> Option<(String, String)> {
        let known = !self.issuer.is_empty();
        known.then(|| (self.issuer.clone(), self.owner.0.clone()))
    }
}

/// A permission that the platform knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPermission {
    /// The platform's id, which requests carry.
    pub id: String,
    /// The readable name, which manifests carry.
    pub alias: String,
}

/// The answer of a registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The platform's id of the application.
    pub application_id: ApplicationId,
    /// RFC 6749 `client_id`.
    pub client_id: ClientId,
    /// `client_id` of the public client beside it.
    pub public_client_id: Option<ClientId>,
    /// The only copy of the secret. Empty when the platform answered without one: then rotate.
    pub client_secret: SecretText,
    /// All of the registration is carried out; else an update brings the rest.
    pub complete: bool,
}

/// A client as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The platform's id of the application.
    pub application_id: ApplicationId,
    /// RFC 6749 `client_id`.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// The marker found in it, if any.
    pub marker: Option<Marker>,
    /// When the platform created it, RFC 3339; only compared with times of the same platform.
    pub created_at: String,
    /// Another text whenever something of it has changed that a list shows. Opaque.
    pub revision: String,
}

/// A client in full, its marker told apart from its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteClient {
    /// The platform's id of the application.
    pub application_id: ApplicationId,
    /// RFC 6749 `client_id`.
    pub client_id: ClientId,
    /// `client_id` of the public client beside it.
    pub public_client_id: Option<ClientId>,
    /// What we manage of it, as it is there.
    pub registration: Registration,
}

/// What a proof found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The credentials obtained a token.
    Works,
    /// The platform knows the client and refuses this secret (`unauthorized_client`).
    WrongSecret,
    /// The platform does not know the client (`invalid_client`).
    UnknownClient,
    /// The credentials may be right, but the tenant is refused to them (`invalid_grant`).
    TenantRefused,
}

/// A tenant's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The platform's word for its state: `ok`, `outdated`.
    pub status: String,
    /// What was consented to.
    pub permissions: Permissions,
    /// When, RFC 3339 by the platform's clock.
    pub created_at: String,
}

/// Whether a tenant may use an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It may.
    Available,
    /// The application is suspended.
    Suspended,
    /// The owner removed the application.
    Deleted,
    /// The owner does not allow the tenant.
    Denied,
    /// The platform's word for something else.
    Other(String),
}

impl Installation {
    /// The application declares something else by now than was consented to.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.status == "outdated"
    }
}
