//! What a complete cache folder holds, so that a damaged one is built anew.

use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use ring::digest::{Context as Digest, SHA256};
use serde::{Deserialize, Serialize};

use super::key::hex;
use super::recipe::Set;

const FILE: &str = "manifest.json";

/// The programs of one cache folder.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    programs: Vec<Entry>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    name: String,
    size: u64,
    /// Since the Unix epoch.
    modified: Duration,
    sha256: String,
}

impl Manifest {
    /// Describes the set's programs in `dir`; each must be there.
    pub(super) fn of(set: &Set, dir: &Path) -> Result<Self> {
        let programs = set
            .recipes
            .iter()
            .map(|recipe| Entry::of(dir, recipe.name))
            .collect::<Result<_>>()?;
        Ok(Self { programs })
    }

    /// Stores it beside the programs.
    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("cannot describe the programs")?;
        fs::write(dir.join(FILE), text).with_context(|| format!("cannot write to {}", dir.display()))
    }

    /// Whether `dir` holds every program of the set as it was built.
    ///
    /// Size and time of change are compared each time; the content is read only when the time differs (a restored
    /// backup), because hashing 300 MB before every test would cost more than the control plane's start.
    pub(super) fn holds(set: &Set, dir: &Path) -> bool {
        let Ok(text) = fs::read(dir.join(FILE)) else {
            return false;
        };
        let Ok(manifest) = serde_json::from_slice::<Self>(&text) else {
            return false;
        };
        set.recipes.iter().all(|recipe| {
            let entry = manifest.programs.iter().find(|entry| entry.name == recipe.name);
            entry.is_some_and(|entry| entry.matches(dir))
        })
    }
}

impl Entry {
    fn of(dir: &Path, name: &str) -> Result<Self> {
        let path = dir.join(name);
        let metadata = fs::metadata(&path).with_context(|| format!("{} was not built", path.display()))?;
        let sha256 = sha256(&path)?;
        Ok(Self {
            name: name.to_owned(),
            size: metadata.len(),
            modified: modified(&metadata),
            sha256,
        })
    }

    fn matches(&self, dir: &Path) -> bool {
        let path = dir.join(&self.name);
        let Ok(metadata) = fs::metadata(&path) else {
            return false;
        };
        is_executable(&path)
            && metadata.len() == self.size
            && (modified(&metadata) == self.modified || sha256(&path).is_ok_and(|sum| sum == self.sha256))
    }
}

/// A file that may be run.
pub(super) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn modified(metadata: &Metadata) -> Duration {
    let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut digest = Digest::new(&SHA256);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file
            .read(&mut buffer)
            .with_context(|| format!("cannot read {}", path.display()))?;
        if count == 0 {
            return Ok(hex(digest.finish().as_ref()));
        }
        digest.update(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::CONTROL_PLANE;
    use super::*;
    use std::path::PathBuf;

    fn cache(name: &str) -> PathBuf {
        let dir = crate::paths::target().unwrap().join("xtask-tests").join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        for recipe in CONTROL_PLANE.recipes {
            fs::write(dir.join(recipe.name), recipe.name).unwrap();
            fs::set_permissions(dir.join(recipe.name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        Manifest::of(&CONTROL_PLANE, &dir).unwrap().write(&dir).unwrap();
        dir
    }

    #[test]
    fn complete_folder_passes_also_with_other_times() {
        let dir = cache("complete");
        assert!(Manifest::holds(&CONTROL_PLANE, &dir));
        File::open(dir.join("etcd"))
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(Manifest::holds(&CONTROL_PLANE, &dir));
    }

    #[test]
    fn changed_program_of_equal_size_does_not_pass() {
        let dir = cache("changed");
        fs::write(dir.join("etcd"), "dcte").unwrap();
        File::open(dir.join("etcd"))
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(!Manifest::holds(&CONTROL_PLANE, &dir));
    }

    #[test]
    fn missing_cut_or_unusable_program_does_not_pass() {
        let dir = cache("missing");
        fs::remove_file(dir.join("kubectl")).unwrap();
        assert!(!Manifest::holds(&CONTROL_PLANE, &dir));
        let dir = cache("cut");
        fs::write(dir.join("kubectl"), "kube").unwrap();
        assert!(!Manifest::holds(&CONTROL_PLANE, &dir));
        let dir = cache("unusable");
        fs::set_permissions(dir.join("kubectl"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!Manifest::holds(&CONTROL_PLANE, &dir));
        let dir = cache("undescribed");
        fs::remove_file(dir.join(FILE)).unwrap();
        assert!(!Manifest::holds(&CONTROL_PLANE, &dir));
    }
}
