//! Who may call what: case 6, case 33 and the order of the checks.

use reqwest::Method;
use serde_json::json;
use simulator::fixture::{
    APPLICATIONS_DEVELOPMENT_READ, APPLICATIONS_DEVELOPMENT_WRITE, OWNER_T1, READER_T1, T1, T2, TENANT_READ, WRITER_T1,
};

use crate::kit::{APP, DEV, DEVICES, TOKEN, World};

#[tokio::test]
async fn case_06_callers_without_the_right_are_refused_in_order() {
    let world = World::start().await;
    let before = world.look("state").await["applications"].clone();
    let body = json!({"name": "Sample App"});
    world
        .send(world.request(Method::POST, DEV).json(&body))
        .await
        .refused(401, "APP_UNAUTHORIZED");
    let minted = json!({"op": "token.mint", "user": WRITER_T1, "tenant": T1, "ttl_s": -1});
    let minted = world.op(minted).await;
    for bad in [
        minted["access_token"].as_str().unwrap(),
        minted["refresh_token"].as_str().unwrap(),
        "x.y.z",
    ] {
        world.post(bad, DEV, body.clone()).await.refused(401, "INVALID_TOKEN");
    }
    let reader = world.mint(READER_T1, T1).await;
    world
        .post(&reader, DEV, body.clone())
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    world.get(&reader, DEV).await.expect(200);
    let nowhere = world.op(json!({"op": "token.mint", "user": WRITER_T1})).await;
    world
        .post(nowhere["access_token"].as_str().unwrap(), DEV, body.clone())
        .await
        .refused(403, "APP_FORBIDDEN");
    let foreign = world.mint(WRITER_T1, T2).await;
    world.post(&foreign, DEV, body).await.refused(403, "APP_FORBIDDEN");
    // The right is checked before the body.
    world
        .post(&reader, DEV, json!({}))
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    assert_eq!(world.look("state").await["applications"], before);
}

#[tokio::test]
async fn case_33_applications_do_not_reach_administration() {
    let world = World::start().await;
    let body = json!({
        "name": "curious", "allowedTenants": [{"tenantId": T2}],
        "permissions": {"client": [{"id": TENANT_READ}], "user": []},
    });
    let app = crate::kit::App(world.post(&world.w1, DEV, body).await.expect(201)["data"].clone());
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .expect(201);
    let token = world.access_token(&app, Some(T2)).await;
    for path in [
        format!("/v1/tenants/{T2}"),
        format!("/v1/tenants/{T2}/users"),
        "/v1/roles".to_owned(),
    ] {
        world.get(&token, &path).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    }
    let owner = world.mint(OWNER_T1, T1).await;
    assert_eq!(world.get(&owner, &format!("/v1/tenants/{T1}")).await.status, 501);
    let permissions = world.get(&token, "/v1/permissions").await.expect(200)["data"]["permissions"].clone();
    let known = permissions
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["alias"] == "tenant:read")
        .unwrap();
    assert_eq!(known["id"], TENANT_READ);
}

#[tokio::test]
async fn an_application_acts_as_developer_with_what_was_consented() {
    let world = World::start().await;
    let permissions = json!({"client": [{"id": APPLICATIONS_DEVELOPMENT_READ}], "user": []});
    let body = json!({"name": "bootstrap", "allowedTenants": [{"tenantId": T1}], "permissions": permissions});
    let app = crate::kit::App(world.post(&world.w1, DEV, body).await.expect(201)["data"].clone());
    world
        .post(&world.w1, &app.installation(), app.full_set())
        .await
        .expect(201);
    let token = world.access_token(&app, Some(T1)).await;
    assert_eq!(world.get(&token, DEV).await.expect(200)["meta"]["itemsTotal"], 1);
    world
        .post(&token, DEV, json!({"name": "child"}))
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    let more = json!([{"id": APPLICATIONS_DEVELOPMENT_READ}, {"id": APPLICATIONS_DEVELOPMENT_WRITE}]);
    let more = json!({"permissions": {"client": more, "user": []}});
    world.patch(&world.w1, &app.dev(), more.clone()).await.expect(200);
    // Declared is not consented.
    world
        .post(&token, DEV, json!({"name": "child"}))
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    world.patch(&world.w1, &app.installation(), more).await.expect(200);
    world.post(&token, DEV, json!({"name": "child"})).await.expect(201);
}

#[tokio::test]
async fn paths_come_before_tokens() {
    let world = World::start().await;
    let unknown = world.send(world.request(Method::GET, "/v1/nothing")).await;
    unknown.refused(404, "APP_RESOURCE_NOT_FOUND");
    for (method, path) in [
        (Method::PUT, DEV),
        (Method::POST, APP),
        (Method::GET, TOKEN),
        (Method::DELETE, DEVICES),
    ] {
        let answer = world.send(world.request(method, path)).await;
        assert_eq!((answer.status, answer.body), (405, json!(null)), "{path}");
    }
}

#[tokio::test]
async fn other_services_spell_errors_their_own_way() {
    let world = World::start().await;
    world
        .send(world.request(Method::GET, DEVICES))
        .await
        .refused(401, "DEVICE_UNAUTHORIZED");
    world
        .send(world.request(Method::GET, "/v1/permissions"))
        .await
        .refused(401, "ID_UNAUTHORIZED");
    world
        .get(&world.w1, &format!("{DEVICES}?page=x"))
        .await
        .refused(400, "DEVICE_VALIDATION");
    assert_eq!(world.get(&world.w1, DEVICES).await.expect(200)["data"], json!([]));
}
