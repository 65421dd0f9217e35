//! The operator as a process, with its own credentials.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::objects::{NAMESPACE, OPERATOR_NAMESPACE};
use crate::guard::{Guarded, Program};

/// An operator that ends this soon after its start would do so again and again.
const TOO_SOON: Duration = Duration::from_secs(3);
/// How much of the log is shown after a failure.
const SHOWN_LINES: usize = 40;

/// Short times, so that nobody has to wait for what takes minutes by default.
const FLAGS: [&str; 11] = [
    "run",
    "--namespace",
    OPERATOR_NAMESPACE,
    "--watch-namespace",
    NAMESPACE,
    "--allow-insecure-host",
    "127.0.0.1",
    "--recheck-interval",
    "2s",
    "--settle",
    "2s",
];

/// The operator, running or not.
#[derive(Debug)]
pub(super) struct Operator {
    program: PathBuf,
    kubeconfig: PathBuf,
    log: PathBuf,
    running: Option<Guarded>,
    started: Instant,
}

impl Operator {
    /// Not started yet. `kubeconfig` holds the token of its service account.
    pub(super) fn new(program: PathBuf, kubeconfig: PathBuf, log: PathBuf) -> Self {
        Self {
            program,
            kubeconfig,
            log,
            running: None,
            started: Instant::now(),
        }
    }

    pub(super) fn start(&mut self) -> Result<()> {
        // What a user has set for another operator is not for this one.
        let settings = std::env::vars_os().map(|(name, _)| name);
        let settings = settings.filter(|name| name.to_string_lossy().starts_with("OAUTH_REGISTRAR_"));
        let started = Program::new(&self.program)
            .args(FLAGS)
            .env_remove(settings.collect::<Vec<OsString>>())
            .env("KUBECONFIG", &self.kubeconfig)
            .env("NO_PROXY", "127.0.0.1")
            .env("NO_COLOR", "1")
            .env("RUST_LOG", "info,oauth_registrar=debug")
            .log(&self.log)
            .spawn()?;
        self.running = Some(started);
        self.started = Instant::now();
        Ok(())
    }

    /// SIGKILL, and waits until it is gone.
    pub(super) fn kill_now(&mut self) -> Result<()> {
        let mut running = self.running.take().context("the operator does not run")?;
        running.kill_now()?;
        running.wait().map(|_| ())
    }

    /// How it ended, if it did; it runs again then. Fails when it ended right after its start.
    pub(super) fn restart_if_ended(&mut self) -> Result<Option<ExitStatus>> {
        let running = self.running.as_mut().context("the operator does not run")?;
        let Some(status) = running.try_wait()? else {
            return Ok(None);
        };
        if self.started.elapsed() < TOO_SOON {
            bail!("the operator ended ({status}); its log is {}", self.log.display());
        }
        self.start()?;
        Ok(Some(status))
    }

    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// The end of the log.
    pub(super) fn tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}
