//! The decision table of a tenant's installation.

mod consent;
mod secret;

use super::{Recheck, Stage, Trouble};
use crate::api::conditions::Reason;
use crate::domain::failure::{Class, Failure};
use crate::domain::installation::{Doing, Farewell, Seen, Step, Wanted, Wish};
use crate::domain::port::{Availability, Proof};
use crate::domain::schedule::next_try;

/// What to do now. `Stage::Registered` stands for Allowed, `Stage::SecretPublished` for Installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// All of it is true.
    Converged,
    /// Look again at this time.
    Wait(std::time::Duration, Trouble),
    /// Wait for a change.
    Refuse(Trouble, Recheck),
    /// Look again soon, say nothing.
    Stale,
    /// Do this, then decide again.
    Act(Step),
}

/// Decides what to do now for an installation.
#[must_use]
pub fn decide(wish: &Wish, seen: &Seen) -> Decision {
    match wish {
        Wish::Present(wanted) => present(wanted, seen),
        Wish::Absent(farewell) => absent(farewell, seen),
    }
}

fn present(wanted: &Wanted, seen: &Seen) -> Decision {
    None.or_else(|| call_failed(seen)) // a failure is a fact too
        .or_else(|| view_stale(seen)) // somebody wrote the resource first
        .or_else(|| at_rest(wanted, seen)) // stored facts say that all is true
        .or_else(|| consent::unsupported(wanted, seen)) // nobody can keep to a list
        .or_else(|| secret::refused(wanted, seen)) // a foreign Secret is found before anything is done
        .or_else(|| not_finalized(seen)) // before anything that has to be undone
        .or_else(|| secret::behind(wanted, seen)) // workloads must not keep a dead secret
        .or_else(|| not_allowed(wanted, seen)) // the owner's side first
        .or_else(|| not_installed(wanted, seen)) // then the tenant's
        .or_else(|| consent::outdated(wanted, seen)) // the application declares something else by now
        .or_else(|| unproved(wanted, seen)) // a token for this tenant
        .or_else(|| secret::unpublished(wanted, seen)) // only what was proved
        .unwrap_or(Decision::Converged)
}

fn absent(farewell: &Farewell, seen: &Seen) -> Decision {
    None.or_else(|| nothing_ours(seen)) // no finalizer: others may take their time
        .or_else(|| leave_it_there(farewell, seen)) // needs no platform
        .or_else(|| call_failed(seen)) // a failure is a fact too
        .or_else(|| view_stale(seen)) // somebody wrote the resource first
        .or_else(|| still_installed(farewell, seen)) // access ends first
        .or_else(|| still_allowed(farewell, seen)) // then the right to install again
        .unwrap_or(Decision::Act(Step::Release))
}

fn call_failed(seen: &Seen) -> Option<Decision> {
    let (doing, failure) = seen.failure.as_ref()?;
    Some(after(*doing, failure, seen))
}

fn view_stale(seen: &Seen) -> Option<Decision> {
    seen.stale.then_some(Decision::Stale)
}

fn at_rest(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let same = seen.told.application_id.as_ref() == Some(&wanted.application_id);
    let stands = seen.told.consent_stands(wanted) && secret::stands(wanted, seen);
    (seen.told.ready && !seen.suspected && same && stands && seen.has_finalizer).then_some(Decision::Converged)
}

fn not_finalized(seen: &Seen) -> Option<Decision> {
    (!seen.has_finalizer).then_some(Decision::Act(Step::Finalize))
}

fn not_allowed(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    if wanted.row_of_application || seen.allowed_now {
        return None;
    }
    let same = seen
        .told
        .application_id
        .as_ref()
        .is_none_or(|id| *id == wanted.application_id);
    let sent = seen.told.allowed_by_us == Some(true) && seen.told.comment.as_ref() == Some(&wanted.row.comment);
    let id = &wanted.application_id;
    let there = match &seen.row {
        None if seen.suspected && sent && same => {
            return Some(Decision::Act(Step::ReadRow(id.clone(), wanted.row.tenant_id.clone())));
        }
        None => sent && same,
        Some(row) => row.as_ref() == Some(&wanted.row),
    };
    (!there).then(|| Decision::Act(Step::Allow(id.clone(), wanted.row.clone())))
}

fn not_installed(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let id = &wanted.application_id;
    if seen.installed.is_some() {
        return None;
    }
    let told = seen.told.is_installed() && seen.told.application_id.as_ref() == Some(id);
    if seen.already || (told && !seen.gone) {
        return Some(Decision::Act(Step::ReadInstallation(id.clone())));
    }
    Some(match consent::to_install(wanted, seen) {
        Ok(consent) => Decision::Act(Step::Install(id.clone(), consent)),
        Err(first) => first,
    })
}

