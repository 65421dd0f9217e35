//! The platforms: implementations of [`port`](crate::domain::port), one folder per kind.
//!
//! `http` holds what every call obeys: time-outs, sizes, no redirect, no repetition, and how an outcome becomes a
//! failure class. `oauth` speaks to token endpoints. `olt` is the first platform. Kept out: Kubernetes, rules, and any
//! decision about when to call again.

mod http;
mod oauth;
mod olt;

use std::sync::Arc;

use crate::domain::credentials::SecretText;
use crate::domain::failure::Failure;
use crate::domain::port::{Connect, Platform, Target, TargetKind};

/// Opens connections over HTTP; the one place where a platform kind is chosen.
///
/// The process must have installed a rustls crypto provider before the first connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connector;

impl Connect for Connector {
    fn connect(&self, target: &Target, credential: SecretText) -> Result<Arc<dyn Platform>, Failure> {
        let http = http::Http::new(target.timeout, target.authorities.as_deref())?;
        match &target.kind {
            TargetKind::Olt {
                api_url,
                issuer_url,
                marks,
                consents,
            } => {
                let api = olt::Api::new(http, api_url.clone(), credential);
                Ok(Arc::new(olt::Olt::new(api, issuer_url.clone(), *marks, *consents)))
            }
        }
    }
}
