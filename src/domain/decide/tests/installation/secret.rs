//! The Secret of a tenant: nobody else's is touched, only what was proved is published, and it follows the application's.

use super::{after, allowed, begun, decided_for, declares, refuses, seen, there, wanted};
use crate::api::conditions::Reason;
use crate::domain::decide::Stage;
use crate::domain::decide::installation::Decision;
use crate::domain::installation::{Copied, Fact, SecretSeen, Seen, Step, Wanted, WantedSecret};
use crate::domain::port::Proof;

fn with_secret() -> Wanted {
    let source = Some("7".to_owned());
    Wanted {
        secret: Some(WantedSecret { source }),
        ..wanted()
    }
}

fn copied(version: &str, source: &str) -> Copied {
    Copied {
        version: version.into(),
        source: source.into(),
    }
}

fn published(written: bool) -> Fact {
    let copied = copied("9", "7");
    Fact::Secret(SecretSeen::Published { copied, written })
}

/// Ready, with a Secret of version 9 that is a copy of version 7.
fn at_rest() -> Seen {
    let mut seen = begun();
    (seen.told.ready, seen.told.application_id) = (true, Some("app-1".into()));
    (seen.told.allowed_by_us, seen.told.comment) = (Some(true), Some("north".into()));
    seen.told.installed_by_us = Some(true);
    (seen.told.secret, seen.secret_hint) = (Some(copied("9", "7")), Some("9".into()));
    seen
}

fn decided(seen: &Seen) -> Decision {
    decided_for(with_secret(), seen)
}

#[test]
fn a_foreign_secret_is_found_before_anything_is_done() {
    assert_eq!(decided(&seen()), Decision::Act(Step::LookAtSecret));
    let foreign = after(seen(), [Fact::Secret(SecretSeen::Foreign("Secret x".into()))]);
    assert_eq!(decided(&foreign), refuses(Stage::TenantSecret, Reason::SecretNotOwned));
    let free = after(seen(), [Fact::Secret(SecretSeen::Free)]);
    assert_eq!(decided(&free), Decision::Act(Step::Finalize));
}

#[test]
fn without_a_wish_for_a_secret_nobody_looks_for_one() {
    assert_eq!(decided_for(wanted(), &seen()), Decision::Act(Step::Finalize));
}

#[test]
fn it_is_published_once_a_token_was_obtained_and_then_all_is_true() {
    let free = after(allowed(), [Fact::Secret(SecretSeen::Free), declares(&[])]);
    let there = after(free, [Fact::Installed(there())]);
    assert_eq!(decided(&there), Decision::Act(Step::Prove));
    let refused = after(there.clone(), [Fact::Proved(Proof::WrongSecret)]);
    assert_eq!(
        decided(&refused),
        refuses(Stage::CredentialsVerified, Reason::ApplicationNotReady)
    );
    let proved = after(there, [Fact::Proved(Proof::Works)]);
    assert_eq!(decided(&proved), Decision::Act(Step::Publish));
    assert_eq!(decided(&after(proved, [published(true)])), Decision::Converged);
}

#[test]
fn at_rest_nothing_is_read() {
    assert_eq!(decided(&at_rest()), Decision::Converged);
}

#[test]
fn what_was_published_follows_at_once_before_anything_is_asked_of_the_platform() {
    let (mut deleted, mut changed, mut behind) = (at_rest(), at_rest(), at_rest());
    deleted.secret_hint = None;
    changed.secret_hint = Some("10".into());
    behind.told.secret = Some(copied("9", "6"));
    for seen in [deleted, changed, behind] {
        assert_eq!(decided(&seen), Decision::Act(Step::Publish));
        let followed = after(seen, [published(true)]);
        assert_eq!(
            decided(&followed),
            Decision::Act(Step::ReadInstallation("app-1".into()))
        );
    }
}

#[test]
fn for_another_client_it_is_published_only_once_that_is_installed() {
    let mut moved = at_rest();
    moved.told.application_id = Some("app-0".into());
    assert!(matches!(decided(&moved), Decision::Act(Step::Allow(..))));
}

#[test]
fn what_stands_in_the_way_of_the_secret_is_told_where_it_stands() {
    let told = |secret| decided(&after(at_rest_but_changed(), [Fact::Secret(secret)]));
    for (secret, reason) in [
        (SecretSeen::Foreign("x".into()), Reason::SecretNotOwned),
        (SecretSeen::Refused("x".into()), Reason::SecretWriteFailed),
        (
            SecretSeen::Unavailable(Reason::ApplicationNotReady, "x".into()),
            Reason::ApplicationNotReady,
        ),
    ] {
        assert_eq!(told(secret), refuses(Stage::TenantSecret, reason));
    }
}

fn at_rest_but_changed() -> Seen {
    Seen {
        secret_hint: Some("10".into()),
        ..at_rest()
    }
}
