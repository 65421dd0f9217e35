//! One HTTPS GET to the API server: all that the readiness check needs, without a runtime.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks one API server, as administrator.
pub(super) struct Probe {
    tls: Arc<ClientConfig>,
    port: u16,
    token: String,
}

/// Without the token.
impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Probe {
    pub(super) fn new(ca_der: &[u8], port: u16, token: &str) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(ca_der.to_vec()))
            .context("cannot use the certificate authority")?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("cannot set up TLS")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: Arc::new(tls),
            port,
            token: token.to_owned(),
        })
    }

    /// Whether a GET of `path` is answered with 200. Any failure is a no.
    pub(super) fn is_ok(&self, path: &str) -> bool {
        self.status_line(path)
            .is_ok_and(|line| line.split(' ').nth(1) == Some("200"))
    }

    fn status_line(&self, path: &str) -> Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let tcp = TcpStream::connect_timeout(&address, TIMEOUT)?;
        tcp.set_read_timeout(Some(TIMEOUT))?;
        tcp.set_write_timeout(Some(TIMEOUT))?;
        let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
        let mut stream = StreamOwned::new(ClientConnection::new(Arc::clone(&self.tls), name)?, tcp);
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n",
            self.token
        );
        stream.write_all(request.as_bytes())?;
        let mut line = Vec::new();
        for byte in stream.bytes().take(256) {
            match byte? {
                b'\r' => break,
                byte => line.push(byte),
            }
        }
        String::from_utf8(line).context("no status line")
    }
}
