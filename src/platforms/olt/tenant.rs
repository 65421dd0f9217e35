//! The tenant's calls: `applications/{id}`, section 4 of the contract, with the tenant's own token.

use futures::FutureExt;
use reqwest::Method;

use super::api::{Api, data, done};
use super::wire;
use crate::domain::failure::Failure;
use crate::domain::port::{Answer, Availability, Installation, TenantSide};
use crate::domain::registration::{ApplicationId, Permissions, TenantId};
use crate::platforms::http::Nature::Repeatable;
use crate::platforms::oauth;

/// A connection with the token of one tenant.
pub struct Tenant {
    api: Api,
    id: TenantId,
}

impl Tenant {
    /// Reads the tenant from the token; `Invalid` when it names none.
    pub fn new(api: Api) -> Result<Self, Failure> {
        let id = oauth::tenant_claim(api.token())?;
        Ok(Self { api, id })
    }
}

fn of<'a>(id: &'a ApplicationId, below: &'a str) -> [&'a str; 3] {
    ["applications", &id.0, below]
}

impl TenantSide for Tenant {
    fn tenant_id(&self) -> &TenantId {
        &self.id
    }

    fn declared<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Permissions> {
        async move {
            Ok(self
                .api
                .get::<wire::PermissionSet>(&of(id, "permissions"))
                .await?
                .into())
        }
        .boxed()
    }

    fn install<'a>(&'a self, id: &'a ApplicationId, consent: &'a Permissions) -> Answer<'a, Installation> {
        async move {
            // Sent twice it comes to the same: the second answer is a conflict, and the installation can be read.
            let call = self.api.call(Method::POST, &of(id, "installation"), Repeatable)?;
            Ok(data::<wire::Installed>(call.json(&wire::Consent::from(consent)))
                .await?
                .into())
        }
        .boxed()
    }

    fn reconsent<'a>(&'a self, id: &'a ApplicationId, consent: &'a Permissions) -> Answer<'a, Installation> {
        async move {
            let call = self.api.call(Method::PATCH, &of(id, "installation"), Repeatable)?;
            Ok(data::<wire::Installed>(call.json(&wire::Consent::from(consent)))
                .await?
                .into())
        }
        .boxed()
    }

    fn installation<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Installation> {
        async move { Ok(self.api.get::<wire::Installed>(&of(id, "installation")).await?.into()) }.boxed()
    }

    fn availability<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Availability> {
        async move { Ok(self.api.get::<wire::Visible>(&["applications", &id.0]).await?.into()) }.boxed()
    }

    fn uninstall<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, ()> {
        async move { done(self.api.call(Method::DELETE, &of(id, "installation"), Repeatable)?).await }.boxed()
    }
}
