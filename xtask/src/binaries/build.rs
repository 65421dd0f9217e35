//! Runs the Go builds.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::progress::Progress;
use super::recipe::{LINK_FLAGS, Recipe, Set, required_version};
use crate::guard::Program;

const LOG: &str = "go.log";

/// Builds every program of the set into `into`, which is deleted should this process die meanwhile.
pub(super) fn all(set: &Set, pins: &Path, into: &Path) -> Result<()> {
    for (index, recipe) in set.recipes.iter().enumerate() {
        let progress = format!("({}/{})", index + 1, set.recipes.len());
        one(recipe, &progress, pins, into)?;
    }
    fs::remove_file(into.join(LOG)).context("cannot remove the build's log")
}

fn one(recipe: &Recipe, number: &str, pins: &Path, into: &Path) -> Result<()> {
    let dir = pins.join(recipe.pins);
    let go_mod = fs::read_to_string(dir.join("go.mod")).context("cannot read go.mod")?;
    let version = required_version(&go_mod, recipe.module)
        .with_context(|| format!("{}/go.mod does not require {}", recipe.pins, recipe.module))?;
    let link_flags = link_flags(recipe, version);
    let progress = Progress::start(format!("{} {version} {number}", recipe.name));
    let log = into.join(LOG);
    let mut go = Program::new("go")
        .args(["build", "-mod=readonly", "-trimpath"])
        .args([format!("-ldflags={link_flags}")])
        .args([
            "-o".as_ref(),
            into.join(recipe.name).as_os_str(),
            recipe.package.as_ref(),
        ])
        .env("CGO_ENABLED", "0")
        .env("GOWORK", "off")
        .dir(dir)
        .log(&log)
        .remove(into)
        .spawn()?;
    let status = loop {
        if let Some(status) = go.wait_at_most(Duration::from_secs(1))? {
            break status;
        }
        progress.tick();
    };
    if !status.success() {
        progress.end("failed");
        bail!(
            "cannot build {}:\n{}",
            recipe.name,
            fs::read_to_string(&log).unwrap_or_default()
        );
    }
    progress.end("built");
    Ok(())
}

/// `version` is a Go module version, for example `v1.36.3`, which is what Kubernetes calls its releases too.
fn link_flags(recipe: &Recipe, version: &str) -> String {
    match recipe.stamp {
        Some(variable) => format!("{LINK_FLAGS} -X {variable}={version}"),
        None => LINK_FLAGS.to_owned(),
    }
}
