//! Rules about the claim: before anything that cannot be repeated, a new attempt.

use super::refusals::{crowded, too_many_lost};
use crate::domain::claim::{Claim, Found};
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::port::Unique;
use crate::domain::step::{Purpose, Step};
use crate::domain::wish::Wanted;

/// Clients that may exist and that nobody can find; then a person has to look before there is another one.
const LOST_AT_MOST: u32 = 3;

pub(super) fn not_claimed(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let name = &wanted.registration.name;
    let (uid, holder) = (&seen.object.uid, &seen.holder);
    match &seen.claim {
        Found::Here(_) if seen.object.has_finalizer => None,
        Found::Here(claim) => Some(claim_next(claim, Purpose::PutBack, seen, &claim.name)),
        // Where there is no marker to look for, it could only register.
        Found::Carried(_) if !seen.platform.capabilities.marks && wanted.crowded.is_some() => crowded(wanted),
        Found::Carried(claim) => {
            // Only where a second client is refused may it be tried without a look.
            let refused = match seen.platform.capabilities.unique {
                Unique::Names => claim.name == *name,
                Unique::Ids => true,
                Unique::Nothing => false,
            };
            let purpose = if refused && wanted.crowded.is_none() {
                Purpose::Register
            } else {
                Purpose::PutBack
            };
            let next = Claim {
                platform: seen.claimed_at(),
                registers: true,
                ..claim.next(holder, uid, &claim.name, true)
            };
            Some(Decision::Act(Step::Claim(next, purpose)))
        }
        Found::Nothing | Found::Elsewhere(_) => Some(first_claim(wanted, seen)),
    }
}

/// The first claim; or, when somebody removed it, one that goes on where status or Secret left off.
fn first_claim(wanted: &Wanted, seen: &Seen) -> Decision {
    let name = &wanted.registration.name;
    let (uid, holder) = (&seen.object.uid, &seen.holder);
    let secret = seen.output();
    let before = seen
        .told
        .registration_id
        .as_ref()
        .or_else(|| secret.and_then(|s| s.registration_id.as_ref()));
    let Some(id) = before else {
        if let Some(refused) = crowded(wanted) {
            return refused;
        }
        let first = Claim {
            platform: seen.claimed_at(),
            ..Claim::first(holder, uid, seen.fresh_id.clone(), name)
        };
        return Decision::Act(Step::Claim(first, Purpose::Register));
    };
    let attempt = seen.told.attempt.max(secret.map_or(0, |s| s.attempt)) + 1;
    let claim = Claim {
        attempt,
        open: true,
        lost: seen.told.lost,
        platform: seen.claimed_at(),
        ..Claim::first(holder, uid, id.clone(), name)
    };
    Decision::Act(Step::Claim(claim, Purpose::PutBack))
}

/// Claims for this call, under the name of the claim before.
pub(in crate::domain::decide) fn claimed(seen: &Seen, purpose: Purpose) -> Option<Decision> {
    let claim = seen.own_claim()?;
    Some(claim_next(claim, purpose, seen, &claim.name))
}

pub(super) fn claim_next(claim: &Claim, purpose: Purpose, seen: &Seen, name: &str) -> Decision {
    let open = (claim.open || seen.unresolved()) && !seen.settled();
    let mut next = claim.next(&seen.holder, &seen.object.uid, name, open);
    next.platform = seen.claimed_at();
    let can = &seen.platform.capabilities;
    let still_open = claim.registers && seen.doubted() && !can.is_blind();
    next.registers = purpose == Purpose::Register || still_open;
    if seen.would_lose() && seen.rules.lost_counted_in_claim {
        next.lost = seen.lost().saturating_add(1);
    }
    next.attempt -= i64::from(!seen.rules.claims_count);
    Decision::Act(Step::Claim(next, purpose))
}

/// Claims for a registration under the wanted name, unless there is no place for it, or too many clients may exist already
/// that nobody can find.
pub(super) fn register(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let claim = seen.own_claim()?;
    if let Some(refused) = crowded(wanted) {
        return Some(refused);
    }
    let name = &wanted.registration.name;
    if seen.would_lose() && seen.lost() >= LOST_AT_MOST && !seen.retry_asked {
        return Some(too_many_lost(wanted, seen));
    }
    Some(claim_next(claim, Purpose::Register, seen, name))
}
