//! Rules about consent: what a tenant agrees to is never more than it was asked for.

use super::Decision;
use crate::api::conditions::Reason;
use crate::domain::decide::{Recheck, Stage, Trouble};
use crate::domain::installation::{Consent, Declared, Seen, Step, Wanted};
use crate::domain::registration::{PermissionId, Permissions};

/// What a new installation consents to, which the platform wants to be all that is declared; or what comes first.
pub(super) fn to_install(wanted: &Wanted, seen: &Seen) -> Result<Permissions, Decision> {
    let declared = declared(wanted, seen)?;
    let former = seen.told.consent.as_ref();
    if seen.consents == Some(false) {
        return Ok(Permissions::default());
    }
    match &wanted.consent {
        Consent::Listed(listed) if *listed != declared.permissions => Err(not_as_listed(listed, declared)),
        // It was installed before, with less: whoever removed it did not ask for more.
        Consent::Once if !is_asked(wanted, seen) && former.is_some_and(|f| !declared.permissions.is_within(f)) => {
            Err(not_asked(
                former.unwrap_or(&declared.permissions),
                declared,
                "It is not installed.",
            ))
        }
        _ => Ok(declared.permissions.clone()),
    }
}

/// A list is wanted where the platform asks for no consent.
pub(super) fn unsupported(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let listed = matches!(wanted.consent, Consent::Listed(_));
    let message = "spec.consent, spec.permissions: the platform installs without consent to permissions (PutInstallation), so nothing can be listed. Leave both fields out.";
    (listed && seen.consents == Some(false)).then(|| {
        Decision::Refuse(
            Trouble::new(Stage::Accepted, Reason::UnsupportedByPlatform, message),
            Recheck::Later,
        )
    })
}

/// The installation is there, and its consent is not to what the application declares now.
pub(super) fn outdated(wanted: &Wanted, seen: &Seen) -> Option<Decision> {
    let installation = seen.installed.as_ref().filter(|_| seen.consents != Some(false))?;
    let consented = &installation.permissions;
    let other = |wished: &Permissions| wished != consented;
    let differs = match &wanted.consent {
        Consent::Listed(listed) => other(listed),
        Consent::Once | Consent::Always => false,
    };
    if !(installation.is_outdated() || differs || wanted.declares.as_ref().is_some_and(other)) {
        return None;
    }
    let declared = match declared(wanted, seen) {
        Ok(declared) => declared,
        Err(first) => return Some(first),
    };
    if !installation.is_outdated() && !other(&declared.permissions) && !differs {
        return None;
    }
    Some(match &wanted.consent {
        Consent::Listed(listed) if *listed != declared.permissions => not_as_listed(listed, declared),
        Consent::Once if !is_asked(wanted, seen) => not_asked(consented, declared, "The former consent goes on."),
        // Consented to all of it, and still not up to date: saying so again would not help.
        _ if seen.consented => not_kept(),
        _ => Decision::Act(Step::Reconsent(
            wanted.application_id.clone(),
            declared.permissions.clone(),
        )),
    })
}

/// What is declared, if the grants permit the consent to it.
fn declared<'a>(wanted: &Wanted, seen: &'a Seen) -> Result<&'a Declared, Decision> {
    let Some(declared) = &seen.declared else {
        return Err(Decision::Act(Step::ReadDeclared(wanted.application_id.clone())));
    };
    match &declared.refused {
        Some(why) => Err(not_granted(why.clone())),
        None => Ok(declared),
    }
}

/// A person asks to consent to what is declared now.
fn is_asked(wanted: &Wanted, seen: &Seen) -> bool {
    wanted.consent_request.is_some() && wanted.consent_request != seen.told.consent_request
}

fn not_asked(consented: &Permissions, declared: &Declared, meanwhile: &str) -> Decision {
    not_granted(format!(
        "The application declares other permissions than the tenant consented to: {}. {meanwhile} To consent, set the annotation oauthregistrar.io/consent to a new value, or spec.consent to Always.",
        difference(consented, declared)
    ))
}

fn not_as_listed(listed: &Permissions, declared: &Declared) -> Decision {
    not_granted(format!(
        "The application declares other permissions than spec.permissions lists: {}. The platform takes a consent to all or nothing: list the same.",
        difference(listed, declared)
    ))
}

fn not_kept() -> Decision {
    let message = "The platform accepted the consent and still calls the installation outdated; it is looked at again.";
    Decision::Refuse(
        Trouble::new(Stage::SecretPublished, Reason::Reconciling, message),
        Recheck::Later,
    )
}

fn not_granted(message: String) -> Decision {
    Decision::Refuse(
        Trouble::new(Stage::Accepted, Reason::NotGranted, message),
        Recheck::Later,
    )
}

/// Such as `+ devices:write (client), - devices:read (user)`; `+` is what the application declares beyond the others.
fn difference(others: &Permissions, declared: &Declared) -> String {
    let name = |id: &PermissionId| declared.names.get(id).cloned().unwrap_or_else(|| id.0.clone());
    let sets = [
        ("client", &declared.permissions.client, &others.client),
        ("user", &declared.permissions.user, &others.user),
    ];
    let mut lines = vec![];
    for (whose, declared, others) in sets {
        lines.extend(
            declared
                .difference(others)
                .map(|id| format!("+ {} ({whose})", name(id))),
        );
        lines.extend(
            others
                .difference(declared)
                .map(|id| format!("- {} ({whose})", name(id))),
        );
    }
    if lines.is_empty() {
        return "the platform calls the consent outdated".to_owned();
    }
    lines.join(", ")
}
