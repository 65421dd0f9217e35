//! Rotation and allowed tenants: cases 16 to 19.

use reqwest::Method;
use serde_json::json;
use simulator::fixture::{T2, T3};

use crate::kit::{World, members};

#[tokio::test]
async fn case_16_a_rotation_kills_the_old_secret_at_once() {
    let world = World::start().await;
    let app = world.create("rotated").await;
    let request = world
        .request(Method::POST, &format!("{}/secret", app.dev()))
        .bearer_auth(&world.w1);
    let answer = world
        .send(request.header("content-type", "application/json"))
        .await
        .expect(201);
    assert_eq!(members(&answer["data"]), ["secret"]);
    let new = answer["data"]["secret"].as_str().unwrap();
    assert_eq!(new.len(), 16);
    assert_ne!(new, app.secret());
    let refused = world.app_token(&app, app.secret(), None).await.expect(400);
    assert_eq!(refused["error"], "unauthorized_client");
    world.app_token(&app, new, None).await.expect(200);
    let detail = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    assert_eq!(detail["oauth2Client"]["id"], app.client_id());
    assert!(detail["updatedAt"].as_str() > app.0["updatedAt"].as_str());
    let before = world.snapshot().await;
    let body = json!({"secret": "chosen"});
    world
        .post(&world.w1, &format!("{}/secret", app.dev()), body)
        .await
        .refused(400, "APP_VALIDATION");
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_17_of_two_rotations_at_once_one_secret_works() {
    let world = World::start().await;
    let app = world.create("raced").await;
    let path = format!("{}/secret", app.dev());
    let (one, two) = tokio::join!(
        world.post(&world.w1, &path, json!({})),
        world.post(&world.w1, &path, json!({}))
    );
    let secrets = [one, two].map(|answer| answer.expect(201)["data"]["secret"].as_str().unwrap().to_owned());
    assert_ne!(secrets[0], secrets[1]);
    let live = world.look("state").await["applications"][0]["secret"].clone();
    for secret in &secrets {
        let expected = if live == **secret { 200 } else { 400 };
        assert_eq!(world.app_token(&app, secret, None).await.status, expected);
    }
    assert!(secrets.iter().any(|secret| live == **secret));
    let state = world.look("state").await;
    assert_eq!(
        (
            &state["commits"]["rotate"],
            &state["applications"][0]["secret_generation"]
        ),
        (&json!(2), &json!(3))
    );
}

#[tokio::test]
async fn case_18_allowing_a_tenant_again_changes_only_the_comment() {
    let world = World::start().await;
    let app = world.create("allowing").await;
    let first = world
        .put(&world.w1, &app.allowed(T3), json!({"comment": "south"}))
        .await
        .expect(200)["data"]
        .clone();
    assert_eq!(members(&first), ["comment", "createdAt", "installed", "tenantId"]);
    assert_eq!(
        (&first["installed"], &first["comment"]),
        (&json!(false), &json!("south"))
    );
    world.steer("clock", json!({"advance_s": 5})).await.expect(200);
    let second = world
        .put(&world.w1, &app.allowed(T3), json!({"comment": "west"}))
        .await
        .expect(200)["data"]
        .clone();
    assert_eq!(
        (&second["createdAt"], &second["comment"]),
        (&first["createdAt"], &json!("west"))
    );
    let kept = world.put(&world.w1, &app.allowed(T3), json!({})).await.expect(200);
    assert_eq!(kept["data"], second);
    let bodiless = world.request(Method::PUT, &app.allowed(T3)).bearer_auth(&world.w1);
    assert_eq!(world.send(bodiless).await.expect(200)["data"], second);
    let nobody = "99999999-9999-4999-8999-999999999999";
    world.put(&world.w1, &app.allowed(nobody), json!({})).await.expect(200);
    let rows = world
        .get(&world.w1, &format!("{}/allowed-tenants", app.dev()))
        .await
        .expect(200);
    assert_eq!(rows["meta"]["itemsTotal"], 3);
    let before = world.snapshot().await;
    world
        .put(&world.w1, &app.allowed("north"), json!({}))
        .await
        .refused(400, "APP_VALIDATION");
    world
        .put(&world.w1, &app.allowed(T3), json!({"comment": null}))
        .await
        .refused(400, "APP_VALIDATION");
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_19_allowed_tenants_are_paged_and_show_who_installed() {
    let world = World::start().await;
    let app = world.create("listed").await;
    world.steer("clock", json!({"advance_s": 5})).await.expect(200);
    world.put(&world.w1, &app.allowed(T3), json!({})).await.expect(200);
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .expect(201);
    let path = format!("{}/allowed-tenants?pageSize=1", app.dev());
    let newest = world.get(&world.w1, &path).await.expect(200);
    assert_eq!(
        newest["meta"],
        json!({"page": 0, "pageSize": 1, "itemsTotal": 2, "pagesTotal": 2})
    );
    assert_eq!(newest["data"][0]["tenantId"], T3);
    let oldest = world.get(&world.w1, &format!("{path}&page=1")).await.expect(200)["data"][0].clone();
    assert_eq!(
        members(&oldest),
        ["comment", "createdAt", "installed", "tenantId", "tenantName"]
    );
    assert_eq!((&oldest["tenantId"], &oldest["installed"]), (&json!(T2), &json!(true)));
    assert_eq!(oldest["tenantName"], "tenant-two");
    assert_eq!(world.delete(&world.w1, &app.allowed(T3)).await.expect(204), json!(null));
    world
        .delete(&world.w1, &app.allowed(T3))
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    assert_eq!(world.get(&world.w1, &path).await.expect(200)["meta"]["itemsTotal"], 1);
}
