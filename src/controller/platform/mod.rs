//! The platform's reconcile: check the spec, read the credential, open a connection, say who we are there.

mod authorities;
pub mod away;
pub mod grants;
pub mod hosts;
pub mod kind;
pub mod missing;
pub mod report;
mod resync;
mod tls;
pub mod validate;

use std::sync::Arc;
use std::time::Duration;

use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, ResourceExt};
use serde_json::json;

use self::hosts::Hosts;
use self::kind::{PlatformKey, PlatformKind, PlatformObject, readers};
use self::tls::{Missing, under};
use super::access::{self, Found, Whose};
use super::connections::Connection;
use super::context::{CLUSTER_TIMEOUT, Context};
use super::error::{Error, call};
use super::orphans::work_off::work_off;
use super::pause;
use crate::api::conditions::Reason;
use crate::api::secret_ref::ApiCredentials;
use crate::api::well_known::{IN_USE, MANAGER};
use crate::domain::access::Access;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::failure::{Class, Failure};
use crate::domain::observed::Memory;
use crate::domain::port::Target;
use crate::domain::schedule::next_try;

/// A platform that is Ready is probed with every re-check, but not more often than this: two reads, and no write as long
/// as nothing changed.
const PROBE_AT_MOST_EVERY: Duration = Duration::from_mins(1);

/// How long to wait for namespaces that were not read yet; nothing wakes a platform when they are.
const UNREAD: Duration = Duration::from_secs(5);

/// What became of a platform.
pub enum Ending {
    /// The connection works.
    Connected(Arc<Connection>),
    /// Something stands in the way; look again after this time.
    Refused(Trouble, Duration),
    /// It is being deleted, and something may still refer to it.
    InUse(InUse),
    /// It is being deleted, and nothing refers to it any more.
    Released,
}

/// What keeps a platform that is being deleted.
pub struct InUse {
    /// The resources that refer to it; `None`: not every watched namespace could be read yet, so nobody knows.
    pub dependents: Option<Vec<String>>,
    /// Why there is no connection, which they need to deregister.
    pub trouble: Option<Trouble>,
}

/// Brings one platform to Ready, or says why it is not.
pub async fn reconcile<P: PlatformKind>(object: Arc<P>, ctx: Arc<Context>) -> Result<Action, Error> {
    let key = object.key();
    let uid = object.uid().ok_or(Error::Incomplete)?;
    let api = object.api(ctx.client.clone());
    let held = pause::hold(&api, object.as_ref(), object.status(), |s| &mut s.conditions, &ctx);
    if let Some(action) = held.await? {
        ctx.connections.remove(&key);
        return Ok(action);
    }
    let ending = if object.is_leaving() {
        leave(object.as_ref(), &uid, &api, &ctx).await?
    } else {
        finalize(object.as_ref(), &api).await?;
        connect(object.as_ref(), &uid, &ctx).await?
    };
    report::report(&ending, object.as_ref(), &api, &ctx).await?;
    Ok(match &ending {
        Ending::Connected(connection) => {
            ctx.memories.keep(&uid, &Memory::default());
            let more = work_off(object.as_ref(), connection, &ctx).await;
            let next_pass = resync::resync(object.as_ref(), &uid, connection, &ctx).await;
            let next = ctx.recheck().max(PROBE_AT_MOST_EVERY).min(next_pass);
            Action::requeue(if more { next.min(UNREAD) } else { next })
        }
        Ending::Refused(_, after) => {
            let memory = ctx.memories.of(&uid);
            ctx.memories.keep(
                &uid,
                &Memory {
                    failures: memory.failures + 1,
                    ..memory
                },
            );
            Action::requeue(*after)
        }
        Ending::InUse(InUse { dependents: None, .. }) => Action::requeue(UNREAD.min(ctx.recheck())),
        Ending::InUse(_) => Action::requeue(ctx.recheck()),
        Ending::Released => {
            ctx.connections.remove(&key);
            for reader in readers(&uid) {
                ctx.memories.forget(&reader);
            }
            ctx.suspicions.forget_platform(&uid);
            ctx.state_secrets.forget(&uid);
            Action::await_change()
        }
    })
}

