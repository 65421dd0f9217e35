//! Case 35: refusals out of nowhere, work done twice, and right answers spoilt.

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::{arm, disarm, outcome};
use crate::kit::{DEV, World, members};

/// Creates, and takes the answer as it comes.
async fn create(world: &World, name: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.post(format!("{}{DEV}", world.url())).bearer_auth(&world.w1);
    request.json(&json!({"name": name})).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn case_35_a_throttled_request_is_told_when_to_come_back_and_leaves_nothing() {
    let world = World::start().await.unchecked();
    let times = ["30", "Fri, 01 Jan 2027 00:00:00 GMT", "999999999", "-5", "soon"];
    for time in times.into_iter().map(Some).chain([None]) {
        arm(&world, json!({"kind": "throttle", "retry_after": time})).await;
        let response = create(&world, "throttled").await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "retry-after")),
            (429, time)
        );
        assert_eq!(outcome(&world).await, (json!(0), 0, json!([429, 0, "armed", true])));
        disarm(&world).await;
    }
    assert_eq!(create(&world, "throttled").await.status(), 201);
}

#[tokio::test]
async fn case_35_a_redirect_points_elsewhere_and_leaves_nothing() {
    let world = World::start().await.unchecked();
    for status in [301, 302, 303, 307, 308] {
        let fault = json!({"kind": "redirect", "status": status, "location": "https://elsewhere.example/v1"});
        arm(&world, fault).await;
        let response = create(&world, "redirected").await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(header(&response, "location"), Some("https://elsewhere.example/v1"));
        assert_eq!(outcome(&world).await, (json!(0), 0, json!([status, 0, "armed", true])));
        disarm(&world).await;
    }
}

#[tokio::test]
async fn case_35_a_duplicated_creation_conflicts_with_itself() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "duplicate"})).await;
    let answer = world.post(&world.w1, DEV, json!({"name": "twice"})).await;
    answer.refused(409, "APP_CONFLICT");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([409, 1, "armed", true])));
    disarm(&world).await;
    arm(&world, json!({"kind": "duplicate", "times": 3, "answer": "first"})).await;
    world.post(&world.w1, DEV, json!({"name": "thrice"})).await.expect(201);
    assert_eq!(outcome(&world).await, (json!(2), 2, json!([201, 1, "armed", true])));
}

#[tokio::test]
async fn case_35_a_duplicated_rotation_answers_a_dead_secret_or_the_live_one() {
    let world = World::start().await.unchecked();
    let app = world.create("rotated").await;
    let path = format!("{}/secret", app.dev());
    for (answer, works) in [("first", 400), ("last", 200)] {
        let fault = json!({"kind": "duplicate", "times": 3, "answer": answer});
        let fault = json!({"match": {"path": path}, "fault": fault});
        world.steer("faults", fault).await.expect(201);
        let told = world.post(&world.w1, &path, json!({})).await.expect(201);
        let secret = told["data"]["secret"].as_str().unwrap();
        assert_eq!(world.app_token(&app, secret, None).await.status, works, "{answer}");
    }
    let state = world.look("state").await;
    assert_eq!(state["commits"]["rotate"], 6);
    assert_eq!(state["applications"][0]["secret_generation"], 7);
}

#[tokio::test]
async fn case_35_an_omitted_member_is_all_that_is_missing() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "omit", "pointer": "/data/oauth2Client/secret"})).await;
    let told = world
        .post(&world.w1, DEV, json!({"name": "secretless"}))
        .await
        .expect(201);
    assert_eq!(members(&told["data"]["oauth2Client"]), ["id", "type"]);
    assert_eq!(told["data"]["name"], "secretless");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([201, 1, "armed", true])));
    assert!(world.look("state").await["applications"][0]["secret"].is_string());
}

#[tokio::test]
async fn case_35_content_type_and_body_disagree() {
    let world = World::start().await.unchecked();
    arm(
        &world,
        json!({"kind": "content_type", "value": "text/html; charset=utf-8"}),
    )
    .await;
    let response = create(&world, "mislabelled").await;
    assert_eq!(header(&response, "content-type"), Some("text/html; charset=utf-8"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["data"]["name"], "mislabelled");
    disarm(&world).await;
    arm(&world, json!({"kind": "content_type", "value": "application/json"})).await;
    let response = create(&world, "a page").await;
    assert_eq!(header(&response, "content-type"), Some("application/json"));
    let body = response.text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
    assert_eq!(outcome(&world).await, (json!(2), 2, json!([201, 1, "armed", true])));
}

#[tokio::test]
async fn case_35_extra_fields_come_in_another_order_and_hide_nothing() {
    let world = World::start().await.unchecked();
    let plain = create(&world, "plain").await.text().await.unwrap();
    arm(&world, json!({"kind": "extra_fields"})).await;
    let extra = create(&world, "extra").await.text().await.unwrap();
    let order = |text: &str| text.find("\"id\"").unwrap() < text.find("\"updatedAt\"").unwrap();
    assert!(order(&plain) && !order(&extra), "{plain} {extra}");
    let [plain, extra] = [plain, extra].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    for pointer in ["", "/data", "/data/oauth2Client"] {
        let unknown: Vec<&str> = members(extra.pointer(pointer).unwrap())
            .into_iter()
            .filter(|name| !members(plain.pointer(pointer).unwrap()).contains(name))
            .collect();
        assert_eq!(unknown, ["aUnknown", "xUnknown"], "{pointer}");
    }
    assert_eq!(extra["data"]["name"], "extra");
    assert_eq!(outcome(&world).await, (json!(2), 2, json!([201, 1, "armed", true])));
}

#[tokio::test]
async fn case_35_the_spelling_is_swapped_once() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "swap_spelling"})).await;
    let told = world.post(&world.w1, DEV, json!({"name": "swapped"})).await.expect(201)["data"].clone();
    assert_eq!(told["oauth2Client"]["type"], "confidential");
    let list = world.get(&world.w1, DEV).await.expect(200);
    assert_eq!(list["data"][0]["oauth2Client"]["type"], "confidental");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([201, 1, "armed", true])));
}
