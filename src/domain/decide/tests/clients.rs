//! The client at the platform: which one is ours, is it there, is it as wanted.

use super::{acts, claims, decided, decided_for, looks, refuses, settles};
use crate::api::conditions::Reason;
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::drift::Absence;
use crate::domain::marker::Marker;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{marked, remote, secret, seen, wanted};
use crate::domain::port::Proof;
use crate::domain::registration::{Change, Registration};
use crate::domain::step::{Fact, Look, OutputSecret, Purpose, Scan, SecretSeen, Step};
use crate::domain::wish::Wanted;

/// Published, but the spec changed.
fn changed() -> Seen {
    seen()
        .with_claim(1)
        .told("app-1", 1)
        .with_our_secret("app-1", 1)
        .changed()
}

/// Somebody else's client.
fn foreign() -> Registration {
    let marker = Some(Marker::of("other-cluster", "id-9", "billing", "billing-sync"));
    Registration { marker, ..marked() }
}

#[test]
fn after_a_change_of_the_spec_the_client_is_looked_at() {
    assert_eq!(decided(&changed()), looks(Look::Client("app-1".into())));
}

#[test]
fn a_client_as_wanted_is_left_alone() {
    assert_eq!(decided(&changed().with_client("app-1")), Decision::Converged);
}

#[test]
fn what_differs_is_sent_and_nothing_else() {
    let registration = Registration {
        description: "hourly export".into(),
        ..wanted().registration
    };
    let wanted = Wanted {
        registration,
        ..wanted()
    };
    let description = Some(("hourly export".into(), marked().marker));
    let change = Change {
        description,
        ..Change::default()
    };
    let seen = changed().with_client("app-1");
    assert_eq!(decided_for(wanted, &seen), acts(Step::Update("app-1".into(), change)));
}

#[test]
fn a_marker_that_somebody_removed_is_put_back() {
    let bare = Registration {
        marker: None,
        ..marked()
    };
    let change = Change::between(&marked(), &bare);
    let seen = changed().with_remote(remote("app-1", bare)).proved(Proof::Works);
    assert_eq!(decided(&seen), acts(Step::Update("app-1".into(), change)));
}

#[test]
fn what_was_sent_and_not_kept_is_not_sent_again() {
    let mut seen = changed().with_remote(remote(
        "app-1",
        Registration {
            client_uri: "https://x".into(),
            ..marked()
        },
    ));
    seen.learn(Fact::Updated("app-1".into()));
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    let again = seen.with_remote(remote(
        "app-1",
        Registration {
            client_uri: "https://x".into(),
            ..marked()
        },
    ));
    let decision = decided(&again);
    assert!(matches!(decision, Decision::Refuse(..)), "{decision:?}");
}

#[test]
fn a_client_that_is_gone_is_looked_for_by_its_marker_before_it_is_registered_again() {
    let gone = || changed().without_client("app-1").with_claim(1).waited_out();
    assert_eq!(decided(&gone()), looks(Look::Scan));
    assert_eq!(decided(&gone().scanned(&[])), claims(2, Purpose::Register));
    assert_eq!(
        decided(&gone().scanned(&["app-2"])),
        claims(2, Purpose::Rotate("app-2".into()))
    );
    let conflict = refuses(Stage::Registered, Reason::NameConflict, Recheck::Later);
    assert_eq!(decided(&gone().scanned_name_taken()), conflict);
}

#[test]
fn a_client_that_is_gone_under_a_claim_in_doubt_is_waited_for() {
    let unresolved = changed().without_client("app-1").with_claim(2);
    assert_eq!(decided(&unresolved), settles());
    let mut open = changed().without_client("app-1").with_claim(1).open();
    open.told.settled = false;
    assert_eq!(decided(&open), settles());
    assert_eq!(decided(&open.waited_out()), looks(Look::Scan));
}

#[test]
fn a_client_of_the_secret_that_is_gone_counts_although_status_is_silent() {
    let seen = || seen().with_claim(1).with_our_secret("app-1", 1);
    assert_eq!(decided(&seen()), looks(Look::Client("app-1".into())));
    assert_eq!(decided(&seen().without_client("app-1")), looks(Look::Scan));
}

#[test]
fn a_gone_client_that_a_scan_still_lists_is_not_adopted() {
    let gone = changed().without_client("app-1").waited_out().scanned(&["app-1"]);
    assert_eq!(decided(&gone), claims(2, Purpose::Register));
}

#[test]
fn without_a_marker_a_gone_client_is_registered_again() {
    let gone = changed().unmarked().without_client("app-1").waited_out();
    assert_eq!(decided(&gone), looks(Look::Scan), "how many are gone?");
    assert_eq!(decided(&gone.scanned(&[])), claims(2, Purpose::Register));
}

