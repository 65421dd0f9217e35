//! The line of one process to the platform: the port, with the gate in between.

use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::{Credentials, SecretText};
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::port::{
    Answer, Capabilities, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient, TenantSide,
};
use oauth_registrar::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};

use super::store::Store;
use crate::model::gate::{Gate, Party, Told, What};
use crate::model::world::World;

/// The port as one process sees it.
pub struct Line {
    gate: Arc<Gate>,
    process: usize,
    capabilities: Capabilities,
}

impl Line {
    pub fn new(gate: &Arc<Gate>, process: usize) -> Self {
        Self {
            gate: gate.clone(),
            process,
            capabilities: gate.world().platform.capabilities,
        }
    }

    /// Who the operator is at the platform.
    pub fn identity() -> Identity {
        Identity {
            issuer: "https://id.example.com".into(),
            owner: "11111111-1111-4111-8111-111111111111".into(),
            token_endpoint: "https://id.example.com/token".into(),
        }
    }

    /// A read. Without an answer it surely changed nothing.
    async fn read<A: Clone + Send + 'static>(
        &self,
        text: String,
        mut read: impl FnMut(&Store) -> Result<A, Failure> + Send + 'static,
        mut tell: impl FnMut(&A) -> String + Send + 'static,
    ) -> Result<A, Failure> {
        let call = self.gate.call(self.process, what(text, false), move |world| {
            let answer = world.refusal().map_or_else(|| read(&world.platform), Err);
            told(answer, &mut tell)
        });
        call.await
            .unwrap_or_else(|| Err(Failure::new(Class::Transient, "no answer in time")))
    }

    /// A write. Without an answer it may have been carried out.
    async fn write<A: Clone + Send + 'static>(
        &self,
        text: String,
        mut write: impl FnMut(&mut World) -> Result<A, Failure> + Send + 'static,
        mut tell: impl FnMut(&A) -> String + Send + 'static,
    ) -> Result<A, Failure> {
        let call = self.gate.call(self.process, what(text, true), move |world| {
            let answer = world.refusal().map_or_else(|| write(world), Err);
            told(answer, &mut tell)
        });
        call.await
            .unwrap_or_else(|| Err(Failure::new(Class::Ambiguous, "no answer in time")))
    }
}

fn what(text: String, writes: bool) -> What {
    What {
        party: Party::Platform,
        text,
        writes,
    }
}

fn told<A>(answer: Result<A, Failure>, tell: impl FnOnce(&A) -> String) -> Told<Result<A, Failure>> {
    let full = match &answer {
        Ok(answer) => tell(answer),
        Err(failure) => format!("{:?}", failure.class),
    };
    Told {
        brief: full.chars().take(100).collect(),
        answer,
        full: full.into(),
    }
}

impl Platform for Line {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn identify(&self) -> Answer<'_, Identity> {
        Box::pin(self.read("identify".into(), |_| Ok(Self::identity()), |_| "ok".into()))
    }

    fn permissions(&self) -> Answer<'_, Vec<KnownPermission>> {
        Box::pin(self.read("permissions".into(), |_| Ok(vec![]), |_| "none".into()))
    }

    fn register<'a>(&'a self, registration: &'a Registration, _within: Duration) -> Answer<'a, Registered> {
        let wanted = registration.clone();
        let tell = |new: &Registered| format!("{}, {}", new.application_id, new.client_secret.expose());
        Box::pin(self.write(
            format!("register {}", wanted.name),
            move |w| w.platform.register(&wanted),
            tell,
        ))
    }

    fn scan(&self) -> Answer<'_, Arc<[Listed]>> {
        let tell = |all: &Arc<[Listed]>| {
            all.iter()
                .map(|c| format!("{} {:?}", c.application_id, c.marker))
                .collect::<Vec<_>>()
                .join(", ")
        };
        Box::pin(self.read("scan".into(), Store::scan, tell))
    }

    fn read<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, RemoteClient> {
        let (text, id) = (format!("read {id}"), id.clone());
        Box::pin(Self::read(
            self,
            text,
            move |store| store.read(&id),
            |client| format!("{:?}", client.registration),
        ))
    }

    fn allowed_tenants<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Vec<AllowedTenant>> {
        let (text, id) = (format!("allowed tenants of {id}"), id.clone());
        Box::pin(Self::read(
            self,
            text,
            move |store| store.allowed_tenants(&id),
            |rows| format!("{rows:?}"),
        ))
    }

    fn update<'a>(&'a self, id: &'a ApplicationId, change: &'a Change) -> Answer<'a, ()> {
        let (text, id, change) = (format!("update {id}"), id.clone(), change.clone());
        Box::pin(self.write(text, move |w| w.platform.update(&id, &change), |()| "ok".into()))
    }

    fn allow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a AllowedTenant) -> Answer<'a, ()> {
        let (text, id, row) = (
            format!("allow {} for {id}", tenant.tenant_id),
            id.clone(),
            tenant.clone(),
        );
        Box::pin(self.write(text, move |w| w.platform.allow(&id, &row), |()| "ok".into()))
    }

    fn disallow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a TenantId) -> Answer<'a, ()> {
        let (text, id, tenant) = (format!("disallow {tenant} for {id}"), id.clone(), tenant.clone());
        Box::pin(self.write(text, move |w| w.platform.disallow(&id, &tenant), |()| "ok".into()))
    }

    fn rotate<'a>(&'a self, id: &'a ApplicationId, _within: Duration) -> Answer<'a, SecretText> {
        let (text, id) = (format!("rotate {id}"), id.clone());
        Box::pin(self.write(
            text,
            move |w| w.platform.rotate(&id),
            |secret| secret.expose().to_owned(),
        ))
    }

    fn deregister<'a>(&'a self, id: &'a ApplicationId, _within: Duration) -> Answer<'a, ()> {
        let (text, id) = (format!("deregister {id}"), id.clone());
        Box::pin(self.write(text, move |w| w.platform.deregister(&id), |()| "ok".into()))
    }

    fn prove<'a>(&'a self, credentials: &'a Credentials, _tenant: Option<&'a TenantId>) -> Answer<'a, Proof> {
        let (text, credentials) = (format!("prove {}", credentials.client_id), credentials.clone());
        Box::pin(Self::read(
            self,
            text,
            move |store| Ok(store.prove(&credentials)),
            |proof| format!("{proof:?}"),
        ))
    }

    fn tenant(&self, _access: Option<Access>, _tenant: &TenantId) -> Result<Arc<dyn TenantSide>, Failure> {
        Err(Failure::new(Class::Invalid, "tenants are not modelled"))
    }
}
