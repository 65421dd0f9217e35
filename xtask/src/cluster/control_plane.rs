//! The library's handle of a control plane.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::component::Component;
use super::slot::Slot;
use super::start::{self, Attempt, Running};
use super::state::State;
use super::{kubeconfig, ownership};
use crate::binaries::Binaries;

/// How often a start is repeated because another process took a port between choosing and binding it.
const PORT_ATTEMPTS: u32 = 5;

/// A running control plane, ready for use. It ends when this is dropped, or when the process ends in whatever way.
///
/// All calls block: from async code, start it in `tokio::task::spawn_blocking`. Logs and the audit log stay in
/// [`Self::dir`] until the next start of the same name.
#[derive(Debug)]
pub struct ControlPlane {
    state: State,
    running: Mutex<Running>,
    server: String,
    ca_pem: String,
    binaries: Binaries,
    // Fields are dropped in this order: name and slot are free only when the programs are gone.
    _ownership: File,
    _slot: Option<Slot>,
}

impl ControlPlane {
    /// Starts a control plane and waits until `/readyz` answers and `serviceaccount/default` exists in `default`.
    ///
    /// At most three started by this call run at a time, over all processes of this target folder; the call waits until
    /// one of them ends. Builds the programs when they are missing. `name` is made of `a-z`, `0-9`, `-` and `_`, and
    /// must not be in use: that is an error, not a wait.
    pub fn start(name: &str) -> Result<Self> {
        let state = State::of(name)?;
        let binaries = Binaries::ensure()?;
        let slot = Slot::take()?;
        Self::begin(state, binaries, Some(slot))
    }

    /// Like [`Self::start`], but not counted among the three: for a control plane that a person asked for.
    pub fn start_uncounted(name: &str) -> Result<Self> {
        let state = State::of(name)?;
        Self::begin(state, Binaries::ensure()?, None)
    }

    fn begin(state: State, binaries: Binaries, slot: Option<Slot>) -> Result<Self> {
        let ownership = ownership::take(&state)?;
        state.clear()?;
        let start = Instant::now();
        for _ in 0..PORT_ATTEMPTS {
            match start::attempt(&state, &binaries)? {
                Attempt::Ready(running) => {
                    fs::write(state.start_time(), format!("{:.1} s\n", start.elapsed().as_secs_f32()))
                        .context("cannot write the start time")?;
                    return Ok(Self {
                        state,
                        server: running.server.clone(),
                        ca_pem: running.ca_pem.clone(),
                        running: Mutex::new(running),
                        binaries,
                        _ownership: ownership,
                        _slot: slot,
                    });
                }
                Attempt::PortTaken => state.clear()?,
            }
        }
        bail!("no free port in {PORT_ATTEMPTS} attempts")
    }

    /// The kubeconfig of a cluster administrator (group `system:masters`).
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        self.state.kubeconfig()
    }

    /// The API server's audit log: one JSON object per line, level Metadata, written before the request's answer.
    /// Each request is one event (stage `ResponseComplete`, a watch also `ResponseStarted`).
    #[must_use]
    pub fn audit_log(&self) -> &Path {
        self.state.audit_log()
    }

    /// The state folder, `target/cluster/<name>`.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.state.dir()
    }

    /// The address of the API server, `https://127.0.0.1:<port>`.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The certificate authority of the API server, as PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// SIGKILL to one of the programs, and waits until it is gone.
    pub fn kill_now(&self, component: Component) -> Result<()> {
        self.running().part(component)?.kill_now()
    }

    /// Starts all programs that were killed, on the same data and ports, and waits until the control plane is ready again.
    pub fn start_again(&self) -> Result<()> {
        self.running().start_again()
    }

    /// Writes a kubeconfig with a bearer token, for example one of a service account (`kubectl create token`).
    /// `user_name` names the file and the user entry only: the API server learns from the token who it is.
    pub fn kubeconfig_with_token(&self, user_name: &str, token: &str) -> Result<PathBuf> {
        let file: String = user_name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let path = self.dir().join(format!("kubeconfig-{file}"));
        kubeconfig::write(&path, &self.server, &self.ca_pem, user_name, token)?;
        Ok(path)
    }

    /// The path of one of the control plane's programs, for example `kubectl`.
    pub fn binary(&self, name: &str) -> Result<PathBuf> {
        self.binaries.path(name).map(Path::to_owned)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        // All at once; each handle then waits for its own program.
        self.running().parts.iter().for_each(super::component::Part::release);
    }
}
