//! `examples/tenants/` over the quickstart: a second tenant, and an application that declares more.

use anyhow::{Result, ensure};
use serde_json::Value;
use simulator::fixture::{T2, T3, WRITER_T3};

use crate::demo::examples;
use crate::demo::objects::{
    self, APPLICATION, INSTALLATION, INSTALLATION_CONDITIONS, NAMESPACE, SECOND_INSTALLATION, SECRET,
};
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::wait;
use crate::demo::workload::Workload;

pub(super) fn play(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("A second tenant, \"south\", and an application that declares one permission more: examples/tenants/");
    examples::lay_token(stage, story, NAMESPACE, "south-token", (WRITER_T3, T3))?;
    examples::apply(stage, story, "tenants")?;
    objects::await_condition(&stage.kubectl, &APPLICATION, "Ready")?;
    objects::tick_conditions(&stage.kubectl, story, &SECOND_INSTALLATION, INSTALLATION_CONDITIONS)?;

    story.scene("The tenant \"north\" consented once, to less: nobody agrees for it without being asked to");
    let asked = wait::until("the installation asks for consent", || {
        let found = stage.kubectl.find(&INSTALLATION)?.unwrap_or_default();
        Ok(objects::message(&found, "Ready", "NotGranted"))
    })?;
    story.tick(&format!("{} is not Ready: {asked}", INSTALLATION.name));
    let workload = Workload::with(stage, &SECRET)?;
    workload.token(Some(T2))?;
    story.tick("until then its former consent goes on: the workload still obtains a token for it");
    let kind = INSTALLATION.kind.to_lowercase();
    let annotate = [
        "-n",
        NAMESPACE,
        "annotate",
        &kind,
        INSTALLATION.name,
        "oauthregistrar.io/consent=yes-1",
    ];
    story.say(&format!("$ kubectl {}", annotate.join(" ")));
    stage.kubectl.run(&annotate)?;
    wait::until("the installation is Ready again", || {
        let found = stage.kubectl.find(&INSTALLATION)?.unwrap_or_default();
        let agreed = found["status"]["consent"]["request"] == "yes-1";
        Ok(objects::message(&found, "Ready", "Ready").filter(|_| agreed))
    })?;
    for installation in [INSTALLATION, SECOND_INSTALLATION] {
        let found = stage.kubectl.find(&installation)?.unwrap_or_default();
        let agreed = found["status"]["consent"]["permissions"]["client"]
            .as_array()
            .map_or(0, Vec::len);
        ensure!(
            agreed == 2,
            "{} consents to {agreed} permissions instead of two",
            installation.name
        );
    }
    for tenant in [T2, T3] {
        let token: Value = workload.token(Some(tenant))?;
        workload.devices(&token)?;
    }
    story.tick("both tenants consent to both permissions, and one Secret obtains tokens for both");
    Ok(())
}
