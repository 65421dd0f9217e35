//! Requests drawn from a number. Where one names a version or a uid, it says which of those seen so far: the two servers
//! have given different ones.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::model::api_server::{Key, Resource};

/// Where all of it happens.
pub const NAMESPACE: &str = "t01";
pub const NAMES: [&str; 3] = ["one", "two", "three"];

/// API version, kind, plural.
pub const KINDS: [(&str, &str, &str); 3] = [
    ("oauthregistrar.io/v1alpha1", "OAuthApplication", "oauthapplications"),
    ("v1", "Secret", "secrets"),
    ("v1", "ConfigMap", "configmaps"),
];
const APPLICATION: usize = 0;
const SECRET: usize = 1;
/// A `ConfigMap` that may own Secrets.
pub const OWNER: &str = "one";
/// Its kind.
pub const OWNING: usize = 2;

/// How the body of a request is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    MergePatch,
    JsonPatch,
}

/// A request before it is told which versions and uids it means.
#[derive(Clone, Debug)]
pub struct Draft {
    pub method: &'static str,
    pub kind: usize,
    /// Absent: the collection.
    pub name: Option<&'static str>,
    pub status: bool,
    pub query: &'static str,
    pub metadata_only: bool,
    pub form: Form,
    /// With places such as `$version` in it.
    pub body: Value,
}

pub fn key(kind: usize, name: &str) -> Key {
    let (version, _, plural) = KINDS[kind];
    Key {
        resource: Resource {
            group_version: version.into(),
            plural: plural.into(),
        },
        namespace: NAMESPACE.into(),
        name: name.into(),
    }
}

fn one_of<T: Clone>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())].clone()
}

impl Draft {
    /// A look at one object.
    pub fn get(kind: usize, name: &'static str) -> Self {
        Self {
            method: "GET",
            kind,
            name: Some(name),
            status: false,
            query: "",
            metadata_only: false,
            form: Form::Json,
            body: Value::Null,
        }
    }

    /// The object that it creates, if the server lets it.
    pub fn creates(&self) -> Option<(usize, &'static str)> {
        let name = self.body["metadata"]["name"]
            .as_str()
            .filter(|_| self.method == "POST")?;
        Some((self.kind, NAMES.into_iter().find(|known| *known == name)?))
    }

    /// The path and the query.
    pub fn path(&self) -> String {
        let (version, _, plural) = KINDS[self.kind];
        let root = if version == "v1" { "api" } else { "apis" };
        let mut path = format!("/{root}/{version}/namespaces/{NAMESPACE}/{plural}");
        for part in self.name.into_iter().chain(self.status.then_some("status")) {
            path = format!("{path}/{part}");
        }
        format!("{path}?{}", self.query)
    }

    /// Draws a request. `spec` is that of an application with its defaults.
    pub fn drawn(rng: &mut Rng, spec: &Value) -> Self {
        let (kind, name) = (rng.usize(..KINDS.len()), one_of(rng, &NAMES));
        let draft = Self::get(kind, name);
        match rng.u8(..20) {
            0..5 => draft.creation(rng, spec),
            5..7 => Self {
                metadata_only: rng.bool(),
                ..draft
            },
            7..9 => Self {
                name: None,
                query: one_of(
                    rng,
                    &[
                        "",
                        "labelSelector=color%3Dred",
                        "labelSelector=color",
                        "labelSelector=color%21%3Dred",
                        "labelSelector=%21color",
                    ],
                ),
                metadata_only: rng.bool(),
                ..draft
            },
            9..13 => draft.merge_patch(rng),
            13..17 => draft.json_patch(rng),
            _ => draft.deletion(rng),
        }
    }

