//! Compiles everything once and learns from Cargo where the test programs are.
//!
//! Running them directly, instead of one `cargo test -p …` per level, keeps one set of features: otherwise Cargo would
//! compile much of the tree again for each package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::cargo::cargo;
use crate::paths;

/// A compiled test program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TestProgram {
    /// Folder of the package within the workspace; empty for the root package.
    pub(crate) member: String,
    /// Cargo's word: `lib`, `bin`, `test` or `example`.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// The folder for logs of builds and tests.
pub(crate) fn logs() -> Result<PathBuf> {
    let dir = paths::target()?.join("xtask-test");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}

/// Builds all programs and all test programs of the workspace.
pub(crate) fn all(is_ci: bool) -> Result<Vec<TestProgram>> {
    let messages = logs()?.join("build.json");
    fs::write(&messages, "").with_context(|| format!("cannot write {}", messages.display()))?;
    let mut cargo = cargo()
        .args([
            "build",
            "--workspace",
            "--all-targets",
            "--message-format=json-render-diagnostics",
        ])
        .args(is_ci.then_some("--locked"))
        .stdout(&messages)
        .spawn()?;
    if !cargo.wait()?.success() {
        bail!("cargo build failed");
    }
    let text = fs::read_to_string(&messages).context("cannot read what Cargo built")?;
    Ok(test_programs(&text, &paths::workspace()))
}

#[derive(Deserialize)]
struct Message {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// The test programs among Cargo's messages, one JSON object per line.
fn test_programs(messages: &str, workspace: &Path) -> Vec<TestProgram> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let tests = artifacts.filter(|artifact| artifact.profile.test);
    tests
        .filter_map(|artifact| {
            let member = artifact
                .manifest_path
                .parent()?
                .strip_prefix(workspace)
                .ok()?
                .to_str()?
                .to_owned();
            let kind = artifact.target.kind.into_iter().next()?;
            Some(TestProgram {
                member,
                kind,
                name: artifact.target.name,
                path: artifact.executable?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_test_programs_are_taken() {
        let artifact = |name: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/w/simulator/Cargo.toml","target":{{"kind":["test"],"name":"{name}"}},"profile":{{"test":{test}}},"executable":"/w/target/{name}"}}"#
            )
        };
        let finished = r#"{"reason":"build-finished","success":true}"#;
        let messages = [artifact("a", true), artifact("b", false), finished.to_owned()].join("\n");
        let expected = TestProgram {
            member: "simulator".to_owned(),
            kind: "test".to_owned(),
            name: "a".to_owned(),
            path: "/w/target/a".into(),
        };
        assert_eq!(test_programs(&messages, Path::new("/w")), [expected]);
    }
}
