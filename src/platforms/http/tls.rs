//! Who a platform is, and who we are to it: certificates. Nothing here can be told to trust without looking.

use reqwest::tls::Version;
use reqwest::{Certificate, ClientBuilder, Identity};
use secrecy::zeroize::Zeroizing;

use super::{invalid, outcome};
use crate::domain::credentials::ClientCertificate;
use crate::domain::failure::Failure;
use crate::domain::port::Tls;

/// A client for TLS 1.2 and above that trusts these authorities in place of the well-known ones, and shows this certificate.
pub(super) fn build(client: ClientBuilder, tls: &Tls) -> Result<reqwest::Client, Failure> {
    let mut client = client.tls_version_min(Version::TLS_1_2);
    if let Some(pem) = &tls.authorities {
        client = client.tls_certs_only(certificates(pem)?);
    }
    if let Some(certificate) = &tls.certificate {
        client = client.identity(identity(certificate)?);
    }
    client.build().map_err(|error| {
        let cause = outcome::cause(&error);
        // Only now is the key held against its certificate.
        invalid(match tls.certificate {
            Some(_) => format!("tls.crt and tls.key of spec.tls.clientCertificateRef cannot be used together: {cause}"),
            None => format!("the HTTP client cannot be set up: {cause}"),
        })
    })
}

/// The certificates of a bundle; one that holds none would trust nobody.
fn certificates(pem: &str) -> Result<Vec<Certificate>, Failure> {
    match Certificate::from_pem_bundle(pem.as_bytes()) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(invalid(
            "spec.tls.caBundleRef names something that holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                .into(),
        )),
    }
}

/// A certificate with its key. What is wrong with them is not quoted.
fn identity(certificate: &ClientCertificate) -> Result<Identity, Failure> {
    let pem = Zeroizing::new(format!("{}\n{}", certificate.chain, certificate.key.expose()));
    Identity::from_pem(pem.as_bytes()).map_err(|_| {
        invalid(
            "spec.tls.clientCertificateRef names a Secret whose tls.crt and tls.key are no certificate and private key in PEM"
                .into(),
        )
    })
}
