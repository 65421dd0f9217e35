//! OLT (Lightelligence), contract of December 2019, and that of May 2019 for installations.
//!
//! What shapes this folder: the secret of a client is shown once; nothing can be looked up by name, so a scan reads all
//! pages and is shared; our marker lives at the end of `teaserDescription`; the tenant acted on is a claim of the token.
//! Before installations had a consent they were a `PUT` without body; which of the two it is, is set or found out.

mod api;
mod chain;
mod contract;
mod description;
mod developer;
mod identity;
mod pages;
mod scan;
mod tenant;
mod tokens;
mod wire;

pub use api::Api;
pub use identity::Realm;
pub use tokens::Tokens;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;

use self::contract::Contract;
use self::scan::SharedPass;
use super::oauth;
use crate::domain::access::Access;
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::Failure;
use crate::domain::port::{
    Answer, Capabilities, Consents, Identity, KnownPermission, Listed, Platform, Proof, Registered, RemoteClient,
    Rotation, TenantSide, Unique,
};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};

/// The header that names the tenant a token is for.
const TENANT_HEADER: &str = "tenant";

/// A connection to OLT on behalf of one owner tenant.
pub struct Olt {
    api: Api,
    realm: Arc<Realm>,
    marks: bool,
    contract: Arc<Contract>,
    scan: SharedPass<Result<Arc<[Listed]>, Failure>>,
}

impl Olt {
    /// Makes no call.
    #[must_use]
    pub fn new(api: Api, realm: Arc<Realm>, marks: bool, consents: Consents) -> Self {
        Self {
            api,
            realm,
            marks,
            contract: Arc::new(Contract::new(consents)),
            scan: SharedPass::default(),
        }
    }
}

impl Platform for Olt {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            unique: Unique::Names,
            marks: self.marks,
            rotation: Rotation::HardCut,
            consents: self.contract.consents(),
        }
    }

    fn identify(&self) -> Answer<'_, Identity> {
        async {
            let owner = self.api.acts_for().await?;
            let identity::Endpoints { issuer, token_endpoint } = self.realm.endpoints().await?;
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

    fn register<'a>(&'a self, registration: &'a Registration, within: Duration) -> Answer<'a, Registered> {
        developer::register(&self.api, registration, within).boxed()
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

    fn rotate<'a>(&'a self, id: &'a ApplicationId, within: Duration) -> Answer<'a, SecretText> {
        developer::rotate(&self.api, id, within).boxed()
    }

    fn deregister<'a>(&'a self, id: &'a ApplicationId, within: Duration) -> Answer<'a, ()> {
        developer::deregister(&self.api, id, within).boxed()
    }

    fn prove<'a>(&'a self, credentials: &'a Credentials, tenant: Option<&'a TenantId>) -> Answer<'a, Proof> {
        async move {
            let endpoint = &self.realm.endpoints().await?.token_endpoint;
            oauth::prove(
                self.realm.http(),
                endpoint,
                credentials,
                tenant.map(|tenant| (TENANT_HEADER, tenant)),
            )
            .await
        }
        .boxed()
    }

    fn tenant(&self, access: Option<Access>, tenant: &TenantId) -> Result<Arc<dyn TenantSide>, Failure> {
        let id = match &access {
            Some(Access::ApiToken(token)) => oauth::tenant_claim(token)?,
            _ => tenant.clone(),
        };
        let api = match access {
            Some(access) => self
                .api
                .with(Tokens::new(Arc::clone(&self.realm), access, Some(id.clone()))),
            None => self.api.scoped_to(id.clone()),
        };
        Ok(Arc::new(tenant::Tenant::new(api, id, Arc::clone(&self.contract))))
    }
}
