//! The claim: what is put back, what is carried on, whose is left alone.

use super::{acts, claims, claims_open, decided, looks, refuses, told};
use crate::api::conditions::Reason;
use crate::domain::claim::{Claim, Found};
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{claim, held, secret, seen, wanted};
use crate::domain::step::{Look, OutputSecret, Purpose, SecretSeen, Step};
use crate::domain::wish::Wish;

#[test]
fn a_missing_finalizer_is_put_back_with_a_claim_that_permits_nothing() {
    let mut seen = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    seen.object.has_finalizer = false;
    assert_eq!(decided(&seen), claims(2, Purpose::PutBack));
}

#[test]
fn a_claim_to_put_something_back_permits_no_call() {
    let seen = seen()
        .with_claim(2)
        .by_us()
        .told("app-1", 1)
        .with_our_secret("app-1", 2);
    let seen = seen.may(Purpose::PutBack, std::time::Duration::ZERO);
    assert_eq!(decided(&seen), Decision::Converged);
}

#[test]
fn a_missing_claim_is_put_back_with_the_id_that_status_tells() {
    let seen = seen().told("app-1", 3).with_our_secret("app-1", 3);
    let mut minted = seen.clone();
    minted.fresh_id = "another id".into();
    assert_eq!(decided(&minted), claims_open(4, Purpose::PutBack));
}

#[test]
fn a_missing_claim_goes_on_above_the_attempt_of_the_secret() {
    let seen = seen().told("app-1", 3).with_our_secret("app-1", 5);
    assert_eq!(decided(&seen), claims_open(6, Purpose::PutBack));
}

#[test]
fn a_missing_claim_is_put_back_with_the_id_that_the_secret_tells_when_status_is_silent() {
    let registration_id = Some("id in the Secret".to_owned());
    let secret = OutputSecret {
        registration_id,
        ..secret("app-1", 2)
    };
    let seen = seen().with_secret(SecretSeen::Ours(secret));
    let back = Claim {
        id: "id in the Secret".into(),
        open: true,
        ..claim(3)
    };
    assert_eq!(decided(&seen), acts(Step::Claim(back, Purpose::PutBack)));
}

#[test]
fn a_claim_written_before_the_wait_is_over_keeps_open() {
    let seen = seen().with_claim(2).open().answered().with_no_secret();
    assert_eq!(decided(&seen), claims_open(3, Purpose::Register));
}

#[test]
fn a_claim_written_after_the_wait_clears_open() {
    let seen = seen().with_claim(2).open().with_no_secret().waited_out();
    assert_eq!(decided(&seen), claims(3, Purpose::Register));
}

#[test]
fn a_claim_over_a_resolved_attempt_is_not_open() {
    let seen = seen().with_claim(2).answered().with_no_secret();
    assert_eq!(decided(&seen), claims(3, Purpose::Register));
}

#[test]
fn an_attempt_is_resolved_by_status_by_the_secret_or_by_memory() {
    let unresolved = || seen().with_claim(2);
    assert!(unresolved().unresolved());
    assert!(!unresolved().told("app-1", 2).unresolved());
    assert!(!unresolved().with_our_secret("app-1", 2).unresolved());
    assert!(!unresolved().answered().unresolved());
    assert!(unresolved().told("app-1", 1).with_our_secret("app-1", 1).unresolved());
}

#[test]
fn what_another_installation_claimed_is_not_touched() {
    let mut seen = seen().told("app-1", 1).with_no_secret();
    seen.claim = Found::Elsewhere("other-cluster".into());
    let elsewhere = refuses(Stage::Registered, Reason::RestoredElsewhere, Recheck::Later);
    assert_eq!(decided(&seen), elsewhere);
    let message = told(&seen);
    assert!(message.contains("(instance other-cluster)"), "{message}");
}

