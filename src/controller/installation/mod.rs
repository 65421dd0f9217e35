//! The installation's reconcile: open the case, act until nothing is left, report.

pub mod case;
mod consent;
pub mod execute;
mod proof;
pub mod report;
mod secret;
pub mod tenancy;

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use kube::runtime::controller::Action;

use self::case::{Case, Use};
use self::proof::Whose;
use super::context::Context;
use super::error::Error;
use super::pause;
use super::platform::kind::PlatformKey;
use crate::api::{OAuthApplication, TenantInstallation};
use crate::domain::decide::installation::{Decision, decide};
use crate::domain::decide::{Recheck, Trouble};
use crate::domain::failure::Failure;
use crate::domain::installation::{Doing, Fact, Seen, Step, Wish};
use crate::domain::observed::Memory;

const STEPS_AT_MOST: usize = 16;
const STALE: Duration = Duration::from_secs(1);

/// How a reconcile ended.
pub struct Ending {
    /// The decision.
    pub decision: Decision,
    /// The snapshot it was made on.
    pub seen: Seen,
    /// What was wanted, if it was valid.
    pub wish: Option<Wish>,
}

/// Brings one installation one reconcile closer to what is wanted of it.
pub async fn reconcile(object: Arc<TenantInstallation>, ctx: Arc<Context>) -> Result<Action, Error> {
    let (namespace, application) = (
        object.namespace().unwrap_or_default(),
        &object.spec.application_ref.name,
    );
    let Some(application) = ctx.view.application(&namespace, application) else {
        return Box::pin(work(object, &ctx)).await;
    };
    let Some(turn) = ctx.turns.at(&PlatformKey::of(&application)).await else {
        return Ok(Action::await_change());
    };
    let newest = || ctx.view.installations_of(&namespace, &application.name_any());
    let same = |other: &Arc<TenantInstallation>| other.uid() == object.uid();
    let newest = turn.waited.then(newest).and_then(|all| all.into_iter().find(same));
    Box::pin(work(newest.unwrap_or(object), &ctx)).await
}

async fn work(object: Arc<TenantInstallation>, ctx: &Context) -> Result<Action, Error> {
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
    case.ask_for_application(ctx).await?;
    let seen = case.seen(ctx);
    let ending = match case.wish(ctx) {
        Ok(wish) => run(wish, seen, &mut case, ctx).await?,
        Err(trouble) => Ending {
            decision: Decision::Refuse(trouble, Recheck::Later),
            seen,
            wish: None,
        },
    };
    report::report(&ending, &case, ctx).await?;
    tell_the_waiting(&ending, &case, ctx);
    Ok(next(&ending, &case, ctx))
}

async fn run(mut wish: Wish, mut seen: Seen, case: &mut Case, ctx: &Context) -> Result<Ending, Error> {
    let mut used: Option<Use> = None;
    for _ in 0..STEPS_AT_MOST {
        seen.now = ctx.now();
        let step = match decide(&wish, &seen) {
            Decision::Act(step) => step,
            decision => {
                return Ok(Ending {
                    decision,
                    seen,
                    wish: Some(wish),
                });
            }
        };
        // The platform is opened when a step needs it, and before the first trace of us is left on the resource.
        if used.is_none() && !matches!(step, Step::Release | Step::LookAtSecret | Step::Publish | Step::Disown) {
            match case.open_platform(ctx).await? {
                Ok(opened) => {
                    let proven = prove(&mut wish, &opened, case, ctx).await;
                    used = Some(opened);
                    match proven {
                        Ok(true) => {}
                        // What is wanted has become less: decide again.
                        Ok(false) => continue,
                        Err(Unproven::Asking(failure)) => {
                            seen.learn(Fact::Failed(Doing::Allowing, failure));
                            continue;
                        }
                        Err(Unproven::Refused(trouble)) => return Ok(refused(trouble, seen, wish, case)),
                    }
                }
                Err(trouble) => return Ok(refused(trouble, seen, wish, case)),
            }
        }
        let name = case.object.metadata.name.as_deref();
        tracing::info!(namespace = case.namespace, name, step = step.name(), "step");
        let fact = execute::execute(step, case, used.as_ref(), ctx).await?;
        seen.now = ctx.now();
        seen.learn(fact);
        if let Some(used) = &used {
            seen.consents = used.connection.platform.capabilities().consents;
        }
    }
    Err(Error::TooManySteps(STEPS_AT_MOST))
}

