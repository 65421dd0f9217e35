//! Consent in the words of the rules: permissions by id, and what the application declares.

use crate::api::installation::Consent as Policy;
use crate::api::olt::Permissions as SpecPermissions;
use crate::api::{OAuthApplication, TenantInstallation};
use crate::controller::context::Context;
use crate::controller::platform::grants::resolved;
use crate::controller::platform::kind::PlatformKey;
use crate::domain::decide::Trouble;
use crate::domain::installation::Consent;
use crate::domain::registration::Permissions;

/// What may be consented to, by id.
pub(super) fn wanted(
    object: &TenantInstallation,
    application: &OAuthApplication,
    ctx: &Context,
) -> Result<Consent, Trouble> {
    let spec = &object.spec;
    let key = PlatformKey::of(application);
    match (spec.consent, ctx.connections.find(&key)) {
        (Policy::Once, _) => Ok(Consent::Once),
        (Policy::Always, _) => Ok(Consent::Always),
        (Policy::Listed, Some(known)) => resolved(&spec.permissions.clone().unwrap_or_default(), &known.permissions)
            .map(Consent::Listed)
            .map_err(|unknown| unknown.refusal("spec.permissions", &key)),
        // Nobody can look the aliases up now. What is at rest stays so; anything else has to wait for the platform anyway.
        (Policy::Listed, None) => {
            let told = object.status.as_ref().and_then(|s| s.consent.as_ref());
            Ok(Consent::Listed(told.map(|c| by_id(&c.permissions)).unwrap_or_default()))
        }
    }
}

/// What the application's resource declares, by id, once the platform has it.
pub(super) fn declared(application: &OAuthApplication, ctx: &Context) -> Option<Permissions> {
    let generation = application.metadata.generation;
    let registration = application.status.as_ref()?.registration.as_ref()?;
    if registration.applied_generation != generation {
        return None;
    }
    let known = ctx.connections.find(&PlatformKey::of(application))?;
    resolved(&application.spec.olt.as_ref()?.permissions, &known.permissions).ok()
}

/// Status holds ids, not aliases.
pub(super) fn by_id(permissions: &SpecPermissions) -> Permissions {
    let ids = |texts: &[String]| texts.iter().map(|id| id.as_str().into()).collect();
    Permissions {
        client: ids(&permissions.client),
        user: ids(&permissions.user),
    }
}
