//! The application's reconcile: open the case, then look and act until nothing is left, then report.

pub mod case;
mod claims;
mod conditions;
pub mod execute;
pub mod observe;
mod place;
mod publish;
pub mod report;
mod stories;
pub mod validate;

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use kube::runtime::controller::Action;

use self::case::Case;
use super::connections::Connection;
use super::context::Context;
use super::error::Error;
use super::platform::kind::PlatformKey;
use super::suspicions::Suspect;
use super::{pause, platform};
use crate::api::OAuthApplication;
use crate::api::platform::MarkerPlace;
use crate::controller::orphans::left::put_on_record;
use crate::domain::decide::application::decide;
use crate::domain::decide::{Decision, Recheck, farewell};
use crate::domain::observed::Seen;
use crate::domain::wish::Wish;

/// Steps and looks of one reconcile; more means that a step brought no new fact, which is our bug.
const STEPS_AT_MOST: usize = 32;
/// After how long a stale view is looked at again; its own echo usually comes first.
const STALE: Duration = Duration::from_secs(1);
/// A time that has come is never met before it.
const SOON: Duration = Duration::from_millis(10);

/// Brings one application one reconcile closer to what is wanted of it.
///
/// Whatever the process dies at, the next reconcile of any process goes on from what is stored. Errors are only those
/// of the API server; everything that a platform does ends in status.
pub async fn reconcile(object: Arc<OAuthApplication>, ctx: Arc<Context>) -> Result<Action, Error> {
    let Some(turn) = ctx.turns.at(&PlatformKey::of(&object)).await else {
        return Ok(Action::await_change());
    };
    let newest = || ctx.view.application(&object.namespace()?, &object.name_any());
    let newest = turn
        .waited
        .then(newest)
        .flatten()
        .filter(|newest| newest.uid() == object.uid());
    // Thousands may wait for their turn: what the work itself needs is made when it comes.
    Box::pin(work(newest.unwrap_or(object), &ctx)).await
}

async fn work(object: Arc<OAuthApplication>, ctx: &Context) -> Result<Action, Error> {
    let mut case = Case::open(object, ctx)?;
    if ctx.memories.is_older(&case.uid, case.version.as_deref()) {
        return Ok(Action::requeue(STALE));
    }
    if ctx.memories.was_let_go(&case.uid) {
        return Ok(Action::await_change());
    }
    let held = pause::hold(
        &case.api,
        case.object.as_ref(),
        case.object.status.as_ref(),
        |s| &mut s.conditions,
        ctx,
    );
    if let Some(action) = held.await? {
        return Ok(action);
    }
    if let Some(later) = case.left_alone(ctx) {
        return Ok(Action::requeue(later));
    }
    let ending = match (case.wish(ctx), case.connection.clone()) {
        (Ok(wish), Some(connection)) => run(&wish, &mut case, &connection, ctx).await?,
        (Ok(wish), None) => {
            let connection = away(&case, ctx);
            run(&wish, &mut case, &connection, ctx).await?
        }
        (Err(trouble), connection) => {
            if connection.is_none() && case.is_at_rest(ctx) {
                return Ok(Action::await_change());
            }
            Ending {
                decision: Decision::Refuse(trouble, Recheck::Later),
                seen: None,
            }
        }
    };
    if let Some(id) = ending.seen.as_deref().and_then(Seen::proven) {
        ctx.proven.keep(&case.uid, id);
    }
    let is_there = report::report(&ending, &case, ctx).await?;
    if let Some(seen) = ending.seen.as_ref().filter(|_| !is_there && !case.had_finalizer()) {
        put_on_record(&farewell::vanished(seen), &case, ctx).await?;
    }
    tell_the_waiting(&ending, &case, ctx);
    Ok(next(&ending, &case, ctx))
}

/// How a reconcile ended: the last decision, and the snapshot it was made on, if there was a platform to look at.
pub struct Ending {
    /// The decision.
    pub decision: Decision,
    /// The snapshot.
    pub seen: Option<Box<Seen>>,
}

