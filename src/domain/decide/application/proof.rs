//! The rule that nothing is done to a client that is not proven to be ours. Status alone proves nothing: whoever may write
//! it could have named any client there.

use super::refusals::not_proven;
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::port::Proof;
use crate::domain::step::Look;

/// A client without our marker may be ours still: a person may have removed it, or it was registered before the platform
/// was told to carry any. Then our Secret has its credentials, which nobody else was given.
pub(super) fn client_not_proven(seen: &Seen) -> Option<Decision> {
    let known = seen.known.as_ref()?;
    let client = seen.clients.get(&known.application_id)?.as_ref()?;
    if seen.is_proven(client) {
        return None;
    }
    // Status could also name a client id that the Secret is right for beside an application that it is not.
    let same = client.client_id == known.client_id;
    let provable = same && seen.output().is_some_and(|secret| secret.client_secret.is_some());
    match seen.proof {
        None if provable => Some(Decision::Look(Look::Proof)),
        Some((Proof::Works | Proof::TenantRefused, _)) if provable => None,
        _ => Some(not_proven(client, seen)),
    }
}
