//! Creating applications: cases 1 to 5.

use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2};

use crate::kit::{DEV, UNKNOWN, World, members};

fn is_secret(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 16 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[tokio::test]
async fn case_01_a_created_application_shows_its_secret_once() {
    let world = World::start().await;
    let body = json!({"name": "Sample App", "allowedTenants": [{"tenantId": T2}]});
    let created = world.post(&world.w1, DEV, body).await.expect(201)["data"].clone();
    let expected = [
        "allowedTenants",
        "createdAt",
        "id",
        "installationsCount",
        "name",
        "oauth2Client",
        "status",
        "tenantId",
        "updatedAt",
        "withPublicOauth2Client",
    ];
    assert_eq!(members(&created), expected);
    assert_eq!(created["name"], "Sample App");
    assert_eq!(created["status"], "active");
    assert_eq!(created["tenantId"], T1);
    assert_eq!(created["installationsCount"], 0);
    assert_eq!(created["withPublicOauth2Client"], false);
    assert_eq!(created["oauth2Client"]["type"], "confidental");
    assert!(is_secret(&created["oauth2Client"]["secret"]), "{created}");
    let row = &created["allowedTenants"][0];
    assert_eq!(members(row), ["comment", "createdAt", "installed", "tenantId"]);
    assert_eq!(
        (&row["installed"], &row["comment"], &row["tenantId"]),
        (&json!(false), &json!(""), &json!(T2))
    );
}

#[tokio::test]
async fn case_02_a_public_client_comes_beside_the_confidential_one() {
    let world = World::start().await;
    let uris = json!(["https://ex.io/cb", "http://localhost:3000/cb"]);
    let body = json!({"name": "Web App", "withPublicOauth2Client": true, "redirectUris": uris});
    let created = world.post(&world.w1, DEV, body).await.expect(201)["data"].clone();
    assert_eq!(created["redirectUris"], uris);
    assert_eq!(created["withPublicOauth2Client"], true);
    let public = &created["publicOauth2Client"];
    assert_eq!(members(public), ["id", "type"]);
    assert_eq!(public["type"], "public");
    assert_ne!(public["id"], created["oauth2Client"]["id"]);
}

#[tokio::test]
async fn case_03_same_name_is_a_conflict() {
    let world = World::start().await;
    world
        .post(&world.w1, DEV, json!({"name": "Sample App"}))
        .await
        .expect(201);
    let before = world.snapshot().await;
    world
        .post(&world.w1, DEV, json!({"name": "Sample App"}))
        .await
        .refused(409, "APP_CONFLICT");
    assert_eq!(world.snapshot().await, before);
    // Another case is another name, and another owner has names of its own.
    world
        .post(&world.w1, DEV, json!({"name": "sample App"}))
        .await
        .expect(201);
    world
        .post(&world.w2, DEV, json!({"name": "Sample App"}))
        .await
        .expect(201);
}

#[tokio::test]
async fn case_04_names_that_break_the_rule_are_refused() {
    let world = World::start().await;
    let before = world.snapshot().await;
    for name in ["xy".to_owned(), "x".repeat(33), "a.b".to_owned()] {
        world
            .post(&world.w1, DEV, json!({"name": name}))
            .await
            .refused(400, "APP_VALIDATION");
    }
    world
        .post(&world.w1, DEV, json!({}))
        .await
        .refused(400, "APP_VALIDATION");
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_05_members_that_break_the_schema_are_refused() {
    let world = World::start().await;
    let before = world.snapshot().await;
    let permission = json!({"id": DEVICES_BASE_DATA_READ});
    let broken = [
        json!({"foo": 1}),
        json!({"status": "active"}),
        json!({"redirectUris": ["https://*.ex.io/cb"]}),
        json!({"redirectUris": ["/cb"]}),
        json!({"url": "ex.io"}),
        json!({"url": ""}),
        json!({"url": null}),
        json!({"teaserDescription": "x".repeat(171)}),
        json!({"allowedTenants": [{"tenantId": T2, "comment": "x".repeat(256)}]}),
        json!({"allowedTenants": [{"comment": "x"}]}),
        json!({"allowedTenants": [{"tenantId": "T2"}]}),
        json!({"withPublicOauth2Client": "true"}),
        json!({"permissions": {"client": []}}),
        json!({"permissions": {"client": [{}], "user": []}}),
        json!({"permissions": {"client": [{"id": UNKNOWN}], "user": []}}),
        json!({"permissions": {"client": [permission, {"id": DEVICES_BASE_DATA_READ, "x": 1}], "user": []}}),
    ];
    for mut body in broken {
        let shown = body.clone();
        body["name"] = json!("Sample App");
        assert_eq!(world.post(&world.w1, DEV, body).await.status, 400, "{shown}");
    }
    world
        .post(&world.w1, DEV, json!(["Sample App"]))
        .await
        .refused(400, "APP_VALIDATION");
    let unlabelled = world
        .request(reqwest::Method::POST, DEV)
        .bearer_auth(&world.w1)
        .body(r#"{"name":"Sample App"}"#);
    world.send(unlabelled).await.refused(400, "APP_VALIDATION");
    assert_eq!(world.snapshot().await, before);
}
