//! `POST REALM/protocol/openid-connect/token`: the grants, each with its own conditions.

use serde_json::json;

use super::client::{Client, authenticate, credentials};
use super::issue::{ACCESS_SECONDS, Grant, REFRESH_SECONDS, SCOPE, issue};
use super::refused::Refused;
use crate::call::Call;
use crate::id::Id;
use crate::message::{Reply, Request, form_value};
use crate::state::{Operation, Platform, Subject, TokenUse};
use crate::switches::{PublicFlowClient, RefreshRotation, TokenExpiry, TokenGate};

const TENANT_REFUSED: Refused = Refused::InvalidGrant("no access to the tenant");

/// Issues tokens, or says in OAuth's words why not.
pub fn token(call: &mut Call<'_>) -> Reply {
    granted(call)
        .and_then(|grant| answer(call, grant))
        .unwrap_or_else(|refused| refused.into_reply(&call.platform.switches))
}

fn granted(call: &mut Call<'_>) -> Result<Grant, Refused> {
    let request = call.request;
    if !request.has_media_type("application/x-www-form-urlencoded") {
        return Err(Refused::InvalidRequest("the body is not a form"));
    }
    let grant_type = form_value(&request.body, "grant_type").ok_or(Refused::InvalidRequest("no grant_type"))?;
    match grant_type.as_str() {
        "client_credentials" => client_credentials(call),
        "refresh_token" => refresh_token(call),
        "authorization_code" => authorization_code(call),
        _ => Err(Refused::UnsupportedGrantType),
    }
}

fn client_credentials(call: &Call<'_>) -> Result<Grant, Refused> {
    let Client::Confidential(application) = authenticate(call.platform, call.request)? else {
        return Err(Refused::UnauthorizedClient("a public client has no account of its own"));
    };
    let tenant = tenant_header(call.request)?;
    let subject = Subject::Application(application.id);
    if call.platform.switches.token_gate == TokenGate::Token {
        check_tenant(call.platform, subject, tenant)?;
    }
    Ok(Grant {
        subject,
        tenant,
        secret_generation: Some(application.secret_generation),
        ttl_seconds: ACCESS_SECONDS,
    })
}

/// Keeps the tenant of the earlier tokens unless the header names another.
fn refresh_token(call: &mut Call<'_>) -> Result<Grant, Refused> {
    let client = authenticate(call.platform, call.request)?;
    let text = form_value(&call.request.body, "refresh_token").ok_or(Refused::InvalidRequest("no refresh_token"))?;
    let known = call.platform.tokens.find(&text).filter(|token| {
        token.used_for == TokenUse::Refresh
            && call.platform.honours(token, call.now)
            && belongs_to(token.subject, &client)
    });
    let earlier = known.ok_or(Refused::InvalidGrant("the refresh token is not valid"))?;
    let tenant = tenant_header(call.request)?.or(earlier.tenant);
    check_tenant(call.platform, earlier.subject, tenant)?;
    let (jti, grant) = (
        earlier.jti,
        Grant {
            subject: earlier.subject,
            tenant,
            secret_generation: match client {
                Client::Confidential(application) => Some(application.secret_generation),
                Client::Public | Client::Portal => None,
            },
            ttl_seconds: ACCESS_SECONDS,
        },
    );
    if call.platform.switches.refresh_rotation == RefreshRotation::Invalidate {
        call.platform.tokens.end(call.now, |token| token.jti == jti);
    }
    Ok(grant)
}

/// There is no login, so that no code was ever given out.
fn authorization_code(call: &Call<'_>) -> Result<Grant, Refused> {
    let secretless = credentials(call.request).is_some_and(|sent| sent.secret.is_none());
    match authenticate(call.platform, call.request) {
        Err(Refused::WrongSecret)
            if secretless && call.platform.switches.public_flow_client == PublicFlowClient::Any => {}
        Err(refused) => return Err(refused),
        Ok(_) => {}
    }
    Err(Refused::InvalidGrant("the code is not valid"))
}

fn belongs_to(subject: Subject, client: &Client<'_>) -> bool {
    match (subject, client) {
        (Subject::User(_), Client::Portal) => true,
        (Subject::Application(id), Client::Confidential(application)) => id == application.id,
        _ => false,
    }
}

fn tenant_header(request: &Request) -> Result<Option<Id>, Refused> {
    let Some(value) = request.headers.get("tenant") else {
        return Ok(None);
    };
    let tenant = value.to_str().ok().and_then(Id::parse);
    tenant
        .map(Some)
        .ok_or(Refused::InvalidRequest("the tenant is not a UUID"))
}

fn check_tenant(platform: &Platform, subject: Subject, tenant: Option<Id>) -> Result<(), Refused> {
    let Some(tenant) = tenant else { return Ok(()) };
    let welcome = match subject {
        Subject::User(user) => platform.directory.role(user, tenant).is_some(),
        Subject::Application(id) => platform.applications.get(id).is_some_and(|one| one.lets_in(tenant)),
    };
    let welcome = welcome && !platform.directory.is_suspended(tenant);
    welcome.then_some(()).ok_or(TENANT_REFUSED)
}

fn answer(call: &mut Call<'_>, grant: Grant) -> Result<Reply, Refused> {
    let issued = issue(call.platform, grant, call.now).ok_or(Refused::InvalidRequest("cannot sign"))?;
    call.platform.commits.count(Operation::Token);
    let mut answer = json!({
        "access_token": issued.access_token,
        "refresh_expires_in": REFRESH_SECONDS,
        "refresh_token": issued.refresh_token,
        "token_type": "bearer",
        "not-before-policy": 0,
        "session_state": issued.session,
        "scope": SCOPE,
    });
    let expiry = call.platform.switches.token_expiry;
    if expiry != TokenExpiry::At {
        answer["expires_in"] = json!(ACCESS_SECONDS);
    }
    if expiry != TokenExpiry::In {
        answer["expires_at"] = json!(call.now.plus_seconds(ACCESS_SECONDS));
    }
    Ok(Reply::json(200, &answer))
}
