//! The OLT adapter over real HTTP, towards a listener with scripted bytes.

use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::SecretText;
use oauth_registrar::domain::port::{Connect, Consents, Platform, Target, TargetKind};
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
    Target {
        kind,
        timeout,
        authorities: None,
    }
}

/// A connection to it.
pub fn connect(target: &Target, token: SecretText) -> Arc<dyn Platform> {
    Connector.connect(target, Access::ApiToken(token)).unwrap()
}
