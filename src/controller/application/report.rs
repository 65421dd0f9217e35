//! Telling how a reconcile ended: status, and one Event for each new story. The only place that reports.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;

use super::Ending;
use super::case::Case;
use super::conditions::{Facts, conditions};
use super::stories::stories;
use crate::api::OAuthApplication;
use crate::api::application::{
    ApplicationStatus, Outcome, RegistrationStatus, Replaced, SecretStatus, Verification, Verified,
};
use crate::api::conditions::{ConditionType, is_true};
use crate::api::olt::OltApplicationStatus;
use crate::api::platform::PlatformIdentity;
use crate::api::well_known::RETRY;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::controller::events::tell;
use crate::controller::status;
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::step::Doing;

/// Writes status if it differs, and tells what is new. `false`: the resource is gone, or another one by now.
pub async fn report(ending: &Ending, case: &Case, ctx: &Context) -> Result<bool, Error> {
    let before = case.object.status.as_ref();
    if ending.decision == Decision::Stale || looks_again(ending, before) {
        return Ok(true);
    }
    let released = ending.seen.as_ref().is_some_and(|s| s.released);
    let nothing_ours = case.is_leaving() && ending.decision == Decision::Converged;
    let after = status(ending, case);
    if !released && !nothing_ours {
        let written = write(ending, case, &after, ctx).await?;
        if written.is_none() && before != Some(&after) {
            return Ok(false);
        }
        if written.is_some() {
            ctx.memories.wrote(&case.uid, written);
        }
    }
    for story in stories(ending, before, case) {
        tell(&ctx.client, case.object.as_ref(), story).await;
    }
    Ok(true)
}

/// Writes status. A user may edit the resource at any time: then it lands on the new version, unless somebody has told or
/// claimed something since.
async fn write(
    ending: &Ending,
    case: &Case,
    after: &ApplicationStatus,
    ctx: &Context,
) -> Result<Option<String>, Error> {
    let before = case.object.status.as_ref();
    let onto = |version| status::write(&case.api, case.object.as_ref(), version, before, after);
    let conflict = match onto(case.version.clone()).await {
        Err(error) if error.code() == Some(409) => error,
        written => return written,
    };
    let fresh = call(
        "read the resource",
        CLUSTER_TIMEOUT,
        case.api.get_opt(&case.object.name_any()),
    )
    .await?;
    let claim = ending
        .seen
        .as_ref()
        .map_or_else(|| case.claim(ctx), |seen| seen.claim.clone());
    let is_no_news =
        |fresh: &OAuthApplication| fresh.status.as_ref() == before && case.claim_in(fresh.annotations(), ctx) == claim;
    match fresh.filter(|fresh| fresh.uid().as_ref() == Some(&case.uid)) {
        Some(fresh) if is_no_news(&fresh) => onto(fresh.resource_version()).await,
        Some(_) => Err(conflict),
        None => Ok(None),
    }
}

/// A closer look that failed for a moment is no news: what was true is not known to be otherwise.
fn looks_again(ending: &Ending, before: Option<&ApplicationStatus>) -> bool {
    let suspected = ending
        .seen
        .as_ref()
        .is_some_and(|seen| seen.suspected && seen.failure.as_ref().is_some_and(|(doing, _)| *doing == Doing::Reading));
    let current = |s: &ApplicationStatus| {
        let generation = ending.seen.as_ref().map(|seen| seen.object.generation);
        is_true(&s.conditions, ConditionType::Ready) && s.observed_generation == generation
    };
    suspected && before.is_some_and(current) && matches!(ending.decision, Decision::Wait(..))
}

