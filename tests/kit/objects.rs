//! Objects of any kind as JSON, through the API server.

use std::collections::BTreeMap;

use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Error};
use serde_json::{Value, json};

use super::wait::until;

/// What the kit sends and reads in one namespace.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    namespace: String,
}

impl Objects {
    /// Objects of this namespace; those of cluster-wide kinds are reached as well.
    pub fn new(client: Client, namespace: &str) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
        }
    }

    /// The client, for what is not offered here.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Server-side apply; fails the test when it is refused.
    pub async fn apply(&self, object: Value) -> Value {
        let shown = object.to_string();
        self.try_apply(object)
            .await
            .unwrap_or_else(|error| panic!("cannot apply {shown}: {error}"))
    }

    /// Server-side apply of every document of a YAML text.
    pub async fn apply_yaml(&self, text: &str) -> Vec<Value> {
        let mut applied = Vec::new();
        for object in documents(text) {
            applied.push(self.apply(object).await);
        }
        applied
    }

    /// Server-side apply.
    pub async fn try_apply(&self, object: Value) -> Result<Value, Error> {
        let params = PatchParams::apply("test-kit").force();
        let (api, name) = (self.api_of(&object), name_of(&object));
        json_of(api.patch(&name, &params, &Patch::Apply(&object)).await)
    }

    /// A creation that is checked and defaulted, but not stored.
    pub async fn dry_run(&self, object: Value) -> Result<Value, Error> {
        let params = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let api = self.api_of(&object);
        json_of(api.create(&params, &serde_json::from_value(object).unwrap()).await)
    }

    /// A replacement that is checked, but not stored.
    pub async fn dry_replace(&self, object: Value) -> Result<Value, Error> {
        let params = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let (api, name) = (self.api_of(&object), name_of(&object));
        json_of(
            api.replace(&name, &params, &serde_json::from_value(object).unwrap())
                .await,
        )
    }

    /// A JSON merge patch; fails the test when it is refused.
    pub async fn patch(&self, kind: &str, name: &str, change: Value) -> Value {
        self.try_patch(kind, name, change)
            .await
            .unwrap_or_else(|error| panic!("cannot patch {kind} {name}: {error}"))
    }

    /// A JSON merge patch.
    pub async fn try_patch(&self, kind: &str, name: &str, change: Value) -> Result<Value, Error> {
        let patch = Patch::Merge(&change);
        json_of(self.api(kind).patch(name, &PatchParams::default(), &patch).await)
    }

    /// The same of its status, as one who has the right to write it.
    pub async fn patch_status(&self, kind: &str, name: &str, change: Value) -> Value {
        let patch = Patch::Merge(json!({ "status": change }));
        let patched = self.api(kind).patch_status(name, &PatchParams::default(), &patch).await;
        json_of(patched).unwrap_or_else(|error| panic!("cannot patch the status of {kind} {name}: {error}"))
    }

    /// The object, or `Null` when there is none.
    pub async fn get(&self, kind: &str, name: &str) -> Value {
        let found = self
            .api(kind)
            .get_opt(name)
            .await
            .unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
        found.map_or(Value::Null, |object| serde_json::to_value(object).unwrap())
    }

    /// All objects of the kind.
    pub async fn list(&self, kind: &str) -> Vec<Value> {
        let list = self
            .api(kind)
            .list(&ListParams::default())
            .await
            .unwrap_or_else(|error| panic!("{kind}: {error}"));
        list.items
            .into_iter()
            .map(|object| serde_json::to_value(object).unwrap())
            .collect()
    }

    /// Asks for the deletion, and does not wait for it.
    pub async fn delete(&self, kind: &str, name: &str) {
        self.try_delete(kind, name)
            .await
            .unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
    }

    /// Asks for the deletion, which may be refused.
    pub async fn try_delete(&self, kind: &str, name: &str) -> Result<(), Error> {
        self.api(kind).delete(name, &DeleteParams::default()).await.map(drop)
    }

    /// Waits until the object is as wished.
    pub async fn until(&self, kind: &str, name: &str, what: &str, right: impl Fn(&Value) -> bool) -> Value {
        until(
            &format!("{kind} {name}: {what}"),
            async || self.get(kind, name).await,
            right,
        )
        .await
    }

    /// Waits until the object is gone.
    pub async fn gone(&self, kind: &str, name: &str) {
        self.until(kind, name, "is gone", Value::is_null).await;
    }

    /// Waits for `Ready=True` of the current generation.
    pub async fn ready(&self, kind: &str, name: &str) -> Value {
        self.until(kind, name, "Ready=True for this generation", |object| {
            let current = object["status"]["observedGeneration"] == object["metadata"]["generation"];
            current && condition(object, "Ready")["status"] == "True"
        })
        .await
    }

    /// Waits for a condition with this status and reason, and returns its message.
    pub async fn says(&self, kind: &str, name: &str, condition_type: &str, status: &str, reason: &str) -> String {
        let what = format!("{condition_type}={status} {reason}");
        let right = |object: &Value| {
            let found = condition(object, condition_type);
            found["status"] == status && found["reason"] == reason
        };
        let object = self.until(kind, name, &what, right).await;
        condition(&object, condition_type)["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The values of a Secret; none when there is no Secret.
    pub async fn secret(&self, name: &str) -> BTreeMap<String, String> {
        let api: Api<k8s_openapi::api::core::v1::Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let data = api
            .get_opt(name)
            .await
            .unwrap()
            .and_then(|secret| secret.data)
            .unwrap_or_default();
        data.into_iter()
            .map(|(key, value)| (key, String::from_utf8(value.0).unwrap()))
            .collect()
    }

    /// Events about an object, as `reason: note`.
    pub async fn events(&self, name: &str) -> Vec<String> {
        let about = |event: &Value| event["regarding"]["name"] == name;
        let told = |event: Value| format!("{}: {}", text(&event["reason"]), text(&event["note"]));
        self.list("Event").await.into_iter().filter(about).map(told).collect()
    }

    /// Waits for an Event with this reason: it follows the status that it is about.
    pub async fn tells(&self, name: &str, reason: &str) {
        let reason = format!("{reason}: ");
        let told = async || self.events(name).await;
        until(&reason, told, |events| events.iter().any(|e| e.starts_with(&reason))).await;
    }

    fn api(&self, kind: &str) -> Api<DynamicObject> {
        let (group, version, plural, namespaced) = match kind {
            "ClusterOAuthPlatform" => ("oauthregistrar.io", "v1alpha1", "clusteroauthplatforms", false),
            "OAuthPlatform" => ("oauthregistrar.io", "v1alpha1", "oauthplatforms", true),
            "OAuthApplication" => ("oauthregistrar.io", "v1alpha1", "oauthapplications", true),
            "TenantInstallation" => ("oauthregistrar.io", "v1alpha1", "tenantinstallations", true),
            "Namespace" => ("", "v1", "namespaces", false),
            "ConfigMap" => ("", "v1", "configmaps", true),
            "Secret" => ("", "v1", "secrets", true),
            "ResourceQuota" => ("", "v1", "resourcequotas", true),
            "ServiceAccount" => ("", "v1", "serviceaccounts", true),
            "Pod" => ("", "v1", "pods", true),
            "Deployment" => ("apps", "v1", "deployments", true),
            "Event" => ("events.k8s.io", "v1", "events", true),
            "ClusterRole" => ("rbac.authorization.k8s.io", "v1", "clusterroles", false),
            "ClusterRoleBinding" => ("rbac.authorization.k8s.io", "v1", "clusterrolebindings", false),
            "Role" => ("rbac.authorization.k8s.io", "v1", "roles", true),
            "RoleBinding" => ("rbac.authorization.k8s.io", "v1", "rolebindings", true),
            "Lease" => ("coordination.k8s.io", "v1", "leases", true),
            "PodDisruptionBudget" => ("policy", "v1", "poddisruptionbudgets", true),
            "ValidatingAdmissionPolicy" => (
                "admissionregistration.k8s.io",
                "v1",
                "validatingadmissionpolicies",
                false,
            ),
            "ValidatingAdmissionPolicyBinding" => (
                "admissionregistration.k8s.io",
                "v1",
                "validatingadmissionpolicybindings",
                false,
            ),
            "CustomResourceDefinition" => ("apiextensions.k8s.io", "v1", "customresourcedefinitions", false),
            other => panic!("tests/kit/objects.rs does not know the kind {other:?}: add it there"),
        };
        let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
        if namespaced {
            Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        }
    }

    /// The object's own namespace goes before this one's.
    fn api_of(&self, object: &Value) -> Api<DynamicObject> {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or(&self.namespace);
        Self::new(self.client.clone(), namespace).api(&text(&object["kind"]))
    }
}

/// A condition of an object, or `Null`.
pub fn condition(object: &Value, condition_type: &str) -> Value {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions
        .clone()
        .find(|condition| condition["type"] == condition_type)
        .cloned()
        .unwrap_or_default()
}

/// The documents of a YAML text, without those that hold only comments.
pub fn documents(text: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    documents.into_iter().filter(|document| !document.is_null()).collect()
}

/// A Secret with one label that says why it concerns the operator.
pub fn labelled_secret(name: &str, label: &str, data: &Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name, "labels": { "oauthregistrar.io/secret": label } },
        "stringData": data,
    })
}

fn name_of(object: &Value) -> String {
    text(&object["metadata"]["name"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn json_of(answer: Result<DynamicObject, Error>) -> Result<Value, Error> {
    answer.map(|object| serde_json::to_value(object).unwrap())
}
