//! Folders of `examples/`, applied with kubectl as a person would, and the tokens that they refer to.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::stage::Stage;
use super::story::Story;
use crate::paths;

/// Where the examples find the platform; the simulator has another port each time.
const ADDRESS: &str = "http://127.0.0.1:8700";

/// The folder of an example with the simulator's address in it.
pub(super) fn folder(stage: &Stage, example: &str) -> PathBuf {
    stage.file(example)
}

/// Applies a folder of `examples/`, with the simulator's address in it.
pub(super) fn apply(stage: &Stage, story: &mut Story, example: &str) -> Result<()> {
    let (source, target) = (
        paths::workspace().join("examples").join(example),
        folder(stage, example),
    );
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    for entry in fs::read_dir(&source).with_context(|| format!("cannot read {}", source.display()))? {
        let file = entry?.path();
        let Some(name) = file
            .file_name()
            .filter(|_| file.extension().is_some_and(|e| e == "yaml"))
        else {
            continue;
        };
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let target = target.join(name);
        fs::write(&target, text.replace(ADDRESS, stage.platform.url()))
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    let target = target.display().to_string();
    story.say(&format!("$ kubectl apply -f {target}"));
    story.say(&stage.kubectl.run(&["apply", "-f", &target])?);
    Ok(())
}

/// A token of a user for a tenant, from the platform into a Secret that the operator may read.
pub(super) fn lay_token(
    stage: &Stage,
    story: &mut Story,
    namespace: &str,
    name: &str,
    (user, tenant): (&str, &str),
) -> Result<()> {
    let token = stage.platform.mint(user, tenant)?;
    let secret = |args: &[&str], input: &str| {
        let args = [&["--namespace", namespace], args].concat();
        stage.kubectl.run_with(&args, input)
    };
    // Not by `apply`, which would keep a copy of the token in an annotation.
    secret(
        &["create", "secret", "generic", name, "--from-file=token=/dev/stdin"],
        &token,
    )?;
    secret(&["label", "secret", name, "oauthregistrar.io/secret=credential"], "")?;
    story.tick(&format!(
        "Secret {namespace}/{name}, with the label oauthregistrar.io/secret=credential: the operator may read it"
    ));
    Ok(())
}
