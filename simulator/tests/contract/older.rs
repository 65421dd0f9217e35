//! Contract 2019-05, before consent came: case 34, and what a mix of both contracts does.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2};

use crate::kit::{APP, App, DEV, DEVICES, World, ids, members};

async fn created(world: &World, name: &str) -> App {
    let body = json!({"name": name, "allowedTenants": [{"tenantId": T2}]});
    App(world.post(&world.w1, DEV, body).await.expect(200)["data"].clone())
}

async fn put_installation(world: &World, token: &str, app: &App) -> (u16, Value) {
    let request = world.request(Method::PUT, &app.installation()).bearer_auth(token);
    let answer = world.send(request.header("content-type", "application/json")).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn case_34_the_old_contract_installs_without_consent() {
    let world = World::switched(json!({"contract": "2019-05"})).await;
    let app = created(&world, "older").await;
    let (status, first) = put_installation(&world, &world.w2, &app).await;
    assert_eq!((status, members(&first["data"])), (200, vec!["createdAt", "tenantId"]));
    world.steer("clock", json!({"advance_s": 5})).await.expect(200);
    assert_eq!(put_installation(&world, &world.w2, &app).await, (200, first));
    assert_eq!(world.look("state").await["commits"]["install"], 1);
    for (method, path, status) in [
        (Method::POST, app.installation(), 405),
        (Method::GET, app.installation(), 405),
        (Method::PATCH, app.installation(), 405),
        (Method::GET, format!("{}/permissions", app.app()), 404),
    ] {
        let request = world.request(method.clone(), &path).bearer_auth(&world.w2);
        assert_eq!(
            world.send(request.json(&json!({}))).await.status,
            status,
            "{method} {path}"
        );
    }
    for number in 0..10 {
        created(&world, &format!("app {number}")).await;
    }
    let list = world.get(&world.w1, DEV).await.expect(200);
    assert_eq!(list["meta"], json!({"page": 0, "pageSize": 10}));
    assert_eq!(ids(&list).len(), 10);
    let second = world.get(&world.w1, &format!("{DEV}?page=1")).await.expect(200);
    assert_eq!(ids(&second), [app.id()]);
    world.delete(&world.w2, &app.installation()).await.expect(204);
    assert_eq!(world.delete(&world.w2, &app.installation()).await.status, 404);
}

#[tokio::test]
async fn before_consent_nothing_has_permissions_status_or_count() {
    let world = World::switched(json!({"contract": "2019-05"})).await;
    let app = created(&world, "bare").await;
    put_installation(&world, &world.w2, &app).await;
    let detail = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    assert_eq!(
        (detail.get("permissions"), detail.get("installationsCount")),
        (None, None)
    );
    let visible = world.get(&world.w2, &app.app()).await.expect(200)["data"].clone();
    assert_eq!(members(&visible["installation"]), ["createdAt", "tenantId"]);
    let before = world.snapshot().await;
    let set = json!({"client": [{"id": DEVICES_BASE_DATA_READ}], "user": []});
    let wished = json!({"name": "with consent", "permissions": set});
    world.post(&world.w1, DEV, wished).await.refused(400, "APP_VALIDATION");
    world
        .patch(&world.w1, &app.dev(), json!({"permissions": set}))
        .await
        .refused(400, "APP_VALIDATION");
    let refused = world
        .put(&world.w2, &app.installation(), json!({"permissions": set}))
        .await;
    refused.refused(400, "APP_VALIDATION");
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn before_consent_an_installed_application_reaches_what_a_writer_reaches() {
    let world = World::switched(json!({"contract": "2019-05"})).await;
    let app = created(&world, "writer").await;
    assert_eq!(world.app_token(&app, app.secret(), Some(T2)).await.status, 400);
    put_installation(&world, &world.w2, &app).await;
    let token = world.access_token(&app, Some(T2)).await;
    for path in [DEVICES, APP, DEV, "/v1/application-info/installation"] {
        world.get(&token, path).await.expect(200);
    }
    let child = world.post(&token, DEV, json!({"name": "child"})).await.expect(200);
    assert_eq!(child["data"]["tenantId"], T2);
    world
        .get(&token, &format!("/v1/tenants/{T1}"))
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
}

#[tokio::test]
async fn both_ways_to_install_live_side_by_side_when_asked_to() {
    let world = World::switched(json!({"install_method": "both"})).await;
    let app = world.create("both").await;
    let (status, plain) = put_installation(&world, &world.w2, &app).await;
    assert_eq!(status, 200);
    let full = world.get(&world.w2, &app.installation()).await.expect(200)["data"].clone();
    assert_eq!(
        (&full["status"], &full["createdAt"]),
        (&json!("ok"), &plain["data"]["createdAt"])
    );
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(409, "APP_CONFLICT");
    // By default the old way is gone.
    let world = World::start().await;
    let app = world.create("one way").await;
    assert_eq!(put_installation(&world, &world.w2, &app).await.0, 405);
    assert_eq!(world.look("state").await["commits"]["install"], 0);
}
