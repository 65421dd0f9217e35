//! What a platform's TLS connections are made with: whom to trust, and what to show.

use sha2::{Digest, Sha256};

use super::authorities;
use super::kind::readers;
use crate::api::platform::PlatformSpec;
use crate::api::well_known::{TLS_CRT, TLS_KEY};
use crate::controller::context::Context;
use crate::controller::credentials;
use crate::controller::error::Error;
use crate::domain::credentials::ClientCertificate;
use crate::domain::decide::Trouble;
use crate::domain::port::Tls;

/// What is missing of it.
pub(super) enum Missing {
    /// The authorities to trust.
    Authorities(Trouble),
    /// The certificate to show, with the message for a person.
    Certificate(String),
}

/// Reads what the spec names.
pub(super) async fn read(
    spec: &PlatformSpec,
    platform_uid: &str,
    namespace: &str,
    ctx: &Context,
) -> Result<Result<Tls, Missing>, Error> {
    let authorities = match authorities::read(spec, platform_uid, namespace, ctx).await? {
        Ok(authorities) => authorities,
        Err(trouble) => return Ok(Err(Missing::Authorities(trouble))),
    };
    let certificate = match certificate(spec, platform_uid, namespace, ctx).await? {
        Ok(certificate) => certificate,
        Err(why) => {
            return Ok(Err(Missing::Certificate(format!(
                "spec.tls.clientCertificateRef: {why}"
            ))));
        }
    };
    Ok(Ok(Tls {
        authorities,
        certificate,
    }))
}

async fn certificate(
    spec: &PlatformSpec,
    platform_uid: &str,
    namespace: &str,
    ctx: &Context,
) -> Result<Result<Option<ClientCertificate>, String>, Error> {
    let named = spec.tls.as_ref().and_then(|tls| tls.client_certificate_ref.as_ref());
    let Some(secret) = named.map(|reference| &reference.name) else {
        return Ok(Ok(None));
    };
    let [_, _, reader] = readers(platform_uid);
    let found = credentials::read(ctx, &reader, namespace, secret, [TLS_CRT, TLS_KEY], false).await?;
    Ok(found.map(|[chain, key]| {
        Some(ClientCertificate {
            chain: chain.expose().to_owned(),
            key,
        })
    }))
}

/// Tells one credential, with what it is sent under, from another.
pub(super) fn under(credential: String, tls: &Tls) -> String {
    let Tls {
        authorities,
        certificate,
    } = tls;
    if authorities.is_none() && certificate.is_none() {
        return credential;
    }
    let shown = certificate
        .as_ref()
        .map(|shown| [shown.chain.as_str(), shown.key.expose()]);
    let mut all = Sha256::new();
    for part in [authorities.as_deref()]
        .into_iter()
        .chain(shown.into_iter().flatten().map(Some))
    {
        all.update(part.unwrap_or_default());
        all.update([0]);
    }
    format!("{credential} {:x}", all.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credentials::SecretText;

    #[test]
    fn whatever_a_connection_is_made_with_tells_it_from_another() {
        let tls = |authorities: Option<&str>, shown: Option<[&str; 2]>| Tls {
            authorities: authorities.map(str::to_owned),
            certificate: shown.map(|[chain, key]| ClientCertificate {
                chain: chain.into(),
                key: SecretText::new(key.into()),
            }),
        };
        let mut all: Vec<String> = [
            tls(None, None),
            tls(Some("a"), None),
            tls(Some("b"), None),
            tls(None, Some(["a", "k"])),
            tls(None, Some(["b", "k"])),
            tls(None, Some(["a", "l"])),
            tls(Some("a"), Some(["a", "k"])),
        ]
        .iter()
        .map(|tls| under("credential".into(), tls))
        .collect();
        assert_eq!(all[0], "credential");
        assert!(all.iter().all(|digest| digest.starts_with("credential")));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 7);
    }
}