    fn creation(self, rng: &mut Rng, spec: &Value) -> Self {
        let (api_version, kind, _) = KINDS[self.kind];
        let mut body = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata(rng, self.name)});
        match self.kind {
            APPLICATION => {
                body["spec"] = spec.clone();
                body["spec"]["description"] = json!(one_of(rng, &["one", "two"]));
                body["status"] = json!({"applicationId": "ignored"});
            }
            SECRET => {
                body["type"] = json!("Opaque");
                body["stringData"] = json!({"key": "value"});
                if rng.u8(..4) == 0 {
                    body["metadata"]["ownerReferences"] =
                        json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": OWNER, "uid": "$owner"}]);
                }
            }
            _ => body["data"] = json!({"key": "value"}),
        }
        Self {
            method: "POST",
            name: None,
            body,
            ..self
        }
    }

    fn merge_patch(self, rng: &mut Rng) -> Self {
        let mut metadata = json!({});
        let status = self.kind == APPLICATION && rng.bool();
        if rng.bool() {
            metadata["annotations"] = json!({"note": one_of(rng, &[json!("x"), json!("y"), Value::Null])});
        }
        if rng.u8(..3) == 0 {
            metadata["finalizers"] = one_of(
                rng,
                &[
                    json!([]),
                    json!(["example.com/one"]),
                    json!(["example.com/one", "example.com/two"]),
                    Value::Null,
                ],
            );
        }
        if rng.bool() {
            metadata["resourceVersion"] = one_of(rng, &[json!("$version"), json!("$old version"), Value::Null]);
        }
        if rng.u8(..4) == 0 {
            metadata["uid"] = one_of(rng, &[json!("$uid"), json!("$old uid")]);
        }
        let mut body = json!({"metadata": metadata});
        match self.kind {
            APPLICATION if rng.bool() => body["status"] = json!({"clientId": one_of(rng, &["c", "d"])}),
            APPLICATION => body["spec"] = json!({"description": one_of(rng, &["one", "two", "three"])}),
            SECRET => body["data"] = json!({"key": one_of(rng, &["b25l", "dHdv"])}),
            _ => body["data"] = json!({"key": one_of(rng, &[json!("one"), Value::Null])}),
        }
        Self {
            method: "PATCH",
            form: Form::MergePatch,
            status,
            body,
            ..self
        }
    }

    fn json_patch(self, rng: &mut Rng) -> Self {
        let status = self.kind == APPLICATION && rng.bool();
        let mut operations = vec![];
        if rng.bool() {
            let uid = one_of(rng, &["$uid", "$uid", "$old uid"]);
            operations.push(json!({"op": "test", "path": "/metadata/uid", "value": uid}));
        }
        if rng.bool() {
            let version = one_of(rng, &["$version", "$version", "$old version"]);
            operations.push(json!({"op": "replace", "path": "/metadata/resourceVersion", "value": version}));
        }
        operations.push(match rng.u8(..4) {
            0 => json!({"op": "add", "path": "/metadata/labels", "value": {"color": one_of(rng, &["red", "blue"])}}),
            1 => json!({"op": "remove", "path": "/metadata/ownerReferences/0"}),
            _ if self.kind == APPLICATION => {
                json!({"op": "add", "path": "/status", "value": {"observedGeneration": rng.i64(..3), "applicationId": "app"}})
            }
            _ => json!({"op": "add", "path": "/data", "value": {"other": "b25l"}}),
        });
        Self {
            method: "PATCH",
            form: Form::JsonPatch,
            status,
            body: operations.into(),
            ..self
        }
    }

    fn deletion(self, rng: &mut Rng) -> Self {
        let mut body = Value::Null;
        if rng.bool() {
            body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {}});
            if rng.bool() {
                body["preconditions"]["uid"] = json!(one_of(rng, &["$uid", "$old uid"]));
            }
            if rng.bool() {
                body["preconditions"]["resourceVersion"] = json!(one_of(rng, &["$version", "$old version"]));
            }
        }
        Self {
            method: "DELETE",
            body,
            ..self
        }
    }
}

fn metadata(rng: &mut Rng, name: Option<&str>) -> Value {
    let mut metadata = json!({"name": name});
    if rng.bool() {
        metadata["labels"] = json!({"color": one_of(rng, &["red", "blue"])});
    }
    if rng.u8(..3) == 0 {
        metadata["finalizers"] = json!(["example.com/one"]);
    }
    if rng.u8(..5) == 0 {
        metadata["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    }
    metadata
}
