//! Case 35: answers that are lost, late, cut or swollen on their way.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{arm, create_bare, disarm, outcome};
use crate::kit::{DEV, World};

#[tokio::test]
async fn case_35_a_dropped_response_is_lost_after_the_commit() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "drop_response", "how": "reset"})).await;
    assert_eq!(
        create_bare(&world, "by reset").await,
        Err(std::io::ErrorKind::ConnectionReset)
    );
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([201, 1, "armed", false])));
    disarm(&world).await;
    arm(&world, json!({"kind": "drop_response", "how": "fin"})).await;
    assert_eq!(create_bare(&world, "by fin").await, Ok(Vec::new()));
    assert_eq!(outcome(&world).await, (json!(2), 2, json!([201, 1, "armed", false])));
    disarm(&world).await;
    arm(&world, json!({"kind": "drop_response", "how": "hang"})).await;
    let waited = tokio::time::timeout(Duration::from_millis(300), create_bare(&world, "by hang")).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(outcome(&world).await, (json!(3), 3, json!([201, 1, "armed", false])));
    // The fault is used up, and the lost creation was none the less one.
    world
        .post(&world.w1, DEV, json!({"name": "by reset"}))
        .await
        .refused(409, "APP_CONFLICT");
}

#[tokio::test]
async fn a_late_commit_comes_although_the_client_has_gone() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "late_commit", "after_ms": 300})).await;
    let gone = tokio::time::timeout(Duration::from_millis(50), create_bare(&world, "too late")).await;
    assert!(gone.is_err(), "{gone:?}");
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.look("state").await["commits"]["create"] != 1 {
        assert!(Instant::now() < deadline, "it is never carried out");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn case_35_a_reset_before_the_commit_leaves_nothing() {
    let world = World::start().await.unchecked();
    for at in ["headers", "body"] {
        arm(&world, json!({"kind": "reset_before_commit", "at": at})).await;
        assert_eq!(
            create_bare(&world, "never").await,
            Err(std::io::ErrorKind::ConnectionReset),
            "{at}"
        );
        assert_eq!(
            outcome(&world).await,
            (json!(0), 0, json!([null, 0, "armed", false])),
            "{at}"
        );
        let body = world
            .look("requests?method=POST")
            .await
            .as_array()
            .unwrap()
            .last()
            .unwrap()["body"]
            .clone();
        assert_eq!(body, if at == "headers" { "" } else { r#"{"name":"never"}"# }, "{at}");
        disarm(&world).await;
    }
    world.post(&world.w1, DEV, json!({"name": "never"})).await.expect(201);
}

#[tokio::test]
async fn case_35_an_error_comes_before_or_after_the_commit() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "error", "status": 503})).await;
    let answer = world.post(&world.w1, DEV, json!({"name": "refused"})).await;
    assert_eq!((answer.status, answer.body), (503, Value::Null));
    assert_eq!(outcome(&world).await, (json!(0), 0, json!([503, 0, "armed", true])));
    disarm(&world).await;
    arm(
        &world,
        json!({"kind": "error", "status": 500, "body": "json", "commit": true}),
    )
    .await;
    world
        .post(&world.w1, DEV, json!({"name": "created"}))
        .await
        .refused(500, "APP_UNKNOWN");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([500, 1, "armed", true])));
    disarm(&world).await;
    arm(&world, json!({"kind": "error", "status": 502, "body": "html"})).await;
    let request = world
        .request(Method::POST, DEV)
        .bearer_auth(&world.w1)
        .json(&json!({"name": "page"}));
    let response = request.send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
    assert!(response.text().await.unwrap().starts_with("<html>"));
}

