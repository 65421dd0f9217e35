//! Deletion: what is waited for, what goes and in which order, when the finalizer falls.

use std::time::Duration;

use super::{acts, claims, claims_open, looks, refuses, settles, silent};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::failure::Class;
use crate::domain::marker::Marker;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{NOW, T, almost, held, marked, remote, seen, wanted};
use crate::domain::registration::Registration;
use crate::domain::step::{Doing, Fact, Look, Purpose, SecretSeen, Step};
use crate::domain::wish::{Farewell, Wish};

fn farewell() -> Farewell {
    Farewell {
        orphan: false,
        secret_name: "billing-sync".into(),
        leaving: 0,
        remaining: vec![],
    }
}

fn parting(farewell: Farewell, seen: &Seen) -> Decision {
    silent(crate::domain::decide::application::decide(
        &Wish::Absent(farewell),
        seen,
    ))
}

fn decided(seen: &Seen) -> Decision {
    parting(farewell(), seen)
}

fn orphaned(seen: &Seen) -> Decision {
    let orphan = true;
    parting(Farewell { orphan, ..farewell() }, seen)
}

/// All was well with it.
fn well() -> Seen {
    seen().with_claim(1).told("app-1", 1)
}

fn releases() -> Decision {
    acts(Step::Release)
}

fn deregisters(id: &str) -> Purpose {
    Purpose::Deregister(id.into())
}

#[test]
fn without_our_finalizer_there_is_nothing_to_do() {
    assert_eq!(decided(&seen()), Decision::Converged);
    let mut released = well();
    released.released = true;
    assert_eq!(decided(&released), Decision::Converged);
    let failed = seen().failing(Doing::Reading, Class::Transient);
    assert_eq!(decided(&failed), Decision::Converged, "whatever else is wrong");
}

#[test]
fn without_a_claim_nothing_was_ever_sent() {
    let mut seen = seen().with_claim(1);
    seen.claim = Found::Nothing;
    assert_eq!(decided(&seen), releases());
}

#[test]
fn installations_go_first() {
    let remains = refuses(Stage::Accepted, Reason::InstallationsRemain, Recheck::OnChange);
    let remaining = vec!["north".into()];
    let blocked = Farewell {
        remaining,
        ..farewell()
    };
    assert_eq!(parting(blocked, &well()), remains);
    let going = refuses(Stage::Accepted, Reason::Reconciling, Recheck::Later);
    assert_eq!(
        parting(
            Farewell {
                leaving: 2,
                ..farewell()
            },
            &well()
        ),
        going
    );
}

#[test]
fn the_client_is_looked_at_claimed_for_and_deregistered_then_the_finalizer_falls() {
    assert_eq!(decided(&well()), looks(Look::Secret));
    let seen = well().with_our_secret("app-1", 1);
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    let seen = seen.with_client("app-1");
    assert_eq!(decided(&seen), claims(2, deregisters("app-1")));
    let seen = seen.with_claim(2).by_us().may(deregisters("app-1"), Duration::ZERO);
    assert_eq!(decided(&seen), acts(Step::Deregister("app-1".into())));
    let mut seen = seen.without_client("app-1").answered();
    seen.authority = None;
    assert_eq!(decided(&seen), releases());
}

#[test]
fn a_claim_as_old_as_a_call_may_take_sends_nothing() {
    let seen = |ago| {
        well()
            .by_us()
            .with_our_secret("app-1", 1)
            .may(deregisters("app-1"), ago)
    };
    assert_eq!(decided(&seen(almost(T))), acts(Step::Deregister("app-1".into())));
    assert_eq!(decided(&seen(T)), Decision::Stale);
}

#[test]
fn an_unresolved_claim_is_waited_out_then_the_marker_is_looked_for() {
    let lost = || seen().with_claim(1);
    assert_eq!(decided(&lost()), settles());
    let lost = || lost().waited_out();
    assert_eq!(decided(&lost()), looks(Look::Secret));
    assert_eq!(decided(&lost().with_no_secret()), looks(Look::Scan));
    assert_eq!(decided(&lost().with_no_secret().scanned(&[])), releases());
    let found = lost().with_no_secret().scanned(&["app-1"]);
    assert_eq!(decided(&found), looks(Look::Client("app-1".into())));
    assert_eq!(decided(&found.with_client("app-1")), claims(2, deregisters("app-1")));
}

#[test]
fn an_open_claim_is_waited_out_and_scanned_although_all_is_resolved() {
    let open = || {
        let mut seen = seen().with_claim(2).open().told("app-1", 2);
        seen.told.settled = false;
        seen
    };
    assert_eq!(decided(&open()), settles());
    assert_eq!(decided(&open().waited_out().with_no_secret()), looks(Look::Scan));
    let found = open().waited_out().with_no_secret().scanned(&["app-2"]);
    let found = found.with_client("app-1").with_client("app-2");
    assert_eq!(decided(&found), claims(3, deregisters("app-1")));
    let next = found.without_client("app-1");
    assert_eq!(decided(&next), claims(3, deregisters("app-2")));
}

#[test]
fn a_deletion_before_the_wait_keeps_open_in_its_own_claim() {
    let seen = well()
        .open()
        .with_our_secret("app-1", 1)
        .with_client("app-1")
        .scanned(&[]);
    assert_eq!(decided(&seen), claims_open(2, deregisters("app-1")));
}

