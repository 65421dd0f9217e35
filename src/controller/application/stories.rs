//! What is new since the last status: one Event for each story.

use super::Ending;
use super::case::Case;
use crate::api::application::ApplicationStatus;
use crate::api::conditions::{ConditionType, Milestone, Reason, find};
use crate::controller::events::Story;
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::orphan::Orphan;

/// The stories.
pub(super) fn stories(ending: &Ending, before: Option<&ApplicationStatus>, case: &Case) -> Vec<Story> {
    let mut stories = vec![];
    if let Some(seen) = ending.seen.as_deref() {
        stories.extend(milestones(seen, before, case));
        stories.extend(possible_orphan(seen));
    }
    let told = before
        .and_then(|s| find(&s.conditions, ConditionType::Ready))
        .map(|c| c.reason.clone());
    if let Decision::Refuse(trouble, _) = &ending.decision
        && trouble.reason != Reason::Reconciling
        && told.as_deref() != Some(trouble.reason.to_string().as_str())
    {
        let (reason, note) = (trouble.reason.to_string(), trouble.message.clone());
        stories.push(Story {
            warning: true,
            reason,
            action: "Reconcile".to_owned(),
            note,
        });
    }
    stories
}

fn left_behind(orphans: &[Orphan]) -> Story {
    let ids: Vec<&str> = orphans
        .iter()
        .filter_map(|orphan| Some(orphan.client.as_ref()?.application_id.0.as_str()))
        .collect();
    let which = if ids.is_empty() {
        String::new()
    } else {
        format!(" ({})", ids.join(", "))
    };
    Story {
        warning: true,
        reason: Milestone::Orphaned.to_string(),
        action: "Release".to_owned(),
        note: format!(
            "The resource went without its client being removed from the platform{which}. It is on record and removed when the platform can be used again; `oauth-registrar orphans` lists what waits."
        ),
    }
}

fn possible_orphan(seen: &Seen) -> Option<Story> {
    let lost = Some(seen.lost()).filter(|lost| *lost > seen.told.lost)?;
    let note = format!(
        "The answer to a registration was lost and the platform cannot be asked for it: clients that nobody knows may exist there, at most {lost}."
    );
    Some(Story {
        warning: true,
        ..Story::milestone(Milestone::PossibleOrphan, note)
    })
}

fn milestones(seen: &Seen, before: Option<&ApplicationStatus>, case: &Case) -> Option<Story> {
    let id = seen.known.as_ref().map(|k| k.client_id.0.clone()).unwrap_or_default();
    let first = before.and_then(|s| s.secret.as_ref()).is_none_or(|s| s.revision == 0);
    let secret = &case.output.name;
    if let Some(orphans) = seen.recorded.as_ref().filter(|_| seen.released) {
        return Some(left_behind(orphans));
    }
    if seen.released && seen.published.deregistered {
        return Some(Story::milestone(
            Milestone::Deregistered,
            "The client was removed from the platform.".into(),
        ));
    }
    if seen.published.stored && first {
        return Some(Story::milestone(
            Milestone::Registered,
            format!("Client {id} is registered; Secret {secret} holds its credentials."),
        ));
    }
    if seen.published.registered && !first {
        return Some(Story::milestone(
            Milestone::RegisteredAgain,
            format!(
                "The client was gone from the platform. Client {id} is registered in its place; Secret {secret} holds its credentials."
            ),
        ));
    }
    if seen.updated && seen.told.applied_generation == Some(seen.object.generation) {
        return Some(Story::milestone(
            Milestone::DriftRepaired,
            format!("Client {id} had been changed at the platform; it is as the spec wants it again."),
        ));
    }
    // A form that was restored because the spec asks for another one is no repair.
    let same_spec = before.and_then(|s| s.observed_generation) == Some(seen.object.generation);
    let repaired = seen.published.stored || (seen.published.restored && same_spec);
    repaired.then(|| {
        Story::milestone(
            Milestone::SecretRepaired,
            format!("Secret {secret} was missing or changed; it holds working credentials of client {id} again."),
        )
    })
}
