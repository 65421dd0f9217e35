//! What the token endpoint refuses, and the refresh grant: cases 29 to 31.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{PORTAL_CLIENT, T1, T2, T3, WRITER_T1};

use crate::kit::{App, DEVICES, TOKEN, World};

async fn refused(world: &World, form: &[(&str, &str)]) -> Value {
    let answer = world
        .send(world.request(Method::POST, TOKEN).form(form))
        .await
        .expect(400);
    assert!(answer["error_description"].is_string());
    answer["error"].clone()
}

async fn refreshed(world: &World, client: &[(&str, &str)], token: &str, tenant: Option<&str>) -> (u16, Value) {
    let form = [client, &[("grant_type", "refresh_token"), ("refresh_token", token)]].concat();
    let request = world.request(Method::POST, TOKEN).form(&form);
    let answer = world
        .send(
            tenant
                .into_iter()
                .fold(request, |request, id| request.header("tenant", id)),
        )
        .await;
    (answer.status, answer.body)
}

async fn tenant_of_last_token(world: &World) -> Value {
    world.look("state").await["tokens"].as_array().unwrap().last().unwrap()["tenant"].clone()
}

#[tokio::test]
async fn case_29_requests_that_are_not_understood_get_no_token() {
    let world = World::start().await;
    let app = world.create("misused").await;
    let before = world.snapshot().await;
    let (id, secret) = (app.client_id(), app.secret());
    let client = [("client_id", id), ("client_secret", secret)];
    let query = format!("{TOKEN}?grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let in_query = world.request(Method::POST, &query).form(&[("x", "y")]);
    assert_eq!(world.send(in_query).await.expect(400)["error"], "invalid_request");
    let in_json = json!({"grant_type": "client_credentials", "client_id": id, "client_secret": secret});
    assert_eq!(
        world
            .send(world.request(Method::POST, TOKEN).json(&in_json))
            .await
            .expect(400)["error"],
        "invalid_request"
    );
    assert_eq!(refused(&world, &client).await, "invalid_request");
    assert_eq!(
        refused(&world, &[client[0], client[1], ("grant_type", "password")]).await,
        "unsupported_grant_type"
    );
    let grant = ("grant_type", "client_credentials");
    assert_eq!(refused(&world, &[grant]).await, "invalid_client");
    assert_eq!(
        refused(&world, &[grant, ("client_id", "nobody"), client[1]]).await,
        "invalid_client"
    );
    assert_eq!(refused(&world, &[grant, client[0]]).await, "unauthorized_client");
    assert_eq!(
        refused(&world, &[grant, client[0], ("client_secret", "wrong")]).await,
        "unauthorized_client"
    );
    let code = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        client[0],
        client[1],
    ];
    assert_eq!(refused(&world, &code).await, "invalid_grant");
    assert_eq!(
        world.app_token(&app, secret, Some("north")).await.expect(400)["error"],
        "invalid_request"
    );
    assert_eq!(
        world.app_token(&app, secret, Some(T3)).await.expect(400)["error"],
        "invalid_grant"
    );
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_29_http_basic_proves_a_client_as_well() {
    let world = World::start().await;
    let app = world.installed("basic").await;
    let form = [("grant_type", "client_credentials")];
    let request = world
        .request(Method::POST, TOKEN)
        .basic_auth(app.client_id(), Some(app.secret()))
        .form(&form);
    let token = world.send(request).await.expect(200)["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .get(&token, "/v1/application-info/installed-tenants")
        .await
        .expect(200);
    let wrong = world
        .request(Method::POST, TOKEN)
        .basic_auth(app.client_id(), Some("wrong"))
        .form(&form);
    assert_eq!(world.send(wrong).await.expect(400)["error"], "unauthorized_client");
}

#[tokio::test]
async fn case_29_a_public_client_has_no_account_of_its_own() {
    let world = World::start().await;
    let body = json!({"name": "public", "withPublicOauth2Client": true});
    let app = App(world.post(&world.w1, crate::kit::DEV, body).await.expect(201)["data"].clone());
    let public = app.0["publicOauth2Client"]["id"].as_str().unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", public)];
    assert_eq!(refused(&world, &form).await, "unauthorized_client");
    world
        .patch(&world.w1, &app.dev(), json!({"withPublicOauth2Client": false}))
        .await
        .expect(200);
    assert_eq!(refused(&world, &form).await, "invalid_client");
}

#[tokio::test]
async fn case_31_a_refresh_keeps_the_tenant_unless_another_is_asked_for() {
    let world = World::start().await;
    let app = world.installed("refreshing").await;
    let client = [("client_id", app.client_id()), ("client_secret", app.secret())];
    let first = world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
    let token = first["refresh_token"].as_str().unwrap();
    let (status, second) = refreshed(&world, &client, token, None).await;
    assert_eq!((status, tenant_of_last_token(&world).await), (200, json!(T2)));
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    // The old refresh token stays valid, an access token is none, and another client's is refused.
    assert_eq!(refreshed(&world, &client, token, None).await.0, 200);
    for (bad, tenant) in [
        (first["access_token"].as_str().unwrap(), None),
        (token, Some(T3)),
        ("x", None),
    ] {
        let (status, answer) = refreshed(&world, &client, bad, tenant).await;
        assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
    }
    let other = world.create("other").await;
    let client = [("client_id", other.client_id()), ("client_secret", other.secret())];
    assert_eq!(
        refreshed(&world, &client, token, None).await.1["error"],
        "invalid_grant"
    );
    world.steer("clock", json!({"advance_s": 950_401})).await.expect(200);
    let client = [("client_id", app.client_id()), ("client_secret", app.secret())];
    assert_eq!(
        refreshed(&world, &client, token, None).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn case_31_a_user_refreshes_for_tenants_of_its_own() {
    let world = World::start().await;
    let minted = world
        .op(json!({"op": "token.mint", "user": WRITER_T1, "tenant": T1}))
        .await;
    let token = minted["refresh_token"].as_str().unwrap();
    let client = [("client_id", PORTAL_CLIENT)];
    let (status, answer) = refreshed(&world, &client, token, None).await;
    assert_eq!(status, 200);
    world
        .get(answer["access_token"].as_str().unwrap(), crate::kit::DEV)
        .await
        .expect(200);
    assert_eq!(refreshed(&world, &client, token, Some(T1)).await.0, 200);
    assert_eq!(
        refreshed(&world, &client, token, Some(T2)).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn case_30_a_tenant_without_installation_is_refused_at_the_token_endpoint() {
    let world = World::start().await;
    let app = world.create("uninstalled").await;
    let error = async |tenant| world.app_token(&app, app.secret(), Some(tenant)).await.expect(400)["error"].clone();
    assert_eq!(error(T3).await, "invalid_grant");
    world
        .op(json!({"op": "tenant.put", "id": T3, "status": "suspended"}))
        .await;
    assert_eq!(error(T3).await, "invalid_grant");
    world
        .op(json!({"op": "install.put", "id": app.id(), "tenant": T2}))
        .await;
    world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
    world
        .op(json!({"op": "tenant.put", "id": T2, "status": "suspended"}))
        .await;
    assert_eq!(error(T2).await, "invalid_grant");
}

#[tokio::test]
async fn case_30_or_when_the_token_is_used_if_the_gate_is_there() {
    let world = World::switched(json!({"token_gate": "api"})).await;
    let app = world.create("uninstalled").await;
    let token = world.access_token(&app, Some(T3)).await;
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    world
        .op(json!({"op": "tenant.put", "id": T3, "status": "suspended"}))
        .await;
    let token = world.access_token(&app, Some(T3)).await;
    world.get(&token, DEVICES).await.refused(403, "ID_TENANT_SUSPENDED");
    // A refresh is no way round: it names no tenant that does not let the application in.
    let first = world.app_token(&app, app.secret(), None).await.expect(200);
    let client = [("client_id", app.client_id()), ("client_secret", app.secret())];
    let refresh = first["refresh_token"].as_str().unwrap();
    assert_eq!(
        refreshed(&world, &client, refresh, Some(T2)).await.1["error"],
        "invalid_grant"
    );
}
