//! A chain of refresh tokens: each opens the next, and the next is stored before anything is done with it.
//!
//! The contract does not say whether a refresh token that was used stays valid. Where it does not, an answer that is lost
//! on the way, or in a crash before it was stored, ends the chain; nobody but the user can begin another one then.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::identity::Realm;
use super::tokens::told;
use crate::domain::access::{Link, TokenStore};
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::domain::registration::TenantId;
use crate::platforms::oauth::{Grant, Obtained, authorized_party, tenant_claim};

/// How often somebody else may have been first before we give up for now.
const TRIES: usize = 3;

/// The chain.
pub struct Chain {
    place: String,
    client_id: Option<String>,
    store: Arc<dyn TokenStore>,
    /// Held during an exchange: two at once would use one token twice.
    turn: Mutex<()>,
}

impl Chain {
    /// Makes no call.
    pub fn new(place: String, client_id: Option<String>, store: Arc<dyn TokenStore>) -> Self {
        Self {
            place,
            client_id,
            store,
            turn: Mutex::default(),
        }
    }

    /// Obtains a token for this tenant, or without one for the tenant that the chain began with, and stores the newer
    /// refresh token. `at_home`: it is the tenant of the chain itself, so that a refusal concerns the refresh token.
    pub async fn next(&self, realm: &Realm, tenant: Option<&TenantId>, at_home: bool) -> Result<Obtained, Failure> {
        let _turn = self.turn.lock().await;
        let mut refused: Option<(Link, Failure)> = None;
        for _ in 0..TRIES {
            let link = self.store.read().await?;
            if let Some((former, failure)) = &refused
                && same(&former.token, &link.token)
            {
                return Err(self.refusal(failure.clone(), at_home));
            }
            let obtained = match self.exchange(realm, &link, tenant).await {
                Ok(obtained) => obtained,
                // Another process may have used the token, and have stored the next one.
                Err(failure) if failure.class == Class::Unauthorized => {
                    refused = Some((link, failure));
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            let next = successor(&obtained, &link, tenant);
            if same(&next.token, &link.token) && next.home == link.home {
                return Ok(obtained);
            }
            if self.store.store(next, link).await? {
                return Ok(obtained);
            }
        }
        Err(match refused {
            Some((_, failure)) => self.refusal(failure, at_home),
            None => Failure::new(
                Class::Transient,
                format!("somebody else keeps renewing the refresh token of {}", self.place),
            ),
        })
    }

    async fn exchange(&self, realm: &Realm, link: &Link, tenant: Option<&TenantId>) -> Result<Obtained, Failure> {
        let issued_to = || authorized_party(&link.token);
        let client_id = self.client_id.clone().or_else(issued_to).ok_or_else(|| {
            let detail = format!(
                "the refresh token of {} does not say which client it was issued to: set clientId beside its secretRef",
                self.place
            );
            Failure::new(Class::Invalid, detail)
        })?;
        let grant = Grant::RefreshToken {
            client_id: &client_id,
            token: &link.token,
        };
        realm.obtain(grant, tenant.or(link.home.as_ref())).await
    }

    /// For a tenant that is not the chain's own, the refusal may as well mean the tenant.
    fn refusal(&self, failure: Failure, at_home: bool) -> Failure {
        let class = if at_home { failure.class } else { Class::Forbidden };
        told("refresh_token", &self.place, Failure { class, ..failure })
    }
}

fn successor(obtained: &Obtained, link: &Link, tenant: Option<&TenantId>) -> Link {
    let began_with = || tenant_claim(&obtained.access_token).ok().filter(|_| tenant.is_none());
    Link {
        token: obtained.refresh_token.clone().unwrap_or_else(|| link.token.clone()),
        home: link.home.clone().or_else(began_with),
        version: None,
    }
}

fn same(one: &SecretText, other: &SecretText) -> bool {
    one.expose() == other.expose()
}