#[test]
fn a_client_of_another_platform_or_owner_is_not_touched() {
    let changed = refuses(Stage::Registered, Reason::PlatformIdentityChanged, Recheck::OnChange);
    let seen = || seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    let mut other_owner = seen();
    other_owner.platform.identity.owner = "another tenant".into();
    assert_eq!(decided(&other_owner), changed);
    let mut other_issuer = seen();
    other_issuer.platform.identity.issuer = "https://other.example.com".into();
    assert_eq!(decided(&other_issuer), changed);
    assert_eq!(decided(&seen()), Decision::Converged);
}

#[test]
fn until_its_outcome_is_known_the_client_may_be_where_the_claim_was_written() {
    let moved = |mut seen: Seen| {
        seen.platform.identity.owner = "another tenant".into();
        seen.with_no_secret()
    };
    let changed = refuses(Stage::Registered, Reason::PlatformIdentityChanged, Recheck::OnChange);
    let unresolved = moved(seen().with_claim(1));
    assert_eq!(decided(&unresolved), changed);
    let message = told(&unresolved);
    assert!(
        message.contains("may be registered at https://id.example.com"),
        "{message}"
    );
    assert_eq!(
        decided(&moved(seen().with_claim(1).by_us().holding(held("app-1", 1)))),
        changed
    );
    let surely_not_there = moved(seen().with_claim(1).answered());
    let there = surely_not_there.platform.identity.issuer_and_owner();
    let next = Claim {
        platform: there,
        ..claim(2)
    };
    assert_eq!(
        decided(&surely_not_there),
        acts(Step::Claim(next, Purpose::Register)),
        "a wrong apiUrl can be corrected"
    );
}

#[test]
fn a_claim_tells_whether_a_registration_may_be_without_outcome() {
    let registers = |seen: &Seen| match super::super::application::decide(&Wish::Present(Box::new(wanted())), seen) {
        Decision::Act(Step::Claim(claim, _)) => claim.registers,
        other => panic!("no claim: {other:?}"),
    };
    let stripped = |mut seen: Seen| {
        seen.object.has_finalizer = false;
        seen.with_no_secret()
    };
    assert!(registers(&seen().with_no_secret()), "it permits one");
    assert!(registers(&stripped(seen().with_claim(1))), "it is written over one");
    assert!(!registers(&stripped(seen().with_claim(1).answered())));
    let blind = stripped(seen().blind().with_claim(1));
    assert!(!registers(&blind), "that one is counted");
    assert_eq!(
        decided(&blind),
        acts(Step::Claim(
            Claim {
                lost: 1,
                open: true,
                ..claim(2)
            },
            Purpose::PutBack
        ))
    );
}

#[test]
fn a_copy_at_another_platform_is_refused_since_it_could_be_a_restore() {
    let mut seen = seen().with_no_secret();
    let uid = "uid of the other one".into();
    seen.claim = Found::Carried(Claim { uid, ..claim(4) });
    seen.platform.identity.owner = "another tenant".into();
    let changed = refuses(Stage::Registered, Reason::PlatformIdentityChanged, Recheck::OnChange);
    assert_eq!(decided(&seen), changed);
    assert!(told(&seen).contains("remove the annotation"), "{}", told(&seen));
}

#[test]
fn a_platform_that_cannot_say_who_we_are_is_away_and_not_another_one() {
    let changed = refuses(Stage::Registered, Reason::PlatformIdentityChanged, Recheck::OnChange);
    let mut restored = seen().with_no_secret();
    let uid = "uid of the lost one".into();
    restored.claim = Found::Carried(Claim { uid, ..claim(4) });
    let told = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    for mut seen in [restored, told, seen().with_claim(1).with_no_secret()] {
        seen.platform.identity.issuer = String::new();
        seen.platform.identity.owner = "".into();
        assert_ne!(decided(&seen), changed);
    }
}

#[test]
fn a_removed_claim_does_not_make_a_new_registration() {
    let seen = seen().told("app-1", 1);
    assert_eq!(decided(&seen), looks(Look::Secret));
    let removed = seen.with_no_secret();
    let Decision::Act(Step::Claim(claim, purpose)) = decided(&removed) else {
        panic!("no claim")
    };
    assert_eq!((claim.id.as_str(), purpose), ("id-1", Purpose::PutBack));
}