async fn connect(object: &dyn PlatformObject, uid: &str, ctx: &Context) -> Result<Ending, Error> {
    let key = object.key();
    let hosts = Hosts {
        insecure: &ctx.settings.insecure_hosts,
        allowed: key.namespace.as_ref().map(|_| ctx.settings.allowed_hosts.as_slice()),
    };
    let selectors = validate::selectors(object.grants().unwrap_or_default());
    let valid = selectors.and_then(|()| validate::target(object.connection(), ctx.settings.settle, hosts));
    let (mut target, named) = match valid {
        Ok(valid) => valid,
        Err(trouble) => return Ok(refused(&key, trouble, ctx.recheck(), ctx)),
    };
    let namespace = key.namespace.as_ref().unwrap_or(&ctx.settings.namespace);
    match tls::read(object.connection(), uid, namespace, ctx).await? {
        Ok(tls) => target.tls = tls,
        Err(Missing::Authorities(trouble)) => return Ok(refused(&key, trouble, ctx.recheck(), ctx)),
        Err(Missing::Certificate(message)) => return Ok(without_credential(&key, message, ctx)),
    }
    let whose = Whose {
        namespace,
        owner: object.owner().ok_or(Error::Incomplete)?,
        leaving: false,
    };
    let Found { access, digest } = match access::read(ctx, &named, whose).await? {
        Ok(found) => found,
        Err(message) => return Ok(without_credential(&key, message, ctx)),
    };
    let made_from = (
        uid.to_owned(),
        object.metadata().generation.unwrap_or_default(),
        under(digest, &target.tls),
    );
    let former = ctx.connections.find(&key);
    let is_like = |c: &Arc<Connection>| c.made_from.0 == made_from.0 && c.made_from.2 == made_from.2;
    // A deletion counts in the generation, too: what is registered has to be removed by the connection that is there.
    let leaves = object.metadata().deletion_timestamp.is_some();
    let same = former
        .as_ref()
        .is_some_and(|c| c.made_from == made_from || leaves && is_like(c));
    let former = former.filter(|c| c.made_from == made_from);
    let target = match &former {
        Some(former) => target.knowing(former.platform.capabilities()),
        None => target,
    };
    match open(&target, access, former, made_from, ctx).await {
        Ok(connection) => Ok(Ending::Connected(ctx.connections.put(&key, connection))),
        Err(failure) => {
            let failures = ctx.memories.of(uid).failures + 1;
            let (trouble, after) = trouble(&failure, &named, namespace, failures, ctx);
            Ok(if same && is_passing(failure.class) {
                Ending::Refused(trouble, after)
            } else {
                refused(&key, trouble, after, ctx)
            })
        }
    }
}

/// A platform that is away for a moment is still the same one: what depends on it tries for itself.
fn is_passing(class: Class) -> bool {
    matches!(
        class,
        Class::Transient | Class::Ambiguous | Class::RateLimited(_) | Class::Barred
    )
}

/// Dependents that are being deleted still need the connection that was there.
fn without_credential(key: &PlatformKey, message: String, ctx: &Context) -> Ending {
    let trouble = Trouble::new(Stage::Registered, Reason::CredentialsNotFound, message);
    let needed = ctx.view.applications_at(key).is_none_or(|all| !all.is_empty());
    if needed && ctx.connections.find(key).is_some() {
        return Ending::Refused(trouble, ctx.recheck());
    }
    refused(key, trouble, ctx.recheck(), ctx)
}

async fn open(
    target: &Target,
    access: Access,
    former: Option<Arc<Connection>>,
    made_from: (String, i64, String),
    ctx: &Context,
) -> Result<Connection, Failure> {
    let platform = match (former, &access) {
        // It holds tokens that are still good, and perhaps a refresh token that could not be stored yet.
        (Some(former), Access::ClientCredentials { .. } | Access::RefreshToken { .. }) => Arc::clone(&former.platform),
        _ => ctx.connect.connect(&made_from.0, target, access)?,
    };
    let identity = platform.identify().await?;
    let permissions = platform.permissions().await?;
    Ok(Connection {
        platform,
        identity,
        permissions,
        timeout: target.timeout,
        made_from,
    })
}

fn refused(key: &PlatformKey, trouble: Trouble, after: Duration, ctx: &Context) -> Ending {
    ctx.connections.remove(key);
    Ending::Refused(trouble, after)
}

