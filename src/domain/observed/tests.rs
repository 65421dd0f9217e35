//! Each fact and what it makes known, and what it makes doubtful again.

use std::time::Duration;

use super::Seen;
use super::scene::{NOW, SETTLE, T, TICK, ago, claim, client, held, marked, remote, secret, seen, us};
use crate::domain::claim::Claim;
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::{Proof, RemoteClient};
use crate::domain::registration::{Registration, TenantId};
use crate::domain::step::{Doing, Fact, Held, Purpose, SecretSeen};

fn after(mut seen: Seen, fact: Fact) -> Seen {
    seen.learn(fact);
    seen
}

/// This process just claimed to register, 3 s ago.
fn claimed() -> Seen {
    let at = ago(Duration::from_secs(3));
    after(seen().with_no_secret(), Fact::Claimed(claim(1), Purpose::Register, at))
}

#[test]
fn a_written_claim_puts_the_finalizer_on_and_permits_one_call_from_the_time_its_request_began() {
    let seen = claimed();
    let at = ago(Duration::from_secs(3));
    assert!(seen.object.has_finalizer);
    assert_eq!(seen.own_claim(), Some(&claim(1)));
    assert_eq!(seen.authority, Some((Purpose::Register, at)));
    assert_eq!(seen.settles_at(), at + SETTLE);
    assert!(seen.unresolved());
}

#[test]
fn a_claim_to_put_back_permits_nothing() {
    let seen = after(seen(), Fact::Claimed(claim(1), Purpose::PutBack, NOW));
    assert_eq!(seen.authority, None);
}

fn registered(held: Held, tenants: Vec<TenantId>) -> Fact {
    let complete = true;
    Fact::Registered {
        held,
        tenants,
        complete,
    }
}

#[test]
fn a_registration_that_could_not_hold_everything_is_brought_in_line_later() {
    let (held, tenants, complete) = (held("app-1", 1), vec![], false);
    let fact = Fact::Registered {
        held,
        tenants,
        complete,
    };
    assert!(!after(claimed(), fact).applied);
}

#[test]
fn another_public_client_is_known_by_its_id_and_has_the_secret_looked_at_again() {
    let with = |id: Option<&str>| RemoteClient {
        public_client_id: id.map(Into::into),
        ..remote("app-1", marked())
    };
    let read = |seen: Seen, id| after(seen, Fact::ClientRead("app-1".into(), Some(Box::new(with(id)))));
    let published = || claimed().told("app-1", 1).with_our_secret("app-1", 1);
    let added = read(published(), Some("spa-1"));
    assert_eq!(added.known.as_ref().unwrap().public_client_id, Some("spa-1".into()));
    assert!(matches!(added.secret, SecretSeen::Unread));
    let same = read(added.with_our_secret("app-1", 1), Some("spa-1"));
    assert!(same.output().is_some(), "the Secret was looked at with this id");
    let removed = read(same, None);
    assert_eq!(removed.known.as_ref().unwrap().public_client_id, None);
    assert!(matches!(removed.secret, SecretSeen::Unread));
}

#[test]
fn a_registration_resolves_the_attempt_and_keeps_the_secret() {
    let seen = after(claimed(), registered(held("app-1", 1), vec!["t1".into()]));
    assert_eq!(seen.authority, None, "the claim permits one call");
    assert_eq!(seen.known, Some(client("app-1")));
    assert!(seen.applied && seen.published.registered && !seen.unresolved());
    assert_eq!(seen.allowed_by_us, ["t1".into()]);
    let kept = seen.memory.held.expect("it is kept");
    assert_eq!((kept.attempt, kept.client_secret.expose()), (1, "secret-of-app-1"));
}

#[test]
fn a_refused_call_says_nothing_of_an_earlier_one_in_doubt() {
    let refused = || {
        let failure = Failure::new(Class::Transient, "not now");
        Fact::Failed(Doing::Registering, failure)
    };
    let claims = |seen: Seen| after(seen, Fact::Claimed(claim(2), Purpose::Register, NOW));
    let doubted = || seen().with_claim(1).with_no_secret().waited_out();
    assert!(after(claims(doubted()), refused()).unresolved());
    assert!(!after(claims(doubted().answered()), refused()).unresolved());
    let mut looked = doubted().scanned(&[]);
    assert!(
        !after(claims(looked.clone()), refused()).unresolved(),
        "the look told its outcome"
    );
    looked.scan.as_mut().unwrap().at = ago(SETTLE);
    assert!(after(claims(looked), refused()).unresolved(), "it came too early");
}

