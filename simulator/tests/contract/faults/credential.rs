//! Case 35: tokens and keys that end early, and errors that repeat secrets.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, WRITER_T1};

use super::{arm, disarm};
use crate::kit::{DEV, DEVICES, REALM, TOKEN, World};

/// Sets a fault for the next look at devices.
async fn arm_devices(world: &World, fault: Value) {
    let fault = json!({"id": "armed", "match": {"path": DEVICES}, "fault": fault});
    world.steer("faults", fault).await.expect(201);
}

#[tokio::test]
async fn case_35_tokens_issued_before_expire_for_all_a_tenant_or_a_client() {
    // The statuses of W1, W2 and the application's own token for T2, after W2 or the application met the fault.
    for (which, by_app, statuses) in [
        ("all", false, [401, 401, 401]),
        ("tenant", false, [200, 401, 401]),
        ("client", false, [200, 401, 200]),
        ("client", true, [200, 200, 401]),
    ] {
        let world = World::start().await.unchecked();
        let app = world.installed("expiring").await;
        let issued = world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
        let own = issued["access_token"].as_str().unwrap();
        arm_devices(&world, json!({"kind": "expire_tokens", "which": which})).await;
        let meets = if by_app { own } else { &world.w2 };
        world.get(meets, DEVICES).await.refused(401, "INVALID_TOKEN");
        for (token, status) in [world.w1.as_str(), &world.w2, own].into_iter().zip(statuses) {
            assert_eq!(
                world.get(token, "/v1/permissions").await.status,
                status,
                "{which} {by_app}"
            );
        }
        // A new one works, and so does the refresh token.
        let fresh = world.access_token(&app, Some(T2)).await;
        world.get(&fresh, DEVICES).await.expect(200);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", issued["refresh_token"].as_str().unwrap()),
            ("client_id", app.client_id()),
            ("client_secret", app.secret()),
        ];
        world
            .send(world.request(Method::POST, TOKEN).form(&form))
            .await
            .expect(200);
        let ended = world.look("state").await["tokens"].as_array().unwrap().len();
        assert!(ended > 6, "the state still tells of them");
    }
}

#[tokio::test]
async fn case_35_a_rotated_key_is_published_and_old_tokens_live_only_when_it_is_kept() {
    for (keep, status, published) in [(true, 200, 2), (false, 401, 1)] {
        let world = World::start().await.unchecked();
        let old = world.look("state").await["keys"][0].clone();
        let before = world.open(REALM).await["public_key"].clone();
        arm_devices(&world, json!({"kind": "rotate_key", "keep_old": keep})).await;
        assert_eq!(world.get(&world.w1, DEVICES).await.status, status, "{keep}");
        let certs = world.open(&format!("{REALM}/protocol/openid-connect/certs")).await;
        let keys = certs["keys"].as_array().unwrap();
        assert_eq!(keys.len(), published);
        assert_ne!(keys[0]["kid"], old);
        assert_eq!(keys.iter().any(|key| key["kid"] == old), keep);
        assert_ne!(world.open(REALM).await["public_key"], before);
        assert_eq!(world.look("state").await["keys"].as_array().unwrap().len(), published);
        let fresh = world.mint(WRITER_T1, T1).await;
        world.get(&fresh, DEVICES).await.expect(200);
    }
}

#[tokio::test]
async fn case_35_an_error_repeats_the_client_secret_and_the_bearer_token() {
    let world = World::start().await.unchecked();
    let app = world.create("echoed").await;
    for (body, label) in [
        ("json", "application/json"),
        ("html", "text/html"),
        ("text", "text/plain"),
    ] {
        let fault = json!({"kind": "echo_secret", "status": 500, "body": body});
        let fault = json!({"match": {"path": format!("{}/secret", app.dev())}, "fault": fault});
        world.steer("faults", fault).await.expect(201);
        let request = world.request(Method::POST, &format!("{}/secret", app.dev()));
        let response = request.bearer_auth(&world.w1).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (500, &label.parse().unwrap())
        );
        let text = response.text().await.unwrap();
        assert!(text.contains(app.secret()) && text.contains(&world.w1), "{text}");
    }
    assert_eq!(world.look("state").await["commits"]["rotate"], 0);
    // At the token endpoint it is the secret that was sent.
    let fault = json!({"kind": "echo_secret", "status": 400});
    world
        .steer("faults", json!({"match": {"path": TOKEN}, "fault": fault}))
        .await
        .expect(201);
    let told = world.app_token(&app, "-Wrong_Secret", None).await.expect(400);
    assert!(
        told["errorMessage"].as_str().unwrap().contains("-Wrong_Secret"),
        "{told}"
    );
    assert_eq!(world.look("state").await["commits"]["token"], 0);
    disarm(&world).await;
    arm(&world, json!({"kind": "echo_secret", "status": 502})).await;
    let refused = world.post(&world.w1, DEV, json!({"name": "not created"})).await;
    refused.refused(502, "APP_UNKNOWN");
    assert_eq!(world.look("state").await["commits"]["create"], 1);
}
