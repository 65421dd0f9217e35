//! Rules about the claim: before anything that cannot be repeated, a new attempt.

use crate::domain::claim::{Claim, Found};
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::step::{Purpose, Step};
use crate::domain::wish::Wanted;

pub(super) fn not_claimed(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let name = &wanted.registration.name;
    let (uid, holder) = (&seen.object.uid, &seen.holder);
    match &seen.claim {
        Found::Here(_) if seen.object.has_finalizer => None,
        Found::Here(claim) => Some(claim_next(claim, Purpose::PutBack, seen, &claim.name)),
        Found::Carried(claim) => {
            let purpose = if claim.name == *name {
                Purpose::Register
            } else {
                Purpose::PutBack
            };
            Some(Decision::Act(Step::Claim(
                claim.next(holder, uid, &claim.name, true),
                purpose,
            )))
        }
        Found::Nothing | Found::Elsewhere(_) => Some(Decision::Act(first_claim(wanted, seen))),
    }
}

/// The first claim; or, when somebody removed it, one that goes on where status or Secret left off.
fn first_claim(wanted: &Wanted, seen: &Seen) -> Step {
    let name = &wanted.registration.name;
    let (uid, holder) = (&seen.object.uid, &seen.holder);
    let secret = seen.output();
    let before = seen
        .told
        .registration_id
        .as_ref()
        .or_else(|| secret.and_then(|s| s.registration_id.as_ref()));
    let Some(id) = before else {
        return Step::Claim(
            Claim::first(holder, uid, seen.fresh_id.clone(), name),
            Purpose::Register,
        );
    };
    let attempt = seen.told.attempt.max(secret.map_or(0, |s| s.attempt)) + 1;
    let claim = Claim {
        attempt,
        open: true,
        ..Claim::first(holder, uid, id.clone(), name)
    };
    Step::Claim(claim, Purpose::PutBack)
}

/// Claims for this call, under the name of the claim before.
pub(in crate::domain::decide) fn claimed(seen: &Seen, purpose: Purpose) -> Option<Decision> {
    let claim = seen.own_claim()?;
    Some(claim_next(claim, purpose, seen, &claim.name))
}

pub(super) fn claim_next(claim: &Claim, purpose: Purpose, seen: &Seen, name: &str) -> Decision {
    let open = (claim.open || seen.unresolved()) && !seen.settled();
    let mut next = claim.next(&seen.holder, &seen.object.uid, name, open);
    next.attempt -= i64::from(!seen.rules.claims_count);
    Decision::Act(Step::Claim(next, purpose))
}
