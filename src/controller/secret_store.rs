//! The one place that reads and writes output Secrets, and the one that knows whether such a Secret is ours.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Resource, ResourceExt};
use serde_json::json;

use super::context::CLUSTER_TIMEOUT;
use super::error::{Error, call};
use crate::api::well_known::{
    APPLICATION_ID, ATTEMPT, CLIENT_ID, MANAGED_BY_LABEL, MANAGER, OUTPUT, REGISTRATION_ID, SECRET_LABEL, STATE,
};
use crate::domain::claim::is_attempt;
use crate::domain::credentials::SecretText;
use crate::domain::observed::Known;
use crate::domain::render::Data;
use crate::domain::step::{OutputSecret, SecretSeen};
use crate::domain::wish::Output;

/// What a Secret shall hold, besides its wanted form.
pub struct Content<'a> {
    /// Whose registration, and under which attempt it was minted; none in a copy for a tenant.
    pub minted: Option<(&'a str, i64)>,
    /// Whose credentials.
    pub known: &'a Known,
    /// Key by key.
    pub data: Data,
}

/// What became of a write.
#[allow(clippy::large_enum_variant, reason = "one lives at a time, for one step")]
pub enum Written {
    /// It is stored.
    Stored(OutputSecret),
    /// Somebody else wrote in between: look again.
    Moved,
    /// The API server refuses it; for a person.
    Refused(String),
}

/// The Secret of one resource.
pub struct SecretStore<'a> {
    api: Api<Secret>,
    /// Who owns it: the resource, as its controller.
    owner: Option<OwnerReference>,
    output: &'a Output,
}

impl<'a> SecretStore<'a> {
    /// The store for the Secret that this resource wants.
    #[must_use]
    pub fn new<K: Resource<DynamicType = ()>>(api: Api<Secret>, object: &K, output: &'a Output) -> Self {
        Self {
            api,
            owner: object.controller_owner_ref(&()).map(without_block),
            output,
        }
    }

    /// Whose Secret has the name, if it is not ours; a look at its metadata alone.
    pub async fn foreign(&self) -> Result<Option<String>, Error> {
        let name = &self.output.name;
        let there = call("read the Secret", CLUSTER_TIMEOUT, self.api.get_metadata_opt(name)).await?;
        Ok(there
            .filter(|there| !self.owns(&there.metadata))
            .map(|there| self.whose(&there.metadata)))
    }

    /// Reads past every cache: the metadata first, the data only if it is ours. `secret_key` is the key that held the
    /// client secret before, should it have been renamed.
    pub async fn read(&self, secret_key: Option<&str>) -> Result<SecretSeen, Error> {
        let name = &self.output.name;
        let Some(there) = call("read the Secret", CLUSTER_TIMEOUT, self.api.get_metadata_opt(name)).await? else {
            return Ok(SecretSeen::Absent);
        };
        if !self.owns(&there.metadata) {
            return Ok(SecretSeen::Foreign(self.whose(&there.metadata)));
        }
        let Some(secret) = call("read the Secret", CLUSTER_TIMEOUT, self.api.get_opt(name)).await? else {
            return Ok(SecretSeen::Absent);
        };
        if !self.owns(&secret.metadata) {
            return Ok(SecretSeen::Foreign(self.whose(&secret.metadata)));
        }
        Ok(SecretSeen::Ours(self.seen(&secret, secret_key)))
    }

    /// Stores a new secret: by POST where there is no Secret, else over the version that was seen.
    pub async fn store(
        &self,
        content: &Content<'_>,
        over: Option<&OutputSecret>,
        after: std::time::Duration,
    ) -> Result<Written, Error> {
        let result = match over {
            None => {
                call(
                    "create the Secret",
                    after,
                    self.api.create(&PostParams::default(), &self.secret(content)),
                )
                .await
            }
            Some(seen) => self.replace(content, seen, after).await,
        };
        match result {
            Ok(secret) => Ok(Written::Stored(self.seen(&secret, None))),
            Err(error) => self.failed(error, over).await,
        }
    }

