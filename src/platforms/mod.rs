//! The platforms: implementations of [`port`](crate::domain::port), one folder per kind.
//!
//! `http` holds what every call obeys: time-outs, sizes, limits, no redirect, no repetition, and how an outcome becomes a
//! failure class. `oauth` speaks to token endpoints. `olt` is the first platform. Kept out: Kubernetes, rules, and any
//! decision about when to call again.

mod http;
mod oauth;
mod olt;

use std::sync::Arc;

use crate::domain::access::Access;
use crate::domain::failure::Failure;
use crate::domain::port::{Connect, Platform, Target, TargetKind};

/// Opens connections over HTTP; the one place where a platform kind is chosen.
///
/// The process must have installed a rustls crypto provider before the first connection.
#[derive(Debug, Default)]
pub struct Connector {
    doors: http::Doors,
    network: http::Network,
}

impl Connector {
    /// One that goes through the proxy of the process's environment (`HTTPS_PROXY`, `NO_PROXY`), if it has one; the default
    /// goes through none. Fails when that is no proxy.
    pub fn of_environment() -> Result<Self, String> {
        Ok(Self {
            doors: http::Doors::default(),
            network: http::Network {
                proxy: http::Proxy::of_environment()?,
                ..http::Network::default()
            },
        })
    }
}

impl Connect for Connector {
    fn connect(&self, uid: &str, target: &Target, access: Access) -> Result<Arc<dyn Platform>, Failure> {
        let door = self.doors.of(uid, &target.limits);
        let http = http::Http::new(target, &self.network, door)?;
        match &target.kind {
            TargetKind::Olt {
                api_url,
                issuer_url,
                marks,
                consents,
                tenant,
            } => {
                let realm = Arc::new(olt::Realm::new(http.clone(), issuer_url.clone()));
                let tokens = olt::Tokens::new(Arc::clone(&realm), access, tenant.clone());
                let api = olt::Api::new(http, api_url.clone(), tokens);
                Ok(Arc::new(olt::Olt::new(api, realm, *marks, *consents)))
            }
        }
    }
}
