//! Status and Events of an installation.

use super::Ending;
use super::case::Case;
use super::secret;
use crate::api::conditions::{ConditionType, Milestone, Reason, find, is_true};
use crate::api::installation::{ConsentStatus, InstallationStatus, TenantSecretStatus};
use crate::api::olt::Permissions as ApiPermissions;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::events::{Story, tell};
use crate::controller::status;
use crate::domain::decide::installation::Decision;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::installation::{SecretSeen, Seen, Wish};
use crate::domain::port::{Installation, Proof};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

/// Writes status if it differs, and tells what is new.
pub async fn report(ending: &Ending, case: &Case, ctx: &Context) -> Result<(), Error> {
    let before = case.object.status.as_ref();
    let nothing_ours = case.is_leaving() && ending.decision == Decision::Converged;
    // A closer look that failed for a moment is no news: what was true is not known to be otherwise.
    let seen = &ending.seen;
    let did_nothing = !(seen.gone || seen.consented || seen.allowed_now);
    let looks_again = seen.suspected && seen.told.ready && did_nothing && matches!(ending.decision, Decision::Wait(..));
    if ending.decision == Decision::Stale || nothing_ours || looks_again {
        return Ok(());
    }
    let after = describe(ending, case);
    let written = status::write(&case.api, case.object.as_ref(), case.version.clone(), before, &after).await?;
    if written.is_some() {
        ctx.memories.wrote(&case.uid, written);
    }
    if let Some(story) = story(ending, before, case) {
        tell(&ctx.client, case.object.as_ref(), story).await;
    }
    Ok(())
}

fn describe(ending: &Ending, case: &Case) -> InstallationStatus {
    let before = case.object.status.clone().unwrap_or_default();
    let seen = &ending.seen;
    let generation = case.object.metadata.generation;
    let conditions = conditions(&before, ending, case);
    let mut after = InstallationStatus {
        observed_generation: generation,
        conditions,
        ..before
    };
    after.allowed_by_us = seen.told.allowed_by_us;
    after.installed_by_us = seen.told.installed_by_us;
    after.comment.clone_from(&seen.told.comment);
    let served = after.consent.as_ref().and_then(|c| c.request.clone());
    if let Some(installation) = &seen.installed {
        after.installed_at = installation.created_at.parse().ok().map(Time);
        after.consent = (seen.consents != Some(false)).then(|| consent(installation, served));
    }
    if let (Some(told), Some(Wish::Present(wanted))) = (&mut after.consent, &ending.wish)
        && (ending.decision == Decision::Converged || seen.consented)
    {
        told.request.clone_from(&wanted.consent_request);
    }
    if let Some(Wish::Present(wanted)) = &ending.wish
        && (seen.installed.is_some() || seen.told.allowed_by_us == Some(true))
    {
        after.application_id = Some(wanted.application_id.0.clone());
    }
    if let SecretSeen::Published { copied, written } = &seen.secret {
        let told = after.secret.take().unwrap_or_default();
        after.secret = Some(TenantSecretStatus {
            name: secret::wanted(&case.object).map(|s| s.name).unwrap_or_default(),
            resource_version: copied.version.clone(),
            application_secret_version: copied.source.clone(),
            revision: told.revision + i64::from(*written),
            published_at: if *written {
                Some(Time(Timestamp::now()))
            } else {
                told.published_at
            },
        });
    }
    after
}

fn consent(installation: &Installation, request: Option<String>) -> ConsentStatus {
    let texts = |ids: &std::collections::BTreeSet<crate::domain::registration::PermissionId>| {
        ids.iter().map(|id| id.0.clone()).collect()
    };
    let permissions = ApiPermissions {
        client: texts(&installation.permissions.client),
        user: texts(&installation.permissions.user),
    };
    ConsentStatus {
        status: installation.status.clone(),
        permissions,
        request,
    }
}

fn conditions(status: &InstallationStatus, ending: &Ending, case: &Case) -> Vec<Condition> {
    let before = &status.conditions;
    let (allowed, installed, verified) = facts(before, ending);
    let mut stages = vec![
        (
            Stage::Accepted,
            ConditionType::Accepted,
            true,
            "The spec is valid and granted.",
        ),
        (
            Stage::Registered,
            ConditionType::Allowed,
            allowed,
            "The tenant may install the application.",
        ),
        (
            Stage::SecretPublished,
            ConditionType::Installed,
            installed,
            "The tenant has installed the application.",
        ),
        (
            Stage::CredentialsVerified,
            ConditionType::CredentialsVerified,
            verified,
            "The application's credentials obtained a token for the tenant.",
        ),
    ];
    if case.object.spec.secret.is_some() {
        stages.push((
            Stage::TenantSecret,
            ConditionType::SecretPublished,
            holds_credentials(before, ending),
            "The tenant's Secret holds the credentials.",
        ));
    }
    let ready = status::ready(case.is_leaving(), "Allowed, installed and proved.");
    let waits = matches!(ending.decision, Decision::Wait(..));
    let lines = status::lines(trouble(&ending.decision), waits, ready, stages);
    status::conditions(before, lines, case.object.metadata.generation)
}

