//! `/_sim/clock`: reads and drives the time that timestamps and expiries follow.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Refused, body, invalid};
use crate::message::{Reply, Request};
use crate::world::World;

/// What to do, in this order; at least one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drive {
    set: Option<Timestamp>,
    advance_s: Option<i64>,
    freeze: Option<bool>,
}

/// Tells the time.
pub fn get(world: &World) -> Reply {
    Reply::json(200, &json!({"now": world.clock.now()}))
}

/// Sets, advances, freezes.
pub fn post(world: &mut World, request: &Request) -> Result<Reply, Refused> {
    let drive: Drive = body(request)?;
    if drive.set.is_none() && drive.advance_s.is_none() && drive.freeze.is_none() {
        return Err(invalid("expected one of set, advance_s, freeze"));
    }
    let mut clock = world.clock.clone();
    if let Some(time) = drive.set {
        clock.set(time);
    }
    if !clock.advance(drive.advance_s.unwrap_or(0)) {
        return Err(invalid("advance_s leaves the calendar"));
    }
    if let Some(frozen) = drive.freeze {
        clock.freeze(frozen);
    }
    world.clock = clock;
    Ok(get(world))
}
