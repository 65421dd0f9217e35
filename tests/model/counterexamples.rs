//! The counterexamples behind the rules of the claim protocol: with the rule each does harm, without it none.

mod classes;

use std::time::Duration;

use oauth_registrar::domain::port::Capabilities;
use oauth_registrar::domain::rules::Rules;

use self::classes::{
    a_wakes_with_a_client_that_nobody_knows, blind, by_marker, the_first_register_lands_after_the_second,
    the_second_registration_is_not_told,
};

use super::blow::Blow;
use super::gate::TIMEOUT;
use super::process::SETTLE;
use super::run::Run;
use super::world::World;

/// The two processes.
const A: usize = 0;
const B: usize = 1;

const SECOND: Duration = Duration::from_secs(1);
/// A claim of this age still permits its call.
const ALMOST: Duration = Duration::from_millis(9_900);

/// One rule, how to switch it off, and what then goes wrong.
pub struct Counterexample {
    /// The rule.
    pub rule: &'static str,
    /// Everything but the rule.
    pub without: Rules,
    /// Processes side by side.
    pub processes: usize,
    /// What the platform can do.
    pub class: fn() -> Capabilities,
    /// The schedule.
    pub schedule: fn(Run) -> std::pin::Pin<Box<dyn Future<Output = Run>>>,
    /// How what the model finds begins.
    pub harm: &'static str,
}

macro_rules! counterexample {
    ($rule:ident, $processes:literal, $schedule:ident, $harm:literal) => {
        counterexample!($rule, $processes, olt, $schedule, $harm)
    };
    ($rule:ident, $processes:literal, $class:ident, $schedule:ident, $harm:literal) => {
        Counterexample {
            rule: stringify!($rule),
            without: Rules {
                $rule: false,
                ..Rules::FIXED
            },
            processes: $processes,
            class: $class,
            schedule: |run| Box::pin($schedule(run)),
            harm: $harm,
        }
    };
}

/// One for each rule that can be switched off.
pub const ALL: [Counterexample; 12] = [
    counterexample!(
        takeover_waits,
        2,
        b_adopts_while_a_is_about_to_publish,
        "PublishedKilled"
    ),
    counterexample!(
        secret_read_after_settle,
        2,
        b_read_the_secret_before_it_stood_still,
        "PublishedKilled"
    ),
    counterexample!(
        publish_under_claim,
        2,
        a_stands_still_until_b_has_waited,
        "PublishedKilled"
    ),
    counterexample!(loser_forgets, 2, a_wakes_after_b_has_published, "PublishedKilled"),
    counterexample!(
        deletion_waits_for_open,
        1,
        the_first_register_lands_after_the_deletion,
        "1 clients of a deleted"
    ),
    counterexample!(
        refusal_keeps_doubt,
        1,
        later_registers_are_refused,
        "1 clients of a deleted"
    ),
    counterexample!(
        publish_keeps_open,
        2,
        the_first_register_lands_after_a_late_publication,
        "1 clients of a deleted"
    ),
    counterexample!(gone_looks_first, 1, a_lost_answer_after_the_client_was_removed, ""),
    counterexample!(
        deletion_reads_both,
        1,
        the_newer_client_is_known_only_to_status,
        "1 clients of a deleted"
    ),
    counterexample!(
        absence_needs_settle,
        1,
        by_marker,
        the_first_register_lands_after_the_second,
        "Doubled"
    ),
    counterexample!(
        loser_undoes,
        2,
        blind,
        a_wakes_with_a_client_that_nobody_knows,
        "2 clients for one resource"
    ),
    counterexample!(
        lost_counted_in_claim,
        1,
        blind,
        the_second_registration_is_not_told,
        "2 clients for one resource"
    ),
];

fn olt() -> Capabilities {
    World::default().platform.capabilities
}

