//! A client that only status says to be ours: whoever may write status could have named it there.

use super::{acts, claims, decided, looks, refuses, silent, told};
use crate::api::conditions::Reason;
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{held, marked, remote, seen, wanted};
use crate::domain::port::{Proof, RemoteClient};
use crate::domain::registration::{Change, Registration};
use crate::domain::step::{Look, Purpose, Step};
use crate::domain::wish::{Farewell, Wish};

/// The client that status names, as it was read: without any marker.
fn bare() -> RemoteClient {
    let registration = Registration {
        marker: None,
        description: "somebody's".into(),
        ..marked()
    };
    remote("app-1", registration)
}

fn named_by_status() -> Seen {
    let seen = seen().with_claim(1).told("app-1", 1).changed();
    seen.with_remote(bare()).waited_out()
}

fn not_proven() -> Decision {
    refuses(Stage::Registered, Reason::OutcomeUnknown, Recheck::Later)
}

fn parted(seen: &Seen) -> Decision {
    let farewell = Farewell {
        orphan: false,
        secret_name: "billing-sync".into(),
        leaving: 0,
        remaining: vec![],
    };
    silent(crate::domain::decide::application::decide(
        &Wish::Absent(farewell),
        seen,
    ))
}

#[test]
fn an_unmarked_client_is_neither_rotated_nor_changed_without_the_proof_of_its_own_credentials() {
    assert_eq!(
        decided(&named_by_status().with_no_secret()),
        not_proven(),
        "no Secret, no rotation"
    );
    let seen = || named_by_status().with_our_secret("app-1", 1);
    assert_eq!(decided(&seen()), looks(Look::Proof));
    for refused in [Proof::WrongSecret, Proof::UnknownClient] {
        assert_eq!(decided(&seen().proved(refused)), not_proven());
    }
    let change = Change::between(&marked(), &bare().registration);
    for proved in [Proof::Works, Proof::TenantRefused] {
        assert_eq!(
            decided(&seen().proved(proved)),
            acts(Step::Update("app-1".into(), change.clone()))
        );
    }
}

#[test]
fn the_credentials_of_another_client_prove_nothing() {
    let mut seen = named_by_status().with_our_secret("app-1", 1).proved(Proof::Works);
    seen.known.as_mut().unwrap().client_id = "client-of-somebody".into();
    assert_eq!(decided(&seen), not_proven());
    seen.proof = None;
    assert_eq!(decided(&seen), not_proven(), "they are not even tried");
}

#[test]
fn what_this_process_registered_is_its_own_before_a_list_shows_the_marker() {
    let seen = seen().with_claim(1).by_us().holding(held("app-1", 1));
    assert!(seen.is_proven(&bare()));
    assert!(!named_by_status().is_proven(&bare()));
    assert!(named_by_status().with_client("app-1").proven().is_some());
    assert!(named_by_status().proven().is_none());
}

#[test]
fn a_deletion_leaves_an_unmarked_client_and_puts_it_on_record() {
    for seen in [
        named_by_status().with_no_secret(),
        named_by_status().with_our_secret("app-1", 1),
    ] {
        let Decision::Act(Step::Record(left)) = parted(&seen) else {
            panic!("{:?}", parted(&seen));
        };
        assert_eq!(left.len(), 1);
        assert_eq!(
            left[0].client.as_ref().map(|c| c.application_id.0.as_str()),
            Some("app-1")
        );
        assert_eq!(left[0].marker, marked().marker, "only with it the record is worked off");
    }
}

#[test]
fn without_markers_a_client_that_two_resources_name_is_left_alone_by_both_until_a_secret_proves_it() {
    let unmarked = || {
        seen()
            .with_claim(1)
            .told("app-1", 1)
            .changed()
            .with_remote(remote("app-1", wanted().registration))
    };
    let rotates = claims(2, Purpose::Rotate("app-1".into()));
    assert_eq!(decided(&unmarked().unmarked().with_no_secret().waited_out()), rotates);
    let disputed = || unmarked().disputed().waited_out();
    assert_eq!(decided(&disputed().with_no_secret()), not_proven());
    let with_secret = || disputed().with_our_secret("app-1", 1);
    assert_eq!(decided(&with_secret()), looks(Look::Proof));
    assert_eq!(decided(&with_secret().proved(Proof::WrongSecret)), not_proven());
    assert_ne!(decided(&with_secret().proved(Proof::Works)), not_proven());
    assert!(matches!(
        parted(&disputed().with_no_secret()),
        Decision::Act(Step::Record(_))
    ));
    let alone = claims(2, Purpose::Deregister("app-1".into()));
    assert_eq!(parted(&unmarked().unmarked().with_no_secret().waited_out()), alone);
}

#[test]
fn a_person_is_told_which_client_it_is_and_what_to_do() {
    let message = told(&named_by_status().with_no_secret());
    let marker = marked().marker.unwrap();
    assert!(message.starts_with("Client app-1 at the platform, which status names, does not carry the marker"));
    assert!(
        message.contains(marker.as_str()) && message.ends_with("delete this resource."),
        "{message}"
    );
    let message = told(&named_by_status().disputed().with_no_secret());
    assert!(
        message.contains("named by the status of another OAuthApplication, too"),
        "{message}"
    );
}
