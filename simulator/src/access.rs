//! Who calls and whether they may: the checks from the token to the permission, in the contract's order.

use crate::call::Call;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::state::{Platform, Subject, Token, TokenUse};
use crate::switches::BootstrapApp;

/// Permissions that no custom application ever gets, whatever was consented.
const NEVER_FOR_APPLICATIONS: [&str; 2] = ["tenant:", "tenant_user_management:"];

/// What a bootstrap application needs.
const REGISTERS_OR_INSTALLS: [&str; 2] = ["applications_development:", "applications:"];

const NO_TENANT: Refusal = Refusal::Forbidden("no valid tenant in the token");

/// The caller's valid access token: 401 without one, 403 when its application is gone.
pub fn token<'a>(call: &'a Call<'_>) -> Result<&'a Token, Refusal> {
    call.request.header("authorization").ok_or(Refusal::Unauthorized)?;
    let token = call
        .request
        .bearer()
        .and_then(|text| call.platform.tokens.find(text))
        .ok_or(Refusal::InvalidToken)?;
    if token.used_for != TokenUse::Access || !call.platform.honours(token, call.now) {
        return Err(Refusal::InvalidToken);
    }
    match token.subject {
        Subject::Application(id) if call.platform.applications.live(id).is_none() => Err(Refusal::NoAccess),
        Subject::Application(_) | Subject::User(_) => Ok(token),
    }
}

/// The tenant to act on, for a caller who holds `permission` there.
pub fn tenant_with(call: &Call<'_>, permission: &str) -> Result<Id, Refusal> {
    let token = token(call)?;
    let tenant = tenant_of(call.platform, token)?;
    holds(call.platform, token, tenant, permission)
        .then_some(tenant)
        .ok_or(Refusal::NoAccess)
}

/// The tenant claim, when it names a tenant that the caller may be in and that is not suspended.
pub fn tenant_of(platform: &Platform, token: &Token) -> Result<Id, Refusal> {
    let tenant = token
        .tenant
        .filter(|tenant| platform.directory.tenant(*tenant).is_some())
        .ok_or(NO_TENANT)?;
    if let Subject::User(user) = token.subject {
        platform.directory.role(user, tenant).ok_or(NO_TENANT)?;
    }
    if platform.directory.is_suspended(tenant) {
        return Err(Refusal::Suspended);
    }
    Ok(tenant)
}

fn holds(platform: &Platform, token: &Token, tenant: Id, permission: &str) -> bool {
    match token.subject {
        Subject::User(user) => platform
            .directory
            .role(user, tenant)
            .is_some_and(|role| role.grants(permission)),
        Subject::Application(id) => {
            let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| permission.starts_with(prefix));
            let denied = platform.switches.bootstrap_app == BootstrapApp::Deny && starts(&REGISTERS_OR_INSTALLS);
            !denied && !starts(&NEVER_FOR_APPLICATIONS) && consented(platform, id, tenant, permission)
        }
    }
}

fn consented(platform: &Platform, application: Id, tenant: Id, permission: &str) -> bool {
    let Some(application) = platform.applications.get(application) else {
        return false;
    };
    let Some(wanted) = platform.directory.permission_id(permission) else {
        return false;
    };
    // Before consent came, an installed application reached what a writer reaches.
    application.lets_in(tenant)
        && application.installations.get(&tenant).is_some_and(|installation| {
            !platform.switches.has_all_fields() || installation.permissions.client_has(wanted)
        })
}