    /// Takes our owner reference off, so that the Secret outlives the resource. A label that somebody took off is put back:
    /// without it no write of ours is admitted (`api::rights::confinement`).
    pub async fn disown(&self, seen: &OutputSecret) -> Result<(), Error> {
        let mut labels = seen.labels.clone();
        labels.insert(SECRET_LABEL.into(), OUTPUT.into());
        let patch = patch(json!([
            {"op": "test", "path": "/metadata/uid", "value": seen.uid},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": seen.resource_version},
            {"op": "add", "path": "/metadata/labels", "value": labels},
            {"op": "remove", "path": format!("/metadata/ownerReferences/{}", seen.owner_index)},
        ]));
        call(
            "leave the Secret there",
            CLUSTER_TIMEOUT,
            self.api.patch(&self.output.name, &params(), &patch),
        )
        .await?;
        Ok(())
    }

    async fn replace(
        &self,
        content: &Content<'_>,
        seen: &OutputSecret,
        after: std::time::Duration,
    ) -> Result<Secret, Error> {
        let wanted = self.secret(content);
        let merged = |before: &BTreeMap<String, String>, ours: Option<BTreeMap<String, String>>| {
            before
                .clone()
                .into_iter()
                .chain(ours.unwrap_or_default())
                .collect::<BTreeMap<_, _>>()
        };
        let patch = patch(json!([
            {"op": "test", "path": "/metadata/uid", "value": seen.uid},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": seen.resource_version},
            {"op": "add", "path": "/metadata/labels", "value": merged(&seen.labels, wanted.metadata.labels)},
            {"op": "add", "path": "/metadata/annotations", "value": merged(&seen.annotations, wanted.metadata.annotations)},
            {"op": "add", "path": "/data", "value": wanted.data},
        ]));
        call(
            "replace the Secret",
            after,
            self.api.patch(&self.output.name, &params(), &patch),
        )
        .await
    }

    /// Tells a lost race from a refusal: a failed `test` is 422 without details, so the Secret is looked at again.
    async fn failed(&self, error: Error, over: Option<&OutputSecret>) -> Result<Written, Error> {
        match error.code() {
            Some(409) => Ok(Written::Moved),
            Some(404) if over.is_some() => Ok(Written::Moved),
            Some(422) => {
                let there = call(
                    "read the Secret",
                    CLUSTER_TIMEOUT,
                    self.api.get_metadata_opt(&self.output.name),
                )
                .await?;
                let same =
                    there.and_then(|t| t.resource_version()).as_deref() == over.map(|o| o.resource_version.as_str());
                Ok(if same {
                    Written::Refused(error.said())
                } else {
                    Written::Moved
                })
            }
            // A webhook may refuse with 500 and quote what it saw; what was stored after all is found by the next read.
            Some(400..600) => Ok(Written::Refused(error.said())),
            _ => Err(error),
        }
    }

    fn secret(&self, content: &Content<'_>) -> Secret {
        let data = content
            .data
            .iter()
            .map(|(key, value)| (key.to_owned(), ByteString(value.expose().into())))
            .collect();
        Secret {
            metadata: ObjectMeta {
                name: Some(self.output.name.clone()),
                labels: Some(self.labels()),
                annotations: Some(self.annotations(content)),
                owner_references: self.owner.clone().map(|owner| vec![owner]),
                ..ObjectMeta::default()
            },
            data: Some(data),
            type_: Some("Opaque".into()),
            ..Secret::default()
        }
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.output.labels.clone();
        labels.insert(SECRET_LABEL.into(), OUTPUT.into());
        labels.insert(MANAGED_BY_LABEL.into(), MANAGER.into());
        labels
    }

    fn annotations(&self, content: &Content<'_>) -> BTreeMap<String, String> {
        let mut annotations = self.output.annotations.clone();
        if let Some((registration_id, attempt)) = content.minted {
            annotations.insert(REGISTRATION_ID.into(), registration_id.to_owned());
            annotations.insert(ATTEMPT.into(), attempt.to_string());
        }
        annotations.insert(CLIENT_ID.into(), content.known.client_id.0.clone());
        annotations.insert(APPLICATION_ID.into(), content.known.application_id.0.clone());
        annotations
    }

