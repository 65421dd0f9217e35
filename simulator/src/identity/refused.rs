//! OAuth errors of the token endpoint (contract section 6.1). Descriptions are for people and no contract.

use serde_json::json;

use crate::message::Reply;
use crate::switches::Switches;

/// Why no token is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The request is not understood.
    InvalidRequest(&'static str),
    /// The code, refresh token or tenant is not valid.
    InvalidGrant(&'static str),
    /// The secret is wrong or missing.
    WrongSecret,
    /// A public client asks for itself.
    UnauthorizedClient(&'static str),
    /// The client is unknown, removed or deleted.
    InvalidClient,
    /// No such grant type.
    UnsupportedGrantType,
}

impl Refused {
    /// The answer that tells the client.
    pub fn into_reply(self, switches: &Switches) -> Reply {
        let (error, description) = match self {
            Self::InvalidRequest(why) => ("invalid_request", why),
            Self::InvalidGrant(why) => ("invalid_grant", why),
            Self::WrongSecret => ("unauthorized_client", "wrong client secret"),
            Self::UnauthorizedClient(why) => ("unauthorized_client", why),
            Self::InvalidClient => ("invalid_client", "unknown client"),
            Self::UnsupportedGrantType => ("unsupported_grant_type", "the grant type is not supported"),
        };
        let status = match self {
            Self::WrongSecret => switches.wrong_secret_status.status(),
            _ => 400,
        };
        Reply::json(status, &json!({"error": error, "error_description": description}))
    }
}
