//! Answers against the schemas: case 37. The kit holds every answer of every case against ours and, where it is there,
//! the platform's own description; here those judges are tested, and each operation is called once.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{T2, T3, USERS};

use crate::kit::schema::violation as ours;
use crate::kit::{APP, App, DEV, DEVICES, Dialect, REALM, World, vendor};

/// A right answer, and ways to make it wrong.
async fn planted(world: &World) -> (App, Vec<Value>) {
    let app = world.create("planted").await;
    let edit = |edit: &dyn Fn(&mut Value)| {
        let mut body = json!({"data": app.0});
        edit(&mut body);
        body
    };
    let wrong = vec![
        edit(&|body| body["data"]["label"] = json!("unknown member")),
        edit(&|body| body["extra"] = json!(1)),
        edit(&|body| body["data"]["oauth2Client"]["type"] = json!("confidential")),
        edit(&|body| body["data"]["installationsCount"] = json!("0")),
        edit(&|body| body["data"]["id"] = json!("ONE")),
        edit(&|body| body["data"]["name"] = json!("a.b")),
        edit(&|body| body["data"]["createdAt"] = json!("yesterday")),
        edit(&|body| body["data"]["publicOauth2Client"] = Value::Null),
        edit(&|body| drop(body["data"]["oauth2Client"].as_object_mut().unwrap().remove("secret"))),
        edit(&|body| drop(body["data"].as_object_mut().unwrap().remove("status"))),
        Value::Null,
    ];
    (app, wrong)
}

#[tokio::test]
async fn case_37_a_planted_wrong_answer_is_refused_by_our_schemas() {
    let world = World::start().await;
    let (app, wrong) = planted(&world).await;
    let judge = |status: u16, body: &Value| ours(Dialect::December2019, "POST", DEV, status, body);
    assert_eq!(judge(201, &json!({"data": app.0})), None);
    for body in wrong {
        let told = judge(201, &body).unwrap_or_else(|| panic!("accepted {body}"));
        assert!(told.contains("application-created.json"), "{told}");
    }
    for (status, body) in [
        (200, json!({"data": app.0})),
        (204, json!(null)),
        (400, json!({"errorMessage": "x", "errorCode": "APP_CONFLICT"})),
        (
            409,
            json!({"errorMessage": "x", "errorCode": "APP_CONFLICT", "details": []}),
        ),
        (409, json!({"errorCode": "APP_CONFLICT"})),
        (500, json!({"errorMessage": "x", "errorCode": "APP_UNKNOWN"})),
        (405, json!({})),
    ] {
        assert!(judge(status, &body).is_some(), "accepted {status} {body}");
    }
    let unknown = ours(Dialect::December2019, "GET", "/v1/nothing", 200, &json!({}));
    assert!(unknown.is_some_and(|told| told.contains("does not exist")));
}

#[tokio::test]
async fn case_37_a_planted_wrong_answer_is_refused_by_the_platforms_own_description() {
    let world = World::start().await;
    let (app, wrong) = planted(&world).await;
    if !vendor::is_there() {
        eprintln!("not checked: the platform's own description is not there");
        return;
    }
    assert_eq!(vendor::violation("POST", DEV, 201, &json!({"data": app.0})), None);
    for body in wrong {
        assert!(vendor::violation("POST", DEV, 201, &body).is_some(), "accepted {body}");
    }
    for (method, path, status, body) in [
        ("POST", DEV, 418, json!(null)),
        ("DELETE", app.dev().as_str(), 204, json!({"data": {}})),
        ("GET", DEV, 401, json!({"errorMessage": "x", "errorCode": "APP_TIRED"})),
    ] {
        let accepted = vendor::violation(method, path, status, &body).is_none();
        assert!(!accepted, "accepted {method} {path} {status}");
    }
    // Its own flaw: the code of its example is not in its enum.
    let unauthorized = json!({"errorMessage": "x", "errorCode": "ID_UNAUTHORIZED"});
    let path = format!("/v1/users/{T2}/tenants");
    assert_eq!(vendor::violation("GET", &path, 401, &unauthorized), None);
}

#[tokio::test]
async fn case_37_each_operation_answers_as_described() {
    let world = World::start().await;
    let body = json!({
        "name": "complete", "teaserDescription": "a teaser", "url": "https://ex.io", "withPublicOauth2Client": true,
        "redirectUris": ["https://ex.io/cb"], "allowedTenants": [{"tenantId": T2, "comment": "north"}],
        "permissions": {"client": [], "user": []},
    });
    let app = App(world.post(&world.w1, DEV, body.clone()).await.expect(201)["data"].clone());
    let mut change = body;
    for absent in ["allowedTenants", "name"] {
        change.as_object_mut().unwrap().remove(absent);
    }
    change["status"] = json!("active");
    world.patch(&world.w1, &app.dev(), change).await.expect(200);
    let installed = world.post(&world.w2, &app.installation(), app.full_set()).await;
    installed.expect(201);
    world
        .patch(&world.w2, &app.installation(), app.full_set())
        .await
        .expect(200);
    world.put(&world.w1, &app.allowed(T3), json!({})).await.expect(200);
    let user = USERS[1].0;
    let own = world.access_token(&app, Some(T2)).await;
    let certs = format!("{REALM}/protocol/openid-connect/certs");
    for (token, path) in [
        (&world.w1, DEV.to_owned()),
        (&world.w1, app.dev()),
        (&world.w1, format!("{}/allowed-tenants", app.dev())),
        (&world.w2, APP.to_owned()),
        (&world.w2, app.app()),
        (&world.w2, format!("{}/permissions", app.app())),
        (&world.w2, app.installation()),
        (&own, "/v1/application-info/installed-tenants".to_owned()),
        (&own, "/v1/application-info/installation".to_owned()),
        (&own, "/v1/permissions".to_owned()),
        (&world.w1, format!("/v1/users/{user}/permissions")),
        (&world.w1, format!("/v1/users/{user}/tenants")),
        (&world.w1, DEVICES.to_owned()),
        (&own, REALM.to_owned()),
        (&own, format!("{REALM}/.well-known/openid-configuration")),
        (&own, certs),
    ] {
        world.get(token, &path).await.expect(200);
        // Without a token: refused as described, or open to all.
        let refused = world.send(world.request(Method::GET, &path)).await.status;
        assert_eq!(refused, if path.contains("realms") { 200 } else { 401 }, "{path}");
    }
    world
        .post(&world.w1, &format!("{}/secret", app.dev()), json!({}))
        .await
        .expect(201);
    world.delete(&world.w1, &app.allowed(T3)).await.expect(204);
    world.delete(&world.w2, &app.installation()).await.expect(204);
    world.delete(&world.w1, &app.dev()).await.expect(204);
}
