//! Case 38: what is refused leaves no trace, and what comes at once is carried out one after another.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, READER_T1, T1, T2, T3, WRITER_T1};

use crate::kit::{APP, App, DEV, DEVICES, TOKEN, UNKNOWN, World};

/// A request and the status that refuses it.
type Refused = (Method, String, Value, u16);

fn as_owner(app: &App) -> Vec<Refused> {
    let secret = format!("{}/secret", app.dev());
    let rows = format!("{}/allowed-tenants", app.dev());
    let lost = format!("{DEV}/{UNKNOWN}");
    vec![
        (Method::POST, DEV.to_owned(), json!({"name": "taken"}), 409),
        (Method::POST, DEV.to_owned(), json!({"name": "xy"}), 400),
        (Method::POST, DEV.to_owned(), json!({"name": "free", "foo": 1}), 400),
        (Method::PATCH, app.dev(), json!({"allowedTenants": []}), 400),
        (Method::PATCH, app.dev(), json!({"status": "deleted"}), 400),
        (Method::PATCH, app.dev(), json!({"name": "taken"}), 409),
        (Method::PATCH, lost.clone(), json!({"name": "free"}), 404),
        (Method::DELETE, lost.clone(), json!({}), 404),
        (Method::DELETE, format!("{DEV}/x"), json!({}), 400),
        (Method::PUT, app.dev(), json!({}), 405),
        (Method::POST, secret, json!({"secret": "x"}), 400),
        (Method::POST, format!("{lost}/secret"), json!({}), 404),
        (Method::PUT, app.allowed("x"), json!({}), 400),
        (Method::PUT, app.allowed(T3), json!({"comment": 1}), 400),
        (Method::PUT, format!("{lost}/allowed-tenants/{T3}"), json!({}), 404),
        (Method::DELETE, app.allowed(T3), json!({}), 404),
        (Method::GET, format!("{rows}?page=-1"), json!({}), 400),
        (Method::GET, format!("{DEV}?pageSize=101"), json!({}), 400),
        (Method::POST, app.installation(), app.full_set(), 404),
    ]
}

fn as_tenant(app: &App, installed: &App) -> Vec<Refused> {
    vec![
        (Method::POST, app.installation(), json!({}), 400),
        (
            Method::POST,
            app.installation(),
            json!({"permissions": {"client": [], "user": []}}),
            400,
        ),
        (Method::PATCH, app.installation(), app.full_set(), 404),
        (Method::DELETE, app.installation(), json!({}), 404),
        (Method::GET, app.installation(), json!({}), 404),
        (Method::POST, installed.installation(), installed.full_set(), 409),
        (
            Method::PATCH,
            installed.installation(),
            json!({"permissions": null}),
            400,
        ),
        (Method::GET, app.dev(), json!({}), 404),
        (Method::PATCH, app.dev(), json!({"name": "taken over"}), 404),
        (Method::DELETE, app.dev(), json!({}), 404),
        (Method::GET, format!("{APP}?installed=maybe"), json!({}), 400),
    ]
}

async fn nothing_changes(world: &World, token: Option<&str>, requests: Vec<Refused>) {
    let before = world.snapshot().await;
    for (method, path, body, status) in requests {
        let request = world.request(method.clone(), &path).json(&body);
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        assert_eq!(world.send(request).await.status, status, "{method} {path} {body}");
        assert_eq!(world.snapshot().await, before, "{method} {path} {body}");
    }
}

#[tokio::test]
async fn case_38_a_refused_request_leaves_the_state_as_it_was() {
    let world = World::start().await;
    world.create("taken").await;
    let (app, installed) = (world.create("untouched").await, world.installed("installed").await);
    nothing_changes(&world, Some(&world.w1), as_owner(&app)).await;
    nothing_changes(&world, Some(&world.w2), as_tenant(&app, &installed)).await;
    let writes = |status: u16| {
        vec![
            (Method::POST, DEV.to_owned(), json!({"name": "new one"}), status),
            (Method::PATCH, app.dev(), json!({"name": "new one"}), status),
            (Method::POST, format!("{}/secret", app.dev()), json!({}), status),
            (Method::DELETE, installed.dev(), json!({}), status),
            (Method::PUT, app.allowed(T3), json!({}), status),
            (Method::DELETE, app.allowed(T2), json!({}), status),
            (Method::POST, app.installation(), app.full_set(), status),
            (Method::DELETE, installed.installation(), json!({}), status),
        ]
    };
    let reader = world.mint(READER_T1, T1).await;
    let minted = json!({"op": "token.mint", "user": WRITER_T1, "tenant": T1, "ttl_s": -1});
    let expired = world.op(minted).await["access_token"].as_str().unwrap().to_owned();
    let nowhere = world.op(json!({"op": "token.mint", "user": WRITER_T1})).await;
    let own = world.access_token(&installed, Some(T2)).await;
    for (token, status) in [
        (None, 401),
        (Some(expired.as_str()), 401),
        (Some("x.y.z"), 401),
        (Some(reader.as_str()), 403),
        (nowhere["access_token"].as_str(), 403),
        (Some(own.as_str()), 403),
    ] {
        nothing_changes(&world, token, writes(status)).await;
    }
    world
        .patch(&world.w1, &app.dev(), json!({"status": "inactive"}))
        .await
        .expect(200);
    let suspended = vec![(Method::POST, app.installation(), app.full_set(), 403)];
    nothing_changes(&world, Some(&world.w2), suspended).await;
    let before = world.snapshot().await;
    for (secret, tenant) in [
        ("wrong", None),
        (installed.secret(), Some(T3)),
        (installed.secret(), Some("x")),
    ] {
        world.app_token(&installed, secret, tenant).await.expect(400);
    }
    world.post("", TOKEN, json!({})).await.expect(400);
    assert_eq!(world.get(&reader, DEVICES).await.status, 200);
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn case_38_of_two_creations_of_one_name_at_once_one_conflicts() {
    let world = World::start().await;
    for round in 0..5 {
        let permissions = json!({"client": [{"id": DEVICES_BASE_DATA_READ}], "user": []});
        let body = json!({"name": format!("raced {round}"), "permissions": permissions});
        let (one, two) = tokio::join!(
            world.post(&world.w1, DEV, body.clone()),
            world.post(&world.w1, DEV, body)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
    assert_eq!(world.look("state").await["commits"]["create"], 5);
}