    fn owns(&self, metadata: &ObjectMeta) -> bool {
        let owner = metadata
            .owner_references
            .iter()
            .flatten()
            .find(|o| o.controller == Some(true));
        let us = self.owner.as_ref();
        // The same owner may keep a chain of tokens in a Secret, which is no output.
        let label = metadata.labels.as_ref().and_then(|labels| labels.get(SECRET_LABEL));
        label.is_none_or(|label| label != STATE)
            && owner.is_some_and(|o| us.is_some_and(|us| o.uid == us.uid && o.kind == us.kind))
    }

    fn owner_index(&self, metadata: &ObjectMeta) -> usize {
        let mut owners = metadata.owner_references.iter().flatten();
        owners
            .position(|o| self.owner.as_ref().is_some_and(|us| us.uid == o.uid))
            .unwrap_or_default()
    }

    fn whose(&self, metadata: &ObjectMeta) -> String {
        let name = format!(
            "Secret {}/{}",
            metadata.namespace.as_deref().unwrap_or_default(),
            self.output.name
        );
        let owner = metadata
            .owner_references
            .iter()
            .flatten()
            .find(|o| o.controller == Some(true));
        match owner {
            Some(owner) => format!("{name} belongs to {} {}", owner.kind, owner.name),
            None => format!("{name} exists and was not made for this resource"),
        }
    }

    fn seen(&self, secret: &Secret, secret_key: Option<&str>) -> OutputSecret {
        let empty = BTreeMap::new();
        let data = secret.data.as_ref().unwrap_or(&empty);
        let text = |key: &str| {
            data.get(key)
                .and_then(|v| String::from_utf8(v.0.clone()).ok())
                .filter(|v| !v.is_empty())
        };
        let value = text(&self.output.keys.client_secret).or_else(|| secret_key.and_then(text));
        let annotation = |key: &str| secret.annotations().get(key).cloned();
        OutputSecret {
            uid: secret.uid().unwrap_or_default(),
            resource_version: secret.resource_version().unwrap_or_default(),
            registration_id: annotation(REGISTRATION_ID),
            attempt: annotation(ATTEMPT)
                .and_then(|a| a.parse().ok())
                .filter(|a| is_attempt(*a))
                .unwrap_or_default(),
            application_id: annotation(APPLICATION_ID).map(|id| id.as_str().into()),
            client_id: annotation(CLIENT_ID).map(|id| id.as_str().into()),
            client_secret: value.map(SecretText::new),
            intact: true,
            owner_index: self.owner_index(&secret.metadata),
            labels: secret.labels().clone(),
            annotations: secret.annotations().clone(),
            data: data
                .iter()
                .map(|(key, value)| {
                    (
                        key.clone(),
                        SecretText::new(String::from_utf8_lossy(&value.0).into_owned()),
                    )
                })
                .collect(),
        }
    }

    /// Whether the Secret is as it would be written.
    #[must_use]
    pub fn is_intact(&self, seen: &OutputSecret, content: &Content<'_>) -> bool {
        let holds = |there: &BTreeMap<String, String>, ours: BTreeMap<String, String>| {
            ours.iter().all(|(k, v)| there.get(k) == Some(v))
        };
        holds(&seen.labels, self.labels())
            && holds(&seen.annotations, self.annotations(content))
            && content.data.equals(&seen.data)
    }
}

/// `blockOwnerDeletion` would need the right to update finalizers of our kinds; the Secret need not hold up anybody.
fn without_block(owner: OwnerReference) -> OwnerReference {
    OwnerReference {
        block_owner_deletion: None,
        ..owner
    }
}

fn params() -> PatchParams {
    PatchParams {
        field_manager: Some(MANAGER.into()),
        ..PatchParams::default()
    }
}

fn patch(operations: serde_json::Value) -> Patch<()> {
    Patch::Json(serde_json::from_value(operations).unwrap_or_default())
}
