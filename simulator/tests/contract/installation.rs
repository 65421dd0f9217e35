//! Seeing, installing, consenting, uninstalling: cases 20 to 24.

use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_READ, DEVICES_BASE_DATA_READ, T2};

use crate::kit::{APP, DEVICES, World, ids, members};

#[tokio::test]
async fn case_20_only_allowed_tenants_see_an_application() {
    let world = World::start().await;
    let app = world.create("visible").await;
    let list = world.get(&world.w2, APP).await.expect(200);
    let item = &list["data"][0];
    assert_eq!(members(item), ["available", "availableCode", "id", "name"]);
    assert_eq!(
        (&item["available"], &item["availableCode"]),
        (&json!(true), &json!("APP_AVAILABLE"))
    );
    assert_eq!((&item["id"], &item["name"]), (&json!(app.id()), &json!("visible")));
    let before = world.snapshot().await;
    for outsider in [&world.w3, &world.w1] {
        assert_eq!(ids(&world.get(outsider, APP).await.expect(200)), Vec::<&str>::new());
        world
            .get(outsider, &app.app())
            .await
            .refused(404, "APP_RESOURCE_NOT_FOUND");
        world
            .post(outsider, &app.installation(), app.full_set())
            .await
            .refused(404, "APP_RESOURCE_NOT_FOUND");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_21_a_tenant_installs_with_the_full_set() {
    let world = World::start().await;
    let app = world.create("installable").await;
    let declared = world
        .get(&world.w2, &format!("{}/permissions", app.app()))
        .await
        .expect(200)["data"]
        .clone();
    assert_eq!(
        declared,
        json!({"client": [{"id": DEVICES_BASE_DATA_READ}], "user": []})
    );
    world
        .get(&world.w2, &app.installation())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    let body = json!({"permissions": declared});
    let installed = world.post(&world.w2, &app.installation(), body).await.expect(201)["data"].clone();
    let expected = [
        "applicationId",
        "createdAt",
        "permissions",
        "status",
        "tenantId",
        "updatedAt",
    ];
    assert_eq!(members(&installed), expected);
    assert_eq!(
        (&installed["applicationId"], &installed["tenantId"]),
        (&json!(app.id()), &json!(T2))
    );
    assert_eq!(
        (&installed["status"], &installed["permissions"]),
        (&json!("ok"), &declared)
    );
    assert_eq!(
        world.get(&world.w2, &app.installation()).await.expect(200)["data"],
        installed
    );
    assert_eq!(
        world.get(&world.w1, &app.dev()).await.expect(200)["data"]["installationsCount"],
        1
    );
    for (query, found) in [
        ("installed=true", 1),
        ("installed=", 1),
        ("installed=false", 0),
        ("", 1),
    ] {
        let list = world.get(&world.w2, &format!("{APP}?{query}")).await.expect(200);
        assert_eq!(ids(&list).len(), found, "{query}");
    }
    let brief = world.get(&world.w2, &app.app()).await.expect(200)["data"]["installation"].clone();
    assert_eq!(
        brief,
        json!({"tenantId": T2, "status": "ok", "createdAt": installed["createdAt"]})
    );
    world
        .get(&world.w2, &format!("{APP}?installed=yes"))
        .await
        .refused(400, "APP_VALIDATION");
}

#[tokio::test]
async fn case_22_a_wrong_set_or_a_second_install_is_refused() {
    let world = World::start().await;
    let app = world.create("strict").await;
    let both = json!([{"id": DEVICES_BASE_DATA_READ}, {"id": APPLICATIONS_READ}]);
    let set = |client: Value| json!({"permissions": {"client": client, "user": []}});
    let before = world.snapshot().await;
    for wrong in [
        set(json!([])),
        set(both),
        json!({}),
        json!({"permissions": {"client": []}}),
    ] {
        world
            .post(&world.w2, &app.installation(), wrong)
            .await
            .refused(400, "APP_VALIDATION");
    }
    assert_eq!(world.snapshot().await, before);
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .expect(201);
    world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(409, "APP_CONFLICT");
    // What is installed already matters more than a wrong set.
    world
        .post(&world.w2, &app.installation(), set(json!([])))
        .await
        .refused(409, "APP_CONFLICT");
    assert_eq!(world.look("state").await["commits"]["install"], 1);
}

#[tokio::test]
async fn case_23_a_new_permission_asks_for_new_consent() {
    let world = World::start().await;
    let app = world.installed("growing").await;
    let token = world.access_token(&app, Some(T2)).await;
    let more = json!([{"id": APPLICATIONS_READ}, {"id": DEVICES_BASE_DATA_READ}]);
    let more = json!({"permissions": {"client": more, "user": []}});
    world.patch(&world.w1, &app.dev(), more.clone()).await.expect(200);
    let outdated = world.get(&world.w2, &app.installation()).await.expect(200)["data"].clone();
    assert_eq!(
        (&outdated["status"], &outdated["permissions"]),
        (&json!("outdated"), &app.0["permissions"])
    );
    // The old grant goes on, the new one has not begun.
    world.get(&token, DEVICES).await.expect(200);
    world.get(&token, APP).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    world
        .patch(&world.w2, &app.installation(), app.full_set())
        .await
        .refused(400, "APP_VALIDATION");
    let renewed = world.patch(&world.w2, &app.installation(), more).await.expect(200)["data"].clone();
    assert_eq!(renewed["status"], "ok");
    assert_eq!(renewed["createdAt"], outdated["createdAt"]);
    world.get(&token, APP).await.expect(200);
    let other = world.create("uninstalled").await;
    world
        .patch(&world.w2, &other.installation(), other.full_set())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn case_24_uninstalling_ends_all_access() {
    let world = World::start().await;
    let app = world.installed("leaving").await;
    let token = world.access_token(&app, Some(T2)).await;
    let first = world.get(&world.w2, &app.installation()).await.expect(200)["data"].clone();
    world.delete(&world.w2, &app.installation()).await.expect(204);
    world
        .delete(&world.w2, &app.installation())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    world.get(&token, DEVICES).await.refused(403, "NO_ACCESS_TO_RESOURCE");
    assert_eq!(
        world.app_token(&app, app.secret(), Some(T2)).await.expect(400)["error"],
        "invalid_grant"
    );
    world.steer("clock", json!({"advance_s": 5})).await.expect(200);
    let again = world
        .post(&world.w2, &app.installation(), app.full_set())
        .await
        .expect(201)["data"]
        .clone();
    assert!(again["createdAt"].as_str() > first["createdAt"].as_str());
    world.get(&token, DEVICES).await.expect(200);
}
