//! Each switch alone: how its other value shows. Those of contract 2019-05 are in `older`.

mod token;

use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_DEVELOPMENT_READ, READER_T1, T1, T2, T3};

use crate::kit::{APP, App, DEV, DEVICES, World};

#[tokio::test]
async fn create_status_is_200_on_request() {
    let world = World::switched(json!({"create_status": 200})).await.unchecked();
    assert_eq!(world.post(&world.w1, DEV, json!({"name": "plain"})).await.status, 200);
}

#[tokio::test]
async fn client_type_spelling_follows_the_old_prose_on_request() {
    let world = World::switched(json!({"client_type_spelling": "confidential"}))
        .await
        .unchecked();
    let app = world.create("spelt").await;
    assert_eq!(app.0["oauth2Client"]["type"], "confidential");
    let detail = world.get(&world.w1, &app.dev()).await.expect(200);
    assert_eq!(detail["data"]["oauth2Client"]["type"], "confidential");
}

#[tokio::test]
async fn public_client_key_slips_on_request() {
    let world = World::switched(json!({"public_client_key": "oauth2PublicClient"}))
        .await
        .unchecked();
    let body = json!({"name": "public", "withPublicOauth2Client": true});
    let app = App(world.post(&world.w1, DEV, body.clone()).await.expect(201)["data"].clone());
    let answers = [
        app.0.clone(),
        world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone(),
        world.patch(&world.w1, &app.dev(), body).await.expect(200)["data"].clone(),
    ];
    for answer in answers {
        assert_eq!(answer["oauth2PublicClient"]["type"], "public");
        assert_eq!(answer.get("publicOauth2Client"), None);
    }
}

#[tokio::test]
async fn install_refusal_is_403_on_request() {
    let world = World::switched(json!({"install_refusal": 403})).await;
    let app = world.create("hidden").await;
    let refused = world.post(&world.w3, &app.installation(), app.full_set()).await;
    refused.refused(403, "APP_FORBIDDEN");
    world
        .get(&world.w3, &app.app())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    assert_eq!(world.look("state").await["commits"]["install"], 0);
}

#[tokio::test]
async fn forbidden_code_is_that_of_the_service_on_request() {
    let world = World::switched(json!({"forbidden_code": "APP_FORBIDDEN"})).await;
    let reader = world.mint(READER_T1, T1).await;
    let body = json!({"name": "forbidden"});
    world.post(&reader, DEV, body).await.refused(403, "APP_FORBIDDEN");
    let app = world.installed("curious").await;
    let token = world.access_token(&app, Some(T2)).await;
    world.get(&token, "/v1/roles").await.refused(403, "ID_FORBIDDEN");
}

#[tokio::test]
async fn name_scope_spans_all_owners_on_request() {
    let world = World::switched(json!({"name_scope": "global"})).await;
    let app = world.create("Sample App").await;
    let same = json!({"name": "Sample App"});
    world
        .post(&world.w2, DEV, same.clone())
        .await
        .refused(409, "APP_CONFLICT");
    let other = world
        .post(&world.w2, DEV, json!({"name": "Other App"}))
        .await
        .expect(201)["data"]
        .clone();
    let path = format!("{DEV}/{}", other["id"].as_str().unwrap());
    world
        .patch(&world.w2, &path, same.clone())
        .await
        .refused(409, "APP_CONFLICT");
    world.delete(&world.w1, &app.dev()).await.expect(204);
    world.patch(&world.w2, &path, same).await.expect(200);
}

#[tokio::test]
async fn patch_name_conflict_is_let_through_on_request() {
    let world = World::switched(json!({"patch_name_conflict": 200})).await;
    let first = world.create("taken").await;
    let second = world.create("free").await;
    let taken = json!({"name": "taken"});
    world.patch(&world.w1, &second.dev(), taken.clone()).await.expect(200);
    // Two have the name now, and it is free only when neither has.
    world.delete(&world.w1, &first.dev()).await.expect(204);
    world
        .post(&world.w1, DEV, taken.clone())
        .await
        .refused(409, "APP_CONFLICT");
    world.delete(&world.w1, &second.dev()).await.expect(204);
    world.post(&world.w1, DEV, taken).await.expect(201);
}

