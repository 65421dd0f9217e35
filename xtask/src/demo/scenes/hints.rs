//! How to go on by hand.

use std::path::Path;

use crate::cluster;
use crate::demo::objects::{APPLICATION, NAMESPACE, SECRET};
use crate::demo::stage::Stage;
use crate::demo::story::Story;

pub(super) fn play(stage: &Stage, story: &mut Story) {
    story.scene("Look for yourself in another terminal, as long as this runs");
    let folder = stage.kubectl.program().parent().unwrap_or(Path::new(""));
    story.say(&cluster::export(stage.kubectl.kubeconfig()));
    story.say(&format!("export PATH=\"$PATH\":'{}'", folder.display()));
    for command in [
        "get oauthregistrar -A".to_owned(),
        format!("-n {NAMESPACE} describe oauthapplication {}", APPLICATION.name),
        format!("-n {NAMESPACE} events"),
        "explain oauthapplication.spec.olt".to_owned(),
        format!("-n {NAMESPACE} edit oauthapplication {}", APPLICATION.name),
        format!("-n {NAMESPACE} delete secret {}     # it comes back", SECRET.name),
    ] {
        story.say(&format!("kubectl {command}"));
    }
    story.say("pkill -9 -x oauth-registrar     # it is started again, and goes on where it was");
    story.say(&format!(
        "curl {}/_sim/state     # all that the platform knows",
        stage.platform.url()
    ));
    story.say(&format!("tail -f {}", stage.operator.log().display()));
}
