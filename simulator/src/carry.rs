//! Carrying one request out under the lock: the fault's harm before it, the platform's answer or the fault's own, and
//! the record of it. What happens on the connection is kept out.

use std::sync::Arc;
use std::time::Instant;

use crate::actor::Actor;
use crate::call::Call;
use crate::clock::Moment;
use crate::control::{Answered, Arrival, Delivery, Fault, Fired, Handled};
use crate::message::{Reply, Request};
use crate::world::World;

/// What is known of a request besides itself.
pub struct Arrived<'a> {
    /// Its number.
    pub seq: u64,
    /// When it arrived, in real time.
    pub started: Instant,
    /// The fault that fires on it.
    pub fired: Option<&'a Fired>,
}

/// A request that was carried out.
pub struct Carried {
    /// The answer; absent: the connection is to be reset.
    pub reply: Option<Reply>,
    /// When that was, on the platform's clock.
    pub at: Moment,
    /// Takes note when the answer goes out.
    pub delivery: Arc<Delivery>,
}

/// The fault that fires on a request.
pub fn choose(world: &mut World, request: &Request, seq: u64) -> Option<Fired> {
    let actor = Actor::of(&world.platform, request);
    world.faults.take(&Arrival {
        request,
        actor: actor.as_ref(),
        seq,
    })
}

/// Carries the request out and keeps a record of it.
pub fn carry_out(world: &mut World, request: &Request, arrived: &Arrived<'_>) -> Carried {
    let at = world.clock.now();
    let actor = Actor::of(&world.platform, request);
    let before = world.platform.commits.total();
    let reply = answer(world, request, arrived.fired.map(|fired| &fired.fault), at);
    let delivery = world.records.keep(Handled {
        seq: arrived.seq,
        at,
        started: arrived.started,
        request,
        actor,
        status: reply.as_ref().map(|reply| reply.status),
        commits: world.platform.commits.total() - before,
        fault: arrived.fired.map(|fired| fired.id.clone()),
    });
    Carried { reply, at, delivery }
}

fn answer(world: &mut World, request: &Request, fault: Option<&Fault>, now: Moment) -> Option<Reply> {
    let Some(fault) = fault else {
        return Some(perform(world, request, now));
    };
    if let Fault::ResetBeforeCommit { .. } = fault {
        return None;
    }
    if let Some(reply) = fault.instead(&world.platform, request) {
        return Some(reply);
    }
    fault.harm(&mut world.platform, request, now);
    let mut reply = perform(world, request, now);
    if let Fault::Duplicate { times, answer } = fault {
        for _ in 1..times.number() {
            let again = perform(world, request, now);
            if *answer == Answered::Last {
                reply = again;
            }
        }
    }
    Some(fault.spoil(reply))
}

fn perform(world: &mut World, request: &Request, now: Moment) -> Reply {
    Call {
        platform: &mut world.platform,
        request,
        now,
    }
    .answer()
}
