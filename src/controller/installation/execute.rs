//! The steps of an installation: each makes one call and brings one fact back.

use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::case::{Case, Use};
use super::secret;
use crate::api::well_known::{DEREGISTER, MANAGER};
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::domain::credentials::{AuthMethod, Credentials};
use crate::domain::failure::{Class, Failure};
use crate::domain::installation::{Declared, Doing, Fact, Step};
use crate::domain::port::Answer;
use crate::domain::registration::{ApplicationId, TenantId};

/// Carries out a step.
pub async fn execute(step: Step, case: &mut Case, used: Option<&Use>, ctx: &Context) -> Result<Fact, Error> {
    match step {
        Step::Finalize => return finalizers(case, true, ctx).await,
        Step::Release => return finalizers(case, false, ctx).await,
        Step::LookAtSecret => return secret::look(case, ctx).await,
        Step::Publish => return secret::publish(case, ctx).await,
        Step::Disown => return secret::disown(case, ctx).await,
        _ => {}
    }
    let Some(used) = used else {
        let failure = Failure::new(Class::Transient, "the platform is not Ready");
        return Ok(Fact::Failed(Doing::Installing, failure));
    };
    let (owner, tenant) = (&used.connection.platform, &used.tenant);
    Ok(match step {
        Step::Finalize | Step::Release | Step::LookAtSecret | Step::Publish | Step::Disown => Fact::Stale,
        Step::Allow(id, row) => {
            done(
                owner.allow(&id, &row),
                Doing::Allowing,
                Fact::Allowed(row.comment.clone()),
            )
            .await
        }
        Step::Disallow(id, tenant) => done(owner.disallow(&id, &tenant), Doing::Allowing, Fact::Disallowed).await,
        Step::ReadRow(id, tenant) => match owner.allowed_tenants(&id).await {
            Ok(rows) => Fact::RowRead(rows.into_iter().find(|row| row.tenant_id == tenant)),
            Err(failure) => Fact::Failed(Doing::Allowing, failure),
        },
        Step::ReadDeclared(id) => declared(&id, case, used).await,
        Step::Install(id, consent) => match tenant.install(&id, &consent).await {
            Ok(installation) => Fact::Installed(installation),
            Err(Failure {
                class: Class::Conflict, ..
            }) => Fact::Already,
            Err(failure) => Fact::Failed(Doing::Installing, failure),
        },
        Step::Reconsent(id, consent) => match tenant.reconsent(&id, &consent).await {
            Ok(installation) => Fact::Consented(installation),
            Err(Failure {
                class: Class::NotFound, ..
            }) => Fact::Found(None),
            Err(failure) => Fact::Failed(Doing::Installing, failure),
        },
        Step::ReadInstallation(id) => match tenant.installation(&id).await {
            Ok(installation) => Fact::Found(Some(installation)),
            Err(Failure {
                class: Class::NotFound, ..
            }) => Fact::Found(None),
            Err(failure) => Fact::Failed(Doing::Installing, failure),
        },
        Step::ReadAvailability(id) => match tenant.availability(&id).await {
            Ok(availability) => Fact::AvailabilityRead(availability),
            Err(failure) => Fact::Failed(Doing::Installing, failure),
        },
        Step::Uninstall(id) => done(tenant.uninstall(&id), Doing::Installing, Fact::Uninstalled).await,
        Step::Prove => prove(case, used, ctx).await?,
    })
}

/// A call whose success says all; "not found" is success for what shall be gone.
async fn done(call: Answer<'_, ()>, doing: Doing, success: Fact) -> Fact {
    match call.await {
        Ok(()) => success,
        Err(Failure {
            class: Class::NotFound, ..
        }) if matches!(success, Fact::Uninstalled | Fact::Disallowed) => success,
        Err(failure) => Fact::Failed(doing, failure),
    }
}

async fn declared(id: &ApplicationId, case: &Case, used: &Use) -> Fact {
    match used.tenant.declared(id).await {
        Ok(permissions) => {
            let consent = if used.connection.platform.capabilities().consents == Some(false) {
                used.granted.permits_any_permission(&case.namespace, &used.platform)
            } else {
                let field = "the application's permissions";
                used.granted
                    .permits_permissions(&permissions, field, &case.namespace, &used.platform)
            };
            let known = &used.connection.permissions;
            Fact::Declared(Declared {
                refused: consent.err().map(|trouble| trouble.message),
                names: known.iter().map(|p| (p.id.as_str().into(), p.alias.clone())).collect(),
                permissions,
            })
        }
        Err(failure) => Fact::Failed(Doing::Installing, failure),
    }
}

/// Obtains a token for the tenant with what the application's Secret holds.
async fn prove(case: &Case, used: &Use, ctx: &Context) -> Result<Fact, Error> {
    let missing = |detail: &str| Fact::Failed(Doing::Proving, Failure::new(Class::Transient, detail));
    let source = match secret::source(case, ctx).await? {
        Ok(source) => source,
        Err(why) => return Ok(missing(why)),
    };
    let Some(application) = &case.application else {
        return Ok(missing("the OAuthApplication is gone"));
    };
    let method = if application.spec.token_endpoint_auth_method == "client_secret_post" {
        AuthMethod::ClientSecretPost
    } else {
        AuthMethod::ClientSecretBasic
    };
    let tenant = TenantId(case.object.spec.tenant_id.clone());
    let credentials = Credentials {
        client_id: source.known.client_id.0,
        client_secret: source.value,
        method,
    };
    Ok(
        match used.connection.platform.prove(&credentials, Some(&tenant)).await {
            Ok(proof) => Fact::Proved(proof),
            Err(failure) => Fact::Failed(Doing::Proving, failure),
        },
    )
}

async fn finalizers(case: &mut Case, on: bool, ctx: &Context) -> Result<Fact, Error> {
    let mut wanted: Vec<String> = case
        .object
        .finalizers()
        .iter()
        .filter(|f| *f != DEREGISTER)
        .cloned()
        .collect();
    if on {
        wanted.push(DEREGISTER.to_owned());
    }
    let body = json!({"metadata": {"resourceVersion": case.version, "finalizers": wanted}});
    let params = PatchParams {
        field_manager: Some(MANAGER.into()),
        ..PatchParams::default()
    };
    let name = case.object.name_any();
    match call(
        "write the finalizer",
        CLUSTER_TIMEOUT,
        case.api.patch(&name, &params, &Patch::Merge(body)),
    )
    .await
    {
        Ok(written) => {
            case.version = written.resource_version();
            ctx.memories.wrote(&case.uid, case.version.clone());
            Ok(if on { Fact::Finalized } else { Fact::Released })
        }
        Err(error) if error.code() == Some(404) && !on => Ok(Fact::Released),
        Err(error) if matches!(error.code(), Some(404 | 409 | 422)) => Ok(Fact::Stale),
        Err(error) => Err(error),
    }
}
