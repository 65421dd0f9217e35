//! From nothing to a published Secret, and every way in which the answer to a registration can be lost.

use std::time::Duration;

use super::{acts, claims, claims_open, decided, decided_for, looks, refuses, settles, told};
use crate::api::conditions::Reason;
use crate::domain::claim::{Claim, Found};
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::drift::Absence;
use crate::domain::observed::scene::{T, TICK, almost, claim, held, marked, seen, wanted};
use crate::domain::registration::Registration;
use crate::domain::step::{Fact, Look, Purpose, Scan, SecretSeen, Step};
use crate::domain::wish::Wanted;

fn renamed() -> Wanted {
    let registration = Registration {
        name: "billing-night".into(),
        ..wanted().registration
    };
    Wanted {
        registration,
        ..wanted()
    }
}

#[test]
fn before_anything_else_the_secret_is_looked_at() {
    assert_eq!(decided(&seen()), looks(Look::Secret));
}

#[test]
fn a_foreign_secret_is_found_before_anything_is_registered() {
    let foreign = refuses(Stage::SecretPublished, Reason::SecretNotOwned, Recheck::Later);
    assert_eq!(decided(&seen().with_foreign_secret()), foreign);
    let message = told(&seen().with_foreign_secret());
    assert!(
        message.contains("belongs to Certificate web. It is not touched."),
        "{message}"
    );
}

#[test]
fn with_nothing_there_the_first_attempt_is_claimed_to_register() {
    assert_eq!(decided(&seen().with_no_secret()), claims(1, Purpose::Register));
}

#[test]
fn the_claim_just_written_registers_with_our_marker() {
    let seen = seen().with_no_secret().with_claim(1).by_us();
    let seen = seen.may(Purpose::Register, Duration::ZERO);
    assert_eq!(decided(&seen), acts(Step::Register(marked())));
}

#[test]
fn a_claim_as_old_as_a_call_may_take_sends_nothing() {
    let seen = || seen().with_no_secret().with_claim(1).by_us();
    assert_eq!(
        decided(&seen().may(Purpose::Register, almost(T))),
        acts(Step::Register(marked()))
    );
    assert_eq!(decided(&seen().may(Purpose::Register, T)), Decision::Stale);
    assert_eq!(
        decided(&seen().may(Purpose::Rotate("app-1".into()), T)),
        Decision::Stale
    );
}

#[test]
fn a_lost_answer_on_unique_names_is_asked_for_again_at_once() {
    let lost = seen().with_no_secret().with_claim(1);
    assert_eq!(decided(&lost), claims_open(2, Purpose::Register));
}

#[test]
fn after_the_wait_nothing_is_in_doubt_any_more() {
    let lost = seen().with_no_secret().with_claim(1).waited_out();
    assert_eq!(decided(&lost), claims(2, Purpose::Register));
}

#[test]
fn under_another_name_the_marker_is_looked_for_first() {
    let lost = || seen().with_no_secret().with_claim(1);
    assert_eq!(decided_for(renamed(), &lost()), looks(Look::Scan));
    let next = Claim {
        name: "billing-night".into(),
        open: true,
        ..claim(2)
    };
    let registers = acts(Step::Claim(next, Purpose::Register));
    assert_eq!(decided_for(renamed(), &lost().scanned(&[])), registers);
    assert_eq!(decided_for(renamed(), &lost().scanned(&["app-1"])), settles());
}

#[test]
fn when_the_name_is_taken_the_marker_is_looked_for() {
    let taken = seen().with_no_secret().with_claim(2).by_us().answered_name_taken();
    assert_eq!(decided(&taken), looks(Look::Scan));
}

#[test]
fn once_the_name_was_taken_a_look_comes_before_another_register_whoever_claimed_since() {
    let mut seen = seen().with_no_secret().with_claim(2);
    seen.memory.name_taken = true;
    assert_eq!(decided(&seen), looks(Look::Scan));
    let marked = Fact::Scanned(Scan {
        marked: vec![],
        name_taken: false,
        absence: Some(Absence::default()),
        at: seen.now,
    });
    seen.learn(marked);
    assert_eq!(decided(&seen), claims_open(3, Purpose::Register));
}

#[test]
fn what_carries_our_marker_is_adopted_after_the_wait_with_a_new_secret() {
    let taken = || {
        let seen = seen().with_no_secret().with_claim(2).by_us();
        seen.answered_name_taken().scanned(&["app-1"])
    };
    assert_eq!(decided(&taken()), settles());
    let old_look = taken().waited_out().looked_ago(TICK);
    assert_eq!(
        decided(&old_look),
        looks(Look::Secret),
        "looked before the wait was over"
    );
    let adopted = taken().waited_out();
    assert_eq!(decided(&adopted), claims(3, Purpose::Rotate("app-1".into())));
}

