//! From a platform's spec to where and how it is reached. Pure.

use std::num::NonZeroU32;
use std::time::Duration;

use url::Url;

use super::grants;
use super::hosts::Hosts;
use crate::api::conditions::Reason;
use crate::api::grant::Grant;
use crate::api::platform::{InstallationContract, Limits, MarkerPlace, PlatformSpec};
use crate::api::secret_ref::ApiCredentials;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::{self, Consents, Target, TargetKind, Tls};

/// Refuses a selector that can choose nothing.
pub fn selectors(grants: &[Grant]) -> Result<(), Trouble> {
    grants::check(grants).map_err(|why| invalid(format!("{why}.")))
}

/// Checks and translates a spec: the target, its certificates not read yet, and what names its credentials.
pub fn target(spec: &PlatformSpec, settle: Duration, hosts: Hosts<'_>) -> Result<(Target, ApiCredentials), Trouble> {
    let Some(olt) = &spec.olt else {
        return Err(invalid("spec must hold a platform block: set spec.olt.".into()));
    };
    if olt.credentials.client_credentials.is_some() && olt.tenant_id.is_none() {
        return Err(invalid(
            "spec.olt.credentials.clientCredentials act for no tenant by themselves: set spec.olt.tenantId to the tenant that shall own what is registered.".into(),
        ));
    }
    let kind = TargetKind::Olt {
        api_url: address("spec.olt.apiUrl", &olt.api_url, hosts)?,
        issuer_url: address("spec.olt.issuerUrl", &olt.issuer_url, hosts)?,
        marks: olt.marker == MarkerPlace::Description,
        consents: match olt.contract {
            InstallationContract::Auto => Consents::Found(None),
            InstallationContract::PutInstallation => Consents::Set(false),
            InstallationContract::ConsentInstallation => Consents::Set(true),
        },
        tenant: olt.tenant_id.as_deref().map(Into::into),
    };
    Ok((
        Target {
            kind,
            timeout: timeout(&spec.limits.timeout, settle)?,
            tls: Tls::default(),
            limits: limits(&spec.limits)?,
            egress: hosts.egress(),
        },
        olt.credentials.clone(),
    ))
}

fn address(field: &str, text: &str, hosts: Hosts<'_>) -> Result<Url, Trouble> {
    let url = Url::parse(text).map_err(|error| invalid(format!("{field}: {text:?} is not a URL: {error}.")))?;
    hosts.check(&url).map_err(|why| invalid(format!("{field}: {why}")))?;
    Ok(url)
}

/// Three calls must fit into the time that a claim is waited out.
fn timeout(text: &str, settle: Duration) -> Result<Duration, Trouble> {
    let parsed = match text.strip_suffix("ms") {
        Some(number) => number.parse().map(Duration::from_millis),
        None => text.strip_suffix('s').unwrap_or(text).parse().map(Duration::from_secs),
    };
    let timeout =
        parsed.map_err(|_| invalid(format!("spec.limits.timeout: {text:?} is not a duration such as 10s.")))?;
    if timeout * 3 > settle {
        return Err(invalid(format!(
            "spec.limits.timeout: three times {text} must not exceed the operator's --settle, which is {settle:?}. Lower the time-out, or raise --settle."
        )));
    }
    Ok(timeout)
}

fn limits(spec: &Limits) -> Result<port::Limits, Trouble> {
    Ok(port::Limits {
        per_second: count("requestsPerSecond", spec.requests_per_second)?,
        burst: count("burst", spec.burst)?,
        in_flight: count("maxInFlight", spec.max_in_flight)?.get() as usize,
    })
}

fn count(field: &str, number: i64) -> Result<NonZeroU32, Trouble> {
    let count = u32::try_from(number).ok().and_then(NonZeroU32::new);
    count.ok_or_else(|| invalid(format!("spec.limits.{field}: must be at least 1, not {number}.")))
}

