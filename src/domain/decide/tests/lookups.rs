//! What can be looked up at a platform decides how an attempt without outcome goes on.

use std::time::Duration;

use super::{acts, claims, claims_open, decided, looks, refuses, settles, stalls, told, waits};
use crate::api::conditions::Reason;
use crate::domain::claim::{Claim, Found};
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{TICK, ago, claim, client, held, remote, seen, wanted};
use crate::domain::port::{Proof, Rotation, Unique};
use crate::domain::step::{Fact, Held, Look, Purpose, Step};

/// The answer to the registration of another process was lost.
fn lost(unique: Unique) -> Seen {
    seen().unique(unique).with_no_secret().with_claim(1)
}

fn lost_blindly() -> Seen {
    seen().blind().with_no_secret().with_claim(1)
}

/// Writes the next attempt to register, with so many possible orphans.
fn counts(attempt: i64, lost: u32) -> Decision {
    acts(Step::Claim(Claim { lost, ..claim(attempt) }, Purpose::Register))
}

#[test]
fn where_names_repeat_an_absence_is_believed_only_after_the_wait() {
    assert_eq!(decided(&lost(Unique::Nothing)), settles());
    assert_eq!(decided(&lost(Unique::Nothing).scanned(&[])), settles());
    let waited = || lost(Unique::Nothing).waited_out();
    assert_eq!(decided(&waited()), looks(Look::Scan));
    assert_eq!(decided(&waited().scanned(&[])), claims(2, Purpose::Register));
    let mut old = waited().scanned(&[]);
    old.scan.as_mut().unwrap().at = ago(TICK);
    assert_eq!(decided(&old), looks(Look::Scan), "looked before the wait was over");
    let found = waited().scanned(&["app-1"]);
    assert_eq!(decided(&found), claims(2, Purpose::Rotate("app-1".into())));
}

#[test]
fn where_names_repeat_somebody_elses_is_no_conflict() {
    let taken = lost(Unique::Nothing).waited_out().scanned_name_taken();
    assert_eq!(decided(&taken), claims(2, Purpose::Register));
    let mut told = lost(Unique::Nothing).by_us().may(Purpose::Register, TICK);
    told.learn(Fact::NameTaken);
    let conflict = refuses(Stage::Registered, Reason::NameConflict, Recheck::Later);
    assert_eq!(decided(&told), conflict, "unless the platform says so itself");
}

#[test]
fn where_we_choose_the_id_a_lost_answer_is_asked_for_again_at_once_under_any_name() {
    let named_before = |mut seen: Seen| {
        if let Found::Here(claim) = &mut seen.claim {
            claim.name = "former-name".into();
        }
        seen
    };
    let lost = named_before(lost(Unique::Ids));
    assert_eq!(decided(&lost), claims_open(2, Purpose::Register));
    let taken = lost.answered_name_taken();
    assert_eq!(decided(&taken), looks(Look::Scan));
    assert_eq!(decided(&taken.clone().scanned(&["app-1"])), settles());
    let adopted = taken.waited_out().scanned(&["app-1"]);
    let Decision::Act(Step::Claim(_, purpose)) = decided(&adopted) else {
        panic!("no claim")
    };
    assert_eq!(purpose, Purpose::Rotate("app-1".into()));
}

#[test]
fn a_restored_claim_registers_at_once_only_where_a_second_client_is_refused() {
    let restored = |unique| {
        let mut seen = seen().unique(unique).with_no_secret();
        let uid = "uid of the lost one".into();
        seen.claim = Found::Carried(Claim { uid, ..claim(4) });
        decided(&seen)
    };
    assert_eq!(restored(Unique::Names), claims_open(5, Purpose::Register));
    assert_eq!(restored(Unique::Ids), claims_open(5, Purpose::Register));
    assert_eq!(restored(Unique::Nothing), claims_open(5, Purpose::PutBack));
}

#[test]
fn a_client_registered_under_the_id_of_one_that_was_gone_is_there() {
    let mut seen = lost(Unique::Ids).by_us().without_client("app-1");
    seen.learn(Fact::Registered {
        held: held("app-1", 1),
        tenants: vec![],
        complete: true,
    });
    assert!(!seen.is_gone(&"app-1".into()));
}

#[test]
fn where_nothing_can_be_looked_up_a_repeated_registration_counts_a_possible_orphan() {
    assert_eq!(decided(&lost_blindly()), settles());
    assert_eq!(decided(&lost_blindly().waited_out()), counts(2, 1));
    let answered = lost_blindly().answered();
    assert_eq!(decided(&answered), counts(2, 0), "surely nothing was carried out");
}

#[test]
fn after_three_possible_orphans_a_person_has_to_look() {
    let with = |lost: u32| {
        let mut seen = lost_blindly().waited_out();
        if let Found::Here(claim) = &mut seen.claim {
            claim.lost = lost;
        }
        seen
    };
    assert_eq!(decided(&with(2)), counts(2, 3));
    assert_eq!(decided(&with(3)), stalls(Stage::Registered, Reason::OutcomeUnknown));
    assert!(told(&with(3)).contains("oauthregistrar.io/retry"));
    let mut asked = with(3);
    asked.retry_asked = true;
    assert_eq!(decided(&asked), counts(2, 4));
    let mut claim_removed = with(0);
    claim_removed.told.lost = 3;
    let stalled = stalls(Stage::Registered, Reason::OutcomeUnknown);
    assert_eq!(decided(&claim_removed), stalled, "status remembers");
}

