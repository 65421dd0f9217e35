//! The decision table of an application that is being deleted.

mod left;

use std::time::Duration;

use self::left::{left_behind, uncounted, unproven};
use super::application::{call_failed, claimed, claimed_elsewhere, settle, view_stale};
use super::{Decision, Recheck, Stage, Trouble, refuse, refuse_for_now};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::observed::Seen;
use crate::domain::orphan::{Bound, Orphan};
use crate::domain::registration::ApplicationId;
use crate::domain::step::{Look, Purpose, SecretSeen, Step};
use crate::domain::wish::Farewell;

/// Decides what to do now for an application that shall be gone.
pub(super) fn decide(farewell: &Farewell, seen: &Seen) -> Decision {
    None.or_else(|| nothing_ours(seen)) // no finalizer: others may take their time
        .or_else(|| on_record(seen)) // what is left behind is not forgotten
        .or_else(|| within_bound(call_failed(seen), farewell, seen)) // a failure is a fact too
        .or_else(|| view_stale(seen)) // somebody wrote the resource first
        .or_else(|| never_claimed(seen)) // nothing was ever sent
        .or_else(|| installations_remain(farewell)) // tenants first
        .or_else(|| installations_leave(farewell, seen)) // in their own time, up to the bound
        .or_else(|| leave_it_there(farewell, seen)) // the user wants the client to stay
        .or_else(|| within_bound(claimed_elsewhere(seen), farewell, seen)) // not ours to touch
        .or_else(|| claimed_just_now(seen)) // the one call that the claim permits
        .or_else(|| in_doubt(seen)) // a late registration must not outlive us
        .or_else(|| unread(seen)) // what the Secret names goes too
        .or_else(|| clients_left(seen)) // deregister one after the other
        .unwrap_or_else(|| let_go(seen))
}

/// What this process may have left at the platform of a resource that vanished under its claim: the API server does not see
/// a finalizer that is stored in the very milliseconds of a deletion.
#[must_use]
pub fn vanished(seen: &Seen) -> Vec<Orphan> {
    let ours = seen
        .own_claim()
        .is_some_and(|claim| claim.holder == seen.holder.process);
    if !ours {
        return vec![];
    }
    left_behind(seen, "The resource vanished while its client was being registered.")
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
    None
}

/// An installation that cannot be undone holds its application up to the bound and no longer: without the client there is
/// nothing left to undo, and the installation goes, too.
fn installations_leave(farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    if farewell.leaving == 0 || seen.bound.is_passed(seen.now) {
        return None;
    }
    let message = format!(
        "Waiting for {} TenantInstallations that are being deleted.",
        farewell.leaving
    );
    let waits = refuse_for_now(Stage::Accepted, Reason::Reconciling, message);
    within_bound(Some(waits), farewell, seen)
}

/// What keeps the deregistration from being done and known is waited for up to the bound, and told until then.
fn within_bound(trouble: Option<Decision>, farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    let trouble = trouble?;
    if farewell.orphan {
        return Some(trouble);
    }
    Some(match &seen.bound {
        Bound::Unread => Decision::Look(Look::Bound),
        Bound::Never => trouble,
        Bound::At { at, told } if seen.now < *at => until(trouble, *at, told),
        Bound::At { .. } => give_up(&trouble, seen),
    })
}

fn until(trouble: Decision, at: Duration, told: &str) -> Decision {
    let tell = |mut trouble: Trouble| {
        let then = format!(
            " If it stays so, the resource goes at {told} all the same, and what may be left at the platform is put on record (oauth-registrar orphans)."
        );
        trouble.message.push_str(&then);
        trouble
    };
    match trouble {
        Decision::Wait(time, trouble) => Decision::Wait(time.min(at), tell(trouble)),
        Decision::Refuse(trouble, _) => Decision::Refuse(tell(trouble), Recheck::By(at)),
        other => other,
    }
}

/// The bound is passed. A call that is still under way is waited out all the same: what it makes must be on record.
fn give_up(trouble: &Decision, seen: &Seen) -> Decision {
    if seen.in_doubt() {
        return settle(seen);
    }
    if matches!(seen.secret, SecretSeen::Unread) {
        return Decision::Look(Look::Secret);
    }
    let why = match trouble {
        Decision::Wait(_, trouble) | Decision::Refuse(trouble, _) => trouble.message.as_str(),
        _ => "",
    };
    match left_behind(seen, why) {
        none if none.is_empty() => Decision::Act(Step::Release),
        some => Decision::Act(Step::Record(some)),
    }
}

fn on_record(seen: &Seen) -> Option<Decision> {
    seen.recorded.as_ref()?;
    Some(if seen.stale {
        Decision::Stale
    } else {
        Decision::Act(Step::Release)
    })
}

/// Nothing is left that could be looked up and is proven to be ours. What cannot be is counted, and what may be is told.
fn let_go(seen: &Seen) -> Decision {
    let why = "An answer was lost, and the platform offers nothing by which the client could be found.";
    let mut left: Vec<Orphan> = uncounted(seen, why).into_iter().collect();
    left.extend(unproven(seen));
    if left.is_empty() {
        return Decision::Act(Step::Release);
    }
    Decision::Act(Step::Record(left))
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
    let can = &seen.platform.capabilities;
    if !can.marks && !can.is_blind() && seen.unresolved() && seen.known.is_none() {
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
    let scan =
        (seen.unresolved() || open || seen.secret_hidden) && seen.platform.capabilities.marks && seen.scan.is_none();
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
    let mut ids: Vec<ApplicationId> = seen.marked().into_iter().cloned().collect();
    let told = seen.told.known.iter().map(|k| k.application_id.clone());
    let named = seen.output().and_then(|s| s.application_id.clone());
    let known = seen.known.iter().map(|k| k.application_id.clone());
    let held = seen.memory.held.iter().map(|h| h.application_id.clone());
    if seen.rules.deletion_reads_both || named.is_none() {
        ids.extend(told.chain(known));
    }
    ids.retain(|id| !is_unproven(id, seen));
    ids.extend(held);
    ids.extend(named.filter(|id| !proven_foreign(id, seen)));
    ids.sort();
    ids.dedup();
    ids
}

/// The client that the Secret names is not ours: it was read and carries another marker, or there is no marker that could
/// say so. A user may have written that id there.
fn proven_foreign(id: &ApplicationId, seen: &Seen) -> bool {
    if seen.platform.capabilities.is_blind() {
        return false;
    }
    let Some(Some(client)) = seen.clients.get(id) else {
        return !seen.platform.capabilities.marks;
    };
    !seen.platform.capabilities.marks || client.registration.marker != seen.marker()
}

/// It was read, and nothing but status says that it is ours: whoever may write status could have named it there.
fn is_unproven(id: &ApplicationId, seen: &Seen) -> bool {
    let client = seen.clients.get(id).and_then(Option::as_ref);
    client.is_some_and(|client| !seen.is_proven(client))
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
            lost: seen.told.lost,
            platform: seen.claimed_at(),
            ..first
        },
        Purpose::PutBack,
    ))
}
