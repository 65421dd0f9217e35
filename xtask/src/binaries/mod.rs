//! The control plane's programs, and helm: built from their Go modules once, kept in the user's cache folder.
//!
//! The folder is `oauth-registrar/cluster/<key>` and, for helm, `oauth-registrar/helm/<key>`; the key is a hash of each
//! `go.mod` and `go.sum`, the Go version and the build flags, so a changed pin is a new folder. `KUBEBUILDER_ASSETS` may
//! name a folder whose programs are used instead. Nothing is downloaded but Go modules, verified by `go.sum`.

mod build;
mod key;
mod manifest;
mod progress;
mod recipe;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use manifest::Manifest;
use progress::say;
use recipe::{CONTROL_PLANE, HELM, Set};

use crate::paths;

/// Where the control plane's programs are. All of them exist.
#[derive(Clone, Debug)]
pub struct Binaries {
    found: Vec<(&'static str, PathBuf)>,
}

impl Binaries {
    /// Finds the programs; builds those that are missing, with progress on stderr. Takes minutes, once.
    ///
    /// Fails when Go is needed and missing (the message says what to install) or when a build fails. Safe to call from
    /// several processes: one builds, the others wait for it.
    pub fn ensure() -> Result<Self> {
        let found = find(&CONTROL_PLANE)?;
        Ok(Self { found })
    }

    /// The path of `etcd`, `kube-apiserver`, `kube-controller-manager` or `kubectl`; any other name fails.
    pub fn path(&self, name: &str) -> Result<&Path> {
        let found = self.found.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, path)| path.as_path())
            .with_context(|| format!("the control plane has no program {name}"))
    }
}

/// Finds helm, of which only the tests of the chart have use; builds it when it is missing. As [`Binaries::ensure`].
pub fn helm() -> Result<PathBuf> {
    let found = find(&HELM)?.into_iter().next();
    found.map(|(_, path)| path).context("helm is not among the programs")
}

/// What a person has to install before [`Binaries::ensure`] and [`helm`] can succeed; nothing when they can.
#[must_use]
pub fn lacking() -> Option<String> {
    let lacks = |set: &Set| {
        let missing = set.recipes.iter().any(|recipe| given(recipe.name).is_none());
        let go = || key::go_version(set, &pins());
        if missing {
            go().err().map(|error| error.to_string())
        } else {
            None
        }
    };
    [CONTROL_PLANE, HELM].iter().find_map(lacks)
}

fn find(set: &Set) -> Result<Vec<(&'static str, PathBuf)>> {
    let all_given = set.recipes.iter().all(|recipe| given(recipe.name).is_some());
    let cached = if all_given { PathBuf::new() } else { cached(set)? };
    let path = |name: &str| given(name).unwrap_or_else(|| cached.join(name));
    let names = set.recipes.iter().map(|recipe| recipe.name);
    Ok(names.map(|name| (name, path(name))).collect())
}

fn pins() -> PathBuf {
    paths::workspace().join("tools/cluster")
}

/// A program from `KUBEBUILDER_ASSETS`.
fn given(name: &str) -> Option<PathBuf> {
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").filter(|value| !value.is_empty())?;
    Some(PathBuf::from(assets).join(name)).filter(|path| manifest::is_executable(path))
}

/// The cache folder of the set's current pins, complete and unchanged.
fn cached(set: &Set) -> Result<PathBuf> {
    let base = paths::cache()?.join(set.folder);
    let key = key::key(set, &pins())?;
    let dir = base.join(&key);
    if Manifest::holds(set, &dir) {
        return Ok(dir);
    }
    fs::create_dir_all(&base).with_context(|| format!("cannot create {}", base.display()))?;
    let _lock = lock(set, &base.join(format!("{key}.lock")))?;
    if !Manifest::holds(set, &dir) {
        fill(set, &base, &key, &dir)?;
    }
    Ok(dir)
}

fn lock(set: &Set, path: &Path) -> Result<File> {
    let lock = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    if lock.try_lock().is_err() {
        say(&format!("waiting for another process that builds {}", set.title));
        lock.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(lock)
}

/// Builds everything beside `dir` and moves it there in one step, so that a killed build leaves no half cache.
fn fill(set: &Set, base: &Path, key: &str, dir: &Path) -> Result<()> {
    let start = Instant::now();
    let building = base.join(format!("{key}.building"));
    for stale in [&building, dir] {
        if stale.exists() {
            fs::remove_dir_all(stale).with_context(|| format!("cannot remove {}", stale.display()))?;
        }
    }
    fs::create_dir(&building).with_context(|| format!("cannot create {}", building.display()))?;
    say(&format!("building {} from its Go modules: minutes, once", set.title));
    let built = build::all(set, &pins(), &building).and_then(|()| Manifest::of(set, &building)?.write(&building));
    if let Err(error) = built {
        let _ = fs::remove_dir_all(&building);
        return Err(error);
    }
    fs::rename(&building, dir).with_context(|| format!("cannot move the programs to {}", dir.display()))?;
    say(&format!("built in {} s: {}", start.elapsed().as_secs(), dir.display()));
    if !Manifest::holds(set, dir) {
        bail!("the programs in {} changed while they were stored", dir.display());
    }
    Ok(())
}
