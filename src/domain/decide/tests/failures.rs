//! After a failed call: what its class asks for, and what a person is told.

use std::time::Duration;

use super::{decided, refuses, told, waits};
use crate::api::conditions::Reason;
use crate::domain::decide::{Recheck, Stage};
use crate::domain::failure::Class;
use crate::domain::observed::scene::{NOW, seen};
use crate::domain::step::Doing;

const SECONDS: fn(u64) -> Duration = Duration::from_secs;

#[test]
fn what_goes_away_by_itself_is_tried_again() {
    for (class, reason) in [
        (Class::Transient, Reason::PlatformUnreachable),
        (Class::NotFound, Reason::PlatformUnreachable),
        (Class::RateLimited(None), Reason::RateLimited),
        (Class::Ambiguous, Reason::OutcomeUnknown),
    ] {
        let seen = seen().failing(Doing::Registering, class);
        assert_eq!(decided(&seen), waits(NOW + SECONDS(2), Stage::Registered, reason));
    }
}

#[test]
fn what_needs_a_person_is_refused_and_looked_at_again() {
    for (class, reason, cure) in [
        (Class::Unauthorized, Reason::PlatformUnauthorized, "Renew the token"),
        (Class::Forbidden, Reason::PlatformForbidden, "Give its user the right"),
        (Class::Conflict, Reason::NameConflict, "Choose another spec.clientName"),
        (Class::Invalid, Reason::InvalidSpec, "Change the spec"),
    ] {
        let seen = seen().failing(Doing::Registering, class);
        assert_eq!(decided(&seen), refuses(Stage::Registered, reason, Recheck::Later));
        let message = told(&seen);
        assert!(message.contains(": why. ") && message.contains(cure), "{message}");
    }
}

#[test]
fn the_pause_grows_with_the_failures_in_a_row_and_shrinks_with_jitter() {
    let mut seen = seen().failing(Doing::Reading, Class::Transient);
    (seen.memory.failures, seen.jitter) = (2, 1.0);
    let waits = waits(NOW + SECONDS(6), Stage::Registered, Reason::PlatformUnreachable);
    assert_eq!(decided(&seen), waits);
}

#[test]
fn a_platform_that_wants_to_be_left_alone_is() {
    let seen = seen().failing(Doing::Reading, Class::RateLimited(Some(SECONDS(90))));
    let waits = waits(NOW + SECONDS(90), Stage::Registered, Reason::RateLimited);
    assert_eq!(decided(&seen), waits);
}

#[test]
fn the_first_thing_that_is_not_true_is_named() {
    let stage = |seen: crate::domain::observed::Seen, doing| {
        let seen = seen.failing(doing, Class::Transient);
        match decided(&seen) {
            crate::domain::decide::Decision::Wait(_, trouble) => trouble.stage,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(stage(seen(), Doing::Registering), Stage::Registered);
    assert_eq!(stage(seen(), Doing::Rotating), Stage::SecretPublished);
    assert_eq!(stage(seen(), Doing::Proving), Stage::CredentialsVerified);
    assert_eq!(stage(seen(), Doing::Reading), Stage::Registered);
    let published = seen().told("app-1", 1).with_our_secret("app-1", 1);
    assert_eq!(stage(published, Doing::Reading), Stage::CredentialsVerified);
}
