//! Cut the power anywhere, lose any answer, let two operators work at once: always one client, a Secret that works, and
//! nothing left after deletion. The reconcile code is the real one; the world around it is `model`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod model;
#[path = "kit/score.rs"]
mod score;

use std::time::Duration;

use model::blow::Blow;
use model::explore::{Bounds, explore};
use model::gate::TIMEOUT;
use model::process::SETTLE;
use model::run::{Run, with_paused_clock};
use model::world::World;
use model::{classes, counterexamples};
use oauth_registrar::domain::port::{Capabilities, Rotation};
use oauth_registrar::domain::rules::Rules;
use score::Score;

/// Further requests after which a request that stayed under way takes effect; the last: as late as it can.
const LATE: [usize; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, usize::MAX];

fn blows(late: &[usize]) -> Vec<Blow> {
    let late = late
        .iter()
        .flat_map(|&requests| [Blow::CutUnderWay(requests), Blow::Delay(requests)]);
    let others = [
        Blow::CutBefore,
        Blow::CutAfter,
        Blow::Refuse,
        Blow::LoseRequest,
        Blow::LoseAnswer,
    ];
    others.into_iter().chain(late).collect()
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Creation,
    /// The user deletes the Secret, and nobody has its client secret any more.
    Repair,
    Deletion,
}

/// What a class of platforms has to be able to do, and how many operators do it.
#[derive(Clone, Copy)]
struct Life<'a> {
    class: Capabilities,
    processes: usize,
    phases: &'a [Phase],
}

/// Creation and deletion at a platform like OLT.
fn on_olt(processes: usize) -> Life<'static> {
    Life {
        class: World::default().platform.capabilities,
        processes,
        phases: &[Phase::Creation, Phase::Deletion],
    }
}

/// The requests of each phase, or what went wrong.
type Requests = Result<Vec<usize>, String>;

impl Life<'_> {
    /// Lives through all phases, with these blows to the requests of one of them.
    fn under(self, struck: Phase, blows: &[(usize, Blow)]) -> (Vec<String>, Requests) {
        with_paused_clock(async {
            let mut run = Run::new(World::with(self.class), self.processes, Rules::FIXED);
            let mut requests = vec![];
            for &phase in self.phases {
                match phase {
                    Phase::Creation => {}
                    Phase::Repair => run.remove_secret(),
                    Phase::Deletion => run.delete(),
                }
                let before = run.requests;
                let outcome = run.outcome_under(if phase == struck { blows } else { &[] }).await;
                if let Err(why) = outcome {
                    return (run.trace, Err(format!("{phase:?}: {why}")));
                }
                requests.push(run.requests - before);
            }
            (run.trace, Ok(requests))
        })
    }

    /// How many requests each phase has when nothing goes wrong.
    fn undisturbed(self) -> Vec<usize> {
        let (trace, requests) = self.under(Phase::Creation, &[]);
        requests.unwrap_or_else(|why| panic!("{:?}: {why}\n{}", self.class, trace.join("\n")))
    }
}

/// Traces that are shown; more say the same.
const SHOWN: usize = 3;

/// Schedules of one kind: how many there were, and which failed.
struct Tried {
    score: Score,
    shown: usize,
}

impl Tried {
    fn of(case: &str) -> Self {
        let score = Score::of("model", case);
        Self { score, shown: 0 }
    }

    /// Lives through all phases, with these blows to the requests of one of them.
    fn life(&mut self, life: Life, struck: Phase, blows: &[(usize, Blow)]) {
        let (trace, lived) = life.under(struck, blows);
        let schedule = format!("{:?}: {blows:?} in {struck:?}", life.class);
        if lived.is_err() && self.shown < SHOWN {
            self.shown += 1;
            println!("{schedule}\n{}\n", trace.join("\n"));
        }
        self.score.add(&schedule, lived.err());
    }

