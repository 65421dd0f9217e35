//! What was asked, in order: one list for the API server and the platform.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use kube::Client;
use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::{Credentials, SecretText};
use oauth_registrar::domain::failure::Failure;
use oauth_registrar::domain::port::{
    Answer, Capabilities, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient, TenantSide,
};
use oauth_registrar::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};
use serde_json::Value;

use crate::api_server::{ApiServer, Reply, http as wire};
use crate::store::Store;

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Such as `PATCH oauthapplications/billing-sync` or `register billing-sync`.
    pub line: String,
    /// `Content-Type`; empty at the platform.
    pub form: String,
    /// The query; empty at the platform.
    pub query: String,
    /// Null where there is none.
    pub body: Value,
}

/// The list.
pub type Calls = Arc<Mutex<Vec<Call>>>;
/// Requests that are answered with something else, once each.
pub type Planned<A> = Arc<Mutex<Vec<(String, A)>>>;

fn planned<A>(plan: &Planned<A>, line: &str) -> Option<A> {
    let mut plan = plan.lock().unwrap();
    let at = plan.iter().position(|(wanted, _)| wanted == line)?;
    Some(plan.remove(at).1)
}

/// A client of the API server.
pub fn cluster(server: &Arc<Mutex<ApiServer>>, calls: &Calls, plan: &Planned<Reply>) -> Client {
    let (server, calls, plan) = (server.clone(), calls.clone(), plan.clone());
    let service = tower::service_fn(move |request: http::Request<kube::client::Body>| {
        let (server, calls, plan) = (server.clone(), calls.clone(), plan.clone());
        async move {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let content_type = request.headers().get(http::header::CONTENT_TYPE);
            let form = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
            let request = wire::parse(request).await.map_err(|refusal| refusal.body.to_string())?;
            let target = &request.target;
            let parts = [
                Some(target.resource.plural.as_str()),
                target.name.as_deref(),
                target.subresource.as_deref(),
            ];
            let path = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
            let metadata = if request.metadata_only { " (metadata)" } else { "" };
            let call = Call {
                line: format!("{method} {path}{metadata}"),
                form,
                query: uri.query().unwrap_or_default().to_owned(),
                body: request.body.clone(),
            };
            let other = planned(&plan, &call.line);
            calls.lock().unwrap().push(call);
            let reply = other.unwrap_or_else(|| server.lock().unwrap().handle(&request));
            Ok::<_, tower::BoxError>(wire::render(&reply))
        }
    });
    Client::new(service, "default")
}

/// The platform.
pub struct Recorded {
    /// What it holds.
    pub store: Arc<Mutex<Store>>,
    pub calls: Calls,
    /// A call that fails after it was carried out: its answer is lost.
    pub lost: Planned<Failure>,
    pub identity: Identity,
}

impl Recorded {
    fn answer<A: Send>(&self, line: String, act: impl FnOnce(&mut Store) -> Result<A, Failure>) -> Result<A, Failure> {
        let lost = planned(&self.lost, &line);
        let call = Call {
            line,
            form: String::new(),
            query: String::new(),
            body: Value::Null,
        };
        self.calls.lock().unwrap().push(call);
        let answer = act(&mut self.store.lock().unwrap());
        lost.map_or(answer, Err)
    }
}

impl Platform for Recorded {
    fn capabilities(&self) -> Capabilities {
        self.store.lock().unwrap().capabilities
    }

    fn identify(&self) -> Answer<'_, Identity> {
        async { self.answer("identify".into(), |_| Ok(self.identity.clone())) }.boxed()
    }

    fn permissions(&self) -> Answer<'_, Vec<KnownPermission>> {
        async { self.answer("permissions".into(), |_| Ok(vec![])) }.boxed()
    }

    fn register<'a>(&'a self, wanted: &'a Registration, _within: Duration) -> Answer<'a, Registered> {
        async { self.answer(format!("register {}", wanted.name), |store| store.register(wanted)) }.boxed()
    }

    fn scan(&self) -> Answer<'_, Arc<[Listed]>> {
        async { self.answer("scan".into(), |store| store.scan()) }.boxed()
    }

    fn read<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, RemoteClient> {
        async move { self.answer(format!("read {id}"), |store| store.read(id)) }.boxed()
    }

    fn allowed_tenants<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Vec<AllowedTenant>> {
        async move { self.answer(format!("allowed tenants of {id}"), |store| store.allowed_tenants(id)) }.boxed()
    }

    fn update<'a>(&'a self, id: &'a ApplicationId, change: &'a Change) -> Answer<'a, ()> {
        async move { self.answer(format!("update {id}"), |store| store.update(id, change)) }.boxed()
    }

    fn allow<'a>(&'a self, id: &'a ApplicationId, row: &'a AllowedTenant) -> Answer<'a, ()> {
        let line = format!("allow {} for {id}", row.tenant_id);
        async move { self.answer(line, |store| store.allow(id, row)) }.boxed()
    }

    fn disallow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a TenantId) -> Answer<'a, ()> {
        async move {
            self.answer(format!("disallow {tenant} for {id}"), |store| {
                store.disallow(id, tenant)
            })
        }
        .boxed()
    }

    fn rotate<'a>(&'a self, id: &'a ApplicationId, _within: Duration) -> Answer<'a, SecretText> {
        async move { self.answer(format!("rotate {id}"), |store| store.rotate(id)) }.boxed()
    }

    fn deregister<'a>(&'a self, id: &'a ApplicationId, _within: Duration) -> Answer<'a, ()> {
        async move { self.answer(format!("deregister {id}"), |store| store.deregister(id)) }.boxed()
    }

    fn prove<'a>(&'a self, credentials: &'a Credentials, _tenant: Option<&'a TenantId>) -> Answer<'a, Proof> {
        let line = format!("prove {}", credentials.client_id);
        async move { self.answer(line, |store| Ok(store.prove(credentials))) }.boxed()
    }

    fn tenant(&self, _access: Option<Access>, _tenant: &TenantId) -> Result<Arc<dyn TenantSide>, Failure> {
        panic!("no tenant's side is needed here")
    }
}
