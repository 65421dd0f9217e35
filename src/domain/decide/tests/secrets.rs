//! The Secret: what is in memory is stored, what is lost is replaced, what is there is proved; all of it at rest costs
//! nothing.

use std::time::Duration;

use super::{acts, claims, decided, looks, refuses, settles, stalls, told, waits};
use crate::api::conditions::Reason;
use crate::domain::decide::{Decision, Recheck, Stage};
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{NOW, T, TICK, VERSION, ago, almost, claim, held, secret, seen};
use crate::domain::port::Proof;
use crate::domain::step::{Held, Look, OutputSecret, Purpose, SecretSeen, Step};

/// Registered, published and proved; the Secret was looked at.
fn published() -> Seen {
    seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1)
}

/// As `published`, but the Secret has another version than the one that was proved.
fn altered() -> Seen {
    let mut seen = published();
    seen.told.secret_version = Some("6".into());
    seen
}

fn not_intact() -> SecretSeen {
    let intact = false;
    SecretSeen::Ours(OutputSecret {
        intact,
        ..secret("app-1", 1)
    })
}

fn minted() -> Seen {
    seen().with_claim(2).by_us().holding(held("app-1", 2)).with_no_secret()
}

fn rotates() -> Decision {
    claims(2, Purpose::Rotate("app-1".into()))
}

#[test]
fn at_rest_nothing_is_looked_at() {
    let rest = seen().with_claim(1).told("app-1", 1);
    assert_eq!(decided(&rest), Decision::Converged);
}

#[test]
fn each_thing_that_is_not_told_to_be_true_ends_the_rest() {
    type Unsettle = fn(&mut Seen);
    let unrest: [(&str, Unsettle); 9] = [
        ("no finalizer", |s| s.object.has_finalizer = false),
        ("in doubt", |s| s.told.settled = false),
        ("another attempt", |s| {
            s.claim = crate::domain::claim::Found::Here(claim(2));
        }),
        ("another generation", |s| s.applied = false),
        ("not proved", |s| s.told.verified = false),
        ("no Secret", |s| s.secret_hint = None),
        ("another version of the Secret", |s| s.secret_hint = Some("8".into())),
        ("no version told", |s| s.told.secret_version = None),
        ("no claim", |s| s.claim = crate::domain::claim::Found::Nothing),
    ];
    for (what, unsettle) in unrest {
        let mut seen = seen().with_claim(1).told("app-1", 1);
        unsettle(&mut seen);
        assert_eq!(decided(&seen), looks(Look::Secret), "{what}");
    }
}

#[test]
fn an_open_claim_that_was_told_to_be_settled_is_at_rest() {
    let rest = seen().with_claim(1).open().told("app-1", 1);
    assert_eq!(decided(&rest), Decision::Converged);
    assert!(!rest.in_doubt());
}

#[test]
fn a_secret_in_memory_is_not_stored_over_a_foreign_one() {
    let foreign = refuses(Stage::SecretPublished, Reason::SecretNotOwned, Recheck::Later);
    assert_eq!(decided(&minted().with_foreign_secret()), foreign);
}

#[test]
fn a_secret_in_memory_replaces_one_of_a_lower_attempt() {
    assert_eq!(decided(&minted().with_our_secret("app-1", 1)), acts(Step::Store));
}

#[test]
fn a_secret_in_memory_twice_as_old_as_a_call_is_claimed_anew_first() {
    let aged = |age: Duration| {
        let claimed_at = ago(age);
        minted().holding(Held {
            claimed_at,
            ..held("app-1", 2)
        })
    };
    assert_eq!(decided(&aged(almost(2 * T))), acts(Step::Store));
    let anew = acts(Step::ClaimToPublish { keep_open: true });
    assert_eq!(decided(&aged(2 * T)), anew);
    assert_eq!(decided(&aged(2 * T).with_secret(SecretSeen::Unread)), anew);
}

#[test]
fn who_lost_the_claim_forgets_the_secret_and_deregisters_nothing() {
    let next_attempt = seen().with_claim(3).holding(held("app-1", 2)).with_no_secret();
    assert_eq!(decided(&next_attempt), acts(Step::Forget));
    let another_holder = seen().with_claim(2).holding(held("app-1", 2)).with_no_secret();
    assert_eq!(decided(&another_holder), acts(Step::Forget));
}