fn holds_credentials(before: &[Condition], ending: &Ending) -> bool {
    match ending.seen.secret {
        SecretSeen::Published { .. } => true,
        _ => ending.decision == Decision::Converged || is_true(before, ConditionType::SecretPublished),
    }
}

fn facts(before: &[Condition], ending: &Ending) -> (bool, bool, bool) {
    let seen: &Seen = &ending.seen;
    if ending.decision == Decision::Converged {
        return (true, true, true);
    }
    let told = |type_| is_true(before, type_);
    let by_application = matches!(&ending.wish, Some(Wish::Present(w)) if w.row_of_application);
    let allowed = seen.told.allowed_by_us == Some(true) || by_application;
    let installed = if seen.uninstalled {
        false
    } else {
        seen.installed.is_some() || told(ConditionType::Installed)
    };
    let verified = match seen.proof {
        Some(proof) => proof == Proof::Works,
        None => told(ConditionType::CredentialsVerified) && installed,
    };
    (allowed && !seen.disallowed, installed, verified)
}

fn trouble(decision: &Decision) -> Option<&Trouble> {
    match decision {
        Decision::Wait(_, trouble) | Decision::Refuse(trouble, _) => Some(trouble),
        _ => None,
    }
}

fn story(ending: &Ending, before: Option<&InstallationStatus>, case: &Case) -> Option<Story> {
    let ready = before.and_then(|s| find(&s.conditions, ConditionType::Ready));
    if let Decision::Refuse(trouble, _) = &ending.decision {
        let reason = trouble.reason.to_string();
        let told = ready.is_some_and(|c| c.reason == reason) || trouble.reason == Reason::Reconciling;
        return (!told).then(|| Story {
            warning: true,
            reason,
            action: "Reconcile".to_owned(),
            note: trouble.message.clone(),
        });
    }
    if ending.decision != Decision::Converged || case.is_leaving() {
        return None;
    }
    if let Some(story) = secret_story(ending, before, case) {
        return Some(story);
    }
    ending.seen.installed.as_ref()?;
    let spec = &case.object.spec;
    let (application, tenant) = (&spec.application_ref.name, &spec.tenant_id);
    if before.is_none_or(|s| s.installed_at.is_none()) {
        let note = format!("Application {application} is installed in tenant {tenant}.");
        return Some(Story::milestone(Milestone::Installed, note));
    }
    // An application that was registered again is another one to the tenant.
    let told = before.and_then(|s| s.application_id.as_deref());
    let another = matches!(&ending.wish, Some(Wish::Present(wanted)) if told != Some(wanted.application_id.0.as_str()));
    if ending.seen.consented && (ending.seen.gone || another) {
        let note = format!("Application {application} was gone from tenant {tenant}; it is installed there again.");
        return Some(Story::milestone(Milestone::InstalledAgain, note));
    }
    let note = format!("Tenant {tenant} consents to what application {application} declares now.");
    ending
        .seen
        .consented
        .then(|| Story::milestone(Milestone::Consented, note))
}

/// The Secret was published before, and is written again.
fn secret_story(ending: &Ending, before: Option<&InstallationStatus>, case: &Case) -> Option<Story> {
    let told = before.and_then(|s| s.secret.as_ref())?;
    let SecretSeen::Published { copied, written: true } = &ending.seen.secret else {
        return None;
    };
    let name = &told.name;
    if copied.source != told.application_secret_version {
        let application = &case.object.spec.application_ref.name;
        let note = format!("Secret {name} follows the Secret of application {application}, which has changed.");
        return Some(Story::milestone(Milestone::SecretPublished, note));
    }
    // A form that was restored because the spec asks for another one is no repair.
    let same_spec = before.and_then(|s| s.observed_generation) == case.object.metadata.generation;
    let note = format!("Secret {name} was missing or changed; it holds the application's credentials again.");
    same_spec.then(|| Story::milestone(Milestone::SecretRepaired, note))
}