fn invalid(message: String) -> Trouble {
    Trouble::new(Stage::Accepted, Reason::InvalidSpec, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::platform::OltPlatform;
    use crate::api::secret_ref::{ApiCredentials, ApiToken, ClientCredentials, SecretKeyRef, SecretRef};

    const ADMINISTRATORS: Hosts<'static> = Hosts {
        insecure: &[],
        allowed: None,
    };

    const SETTLE: Duration = Duration::from_secs(40);

    fn spec(api_url: &str, timeout: &str) -> PlatformSpec {
        let secret_ref = SecretKeyRef {
            name: "olt-operator".into(),
            key: "token".into(),
        };
        PlatformSpec {
            olt: Some(OltPlatform {
                api_url: api_url.into(),
                issuer_url: "https://id.example.com/realm".into(),
                contract: InstallationContract::Auto,
                marker: MarkerPlace::Description,
                tenant_id: None,
                credentials: ApiCredentials {
                    api_token: Some(ApiToken { secret_ref }),
                    ..ApiCredentials::default()
                },
            }),
            limits: Limits {
                timeout: timeout.into(),
                ..Limits::default()
            },
            tls: None,
        }
    }

    #[test]
    fn a_whole_spec_becomes_a_target() {
        let (target, named) = target(&spec("https://api.example.com/v1", "500ms"), SETTLE, ADMINISTRATORS).unwrap();
        assert_eq!(
            (target.timeout, named.secret()),
            (Duration::from_millis(500), Some("olt-operator"))
        );
    }

    #[test]
    fn client_credentials_need_a_tenant() {
        let mut wish = spec("https://api.example.com/v1", "1s");
        let olt = wish.olt.as_mut().unwrap();
        let secret_ref = SecretRef {
            name: "olt-operator".into(),
        };
        olt.credentials = ApiCredentials {
            client_credentials: Some(ClientCredentials { secret_ref }),
            ..ApiCredentials::default()
        };
        let trouble = target(&wish, SETTLE, ADMINISTRATORS).unwrap_err();
        assert!(trouble.message.contains("set spec.olt.tenantId"), "{}", trouble.message);
        wish.olt.as_mut().unwrap().tenant_id = Some("t-1".into());
        let (target, _) = target(&wish, SETTLE, ADMINISTRATORS).unwrap();
        let TargetKind::Olt { tenant, .. } = target.kind;
        assert_eq!(tenant, Some("t-1".into()));
    }

    #[test]
    fn the_limits_are_those_of_the_spec_and_none_is_nought() {
        let mut spec = spec("https://api.example.com/v1", "1s");
        let (found, _) = target(&spec, SETTLE, ADMINISTRATORS).unwrap();
        let limits = found.limits;
        assert_eq!(
            (limits.per_second.get(), limits.burst.get(), limits.in_flight),
            (50, 100, 32)
        );
        spec.limits.burst = 0;
        let trouble = target(&spec, SETTLE, ADMINISTRATORS).unwrap_err();
        assert!(
            trouble.message.contains("spec.limits.burst: must be at least 1"),
            "{}",
            trouble.message
        );
    }

    #[test]
    fn plain_http_needs_the_operators_consent() {
        let trouble = target(&spec("http://127.0.0.1:8700/v1", "1s"), SETTLE, ADMINISTRATORS).unwrap_err();
        assert!(trouble.message.contains("spec.olt.apiUrl") && trouble.message.contains("--allow-insecure-host"));
        let consents = Hosts {
            insecure: &["127.0.0.1".to_owned()],
            allowed: None,
        };
        assert!(target(&spec("http://127.0.0.1:8700/v1", "1s"), SETTLE, consents).is_ok());
        let elsewhere = Hosts {
            allowed: Some(&[]),
            ..consents
        };
        let trouble = target(&spec("https://api.example.com/v1", "1s"), SETTLE, elsewhere).unwrap_err();
        assert!(trouble.message.contains("spec.olt.apiUrl") && trouble.message.contains("--allow-host"));
    }

    #[test]
    fn three_time_outs_must_fit_into_the_settle_time() {
        assert!(target(&spec("https://a.example.com", "13s"), SETTLE, ADMINISTRATORS).is_ok());
        let trouble = target(&spec("https://a.example.com", "14s"), SETTLE, ADMINISTRATORS).unwrap_err();
        assert!(trouble.message.contains("spec.limits.timeout") && trouble.message.contains("--settle"));
    }
}