#[test]
fn who_lost_the_race_for_the_secret_forgets_its_own() {
    assert_eq!(decided(&minted().with_our_secret("app-1", 2)), acts(Step::Forget));
    let superseded = seen()
        .with_claim(3)
        .holding(held("app-1", 2))
        .with_our_secret("app-1", 3);
    assert_eq!(decided(&superseded), acts(Step::Forget));
}

#[test]
fn a_secret_from_beyond_the_claim_is_believed_only_if_a_fresh_read_shows_such_a_claim() {
    let beyond = minted().with_our_secret("app-1", 3);
    assert_eq!(decided(&beyond), looks(Look::Claim));
    let fresh = Seen {
        claim_is_fresh: true,
        ..beyond
    };
    assert_eq!(decided(&fresh), acts(Step::Store));
}

#[test]
fn a_claim_older_than_the_secret_in_memory_is_a_stale_view() {
    let stale = seen().with_claim(1).by_us().holding(held("app-1", 2));
    assert_eq!(decided(&stale), Decision::Stale);
}

#[test]
fn a_secret_that_the_api_server_refuses_stays_in_memory_and_is_tried_again() {
    let mut seen = minted();
    seen.store_refused = Some("a policy says no".into());
    let two_seconds = NOW + Duration::from_secs(2);
    let waits = waits(two_seconds, Stage::SecretPublished, Reason::SecretWriteFailed);
    assert_eq!(decided(&seen), waits);
    assert!(told(&seen).contains("cannot be written: a policy says no. The credentials are kept"));
}

#[test]
fn a_secret_that_the_api_server_refuses_again_and_again_is_tried_less_often() {
    let mut seen = minted();
    (seen.store_refused, seen.memory.failures) = (Some("a policy says no".into()), 2);
    let eight_seconds = NOW + Duration::from_secs(8);
    let waits = waits(eight_seconds, Stage::SecretPublished, Reason::SecretWriteFailed);
    assert_eq!(decided(&seen), waits);
}

#[test]
fn a_missing_secret_is_replaced_by_a_rotation_after_the_wait() {
    let missing = || seen().with_claim(1).told("app-1", 1).with_no_secret();
    assert_eq!(decided(&missing()), looks(Look::Client("app-1".into())));
    assert_eq!(decided(&missing().with_client("app-1")), settles());
    let waited = missing().with_client("app-1").waited_out();
    assert_eq!(decided(&waited.clone().looked_ago(TICK)), looks(Look::Secret));
    assert_eq!(decided(&waited), rotates());
}

#[test]
fn a_secret_without_value_counts_as_missing() {
    let client_secret = None;
    let emptied = OutputSecret {
        client_secret,
        ..secret("app-1", 1)
    };
    let seen = published().with_secret(SecretSeen::Ours(emptied));
    assert_eq!(decided(&seen), looks(Look::Client("app-1".into())));
    assert_eq!(decided(&seen.with_client("app-1").waited_out()), rotates());
}

#[test]
fn a_secret_of_another_version_is_proved() {
    assert_eq!(decided(&altered()), looks(Look::Proof));
    let unproved = |mut seen: Seen| {
        seen.told.verified = false;
        seen
    };
    assert_eq!(decided(&unproved(published())), looks(Look::Proof));
}

#[test]
fn a_secret_that_works_is_kept_and_its_form_restored() {
    assert_eq!(decided(&altered().proved(Proof::Works)), Decision::Converged);
    let form_lost = altered().with_secret(not_intact());
    assert_eq!(
        decided(&form_lost),
        looks(Look::Proof),
        "first it must be known to work"
    );
    assert_eq!(decided(&form_lost.proved(Proof::Works)), acts(Step::Restore));
}

#[test]
fn a_secret_that_is_refused_is_replaced_after_the_wait() {
    let refused = altered().proved(Proof::WrongSecret);
    assert_eq!(decided(&refused), looks(Look::Client("app-1".into())));
    let refused = refused.with_client("app-1");
    assert_eq!(decided(&refused), settles());
    let waited = refused.waited_out();
    assert_eq!(decided(&waited.clone().looked_ago(TICK)), looks(Look::Secret));
    assert_eq!(decided(&waited), rotates());
}

