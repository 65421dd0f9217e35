//! Switches that decide about tokens.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::T2;

use crate::kit::{App, DEV, DEVICES, TOKEN, World};

const INSTALLED_TENANTS: &str = "/v1/application-info/installed-tenants";

async fn error_of(world: &World, form: &[(&str, &str)]) -> Value {
    let answer = world.send(world.request(Method::POST, TOKEN).form(form)).await;
    json!([answer.status, answer.body["error"]])
}

#[tokio::test]
async fn token_expiry_is_told_as_a_date_on_request() {
    for (value, seconds, date) in [("in", true, false), ("at", false, true), ("both", true, true)] {
        let world = World::switched(json!({"token_expiry": value})).await.unchecked();
        let clock = json!({"set": "2030-01-01T00:00:00Z", "freeze": true});
        let app = world.create("dated").await;
        world.steer("clock", clock).await.expect(200);
        let answer = world.app_token(&app, app.secret(), None).await.expect(200);
        assert_eq!(answer.get("expires_in").is_some(), seconds, "{value}");
        assert_eq!(answer.get("expires_at").is_some(), date, "{value}");
        if date {
            assert_eq!(answer["expires_at"], "2030-01-11T00:00:00.000Z");
        }
    }
}

#[tokio::test]
async fn app_info_token_must_carry_no_tenant_on_request() {
    let world = World::switched(json!({"app_info_token": "tenantless"})).await;
    let app = world.installed("asking").await;
    let bound = world.access_token(&app, Some(T2)).await;
    world.get(&bound, INSTALLED_TENANTS).await.refused(403, "APP_FORBIDDEN");
    let free = world.access_token(&app, None).await;
    world.get(&free, INSTALLED_TENANTS).await.expect(200);
    let world = World::start().await;
    let app = world.installed("asking").await;
    let bound = world.access_token(&app, Some(T2)).await;
    world.get(&bound, INSTALLED_TENANTS).await.expect(200);
}

#[tokio::test]
async fn public_flow_client_lets_a_confidential_one_in_without_secret_on_request() {
    for (value, error) in [("public", "unauthorized_client"), ("any", "invalid_grant")] {
        let world = World::switched(json!({"public_flow_client": value})).await;
        let app = world.create("code flow").await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("client_id", app.client_id()),
        ];
        assert_eq!(error_of(&world, &form).await, json!([400, error]), "{value}");
        let wrong = [form[0], form[1], form[2], ("client_secret", "wrong")];
        assert_eq!(error_of(&world, &wrong).await, json!([400, "unauthorized_client"]));
    }
}

#[tokio::test]
async fn wrong_secret_status_is_401_on_request() {
    let world = World::switched(json!({"wrong_secret_status": 401})).await;
    let body = json!({"name": "public", "withPublicOauth2Client": true});
    let app = App(world.post(&world.w1, DEV, body).await.expect(201)["data"].clone());
    let refused = world.app_token(&app, "wrong", None).await.expect(401);
    assert_eq!(refused["error"], "unauthorized_client");
    let public = app.0["publicOauth2Client"]["id"].as_str().unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", public)];
    assert_eq!(error_of(&world, &form).await, json!([400, "unauthorized_client"]));
}

#[tokio::test]
async fn rotation_kills_tokens_on_request() {
    for kills in [false, true] {
        let world = World::switched(json!({"rotation_kills_tokens": kills})).await;
        let app = world.installed("rotated").await;
        let answer = world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
        let path = format!("{}/secret", app.dev());
        let secret = world.post(&world.w1, &path, json!({})).await.expect(201)["data"]["secret"].clone();
        let (access, refresh) = (&answer["access_token"], &answer["refresh_token"]);
        let used = world.get(access.as_str().unwrap(), DEVICES).await.status;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str().unwrap()),
            ("client_id", app.client_id()),
            ("client_secret", secret.as_str().unwrap()),
        ];
        let refreshed = world.send(world.request(Method::POST, TOKEN).form(&form)).await.status;
        let expected = if kills { (401, 400) } else { (200, 200) };
        assert_eq!((used, refreshed), expected, "{kills}");
        world
            .app_token(&app, secret.as_str().unwrap(), Some(T2))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn refresh_rotation_uses_the_old_token_up_on_request() {
    for (value, again) in [("keep", 200), ("invalidate", 400)] {
        let world = World::switched(json!({"refresh_rotation": value})).await;
        let app = world.create("refreshing").await;
        let first = world.app_token(&app, app.secret(), None).await.expect(200);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first["refresh_token"].as_str().unwrap()),
            ("client_id", app.client_id()),
            ("client_secret", app.secret()),
        ];
        let refreshed = world
            .send(world.request(Method::POST, TOKEN).form(&form))
            .await
            .expect(200);
        let repeated = world.send(world.request(Method::POST, TOKEN).form(&form)).await;
        assert_eq!(repeated.status, again, "{value}");
        let newer = [
            form[0],
            ("refresh_token", refreshed["refresh_token"].as_str().unwrap()),
            form[2],
            form[3],
        ];
        world
            .send(world.request(Method::POST, TOKEN).form(&newer))
            .await
            .expect(200);
    }
}
