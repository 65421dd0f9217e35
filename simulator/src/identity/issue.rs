//! Issuing a pair of tokens: claims, signature, and the memory of them. Whether somebody may have one is kept out.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::fixture::PORTAL_CLIENT;
use crate::id::Id;
use crate::random::Purpose;
use crate::state::{Platform, Subject, Token, TokenUse};

/// Observed life of an access token: 10 days.
pub const ACCESS_SECONDS: i64 = 864_000;
/// Observed life of a refresh token: 11 days.
pub const REFRESH_SECONDS: i64 = 950_400;
/// The scope of all tokens; scopes grant nothing.
pub const SCOPE: &str = "olt-applications";

/// For whom and for what tokens are issued.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// For whom.
    pub subject: Subject,
    /// The tenant to act on.
    pub tenant: Option<Id>,
    /// Generation of the secret that was shown; absent for users and public clients.
    pub secret_generation: Option<u32>,
    /// Life of the access token, which may be over from the start.
    pub ttl_seconds: i64,
}

/// The texts of two new tokens.
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// The session both belong to.
    pub session: Id,
}

/// Issues an access and a refresh token and remembers them. None when signing fails, which a sound key never does.
pub fn issue(platform: &mut Platform, grant: Grant, now: Moment) -> Option<Issued> {
    let session = platform.random.id(Purpose::Session);
    let access = remembered(platform, grant, TokenUse::Access, now.plus_seconds(grant.ttl_seconds));
    let refresh = remembered(platform, grant, TokenUse::Refresh, now.plus_seconds(REFRESH_SECONDS));
    let access_token = platform
        .keys
        .current
        .sign(&claims(platform, &access, session, now))
        .ok()?;
    let refresh_token = platform
        .keys
        .current
        .sign(&claims(platform, &refresh, session, now))
        .ok()?;
    platform.tokens.add(&access_token, access);
    platform.tokens.add(&refresh_token, refresh);
    Some(Issued {
        access_token,
        refresh_token,
        session,
    })
}

fn remembered(platform: &mut Platform, grant: Grant, used_for: TokenUse, expires_at: Moment) -> Token {
    Token {
        jti: platform.random.id(Purpose::Token),
        used_for,
        subject: grant.subject,
        tenant: grant.tenant,
        expires_at,
        key_id: platform.keys.current.id.clone(),
        secret_generation: grant.secret_generation,
    }
}

fn claims(platform: &Platform, token: &Token, session: Id, now: Moment) -> Value {
    let (sub, client) = subject_claims(platform, token.subject);
    let mut claims = json!({
        "jti": token.jti, "iss": platform.issuer, "sub": sub, "aud": client, "azp": client,
        "iat": now.unix_seconds(), "exp": token.expires_at.unix_seconds(), "nbf": 0, "auth_time": 0,
        "session_state": session, "scope": SCOPE,
    });
    match token.used_for {
        TokenUse::Refresh => claims["typ"] = json!("Refresh"),
        TokenUse::Access => {
            claims["typ"] = json!("Bearer");
            claims["allowed-origins"] = json!(["*"]);
            claims["resource_access"] = json!({});
            add_tenant_and_client(&mut claims, token, &client);
        }
    }
    claims
}

fn add_tenant_and_client(claims: &mut Value, token: &Token, client: &str) {
    if let Some(tenant) = token.tenant {
        claims["tenant"] = json!(tenant);
    }
    if let Subject::Application(_) = token.subject {
        claims["clientId"] = json!(client);
        claims["clientHost"] = json!("127.0.0.1");
        claims["clientAddress"] = json!("127.0.0.1");
    }
}

/// `sub` and client id.
fn subject_claims(platform: &Platform, subject: Subject) -> (String, String) {
    match subject {
        Subject::User(user) => (user.to_string(), PORTAL_CLIENT.to_owned()),
        Subject::Application(id) => platform
            .applications
            .get(id)
            .map_or_else(Default::default, |application| {
                (
                    application.service_account.to_string(),
                    application.client_id.to_string(),
                )
            }),
    }
}
