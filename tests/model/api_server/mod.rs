//! An in-memory Kubernetes API server: what the operator can notice of a real one, and no more.
//!
//! Objects of any kind as JSON, by kind, namespace and name: optimistic concurrency, finalizers, uids, the status
//! subresource, generations, garbage collection. Not modelled: watches, admission, validation, server-side apply.
//! resourceVersions count per object, not per cluster: they are opaque to clients, and two schedules that differ only
//! in the order of unrelated writes then end in equal worlds.

pub mod http;
mod object;
mod patch;
mod path;
mod reply;
mod selector;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use object::{
    as_item, content, drop_what_is_empty, encode_string_data, finalizers, has_status, metadata_of, set_or_remove,
    uid_of,
};
use serde_json::{Value, json};

pub use patch::Form;
pub use path::{Resource, Target};
pub use reply::Reply;

/// When everything is created or deleted; the operator compares no times of the API server.
const TIME: &str = "2026-01-01T00:00:00Z";

/// A request as the API server sees it.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked.
    pub verb: Verb,
    /// Of what.
    pub target: Target,
    /// Only metadata is wanted (`PartialObjectMetadata`).
    pub metadata_only: bool,
    /// The body; null when there is none.
    pub body: Value,
}

/// What is asked of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Create,
    Patch(Form),
    Delete,
}

/// Names one object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub resource: Resource,
    pub namespace: String,
    pub name: String,
}

/// The server's store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiServer {
    objects: BTreeMap<Key, Value>,
    /// Each version of each object, `Null` where it was gone; a stale cache is handed one of them.
    history: BTreeMap<Key, Vec<Value>>,
    /// Plurals of the kinds whose writes an admission controller refuses for the time being.
    pub refused: BTreeSet<String>,
}

