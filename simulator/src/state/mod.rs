//! The platform's memory: tenants, users, applications, installations, tokens. Pure and synchronous; HTTP, JSON answers
//! and the current time are kept out.

mod application;
mod applications;
mod commits;
mod directory;
mod lag;
mod permissions;
mod tokens;

use std::sync::Arc;

pub use application::{Allowance, Application, Availability, Installation, OwnStatus, Status};
pub use applications::{Applications, ClientKind, NameTaken};
pub use commits::{Commits, Operation};
pub use directory::{Directory, Role, Tenant, TenantStatus, User};
pub use lag::{Hidden, Lag, Until};
pub use permissions::Permissions;
pub use tokens::{Subject, Token, TokenUse, Tokens};

use crate::clock::Moment;
use crate::identity::{Keys, SigningKey};
use crate::random::Random;
use crate::switches::Switches;

/// All that the platform knows. Cloning it is how a batch of changes is made all or nothing.
#[derive(Clone)]
pub struct Platform {
    /// Tenants, users, roles and permissions.
    pub directory: Directory,
    /// Applications with their clients and installations.
    pub applications: Applications,
    /// Tokens that were issued.
    pub tokens: Tokens,
    /// How often each operation was carried out by a request.
    pub commits: Commits,
    /// Source of ids and secrets.
    pub random: Random,
    /// URL of the realm, the issuer of all tokens.
    pub issuer: String,
    /// Keys that sign and verify the tokens.
    pub keys: Keys,
    /// How it decides what the contract leaves open.
    pub switches: Switches,
    /// Lists that stand still.
    pub lag: Option<Lag>,
}

impl Platform {
    /// A platform with the default fixture and nothing registered.
    pub fn new(issuer: String, key: Arc<SigningKey>, switches: Switches, seed: u64) -> Self {
        Self {
            directory: Directory::from_fixture(),
            applications: Applications::new(&switches),
            tokens: Tokens::default(),
            commits: Commits::default(),
            random: Random::new(seed),
            issuer,
            keys: Keys::new(key),
            switches,
            lag: None,
        }
    }

    /// Whether a token still counts: not over, its key published, and its secret not rotated where that matters.
    pub fn honours(&self, token: &Token, now: Moment) -> bool {
        let rotated = || match token.subject {
            Subject::Application(id) => self
                .applications
                .get(id)
                .is_some_and(|one| token.secret_generation != Some(one.secret_generation)),
            Subject::User(_) => false,
        };
        token.expires_at > now && self.keys.verify(&token.key_id) && !(self.switches.rotation_kills_tokens && rotated())
    }

    /// The lag of lists, while there is one.
    pub fn lists_lag(&self, now: Moment) -> Option<&Lag> {
        self.lag.as_ref().filter(|lag| lag.holds(now))
    }
}