#[test]
fn a_client_that_the_identity_service_does_not_know_is_asked_for_at_the_platform() {
    let unknown = altered().proved(Proof::UnknownClient);
    assert_eq!(decided(&unknown), looks(Look::Client("app-1".into())));
    let there = unknown.with_client("app-1").waited_out();
    assert_eq!(decided(&there), rotates());
}

#[test]
fn a_tenant_that_refuses_proves_nothing_against_the_secret() {
    assert_eq!(decided(&altered().proved(Proof::TenantRefused)), Decision::Converged);
}

#[test]
fn a_fresh_secret_is_believed_to_be_slow_for_two_minutes() {
    let published_ago = |age: Duration| {
        let mut seen = altered().proved(Proof::WrongSecret).with_client("app-1").waited_out();
        seen.memory.published = Some((ago(age), VERSION.into()));
        decided(&seen)
    };
    let slow = |until| waits(until, Stage::CredentialsVerified, Reason::Reconciling);
    let secs = Duration::from_secs;
    assert_eq!(published_ago(secs(10)), slow(NOW + secs(5)));
    assert_eq!(
        published_ago(secs(118)),
        slow(NOW + secs(2)),
        "not longer than two minutes"
    );
    assert_eq!(published_ago(secs(120)), rotates());
}

#[test]
fn somebody_elses_version_of_the_secret_is_not_a_fresh_one() {
    let mut seen = altered().proved(Proof::WrongSecret).with_client("app-1").waited_out();
    seen.memory.published = Some((NOW, "5".into()));
    assert_eq!(decided(&seen), rotates());
}

#[test]
fn after_three_replacements_a_day_a_person_has_to_look() {
    let contested = stalls(Stage::SecretPublished, Reason::SecretContested);
    let replaced = |mut seen: Seen, times| {
        seen.told.replaced = times;
        decided(&seen)
    };
    let refused = || altered().proved(Proof::WrongSecret).with_client("app-1").waited_out();
    assert_eq!(replaced(refused(), 2), rotates());
    assert_eq!(replaced(refused(), 3), contested);
    let missing = || {
        seen()
            .with_claim(1)
            .told("app-1", 1)
            .with_no_secret()
            .with_client("app-1")
            .waited_out()
    };
    assert_eq!(replaced(missing(), 2), rotates());
    assert_eq!(replaced(missing(), 3), contested);
    assert_eq!(replaced(altered().proved(Proof::Works), 3), Decision::Converged);
}

#[test]
fn after_an_ambiguous_rotation_what_works_now_is_proved_again_after_the_wait() {
    let lost = || published().with_claim(2);
    assert_eq!(decided(&lost()), looks(Look::Proof), "what was told is in doubt");
    assert_eq!(decided(&lost().proved(Proof::Works)), settles());
    let old = lost().waited_out();
    let old = Seen {
        proof: Some((Proof::Works, ago(Duration::from_secs(1)))),
        ..old
    };
    assert_eq!(decided(&old), looks(Look::Proof), "a late call may have come since");
    let works = lost().waited_out().proved(Proof::Works);
    assert_eq!(
        decided(&works),
        looks(Look::Scan),
        "nobody told whether it was a register"
    );
    assert_eq!(decided(&works.scanned(&["app-1"])), Decision::Converged);
    let killed = lost().proved(Proof::WrongSecret).with_client("app-1");
    assert_eq!(decided(&killed), settles());
    assert_eq!(
        decided(&killed.waited_out()),
        claims(3, Purpose::Rotate("app-1".into()))
    );
}

#[test]
fn a_published_secret_under_an_open_claim_is_proved_again_after_the_wait() {
    let mut open = seen()
        .with_claim(2)
        .open()
        .with_our_secret("app-1", 2)
        .with_client("app-1");
    open.known = Some(crate::domain::observed::scene::client("app-1"));
    assert_eq!(decided(&open.clone().proved(Proof::Works)), settles());
    let settled = open.waited_out().proved(Proof::Works);
    assert_eq!(decided(&settled), looks(Look::Scan));
    assert_eq!(decided(&settled.scanned(&["app-1"])), Decision::Converged);
}

#[test]
fn a_secret_just_stored_is_proved_whatever_status_tells() {
    let mut seen = published();
    seen.published.stored = true;
    assert_eq!(decided(&seen), looks(Look::Proof));
}