impl ApiServer {
    /// Answers a request.
    pub fn handle(&mut self, request: &Request) -> Reply {
        let target = &request.target;
        let writes = request.verb != Verb::Get;
        if writes && self.refused.contains(&target.resource.plural) {
            return Reply::forbidden(
                &target.resource,
                target.name.as_deref().unwrap_or(""),
                "a policy says no",
            );
        }
        let reply = self.answer(request).unwrap_or_else(|refusal| refusal);
        self.collect_garbage();
        if request.metadata_only {
            metadata_of(reply)
        } else {
            reply
        }
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, Reply> {
        let target = &request.target;
        if target
            .query
            .get("watch")
            .is_some_and(|watch| watch == "true" || watch == "1")
        {
            return Err(Reply::bad_request("watches are not modelled"));
        }
        let Some(name) = &target.name else {
            return match request.verb {
                Verb::Get => self.list(target),
                Verb::Create => self.create(target, &request.body),
                _ => Err(Reply::bad_request("collections can only be listed and created in")),
            };
        };
        let key = Key {
            resource: target.resource.clone(),
            namespace: target.namespace.clone(),
            name: name.clone(),
        };
        let current = self
            .objects
            .get(&key)
            .cloned()
            .ok_or_else(|| Reply::not_found(&key.resource, name))?;
        match request.verb {
            Verb::Get => Ok(Reply::ok(current)),
            Verb::Create => Err(Reply::bad_request("an object is created in its collection")),
            Verb::Patch(form) => {
                let patched = form.apply(&current, &request.body)?;
                self.update(&key, &current, patched, target.subresource.as_deref())
            }
            Verb::Delete => self.delete(&key, current, target, &request.body),
        }
    }

    fn list(&self, target: &Target) -> Result<Reply, Reply> {
        let selector = selector::Selector::parse(&target.query)?;
        let items: Vec<Value> = self
            .objects
            .iter()
            .filter(|(key, _)| key.resource == target.resource)
            .filter(|(key, _)| target.namespace.is_empty() || key.namespace == target.namespace)
            .filter(|(_, object)| selector.selects(object))
            .map(|(_, object)| object.clone())
            .collect();
        let kind = items
            .first()
            .and_then(|item| item["kind"].as_str())
            .unwrap_or("")
            .to_owned();
        let items: Vec<Value> = items.into_iter().map(|item| as_item(&target.resource, item)).collect();
        Ok(Reply::ok(
            json!({ "kind": format!("{kind}List"), "apiVersion": target.resource.group_version,
            "metadata": { "resourceVersion": self.writes().to_string() }, "items": items }),
        ))
    }

    fn create(&mut self, target: &Target, body: &Value) -> Result<Reply, Reply> {
        let mut object = body.clone();
        let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else {
            return Err(Reply::bad_request("an object needs metadata"));
        };
        let given = metadata.get("name").and_then(Value::as_str).map(str::to_owned);
        let prefix = metadata.get("generateName").and_then(Value::as_str).unwrap_or_default();
        let name = given.unwrap_or_else(|| format!("{prefix}{}", self.objects.len()));
        let key = Key {
            resource: target.resource.clone(),
            namespace: target.namespace.clone(),
            name,
        };
        if self.objects.contains_key(&key) {
            return Err(Reply::already_exists(&key.resource, &key.name));
        }
        metadata.insert("name".into(), json!(key.name));
        if !key.namespace.is_empty() {
            metadata.insert("namespace".into(), json!(key.namespace));
        }
        metadata.insert("uid".into(), json!(self.uid_of_next(&key)));
        metadata.insert("creationTimestamp".into(), json!(TIME));
        metadata.remove("deletionTimestamp");
        encode_string_data(&mut object);
        if has_status(&key) {
            object["metadata"]["generation"] = json!(1);
            object["status"] = json!({ "observedGeneration": -1 });
        }
        Ok(Reply::created(self.store(&key, object)))
    }

    /// What a real server does after patching.
    fn update(&mut self, key: &Key, current: &Value, mut wanted: Value, sub: Option<&str>) -> Result<Reply, Reply> {
        let was = &current["metadata"];
        let version = wanted["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        if version.is_empty() && has_status(key) {
            let why = "metadata.resourceVersion: Invalid value: 0: must be specified for an update";
            return Err(Reply::invalid(&key.resource, &key.name, why));
        }
        if !version.is_empty() && was["resourceVersion"] != version {
            return Err(Reply::stale(&key.resource, &key.name));
        }
        let uid = wanted["metadata"]["uid"].as_str().unwrap_or_default();
        // What comes for the status is not looked at beside it.
        if sub.is_none() && !uid.is_empty() && was["uid"] != uid {
            let why = format!("metadata.uid: Invalid value: {uid:?}: field is immutable");
            return Err(Reply::invalid(&key.resource, &key.name, &why));
        }
        if wanted["metadata"]["name"] != was["name"] {
            return Err(Reply::bad_request(
                "the name of the object does not match the name on the URL",
            ));
        }
        if sub == Some("status") {
            let status = wanted.get("status").cloned();
            wanted = current.clone();
            set_or_remove(&mut wanted, "status", status);
        } else if has_status(key) {
            set_or_remove(&mut wanted, "status", current.get("status").cloned());
        }
        for fixed in [
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "generation",
            "resourceVersion",
        ] {
            set_or_remove(&mut wanted["metadata"], fixed, was.get(fixed).cloned());
        }
        encode_string_data(&mut wanted);
        drop_what_is_empty(&key.resource, &mut wanted);
        let terminating = was.get("deletionTimestamp").is_some();
        if terminating && finalizers(&wanted).iter().any(|new| !finalizers(current).contains(new)) {
            let why = "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted";
            return Err(Reply::invalid(&key.resource, &key.name, why));
        }
        if wanted == *current {
            return Ok(Reply::ok(wanted));
        }
        if has_status(key) && content(&wanted) != content(current) {
            wanted["metadata"]["generation"] = json!(was["generation"].as_i64().unwrap_or(0) + 1);
        }
        if terminating && finalizers(&wanted).is_empty() {
            self.remove(key);
            return Ok(Reply::ok(wanted));
        }
        Ok(Reply::ok(self.store(key, wanted)))
    }

    fn delete(&mut self, key: &Key, object: Value, target: &Target, options: &Value) -> Result<Reply, Reply> {
        for field in ["uid", "resourceVersion"] {
            let wanted = &options["preconditions"][field];
            if !wanted.is_null() && object["metadata"][field] != *wanted {
                let why = format!(
                    "Precondition failed: {field} {wanted} is not {}",
                    object["metadata"][field]
                );
                return Err(Reply::conflict(&key.resource, &key.name, &why));
            }
        }
        let uid = object["metadata"]["uid"].clone();
        Ok(match self.begin_deletion(key, object) {
            Some(leaving) => Reply::ok(leaving),
            None => Reply::removed(target, &uid),
        })
    }

    /// Removes an object, or marks it as leaving where finalizers hold it; then it comes back.
    fn begin_deletion(&mut self, key: &Key, mut object: Value) -> Option<Value> {
        if finalizers(&object).is_empty() {
            self.remove(key);
            return None;
        }
        if object["metadata"].get("deletionTimestamp").is_none() {
            object["metadata"]["deletionTimestamp"] = json!(TIME);
            object["metadata"]["deletionGracePeriodSeconds"] = json!(0);
            if let Some(generation) = object["metadata"]["generation"].as_i64() {
                object["metadata"]["generation"] = json!(generation + 1);
            }
            object = self.store(key, object);
        }
        Some(object)
    }

    /// Removes what is owned only by objects that are gone, as the garbage collector does.
    fn collect_garbage(&mut self) {
        let owned_by_nobody = |(key, object): (&Key, &Value)| {
            let owners = object["metadata"]["ownerReferences"].as_array()?;
            let lives = |owner: &Value| self.objects.values().any(|o| o["metadata"]["uid"] == owner["uid"]);
            (!owners.is_empty() && !owners.iter().any(lives)).then(|| key.clone())
        };
        let garbage: Vec<Key> = self.objects.iter().filter_map(owned_by_nobody).collect();
        for key in garbage {
            let object = self.objects[&key].clone();
            self.begin_deletion(&key, object);
        }
    }

    fn store(&mut self, key: &Key, mut object: Value) -> Value {
        let versions = self.history.entry(key.clone()).or_default();
        object["metadata"]["resourceVersion"] = json!((versions.len() + 1).to_string());
        versions.push(object.clone());
        self.objects.insert(key.clone(), object.clone());
        object
    }

    fn remove(&mut self, key: &Key) {
        self.objects.remove(key);
        self.history.entry(key.clone()).or_default().push(Value::Null);
    }

    /// A uid is never used again: it counts the versions there were under this name.
    fn uid_of_next(&self, key: &Key) -> String {
        let versions = self.history.get(key).map_or(0, Vec::len);
        uid_of(&format!("{key:?}{versions}"))
    }

    /// The object as it is.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key)
    }

    /// How often anything was changed.
    pub fn writes(&self) -> usize {
        self.history.values().map(Vec::len).sum()
    }

    /// All that is stored, in order.
    pub fn objects(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.objects.iter()
    }

    /// Every version of the object so far; `Null` where it was gone.
    pub fn versions(&self, key: &Key) -> &[Value] {
        self.history.get(key).map_or(&[], Vec::as_slice)
    }
}
