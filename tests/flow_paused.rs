//! A person holds a resource by annotation: nothing is done for it, and afterwards it goes on where it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{TestSpace, condition};
use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

static CLUSTER: kit::Shared = kit::Shared::new("flow_paused");

const DEV: &str = "/v1/application-developer/applications";
const APPLICATION: &str = "OAuthApplication";
const INSTALLATION: &str = "TenantInstallation";

async fn annotate(space: &TestSpace<'_>, kind: &str, name: &str, value: Value) {
    let change = json!({ "metadata": { "annotations": { "oauthregistrar.io/paused": value } } });
    space.patch(kind, name, change).await;
}

async fn pause(space: &TestSpace<'_>, kind: &str, name: &str) {
    annotate(space, kind, name, json!("true")).await;
    space.says(kind, name, "Paused", "True", "Paused").await;
}

async fn resume(space: &TestSpace<'_>, kind: &str, name: &str) {
    annotate(space, kind, name, Value::Null).await;
}

fn is_resumed(object: &Value) -> bool {
    condition(object, "Paused").is_null() && condition(object, "Ready")["status"] == "True"
}

async fn becomes_ready(space: &TestSpace<'_>, kind: &str, name: &str) {
    space
        .until(kind, name, "is Ready and not paused", |object| {
            is_resumed(object) && object["status"]["observedGeneration"] == object["metadata"]["generation"]
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_from_the_beginning_it_leaves_no_trace_and_begins_when_it_is_let_go() {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    for name in ["app", "never"] {
        let mut object = space.application(name);
        object["metadata"]["annotations"] = json!({ "oauthregistrar.io/paused": "true" });
        space.apply(object).await;
        space.says(APPLICATION, name, "Ready", "Unknown", "Paused").await;
    }
    let object = space.get(APPLICATION, "app").await;
    assert!(object["metadata"]["finalizers"].is_null(), "{object:#}");
    assert_eq!(object["status"]["observedGeneration"], -1, "nobody looked at it");
    space.stays_silent().await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    space.delete(APPLICATION, "never").await;
    space.gone(APPLICATION, "never").await;
    resume(&space, APPLICATION, "app").await;
    becomes_ready(&space, APPLICATION, "app").await;
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_last_true_stays_and_neither_a_change_nor_a_loss_nor_a_deletion_is_worked_on() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    let before = space.ready(APPLICATION, "app").await;
    pause(&space, APPLICATION, "app").await;
    let change = json!({ "spec": { "description": "another text" } });
    space.patch(APPLICATION, "app", change).await;
    space.delete("Secret", "app").await;
    space.stays_silent().await;
    assert!(space.secret("app").await.is_empty(), "nothing is repaired");
    let paused = space.get(APPLICATION, "app").await;
    assert_eq!(condition(&paused, "Ready"), condition(&before, "Ready"));
    assert_eq!(
        paused["status"]["observedGeneration"], before["status"]["observedGeneration"],
        "the change was not looked at"
    );
    space.delete(APPLICATION, "app").await;
    let waits = |object: &Value| {
        let message = condition(object, "Paused")["message"].clone();
        message.as_str().is_some_and(|text| text.contains("deletion waits"))
    };
    space
        .until(APPLICATION, "app", "says that its deletion waits", waits)
        .await;
    space.stays_silent().await;
    space.platform.only_application().await;
    resume(&space, APPLICATION, "app").await;
    space.gone(APPLICATION, "app").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_repaired_and_a_change_carried_out_once_it_is_let_go() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready(APPLICATION, "app").await;
    pause(&space, APPLICATION, "app").await;
    let change = json!({ "spec": { "clientName": "renamed" } });
    space.patch(APPLICATION, "app", change).await;
    space.delete("Secret", "app").await;
    space.stays_silent().await;
    resume(&space, APPLICATION, "app").await;
    becomes_ready(&space, APPLICATION, "app").await;
    assert_eq!(space.platform.only_application().await["name"], "renamed");
    space.token("app", None).await;
    let events = space.events("app").await;
    let told = |reason: &str| events.iter().filter(|event| event.starts_with(reason)).count();
    assert_eq!((told("Paused: "), told("Resumed: ")), (1, 1), "{events:#?}");
    space.stays_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_over_an_unresolved_claim_it_goes_on_from_there_with_one_client() {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    let on = |method: &str, times: u64, fault: Value| json!({ "match": { "method": method, "path": DEV }, "count": times, "fault": fault });
    let lost = json!({ "kind": "drop_response", "how": "reset" });
    let away = json!({ "kind": "error", "status": 503 });
    space.platform.fault(on("POST", 1, lost)).await;
    space.platform.fault(on("GET", 1000, away)).await;
    space.apply(space.application("app")).await;
    space
        .says(APPLICATION, "app", "Ready", "False", "PlatformUnreachable")
        .await;
    pause(&space, APPLICATION, "app").await;
    space.platform.heal().await;
    space.stays_silent().await;
    let held = space.get(APPLICATION, "app").await;
    assert_eq!(condition(&held, "Ready")["reason"], "PlatformUnreachable");
    assert!(condition(&held, "Reconciling").is_null(), "no work is under way");
    space.platform.only_application().await;
    resume(&space, APPLICATION, "app").await;
    becomes_ready(&space, APPLICATION, "app").await;
    space.platform.only_application().await;
    space.token("app", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_installation_stays_installed_also_while_it_is_being_deleted() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    space.apply(space.installation("app-north", "app", T2, "north")).await;
    space.ready(INSTALLATION, "app-north").await;
    pause(&space, INSTALLATION, "app-north").await;
    space.delete(INSTALLATION, "app-north").await;
    space.stays_silent().await;
    assert!(!space.get(INSTALLATION, "app-north").await.is_null());
    space.token("app", Some(T2)).await;
    resume(&space, INSTALLATION, "app-north").await;
    space.gone(INSTALLATION, "app-north").await;
    let application = space.platform.only_application().await;
    assert_eq!(application["installations"], json!([]), "{application:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_platform_is_called_for_nobody_and_what_is_at_rest_there_stays_so() {
    let space = CLUSTER.space().await;
    let platform = "ClusterOAuthPlatform";
    space.apply(space.application("resting")).await;
    space.ready(APPLICATION, "resting").await;
    pause(&space, platform, &space.name).await;
    space.stays_silent().await;
    let calls = space.footprint().await.calls;
    space.apply(space.application("new")).await;
    let message = space
        .says(APPLICATION, "new", "Ready", "False", "PlatformNotReady")
        .await;
    assert!(message.contains("oauthregistrar.io/paused"), "{message}");
    space.stays_silent().await;
    assert_eq!(space.footprint().await.calls, calls, "the platform is left alone");
    for (kind, name) in [(APPLICATION, "resting"), (platform, &space.name)] {
        assert_eq!(
            condition(&space.get(kind, name).await, "Ready")["status"],
            "True",
            "{kind}"
        );
    }
    resume(&space, platform, &space.name).await;
    becomes_ready(&space, platform, &space.name).await;
    becomes_ready(&space, APPLICATION, "new").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annotation_that_is_neither_true_nor_false_holds_and_says_so() {
    let space = CLUSTER.space().await;
    space.apply(space.application("app")).await;
    space.ready(APPLICATION, "app").await;
    annotate(&space, APPLICATION, "app", json!("yes")).await;
    let message = space.says(APPLICATION, "app", "Paused", "True", "InvalidSpec").await;
    assert!(message.contains("\"true\" or \"false\", not \"yes\""), "{message}");
    space.delete("Secret", "app").await;
    space.stays_silent().await;
    assert!(space.secret("app").await.is_empty());
    annotate(&space, APPLICATION, "app", json!("false")).await;
    becomes_ready(&space, APPLICATION, "app").await;
    let restored = async || space.secret("app").await.len();
    kit::until("the Secret is back", restored, |keys| *keys > 0).await;
    space.ready(APPLICATION, "app").await;
    space.token("app", None).await;
}
