//! Every answer against the platform's own description, where that file is: it may not be passed on, so it is
//! no part of this project. Under CI its absence is a failure.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::endpoint::Operation;
use super::schema::faults;

const FILE: &str = "../../shared/contracts/olt-openapi-2019-12.yaml";

/// Statuses that the file does not list, although the contract knows or expects them.
const UNLISTED: [(&str, &str, u16); 5] = [
    // A taken name.
    ("PATCH", "/application-developer/applications/{applicationId}", 409),
    (
        "POST",
        "/application-developer/applications/{applicationId}/secret",
        404,
    ),
    (
        "PUT",
        "/application-developer/applications/{applicationId}/allowed-tenants/{tenantId}",
        404,
    ),
    ("GET", "/permissions", 401),
    // A wrong secret on later Keycloaks.
    ("POST", "/id/auth/realms/olt/protocol/openid-connect/token", 401),
];
/// Codes that the file itself gives in examples or elsewhere, but not in the enum of each error.
const OUTSIDE_ENUMS: [&str; 2] = ["ID_UNAUTHORIZED", "ID_TENANT_SUSPENDED"];

static FILE_READ: LazyLock<Option<Value>> = LazyLock::new(read);
static READY: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Whether the file is there.
pub fn is_there() -> bool {
    FILE_READ.is_some()
}

/// What is wrong with an answer under contract 2019-12; nothing when all is well, the operation is only observed and not
/// described, or the file is not there.
pub fn violation(method: &str, path: &str, status: u16, body: &Value) -> Option<String> {
    let operation = Operation::of(method, path)?;
    let described = FILE_READ.as_ref()?["paths"][operation.path].get(method.to_lowercase())?;
    // A body that is too large, and a path without this method, are the business of no operation.
    if status == 405 || status == 413 {
        return None;
    }
    let Some(response) = described["responses"].get(status.to_string()) else {
        let allowed = UNLISTED.contains(&(operation.method, operation.path, status));
        return (!allowed).then(|| format!("{method} {path}: the platform does not list {status}"));
    };
    let schema = &response["content"]["application/json"]["schema"];
    if schema.is_null() {
        return (!body.is_null()).then(|| format!("{method} {path}: the platform lists no body with {status}"));
    }
    let allowed = OUTSIDE_ENUMS.iter().any(|code| body["errorCode"] == *code);
    let faults = faults(
        &ready(operation, status, schema),
        &with_known_code(body, allowed, schema),
    )?;
    Some(format!(
        "{method} {path} -> {status} {body}\nagainst the platform's own: {faults}"
    ))
}

/// The body with the first code of the enum in place of one that is allowed outside it.
fn with_known_code(body: &Value, allowed: bool, schema: &Value) -> Value {
    let mut body = body.clone();
    let known = schema["properties"]["errorCode"]["enum"].get(0);
    if let Some(known) = known.filter(|_| allowed) {
        body["errorCode"] = known.clone();
    }
    body
}

fn ready(operation: &Operation, status: u16, schema: &Value) -> Arc<Validator> {
    let key = format!("{} {} {status}", operation.method, operation.path);
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    let made = ready.entry(key.clone()).or_insert_with(|| {
        let mut schema = schema.clone();
        spell_out_null(&mut schema);
        // The oldest drafts, which OpenAPI 3.0 builds on, do not know the format `uuid`; nothing here differs otherwise.
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema);
        Arc::new(built.unwrap_or_else(|error| panic!("{key}: {error}")))
    });
    Arc::clone(made)
}

/// The file says `nullable` where JSON Schema lists `null` among the types.
fn spell_out_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(kind) = members.get("type").cloned()
            {
                members.insert("type".to_owned(), json!([kind, "null"]));
            }
            members.values_mut().for_each(spell_out_null);
        }
        Value::Array(items) => items.iter_mut().for_each(spell_out_null),
        _ => {}
    }
}

fn read() -> Option<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_saphyr::from_str(&text).unwrap()),
        Err(error) => {
            let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!is_ci, "{}: {error}", file.display());
            // Past the capture of the test harness: whoever runs the tests should know what they did not check.
            let told = format!(
                "not checked against the platform's own description: {}: {error}\n",
                file.display()
            );
            std::io::stderr().write_all(told.as_bytes()).unwrap();
            None
        }
    }
}
