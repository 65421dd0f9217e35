//! Tokens that we obtain ourselves with client credentials: how many, for which tenant, and what happens when one is
//! refused in the middle of the work.

use futures::future::join_all;
use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::{Credentials, SecretText};
use oauth_registrar::domain::failure::{Class, Failure};
use serde_json::json;
use simulator::fixture::{T1, T2, T3};

use crate::world::{DEV, PATIENT, World, class, registration};

const TOKEN: &str = "/v1/id/auth/realms/olt/protocol/openid-connect/token";

fn access(client: Credentials) -> Access {
    Access::ClientCredentials {
        place: "Secret ops/bootstrap".to_owned(),
        client,
    }
}

/// How often a token was asked for.
async fn asked(world: &World) -> usize {
    let line = format!("POST {TOKEN}");
    world
        .requests()
        .await
        .iter()
        .filter(|request| **request == line)
        .count()
}

#[tokio::test]
async fn calls_that_begin_at_once_share_one_token_of_the_tenant_that_is_named() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1, T2]).await), Some(T1));
    let answers = join_all((0..32).map(|_| platform.permissions())).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(platform.identify().await.unwrap().owner, T1.into());
    assert_eq!(asked(&world).await, 1);
}

#[tokio::test]
async fn a_token_that_expired_is_replaced_and_a_register_is_carried_out_once() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
    platform.identify().await.unwrap();
    let expired = json!({"kind": "expire_tokens", "which": "all"});
    world.fault("POST", DEV, expired.clone()).await;
    platform.register(&registration("billing-sync"), PATIENT).await.unwrap();
    assert_eq!((world.population().await, asked(&world).await), (2, 2));
    world.fault("GET", DEV, expired).await;
    assert_eq!(platform.scan().await.unwrap().len(), 2);
    assert_eq!(asked(&world).await, 3);
}

#[tokio::test]
async fn thirty_two_calls_with_a_token_that_expired_share_the_next_one() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
    platform.identify().await.unwrap();
    world.advance(864_001).await;
    let answers = join_all((0..32).map(|_| platform.permissions())).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(asked(&world).await, 2);
}

#[tokio::test]
async fn a_platform_that_accepts_no_token_is_asked_twice_and_no_more() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
    platform.identify().await.unwrap();
    for _ in 0..2 {
        let expired = json!({"kind": "expire_tokens", "which": "all"});
        world.fault("GET", "/v1/permissions", expired).await;
    }
    world.forget_requests().await;
    assert_eq!(class(platform.permissions().await), Class::Unauthorized);
    let reads = "GET /v1/permissions".to_owned();
    assert_eq!(world.requests().await, [reads.clone(), format!("POST {TOKEN}"), reads]);
}

#[tokio::test]
async fn an_api_token_is_not_sent_a_second_time() {
    let world = World::start().await;
    let platform = world.connection(world.expired_token().await);
    assert_eq!(class(platform.permissions().await), Class::Unauthorized);
    assert_eq!(world.requests().await, ["GET /v1/permissions"]);
}

#[tokio::test]
async fn each_tenant_has_a_token_of_its_own() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1, T2]).await), Some(T1));
    let id = platform
        .register(&registration("billing-sync"), PATIENT)
        .await
        .unwrap()
        .application_id;
    platform.allow(&id, &crate::world::allowed(T2, "north")).await.unwrap();
    let north = platform.tenant(None, &T2.into()).unwrap();
    assert_eq!(north.tenant_id(), &T2.into());
    let consent = north.declared(&id).await.unwrap();
    north.install(&id, &consent).await.unwrap();
    north.installation(&id).await.unwrap();
    assert_eq!(asked(&world).await, 2, "one for the owner, one for the tenant");
    let stored = world.stored(&id).await;
    assert_eq!(stored["installations"][0]["tenant_id"], T2);
}

#[tokio::test]
async fn a_tenant_that_does_not_let_the_client_in_is_forbidden_and_named() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
    platform.identify().await.unwrap();
    let south = platform.tenant(None, &T3.into()).unwrap();
    let failure = south.availability(&"a".into()).await.unwrap_err();
    assert_eq!(failure.class, Class::Forbidden);
    for word in ["client_credentials with Secret ops/bootstrap", "invalid_grant"] {
        assert!(failure.detail.contains(word), "{failure}");
    }
}

#[tokio::test]
async fn client_credentials_that_are_refused_name_their_secret_and_hide_its_value() {
    let world = World::start().await;
    let good = world.bootstrap(&[T1]).await;
    let refused = async |client: Credentials| -> Failure {
        let platform = world.connect(access(client), Some(T1));
        platform.identify().await.unwrap_err()
    };
    let wrong = Credentials {
        client_secret: SecretText::new("canary-4f0c91aa".into()),
        ..good.clone()
    };
    let unknown = Credentials {
        client_id: "99999999-0000-4000-8000-000000000009".into(),
        ..good
    };
    for (client, code) in [(wrong, "unauthorized_client"), (unknown, "invalid_client")] {
        let failure = refused(client).await;
        assert_eq!(failure.class, Class::Unauthorized);
        assert!(
            failure
                .detail
                .starts_with("client_credentials with Secret ops/bootstrap: POST http"),
            "{failure}"
        );
        assert!(failure.detail.contains(code), "{failure}");
        assert!(!failure.detail.contains("canary"), "{failure}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_away_is_a_passing_failure_and_nothing_was_registered() {
    let world = World::start().await;
    let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
    world
        .fault("POST", TOKEN, json!({"kind": "error", "status": 503}))
        .await;
    assert_eq!(
        class(platform.register(&registration("billing-sync"), PATIENT).await),
        Class::Transient
    );
    assert_eq!(world.population().await, 1);
    platform.register(&registration("billing-sync"), PATIENT).await.unwrap();
}

#[tokio::test]
async fn an_answer_with_a_date_of_expiry_or_none_is_used_too() {
    for switch in ["at", "both"] {
        let world = World::start().await;
        world.switch("token_expiry", switch).await;
        let platform = world.connect(access(world.bootstrap(&[T1]).await), Some(T1));
        platform.permissions().await.unwrap();
        platform.permissions().await.unwrap();
        assert_eq!(asked(&world).await, 1, "{switch}");
    }
}
