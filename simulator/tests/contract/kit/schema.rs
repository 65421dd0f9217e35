//! Every answer against JSON Schemas of our own, written from the contract (`tests/schemas/`).

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::endpoint::{Dialect, Operation, TOKEN};

static READY: LazyLock<Mutex<HashMap<PathBuf, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with an answer; nothing, when it is as the contract has it.
pub fn violation(dialect: Dialect, method: &str, path: &str, status: u16, body: &Value) -> Option<String> {
    let operation = Operation::of(method, path);
    let (name, shown) = match operation {
        Some(operation) if status < 400 => {
            if operation.success(dialect) != status {
                return Some(format!("{status} is no success of {method} {path}"));
            }
            match operation.schema {
                Some(name) => (name, body.clone()),
                None => return (!body.is_null()).then(|| format!("{method} {path}: a body with {status}")),
            }
        }
        None if status < 400 => return Some(format!("{status} from {method} {path}, which does not exist")),
        Some(operation) if operation.path == TOKEN => ("oauth-error", json!({"status": status, "body": body})),
        _ => ("error", json!({"status": status, "body": body})),
    };
    let faults = faults(&ready(dialect, name), &shown)?;
    Some(format!(
        "{method} {path} -> {status} {body}\nagainst {name}.json: {faults}"
    ))
}

/// What a validator finds, all of it.
pub fn faults(validator: &Validator, instance: &Value) -> Option<String> {
    let errors = validator.validate(instance).err()?;
    let told: Vec<String> = errors
        .map(|error| format!("{} at {}", error, error.instance_path))
        .collect();
    Some(told.join("; "))
}

fn ready(dialect: Dialect, name: &str) -> Arc<Validator> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let older = root.join("2019-05").join(format!("{name}.json"));
    let file = match dialect {
        Dialect::May2019 if older.exists() => older,
        Dialect::May2019 | Dialect::December2019 => root.join(format!("{name}.json")),
    };
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    let made = ready.entry(file.clone()).or_insert_with(|| {
        let types = read(&root.join("types.json"));
        let id = types["$id"].as_str().unwrap().to_owned();
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_document(id, types)
            .build(&read(&file));
        Arc::new(built.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    });
    Arc::clone(made)
}

fn read(file: &PathBuf) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
