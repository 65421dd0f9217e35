//! The control API: state and its ops, clock, reset.

use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2, T3, USERS, WRITER_T1};

use crate::kit::{App, DEV, DEVICES, World};

#[tokio::test]
async fn the_state_shows_what_the_platform_knows() {
    let world = World::start().await;
    let app = world.installed("shown").await;
    let state = world.look("state").await;
    assert_eq!(state["switches"]["contract"], "2019-12");
    assert_eq!(state["switches"].as_object().unwrap().len(), 22);
    let tenants: Vec<&Value> = state["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| &tenant["id"])
        .collect();
    assert_eq!(tenants, [T1, T2, T3]);
    assert_eq!(state["users"].as_array().unwrap().len(), USERS.len());
    assert_eq!(state["users"][1]["roles"], json!({T1: "writer"}));
    assert_eq!(state["keys"].as_array().unwrap().len(), 1);
    let shown = &state["applications"][0];
    assert_eq!(
        (&shown["id"], &shown["client_id"]),
        (&json!(app.id()), &json!(app.client_id()))
    );
    assert_eq!(
        (&shown["secret"], &shown["secret_generation"]),
        (&json!(app.secret()), &json!(1))
    );
    assert_eq!(shown["allowed_tenants"][0]["tenant_id"], T2);
    assert_eq!(
        (
            &shown["installations"][0]["tenant_id"],
            &shown["installations"][0]["status"]
        ),
        (&json!(T2), &json!("ok"))
    );
    let commits = json!({
        "create": 1, "change": 0, "delete": 0, "rotate": 0, "allow": 0, "disallow": 0, "install": 1, "consent": 0,
        "uninstall": 0, "token": 0,
    });
    assert_eq!(state["commits"], commits);
    assert_eq!(
        (&state["tokens"][0]["sub"], &state["tokens"][0]["tenant"]),
        (&json!(USERS[1].0), &json!(T1))
    );
}

#[tokio::test]
async fn ops_change_the_platform_as_somebody_else_would() {
    let world = World::start().await;
    let permissions = json!({"client": [{"id": DEVICES_BASE_DATA_READ}], "user": []});
    let set = json!({"name": "planted", "permissions": permissions});
    let id = "aaaaaaaa-0000-4000-8000-000000000001";
    let ops = json!({"ops": [
        {"op": "app.put", "id": id, "tenant": T1, "set": set},
        {"op": "app.patch", "id": id, "set": {"name": "drifted", "status": "inactive"}},
        {"op": "app.patch", "id": id, "set": {"status": "active"}},
        {"op": "secret.rotate", "id": id},
        {"op": "allowed.put", "id": id, "tenant": T3, "comment": "drift"},
        {"op": "allowed.put", "id": id, "tenant": T2},
        {"op": "install.put", "id": id, "tenant": T3, "permissions": {"client": [], "user": []}},
        {"op": "install.put", "id": id, "tenant": T2},
        {"op": "allowed.delete", "id": id, "tenant": T3},
    ]});
    let results = world.steer("state", ops).await.expect(200)["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 9);
    let last = &results[8];
    assert_eq!(
        (&last["name"], &last["status"], &last["secret_generation"]),
        (&json!("drifted"), &json!("active"), &json!(2))
    );
    assert_ne!(results[0]["secret"], last["secret"]);
    let consents: Vec<&Value> = last["installations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(consents, ["ok", "outdated"]);
    let minted = world
        .op(json!({"op": "token.mint", "client_id": last["client_id"], "tenant": T2}))
        .await;
    world
        .get(minted["access_token"].as_str().unwrap(), DEVICES)
        .await
        .expect(200);
    assert_eq!(
        world.get(&world.w1, &format!("{DEV}/{id}")).await.expect(200)["data"]["name"],
        "drifted"
    );
    let created = world.look("state").await["commits"]["create"].clone();
    assert_eq!(created, 0, "only requests are counted");
    world.op(json!({"op": "install.delete", "id": id, "tenant": T2})).await;
    world
        .get(minted["access_token"].as_str().unwrap(), DEVICES)
        .await
        .refused(403, "NO_ACCESS_TO_RESOURCE");
    world.op(json!({"op": "app.delete", "id": id})).await;
    world
        .get(&world.w1, &format!("{DEV}/{id}"))
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn a_batch_with_one_bad_op_changes_nothing() {
    let world = World::start().await;
    let app = world.create("untouched").await;
    let before = world.snapshot().await;
    let good = json!({"op": "app.patch", "id": app.id(), "set": {"name": "touched"}});
    let bad = [
        (json!({"op": "tenant.drop", "id": T1}), "token.mint"),
        (json!({"op": "app.delete", "id": app.id(), "x": 1}), "unknown field"),
        (
            json!({"op": "app.patch", "id": app.id(), "set": {"tenantId": T2}}),
            "unknown field",
        ),
        (json!({"op": "app.delete", "id": T1}), "ops[1]: no such application"),
        (
            json!({"op": "app.put", "tenant": T1, "set": {"name": "touched"}}),
            "ops[1]: the name is taken",
        ),
        (
            json!({"op": "install.delete", "id": app.id(), "tenant": T2}),
            "ops[1]: not installed",
        ),
        (json!({"op": "token.mint", "user": "nobody"}), "ops[1]: no user"),
        (json!({"op": "token.mint"}), "either user or client_id"),
    ];
    for (op, why) in bad {
        let refused = world.steer("state", json!({"ops": [good, op]})).await.expect(400);
        assert!(refused["error"].as_str().unwrap().contains(why), "{refused}");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn the_clock_drives_timestamps_and_expiry() {
    let world = World::start().await;
    let set = world
        .steer("clock", json!({"set": "2030-01-01T00:00:00.120Z", "freeze": true}))
        .await
        .expect(200);
    assert_eq!(set, json!({"now": "2030-01-01T00:00:00.120Z"}));
    world.get(&world.w1, DEV).await.refused(401, "INVALID_TOKEN");
    let minted = world
        .op(json!({"op": "token.mint", "user": WRITER_T1, "tenant": T1, "ttl_s": 10}))
        .await;
    let token = minted["access_token"].as_str().unwrap();
    let created = world.post(token, DEV, json!({"name": "dated"})).await.expect(201)["data"].clone();
    assert_eq!(created["createdAt"], "2030-01-01T00:00:00.120Z");
    world.steer("clock", json!({"advance_s": 9})).await.expect(200);
    world.get(token, DEV).await.expect(200);
    assert_eq!(
        world.steer("clock", json!({"advance_s": 1})).await.expect(200)["now"],
        "2030-01-01T00:00:10.120Z"
    );
    world.get(token, DEV).await.refused(401, "INVALID_TOKEN");
    assert_eq!(world.look("clock").await["now"], "2030-01-01T00:00:10.120Z");
    for bad in [
        json!({}),
        json!({"rewind": 1}),
        json!({"set": "yesterday"}),
        json!({"advance_s": i64::MAX}),
    ] {
        assert_eq!(world.steer("clock", bad.clone()).await.status, 400, "{bad}");
    }
    assert_eq!(world.look("clock").await["now"], "2030-01-01T00:00:10.120Z");
}

/// Ids and secret of an application created right after a reset.
async fn first_after_reset(world: &World, reset: Value) -> [Value; 3] {
    world.steer("reset", reset).await.expect(200);
    let writer = world.mint(WRITER_T1, T1).await;
    let app = App(world.post(&writer, DEV, json!({"name": "first"})).await.expect(201)["data"].clone());
    ["id", "client_id", "secret"].map(|name| match name {
        "id" => json!(app.id()),
        "client_id" => json!(app.client_id()),
        _ => json!(app.secret()),
    })
}

#[tokio::test]
async fn a_reset_clears_everything_and_repeats_ids_and_secrets() {
    let world = World::start().await;
    world.create("forgotten").await;
    world
        .steer(
            "faults",
            json!({"fault": {"kind": "error", "status": 500}, "match": {"seq": 999}}),
        )
        .await
        .expect(201);
    world
        .steer("clock", json!({"set": "2030-01-01T00:00:00Z", "freeze": true}))
        .await
        .expect(200);
    let one = first_after_reset(
        &world,
        json!({"switches": {"contract": "2019-12"}, "random": 1, "fixture": {}}),
    )
    .await;
    let other = first_after_reset(&world, json!({"random": 2})).await;
    let again = first_after_reset(&world, json!({"random": 1})).await;
    assert_eq!(one, again);
    assert!(
        one.iter().zip(&other).all(|(one, other)| one != other),
        "{one:?} {other:?}"
    );
    world.get(&world.w1, DEV).await.refused(401, "INVALID_TOKEN");
    assert_eq!(world.look("state").await["applications"].as_array().unwrap().len(), 1);
    assert_eq!(world.look("faults").await, json!([]));
    assert_eq!(world.look("requests").await[0]["seq"], 1);
    assert!(world.look("clock").await["now"].as_str().unwrap() < "2030");
}

#[tokio::test]
async fn a_reset_to_something_unknown_is_refused_and_changes_nothing() {
    let world = World::start().await;
    world.create("kept").await;
    let before = world.snapshot().await;
    let unknown = [
        (
            json!({"switches": {"contract": "2019-06"}}),
            "expected `2019-12` or `2019-05`",
        ),
        (json!({"switches": {"speed": "high"}}), "expected one of `contract`"),
        (json!({"switches": {"token_gate": "door"}}), "expected `token` or `api`"),
        (json!({"fixture": {"tenants": []}}), "unknown field"),
        (json!({"seed": 1}), "`random`"),
    ];
    for (reset, why) in unknown {
        let refused = world.steer("reset", reset).await.expect(400);
        assert!(refused["error"].as_str().unwrap().contains(why), "{refused}");
    }
    assert_eq!(world.snapshot().await, before);
    assert_eq!(world.steer("nothing", json!({})).await.status, 404);
}
