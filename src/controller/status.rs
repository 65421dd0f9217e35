//! Writing status: computed conditions, and one JSON Patch that lands only on the object that was looked at, only when
//! something changed.

use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use kube::{Api, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::context::CLUSTER_TIMEOUT;
use super::error::{Error, call};
use crate::api::conditions::{ConditionType, Reason};
use crate::api::well_known::MANAGER;
use crate::domain::decide::{Stage, Trouble};

/// One line of the conditions as they shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub type_: ConditionType,
    /// `Some(true)` True, `Some(false)` False, `None` Unknown.
    pub holds: Option<bool>,
    /// Why.
    pub reason: Reason,
    /// For a person.
    pub message: String,
}

impl Line {
    /// A line.
    #[must_use]
    pub fn new(type_: ConditionType, holds: Option<bool>, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            type_,
            holds,
            reason,
            message: message.into(),
        }
    }
}

/// A thing that becomes true after the ones before it: where it stands, its condition, whether it is true by now, and what
/// is said then.
pub type Staged = (Stage, ConditionType, bool, &'static str);

/// Ready, then a line for each stage, then what kstatus wants to know about the trouble.
#[must_use]
pub fn lines(
    trouble: Option<&Trouble>,
    waits: bool,
    ready: Line,
    stages: impl IntoIterator<Item = Staged>,
) -> Vec<Line> {
    let because = |type_, holds, t: &Trouble| Line::new(type_, Some(holds), t.reason, t.message.clone());
    let mut lines = vec![trouble.map_or(ready, |t| because(ConditionType::Ready, false, t))];
    lines.extend(stages.into_iter().map(|(stage, type_, holds, message)| match trouble {
        Some(t) if t.stage == stage => because(type_, false, t),
        _ if holds => Line::new(type_, Some(true), Reason::Ready, message),
        _ => Line::new(type_, None, Reason::Reconciling, "Not known yet."),
    }));
    lines.extend(match trouble {
        Some(t) if t.stalled => Some(because(ConditionType::Stalled, true, t)),
        Some(t) if waits => Some(because(ConditionType::Reconciling, true, t)),
        _ => None,
    });
    lines
}

/// Ready while nothing stands in the way: all is true, or the resource is being deleted.
#[must_use]
pub fn ready(leaving: bool, all_true: &'static str) -> Line {
    if leaving {
        return Line::new(
            ConditionType::Ready,
            Some(false),
            Reason::Reconciling,
            "The resource is being deleted.",
        );
    }
    Line::new(ConditionType::Ready, Some(true), Reason::Ready, all_true)
}

/// The conditions for these lines; a transition time moves only with the status.
#[must_use]
pub fn conditions(before: &[Condition], lines: Vec<Line>, generation: Option<i64>) -> Vec<Condition> {
    lines
        .into_iter()
        .map(|line| condition(before, line, generation))
        .collect()
}

fn condition(before: &[Condition], line: Line, generation: Option<i64>) -> Condition {
    let status = match line.holds {
        Some(true) => "True",
        Some(false) => "False",
        None => "Unknown",
    };
    let type_ = line.type_.to_string();
    let same = before.iter().find(|c| c.type_ == type_ && c.status == status);
    Condition {
        last_transition_time: same.map_or_else(|| Time(Timestamp::now()), |c| c.last_transition_time.clone()),
        message: line.message,
        observed_generation: generation,
        reason: line.reason.to_string(),
        status: status.to_owned(),
        type_,
    }
}

/// Writes status if it differs. Answers with the new version of the object; `None`: nothing to write, or the object is
/// gone or another one by now.
///
/// With a `version` it lands on that version alone: what a newer status tells, such as where it was registered, is never
/// overwritten by somebody who has not seen it. Then it is a conflict, and the object is looked at again.
pub async fn write<K, S>(
    api: &Api<K>,
    object: &K,
    version: Option<String>,
    before: Option<&S>,
    after: &S,
) -> Result<Option<String>, Error>
where
    K: Resource + Clone + DeserializeOwned + Debug,
    S: Serialize + PartialEq,
{
    if before == Some(after) {
        return Ok(None);
    }
    let mut operations = vec![json!({"op": "test", "path": "/metadata/uid", "value": object.meta().uid})];
    operations.extend(version.map(|v| json!({"op": "replace", "path": "/metadata/resourceVersion", "value": v})));
    operations.push(json!({"op": "add", "path": "/status", "value": after}));
    let patch: json_patch::Patch = serde_json::from_value(operations.into()).unwrap_or_default();
    let params = PatchParams {
        field_manager: Some(MANAGER.into()),
        ..PatchParams::default()
    };
    let name = object.name_any();
    let written = call(
        "write status",
        CLUSTER_TIMEOUT,
        api.patch_status(&name, &params, &Patch::Json::<()>(patch)),
    )
    .await;
    match written {
        Ok(object) => Ok(object.resource_version()),
        Err(error) if matches!(error.code(), Some(404 | 422)) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(holds: Option<bool>) -> Line {
        Line::new(ConditionType::Ready, holds, Reason::Ready, "")
    }

    #[test]
    fn the_transition_time_moves_only_with_the_status() {
        let mut before = conditions(&[], vec![line(Some(true))], Some(1));
        before[0].last_transition_time = Time(Timestamp::UNIX_EPOCH);
        let same = conditions(&before, vec![line(Some(true))], Some(2));
        assert_eq!(same[0].last_transition_time, Time(Timestamp::UNIX_EPOCH));
        assert_eq!(same[0].observed_generation, Some(2));
        let other = conditions(&before, vec![line(None)], Some(2));
        assert_ne!(other[0].last_transition_time, Time(Timestamp::UNIX_EPOCH));
        assert_eq!(other[0].status, "Unknown");
    }
}
