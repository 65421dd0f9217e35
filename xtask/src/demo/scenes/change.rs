//! A changed wish reaches the platform by one call, and neither client nor Secret are touched.

use anyhow::{Result, ensure};

use crate::demo::objects::{self, APPLICATION, NAMESPACE, SECRET};
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::wait;
use crate::demo::workload::Workload;

const DESCRIPTION: &str = "hourly export";
const ONE: &str = "/v1/application-developer/applications/*";

pub(super) fn play(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("A change: the application gets another description");
    let before = Workload::with(stage, &SECRET)?;
    let patch = format!(r#"{{"spec":{{"description":"{DESCRIPTION}"}}}}"#);
    let kind = APPLICATION.kind.to_lowercase();
    let command = ["-n", NAMESPACE, "patch", &kind, APPLICATION.name, "--type=merge", "-p"];
    story.say(&format!("$ kubectl {} '{patch}'", command.join(" ")));
    stage.kubectl.run(&[&command[..], &[&patch]].concat())?;

    wait::until("the platform shows the new description", || {
        let found = stage.platform.named(APPLICATION.name)?;
        let shown = |one: &serde_json::Value| {
            let text = one["teaser_description"].as_str().unwrap_or_default();
            text.starts_with(DESCRIPTION)
        };
        Ok(found.iter().any(shown).then_some(()))
    })?;
    story.tick(&format!("the platform shows \"{DESCRIPTION}\""));
    objects::await_condition(&stage.kubectl, &APPLICATION, "Ready")?;
    let patches = stage.platform.asked("PATCH", ONE)?;
    ensure!(patches == 1, "the operator sent {patches} changes instead of one");
    let after = Workload::with(stage, &SECRET)?;
    ensure!(after.is_same_as(&before), "the Secret is another one after the change");
    story.tick("Ready again after one PATCH; the Secret is as it was");
    Ok(())
}
