//! The operator is killed between registration and Secret; the next one finds the client and goes on.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::demo::objects::{self, APPLICATION, APPLICATION_CONDITIONS, RECOVERING, RECOVERING_SECRET};
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::wait;
use crate::demo::workload::Workload;

const ALL: &str = "/v1/application-developer/applications";

/// The file with the second application.
pub(super) const FILE: &str = "recovering.yaml";

pub(super) fn play(stage: &mut Stage, story: &mut Story) -> Result<()> {
    story.scene("A crash: the platform registers a client, its answer hangs, and the operator is killed");
    let id = killed_in_the_middle(stage, story)?;

    story.say("The next operator knows only what the cluster tells it");
    stage.operator.start()?;
    objects::tick_conditions(&stage.kubectl, story, &RECOVERING, APPLICATION_CONDITIONS)?;
    let [application] = stage
        .platform
        .named(RECOVERING.name)?
        .try_into()
        .map_err(|all: Vec<Value>| {
            anyhow::anyhow!("the platform has {} applications \"{}\"", all.len(), RECOVERING.name)
        })?;
    ensure!(
        application["id"] == id.as_str(),
        "the platform has another application than before the crash"
    );
    story.tick(&format!(
        "the platform has one application \"{}\", the same: {id}",
        RECOVERING.name
    ));
    let workload = Workload::with(stage, &RECOVERING_SECRET)?;
    ensure!(
        application["client_id"] == workload.client_id()?,
        "the Secret is of another client"
    );
    workload.token(None)?;
    story.tick(&format!(
        "what its Secret {} holds obtains a token",
        RECOVERING_SECRET.name
    ));
    Ok(())
}

/// Returns the id of the application that is registered and that nobody in the cluster knows of.
fn killed_in_the_middle(stage: &mut Stage, story: &mut Story) -> Result<String> {
    stage.platform.fault(&json!({
        "match": { "method": "POST", "path": ALL },
        "fault": { "kind": "slow", "first_byte_ms": 30_000 },
    }))?;
    let file = second_application(stage)?;
    story.say(&format!("$ kubectl apply -f {file}"));
    story.say(&stage.kubectl.run(&["apply", "-f", &file])?);
    let id = wait::until("the platform has registered the application", || {
        let found = stage.platform.named(RECOVERING.name)?;
        Ok(found.first().and_then(|one| one["id"].as_str().map(str::to_owned)))
    })?;
    stage.operator.kill_now()?;
    story.tick(&format!(
        "the platform has registered application {id}; the operator was killed with SIGKILL"
    ));
    stage.platform.heal()?;
    if stage.kubectl.find(&RECOVERING_SECRET)?.is_some() {
        bail!("there is a Secret already: the kill came too late");
    }
    story.tick("there is no Secret");
    Ok(id)
}

/// The quickstart's application under another name.
fn second_application(stage: &Stage) -> Result<String> {
    let first = stage.file("quickstart/application.yaml");
    let text = fs::read_to_string(&first).with_context(|| format!("cannot read {}", first.display()))?;
    let file = stage.file(FILE);
    fs::write(&file, text.replace(APPLICATION.name, RECOVERING.name))
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file.display().to_string())
}
