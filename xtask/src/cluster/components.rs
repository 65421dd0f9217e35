//! The arguments of each program. Flags and timings were measured on two cores: ready 3.6 s after the start.

use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result};

use super::certificates::Certificates;

const SERVICE_ACCOUNT_ISSUER: &str = "https://kubernetes.default.svc";

/// Every request as one event that says who did what to which object, without bodies.
pub(super) const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
";

/// A port that was free a moment ago.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on loopback")?;
    Ok(listener.local_addr().context("no free port on loopback")?.port())
}

fn flag(name: &str, value: impl AsRef<Path>) -> String {
    format!("--{name}={}", value.as_ref().display())
}

/// etcd without fsync: its data never outlives the process.
pub(super) fn etcd(data: &Path, url: &str, certificates: &Certificates) -> Vec<String> {
    vec![
        flag("data-dir", data),
        "--unsafe-no-fsync".to_owned(),
        flag("listen-client-urls", url),
        flag("advertise-client-urls", url),
        "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
        flag("cert-file", &certificates.etcd_server.certificate),
        flag("key-file", &certificates.etcd_server.key),
        flag("trusted-ca-file", certificates.etcd_ca()),
        "--client-cert-auth".to_owned(),
        "--log-level=warn".to_owned(),
    ]
}

/// The files and addresses that the API server is told.
pub(super) struct ApiServer<'a> {
    pub(super) port: u16,
    pub(super) etcd_url: &'a str,
    pub(super) tokens: &'a Path,
    pub(super) audit_policy: &'a Path,
    pub(super) audit_log: &'a Path,
    pub(super) private: &'a Path,
    pub(super) certificates: &'a Certificates,
}

impl ApiServer<'_> {
    pub(super) fn args(&self) -> Vec<String> {
        let certificates = self.certificates;
        vec![
            flag("etcd-servers", self.etcd_url),
            flag("etcd-cafile", certificates.etcd_ca()),
            flag("etcd-certfile", &certificates.etcd_client.certificate),
            flag("etcd-keyfile", &certificates.etcd_client.key),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            format!("--secure-port={}", self.port),
            // A loopback address is no valid endpoint of the Service `kubernetes`; there is no node that would use it.
            "--endpoint-reconciler-type=none".to_owned(),
            flag("cert-dir", self.private),
            flag("tls-cert-file", &certificates.server.certificate),
            flag("tls-private-key-file", &certificates.server.key),
            flag("service-account-key-file", &certificates.service_account_public_key),
            flag("service-account-signing-key-file", &certificates.service_account_key),
            format!("--service-account-issuer={SERVICE_ACCOUNT_ISSUER}"),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            "--allow-privileged".to_owned(),
            flag("token-auth-file", self.tokens),
            "--authorization-mode=RBAC".to_owned(),
            flag("audit-policy-file", self.audit_policy),
            flag("audit-log-path", self.audit_log),
            // Written before the request is answered: a reader who has the answer finds the event.
            "--audit-log-mode=blocking".to_owned(),
            // In MB; far more than a test writes, so that the log is never cut in two.
            "--audit-log-maxsize=10000".to_owned(),
        ]
    }
}

/// The controller manager serves no port of its own; it reaches the API server as administrator.
pub(super) fn controller_manager(kubeconfig: &Path, certificates: &Certificates) -> Vec<String> {
    vec![
        flag("kubeconfig", kubeconfig),
        flag("service-account-private-key-file", &certificates.service_account_key),
        flag("root-ca-file", &certificates.ca),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
        "--kube-api-qps=1000".to_owned(),
        "--kube-api-burst=1000".to_owned(),
    ]
}
