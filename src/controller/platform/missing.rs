//! What is said to a resource whose platform cannot be used.

use super::kind::{PlatformKey, PlatformObject};
use crate::api::conditions::{ConditionType, Reason, find};
use crate::domain::decide::{Stage, Trouble};

/// The platform does not exist.
#[must_use]
pub fn platform_missing(key: &PlatformKey) -> Trouble {
    let message = format!(
        "{key} does not exist{}. Apply it, or correct spec.platformRef in a new resource.",
        here(key)
    );
    Trouble::new(Stage::Accepted, Reason::PlatformNotFound, message)
}

/// Where a platform that is missing was looked for.
fn here(key: &PlatformKey) -> &'static str {
    key.namespace.as_ref().map_or("", |_| " in this namespace")
}

/// The platform exists and is not Ready; its own condition says why.
#[must_use]
pub fn platform_not_ready(key: &PlatformKey, platform: &dyn PlatformObject) -> Trouble {
    let conditions = platform.status().map(|s| s.conditions.as_slice()).unwrap_or_default();
    if conditions.is_empty() {
        let message = format!("{key} is being connected.");
        return Trouble::new(Stage::Accepted, Reason::Reconciling, message);
    }
    let why = [ConditionType::Paused, ConditionType::Ready]
        .into_iter()
        .find_map(|type_| find(conditions, type_))
        .filter(|c| c.type_ != ConditionType::Ready.to_string() || c.status != "True");
    let why = why.map(|c| format!(" {}: {}", c.reason, c.message)).unwrap_or_default();
    Trouble::new(
        Stage::Accepted,
        Reason::PlatformNotReady,
        format!("{key} is not Ready.{why}"),
    )
}