#[test]
fn the_secret_outranks_status_if_the_marker_agrees() {
    let mut seen = seen().with_claim(2).told("app-1", 1).with_our_secret("app-2", 2);
    seen.told.secret_version = Some("6".into());
    assert_eq!(decided(&seen), looks(Look::Client("app-2".into())));
    seen.learn(Fact::ClientRead(
        "app-2".into(),
        Some(Box::new(remote("app-2", marked()))),
    ));
    assert_eq!(seen.known, Some(crate::domain::observed::scene::client("app-2")));
    assert_eq!(decided(&seen), looks(Look::Proof));
}

#[test]
fn a_foreign_client_in_the_secret_is_never_ours() {
    let mut seen = seen()
        .with_claim(1)
        .told("app-1", 1)
        .with_our_secret("app-9", 1)
        .waited_out();
    seen.learn(Fact::ClientRead(
        "app-9".into(),
        Some(Box::new(remote("app-9", foreign()))),
    ));
    assert_eq!(seen.known, Some(crate::domain::observed::scene::client("app-1")));
    let rotates = claims(2, Purpose::Rotate("app-1".into()));
    assert_eq!(decided(&seen.with_client("app-1")), rotates);
}

#[test]
fn without_a_marker_status_tells_the_client_and_not_what_a_user_could_write_into_the_secret() {
    let seen = seen()
        .unmarked()
        .with_claim(1)
        .told("app-1", 1)
        .with_our_secret("app-9", 1);
    let mut seen = seen.waited_out();
    seen.learn(Fact::ClientRead(
        "app-9".into(),
        Some(Box::new(remote("app-9", wanted().registration))),
    ));
    assert_eq!(seen.known, Some(crate::domain::observed::scene::client("app-1")));
    let foreign_refused = seen.proved(Proof::WrongSecret).with_client("app-1");
    assert_eq!(decided(&foreign_refused), claims(2, Purpose::Rotate("app-1".into())));
}

#[test]
fn one_edited_annotation_of_the_secret_does_not_replace_it() {
    let edited = OutputSecret {
        application_id: None,
        ..secret("app-1", 1)
    };
    let mut seen = changed().with_secret(SecretSeen::Ours(edited));
    seen.applied = true;
    assert_eq!(decided(&seen), Decision::Converged);
}

/// At rest but for a pass over the platform that made it worth a closer look.
fn suspected() -> Seen {
    let mut seen = seen()
        .with_claim(1)
        .told("app-1", 1)
        .with_our_secret("app-1", 1)
        .changed();
    seen.suspected = true;
    seen
}

#[test]
fn a_suspicion_wakes_what_is_at_rest_and_ends_with_a_look() {
    let mut rest = seen().with_claim(1).told("app-1", 1);
    assert_eq!(decided(&rest), Decision::Converged);
    rest.suspected = true;
    assert_eq!(decided(&rest), looks(Look::Secret));
    assert_eq!(decided(&suspected()), looks(Look::Client("app-1".into())));
    let looked = suspected().with_client("app-1");
    assert_eq!(
        decided(&looked),
        looks(Look::Proof),
        "somebody may have rotated its secret"
    );
    assert_eq!(decided(&looked.proved(Proof::Works)), Decision::Converged);
}

#[test]
fn clients_that_are_gone_all_at_once_are_not_registered_again_until_a_person_says_so() {
    let gone = || suspected().waited_out().without_client("app-1");
    let scanned = |gone_at_once| {
        let mut seen = gone().scanned(&[]);
        let absence = Some(Absence {
            gone: gone_at_once,
            ours: 10,
        });
        seen.scan = seen.scan.map(|scan| Scan { absence, ..scan });
        seen
    };
    assert_eq!(decided(&gone()), looks(Look::Scan));
    assert_eq!(decided(&scanned(4)), claims(2, Purpose::Register));
    let refused = refuses(Stage::Registered, Reason::MassAbsence, Recheck::Later);
    assert_eq!(decided(&scanned(5)), refused);
    let message = super::told(&scanned(5));
    assert!(
        message.starts_with("5 of 10 clients are gone") && message.contains("oauthregistrar.io/retry"),
        "{message}"
    );
    assert_eq!(decided(&gone().unmarked()), looks(Look::Scan));
    assert_eq!(decided(&scanned(5).unmarked()), refused);
    let mut unknown = scanned(0);
    unknown.scan = unknown.scan.map(|scan| Scan { absence: None, ..scan });
    let waits = refuses(Stage::Registered, Reason::Reconciling, Recheck::Later);
    assert_eq!(decided(&unknown), waits, "a namespace could not be read yet");
    let mut asked = scanned(5);
    asked.retry_asked = true;
    assert_eq!(decided(&asked), claims(2, Purpose::Register));
}
