//! Starts the programs and waits until the control plane is usable.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use uuid::Uuid;

use super::certificates::Certificates;
use super::component::{Component, Part};
use super::components::{self, ApiServer};
use super::kubeconfig;
use super::probe::Probe;
use super::state::{State, write_private};
use crate::binaries::Binaries;
use crate::guard::Program;

/// Far above the usual 4 s: a machine may be compiling meanwhile.
pub(super) const READY_WITHIN: Duration = Duration::from_mins(2);

/// The default service account appears when the controller manager works.
const DEFAULT_ACCOUNT: &str = "/api/v1/namespaces/default/serviceaccounts/default";

/// A control plane that is ready.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) server: String,
    pub(super) ca_pem: String,
    pub(super) probe: Probe,
    pub(super) parts: Vec<Part>,
}

/// How one attempt ended, other than by an error.
pub(super) enum Attempt {
    Ready(Running),
    /// Another process took a chosen port first.
    PortTaken,
}

/// Starts everything once. On any other outcome than ready, all that was started is gone.
pub(super) fn attempt(state: &State, binaries: &Binaries) -> Result<Attempt> {
    let private = state.private();
    let certificates = Certificates::create(&private)?;
    let token = Uuid::new_v4().simple().to_string();
    let tokens = private.join("tokens.csv");
    write_private(&tokens, &format!("{token},admin,admin,\"system:masters\"\n"))?;
    let audit_policy = private.join("audit-policy.yaml");
    fs::write(&audit_policy, components::AUDIT_POLICY).context("cannot write the audit policy")?;

    let etcd_url = format!("https://127.0.0.1:{}", components::free_port()?);
    let port = components::free_port()?;
    let server = format!("https://127.0.0.1:{port}");
    kubeconfig::write(state.kubeconfig(), &server, &certificates.ca_pem, "admin", &token)?;
    let api_server = ApiServer {
        port,
        etcd_url: &etcd_url,
        tokens: &tokens,
        audit_policy: &audit_policy,
        audit_log: state.audit_log(),
        private: &private,
        certificates: &certificates,
    };

    let data = data_folder(state);
    let mut starting = Starting {
        state,
        binaries,
        parts: vec![],
        since: Instant::now(),
    };
    let etcd_args = components::etcd(&data, &etcd_url, &certificates);
    starting.run(Component::Etcd, etcd_args, |program| program.remove(&data))?;
    starting.run(Component::ApiServer, api_server.args(), |program| program)?;
    let probe = Probe::new(&certificates.ca_der, port, &token)?;
    if !starting.wait_for(&probe, "/readyz")? {
        return Ok(Attempt::PortTaken);
    }
    let manager_args = components::controller_manager(state.kubeconfig(), &certificates);
    starting.run(Component::ControllerManager, manager_args, |program| program)?;
    if !starting.wait_for(&probe, DEFAULT_ACCOUNT)? {
        return Ok(Attempt::PortTaken);
    }
    Ok(Attempt::Ready(Running {
        server,
        ca_pem: certificates.ca_pem,
        parts: starting.parts,
        probe,
    }))
}

/// Memory where the machine has a tmpfs: etcd writes much, and nothing of it is kept.
fn data_folder(state: &State) -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.join(format!("oauth-registrar-etcd-{}", Uuid::new_v4().simple()))
    } else {
        state.dir().join("etcd")
    }
}

struct Starting<'a> {
    state: &'a State,
    binaries: &'a Binaries,
    parts: Vec<Part>,
    since: Instant,
}

impl Starting<'_> {
    fn run(&mut self, component: Component, args: Vec<String>, more: impl FnOnce(Program) -> Program) -> Result<()> {
        let name = component.name();
        let program = Program::new(self.binaries.path(name)?)
            .args(args)
            .dir(self.state.dir())
            .log(self.state.logs().join(format!("{name}.log")))
            // Nothing is kept that an orderly end would save.
            .grace(Duration::ZERO);
        self.parts.push(Part::start(component, more(program))?);
        Ok(())
    }

    /// Waits until `path` is answered with 200; false when a program ended because its port was taken.
    fn wait_for(&mut self, probe: &Probe, path: &str) -> Result<bool> {
        while !probe.is_ok(path) {
            for part in &mut self.parts {
                if let Some((status, log)) = part.ended()? {
                    if log.contains("address already in use") {
                        return Ok(false);
                    }
                    bail!("a program of the control plane ended ({status}):\n{}", tail(&log));
                }
            }
            if self.since.elapsed() > READY_WITHIN {
                bail!(
                    "the control plane was not ready within {} s ({path} is not answered with 200); logs are in {}",
                    READY_WITHIN.as_secs(),
                    self.state.logs().display()
                );
            }
            thread::sleep(Duration::from_millis(25));
        }
        Ok(true)
    }
}

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
