//! Where things are: the workspace, its target folder, the user's cache folder. Nothing here creates anything.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder with the workspace's `Cargo.toml`, as it was when this program was compiled.
#[must_use]
pub fn workspace() -> PathBuf {
    let member = Path::new(env!("CARGO_MANIFEST_DIR"));
    member.parent().unwrap_or(member).to_owned()
}

/// Cargo's target folder: `CARGO_TARGET_DIR` when set, else `target` in the workspace.
pub fn target() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
        Some(value) => std::path::absolute(value).context("CARGO_TARGET_DIR is no path"),
        None => Ok(workspace().join("target")),
    }
}

/// The project's part of the user's cache folder: `$XDG_CACHE_HOME/oauth-registrar`, else `~/.cache/oauth-registrar`.
pub fn cache() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where the cache folder is")?;
    Ok(base.join("oauth-registrar"))
}
