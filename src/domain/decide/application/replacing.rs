//! Rules about a client secret that is lost or refused: how another one is had, after a wait (R1, R2). By a call, where
//! there is one; else by another client in the place of the former.

use std::time::Duration;

use super::claiming::{claimed, register};
use super::refusals::not_replaceable;
use super::settle;
use crate::api::conditions::Reason;
use crate::domain::claim::Claim;
use crate::domain::decide::{Decision, Stage, Trouble};
use crate::domain::observed::Seen;
use crate::domain::port::{Rotation, Unique};
use crate::domain::registration::ApplicationId;
use crate::domain::step::{Look, Purpose, Step};
use crate::domain::wish::Wanted;

/// Obtains a new secret that nobody asked for.
pub(super) fn take_over(id: &ApplicationId, wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    if let Some(first) = not_waited(seen) {
        return Some(first);
    }
    match seen.platform.capabilities.rotation {
        Rotation::HardCut | Rotation::Overlap => claimed(seen, Purpose::Rotate(id.clone())),
        Rotation::Recreate => recreate(id, wanted, seen),
        Rotation::Never => Some(not_replaceable()),
    }
}

/// Whoever holds the claim may still be about to publish; and what the Secret held before the wait says nothing.
fn not_waited(seen: &Seen) -> Option<Decision> {
    if !seen.rules.takeover_waits {
        return None;
    }
    if !seen.settled() {
        return Some(settle(seen));
    }
    let old = seen.rules.secret_read_after_settle && seen.secret_read_at < seen.settles_at();
    old.then_some(Decision::Look(Look::Secret))
}

/// Where names and ids repeat, the former client goes when the new one is published; else its name or id has to be free.
fn recreate(former: &ApplicationId, wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let can = &seen.platform.capabilities;
    if can.unique != Unique::Nothing {
        let looked = seen.clients.contains_key(former);
        return if looked {
            claimed(seen, Purpose::Deregister(former.clone()))
        } else {
            Some(Decision::Look(Look::Client(former.clone())))
        };
    }
    if can.is_blind() {
        return None
            .or_else(|| former_left(seen))
            .or_else(|| former_untold(former, seen))
            .or_else(|| register(wanted, seen));
    }
    if seen.doubted() && !seen.looked_after_the_wait() {
        return Some(Decision::Look(Look::Scan));
    }
    Some(leaving_open(register(wanted, seen)?))
}

/// The claim stays open until a look has shown that the former client is gone too.
fn leaving_open(decision: Decision) -> Decision {
    match decision {
        Decision::Act(Step::Claim(claim, purpose)) => {
            Decision::Act(Step::Claim(Claim { open: true, ..claim }, purpose))
        }
        other => other,
    }
}

/// Only status can tell of the former client when the Secret names another: it has to before.
fn former_untold(former: &ApplicationId, seen: &Seen) -> Option<Decision> {
    let told = seen.told.known.as_ref().map(|k| &k.application_id);
    (told != Some(former)).then(|| {
        Decision::Wait(
            seen.now + Duration::from_secs(1),
            Trouble::new(
                Stage::SecretPublished,
                Reason::Reconciling,
                "Another client takes the place of this one, whose secret is lost or refused.",
            ),
        )
    })
}

/// The client that ours took the place of goes, by what status tells of it.
pub(super) fn former_left(seen: &Seen) -> Option<Decision> {
    let former = &seen.former()?.application_id;
    if let Some(first) = not_waited(seen) {
        return Some(first);
    }
    if !seen.clients.contains_key(former) {
        return Some(Decision::Look(Look::Client(former.clone())));
    }
    claimed(seen, Purpose::Deregister(former.clone()))
}
