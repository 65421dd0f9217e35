//! Two blows to every two requests of a creation, an edit and a deletion.

use oauth_registrar::domain::rules::Rules;

use crate::campaign;
use crate::length::is_full;
use crate::model::blow::Blow;
use crate::model::run::{Run, with_paused_clock};
use crate::model::world::World;
use crate::score::Score;

/// In the short form one pair in so many is tried.
const STRIDE: usize = 11;
/// After so many failures the rest is left.
const ENOUGH: usize = 5;
/// Requests that a first blow can make more of the life.
const MORE: usize = 30;

const BLOWS: [Blow; 6] = [
    Blow::CutBefore,
    Blow::CutAfter,
    Blow::Refuse,
    Blow::LoseRequest,
    Blow::LoseAnswer,
    Blow::Delay(usize::MAX),
];

/// A resource is created, edited and deleted; these requests of the whole are struck.
fn life(blows: &[(usize, Blow)]) -> (usize, Vec<String>, Result<(), String>) {
    with_paused_clock(async {
        let mut run = Run::new(World::with_neighbours(), 1, Rules::FIXED);
        let mut outcome = run.outcome_under(blows).await;
        for edit in [|run: &mut Run| run.describe("edited"), Run::delete] {
            if outcome.is_err() {
                break;
            }
            let made = run.requests;
            let left: Vec<_> = blows
                .iter()
                .filter(|(at, _)| *at >= made)
                .map(|(at, blow)| (at - made, *blow))
                .collect();
            edit(&mut run);
            outcome = run.outcome_under(&left).await;
        }
        (run.requests, run.trace, outcome)
    })
}

/// Every two requests, with every two blows.
fn pairs() -> Vec<[(usize, Blow); 2]> {
    let (requests, ..) = life(&[]);
    let blows = |at: usize| BLOWS.iter().map(move |blow| (at, *blow));
    let seconds = |first: usize| (first + 1..requests + MORE).flat_map(blows);
    (0..requests)
        .flat_map(|at| blows(at).flat_map(move |first| seconds(at).map(move |second| [first, second])))
        .collect()
}

#[test]
fn any_two_blows_in_one_life_do_no_harm() {
    let mut score = Score::of("model", "pairs of blows");
    let stride = if is_full() { 1 } else { STRIDE };
    let pairs: Vec<_> = pairs().into_iter().step_by(stride).collect();
    let failed = campaign::for_each(0..pairs.len() as u64, ENOUGH, |number| {
        let pair = &pairs[usize::try_from(number).unwrap()];
        let (_, trace, outcome) = life(pair);
        outcome.err().map(|why| (pair, why, trace))
    });
    for (_, (pair, why, trace)) in failed.iter().take(2) {
        println!("{pair:?}: {why}\n{}\n", trace.join("\n"));
    }
    score.add_clean(pairs.len() - failed.len());
    for (_, (pair, why, _)) in failed {
        score.add(&format!("{pair:?}"), [why]);
    }
    score.tell();
}