#[tokio::test]
async fn bare_put_comment_is_cleared_on_request() {
    for (value, comment) in [("keep", "south"), ("clear", "")] {
        let world = World::switched(json!({"bare_put_comment": value})).await;
        let app = world.create("noted").await;
        let noted = json!({"comment": "south"});
        world.put(&world.w1, &app.allowed(T3), noted).await.expect(200);
        let again = world.put(&world.w1, &app.allowed(T3), json!({})).await.expect(200);
        assert_eq!(again["data"]["comment"], comment, "{value}");
    }
}

#[tokio::test]
async fn readd_restores_no_access_on_request() {
    let world = World::switched(json!({"readd_restores": false})).await;
    let app = world.installed("readded").await;
    let token = world.access_token(&app, Some(T2)).await;
    // Writing the row again is no withdrawal.
    world.put(&world.w1, &app.allowed(T2), json!({})).await.expect(200);
    world.get(&token, DEVICES).await.expect(200);
    world.delete(&world.w1, &app.allowed(T2)).await.expect(204);
    world.put(&world.w1, &app.allowed(T2), json!({})).await.expect(200);
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    let seen = world.get(&world.w2, &app.app()).await.expect(200)["data"].clone();
    assert_eq!((&seen["available"], seen.get("installation")), (&json!(true), None));
    let installed = world.post(&world.w2, &app.installation(), app.full_set()).await;
    installed.expect(201);
    world.get(&token, DEVICES).await.expect(200);
}

#[tokio::test]
async fn bootstrap_app_is_denied_registration_on_request() {
    for (value, status) in [("allow", 200), ("deny", 403)] {
        let world = World::switched(json!({"bootstrap_app": value})).await;
        let permissions = json!({"client": [{"id": APPLICATIONS_DEVELOPMENT_READ}], "user": []});
        let body = json!({"name": "bootstrap", "allowedTenants": [{"tenantId": T2}], "permissions": permissions});
        let app = App(world.post(&world.w1, DEV, body).await.expect(201)["data"].clone());
        let installed = world.post(&world.w2, &app.installation(), app.full_set()).await;
        installed.expect(201);
        let token = world.access_token(&app, Some(T2)).await;
        assert_eq!(world.get(&token, DEV).await.status, status, "{value}");
        assert_eq!(world.get(&token, APP).await.status, 403);
        world.get(&token, "/v1/application-info/installation").await.expect(200);
    }
}

#[tokio::test]
async fn body_limit_is_as_low_as_asked_for() {
    let world = World::switched(json!({"body_limit": 30})).await;
    let fits = json!({"name": "x".repeat(19)});
    world.post(&world.w1, DEV, fits).await.expect(201);
    let before = world.snapshot().await;
    let longer = json!({"name": "x".repeat(20)});
    assert_eq!(world.post(&world.w1, DEV, longer).await.status, 413);
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_reset_returns_to_the_switches_of_the_start() {
    crate::kit::install_provider();
    let options = simulator::Options {
        contract: simulator::Contract::May2019,
        switches: vec![
            "wrong_secret_status=401".parse().unwrap(),
            "paging=full".parse().unwrap(),
        ],
        ..Default::default()
    };
    let simulator = simulator::Simulator::start(([127, 0, 0, 1], 0).into(), options)
        .await
        .unwrap();
    let client = reqwest::Client::new();
    let shown = async |reset: Value| {
        let url = format!("{}/_sim", simulator.url());
        client.post(format!("{url}/reset")).json(&reset).send().await.unwrap();
        let state: Value = client
            .get(format!("{url}/state"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let names = ["contract", "wrong_secret_status", "paging", "app_fields"];
        json!(names.map(|name| state["switches"][name].clone()))
    };
    let started = json!(["2019-05", 401, "full", "min"]);
    assert_eq!(shown(json!({})).await, started);
    let named = json!({"switches": {"app_fields": "full"}});
    assert_eq!(shown(named).await, json!(["2019-05", 401, "full", "full"]));
    let preset = json!({"switches": {"paging": "short", "contract": "2019-12"}});
    assert_eq!(shown(preset).await, json!(["2019-12", 400, "short", "full"]));
    assert_eq!(shown(json!({})).await, started);
}
