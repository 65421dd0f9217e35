//! The tenant's Secret: a copy of what the application's Secret holds, with the tenant's id. The application's Secret is
//! the only source of the client secret.

use kube::{Api, ResourceExt};

use super::case::Case;
use crate::api::TenantInstallation;
use crate::api::conditions::Reason;
use crate::api::secret_output::SecretOutput;
use crate::controller::application::validate;
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::secret_store::{Content, SecretStore, Written};
use crate::domain::credentials::SecretText;
use crate::domain::installation::{Copied, Fact, SecretSeen};
use crate::domain::observed::Known;
use crate::domain::registration::{ApplicationId, TenantId};
use crate::domain::render::Data;
use crate::domain::scrub::Scrub;
use crate::domain::step;
use crate::domain::wish::{Output, TenantEntry};

/// Key of the tenant's id, unless the spec names another.
const TENANT_ID: &str = "tenant_id";

/// The application's credentials, as its Secret holds them.
pub(super) struct Source {
    /// Whose credentials.
    pub known: Known,
    /// The client secret.
    pub value: SecretText,
    /// Version of the application's Secret.
    version: String,
}

/// The Secret that the installation wants, if it wants one.
pub(super) fn wanted(object: &TenantInstallation) -> Option<Output> {
    object.spec.secret.as_ref().map(|spec| output(spec, object))
}

fn output(spec: &SecretOutput, object: &TenantInstallation) -> Output {
    let key = spec.keys.tenant_id.clone().unwrap_or_else(|| TENANT_ID.to_owned());
    let id = TenantId(object.spec.tenant_id.clone());
    Output {
        tenant: Some(TenantEntry { key, id }),
        ..validate::output(Some(spec), &object.name_any())
    }
}

/// Whether the wanted name is somebody else's.
pub(super) async fn look(case: &Case, ctx: &Context) -> Result<Fact, Error> {
    let Some(output) = wanted(&case.object) else {
        return Ok(Fact::Secret(SecretSeen::Free));
    };
    let foreign = store(case, &output, ctx).foreign().await?;
    Ok(Fact::Secret(foreign.map_or(SecretSeen::Free, SecretSeen::Foreign)))
}

/// Makes the Secret what it shall be; nothing is written where it is.
pub(super) async fn publish(case: &Case, ctx: &Context) -> Result<Fact, Error> {
    let Some(output) = wanted(&case.object) else {
        return Ok(Fact::Secret(SecretSeen::Free));
    };
    let connection = match case.connected(ctx) {
        Ok((_, connection)) => connection,
        Err(trouble) => return Ok(Fact::Secret(SecretSeen::Unavailable(trouble.reason, trouble.message))),
    };
    let store = store(case, &output, ctx);
    let there = match store.read(None).await? {
        step::SecretSeen::Foreign(whose) => return Ok(Fact::Secret(SecretSeen::Foreign(whose))),
        step::SecretSeen::Ours(there) => Some(there),
        step::SecretSeen::Absent | step::SecretSeen::Unread => None,
    };
    let source = match source(case, ctx).await? {
        Ok(source) => source,
        Err(why) => {
            let why = format!("{why}; the application repairs it, then it is published here.");
            return Ok(Fact::Secret(SecretSeen::Unavailable(Reason::ApplicationNotReady, why)));
        }
    };
    let content = match content(&source, &output, &connection) {
        Ok(content) => content,
        Err(why) => return Ok(Fact::Secret(SecretSeen::Refused(why))),
    };
    let published = |version: &str, written| {
        let copied = Copied {
            version: version.to_owned(),
            source: source.version.clone(),
        };
        Fact::Secret(SecretSeen::Published { copied, written })
    };
    if let Some(there) = there.as_ref().filter(|there| store.is_intact(there, &content)) {
        return Ok(published(&there.resource_version, false));
    }
    Ok(match store.store(&content, there.as_ref(), connection.timeout).await? {
        Written::Stored(secret) => {
            ctx.memories.wrote_secret(&case.uid, &secret.resource_version);
            published(&secret.resource_version, true)
        }
        Written::Moved => Fact::Stale,
        Written::Refused(why) => {
            let why = format!(
                "the API server refuses it: {}",
                Scrub::of_values(content.data.iter().map(|(_, value)| value)).clean(&why)
            );
            Fact::Secret(SecretSeen::Refused(why))
        }
    })
}

/// Whose client stays at the platform keeps the Secret with its credentials.
pub(super) async fn disown(case: &Case, ctx: &Context) -> Result<Fact, Error> {
    if let Some(output) = wanted(&case.object) {
        let store = store(case, &output, ctx);
        if let step::SecretSeen::Ours(there) = store.read(None).await? {
            store.disown(&there).await?;
        }
    }
    Ok(Fact::Disowned)
}

fn content<'a>(source: &'a Source, output: &Output, connection: &Connection) -> Result<Content<'a>, String> {
    let data = Data::of(output, &source.known, &source.value, &connection.identity);
    Ok(Content {
        minted: None,
        known: &source.known,
        data: data.map_err(|why| format!("spec.secret.{why}"))?,
    })
}

fn store<'a>(case: &Case, output: &'a Output, ctx: &Context) -> SecretStore<'a> {
    let api = Api::namespaced(ctx.client.clone(), &case.namespace);
    SecretStore::new(api, case.object.as_ref(), output)
}

/// Reads the application's Secret, past every cache. The inner `Err` says what is missing.
pub(super) async fn source(case: &Case, ctx: &Context) -> Result<Result<Source, &'static str>, Error> {
    let Some(application) = &case.application else {
        return Ok(Err("the OAuthApplication is gone"));
    };
    let output = validate::output(application.spec.secret.as_ref(), &application.name_any());
    let api = Api::namespaced(ctx.client.clone(), &case.namespace);
    let status = application.status.clone().unwrap_or_default();
    let former = status.secret.map(|s| s.client_secret_key).filter(|key| !key.is_empty());
    let store = SecretStore::new(api, application.as_ref(), &output);
    let step::SecretSeen::Ours(secret) = store.read(former.as_deref()).await? else {
        return Ok(Err("the application's Secret is missing"));
    };
    let (Some(id), Some(client_id), Some(value)) = (status.application_id, status.client_id, secret.client_secret)
    else {
        return Ok(Err("the application's Secret holds no credentials"));
    };
    if secret.client_id.is_some_and(|named| named.0 != client_id) {
        return Ok(Err(
            "the application's Secret holds the credentials of another client than its status tells",
        ));
    }
    let public = status.olt.and_then(|olt| olt.public_client_id);
    Ok(Ok(Source {
        known: Known {
            application_id: ApplicationId(id),
            client_id: client_id.as_str().into(),
            public_client_id: public.as_deref().map(Into::into),
        },
        value,
        version: secret.resource_version,
    }))
}
