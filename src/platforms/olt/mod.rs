//! OLT (Lightelligence), contract of December 2019: the owner's side of its registration API.
//!
//! What shapes this folder: the secret of a client is shown once; nothing can be looked up by name, so a scan reads all
//! pages and is shared; our marker lives at the end of `teaserDescription`; the tenant acted on is a claim of the token.
//! Kept out: the API before installations had a consent (`PUT` without body).

mod api;
mod description;
mod developer;
mod identity;
mod pages;
mod scan;
mod tenant;
mod wire;

pub use api::Api;

use std::sync::Arc;

use futures::FutureExt;
use tokio::sync::OnceCell;
use url::Url;

use self::scan::SharedPass;
use super::oauth;
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::Failure;
use crate::domain::port::{
    Answer, Capabilities, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient, TenantSide,
};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};

/// The header that names the tenant a token is for.
const TENANT_HEADER: &str = "tenant";

/// A connection to OLT with the token of one owner tenant.
pub struct Olt {
    api: Api,
    issuer_url: Url,
    marks: bool,
    /// Found once; the endpoints of a realm do not move while a connection lives.
    discovered: OnceCell<identity::Endpoints>,
    scan: SharedPass<Result<Arc<[Listed]>, Failure>>,
}

impl Olt {
    /// Makes no call.
    #[must_use]
    pub fn new(api: Api, issuer_url: Url, marks: bool) -> Self {
        Self {
            api,
            issuer_url,
            marks,
            discovered: OnceCell::new(),
            scan: SharedPass::default(),
        }
    }

    async fn endpoints(&self) -> Result<&identity::Endpoints, Failure> {
        self.discovered
            .get_or_try_init(|| identity::discover(&self.api, &self.issuer_url))
            .await
    }
}

impl Platform for Olt {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            unique_names: true,
            marks: self.marks,
        }
    }

    fn identify(&self) -> Answer<'_, Identity> {
        async {
            let owner = oauth::tenant_claim(self.api.token())?;
            let identity::Endpoints { issuer, token_endpoint } = self.endpoints().await?;
            Ok(Identity {
                issuer: issuer.clone(),
                owner,
                token_endpoint: token_endpoint.to_string(),
            })
        }
        .boxed()
    }

    fn permissions(&self) -> Answer<'_, Vec<KnownPermission>> {
        identity::permissions(&self.api).boxed()
    }

    fn register<'a>(&'a self, registration: &'a Registration) -> Answer<'a, Registered> {
        developer::register(&self.api, registration).boxed()
    }

    fn scan(&self) -> Answer<'_, Arc<[Listed]>> {
        self.scan.next(|| developer::list(&self.api, self.marks)).boxed()
    }

    fn read<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, RemoteClient> {
        developer::read(&self.api, id, self.marks).boxed()
    }

    fn allowed_tenants<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Vec<AllowedTenant>> {
        developer::allowed_tenants(&self.api, id).boxed()
    }

    fn update<'a>(&'a self, id: &'a ApplicationId, change: &'a Change) -> Answer<'a, ()> {
        developer::update(&self.api, id, change).boxed()
    }

    fn allow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a AllowedTenant) -> Answer<'a, ()> {
        developer::allow(&self.api, id, tenant).boxed()
    }

    fn disallow<'a>(&'a self, id: &'a ApplicationId, tenant: &'a TenantId) -> Answer<'a, ()> {
        developer::disallow(&self.api, id, tenant).boxed()
    }

    fn rotate<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, SecretText> {
        developer::rotate(&self.api, id).boxed()
    }

    fn deregister<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, ()> {
        developer::deregister(&self.api, id).boxed()
    }

    fn prove<'a>(&'a self, credentials: &'a Credentials, tenant: Option<&'a TenantId>) -> Answer<'a, Proof> {
        async move {
            let endpoint = &self.endpoints().await?.token_endpoint;
            oauth::prove(
                self.api.http(),
                endpoint,
                credentials,
                tenant.map(|tenant| (TENANT_HEADER, tenant)),
            )
            .await
        }
        .boxed()
    }

    fn tenant(&self, credential: SecretText) -> Result<Box<dyn TenantSide>, Failure> {
        Ok(Box::new(tenant::Tenant::new(self.api.with_token(credential))?))
    }
}
