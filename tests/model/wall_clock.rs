//! The wall clocks of the processes: they tell the time of the model, so that a run is the same whenever it is made, and may
//! be off by days.

use std::sync::OnceLock;
use std::time::Duration;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::api_server::{Key, Request, Verb};
use super::world::World;

/// The time when every world began: about now, since the operator compares some stored times with its own.
fn beginning() -> Timestamp {
    static BEGINNING: OnceLock<Timestamp> = OnceLock::new();
    *BEGINNING.get_or_init(Timestamp::now)
}

/// Puts the model's time in place of each time that is not stored yet.
pub fn date(request: &mut Request, world: &World, process: usize, since: Duration) {
    if request.verb == Verb::Get {
        return;
    }
    let target = &request.target;
    let key = Key {
        resource: target.resource.clone(),
        namespace: target.namespace.clone(),
        name: target.name.clone().unwrap_or_default(),
    };
    let stored = world.cluster.get(&key).map(Value::to_string).unwrap_or_default();
    let off = SignedDuration::from_secs(world.clocks.get(&process).copied().unwrap_or_default());
    let seconds = beginning().as_second() + i64::try_from(since.as_secs()).unwrap_or_default() + off.as_secs();
    let now = Timestamp::from_second(seconds)
        .unwrap_or_else(|_| beginning())
        .to_string();
    replace(&mut request.body, &stored, &now);
}

fn replace(value: &mut Value, stored: &str, now: &str) {
    match value {
        Value::String(text) if text.parse::<Timestamp>().is_ok() && !stored.contains(text.as_str()) => {
            now.clone_into(text);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, stored, now)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, stored, now)),
        _ => {}
    }
}
