//! Certificates and keys of one control plane, made anew at each start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

use super::state::write_private;

/// Names of the API server, also those that pods would use. The address is the first of the service range.
const SERVER_NAMES: [&str; 6] = [
    "127.0.0.1",
    "localhost",
    "10.0.0.1",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
];

/// The files, and what the readiness check needs in memory.
#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) ca: PathBuf,
    pub(super) ca_pem: String,
    pub(super) ca_der: Vec<u8>,
    pub(super) server: Pair,
    pub(super) etcd_server: Pair,
    pub(super) etcd_client: Pair,
    /// Signs service account tokens.
    pub(super) service_account_key: PathBuf,
    /// Proves them.
    pub(super) service_account_public_key: PathBuf,
}

/// A certificate with its key.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Certificates {
    /// Creates all of it in `dir`.
    pub(super) fn create(dir: &Path) -> Result<Self> {
        use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
        let issuer = authority("oauth-registrar cluster")?;
        // An authority of its own: what may speak to etcd is not what the API server accepts, nor the other way round.
        let etcd_issuer = authority("oauth-registrar etcd")?;
        let ca = dir.join("ca.crt");
        fs::write(&ca, issuer.pem()).context("cannot write the certificate authority")?;
        fs::write(dir.join("etcd-ca.crt"), etcd_issuer.pem()).context("cannot write etcd's certificate authority")?;
        let service_account_key = dir.join("service-account.key");
        let service_account_public_key = dir.join("service-account.pub");
        let key = new_key()?;
        write_private(&service_account_key, &key.serialize_pem())?;
        fs::write(&service_account_public_key, key.public_key_pem()).context("cannot write a public key")?;
        Ok(Self {
            ca,
            ca_pem: issuer.pem(),
            ca_der: issuer.der().to_vec(),
            server: pair(dir, "server", &SERVER_NAMES, ServerAuth, &issuer)?,
            etcd_server: pair(dir, "etcd-server", &["127.0.0.1"], ServerAuth, &etcd_issuer)?,
            etcd_client: pair(dir, "etcd-client", &[], ClientAuth, &etcd_issuer)?,
            service_account_key,
            service_account_public_key,
        })
    }

    /// The authority of etcd's certificates.
    pub(super) fn etcd_ca(&self) -> PathBuf {
        self.ca.with_file_name("etcd-ca.crt")
    }
}

fn new_key() -> Result<KeyPair> {
    KeyPair::generate().context("cannot make a key")
}

fn params(name: &str, subject_names: &[&str]) -> Result<CertificateParams> {
    let names: Vec<String> = subject_names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).context("a name does not fit into a certificate")?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = params(name, &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    CertifiedIssuer::self_signed(params, new_key()?).context("cannot make a certificate authority")
}

fn pair(
    dir: &Path,
    name: &str,
    subject_names: &[&str],
    purpose: ExtendedKeyUsagePurpose,
    issuer: &CertifiedIssuer<'static, KeyPair>,
) -> Result<Pair> {
    let mut params = params(name, subject_names)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    let key = new_key()?;
    let certificate = params.signed_by(&key, issuer).context("cannot sign a certificate")?;
    let pair = Pair {
        certificate: dir.join(format!("{name}.crt")),
        key: dir.join(format!("{name}.key")),
    };
    fs::write(&pair.certificate, certificate.pem()).context("cannot write a certificate")?;
    write_private(&pair.key, &key.serialize_pem())?;
    Ok(pair)
}
