//! The OLT adapter over real HTTP, towards a listener with scripted bytes.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::SecretText;
use oauth_registrar::domain::egress::Egress;
use oauth_registrar::domain::port::{Connect, Consents, Limits, Platform, Target, TargetKind, Tls};
use oauth_registrar::platforms::Connector;

/// A platform at this address.
pub fn target(url: &str, timeout: Duration) -> Target {
    let kind = TargetKind::Olt {
        api_url: format!("{url}/v1").parse().unwrap(),
        issuer_url: format!("{url}/realm").parse().unwrap(),
        marks: true,
        consents: Consents::Found(None),
        tenant: None,
    };
    let limits = Limits {
        per_second: NonZeroU32::MAX,
        burst: NonZeroU32::MAX,
        in_flight: 32,
    };
    Target {
        kind,
        timeout,
        tls: Tls::default(),
        limits,
        egress: Egress::except(&["127.0.0.1".to_owned()]),
    }
}

/// A connection to it.
pub fn connect(target: &Target, token: SecretText) -> Arc<dyn Platform> {
    Connector::default()
        .connect("uid", target, Access::ApiToken(token))
        .unwrap()
}