#[test]
fn a_client_that_a_look_has_shown_is_not_forgotten_when_its_rotation_is_refused() {
    let found = seen().with_claim(1).with_no_secret().waited_out().scanned(&["app-1"]);
    let rotates = Purpose::Rotate("app-1".into());
    let claimed = after(found, Fact::Claimed(claim(2), rotates, NOW));
    let failure = Failure::new(Class::Forbidden, "a right is missing");
    let refused = after(claimed, Fact::Failed(Doing::Rotating, failure));
    assert!(refused.unresolved());
}

#[test]
fn a_client_that_status_could_not_be_told_of_is_recalled_until_somebody_claims_again() {
    let published = after(claimed(), registered(held("app-1", 1), vec![]));
    let memory = published.memory;
    let recalls = |mut seen: Seen| {
        seen.memory = memory.clone();
        seen.recall();
        seen.known
    };
    assert_eq!(recalls(seen().with_claim(1).with_no_secret()), Some(client("app-1")));
    assert_eq!(
        recalls(seen().with_claim(2)),
        None,
        "another attempt has its own outcome"
    );
    let told = seen().with_claim(1).told("app-2", 1);
    assert_eq!(recalls(told), Some(client("app-2")), "status tells");
    let mut published = after(claimed(), registered(held("app-1", 1), vec![]));
    published.learn(Fact::ClaimedToPublish(claim(2), NOW));
    assert_eq!(published.untold(), Some(&client("app-1")), "unless it was this process");
    published.learn(Fact::Gone("app-1".into()));
    assert_eq!(published.untold(), None);
}

#[test]
fn a_registration_without_a_secret_keeps_none() {
    let client_secret = SecretText::new(String::new());
    let held = Held {
        client_secret,
        ..held("app-1", 1)
    };
    let seen = after(claimed(), registered(held, vec![]));
    assert!(seen.memory.held.is_none() && seen.known.is_some());
}

#[test]
fn a_rotation_makes_the_last_proof_worthless() {
    let seen = after(claimed().proved(Proof::Works), Fact::Rotated(held("app-1", 1)));
    assert!(seen.proof.is_none() && seen.memory.held.is_some());
}

#[test]
fn a_taken_name_is_remembered_and_leaves_the_attempt_unresolved() {
    let seen = after(claimed(), Fact::NameTaken);
    assert_eq!((seen.memory.name_taken, seen.unresolved()), (true, true));
    assert_eq!(seen.authority, None);
}

#[test]
fn only_an_ambiguous_failure_leaves_the_attempt_unresolved() {
    for doing in [Doing::Registering, Doing::Rotating, Doing::Deregistering] {
        for class in [
            Class::Transient,
            Class::RateLimited(None),
            Class::Unauthorized,
            Class::Forbidden,
            Class::Invalid,
            Class::NotFound,
            Class::Conflict,
        ] {
            let seen = after(claimed(), Fact::Failed(doing, Failure::new(class, "")));
            assert!(!seen.unresolved(), "{doing:?} {class:?}");
        }
        let lost = after(claimed(), Fact::Failed(doing, Failure::new(Class::Ambiguous, "")));
        assert!(lost.unresolved(), "{doing:?}");
        assert_eq!(lost.authority, None, "it is not sent twice");
    }
}

#[test]
fn a_failed_read_resolves_nothing() {
    let seen = after(
        claimed(),
        Fact::Failed(Doing::Reading, Failure::new(Class::Transient, "")),
    );
    assert!(seen.unresolved());
}

#[test]
fn a_lost_claim_is_a_stale_view() {
    assert!(after(seen(), Fact::ClaimLost).stale);
}

#[test]
fn a_superseded_secret_is_forgotten() {
    for fact in [Fact::Superseded, Fact::Forgotten] {
        let seen = after(claimed().holding(held("app-1", 1)), fact);
        assert!(seen.memory.held.is_none() && seen.stale);
    }
}

#[test]
fn a_claim_to_publish_makes_the_secret_in_memory_young_again() {
    let claimed_at = ago(2 * T);
    let holding = claimed().holding(Held {
        claimed_at,
        ..held("app-1", 1)
    });
    let seen = after(holding, Fact::ClaimedToPublish(claim(2), NOW));
    let held = seen.memory.held.as_ref().expect("it is kept");
    assert_eq!((held.attempt, held.claimed_at), (2, NOW));
    assert_eq!(seen.authority, None);
    assert!(!seen.unresolved());
}

#[test]
fn a_stored_secret_leaves_memory_and_is_to_be_proved() {
    let mut holding = claimed().holding(held("app-1", 1)).proved(Proof::WrongSecret);
    holding.store_refused = Some("once".into());
    let seen = after(holding, Fact::Stored(secret("app-1", 1)));
    assert!(seen.memory.held.is_none() && seen.proof.is_none() && seen.store_refused.is_none());
    assert!(seen.published.stored && seen.output().is_some());
    assert_eq!(seen.memory.published, Some((NOW, "7".into())));
}