fn trouble(
    failure: &Failure,
    named: &ApiCredentials,
    namespace: &str,
    failures: u32,
    ctx: &Context,
) -> (Trouble, Duration) {
    let detail = &failure.detail;
    let later = next_try(failure.class, failures, ctx.chance.fraction()).min(ctx.settings.recheck);
    let (reason, message, after) = match failure.class {
        Class::Unauthorized => (
            Reason::PlatformUnauthorized,
            unaccepted(detail, named, namespace),
            ctx.recheck(),
        ),
        Class::Forbidden => (
            Reason::PlatformForbidden,
            format!("The token lacks a right: {detail}."),
            ctx.recheck(),
        ),
        Class::Invalid | Class::Conflict => (
            Reason::InvalidSpec,
            format!("The platform cannot be used like this: {detail}."),
            ctx.recheck(),
        ),
        Class::Barred => (
            Reason::PlatformUnreachable,
            format!(
                "The operator does not go where the platform leads: {detail}. Check spec.olt.apiUrl and spec.olt.issuerUrl."
            ),
            ctx.recheck(),
        ),
        Class::RateLimited(_) => (
            Reason::RateLimited,
            format!("The platform asks for a pause: {detail}."),
            later,
        ),
        Class::Transient | Class::Ambiguous | Class::NotFound => (
            Reason::PlatformUnreachable,
            format!(
                "The platform cannot be reached: {detail}. Check spec.olt.apiUrl and spec.olt.issuerUrl; it is tried again."
            ),
            later,
        ),
    };
    (Trouble::new(Stage::Registered, reason, message), after)
}

/// What was not accepted, and which Secret heals it.
fn unaccepted(detail: &str, named: &ApiCredentials, namespace: &str) -> String {
    let secret = format!("Secret {namespace}/{}", named.secret().unwrap_or_default());
    if named.refresh_token.is_some() {
        return format!(
            "The platform does not accept the refresh token: {detail}. It expired, was revoked, or the answer that held the next one was lost. Log in again and put the new refresh token into {secret}."
        );
    }
    if named.client_credentials.is_some() {
        return format!(
            "The platform does not accept the client credentials: {detail}. Put the client_id and client_secret of an application that may register others into {secret}."
        );
    }
    format!(
        "The platform does not accept the token: {detail}. Put a valid token into {secret}, which spec.olt.credentials names."
    )
}

async fn finalize<P: PlatformKind>(object: &P, api: &Api<P>) -> Result<(), Error> {
    if object.finalizers().iter().any(|f| f == IN_USE) {
        return Ok(());
    }
    let finalizers: Vec<String> = object.finalizers().iter().cloned().chain([IN_USE.to_owned()]).collect();
    patch_finalizers(object, api, &finalizers).await
}

/// While something refers to it, the connection is kept, opened after a restart, and made anew with a renewed credential:
/// deregistering needs it.
async fn leave<P: PlatformKind>(object: &P, uid: &str, api: &Api<P>, ctx: &Context) -> Result<Ending, Error> {
    let dependents = ctx.view.applications_at(&object.key());
    if dependents.as_ref().is_none_or(|all| !all.is_empty()) {
        let trouble = match connect(object, uid, ctx).await? {
            Ending::Refused(trouble, _) => Some(trouble),
            _ => None,
        };
        let name =
            |a: &Arc<crate::api::OAuthApplication>| format!("{}/{}", a.namespace().unwrap_or_default(), a.name_any());
        let dependents = dependents.map(|all| {
            let mut names: Vec<String> = all.iter().map(name).collect();
            names.sort();
            names
        });
        return Ok(Ending::InUse(InUse { dependents, trouble }));
    }
    let finalizers: Vec<String> = object.finalizers().iter().filter(|f| *f != IN_USE).cloned().collect();
    patch_finalizers(object, api, &finalizers).await?;
    Ok(Ending::Released)
}

async fn patch_finalizers<P: PlatformKind>(object: &P, api: &Api<P>, finalizers: &[String]) -> Result<(), Error> {
    let body = json!({"metadata": {"resourceVersion": object.resource_version(), "finalizers": finalizers}});
    let params = PatchParams {
        field_manager: Some(MANAGER.into()),
        ..PatchParams::default()
    };
    let result = call(
        "write the finalizer",
        CLUSTER_TIMEOUT,
        api.patch(&object.name_any(), &params, &Patch::Merge(body)),
    )
    .await;
    match result {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(404) => Ok(()),
        Err(error) => Err(error),
    }
}