#[tokio::test]
async fn case_35_a_slow_answer_comes_late_and_the_commit_at_once() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "slow", "first_byte_ms": 400})).await;
    let started = Instant::now();
    let (answer, seen) = tokio::join!(world.post(&world.w1, DEV, json!({"name": "late"})), async {
        while world.look("state").await["commits"]["create"] == 0 {
            tokio::task::yield_now().await;
        }
        started.elapsed()
    });
    answer.expect(201);
    assert!(started.elapsed() >= Duration::from_millis(400));
    assert!(seen < started.elapsed(), "{seen:?}");
    let (created, listed, told) = outcome(&world).await;
    assert_eq!((created, listed, told), (json!(1), 1, json!([201, 1, "armed", true])));
    let duration = world.look("requests?method=POST").await[0]["duration_ms"]
        .as_u64()
        .unwrap();
    assert!(duration >= 400, "{duration}");
    // A client that does not wait so long gets nothing, although it was created.
    disarm(&world).await;
    arm(&world, json!({"kind": "slow"})).await;
    let hasty = Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    let request = hasty
        .post(format!("{}{DEV}", world.url()))
        .bearer_auth(&world.w1)
        .json(&json!({"name": "missed"}));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(outcome(&world).await, (json!(2), 2, json!([201, 1, "armed", false])));
}

#[tokio::test]
async fn case_35_a_dripping_answer_arrives_whole() {
    let world = World::start().await.unchecked();
    let fault = json!({"kind": "slow", "first_byte_ms": 0, "chunk_bytes": 100, "chunk_ms": 20});
    arm(&world, fault).await;
    let started = Instant::now();
    let created = world
        .post(&world.w1, DEV, json!({"name": "dripping"}))
        .await
        .expect(201);
    let drops = created.to_string().len() / 100;
    assert!(
        started.elapsed() >= Duration::from_millis(20 * drops as u64),
        "{drops} {:?}",
        started.elapsed()
    );
    assert_eq!(created["data"]["name"], "dripping");
}

#[tokio::test]
async fn case_35_a_truncated_answer_breaks_off_after_the_commit() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "truncate", "at_bytes": 20})).await;
    let whole = create_bare(&world, "honest").await.unwrap();
    let text = String::from_utf8(whole).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 20"), "{head}");
    assert_eq!(body.len(), 20);
    assert!(serde_json::from_str::<Value>(body).is_err(), "{body}");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([201, 1, "armed", true])));
    disarm(&world).await;
    arm(&world, json!({"kind": "truncate", "at_bytes": 20, "length": "lying"})).await;
    let request = world.request(Method::POST, DEV).bearer_auth(&world.w1);
    let response = request.json(&json!({"name": "lying"})).send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert!(response.content_length().unwrap() > 300, "{response:?}");
    assert!(response.bytes().await.is_err());
    disarm(&world).await;
    arm(&world, json!({"kind": "truncate", "at_bytes": 20, "length": "lying"})).await;
    let text = String::from_utf8(create_bare(&world, "bare").await.unwrap()).unwrap();
    assert_eq!(text.split_once("\r\n\r\n").unwrap().1.len(), 20, "{text}");
    assert_eq!(outcome(&world).await, (json!(3), 3, json!([201, 1, "armed", true])));
}

#[tokio::test]
async fn case_35_a_huge_answer_is_as_huge_as_asked_or_endless() {
    let world = World::start().await.unchecked();
    arm(&world, json!({"kind": "huge", "bytes": 3_000_000})).await;
    let request = world.request(Method::POST, DEV).bearer_auth(&world.w1);
    let response = request.json(&json!({"name": "huge"})).send().await.unwrap();
    let body = response.bytes().await.unwrap();
    assert_eq!(body.len(), 3_000_000);
    let read: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(read["data"]["name"], "huge");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([201, 1, "armed", true])));
    disarm(&world).await;
    arm(&world, json!({"kind": "huge", "where": "error", "bytes": 100_000})).await;
    let answer = world.post(&world.w1, DEV, json!({"name": "failed"})).await;
    answer.refused(500, "APP_UNKNOWN");
    assert_eq!(outcome(&world).await, (json!(1), 1, json!([500, 0, "armed", true])));
    disarm(&world).await;
    arm(&world, json!({"kind": "huge"})).await;
    let request = world.request(Method::POST, DEV).bearer_auth(&world.w1);
    let mut response = request.json(&json!({"name": "endless"})).send().await.unwrap();
    assert_eq!(response.content_length(), None);
    let mut taken = 0;
    while taken < 5_000_000 {
        taken += response.chunk().await.unwrap().expect("no end").len();
    }
    drop(response);
    assert_eq!(outcome(&world).await.0, json!(2));
}
