//! Case 35: lists that lag behind, and pages that lack what they should hold.

use serde_json::{Value, json};
use simulator::fixture::{T2, T3};

use super::{arm, disarm};
use crate::kit::{APP, App, DEV, World, ids};

/// Sets a lag for the next request with this method.
async fn arm_lag(world: &World, method: &str, lag: Value) {
    let mut fault = json!({"kind": "stale_list"});
    for (name, value) in lag.as_object().unwrap() {
        fault[name] = value.clone();
    }
    let fault = json!({"match": {"method": method}, "fault": fault});
    world.steer("faults", fault).await.expect(201);
}

async fn names(world: &World) -> Vec<String> {
    let list = world.get(&world.w1, DEV).await.expect(200);
    let names = list["data"].as_array().unwrap().iter();
    let mut names: Vec<String> = names.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn case_35_a_created_application_is_missing_from_the_next_lists() {
    let world = World::start().await;
    world.create("older").await;
    arm_lag(&world, "POST", json!({"reads": 2, "hide": "created"})).await;
    let app = world.create("newer").await;
    assert_eq!(world.look("state").await["commits"]["create"], 2);
    world.get(&world.w1, &app.dev()).await.expect(200);
    assert_eq!(names(&world).await, ["older"]);
    assert_eq!(world.get(&world.w2, APP).await.expect(200)["meta"]["itemsTotal"], 1);
    assert_eq!(names(&world).await, ["newer", "older"]);
}

#[tokio::test]
async fn case_35_a_lag_in_time_follows_the_clock() {
    let world = World::start().await;
    world.steer("clock", json!({"freeze": true})).await.expect(200);
    arm_lag(&world, "POST", json!({"ms": 5000, "hide": "created"})).await;
    world.create("late").await;
    for _ in 0..3 {
        assert_eq!(names(&world).await, Vec::<String>::new());
    }
    world.steer("clock", json!({"advance_s": 5})).await.expect(200);
    assert_eq!(names(&world).await, ["late"]);
}

#[tokio::test]
async fn case_35_a_deleted_application_stays_in_the_next_list() {
    let world = World::start().await;
    let app = world.create("deleted").await;
    arm_lag(&world, "DELETE", json!({"reads": 1, "hide": "deleted"})).await;
    world.delete(&world.w1, &app.dev()).await.expect(204);
    world
        .get(&world.w1, &app.dev())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    assert_eq!(names(&world).await, ["deleted"]);
    assert_eq!(names(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn case_35_a_change_is_missing_from_the_next_list() {
    let world = World::start().await;
    let app = world.create("before").await;
    arm_lag(&world, "PATCH", json!({"reads": 1, "hide": "changed"})).await;
    world
        .patch(&world.w1, &app.dev(), json!({"name": "after"}))
        .await
        .expect(200);
    let detail = world.get(&world.w1, &app.dev()).await.expect(200);
    assert_eq!(detail["data"]["name"], "after");
    assert_eq!(names(&world).await, ["before"]);
    assert_eq!(names(&world).await, ["after"]);
}

async fn allowed(world: &World, app: &App) -> Vec<Value> {
    let path = format!("{}/allowed-tenants", app.dev());
    let rows = world.get(&world.w1, &path).await.expect(200)["data"].clone();
    let mut rows: Vec<Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["tenantId"], row["comment"]]))
        .collect();
    rows.sort_by_key(Value::to_string);
    rows
}

#[tokio::test]
async fn case_35_allowed_tenants_lag_behind_like_applications() {
    let world = World::start().await;
    let app = world.create("rows").await;
    arm_lag(&world, "PUT", json!({"reads": 1, "hide": "created"})).await;
    world
        .put(&world.w1, &app.allowed(T3), json!({"comment": "south"}))
        .await
        .expect(200);
    assert_eq!(allowed(&world, &app).await, [json!([T2, ""])]);
    assert_eq!(allowed(&world, &app).await, [json!([T2, ""]), json!([T3, "south"])]);
    arm_lag(&world, "PUT", json!({"reads": 1, "hide": "changed"})).await;
    world
        .put(&world.w1, &app.allowed(T3), json!({"comment": "west"}))
        .await
        .expect(200);
    assert_eq!(allowed(&world, &app).await, [json!([T2, ""]), json!([T3, "south"])]);
    arm_lag(&world, "DELETE", json!({"reads": 1, "hide": "deleted"})).await;
    world.delete(&world.w1, &app.allowed(T3)).await.expect(204);
    assert_eq!(allowed(&world, &app).await, [json!([T2, ""]), json!([T3, "west"])]);
    assert_eq!(allowed(&world, &app).await, [json!([T2, ""])]);
}

/// Totals and number of items of page 1 of 3, of 3 items each.
async fn middle(world: &World) -> Value {
    let list = world
        .get(&world.w1, &format!("{DEV}?pageSize=3&page=1"))
        .await
        .expect(200);
    json!([list["meta"]["itemsTotal"], list["meta"]["pagesTotal"], ids(&list).len()])
}

#[tokio::test]
async fn case_35_a_page_in_the_middle_comes_empty_or_short() {
    let world = World::start().await;
    for number in 0..8 {
        world.create(&format!("app {number}")).await;
    }
    for (fault, shown) in [
        (json!({"kind": "empty_page", "page": 1}), json!([8, 3, 0])),
        (
            json!({"kind": "empty_page", "page": 1, "totals": "lying"}),
            json!([3, 1, 0]),
        ),
        (json!({"kind": "short_page", "page": 1, "drop": 2}), json!([8, 3, 1])),
        (
            json!({"kind": "short_page", "page": 1, "drop": 2, "totals": "lying"}),
            json!([4, 2, 1]),
        ),
    ] {
        let fault = json!({"match": {"method": "GET", "path": DEV}, "fault": fault});
        world.steer("faults", fault).await.expect(201);
        // Another page passes, and does not use the fault up.
        let first = world.get(&world.w1, &format!("{DEV}?pageSize=3")).await.expect(200);
        assert_eq!(ids(&first).len(), 3);
        assert_eq!(middle(&world).await, shown);
        assert_eq!(middle(&world).await, json!([8, 3, 3]));
        disarm(&world).await;
    }
    assert_eq!(world.look("state").await["applications"].as_array().unwrap().len(), 8);
    arm(&world, json!({"kind": "empty_page"})).await;
    world.create("no list").await;
}
