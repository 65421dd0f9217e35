//! The control plane's kubectl, as administrator.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::objects::Object;
use crate::cluster::ControlPlane;
use crate::paths;

/// Runs kubectl in the workspace. Each call is short: waiting is done between calls, so that Ctrl-C leaves none behind.
#[derive(Debug)]
pub(super) struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    cache: PathBuf,
}

impl Kubectl {
    pub(super) fn of(plane: &ControlPlane) -> Result<Self> {
        Ok(Self {
            program: plane.binary("kubectl")?,
            kubeconfig: plane.kubeconfig().to_owned(),
            cache: plane.dir().join("kubectl-cache"),
        })
    }

    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Runs it and returns what it printed; fails with its error.
    pub(super) fn run(&self, args: &[&str]) -> Result<String> {
        self.run_with(args, "")
    }

    /// Like [`Self::run`], with a stdin.
    pub(super) fn run_with(&self, args: &[&str], input: &str) -> Result<String> {
        let mut kubectl = Command::new(&self.program)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .arg("--cache-dir")
            .arg(&self.cache)
            .args(args)
            // A user's own defaults would make it another command.
            .env("KUBECTL_KUBERC", "false")
            .current_dir(paths::workspace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start kubectl")?;
        if let Some(mut stdin) = kubectl.stdin.take() {
            // One that does not read has failed, and says why.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = kubectl.wait_with_output().context("cannot wait for kubectl")?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            bail!("kubectl {}: {}", args.join(" "), error.trim_end());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Like [`Self::run`] for an answer in JSON; nothing printed is `None`.
    pub(super) fn json(&self, args: &[&str]) -> Result<Option<Value>> {
        let text = self.run(&[args, &["--output", "json"]].concat())?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&text).map(Some).context("kubectl printed no JSON")
    }

    /// The object, if it is there.
    pub(super) fn find(&self, object: &Object) -> Result<Option<Value>> {
        let mut args = vec!["get", object.kind, object.name, "--ignore-not-found"];
        args.extend(object.namespace.iter().flat_map(|namespace| ["--namespace", namespace]));
        self.json(&args)
    }

    /// The items of a list.
    pub(super) fn list(&self, args: &[&str]) -> Result<Vec<Value>> {
        let list = self.json(&[&["get"], args].concat())?.unwrap_or_default();
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }
}