#[test]
fn where_nothing_can_be_looked_up_the_loser_deregisters_what_it_alone_knows() {
    let lost = || seen().blind().with_claim(2).holding(held("app-1", 1));
    assert_eq!(decided(&lost()), looks(Look::Secret));
    let deregisters = acts(Step::Deregister("app-1".into()));
    assert_eq!(decided(&lost().with_no_secret()), deregisters);
    assert_eq!(decided(&lost().with_our_secret("app-2", 2)), deregisters);
    let forgets = acts(Step::Forget);
    assert_eq!(decided(&lost().with_our_secret("app-1", 1)), forgets, "published");
    let gone = lost().with_no_secret().without_client("app-1");
    assert_eq!(decided(&gone), forgets);
    let mut known_to_status = lost().with_no_secret();
    known_to_status.told.known = Some(client("app-1"));
    assert_eq!(decided(&known_to_status), forgets);
    let rotated = Held {
        registered: false,
        ..held("app-1", 1)
    };
    assert_eq!(decided(&lost().holding(rotated).with_no_secret()), forgets);
}

#[test]
fn an_undone_registration_says_nothing_about_the_claim_of_another() {
    let mut seen = seen().blind().with_no_secret().with_claim(2).holding(held("app-1", 1));
    seen.learn(Fact::Deregistered("app-1".into()));
    assert!(seen.unresolved());
}

#[test]
fn where_nothing_can_be_looked_up_the_secret_names_the_client() {
    let mut seen = seen().blind().with_claim(1).with_our_secret("app-1", 1);
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    let read = Some(Box::new(remote("app-1", wanted().registration)));
    seen.learn(Fact::ClientRead("app-1".into(), read));
    assert_eq!(seen.known, Some(client("app-1")));
}

/// The Secret is gone, and the wait is over.
fn secret_lost(rotation: Rotation) -> Seen {
    let seen = seen()
        .with_claim(1)
        .told("app-1", 1)
        .with_no_secret()
        .with_client("app-1");
    seen.waited_out().rotating(rotation)
}

#[test]
fn a_secret_that_overlaps_is_replaced_by_the_same_call() {
    let rotates = claims(2, Purpose::Rotate("app-1".into()));
    assert_eq!(decided(&secret_lost(Rotation::Overlap)), rotates);
}

#[test]
fn a_client_takes_the_place_of_another_after_the_wait_and_the_claim_stays_open() {
    let recreates = || secret_lost(Rotation::Recreate).unique(Unique::Nothing);
    assert_eq!(decided(&recreates()), claims_open(2, Purpose::Register));
    let mut young = recreates();
    young.memory.claim_first_seen = young.now;
    assert_eq!(decided(&young), settles());
    let doubted = recreates().with_claim(2).waited_out();
    assert_eq!(
        decided(&doubted),
        looks(Look::Scan),
        "an earlier one may be there already"
    );
}

#[test]
fn where_name_or_id_has_to_be_free_the_former_client_goes_first() {
    for unique in [Unique::Names, Unique::Ids] {
        let recreates = secret_lost(Rotation::Recreate).unique(unique);
        assert_eq!(decided(&recreates), claims(2, Purpose::Deregister("app-1".into())));
    }
}

#[test]
fn a_former_client_that_only_status_tells_of_goes_when_the_new_one_is_proved() {
    let mut seen = seen()
        .blind()
        .with_claim(2)
        .told("app-1", 1)
        .with_our_secret("app-2", 2);
    (seen.known, seen.told.settled) = (Some(client("app-2")), false);
    seen.learn(Fact::ClientRead(
        "app-2".into(),
        Some(Box::new(remote("app-2", wanted().registration))),
    ));
    assert_eq!(decided(&seen), settles());
    let waited = seen.waited_out();
    assert_eq!(decided(&waited), looks(Look::Client("app-1".into())));
    let there = waited.with_remote(remote("app-1", wanted().registration));
    assert_eq!(decided(&there), claims(3, Purpose::Deregister("app-1".into())));
    assert_eq!(decided(&there.without_client("app-1")), Decision::Converged);
}

#[test]
fn no_client_takes_the_place_of_one_that_status_does_not_tell_of() {
    let mut refused = seen()
        .blind()
        .rotating(Rotation::Recreate)
        .with_claim(2)
        .waited_out()
        .told("app-1", 1)
        .without_client("app-1")
        .with_our_secret("app-2", 2)
        .with_client("app-2")
        .proved(Proof::WrongSecret);
    refused.known = Some(client("app-2"));
    let later = refused.now + Duration::from_secs(1);
    assert_eq!(
        decided(&refused),
        waits(later, Stage::SecretPublished, Reason::Reconciling)
    );
    refused.told.known = Some(client("app-2"));
    assert_eq!(decided(&refused), counts(3, 0));
}

#[test]
fn a_secret_that_cannot_be_replaced_needs_a_person() {
    let never = secret_lost(Rotation::Never);
    let stalled = stalls(Stage::SecretPublished, Reason::UnsupportedByPlatform);
    assert_eq!(decided(&never), stalled);
    let mut young = never;
    young.memory.claim_first_seen = young.now;
    assert_eq!(decided(&young), settles(), "somebody may be about to publish it");
}
