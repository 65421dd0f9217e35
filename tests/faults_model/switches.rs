//! Protocols that are broken on purpose: each is caught by lives whose number is not high.

use oauth_registrar::domain::rules::Rules;

use crate::campaign;
use crate::model::broken::Broken;
use crate::model::seeded::life::live;
use crate::model::seeded::plan::Plan;

/// Lives among which one is searched for when the known one does not catch it any more.
const WITHIN: u64 = 3_000;

/// A switch: its name, what does not hold with it, and a life that is known to catch it.
type Switch = (&'static str, Rules, Broken, u64);

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

/// What is not here needs a schedule so exact that it is written by hand: `model::counterexamples`, in `power_cut`.
const SWITCHES: [Switch; 9] = [
    (
        "the claim is written after the registration",
        Rules::FIXED,
        Broken::ClaimAfterRegistration,
        5,
    ),
    (
        "the Secret is written after status",
        Rules::FIXED,
        Broken::SecretAfterStatus,
        1,
    ),
    (
        "an ambiguous answer is repeated in place",
        Rules::FIXED,
        Broken::RepeatsAmbiguous(3),
        41,
    ),
    without!(claims_count, 6),
    without!(marker_proves, 0),
    without!(identity_is_compared, 5),
    without!(takeover_waits, 136),
    without!(gone_looks_first, 29),
    without!(loser_forgets, 83),
];

/// The first life that catches it, and what it finds.
fn caught(rules: Rules, broken: Broken, known: u64) -> Option<(u64, String)> {
    let lived = |seed| live(&Plan::drawn_from(seed), rules, broken).verdict.err();
    let search = || campaign::for_each(0..WITHIN, 1, lived).into_iter().next();
    let known = lived(known).map(|why| (known, why));
    known.or_else(search)
}

#[test]
fn every_broken_protocol_is_caught_by_a_life_that_ends_well_otherwise() {
    let mut wrong = vec![];
    for (name, rules, broken, known) in SWITCHES {
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
