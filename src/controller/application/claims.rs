//! Writing the claim and the finalizer: patches that land only on the version that was read.

use kube::api::{Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};

use super::case::Case;
use crate::api::OAuthApplication;
use crate::api::well_known::{CLAIM, DEREGISTER, MANAGER};
use crate::controller::connections::Connection;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::domain::claim::{Claim, Found};
use crate::domain::observed::Seen;
use crate::domain::step::{Fact, Purpose};

/// Claim and finalizer in one PATCH that lands only on the version that was read.
pub(super) async fn write_claim(
    claim: Claim,
    purpose: Purpose,
    case: &mut Case,
    connection: &Connection,
    ctx: &Context,
) -> Result<Fact, Error> {
    let at = ctx.now();
    let body = claim_patch(&claim, case.version.as_deref(), case.object.finalizers());
    match patch(
        &case.api,
        &case.object.name_any(),
        &body,
        connection.timeout,
        "write the claim",
    )
    .await
    {
        Ok(written) => {
            case.version = written.resource_version();
            ctx.memories.wrote(&case.uid, case.version.clone());
            Ok(Fact::Claimed(claim, purpose, at))
        }
        Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(Fact::ClaimLost),
        Err(error) => Err(error),
    }
}

/// The claim must still be ours: the resource is read anew, and its version is the one that is tested.
pub(super) async fn claim_to_publish(
    keep_open: bool,
    seen: &Seen,
    case: &mut Case,
    connection: &Connection,
    ctx: &Context,
) -> Result<Fact, Error> {
    let name = case.object.name_any();
    let Some(fresh) = call("read the claim", CLUSTER_TIMEOUT, case.api.get_opt(&name)).await? else {
        return Ok(Fact::Superseded);
    };
    let held = seen.memory.held.as_ref().map(|h| h.attempt);
    let claim = match case.claim_in(fresh.annotations(), ctx) {
        Found::Here(claim) if Some(claim.attempt) == held && claim.holder == ctx.settings.holder.process => claim,
        _ => return Ok(Fact::Superseded),
    };
    if fresh.uid().as_ref() != Some(&case.uid) || fresh.metadata.deletion_timestamp.is_some() {
        return Ok(Fact::Superseded);
    }
    let next = claim.next(&ctx.settings.holder, &case.uid, &claim.name, keep_open && claim.open);
    let at = ctx.now();
    let body = claim_patch(&next, fresh.resource_version().as_deref(), fresh.finalizers());
    match patch(&case.api, &name, &body, connection.timeout, "write the claim").await {
        Ok(written) => {
            case.version = written.resource_version();
            ctx.memories.wrote(&case.uid, case.version.clone());
            Ok(Fact::ClaimedToPublish(next, at))
        }
        Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(Fact::ClaimLost),
        Err(error) => Err(error),
    }
}

fn claim_patch(claim: &Claim, version: Option<&str>, finalizers: &[String]) -> Value {
    let mut finalizers = finalizers.to_vec();
    if !finalizers.iter().any(|f| f == DEREGISTER) {
        finalizers.push(DEREGISTER.to_owned());
    }
    let text = serde_json::to_string(claim).unwrap_or_default();
    json!({"metadata": {"resourceVersion": version, "annotations": {CLAIM: text}, "finalizers": finalizers}})
}

pub(super) async fn release(case: &Case) -> Result<Fact, Error> {
    let finalizers: Vec<&String> = case.object.finalizers().iter().filter(|f| *f != DEREGISTER).collect();
    let body = json!({"metadata": {"resourceVersion": case.version, "finalizers": finalizers}});
    match patch(
        &case.api,
        &case.object.name_any(),
        &body,
        CLUSTER_TIMEOUT,
        "remove the finalizer",
    )
    .await
    {
        Ok(_) => Ok(Fact::Released),
        Err(error) if error.code() == Some(404) => Ok(Fact::Released),
        Err(error) if matches!(error.code(), Some(409)) => Ok(Fact::ClaimLost),
        Err(error) => Err(error),
    }
}

async fn patch(
    api: &Api<OAuthApplication>,
    name: &str,
    body: &Value,
    after: std::time::Duration,
    doing: &'static str,
) -> Result<OAuthApplication, Error> {
    let params = PatchParams {
        field_manager: Some(MANAGER.into()),
        ..PatchParams::default()
    };
    call(doing, after, api.patch(name, &params, &Patch::Merge(body))).await
}