/// The answer to the first register is lost, the second one is refused. So is the third, whose claim is written when the former
/// have settled. The user deletes.
async fn later_registers_are_refused(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.strike(A, Blow::LoseAnswer).await;
    run.wait_until(A, "register").await;
    run.strike(A, Blow::Refuse).await;
    run.until(A, "JSON-PATCH").await;
    run.go_and_freeze(A).await;
    run.pass(SETTLE + SECOND).await;
    run.thaw(A).await;
    run.wait_until(A, "register").await;
    run.strike(A, Blow::Refuse).await;
    run.until(A, "JSON-PATCH").await;
    run.delete();
    run
}

/// A claims and registers. B finds the client and no Secret, and claims. A stores the Secret. B rotates.
async fn b_adopts_while_a_is_about_to_publish(mut run: Run) -> Run {
    run.until(A, "POST secrets").await;
    run.until(B, "rotate").await;
    run.go_on(A).await;
    run.go_on(B).await;
    run
}

/// The API server refused the Secret at first, so status tells the client. B finds no Secret and stands still. A
/// stores the Secret and dies. B, when it wakes, has waited long enough.
async fn b_read_the_secret_before_it_stood_still(mut run: Run) -> Run {
    run.refuse_secrets(true);
    run.until(A, "look at the resource").await;
    run.go(A).await;
    run.until(A, "look at the resource").await;
    run.refuse_secrets(false);
    run.until(B, "read app-2").await;
    run.go_and_freeze(B).await;
    run.wait_until(A, "POST secrets").await;
    run.cut_after(A).await;
    run.pass(Duration::from_secs(45)).await;
    run.thaw(B).await;
    run.until(B, "JSON-PATCH").await;
    run
}

/// A registers and stands still. B waits out the claim, reads "no Secret", decides. A wakes and stores. B rotates.
async fn a_stands_still_until_b_has_waited(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.go_and_freeze(A).await;
    run.go_on(B).await;
    run.pass(SETTLE).await;
    run.until(B, "PATCH oauthapplications").await;
    run.thaw(A).await;
    run.until(A, "prove").await;
    run.go_on(B).await;
    run
}

/// A cannot store the Secret and stands still. B waits, adopts the client, publishes. A wakes and has lost.
async fn a_wakes_after_b_has_published(mut run: Run) -> Run {
    run.refuse_secrets(true);
    run.until(A, "POST events").await;
    run.go_and_freeze(A).await;
    run.refuse_secrets(false);
    run.wait_until(B, "prove").await;
    run.go_on(B).await;
    run.thaw(A).await;
    run
}

/// The first register stays under way while its process dies and the next one registers. The user deletes.
async fn the_first_register_lands_after_the_deletion(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.strike(A, Blow::CutUnderWay(usize::MAX)).await;
    run.go_on(A).await;
    run.delete();
    run.idle().await;
    run.go_on(A).await;
    run
}

/// As before, but the second register's secret is stored so late that it needs a claim of its own.
async fn the_first_register_lands_after_a_late_publication(mut run: Run) -> Run {
    run.until(A, "PATCH oauthapplications").await;
    run.go_and_freeze(A).await;
    run.until(B, "register").await;
    run.go_and_freeze(B).await;
    run.pass(ALMOST).await;
    run.thaw(A).await;
    run.strike(A, Blow::CutUnderWay(usize::MAX)).await;
    run.pass(TIMEOUT + SECOND).await;
    run.thaw(B).await;
    run.go_on(B).await;
    run.delete();
    run.idle().await;
    run.go_on(B).await;
    run
}

/// The client is removed by hand. The register that follows is carried out, and its answer is lost.
async fn a_lost_answer_after_the_client_was_removed(mut run: Run) -> Run {
    run.go_on(A).await;
    run.remove_clients();
    run.describe("changed");
    run.idle().await;
    run.until(A, "register").await;
    run.strike(A, Blow::LoseAnswer).await;
    run
}

/// The client is removed by hand. The next one cannot be stored; status tells it, its process dies, the user deletes.
async fn the_newer_client_is_known_only_to_status(mut run: Run) -> Run {
    run.go_on(A).await;
    run.remove_clients();
    run.describe("changed");
    run.idle().await;
    run.refuse_secrets(true);
    run.until(A, "register").await;
    run.go_on(A).await;
    run.cut(A).await;
    run.delete();
    run.refuse_secrets(false);
    run
}
