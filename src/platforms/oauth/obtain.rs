//! Obtaining a token that we use ourselves: two grants, and what a refusal of each means.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{GRANT, Refusal, Token, authenticated, complaint, secret};
use crate::domain::credentials::{Credentials, SecretText};
use crate::domain::failure::{Class, Failure};
use crate::domain::registration::TenantId;
use crate::platforms::http::{Http, Nature, Reply};

/// Longer lives are cut to this, so that no sum with them overflows.
const LONGEST_LIFE: Duration = Duration::from_hours(10 * 365 * 24);

/// What a token is asked for with.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// RFC 6749 section 4.4.
    ClientCredentials(&'a Credentials),
    /// RFC 6749 section 6, of a public client.
    RefreshToken {
        /// The client.
        client_id: &'a str,
        /// The refresh token.
        token: &'a SecretText,
    },
}

/// What the token endpoint gave.
#[derive(Debug)]
pub struct Obtained {
    /// The access token.
    pub access_token: SecretText,
    /// How long it is good; `None`: nobody says.
    pub life: Option<Duration>,
    /// The refresh token to use from now on; `None`: the former one stays.
    pub refresh_token: Option<SecretText>,
    /// How long the refresh token is good.
    pub refresh_life: Option<Duration>,
}

/// Asks once. `tenant` is the header by which a platform is asked for a token of one tenant.
///
/// `Unauthorized`: the credential is not accepted. `Forbidden`: it may be right, but not for this tenant. Everything else
/// is a failure by its status. Nothing at the platform was changed by any of them but a chain of refresh tokens.
pub async fn obtain(
    http: &Http,
    token_endpoint: &Url,
    grant: Grant<'_>,
    tenant: Option<(&'static str, &TenantId)>,
) -> Result<Obtained, Failure> {
    let mut call = http
        .call(Method::POST, token_endpoint, Nature::Repeatable)
        .complaining(complaint);
    if let Some((header, tenant)) = tenant {
        call = call.header(header, &tenant.0);
    }
    let call = match grant {
        Grant::ClientCredentials(credentials) => authenticated(call, credentials, &[GRANT]),
        Grant::RefreshToken { client_id, token } => call.hiding(token).form(&[
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", token.expose()),
        ]),
    };
    let reply = call.send().await?;
    if let Some(class) = refused(&reply, grant) {
        return Err(Failure {
            class,
            ..reply.refusal()
        });
    }
    let token: Token = reply.json()?;
    token.usable(token_endpoint)?;
    Ok(reply.json::<Rest>()?.beside(token, Timestamp::now()))
}

/// What an error code says about the credential: RFC 6749 section 5.2. A client that proved itself is refused for the
/// tenant only; of a refresh token nobody can tell.
fn refused(reply: &Reply, grant: Grant<'_>) -> Option<Class> {
    if !matches!(reply.status(), 400 | 401) {
        return None;
    }
    let refusal: Refusal = serde_json::from_slice(reply.body()).ok()?;
    match (refusal.error.as_str(), grant) {
        ("invalid_client" | "unauthorized_client", _) | ("invalid_grant", Grant::RefreshToken { .. }) => {
            Some(Class::Unauthorized)
        }
        ("invalid_grant", Grant::ClientCredentials(_)) => Some(Class::Forbidden),
        _ => None,
    }
}

/// What stands beside a [`Token`]; not flattened into one type, as serde would copy the secrets on the way.
#[derive(Deserialize)]
struct Rest {
    #[serde(default, deserialize_with = "optional_secret")]
    refresh_token: Option<SecretText>,
    /// A number of seconds, in which some servers are generous about the form.
    expires_in: Option<Value>,
    /// A time, which some servers give instead.
    expires_at: Option<Value>,
    refresh_expires_in: Option<Value>,
}

impl Rest {
    fn beside(self, token: Token, now: Timestamp) -> Obtained {
        let at = self.expires_at.as_ref().and_then(Value::as_str);
        Obtained {
            life: seconds(self.expires_in.as_ref()).or_else(|| at.and_then(|at| until(at, now))),
            access_token: token.access_token,
            refresh_token: self.refresh_token.filter(|token| !token.is_empty()),
            // Keycloak says 0 of a token without end.
            refresh_life: seconds(self.refresh_expires_in.as_ref()).filter(|life| !life.is_zero()),
        }
    }
}

fn optional_secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretText>, D::Error> {
    #[derive(Deserialize)]
    struct Text(#[serde(deserialize_with = "secret")] SecretText);
    Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
}

fn seconds(value: Option<&Value>) -> Option<Duration> {
    let number = match value? {
        Value::String(text) => text.parse().ok()?,
        other => other.as_f64()?,
    };
    let life = Duration::try_from_secs_f64(number.max(0.0)).unwrap_or(LONGEST_LIFE);
    Some(life.min(LONGEST_LIFE))
}

fn until(at: &str, now: Timestamp) -> Option<Duration> {
    let left = at.parse::<Timestamp>().ok()?.duration_since(now);
    Some(Duration::try_from(left).unwrap_or_default().min(LONGEST_LIFE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(change: &Value) -> Obtained {
        let mut whole = json!({"access_token": "a", "token_type": "bearer"});
        for (name, value) in change.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let whole = whole.to_string();
        let token = serde_json::from_str(&whole).unwrap();
        serde_json::from_str::<Rest>(&whole).unwrap().beside(token, now)
    }

    #[test]
    fn the_life_of_a_token_is_told_in_seconds_or_by_its_end() {
        for (change, seconds) in [
            (json!({"expires_in": 863_999}), Some(863_999)),
            (json!({"expires_in": "60"}), Some(60)),
            (json!({"expires_in": -5}), Some(0)),
            (json!({"expires_at": "2026-01-01T00:01:00+00:00"}), Some(60)),
            (json!({"expires_at": "2025-01-01T00:00:00Z"}), Some(0)),
            (json!({"expires_in": 7, "expires_at": "2026-01-01T00:01:00Z"}), Some(7)),
            (json!({"expires_in": "soon", "expires_at": 5}), None),
            (json!({"expires_in": null}), None),
            (json!({}), None),
        ] {
            assert_eq!(answer(&change).life, seconds.map(Duration::from_secs), "{change}");
        }
        assert_eq!(answer(&json!({"expires_in": 1e300})).life, Some(LONGEST_LIFE));
    }

    #[test]
    fn a_refresh_token_may_be_missing_or_have_no_end() {
        assert!(answer(&json!({})).refresh_token.is_none());
        assert!(answer(&json!({"refresh_token": ""})).refresh_token.is_none());
        assert!(answer(&json!({"refresh_token": null})).refresh_token.is_none());
        let with = answer(&json!({"refresh_token": "r", "refresh_expires_in": 0}));
        assert_eq!(with.refresh_token.unwrap().expose(), "r");
        assert_eq!(with.refresh_life, None);
    }
}
