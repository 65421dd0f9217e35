//! Rules about the Secret of a tenant: a copy of the application's credentials, once the tenant has installed it.

use super::Decision;
use crate::api::conditions::Reason;
use crate::domain::decide::{Recheck, Stage, Trouble};
use crate::domain::installation::{SecretSeen, Seen, Step, Wanted};

/// Nothing about the Secret has changed since it was published: neither itself nor what it is a copy of.
pub(super) fn stands(wanted: &Wanted, seen: &Seen) -> bool {
    let Some(secret) = &wanted.secret else { return true };
    let told = seen.told.secret.as_ref();
    told.is_some_and(|told| {
        Some(&told.version) == seen.secret_hint.as_ref() && Some(&told.source) == secret.source.as_ref()
    })
}

/// The name is somebody else's, or the Secret cannot be written: told before anything is done for it.
pub(super) fn refused(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    wanted.secret.as_ref()?;
    match &seen.secret {
        SecretSeen::Unread if seen.told.secret.is_none() => Some(Decision::Act(Step::LookAtSecret)),
        SecretSeen::Foreign(whose) => Some(refuse(
            Reason::SecretNotOwned,
            format!("{whose}. Choose another name in a new TenantInstallation, or remove that Secret."),
        )),
        SecretSeen::Refused(why) => Some(refuse(
            Reason::SecretWriteFailed,
            format!("The tenant's Secret could not be written: {why}."),
        )),
        SecretSeen::Unavailable(reason, why) => Some(refuse(*reason, why.clone())),
        SecretSeen::Unread | SecretSeen::Free | SecretSeen::Published { .. } => None,
    }
}

/// What was published before follows the application's Secret at once, whatever else there is to do: the former secret may
/// be dead.
pub(super) fn behind(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let published = seen.told.secret.is_some() && seen.told.application_id.as_ref() == Some(&wanted.application_id);
    published.then(|| unpublished(wanted, seen)).flatten()
}

/// The last step: what is published obtained a token for this tenant.
pub(super) fn unpublished(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    wanted.secret.as_ref()?;
    (!matches!(seen.secret, SecretSeen::Published { .. })).then_some(Decision::Act(Step::Publish))
}

fn refuse(reason: Reason, message: String) -> Decision {
    Decision::Refuse(Trouble::new(Stage::TenantSecret, reason, message), Recheck::Later)
}
