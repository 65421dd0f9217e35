//! From what the user wrote to what is wanted: supported, resolved and granted, or the first thing that is not. Pure.

use crate::api::application::OAuthApplicationSpec;
use crate::api::conditions::Reason;
use crate::api::olt::OltState;
use crate::api::secret_output::SecretOutput;
use crate::controller::platform::grants::{Granted, resolved};
use crate::controller::platform::kind::PlatformKey;
use crate::domain::credentials::AuthMethod;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::port::KnownPermission;
use crate::domain::registration::{AllowedTenant, Registration, TenantId};
use crate::domain::render;
use crate::domain::wish::{Keys, Output, Wanted};

/// What a spec is held against.
pub struct Against<'a> {
    /// The resource's namespace.
    pub namespace: &'a str,
    /// The resource's name.
    pub name: &'a str,
    /// The platform.
    pub platform: &'a PlatformKey,
    /// What the namespace may do there.
    pub granted: Granted,
    /// The permissions that the platform knows.
    pub permissions: &'a [KnownPermission],
    /// Tenants that a live installation of the application wants.
    pub installed_tenants: Vec<TenantId>,
}

/// Checks and translates a spec.
pub fn wanted(spec: &OAuthApplicationSpec, against: Against<'_>) -> Result<Wanted, Trouble> {
    let Some(olt) = &spec.olt else {
        return Err(invalid(
            "spec.olt is required with an OLT platform; `olt: {}` is enough.".into(),
        ));
    };
    let granted = against.granted;
    if granted.is_none() {
        return Err(granted.refusal(against.namespace, against.platform));
    }
    let permissions = resolved(&olt.permissions, against.permissions)
        .map_err(|unknown| unknown.refusal("spec.olt.permissions", against.platform))?;
    granted.permits_permissions(
        &permissions,
        "spec.olt.permissions",
        against.namespace,
        against.platform,
    )?;
    for row in &olt.allowed_tenants {
        granted.permits_tenant(
            &row.tenant_id,
            "spec.olt.allowedTenants",
            against.namespace,
            against.platform,
        )?;
    }
    let row = |row: &crate::api::olt::AllowedTenant| AllowedTenant {
        tenant_id: row.tenant_id.as_str().into(),
        comment: row.comment.clone(),
    };
    if spec
        .secret
        .as_ref()
        .is_some_and(|secret| secret.keys.tenant_id.is_some())
    {
        return Err(invalid(
            "spec.secret.keys.tenantId is for a TenantInstallation: an application's Secret is of no tenant. Leave it out."
                .into(),
        ));
    }
    let output = output(spec.secret.as_ref(), against.name);
    render::check(&output).map_err(|why| invalid(format!("spec.secret.{why}")))?;
    Ok(Wanted {
        method: supported(spec)?,
        registration: Registration {
            name: spec.client_name.clone().unwrap_or_else(|| against.name.to_owned()),
            description: spec.description.clone().unwrap_or_default(),
            marker: None,
            client_uri: spec.client_uri.clone().unwrap_or_default(),
            redirect_uris: spec.redirect_uris.clone(),
            permissions,
            suspended: olt.state == OltState::Inactive,
            public_client: olt.additional_public_client,
            allowed_tenants: olt.allowed_tenants.iter().map(row).collect(),
        },
        output,
        installed_tenants: against.installed_tenants,
        crowded: None,
    })
}

/// Refuses what the platform kind has no place for, naming the field.
fn supported(spec: &OAuthApplicationSpec) -> Result<AuthMethod, Trouble> {
    let other = |given: &[String], known: &[&str]| given.iter().find(|v| !known.contains(&v.as_str())).cloned();
    if let Some(value) = other(&spec.grant_types, &["client_credentials", "authorization_code"]) {
        return Err(unsupported(
            "grantTypes",
            &value,
            "client_credentials and authorization_code",
        ));
    }
    if let Some(value) = other(&spec.response_types, &["code"]) {
        return Err(unsupported("responseTypes", &value, "code, or none"));
    }
    if !spec.scope.is_empty() {
        return Err(unsupported(
            "scope",
            &spec.scope,
            "none: rights come from spec.olt.permissions",
        ));
    }
    match spec.token_endpoint_auth_method.as_str() {
        "client_secret_basic" => Ok(AuthMethod::ClientSecretBasic),
        "client_secret_post" => Ok(AuthMethod::ClientSecretPost),
        other => Err(unsupported(
            "tokenEndpointAuthMethod",
            other,
            "client_secret_basic and client_secret_post",
        )),
    }
}

/// The Secret, with its defaults.
#[must_use]
pub fn output(spec: Option<&SecretOutput>, name: &str) -> Output {
    let spec = spec.cloned().unwrap_or_default();
    Output {
        name: spec.name.unwrap_or_else(|| name.to_owned()),
        keys: Keys {
            client_id: spec.keys.client_id,
            client_secret: spec.keys.client_secret,
            token_endpoint: spec.keys.token_endpoint,
            issuer: spec.keys.issuer,
            application_id: spec.keys.application_id,
            public_client_id: spec.keys.public_client_id,
        },
        tenant: None,
        template: spec.template,
        labels: spec.labels,
        annotations: spec.annotations,
    }
}

fn invalid(message: String) -> Trouble {
    Trouble::new(Stage::Accepted, Reason::InvalidSpec, message)
}

fn unsupported(field: &str, value: &str, supported: &str) -> Trouble {
    let message = format!("spec.{field}: the platform does not support {value:?}. It supports {supported}.");
    Trouble::new(Stage::Accepted, Reason::UnsupportedByPlatform, message)
}

#[cfg(test)]
mod tests;
