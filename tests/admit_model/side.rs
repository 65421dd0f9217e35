//! One of the two servers: how it is asked, and its answers without what must differ.

use std::collections::BTreeMap;

use http::Request;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::draft::{Draft, Form, KINDS, NAMES, OWNER, OWNING};
use crate::model::api_server::{ApiServer, http as door};

/// A uid that nobody has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// A version that nothing has.
const NO_VERSION: &str = "987654321";

/// Kind and name.
type Object = (usize, String);

/// The versions and uids that a server has given.
#[derive(Clone, Default)]
pub struct Side {
    versions: BTreeMap<Object, Vec<String>>,
    uids: BTreeMap<Object, Vec<String>>,
    /// What the request changes nothing of may get a new version nevertheless: a real server notes who asked.
    pub changes_nothing: bool,
}

pub async fn ask_real(client: &Client, draft: &Draft, side: &mut Side) -> Value {
    let response = client.send(side.request(draft)).await.expect("an answer");
    let code = response.status().as_u16();
    let bytes = response.into_body().collect_bytes().await.expect("a body");
    side.normal(draft.kind, code, serde_json::from_slice(&bytes).expect("JSON"))
}

pub async fn ask_model(server: &mut ApiServer, draft: &Draft, side: &mut Side) -> Value {
    let reply = match door::parse(side.request(draft)).await {
        Ok(request) => server.handle(&request),
        Err(refusal) => refusal,
    };
    side.normal(draft.kind, reply.code, reply.body)
}

/// The spec of an application as the real server stores it.
pub async fn defaulted_spec(client: &Client) -> Value {
    let body = json!({
        "apiVersion": KINDS[0].0, "kind": KINDS[0].1, "metadata": {"name": OWNER},
        "spec": {"platformRef": {"kind": "ClusterOAuthPlatform", "name": "olt"}, "olt": {}},
    });
    let draft = Draft {
        method: "POST",
        name: None,
        query: "dryRun=All",
        body,
        ..Draft::get(0, OWNER)
    };
    let answer = ask_real(client, &draft, &mut Side::default()).await;
    assert_eq!(answer["code"], 201, "{answer:#}");
    answer["body"]["spec"].clone()
}

/// Removes everything from the real server; the model begins anew.
pub async fn clean_up(client: &Client) {
    for kind in 0..KINDS.len() {
        for name in NAMES {
            let one = Draft::get(kind, name);
            let release = Draft {
                method: "PATCH",
                form: Form::MergePatch,
                body: json!({"metadata": {"finalizers": null}}),
                ..one.clone()
            };
            let remove = Draft {
                method: "DELETE",
                ..one.clone()
            };
            for draft in [release, remove] {
                ask_real(client, &draft, &mut Side::default()).await;
            }
            let code = async || ask_real(client, &one, &mut Side::default()).await["code"].clone();
            crate::kit::until("it is gone", code, |code: &Value| *code == 404).await;
        }
    }
}

impl Side {
    fn request(&self, draft: &Draft) -> Request<Body> {
        let mut body = draft.body.clone();
        self.fill(draft, &mut body);
        let bytes = if body.is_null() {
            vec![]
        } else {
            serde_json::to_vec(&body).expect("JSON")
        };
        let accept = match (draft.metadata_only, draft.name) {
            (false, _) => "application/json",
            (true, Some(_)) => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            (true, None) => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        };
        let form = match draft.form {
            Form::Json => "application/json",
            Form::MergePatch => "application/merge-patch+json",
            Form::JsonPatch => "application/json-patch+json",
        };
        let request = Request::builder()
            .method(draft.method)
            .uri(draft.path())
            .header(http::header::ACCEPT, accept)
            .header(http::header::CONTENT_TYPE, form);
        request.body(Body::from(bytes)).expect("a request")
    }

