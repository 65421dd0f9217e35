//! The looks: reads that a rule asked for. Each brings one fact back; none changes anything.

use kube::{Api, ResourceExt};

use super::case::Case;
use super::publish::content;
use crate::api::well_known::CLAIM;
use crate::controller::connections::Connection;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::controller::orphans::bound::bound;
use crate::controller::platform::kind::PlatformKey;
use crate::controller::secret_store::SecretStore;
use crate::domain::claim::Found;
use crate::domain::credentials::Credentials;
use crate::domain::drift::Absence;
use crate::domain::failure::{Class, Failure};
use crate::domain::observed::{Known, Seen};
use crate::domain::port::Listed;
use crate::domain::registration::ApplicationId;
use crate::domain::step::{Doing, Fact, Look, Scan, SecretSeen};
use crate::domain::wish::Wish;

/// Carries out a look.
pub async fn look(
    look: Look,
    wish: &Wish,
    seen: &Seen,
    case: &Case,
    connection: &Connection,
    ctx: &Context,
) -> Result<Fact, Error> {
    Ok(match look {
        Look::Secret => secret(seen, case, connection, ctx).await?,
        Look::Claim => claim(seen, case).await?,
        Look::Scan => scan(wish, seen, case, connection, ctx).await,
        Look::Client(id) => client(id, connection).await,
        Look::Allowed(id) => match connection.platform.allowed_tenants(&id).await {
            Ok(rows) => Fact::AllowedRead(rows),
            Err(failure) => Fact::Failed(Doing::Reading, failure),
        },
        Look::Proof => proof(wish, seen, connection, ctx).await,
        Look::Bound => Fact::Bounded(bound(case, ctx).await),
    })
}

async fn secret(seen: &Seen, case: &Case, connection: &Connection, ctx: &Context) -> Result<Fact, Error> {
    let at = ctx.now();
    let store = SecretStore::new(
        Api::namespaced(ctx.client.clone(), &case.namespace),
        case.object.as_ref(),
        &case.output,
    );
    let key = case
        .object
        .status
        .as_ref()
        .and_then(|s| s.secret.as_ref())
        .map(|s| s.client_secret_key.as_str());
    let mut found = match store.read(key.filter(|k| !k.is_empty())).await {
        // A namespace that is being deleted has lost our rights on its Secrets first.
        Err(error) if case.is_leaving() && error.code() == Some(403) => return Ok(Fact::SecretHidden(at)),
        found => found?,
    };
    if let SecretSeen::Ours(secret) = &mut found {
        let named = secret.application_id.clone().zip(secret.client_id.clone());
        let named = named.map(|(application_id, client_id)| Known {
            application_id,
            client_id,
            public_client_id: None,
        });
        let claimed = seen.own_claim().map_or(0, |c| c.attempt);
        let attempt = Some(secret.attempt)
            .filter(|a| *a <= claimed)
            .unwrap_or_default()
            .max(seen.told.attempt);
        secret.intact = match (seen.known.clone().or(named), &secret.client_secret, seen.own_claim()) {
            (Some(known), Some(value), Some(claim)) => {
                let content = content(&claim.id, attempt, &known, value, &case.output, &connection.identity);
                content.is_ok_and(|content| store.is_intact(secret, &content))
            }
            _ => false,
        };
    }
    Ok(Fact::SecretRead(found, at))
}

/// The claim as it is now, against the one that is seen.
async fn claim(seen: &Seen, case: &Case) -> Result<Fact, Error> {
    let name = &seen.object.name;
    let fresh = call("read the claim", CLUSTER_TIMEOUT, case.api.get_metadata_opt(name)).await?;
    let annotation = fresh
        .as_ref()
        .and_then(|f| f.annotations().get(CLAIM))
        .map(String::as_str);
    let found = Found::parse(annotation, &case.uid, &seen.holder.instance);
    Ok(if found == seen.claim {
        Fact::ClaimConfirmed
    } else {
        Fact::ClaimLost
    })
}

async fn scan(wish: &Wish, seen: &Seen, case: &Case, connection: &Connection, ctx: &Context) -> Fact {
    let at = ctx.now();
    let listed = match connection.platform.scan().await {
        Ok(listed) => listed,
        Err(failure) => return Fact::Failed(Doing::Reading, failure),
    };
    let ours = seen
        .own_claim()
        .map(|c| c.marker(&seen.object.namespace, &seen.object.name));
    let named = |c: &Listed| seen.own_claim().is_some_and(|claim| claim.name == c.name);
    let mut marked: Vec<_> = listed
        .iter()
        .filter(|c| ours.is_some() && c.marker == ours || !seen.rules.marker_proves && named(c))
        .cloned()
        .collect();
    marked.sort_by(|a, b| b.created_at.cmp(&a.created_at));
    let name_taken = match wish {
        Wish::Present(wanted) => listed
            .iter()
            .any(|c| c.name == wanted.registration.name && (ours.is_none() || c.marker != ours)),
        Wish::Absent(_) => false,
    };
    Fact::Scanned(Scan {
        marked,
        name_taken,
        absence: absence(&listed, case, ctx),
        at,
    })
}

/// How many clients that status tells of, of all applications at the platform, the list lacks.
fn absence(listed: &[Listed], case: &Case, ctx: &Context) -> Option<Absence> {
    let all = ctx.view.applications_at(&PlatformKey::of(&case.object))?;
    let told = all.iter().filter_map(|a| a.status.as_ref()?.application_id.as_deref());
    let ours: Vec<ApplicationId> = told.map(Into::into).collect();
    Some(Absence::count(&ours, listed))
}

async fn client(id: ApplicationId, connection: &Connection) -> Fact {
    match connection.platform.read(&id).await {
        Ok(client) => Fact::ClientRead(id, Some(Box::new(client))),
        // An id that the platform cannot even parse is one that somebody wrote into an annotation.
        Err(Failure {
            class: Class::NotFound | Class::Invalid,
            ..
        }) => Fact::ClientRead(id, None),
        Err(failure) => Fact::Failed(Doing::Reading, failure),
    }
}

async fn proof(wish: &Wish, seen: &Seen, connection: &Connection, ctx: &Context) -> Fact {
    let at = ctx.now();
    let secret = seen.output().and_then(|s| s.client_secret.clone());
    let (Wish::Present(wanted), Some(known), Some(client_secret)) = (wish, &seen.known, secret) else {
        let failure = Failure::new(Class::Invalid, "there is nothing to prove");
        return Fact::Failed(Doing::Proving, failure);
    };
    let credentials = Credentials {
        client_id: known.client_id.0.clone(),
        client_secret,
        method: wanted.method,
    };
    match connection.platform.prove(&credentials, None).await {
        Ok(proof) => Fact::Proved(proof, at),
        Err(failure) => Fact::Failed(Doing::Proving, failure),
    }
}
