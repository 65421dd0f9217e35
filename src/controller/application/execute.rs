//! The steps: each changes one thing outside and brings one fact back. Its failure is a fact too.

use std::time::Duration;

use super::case::Case;
use super::claims::{claim_to_publish, release, write_claim};
use super::publish::{disown, restore, store};
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::orphans::left::put_on_record;
use crate::domain::failure::{Class, Failure};
use crate::domain::observed::Seen;
use crate::domain::registration::{ApplicationId, ClientId, Registration};
use crate::domain::step::{Doing, Fact, Held, Step};

/// Carries out a step.
pub async fn execute(
    step: Step,
    seen: &Seen,
    case: &mut Case,
    connection: &Connection,
    ctx: &Context,
) -> Result<Fact, Error> {
    let platform = &connection.platform;
    let within = seen.may_still_be_sent(ctx.now());
    Ok(match step {
        Step::Claim(claim, purpose) => write_claim(claim, purpose, case, connection, ctx).await?,
        Step::ClaimToPublish { keep_open } => claim_to_publish(keep_open, seen, case, connection, ctx).await?,
        Step::Register(registration) => register(registration, within, seen, connection).await,
        Step::Rotate(id) => rotate(id, within, seen, connection).await,
        Step::Deregister(id) => match platform.deregister(&id, within).await {
            Ok(()) => Fact::Deregistered(id),
            Err(Failure {
                class: Class::NotFound, ..
            }) => Fact::Gone(id),
            Err(failure) => Fact::Failed(Doing::Deregistering, failure),
        },
        Step::Store => store(seen, case, connection, ctx).await?,
        Step::Restore => restore(seen, case, connection, ctx).await?,
        Step::Forget => Fact::Forgotten,
        Step::Update(id, change) => match platform.update(&id, &change).await {
            Ok(()) => Fact::Updated(id),
            Err(failure) => Fact::Failed(Doing::Updating, failure),
        },
        Step::Allow(id, row) => match platform.allow(&id, &row).await {
            Ok(()) => Fact::Allowed(row.tenant_id),
            Err(failure) => Fact::Failed(Doing::Allowing, failure),
        },
        Step::Disallow(id, tenant) => match platform.disallow(&id, &tenant).await {
            Ok(()) => Fact::Disallowed(tenant),
            Err(failure) => Fact::Failed(Doing::Allowing, failure),
        },
        Step::Disown => disown(seen, case, ctx).await?,
        Step::Record(orphans) => {
            put_on_record(&orphans, case, ctx).await?;
            Fact::Recorded(orphans)
        }
        Step::Release => release(case).await?,
    })
}

async fn register(registration: Registration, within: Duration, seen: &Seen, connection: &Connection) -> Fact {
    match connection.platform.register(&registration, within).await {
        Ok(answer) => {
            let tenants = registration
                .allowed_tenants
                .iter()
                .map(|row| row.tenant_id.clone())
                .collect();
            let held = Held {
                attempt: seen.own_claim().map_or(0, |c| c.attempt),
                claimed_at: seen.memory.claim_first_seen,
                application_id: answer.application_id,
                client_id: answer.client_id,
                public_client_id: answer.public_client_id,
                client_secret: answer.client_secret,
                registered: true,
            };
            let complete = answer.complete;
            Fact::Registered {
                held,
                tenants,
                complete,
            }
        }
        Err(Failure {
            class: Class::Conflict, ..
        }) => Fact::NameTaken,
        Err(failure) => Fact::Failed(Doing::Registering, failure),
    }
}

async fn rotate(id: ApplicationId, within: Duration, seen: &Seen, connection: &Connection) -> Fact {
    let Some(client_id) = client_id(&id, seen) else {
        return Fact::Failed(
            Doing::Rotating,
            Failure::new(Class::Transient, "the client was not read before its rotation"),
        );
    };
    match connection.platform.rotate(&id, within).await {
        Ok(client_secret) => Fact::Rotated(Held {
            attempt: seen.own_claim().map_or(0, |c| c.attempt),
            claimed_at: seen.memory.claim_first_seen,
            public_client_id: public_client_id(&id, seen),
            application_id: id,
            client_id,
            client_secret,
            registered: false,
        }),
        Err(Failure {
            class: Class::NotFound, ..
        }) => Fact::Gone(id),
        Err(failure) => Fact::Failed(Doing::Rotating, failure),
    }
}

/// As it was read; else as it was known.
fn public_client_id(id: &ApplicationId, seen: &Seen) -> Option<ClientId> {
    if let Some(read) = seen.clients.get(id) {
        return read.as_ref().and_then(|c| c.public_client_id.clone());
    }
    let known = seen.known.as_ref().filter(|k| k.application_id == *id);
    known.and_then(|k| k.public_client_id.clone())
}

fn client_id(id: &ApplicationId, seen: &Seen) -> Option<ClientId> {
    let read = seen
        .clients
        .get(id)
        .and_then(|c| c.as_ref())
        .map(|c| c.client_id.clone());
    let listed = || {
        seen.scan
            .iter()
            .flat_map(|s| &s.marked)
            .find(|c| c.application_id == *id)
            .map(|c| c.client_id.clone())
    };
    read.or_else(listed)
}
