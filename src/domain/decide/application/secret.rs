//! Rules about the Secret: store what is in memory, replace what is lost, prove what is there.

use std::time::Duration;

use super::refusals::{contested, not_ours, secret_contested};
use super::replacing::take_over;
use super::settle;
use crate::api::conditions::Reason;
use crate::domain::decide::{Decision, Stage, Trouble};
use crate::domain::failure::Class;
use crate::domain::observed::{Known, Seen};
use crate::domain::port::Proof;
use crate::domain::schedule::next_try;
use crate::domain::step::{Held, Look, OutputSecret, SecretSeen, Step};
use crate::domain::wish::Wanted;

/// A fresh secret that is refused is believed to be slow, not wrong, for this long: identity services lag.
const SLOW_IDENTITY: Duration = Duration::from_mins(2);

pub(super) fn secret_in_memory(seen: &Seen) -> Option<Decision> {
    let held = seen.memory.held.as_ref()?;
    let claim = seen.own_claim()?;
    if claim.attempt < held.attempt {
        return Some(Decision::Stale);
    }
    if seen.beyond_claim() {
        return Some(Decision::Look(Look::Claim));
    }
    let superseded = seen.superseded || claim.attempt > held.attempt || claim.holder != seen.holder.process;
    let newer = seen.stored_attempt() >= held.attempt;
    if superseded || newer {
        return Some(race_lost(held, seen));
    }
    if let Some(why) = &seen.store_refused {
        let kept = "The credentials are kept in memory and written as soon as it is possible.";
        return Some(not_written(why, kept, seen));
    }
    let old = seen.rules.publish_under_claim && seen.now >= held.claimed_at + 2 * seen.platform.timeout;
    if old {
        return Some(Decision::Act(Step::ClaimToPublish {
            keep_open: seen.rules.publish_keeps_open,
        }));
    }
    Some(match &seen.secret {
        SecretSeen::Unread => Decision::Look(Look::Secret),
        SecretSeen::Foreign(whose) => not_ours(whose),
        _ => Decision::Act(Step::Store),
    })
}

/// The winner finds the client by its marker, so that it stays. Where nothing can be looked up, nobody finds it: it goes,
/// unless Secret or status name it (R4).
fn race_lost(held: &Held, seen: &Seen) -> Decision {
    let id = &held.application_id;
    let forgets = if seen.platform.capabilities.is_blind() {
        let told = seen.told.known.as_ref().is_some_and(|k| k.application_id == *id);
        let published = seen.output().is_some_and(|s| s.application_id.as_ref() == Some(id));
        !seen.rules.loser_undoes || !held.registered || told || published
    } else {
        seen.rules.loser_forgets
    };
    if forgets || seen.is_gone(id) {
        Decision::Act(Step::Forget)
    } else if matches!(seen.secret, SecretSeen::Unread) {
        Decision::Look(Look::Secret)
    } else {
        Decision::Act(Step::Deregister(id.clone()))
    }
}

pub(super) fn secret_not_ours(seen: &Seen) -> Option<Decision> {
    match &seen.secret {
        SecretSeen::Unread => Some(Decision::Look(Look::Secret)),
        SecretSeen::Foreign(whose) => Some(not_ours(whose)),
        _ => None,
    }
}

pub(super) fn secret_missing(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let known = seen.known.as_ref()?;
    if seen
        .output()
        .is_some_and(|s| s.client_secret.is_some() && belongs(s, known))
    {
        return None;
    }
    if !seen.clients.contains_key(&known.application_id) {
        return Some(Decision::Look(Look::Client(known.application_id.clone())));
    }
    if contested(seen) {
        return Some(secret_contested(seen));
    }
    take_over(&known.application_id, wanted, seen)
}

pub(super) fn secret_unproved(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let secret = seen.output()?;
    let unchanged = seen.told.verified && seen.told.secret_version.as_ref() == Some(&secret.resource_version);
    if seen.proof.is_none() && unchanged && !seen.published.stored && !seen.suspected && !seen.doubted() {
        return None;
    }
    match seen.proof {
        None => Some(Decision::Look(Look::Proof)),
        Some((Proof::Works | Proof::TenantRefused, _)) if seen.in_doubt() => Some(settle(seen)),
        // A call that came late may have replaced the secret since.
        Some((Proof::Works | Proof::TenantRefused, at)) if seen.doubted() && at < seen.settles_at() => {
            Some(Decision::Look(Look::Proof))
        }
        Some((Proof::Works | Proof::TenantRefused, _)) => None,
        Some((Proof::UnknownClient, _)) => client_unknown(wanted, seen),
        Some((Proof::WrongSecret, _)) => secret_refused(wanted, seen),
    }
}

/// The identity service does not know the client. Does the platform?
fn client_unknown(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let id = &seen.known.as_ref()?.application_id;
    if seen.clients.contains_key(id) {
        secret_refused(wanted, seen)
    } else {
        Some(Decision::Look(Look::Client(id.clone())))
    }
}

fn secret_refused(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let id = &seen.known.as_ref()?.application_id;
    let ours = |version: &String| seen.output().is_some_and(|s| s.resource_version == *version);
    let fresh = seen
        .memory
        .published
        .as_ref()
        .filter(|(at, version)| seen.now < *at + SLOW_IDENTITY && ours(version));
    if let Some((since, _)) = fresh {
        let message = "The new credentials are not accepted yet. Identity services can be slow; they are tried again.";
        let again = (seen.now + Duration::from_secs(5)).min(*since + SLOW_IDENTITY);
        return Some(Decision::Wait(
            again,
            Trouble::new(Stage::CredentialsVerified, Reason::Reconciling, message),
        ));
    }
    if contested(seen) {
        return Some(secret_contested(seen));
    }
    if !seen.clients.contains_key(id) {
        return Some(Decision::Look(Look::Client(id.clone())));
    }
    take_over(id, wanted, seen)
}

pub(super) fn secret_altered(seen: &Seen) -> Option<Decision> {
    seen.output().filter(|secret| !secret.intact)?;
    Some(match &seen.store_refused {
        Some(why) => not_written(why, "The credentials in it work; its form is restored later.", seen),
        None => Decision::Act(Step::Restore),
    })
}

fn not_written(why: &str, and_now: &str, seen: &Seen) -> Decision {
    let pause = next_try(Class::Transient, seen.memory.failures + 1, seen.jitter);
    let message = format!("The Secret cannot be written: {why}. {and_now}");
    Decision::Wait(
        seen.now + pause,
        Trouble::new(Stage::SecretPublished, Reason::SecretWriteFailed, message),
    )
}

/// The Secret is of the client that is known. One of the two places is enough: a user may have edited the other.
fn belongs(secret: &OutputSecret, known: &Known) -> bool {
    secret.application_id.as_ref() == Some(&known.application_id) || secret.client_id.as_ref() == Some(&known.client_id)
}
