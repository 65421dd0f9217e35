//! A namespace that has as many applications at the platform as it may have: what is there is kept, nothing more comes.

use std::time::Duration;

use super::{acts, claims, decided_for, looks, refuses};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::decide::{Decision, Recheck, Stage, Trouble};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{claim, marked, seen, wanted};
use crate::domain::port::Unique;
use crate::domain::step::{Look, Purpose, Step};
use crate::domain::wish::Wanted;

fn decided(seen: &Seen) -> Decision {
    let crowded = Some(Trouble::new(Stage::Accepted, Reason::NotGranted, "too many"));
    decided_for(Wanted { crowded, ..wanted() }, seen)
}

fn refused() -> Decision {
    refuses(Stage::Accepted, Reason::NotGranted, Recheck::Later)
}

#[test]
fn without_a_place_nothing_is_claimed() {
    assert_eq!(decided(&seen().with_no_secret()), refused());
}

#[test]
fn a_claim_finds_the_client_that_is_there_and_registers_none() {
    let claimed = || seen().with_no_secret().with_claim(1).waited_out();
    assert_eq!(decided(&claimed()), looks(Look::Scan));
    assert_eq!(decided(&claimed().scanned(&[])), refused());
    assert_eq!(decided(&claimed().scanned_name_taken()), refused());
    let found = claimed().scanned(&["app-1"]).looked_ago(Duration::ZERO);
    assert_eq!(decided(&found), claims(2, Purpose::Rotate("app-1".into())));
    assert_eq!(decided(&claimed().unique(Unique::Nothing).scanned(&[])), refused());
    assert_eq!(decided(&claimed().blind()), refused());
}

#[test]
fn a_claim_of_another_resource_is_taken_over_without_a_registration() {
    let mut carried = seen().with_no_secret();
    carried.claim = Found::Carried(claim(1));
    assert!(matches!(
        decided(&carried),
        Decision::Act(Step::Claim(_, Purpose::PutBack))
    ));
    // Without markers nothing could be found; a claim would only be in doubt, for nothing that was sent.
    assert_eq!(decided(&carried.unmarked()), refused());
}

#[test]
fn the_call_that_a_claim_permits_is_made() {
    let seen = seen().with_no_secret().with_claim(1).by_us();
    assert_eq!(
        decided(&seen.may(Purpose::Register, Duration::ZERO)),
        acts(Step::Register(marked()))
    );
}

#[test]
fn what_is_registered_is_repaired_as_ever() {
    let registered = || seen().with_claim(1).told("app-1", 1);
    assert_eq!(decided(&registered()), Decision::Converged);
    let robbed = registered()
        .changed()
        .with_no_secret()
        .with_client("app-1")
        .waited_out();
    assert_eq!(decided(&robbed), claims(2, Purpose::Rotate("app-1".into())));
}
