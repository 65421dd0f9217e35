//! What the API server does with the JSON of an object, whatever its kind.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use super::{Key, Reply, Resource};

/// The kinds with a status subresource.
const WITH_STATUS: [&str; 3] = ["clusteroauthplatforms", "oauthapplications", "tenantinstallations"];

pub fn has_status(key: &Key) -> bool {
    WITH_STATUS.contains(&key.resource.plural.as_str())
}

pub fn finalizers(object: &Value) -> &[Value] {
    object["metadata"]["finalizers"].as_array().map_or(&[], Vec::as_slice)
}

/// What the generation counts the changes of.
pub fn content(object: &Value) -> Map<String, Value> {
    let members = object
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "metadata" && *name != "status");
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub fn set_or_remove(object: &mut Value, name: &str, value: Option<Value>) {
    let Some(members) = object.as_object_mut() else { return };
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
}

/// `stringData` of a Secret is write-only: it lands in `data`.
pub fn encode_string_data(object: &mut Value) {
    use base64::Engine;
    let Some(Value::Object(texts)) = object.as_object_mut().and_then(|members| members.remove("stringData")) else {
        return;
    };
    for (key, text) in texts {
        let bytes = base64::engine::general_purpose::STANDARD.encode(text.as_str().unwrap_or_default());
        object["data"][key] = json!(bytes);
    }
}

/// Metadata keeps nothing that is empty, nor do the server's own kinds.
pub fn drop_what_is_empty(resource: &Resource, object: &mut Value) {
    let is_empty = |value: &Value| value == &json!({}) || value == &json!([]);
    if resource.group().is_empty() && object.get("data").is_some_and(is_empty) {
        set_or_remove(object, "data", None);
    }
    for member in ["annotations", "labels", "finalizers", "ownerReferences"] {
        if object["metadata"].get(member).is_some_and(is_empty) {
            set_or_remove(&mut object["metadata"], member, None);
        }
    }
}

/// As an item of a list: those of the server's own kinds do not say their kind.
pub fn as_item(resource: &Resource, mut object: Value) -> Value {
    if resource.group().is_empty() {
        set_or_remove(&mut object, "kind", None);
        set_or_remove(&mut object, "apiVersion", None);
    }
    object
}

pub fn metadata_of(reply: Reply) -> Reply {
    let partial = |object: &Value| json!({ "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] });
    let body = match &reply.body {
        body if body["kind"] == "Status" => return reply,
        Value::Object(list) if list.get("items").is_some() => {
            let items: Vec<Value> = list["items"].as_array().into_iter().flatten().map(partial).collect();
            json!({ "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": list["metadata"], "items": items })
        }
        object => partial(object),
    };
    Reply { code: reply.code, body }
}

/// Always the same for the same text, and another one for another text.
pub fn uid_of(text: &str) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    uuid::Builder::from_random_bytes((half(0) << 64 | half(1)).to_be_bytes())
        .into_uuid()
        .to_string()
}
