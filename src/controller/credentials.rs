//! Reading credentials that users put into labelled Secrets, and remembering the last good ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};

use super::context::{CLUSTER_TIMEOUT, Context};
use super::error::{Error, call};
use crate::api::secret_ref::SecretKeyRef;
use crate::api::well_known::{CREDENTIAL, SECRET_LABEL};
use crate::domain::credentials::SecretText;

/// The last good credentials by namespace, Secret and key: a deletion may still need what was deleted beside it.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<(String, SecretKeyRef), SecretText>>);

impl Remembered {
    fn get(&self, place: &(String, SecretKeyRef)) -> Option<SecretText> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(place)
            .cloned()
    }

    fn put(&self, place: (String, SecretKeyRef), value: SecretText) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place, value);
    }
}

/// Reads a credential. The inner `Err` is the message for a person; it does not tell a missing Secret from a forbidden
/// or an unlabelled one, so that nobody can explore Secrets through it. With `leaving`, a credential that was read
/// before is still good when its Secret is gone. `reader` is the UID of the resource that it is read for.
pub async fn read(
    ctx: &Context,
    reader: &str,
    namespace: &str,
    reference: &SecretKeyRef,
    leaving: bool,
) -> Result<Result<SecretText, String>, Error> {
    let place = (namespace.to_owned(), reference.clone());
    let api: Api<Secret> = Api::namespaced(ctx.client.clone(), namespace);
    let found = match call("read credentials", CLUSTER_TIMEOUT, api.get_opt(&reference.name)).await {
        Err(error) if error.code() == Some(403) => None,
        other => other?,
    };
    let name = format!("{namespace}/{}", reference.name);
    let labelled = found.filter(|s| s.labels().get(SECRET_LABEL).is_some_and(|value| value == CREDENTIAL));
    let version = labelled.as_ref().and_then(ResourceExt::resource_version);
    ctx.memories.read_credential(reader, version);
    let Some(secret) = labelled else {
        return Ok(ctx
            .remembered
            .get(&place)
            .filter(|_| leaving)
            .ok_or_else(|| refused(&name)));
    };
    Ok(match text(&secret, &reference.key) {
        Some(value) => {
            ctx.remembered.put(place, value.clone());
            Ok(value)
        }
        None => Err(format!("Secret {name} has no key {:?} or it is empty.", reference.key)),
    })
}

fn refused(name: &str) -> String {
    format!(
        "Secret {name} does not exist, lacks the label {SECRET_LABEL}={CREDENTIAL}, or may not be read by the operator."
    )
}

fn text(secret: &Secret, key: &str) -> Option<SecretText> {
    let bytes = &secret.data.as_ref()?.get(key)?.0;
    let value = String::from_utf8(bytes.clone()).ok()?;
    let value = SecretText::new(value.trim().to_owned());
    (!value.is_empty()).then_some(value)
}
