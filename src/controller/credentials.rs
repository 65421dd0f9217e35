//! Reading credentials that users put into labelled Secrets, and remembering the last good ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};

use super::context::{CLUSTER_TIMEOUT, Context};
use super::error::{Error, call};
use crate::api::well_known::{CREDENTIAL, SECRET_LABEL};
use crate::domain::credentials::SecretText;

/// Namespace, Secret and key.
type Place = [String; 3];

/// The last good credentials by their place: a deletion may still need what was deleted beside it.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<Place, SecretText>>);

impl Remembered {
    fn get(&self, place: &Place) -> Option<SecretText> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(place)
            .cloned()
    }

    fn put(&self, place: Place, value: SecretText) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place, value);
    }
}

/// Reads the values of these keys of one Secret, all at once. The inner `Err` is the message for a person; it does not
/// tell a missing Secret from a forbidden or an unlabelled one, so that nobody can explore Secrets through it. With
/// `leaving`, a credential that was read before is still good when its Secret is gone. `reader` is the UID of the
/// resource that it is read for.
pub async fn read<const N: usize>(
    ctx: &Context,
    reader: &str,
    namespace: &str,
    secret: &str,
    keys: [&str; N],
    leaving: bool,
) -> Result<Result<[SecretText; N], String>, Error> {
    let place = |key: &str| [namespace, secret, key].map(str::to_owned);
    let api: Api<Secret> = Api::namespaced(ctx.client.clone(), namespace);
    let found = match call("read credentials", CLUSTER_TIMEOUT, api.get_opt(secret)).await {
        Err(error) if error.code() == Some(403) => None,
        other => other?,
    };
    let name = format!("{namespace}/{secret}");
    let labelled = found.filter(|s| s.labels().get(SECRET_LABEL).is_some_and(|value| value == CREDENTIAL));
    let version = labelled.as_ref().and_then(ResourceExt::resource_version);
    ctx.memories.read_credential(reader, version);
    let Some(there) = labelled else {
        let known = whole(keys.map(|key| ctx.remembered.get(&place(key)).filter(|_| leaving)));
        return Ok(known.ok_or_else(|| refused(&name)));
    };
    let values = keys.map(|key| text(&there, key));
    if let Some(missing) = keys.iter().zip(&values).find(|(_, value)| value.is_none()) {
        return Ok(Err(format!("Secret {name} has no key {:?} or it is empty.", missing.0)));
    }
    for (key, value) in keys.iter().zip(values.iter().flatten()) {
        ctx.remembered.put(place(key), value.clone());
    }
    Ok(whole(values).ok_or_else(|| refused(&name)))
}

/// All of them, or none.
fn whole<const N: usize>(values: [Option<SecretText>; N]) -> Option<[SecretText; N]> {
    let all: Vec<SecretText> = values.into_iter().flatten().collect();
    all.try_into().ok()
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
