//! Everything is deleted, in the cluster and at the platform.

use anyhow::{Result, ensure};

use super::crash;
use crate::demo::examples;
use crate::demo::objects::NAMESPACE;
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::wait;

/// The credentials in it are the tenant's own and stay.
const OUTPUT: &str = "oauthregistrar.io/secret=output";

pub(super) fn play(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("The end: everything is deleted");
    let folder = examples::folder(stage, "tenants").display().to_string();
    let file = stage.file(crash::FILE).display().to_string();
    story.say(&format!("$ kubectl delete -f {folder} -f {file}"));
    // The waiting is done here, so that a Ctrl-C ends it.
    let deleted = stage
        .kubectl
        .run(&["delete", "-f", &folder, "-f", &file, "--wait=false"])?;
    story.say(&deleted);
    wait::until("all objects are gone", || {
        let left = stage.kubectl.list(&["oauthregistrar", "--all-namespaces"])?;
        Ok(left.is_empty().then_some(()))
    })?;
    story.tick("platform, applications and installations are gone from the cluster");
    let living = stage.platform.living()?;
    ensure!(
        living.is_empty(),
        "the platform still has {} applications",
        living.len()
    );
    let remembered = stage.platform.applications()?;
    let installed = remembered
        .iter()
        .any(|one| one["installations"].as_array().is_none_or(|all| !all.is_empty()));
    ensure!(!installed, "the platform still has an installation");
    story.tick("the platform is empty again: no application, no installation");
    story.say("Kubernetes' garbage collector takes the Secrets; it learns of new kinds every half minute");
    wait::until("the Secrets are gone", || {
        let left = stage.kubectl.list(&["secrets", "-n", NAMESPACE, "-l", OUTPUT])?;
        Ok(left.is_empty().then_some(()))
    })?;
    story.tick("the Secrets are gone too");
    Ok(())
}