async fn run(wish: &Wish, case: &mut Case, connection: &Connection, ctx: &Context) -> Result<Ending, Error> {
    let mut seen = Box::new(case.seen(ctx, connection));
    // Each row of allowed tenants that differs is sent by a step of its own, and read again after it.
    let rows = match wish {
        Wish::Present(wanted) => wanted.registration.allowed_tenants.len() + seen.allowed_by_us.len(),
        Wish::Absent(_) => 0,
    };
    for _ in 0..STEPS_AT_MOST + 2 * rows {
        seen.now = ctx.now();
        let fact = match decide(wish, &seen) {
            Decision::Look(look) => observe::look(look, wish, &seen, case, connection, ctx).await,
            Decision::Act(step) => {
                let attempt = seen.own_claim().map(|c| c.attempt);
                tracing::info!(
                    namespace = case.namespace,
                    name = seen.object.name,
                    step = step.name(),
                    attempt,
                    "step"
                );
                execute::execute(step, &seen, case, connection, ctx).await
            }
            decision => {
                return Ok(Ending {
                    decision,
                    seen: Some(seen),
                });
            }
        };
        seen.now = ctx.now();
        seen.learn(fact?);
        ctx.memories.keep(&case.uid, &seen.memory);
    }
    Err(Error::TooManySteps(STEPS_AT_MOST))
}

/// A deletion goes on without a platform as far as it can.
fn away(case: &Case, ctx: &Context) -> Connection {
    let key = PlatformKey::of(&case.object);
    let why = format!(
        "{key} is missing or not Ready; mend it, or set spec.deletion.orphanAfter to wait no longer than that, or spec.deletion.policy to Orphan to leave the client there"
    );
    let marker = ctx
        .view
        .platform(&key)
        .and_then(|p| p.connection().olt.as_ref().map(|olt| olt.marker));
    let marks = marker != Some(MarkerPlace::None);
    platform::away::away(why, marks)
}

/// Others may wait for the same platform.
fn tell_the_waiting(ending: &Ending, case: &Case, ctx: &Context) {
    let (platform, waiter) = (PlatformKey::of(&case.object), case.waiter());
    let seen = ending.seen.as_deref();
    let through = |seen: &Seen| seen.released || seen.published.registered;
    match seen.and_then(|s| s.failure.as_ref()) {
        Some((_, failure)) => ctx.waiting.failed(&platform, waiter, failure.class),
        None if ending.decision == Decision::Converged || seen.is_some_and(through) => {
            ctx.waiting.through(&platform, &waiter);
        }
        None => {}
    }
}

fn next(ending: &Ending, case: &Case, ctx: &Context) -> Action {
    if ending.seen.as_ref().is_some_and(|s| s.released) {
        ctx.memories.let_go(&case.uid);
        ctx.suspicions.forget(&case.uid);
        ctx.deletions.forget(&case.uid);
        return Action::await_change();
    }
    if let Some(seen) = &ending.seen {
        let failed = seen.failure.is_some() || seen.store_refused.is_some();
        let failures = if failed { seen.memory.failures + 1 } else { 0 };
        ctx.memories.keep(
            &case.uid,
            &crate::domain::observed::Memory {
                failures,
                ..seen.memory.clone()
            },
        );
    }
    if ending.decision == Decision::Converged {
        ctx.suspicions.drop_suspicion(&case.uid, case.suspicion);
        if case.suspicion.is_some() {
            ctx.suspicions.looked(Suspect {
                namespace: case.namespace.clone(),
                name: case.object.metadata.name.clone().unwrap_or_default(),
            });
        }
    }
    match &ending.decision {
        Decision::Wait(until, _) => Action::requeue(until.saturating_sub(ctx.now()).max(SOON)),
        Decision::Refuse(_, Recheck::Later) => Action::requeue(ctx.recheck()),
        Decision::Refuse(_, Recheck::By(at)) => {
            Action::requeue(ctx.recheck().min(at.saturating_sub(ctx.now()).max(SOON)))
        }
        Decision::Stale | Decision::Look(_) | Decision::Act(_) => Action::requeue(STALE),
        Decision::Converged | Decision::Refuse(_, Recheck::OnChange) => Action::await_change(),
    }
}
