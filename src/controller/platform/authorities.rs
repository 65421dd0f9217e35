//! The authorities whose certificates a platform may show.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;

use super::kind::readers;
use crate::api::conditions::Reason;
use crate::api::platform::PlatformSpec;
use crate::api::tls::{CaBundleKind, CaBundleRef};
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::credentials;
use crate::controller::error::{Error, call};
use crate::domain::decide::{Stage, Trouble};

/// Their certificates in PEM; none: the well-known ones.
pub(super) async fn read(
    spec: &PlatformSpec,
    platform_uid: &str,
    namespace: &str,
    ctx: &Context,
) -> Result<Result<Option<String>, Trouble>, Error> {
    let Some(reference) = spec.tls.as_ref().and_then(|tls| tls.ca_bundle_ref.as_ref()) else {
        return Ok(Ok(None));
    };
    let found = match reference.kind {
        CaBundleKind::ConfigMap => config_map(reference, namespace, ctx).await?,
        CaBundleKind::Secret => secret(reference, platform_uid, namespace, ctx).await?,
    };
    let trouble = |message| Trouble::new(Stage::Accepted, Reason::CaBundleNotFound, message);
    Ok(found
        .map(Some)
        .map_err(|why| trouble(format!("spec.tls.caBundleRef: {why}"))))
}

async fn config_map(reference: &CaBundleRef, namespace: &str, ctx: &Context) -> Result<Result<String, String>, Error> {
    let CaBundleRef { name, key, .. } = reference;
    let api: Api<ConfigMap> = Api::namespaced(ctx.client.clone(), namespace);
    let found = match call("read the authorities", CLUSTER_TIMEOUT, api.get_opt(name)).await {
        Err(error) if error.code() == Some(403) => None,
        other => other?,
    };
    let Some(found) = found else {
        return Ok(Err(format!(
            "ConfigMap {namespace}/{name} does not exist, or may not be read by the operator."
        )));
    };
    let text = found
        .data
        .and_then(|mut data| data.remove(key))
        .filter(|text| !text.trim().is_empty());
    Ok(text.ok_or_else(|| format!("ConfigMap {namespace}/{name} has no key {key:?} or it is empty.")))
}

async fn secret(
    reference: &CaBundleRef,
    platform_uid: &str,
    namespace: &str,
    ctx: &Context,
) -> Result<Result<String, String>, Error> {
    let [_, reader, _] = readers(platform_uid);
    let found = credentials::read(ctx, &reader, namespace, &reference.name, [&reference.key], false).await?;
    Ok(found.map(|[text]| text.expose().to_owned()))
}
