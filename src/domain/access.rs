//! How the operator itself gets in at a platform, and where it keeps what it must not forget of that.

use std::sync::Arc;

use super::credentials::{Credentials, SecretText};
use super::port::Answer;
use super::registration::TenantId;

/// What the operator authenticates with. `place` is for people: where it lies, such as `Secret billing/north`.
#[derive(Clone)]
pub enum Access {
    /// An access token of one tenant, which cannot be renewed.
    ApiToken(SecretText),
    /// A client of its own (RFC 6749 section 4.4): a token for each tenant that lets it in.
    ClientCredentials {
        /// Where it lies.
        place: String,
        /// The client.
        client: Credentials,
    },
    /// A user's refresh token (RFC 6749 section 6): a token for each tenant of that user, and a newer refresh token each
    /// time.
    RefreshToken {
        /// Where it lies.
        place: String,
        /// `client_id` that it was issued to; `None`: as the token itself says.
        client_id: Option<String>,
        /// Where the newer ones are kept.
        store: Arc<dyn TokenStore>,
    },
}

/// A refresh token as it is stored: one link of a chain in which each opens the next.
#[derive(Clone, Debug)]
pub struct Link {
    /// The refresh token.
    pub token: SecretText,
    /// The tenant that the chain acts for when none is asked for, once that is known.
    pub home: Option<TenantId>,
    /// The version of what is stored, which a write tests; opaque. `None`: nothing is stored yet.
    pub version: Option<String>,
}

/// Keeps the newest refresh token of a chain.
pub trait TokenStore: Send + Sync {
    /// The token to use next, read past every cache: the one that was stored last, or the user's own when nothing is
    /// stored or the user has supplied another one since.
    fn read(&self) -> Answer<'_, Link>;

    /// Stores the successor of `over`. `false`: somebody else has stored another one in between, which stands. After a
    /// failure it is remembered, and stored before anything else is read.
    fn store(&self, next: Link, over: Link) -> Answer<'_, bool>;
}
