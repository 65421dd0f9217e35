//! The identity side (contract section 6): the realm with its keys, the token endpoint, and who may do what.

mod client;
mod directory;
mod issue;
mod key;
mod keys;
mod realm;
mod refused;
mod token;

pub use client::credentials;
pub use directory::{permissions, user_permissions, user_tenants};
pub use issue::{ACCESS_SECONDS, Grant, issue};
pub use key::SigningKey;
pub use keys::Keys;
pub use realm::{certs, discovery, realm};
pub use token::token;
