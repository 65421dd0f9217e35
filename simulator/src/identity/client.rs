//! Which client asks for a token, and whether it proves to be that client.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::refused::Refused;
use crate::fixture::PORTAL_CLIENT;
use crate::id::Id;
use crate::message::{Request, form_value};
use crate::state::{Application, ClientKind, Platform};

/// What a client sends to prove itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The client id, any text.
    pub client_id: String,
    /// The secret, when one was sent.
    pub secret: Option<String>,
}

/// A client that proved itself.
pub enum Client<'a> {
    /// The confidential client of an application.
    Confidential(&'a Application),
    /// The public client of an application.
    Public,
    /// The platform's own portal.
    Portal,
}

/// The credentials in a token request: HTTP Basic, else form fields.
pub fn credentials(request: &Request) -> Option<Credentials> {
    let basic = request.header("authorization").and_then(basic);
    basic.or_else(|| {
        let client_id = form_value(&request.body, "client_id")?;
        Some(Credentials {
            client_id,
            secret: form_value(&request.body, "client_secret"),
        })
    })
}

/// The client that the request proves to come from.
pub fn authenticate<'a>(platform: &'a Platform, request: &Request) -> Result<Client<'a>, Refused> {
    let sent = credentials(request).ok_or(Refused::InvalidClient)?;
    if sent.client_id == PORTAL_CLIENT {
        return Ok(Client::Portal);
    }
    let id = Id::parse(&sent.client_id).ok_or(Refused::InvalidClient)?;
    match platform.applications.by_client(id).ok_or(Refused::InvalidClient)? {
        (_, ClientKind::Public) => Ok(Client::Public),
        (application, ClientKind::Confidential) if sent.secret.as_ref() == Some(&application.secret) => {
            Ok(Client::Confidential(application))
        }
        (_, ClientKind::Confidential) => Err(Refused::WrongSecret),
    }
}

fn basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = BASE64_STANDARD
        .decode(encoded)
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some(Credentials {
        client_id: client_id.to_owned(),
        secret: Some(secret.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::{Credentials, basic};

    #[test]
    fn basic_splits_at_the_first_colon() {
        let expected = Credentials {
            client_id: "a".to_owned(),
            secret: Some("-b:c".to_owned()),
        };
        assert_eq!(basic("basic YTotYjpj"), Some(expected));
        assert_eq!(basic("Bearer YTotYjpj"), None);
        assert_eq!(basic("Basic ?"), None);
    }
}
