//! The objects of the demonstration, and what is read of them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::kubectl::Kubectl;
use super::story::Story;
use super::wait;

/// The namespace of the operator, and of the platforms' credentials.
pub(super) const OPERATOR_NAMESPACE: &str = "oauth-registrar";
/// The namespace of the app team.
pub(super) const NAMESPACE: &str = "billing";

/// Where an object is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    /// None: of the whole cluster.
    pub(super) namespace: Option<&'static str>,
}

const fn in_namespace(kind: &'static str, name: &'static str) -> Object {
    Object {
        kind,
        name,
        namespace: Some(NAMESPACE),
    }
}

/// The platform of the quickstart.
pub(super) const PLATFORM: Object = Object {
    kind: "ClusterOAuthPlatform",
    name: "olt",
    namespace: None,
};
/// The application of the quickstart.
pub(super) const APPLICATION: Object = in_namespace("OAuthApplication", "billing-sync");
/// The installation of the quickstart.
pub(super) const INSTALLATION: Object = in_namespace("TenantInstallation", "billing-sync-north");
/// The installation of a second tenant, in `examples/tenants/`.
pub(super) const SECOND_INSTALLATION: Object = in_namespace("TenantInstallation", "billing-sync-south");
/// The Secret that the application asks for.
pub(super) const SECRET: Object = in_namespace("Secret", "billing-sync-oauth");

/// The application that the crash is about: the quickstart's, with [`Self::name`] instead of the application's.
pub(super) const RECOVERING: Object = in_namespace("OAuthApplication", "recovering");
/// Its Secret.
pub(super) const RECOVERING_SECRET: Object = in_namespace("Secret", "recovering-oauth");

/// The conditions of a platform, in the order in which they become true.
pub(super) const PLATFORM_CONDITIONS: &[&str] = &["Accepted", "Authenticated", "Ready"];
/// The conditions of an application.
pub(super) const APPLICATION_CONDITIONS: &[&str] = &[
    "Accepted",
    "Registered",
    "SecretPublished",
    "CredentialsVerified",
    "Ready",
];
/// The conditions of an installation.
pub(super) const INSTALLATION_CONDITIONS: &[&str] =
    &["Accepted", "Allowed", "Installed", "CredentialsVerified", "Ready"];

/// Ticks the conditions as they become true for the object as it is now.
pub(super) fn tick_conditions(
    kubectl: &Kubectl,
    story: &mut Story,
    object: &Object,
    conditions: &[&str],
) -> Result<()> {
    story.say(&format!("{} {}", object.kind, object.name));
    let mut missing = conditions.iter().peekable();
    wait::until(&format!("{} {} is {conditions:?}", object.kind, object.name), || {
        let found = kubectl.find(object)?.unwrap_or_default();
        while let Some((condition, message)) = missing.peek().and_then(|one| Some((*one, holds(&found, one)?))) {
            story.tick(&format!("{condition}: {message}"));
            missing.next();
        }
        Ok(missing.peek().is_none().then_some(()))
    })
}

/// Waits until the condition is true for the object as it is now; its message.
pub(super) fn await_condition(kubectl: &Kubectl, object: &Object, condition: &str) -> Result<String> {
    let what = format!("{} {} is {condition}", object.kind, object.name);
    wait::until(&what, || {
        let found = kubectl.find(object)?;
        Ok(found.and_then(|found| holds(&found, condition)))
    })
}

fn holds(object: &Value, condition: &str) -> Option<String> {
    told_now(object, |one| one["type"] == condition && one["status"] == "True")
}

fn told_now(object: &Value, right: impl Fn(&Value) -> bool) -> Option<String> {
    let of_now = |one: &&Value| one["observedGeneration"].as_i64() >= object["metadata"]["generation"].as_i64();
    let mut all = object["status"]["conditions"].as_array()?.iter().filter(of_now);
    let found = all.find(|one| right(one))?;
    Some(found["message"].as_str().unwrap_or_default().to_owned())
}

/// The message of a condition, if it has this reason for the object as it is now.
pub(super) fn message(object: &Value, condition: &str, reason: &str) -> Option<String> {
    told_now(object, |one| one["type"] == condition && one["reason"] == reason)
}

/// All conditions, a line each.
pub(super) fn conditions(object: &Value) -> Vec<String> {
    let all = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| {
        let [type_, status, reason, message] = ["type", "status", "reason", "message"].map(|member| text(one, member));
        format!("{type_}={status} {reason}: {message}")
    };
    all.iter().map(line).collect()
}

/// What a Secret holds.
pub(super) fn data(secret: &Value) -> Result<BTreeMap<String, String>> {
    let encoded = secret["data"].as_object().context("a Secret without data")?;
    let decoded = encoded.iter().map(|(key, value)| {
        let bytes = STANDARD.decode(value.as_str().unwrap_or_default());
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.with_context(|| format!("the key {key} of a Secret holds no text"))?;
        Ok((key.clone(), text))
    });
    decoded.collect()
}
