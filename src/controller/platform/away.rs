//! A platform that cannot be used now. What needs no platform still works: a deletion that was never claimed, or one that
//! leaves the client there.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::ready;

use crate::controller::connections::Connection;
use crate::domain::access::Access;
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::{Class, Failure};
use crate::domain::port::{
    Answer, Capabilities, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient, Rotation,
    TenantSide, Unique,
};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};

/// Answers every call with the reason why it is away.
struct Away {
    why: String,
    marks: bool,
}

impl Away {
    fn answer<T: Send + 'static>(&self) -> Answer<'_, T> {
        ready(Err(self.failure())).boxed()
    }

    fn failure(&self) -> Failure {
        Failure::new(Class::Transient, self.why.clone())
    }
}

/// A connection on which every call fails for this reason, and which cannot say who we are; `marks` is what the platform's spec
/// says of markers.
#[must_use]
pub fn away(why: String, marks: bool) -> Connection {
    Connection {
        platform: Arc::new(Away { why, marks }),
        identity: Identity {
            issuer: String::new(),
            owner: TenantId(String::new()),
            token_endpoint: String::new(),
        },
        permissions: vec![],
        timeout: Duration::from_secs(10),
        made_from: (String::new(), 0, String::new()),
    }
}

impl Platform for Away {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            unique: Unique::Names,
            marks: self.marks,
            rotation: Rotation::HardCut,
            consents: None,
        }
    }
    fn identify(&self) -> Answer<'_, Identity> {
        self.answer()
    }
    fn permissions(&self) -> Answer<'_, Vec<KnownPermission>> {
        self.answer()
    }
    fn register<'a>(&'a self, _: &'a Registration, _: Duration) -> Answer<'a, Registered> {
        self.answer()
    }
    fn scan(&self) -> Answer<'_, Arc<[Listed]>> {
        self.answer()
    }
    fn read<'a>(&'a self, _: &'a ApplicationId) -> Answer<'a, RemoteClient> {
        self.answer()
    }
    fn allowed_tenants<'a>(&'a self, _: &'a ApplicationId) -> Answer<'a, Vec<AllowedTenant>> {
        self.answer()
    }
    fn update<'a>(&'a self, _: &'a ApplicationId, _: &'a Change) -> Answer<'a, ()> {
        self.answer()
    }
    fn allow<'a>(&'a self, _: &'a ApplicationId, _: &'a AllowedTenant) -> Answer<'a, ()> {
        self.answer()
    }
    fn disallow<'a>(&'a self, _: &'a ApplicationId, _: &'a TenantId) -> Answer<'a, ()> {
        self.answer()
    }
    fn rotate<'a>(&'a self, _: &'a ApplicationId, _: Duration) -> Answer<'a, SecretText> {
        self.answer()
    }
    fn deregister<'a>(&'a self, _: &'a ApplicationId, _: Duration) -> Answer<'a, ()> {
        self.answer()
    }
    fn prove<'a>(&'a self, _: &'a Credentials, _: Option<&'a TenantId>) -> Answer<'a, Proof> {
        self.answer()
    }
    fn tenant(&self, _: Option<Access>, _: &TenantId) -> Result<Arc<dyn TenantSide>, Failure> {
        Err(self.failure())
    }
}
