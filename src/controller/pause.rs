//! Holding a resource: the first thing that every reconcile asks, before any read and any effect.
//!
//! While it is held only the condition `Paused` is told. Everything else in status stays as it was last true, the observed
//! generation too, so that a changed spec is not taken for one that was seen; `Reconciling` goes, since no work is under
//! way. A resource that was never looked at is `Ready=Unknown`. Finalizer and claim stay, and with them a resource that is
//! being deleted.

use std::fmt::Debug;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::controller::Action;
use kube::{Api, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::error::Error;
use super::events::{Story, tell};
use super::status::{self, Line};
use crate::api::conditions::{ConditionType, Milestone, Reason, find};
use crate::api::well_known::PAUSED;
use crate::domain::pause::{Pause, asked};

/// After how long a resource is looked at again whose status was just written here.
const LET_GO: Duration = Duration::from_millis(100);

/// Holds a paused resource, or tells that it was let go; `None`: go on.
pub async fn hold<K, S>(
    api: &Api<K>,
    object: &K,
    before: Option<&S>,
    conditions: fn(&mut S) -> &mut Vec<Condition>,
    ctx: &Context,
) -> Result<Option<Action>, Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
    S: Serialize + PartialEq + Clone + Default,
{
    let uid = object.uid().unwrap_or_default();
    if ctx.memories.is_older(&uid, object.resource_version().as_deref()) {
        return Ok(Some(Action::requeue(LET_GO)));
    }
    let pause = asked(object.annotations().get(PAUSED).map(String::as_str));
    let mut after = before.cloned().unwrap_or_default();
    let known = conditions(&mut after);
    let was_paused = find(known, ConditionType::Paused).map(|c| c.reason.clone());
    let leaving = object.meta().deletion_timestamp.is_some();
    let (action, story) = match &pause {
        None if was_paused.is_none() => return Ok(None),
        None => {
            known.retain(|c| c.type_ != ConditionType::Paused.to_string());
            let story = Story::milestone(Milestone::Resumed, "The operator works on the resource again.".into());
            (Action::requeue(LET_GO), Some(story))
        }
        Some(pause) => {
            let line = line(pause, leaving);
            let story = (was_paused != Some(line.reason.to_string())).then(|| story(&line));
            *known = held(known, line, object.meta().generation);
            (Action::await_change(), story)
        }
    };
    let written = status::write(api, object, object.resource_version(), before, &after).await?;
    if written.is_some() {
        ctx.memories.wrote(&uid, written);
    }
    if let Some(story) = story {
        tell(&ctx.client, object, story).await;
    }
    Ok(Some(action))
}

fn line(pause: &Pause, leaving: bool) -> Line {
    let (reason, mut message) = match pause {
        Pause::Asked => (
            Reason::Paused,
            format!("The annotation {PAUSED} is \"true\": nothing is done for the resource. Remove it to go on."),
        ),
        Pause::Unclear(other) => (
            Reason::InvalidSpec,
            format!(
                "The annotation {PAUSED} must be \"true\" or \"false\", not {other:?}. Until then nothing is done for the resource."
            ),
        ),
    };
    if leaving {
        message.push_str(" Its deletion waits, too.");
    }
    Line::new(ConditionType::Paused, Some(true), reason, message)
}

fn story(line: &Line) -> Story {
    Story {
        warning: line.reason != Reason::Paused,
        reason: line.reason.to_string(),
        action: "Pause".to_owned(),
        note: line.message.clone(),
    }
}

/// The conditions as they were, and that the resource is held.
fn held(before: &[Condition], line: Line, generation: Option<i64>) -> Vec<Condition> {
    let stays = |c: &&Condition| {
        ![ConditionType::Paused, ConditionType::Reconciling]
            .map(|t| t.to_string())
            .contains(&c.type_)
    };
    let mut all: Vec<Condition> = before.iter().filter(stays).cloned().collect();
    let mut lines = vec![];
    if find(before, ConditionType::Ready).is_none() {
        lines.push(Line::new(ConditionType::Ready, None, line.reason, line.message.clone()));
    }
    lines.push(line);
    all.extend(status::conditions(before, lines, generation));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &[Line], pause: &Pause) -> Vec<String> {
        let before = status::conditions(&[], before.to_vec(), Some(1));
        let told = |c: &Condition| format!("{}={}/{} {:?}", c.type_, c.status, c.reason, c.observed_generation);
        held(&before, line(pause, false), Some(2)).iter().map(told).collect()
    }

    fn known(type_: ConditionType, holds: bool, reason: Reason) -> Line {
        Line::new(type_, Some(holds), reason, "")
    }

    #[test]
    fn what_was_last_true_stays_and_work_is_not_under_way() {
        let before = [
            known(ConditionType::Ready, false, Reason::RateLimited),
            known(ConditionType::Accepted, true, Reason::Ready),
            known(ConditionType::Reconciling, true, Reason::RateLimited),
            known(ConditionType::Stalled, true, Reason::SecretContested),
        ];
        let expected = [
            "Ready=False/RateLimited Some(1)",
            "Accepted=True/Ready Some(1)",
            "Stalled=True/SecretContested Some(1)",
            "Paused=True/Paused Some(2)",
        ];
        assert_eq!(told(&before, &Pause::Asked), expected);
    }

    #[test]
    fn what_was_never_looked_at_is_not_known_to_be_ready() {
        let expected = ["Ready=Unknown/Paused Some(2)", "Paused=True/Paused Some(2)"];
        assert_eq!(told(&[], &Pause::Asked), expected);
    }

    #[test]
    fn an_unclear_annotation_is_told_with_what_it_says() {
        let before = [known(ConditionType::Ready, true, Reason::Ready)];
        let expected = ["Ready=True/Ready Some(1)", "Paused=True/InvalidSpec Some(2)"];
        let unclear = Pause::Unclear("yes".into());
        assert_eq!(told(&before, &unclear), expected);
        let message = line(&unclear, true).message;
        assert!(
            message.contains("not \"yes\"") && message.contains("deletion waits"),
            "{message}"
        );
    }

    #[test]
    fn told_twice_it_is_the_same() {
        let once = held(&[], line(&Pause::Asked, false), Some(1));
        assert_eq!(held(&once, line(&Pause::Asked, false), Some(1)), once);
    }
}
