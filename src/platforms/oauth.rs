//! OAuth 2.0 towards a token endpoint (RFC 6749), and what our own token says about us.
//!
//! Kept out: any platform's paths. `prove` throws its token away at once; only whether one came is told. `obtain` fetches
//! the tokens that we use ourselves, and `held` keeps one for as long as it is good.

mod held;
mod obtain;

pub use held::{Held, Slot};
pub use obtain::{Grant, Obtained, obtain};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::http::{Call, Http, Nature, Reply};
use crate::domain::credentials::{AuthMethod, Credentials, SecretText};
use crate::domain::failure::{Class, Failure};
use crate::domain::port::Proof;
use crate::domain::registration::TenantId;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Obtains a token with these credentials (RFC 6749 section 4.4) and throws it away. `tenant` is the header by which a
/// platform is asked for a token of one tenant.
///
/// Only the error codes of RFC 6749 section 5.2 prove something about the credentials, and only on 400 or 401;
/// everything else is a failure by its status, such as `Transient` for a page of HTML.
pub async fn prove(
    http: &Http,
    token_endpoint: &Url,
    credentials: &Credentials,
    tenant: Option<(&'static str, &TenantId)>,
) -> Result<Proof, Failure> {
    let mut call = http
        .call(Method::POST, token_endpoint, Nature::Repeatable)
        .complaining(complaint);
    if let Some((header, tenant)) = tenant {
        call = call.header(header, &tenant.0);
    }
    let reply = authenticated(call, credentials, &[GRANT]).send().await?;
    match verdict(&reply, tenant.is_some()) {
        Some(proof) => Ok(proof),
        None => reply
            .json::<Token>()
            .and_then(|token| token.usable(token_endpoint))
            .map(|()| Proof::Works),
    }
}

/// The tenant that an access token acts for, read from its claims. The signature is not checked: the token is our own
/// credential, and only the platform's answers decide what it opens.
pub fn tenant_claim(token: &SecretText) -> Result<TenantId, Failure> {
    match claims(token)?.tenant {
        Some(tenant) if !tenant.is_empty() => Ok(TenantId(tenant)),
        _ => Err(Failure::new(Class::Invalid, "the token holds no tenant claim")),
    }
}

/// The `client_id` that a token was issued to, if it is one that can be read and says so.
pub fn authorized_party(token: &SecretText) -> Option<String> {
    claims(token).ok()?.azp.filter(|party| !party.is_empty())
}

fn claims(token: &SecretText) -> Result<Claims, Failure> {
    let invalid = |detail| Failure::new(Class::Invalid, detail);
    let mut parts = token.expose().split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(invalid("the token is no JWT"));
    };
    let payload = URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .map_err(|_| invalid("the token is no JWT"))?;
    serde_json::from_slice(&payload).map_err(|_| invalid("the claims of the token cannot be read"))
}

#[derive(Deserialize)]
struct Claims {
    tenant: Option<String>,
    /// The authorized party of OpenID Connect: the client.
    azp: Option<String>,
}

/// The part of RFC 6749 section 5.1 that makes an answer a token.
#[derive(Deserialize)]
struct Token {
    #[serde(deserialize_with = "secret")]
    access_token: SecretText,
    token_type: String,
}

impl Token {
    fn usable(&self, from: &Url) -> Result<(), Failure> {
        if !self.access_token.is_empty() && self.token_type.eq_ignore_ascii_case("bearer") {
            return Ok(());
        }
        Err(Failure::new(
            Class::Transient,
            format!("{from} answered without a bearer token"),
        ))
    }
}

/// RFC 6749 section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Takes a member over into the type that cannot print it.
pub fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretText, D::Error> {
    String::deserialize(deserializer).map(SecretText::new)
}

/// The call with the client's credentials, in the form that they ask for, and these form fields.
fn authenticated(call: Call, credentials: &Credentials, fields: &[(&str, &str)]) -> Call {
    let Credentials {
        client_id,
        client_secret,
        method,
    } = credentials;
    let call = call.hiding(client_secret);
    match method {
        AuthMethod::ClientSecretBasic => call
            .authorization("Basic", &basic(client_id, client_secret))
            .form(fields),
        AuthMethod::ClientSecretPost => {
            let client = [
                ("client_id", client_id.as_str()),
                ("client_secret", client_secret.expose()),
            ];
            call.form(&[fields, &client].concat())
        }
    }
}

/// RFC 6749 section 2.3.1: both are form-encoded before they are joined, so that a colon in either does no harm.
fn basic(client_id: &str, client_secret: &SecretText) -> SecretText {
    let form = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    SecretText::new(STANDARD.encode(format!("{}:{}", form(client_id), form(client_secret.expose()))))
}

/// What an error code proves. `invalid_grant` concerns the tenant only when one was asked for.
fn verdict(reply: &Reply, for_tenant: bool) -> Option<Proof> {
    if !matches!(reply.status(), 400 | 401) {
        return None;
    }
    let refusal: Refusal = serde_json::from_slice(reply.body()).ok()?;
    match refusal.error.as_str() {
        "unauthorized_client" => Some(Proof::WrongSecret),
        "invalid_client" => Some(Proof::UnknownClient),
        "invalid_grant" if for_tenant => Some(Proof::TenantRefused),
        _ => None,
    }
}

fn complaint(body: &[u8]) -> Option<String> {
    let Refusal {
        error,
        error_description,
    } = serde_json::from_slice(body).ok()?;
    Some(if error_description.is_empty() {
        error
    } else {
        format!("{error}: {error_description}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> SecretText {
        SecretText::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    fn complaint_about(token: &SecretText) -> String {
        let failure = tenant_claim(token).unwrap_err();
        assert_eq!(failure.class, Class::Invalid);
        failure.detail
    }

    #[test]
    fn the_tenant_claim_is_read_without_a_valid_signature() {
        assert_eq!(
            tenant_claim(&token(r#"{"tenant":"t-1","exp":0}"#)),
            Ok(TenantId::from("t-1"))
        );
    }

    #[test]
    fn a_padded_payload_is_read_too() {
        let padded = SecretText::new("e30.eyJ0ZW5hbnQiOiJ0LTEifQ==.c2ln".to_owned());
        assert_eq!(tenant_claim(&padded), Ok(TenantId::from("t-1")));
    }

    #[test]
    fn a_token_without_tenant_is_told_from_one_that_cannot_be_read() {
        for claims in ["{}", r#"{"tenant":null}"#, r#"{"tenant":""}"#] {
            assert_eq!(complaint_about(&token(claims)), "the token holds no tenant claim");
        }
        assert_eq!(
            complaint_about(&token("canary")),
            "the claims of the token cannot be read"
        );
        for opaque in ["canary", "a.b", "a.!!.c", "a.b.c.d", ""] {
            assert_eq!(
                complaint_about(&SecretText::new(opaque.to_owned())),
                "the token is no JWT"
            );
        }
    }

    #[test]
    fn basic_credentials_are_form_encoded_before_they_are_joined() {
        let header = basic("a:b", &SecretText::new("-s e%c".to_owned()));
        assert_eq!(STANDARD.decode(header.expose()).unwrap(), b"a%3Ab:-s+e%25c");
    }

    #[test]
    fn a_refusal_is_told_by_its_code_and_description() {
        assert_eq!(
            complaint(br#"{"error":"invalid_request"}"#),
            Some("invalid_request".to_owned())
        );
        assert_eq!(
            complaint(br#"{"error":"e","error_description":"d","x":1}"#),
            Some("e: d".to_owned())
        );
        assert_eq!(complaint(b"<html>"), None);
    }
}
