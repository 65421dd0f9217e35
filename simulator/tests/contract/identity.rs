//! Realm, keys and tokens: cases 27, 28 and 32, and what users ask about themselves.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use simulator::fixture::{T1, T2, USERS};

use crate::kit::{DEVICES, REALM, TOKEN, World};

/// The claims of a token whose signature both published forms of the key confirm.
async fn verified(world: &World, token: &str) -> Value {
    let (content, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = content.split_once('.').unwrap();
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let certs = world.open(&format!("{REALM}/protocol/openid-connect/certs")).await;
    let key = certs["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .unwrap();
    assert_eq!(
        (&header["alg"], &key["kty"], &key["alg"]),
        (&json!("RS256"), &json!("RSA"), &json!("RS256"))
    );
    let number = |name: &str| decode(key[name].as_str().unwrap());
    let components = PublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let signature = decode(signature);
    components
        .verify(&RSA_PKCS1_2048_8192_SHA256, content.as_bytes(), &signature)
        .unwrap();
    let realm = world.open(REALM).await;
    let der = BASE64_STANDARD.decode(realm["public_key"].as_str().unwrap()).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der);
    key.verify(content.as_bytes(), &signature).unwrap();
    key.verify(b"something else", &signature).unwrap_err();
    serde_json::from_slice(&decode(claims)).unwrap()
}

#[tokio::test]
async fn case_27_a_token_for_a_tenant_is_signed_and_says_so() {
    let world = World::start().await;
    let app = world.installed("with tenant").await;
    let answer = world.app_token(&app, app.secret(), Some(T2)).await.expect(200);
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["scope"], "olt-applications");
    assert!((1..=864_000).contains(&answer["expires_in"].as_i64().unwrap()));
    assert!((1..=950_400).contains(&answer["refresh_expires_in"].as_i64().unwrap()));
    let claims = verified(&world, answer["access_token"].as_str().unwrap()).await;
    assert_eq!(claims["iss"], format!("{}{REALM}", world.url()));
    for claim in ["aud", "azp", "clientId"] {
        assert_eq!(claims[claim], app.client_id(), "{claim}");
    }
    assert_eq!((&claims["tenant"], &claims["typ"]), (&json!(T2), &json!("Bearer")));
    assert_ne!(claims["sub"], app.client_id());
    assert_eq!(
        claims["sub"],
        world.look("state").await["applications"][0]["service_account"]
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        864_000
    );
    let refresh = verified(&world, answer["refresh_token"].as_str().unwrap()).await;
    assert_eq!((refresh.get("tenant"), &refresh["typ"]), (None, &json!("Refresh")));
}

#[tokio::test]
async fn case_28_a_token_without_tenant_tells_where_one_is_installed() {
    let world = World::start().await;
    let app = world.installed("everywhere").await;
    let token = world.access_token(&app, None).await;
    assert_eq!(verified(&world, &token).await.get("tenant"), None);
    let path = "/v1/application-info/installed-tenants";
    let list = world.get(&token, path).await.expect(200);
    assert_eq!(list["data"], json!([{"tenantId": T2, "name": "tenant-two"}]));
    assert_eq!(list["meta"]["itemsTotal"], 1);
    assert_eq!(world.get(&token, DEVICES).await.status, 403);
    world
        .get(&token, "/v1/application-info/installation")
        .await
        .refused(404, "APP_RESOURCE_NOT_FOUND");
    let own = world.access_token(&app, Some(T2)).await;
    let own = world.get(&own, "/v1/application-info/installation").await.expect(200);
    assert_eq!(
        (&own["data"]["applicationId"], &own["data"]["tenantId"]),
        (&json!(app.id()), &json!(T2))
    );
    world.delete(&world.w2, &app.installation()).await.expect(204);
    assert_eq!(world.get(&token, path).await.expect(200)["data"], json!([]));
    world.get(&world.w1, path).await.refused(403, "NO_ACCESS_TO_RESOURCE");
}

#[tokio::test]
async fn case_32_discovery_leads_to_keys_and_tokens() {
    let world = World::start().await;
    let realm = format!("{}{REALM}", world.url());
    let found = world.open(&format!("{REALM}/.well-known/openid-configuration")).await;
    assert_eq!(found["issuer"], realm);
    assert_eq!(found["token_endpoint"], format!("{}{TOKEN}", world.url()));
    assert_eq!(found["jwks_uri"], format!("{realm}/protocol/openid-connect/certs"));
    let methods = found["token_endpoint_auth_methods_supported"].as_array().unwrap();
    assert!(methods.contains(&json!("client_secret_basic")) && methods.contains(&json!("client_secret_post")));
    let key = world.open(REALM).await["public_key"].as_str().unwrap().to_owned();
    assert!(!key.contains("BEGIN") && !key.contains('\n'), "{key}");
    assert!(key.starts_with("MIIBIjAN"), "{key}");
}

#[tokio::test]
async fn a_user_asks_about_itself_and_nobody_else() {
    let world = World::start().await;
    let (writer, owner) = (USERS[1].0, USERS[0].0);
    let held = world
        .get(&world.w1, &format!("/v1/users/{writer}/permissions"))
        .await
        .expect(200)["data"]
        .clone();
    assert_eq!(held["customPermissions"], json!([]));
    let aliases: Vec<&str> = held["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["alias"].as_str().unwrap())
        .collect();
    assert!(
        aliases.contains(&"applications_development:write") && !aliases.contains(&"tenant:read"),
        "{aliases:?}"
    );
    let tenants = world
        .get(&world.w1, &format!("/v1/users/{writer}/tenants"))
        .await
        .expect(200);
    assert_eq!(
        (&tenants["data"][0]["id"], &tenants["meta"]["itemsTotal"]),
        (&json!(T1), &json!(1))
    );
    world
        .get(&world.w1, &format!("/v1/users/{owner}/permissions"))
        .await
        .refused(403, "ID_FORBIDDEN");
    let app = world.installed("no user").await;
    let token = world.access_token(&app, Some(T2)).await;
    world
        .get(&token, &format!("/v1/users/{writer}/permissions"))
        .await
        .refused(403, "ID_FORBIDDEN");
}

#[tokio::test]
async fn a_public_url_names_the_issuer() {
    let options = simulator::Options {
        public_url: Some("https://id.example.com/".to_owned()),
        ..Default::default()
    };
    let simulator = simulator::Simulator::start(([127, 0, 0, 1], 0).into(), options)
        .await
        .unwrap();
    let world = World::start().await;
    let url = format!("{}{REALM}/.well-known/openid-configuration", simulator.url());
    let found = world.send(reqwest::Client::new().get(url)).await.expect(200);
    assert_eq!(found["issuer"], format!("https://id.example.com{REALM}"));
    assert_eq!(found["token_endpoint"], format!("https://id.example.com{TOKEN}"));
}
