//! Finalizers, preconditions, and what goes with its owner.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, PatchParams, PostParams, Preconditions};
use kube::{Api, ResourceExt};
use serde_json::json;

use super::{applications, client, code, created, merge, refused};

#[tokio::test]
async fn a_finalizer_holds_the_object_until_the_last_one_is_removed() {
    let api = applications();
    created(&api, &json!({"metadata": {"name": "one", "finalizers": ["a.io/b"]}})).await;
    assert!(api.delete("one", &DeleteParams::default()).await.unwrap().is_left());
    let one = api.get("one").await.unwrap();
    assert!(one.metadata.deletion_timestamp.is_some());
    assert_eq!(
        one.metadata.generation,
        Some(2),
        "a deletion counts as a change of what is wanted"
    );
    let more = merge(json!({"metadata": {"finalizers": ["a.io/b", "a.io/c"]}}));
    assert_eq!(
        refused(api.patch("one", &PatchParams::default(), &more).await),
        code(422, "Invalid")
    );
    let none = merge(json!({"metadata": {"finalizers": null}}));
    api.patch("one", &PatchParams::default(), &none).await.unwrap();
    assert!(api.get_opt("one").await.unwrap().is_none());
}

#[tokio::test]
async fn a_deletion_can_name_the_uid_it_means() {
    let api = applications();
    let one = created(&api, &json!({"metadata": {"name": "one"}})).await;
    let of = |uid: Option<String>| DeleteParams {
        preconditions: Some(Preconditions {
            uid,
            resource_version: None,
        }),
        ..DeleteParams::default()
    };
    assert_eq!(
        refused(api.delete("one", &of(Some("other".into()))).await),
        code(409, "Conflict")
    );
    assert!(api.delete("one", &of(one.uid())).await.unwrap().is_right());
    assert_ne!(
        created(&api, &json!({"metadata": {"name": "one"}})).await.uid(),
        one.uid()
    );
}

#[tokio::test]
async fn what_an_object_owned_goes_with_it() {
    let server = Arc::default();
    let (maps, secrets) = (
        Api::<ConfigMap>::default_namespaced(client(&server)),
        Api::<Secret>::default_namespaced(client(&server)),
    );
    let map = ConfigMap {
        metadata: kube::core::ObjectMeta {
            name: Some("m".into()),
            ..Default::default()
        },
        ..Default::default()
    };
    let map = maps.create(&PostParams::default(), &map).await.unwrap();
    let owner = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "m", "uid": map.uid()});
    let secret = serde_json::from_value(
        json!({"metadata": {"name": "s", "ownerReferences": [owner]}, "stringData": {"a": "b"}}),
    );
    let secret = secrets.create(&PostParams::default(), &secret.unwrap()).await.unwrap();
    assert_eq!(secret.data.unwrap()["a"].0, b"b");
    maps.delete("m", &DeleteParams::default()).await.unwrap();
    assert!(secrets.get_opt("s").await.unwrap().is_none());
}
