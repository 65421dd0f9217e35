//! Listing, reading and changing applications: cases 7 to 12.

use serde_json::json;
use simulator::fixture::{APPLICATIONS_READ, T2};

use crate::kit::{DEV, UNKNOWN, World, ids, members};

#[tokio::test]
async fn case_07_the_list_is_newest_first_and_brief() {
    let world = World::start().await;
    let older = world.create("older").await;
    world.steer("clock", json!({"advance_s": 1})).await.expect(200);
    let newer = world.create("newer").await;
    let list = world.get(&world.w1, DEV).await.expect(200);
    assert_eq!(
        list["meta"],
        json!({"page": 0, "pageSize": 20, "itemsTotal": 2, "pagesTotal": 1})
    );
    assert_eq!(ids(&list), [newer.id(), older.id()]);
    let expected = [
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
    assert_eq!(members(&list["data"][0]), expected);
    assert_eq!(members(&list["data"][0]["oauth2Client"]), ["id", "type"]);
}

#[tokio::test]
async fn case_08_pages_have_totals_and_end_empty() {
    let world = World::start().await;
    assert_eq!(world.get(&world.w1, DEV).await.expect(200)["meta"]["pagesTotal"], 0);
    world.steer("clock", json!({"freeze": true})).await.expect(200);
    for number in 0..23 {
        world.create(&format!("app {number}")).await;
    }
    let mut seen = Vec::new();
    for (page, size) in [(0, 10), (1, 10), (2, 3), (9, 0)] {
        let list = world
            .get(&world.w1, &format!("{DEV}?pageSize=10&page={page}"))
            .await
            .expect(200);
        assert_eq!(
            list["meta"],
            json!({"page": page, "pageSize": 10, "itemsTotal": 23, "pagesTotal": 3})
        );
        assert_eq!(ids(&list).len(), size, "page {page}");
        seen.extend(ids(&list).into_iter().map(str::to_owned));
    }
    // All were created at the same instant, so that the id decides.
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen.len(), 23);
    for query in ["pageSize=0", "pageSize=101", "pageSize=abc", "page=-1", "page="] {
        world
            .get(&world.w1, &format!("{DEV}?{query}"))
            .await
            .refused(400, "APP_VALIDATION");
    }
}

#[tokio::test]
async fn case_09_owners_do_not_see_each_other() {
    let world = World::start().await;
    let app = world.create("private").await;
    assert_eq!(ids(&world.get(&world.w2, DEV).await.expect(200)), Vec::<&str>::new());
    world
        .get(&world.w2, &app.dev())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    let before = world.snapshot().await;
    world
        .patch(&world.w2, &app.dev(), json!({"name": "taken over"}))
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    world
        .post(&world.w2, &format!("{}/secret", app.dev()), json!({}))
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    world
        .delete(&world.w2, &app.dev())
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_10_the_detail_shows_neither_secret_nor_allowed_tenants() {
    let world = World::start().await;
    let app = world.create("detailed").await;
    let detail = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    assert_eq!(detail["redirectUris"], json!([]));
    assert_eq!(detail["permissions"], app.0["permissions"]);
    assert_eq!(
        detail["oauth2Client"],
        json!({"id": app.client_id(), "type": "confidental"})
    );
    assert_eq!(detail.get("allowedTenants"), None);
    let bare = world.post(&world.w1, DEV, json!({"name": "bare"})).await.expect(201)["data"].clone();
    let detail = world
        .get(&world.w1, &format!("{DEV}/{}", bare["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(detail["data"]["permissions"], json!({"client": [], "user": []}));
    world
        .get(&world.w1, &format!("{DEV}/not-a-uuid"))
        .await
        .refused(400, "APP_VALIDATION");
    world
        .get(&world.w1, &format!("{DEV}/{UNKNOWN}"))
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn case_11_a_change_answers_only_what_was_sent() {
    let world = World::start().await;
    let app = world.create("before").await;
    let before = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    let answer = world
        .patch(&world.w1, &app.dev(), json!({"name": "Renamed"}))
        .await
        .expect(200)["data"]
        .clone();
    assert_eq!(members(&answer), ["id", "name", "updatedAt"]);
    let mut after = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    assert_eq!(after["name"], "Renamed");
    assert_eq!(after["updatedAt"], answer["updatedAt"]);
    assert!(
        after["updatedAt"].as_str() > before["updatedAt"].as_str(),
        "{before} {after}"
    );
    after["name"] = before["name"].clone();
    after["updatedAt"] = before["updatedAt"].clone();
    assert_eq!(after, before);
    // The old name is free, the new one taken, and one's own name no conflict.
    world.create("before").await;
    world
        .patch(&world.w1, &app.dev(), json!({"name": "before"}))
        .await
        .refused(409, "APP_CONFLICT");
    world
        .patch(&world.w1, &app.dev(), json!({"name": "Renamed"}))
        .await
        .expect(200);
    assert_eq!(
        members(&world.patch(&world.w1, &app.dev(), json!({})).await.expect(200)["data"]),
        ["id", "updatedAt"]
    );
}

#[tokio::test]
async fn case_12_immutable_members_cannot_be_changed() {
    let world = World::start().await;
    let app = world.create("fixed").await;
    let before = world.snapshot().await;
    let wishes = [
        json!({"allowedTenants": []}),
        json!({"tenantId": T2}),
        json!({"oauth2Client": {"id": UNKNOWN}}),
        json!({"status": "deleted"}),
        json!({"name": null}),
        json!({"name": "Renamed", "id": UNKNOWN}),
    ];
    for wish in wishes {
        world
            .patch(&world.w1, &app.dev(), wish)
            .await
            .refused(400, "APP_VALIDATION");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn arrays_are_replaced_whole_and_texts_may_be_emptied() {
    let world = World::start().await;
    let app = world.create("arrays").await;
    let first = json!({"redirectUris": ["https://ex.io/a", "https://ex.io/b"], "teaserDescription": "note"});
    world.patch(&world.w1, &app.dev(), first).await.expect(200);
    let permissions = json!({"client": [{"id": APPLICATIONS_READ}], "user": []});
    let second = json!({"redirectUris": [], "teaserDescription": "", "permissions": permissions});
    world.patch(&world.w1, &app.dev(), second.clone()).await.expect(200);
    let detail = world.get(&world.w1, &app.dev()).await.expect(200)["data"].clone();
    for member in ["redirectUris", "teaserDescription", "permissions"] {
        assert_eq!(detail[member], second[member], "{member}");
    }
}
