//! The programs of this workspace that the demonstration runs.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::cargo;
use crate::paths;

/// Builds them, with Cargo's own progress.
///
/// Together with this program's package, and so with its features: what it was built from is not compiled again.
pub(super) fn build() -> Result<()> {
    let mut cargo = cargo::cargo()
        .args([
            "build",
            "--bins",
            "-p",
            "xtask",
            "-p",
            "oauth-registrar",
            "-p",
            "simulator",
        ])
        .args(cargo::is_ci().then_some("--locked"))
        .spawn()?;
    if cargo.wait()?.success() {
        Ok(())
    } else {
        bail!("cargo build failed")
    }
}

/// The path of a built program.
pub(super) fn path(name: &str) -> Result<PathBuf> {
    Ok(paths::target()?.join("debug").join(name))
}