#[test]
fn the_wait_ends_to_the_moment() {
    let mut seen = seen().with_no_secret().with_claim(2).answered_name_taken();
    seen = seen.scanned(&["app-1"]).waited_out();
    seen.memory.claim_first_seen += TICK;
    let until = seen.now + TICK;
    let waits = super::waits(until, Stage::Registered, Reason::OutcomeUnknown);
    assert_eq!(decided(&seen), waits);
}

#[test]
fn a_secret_that_names_a_client_that_is_gone_does_not_hinder_the_adoption() {
    let seen = seen().with_our_secret("app-1", 1).without_client("app-1").with_claim(2);
    let seen = seen.answered_name_taken().scanned(&["app-2"]);
    assert_eq!(decided(&seen), settles());
    assert_eq!(decided(&seen.waited_out()), claims(3, Purpose::Rotate("app-2".into())));
}

#[test]
fn a_name_taken_by_a_client_without_our_marker_is_a_conflict() {
    let conflict = refuses(Stage::Registered, Reason::NameConflict, Recheck::Later);
    let taken = seen().with_no_secret().with_claim(2).answered_name_taken();
    assert_eq!(decided(&taken.clone().scanned_name_taken()), conflict);
    let with_dead_secret = taken.with_our_secret("app-1", 1).without_client("app-1");
    assert_eq!(decided(&with_dead_secret.scanned_name_taken()), conflict);
}

#[test]
fn a_rotation_is_sent_under_its_own_claim() {
    let seen = seen().with_no_secret().with_claim(3).by_us();
    let seen = seen.may(Purpose::Rotate("app-1".into()), Duration::ZERO);
    assert_eq!(decided(&seen), acts(Step::Rotate("app-1".into())));
}

#[test]
fn an_answer_without_secret_leads_to_a_rotation_after_the_wait() {
    let mut seen = seen().with_no_secret().with_claim(1).by_us().answered();
    seen.known = Some(crate::domain::observed::scene::client("app-1"));
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    let seen = seen.with_client("app-1");
    assert_eq!(decided(&seen), settles());
    assert_eq!(decided(&seen.waited_out()), claims(2, Purpose::Rotate("app-1".into())));
}

#[test]
fn without_a_marker_an_unknown_outcome_needs_a_person() {
    let lost = || seen().unmarked().with_no_secret().with_claim(1);
    let unknown = refuses(Stage::Registered, Reason::OutcomeUnknown, Recheck::Later);
    assert_eq!(decided(&lost()), unknown);
    assert_eq!(decided(&lost().waited_out()), unknown);
    let message = told(&lost());
    assert!(
        message.contains("annotation oauthregistrar.io/registration"),
        "{message}"
    );
}

#[test]
fn without_a_marker_a_taken_name_is_a_conflict_until_a_look_shows_it_free() {
    let taken = seen().unmarked().with_no_secret().with_claim(1).answered_name_taken();
    let conflict = refuses(Stage::Registered, Reason::NameConflict, Recheck::Later);
    assert_eq!(decided(&taken), looks(Look::Scan));
    assert_eq!(decided(&taken.clone().scanned_name_taken()), conflict);
    let mut free = taken;
    free.learn(Fact::Scanned(Scan {
        marked: vec![],
        name_taken: false,
        absence: Some(Absence::default()),
        at: free.now,
    }));
    assert_eq!(decided(&free), claims(2, Purpose::Register));
}

#[test]
fn without_a_marker_none_is_sent() {
    let seen = seen().unmarked().with_no_secret().with_claim(1).by_us();
    let seen = seen.may(Purpose::Register, Duration::ZERO);
    assert_eq!(decided(&seen), acts(Step::Register(wanted().registration)));
}

#[test]
fn a_claim_of_this_name_from_a_restored_resource_goes_on_under_its_id() {
    let mut seen = seen().with_no_secret();
    let uid = "uid of the lost one".into();
    seen.claim = Found::Carried(Claim { uid, ..claim(4) });
    assert_eq!(decided(&seen), claims_open(5, Purpose::Register));
}

#[test]
fn a_claim_of_another_name_is_put_in_order_before_anything_is_sent() {
    let mut seen = seen().with_no_secret();
    let (uid, name) = ("uid of the original".into(), "original".to_owned());
    seen.claim = Found::Carried(Claim {
        uid,
        name: name.clone(),
        ..claim(4)
    });
    let own = Claim {
        name,
        open: true,
        ..claim(5)
    };
    assert_eq!(decided(&seen), acts(Step::Claim(own.clone(), Purpose::PutBack)));
    let mut after = seen.with_claim(5);
    after.claim = Found::Here(own);
    assert_eq!(
        decided(&after),
        looks(Look::Scan),
        "a restored client is looked for by its marker"
    );
}

#[test]
fn a_secret_in_memory_is_stored_before_anything_else() {
    let seen = seen()
        .with_claim(1)
        .by_us()
        .holding(held("app-1", 1))
        .scanned(&["app-2", "app-3"]);
    assert_eq!(decided(&seen), looks(Look::Secret));
    assert_eq!(decided(&seen.with_secret(SecretSeen::Absent)), acts(Step::Store));
}
