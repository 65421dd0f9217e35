//! The files of one control plane.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::paths;

/// The paths of one control plane. Nothing exists before [`State::clear`].
#[derive(Clone, Debug)]
pub(super) struct State {
    name: String,
    dir: PathBuf,
    kubeconfig: PathBuf,
    audit_log: PathBuf,
}

impl State {
    /// Fails on a name that could leave the folder `target/cluster` or be too long for a path.
    pub(super) fn of(name: &str) -> Result<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 60 || !name.chars().all(allowed) {
            bail!("a control plane's name has 1 to 60 characters of a-z, 0-9, - and _; {name:?} has not");
        }
        let dir = Self::all()?.join(name);
        let (kubeconfig, audit_log) = (dir.join("kubeconfig"), dir.join("audit.log"));
        Ok(Self {
            name: name.to_owned(),
            dir,
            kubeconfig,
            audit_log,
        })
    }

    /// The folder of all control planes.
    pub(super) fn all() -> Result<PathBuf> {
        Ok(paths::target()?.join("cluster"))
    }

    /// Removes what an earlier one of this name left and creates empty folders that only the user may read.
    pub(super) fn clear(&self) -> Result<()> {
        self.remove()?;
        for dir in [self.dir.clone(), self.private(), self.logs()] {
            let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir);
            created.with_context(|| format!("cannot create {}", dir.display()))?;
        }
        Ok(())
    }

    /// Removes the folder, if there is one.
    pub(super) fn remove(&self) -> Result<()> {
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.dir.display()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    pub(super) fn audit_log(&self) -> &Path {
        &self.audit_log
    }

    /// Certificates, keys and tokens.
    pub(super) fn private(&self) -> PathBuf {
        self.dir.join("private")
    }

    /// One log per program.
    pub(super) fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// The process that holds a control plane started by `cluster up`.
    pub(super) fn holder(&self) -> PathBuf {
        self.dir.join("holder.json")
    }

    /// How long the start took, for people.
    pub(super) fn start_time(&self) -> PathBuf {
        self.dir.join("ready-after")
    }

    /// Locked while a control plane of this name exists; outside the folder, which comes and goes.
    pub(super) fn lock(&self) -> PathBuf {
        self.dir.with_file_name(format!("{}.lock", self.name))
    }
}

/// Writes a file that only the user may read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for name in ["", "..", "a/b", "A", ".slots", &"x".repeat(61)] {
            assert!(State::of(name).is_err(), "{name:?}");
        }
        assert!(State::of("recover_kill-9").is_ok());
    }
}