#[test]
fn a_resolved_claim_needs_neither_wait_nor_scan() {
    let seen = well().with_no_secret().without_client("app-1");
    assert_eq!(decided(&seen), releases());
}

#[test]
fn both_the_client_of_the_secret_and_the_one_of_status_go() {
    let seen = seen().with_claim(2).told("app-2", 2).with_our_secret("app-1", 1);
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    let seen = seen.without_client("app-1");
    assert_eq!(decided(&seen), looks(Look::Client("app-2".into())));
    assert_eq!(decided(&seen.with_client("app-2")), claims(3, deregisters("app-2")));
}

#[test]
fn the_client_of_status_goes_although_the_secret_is_known_to_name_another_of_ours() {
    let mut seen = seen().with_claim(2).told("app-2", 2).with_our_secret("app-1", 1);
    seen.learn(Fact::ClientRead(
        "app-1".into(),
        Some(Box::new(remote("app-1", marked()))),
    ));
    assert_eq!(decided(&seen), claims(3, deregisters("app-1")));
    assert_eq!(
        decided(&seen.without_client("app-1")),
        looks(Look::Client("app-2".into()))
    );
}

#[test]
fn a_foreign_client_that_somebody_wrote_into_the_secret_stays() {
    let marker = Some(Marker::of("other-cluster", "id-9", "billing", "billing-sync"));
    let foreign = remote("app-9", Registration { marker, ..marked() });
    let seen = well().with_our_secret("app-9", 1).without_client("app-1");
    assert_eq!(decided(&seen), looks(Look::Client("app-9".into())));
    assert_eq!(decided(&seen.with_remote(foreign)), releases());
}

#[test]
fn without_a_marker_what_a_user_could_write_into_the_secret_is_not_deregistered() {
    let seen = well().unmarked().with_our_secret("app-9", 1).without_client("app-1");
    let seen = seen.with_remote(remote("app-9", wanted().registration));
    assert_eq!(decided(&seen), releases());
}

#[test]
fn a_secret_still_in_memory_tells_a_client_that_nothing_else_tells() {
    let seen = seen().with_claim(1).by_us().holding(held("app-1", 1)).with_no_secret();
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    assert_eq!(decided(&seen.with_client("app-1")), claims(2, deregisters("app-1")));
}

#[test]
fn a_foreign_secret_does_not_hold_up_the_deletion() {
    let seen = well().with_foreign_secret().with_client("app-1");
    assert_eq!(decided(&seen), claims(2, deregisters("app-1")));
}

#[test]
fn a_claim_that_somebody_removed_is_put_back_first() {
    let mut seen = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    seen.claim = Found::Nothing;
    assert_eq!(decided(&seen), claims_open(2, Purpose::PutBack));
}

#[test]
fn what_another_installation_claimed_stays_and_is_told() {
    let mut seen = well();
    seen.claim = Found::Elsewhere("other-cluster".into());
    let elsewhere = refuses(Stage::Registered, Reason::RestoredElsewhere, Recheck::Later);
    assert_eq!(decided(&seen), elsewhere);
}

#[test]
fn a_client_of_another_owner_is_not_believed_to_be_gone() {
    let mut seen = well().with_no_secret().without_client("app-1");
    seen.platform.identity.owner = "another tenant".into();
    let changed = refuses(Stage::Registered, Reason::PlatformIdentityChanged, Recheck::OnChange);
    assert_eq!(decided(&seen), changed);
}

#[test]
fn a_failure_is_waited_out() {
    let seen = well().failing(Doing::Deregistering, Class::Transient);
    let until = NOW + Duration::from_secs(2);
    let waits = super::waits(until, Stage::Registered, Reason::PlatformUnreachable);
    assert_eq!(decided(&seen), waits);
}

#[test]
fn a_stale_view_is_not_judged() {
    let mut seen = well();
    seen.stale = true;
    assert_eq!(decided(&seen), Decision::Stale);
}

#[test]
fn an_orphan_keeps_client_and_secret_and_waits_for_nothing() {
    let unresolved = || seen().with_claim(1);
    assert_eq!(orphaned(&unresolved()), looks(Look::Secret));
    let mut seen = unresolved().with_our_secret("app-1", 1);
    assert_eq!(orphaned(&seen), acts(Step::Disown));
    seen.disowned = true;
    assert_eq!(orphaned(&seen), releases());
    assert_eq!(orphaned(&unresolved().with_no_secret()), releases());
    assert_eq!(orphaned(&unresolved().with_foreign_secret()), releases());
}

#[test]
fn a_client_that_status_names_but_that_carries_anothers_marker_stays() {
    let mut seen = well().with_our_secret("app-1", 1);
    seen.secret = SecretSeen::Absent;
    let theirs = Registration {
        marker: Some(Marker::of("i", "another id", "ns", "n")),
        ..marked()
    };
    seen.learn(Fact::ClientRead(
        "app-1".into(),
        Some(Box::new(remote("app-1", theirs))),
    ));
    assert_eq!(decided(&seen), acts(Step::Release));
}

#[test]
fn a_removed_claim_is_put_back_while_status_still_tells_a_registration() {
    let mut seen = well().with_no_secret();
    seen.told.known = None;
    seen.known = None;
    seen.claim = Found::Nothing;
    let Decision::Act(Step::Claim(claim, Purpose::PutBack)) = decided(&seen) else {
        panic!("released without a look: {:?}", decided(&seen));
    };
    assert!(claim.open && Some(claim.id) == seen.told.registration_id);
}
