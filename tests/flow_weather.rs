//! Bad weather at the platform and in the cluster: what is said, that the operator keeps a calm pace, and that all is well
//! by itself once the weather clears, with one client and a Secret that works.
//!
//! Lost answers and server errors of a single call are in `recover_lost_answers`, what each answer means in `contract_olt`,
//! Secrets that somebody edits in `flow_secret`. Every secret is looked for where none belongs when a space ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Place, TestSpace, condition, until};
use serde_json::{Value, json};
use simulator::fixture::{T1, WRITER_T1};

static CLUSTER: kit::Shared = kit::Shared::new("flow_weather");

const APPLICATIONS: &str = "/v1/application-developer/applications";

/// A space whose platform is Ready.
async fn clear() -> TestSpace<'static> {
    let space = CLUSTER.space().await;
    space.ready("ClusterOAuthPlatform", &space.name).await;
    space
}

/// A fault for so many calls of the developer's API; 0: until it is removed.
async fn storm(space: &TestSpace<'_>, method: Option<&str>, count: u64, fault: Value) {
    let mut matched = json!({ "path": format!("{APPLICATIONS}/**") });
    if let Some(method) = method {
        matched["method"] = method.into();
    }
    let fault = json!({ "id": "storm", "match": matched, "count": count, "fault": fault });
    space.platform.fault(fault).await;
}

/// An application meets the storm: it says so, stays calm, and is well with one client when it is over.
async fn weathered(fault: Value, reason: &str, words: &[&str]) {
    let space = clear().await;
    storm(&space, None, 0, fault).await;
    space.apply(space.application("ship")).await;
    let message = space.says("OAuthApplication", "ship", "Ready", "False", reason).await;
    for word in words {
        assert!(message.contains(word), "{word:?} is missing in {message:?}");
    }
    space.stays_calm().await;
    assert!(space.secret("ship").await.is_empty());
    space.platform.heal().await;
    in_harbour(&space).await;
}

/// Ready, with one client, whose credentials the Secret holds.
async fn in_harbour(space: &TestSpace<'_>) {
    space.ready("OAuthApplication", "ship").await;
    let remote = space.platform.only_application().await;
    assert_eq!(remote["secret"], json!(space.secret("ship").await["client_secret"]));
    space.token("ship", None).await;
}

