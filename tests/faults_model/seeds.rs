//! Lives drawn from numbers.

use oauth_registrar::domain::rules::Rules;

use crate::campaign;
use crate::length::is_full;
use crate::model::broken::Broken;
use crate::model::seeded::life::live;
use crate::model::seeded::plan::Plan;
use crate::model::seeded::shrink::shrink;
use crate::score::Score;

/// Lives of the short form and of the full one.
const LIVES: (u64, u64) = (2_000, 20_000);
/// After so many failures the rest is left.
const ENOUGH: usize = 10;
/// Failures that are made smaller and told in full.
const EXPLAINED: usize = 2;

fn fails(plan: &Plan) -> Option<String> {
    live(plan, Rules::FIXED, Broken::Nowhere).verdict.err()
}

/// What a person needs: why, the smallest life that fails, what happens in it, and how to see it again.
fn explain(seed: u64, why: &str) -> String {
    let plan = shrink(&Plan::drawn_from(seed), |plan| fails(plan).is_some());
    let outcome = live(&plan, Rules::FIXED, Broken::Nowhere);
    format!(
        "seed {seed}: {why}\nthe smallest life that fails is {plan}\n{}\n=> {:?}\nreplay: cargo xtask faults --seed {seed}",
        outcome.trace.join("\n"),
        outcome.verdict
    )
}

#[test]
fn lives_drawn_from_numbers_all_end_well() {
    if let Some(seed) = campaign::seed() {
        let plan = Plan::drawn_from(seed);
        let outcome = live(&plan, Rules::FIXED, Broken::Nowhere);
        println!("{plan}\n{}\n=> {:?}", outcome.trace.join("\n"), outcome.verdict);
        if let Err(why) = outcome.verdict {
            panic!("{}", explain(seed, &why));
        }
        return;
    }
    let lives = if is_full() { LIVES.1 } else { LIVES.0 };
    let mut score = Score::of("model", "lives drawn from numbers");
    let failed = campaign::for_each(0..lives, ENOUGH, |seed| fails(&Plan::drawn_from(seed)));
    for (seed, why) in failed.iter().take(EXPLAINED) {
        println!("{}\n", explain(*seed, why));
    }
    score.add_clean(usize::try_from(lives).unwrap() - failed.len());
    for (seed, why) in failed {
        score.add(&format!("seed {seed}"), [why]);
    }
    score.tell();
}

#[test]
fn a_life_is_the_same_whenever_it_is_lived() {
    for seed in 0..40 {
        let once = || {
            let outcome = live(&Plan::drawn_from(seed), Rules::FIXED, Broken::Nowhere);
            (outcome.trace, outcome.verdict, outcome.requests)
        };
        assert_eq!(once(), once(), "seed {seed}");
    }
}
