//! Secret values. The only type in the project that may hold one; nothing here can print, compare loosely or serialise it.

use secrecy::{ExposeSecret, SecretString};

/// A secret value: a client secret or an access token. Zeroed on drop; its `Debug` says only that it is there.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    /// Takes the value over. The caller keeps no copy.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(SecretString::from(value))
    }

    /// The value, for the one call that needs it: a request header or form field, the bytes of a Secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a workload authenticates with (RFC 6749 section 2.3.1).
#[derive(Clone, Debug)]
pub struct Credentials {
    /// RFC 6749 `client_id`.
    pub client_id: String,
    /// RFC 6749 `client_secret`.
    pub client_secret: SecretText,
    /// How both are sent to the token endpoint.
    pub method: AuthMethod,
}

/// What the operator shows of itself in a TLS handshake (RFC 8446 section 4.4.2).
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// Certificates in PEM, its own first.
    pub chain: String,
    /// The private key of the first, in PEM.
    pub key: SecretText,
}

/// `token_endpoint_auth_method` of RFC 7591 section 2, as far as a platform here supports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// Form fields.
    ClientSecretPost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = SecretText::new("canary-7d1f".into());
        assert_eq!(format!("{secret:?}"), "[secret]");
        let credentials = Credentials {
            client_id: "id".into(),
            client_secret: secret,
            method: AuthMethod::ClientSecretBasic,
        };
        assert!(!format!("{credentials:?}").contains("canary"));
        let certificate = ClientCertificate {
            chain: "certificates".into(),
            key: credentials.client_secret,
        };
        assert!(!format!("{certificate:?}").contains("canary"));
    }
}
