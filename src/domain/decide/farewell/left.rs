//! What stays at the platform when the resource goes without its deregistration: one orphan for each client.

use super::ours;
use crate::domain::claim::Found;
use crate::domain::marker::Marker;
use crate::domain::observed::Seen;
use crate::domain::orphan::{LeftClient, Orphan};
use crate::domain::registration::ApplicationId;

/// One orphan for each client that may be ours and is not known to be gone.
pub(super) fn left_behind(seen: &Seen, why: &str) -> Vec<Orphan> {
    if matches!(seen.claim, Found::Elsewhere(_)) {
        // It is the other installation's, which may be using it.
        return vec![];
    }
    let marks = seen.platform.capabilities.marks;
    let doubted = marks && (seen.doubted() || seen.own_claim().is_none() || seen.secret_hidden);
    let orphan = |client: Option<LeftClient>| Orphan {
        client,
        marker: marker(seen).filter(|_| marks),
        scan: doubted,
        possible: 0,
        identity: seen.claimed_at(),
        why: why.to_owned(),
    };
    let ids = ours(seen).into_iter().filter(|id| !seen.is_gone(id));
    let mut all: Vec<Orphan> = ids.map(|id| orphan(Some(left_client(id, seen)))).collect();
    if all.is_empty() && doubted {
        all.push(orphan(None));
    }
    all.extend(uncounted(seen, why));
    all.extend(unproven(seen));
    all
}

/// The client that only status says to be ours, if nothing proves it to be another's. It is not touched; with the record a
/// person looks whose it is. Where it is proven later that it is nobody else's, the record is worked off.
pub(super) fn unproven(seen: &Seen) -> Option<Orphan> {
    let id = &seen.told.known.as_ref()?.application_id;
    let client = seen.clients.get(id)?.as_ref()?;
    if seen.is_proven(client) || seen.is_anothers(client) {
        return None;
    }
    Some(Orphan {
        client: Some(left_client(id.clone(), seen)),
        marker: marker(seen).filter(|_| seen.platform.capabilities.marks),
        scan: false,
        possible: 0,
        identity: seen.claimed_at(),
        why: "Only the status of the resource said that the client was its own.".to_owned(),
    })
}

/// Registrations whose answers were lost, where neither a marker nor an id can find what they made.
pub(super) fn uncounted(seen: &Seen, why: &str) -> Option<Orphan> {
    let claim = seen.own_claim().filter(|_| !seen.platform.capabilities.marks)?;
    let unknown = seen.unresolved() && claim.registers && seen.known.is_none();
    let possible = seen.lost() + u32::from(unknown || seen.would_lose());
    (possible > 0).then(|| Orphan {
        client: None,
        marker: None,
        scan: false,
        possible,
        identity: seen.claimed_at(),
        why: why.to_owned(),
    })
}

fn left_client(application_id: ApplicationId, seen: &Seen) -> LeftClient {
    let known = [&seen.told.known, &seen.known].into_iter().flatten();
    let known = known.map(|k| (&k.application_id, &k.client_id));
    let held = seen.memory.held.iter().map(|h| (&h.application_id, &h.client_id));
    let told = known.chain(held).find(|(id, _)| **id == application_id);
    let named = seen.output().and_then(|secret| secret.client_id.clone());
    LeftClient {
        client_id: told.map(|(_, client_id)| client_id.clone()).or(named),
        told: told.is_some(),
        application_id,
    }
}

/// The marker of the registration, also of one whose claim was restored or removed by hand.
fn marker(seen: &Seen) -> Option<Marker> {
    let object = &seen.object;
    match &seen.claim {
        Found::Here(claim) | Found::Carried(claim) => Some(claim.marker(&object.namespace, &object.name)),
        Found::Nothing => {
            let id = seen.told.registration_id.as_ref()?;
            Some(Marker::of(&seen.holder.instance, id, &object.namespace, &object.name))
        }
        Found::Elsewhere(_) => None,
    }
}
