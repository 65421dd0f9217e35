//! The tenant's side of an installation: with its own credential, or with the platform's where that opens the tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube::Resource;

use super::case::Case;
use crate::api::conditions::Reason;
use crate::api::secret_ref::ApiCredentials;
use crate::controller::access::{self, Found, Whose};
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::platform::kind::PlatformObject;
use crate::domain::access::Access;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::{Platform, TenantSide};

/// The sides that were opened with credentials of their own, by the UID of the installation: they hold tokens that are
/// still good.
#[derive(Default)]
pub struct Tenancies(Mutex<HashMap<String, Tenancy>>);

struct Tenancy {
    side: Arc<dyn TenantSide>,
    /// Digest of the credential.
    digest: String,
    /// What it was opened through: it shares what that one has found out, such as the contract.
    through: Arc<dyn Platform>,
}

impl Tenancies {
    fn find(&self, uid: &str, digest: &str, connection: &Connection) -> Option<Arc<dyn TenantSide>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(uid)?;
        let same = known.digest == digest && Arc::ptr_eq(&known.through, &connection.platform);
        same.then(|| Arc::clone(&known.side))
    }

    fn put(&self, uid: &str, tenancy: Tenancy) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(uid.to_owned(), tenancy);
    }

    /// The installation is gone.
    pub fn forget(&self, uid: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

/// Opens the tenant's side, or says what stands in the way.
pub(super) async fn open(
    case: &Case,
    connection: &Connection,
    platform: &dyn PlatformObject,
    ctx: &Context,
) -> Result<Result<Arc<dyn TenantSide>, Trouble>, Error> {
    match &case.object.spec.credentials {
        Some(own) => with_own(case, own, connection, ctx).await,
        None => Ok(with_platforms(case, connection, platform)),
    }
}

async fn with_own(
    case: &Case,
    own: &ApiCredentials,
    connection: &Connection,
    ctx: &Context,
) -> Result<Result<Arc<dyn TenantSide>, Trouble>, Error> {
    let whose = Whose {
        namespace: &case.namespace,
        owner: case.object.controller_owner_ref(&()).ok_or(Error::Incomplete)?,
        leaving: case.is_leaving(),
    };
    let Found { access, digest } = match access::read(ctx, own, whose).await? {
        Ok(found) => found,
        Err(message) => return Ok(Err(trouble(Reason::CredentialsNotFound, message))),
    };
    if let Some(side) = ctx.tenancies.find(&case.uid, &digest, connection) {
        return Ok(Ok(side));
    }
    let lasting = !matches!(access, Access::ApiToken(_));
    let opened = side(case, Some(access), own.secret().unwrap_or_default(), connection);
    if let (Ok(side), true) = (&opened, lasting) {
        let tenancy = Tenancy {
            side: Arc::clone(side),
            digest,
            through: Arc::clone(&connection.platform),
        };
        ctx.tenancies.put(&case.uid, tenancy);
    }
    Ok(opened)
}

/// An API token acts for one tenant only; anything else is asked for a token of this one.
fn with_platforms(
    case: &Case,
    connection: &Connection,
    platform: &dyn PlatformObject,
) -> Result<Arc<dyn TenantSide>, Trouble> {
    let (owner, tenant) = (&connection.identity.owner.0, &case.object.spec.tenant_id);
    let olt = platform.connection().olt.as_ref();
    let fixed = olt.is_some_and(|olt| olt.credentials.api_token.is_some());
    if fixed && owner != tenant {
        let message = format!(
            "The platform's credential is an API token, which acts for tenant {owner} only: set spec.credentials to a token of tenant {tenant}, or ask those who run the platform to use clientCredentials or a refreshToken that this tenant lets in."
        );
        return Err(trouble(Reason::TenantCredentialsRequired, message));
    }
    side(case, None, "", connection)
}

fn side(
    case: &Case,
    access: Option<Access>,
    secret: &str,
    connection: &Connection,
) -> Result<Arc<dyn TenantSide>, Trouble> {
    let wanted = &case.object.spec.tenant_id;
    let invalid = |message| trouble(Reason::InvalidSpec, message);
    let secret = format!("Secret {}/{secret}", case.namespace);
    let side = connection
        .platform
        .tenant(access, &wanted.as_str().into())
        .map_err(|failure| invalid(format!("{secret}: {failure}.")))?;
    if side.tenant_id().0 != *wanted {
        let message = format!(
            "{secret} holds a token of tenant {}, but spec.tenantId is {wanted}. Use a token of that tenant.",
            side.tenant_id()
        );
        return Err(invalid(message));
    }
    Ok(side)
}

fn trouble(reason: Reason, message: String) -> Trouble {
    Trouble::new(Stage::Accepted, reason, message)
}