#[test]
fn a_secret_that_moved_is_looked_at_again() {
    let seen = after(claimed().with_our_secret("app-1", 1), Fact::SecretMoved);
    assert!(matches!(seen.secret, SecretSeen::Unread));
}

#[test]
fn a_look_at_the_secret_counts_from_when_it_began() {
    let seen = after(seen(), Fact::SecretRead(SecretSeen::Absent, ago(TICK)));
    assert_eq!(seen.secret_read_at, ago(TICK));
}

#[test]
fn a_client_that_is_gone_is_known_to_be() {
    for fact in [Fact::Gone("app-1".into()), Fact::Deregistered("app-1".into())] {
        let seen = after(claimed(), fact);
        assert!(seen.is_gone(&"app-1".into()) && !seen.unresolved());
    }
    assert!(!seen().is_gone(&"app-1".into()), "what was not read is not gone");
    assert!(!seen().with_client("app-1").is_gone(&"app-1".into()));
}

#[test]
fn only_the_clients_whose_marker_is_ours_becomes_known_through_the_secret() {
    let read = |registration| {
        let client = Box::new(remote("app-1", registration));
        let seen = seen().with_claim(1).with_our_secret("app-1", 1);
        after(seen, Fact::ClientRead("app-1".into(), Some(client))).known
    };
    assert_eq!(read(marked()), Some(client("app-1")));
    assert_eq!(
        read(Registration {
            marker: None,
            ..marked()
        }),
        None
    );
}

#[test]
fn a_client_that_the_secret_does_not_name_is_not_known_by_its_marker() {
    let read = Fact::ClientRead("app-2".into(), Some(Box::new(remote("app-2", marked()))));
    let seen = after(seen().with_claim(1).with_our_secret("app-1", 1), read);
    assert_eq!(seen.known, None);
}

#[test]
fn an_update_makes_the_last_read_worthless() {
    let seen = after(seen().with_client("app-1"), Fact::Updated("app-1".into()));
    assert!(seen.clients.is_empty());
}

#[test]
fn a_row_that_was_sent_is_recorded_once_and_one_taken_back_is_not() {
    let allowed = after(after(seen(), Fact::Allowed("t1".into())), Fact::Allowed("t1".into()));
    assert_eq!(allowed.allowed_by_us, ["t1".into()]);
    let disallowed = after(allowed, Fact::Disallowed("t1".into()));
    assert!(disallowed.allowed_by_us.is_empty() && disallowed.allowed.is_none());
}

#[test]
fn a_claim_is_waited_out_from_when_this_process_first_saw_it() {
    let mut seen = seen().with_claim(1);
    seen.note_claim();
    let first = seen.now;
    seen.now += Duration::from_secs(30);
    seen.note_claim();
    assert_eq!(seen.memory.claim_first_seen, first, "the same claim");
    let mut other_holder = seen.clone().by_us();
    other_holder.note_claim();
    assert_eq!(other_holder.memory.claim_first_seen, seen.now);
    let mut next_attempt = seen.clone().with_claim(2);
    next_attempt.now = seen.now;
    next_attempt.note_claim();
    assert_eq!(next_attempt.memory.claim_first_seen, seen.now);
}

#[test]
fn a_doubt_ends_with_the_wait() {
    let doubtful = || seen().with_claim(1);
    assert!(doubtful().in_doubt());
    assert!(!doubtful().waited_out().in_doubt());
    assert!(!doubtful().answered().in_doubt());
    assert!(doubtful().open().answered().in_doubt());
    let mut almost = doubtful().waited_out();
    almost.memory.claim_first_seen += TICK;
    assert!(almost.in_doubt());
}

#[test]
fn an_error_that_repeats_a_secret_of_ours_is_told_without_it() {
    let told = |seen: Seen| {
        let failure = Failure::new(Class::Invalid, "refused: secret-of-app-1 of app-1");
        after(seen, Fact::Failed(Doing::Updating, failure))
            .failure
            .unwrap()
            .1
            .detail
    };
    assert_eq!(told(seen().holding(held("app-1", 1))), "refused: [secret] of app-1");
    let stored = SecretSeen::Ours(secret("app-1", 1));
    assert_eq!(told(seen().with_secret(stored)), "refused: [secret] of app-1");
}

#[test]
fn a_claim_of_a_process_names_it() {
    let Claim { holder, instance, .. } = claim(1);
    assert_eq!((holder, instance), (us().process, us().instance));
}
