//! What the realm publishes about itself without asking for a credential.

use serde_json::json;

use super::SigningKey;
use crate::message::Reply;
use crate::state::Platform;

/// `GET REALM`.
pub fn realm(platform: &Platform) -> Reply {
    let issuer = &platform.issuer;
    Reply::json(
        200,
        &json!({
            "realm": "olt",
            "public_key": platform.keys.current.public_der,
            "token-service": format!("{issuer}/protocol/openid-connect"),
            "account-service": format!("{issuer}/account"),
            "tokens-not-before": 0,
        }),
    )
}

/// `GET REALM/.well-known/openid-configuration`: names more endpoints than the simulator has, as the platform does.
pub fn discovery(platform: &Platform) -> Reply {
    let issuer = &platform.issuer;
    let endpoint = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
    Reply::json(
        200,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": endpoint("auth"),
            "token_endpoint": endpoint("token"),
            "token_introspection_endpoint": endpoint("token/introspect"),
            "userinfo_endpoint": endpoint("userinfo"),
            "end_session_endpoint": endpoint("logout"),
            "jwks_uri": endpoint("certs"),
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported":
                ["private_key_jwt", "client_secret_basic", "client_secret_post", "client_secret_jwt"],
            "scopes_supported": ["openid", "offline_access", "olt-applications", "olt-internal", "olt-external"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }),
    )
}

/// `GET REALM/protocol/openid-connect/certs`.
pub fn certs(platform: &Platform) -> Reply {
    let keys: Vec<_> = platform.keys.all().map(SigningKey::jwk).collect();
    Reply::json(200, &json!({"keys": keys}))
}
