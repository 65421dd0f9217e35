//! Case 35: each fault does what its row in the contract says, seen from the client and in the state. Here: which
//! requests a fault takes.

mod answer;
mod connection;
mod credential;
mod list;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::T1;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::kit::{DEV, DEVICES, World, ids};

/// Sets a fault for the next creation.
async fn arm(world: &World, fault: Value) {
    let matches = json!({"method": "POST", "path": DEV});
    world
        .steer("faults", json!({"id": "armed", "match": matches, "fault": fault}))
        .await
        .expect(201);
}

/// Creates over a bare connection, and tells how it ended: bytes read, or the error.
async fn create_bare(world: &World, name: &str) -> Result<Vec<u8>, std::io::ErrorKind> {
    let url = world.url();
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = json!({"name": name}).to_string();
    let head = format!(
        "POST {DEV} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        world.w1,
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer))
        .await
        .expect("an end of the connection")
        .map(|_| answer)
        .map_err(|error| error.kind())
}

/// Removes all faults.
async fn disarm(world: &World) {
    let removed = world.send(world.request(Method::DELETE, "/_sim/faults")).await;
    removed.expect(204);
}

/// Created and listed applications, and how the last record tells of it.
async fn outcome(world: &World) -> (Value, usize, Value) {
    let created = world.look("state").await["commits"]["create"].clone();
    let records = world.look(&format!("requests?method=POST&path={DEV}")).await;
    let last = records.as_array().unwrap().last().unwrap();
    let told = json!([last["status"], last["commits"], last["fault"], last["answered"]]);
    let listed = ids(&world.get(&world.w1, DEV).await.expect(200)).len();
    (created, listed, told)
}

#[tokio::test]
async fn a_fault_waits_for_its_turn_and_fires_as_often_as_asked() {
    let world = World::start().await.unchecked();
    let fault = json!({"id": "third", "skip": 1, "count": 2, "match": {"path": "/v1/*"}, "fault": {"kind": "error", "status": 500}});
    world.steer("faults", fault).await.expect(201);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.get(&world.w1, DEVICES).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    let faults = world.look("faults").await;
    assert_eq!(
        (&faults[0]["id"], &faults[0]["fired"], &faults[0]["count"]),
        (&json!("third"), &json!(2), &json!(2))
    );
}

#[tokio::test]
async fn a_fault_matches_tenant_client_and_number() {
    let world = World::start().await.unchecked();
    let app = world.installed("matched").await;
    let error = json!({"kind": "error", "status": 500});
    let matches = [
        json!({"tenant": T1}),
        json!({"client_id": app.client_id()}),
        json!({"seq": 9}),
    ];
    for (index, one) in matches.into_iter().enumerate() {
        let fault = json!({"id": format!("{index}"), "count": 0, "match": one, "fault": error});
        world.steer("faults", fault).await.expect(201);
    }
    // Two requests were made so far: these are numbers 3 to 9.
    assert_eq!(world.get(&world.w1, DEVICES).await.status, 500);
    assert_eq!(world.get(&world.w2, DEVICES).await.status, 200);
    assert_eq!(world.app_token(&app, app.secret(), None).await.status, 500);
    for _ in 6..9 {
        assert_eq!(world.get(&world.w3, DEVICES).await.status, 200);
    }
    assert_eq!(world.get(&world.w3, DEVICES).await.status, 500);
    assert_eq!(world.get(&world.w3, DEVICES).await.status, 200);
    let fired: Vec<Value> = world
        .look("faults")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["fired"].clone())
        .collect();
    assert_eq!(fired, [1, 1, 1]);
}

#[tokio::test]
async fn faults_that_do_not_exist_are_refused_by_name() {
    let world = World::start().await.unchecked();
    let error = json!({"kind": "error", "status": 500});
    let bad = [
        (
            json!({"fault": {"kind": "explode"}}),
            "`drop_response`, `late_commit`, `reset_before_commit`, `error`, `throttle`, `slow`",
        ),
        (
            json!({"fault": {"kind": "error", "status": 404}}),
            "404 is not within 500 and 504",
        ),
        (json!({"fault": {"kind": "drop_response"}}), "how"),
        (json!({"fault": {"kind": "slow", "bytes": 1}}), "unknown field"),
        (
            json!({"fault": {"kind": "stale_list", "hide": "created"}}),
            "either reads or ms",
        ),
        (json!({"fault": {"kind": "omit", "pointer": "data"}}), "slash"),
        (
            json!({"fault": {"kind": "throttle", "retry_after": "1\n2"}}),
            "cannot stand in a header",
        ),
        (
            json!({"fault": {"kind": "duplicate", "times": 1}}),
            "1 is not within 2 and 16",
        ),
        (json!({"fault": {"kind": "extra_fields", "x": 1}}), "unknown field"),
        (json!({"fault": error, "match": {"host": "x"}}), "unknown field"),
        (json!({"fault": error, "p": 2}), "p is not within"),
        (json!({"match": {}}), "missing field"),
    ];
    for (fault, why) in bad {
        let refused = world.steer("faults", fault).await.expect(400);
        assert!(refused["error"].as_str().unwrap().contains(why), "{refused}");
    }
    assert_eq!(world.look("faults").await, json!([]));
    world
        .steer("faults", json!({"id": "one", "fault": error, "p": 0}))
        .await
        .expect(201);
    assert_eq!(
        world.steer("faults", json!({"id": "one", "fault": error})).await.status,
        400
    );
    assert_eq!(
        world
            .send(world.request(Method::DELETE, "/_sim/faults/two"))
            .await
            .status,
        404
    );
    world.get(&world.w1, DEVICES).await.expect(200);
}