    /// Strikes each request of a phase with each of the blows.
    fn every_single_blow(&mut self, life: Life, late: &[usize], struck: Phase) {
        let place = life.phases.iter().position(|phase| *phase == struck).unwrap();
        for at in 0..life.undisturbed()[place] {
            for blow in blows(late) {
                self.life(life, struck, &[(at, blow)]);
            }
        }
    }
}

fn no_single_blow_matters(case: &str, life: Life, late: &[usize], struck: Phase) {
    let mut tried = Tried::of(case);
    tried.every_single_blow(life, late, struck);
    tried.score.tell();
}

#[test]
fn every_single_blow_in_one_creation() {
    no_single_blow_matters("every blow to a creation", on_olt(1), &LATE, Phase::Creation);
}

#[test]
fn every_single_blow_in_one_deletion() {
    no_single_blow_matters("every blow to a deletion", on_olt(1), &LATE, Phase::Deletion);
}

#[test]
fn every_single_blow_in_one_creation_with_a_second_operator_beside() {
    let case = "every blow to a creation, a second operator beside";
    no_single_blow_matters(case, on_olt(2), &[4, usize::MAX], Phase::Creation);
}

#[test]
fn every_single_blow_in_one_deletion_with_a_second_operator_beside() {
    let case = "every blow to a deletion, a second operator beside";
    no_single_blow_matters(case, on_olt(2), &[4, usize::MAX], Phase::Deletion);
}

const PHASES: [Phase; 3] = [Phase::Creation, Phase::Repair, Phase::Deletion];

/// Every class, with its life.
fn lives(processes: usize) -> Vec<Life<'static>> {
    let life = |class| Life {
        class,
        processes,
        phases: &PHASES,
    };
    classes::all().into_iter().map(life).collect()
}

#[test]
fn every_single_blow_in_creation_repair_and_deletion_at_every_class_of_platforms() {
    let mut tried = Tried::of("every blow to creation, repair and deletion, at every class");
    for life in lives(1) {
        for struck in PHASES {
            tried.every_single_blow(life, &[usize::MAX], struck);
        }
    }
    tried.score.tell();
}

/// Pairs of blows are struck among so many requests of a creation; the seeded campaign goes further.
const PAIRED: usize = 9;

#[test]
fn pairs_of_cuts_and_of_lost_answers_in_creation_at_every_class_of_platforms() {
    let mut tried = Tried::of("two cuts or two lost answers in a creation, at every class");
    for life in lives(1) {
        for (first, second) in (0..PAIRED).flat_map(|first| (first + 1..PAIRED).map(move |second| (first, second))) {
            for blow in [Blow::CutAfter, Blow::LoseAnswer] {
                tried.life(life, Phase::Creation, &[(first, blow), (second, blow)]);
            }
        }
    }
    tried.score.tell();
}

fn interleave(case: &str, bounds: Bounds) {
    let mut score = Score::of("model", case);
    interleave_at(&World::with_neighbours(), bounds, &mut score);
    score.tell();
}

fn interleave_at(world: &World, bounds: Bounds, score: &mut Score) {
    let explored = explore(bounds, Rules::FIXED, world);
    println!("{} states, {} ends", explored.states, explored.ends);
    score.add_clean(explored.runs);
    score.found("an interleaving", explored.failure);
}

#[test]
fn two_operators_interleaved_over_one_creation() {
    let bounds = Bounds {
        processes: 2,
        ..Bounds::default()
    };
    interleave("two operators over a creation", bounds);
}

#[test]
fn two_operators_interleaved_over_one_creation_at_every_class_of_look_up() {
    let lookups = lives(2)
        .into_iter()
        .filter(|life| life.class.rotation == Rotation::HardCut);
    let mut score = Score::of("model", "two operators over a creation, at every class of look-up");
    for life in lookups.skip(1) {
        let bounds = Bounds {
            processes: 2,
            ..Bounds::default()
        };
        interleave_at(&World::with(life.class), bounds, &mut score);
    }
    score.tell();
}