fn unproved(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    match seen.proof {
        None => Some(Decision::Act(Step::Prove)),
        Some(Proof::Works) => None,
        Some(Proof::WrongSecret | Proof::UnknownClient) => Some(not_proved(
            "The application's credentials are not accepted; the application repairs them, then this is proved again."
                .into(),
        )),
        Some(Proof::TenantRefused) => Some(refused_to_tenant(wanted, seen)),
    }
}

/// It is installed, and no token is given: the tenant can ask why.
fn refused_to_tenant(wanted: &Wanted, seen: &Seen) -> Decision {
    let Some(availability) = &seen.availability else {
        return Decision::Act(Step::ReadAvailability(wanted.application_id.clone()));
    };
    let tenant = &wanted.row.tenant_id;
    not_proved(match availability {
        Availability::Denied if !wanted.row_of_application && !seen.allowed_now => {
            return Decision::Act(Step::Allow(wanted.application_id.clone(), wanted.row.clone()));
        }
        Availability::Denied => format!(
            "The owner does not allow tenant {tenant} any more (APP_DENIED). The application's next resync allows it again."
        ),
        Availability::Suspended => "The application is suspended at the platform (APP_INACTIVE). If its spec.olt.state is Active, its next resync lifts that.".into(),
        Availability::Deleted => "The application was removed from the platform (APP_DELETED). Its next resync registers it again.".into(),
        Availability::Available => "The platform gives the application no token for this tenant although it is installed and available. It is looked at again; if it stays so, ask those who run the platform.".into(),
        Availability::Other(word) => format!(
            "The platform gives the application no token for this tenant and says {word}. Ask those who run the platform."
        ),
    })
}

fn not_proved(message: String) -> Decision {
    let trouble = Trouble::new(Stage::CredentialsVerified, Reason::ApplicationNotReady, message);
    Decision::Refuse(trouble, Recheck::Later)
}

fn nothing_ours(seen: &Seen) -> Option<Decision> {
    (seen.released || !seen.has_finalizer).then_some(Decision::Converged)
}

/// Whoever leaves the client at the platform leaves its installations there; else a platform that cannot be used any more
/// would hold all of them for ever.
fn leave_it_there(farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    if !farewell.orphan || seen.failure.is_some() || seen.stale {
        return None;
    }
    let owned = farewell.secret && !seen.disowned;
    Some(Decision::Act(if owned { Step::Disown } else { Step::Release }))
}

fn still_installed(farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    let id = farewell.application_id.as_ref()?;
    let ours = seen.told.installed_by_us != Some(false);
    (ours && !seen.uninstalled).then(|| Decision::Act(Step::Uninstall(id.clone())))
}

fn still_allowed(farewell: &Farewell, seen: &Seen) -> Option<Decision> {
    let id = farewell.application_id.as_ref()?;
    let ours = seen.told.allowed_by_us != Some(false) && !farewell.row_wanted;
    (ours && !seen.disallowed).then(|| Decision::Act(Step::Disallow(id.clone(), farewell.tenant_id.clone())))
}

fn after(doing: Doing, failure: &Failure, seen: &Seen) -> Decision {
    let (stage, whose) = match doing {
        Doing::Allowing => (Stage::Registered, "the platform's credential"),
        Doing::Installing => (Stage::SecretPublished, "the tenant's credential"),
        Doing::Proving => (Stage::CredentialsVerified, "the application's credentials"),
    };
    let detail = &failure.detail;
    let later = |reason, message| {
        let pause = next_try(failure.class, seen.failures + 1, seen.jitter);
        Decision::Wait(seen.now + pause, Trouble::new(stage, reason, message))
    };
    let refuse = |reason, message| Decision::Refuse(Trouble::new(stage, reason, message), Recheck::Later);
    match failure.class {
        Class::Transient | Class::Ambiguous => later(
            Reason::PlatformUnreachable,
            format!("The platform does not answer as it should: {detail}. It is tried again."),
        ),
        Class::RateLimited(_) => later(
            Reason::RateLimited,
            format!("The platform asks for a pause: {detail}. It is tried again."),
        ),
        Class::Unauthorized => refuse(
            Reason::PlatformUnauthorized,
            format!("The platform does not accept {whose}: {detail}. Renew the token."),
        ),
        Class::Forbidden => refuse(
            Reason::PlatformForbidden,
            format!(
                "The platform forbids it to {whose}: {detail}. Installing needs the permissions applications:read and applications:write, and an application that is active."
            ),
        ),
        Class::Barred => refuse(
            Reason::PlatformUnreachable,
            format!("The operator does not go where the call leads: {detail}."),
        ),
        Class::NotFound => refuse(
            Reason::ApplicationNotReady,
            format!(
                "The tenant cannot see the application: {detail}. It must be allowed for the tenant and not deleted at the platform."
            ),
        ),
        Class::Conflict | Class::Invalid => refuse(
            Reason::InvalidSpec,
            format!("The platform refuses the request: {detail}."),
        ),
    }
}
