//! Several clients carry our marker: one stays, the others go, one after the other.

use super::{claims, decided, looks, settles};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{client, seen};
use crate::domain::step::{Look, Purpose};

/// A scan found three, the newest first.
fn three() -> Seen {
    let seen = seen().with_no_secret().with_claim(2).answered_name_taken();
    seen.scanned(&["app-3", "app-2", "app-1"])
}

/// As `three`; the client named by the Secret, or else by status, is known.
fn known(id: &str) -> Seen {
    let mut seen = three().with_our_secret(id, 1).with_client(id);
    seen.known = Some(client(id));
    seen
}

#[test]
fn nothing_goes_before_the_wait_is_over() {
    assert_eq!(decided(&three()), settles());
    assert_eq!(decided(&known("app-1")), settles());
}

#[test]
fn the_newest_stays_when_none_is_known() {
    let seen = three().waited_out().with_client("app-2").with_client("app-3");
    assert_eq!(decided(&seen), claims(3, Purpose::Deregister("app-2".into())));
    let next = seen.without_client("app-2").with_client("app-1");
    assert_eq!(decided(&next), claims(3, Purpose::Deregister("app-1".into())));
    let last = next.without_client("app-1");
    assert_eq!(decided(&last), claims(3, Purpose::Rotate("app-3".into())));
}

#[test]
fn what_is_known_stays() {
    let seen = known("app-1").waited_out().with_client("app-3");
    let seen = seen.proved(crate::domain::port::Proof::Works);
    assert_eq!(decided(&seen), claims(3, Purpose::Deregister("app-3".into())));
}

#[test]
fn what_goes_is_looked_at_by_its_id_first() {
    let seen = three().waited_out().with_client("app-3");
    assert_eq!(decided(&seen), looks(Look::Client("app-2".into())));
}

#[test]
fn what_stays_is_proved_before_the_others_go() {
    let seen = known("app-1").waited_out().with_client("app-3").with_client("app-2");
    assert_eq!(decided(&seen), looks(Look::Proof));
}