    /// Puts this server's versions and uids where the draft says which.
    fn fill(&self, draft: &Draft, value: &mut Value) {
        match value {
            Value::String(text) if text.starts_with('$') => {
                let object = (draft.kind, draft.name.unwrap_or_default().to_owned());
                let seen = |all: &BTreeMap<Object, Vec<String>>, object: &Object, newest: bool, none: &str| {
                    let all = all.get(object).map_or(&[][..], Vec::as_slice);
                    let one = if newest {
                        all.last()
                    } else {
                        all.first().filter(|_| all.len() > 1)
                    };
                    one.cloned().unwrap_or_else(|| none.to_owned())
                };
                *text = match text.as_str() {
                    "$version" => seen(&self.versions, &object, true, NO_VERSION),
                    "$old version" => seen(&self.versions, &object, false, NO_VERSION),
                    "$uid" => seen(&self.uids, &object, true, NOBODY),
                    "$old uid" => seen(&self.uids, &object, false, NOBODY),
                    _ => seen(&self.uids, &(OWNING, OWNER.into()), true, NOBODY),
                };
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(draft, item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.fill(draft, member)),
            _ => {}
        }
    }

    /// Code, and reason or object.
    fn normal(&mut self, kind: usize, code: u16, mut body: Value) -> Value {
        if body["kind"] == "Status" && body["status"] == "Failure" {
            return json!({"code": code, "reason": body["reason"]});
        }
        let name = body["details"]["name"].as_str().map(str::to_owned);
        if let (Some(name), Some(uid)) = (name, body.pointer_mut("/details/uid")) {
            *uid = self.number(kind, &name, "uid", &uid.clone());
        }
        if let Some(details) = body.get_mut("details").and_then(Value::as_object_mut) {
            details.retain(|member, value| member != "group" || *value != "");
        }
        if let Some(items) = body.get_mut("items") {
            for item in items.as_array_mut().into_iter().flatten() {
                self.normal_object(kind, item);
            }
            // Every namespace has one map of the cluster's own.
            let all = items.as_array().into_iter().flatten();
            let ours: Vec<Value> = all
                .filter(|item| item["metadata"]["name"] != "kube-root-ca.crt")
                .cloned()
                .collect();
            // A list of nothing has a kind that the model cannot know.
            body = json!({"items": ours});
        } else {
            self.normal_object(kind, &mut body);
        }
        json!({"code": code, "body": body})
    }

    fn normal_object(&mut self, kind: usize, object: &mut Value) {
        let Some(name) = object["metadata"]["name"].as_str().map(str::to_owned) else {
            return;
        };
        for member in ["uid", "resourceVersion"] {
            let number = self.number(kind, &name, member, &object["metadata"][member].clone());
            object["metadata"][member] = number;
        }
        if let Some(owner) = object["metadata"].pointer_mut("/ownerReferences/0/uid") {
            *owner = self.number(OWNING, OWNER, "uid", &owner.clone());
        }
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata.remove("managedFields");
        for time in ["creationTimestamp", "deletionTimestamp"] {
            if metadata.contains_key(time) {
                metadata.insert(time.into(), json!("a time"));
            }
        }
        for empty in ["finalizers", "annotations", "labels", "ownerReferences"] {
            if metadata.get(empty).is_some_and(|v| *v == json!([]) || *v == json!({})) {
                metadata.remove(empty);
            }
        }
    }

    /// The how manieth that this object has had.
    fn number(&mut self, kind: usize, name: &str, member: &str, value: &Value) -> Value {
        let all = if member == "uid" {
            &mut self.uids
        } else {
            &mut self.versions
        };
        let all = all.entry((kind, name.to_owned())).or_default();
        let text = value.as_str().unwrap_or_default();
        if self.changes_nothing && member != "uid" && !all.is_empty() && !all.iter().any(|seen| seen == text) {
            let last = all.len() - 1;
            text.clone_into(&mut all[last]);
        }
        let at = all.iter().position(|seen| seen == text).unwrap_or_else(|| {
            all.push(text.to_owned());
            all.len() - 1
        });
        json!(at)
    }
}