/// Why nobody knows whose client it is.
enum Unproven {
    /// The platform could not be asked.
    Asking(Failure),
    /// Nothing proves it.
    Refused(Trouble),
}

/// Makes sure that the client is the application's before anything is done to it. What goes has nothing to undo at a client
/// that is not: `false`.
async fn prove(wish: &mut Wish, used: &Use, case: &Case, ctx: &Context) -> Result<bool, Unproven> {
    let id = match wish {
        Wish::Present(wanted) => Some(wanted.application_id.clone()),
        Wish::Absent(farewell) => farewell.application_id.clone(),
    };
    let Some(id) = id else { return Ok(true) };
    let whose = proof::whose(case, used, &id, ctx).await.map_err(Unproven::Asking)?;
    let leaves = |a: &OAuthApplication| a.metadata.deletion_timestamp.is_some();
    match (whose, wish) {
        (Whose::Ours, _) => Ok(true),
        // An application that stays puts its marker back where somebody removed it.
        (Whose::Unproven, Wish::Absent(_)) if !case.application.as_deref().is_some_and(leaves) => {
            Err(Unproven::Refused(proof::refusal(case, &id)))
        }
        (_, Wish::Absent(farewell)) => {
            tracing::warn!(namespace = case.namespace, %id, "not the application's client: nothing is undone there");
            farewell.application_id = None;
            Ok(false)
        }
        (_, Wish::Present(_)) => Err(Unproven::Refused(proof::refusal(case, &id))),
    }
}

fn refused(mut trouble: Trouble, seen: Seen, wish: Wish, case: &Case) -> Ending {
    if matches!(wish, Wish::Absent(_)) {
        let application = &case.object.spec.application_ref.name;
        let way_out = format!(
            " To leave the installation there, set spec.deletion.policy of OAuthApplication {application} to Orphan and delete that as well. With spec.deletion.orphanAfter, or in a namespace that is being deleted, that waits no longer than so, and the installation goes with it."
        );
        trouble.message.push_str(&way_out);
    }
    Ending {
        decision: Decision::Refuse(trouble, Recheck::Later),
        seen,
        wish: Some(wish),
    }
}

/// Others may wait for the same platform.
fn tell_the_waiting(ending: &Ending, case: &Case, ctx: &Context) {
    let Some(application) = &case.application else { return };
    let (platform, waiter) = (PlatformKey::of(application), case.waiter());
    match &ending.seen.failure {
        Some((_, failure)) => ctx.waiting.failed(&platform, waiter, failure.class),
        None if ending.decision == Decision::Converged || ending.seen.released => {
            ctx.waiting.through(&platform, &waiter);
        }
        None => {}
    }
}

fn next(ending: &Ending, case: &Case, ctx: &Context) -> Action {
    if ending.seen.released {
        ctx.memories.let_go(&case.uid);
        ctx.suspicions.forget(&case.uid);
        ctx.tenancies.forget(&case.uid);
        ctx.state_secrets.forget(&case.uid);
        return Action::await_change();
    }
    let failures = if ending.seen.failure.is_some() {
        ending.seen.failures + 1
    } else {
        0
    };
    ctx.memories.keep(
        &case.uid,
        &Memory {
            failures,
            ..Memory::default()
        },
    );
    if ending.decision == Decision::Converged {
        ctx.suspicions.drop_suspicion(&case.uid, case.suspicion);
    }
    match &ending.decision {
        Decision::Wait(until, _) => Action::requeue(until.saturating_sub(ctx.now()).max(Duration::from_millis(10))),
        Decision::Refuse(_, Recheck::Later | Recheck::By(_)) => Action::requeue(ctx.recheck()),
        Decision::Stale | Decision::Act(_) => Action::requeue(STALE),
        Decision::Converged | Decision::Refuse(_, Recheck::OnChange) => Action::await_change(),
    }
}
