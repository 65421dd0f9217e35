//! Protocols that are broken on purpose: each is caught by lives whose number is not high.

use oauth_registrar::domain::rules::Rules;

use crate::campaign;
use crate::model::broken::Broken;
use crate::model::seeded::life::live;
use crate::model::seeded::plan::Plan;
use crate::score::is_full;

/// Lives within which each of them is caught.
const WITHIN: u64 = 3_000;

/// A switch: its name, what does not hold with it, and a life that is known to catch it. Without one it is searched for, in
/// the full form.
type Switch = (&'static str, Rules, Broken, Option<u64>);

macro_rules! without {
    ($rule:ident, $life:expr) => {
        (
            stringify!($rule),
            Rules {
                $rule: false,
                ..Rules::FIXED
            },
            Broken::Nowhere,
            $life,
        )
    };
}

const SWITCHES: [Switch; 14] = [
    (
        "the claim is written after the registration",
        Rules::FIXED,
        Broken::ClaimAfterRegistration,
        Some(18),
    ),
    (
        "the Secret is written after status",
        Rules::FIXED,
        Broken::SecretAfterStatus,
        Some(1),
    ),
    (
        "an ambiguous answer is repeated in place",
        Rules::FIXED,
        Broken::RepeatsAmbiguous(3),
        None,
    ),
    without!(claims_count, Some(4)),
    without!(marker_proves, Some(0)),
    without!(identity_is_compared, Some(5)),
    without!(takeover_waits, Some(90)),
    without!(publish_under_claim, None),
    without!(deletion_waits_for_open, None),
    without!(gone_looks_first, None),
    without!(deletion_reads_both, None),
    without!(loser_forgets, None),
    without!(publish_keeps_open, None),
    without!(secret_read_after_settle, None),
];

/// The first life that catches it, and what it finds.
fn caught(rules: Rules, broken: Broken, known: Option<u64>) -> Option<(u64, String)> {
    let lived = |seed| live(&Plan::drawn_from(seed), rules, broken).verdict.err();
    let search = || campaign::for_each(0..WITHIN, 1, lived).into_iter().next();
    let known = known.and_then(|seed| lived(seed).map(|why| (seed, why)));
    known.or_else(search)
}

#[test]
fn every_broken_protocol_is_caught_by_a_life_that_ends_well_otherwise() {
    let mut wrong = vec![];
    for (name, rules, broken, known) in SWITCHES {
        if known.is_none() && !is_full() {
            continue;
        }
        let Some((seed, why)) = caught(rules, broken, known) else {
            wrong.push(format!("{name}: not caught within {WITHIN} lives"));
            continue;
        };
        println!("{name}: life {seed}: {why}");
        let otherwise = live(&Plan::drawn_from(seed), Rules::FIXED, Broken::Nowhere);
        if let Err(why) = otherwise.verdict {
            wrong.push(format!("{name}: life {seed} fails with all rules: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
