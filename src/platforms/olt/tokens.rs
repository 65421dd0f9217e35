//! The access tokens that we use ourselves: one for each tenant, obtained when it is needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::chain::Chain;
use super::identity::Realm;
use crate::domain::access::Access;
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::{Class, Failure};
use crate::domain::registration::TenantId;
use crate::platforms::oauth::{Grant, Held, Slot, tenant_claim};

/// Where our tokens come from.
pub struct Tokens {
    source: Arc<Source>,
    slots: Mutex<HashMap<Option<TenantId>, Arc<Slot>>>,
}

struct Source {
    realm: Arc<Realm>,
    way: Way,
    /// The tenant that is asked for unless another one is; `None`: the one that the credential acts for by itself.
    home: Option<TenantId>,
}

enum Way {
    Fixed(SecretText),
    Client { place: String, client: Credentials },
    Chain(Chain),
}

/// Until when all that one call of ours takes has to be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    time: Duration,
}

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self {
            at: Instant::now() + time,
            time,
        }
    }

    /// What is left of it; a failure when nothing is.
    pub fn left(self) -> Result<Duration, Failure> {
        let left = self.at.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.missed()) } else { Ok(left) }
    }

    fn missed(self) -> Failure {
        let detail = format!("no access token came within {:?}, so the call was not sent", self.time);
        Failure::new(Class::Transient, detail)
    }
}

impl Tokens {
    /// Makes no call. `home` is the tenant to act for unless a call asks for another one.
    #[must_use]
    pub fn new(realm: Arc<Realm>, access: Access, home: Option<TenantId>) -> Self {
        let way = match access {
            Access::ApiToken(token) => Way::Fixed(token),
            Access::ClientCredentials { place, client } => Way::Client { place, client },
            Access::RefreshToken {
                place,
                client_id,
                store,
            } => Way::Chain(Chain::new(place, client_id, store)),
        };
        Self {
            source: Arc::new(Source { realm, way, home }),
            slots: Mutex::default(),
        }
    }

    /// Whether there can be another token after one that was refused.
    #[must_use]
    pub fn can_be_renewed(&self) -> bool {
        !matches!(self.source.way, Way::Fixed(_))
    }

    /// A token for this tenant, or for the one at home; not the one that was refused.
    pub async fn token(
        &self,
        tenant: Option<&TenantId>,
        refused: Option<&SecretText>,
        deadline: Deadline,
    ) -> Result<SecretText, Failure> {
        if let Way::Fixed(token) = &self.source.way {
            return Ok(token.clone());
        }
        let tenant = tenant.or(self.source.home.as_ref()).cloned();
        let slot = Arc::clone(
            self.slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(tenant.clone())
                .or_default(),
        );
        let source = Arc::clone(&self.source);
        let renewed = slot.token(refused, async move { source.obtain(tenant.as_ref()).await });
        timeout_at(deadline.at, renewed)
            .await
            .unwrap_or_else(|_| Err(deadline.missed()))
    }

    /// The tenant that the token for this tenant, or for the one at home, acts for.
    pub async fn acts_for(&self, tenant: Option<&TenantId>, deadline: Deadline) -> Result<TenantId, Failure> {
        let claim = tenant_claim(&self.token(tenant, None, deadline).await?)?;
        match tenant.or(self.source.home.as_ref()) {
            Some(wanted) if *wanted != claim => Err(of_another(wanted, &claim)),
            _ => Ok(claim),
        }
    }
}

impl Source {
    async fn obtain(&self, tenant: Option<&TenantId>) -> Result<Held, Failure> {
        let obtained = match &self.way {
            Way::Fixed(_) => return Err(Failure::new(Class::Unauthorized, "an API token cannot be renewed")),
            Way::Client { place, client } => self
                .realm
                .obtain(Grant::ClientCredentials(client), tenant)
                .await
                .map_err(|failure| told("client_credentials", place, failure))?,
            Way::Chain(chain) => chain.next(&self.realm, tenant, tenant == self.home.as_ref()).await?,
        };
        // Whatever the platform makes of the header: a token of another tenant would act there.
        match (tenant, tenant_claim(&obtained.access_token)) {
            (Some(wanted), Ok(claim)) if *wanted != claim => Err(of_another(wanted, &claim)),
            (None, Err(failure)) => Err(Failure::new(
                failure.class,
                format!(
                    "{}: set tenantId to the tenant that shall own what is registered",
                    failure.detail
                ),
            )),
            (_, Err(failure)) => Err(failure),
            (_, Ok(_)) => Ok(Held::new(&obtained, Instant::now())),
        }
    }
}

/// A refusal with the grant and the place of what was refused in front. A passing failure has nothing to do with them.
pub(super) fn told(grant: &str, place: &str, failure: Failure) -> Failure {
    match failure.class {
        Class::Unauthorized | Class::Forbidden => {
            let detail = format!("{grant} with {place}: {}", failure.detail);
            Failure::new(failure.class, detail)
        }
        _ => failure,
    }
}

fn of_another(wanted: &TenantId, claim: &TenantId) -> Failure {
    let detail = format!("the token acts for tenant {claim}, but tenant {wanted} is wanted");
    Failure::new(Class::Invalid, detail)
}