#[test]
fn two_operators_interleaved_over_one_creation_with_a_stale_cache() {
    let bounds = Bounds {
        processes: 2,
        stale: 1,
        ..Bounds::default()
    };
    interleave("two operators over a creation, with a stale cache", bounds);
}

#[test]
fn two_operators_interleaved_over_one_creation_one_of_which_stands_still() {
    let bounds = Bounds {
        processes: 2,
        freezes: 1,
        ..Bounds::default()
    };
    interleave("two operators over a creation, one of which stands still", bounds);
}

#[test]
fn one_operator_standing_still_while_the_user_deletes_at_any_time() {
    let bounds = Bounds {
        processes: 1,
        freezes: 1,
        deletes: 1,
        ..Bounds::default()
    };
    interleave("an operator stands still, the user deletes at any time", bounds);
}

#[test]
fn one_operator_cut_twice_while_the_user_deletes_at_any_time() {
    let bounds = Bounds {
        processes: 1,
        cuts: 2,
        deletes: 1,
        ..Bounds::default()
    };
    interleave("an operator is cut twice, the user deletes at any time", bounds);
}

/// Plays a schedule for one operator; at rest everything must be in order.
fn play(schedule: impl AsyncFnOnce(&mut Run)) {
    with_paused_clock(async {
        let mut run = Run::new(World::with_neighbours(), 1, Rules::FIXED);
        schedule(&mut run).await;
        let outcome = run.outcome().await;
        assert_eq!(outcome, Ok(()), "{}", run.trace.join("\n"));
    });
}

/// The request is carried out, and its answer is read when it can no longer be stored. Meanwhile the user deletes.
async fn mint_too_late(run: &mut Run, request: &str) {
    run.wait_until(0, request).await;
    run.delete();
    run.go_and_freeze(0).await;
    run.pass(2 * TIMEOUT + Duration::from_secs(1)).await;
    run.thaw(0).await;
}

#[test]
fn a_minted_secret_that_a_deletion_made_worthless_does_not_hide_its_client() {
    play(async |run| mint_too_late(run, "register").await);
    play(async |run| {
        run.until(0, "register").await;
        run.strike(0, Blow::CutAfter).await;
        mint_too_late(run, "rotate").await;
    });
}

#[test]
fn a_name_taken_by_our_own_client_is_looked_up_before_the_resource_is_released() {
    play(async |run| {
        run.until(0, "register").await;
        run.strike(0, Blow::CutAfter).await;
        run.until(0, "PATCH oauthapplications").await;
        run.go_and_freeze(0).await;
        run.pass(SETTLE + Duration::from_secs(2)).await;
        run.thaw(0).await;
        run.go_on(0).await;
        assert!(
            run.trace.iter().any(|line| line.ends_with("-> Conflict")),
            "{}",
            run.trace.join("\n")
        );
        run.delete();
    });
}

#[test]
fn every_broken_rule_is_caught_and_its_schedule_is_harmless_with_all_rules() {
    let mut wrong = vec![];
    for example in counterexamples::ALL {
        for (rules, holds) in [(example.without, false), (Rules::FIXED, true)] {
            let (trace, outcome) = with_paused_clock(async {
                let run = Run::new(World::with((example.class)()), example.processes, rules);
                let mut run = (example.schedule)(run).await;
                let outcome = run.outcome().await;
                (run.trace.join("\n"), outcome)
            });
            let as_expected = match &outcome {
                Ok(()) => holds,
                Err(why) => !holds && why.starts_with(example.harm),
            };
            if !as_expected {
                let rules = if holds { "with all rules" } else { "without it" };
                println!("{}, {rules}: {outcome:?}\n{trace}\n", example.rule);
                wrong.push(format!("{}, {rules}: {outcome:?}", example.rule));
            }
        }
    }
    assert!(wrong.is_empty(), "not as expected: {wrong:#?}");
}
