//! What a person has to act on, in sentences that say how.

use crate::api::conditions::Reason;
use crate::domain::decide::{Decision, Recheck, Stage, Trouble, refuse_for_now};
use crate::domain::drift::Absence;
use crate::domain::observed::Seen;
use crate::domain::port::RemoteClient;
use crate::domain::registration::Change;
use crate::domain::wish::Wanted;

/// Secrets replaced within a day that nobody asked for; then a person has to look.
const REPLACED_AT_MOST: i64 = 3;

pub(super) fn not_ours(whose: &str) -> Decision {
    refuse_for_now(
        Stage::SecretPublished,
        Reason::SecretNotOwned,
        format!("{whose}. It is not touched. Remove it, or choose another spec.secret.name in a new OAuthApplication."),
    )
}

/// No place is left for one client more; a deletion or another grant makes room, and a watch tells of both.
pub(super) fn crowded(wanted: &Wanted) -> Option<Decision> {
    let trouble = wanted.crowded.clone()?;
    Some(Decision::Refuse(trouble, Recheck::Later))
}

pub(super) fn contested(seen: &Seen) -> bool {
    seen.told.replaced >= REPLACED_AT_MOST
}

pub(super) fn secret_contested(seen: &Seen) -> Decision {
    let message = format!(
        "The Secret was emptied or changed {} times within a day. Find out who writes to it, then delete it: the operator publishes a new one a day after the first change, or as soon as the annotation oauthregistrar.io/retry gets a new value.",
        seen.told.replaced
    );
    let trouble = Trouble {
        stalled: true,
        ..Trouble::new(Stage::SecretPublished, Reason::SecretContested, message)
    };
    Decision::Refuse(trouble, Recheck::Later)
}

pub(super) fn name_conflict(wanted: &Wanted) -> Decision {
    let message = format!(
        "Another application at the platform has the name {:?}, and it is not ours. Choose another spec.clientName, or remove that application there.",
        wanted.registration.name
    );
    refuse_for_now(Stage::Registered, Reason::NameConflict, message)
}

pub(super) fn outcome_unknown(wanted: &Wanted) -> Decision {
    let message = format!(
        "A registration was sent whose answer was lost, and without a marker nobody can tell which client is ours. If an application {:?} exists at the platform that nobody uses, remove it there and delete this resource's annotation oauthregistrar.io/registration.",
        wanted.registration.name
    );
    refuse_for_now(Stage::Registered, Reason::OutcomeUnknown, message)
}

pub(super) fn too_many_lost(wanted: &Wanted, seen: &Seen) -> Decision {
    let message = format!(
        "{} registrations were sent whose answers were lost, and the platform cannot be asked which clients exist. Find out why answers get lost, and remove clients {:?} there that nobody uses. Then set the annotation oauthregistrar.io/retry to a new value: it permits one more.",
        seen.lost().saturating_add(1),
        wanted.registration.name
    );
    let trouble = Trouble {
        stalled: true,
        ..Trouble::new(Stage::Registered, Reason::OutcomeUnknown, message)
    };
    Decision::Refuse(trouble, Recheck::Later)
}

pub(super) fn not_replaceable() -> Decision {
    let message = "The Secret's credentials are lost or refused, and the platform cannot replace a client secret. Restore the Secret, or delete this OAuthApplication and apply it again: it gets another client.";
    let trouble = Trouble {
        stalled: true,
        ..Trouble::new(Stage::SecretPublished, Reason::UnsupportedByPlatform, message)
    };
    Decision::Refuse(trouble, Recheck::Later)
}

pub(super) fn mass_absence(absence: Option<Absence>) -> Decision {
    let Some(Absence { gone, ours }) = absence else {
        let message = "The client is gone from the platform. Whether others are gone too is not known before every watched namespace could be read; the operator's log says which could not. Or set the annotation oauthregistrar.io/retry to a new value.";
        return refuse_for_now(Stage::Registered, Reason::Reconciling, message);
    };
    let message = format!(
        "{gone} of {ours} clients are gone from the platform at once, this one among them. That is rather a platform restored from a backup, or a list that is not all of it, than somebody's wish, and nothing is registered in their place. Look at the platform. If they are really gone, set the annotation oauthregistrar.io/retry to a new value on each."
    );
    refuse_for_now(Stage::Registered, Reason::MassAbsence, message)
}

pub(super) fn not_proven(client: &RemoteClient, seen: &Seen) -> Decision {
    let id = &client.application_id;
    let message = match seen.marker().filter(|_| seen.platform.capabilities.marks) {
        Some(marker) => format!(
            "Client {id} at the platform, which status names, does not carry the marker {} of this resource, and its credentials are not those of the Secret: nothing proves that it is ours. It is not touched. If it is, put the marker back at the platform; if not, delete this resource.",
            marker.as_str()
        ),
        None => format!(
            "Client {id} at the platform is named by the status of another OAuthApplication, too, its credentials are not those of the Secret, and without a marker nobody can tell whose it is. It is not touched. Delete the OAuthApplication that it does not belong to."
        ),
    };
    refuse_for_now(Stage::Registered, Reason::OutcomeUnknown, message)
}

pub(super) fn not_kept(change: &Change) -> Decision {
    let fields = [
        ("clientName", change.name.is_some()),
        ("description", change.description.is_some()),
        ("clientUri", change.client_uri.is_some()),
        ("redirectUris", change.redirect_uris.is_some()),
        ("olt.permissions", change.permissions.is_some()),
        ("olt.state", change.suspended.is_some()),
        ("olt.additionalPublicClient", change.public_client.is_some()),
    ];
    let named: Vec<&str> = fields
        .iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| *name)
        .collect();
    let message = format!(
        "The platform accepted the change but shows another value for spec.{}. Write it the way the platform shows it.",
        named.join(", spec.")
    );
    refuse_for_now(Stage::Registered, Reason::InvalidSpec, message)
}
