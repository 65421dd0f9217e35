//! The last call failed: what its class asks for.

use super::{Decision, Stage, Trouble, refuse_for_now};
use crate::api::conditions::Reason;
use crate::domain::failure::{Class, Failure};
use crate::domain::observed::Seen;
use crate::domain::schedule::next_try;
use crate::domain::step::Doing;

/// The decision after a failed call. The outcome of an `Ambiguous` one is found out by the next reconcile.
pub(super) fn after(doing: Doing, failure: &Failure, seen: &Seen) -> Decision {
    let stage = stage(doing, seen);
    let later = |reason, message| {
        let pause = next_try(failure.class, seen.memory.failures + 1, seen.jitter);
        Decision::Wait(seen.now + pause, Trouble::new(stage, reason, message))
    };
    let detail = &failure.detail;
    match failure.class {
        Class::Transient => later(
            Reason::PlatformUnreachable,
            format!("The platform does not answer as it should: {detail}. It is tried again."),
        ),
        Class::RateLimited(_) => later(
            Reason::RateLimited,
            format!("The platform asks for a pause: {detail}. It is tried again."),
        ),
        Class::Ambiguous => later(
            Reason::OutcomeUnknown,
            format!("The call may have been carried out: {detail}. The operator finds out and goes on."),
        ),
        Class::Unauthorized => refuse_for_now(
            stage,
            Reason::PlatformUnauthorized,
            format!(
                "The platform does not accept the operator's credential: {detail}. Renew the token in the Secret that the platform's spec.olt.credentials names."
            ),
        ),
        Class::Forbidden => refuse_for_now(
            stage,
            Reason::PlatformForbidden,
            format!(
                "The operator's credential lacks a right: {detail}. Give its user the right at the platform, or use another token."
            ),
        ),
        Class::Conflict => refuse_for_now(
            stage,
            Reason::NameConflict,
            format!(
                "The name is taken at the platform: {detail}. Choose another spec.clientName, or remove the other application there."
            ),
        ),
        Class::Invalid => refuse_for_now(
            stage,
            Reason::InvalidSpec,
            format!("The platform refuses the request: {detail}. Change the spec."),
        ),
        Class::Barred => refuse_for_now(
            stage,
            Reason::PlatformUnreachable,
            format!("The operator does not go where the call leads: {detail}."),
        ),
        Class::NotFound => later(
            Reason::PlatformUnreachable,
            format!("The platform does not know what it should: {detail}. It is tried again."),
        ),
    }
}

fn stage(doing: Doing, seen: &Seen) -> Stage {
    match doing {
        Doing::Proving => Stage::CredentialsVerified,
        Doing::Rotating => Stage::SecretPublished,
        Doing::Reading if seen.applied && seen.output().is_some() => Stage::CredentialsVerified,
        _ => Stage::Registered,
    }
}
