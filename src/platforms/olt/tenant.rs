//! The tenant's calls: `applications/{id}`, section 4 of the contract, with the tenant's own token.
//!
//! Under the older contract an installation is a `PUT` without body, which a repetition does not refuse, and is only seen
//! in the application as the tenant sees it.

use std::sync::Arc;

use futures::FutureExt;
use reqwest::Method;

use super::api::{Api, data, done};
use super::contract::Contract;
use super::wire;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::{Answer, Availability, Installation, TenantSide};
use crate::domain::registration::{ApplicationId, Permissions, TenantId};
use crate::platforms::http::Nature::Repeatable;

/// A connection on behalf of one tenant.
pub struct Tenant {
    api: Api,
    id: TenantId,
    contract: Arc<Contract>,
}

impl Tenant {
    /// `api` acts for the tenant `id`.
    pub fn new(api: Api, id: TenantId, contract: Arc<Contract>) -> Self {
        Self { api, id, contract }
    }

    /// The application as this tenant sees it.
    async fn visible(&self, id: &ApplicationId) -> Result<wire::Visible, Failure> {
        self.api.get(&["applications", &id.0]).await
    }

    async fn permissions(&self, id: &ApplicationId) -> Result<Permissions, Failure> {
        let set = self.api.get::<wire::PermissionSet>(&of(id, "permissions")).await?;
        Ok(set.into())
    }

    /// Whether the platform asks for consent.
    async fn consents(&self, id: &ApplicationId) -> Result<bool, Failure> {
        match self.contract.consents() {
            Some(known) => Ok(known),
            None => Ok(self.find_out(id).await?.is_some()),
        }
    }

    /// Finds out the contract, by reads alone, and what the application declares; `None`: the platform knows no consent.
    ///
    /// An application that is visible and declares nothing, not even an empty set, belongs to the older contract. The set
    /// is read again after the application was seen, since it may have become visible in between.
    async fn find_out(&self, id: &ApplicationId) -> Result<Option<Permissions>, Failure> {
        let mut declared = unless_missing(self.permissions(id).await)?;
        if declared.is_none() {
            self.visible(id).await?;
            declared = unless_missing(self.permissions(id).await)?;
        }
        self.contract.found(declared.is_some());
        Ok(declared)
    }

    /// By the older contract. It is looked for first: a second `PUT` is answered like the first one, and an installation
    /// that was there before us would pass for ours.
    async fn install_plainly(&self, id: &ApplicationId) -> Result<Installation, Failure> {
        if self.visible(id).await?.installation.is_some() {
            return Err(Failure::new(Class::Conflict, "the application is installed already"));
        }
        let call = self.api.call(Method::PUT, &of(id, "installation"), Repeatable)?;
        Ok(data::<wire::PlainlyInstalled>(call).await?.into())
    }

    async fn install_with_consent(&self, id: &ApplicationId, consent: &Permissions) -> Result<Installation, Failure> {
        // Sent twice it comes to the same: the second answer is a conflict, and the installation can be read.
        let call = self.api.call(Method::POST, &of(id, "installation"), Repeatable)?;
        let installed: wire::Installed = data(call.json(&wire::Consent::from(consent))).await?;
        Ok(installed.into())
    }
}

fn of<'a>(id: &'a ApplicationId, below: &'a str) -> [&'a str; 3] {
    ["applications", &id.0, below]
}

/// `None`: there is nothing at this path.
fn unless_missing<T>(outcome: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Failure {
            class: Class::NotFound | Class::Invalid,
            ..
        }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

impl TenantSide for Tenant {
    fn tenant_id(&self) -> &TenantId {
        &self.id
    }

    fn declared<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Permissions> {
        async move {
            match self.contract.consents() {
                Some(true) => self.permissions(id).await,
                Some(false) => Ok(Permissions::default()),
                None => Ok(self.find_out(id).await?.unwrap_or_default()),
            }
        }
        .boxed()
    }

    fn install<'a>(&'a self, id: &'a ApplicationId, consent: &'a Permissions) -> Answer<'a, Installation> {
        async move {
            let outcome = if self.consents(id).await? {
                self.install_with_consent(id, consent).await
            } else {
                self.install_plainly(id).await
            };
            self.contract.doubt(outcome)
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
        async move {
            if self.consents(id).await? {
                return Ok(self.api.get::<wire::Installed>(&of(id, "installation")).await?.into());
            }
            let installed = self.visible(id).await?.installation;
            installed
                .map(Installation::from)
                .ok_or_else(|| Failure::new(Class::NotFound, "the application is not installed"))
        }
        .boxed()
    }

    fn availability<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, Availability> {
        async move { Ok(self.visible(id).await?.into()) }.boxed()
    }

    fn uninstall<'a>(&'a self, id: &'a ApplicationId) -> Answer<'a, ()> {
        async move { done(self.api.call(Method::DELETE, &of(id, "installation"), Repeatable)?).await }.boxed()
    }
}
