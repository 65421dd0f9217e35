//! Withdrawn, suspended, deleted: cases 13, 14, 15, 25 and 26.

use reqwest::Method;
use serde_json::json;
use simulator::fixture::T2;

use crate::kit::{DEVICES, TOKEN, World};

#[tokio::test]
async fn case_25_a_withdrawn_tenant_keeps_its_installation_without_access() {
    let world = World::start().await;
    let app = world.installed("withdrawn").await;
    let token = world.access_token(&app, Some(T2)).await;
    world.get(&token, DEVICES).await.expect(200);
    world.delete(&world.w1, &app.allowed(T2)).await.expect(204);
    let seen = world.get(&world.w2, &app.app()).await.expect(200)["data"].clone();
    assert_eq!(
        (&seen["available"], &seen["availableCode"]),
        (&json!(false), &json!("APP_DENIED"))
    );
    assert_eq!(seen["installation"]["tenantId"], T2);
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    world
        .patch(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(403, "APP_FORBIDDEN");
    world.put(&world.w1, &app.allowed(T2), json!({})).await.expect(200);
    world.get(&token, DEVICES).await.expect(200);
    world.delete(&world.w1, &app.allowed(T2)).await.expect(204);
    world.delete(&world.w2, &app.installation()).await.expect(204);
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn case_26_a_deleted_application_stays_visible_where_installed() {
    let world = World::start().await;
    let app = world.installed("deleted").await;
    let token = world.access_token(&app, Some(T2)).await;
    world.delete(&world.w1, &app.dev()).await.expect(204);
    world
        .get(&world.w1, &app.dev())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    world
        .delete(&world.w1, &app.dev())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    let seen = world.get(&world.w2, &app.app()).await.expect(200)["data"].clone();
    assert_eq!(
        (&seen["available"], &seen["availableCode"]),
        (&json!(false), &json!("APP_DELETED"))
    );
    assert_eq!(seen["name"], "deleted");
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    assert_eq!(
        world.app_token(&app, app.secret(), None).await.expect(400)["error"],
        "invalid_client"
    );
    world.delete(&world.w2, &app.installation()).await.expect(204);
    world
        .get(&world.w2, &app.app())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    let again = world.create("deleted").await;
    assert_ne!((again.id(), again.client_id()), (app.id(), app.client_id()));
    assert_eq!(world.look("state").await["applications"][0]["status"], "deleted");
}

#[tokio::test]
async fn case_14_an_inactive_application_is_suspended_until_active_again() {
    let world = World::start().await;
    let app = world.installed("suspended").await;
    let token = world.access_token(&app, Some(T2)).await;
    world
        .patch(&world.w1, &app.dev(), json!({"status": "inactive"}))
        .await
        .expect(200);
    assert_eq!(
        world.get(&world.w1, &app.dev()).await.expect(200)["data"]["status"],
        "inactive"
    );
    let seen = world.get(&world.w2, &app.app()).await.expect(200)["data"].clone();
    assert_eq!(
        (&seen["available"], &seen["availableCode"]),
        (&json!(false), &json!("APP_INACTIVE"))
    );
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(403, "APP_FORBIDDEN");
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    world
        .patch(&world.w1, &app.dev(), json!({"status": "active"}))
        .await
        .expect(200);
    world.get(&token, DEVICES).await.expect(200);
    world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
}

#[tokio::test]
async fn case_13_a_public_client_that_comes_back_is_another_one() {
    let world = World::start().await;
    let app = world.create("public").await;
    let on = json!({"withPublicOauth2Client": true});
    let first = world.patch(&world.w1, &app.dev(), on.clone()).await.expect(200)["data"].clone();
    assert_eq!(first["withPublicOauth2Client"], true);
    let kept = world.patch(&world.w1, &app.dev(), on.clone()).await.expect(200)["data"].clone();
    assert_eq!(kept["publicOauth2Client"], first["publicOauth2Client"]);
    let off = world
        .patch(&world.w1, &app.dev(), json!({"withPublicOauth2Client": false}))
        .await
        .expect(200);
    assert_eq!(off["data"].get("publicOauth2Client"), None);
    assert_eq!(
        world.get(&world.w1, &app.dev()).await.expect(200)["data"].get("publicOauth2Client"),
        None
    );
    let second = world.patch(&world.w1, &app.dev(), on).await.expect(200)["data"].clone();
    let ids = [first, second].map(|answer| answer["publicOauth2Client"]["id"].as_str().unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    for (id, error) in [(&ids[0], "invalid_client"), (&ids[1], "invalid_grant")] {
        let form = [("grant_type", "authorization_code"), ("code", "x"), ("client_id", id)];
        let answer = world.send(world.request(Method::POST, TOKEN).form(&form)).await;
        assert_eq!(answer.expect(400)["error"], error);
    }
}

#[tokio::test]
async fn case_15_only_a_deletion_deletes() {
    let world = World::start().await;
    let app = world.create("alive").await;
    let before = world.snapshot().await;
    for status in ["deleted", "suspended", ""] {
        world
            .patch(&world.w1, &app.dev(), json!({"status": status}))
            .await
            .refused(400, "APP_VALIDATION");
    }
    assert_eq!(world.snapshot().await, before);
}
