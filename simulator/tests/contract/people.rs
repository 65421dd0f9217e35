//! The control API on tenants, users, keys and tokens.

use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};

use crate::kit::{APP, DEV, DEVICES, REALM, World};

const T4: &str = "44444444-4444-4444-8444-444444444444";

#[tokio::test]
async fn tenants_and_users_join_the_fixture() {
    let world = World::start().await;
    let tenant = world
        .op(json!({"op": "tenant.put", "id": T4, "name": "tenant-four"}))
        .await;
    assert_eq!(tenant, json!({"id": T4, "name": "tenant-four", "status": "active"}));
    let roles = json!({T4: "owner", T1: "reader"});
    let user = world
        .op(json!({"op": "user.put", "name": "newcomer", "roles": roles}))
        .await;
    assert_eq!((&user["name"], &user["roles"]), (&json!("newcomer"), &roles));
    let (owner, reader) = (world.mint("newcomer", T4).await, world.mint("newcomer", T1).await);
    world.post(&owner, DEV, json!({"name": "first"})).await.expect(201);
    world
        .post(&reader, DEV, json!({"name": "second"}))
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    // The same name is the same user, with other roles.
    let again = world
        .op(json!({"op": "user.put", "name": "newcomer", "roles": {T1: "writer"}}))
        .await;
    assert_eq!(again["id"], user["id"]);
    world.post(&reader, DEV, json!({"name": "second"})).await.expect(201);
    world
        .post(&owner, DEV, json!({"name": "third"}))
        .await
        .refused(403, "APP_FORBIDDEN");
    for (op, why) in [
        (
            json!({"op": "user.put", "name": "x", "roles": {T4: "king"}}),
            "unknown variant",
        ),
        (
            json!({"op": "user.put", "name": "x", "roles": {"99999999-9999-4999-8999-999999999999": "owner"}}),
            "no such tenant",
        ),
        (
            json!({"op": "user.put", "id": T4, "name": "newcomer", "roles": {}}),
            "another id",
        ),
        (
            json!({"op": "tenant.put", "id": T4, "status": "asleep"}),
            "unknown variant",
        ),
    ] {
        let refused = world.steer("state", json!({"ops": [op]})).await.expect(400);
        assert!(refused["error"].as_str().unwrap().contains(why), "{refused}");
    }
}

#[tokio::test]
async fn a_suspended_tenant_is_shut_for_users_and_applications() {
    let world = World::start().await;
    let app = world.installed("suspended").await;
    let token = world.access_token(&app, Some(T2)).await;
    let free = world.access_token(&app, None).await;
    let installed = "/v1/application-info/installed-tenants";
    world
        .op(json!({"op": "tenant.put", "id": T2, "status": "suspended"}))
        .await;
    assert_eq!(world.look("state").await["tenants"][1]["name"], "tenant-two");
    world.get(&world.w2, APP).await.refused(403, "ID_TENANT_SUSPENDED");
    world.get(&token, DEVICES).await.refused(403, "ID_TENANT_SUSPENDED");
    let refused = world.app_token(&app, app.secret(), Some(T2)).await.expect(400);
    assert_eq!(refused["error"], "invalid_grant");
    assert_eq!(world.get(&free, installed).await.expect(200)["data"], json!([]));
    world.get(&world.w1, DEV).await.expect(200);
    world
        .op(json!({"op": "tenant.put", "id": T2, "status": "active"}))
        .await;
    world.get(&token, DEVICES).await.expect(200);
    assert_eq!(world.get(&free, installed).await.expect(200)["meta"]["itemsTotal"], 1);
}

#[tokio::test]
async fn tokens_end_one_by_one_or_all_at_once() {
    let world = World::start().await;
    let app = world.installed("ending").await;
    let own = world.access_token(&app, Some(T2)).await;
    let usable = async || {
        let mut statuses = Vec::new();
        for token in [&world.w1, &world.w2, &own] {
            statuses.push(world.get(token, DEVICES).await.status);
        }
        statuses
    };
    let last = world.look("state").await["tokens"].as_array().unwrap().clone();
    let jti = &last.iter().rev().find(|token| token["typ"] == "Bearer").unwrap()["jti"];
    let ended = world.op(json!({"op": "token.expire", "jti": jti})).await;
    assert_eq!((ended, usable().await), (json!({"expired": 1}), vec![200, 200, 401]));
    let ended = world
        .op(json!({"op": "token.expire", "client_id": app.client_id()}))
        .await;
    assert_eq!(ended, json!({"expired": 1}), "the refresh token was left");
    world
        .op(json!({"op": "token.expire", "user": WRITER_T1, "tenant": T2}))
        .await;
    assert_eq!(usable().await, [200, 200, 401]);
    world.op(json!({"op": "token.expire", "user": WRITER_T2})).await;
    assert_eq!(usable().await, [200, 401, 401]);
    world.op(json!({"op": "token.expire"})).await;
    assert_eq!(usable().await, [401, 401, 401]);
}

#[tokio::test]
async fn a_key_is_rotated_with_or_without_the_old_one() {
    let world = World::start().await;
    let keys = async || world.look("state").await["keys"].clone();
    let published = async || {
        let certs = world.open(&format!("{REALM}/protocol/openid-connect/certs")).await;
        let kids: Vec<Value> = certs["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].clone())
            .collect();
        json!(kids)
    };
    let first = keys().await[0].clone();
    let rotated = world.op(json!({"op": "key.rotate", "keep_old": true})).await;
    assert_eq!(keys().await, json!([rotated["key"], first]));
    assert_eq!(published().await, keys().await);
    world.get(&world.w1, DEV).await.expect(200);
    let fresh = world.mint(WRITER_T1, T1).await;
    let rotated = world.op(json!({"op": "key.rotate"})).await;
    assert_eq!(keys().await, json!([rotated["key"]]));
    for token in [&world.w1, &fresh] {
        world.get(token, DEV).await.refused(401, "INVALID_TOKEN");
    }
    let fresh = world.mint(WRITER_T1, T1).await;
    world.get(&fresh, DEV).await.expect(200);
}
