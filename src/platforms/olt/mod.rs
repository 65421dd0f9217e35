//! OLT (Lightelligence), contract of December 2019, and that of May 2019 for installations.
//!
//! What shapes this folder: the secret of a client is shown once; nothing can be looked up by name, so a scan reads all
//! pages and is shared; our marker lives at the end of `teaserDescription`; the tenant acted on is a claim of the token.
//! Before installations had a consent they were a `PUT` without body; which of the two it is, is set or found out.

mod api;
mod contract;
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

use self::contract::Contract;
use self::scan::SharedPass;
use super::oauth;
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::Failure;
use crate::domain::port::{
    Answer, Capabilities, Consents, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient,
    TenantSide,
};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};

/// The header that names the tenant a token is for.
const TENANT_HEADER: &str = "tenant";

/// A connection to OLT with the token of one owner tenant.
pub struct Olt {
    api: Api,
    issuer_url: Url,
    marks: bool,
    contract: Arc<Contract>,
    /// Found once; the endpoints of a realm do not move while a connection lives.
    discovered: OnceCell<identity::Endpoints>,
    scan: SharedPass<Result<Arc<[Listed]>, Failure>>,
}

impl Olt {
    /// Makes no call.
    #[must_use]
    pub fn new(api: Api, issuer_url: Url, marks: bool, consents: Consents) -> Self {
        Self {
            api,
            issuer_url,
            marks,
            contract: Arc::new(Contract::new(consents)),
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
            consents: self.contract.consents(),
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
        let api = self.api.with_token(credential);
        Ok(Box::new(tenant::Tenant::new(api, Arc::clone(&self.contract))?))
    }
}
