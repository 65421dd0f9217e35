//! `GET /_sim/state`: all that the platform knows, secrets included. Token texts are kept out: nobody knows them twice.

use serde_json::{Value, json};

use crate::id::Id;
use crate::state::{Allowance, Application, Installation, Platform, Subject, Token, TokenUse};
use crate::world::World;

/// The whole state.
pub fn world(world: &World) -> Value {
    let platform = &world.platform;
    json!({
        "now": world.clock.now(),
        "switches": platform.switches,
        "tenants": platform.directory.tenants().collect::<Vec<_>>(),
        "users": platform.directory.users().collect::<Vec<_>>(),
        "permissions": platform.directory.permissions(),
        "applications": platform.applications.iter().map(application).collect::<Vec<_>>(),
        "tokens": platform.tokens.iter().map(|one| token(platform, one)).collect::<Vec<_>>(),
        "keys": platform.keys.all().map(|key| &key.id).collect::<Vec<_>>(),
        "commits": platform.commits,
    })
}

/// One application, deleted ones too.
pub fn application(one: &Application) -> Value {
    json!({
        "id": one.id,
        "tenant_id": one.owner,
        "name": one.name,
        "teaser_description": one.teaser_description,
        "url": one.url,
        "redirect_uris": one.redirect_uris,
        "permissions": one.permissions,
        "status": one.status,
        "client_id": one.client_id,
        "secret": one.secret,
        "secret_generation": one.secret_generation,
        "service_account": one.service_account,
        "public_client_id": one.public_client_id,
        "allowed_tenants": one.allowed.iter().map(allowance).collect::<Vec<_>>(),
        "installations": one.installations.iter().map(|row| installation(one, row)).collect::<Vec<_>>(),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    })
}

fn allowance((tenant, row): (&Id, &Allowance)) -> Value {
    json!({"tenant_id": tenant, "comment": row.comment, "created_at": row.created_at})
}

fn installation(application: &Application, (tenant, one): (&Id, &Installation)) -> Value {
    json!({
        "tenant_id": tenant,
        "status": if application.is_current(one) { "ok" } else { "outdated" },
        "permissions": one.permissions,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    })
}

fn token(platform: &Platform, one: &Token) -> Value {
    let sub = match one.subject {
        Subject::User(user) => Some(user),
        Subject::Application(id) => platform
            .applications
            .get(id)
            .map(|application| application.service_account),
    };
    let typ = match one.used_for {
        TokenUse::Access => "Bearer",
        TokenUse::Refresh => "Refresh",
    };
    json!({"jti": one.jti, "typ": typ, "sub": sub, "tenant": one.tenant, "exp": one.expires_at.unix_seconds()})
}
