//! Writing the Secret: what it holds, and what becomes of a write.

use kube::Api;

use super::case::Case;
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::secret_store::{Content, SecretStore, Written};
use crate::domain::credentials::SecretText;
use crate::domain::observed::{Known, Seen};
use crate::domain::port::Identity;
use crate::domain::render::{Data, Unrenderable};
use crate::domain::scrub::Scrub;
use crate::domain::step::{Fact, OutputSecret, SecretSeen};
use crate::domain::wish::Output;

pub(super) async fn store(seen: &Seen, case: &Case, connection: &Connection, ctx: &Context) -> Result<Fact, Error> {
    let Some(held) = seen.memory.held.as_ref() else {
        return Ok(Fact::Forgotten);
    };
    let known = Known {
        application_id: held.application_id.clone(),
        client_id: held.client_id.clone(),
        public_client_id: held.public_client_id.clone(),
    };
    let id = seen.own_claim().map(|c| c.id.clone()).unwrap_or_default();
    let content = content(
        &id,
        held.attempt,
        &known,
        &held.client_secret,
        &case.output,
        &connection.identity,
    );
    write(content, seen.output(), case, connection, ctx, Fact::Stored).await
}

pub(super) async fn restore(seen: &Seen, case: &Case, connection: &Connection, ctx: &Context) -> Result<Fact, Error> {
    let (Some(secret), Some(known), Some(claim)) = (seen.output(), &seen.known, seen.own_claim()) else {
        return Ok(Fact::SecretMoved);
    };
    let Some(value) = &secret.client_secret else {
        return Ok(Fact::SecretMoved);
    };
    let content = content(
        &claim.id,
        seen.stored_attempt().max(seen.told.attempt),
        known,
        value,
        &case.output,
        &connection.identity,
    );
    write(content, Some(secret), case, connection, ctx, Fact::Restored).await
}

async fn write(
    content: Result<Content<'_>, Unrenderable>,
    over: Option<&OutputSecret>,
    case: &Case,
    connection: &Connection,
    ctx: &Context,
    done: fn(OutputSecret) -> Fact,
) -> Result<Fact, Error> {
    let content = match content {
        Ok(content) => content,
        Err(why) => return Ok(Fact::StoreRefused(format!("spec.secret.{why}"))),
    };
    let store = SecretStore::new(
        Api::namespaced(ctx.client.clone(), &case.namespace),
        case.object.as_ref(),
        &case.output,
    );
    Ok(match store.store(&content, over, connection.timeout).await? {
        Written::Stored(secret) => {
            ctx.memories.wrote_secret(&case.uid, &secret.resource_version);
            done(secret)
        }
        Written::Moved => Fact::SecretMoved,
        Written::Refused(why) => Fact::StoreRefused(format!(
            "the API server refuses it: {}",
            Scrub::of_values(content.data.iter().map(|(_, value)| value)).clean(&why)
        )),
    })
}

pub(super) async fn disown(seen: &Seen, case: &Case, ctx: &Context) -> Result<Fact, Error> {
    if let SecretSeen::Ours(secret) = &seen.secret {
        let store = SecretStore::new(
            Api::namespaced(ctx.client.clone(), &case.namespace),
            case.object.as_ref(),
            &case.output,
        );
        store.disown(secret).await?;
    }
    Ok(Fact::Disowned)
}

/// What the Secret holds for this client.
pub(super) fn content<'a>(
    registration_id: &'a str,
    attempt: i64,
    known: &'a Known,
    value: &SecretText,
    output: &Output,
    identity: &Identity,
) -> Result<Content<'a>, Unrenderable> {
    Ok(Content {
        minted: Some((registration_id, attempt)),
        known,
        data: Data::of(output, known, value, identity)?,
    })
}
