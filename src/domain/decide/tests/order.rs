//! The order of the rules: of two that hold, the one that decides.

use std::time::Duration;

use super::{acts, decided, refuses, waits};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::failure::Class;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{NOW, held, seen};
use crate::domain::step::{Doing, Purpose, Step};

fn stale() -> Seen {
    let mut seen = seen();
    seen.stale = true;
    seen
}

fn elsewhere(mut seen: Seen) -> Seen {
    seen.claim = Found::Elsewhere("other-cluster".into());
    seen
}

#[test]
fn a_failure_decides_first() {
    let failed = elsewhere(stale())
        .holding(held("app-1", 1))
        .failing(Doing::Reading, Class::Transient);
    let waits = waits(
        NOW + Duration::from_secs(2),
        Stage::Registered,
        Reason::PlatformUnreachable,
    );
    assert_eq!(decided(&failed), waits);
}

#[test]
fn a_stale_view_is_not_judged() {
    assert_eq!(decided(&elsewhere(stale())), Decision::Stale);
}

#[test]
fn what_is_claimed_elsewhere_is_not_even_looked_at() {
    let seen = elsewhere(seen()).with_foreign_secret();
    let refused = refuses(Stage::Registered, Reason::RestoredElsewhere, Recheck::Later);
    assert_eq!(decided(&seen), refused);
}

#[test]
fn the_one_call_of_the_claim_goes_before_all_looks() {
    let seen = seen()
        .told("app-1", 1)
        .with_claim(2)
        .by_us()
        .with_our_secret("app-2", 1);
    let seen = seen.may(Purpose::Deregister("app-3".into()), Duration::ZERO);
    assert_eq!(decided(&seen), acts(Step::Deregister("app-3".into())));
}

#[test]
fn a_secret_in_memory_ends_the_rest() {
    let seen = seen().with_claim(2).by_us().told("app-1", 2).holding(held("app-1", 2));
    assert_eq!(decided(&seen.with_no_secret()), acts(Step::Store));
}

#[test]
fn rest_goes_before_the_look_at_the_secret() {
    let seen = seen().with_claim(1).told("app-1", 1);
    assert_eq!(decided(&seen), Decision::Converged);
    let foreign = refuses(Stage::SecretPublished, Reason::SecretNotOwned, Recheck::Later);
    assert_eq!(decided(&seen.with_foreign_secret()), foreign);
}

#[test]
fn a_foreign_secret_goes_before_the_claim_and_before_the_client() {
    let foreign = refuses(Stage::SecretPublished, Reason::SecretNotOwned, Recheck::Later);
    let mut carried = seen().with_foreign_secret().told("app-1", 1).without_client("app-1");
    carried.claim = Found::Nothing;
    assert_eq!(decided(&carried), foreign);
    let changed = seen().with_foreign_secret().with_claim(1).told("app-1", 1).changed();
    assert_eq!(decided(&changed), foreign);
}

#[test]
fn a_missing_secret_is_replaced_before_the_client_is_brought_in_line() {
    let seen = seen()
        .with_claim(1)
        .told("app-1", 1)
        .changed()
        .with_no_secret()
        .waited_out();
    let rotates = super::claims(2, Purpose::Rotate("app-1".into()));
    assert_eq!(decided(&seen.with_client("app-1")), rotates);
}
