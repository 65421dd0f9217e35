//! The decision table of an application. Read the list in `present` aloud: it is the policy.

mod claiming;
mod client;
mod proof;
mod refusals;
mod replacing;
mod secret;

pub(super) use self::claiming::claimed;
use self::claiming::not_claimed;
use self::client::{client_differs, client_missing, late_twin, secret_names_another, several_marked};
use self::proof::client_not_proven;
use self::replacing::former_left;
use self::secret::{secret_altered, secret_in_memory, secret_missing, secret_not_ours, secret_unproved};
use super::{Decision, Recheck, Stage, Trouble, failed, farewell, identity_changed, refuse_for_now};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::observed::Seen;
use crate::domain::registration::Registration;
use crate::domain::step::{Look, Purpose, SecretSeen, Step};
use crate::domain::wish::{Wanted, Wish};

/// Decides what to do now for an application.
#[must_use]
pub fn decide(wish: &Wish, seen: &Seen) -> Decision {
    match wish {
        Wish::Absent(farewell) => farewell::decide(farewell, seen),
        Wish::Present(wanted) => present(wanted, seen),
    }
}

fn present(wanted: &Wanted, seen: &Seen) -> Decision {
    None.or_else(|| call_failed(seen)) // a failure is a fact too; its class says when to go on
        .or_else(|| view_stale(seen)) // somebody wrote the resource first
        .or_else(|| claimed_elsewhere(seen)) // another installation's, or another platform's: not ours to touch
        .or_else(|| claimed_just_now(wanted, seen)) // the one call that the claim permits
        .or_else(|| secret_in_memory(seen)) // store it before anything else
        .or_else(|| at_rest(seen)) // stored facts say that all is true: no call at all
        .or_else(|| secret_not_ours(seen)) // before anything is registered
        .or_else(|| not_claimed(wanted, seen)) // before anything that cannot be repeated
        .or_else(|| secret_from_beyond(seen)) // our view of the claim is stale, or a user wrote a number
        .or_else(|| secret_names_another(seen)) // the Secret outranks status, if the marker agrees
        .or_else(|| several_marked(seen)) // keep one, deregister the others
        .or_else(|| client_not_proven(seen)) // not ours to touch, whatever status says
        .or_else(|| client_missing(wanted, seen)) // register, or adopt what carries our marker
        .or_else(|| secret_missing(wanted, seen)) // obtain a new one
        .or_else(|| client_differs(wanted, seen)) // bring it in line
        .or_else(|| secret_unproved(wanted, seen)) // obtain a token with it
        .or_else(|| former_left(seen)) // another client took its place
        .or_else(|| late_twin(seen)) // an earlier call that came late, under another name
        .or_else(|| secret_altered(seen)) // proved, but not in its form
        .unwrap_or(Decision::Converged)
}

pub(super) fn call_failed(seen: &Seen) -> Option<Decision> {
    let (doing, failure) = seen.failure.as_ref()?;
    Some(failed::after(*doing, failure, seen))
}

pub(super) fn view_stale(seen: &Seen) -> Option<Decision> {
    seen.stale.then_some(Decision::Stale)
}

/// The way on when surely no client is there.
const NOT_THERE: &str =
    " If there is no such client, or the resource is a copy, remove the annotation oauthregistrar.io/registration.";

pub(super) fn claimed_elsewhere(seen: &Seen) -> Option<Decision> {
    if let Found::Elsewhere(instance) = &seen.claim {
        return Some(refuse_for_now(
            Stage::Registered,
            Reason::RestoredElsewhere,
            format!(
                "The resource was registered by another installation of the operator (instance {instance}). If that one is gone for good, remove the annotation oauthregistrar.io/registration."
            ),
        ));
    }
    let at = seen.registered_at().filter(|_| seen.rules.identity_is_compared)?;
    let is_told = seen.told.identity.is_some();
    let registered = if is_told { "was registered" } else { "may be registered" };
    let mut trouble = identity_changed(registered, at, &seen.platform.identity)?;
    if !is_told {
        trouble.message.push_str(NOT_THERE);
    }
    Some(Decision::Refuse(trouble, Recheck::OnChange))
}

fn claimed_just_now(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let (purpose, at) = seen.authority.as_ref()?;
    if seen.now >= *at + seen.platform.timeout {
        return Some(Decision::Stale);
    }
    Some(Decision::Act(match purpose {
        Purpose::Register => Step::Register(registration(wanted, seen)),
        Purpose::Rotate(id) => Step::Rotate(id.clone()),
        Purpose::Deregister(id) => Step::Deregister(id.clone()),
        Purpose::PutBack => return None,
    }))
}

fn secret_from_beyond(seen: &Seen) -> Option<Decision> {
    seen.beyond_claim().then_some(Decision::Look(Look::Claim))
}

fn at_rest(seen: &Seen) -> Option<Decision> {
    let claim = seen.own_claim()?;
    let version = seen.told.secret_version.as_ref()?;
    let rest = seen.object.has_finalizer
        && !seen.suspected
        && seen.told.settled
        && seen.told.attempt == claim.attempt
        && seen.applied
        && seen.told.verified
        && seen.secret_hint.as_ref() == Some(version)
        && matches!(seen.secret, SecretSeen::Unread);
    rest.then_some(Decision::Converged)
}

fn registration(wanted: &Wanted, seen: &Seen) -> Registration {
    let ours = || {
        seen.own_claim()
            .map(|c| c.marker(&seen.object.namespace, &seen.object.name))
    };
    let marker = if seen.platform.capabilities.marks { ours() } else { None };
    Registration {
        marker,
        ..wanted.registration.clone()
    }
}

/// Waits until the current claim has been waited out on our own clock.
pub(super) fn settle(seen: &Seen) -> Decision {
    let message = "An earlier call may still be under way; the operator waits for it before it goes on.";
    Decision::Wait(
        seen.settles_at(),
        Trouble::new(Stage::Registered, Reason::OutcomeUnknown, message),
    )
}
