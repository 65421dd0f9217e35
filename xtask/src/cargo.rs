//! Cargo, run from a program that Cargo itself has started.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::guard::Program;
use crate::paths;

/// The `cargo` that runs this, else the one in `PATH`, in the workspace.
///
/// Without what `cargo run` told this process about its package: build scripts that watch those variables (ring's) would
/// take them for a change and compile half of the tree again.
pub(crate) fn cargo() -> Program {
    let path = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let about_us = |name: &OsString| {
        let name = name.to_string_lossy();
        ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let names = std::env::vars_os().map(|(name, _)| name).filter(about_us);
    Program::new(path).dir(paths::workspace()).env_remove(names)
}

/// Whether this is a run of continuous integration (`CI=true`), where `Cargo.lock` must be right as it stands.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
