//! The server answers as a real one does, seen through the real kube client.

mod deletion;

use std::sync::{Arc, Mutex};

use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::ApiResource;
use kube::{Api, Client, Error, ResourceExt, api::DynamicObject};
use serde_json::{Value, json};

use super::{ApiServer, http};

fn client(server: &Arc<Mutex<ApiServer>>) -> Client {
    let server = server.clone();
    let service = tower::service_fn(move |request| {
        let server = server.clone();
        async move {
            let reply = match http::parse(request).await {
                Ok(request) => server.lock().unwrap().handle(&request),
                Err(refusal) => refusal,
            };
            Ok::<_, tower::BoxError>(http::render(&reply))
        }
    });
    Client::new(service, "default")
}

/// Applications, untyped, so that nothing is lost in parsing.
fn applications() -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "oauthregistrar.io".into(),
        version: "v1alpha1".into(),
        api_version: "oauthregistrar.io/v1alpha1".into(),
        kind: "OAuthApplication".into(),
        plural: "oauthapplications".into(),
    };
    Api::namespaced_with(client(&Arc::default()), "default", &resource)
}

fn object(value: &Value) -> DynamicObject {
    let mut whole = json!({ "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "OAuthApplication" });
    json_patch::merge(&mut whole, value);
    serde_json::from_value(whole).unwrap()
}

async fn created(api: &Api<DynamicObject>, value: &Value) -> DynamicObject {
    api.create(&PostParams::default(), &object(value)).await.unwrap()
}

fn json_patch_of(operations: Value) -> Patch<()> {
    Patch::Json(serde_json::from_value(operations).unwrap())
}

fn merge(value: Value) -> Patch<Value> {
    Patch::Merge(value)
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (u16, String) {
    match answer.unwrap_err() {
        Error::Api(status) => (status.code, status.reason),
        other => panic!("not an answer of the server: {other}"),
    }
}

fn code(number: u16, reason: &str) -> (u16, String) {
    (number, reason.to_owned())
}

#[tokio::test]
async fn a_new_object_gets_uid_version_and_generation_and_no_status_of_the_caller() {
    let api = applications();
    let one = created(
        &api,
        &json!({"metadata": {"name": "one"}, "spec": {}, "status": {"clientId": "mine"}}),
    )
    .await;
    assert!(one.uid().is_some() && one.creation_timestamp().is_some());
    assert_eq!(
        (one.resource_version().as_deref(), one.metadata.generation),
        (Some("1"), Some(1))
    );
    assert_eq!(one.data["status"], json!({"observedGeneration": -1}));
    let again = api
        .create(&PostParams::default(), &object(&json!({"metadata": {"name": "one"}})))
        .await;
    assert_eq!(refused(again), code(409, "AlreadyExists"));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let api = applications();
    assert_eq!(refused(api.get("one").await), code(404, "NotFound"));
    assert!(api.get_opt("one").await.unwrap().is_none());
    let status = api
        .patch_status("one", &PatchParams::default(), &merge(json!({"status": {}})))
        .await;
    assert_eq!(refused(status), code(404, "NotFound"));
    assert_eq!(
        refused(api.delete("one", &DeleteParams::default()).await),
        code(404, "NotFound")
    );
}

#[tokio::test]
async fn metadata_alone_can_be_read() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one"}, "spec": {"a": 1}})).await;
    let one = api.get_metadata("one").await.unwrap();
    assert_eq!(
        (one.name_any().as_str(), one.types.unwrap().kind.as_str()),
        ("one", "PartialObjectMetadata")
    );
    assert_eq!(api.list_metadata(&ListParams::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_merge_patch_with_a_stale_version_is_a_conflict() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one"}})).await;
    let claim = |version: &str| merge(json!({"metadata": {"resourceVersion": version, "annotations": {"a": version}}}));
    let patched = api.patch("one", &PatchParams::default(), &claim("1")).await.unwrap();
    assert_eq!(patched.resource_version().as_deref(), Some("2"));
    assert_eq!(
        refused(api.patch("one", &PatchParams::default(), &claim("1")).await),
        code(409, "Conflict")
    );
}

#[tokio::test]
async fn a_json_patch_tests_the_uid_and_its_stale_version_is_a_conflict() {
    let api = applications();
    let one = created(&api, &json!({"metadata": {"name": "one"}})).await;
    let patch = |uid: &str, version: &str| {
        json_patch_of(json!([
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/data", "value": {}},
        ]))
    };
    let params = PatchParams::default();
    assert_eq!(
        refused(api.patch("one", &params, &patch("other", "1")).await),
        code(422, "Invalid")
    );
    assert_eq!(
        refused(api.patch("one", &params, &patch(&one.uid().unwrap(), "7")).await),
        code(409, "Conflict")
    );
    assert!(
        api.patch("one", &params, &patch(&one.uid().unwrap(), "1"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_uid_cannot_be_changed() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one"}})).await;
    let patch = merge(json!({"metadata": {"uid": "other"}}));
    assert_eq!(
        refused(api.patch("one", &PatchParams::default(), &patch).await),
        code(422, "Invalid")
    );
}

#[tokio::test]
async fn the_status_subresource_changes_only_status_and_the_object_only_the_rest() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one"}, "spec": {"a": 1}})).await;
    let both = merge(json!({"metadata": {"labels": {"l": "1"}}, "spec": {"a": 2}, "status": {"clientId": "c"}}));
    let one = api.patch_status("one", &PatchParams::default(), &both).await.unwrap();
    assert_eq!(
        (&one.data["spec"]["a"], &one.data["status"]["clientId"]),
        (&json!(1), &json!("c"))
    );
    assert_eq!((one.labels().len(), one.metadata.generation), (0, Some(1)));
    let both = merge(json!({"spec": {"a": 2}, "status": {"clientId": "d"}}));
    let one = api.patch("one", &PatchParams::default(), &both).await.unwrap();
    assert_eq!(
        (&one.data["spec"]["a"], &one.data["status"]["clientId"]),
        (&json!(2), &json!("c"))
    );
    assert_eq!(one.metadata.generation, Some(2));
}

#[tokio::test]
async fn metadata_does_not_count_as_a_generation_and_a_write_without_change_as_no_version() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one"}})).await;
    let patch = merge(json!({"metadata": {"annotations": {"a": "1"}}}));
    for _ in 0..2 {
        let one = api.patch("one", &PatchParams::default(), &patch).await.unwrap();
        assert_eq!(
            (one.resource_version().as_deref(), one.metadata.generation),
            (Some("2"), Some(1))
        );
    }
}

#[tokio::test]
async fn a_list_shows_what_is_selected() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one", "labels": {"a": "1"}}})).await;
    created(&api, &json!({"metadata": {"name": "two", "labels": {"a": "2"}}})).await;
    let names = |list: kube::core::ObjectList<DynamicObject>| -> Vec<String> {
        list.items.iter().map(ResourceExt::name_any).collect()
    };
    assert_eq!(
        names(api.list(&ListParams::default().labels("a=2")).await.unwrap()),
        ["two"]
    );
    assert_eq!(
        names(api.list(&ListParams::default().labels("a!=2")).await.unwrap()),
        ["one"]
    );
    assert_eq!(
        names(
            api.list(&ListParams::default().fields("metadata.name=one"))
                .await
                .unwrap()
        ),
        ["one"]
    );
    assert_eq!(names(api.list(&ListParams::default()).await.unwrap()), ["one", "two"]);
}

#[tokio::test]
async fn refused_writes_change_nothing() {
    let server: Arc<Mutex<ApiServer>> = Arc::default();
    server.lock().unwrap().refused.insert("secrets".into());
    let secrets = Api::<Secret>::default_namespaced(client(&server));
    let secret = serde_json::from_value(json!({"metadata": {"name": "s"}})).unwrap();
    assert_eq!(
        refused(secrets.create(&PostParams::default(), &secret).await),
        code(403, "Forbidden")
    );
    assert!(secrets.get_opt("s").await.unwrap().is_none());
}

#[tokio::test]
async fn an_event_is_kept() {
    let recorder = kube::runtime::events::Recorder::new(client(&Arc::default()), "oauth-registrar".into());
    let event = kube::runtime::events::Event {
        type_: kube::runtime::events::EventType::Normal,
        reason: "Registered".into(),
        note: None,
        action: "Register".into(),
        secondary: None,
    };
    let about = k8s_openapi::api::core::v1::ObjectReference {
        namespace: Some("default".into()),
        ..Default::default()
    };
    recorder.publish(&event, &about).await.unwrap();
    recorder.publish(&event, &about).await.unwrap();
}
