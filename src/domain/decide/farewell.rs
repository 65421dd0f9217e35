//! The decision table of an application that is being deleted.

use super::application::{call_failed, claimed, claimed_elsewhere, left, settle, view_stale};
use super::{Decision, Stage, refuse, refuse_for_now};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::observed::Seen;
use crate::domain::registration::ApplicationId;
use crate::domain::step::{Look, Purpose, SecretSeen, Step};
use crate::domain::wish::Farewell;

/// Decides what to do now for an application that shall be gone.
pub(super) fn decide(farewell: &Farewell, seen: &Seen) -> Decision {
    None.or_else(|| nothing_ours(seen)) // no finalizer: others may take their time
        .or_else(|| call_failed(seen)) // a failure is a fact too
        .or_else(|| view_stale(seen)) // somebody wrote the resource first
        .or_else(|| never_claimed(seen)) // nothing was ever sent
        .or_else(|| installations_remain(farewell)) // tenants first
        .or_else(|| leave_it_there(farewell, seen)) // the user wants the client to stay
        .or_else(|| claimed_elsewhere(seen)) // not ours to touch
        .or_else(|| claimed_just_now(seen)) // the one call that the claim permits
        .or_else(|| in_doubt(seen)) // a late registration must not outlive us
        .or_else(|| unread(seen)) // what the Secret names goes too
        .or_else(|| clients_left(seen)) // deregister one after the other
        .unwrap_or(Decision::Act(Step::Release))
}

fn nothing_ours(seen: &Seen) -> Option<Decision> {
    (seen.released || !seen.object.has_finalizer).then_some(Decision::Converged)
}

fn never_claimed(seen: &Seen) -> Option<Decision> {
    let told = seen.told.known.is_some() || seen.told.registration_id.is_some();
    let nothing = seen.claim == Found::Nothing && !told;
    nothing.then_some(Decision::Act(Step::Release))
}

fn installations_remain(farewell: &Farewell) -> Option<Decision> {
    if !farewell.remaining.is_empty() {
        let names = farewell.remaining.join(", ");
        let message = format!("TenantInstallations still refer to the application: {names}. Delete them first.");
        return Some(refuse(Stage::Accepted, Reason::InstallationsRemain, message));
    }
    let message = format!(
        "Waiting for {} TenantInstallations that are being deleted.",
        farewell.leaving
    );
    (farewell.leaving > 0).then(|| refuse_for_now(Stage::Accepted, Reason::Reconciling, message))
}

fn leave_it_there(farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    if !farewell.orphan {
        return None;
    }
    Some(match seen.secret {
        SecretSeen::Unread => Decision::Look(Look::Secret),
        SecretSeen::Ours(_) if !seen.disowned => Decision::Act(Step::Disown),
        _ => Decision::Act(Step::Release),
    })
}

fn claimed_just_now(seen: &Seen) -> Option<Decision> {
    let (Purpose::Deregister(id), at) = seen.authority.as_ref()? else {
        return None;
    };
    let young = seen.now < *at + seen.platform.timeout;
    Some(if young {
        Decision::Act(Step::Deregister(id.clone()))
    } else {
        Decision::Stale
    })
}

fn in_doubt(seen: &Seen) -> Option<Decision> {
    if !seen.platform.capabilities.marks && seen.unresolved() && seen.known.is_none() {
        return None;
    }
    let waits = if seen.rules.deletion_waits_for_open {
        seen.in_doubt()
    } else {
        seen.unresolved() && !seen.settled()
    };
    waits.then(|| settle(seen))
}

fn unread(seen: &Seen) -> Option<Decision> {
    if matches!(seen.secret, SecretSeen::Unread) {
        return Some(Decision::Look(Look::Secret));
    }
    let open = seen.own_claim().is_some_and(|c| c.open);
    let scan = (seen.unresolved() || open) && seen.platform.capabilities.marks && seen.scan.is_none();
    scan.then_some(Decision::Look(Look::Scan))
}

fn clients_left(seen: &Seen) -> Option<Decision> {
    if matches!(seen.claim, Found::Nothing | Found::Carried(_)) {
        return Some(put_back(seen));
    }
    let next = ours(seen).into_iter().find(|id| !seen.is_gone(id))?;
    if !seen.clients.contains_key(&next) {
        return Some(Decision::Look(Look::Client(next)));
    }
    claimed(seen, Purpose::Deregister(next))
}

/// Every client that is ours: marked, named by status, and named by the Secret if its marker agrees (R7).
fn ours(seen: &Seen) -> Vec<ApplicationId> {
    let mut ids: Vec<ApplicationId> = left(seen).into_iter().cloned().collect();
    let told = seen.told.known.iter().map(|k| k.application_id.clone());
    let named = seen.output().and_then(|s| s.application_id.clone());
    let known = seen.known.iter().map(|k| k.application_id.clone());
    let held = seen.memory.held.iter().map(|h| h.application_id.clone());
    if seen.rules.deletion_reads_both || named.is_none() {
        ids.extend(told.chain(known));
    }
    ids.retain(|id| !carries_another_marker(id, seen));
    ids.extend(held);
    ids.extend(named.filter(|id| !proven_foreign(id, seen)));
    ids.sort();
    ids.dedup();
    ids
}

/// The client that the Secret names is not ours: it was read and carries another marker, or there is no marker that could
/// say so. A user may have written that id there.
fn proven_foreign(id: &ApplicationId, seen: &Seen) -> bool {
    let Some(Some(client)) = seen.clients.get(id) else {
        return !seen.platform.capabilities.marks;
    };
    !seen.platform.capabilities.marks || client.registration.marker != seen.marker()
}

/// Somebody else's for certain, whatever status says: whoever may write status could have named it there.
fn carries_another_marker(id: &ApplicationId, seen: &Seen) -> bool {
    let client = seen.clients.get(id).and_then(Option::as_ref);
    client.is_some_and(|client| seen.is_anothers(client))
}

/// The claim was removed by hand while status still names a client: it is put back first.
fn put_back(seen: &Seen) -> Decision {
    let id = match &seen.claim {
        Found::Carried(claim) => Some(claim.id.clone()),
        _ => seen.told.registration_id.clone(),
    };
    let Some(id) = id else {
        return Decision::Act(Step::Release);
    };
    let first = crate::domain::claim::Claim::first(&seen.holder, &seen.object.uid, id, &seen.object.name);
    let attempt = seen.told.attempt + 1;
    Decision::Act(Step::Claim(
        crate::domain::claim::Claim {
            attempt,
            open: true,
            ..first
        },
        Purpose::PutBack,
    ))
}
