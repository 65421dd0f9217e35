//! Tests of all kinds together: their rules, their defaults, their schemas.

mod defaults;
mod rules;
mod schemas;

use serde_json::Value;

use super::cases::Kind;
use super::crds;

/// The schema of a kind, as it stands in its CRD.
fn schema(kind: Kind) -> Value {
    let index = match kind {
        Kind::Platform => 0,
        Kind::NamespacePlatform => 1,
        Kind::Application => 2,
        Kind::Installation => 3,
    };
    let crd = serde_json::to_value(&crds()[index]).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// Calls `look` for a schema and all schemas inside it, with the path of the field.
fn walk(path: &str, schema: &Value, look: &mut impl FnMut(&str, &Value)) {
    look(path, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(&format!("{path}.{name}"), property, look);
    }
    if schema["items"].is_object() {
        walk(&format!("{path}[]"), &schema["items"], look);
    }
    if schema["additionalProperties"].is_object() {
        walk(&format!("{path}{{}}"), &schema["additionalProperties"], look);
    }
}

const KINDS: [Kind; 4] = [
    Kind::Platform,
    Kind::NamespacePlatform,
    Kind::Application,
    Kind::Installation,
];
