//! Finds the `xtask` program that serves as guard, also from inside a test executable.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

/// Names the guard program for everything that `cargo xtask test` starts.
pub(crate) const VARIABLE: &str = "OAUTH_REGISTRAR_XTASK";

/// The path of `xtask`: from the environment, this program itself, or `<target>/<profile>/xtask` beside a test executable.
///
/// Found once per process: a rebuild replaces the file, and Linux would then call this program's own path deleted.
pub(crate) fn xtask() -> Result<&'static Path> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(path) = FOUND.get() {
        return Ok(path);
    }
    let path = find()?;
    Ok(FOUND.get_or_init(|| path))
}

fn find() -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(path.into());
    }
    let this = env::current_exe().context("cannot tell the path of this program")?;
    if this.file_name().is_some_and(|name| name == "xtask") {
        return Ok(this);
    }
    let beside = this.ancestors().nth(2).map(|profile| profile.join("xtask"));
    match beside {
        Some(path) if path.is_file() => Ok(path),
        _ => bail!("the guard program xtask is not built: run `cargo build -p xtask` (or set {VARIABLE} to its path)"),
    }
}
