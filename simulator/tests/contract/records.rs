//! `/_sim/requests`: who asked what, without a secret.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{T1, T2};

use crate::kit::{DEV, DEVICES, TOKEN, World, members};

fn sequence(records: &Value) -> Vec<u64> {
    records
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_record_tells_who_asked_what_and_how_it_went() {
    let world = World::start().await;
    let app = world.installed("recorded").await;
    let token = world.access_token(&app, Some(T2)).await;
    world.get(&token, &format!("{DEVICES}?page=0")).await.expect(200);
    let records = world.look("requests").await;
    assert_eq!(sequence(&records), [1, 2, 3, 4]);
    let expected = [
        "actor",
        "answered",
        "at",
        "body",
        "commits",
        "duration_ms",
        "fault",
        "headers",
        "method",
        "path",
        "query",
        "seq",
        "status",
    ];
    assert_eq!(members(&records[0]), expected);
    assert_eq!(
        records[0]["actor"],
        json!({"kind": "user", "user": "writer-t1", "tenant": T1})
    );
    assert_eq!(
        (&records[0]["status"], &records[0]["commits"]),
        (&json!(201), &json!(1))
    );
    assert!(records[0]["body"].as_str().unwrap().contains(r#""name":"recorded""#));
    let actor = json!({"kind": "app", "client_id": app.client_id(), "tenant": T2, "secret_generation": 1});
    assert_eq!((&records[2]["actor"], &records[2]["commits"]), (&actor, &json!(1)));
    assert_eq!((&records[3]["actor"], &records[3]["commits"]), (&actor, &json!(0)));
    assert_eq!(
        (&records[3]["query"], &records[3]["answered"]),
        (&json!("page=0"), &json!(true))
    );
}

#[tokio::test]
async fn records_are_filtered_and_forgotten() {
    let world = World::start().await;
    let app = world.create("filtered").await;
    world.get(&world.w1, &app.dev()).await.expect(200);
    world.get(&world.w1, DEVICES).await.expect(200);
    assert_eq!(sequence(&world.look("requests?since=1").await), [2, 3]);
    assert_eq!(sequence(&world.look("requests?method=POST").await), [1]);
    assert_eq!(sequence(&world.look(&format!("requests?path={DEV}/*")).await), [2]);
    assert_eq!(sequence(&world.look("requests?path=/v1/**&method=GET").await), [2, 3]);
    assert_eq!(
        world
            .send(world.request(Method::GET, "/_sim/requests?since=x"))
            .await
            .status,
        400
    );
    world
        .send(world.request(Method::DELETE, "/_sim/requests"))
        .await
        .expect(204);
    assert_eq!(world.look("requests").await, json!([]));
    world.get(&world.w1, DEVICES).await.expect(200);
    assert_eq!(sequence(&world.look("requests").await), [4]);
}

#[tokio::test]
async fn no_record_holds_a_secret_or_a_token() {
    let world = World::start().await;
    let app = world.installed("secretive").await;
    let answer = world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
    let (token, refresh) = (
        answer["access_token"].as_str().unwrap(),
        answer["refresh_token"].as_str().unwrap(),
    );
    world.get(token, DEVICES).await.expect(200);
    let client = [("client_id", app.client_id()), ("client_secret", app.secret())];
    let form = [
        client[0],
        client[1],
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
    ];
    world
        .send(world.request(Method::POST, TOKEN).form(&form))
        .await
        .expect(200);
    let basic = world
        .request(Method::POST, TOKEN)
        .basic_auth(app.client_id(), Some(app.secret()));
    world
        .send(basic.form(&[("grant_type", "client_credentials")]))
        .await
        .expect(200);
    let misplaced = world.request(Method::POST, &format!("{TOKEN}?client_secret={}", app.secret()));
    world
        .send(misplaced.json(&json!({"client_secret": app.secret()})))
        .await
        .expect(400);
    let text = world.look("requests").await.to_string();
    for secret in [app.secret(), token, refresh, &world.w1, &world.w2] {
        assert!(!text.contains(secret), "{text}");
    }
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, app.secret().as_bytes());
    let hash = hash
        .as_ref()
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(text.matches(&hash).count(), 5, "{text}");
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_too_large() {
    let world = World::start().await;
    let answer = world
        .post(&world.w1, DEV, json!({"name": "x".repeat(1024 * 1024)}))
        .await;
    assert_eq!(answer.status, 413);
    assert_eq!(world.look("requests").await[0]["status"], 413);
}
