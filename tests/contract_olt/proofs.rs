//! Secrets that live and die: rotation, and what a proof finds out.

use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::{Platform, Proof, Registered};
use serde_json::json;
use simulator::fixture::{T1, T2};

use crate::world::{PATIENT, World, class, credentials};

const TOKEN: &str = "/v1/id/auth/realms/olt/protocol/openid-connect/token";
const BOTH: [AuthMethod; 2] = [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];

async fn proof(platform: &dyn Platform, registered: &Registered, secret: &SecretText, method: AuthMethod) -> Proof {
    platform
        .prove(&credentials(registered, secret, method), None)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_fresh_secret_works_with_either_method() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    for method in BOTH {
        assert_eq!(
            proof(&*world.platform, &registered, &registered.client_secret, method).await,
            Proof::Works
        );
    }
    assert_eq!(world.commits("token").await, 2);
}

#[tokio::test]
async fn rotation_kills_the_former_secret() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let fresh = world
        .platform
        .rotate(&registered.application_id, PATIENT)
        .await
        .unwrap();
    assert_eq!(world.commits("rotate").await, 1);
    assert_ne!(fresh.expose(), registered.client_secret.expose());
    for method in BOTH {
        let former = proof(&*world.platform, &registered, &registered.client_secret, method).await;
        assert_eq!(former, Proof::WrongSecret);
        assert_eq!(proof(&*world.platform, &registered, &fresh, method).await, Proof::Works);
    }
}

#[tokio::test]
async fn a_deregistered_client_is_unknown() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    world
        .platform
        .deregister(&registered.application_id, PATIENT)
        .await
        .unwrap();
    for method in BOTH {
        assert_eq!(
            proof(&*world.platform, &registered, &registered.client_secret, method).await,
            Proof::UnknownClient
        );
    }
}

#[tokio::test]
async fn a_proof_for_a_tenant_needs_its_installation() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let ours = credentials(&registered, &registered.client_secret, AuthMethod::ClientSecretBasic);
    assert_eq!(
        world.platform.prove(&ours, Some(&T1.into())).await,
        Ok(Proof::TenantRefused)
    );
    world
        .operate(json!([{"op": "install.put", "id": registered.application_id.0, "tenant": T1}]))
        .await;
    assert_eq!(world.platform.prove(&ours, Some(&T1.into())).await, Ok(Proof::Works));
    assert_eq!(
        world.platform.prove(&ours, Some(&T2.into())).await,
        Ok(Proof::TenantRefused)
    );
}

#[tokio::test]
async fn a_secret_of_odd_characters_travels_unharmed() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let odd = SecretText::new("-a:b%20 c+d&e=f/\"ü".to_owned());
    for method in BOTH {
        assert_eq!(
            proof(&*world.platform, &registered, &odd, method).await,
            Proof::WrongSecret
        );
    }
}

#[tokio::test]
async fn a_broken_token_endpoint_proves_nothing() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let ours = credentials(&registered, &registered.client_secret, AuthMethod::ClientSecretBasic);
    for fault in [
        json!({"kind": "error", "status": 503, "body": "html"}),
        json!({"kind": "drop_response", "how": "reset"}),
        json!({"kind": "drop_response", "how": "fin"}),
    ] {
        world.fault("POST", TOKEN, fault.clone()).await;
        assert_eq!(
            class(world.platform.prove(&ours, None).await),
            Class::Transient,
            "{fault}"
        );
    }
    assert_eq!(world.platform.prove(&ours, None).await, Ok(Proof::Works));
}

#[tokio::test]
async fn the_endpoints_are_discovered_once_for_all_proofs() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let ours: Credentials = credentials(&registered, &registered.client_secret, AuthMethod::ClientSecretPost);
    world.forget_requests().await;
    let proofs = (0..20).map(|_| world.platform.prove(&ours, None));
    for proof in futures::future::join_all(proofs).await {
        assert_eq!(proof, Ok(Proof::Works));
    }
    let requests = world.requests().await;
    assert_eq!(
        requests.iter().filter(|line| line.starts_with("GET ")).count(),
        1,
        "{requests:?}"
    );
    assert_eq!(requests.len(), 21);
}