fn status(ending: &Ending, case: &Case) -> ApplicationStatus {
    let before = case.object.status.clone().unwrap_or_default();
    let generation = case.object.metadata.generation;
    let facts = ending.seen.as_deref().map(|seen| Facts::of(seen, &ending.decision));
    let mut after = ApplicationStatus {
        observed_generation: generation,
        installations: case.installations,
        ..before.clone()
    };
    if let (Some(seen), Some(facts)) = (ending.seen.as_deref(), &facts) {
        describe(&mut after, ending, facts, seen, case);
    }
    let served = ending
        .seen
        .as_ref()
        .is_some_and(|s| s.published.stored || s.published.registered || s.lost() > s.told.lost);
    if served || ending.decision == Decision::Converged {
        after.retried = case.object.annotations().get(RETRY).cloned();
    }
    let facts = facts.unwrap_or_else(|| Facts::told(&before.conditions));
    after.conditions = conditions(
        &before.conditions,
        &ending.decision,
        &facts,
        generation,
        case.is_leaving(),
    );
    after
}

fn describe(after: &mut ApplicationStatus, ending: &Ending, facts: &Facts, seen: &Seen, case: &Case) {
    let before = after.clone();
    let now = || Time(Timestamp::now());
    let known = seen.former().or(seen.known.as_ref());
    after.application_id = known.map(|k| k.application_id.0.clone());
    after.client_id = known.map(|k| k.client_id.0.clone());
    if let Some(known) = known {
        let identity = platform_identity(seen);
        after.olt = Some(OltApplicationStatus {
            owner_tenant_id: identity.as_ref().map(|at| at.owner.clone()),
            public_client_id: known.public_client_id.as_ref().map(|id| id.0.clone()),
            allowed_tenants: seen.allowed_by_us.iter().map(|t| t.0.clone()).collect(),
        });
        after.platform_identity = identity;
    }
    if let Some(claim) = seen.own_claim() {
        let applied = if facts.registered {
            seen.object.generation.into()
        } else {
            seen.told.applied_generation
        };
        let outcome = outcome(seen, &ending.decision);
        after.registration = Some(RegistrationStatus {
            id: claim.id.clone(),
            attempt: claim.attempt,
            outcome,
            applied_generation: applied,
            lost: Some(seen.lost()).filter(|lost| *lost > 0).map(i64::from),
        });
    }
    if facts.published
        && let Some(secret) = seen.output()
    {
        let told = before.secret.clone().unwrap_or_default();
        after.secret = Some(SecretStatus {
            name: case.output.name.clone(),
            resource_version: secret.resource_version.clone(),
            revision: told.revision + i64::from(seen.published.stored),
            published_at: if seen.published.stored {
                Some(now())
            } else {
                told.published_at.clone()
            },
            client_secret_key: case.output.keys.client_secret.clone(),
            replaced: replaced(&told, seen),
        });
    }
    if facts.verified && (before.verification.is_none() || seen.published.stored) {
        after.verification = Some(Verification {
            at: now(),
            how: Verified::Minted,
        });
    }
}

/// Where it was registered, and not where the platform is now, once it was: a difference between the two is refused, and must
/// stay one.
fn platform_identity(seen: &Seen) -> Option<PlatformIdentity> {
    let (issuer, owner) = seen.claimed_at()?;
    Some(PlatformIdentity { issuer, owner })
}

/// With everything in order, nothing is in doubt any more: the looks after the settle time told the outcome.
fn outcome(seen: &Seen, decision: &Decision) -> Outcome {
    let gone = seen.known.as_ref().is_some_and(|k| seen.is_gone(&k.application_id));
    // Where nothing can be looked up, status tells of the former client, and nothing of the new one: only its stored Secret
    // does (R8).
    let others = seen.former().is_some() || seen.marked().len() > 1;
    if *decision != Decision::Converged && (seen.doubted() || others) {
        Outcome::Unknown
    } else if gone {
        Outcome::Gone
    } else if seen.known.is_some() {
        Outcome::Registered
    } else {
        Outcome::Claimed
    }
}

/// A secret that was published before and had to be replaced counts against the limit of a day.
fn replaced(told: &SecretStatus, seen: &Seen) -> Option<Replaced> {
    if !(seen.published.stored && told.revision > 0) {
        return told.replaced.clone();
    }
    let since = told
        .replaced
        .as_ref()
        .filter(|_| seen.told.replaced > 0)
        .map(|r| r.since.clone());
    Some(Replaced {
        count: seen.told.replaced + 1,
        since: since.unwrap_or_else(|| Time(Timestamp::now())),
    })
}