/// An application meets the storm once, or all the time, and comes through without help.
async fn comes_through(method: Option<&str>, count: u64, fault: Value) {
    let space = clear().await;
    storm(&space, method, count, fault).await;
    space.apply(space.application("ship")).await;
    in_harbour(&space).await;
    assert!(space.platform.fired("storm").await > 0, "the storm was met");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_html_instead_of_json() {
    let page = json!({ "kind": "content_type", "value": "application/json" });
    weathered(page, "PlatformUnreachable", &["something else than JSON"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_cut_off() {
    let cut = json!({ "kind": "truncate", "at_bytes": 12, "length": "honest" });
    weathered(cut, "PlatformUnreachable", &["JSON that is cut off"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_a_hundred_megabytes() {
    let huge = json!({ "kind": "huge", "bytes": 100_000_000, "where": "success" });
    weathered(huge, "PlatformUnreachable", &["more than 1048576 bytes"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_per_second() {
    let drip = json!({ "kind": "slow", "first_byte_ms": 0, "chunk_bytes": 1, "chunk_ms": 1000 });
    weathered(drip, "PlatformUnreachable", &["nothing came within"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_answers_for_the_platform() {
    let gateway = json!({ "kind": "error", "status": 502, "body": "html" });
    weathered(gateway, "OutcomeUnknown", &["answered 502"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_that_repeats_the_token() {
    let echo = json!({ "kind": "echo_secret", "status": 500, "body": "text" });
    weathered(echo, "OutcomeUnknown", &["answered 500", "[secret]"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_repeats_the_token() {
    let echo = json!({ "kind": "echo_secret", "status": 400, "body": "html" });
    weathered(echo, "InvalidSpec", &["refuses the request", "[secret]"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_with_a_retry_after_that_says_nothing() {
    weathered(json!({ "kind": "throttle" }), "RateLimited", &["answered 429"]).await;
    let nonsense = json!({ "kind": "throttle", "retry_after": "soon" });
    weathered(nonsense, "RateLimited", &["answered 429"]).await;
    let negative = json!({ "kind": "throttle", "retry_after": "-5" });
    weathered(negative, "RateLimited", &["answered 429"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_until_a_date_that_is_past() {
    let past = json!({ "kind": "throttle", "retry_after": "Fri, 20 Dec 2019 10:00:00 GMT" });
    weathered(past, "RateLimited", &["answered 429"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_for_some_seconds() {
    let seconds = json!({ "kind": "throttle", "retry_after": "3" });
    weathered(seconds, "RateLimited", &["asks for a pause"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_for_years_leaves_the_whole_platform_alone() {
    let space = clear().await;
    space.apply(space.application("calm")).await;
    space.ready("OAuthApplication", "calm").await;
    storm(
        &space,
        None,
        1,
        json!({ "kind": "throttle", "retry_after": "999999999" }),
    )
    .await;
    space.apply(space.application("ship")).await;
    space
        .says("OAuthApplication", "ship", "Ready", "False", "RateLimited")
        .await;
    let before = space.platform.all_requests().await.len();
    space.apply(space.application("sister")).await;
    let message = space
        .says("OAuthApplication", "sister", "Ready", "False", "RateLimited")
        .await;
    assert!(message.contains("was not sent"), "{message}");
    space.stays_calm().await;
    assert_eq!(space.platform.all_requests().await.len(), before, "nothing is sent");
    space.ready("OAuthApplication", "calm").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_away_gets_a_handful_of_calls_however_many_wait() {
    let space = clear().await;
    let silence = json!({ "id": "storm", "count": 0, "fault": { "kind": "drop_response", "how": "hang" } });
    space.platform.fault(silence).await;
    let fleet: Vec<String> = (1..=40).map(|number| format!("ship-{number}")).collect();
    for ship in &fleet {
        space.apply(space.application(ship)).await;
    }
    for ship in &fleet {
        let waits = |object: &Value| condition(object, "Ready")["status"] == "False";
        space.until("OAuthApplication", ship, "says that it waits", waits).await;
    }
    let away = async || space.list("OAuthApplication").await;
    let told = |fleet: &Vec<Value>| {
        let message = |ship: &Value| condition(ship, "Ready")["message"].to_string();
        fleet.iter().any(|ship| message(ship).contains("nothing answers there"))
    };
    until("the platform counts as away", away, told).await;
    let sent = space.platform.fired("storm").await;
    assert!(sent <= 20, "{sent} calls");
    space.platform.heal().await;
    for ship in &fleet {
        space.ready("OAuthApplication", ship).await;
        space.token(ship, None).await;
    }
    assert_eq!(space.platform.applications().await.len(), fleet.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_answered_without_its_secret() {
    let omit = json!({ "kind": "omit", "pointer": "/data/oauth2Client/secret" });
    comes_through(Some("POST"), 1, omit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_carried_out_twice() {
    let twice = json!({ "kind": "duplicate", "times": 2, "answer": "last" });
    comes_through(Some("POST"), 1, twice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_spelling_of_confidental() {
    comes_through(None, 0, json!({ "kind": "swap_spelling" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_members_in_every_answer() {
    comes_through(None, 0, json!({ "kind": "extra_fields" })).await;
}

/// The operator's own token dies with its first registration.
async fn token_dies(fault: Value) {
    let space = clear().await;
    storm(&space, Some("POST"), 1, fault).await;
    space.apply(space.application("ship")).await;
    let message = space
        .says("OAuthApplication", "ship", "Ready", "False", "PlatformUnauthorized")
        .await;
    assert!(message.contains("Renew the token"), "{message}");
    space.stays_calm().await;
    space.authorize(&space.platform.mint(WRITER_T1, T1).await).await;
    in_harbour(&space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_work() {
    token_dies(json!({ "kind": "expire_tokens", "which": "all" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signing_key_that_is_replaced_in_mid_work() {
    token_dies(json!({ "kind": "rotate_key", "keep_old": false })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_behind_hides_a_registration_whose_answer_was_lost() {
    let space = clear().await;
    // From the next call on, and not through the operator: its lists show nothing that is created from now on.
    let lag = json!({
        "id": "lag", "match": { "path": "/v1/devices" },
        "fault": { "kind": "stale_list", "ms": 4000, "hide": "created" },
    });
    space.platform.fault(lag).await;
    space.platform.devices("nobody").await;
    assert_eq!(space.platform.fired("lag").await, 1);
    storm(
        &space,
        Some("POST"),
        1,
        json!({ "kind": "drop_response", "how": "reset" }),
    )
    .await;
    space.apply(space.application("ship")).await;
    in_harbour(&space).await;
    assert_eq!(space.platform.state().await["commits"]["create"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_refuses_the_secret() {
    let space = clear().await;
    space
        .apply(json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "full" },
            "spec": { "hard": { "count/secrets": "0" } },
        }))
        .await;
    let counted = |quota: &Value| quota["status"]["hard"]["count/secrets"] == "0";
    space.until("ResourceQuota", "full", "is in force", counted).await;
    space.apply(space.application("ship")).await;
    let message = space
        .says("OAuthApplication", "ship", "Ready", "False", "SecretWriteFailed")
        .await;
    assert!(message.contains("exceeded quota: full"), "{message}");
    space.stays_calm().await;
    let client = space.platform.only_application().await;
    let object = space.get("OAuthApplication", "ship").await;
    assert_eq!(
        object["status"]["applicationId"], client["id"],
        "its ids are told at once"
    );
    space.delete("ResourceQuota", "full").await;
    in_harbour(&space).await;
    assert_eq!(space.platform.only_application().await["id"], client["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_goes_takes_its_clients_along() {
    let space = clear().await;
    space.apply(space.application("ship")).await;
    in_harbour(&space).await;
    // The operator's rights in the namespace go with it: whoever deletes namespaces keeps the binding until last.
    let bindings = space.list("RoleBinding").await;
    let binding = bindings[0]["metadata"]["name"].as_str().unwrap();
    let keep = json!({ "metadata": { "finalizers": ["example.com/until-last"] } });
    space.patch("RoleBinding", binding, keep).await;
    space.delete("Namespace", &space.name).await;
    space.gone("OAuthApplication", "ship").await;
    assert_eq!(space.platform.applications().await, Vec::<Value>::new());
    let let_go = json!({ "metadata": { "finalizers": null } });
    space.patch("RoleBinding", binding, let_go).await;
    space.gone("Namespace", &space.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_planted_is_found_by_every_space_at_its_end() {
    let space = clear().await;
    space.apply(space.application("ship")).await;
    in_harbour(&space).await;
    assert_eq!(space.leaks().await, Vec::<String>::new());
    let secret = space.secret("ship").await["client_secret"].clone();
    let plant = |text: Value| json!({ "metadata": { "annotations": { "planted": text } } });
    space
        .patch("OAuthApplication", "ship", plant(secret.clone().into()))
        .await;
    assert_eq!(space.leaks().await, ["OAuthApplication ship"]);
    space.patch("OAuthApplication", "ship", plant(Value::Null)).await;
    let clean = async || space.leaks().await;
    until("nothing is left of it", clean, Vec::is_empty).await;
}

#[test]
fn a_secret_is_found_in_base64_wherever_it_begins() {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    let secret = "-Canary_Secret01";
    for before in ["", "a", "ab", "abc", "client-1:"] {
        for behind in ["", "}", "\"}", "\n\n\n"] {
            let text = format!("{before}{secret}{behind}");
            for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE_NO_PAD.encode(&text)] {
                let place = Place {
                    name: "here".into(),
                    text: format!("Basic {encoded}."),
                };
                assert_eq!(kit::leaks(&[secret.into()], &[place]), ["here"], "{text:?}");
            }
        }
    }
    let place = Place {
        name: "here".into(),
        text: "-Canary_Secret02".into(),
    };
    assert_eq!(kit::leaks(&[secret.into()], &[place]), Vec::<String>::new());
}
