//! A Secret edited by hand holds working credentials again, of the same client.

use anyhow::{Context, Result, ensure};
use simulator::fixture::T2;

use crate::demo::objects::{self, APPLICATION, NAMESPACE, SECRET};
use crate::demo::stage::Stage;
use crate::demo::story::Story;
use crate::demo::wait;
use crate::demo::workload::Workload;

const EDITED: &str = "edited by hand";

pub(super) fn play(stage: &Stage, story: &mut Story) -> Result<()> {
    story.scene("A repair: somebody edits the Secret by hand");
    let client = Workload::with(stage, &SECRET)?.client_id()?.to_owned();
    let patch = format!(r#"{{"stringData":{{"CLIENT_SECRET":"{EDITED}"}}}}"#);
    let command = ["-n", NAMESPACE, "patch", "secret", SECRET.name, "--type=merge", "-p"];
    story.say(&format!("$ kubectl {} '{patch}'", command.join(" ")));
    stage.kubectl.run(&[&command[..], &[&patch]].concat())?;

    wait::until("the Secret holds another client secret", || {
        let secret = stage.kubectl.find(&SECRET)?.context("the Secret is gone")?;
        let value = objects::data(&secret)?.remove("CLIENT_SECRET");
        Ok(value.filter(|value| value != EDITED && !value.is_empty()).map(|_| ()))
    })?;
    let note = wait::until("an Event SecretRepaired", || event(stage, "SecretRepaired"))?;
    story.tick(&format!("Event SecretRepaired: {note}"));
    objects::await_condition(&stage.kubectl, &APPLICATION, "Ready")?;
    let repaired = Workload::with(stage, &SECRET)?;
    ensure!(repaired.client_id()? == client, "the Secret is of another client now");
    repaired.devices(&repaired.token(Some(T2))?)?;
    story.tick("what it holds obtains a token and reaches the API, for the same client as before");
    Ok(())
}

/// The note of the application's Event with this reason.
fn event(stage: &Stage, reason: &str) -> Result<Option<String>> {
    let events = stage.kubectl.list(&["events.events.k8s.io", "-n", NAMESPACE])?;
    let found = events
        .iter()
        .find(|one| one["reason"] == reason && one["regarding"]["name"] == APPLICATION.name);
    Ok(found.and_then(|one| one["note"].as_str().map(str::to_owned)))
}
