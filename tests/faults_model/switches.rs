//! Protocols that are broken on purpose: each is caught by lives whose number is not high.

use oauth_registrar::domain::rules::Rules;

use crate::campaign;
use crate::model::broken::Broken;
use crate::model::seeded::life::live;
use crate::model::seeded::plan::Plan;

/// Lives within which each of them is caught.
const WITHIN: u64 = 3_000;

/// A switch: its name, and what does not hold with it.
type Switch = (&'static str, Rules, Broken);

macro_rules! without {
    ($rule:ident) => {
        (
            stringify!($rule),
            Rules {
                $rule: false,
                ..Rules::FIXED
            },
            Broken::Nowhere,
        )
    };
}

const SWITCHES: [Switch; 14] = [
    without!(takeover_waits),
    without!(secret_read_after_settle),
    without!(publish_under_claim),
    without!(loser_forgets),
    without!(deletion_waits_for_open),
    without!(publish_keeps_open),
    without!(gone_looks_first),
    without!(deletion_reads_both),
    without!(claims_count),
    without!(marker_proves),
    without!(identity_is_compared),
    (
        "the claim is written after the registration",
        Rules::FIXED,
        Broken::ClaimAfterRegistration,
    ),
    (
        "the Secret is written after status",
        Rules::FIXED,
        Broken::SecretAfterStatus,
    ),
    (
        "an ambiguous answer is repeated in place",
        Rules::FIXED,
        Broken::RepeatsAmbiguous(3),
    ),
];

#[test]
fn every_broken_protocol_is_caught() {
    let missed: Vec<&str> = SWITCHES
        .iter()
        .filter(|(name, rules, broken)| {
            let caught = campaign::for_each(0..WITHIN, 1, |seed| {
                live(&Plan::drawn_from(seed), *rules, *broken).verdict.err()
            });
            println!("{name}: {:?}", caught.first());
            caught.is_empty()
        })
        .map(|(name, ..)| *name)
        .collect();
    assert!(missed.is_empty(), "not caught within {WITHIN} lives: {missed:#?}");
}
