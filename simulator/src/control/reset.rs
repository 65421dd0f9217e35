//! `POST /_sim/reset`: forgets everything and starts again from the default fixture.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Refused, body, invalid};
use crate::message::{Reply, Request};
use crate::switches::Switches;
use crate::world::{DEFAULT_SEED, World};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Reset {
    switches: Map<String, Value>,
    random: Option<u64>,
    fixture: DefaultFixture,
}

/// No member: only the default fixture exists.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultFixture {}

/// Clears tenants' data, tokens, faults, records and clock; the same `random` then gives the same ids and secrets.
pub fn post(world: &mut World, request: &Request) -> Result<Reply, Refused> {
    let Reset {
        switches,
        random,
        fixture: DefaultFixture {},
    } = if request.body.is_empty() {
        Reset::default()
    } else {
        body(request)?
    };
    let switches = chosen(&world.started_with, &switches)?;
    world.reset(switches, random.unwrap_or(DEFAULT_SEED));
    Ok(Reply::json(200, &json!({})))
}

/// Those that the simulator was started with, or the preset of a contract when one is named, and on top what is named.
fn chosen(started_with: &Switches, named: &Map<String, Value>) -> Result<Switches, Refused> {
    let (contract, others): (Vec<_>, Vec<_>) = named.iter().partition(|(name, _)| *name == "contract");
    let mut all = contract.into_iter().chain(others);
    let set = all.try_fold(started_with.clone(), |set, (name, value)| set.with(name, value));
    set.map_err(|unknown| invalid(unknown.to_string()))
}
