//! Cut the power anywhere, lose any answer, let two operators work at once: always one client, a Secret that works, and
//! nothing left after deletion. The reconcile code is the real one; the world around it is `model`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod model;

use std::time::Duration;

use model::blow::Blow;
use model::counterexamples;
use model::explore::{Bounds, explore};
use model::gate::TIMEOUT;
use model::process::SETTLE;
use model::run::{Run, with_paused_clock};
use model::world::World;
use oauth_registrar::domain::rules::Rules;

/// Further requests after which a request that stayed under way takes effect; the last: as late as it can.
const LATE: [usize; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, usize::MAX];

fn blows(late: &[usize]) -> Vec<Blow> {
    let late = late
        .iter()
        .flat_map(|&requests| [Blow::CutUnderWay(requests), Blow::Delay(requests)]);
    [Blow::CutBefore, Blow::CutAfter, Blow::LoseRequest, Blow::LoseAnswer]
        .into_iter()
        .chain(late)
        .collect()
}

/// The requests of an undisturbed creation and of the deletion after it, or what went wrong.
type Requests = Result<(usize, usize), String>;

/// Creates and deletes, with these blows to the requests of the creation and of the deletion.
fn life(processes: usize, creation: &[(usize, Blow)], deletion: &[(usize, Blow)]) -> (Vec<String>, Requests) {
    with_paused_clock(async {
        let mut run = Run::new(World::with_neighbours(), processes, Rules::FIXED);
        let created = run
            .outcome_under(creation)
            .await
            .map(|()| run.requests)
            .map_err(|why| format!("created: {why}"));
        let outcome = match created {
            Ok(created) => {
                run.delete();
                let deleted = run.outcome_under(deletion).await.map(|()| run.requests - created);
                deleted
                    .map(|deleted| (created, deleted))
                    .map_err(|why| format!("deleted: {why}"))
            }
            Err(why) => Err(why),
        };
        (run.trace, outcome)
    })
}

/// Tells which schedules failed, and the traces of the first three.
fn report(runs: usize, failed: &[(String, Vec<String>)]) {
    println!("{runs} schedules");
    for (schedule, trace) in failed.iter().take(3) {
        println!("{schedule}\n{}\n", trace.join("\n"));
    }
    let schedules: Vec<&String> = failed.iter().map(|(schedule, _)| schedule).collect();
    assert!(
        failed.is_empty(),
        "{} of {runs} schedules failed: {schedules:#?}",
        failed.len()
    );
}

fn every_single_blow(processes: usize, late: &[usize], in_deletion: bool) {
    let (created, deleted) = life(processes, &[], &[]).1.unwrap();
    let (mut failed, mut runs) = (vec![], 0);
    for at in 0..if in_deletion { deleted } else { created } {
        for blow in blows(late) {
            runs += 1;
            let blows = [(at, blow)];
            let (creation, deletion) = if in_deletion {
                (&[][..], &blows[..])
            } else {
                (&blows[..], &[][..])
            };
            if let (trace, Err(why)) = life(processes, creation, deletion) {
                failed.push((format!("{blow:?} to request {at}: {why}"), trace));
            }
        }
    }
    report(runs, &failed);
}

#[test]
fn every_single_blow_in_one_creation() {
    every_single_blow(1, &LATE, false);
}

#[test]
fn every_single_blow_in_one_deletion() {
    every_single_blow(1, &LATE, true);
}

#[test]
fn every_single_blow_in_one_creation_with_a_second_operator_beside() {
    every_single_blow(2, &[4, usize::MAX], false);
}

#[test]
fn every_single_blow_in_one_deletion_with_a_second_operator_beside() {
    every_single_blow(2, &[4, usize::MAX], true);
}

fn interleave(bounds: Bounds) {
    let explored = explore(bounds, Rules::FIXED, &World::with_neighbours());
    println!(
        "{} runs through {} states to {} ends",
        explored.runs, explored.states, explored.ends
    );
    if let Some(why) = explored.failure {
        panic!("{why}");
    }
}

#[test]
fn two_operators_interleaved_over_one_creation() {
    interleave(Bounds {
        processes: 2,
        ..Bounds::default()
    });
}

#[test]
fn two_operators_interleaved_over_one_creation_with_a_stale_cache() {
    interleave(Bounds {
        processes: 2,
        stale: 1,
        ..Bounds::default()
    });
}

#[test]
fn two_operators_interleaved_over_one_creation_one_of_which_stands_still() {
    interleave(Bounds {
        processes: 2,
        freezes: 1,
        ..Bounds::default()
    });
}

#[test]
fn one_operator_standing_still_while_the_user_deletes_at_any_time() {
    interleave(Bounds {
        processes: 1,
        freezes: 1,
        deletes: 1,
        ..Bounds::default()
    });
}

#[test]
fn one_operator_cut_twice_while_the_user_deletes_at_any_time() {
    interleave(Bounds {
        processes: 1,
        cuts: 2,
        deletes: 1,
        ..Bounds::default()
    });
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
                let run = Run::new(World::with_neighbours(), example.processes, rules);
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
