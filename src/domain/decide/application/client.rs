//! Rules about the client at the platform: which one is ours, is it there, is it as wanted.

use super::claiming::{claimed, register};
use super::refusals::{crowded, mass_absence, name_conflict, not_kept, outcome_unknown};
use super::replacing::take_over;
use super::{registration, settle};
use crate::domain::decide::Decision;
use crate::domain::drift::Absence;
use crate::domain::observed::Seen;
use crate::domain::port::{Proof, Rotation, Unique};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, TenantId};
use crate::domain::step::{Look, Purpose, Scan, Step};
use crate::domain::wish::Wanted;

pub(super) fn secret_names_another(seen: &Seen) -> Option<Decision> {
    let can = &seen.platform.capabilities;
    let named = seen
        .output()?
        .application_id
        .as_ref()
        .filter(|_| can.marks || can.is_blind())?;
    let known = seen.known.as_ref().map(|k| &k.application_id);
    (known != Some(named) && !seen.clients.contains_key(named)).then(|| Decision::Look(Look::Client(named.clone())))
}

pub(super) fn several_marked(seen: &Seen) -> Option<Decision> {
    let marked = seen.marked();
    if marked.len() < 2 {
        return None;
    }
    if seen.rules.takeover_waits && !seen.settled() {
        return Some(settle(seen));
    }
    let known = seen.known.as_ref().map(|k| &k.application_id);
    let keep = known.filter(|k| marked.contains(k)).unwrap_or(marked[0]);
    let other = *marked.iter().find(|id| **id != keep)?;
    if !seen.clients.contains_key(other) {
        return Some(Decision::Look(Look::Client(other.clone())));
    }
    let provable = seen.output().is_some_and(|s| s.client_secret.is_some()) && known == Some(keep);
    match seen.proof {
        None if provable => Some(Decision::Look(Look::Proof)),
        Some((Proof::UnknownClient, _)) if !seen.clients.contains_key(keep) => {
            Some(Decision::Look(Look::Client(keep.clone())))
        }
        _ => claimed(seen, Purpose::Deregister(other.clone())),
    }
}

pub(super) fn client_missing(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let known = seen.known.as_ref().map(|k| &k.application_id);
    if known.is_some_and(|id| !seen.is_gone(id)) {
        return None;
    }
    let named = seen.output().and_then(|s| s.application_id.as_ref());
    let gone = known.or(named).is_some_and(|id| seen.is_gone(id));
    let taken = seen.memory.name_taken;
    if (gone && !taken || absence_waits(seen)) && seen.in_doubt() {
        return Some(settle(seen));
    }
    let claim = seen.own_claim()?;
    let can = &seen.platform.capabilities;
    if can.is_blind() {
        return register(wanted, seen);
    }
    if !can.marks && (seen.unresolved() || (named.is_some() && known.is_none())) {
        return Some(outcome_unknown(wanted));
    }
    if gone && !seen.rules.gone_looks_first {
        return register(wanted, seen);
    }
    let may_be_there = match can.unique {
        // Under its former name: its Secret may have been removed before status could tell of it.
        Unique::Names => can.marks && claim.name != wanted.registration.name,
        Unique::Ids => false,
        Unique::Nothing => true,
    };
    // A register would tell by a name that is taken whether our client is there. Without a place it is not sent.
    let may_be_there = may_be_there || (can.marks && wanted.crowded.is_some());
    if !(taken || gone || may_be_there) {
        return register(wanted, seen);
    }
    match (&seen.scan, seen.marked().first()) {
        (None, _) => Some(Decision::Look(Look::Scan)),
        (Some(_), Some(id)) => take_over(id, wanted, seen),
        (Some(_), None) if wanted.crowded.is_some() => crowded(wanted),
        (Some(scan), None) if scan.name_taken && can.unique == Unique::Names => Some(name_conflict(wanted)),
        (Some(scan), None) if gone && !believed(scan, seen) => Some(mass_absence(scan.absence)),
        (Some(_), None) if absence_waits(seen) && seen.doubted() && !seen.looked_after_the_wait() => {
            Some(Decision::Look(Look::Scan))
        }
        (Some(_), None) => register(wanted, seen),
    }
}

/// An absence means nothing yet while an earlier call may be under way: its client would be a second one, or, where a new
/// client gets the id of the former, that call would remove the new one.
fn absence_waits(seen: &Seen) -> bool {
    let can = &seen.platform.capabilities;
    match can.unique {
        Unique::Names => false,
        Unique::Ids => can.rotation == Rotation::Recreate,
        Unique::Nothing => seen.rules.absence_needs_settle,
    }
}

/// That the client is gone is no sign of something greater: we removed it, or a person says so, or too few others are gone.
fn believed(scan: &Scan, seen: &Seen) -> bool {
    seen.published.deregistered || seen.retry_asked || !scan.absence.is_none_or(Absence::is_mass)
}

pub(super) fn client_differs(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    if seen.applied {
        return None;
    }
    let known = seen.known.as_ref()?;
    let id = &known.application_id;
    let Some(Some(client)) = seen.clients.get(id) else {
        return Some(Decision::Look(Look::Client(id.clone())));
    };
    let change = Change::between(&registration(wanted, seen), &client.registration);
    if change.is_empty() {
        return rows_differ(wanted, seen, id);
    }
    // What was sent once and is not there is not sent again and again.
    Some(if seen.updated {
        not_kept(&change)
    } else {
        Decision::Act(Step::Update(id.clone(), change))
    })
}

fn rows_differ(wanted: &Wanted, seen: &Seen, id: &ApplicationId) -> Option<Decision> {
    let rows = &wanted.registration.allowed_tenants;
    if rows.is_empty() && seen.allowed_by_us.is_empty() {
        return None;
    }
    let Some(there) = &seen.allowed else {
        return Some(Decision::Look(Look::Allowed(id.clone())));
    };
    let missing = |row: &AllowedTenant| !there.contains(row) || !seen.allowed_by_us.contains(&row.tenant_id);
    if let Some(row) = rows
        .iter()
        .find(|row| missing(row) && !seen.rows_sent.contains(&row.tenant_id))
    {
        return Some(Decision::Act(Step::Allow(id.clone(), row.clone())));
    }
    let wished = |tenant: &TenantId| rows.iter().any(|row| row.tenant_id == *tenant);
    let unwanted = seen
        .allowed_by_us
        .iter()
        .find(|t| !wished(t) && !wanted.installed_tenants.contains(t));
    unwanted.map(|tenant| Decision::Act(Step::Disallow(id.clone(), tenant.clone())))
}

/// An attempt was taken over before it had settled, or its outcome was never told. Now that it has settled, one look
/// tells whether it left a second client; with that look its outcome is known.
pub(super) fn late_twin(seen: &Seen) -> Option<Decision> {
    let doubted = seen.platform.capabilities.marks && seen.doubted();
    (doubted && !seen.looked_after_the_wait()).then_some(Decision::Look(Look::Scan))
}
