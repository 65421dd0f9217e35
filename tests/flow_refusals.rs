//! Wishes that cannot be met: what is said, that nothing is done, and that it goes on by itself once they can.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::json;
use simulator::fixture::{T1, T2, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_refusals");

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_somebody_else_has_is_not_taken_from_them() {
    let space = CLUSTER.space().await;
    let theirs = json!([{ "op": "app.put", "tenant": T1, "set": { "name": "refused" } }]);
    let theirs = space.platform.change(theirs).await[0].clone();
    space.apply(space.application("refused")).await;
    let words = ["\"refused\"", "it is not ours", "spec.clientName"];
    space
        .refuses("OAuthApplication", "refused", "NameConflict", &words)
        .await;
    assert_eq!(space.platform.only_application().await, theirs);
    let gone = json!([{ "op": "app.delete", "id": theirs["id"] }]);
    space.platform.change(gone).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_name_ends_a_conflict_of_names() {
    let space = CLUSTER.space().await;
    let theirs = json!([{ "op": "app.put", "tenant": T1, "set": { "name": "refused" } }]);
    let theirs = space.platform.change(theirs).await[0].clone();
    space.apply(space.application("refused")).await;
    space
        .says("OAuthApplication", "refused", "Ready", "False", "NameConflict")
        .await;
    let renamed = json!({ "spec": { "clientName": "free name" } });
    space.patch("OAuthApplication", "refused", renamed).await;
    space.ready("OAuthApplication", "refused").await;
    space.token("refused", None).await;
    let remote = space.platform.applications().await;
    assert_eq!(remote.len(), 2, "{remote:#?}");
    assert!(remote.contains(&theirs), "{remote:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_permission_is_refused_until_it_is_corrected() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["olt"]["permissions"]["client"] = json!(["devices:raed"]);
    let words = [
        "spec.olt.permissions.client",
        "\"devices:raed\"",
        "neither as alias nor as id",
    ];
    space.is_refused(object, "InvalidSpec", &words).await;
    let corrected = json!({ "spec": { "olt": { "permissions": { "client": ["devices_base_data:read"] } } } });
    space.patch("OAuthApplication", "refused", corrected).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_has_no_place_for_is_refused_with_the_fields_name() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["grantTypes"] = json!(["password"]);
    let words = [
        "spec.grantTypes",
        "\"password\"",
        "It supports client_credentials and authorization_code",
    ];
    space.is_refused(object, "UnsupportedByPlatform", &words).await;
    space
        .says(
            "OAuthApplication",
            "refused",
            "Accepted",
            "False",
            "UnsupportedByPlatform",
        )
        .await;
    let corrected = json!({ "spec": { "grantTypes": ["client_credentials"] } });
    space.patch("OAuthApplication", "refused", corrected).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_somebody_else_is_neither_touched_nor_is_anything_registered() {
    let space = CLUSTER.space().await;
    let theirs = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "theirs" }, "stringData": { "client_secret": "x" },
    });
    let theirs = space.apply(theirs).await;
    let mut object = space.application("refused");
    object["spec"]["secret"] = json!({ "name": "theirs" });
    let name = format!("Secret {}/theirs", space.name);
    let words = [name.as_str(), "It is not touched", "spec.secret.name"];
    space.is_refused(object, "SecretNotOwned", &words).await;
    assert_eq!(space.get("Secret", "theirs").await, theirs);
    space.delete("Secret", "theirs").await;
    space.ready("OAuthApplication", "refused").await;
    space.platform.only_application().await;
    space.token("theirs", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_name_one_secret_the_second_is_refused() {
    let space = CLUSTER.space().await;
    let named = |name: &str| {
        let mut object = space.application(name);
        object["spec"]["secret"] = json!({ "name": "shared" });
        object
    };
    space.apply(named("first")).await;
    space.ready("OAuthApplication", "first").await;
    let before = space.secret("shared").await;
    space.apply(named("second")).await;
    let words = ["belongs to OAuthApplication first"];
    space
        .refuses("OAuthApplication", "second", "SecretNotOwned", &words)
        .await;
    assert_eq!(space.secret("shared").await, before);
    space.platform.only_application().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_platform_is_named_and_tried_again() {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    let cut = json!({ "id": "cut", "count": 0, "fault": { "kind": "reset_before_commit", "at": "headers" } });
    space.platform.fault(cut).await;
    let touched = json!({ "spec": { "limits": { "timeout": "400ms" } } });
    space.patch("ClusterOAuthPlatform", &space.name, touched).await;
    let words = ["cannot be reached", "spec.olt.apiUrl"];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "PlatformUnreachable", &words)
        .await;
    let words = ["PlatformUnreachable", "cannot be reached"];
    space
        .is_refused(space.application("refused"), "PlatformNotReady", &words)
        .await;
    space.platform.heal().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_listens_can_be_corrected() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let wrong = json!({ "spec": { "olt": { "apiUrl": format!("http://{free}/v1") } } });
    let space = CLUSTER.cluster().await.space_with(wrong).await;
    let words = ["cannot be reached", "refused"];
    space
        .refuses("ClusterOAuthPlatform", &space.name, "PlatformUnreachable", &words)
        .await;
    space.apply(space.application("refused")).await;
    space.apply(space.platform_object()).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_referred_to_may_come_later() {
    let space = CLUSTER.space().await;
    let name = format!("{}-later", space.name);
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.apply(space.installation("early", "refused", T2, "north")).await;
    let words = ["OAuthApplication refused does not exist", "Apply it"];
    space
        .refuses("TenantInstallation", "early", "ApplicationNotReady", &words)
        .await;
    let mut object = space.application("refused");
    object["spec"]["platformRef"]["name"] = name.as_str().into();
    let words = [name.as_str(), "does not exist", "spec.platformRef"];
    space.is_refused(object, "PlatformNotFound", &words).await;
    let mut platform = space.platform_object();
    platform["metadata"]["name"] = name.as_str().into();
    space.apply(platform).await;
    space.becomes_ready().await;
    space.ready("TenantInstallation", "early").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_under_another_name_gets_a_client_of_its_own() {
    let space = CLUSTER.space().await;
    space.apply(space.application("original")).await;
    space.ready("OAuthApplication", "original").await;
    let original = space.secret("original").await;
    let get = ["get", "oapp", "original", "-n", &space.name, "-o", "yaml"];
    let (success, text) = space.cluster.kubectl(&get).await;
    assert!(success, "{text}");
    let copy = text.replace("name: original", "name: the-copy");
    assert!(
        copy.contains("oauthregistrar.io/registration"),
        "the copy carries the claim: {copy}"
    );
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-copy.yaml", space.name));
    fs::write(&file, copy).unwrap();
    // The API server takes a copied uid and resourceVersion for a condition, so a person removes them.
    let lines = fs::read_to_string(&file).unwrap();
    let kept = lines
        .lines()
        .filter(|line| !line.starts_with("  uid:") && !line.starts_with("  resourceVersion:"));
    fs::write(&file, kept.collect::<Vec<_>>().join("\n")).unwrap();
    let apply = ["apply", "-n", &space.name, "-f", file.to_str().unwrap()];
    let (success, said) = space.cluster.kubectl(&apply).await;
    assert!(success, "{said}");
    space.ready("OAuthApplication", "the-copy").await;

    let remote = space.platform.applications().await;
    assert_eq!(remote.len(), 2, "{remote:#?}");
    assert_ne!(remote[0]["teaser_description"], remote[1]["teaser_description"]);
    assert_eq!(space.secret("original").await, original);
    assert_ne!(space.secret("the-copy").await["client_id"], original["client_id"]);
    for name in ["original", "the-copy"] {
        space.token(name, None).await;
    }
    space.delete("OAuthApplication", "the-copy").await;
    space.gone("OAuthApplication", "the-copy").await;
    assert_eq!(
        space.platform.only_application().await["client_id"],
        json!(original["client_id"])
    );
    space.token("original", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_in_another_namespace_takes_nothing() {
    let space = CLUSTER.space().await;
    let other = CLUSTER.space().await;
    let mut platform = space.platform_object();
    platform["spec"]["grants"][0]["namespaces"]["names"] = json!([space.name, other.name]);
    space.apply(platform).await;
    space.apply(space.application("refused")).await;
    space.ready("OAuthApplication", "refused").await;
    let before = space.platform.only_application().await;
    let mut copy = space.get("OAuthApplication", "refused").await;
    let claim = copy["metadata"]["annotations"].clone();
    copy["metadata"] = json!({ "name": "refused", "namespace": other.name, "annotations": claim });
    other.apply(copy).await;
    let words = ["\"refused\"", "it is not ours", "spec.clientName"];
    other
        .refuses("OAuthApplication", "refused", "NameConflict", &words)
        .await;
    assert!(other.secret("refused").await.is_empty());
    let renamed = json!({ "spec": { "clientName": "the copy" } });
    other.patch("OAuthApplication", "refused", renamed).await;
    other.ready("OAuthApplication", "refused").await;
    other.delete("OAuthApplication", "refused").await;
    other.gone("OAuthApplication", "refused").await;
    assert_eq!(space.platform.only_application().await, before);
    space.token("refused", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_an_unknown_variable_is_refused_before_anything_is_registered() {
    let space = CLUSTER.space().await;
    let mut object = space.application("refused");
    object["spec"]["secret"] = json!({ "template": { "config.ini": "id={{ clientIdd }}" } });
    let words = ["spec.secret.template[\"config.ini\"]", "unknown variable \"clientIdd\""];
    space.is_refused(object, "InvalidSpec", &words).await;
    let corrected = json!({ "spec": { "secret": { "template": { "config.ini": "id={{ clientId }}" } } } });
    space.patch("OAuthApplication", "refused", corrected).await;
    space.becomes_ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_installation_for_one_tenant_waits_for_the_first() {
    let space = CLUSTER.space().await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.apply(space.application("installed")).await;
    space.apply(space.installation("first", "installed", T2, "north")).await;
    space.ready("TenantInstallation", "first").await;
    // Ages are compared in whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    space
        .apply(space.installation("second", "installed", T2, "north"))
        .await;
    let words = ["TenantInstallation first", "Delete one of the two"];
    space
        .refuses("TenantInstallation", "second", "DuplicateInstallation", &words)
        .await;
    space.delete("TenantInstallation", "first").await;
    space.gone("TenantInstallation", "first").await;
    space.ready("TenantInstallation", "second").await;
    space.token("installed", Some(T2)).await;
}
