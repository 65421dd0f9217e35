//! The decision table, row by row: a snapshot goes in, one decision comes out. The verbs that make snapshots are in
//! `observed::scene`; here is how decisions are written down.

mod bounded;
mod claims;
mod clients;
mod creation;
mod crowded;
mod failures;
mod farewell;
mod installation;
mod lookups;
mod order;
mod proof;
mod secrets;
mod several;
mod tenants;

use std::time::Duration;

use super::{Decision, Recheck, Stage, Trouble};
use crate::api::conditions::Reason;
use crate::domain::claim::Claim;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{NOW, SETTLE, claim, wanted};
use crate::domain::step::{Look, Purpose, Step};
use crate::domain::wish::{Wanted, Wish};

/// What the table says of the application as it is wanted. Messages are left out, and what a claim says of registrations: some
/// tests look at them on their own.
fn decided(seen: &Seen) -> Decision {
    decided_for(wanted(), seen)
}

fn decided_for(wanted: Wanted, seen: &Seen) -> Decision {
    silent(super::application::decide(&Wish::Present(Box::new(wanted)), seen))
}

fn silent(decision: Decision) -> Decision {
    let silent = |trouble| Trouble {
        message: String::new(),
        ..trouble
    };
    match decision {
        Decision::Wait(until, trouble) => Decision::Wait(until, silent(trouble)),
        Decision::Refuse(trouble, recheck) => Decision::Refuse(silent(trouble), recheck),
        Decision::Act(Step::Claim(claim, purpose)) => {
            let registers = true;
            Decision::Act(Step::Claim(Claim { registers, ..claim }, purpose))
        }
        other => other,
    }
}

/// What a person is told about the application as it is wanted.
fn told(seen: &Seen) -> String {
    match super::application::decide(&Wish::Present(Box::new(wanted())), seen) {
        Decision::Wait(_, trouble) | Decision::Refuse(trouble, _) => trouble.message,
        other => panic!("nothing is told: {other:?}"),
    }
}

fn looks(look: Look) -> Decision {
    Decision::Look(look)
}

fn acts(step: Step) -> Decision {
    Decision::Act(step)
}

/// Writes this attempt, for this call.
fn claims(attempt: i64, purpose: Purpose) -> Decision {
    acts(Step::Claim(claim(attempt), purpose))
}

/// Writes this attempt, for this call, and remembers that an earlier one is in doubt.
fn claims_open(attempt: i64, purpose: Purpose) -> Decision {
    let open = true;
    acts(Step::Claim(Claim { open, ..claim(attempt) }, purpose))
}

fn waits(until: Duration, stage: Stage, reason: Reason) -> Decision {
    Decision::Wait(until, Trouble::new(stage, reason, ""))
}

/// Waits out the claim that is seen for the first time.
fn settles() -> Decision {
    waits(NOW + SETTLE, Stage::Registered, Reason::OutcomeUnknown)
}

fn refuses(stage: Stage, reason: Reason, recheck: Recheck) -> Decision {
    Decision::Refuse(Trouble::new(stage, reason, ""), recheck)
}

/// Nothing happens until a person acts.
fn stalls(stage: Stage, reason: Reason) -> Decision {
    let stalled = true;
    Decision::Refuse(
        Trouble {
            stalled,
            ..Trouble::new(stage, reason, "")
        },
        Recheck::Later,
    )
}
