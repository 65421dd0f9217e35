//! Who a request comes from, as far as it says so itself: for fault matching and for the records. Whether the caller
//! may do anything is kept out; an expired token still tells its owner.

use serde::Serialize;

use crate::id::Id;
use crate::identity;
use crate::message::Request;
use crate::route::TOKEN_PATH;
use crate::state::{Platform, Subject, Token};

/// The one behind a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// An application, by its client: on the token endpoint by what it sends, elsewhere by its token.
    App {
        /// The client id; on the token endpoint any text that was sent.
        client_id: String,
        /// Tenant of the token, or asked for in the header.
        tenant: Option<String>,
        /// Generation of the secret used; absent when it is not the live one.
        secret_generation: Option<u32>,
    },
    /// A user.
    User {
        /// Name of the user.
        user: String,
        /// Tenant of the token.
        tenant: Option<String>,
    },
}

impl Actor {
    /// Finds out from the headers, and on the token endpoint from the body too.
    pub fn of(platform: &Platform, request: &Request) -> Option<Self> {
        if request.path == TOKEN_PATH {
            return asking_client(platform, request);
        }
        let token = platform.tokens.find(request.bearer()?)?;
        Some(holder(platform, token))
    }

    /// The client id of an application.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::App { client_id, .. } => Some(client_id),
            Self::User { .. } => None,
        }
    }

    /// The tenant acted on.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::App { tenant, .. } | Self::User { tenant, .. } => tenant.as_deref(),
        }
    }
}

fn asking_client(platform: &Platform, request: &Request) -> Option<Actor> {
    let sent = identity::credentials(request)?;
    let application = Id::parse(&sent.client_id).and_then(|id| platform.applications.by_client(id));
    let live = application.filter(|(one, _)| sent.secret.as_ref() == Some(&one.secret));
    Some(Actor::App {
        client_id: sent.client_id,
        tenant: request.header("tenant").map(str::to_owned),
        secret_generation: live.map(|(one, _)| one.secret_generation),
    })
}

fn holder(platform: &Platform, token: &Token) -> Actor {
    let tenant = token.tenant.map(|tenant| tenant.to_string());
    match token.subject {
        Subject::User(id) => {
            let user = platform
                .directory
                .user(id)
                .map_or_else(|| id.to_string(), |user| user.name.clone());
            Actor::User { user, tenant }
        }
        Subject::Application(id) => Actor::App {
            client_id: platform
                .applications
                .get(id)
                .map_or_else(|| id.to_string(), |one| one.client_id.to_string()),
            tenant,
            secret_generation: token.secret_generation,
        },
    }
}
