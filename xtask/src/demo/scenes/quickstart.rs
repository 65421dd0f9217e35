//! `examples/quickstart/` applied, and the Secret that it makes used as a workload would.

use anyhow::{Result, bail};
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};

use crate::demo::examples;
use crate::demo::objects::{
    self, APPLICATION, APPLICATION_CONDITIONS, INSTALLATION, INSTALLATION_CONDITIONS, NAMESPACE, OPERATOR_NAMESPACE,
    PLATFORM, PLATFORM_CONDITIONS, SECRET,
};
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::workload::Workload;

pub(super) fn play(stage: &Stage, story: &mut Story) -> Result<()> {
    credentials(stage, story)?;
    apply(stage, story)?;
    use_secret(stage, story)
}

fn credentials(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("The platform team and the tenant \"north\" each lay a token of theirs into a Secret");
    examples::lay_token(stage, story, OPERATOR_NAMESPACE, "olt-operator", (WRITER_T1, T1))?;
    examples::lay_token(stage, story, NAMESPACE, "north-token", (WRITER_T2, T2))
}

fn apply(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("An app team wishes for an OAuth2 client: examples/quickstart/, with the simulator's address in it");
    examples::apply(stage, story, "quickstart")?;
    objects::tick_conditions(&stage.kubectl, story, &PLATFORM, PLATFORM_CONDITIONS)?;
    objects::tick_conditions(&stage.kubectl, story, &APPLICATION, APPLICATION_CONDITIONS)?;
    objects::tick_conditions(&stage.kubectl, story, &INSTALLATION, INSTALLATION_CONDITIONS)
}

fn use_secret(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene(&format!(
        "The Secret {NAMESPACE}/{} is what a workload mounts",
        SECRET.name
    ));
    let workload = Workload::with(stage, &SECRET)?;
    for key in workload.keys() {
        story.say(&format!("{key:<14} ••••••••"));
    }
    let registered = stage.platform.named(APPLICATION.name)?;
    let [application] = registered.as_slice() else {
        bail!("the platform has {} applications of this name", registered.len());
    };
    if application["client_id"] != workload.client_id()? {
        bail!("the Secret is of another client than the one at the platform");
    }
    story.tick(&format!(
        "the platform has one application of this name, and its client is {}",
        workload.client_id()?
    ));

    story.scene("With it alone, a workload obtains a token and calls the platform's API for the tenant");
    story.say(&format!("POST {}", workload.token_url()?));
    story.say(&format!(
        "     grant_type=client_credentials, client id and secret; header tenant: {T2}"
    ));
    let token = workload.token(Some(T2))?;
    let member = |name: &str| token[name].to_string().replace('"', "");
    story.tick(&format!(
        "200: a {} token for {} s, scope {}",
        member("token_type"),
        member("expires_in"),
        member("scope")
    ));
    story.say(&format!("GET  {}/v1/devices", stage.platform.url()));
    let answer = workload.devices(&token)?;
    story.tick(&format!("{}: {}", answer.status, answer.body.trim()));
    Ok(())
}
