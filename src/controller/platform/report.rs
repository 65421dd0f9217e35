//! Status and Events of a platform.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Api;

use super::kind::PlatformKind;
use super::{Ending, InUse};
use crate::api::conditions::{ConditionType, Reason, find};
use crate::api::platform::{InstallationContract, PlatformCapabilities, PlatformIdentity, PlatformStatus};
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::events::{Story, tell};
use crate::controller::status::{self, Line};
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::Unique;

/// Writes status if it differs, and tells a new refusal.
pub async fn report<P: PlatformKind>(ending: &Ending, object: &P, api: &Api<P>, ctx: &Context) -> Result<(), Error> {
    let before = object.status();
    let known = before.map(|s| s.conditions.clone()).unwrap_or_default();
    let (lines, connection) = match ending {
        Ending::Released => return Ok(()),
        Ending::Connected(connection) => (connected(), Some(connection)),
        Ending::Refused(trouble, _) => (refused(trouble), None),
        Ending::InUse(use_) => (in_use(&known, use_), None),
    };
    let generation = object.metadata().generation;
    let mut after = PlatformStatus {
        observed_generation: generation,
        conditions: status::conditions(&known, lines, generation),
        ..before.cloned().unwrap_or_default()
    };
    if let Some(connection) = connection {
        describe(&mut after, connection);
    }
    let written = status::write(api, object, None, before, &after).await?;
    if let (Some(uid), true) = (&object.metadata().uid, written.is_some()) {
        ctx.memories.wrote(uid, written);
    }
    if let Some(story) = story(ending, &known) {
        tell(&ctx.client, object, story).await;
    }
    Ok(())
}

fn describe(after: &mut PlatformStatus, connection: &Connection) {
    let capabilities = connection.platform.capabilities();
    after.identity = Some(PlatformIdentity {
        issuer: connection.identity.issuer.clone(),
        owner: connection.identity.owner.0.clone(),
    });
    after.capabilities = Some(PlatformCapabilities {
        unique_names: capabilities.unique == Unique::Names,
        lookup_by_marker: capabilities.marks,
    });
    // What was known before a restart stands until it is found out anew.
    after.contract = match capabilities.consents {
        Some(true) => Some(InstallationContract::ConsentInstallation),
        Some(false) => Some(InstallationContract::PutInstallation),
        None => after.contract,
    };
}

fn connected() -> Vec<Line> {
    vec![
        Line::new(
            ConditionType::Ready,
            Some(true),
            Reason::Ready,
            "The platform answers and accepts the operator's credential.",
        ),
        Line::new(ConditionType::Accepted, Some(true), Reason::Ready, "The spec is valid."),
        Line::new(
            ConditionType::Authenticated,
            Some(true),
            Reason::Ready,
            "The platform accepts the operator's credential.",
        ),
    ]
}

fn refused(trouble: &Trouble) -> Vec<Line> {
    let because = |type_| Line::new(type_, Some(false), trouble.reason, trouble.message.clone());
    let mut lines = vec![because(ConditionType::Ready)];
    if trouble.stage == Stage::Accepted {
        lines.push(because(ConditionType::Accepted));
        lines.push(Line::new(
            ConditionType::Authenticated,
            None,
            Reason::Reconciling,
            "Not known yet.",
        ));
    } else {
        lines.push(Line::new(
            ConditionType::Accepted,
            Some(true),
            Reason::Ready,
            "The spec is valid.",
        ));
        lines.push(because(ConditionType::Authenticated));
    }
    lines
}

/// The conditions as they were, with what keeps the platform and what its dependents lack.
fn in_use(known: &[Condition], use_: &InUse) -> Vec<Line> {
    let waits = waits_for(use_.dependents.as_deref());
    let (reason, message) = match &use_.trouble {
        Some(trouble) => (trouble.reason, format!("{waits} {}", trouble.message)),
        None => (Reason::Reconciling, waits.clone()),
    };
    let kept = |type_| {
        let holds = find(known, type_).map(|c| c.status == "True");
        Line::new(type_, holds, Reason::Reconciling, "The platform is being deleted.")
    };
    let authenticated = match &use_.trouble {
        Some(trouble) => Line::new(
            ConditionType::Authenticated,
            Some(false),
            trouble.reason,
            trouble.message.clone(),
        ),
        None => kept(ConditionType::Authenticated),
    };
    let in_use = use_.dependents.as_ref().map(|_| true);
    vec![
        Line::new(ConditionType::Ready, Some(false), reason, message),
        Line::new(ConditionType::InUse, in_use, Reason::Reconciling, waits),
        kept(ConditionType::Accepted),
        authenticated,
    ]
}

fn waits_for(dependents: Option<&[String]>) -> String {
    let Some(dependents) = dependents else {
        return "The platform is being deleted, and not every watched namespace could be read yet to see who uses it; the operator's log says which."
            .into();
    };
    let shown = dependents.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = match dependents.len() {
        6.. => format!(" and {} more", dependents.len() - 5),
        _ => String::new(),
    };
    format!(
        "The platform is being deleted and waits for OAuthApplications that refer to it: {shown}{more}. Delete them."
    )
}

fn story(ending: &Ending, known: &[Condition]) -> Option<Story> {
    let (Ending::Refused(trouble, _)
    | Ending::InUse(InUse {
        trouble: Some(trouble), ..
    })) = ending
    else {
        return None;
    };
    let reason = trouble.reason.to_string();
    let told = find(known, ConditionType::Ready).is_some_and(|c| c.reason == reason);
    (!told).then(|| Story {
        warning: true,
        reason,
        action: "Connect".to_owned(),
        note: trouble.message.clone(),
    })
}
